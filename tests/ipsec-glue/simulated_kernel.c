/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A table of SAs and what it tells, in memory. */
#include "tests/ipsec-glue/simulated_kernel.h"

uint32_t random_below(struct simulation *simulation, uint32_t limit)
{
	simulation->random =
		simulation->random * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (uint32_t)(simulation->random >> 33) % limit;
}

bool chance(struct simulation *simulation, uint32_t percent)
{
	return random_below(simulation, 100) < percent;
}

void notify(struct simulation *simulation, enum notification_kind kind,
	    const struct sa_description *description)
{
	if (simulation->queued == QUEUE || (simulation->lossy && chance(simulation, 1)))
		simulation->overrun = true;
	if (simulation->overrun)
		return;
	simulation->queue[simulation->queued++] = (struct notification){ kind, *description };
}

struct kernel_sa *find_sa(struct simulation *simulation, uint32_t spi,
			  const struct inet_address *destination)
{
	for (size_t i = 0; i < SAS; i++) {
		struct kernel_sa *sa = &simulation->sas[i];

		if (sa->exists && sa->description.spi == spi &&
		    inet_address_equal(&sa->description.destination, destination))
			return sa;
	}
	return NULL;
}

static struct kernel_sa *free_sa(struct simulation *simulation)
{
	for (size_t i = 0; i < SAS; i++)
		if (!simulation->sas[i].exists)
			return &simulation->sas[i];
	return NULL;
}

/* Mostly anything; sometimes what could be a reqid, or what was used before. */
static uint32_t draw_spi(struct simulation *simulation, const struct inet_address *destination)
{
	uint32_t spi;

	do {
		if (chance(simulation, 6))
			spi = FIRST_REQID + random_below(simulation, 64);
		else
			spi = 0x100000 +
			      random_below(simulation, chance(simulation, 5) ? 64 : 1u << 28);
	} while (find_sa(simulation, spi, destination));
	return spi;
}

struct inet_address nat_of(int device)
{
	int slot = device / DEVICES_OF_SLOT;

	return inet_address_from_ipv4(NAT + (uint32_t)(slot % NATS));
}

void kernel_add(struct simulation *simulation, int device, bool inbound)
{
	struct inet_address nat = nat_of(device), gateway = inet_address_from_ipv4(GATEWAY);
	uint16_t port = simulation->devices[device].port;
	struct kernel_sa *sa = free_sa(simulation);

	if (!sa)
		return;
	*sa = (struct kernel_sa){
		.exists = true,
		.device = device,
		.description = {
			.spi = draw_spi(simulation, inbound ? &gateway : &nat),
			.reqid = simulation->slot_reqids[device / DEVICES_OF_SLOT],
			.inbound = inbound,
			.source = inbound ? nat : gateway,
			.destination = inbound ? gateway : nat,
			.encapsulation_source_port = inbound ? port : 4500,
			.encapsulation_destination_port = inbound ? 4500 : port,
			.added_seconds = 1 + simulation->clock_usec / SECOND,
		},
	};
	notify(simulation, NOTIFY_NEW, &sa->description);
}

void kernel_delete(struct simulation *simulation, struct kernel_sa *sa)
{
	if (!sa->exists)
		return;
	sa->exists = false;
	notify(simulation, NOTIFY_DELETE, &sa->description);
}

bool kernel_move(struct simulation *simulation, const struct sa_description *which, uint16_t port)
{
	struct kernel_sa *sa = find_sa(simulation, which->spi, &which->destination);
	struct sa_description told;

	if (!sa)
		return true;
	if (simulation->lossy && chance(simulation, 10))
		return false;
	if (sa->description.inbound)
		sa->description.encapsulation_source_port = port;
	else
		sa->description.encapsulation_destination_port = port;
	told = sa->description;
	told.added_seconds = 1 + simulation->clock_usec / SECOND;
	notify(simulation, NOTIFY_UPDATE, &told);
	return true;
}
