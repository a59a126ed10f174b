/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One tunnel, one call. Pure. */
#include "gateway/selftest_dial.h"

#include "base/text.h"
#include "l2tp/avp.h"
#include "l2tp/control_message.h"
#include "l2tp/control_packet.h"
#include "l2tp/header.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOST_NAME         "saregate-selftest"
#define PROTOCOL_VERSION  0x0100
#define FRAMING_BOTH      0x00000003
#define FRAMING_SYNC      0x00000001
#define CONNECT_SPEED_BPS 100000000

/* A slow host has 23 s for each message. */
static const struct l2tp_transport_settings settings = {
	.retransmit_initial_usec = 1000000,
	.retransmit_cap_usec = 8000000,
	.retransmit_maximum = 4,
	.receive_window_size = 4,
};

struct message {
	struct l2tp_writer writer;
	uint8_t bytes[L2TP_CONTROL_PACKET_MAX];
};

static void begin(struct message *message, const struct selftest_dial *dial, uint16_t session_id,
		  enum l2tp_message_type type)
{
	l2tp_writer_init(&message->writer, message->bytes, sizeof(message->bytes));
	l2tp_header_write(&message->writer, dial->peer_tunnel_id, session_id);
	l2tp_avp_write_u16(&message->writer, true, L2TP_AVP_MESSAGE_TYPE, (uint16_t)type);
}

static int queue(struct selftest_dial *dial, uint64_t now_usec, struct message *message)
{
	return l2tp_transport_queue(&dial->transport, now_usec, message->writer.bytes,
				    message->writer.size);
}

static int finish(struct selftest_dial *dial, uint64_t now_usec, struct message *message)
{
	l2tp_header_finish(&message->writer);
	return queue(dial, now_usec, message);
}

/* ---- what is sent ------------------------------------------------------------------ */

static int send_sccrq(struct selftest_dial *dial, uint64_t now_usec)
{
	struct message message;

	begin(&message, dial, 0, L2TP_MESSAGE_SCCRQ);
	l2tp_avp_write_u16(&message.writer, true, L2TP_AVP_PROTOCOL_VERSION, PROTOCOL_VERSION);
	l2tp_avp_write(&message.writer, true, L2TP_AVP_HOST_NAME, HOST_NAME, strlen(HOST_NAME));
	l2tp_avp_write_u32(&message.writer, true, L2TP_AVP_FRAMING_CAPABILITIES, FRAMING_BOTH);
	l2tp_avp_write_u16(&message.writer, true, L2TP_AVP_ASSIGNED_TUNNEL_ID, dial->tunnel_id);
	l2tp_avp_write_u16(&message.writer, true, L2TP_AVP_RECEIVE_WINDOW_SIZE,
			   settings.receive_window_size);
	return finish(dial, now_usec, &message);
}

static int send_scccn(struct selftest_dial *dial, uint64_t now_usec)
{
	struct message message;

	begin(&message, dial, 0, L2TP_MESSAGE_SCCCN);
	return finish(dial, now_usec, &message);
}

static int send_icrq(struct selftest_dial *dial, uint64_t now_usec)
{
	struct message message;

	begin(&message, dial, 0, L2TP_MESSAGE_ICRQ);
	l2tp_avp_write_u16(&message.writer, true, L2TP_AVP_ASSIGNED_SESSION_ID, dial->session_id);
	l2tp_avp_write_u32(&message.writer, true, L2TP_AVP_CALL_SERIAL_NUMBER, 1);
	return finish(dial, now_usec, &message);
}

int selftest_dial_connect(struct selftest_dial *dial, uint64_t now_usec)
{
	struct message message;

	begin(&message, dial, dial->peer_session_id, L2TP_MESSAGE_ICCN);
	l2tp_avp_write_u32(&message.writer, true, L2TP_AVP_TX_CONNECT_SPEED, CONNECT_SPEED_BPS);
	l2tp_avp_write_u32(&message.writer, true, L2TP_AVP_FRAMING_TYPE, FRAMING_SYNC);
	dial->state = SELFTEST_DIAL_UP;
	return finish(dial, now_usec, &message);
}

static int send_cdn(struct selftest_dial *dial, uint64_t now_usec)
{
	static const struct l2tp_result result = { .result = L2TP_CDN_ADMINISTRATIVE };
	struct message message;

	l2tp_writer_init(&message.writer, message.bytes, sizeof(message.bytes));
	l2tp_write_cdn(&message.writer, dial->peer_tunnel_id, dial->peer_session_id,
		       dial->session_id, &result, NULL);
	return queue(dial, now_usec, &message);
}

static int send_stopccn(struct selftest_dial *dial, uint64_t now_usec)
{
	static const struct l2tp_result result = { .result = L2TP_STOPCCN_SHUTDOWN };
	struct message message;

	l2tp_writer_init(&message.writer, message.bytes, sizeof(message.bytes));
	l2tp_write_stopccn(&message.writer, dial->peer_tunnel_id, dial->tunnel_id, &result, NULL);
	return queue(dial, now_usec, &message);
}

int selftest_dial_hang_up(struct selftest_dial *dial, uint64_t now_usec)
{
	int r = 0;

	if (dial->state == SELFTEST_DIAL_ENDED || dial->state == SELFTEST_DIAL_CLOSING)
		return 0;
	if (dial->peer_tunnel_id == 0) {
		dial->state = SELFTEST_DIAL_ENDED;
		return 0;
	}
	if (dial->peer_session_id != 0)
		r = send_cdn(dial, now_usec);
	if (r == 0)
		r = send_stopccn(dial, now_usec);
	dial->state = r < 0 ? SELFTEST_DIAL_ENDED : SELFTEST_DIAL_CLOSING;
	return r;
}

/* ---- what is heard ----------------------------------------------------------------- */

static void describe_end(struct selftest_dial *dial, const char *what,
			 const struct l2tp_control_message *message)
{
	char said[192] = "nothing more";

	if (message->error_message.size > 0)
		text_quote(message->error_message.bytes, message->error_message.size, said,
			   sizeof(said));
	snprintf(dial->end, sizeof(dial->end), "%s with result %u, error %u: %s", what,
		 message->result, message->error, said);
	dial->state = SELFTEST_DIAL_ENDED;
}

static int handle_sccrp(struct selftest_dial *dial, uint64_t now_usec,
			const struct l2tp_control_message *message)
{
	int r;

	if (dial->state != SELFTEST_DIAL_WAIT_TUNNEL || message->assigned_tunnel_id == 0)
		return 0;
	dial->peer_tunnel_id = message->assigned_tunnel_id;
	dial->transport.peer_tunnel_id = message->assigned_tunnel_id;
	dial->state = SELFTEST_DIAL_WAIT_CALL;
	r = send_scccn(dial, now_usec);
	return r < 0 ? r : send_icrq(dial, now_usec);
}

static void handle_icrp(struct selftest_dial *dial, const struct l2tp_control_message *message)
{
	if (dial->state != SELFTEST_DIAL_WAIT_CALL || message->assigned_session_id == 0)
		return;
	dial->peer_session_id = message->assigned_session_id;
	dial->state = SELFTEST_DIAL_CALLED;
}

/* Hello and what a client need not know are acknowledged, no more. */
static int handle(struct selftest_dial *dial, uint64_t now_usec, const uint8_t *packet, size_t size)
{
	struct l2tp_control_message message;
	struct l2tp_header header;

	if (l2tp_header_read(packet, size, &header) != 0 ||
	    l2tp_control_message_read(&header.payload, NULL, &message) != 0)
		return 0;
	if (message.type == L2TP_MESSAGE_SCCRP)
		return handle_sccrp(dial, now_usec, &message);
	if (message.type == L2TP_MESSAGE_ICRP)
		handle_icrp(dial, &message);
	else if (message.type == L2TP_MESSAGE_STOPCCN)
		describe_end(dial, "the gateway closed the tunnel", &message);
	else if (message.type == L2TP_MESSAGE_CDN)
		describe_end(dial, "the gateway ended the call", &message);
	return 0;
}

static int take_in_order(struct selftest_dial *dial, uint64_t now_usec, const uint8_t *packet,
			 size_t size)
{
	uint8_t *held;
	size_t held_size;
	int r;

	r = handle(dial, now_usec, packet, size);
	while (l2tp_transport_take_held(&dial->transport, &held, &held_size)) {
		if (r == 0)
			r = handle(dial, now_usec, held, held_size);
		free(held);
	}
	return r;
}

/* All that was said has been heard. */
static void check_end(struct selftest_dial *dial)
{
	if (dial->state == SELFTEST_DIAL_CLOSING && dial->transport.queued == 0)
		dial->state = SELFTEST_DIAL_ENDED;
}

int selftest_dial_receive(struct selftest_dial *dial, uint64_t now_usec, const uint8_t *packet,
			  size_t size)
{
	struct l2tp_header header;
	int r = 0;

	if (l2tp_header_read(packet, size, &header) != 0 || !header.control ||
	    header.tunnel_id != dial->tunnel_id)
		return 0;
	l2tp_transport_acknowledged(&dial->transport, now_usec, header.nr);
	if (header.payload.remaining > 0 &&
	    l2tp_transport_receive(&dial->transport, header.ns, packet, size) == L2TP_ORDER_NEXT)
		r = take_in_order(dial, now_usec, packet, size);
	l2tp_transport_flush(&dial->transport);
	check_end(dial);
	return r;
}

/* ---- time -------------------------------------------------------------------------- */

int selftest_dial_start(struct selftest_dial *dial, uint64_t now_usec, uint16_t tunnel_id,
			uint16_t session_id, l2tp_transport_send_fn send, void *userdata)
{
	int r;

	*dial = (struct selftest_dial){
		.state = SELFTEST_DIAL_WAIT_TUNNEL,
		.tunnel_id = tunnel_id,
		.session_id = session_id,
	};
	l2tp_transport_init(&dial->transport, &settings, 0, 0, send, userdata);
	r = send_sccrq(dial, now_usec);
	if (r < 0)
		selftest_dial_done(dial);
	return r;
}

void selftest_dial_done(struct selftest_dial *dial)
{
	l2tp_transport_done(&dial->transport);
}

uint64_t selftest_dial_next_deadline(const struct selftest_dial *dial)
{
	return dial->state == SELFTEST_DIAL_ENDED ? UINT64_MAX
						  : l2tp_transport_next_deadline(&dial->transport);
}

void selftest_dial_handle_deadline(struct selftest_dial *dial, uint64_t now_usec)
{
	if (now_usec < selftest_dial_next_deadline(dial))
		return;
	if (l2tp_transport_handle_deadline(&dial->transport, now_usec) == 0)
		return;
	dial->is_unanswered = true;
	dial->state = SELFTEST_DIAL_ENDED;
}
