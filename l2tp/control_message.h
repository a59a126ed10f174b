/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Control messages (RFC 2661, section 6) between bytes and structs: which
 * attributes a message carries, which of them we do not understand, and the
 * messages that an LNS sends. What to do about a message is the state tables'
 * matter. Pure.
 */
#pragma once

#include "l2tp/header.h"
#include "l2tp/lns.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Longest packet that we send: each has but a few short AVPs. */
#define L2TP_CONTROL_PACKET_MAX 512
/* Longest Error Message that we send, in bytes; longer ones are cut. */
#define L2TP_ERROR_MESSAGE_MAX 128

/* Message types (section 3.2). */
enum l2tp_message_type {
	L2TP_MESSAGE_SCCRQ = 1,
	L2TP_MESSAGE_SCCRP = 2,
	L2TP_MESSAGE_SCCCN = 3,
	L2TP_MESSAGE_STOPCCN = 4,
	L2TP_MESSAGE_HELLO = 6,
	L2TP_MESSAGE_OCRQ = 7,
	L2TP_MESSAGE_OCRP = 8,
	L2TP_MESSAGE_OCCN = 9,
	L2TP_MESSAGE_ICRQ = 10,
	L2TP_MESSAGE_ICRP = 11,
	L2TP_MESSAGE_ICCN = 12,
	L2TP_MESSAGE_CDN = 14,
	L2TP_MESSAGE_WEN = 15,
	L2TP_MESSAGE_SLI = 16,
	L2TP_MESSAGE_UNKNOWN, /* none of these */
};

/* General Error Codes that we send (section 4.4.2). */
enum l2tp_error_code {
	L2TP_ERROR_NONE = 0,
	L2TP_ERROR_NO_RESOURCES = 4,
	L2TP_ERROR_INVALID_SESSION = 5,
	L2TP_ERROR_UNKNOWN_AVP = 8,
};

/* Bytes in a message; borrow the packet. NULL if the AVP was not there. */
struct l2tp_octets {
	const uint8_t *bytes;
	size_t size;
};

/**
 * struct l2tp_control_message - what the engine uses of a message received
 * @type:                one of the above, L2TP_MESSAGE_UNKNOWN included
 * @type_mandatory:      M bit of the Message Type: if unknown, the tunnel must go
 * @unknown_mandatory:   an AVP with its M bit set is unknown, hidden, carries a
 *                       reserved bit or has a value that makes no sense
 * @protocol_version:    version and revision, 0x0100; 0 if absent
 * @assigned_tunnel_id:  0 if absent (0 is never a valid id)
 * @assigned_session_id: 0 if absent
 * @receive_window_size: 0 if absent
 * @result:              0 if absent
 * @error:               0 if absent
 */
struct l2tp_control_message {
	enum l2tp_message_type type;
	bool type_mandatory;
	bool unknown_mandatory;
	bool sequencing_required;
	uint16_t protocol_version;
	uint16_t assigned_tunnel_id;
	uint16_t assigned_session_id;
	uint16_t receive_window_size;
	uint16_t result;
	uint16_t error;
	uint32_t call_serial_number;
	struct l2tp_octets host_name;
	struct l2tp_octets challenge;
};

/**
 * l2tp_control_message_read() - understand the AVPs of one control message
 * @payload:     header.payload, not empty (an empty one is a ZLB); copied
 * @ret_message: untouched on failure; borrows the packet
 *
 * A known AVP whose value has the wrong size, a hidden one (no secret is
 * shared with any peer here) and one with a reserved bit count as unknown: 4.1
 * says what becomes of them by their M bit. AVPs in messages that they do not
 * belong to are ignored.
 *
 * Return: 0; L2TP_E_MALFORMED if an AVP's length is impossible, or the first
 *         AVP is not a Message Type.
 */
int l2tp_control_message_read(const struct l2tp_reader *payload,
			      struct l2tp_control_message *ret_message);

/*
 * The messages that an LNS sends. Each writes one complete packet into
 * @writer, with Ns and Nr left 0 for the transport. @tunnel_id and @session_id
 * are the peer's, for the header; @assigned_... are ours. A packet that does
 * not fit is the writer's sticky failure.
 */

/* l2tp_write_zlb() - acknowledgement without a message (5.8) */
void l2tp_write_zlb(struct l2tp_writer *writer, uint16_t tunnel_id);

void l2tp_write_sccrp(struct l2tp_writer *writer, uint16_t tunnel_id, uint16_t assigned_tunnel_id,
		      const struct l2tp_lns_settings *settings);

void l2tp_write_hello(struct l2tp_writer *writer, uint16_t tunnel_id);

/**
 * struct l2tp_result - a Result Code AVP to send (4.4.2)
 * @message: Error Message, UTF-8, or NULL
 */
struct l2tp_result {
	uint16_t result;
	uint16_t error;
	const char *message;
};

void l2tp_write_stopccn(struct l2tp_writer *writer, uint16_t tunnel_id, uint16_t assigned_tunnel_id,
			const struct l2tp_result *result);

void l2tp_write_icrp(struct l2tp_writer *writer, uint16_t tunnel_id, uint16_t session_id,
		     uint16_t assigned_session_id);

/* @assigned_session_id may be 0: the call was refused before it got an id. */
void l2tp_write_cdn(struct l2tp_writer *writer, uint16_t tunnel_id, uint16_t session_id,
		    uint16_t assigned_session_id, const struct l2tp_result *result);
