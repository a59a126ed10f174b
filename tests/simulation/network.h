/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The virtual network: packets on their way, and the weather that they meet. */
#pragma once

#include "l2tp/lns.h"
#include "tests/simulation/random.h"

#include <stddef.h>

#define NETWORK_PACKET_MAX 512
#define NETWORK_FLYING_MAX 192

/* Of 1000 packets so many meet this; delays in microseconds. */
struct weather {
	uint32_t lost;
	uint32_t doubled;
	uint32_t late; /* long after those that were sent behind it */
	uint32_t cut;
	uint32_t flipped;
	uint32_t delay_usec;
	uint32_t late_usec;
};

/**
 * struct flying - one packet
 * @number:      in the order of sending: decides where times are equal
 * @incarnation: of the client's tunnel when it was sent
 * @whole:       nothing was cut or flipped
 */
struct flying {
	uint64_t at_usec;
	uint32_t number;
	uint32_t incarnation;
	struct l2tp_path path;
	uint8_t client;
	bool to_lns;
	bool whole;
	uint16_t size;
	uint8_t bytes[NETWORK_PACKET_MAX];
};

struct network {
	struct sim_random *random;
	struct weather weather;
	struct flying flying[NETWORK_FLYING_MAX];
	size_t count;
	uint32_t sent;
};

/* What became of a packet that was handed to the network. */
enum network_fate {
	NETWORK_SENT,
	NETWORK_LOST,
};

/* @flying: all but at_usec, number and what the weather does; copied. */
enum network_fate network_send(struct network *network, uint64_t now_usec,
			       const struct flying *flying);

/* When the next packet arrives; UINT64_MAX: none is on its way. */
uint64_t network_next_usec(const struct network *network);

/* The packet that arrives next. */
void network_take(struct network *network, struct flying *ret_flying);

/* Whether a packet from or to this client is on its way. */
bool network_carries(const struct network *network, uint8_t client);
