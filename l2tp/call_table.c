/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The calls of all tunnels: ids, look-up, cap, life and death of the struct. Pure. */
#include "l2tp/call_table.h"

#include <errno.h>
#include <stdlib.h>

#define RANDOM_TRIES 64

static uint64_t key_of(const struct l2tp_tunnel *tunnel, uint16_t id)
{
	return (uint64_t)tunnel->local_id << 16 | id;
}

struct l2tp_call *l2tp_call_find(const struct l2tp_tunnel *tunnel, uint16_t local_id)
{
	struct l2tp_lookup_node *node =
		l2tp_lookup_find(&tunnel->lns->calls, key_of(tunnel, local_id));

	return node ? L2TP_CONTAINER_OF(node, struct l2tp_call, by_id) : NULL;
}

struct l2tp_call *l2tp_call_find_peer(const struct l2tp_tunnel *tunnel, uint16_t peer_id)
{
	struct l2tp_lookup_node *node =
		l2tp_lookup_find(&tunnel->lns->peer_calls, key_of(tunnel, peer_id));

	return node ? L2TP_CONTAINER_OF(node, struct l2tp_call, by_peer) : NULL;
}

struct l2tp_call *l2tp_call_new(struct l2tp_tunnel *tunnel, uint16_t peer_id)
{
	struct l2tp_call *call = calloc(1, sizeof(*call));

	if (!call)
		return NULL;
	call->tunnel = tunnel;
	call->peer_id = peer_id;
	l2tp_deadline_init(&call->deadline, L2TP_DEADLINE_CALL);
	return call;
}

/* There is a free one: calls_per_tunnel is below the number of ids. */
static uint16_t choose_id(const struct l2tp_tunnel *tunnel)
{
	struct l2tp_lns *lns = tunnel->lns;
	uint8_t bytes[2];
	uint16_t id = 0;

	for (unsigned int i = 0; i < RANDOM_TRIES; i++) {
		lns->ops->random(lns->userdata, bytes, sizeof(bytes));
		id = (uint16_t)(bytes[0] << 8 | bytes[1]);
		if (id != 0 && !l2tp_call_find(tunnel, id))
			return id;
	}
	while (id == 0 || l2tp_call_find(tunnel, id))
		id++;
	return id;
}

int l2tp_call_admit(struct l2tp_call *call)
{
	struct l2tp_tunnel *tunnel = call->tunnel;
	struct l2tp_lns *lns = tunnel->lns;
	size_t owners = (size_t)lns->tunnel_count + lns->calls.count;

	if (tunnel->call_count >= lns->settings.calls_per_tunnel)
		return -EDQUOT;
	if (l2tp_deadline_heap_reserve(&lns->deadlines, owners + 1) != 0)
		return -ENOMEM;
	call->local_id = choose_id(tunnel);
	l2tp_lookup_add(&lns->calls, &call->by_id, key_of(tunnel, call->local_id));
	l2tp_lookup_add(&lns->peer_calls, &call->by_peer, key_of(tunnel, call->peer_id));
	LIST_INSERT_HEAD(&tunnel->calls, call, siblings);
	tunnel->call_count++;
	lns->counters.calls++;
	return 0;
}

void l2tp_call_free(struct l2tp_call *call)
{
	struct l2tp_tunnel *tunnel = call->tunnel;
	struct l2tp_lns *lns = tunnel->lns;

	if (call->local_id != 0) {
		l2tp_deadline_set(&lns->deadlines, &call->deadline, L2TP_NO_DEADLINE);
		l2tp_lookup_remove(&lns->calls, &call->by_id);
		l2tp_lookup_remove(&lns->peer_calls, &call->by_peer);
		LIST_REMOVE(call, siblings);
		tunnel->call_count--;
		lns->counters.calls--;
	}
	free(call);
}
