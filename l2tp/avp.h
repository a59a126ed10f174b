/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Attribute value pairs, the elements of every control message (RFC 2661,
 * section 4.1): iterate over those received, build those to send. What the
 * attributes mean is control_message.h's matter. Pure.
 */
#pragma once

#include "l2tp/wire.h"

#include <stdbool.h>
#include <stdint.h>

#define L2TP_AVP_HEADER_SIZE 6
/* Length is 10 bits and counts the header. */
#define L2TP_AVP_VALUE_MAX (1023 - L2TP_AVP_HEADER_SIZE)

/* Attribute types of the IETF (section 4.4); vendor id 0. */
enum l2tp_avp_type {
	L2TP_AVP_MESSAGE_TYPE = 0,
	L2TP_AVP_RESULT_CODE = 1,
	L2TP_AVP_PROTOCOL_VERSION = 2,
	L2TP_AVP_FRAMING_CAPABILITIES = 3,
	L2TP_AVP_BEARER_CAPABILITIES = 4,
	L2TP_AVP_TIE_BREAKER = 5,
	L2TP_AVP_FIRMWARE_REVISION = 6,
	L2TP_AVP_HOST_NAME = 7,
	L2TP_AVP_VENDOR_NAME = 8,
	L2TP_AVP_ASSIGNED_TUNNEL_ID = 9,
	L2TP_AVP_RECEIVE_WINDOW_SIZE = 10,
	L2TP_AVP_CHALLENGE = 11,
	L2TP_AVP_CAUSE_CODE = 12,
	L2TP_AVP_CHALLENGE_RESPONSE = 13,
	L2TP_AVP_ASSIGNED_SESSION_ID = 14,
	L2TP_AVP_CALL_SERIAL_NUMBER = 15,
	L2TP_AVP_MINIMUM_BPS = 16,
	L2TP_AVP_MAXIMUM_BPS = 17,
	L2TP_AVP_BEARER_TYPE = 18,
	L2TP_AVP_FRAMING_TYPE = 19,
	L2TP_AVP_CALLED_NUMBER = 21,
	L2TP_AVP_CALLING_NUMBER = 22,
	L2TP_AVP_SUB_ADDRESS = 23,
	L2TP_AVP_TX_CONNECT_SPEED = 24,
	L2TP_AVP_PHYSICAL_CHANNEL_ID = 25,
	L2TP_AVP_INITIAL_LCP_CONFREQ = 26,
	L2TP_AVP_LAST_SENT_LCP_CONFREQ = 27,
	L2TP_AVP_LAST_RECEIVED_LCP_CONFREQ = 28,
	L2TP_AVP_PROXY_AUTHEN_TYPE = 29,
	L2TP_AVP_PROXY_AUTHEN_NAME = 30,
	L2TP_AVP_PROXY_AUTHEN_CHALLENGE = 31,
	L2TP_AVP_PROXY_AUTHEN_ID = 32,
	L2TP_AVP_PROXY_AUTHEN_RESPONSE = 33,
	L2TP_AVP_CALL_ERRORS = 34,
	L2TP_AVP_ACCM = 35,
	L2TP_AVP_RANDOM_VECTOR = 36,
	L2TP_AVP_PRIVATE_GROUP_ID = 37,
	L2TP_AVP_RX_CONNECT_SPEED = 38,
	L2TP_AVP_SEQUENCING_REQUIRED = 39,
};

/**
 * struct l2tp_avp - one pair as received, host byte order
 * @mandatory: M bit
 * @hidden:    H bit: @value is cipher text
 * @reserved:  one of the reserved bits is set: to be treated as unrecognized
 * @value:     borrows the packet
 */
struct l2tp_avp {
	bool mandatory;
	bool hidden;
	bool reserved;
	uint16_t vendor_id;
	uint16_t type;
	uint16_t value_size;
	const uint8_t *value;
};

/**
 * l2tp_avp_next() - read the next AVP (RFC 2661, section 4.1)
 * @reader:  advanced past the AVP on success, unchanged otherwise
 * @ret_avp: untouched on failure
 *
 * Return: 0 if an AVP was read; L2TP_E_MALFORMED if Length is below 6 or
 *         beyond the message. Call it while reader->remaining is not 0.
 */
int l2tp_avp_next(struct l2tp_reader *reader, struct l2tp_avp *ret_avp);

/*
 * Builders. @mandatory is the M bit. A value that does not fit, or exceeds
 * L2TP_AVP_VALUE_MAX, is the writer's sticky failure.
 */
void l2tp_avp_write(struct l2tp_writer *writer, bool mandatory, enum l2tp_avp_type type,
		    const void *value, size_t value_size);
/* With the H bit: the value is hidden already (avp_hiding.h). */
void l2tp_avp_write_cipher(struct l2tp_writer *writer, bool mandatory, enum l2tp_avp_type type,
			   const void *cipher, size_t cipher_size);
void l2tp_avp_write_u16(struct l2tp_writer *writer, bool mandatory, enum l2tp_avp_type type,
			uint16_t value);
void l2tp_avp_write_u32(struct l2tp_writer *writer, bool mandatory, enum l2tp_avp_type type,
			uint32_t value);
