/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Control messages (RFC 2661, section 6): bytes to struct and struct to bytes. Pure. */
#include "l2tp/control_message.h"

#include "base/cleanup.h"
#include "l2tp/avp.h"

#include <string.h>

#define VENDOR_NAME            "Saregate"
#define PROTOCOL_VERSION       0x0100 /* version 1, revision 0 */
#define FRAMING_ASYNC_AND_SYNC 0x00000003
#define VALUE_SIZE_UNLIMITED   L2TP_AVP_VALUE_MAX

/* Which sizes a value may have: the first line of defence against hostile ones. */
struct avp_size {
	uint16_t minimum;
	uint16_t maximum;
	bool known;
};

#define FIXED(size)                  \
	{                            \
		(size), (size), true \
	}
#define AT_LEAST(size)                             \
	{                                          \
		(size), VALUE_SIZE_UNLIMITED, true \
	}

static const struct avp_size avp_sizes[] = {
	[L2TP_AVP_MESSAGE_TYPE] = FIXED(2),
	[L2TP_AVP_RESULT_CODE] = AT_LEAST(2), /* Apple and others leave Error Code out */
	[L2TP_AVP_PROTOCOL_VERSION] = FIXED(2),
	[L2TP_AVP_FRAMING_CAPABILITIES] = FIXED(4),
	[L2TP_AVP_BEARER_CAPABILITIES] = FIXED(4),
	[L2TP_AVP_TIE_BREAKER] = FIXED(8),
	[L2TP_AVP_FIRMWARE_REVISION] = FIXED(2),
	[L2TP_AVP_HOST_NAME] = AT_LEAST(0),
	[L2TP_AVP_VENDOR_NAME] = AT_LEAST(0),
	[L2TP_AVP_ASSIGNED_TUNNEL_ID] = FIXED(2),
	[L2TP_AVP_RECEIVE_WINDOW_SIZE] = FIXED(2),
	[L2TP_AVP_CHALLENGE] = AT_LEAST(1),
	[L2TP_AVP_CAUSE_CODE] = AT_LEAST(3),
	[L2TP_AVP_CHALLENGE_RESPONSE] = FIXED(16),
	[L2TP_AVP_ASSIGNED_SESSION_ID] = FIXED(2),
	[L2TP_AVP_CALL_SERIAL_NUMBER] = FIXED(4),
	[L2TP_AVP_MINIMUM_BPS] = FIXED(4),
	[L2TP_AVP_MAXIMUM_BPS] = FIXED(4),
	[L2TP_AVP_BEARER_TYPE] = FIXED(4),
	[L2TP_AVP_FRAMING_TYPE] = FIXED(4),
	[L2TP_AVP_CALLED_NUMBER] = AT_LEAST(0),
	[L2TP_AVP_CALLING_NUMBER] = AT_LEAST(0),
	[L2TP_AVP_SUB_ADDRESS] = AT_LEAST(0),
	[L2TP_AVP_TX_CONNECT_SPEED] = FIXED(4),
	[L2TP_AVP_PHYSICAL_CHANNEL_ID] = FIXED(4),
	[L2TP_AVP_INITIAL_LCP_CONFREQ] = AT_LEAST(0),
	[L2TP_AVP_LAST_SENT_LCP_CONFREQ] = AT_LEAST(0),
	[L2TP_AVP_LAST_RECEIVED_LCP_CONFREQ] = AT_LEAST(0),
	[L2TP_AVP_PROXY_AUTHEN_TYPE] = FIXED(2),
	[L2TP_AVP_PROXY_AUTHEN_NAME] = AT_LEAST(0),
	[L2TP_AVP_PROXY_AUTHEN_CHALLENGE] = AT_LEAST(0),
	[L2TP_AVP_PROXY_AUTHEN_ID] = FIXED(2),
	[L2TP_AVP_PROXY_AUTHEN_RESPONSE] = AT_LEAST(0),
	[L2TP_AVP_CALL_ERRORS] = FIXED(26),
	[L2TP_AVP_ACCM] = FIXED(10),
	[L2TP_AVP_RANDOM_VECTOR] = AT_LEAST(0),
	[L2TP_AVP_PRIVATE_GROUP_ID] = AT_LEAST(0),
	[L2TP_AVP_RX_CONNECT_SPEED] = FIXED(4),
	[L2TP_AVP_SEQUENCING_REQUIRED] = FIXED(0),
};

static bool avp_is_understood(const struct l2tp_avp *avp)
{
	const struct avp_size *size;

	if (avp->vendor_id != 0 || avp->hidden || avp->reserved || avp->type >= ELEMENTS(avp_sizes))
		return false;
	size = &avp_sizes[avp->type];
	return size->known && avp->value_size >= size->minimum && avp->value_size <= size->maximum;
}

static enum l2tp_message_type message_type(uint16_t value)
{
	switch (value) {
	case L2TP_MESSAGE_SCCRQ:
	case L2TP_MESSAGE_SCCRP:
	case L2TP_MESSAGE_SCCCN:
	case L2TP_MESSAGE_STOPCCN:
	case L2TP_MESSAGE_HELLO:
	case L2TP_MESSAGE_OCRQ:
	case L2TP_MESSAGE_OCRP:
	case L2TP_MESSAGE_OCCN:
	case L2TP_MESSAGE_ICRQ:
	case L2TP_MESSAGE_ICRP:
	case L2TP_MESSAGE_ICCN:
	case L2TP_MESSAGE_CDN:
	case L2TP_MESSAGE_WEN:
	case L2TP_MESSAGE_SLI:
		return (enum l2tp_message_type)value;
	default:
		return L2TP_MESSAGE_UNKNOWN;
	}
}

/*
 * Apple's Result Code comes in host byte order. No code above 255 exists, so
 * one that has only its high byte set is a swapped one.
 */
static uint16_t result_code(uint16_t value)
{
	return (value & 0xff) == 0 ? value >> 8 : value;
}

/* Take what the engine uses; the other known attributes are of no interest to an LNS. */
static void take_avp(struct l2tp_control_message *message, const struct l2tp_avp *avp)
{
	const struct l2tp_octets octets = { avp->value, avp->value_size };
	struct l2tp_reader value;

	l2tp_reader_init(&value, avp->value, avp->value_size);
	switch (avp->type) {
	case L2TP_AVP_RESULT_CODE:
		message->result = result_code(l2tp_read_u16(&value));
		message->error = result_code(l2tp_read_u16(&value)); /* 0 if absent */
		break;
	case L2TP_AVP_PROTOCOL_VERSION:
		message->protocol_version = l2tp_read_u16(&value);
		break;
	case L2TP_AVP_HOST_NAME:
		message->host_name = octets;
		break;
	case L2TP_AVP_ASSIGNED_TUNNEL_ID:
		message->assigned_tunnel_id = l2tp_read_u16(&value);
		break;
	case L2TP_AVP_RECEIVE_WINDOW_SIZE:
		message->receive_window_size = l2tp_read_u16(&value);
		break;
	case L2TP_AVP_CHALLENGE:
		message->challenge = octets;
		break;
	case L2TP_AVP_ASSIGNED_SESSION_ID:
		message->assigned_session_id = l2tp_read_u16(&value);
		break;
	case L2TP_AVP_CALL_SERIAL_NUMBER:
		message->call_serial_number = l2tp_read_u32(&value);
		break;
	case L2TP_AVP_SEQUENCING_REQUIRED:
		message->sequencing_required = true;
		break;
	default:
		break;
	}
}

/* The Message Type must be the first AVP, readable and of the IETF (4.4.1). */
static int read_type(struct l2tp_reader *reader, struct l2tp_control_message *message)
{
	struct l2tp_reader value;
	struct l2tp_avp avp;

	if (l2tp_avp_next(reader, &avp) != 0 || avp.type != L2TP_AVP_MESSAGE_TYPE ||
	    !avp_is_understood(&avp))
		return L2TP_E_MALFORMED;
	l2tp_reader_init(&value, avp.value, avp.value_size);
	message->type = message_type(l2tp_read_u16(&value));
	message->type_mandatory = avp.mandatory;
	return 0;
}

int l2tp_control_message_read(const struct l2tp_reader *payload,
			      struct l2tp_control_message *ret_message)
{
	struct l2tp_control_message message = { 0 };
	struct l2tp_reader reader = *payload;
	struct l2tp_avp avp;

	if (read_type(&reader, &message) != 0)
		return L2TP_E_MALFORMED;
	while (reader.remaining > 0) {
		if (l2tp_avp_next(&reader, &avp) != 0)
			return L2TP_E_MALFORMED;
		if (avp_is_understood(&avp))
			take_avp(&message, &avp);
		else if (avp.mandatory)
			message.unknown_mandatory = true;
	}
	*ret_message = message;
	return 0;
}

static void begin(struct l2tp_writer *writer, uint16_t tunnel_id, uint16_t session_id,
		  enum l2tp_message_type type)
{
	l2tp_header_write(writer, tunnel_id, session_id);
	l2tp_avp_write_u16(writer, true, L2TP_AVP_MESSAGE_TYPE, (uint16_t)type);
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

void l2tp_write_zlb(struct l2tp_writer *writer, uint16_t tunnel_id)
{
	l2tp_header_write(writer, tunnel_id, 0);
	l2tp_header_finish(writer);
}

void l2tp_write_sccrp(struct l2tp_writer *writer, uint16_t tunnel_id, uint16_t assigned_tunnel_id,
		      const struct l2tp_lns_settings *settings)
{
	begin(writer, tunnel_id, 0, L2TP_MESSAGE_SCCRP);
	l2tp_avp_write_u16(writer, true, L2TP_AVP_PROTOCOL_VERSION, PROTOCOL_VERSION);
	l2tp_avp_write_u32(writer, true, L2TP_AVP_FRAMING_CAPABILITIES, FRAMING_ASYNC_AND_SYNC);
	/* No bearer: this LNS places no outgoing calls. */
	l2tp_avp_write_u32(writer, true, L2TP_AVP_BEARER_CAPABILITIES, 0);
	l2tp_avp_write(writer, true, L2TP_AVP_HOST_NAME, settings->host_name,
		       strnlen(settings->host_name, sizeof(settings->host_name)));
	l2tp_avp_write(writer, false, L2TP_AVP_VENDOR_NAME, VENDOR_NAME, strlen(VENDOR_NAME));
	l2tp_avp_write_u16(writer, true, L2TP_AVP_ASSIGNED_TUNNEL_ID, assigned_tunnel_id);
	l2tp_avp_write_u16(writer, true, L2TP_AVP_RECEIVE_WINDOW_SIZE,
			   settings->receive_window_size);
	l2tp_header_finish(writer);
}

void l2tp_write_hello(struct l2tp_writer *writer, uint16_t tunnel_id)
{
	begin(writer, tunnel_id, 0, L2TP_MESSAGE_HELLO);
	l2tp_header_finish(writer);
}

void l2tp_write_stopccn(struct l2tp_writer *writer, uint16_t tunnel_id, uint16_t assigned_tunnel_id,
			const struct l2tp_result *result)
{
	begin(writer, tunnel_id, 0, L2TP_MESSAGE_STOPCCN);
	l2tp_avp_write_u16(writer, true, L2TP_AVP_ASSIGNED_TUNNEL_ID, assigned_tunnel_id);
	write_result(writer, result);
	l2tp_header_finish(writer);
}

void l2tp_write_icrp(struct l2tp_writer *writer, uint16_t tunnel_id, uint16_t session_id,
		     uint16_t assigned_session_id)
{
	begin(writer, tunnel_id, session_id, L2TP_MESSAGE_ICRP);
	l2tp_avp_write_u16(writer, true, L2TP_AVP_ASSIGNED_SESSION_ID, assigned_session_id);
	l2tp_header_finish(writer);
}

void l2tp_write_cdn(struct l2tp_writer *writer, uint16_t tunnel_id, uint16_t session_id,
		    uint16_t assigned_session_id, const struct l2tp_result *result)
{
	begin(writer, tunnel_id, session_id, L2TP_MESSAGE_CDN);
	write_result(writer, result);
	l2tp_avp_write_u16(writer, true, L2TP_AVP_ASSIGNED_SESSION_ID, assigned_session_id);
	l2tp_header_finish(writer);
}
