/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Incoming calls (RFC 2661, 7.4.2) as an LNS sees them: the state table and
 * what its actions do. Pure.
 */
#pragma once

#include "l2tp/tunnel.h"

/* What moves a call from state to state. */
enum l2tp_call_event {
	L2TP_CALL_EVENT_ICRQ,
	L2TP_CALL_EVENT_ICRQ_REFUSED, /* "not acceptable" of the RFC's table */
	L2TP_CALL_EVENT_ICRP,
	L2TP_CALL_EVENT_ICCN,
	L2TP_CALL_EVENT_CDN,
	L2TP_CALL_EVENT_WEN,
	L2TP_CALL_EVENT_SLI,
	L2TP_CALL_EVENT_OUTGOING,     /* OCRQ, OCRP, OCCN: not for this call */
	L2TP_CALL_EVENT_UNACCEPTABLE, /* an unknown mandatory AVP (4.1) */
	L2TP_CALL_EVENT_CLOSE,
	L2TP_CALL_EVENT_SETUP_TIMEOUT,
	L2TP_CALL_EVENT_TUNNEL_CLOSED,
	L2TP_CALL_EVENT_COUNT_,
};

/**
 * struct l2tp_call_input - what comes with an event
 * @message: the message received, or NULL
 * @result:  for the CDN that we send
 * @cause:   why the call ends, if it does
 */
struct l2tp_call_input {
	uint64_t now_usec;
	const struct l2tp_control_message *message;
	struct l2tp_result result;
	enum l2tp_end_cause cause;
};

/* The one place where a call changes its state. The call may be freed by it. */
void l2tp_call_apply(struct l2tp_call *call, enum l2tp_call_event event,
		     const struct l2tp_call_input *input);

/* A message about a call, on an established tunnel. */
void l2tp_call_handle_message(struct l2tp_tunnel *tunnel, uint64_t now_usec,
			      const struct l2tp_header *header,
			      const struct l2tp_control_message *message);

/* The set-up took too long. The call is freed. */
void l2tp_call_handle_deadline(struct l2tp_call *call, uint64_t now_usec);

/* All calls of a tunnel end without a CDN: their tunnel does. */
void l2tp_call_close_all(struct l2tp_tunnel *tunnel, enum l2tp_end_cause cause);
