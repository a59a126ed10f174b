/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control connection (RFC 2661, 7.2.1) of an LNS, which answers: the state
 * table and what its actions do. Pure.
 */
#pragma once

#include "l2tp/tunnel.h"

/* What moves a tunnel from state to state. */
enum l2tp_tunnel_event {
	L2TP_TUNNEL_EVENT_SCCRQ,
	L2TP_TUNNEL_EVENT_SCCRQ_REFUSED, /* "not acceptable" of the RFC's table */
	L2TP_TUNNEL_EVENT_SCCRP,
	L2TP_TUNNEL_EVENT_SCCCN,
	L2TP_TUNNEL_EVENT_SCCCN_REFUSED, /* not acceptable: our challenge is not answered */
	L2TP_TUNNEL_EVENT_HELLO,
	L2TP_TUNNEL_EVENT_CALL_MESSAGE, /* any message of section 6 about a call */
	L2TP_TUNNEL_EVENT_STOPCCN,
	L2TP_TUNNEL_EVENT_UNACCEPTABLE, /* an unknown mandatory AVP or message type (4.1) */
	L2TP_TUNNEL_EVENT_CLOSE,
	L2TP_TUNNEL_EVENT_SETUP_TIMEOUT,
	L2TP_TUNNEL_EVENT_IDLE_TIMEOUT, /* established, and no call for too long */
	L2TP_TUNNEL_EVENT_UNANSWERED,   /* retransmissions in vain */
	L2TP_TUNNEL_EVENT_REPLACED,
	L2TP_TUNNEL_EVENT_REFERENCE_GONE,
	L2TP_TUNNEL_EVENT_LINGERED,
	L2TP_TUNNEL_EVENT_COUNT_,
};

/**
 * struct l2tp_tunnel_input - what comes with an event
 * @header, @message: of the message received, or NULL
 * @result:           for the StopCCN that we send
 * @cause:            why the tunnel ends, if it does
 */
struct l2tp_tunnel_input {
	uint64_t now_usec;
	const struct l2tp_header *header;
	const struct l2tp_control_message *message;
	struct l2tp_result result;
	enum l2tp_end_cause cause;
};

/**
 * l2tp_tunnel_apply() - the one place where a tunnel changes its state
 *
 * UNANSWERED, REPLACED, REFERENCE_GONE and LINGERED free the tunnel (but for
 * UNANSWERED while it lingers); after all other events it lives on.
 */
void l2tp_tunnel_apply(struct l2tp_tunnel *tunnel, enum l2tp_tunnel_event event,
		       const struct l2tp_tunnel_input *input);

/* A message whose turn has come by its Ns. The tunnel lives on. */
void l2tp_tunnel_handle_message(struct l2tp_tunnel *tunnel, uint64_t now_usec,
				const struct l2tp_header *header,
				const struct l2tp_control_message *message);

/**
 * l2tp_tunnel_hiding() - how values in the next message to this peer are hidden (4.3)
 * @storage: filled with fresh randomness; borrows the tunnel's secret
 *
 * Return: @storage, or NULL if nothing is hidden from this peer.
 */
const struct l2tp_hiding *l2tp_tunnel_hiding(const struct l2tp_tunnel *tunnel,
					     struct l2tp_hiding *storage);

/*
 * Queue a packet for the peer, built by one of the writers of control_packet.h. Is there no
 * memory for it, the peer would go on as if it had not been due: the tunnel closes then, as
 * soon as its deadlines are looked at.
 */
void l2tp_tunnel_queue(struct l2tp_tunnel *tunnel, uint64_t now_usec,
		       const struct l2tp_writer *writer);
