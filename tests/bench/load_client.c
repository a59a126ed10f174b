/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Built with the engine's own codecs and transport. Pure. */
#include "tests/bench/load_client.h"

#include "l2tp/avp.h"
#include "l2tp/control_message.h"
#include "l2tp/header.h"

#include <stdlib.h>

#define PACKET_MAX             256
#define PROTOCOL_VERSION       0x0100
#define FRAMING_SYNC_AND_ASYNC 3
#define CONNECT_SPEED          100000000
#define STOPCCN_SHUTDOWN       6

/* As a phone has them: 1 s, doubled up to 8 s, five times. */
const struct l2tp_transport_settings load_client_transport_settings = {
	.retransmit_initial_usec = 1000000,
	.retransmit_cap_usec = 8000000,
	.retransmit_maximum = 5,
	.receive_window_size = 4,
};

struct packet {
	uint8_t bytes[PACKET_MAX];
	struct l2tp_writer writer;
};

static void begin(struct packet *packet, const struct load_client *client, uint16_t session_id,
		  enum l2tp_message_type type)
{
	l2tp_writer_init(&packet->writer, packet->bytes, sizeof(packet->bytes));
	l2tp_header_write(&packet->writer, client->tunnel_id, session_id);
	l2tp_avp_write_u16(&packet->writer, true, L2TP_AVP_MESSAGE_TYPE, (uint16_t)type);
}

static void say(struct load_client *client, uint64_t now_usec, struct packet *packet)
{
	l2tp_header_finish(&packet->writer);
	if (packet->writer.failed || l2tp_transport_queue(&client->transport, now_usec,
							  packet->bytes, packet->writer.size) < 0)
		client->state = LOAD_STATE_FAILED;
}

static void say_sccrq(struct load_client *client, uint64_t now_usec)
{
	static const char name[] = "load";
	struct packet packet;

	begin(&packet, client, 0, L2TP_MESSAGE_SCCRQ);
	l2tp_avp_write_u16(&packet.writer, true, L2TP_AVP_PROTOCOL_VERSION, PROTOCOL_VERSION);
	l2tp_avp_write_u32(&packet.writer, true, L2TP_AVP_FRAMING_CAPABILITIES,
			   FRAMING_SYNC_AND_ASYNC);
	l2tp_avp_write(&packet.writer, true, L2TP_AVP_HOST_NAME, name, sizeof(name) - 1);
	l2tp_avp_write_u16(&packet.writer, true, L2TP_AVP_ASSIGNED_TUNNEL_ID, client->own_id);
	l2tp_avp_write_u16(&packet.writer, true, L2TP_AVP_RECEIVE_WINDOW_SIZE,
			   load_client_transport_settings.receive_window_size);
	say(client, now_usec, &packet);
}

static void say_scccn_and_icrq(struct load_client *client, uint64_t now_usec)
{
	struct packet packet;

	begin(&packet, client, 0, L2TP_MESSAGE_SCCCN);
	say(client, now_usec, &packet);
	begin(&packet, client, 0, L2TP_MESSAGE_ICRQ);
	l2tp_avp_write_u16(&packet.writer, true, L2TP_AVP_ASSIGNED_SESSION_ID, client->own_id);
	l2tp_avp_write_u32(&packet.writer, true, L2TP_AVP_CALL_SERIAL_NUMBER, 1);
	say(client, now_usec, &packet);
}

static void say_iccn(struct load_client *client, uint64_t now_usec)
{
	struct packet packet;

	begin(&packet, client, client->session_id, L2TP_MESSAGE_ICCN);
	l2tp_avp_write_u32(&packet.writer, true, L2TP_AVP_TX_CONNECT_SPEED, CONNECT_SPEED);
	l2tp_avp_write_u32(&packet.writer, true, L2TP_AVP_FRAMING_TYPE, 1);
	say(client, now_usec, &packet);
}

bool load_client_is_connecting(const struct load_client *client)
{
	return client->state == LOAD_STATE_WAIT_SCCRP || client->state == LOAD_STATE_WAIT_ICRP ||
	       client->state == LOAD_STATE_WAIT_ACKNOWLEDGED;
}

static void change(struct load_client *client, enum load_state state)
{
	client->state = state == client->silent_in ? LOAD_STATE_SILENT : state;
	if (client->state == LOAD_STATE_FAILED || client->state == LOAD_STATE_SILENT)
		l2tp_transport_discard(&client->transport);
}

void load_client_start(struct load_client *client, uint16_t own_id, enum load_state silent_in,
		       uint64_t now_usec, l2tp_transport_send_fn send, void *userdata)
{
	*client = (struct load_client){
		.silent_in = silent_in,
		.own_id = own_id,
		.started_usec = now_usec,
		.state = LOAD_STATE_WAIT_SCCRP,
	};
	l2tp_deadline_init(&client->deadline, L2TP_DEADLINE_TUNNEL);
	l2tp_transport_init(&client->transport, &load_client_transport_settings, 0, 0, send,
			    userdata);
	say_sccrq(client, now_usec);
}

void load_client_done(struct load_client *client)
{
	if (client->state != LOAD_STATE_IDLE)
		l2tp_transport_done(&client->transport);
	client->state = LOAD_STATE_IDLE;
}

/* What a message means to a client in this state; all others are only acknowledged. */
static void handle(struct load_client *client, uint64_t now_usec,
		   const struct l2tp_control_message *message)
{
	if (message->type == L2TP_MESSAGE_STOPCCN || message->type == L2TP_MESSAGE_CDN) {
		client->result = message->result;
		change(client, LOAD_STATE_FAILED);
	} else if (message->type == L2TP_MESSAGE_SCCRP && client->state == LOAD_STATE_WAIT_SCCRP) {
		client->tunnel_id = message->assigned_tunnel_id;
		client->transport.peer_tunnel_id = message->assigned_tunnel_id;
		if (message->receive_window_size > 0)
			client->transport.peer_window = message->receive_window_size;
		change(client, LOAD_STATE_WAIT_ICRP);
		if (client->state == LOAD_STATE_WAIT_ICRP)
			say_scccn_and_icrq(client, now_usec);
	} else if (message->type == L2TP_MESSAGE_ICRP && client->state == LOAD_STATE_WAIT_ICRP) {
		client->session_id = message->assigned_session_id;
		change(client, LOAD_STATE_WAIT_ACKNOWLEDGED);
		if (client->state == LOAD_STATE_WAIT_ACKNOWLEDGED)
			say_iccn(client, now_usec);
	}
}

static void handle_packet(struct load_client *client, uint64_t now_usec, const uint8_t *packet,
			  size_t size)
{
	struct l2tp_control_message message;
	struct l2tp_header header;

	if (l2tp_header_read(packet, size, &header) == 0 &&
	    l2tp_control_message_read(&header.payload, NULL, &message) == 0)
		handle(client, now_usec, &message);
}

/* The message whose turn it is, and those that came before their turn. */
static void receive_message(struct load_client *client, uint64_t now_usec, uint16_t ns,
			    const uint8_t *packet, size_t size)
{
	uint8_t *held;

	if (l2tp_transport_receive(&client->transport, ns, packet, size) == L2TP_ORDER_NEXT) {
		handle_packet(client, now_usec, packet, size);
		while (l2tp_transport_take_held(&client->transport, &held, &size)) {
			handle_packet(client, now_usec, held, size);
			free(held);
		}
	}
	if (client->state != LOAD_STATE_SILENT)
		l2tp_transport_flush(&client->transport);
}

void load_client_receive(struct load_client *client, uint64_t now_usec, const uint8_t *packet,
			 size_t size)
{
	struct l2tp_header header;

	if (client->state == LOAD_STATE_IDLE || client->state == LOAD_STATE_SILENT ||
	    l2tp_header_read(packet, size, &header) != 0 || !header.control ||
	    header.tunnel_id != client->own_id)
		return;
	l2tp_transport_acknowledged(&client->transport, now_usec, header.nr);
	if (header.payload.remaining > 0)
		receive_message(client, now_usec, header.ns, packet, size);
	if (client->state == LOAD_STATE_WAIT_ACKNOWLEDGED && client->transport.queued == 0) {
		client->up_usec = now_usec;
		change(client, LOAD_STATE_UP);
	}
}

uint64_t load_client_next_deadline(const struct load_client *client)
{
	return client->state == LOAD_STATE_IDLE ? UINT64_MAX
						: l2tp_transport_next_deadline(&client->transport);
}

void load_client_handle_deadline(struct load_client *client, uint64_t now_usec)
{
	if (l2tp_transport_handle_deadline(&client->transport, now_usec) != 0)
		change(client, LOAD_STATE_FAILED);
}

void load_client_hang_up(struct load_client *client, uint64_t now_usec)
{
	const uint8_t result[] = { 0, STOPCCN_SHUTDOWN };
	struct packet packet;

	if (client->state == LOAD_STATE_UP) {
		begin(&packet, client, 0, L2TP_MESSAGE_STOPCCN);
		l2tp_avp_write_u16(&packet.writer, true, L2TP_AVP_ASSIGNED_TUNNEL_ID,
				   client->own_id);
		l2tp_avp_write(&packet.writer, true, L2TP_AVP_RESULT_CODE, result, sizeof(result));
		say(client, now_usec, &packet);
	}
	load_client_done(client);
}
