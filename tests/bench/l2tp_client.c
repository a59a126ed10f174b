/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Built with the engine's own reader and writer; nothing is sent twice. */
#include "tests/bench/l2tp_client.h"

#include "l2tp/avp.h"
#include "l2tp/control_message.h"
#include "l2tp/header.h"

#include <poll.h>
#include <sys/socket.h>

#define OWN_SESSION_ID 1

/* Turns of the service, each with a wait of as many milliseconds for its answer. */
#define ANSWER_TURNS 1000
#define ANSWER_WAIT  5

static void begin(struct l2tp_writer *writer, uint8_t packet[256], const struct l2tp_client *client,
		  uint16_t session_id, uint16_t message_type)
{
	l2tp_writer_init(writer, packet, 256);
	l2tp_header_write(writer, client->tunnel_id, session_id);
	l2tp_avp_write_u16(writer, true, L2TP_AVP_MESSAGE_TYPE, message_type);
}

static bool say(const struct l2tp_client *client, struct l2tp_writer *writer, uint16_t ns,
		uint16_t nr)
{
	l2tp_header_finish(writer);
	l2tp_header_set_sequence(writer->bytes, writer->size, ns, nr);
	return !writer->failed &&
	       send(client->socket, writer->bytes, writer->size, 0) == (ssize_t)writer->size;
}

/* Waits for the message of this type; others are passed over. */
static bool hear(const struct l2tp_client *client, uint16_t message_type, uint8_t packet[2048],
		 struct l2tp_control_message *ret_message)
{
	struct pollfd wait = { .fd = client->socket, .events = POLLIN };
	struct l2tp_header header;
	ssize_t size;

	for (unsigned int i = 0; i < ANSWER_TURNS; i++) {
		client->run_service(client->userdata);
		poll(&wait, 1, ANSWER_WAIT);
		while ((size = recv(client->socket, packet, 2048, MSG_DONTWAIT)) > 0)
			if (l2tp_header_read(packet, (size_t)size, &header) == 0 &&
			    header.control && header.payload.remaining > 0 &&
			    l2tp_control_message_read(&header.payload, NULL, ret_message) == 0 &&
			    ret_message->type == message_type)
				return true;
	}
	return false;
}

static bool open_tunnel(struct l2tp_client *client)
{
	uint8_t packet[2048];
	struct l2tp_control_message sccrp;
	struct l2tp_writer writer;

	begin(&writer, packet, client, 0, L2TP_MESSAGE_SCCRQ);
	l2tp_avp_write_u16(&writer, true, L2TP_AVP_PROTOCOL_VERSION, 0x100);
	l2tp_avp_write_u32(&writer, true, L2TP_AVP_FRAMING_CAPABILITIES, 3);
	l2tp_avp_write(&writer, true, L2TP_AVP_HOST_NAME, "bench", 5);
	l2tp_avp_write_u16(&writer, true, L2TP_AVP_ASSIGNED_TUNNEL_ID, client->own_tunnel_id);
	l2tp_avp_write_u16(&writer, true, L2TP_AVP_RECEIVE_WINDOW_SIZE, 8);
	if (!say(client, &writer, 0, 0) || !hear(client, L2TP_MESSAGE_SCCRP, packet, &sccrp))
		return false;
	client->tunnel_id = sccrp.assigned_tunnel_id;
	begin(&writer, packet, client, 0, L2TP_MESSAGE_SCCCN);
	return say(client, &writer, 1, 1);
}

static bool open_call(struct l2tp_client *client)
{
	uint8_t packet[2048];
	struct l2tp_control_message icrp;
	struct l2tp_writer writer;

	begin(&writer, packet, client, 0, L2TP_MESSAGE_ICRQ);
	l2tp_avp_write_u16(&writer, true, L2TP_AVP_ASSIGNED_SESSION_ID, OWN_SESSION_ID);
	l2tp_avp_write_u32(&writer, true, L2TP_AVP_CALL_SERIAL_NUMBER, 1);
	if (!say(client, &writer, 2, 1) || !hear(client, L2TP_MESSAGE_ICRP, packet, &icrp))
		return false;
	client->session_id = icrp.assigned_session_id;
	begin(&writer, packet, client, client->session_id, L2TP_MESSAGE_ICCN);
	l2tp_avp_write_u32(&writer, true, L2TP_AVP_TX_CONNECT_SPEED, 10000000);
	l2tp_avp_write_u32(&writer, true, L2TP_AVP_FRAMING_TYPE, 1);
	return say(client, &writer, 3, 2);
}

bool l2tp_client_connect(struct l2tp_client *client)
{
	client->tunnel_id = 0;
	if (!open_tunnel(client) || !open_call(client))
		return false;
	client->run_service(client->userdata);
	return true;
}
