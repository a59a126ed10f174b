/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Control messages (RFC 2661, section 6): the packets that we send. Pure. */
#include "l2tp/control_packet.h"

#include "l2tp/control_message.h"
#include "l2tp/header.h"

#include <stdio.h>
#include <string.h>

#define VENDOR_NAME            "Saregate"
#define PROTOCOL_VERSION       0x0100 /* version 1, revision 0 */
#define FRAMING_ASYNC_AND_SYNC 0x00000003

static void begin(struct l2tp_writer *writer, uint16_t tunnel_id, uint16_t session_id,
		  enum l2tp_message_type type)
{
	l2tp_header_write(writer, tunnel_id, session_id);
	l2tp_avp_write_u16(writer, true, L2TP_AVP_MESSAGE_TYPE, (uint16_t)type);
}

/* The same with the vector for what is hidden in it. */
static void begin_hidden(struct l2tp_writer *writer, uint16_t tunnel_id, uint16_t session_id,
			 enum l2tp_message_type type, const struct l2tp_hiding *hiding)
{
	begin(writer, tunnel_id, session_id, type);
	if (hiding)
		l2tp_avp_write_vector(writer, hiding);
}

/* An AVP that may be hidden. */
static void write_value(struct l2tp_writer *writer, bool mandatory, enum l2tp_avp_type type,
			const void *value, size_t size, const struct l2tp_hiding *hiding)
{
	if (hiding)
		l2tp_avp_write_hidden(writer, mandatory, type, value, size, hiding);
	else
		l2tp_avp_write(writer, mandatory, type, value, size);
}

static void write_id(struct l2tp_writer *writer, enum l2tp_avp_type type, uint16_t id,
		     const struct l2tp_hiding *hiding)
{
	const uint8_t bytes[] = { (uint8_t)(id >> 8), (uint8_t)id };

	write_value(writer, true, type, bytes, sizeof(bytes), hiding);
}

static void write_mask(struct l2tp_writer *writer, enum l2tp_avp_type type, uint8_t mask,
		       const struct l2tp_hiding *hiding)
{
	const uint8_t bytes[] = { 0, 0, 0, mask };

	write_value(writer, true, type, bytes, sizeof(bytes), hiding);
}

static void write_result(struct l2tp_writer *writer, const struct l2tp_result *result)
{
	uint8_t bytes[4 + L2TP_ERROR_MESSAGE_MAX];
	struct l2tp_writer value;

	l2tp_writer_init(&value, bytes, sizeof(bytes));
	l2tp_write_u16(&value, result->result);
	if (result->error != L2TP_ERROR_NONE || result->message)
		l2tp_write_u16(&value, result->error);
	if (result->message)
		l2tp_write_bytes(&value, result->message,
				 strnlen(result->message, L2TP_ERROR_MESSAGE_MAX));
	l2tp_avp_write(writer, true, L2TP_AVP_RESULT_CODE, bytes, value.size);
}

_Static_assert((int)L2TP_STOPCCN_ERROR == (int)L2TP_CDN_ERROR, "one result for both");

struct l2tp_result l2tp_result_unknown_avp(const struct l2tp_control_message *message,
					   char text[L2TP_ERROR_MESSAGE_MAX])
{
	snprintf(text, L2TP_ERROR_MESSAGE_MAX, "mandatory AVP %u of vendor %u is not understood",
		 message->unknown_type, message->unknown_vendor);
	return (struct l2tp_result){ .result = L2TP_STOPCCN_ERROR,
				     .error = L2TP_ERROR_UNKNOWN_AVP,
				     .message = text };
}

void l2tp_write_zlb(struct l2tp_writer *writer, uint16_t tunnel_id)
{
	l2tp_header_write(writer, tunnel_id, 0);
	l2tp_header_finish(writer);
}

void l2tp_write_sccrp(struct l2tp_writer *writer, uint16_t tunnel_id, uint16_t assigned_tunnel_id,
		      const struct l2tp_sccrp *sccrp, const struct l2tp_hiding *hiding)
{
	const struct l2tp_lns_settings *settings = sccrp->settings;

	begin_hidden(writer, tunnel_id, 0, L2TP_MESSAGE_SCCRP, hiding);
	l2tp_avp_write_u16(writer, true, L2TP_AVP_PROTOCOL_VERSION, PROTOCOL_VERSION);
	write_mask(writer, L2TP_AVP_FRAMING_CAPABILITIES, FRAMING_ASYNC_AND_SYNC, hiding);
	/* No bearer: no outgoing calls are placed here. */
	write_mask(writer, L2TP_AVP_BEARER_CAPABILITIES, 0, hiding);
	l2tp_avp_write(writer, true, L2TP_AVP_HOST_NAME, settings->host_name,
		       strnlen(settings->host_name, sizeof(settings->host_name)));
	write_value(writer, false, L2TP_AVP_VENDOR_NAME, VENDOR_NAME, strlen(VENDOR_NAME), hiding);
	write_id(writer, L2TP_AVP_ASSIGNED_TUNNEL_ID, assigned_tunnel_id, hiding);
	l2tp_avp_write_u16(writer, true, L2TP_AVP_RECEIVE_WINDOW_SIZE,
			   settings->receive_window_size);
	if (sccrp->challenge.bytes)
		write_value(writer, true, L2TP_AVP_CHALLENGE, sccrp->challenge.bytes,
			    sccrp->challenge.size, hiding);
	if (sccrp->response.bytes)
		write_value(writer, true, L2TP_AVP_CHALLENGE_RESPONSE, sccrp->response.bytes,
			    sccrp->response.size, hiding);
	l2tp_header_finish(writer);
}

void l2tp_write_hello(struct l2tp_writer *writer, uint16_t tunnel_id)
{
	begin(writer, tunnel_id, 0, L2TP_MESSAGE_HELLO);
	l2tp_header_finish(writer);
}

void l2tp_write_stopccn(struct l2tp_writer *writer, uint16_t tunnel_id, uint16_t assigned_tunnel_id,
			const struct l2tp_result *result, const struct l2tp_hiding *hiding)
{
	begin_hidden(writer, tunnel_id, 0, L2TP_MESSAGE_STOPCCN, hiding);
	write_id(writer, L2TP_AVP_ASSIGNED_TUNNEL_ID, assigned_tunnel_id, hiding);
	write_result(writer, result);
	l2tp_header_finish(writer);
}

void l2tp_write_icrp(struct l2tp_writer *writer, uint16_t tunnel_id, uint16_t session_id,
		     uint16_t assigned_session_id, const struct l2tp_hiding *hiding)
{
	begin_hidden(writer, tunnel_id, session_id, L2TP_MESSAGE_ICRP, hiding);
	write_id(writer, L2TP_AVP_ASSIGNED_SESSION_ID, assigned_session_id, hiding);
	l2tp_header_finish(writer);
}

void l2tp_write_cdn(struct l2tp_writer *writer, uint16_t tunnel_id, uint16_t session_id,
		    uint16_t assigned_session_id, const struct l2tp_result *result,
		    const struct l2tp_hiding *hiding)
{
	begin_hidden(writer, tunnel_id, session_id, L2TP_MESSAGE_CDN, hiding);
	write_result(writer, result);
	write_id(writer, L2TP_AVP_ASSIGNED_SESSION_ID, assigned_session_id, hiding);
	l2tp_header_finish(writer);
}
