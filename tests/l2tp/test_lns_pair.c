/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two machines face to face, each the other's peer, over a network that loses,
 * repeats and reorders: what they say comes to an end. Each has a tunnel that a
 * scripted client opened with the other's tunnel id, so that all it sends goes there.
 */
#include "base/cleanup.h"
#include "tests/l2tp/fake_shell.h"

#include <string.h>

#define WIRE_MAX 64
#define ID_A     0x1111
#define ID_B     0x2222

struct packet {
	uint8_t bytes[L2TP_CONTROL_PACKET_MAX];
	size_t size;
};

/* What is on its way to one machine. */
struct wire {
	struct packet packets[WIRE_MAX];
	size_t count;
	size_t carried;
};

static void put(void *userdata, const uint8_t *packet, size_t size)
{
	struct wire *wire = userdata;

	assert_true(wire->count < WIRE_MAX && size <= sizeof(wire->packets[0].bytes));
	memcpy(wire->packets[wire->count].bytes, packet, size);
	wire->packets[wire->count++].size = size;
	wire->carried++;
}

static uint32_t next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

/* One packet reaches @shell, any of those on the wire; lost or twice now and then. */
static void deliver(struct wire *wire, struct fake_shell *shell, const struct fake_client *from,
		    uint32_t *random, bool lossy)
{
	size_t index = lossy ? next_random(random) % wire->count : 0;
	struct packet packet = wire->packets[index];

	wire->packets[index] = wire->packets[--wire->count];
	if (lossy && next_random(random) % 3 == 0)
		return;
	if (lossy && next_random(random) % 8 == 0)
		put(wire, packet.bytes, packet.size);
	l2tp_lns_receive(shell->lns, shell->now, &from->path, packet.bytes, packet.size);
}

static struct fake_client open_end(struct fake_shell *shell, uint16_t local_id, uint16_t peer_id)
{
	struct fake_client client;

	fake_shell_start(shell);
	shell->random_fixed = local_id;
	client = fake_client(shell, 7);
	client.id = peer_id;
	fake_client_connect(&client);
	assert_int_equal(l2tp_tunnel_local_id(shell->tunnel), local_id);
	fake_client_hear(&client);
	fake_client_zlb(&client);
	return client;
}

/* Return: packets until both were silent for a second. */
static size_t converse(struct fake_shell shells[2], const struct fake_client ends[2],
		       struct wire wires[2], uint32_t seed, bool lossy)
{
	uint32_t random = seed;

	for (unsigned int second = 0; second < 120; second++) {
		for (unsigned int step = 0; step < 1000; step++) {
			if (wires[0].count == 0 && wires[1].count == 0)
				break;
			for (unsigned int to = 0; to < 2; to++)
				if (wires[to].count > 0)
					deliver(&wires[to], &shells[to], &ends[to], &random, lossy);
		}
		/* Whatever came, nobody has said anything since that was not asked for. */
		assert_int_equal(wires[0].count + wires[1].count, 0);
		fake_shell_pass(&shells[0], SECOND);
		fake_shell_pass(&shells[1], SECOND);
	}
	return wires[0].carried + wires[1].carried;
}

static void hold_conversation(uint32_t seed, bool lossy, size_t most)
{
	struct fake_shell *shells = calloc(2, sizeof(*shells));
	struct wire *wires = calloc(2, sizeof(*wires));
	struct fake_client ends[2];
	size_t packets;

	assert_non_null(shells);
	assert_non_null(wires);
	ends[0] = open_end(&shells[0], ID_A, ID_B);
	ends[1] = open_end(&shells[1], ID_B, ID_A);
	for (unsigned int i = 0; i < 2; i++) {
		shells[i].on_packet = put;
		shells[i].on_packet_userdata = &wires[1 - i];
	}
	/* Hellos of idle tunnels, then StopCCN of both for want of a call. */
	packets = converse(shells, ends, wires, seed, lossy);
	assert_in_range(packets, 2, most);
	for (unsigned int i = 0; i < 2; i++)
		shells[i].on_packet = NULL;
	fake_shell_stop(&shells[0]);
	fake_shell_stop(&shells[1]);
	free(shells);
	free(wires);
}

static void two_machines_fall_silent(void **state)
{
	hold_conversation(1, false, 12);
}

static void two_machines_fall_silent_whatever_is_lost_or_repeated(void **state)
{
	for (uint32_t seed = 1; seed < 200; seed++)
		hold_conversation(seed, true, 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SENTENCE(two_machines_fall_silent),
		SENTENCE(two_machines_fall_silent_whatever_is_lost_or_repeated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
