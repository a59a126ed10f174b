/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Data packets for an established call: a size, 1 byte, and what comes behind the
 * two ids. What is delivered lies within the packet, passes the sequence's gate in
 * order only, and goes through HDLC framing unchanged.
 */
#include "tests/fuzz/lns_clients.h"

#include "tests/fuzz/fuzz.h"

#include "l2tp/hdlc.h"

static struct lns_clients clients;
static struct l2tp_data_sequence sequence;
static const uint8_t *packet;
static size_t packet_size;

/* Control packets of client 0 that bring a call up: id 7, and session 5. */
static const uint8_t sccrq[] = {
	0xc8, 2,  0, 54, 0, 0, 0,   0,   0, 0, 0, 0, /* header */
	0x80, 8,  0, 0,  0, 0, 0,   1,               /* Message Type: SCCRQ */
	0x80, 8,  0, 0,  0, 2, 1,   0,               /* Protocol Version */
	0x80, 10, 0, 0,  0, 3, 0,   0,   0, 3,       /* Framing Capabilities */
	0x80, 8,  0, 0,  0, 7, 'm', 'e',             /* Host Name */
	0x80, 8,  0, 0,  0, 9, 0,   7,               /* Assigned Tunnel ID */
};
static const uint8_t scccn[] = {
	0xc8, 2, 0, 20, 0, 0, 0, 0, 0, 1, 0, 1, 0x80, 8, 0, 0, 0, 0, 0, 3
};
static const uint8_t icrq[] = {
	0xc8, 2,  0, 38, 0, 0,  0, 0,  0, 2, 0, 1, /* header */
	0x80, 8,  0, 0,  0, 0,  0, 10,             /* Message Type: ICRQ */
	0x80, 8,  0, 0,  0, 14, 0, 5,              /* Assigned Session ID */
	0x80, 10, 0, 0,  0, 15, 0, 0,  0, 1,       /* Call Serial Number */
};

static void send_control(const uint8_t *bytes, size_t size)
{
	uint8_t copy[64];

	memcpy(copy, bytes, size);
	copy[4] = (uint8_t)(clients.clients[0].tunnel_id >> 8);
	copy[5] = (uint8_t)clients.clients[0].tunnel_id;
	lns_clients_receive(&clients, 0, copy, size);
}

static void through_hdlc(const struct l2tp_data_message *message)
{
	static uint8_t encoded[L2TP_HDLC_ENCODED_MAX(L2TP_HDLC_FRAME_MAX)];
	static struct l2tp_hdlc_decoder decoder;
	size_t size = 0, position = 0, written;
	uint8_t *frame = NULL;

	written = l2tp_hdlc_encode(message->frame, message->size, L2TP_HDLC_ACCM_NONE, encoded,
				   sizeof(encoded));
	if (message->size < 2)
		return;
	assert(l2tp_hdlc_decode(&decoder, encoded, written, &position, &frame, &size));
	assert(size >= message->size &&
	       memcmp(frame + size - message->size, message->frame, message->size) == 0);
}

static void data(struct watch *watch, struct watched_tunnel *tunnel,
		 const struct watched_call *call, const struct l2tp_data_message *message)
{
	uint16_t nr = sequence.nr;

	assert(message->frame >= packet && message->frame + message->size == packet + packet_size);
	assert(call->peer_id == 5);
	if (message->sequenced && l2tp_data_sequence_accept(&sequence, message->ns))
		assert((uint16_t)(message->ns - nr) < UINT16_MAX - L2TP_DATA_LATE_MAX + 1 &&
		       sequence.nr == (uint16_t)(message->ns + 1));
	through_hdlc(message);
}

/* @rest: flags, 2 bytes; then what follows the ids. With the L bit, Length is put right. */
static void send_data(const uint8_t *rest, size_t size, const struct watched_call *call)
{
	uint8_t bytes[300] = { 0 };
	size_t used = 0;

	bytes[used++] = rest[0] & 0x4b;
	bytes[used++] = 2;
	if (rest[0] & 0x40)
		used += 2;
	bytes[used++] = (uint8_t)(clients.clients[0].tunnel_id >> 8);
	bytes[used++] = (uint8_t)clients.clients[0].tunnel_id;
	bytes[used++] = (uint8_t)(call->local_id >> 8);
	bytes[used++] = (uint8_t)call->local_id;
	memcpy(bytes + used, rest + 1, size - 1);
	used += size - 1;
	if (rest[0] & 0x40) {
		bytes[2] = (uint8_t)(used >> 8);
		bytes[3] = (uint8_t)used;
	}
	packet = bytes;
	packet_size = used;
	lns_clients_receive(&clients, 0, bytes, used);
	packet = NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct watch_hooks hooks;
	struct watched_tunnel *tunnel;

	lns_clients_start(&clients);
	hooks = *clients.watch.hooks;
	hooks.data = data;
	clients.watch.hooks = &hooks;
	sequence = (struct l2tp_data_sequence){ 0 };
	lns_clients_receive(&clients, 0, sccrq, sizeof(sccrq));
	send_control(scccn, sizeof(scccn));
	send_control(icrq, sizeof(icrq));
	tunnel = lns_clients_tunnel(&clients, 0);
	assert(tunnel && tunnel->call_count == 1);
	while (size >= 2) {
		size_t rest = bytes[0] < size ? bytes[0] : size - 1;

		if (rest > 0)
			send_data(bytes + 1, rest, &tunnel->calls[0]);
		bytes += 1 + rest;
		size -= 1 + rest;
	}
	lns_clients_stop(&clients);
	return 0;
}
