/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine, fed with sequences of packets from four clients, of pauses and of
 * what the shell asks for. A step is a byte, what it is (the upper three bits) and
 * of whom; packets have a size, 1 byte, and follow. Some bits put into a packet
 * what a fuzzer cannot guess: the tunnel's id, a call's, Ns and Nr.
 */
#include "tests/fuzz/lns_clients.h"

#include "tests/fuzz/fuzz.h"

#include "l2tp/header.h"

#define STEP_CLIENT  0x03
#define STEP_TUNNEL  0x04
#define STEP_SESSION 0x08
#define STEP_NUMBERS 0x10

static struct lns_clients clients;

static void put(uint8_t *bytes, size_t size, size_t position, uint16_t value)
{
	if (size < position + 2)
		return;
	bytes[position] = (uint8_t)(value >> 8);
	bytes[position + 1] = (uint8_t)value;
}

static void receive(uint8_t step, const uint8_t *given, size_t size)
{
	size_t index = step & STEP_CLIENT;
	struct lns_client *client = &clients.clients[index];
	const struct watched_tunnel *tunnel = lns_clients_tunnel(&clients, index);
	_cleanup_(freep) uint8_t *bytes = malloc(size ? size : 1);

	assert(bytes);
	memcpy(bytes, given, size);
	if (step & STEP_TUNNEL)
		put(bytes, size, 4, client->tunnel_id);
	if ((step & STEP_SESSION) && tunnel && tunnel->call_count > 0)
		put(bytes, size, 6, tunnel->calls[tunnel->call_count - 1].local_id);
	if (step & STEP_NUMBERS) {
		put(bytes, size, 8, client->ns);
		put(bytes, size, 10, client->nr);
		client->ns += size > L2TP_CONTROL_HEADER_SIZE;
	}
	lns_clients_receive(&clients, index, bytes, size);
}

static void close_something(uint8_t step)
{
	struct watch *watch = &clients.watch;
	struct watched_tunnel *tunnel = lns_clients_tunnel(&clients, step & STEP_CLIENT);

	if (step & STEP_NUMBERS)
		l2tp_lns_close_all(watch->lns, watch->now_usec, L2TP_STOPCCN_SHUTDOWN);
	else if (step & STEP_SESSION)
		l2tp_lns_close_reference(watch->lns, watch->now_usec,
					 clients.clients[step & STEP_CLIENT].path.reference);
	else if (tunnel && tunnel->call_count > 0 && !(step & STEP_TUNNEL))
		l2tp_call_close(tunnel->calls[0].call, watch->now_usec, L2TP_CDN_ADMINISTRATIVE,
				"closed");
	else if (tunnel)
		l2tp_tunnel_close(tunnel->tunnel, watch->now_usec, L2TP_STOPCCN_GENERAL, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	lns_clients_start(&clients);
	while (size >= 2) {
		uint8_t step = bytes[0], argument = bytes[1];
		size_t packet_size = argument;

		bytes += 2;
		size -= 2;
		switch (step >> 5) {
		case 0:
			close_something(step);
			break;
		case 1:
			lns_clients_pass(&clients, UINT64_C(250000) * argument);
			break;
		case 2:
			clients.watch.failures = argument;
			break;
		default:
			if (packet_size > size)
				packet_size = size;
			receive(step, bytes, packet_size);
			bytes += packet_size;
			size -= packet_size;
		}
	}
	lns_clients_stop(&clients);
	return 0;
}
