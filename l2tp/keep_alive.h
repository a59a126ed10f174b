/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Does the peer live (RFC 2661, 5.5)? Signs of life, Hello after silence, the
 * tunnel's timers, and the suspicion that a peer has restarted. Pure.
 */
#pragma once

#include "l2tp/tunnel.h"

/**
 * l2tp_tunnel_repeated_sccrq() - the SCCRQ that opened this tunnel came again
 *
 * It is answered again, and nothing else: Android repeats it every two seconds.
 * But an established tunnel that receives only such repetitions may be one
 * whose peer has restarted: the third one makes us ask with a Hello.
 *
 * Return: true if the tunnel is to be replaced: the Hello was not answered.
 */
bool l2tp_tunnel_repeated_sccrq(struct l2tp_tunnel *tunnel, uint64_t now_usec);

/* The peer gave a sign of life. */
void l2tp_tunnel_mark_alive(struct l2tp_tunnel *tunnel, uint64_t now_usec);

/* A call has gone: if it was the last one, an established tunnel goes too, in a while. */
void l2tp_tunnel_mark_call_gone(struct l2tp_tunnel *tunnel, uint64_t now_usec);

/* Set the tunnel's place among the deadlines, after anything that changed its timers. */
void l2tp_tunnel_update_deadline(struct l2tp_tunnel *tunnel);

/* The tunnel may be freed by this. */
void l2tp_tunnel_handle_deadline(struct l2tp_tunnel *tunnel, uint64_t now_usec);
