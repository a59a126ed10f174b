/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The calls of all tunnels: found by their local id or by the peer's, admitted
 * within the cap, freed. Pure.
 */
#pragma once

#include "l2tp/tunnel.h"

struct l2tp_call *l2tp_call_find(const struct l2tp_tunnel *tunnel, uint16_t local_id);
struct l2tp_call *l2tp_call_find_peer(const struct l2tp_tunnel *tunnel, uint16_t peer_id);

/* l2tp_call_new() - a call in state idle, in no table yet; NULL if memory is short */
struct l2tp_call *l2tp_call_new(struct l2tp_tunnel *tunnel, uint16_t peer_id);

/**
 * l2tp_call_admit() - give the call a local id and a place in the tables
 *
 * Return: 0; -EDQUOT at calls_per_tunnel; -ENOMEM.
 */
int l2tp_call_admit(struct l2tp_call *call);

/* Takes it out of the tables if it was admitted. Calls nothing of the shell's. */
void l2tp_call_free(struct l2tp_call *call);
