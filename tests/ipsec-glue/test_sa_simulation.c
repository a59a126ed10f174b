/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The real table under random events, without a kernel: devices behind NATs
 * connect, rekey, leave, crash and return, their ports move, notifications are
 * lost, dumps break off, pluto dies and hands its reqids out in another order.
 *
 *   devices of one slot have one IKE identity and one NAT: one reqid, twins
 *
 *   device a --+            +-- slot --+
 *   device b --+-- NAT 1 ---+          +-- pluto -- kernel's SAs -- notifications
 *   device c --+            +-- slot --+                                |
 *      ...         NAT 2 ...                                   table (the real one)
 *
 * The model knows which device each SA belongs to, which the table cannot see.
 * Whatever happens: a packet of one device never resolves to a reference that
 * was opened for another, and what is sent on a reference reaches the device
 * that it was opened for or nobody.
 *
 * A NAT gives a port to another device only when no SA of the same reqid is at
 * that port any more: see the top of ipsec-glue/sa_reference.h.
 */
#include "tests/ipsec-glue/simulated_kernel.h"

#include <errno.h>
#include <stdlib.h>

#define PORTS      30 /* of each NAT: few, so that they are used again */
#define FIRST_PORT 40000
#define NOBODY     (-1)
#define EVENTS     12000

/* ---- what the table tells ------------------------------------------------------ */

static struct owner *owner_of(struct simulation *simulation, uint64_t reference)
{
	size_t index = (size_t)((reference * UINT64_C(0x9e3779b97f4a7c15)) >> 48) % OWNERS;

	while (simulation->owners[index].reference != 0 &&
	       simulation->owners[index].reference != reference)
		index = (index + 1) % OWNERS;
	if (simulation->owners[index].reference == 0) {
		assert_true(++simulation->owner_count < OWNERS / 2);
		simulation->owners[index] =
			(struct owner){ .reference = reference, .device = NOBODY };
	}
	return &simulation->owners[index];
}

static void on_ended(void *userdata, uint64_t reference)
{
	struct owner *owner = owner_of(userdata, reference);

	assert_false(owner->ended);
	owner->ended = true;
}

static void on_outbound(void *userdata, uint64_t reference, uint32_t spi)
{
	struct owner *owner = owner_of(userdata, reference);

	assert_false(owner->ended);
	owner->outbound_spi = spi;
	owner->handover = false;
}

static void on_handover(void *userdata, uint64_t reference)
{
	struct owner *owner = owner_of(userdata, reference);

	assert_false(owner->ended);
	owner->handover = true;
}

static void on_twins(void *userdata, uint32_t reqid, bool twins)
{
	struct simulation *simulation = userdata;

	assert_in_range(reqid, FIRST_REQID, FIRST_REQID + ELEMENTS(simulation->twins) - 1);
	assert_int_not_equal(simulation->twins[reqid - FIRST_REQID], twins);
	simulation->twins[reqid - FIRST_REQID] = twins;
}

static const struct sa_table_ops ops = {
	.ended = on_ended,
	.outbound_changed = on_outbound,
	.handover = on_handover,
	.twins_changed = on_twins,
};

/* ---- saregated ---------------------------------------------------------------------- */

/* As xfrm_monitor.c does it. */
static bool move_direction(struct simulation *simulation, const struct sa_description *list,
			   size_t count, bool inbound, uint16_t port)
{
	for (size_t i = 0; i < count; i++) {
		struct sa_description moved = list[i];

		if (moved.inbound != inbound)
			continue;
		if (!kernel_move(simulation, &moved, port))
			return false;
		if (inbound)
			moved.encapsulation_source_port = port;
		else
			moved.encapsulation_destination_port = port;
		assert_int_equal(sa_table_update(simulation->table, &moved), 0);
	}
	return true;
}

static void take_mapping(struct simulation *simulation, const struct sa_description *seen)
{
	struct sa_description list[SAS];
	uint64_t reference;
	size_t count;

	if (sa_table_allow_rebinding(simulation->table, seen->spi, &seen->destination,
				     seen->encapsulation_source_port, simulation->clock_usec,
				     &reference) < 0)
		return;
	count = sa_table_list(simulation->table, reference, list, SAS);
	simulation->rebindings++;
	if (move_direction(simulation, list, count, false, seen->encapsulation_source_port))
		move_direction(simulation, list, count, true, seen->encapsulation_source_port);
}

static void take_notification(struct simulation *simulation, const struct notification *taken)
{
	struct sa_table *table = simulation->table;
	const struct sa_description *description = &taken->description;

	switch (taken->kind) {
	case NOTIFY_NEW:
		(void)sa_table_add(table, description);
		break;
	case NOTIFY_UPDATE:
		(void)sa_table_update(table, description);
		break;
	case NOTIFY_DELETE:
		sa_table_remove(table, description->spi, &description->destination);
		break;
	case NOTIFY_FLUSH:
		sa_table_flush(table);
		break;
	case NOTIFY_MAPPING:
		take_mapping(simulation, description);
		break;
	}
}

static void random_change(struct simulation *simulation);

/* Whether it came to its end. The world does not stand still meanwhile. */
static bool dump(struct simulation *simulation)
{
	simulation->dumps++;
	sa_table_begin_dump(simulation->table);
	for (size_t i = 0; i < SAS; i++) {
		if (simulation->lossy && random_below(simulation, SAS * 3) == 0)
			return false;
		if (random_below(simulation, SAS) == 0)
			random_change(simulation);
		if (simulation->sas[i].exists)
			(void)sa_table_add(simulation->table, &simulation->sas[i].description);
	}
	sa_table_end_dump(simulation->table);
	return true;
}

/* One reading of the monitor, as before each batch of packets is resolved. */
static void refresh(struct simulation *simulation)
{
	do {
		if (simulation->overrun) {
			simulation->dump_needed = true;
			sa_table_begin_doubt(simulation->table);
		}
		for (size_t i = 0; i < simulation->queued; i++) {
			struct notification taken = simulation->queue[i];

			take_notification(simulation, &taken);
		}
		simulation->queued = 0;
		simulation->overrun = false;
		if (simulation->dump_needed && dump(simulation))
			simulation->dump_needed = false;
		if (simulation->end_pending && !simulation->dump_needed) {
			sa_table_end_generations(simulation->table);
			simulation->end_pending = false;
		}
	} while (simulation->queued > 0 && !simulation->dump_needed);
}

/* ---- the world ------------------------------------------------------------------------ */

/* Whether any SA of the living pluto with this reqid, of another device, is at the port. */
static bool port_is_remembered(const struct simulation *simulation, int device, uint16_t port)
{
	struct inet_address nat = nat_of(device);

	for (size_t i = 0; i < SAS; i++) {
		const struct kernel_sa *sa = &simulation->sas[i];
		const struct sa_description *description = &sa->description;

		if (!sa->exists || sa->stale || sa->device == device ||
		    description->reqid != simulation->slot_reqids[device / DEVICES_OF_SLOT] ||
		    !inet_address_equal(description->inbound ? &description->source
							     : &description->destination,
					&nat))
			continue;
		if (port == (description->inbound ? description->encapsulation_source_port
						  : description->encapsulation_destination_port))
			return true;
	}
	return false;
}

static bool port_is_taken(const struct simulation *simulation, int device, uint16_t port)
{
	for (int other = 0; other < DEVICES; other++) {
		struct inet_address a = nat_of(device), b = nat_of(other);

		if (inet_address_equal(&a, &b) && simulation->devices[other].port == port)
			return true;
	}
	return port_is_remembered(simulation, device, port);
}

static void give_port(struct simulation *simulation, int device)
{
	simulation->devices[device].port = 0;
	for (int tries = 0; tries < 100; tries++) {
		uint16_t port = (uint16_t)(FIRST_PORT + random_below(simulation, PORTS));

		if (!port_is_taken(simulation, device, port)) {
			simulation->devices[device].port = port;
			return;
		}
	}
}

/* pluto's instance lives as long as it has SAs; the next one has another reqid. */
static void make_instance(struct simulation *simulation, int slot)
{
	for (size_t i = 0; i < SAS; i++) {
		const struct kernel_sa *sa = &simulation->sas[i];

		if (sa->exists && !sa->stale && sa->device / DEVICES_OF_SLOT == slot)
			return;
	}
	simulation->slot_reqids[slot] = simulation->next_reqid;
	simulation->next_reqid += 4;
}

/* Connects, rekeys, or comes back while its old SAs linger: SAs are added. */
static void device_negotiates(struct simulation *simulation, int device)
{
	struct device *it = &simulation->devices[device];
	bool inbound_first = chance(simulation, 50);

	make_instance(simulation, device / DEVICES_OF_SLOT);
	if (it->port == 0 || port_is_remembered(simulation, device, it->port))
		give_port(simulation, device);
	if (it->port == 0)
		return;
	it->connected = true;
	kernel_add(simulation, device, inbound_first);
	kernel_add(simulation, device, !inbound_first);
}

/* One of its SAs, or all but the newest pair, or all of them. */
static void delete_sas(struct simulation *simulation, int device, bool all)
{
	for (size_t i = 0; i < SAS; i++)
		if (simulation->sas[i].exists && simulation->sas[i].device == device &&
		    (all || chance(simulation, 50)))
			kernel_delete(simulation, &simulation->sas[i]);
}

static void random_change(struct simulation *simulation)
{
	int device = (int)random_below(simulation, DEVICES);
	struct device *it = &simulation->devices[device];
	uint32_t kind = random_below(simulation, 100);

	simulation->clock_usec += random_below(simulation, 2) * SECOND;
	if (kind < 45) {
		device_negotiates(simulation, device);
	} else if (kind < 65) {
		delete_sas(simulation, device, false);
	} else if (kind < 80) {
		delete_sas(simulation, device, true);
		it->connected = false;
		it->port = 0;
	} else if (kind < 85) {
		it->connected = false; /* crashed: SAs and mapping linger */
	} else if (kind < 88) {
		it->port = 0; /* silent for too long */
	} else if (it->connected) {
		give_port(simulation, device);
	}
}

/*
 * Killed, or stopped in good order, which flushes. Its start waits until
 * saregated has noticed; then reqids begin anew.
 */
static void restart_pluto(struct simulation *simulation)
{
	const struct sa_description none = { 0 };

	simulation->restarts++;
	for (size_t i = 0; i < SAS; i++)
		simulation->sas[i].stale = true;
	if (chance(simulation, 30)) {
		for (size_t i = 0; i < SAS; i++)
			simulation->sas[i].exists = false;
		notify(simulation, NOTIFY_FLUSH, &none);
	}
	for (size_t slot = 0; slot < SLOTS; slot++)
		simulation->slot_reqids[slot] = 0;
	simulation->next_reqid = FIRST_REQID;
	refresh(simulation);
	sa_table_end_generations(simulation->table);
	simulation->end_pending = simulation->dump_needed;
}

/* ---- what must hold --------------------------------------------------------------------- */

/* A packet that came through this SA, with this mark. Return: whether it was accepted. */
static bool check_packet(struct simulation *simulation, const struct kernel_sa *sa, uint32_t mark)
{
	uint64_t reference = sa_table_resolve(simulation->table, mark);
	struct owner *owner;

	if (reference == SA_REFERENCE_NONE)
		return false;
	owner = owner_of(simulation, reference);
	assert_false(owner->ended);
	assert_true(sa_table_is_alive(simulation->table, reference));
	assert_false(sa->stale);
	if (owner->device == NOBODY)
		owner->device = sa->device; /* its first packet opens a tunnel */
	assert_int_equal(owner->device, sa->device);
	return true;
}

/* What is sent on a reference goes to its owner, or nowhere. */
static void check_outbound(struct simulation *simulation, uint64_t reference)
{
	const struct owner *owner = owner_of(simulation, reference);
	uint32_t spi = sa_table_outbound_spi(simulation->table, reference);
	const struct kernel_sa *sa;
	struct inet_address peer;

	assert_int_equal(owner->outbound_spi, spi);
	assert_true(owner->handover || !sa_table_handing_over(simulation->table, reference, NULL));
	if (owner->handover && chance(simulation, 20))
		sa_table_hand_over(simulation->table, reference);
	spi = owner->outbound_spi;
	if (spi == 0)
		return;
	peer = nat_of(owner->device);
	sa = find_sa(simulation, spi, &peer);
	if (sa && sa->description.reqid == sa_reference_reqid(reference)) {
		assert_int_equal(sa->device, owner->device);
		assert_false(sa->stale);
	}
}

/*
 * Packets through all SAs. Each is tried with both marks, for it may have been
 * marked before or after the rule learned of twins.
 */
static void check_all(struct simulation *simulation)
{
	for (size_t i = 0; i < SAS; i++) {
		const struct kernel_sa *sa = &simulation->sas[i];
		const struct sa_description *description = &sa->description;
		bool twins, by_reqid, by_spi;
		uint64_t reference;

		if (!sa->exists || !description->inbound)
			continue;
		by_reqid = check_packet(simulation, sa, description->reqid);
		by_spi = check_packet(simulation, sa, description->spi);
		assert_false(by_reqid && by_spi);
		if (sa->stale || simulation->dump_needed)
			continue;
		twins = simulation->twins[description->reqid - FIRST_REQID];
		simulation->packets++;
		simulation->twin_packets += twins;
		simulation->resolved += twins ? by_spi : by_reqid;
		reference = sa_table_resolve(simulation->table,
					     twins ? description->spi : description->reqid);
		if (reference != SA_REFERENCE_NONE)
			check_outbound(simulation, reference);
	}
}

/* Devices that moved are heard from their new port: the kernel says so. */
static void send_from_new_ports(struct simulation *simulation)
{
	for (size_t i = 0; i < SAS; i++) {
		const struct kernel_sa *sa = &simulation->sas[i];
		uint16_t port = simulation->devices[sa->device].port;
		struct sa_description seen = sa->description;

		if (!sa->exists || !seen.inbound || port == 0 ||
		    port == seen.encapsulation_source_port || chance(simulation, 70))
			continue;
		seen.encapsulation_source_port = port;
		notify(simulation, NOTIFY_MAPPING, &seen);
	}
}

static void run(struct simulation *simulation, uint64_t seed, bool lossy)
{
	*simulation = (struct simulation){ .random = seed, .lossy = lossy };
	simulation->next_reqid = FIRST_REQID;
	assert_int_equal(sa_table_new(&ops, simulation, &simulation->table), 0);
	for (unsigned int i = 0; i < EVENTS; i++) {
		random_change(simulation);
		if (random_below(simulation, 300) == 0)
			restart_pluto(simulation);
		if (chance(simulation, 40))
			send_from_new_ports(simulation);
		/* sometimes saregated is late, and the queue fills */
		if (lossy && chance(simulation, 50))
			continue;
		refresh(simulation);
		if (simulation->queued == 0)
			check_all(simulation);
	}
	sa_table_free(simulation->table);
	assert_in_range(simulation->restarts, 10, EVENTS);
	assert_in_range(simulation->rebindings, 100, EVENTS * SAS);
	assert_in_range(simulation->twin_packets * 100, simulation->packets * 20,
			simulation->packets * 99);
}

/* Nothing is lost, so what is dropped is only what could mean two things. */
static void no_packet_of_one_device_is_taken_for_anothers(void **state)
{
	struct simulation *simulation = *state;

	for (uint64_t seed = 1; seed <= 5; seed++) {
		run(simulation, seed, false);
		assert_int_equal(simulation->dumps, 0);
		assert_in_range(simulation->resolved * 100, simulation->packets * 95,
				simulation->packets * 100);
	}
}

static void nor_is_one_when_notifications_are_lost(void **state)
{
	struct simulation *simulation = *state;

	for (uint64_t seed = 1; seed <= 5; seed++) {
		run(simulation, seed, true);
		assert_in_range(simulation->dumps, 100, EVENTS);
		assert_in_range(simulation->resolved * 100, simulation->packets * 80,
				simulation->packets * 100);
	}
}

static int set_up(void **state)
{
	*state = calloc(1, sizeof(struct simulation));
	return *state ? 0 : -1;
}

static int tear_down(void **state)
{
	free(*state);
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SENTENCE(no_packet_of_one_device_is_taken_for_anothers),
		SENTENCE(nor_is_one_when_notifications_are_lost),
	};

	return cmocka_run_group_tests_name("sa_simulation", tests, set_up, tear_down);
}
