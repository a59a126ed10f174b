/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The client's side of L2TP, as far as selftest needs it: one tunnel and one incoming call
 * in it (RFC 2661, sections 5.1 and 5.2, 7.2 and 7.4), on the engine's own transport. Pure:
 * time is passed in, sending is a callback.
 */
#pragma once

#include "l2tp/transport.h"

#include <stdbool.h>
#include <stdint.h>

enum selftest_dial_state {
	SELFTEST_DIAL_WAIT_TUNNEL, /* SCCRQ is on its way */
	SELFTEST_DIAL_WAIT_CALL,   /* the tunnel is there, ICRQ is on its way */
	SELFTEST_DIAL_CALLED,      /* ICRP has come: the caller connects its data path */
	SELFTEST_DIAL_UP,
	SELFTEST_DIAL_CLOSING, /* CDN and StopCCN are on their way */
	SELFTEST_DIAL_ENDED,
};

/**
 * struct selftest_dial
 * @tunnel_id, @session_id: ours
 * @peer_tunnel_id, @peer_session_id: the gateway's, 0 while unknown
 * @is_unanswered: it ended because the gateway did not acknowledge anything any more
 * @end:           what the gateway said when it ended the call or tunnel, for people; "" if
 *                 it did not
 */
struct selftest_dial {
	struct l2tp_transport transport;
	enum selftest_dial_state state;
	uint16_t tunnel_id, session_id;
	uint16_t peer_tunnel_id, peer_session_id;
	bool is_unanswered;
	char end[256];
};

/**
 * selftest_dial_start() - send SCCRQ
 * @tunnel_id, @session_id: not 0
 * @send, @userdata: as in l2tp_transport_init()
 *
 * Return: 0, and selftest_dial_done() is due; -ENOMEM.
 */
int selftest_dial_start(struct selftest_dial *dial, uint64_t now_usec, uint16_t tunnel_id,
			uint16_t session_id, l2tp_transport_send_fn send, void *userdata);
void selftest_dial_done(struct selftest_dial *dial);

/* One datagram; what is no control message of our tunnel is ignored. Return: 0; -ENOMEM. */
int selftest_dial_receive(struct selftest_dial *dial, uint64_t now_usec, const uint8_t *packet,
			  size_t size);

/* Sends ICCN in SELFTEST_DIAL_CALLED: PPP may start. Return: 0; -ENOMEM. */
int selftest_dial_connect(struct selftest_dial *dial, uint64_t now_usec);

/* Says goodbye to what is there. Return: 0; -ENOMEM. */
int selftest_dial_hang_up(struct selftest_dial *dial, uint64_t now_usec);

uint64_t selftest_dial_next_deadline(const struct selftest_dial *dial);
void selftest_dial_handle_deadline(struct selftest_dial *dial, uint64_t now_usec);
