/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All tunnels of the LNS: found by their local id or by the peer's, opened
 * within the caps of the settings, freed. Nothing here takes longer because
 * there are many tunnels. Pure.
 */
#pragma once

#include "l2tp/tunnel.h"

/* Whether a packet that came by @path may speak for @tunnel. */
bool l2tp_tunnel_is_of(const struct l2tp_tunnel *tunnel, const struct l2tp_path *path);

struct l2tp_tunnel *l2tp_tunnel_find(const struct l2tp_lns *lns, uint16_t local_id);

/**
 * l2tp_tunnel_find_peer() - the tunnel that this peer knows by @peer_id
 *
 * The same peer is: the same addresses and SA reference. Its port may change
 * (Apple, and any client that restarts behind a NAT), except without IPsec,
 * where nothing else tells two peers behind one NAT apart. Another reference is
 * always another peer: two Windows clients behind one NAT both call their
 * tunnel 1 and come from one address and port.
 */
struct l2tp_tunnel *l2tp_tunnel_find_peer(const struct l2tp_lns *lns, const struct l2tp_path *path,
					  uint16_t peer_id);

/* The tunnel of this very endpoint, if its reference has but one; else NULL. */
struct l2tp_tunnel *l2tp_tunnel_find_only(const struct l2tp_lns *lns, const struct l2tp_path *path);

/*
 * Another tunnel of this reference and these very endpoints that has no call: a
 * lingering one, else a living one; NULL if there is none.
 */
struct l2tp_tunnel *l2tp_tunnel_find_callless(const struct l2tp_lns *lns,
					      const struct l2tp_path *path);

/* Any tunnel of this SA reference, lingering ones last; NULL if there is none. */
struct l2tp_tunnel *l2tp_tunnel_first_of(const struct l2tp_lns *lns, uint64_t reference);

/* The same for all of them; @found must not close or open tunnels. */
void l2tp_tunnel_each_of(const struct l2tp_lns *lns, uint64_t reference,
			 void (*found)(void *userdata, struct l2tp_tunnel *tunnel), void *userdata);

/* Whether this SCCRQ may be looked at: one more within the rates of its sender. */
bool l2tp_tunnel_rate_allows(struct l2tp_lns *lns, uint64_t now_usec, const struct l2tp_path *path);

/**
 * l2tp_tunnel_new() - a tunnel in state idle, opened by the shell
 * @sccrq:  what the peer sent
 * @evict:  may lingering tunnels be freed early to make room under a cap?
 *
 * Return: 0; -EDQUOT if a cap is reached; -ENOMEM; what ops->tunnel_open returned.
 */
int l2tp_tunnel_new(struct l2tp_lns *lns, uint64_t now_usec, const struct l2tp_path *path,
		    const struct l2tp_control_message *sccrq, bool evict,
		    struct l2tp_tunnel **ret_tunnel);

/* No longer half-open: SCCCN came. */
void l2tp_tunnel_count_established(struct l2tp_tunnel *tunnel);

/* From the living to the lingering: no longer counted as a tunnel, may be evicted. */
void l2tp_tunnel_begin_lingering(struct l2tp_tunnel *tunnel);

/* ops->tunnel_free, and the memory. There must be no calls left. */
void l2tp_tunnel_free(struct l2tp_tunnel *tunnel);
