/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Control messages (RFC 2661, section 6): bytes to struct, a table of AVPs. Pure. */
#include "l2tp/control_message.h"

#include "base/cleanup.h"

#include <string.h>

/* One attribute: which sizes its value may have, and how it is taken. */
struct attribute {
	void (*take)(struct l2tp_control_message *message, const struct attribute *attribute,
		     struct l2tp_octets value);
	uint16_t minimum;
	uint16_t maximum;
	uint16_t offset; /* of the field in struct l2tp_control_message */
};

static void *field(struct l2tp_control_message *message, const struct attribute *attribute)
{
	return (char *)message + attribute->offset;
}

static void take_u16(struct l2tp_control_message *message, const struct attribute *attribute,
		     struct l2tp_octets value)
{
	struct l2tp_reader reader;

	l2tp_reader_init(&reader, value.bytes, value.size);
	*(uint16_t *)field(message, attribute) = l2tp_read_u16(&reader);
}

static void take_u32(struct l2tp_control_message *message, const struct attribute *attribute,
		     struct l2tp_octets value)
{
	struct l2tp_reader reader;

	l2tp_reader_init(&reader, value.bytes, value.size);
	*(uint32_t *)field(message, attribute) = l2tp_read_u32(&reader);
}

static void take_octets(struct l2tp_control_message *message, const struct attribute *attribute,
			struct l2tp_octets value)
{
	*(struct l2tp_octets *)field(message, attribute) = value;
}

/* What has no place of its own: that it was there is all. */
static void take_nothing(struct l2tp_control_message *message, const struct attribute *attribute,
			 struct l2tp_octets value)
{
}

static void take_tie_breaker(struct l2tp_control_message *message,
			     const struct attribute *attribute, struct l2tp_octets value)
{
	struct l2tp_reader reader;

	l2tp_reader_init(&reader, value.bytes, value.size);
	message->tie_breaker = (uint64_t)l2tp_read_u32(&reader) << 32;
	message->tie_breaker |= l2tp_read_u32(&reader);
}

/*
 * Apple's Result Code comes in host byte order. No code above 255 exists, so
 * one that has only its high byte set is a swapped one.
 */
static uint16_t result_code(uint16_t value)
{
	return (value & 0xff) == 0 ? value >> 8 : value;
}

/* Apple and others leave Error Code out. */
static void take_result(struct l2tp_control_message *message, const struct attribute *attribute,
			struct l2tp_octets value)
{
	struct l2tp_reader reader;

	l2tp_reader_init(&reader, value.bytes, value.size);
	message->result = result_code(l2tp_read_u16(&reader));
	message->error = 0;
	message->error_message = (struct l2tp_octets){ 0 };
	if (reader.remaining < 2)
		return;
	message->error = result_code(l2tp_read_u16(&reader));
	if (reader.remaining > 0)
		message->error_message = (struct l2tp_octets){ reader.bytes, reader.remaining };
}

static void take_cause(struct l2tp_control_message *message, const struct attribute *attribute,
		       struct l2tp_octets value)
{
	struct l2tp_reader reader;
	const uint8_t *byte;

	l2tp_reader_init(&reader, value.bytes, value.size);
	message->cause_code = l2tp_read_u16(&reader);
	byte = l2tp_read_bytes(&reader, 1);
	message->cause_message = byte ? *byte : 0;
	message->cause_advisory = (struct l2tp_octets){ reader.bytes, reader.remaining };
}

static void take_call_errors(struct l2tp_control_message *message,
			     const struct attribute *attribute, struct l2tp_octets value)
{
	struct l2tp_call_errors *errors = &message->call_errors;
	struct l2tp_reader reader;

	l2tp_reader_init(&reader, value.bytes, value.size);
	l2tp_read_u16(&reader); /* reserved */
	errors->crc = l2tp_read_u32(&reader);
	errors->framing = l2tp_read_u32(&reader);
	errors->hardware_overruns = l2tp_read_u32(&reader);
	errors->buffer_overruns = l2tp_read_u32(&reader);
	errors->timeouts = l2tp_read_u32(&reader);
	errors->alignment = l2tp_read_u32(&reader);
}

static void take_accm(struct l2tp_control_message *message, const struct attribute *attribute,
		      struct l2tp_octets value)
{
	struct l2tp_reader reader;

	l2tp_reader_init(&reader, value.bytes, value.size);
	l2tp_read_u16(&reader); /* reserved */
	message->send_accm = l2tp_read_u32(&reader);
	message->receive_accm = l2tp_read_u32(&reader);
}

static void take_sequencing_required(struct l2tp_control_message *message,
				     const struct attribute *attribute, struct l2tp_octets value)
{
	message->sequencing_required = true;
}

#define TYPED(type, name)                                        \
	(uint16_t)(offsetof(struct l2tp_control_message, name) + \
		   0 * sizeof((type *)NULL == &((struct l2tp_control_message *)NULL)->name))
#define U16(name)                                     \
	{                                             \
		take_u16, 2, 2, TYPED(uint16_t, name) \
	}
#define U32(name)                                     \
	{                                             \
		take_u32, 4, 4, TYPED(uint32_t, name) \
	}
#define OCTETS(name, at_least)                                                               \
	{                                                                                    \
		take_octets, (at_least), L2TP_AVP_VALUE_MAX, TYPED(struct l2tp_octets, name) \
	}

/* clang-format off */
static const struct attribute attributes[] = {
	[L2TP_AVP_MESSAGE_TYPE]              = { take_nothing, 2, 2, 0 },
	[L2TP_AVP_RESULT_CODE]               = { take_result, 2, L2TP_AVP_VALUE_MAX, 0 },
	[L2TP_AVP_PROTOCOL_VERSION]          = U16(protocol_version),
	[L2TP_AVP_FRAMING_CAPABILITIES]      = U32(framing_capabilities),
	[L2TP_AVP_BEARER_CAPABILITIES]       = U32(bearer_capabilities),
	[L2TP_AVP_TIE_BREAKER]               = { take_tie_breaker, 8, 8, 0 },
	[L2TP_AVP_FIRMWARE_REVISION]         = U16(firmware_revision),
	[L2TP_AVP_HOST_NAME]                 = OCTETS(host_name, 0),
	[L2TP_AVP_VENDOR_NAME]               = OCTETS(vendor_name, 0),
	[L2TP_AVP_ASSIGNED_TUNNEL_ID]        = U16(assigned_tunnel_id),
	[L2TP_AVP_RECEIVE_WINDOW_SIZE]       = U16(receive_window_size),
	[L2TP_AVP_CHALLENGE]                 = OCTETS(challenge, 1),
	[L2TP_AVP_CAUSE_CODE]                = { take_cause, 3, L2TP_AVP_VALUE_MAX, 0 },
	[L2TP_AVP_CHALLENGE_RESPONSE]        = { take_octets, 16, 16,
						 TYPED(struct l2tp_octets, challenge_response) },
	[L2TP_AVP_ASSIGNED_SESSION_ID]       = U16(assigned_session_id),
	[L2TP_AVP_CALL_SERIAL_NUMBER]        = U32(call_serial_number),
	[L2TP_AVP_MINIMUM_BPS]               = U32(minimum_bps),
	[L2TP_AVP_MAXIMUM_BPS]               = U32(maximum_bps),
	[L2TP_AVP_BEARER_TYPE]               = U32(bearer_type),
	[L2TP_AVP_FRAMING_TYPE]              = U32(framing_type),
	[L2TP_AVP_CALLED_NUMBER]             = OCTETS(called_number, 0),
	[L2TP_AVP_CALLING_NUMBER]            = OCTETS(calling_number, 0),
	[L2TP_AVP_SUB_ADDRESS]               = OCTETS(sub_address, 0),
	[L2TP_AVP_TX_CONNECT_SPEED]          = U32(tx_connect_speed),
	[L2TP_AVP_PHYSICAL_CHANNEL_ID]       = U32(physical_channel_id),
	[L2TP_AVP_INITIAL_LCP_CONFREQ]       = OCTETS(initial_lcp_confreq, 0),
	[L2TP_AVP_LAST_SENT_LCP_CONFREQ]     = OCTETS(last_sent_lcp_confreq, 0),
	[L2TP_AVP_LAST_RECEIVED_LCP_CONFREQ] = OCTETS(last_received_lcp_confreq, 0),
	[L2TP_AVP_PROXY_AUTHEN_TYPE]         = U16(proxy_authen_type),
	[L2TP_AVP_PROXY_AUTHEN_NAME]         = OCTETS(proxy_authen_name, 0),
	[L2TP_AVP_PROXY_AUTHEN_CHALLENGE]    = OCTETS(proxy_authen_challenge, 0),
	[L2TP_AVP_PROXY_AUTHEN_ID]           = U16(proxy_authen_id),
	[L2TP_AVP_PROXY_AUTHEN_RESPONSE]     = OCTETS(proxy_authen_response, 0),
	[L2TP_AVP_CALL_ERRORS]               = { take_call_errors, 26, 26, 0 },
	[L2TP_AVP_ACCM]                      = { take_accm, 10, 10, 0 },
	[L2TP_AVP_RANDOM_VECTOR]             = { take_nothing, 0, L2TP_AVP_VALUE_MAX, 0 },
	[L2TP_AVP_PRIVATE_GROUP_ID]          = OCTETS(private_group_id, 0),
	[L2TP_AVP_RX_CONNECT_SPEED]          = U32(rx_connect_speed),
	[L2TP_AVP_SEQUENCING_REQUIRED]       = { take_sequencing_required, 0, 0, 0 },
};
/* clang-format on */

_Static_assert(ELEMENTS(attributes) <= 64, "a bit of `present` for each");

bool l2tp_control_message_has(const struct l2tp_control_message *message, enum l2tp_avp_type type)
{
	return message->present >> type & 1;
}

/* NULL: of a vendor, not defined, or with a bit that is not. */
static const struct attribute *attribute_of(const struct l2tp_avp *avp)
{
	if (avp->vendor_id != 0 || avp->reserved || avp->type >= ELEMENTS(attributes) ||
	    !attributes[avp->type].take)
		return NULL;
	return &attributes[avp->type];
}

static bool has_size_of(struct l2tp_octets value, const struct attribute *attribute)
{
	return value.size >= attribute->minimum && value.size <= attribute->maximum;
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

/* The Message Type must be the first AVP, readable and of the IETF (4.4.1). */
static int read_type(struct l2tp_reader *reader, struct l2tp_control_message *message)
{
	const struct attribute *attribute;
	struct l2tp_octets value;
	struct l2tp_reader inner;
	struct l2tp_avp avp;

	if (l2tp_avp_next(reader, &avp) != 0 || avp.type != L2TP_AVP_MESSAGE_TYPE || avp.hidden)
		return L2TP_E_MALFORMED;
	attribute = attribute_of(&avp);
	value = (struct l2tp_octets){ avp.value, avp.value_size };
	if (!attribute || !has_size_of(value, attribute))
		return L2TP_E_MALFORMED;
	l2tp_reader_init(&inner, value.bytes, value.size);
	message->type = message_type(l2tp_read_u16(&inner));
	message->type_mandatory = avp.mandatory;
	return 0;
}

/* The value in clear. Return: whether it can be known. */
static bool reveal(const struct l2tp_avp *avp, struct l2tp_unhiding *unhiding,
		   const struct l2tp_octets *vector, struct l2tp_octets *ret_value)
{
	*ret_value = (struct l2tp_octets){ avp->value, avp->value_size };
	if (!avp->hidden)
		return true;
	/* What says how to unhide cannot itself be hidden, nor what says whose secret it is. */
	if (!unhiding || !vector->bytes || avp->type == L2TP_AVP_MESSAGE_TYPE ||
	    avp->type == L2TP_AVP_RANDOM_VECTOR || avp->type == L2TP_AVP_HOST_NAME)
		return false;
	return l2tp_avp_unhide(unhiding, *vector, avp, ret_value) == 0;
}

static void note_unknown(struct l2tp_control_message *message, const struct l2tp_avp *avp)
{
	if (!avp->mandatory || message->unknown_mandatory)
		return;
	message->unknown_mandatory = true;
	message->unknown_vendor = avp->vendor_id;
	message->unknown_type = avp->type;
}

/* @vector: of the last Random Vector AVP so far. */
static void read_avp(const struct l2tp_avp *avp, struct l2tp_unhiding *unhiding,
		     struct l2tp_octets *vector, struct l2tp_control_message *message)
{
	const struct attribute *attribute = attribute_of(avp);
	struct l2tp_octets value;

	message->hidden |= avp->hidden;
	if (!attribute || !reveal(avp, unhiding, vector, &value) ||
	    !has_size_of(value, attribute)) {
		note_unknown(message, avp);
		return;
	}
	if (avp->type == L2TP_AVP_RANDOM_VECTOR)
		*vector = value;
	attribute->take(message, attribute, value);
	message->present |= UINT64_C(1) << avp->type;
}

int l2tp_control_message_read(const struct l2tp_reader *payload, struct l2tp_unhiding *unhiding,
			      struct l2tp_control_message *ret_message)
{
	struct l2tp_control_message message = { 0 };
	struct l2tp_reader reader = *payload;
	struct l2tp_octets vector = { 0 };
	struct l2tp_avp avp;

	if (read_type(&reader, &message) != 0)
		return L2TP_E_MALFORMED;
	while (reader.remaining > 0) {
		if (l2tp_avp_next(&reader, &avp) != 0)
			return L2TP_E_MALFORMED;
		read_avp(&avp, unhiding, &vector, &message);
	}
	*ret_message = message;
	return 0;
}
