/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Control messages (RFC 2661, section 6) as received: which attributes a message
 * carries, and which of them we do not understand. What to do about a message is
 * the state tables' matter; control_packet.h writes those that we send. Pure.
 */
#pragma once

#include "l2tp/avp_hiding.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/* Call Errors of a WEN (section 4.4.6), each counted since the call began. */
struct l2tp_call_errors {
	uint32_t crc;
	uint32_t framing;
	uint32_t hardware_overruns;
	uint32_t buffer_overruns;
	uint32_t timeouts;
	uint32_t alignment;
};

/* Defined Proxy Authen Types (section 4.4.5). */
enum l2tp_proxy_authen_type {
	L2TP_PROXY_AUTHEN_TEXT = 1,
	L2TP_PROXY_AUTHEN_CHAP = 2,
	L2TP_PROXY_AUTHEN_PAP = 3,
	L2TP_PROXY_AUTHEN_NONE = 4,
	L2TP_PROXY_AUTHEN_MSCHAP = 5,
};

/**
 * struct l2tp_control_message - one message as received, in host byte order
 * @type:              one of the above, L2TP_MESSAGE_UNKNOWN included
 * @type_mandatory:    M bit of the Message Type: if unknown, the tunnel must go
 * @unknown_mandatory: an AVP with its M bit set is unknown, cannot be unhidden,
 *                     carries a reserved bit or has a value that makes no sense
 * @unknown_vendor, @unknown_type: which one; the first of them
 * @hidden:            some AVP has the H bit
 * @present:           bit N: the AVP of type N was there and understood
 *
 * The rest are the attributes of section 4.4, in its order; zero, or no bytes, if
 * absent. Of several of a kind the last one counts. Bytes borrow the packet or the
 * struct l2tp_unhiding, and are hostile. @proxy_authen_response may be a password.
 */
struct l2tp_control_message {
	enum l2tp_message_type type;
	bool type_mandatory;
	bool unknown_mandatory;
	bool hidden;
	bool sequencing_required;
	uint16_t unknown_vendor;
	uint16_t unknown_type;
	uint64_t present;

	uint16_t result;
	uint16_t error;
	struct l2tp_octets error_message;

	uint16_t protocol_version; /* version and revision: 0x0100 */
	uint32_t framing_capabilities;
	uint32_t bearer_capabilities;
	uint64_t tie_breaker;
	uint16_t firmware_revision;
	struct l2tp_octets host_name;
	struct l2tp_octets vendor_name;
	uint16_t assigned_tunnel_id; /* 0 is never a valid id */
	uint16_t receive_window_size;
	struct l2tp_octets challenge;
	struct l2tp_octets challenge_response;

	uint16_t cause_code; /* Q.931 */
	uint8_t cause_message;
	struct l2tp_octets cause_advisory;
	uint16_t assigned_session_id; /* 0 is never a valid id */
	uint32_t call_serial_number;
	uint32_t minimum_bps;
	uint32_t maximum_bps;
	uint32_t bearer_type;
	uint32_t framing_type;
	struct l2tp_octets called_number;
	struct l2tp_octets calling_number;
	struct l2tp_octets sub_address;
	uint32_t tx_connect_speed;
	uint32_t rx_connect_speed;
	uint32_t physical_channel_id;
	struct l2tp_octets private_group_id;

	struct l2tp_octets initial_lcp_confreq;
	struct l2tp_octets last_sent_lcp_confreq;
	struct l2tp_octets last_received_lcp_confreq;
	uint16_t proxy_authen_type;
	struct l2tp_octets proxy_authen_name;
	struct l2tp_octets proxy_authen_challenge;
	uint16_t proxy_authen_id;
	struct l2tp_octets proxy_authen_response;

	struct l2tp_call_errors call_errors;
	uint32_t send_accm;
	uint32_t receive_accm;
};

/* Whether an AVP was in the message, and understood. */
bool l2tp_control_message_has(const struct l2tp_control_message *message, enum l2tp_avp_type type);

/**
 * l2tp_control_message_read() - understand the AVPs of one control message
 * @payload:     header.payload, not empty (an empty one is a ZLB); copied
 * @unhiding:    with the secret that is shared with the peer, or NULL
 * @ret_message: untouched on failure; borrows the packet and @unhiding
 *
 * A known AVP whose value has the wrong size, a hidden one without a secret or that
 * does not unhide, and one with a reserved bit count as unknown: 4.1 says what
 * becomes of them by their M bit. AVPs in messages that they do not belong to are
 * read like all others and of no consequence.
 *
 * Return: 0; L2TP_E_MALFORMED if an AVP's length is impossible, or the first
 *         AVP is not a Message Type.
 */
int l2tp_control_message_read(const struct l2tp_reader *payload, struct l2tp_unhiding *unhiding,
			      struct l2tp_control_message *ret_message);
