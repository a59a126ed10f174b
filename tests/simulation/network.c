/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A short, unsorted list of packets on their way. */
#include "tests/simulation/network.h"

#include <string.h>

static void flip_bits(struct sim_random *random, struct flying *flying)
{
	uint32_t count = 1 + sim_below(random, 3);

	while (count-- > 0 && flying->size > 0)
		flying->bytes[sim_below(random, flying->size)] ^=
			(uint8_t)(1U << sim_below(random, 8));
}

static void launch(struct network *network, uint64_t now_usec, const struct flying *packet)
{
	const struct weather *weather = &network->weather;
	struct sim_random *random = network->random;
	struct flying *flying;

	if (network->count == NETWORK_FLYING_MAX)
		return;
	flying = &network->flying[network->count++];
	memcpy(flying, packet, offsetof(struct flying, bytes) + packet->size);
	flying->number = network->sent++;
	flying->at_usec = now_usec + 1000 + sim_below(random, weather->delay_usec);
	if (sim_chance(random, weather->late))
		flying->at_usec += sim_below(random, weather->late_usec);
	flying->whole = true;
	if (sim_chance(random, weather->cut)) {
		flying->size = (uint16_t)sim_below(random, flying->size);
		flying->whole = false;
	}
	if (sim_chance(random, weather->flipped)) {
		flip_bits(random, flying);
		flying->whole = false;
	}
}

enum network_fate network_send(struct network *network, uint64_t now_usec,
			       const struct flying *flying)
{
	if (sim_chance(network->random, network->weather.lost))
		return NETWORK_LOST;
	launch(network, now_usec, flying);
	if (sim_chance(network->random, network->weather.doubled))
		launch(network, now_usec, flying);
	return NETWORK_SENT;
}

static size_t find_next(const struct network *network)
{
	size_t next = 0;

	for (size_t i = 1; i < network->count; i++) {
		const struct flying *a = &network->flying[i], *b = &network->flying[next];

		if (a->at_usec < b->at_usec || (a->at_usec == b->at_usec && a->number < b->number))
			next = i;
	}
	return next;
}

uint64_t network_next_usec(const struct network *network)
{
	return network->count > 0 ? network->flying[find_next(network)].at_usec : UINT64_MAX;
}

static void copy(struct flying *target, const struct flying *source)
{
	memcpy(target, source, offsetof(struct flying, bytes) + source->size);
}

void network_take(struct network *network, struct flying *ret_flying)
{
	size_t next = find_next(network);

	copy(ret_flying, &network->flying[next]);
	if (next != --network->count)
		copy(&network->flying[next], &network->flying[network->count]);
}

bool network_carries(const struct network *network, uint8_t client)
{
	for (size_t i = 0; i < network->count; i++)
		if (network->flying[i].client == client)
			return true;
	return false;
}
