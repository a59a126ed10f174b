/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Control messages (RFC 2661, section 6) as sent. Each writer makes one complete
 * packet, with Ns and Nr left 0 for the transport. @tunnel_id and @session_id are
 * the peer's, for the header; @assigned_... are ours. @hiding may be NULL: else
 * the values that may be hidden are. A packet that does not fit is the writer's
 * sticky failure. Pure.
 */
#pragma once

#include "l2tp/avp_hiding.h"
#include "l2tp/lns.h"

#include <stddef.h>
#include <stdint.h>

/* Longest packet that we send: each has but a few short AVPs. */
#define L2TP_CONTROL_PACKET_MAX 512
/* Longest StopCCN: of all that we send the one for which memory is kept from the beginning. */
#define L2TP_STOPCCN_PACKET_MAX 208
/* Longest Error Message that we send, in bytes; longer ones are cut. */
#define L2TP_ERROR_MESSAGE_MAX 128

/* General Error Codes that we send (section 4.4.2). */
enum l2tp_error_code {
	L2TP_ERROR_NONE = 0,
	L2TP_ERROR_VALUE = 3, /* out of range */
	L2TP_ERROR_NO_RESOURCES = 4,
	L2TP_ERROR_INVALID_SESSION = 5,
	L2TP_ERROR_UNKNOWN_AVP = 8,
};

struct l2tp_control_message;

/**
 * struct l2tp_result - a Result Code AVP to send (4.4.2)
 * @message: Error Message, UTF-8, or NULL
 */
struct l2tp_result {
	uint16_t result;
	uint16_t error;
	const char *message;
};

/**
 * l2tp_result_unknown_avp() - the refusal of a message with an AVP that we do not know
 * @message: whose unknown_mandatory is set
 * @text:    for the Error Message, which the result borrows
 *
 * StopCCN and CDN have the same codes for it (4.1, 4.4.2).
 */
struct l2tp_result l2tp_result_unknown_avp(const struct l2tp_control_message *message,
					   char text[L2TP_ERROR_MESSAGE_MAX]);

/* l2tp_write_zlb() - acknowledgement without a message (5.8) */
void l2tp_write_zlb(struct l2tp_writer *writer, uint16_t tunnel_id);

/**
 * struct l2tp_sccrp - what is said in an SCCRP beside the ids
 * @settings:  host name, receive window
 * @challenge: ours (5.1.1), no bytes: the peer is not asked
 * @response:  to the peer's challenge; no bytes: it did not ask
 */
struct l2tp_sccrp {
	const struct l2tp_lns_settings *settings;
	struct l2tp_octets challenge;
	struct l2tp_octets response;
};

void l2tp_write_sccrp(struct l2tp_writer *writer, uint16_t tunnel_id, uint16_t assigned_tunnel_id,
		      const struct l2tp_sccrp *sccrp, const struct l2tp_hiding *hiding);

void l2tp_write_hello(struct l2tp_writer *writer, uint16_t tunnel_id);

/* @assigned_tunnel_id may be 0: the tunnel was refused before it got an id. */
void l2tp_write_stopccn(struct l2tp_writer *writer, uint16_t tunnel_id, uint16_t assigned_tunnel_id,
			const struct l2tp_result *result, const struct l2tp_hiding *hiding);

void l2tp_write_icrp(struct l2tp_writer *writer, uint16_t tunnel_id, uint16_t session_id,
		     uint16_t assigned_session_id, const struct l2tp_hiding *hiding);

/* @assigned_session_id may be 0: the call was refused before it got an id. */
void l2tp_write_cdn(struct l2tp_writer *writer, uint16_t tunnel_id, uint16_t session_id,
		    uint16_t assigned_session_id, const struct l2tp_result *result,
		    const struct l2tp_hiding *hiding);
