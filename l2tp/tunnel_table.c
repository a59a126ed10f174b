/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tunnels of the LNS: ids, look-up, caps, life and death of the struct. Pure. */
#include "l2tp/tunnel_table.h"

#include "base/cleanup.h"
#include "l2tp/control_connection.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Random ids that are tried before the next free one is searched for. */
#define RANDOM_TRIES 64
/* Ids that the shell may call taken by another process of the host. */
#define OPEN_TRIES 16

/* How many tunnels or calls can own a deadline. */
static size_t deadline_owners(const struct l2tp_lns *lns)
{
	return (size_t)lns->tunnel_count + lns->calls.count;
}

bool l2tp_tunnel_is_of(const struct l2tp_tunnel *tunnel, const struct l2tp_path *path)
{
	if (tunnel->path.reference != path->reference)
		return false;
	return path->reference != 0 || (inet_endpoint_equal(&tunnel->path.peer, &path->peer) &&
					inet_endpoint_equal(&tunnel->path.local, &path->local));
}

struct l2tp_tunnel *l2tp_tunnel_find(const struct l2tp_lns *lns, uint16_t local_id)
{
	struct l2tp_lookup_node *node = l2tp_lookup_find(&lns->tunnels, local_id);

	return node ? L2TP_CONTAINER_OF(node, struct l2tp_tunnel, by_id) : NULL;
}

static bool is_same_peer(const struct l2tp_path *a, const struct l2tp_path *b)
{
	return a->reference == b->reference &&
	       inet_address_equal(&a->peer.address, &b->peer.address) &&
	       inet_address_equal(&a->local.address, &b->local.address) &&
	       (a->reference != 0 || a->peer.port == b->peer.port);
}

static uint64_t peer_key(const struct l2tp_lns *lns, const struct l2tp_path *path, uint16_t peer_id)
{
	uint64_t key = l2tp_lookup_mix(lns->seed, path->reference);

	key = l2tp_lookup_mix(key, (uint64_t)peer_id << 16 |
					   (path->reference == 0 ? path->peer.port : 0));
	key = l2tp_lookup_mix_bytes(key, path->peer.address.bytes,
				    sizeof(path->peer.address.bytes));
	return l2tp_lookup_mix_bytes(key, path->local.address.bytes,
				     sizeof(path->local.address.bytes));
}

struct l2tp_tunnel *l2tp_tunnel_find_peer(const struct l2tp_lns *lns, const struct l2tp_path *path,
					  uint16_t peer_id)
{
	struct l2tp_lookup_node *node;

	node = l2tp_lookup_find(&lns->peers, peer_key(lns, path, peer_id));
	for (; node; node = l2tp_lookup_find_next(node)) {
		struct l2tp_tunnel *tunnel = L2TP_CONTAINER_OF(node, struct l2tp_tunnel, by_peer);

		if (tunnel->peer_id == peer_id && is_same_peer(&tunnel->path, path))
			return tunnel;
	}
	return NULL;
}

/* Whoever has one IPv6 address has the 64 bits behind it as well. */
static uint64_t address_key(const struct l2tp_lns *lns, const struct inet_address *address)
{
	size_t size = address->family == AF_INET6 ? 8 : sizeof(address->bytes);

	return l2tp_lookup_mix_bytes(l2tp_lookup_mix(lns->seed, address->family), address->bytes,
				     size);
}

/* The SA reference, which no endpoint hits but by chance: the seed is secret. */
static uint64_t reference_key(const struct l2tp_lns *lns, const struct l2tp_path *path)
{
	return path->reference != 0 ? path->reference : peer_key(lns, path, 0);
}

static struct l2tp_reference *reference_find(const struct l2tp_lns *lns, uint64_t key)
{
	struct l2tp_lookup_node *node = l2tp_lookup_find(&lns->references, key);

	return node ? L2TP_CONTAINER_OF(node, struct l2tp_reference, node) : NULL;
}

static bool has_endpoints(const struct l2tp_tunnel *tunnel, const struct l2tp_path *path)
{
	return inet_endpoint_equal(&tunnel->path.peer, &path->peer) &&
	       inet_endpoint_equal(&tunnel->path.local, &path->local);
}

struct l2tp_tunnel *l2tp_tunnel_find_only(const struct l2tp_lns *lns, const struct l2tp_path *path)
{
	struct l2tp_reference *reference = reference_find(lns, reference_key(lns, path));
	struct l2tp_tunnel *first = reference ? TAILQ_FIRST(&reference->living) : NULL;

	if (!first || TAILQ_NEXT(first, siblings) || !has_endpoints(first, path))
		return NULL;
	return first;
}

static struct l2tp_tunnel *find_callless_among(const struct l2tp_tunnel_list *list,
					       const struct l2tp_path *path)
{
	struct l2tp_tunnel *tunnel;

	for (tunnel = TAILQ_FIRST(list); tunnel; tunnel = TAILQ_NEXT(tunnel, siblings))
		if (tunnel->call_count == 0 && has_endpoints(tunnel, path))
			return tunnel;
	return NULL;
}

struct l2tp_tunnel *l2tp_tunnel_find_callless(const struct l2tp_lns *lns,
					      const struct l2tp_path *path)
{
	const struct l2tp_reference *reference = reference_find(lns, reference_key(lns, path));
	struct l2tp_tunnel *tunnel;

	if (!reference)
		return NULL;
	tunnel = find_callless_among(&reference->lingering, path);
	return tunnel ? tunnel : find_callless_among(&reference->living, path);
}

struct l2tp_tunnel *l2tp_tunnel_first_of(const struct l2tp_lns *lns, uint64_t reference)
{
	struct l2tp_reference *found = reference_find(lns, reference);

	if (!found)
		return NULL;
	return TAILQ_EMPTY(&found->living) ? TAILQ_FIRST(&found->lingering)
					   : TAILQ_FIRST(&found->living);
}

void l2tp_tunnel_each_of(const struct l2tp_lns *lns, uint64_t reference,
			 void (*found)(void *userdata, struct l2tp_tunnel *tunnel), void *userdata)
{
	const struct l2tp_reference *of = reference_find(lns, reference);
	struct l2tp_tunnel *tunnel;

	if (!of)
		return;
	for (tunnel = TAILQ_FIRST(&of->living); tunnel; tunnel = TAILQ_NEXT(tunnel, siblings))
		found(userdata, tunnel);
	for (tunnel = TAILQ_FIRST(&of->lingering); tunnel; tunnel = TAILQ_NEXT(tunnel, siblings))
		found(userdata, tunnel);
}

static struct l2tp_reference *reference_get(struct l2tp_lns *lns, uint64_t key)
{
	struct l2tp_reference *reference = reference_find(lns, key);

	if (reference)
		return reference;
	reference = calloc(1, sizeof(*reference));
	if (!reference)
		return NULL;
	TAILQ_INIT(&reference->living);
	TAILQ_INIT(&reference->lingering);
	l2tp_lookup_add(&lns->references, &reference->node, key);
	return reference;
}

static void reference_put(struct l2tp_lns *lns, struct l2tp_reference *reference)
{
	if (!TAILQ_EMPTY(&reference->living) || !TAILQ_EMPTY(&reference->lingering))
		return;
	l2tp_lookup_remove(&lns->references, &reference->node);
	free(reference);
}

static void end_lingering(struct l2tp_tunnel *tunnel)
{
	const struct l2tp_tunnel_input input = { 0 };

	l2tp_tunnel_apply(tunnel, L2TP_TUNNEL_EVENT_LINGERED, &input);
}

/* Whose limits count for a packet. */
struct quotas {
	uint64_t reference_key;
	struct l2tp_quota *reference;
	struct l2tp_quota *address;
};

/* Return: 0, -ENOMEM. */
static int quotas_of(struct l2tp_lns *lns, uint64_t now_usec, const struct l2tp_path *path,
		     struct quotas *ret_quotas)
{
	uint64_t key = reference_key(lns, path);

	*ret_quotas = (struct quotas){
		.reference_key = key,
		.reference = l2tp_quota_get(&lns->reference_quotas, key, now_usec),
		.address = l2tp_quota_get(&lns->address_quotas,
					  address_key(lns, &path->peer.address), now_usec),
	};
	return ret_quotas->reference && ret_quotas->address ? 0 : -ENOMEM;
}

bool l2tp_tunnel_rate_allows(struct l2tp_lns *lns, uint64_t now_usec, const struct l2tp_path *path)
{
	const struct l2tp_lns_settings *settings = &lns->settings;
	struct quotas quotas;

	return quotas_of(lns, now_usec, path, &quotas) == 0 &&
	       l2tp_rate_take(&quotas.reference->used_usec, &settings->sccrqs_per_reference,
			      now_usec) &&
	       l2tp_rate_take(&quotas.address->used_usec, &settings->sccrqs_per_address, now_usec);
}

/*
 * Room under all caps? Who holds a living tunnel never suffers; a lingering one
 * only repeats acknowledgements and may go early.
 */
static bool make_room(struct l2tp_lns *lns, const struct quotas *quotas, bool evict)
{
	const struct l2tp_lns_settings *settings = &lns->settings;
	struct l2tp_tunnel *victim = NULL;

	if (quotas->reference->living >= settings->tunnels_per_reference ||
	    quotas->address->living >= settings->tunnels_per_address)
		return false;
	if (quotas->reference->half_open >= settings->half_open_per_reference) {
		struct l2tp_reference *reference = reference_find(lns, quotas->reference_key);

		victim = reference ? TAILQ_FIRST(&reference->lingering) : NULL;
		if (!evict || !victim || !victim->half_open)
			return false;
		end_lingering(victim);
	}
	if (quotas->address->half_open >= settings->half_open_per_address)
		return false;
	if (lns->half_open >= settings->half_open_maximum) {
		victim = TAILQ_FIRST(&lns->lingering);
		if (!evict || !victim || !victim->half_open)
			return false;
		end_lingering(victim);
	}
	if (lns->tunnel_count >= settings->tunnels_maximum) {
		victim = TAILQ_FIRST(&lns->lingering);
		if (!evict || !victim)
			return false;
		end_lingering(victim);
	}
	return true;
}

/*
 * An id that is random, not 0 and not in use (5.1: the peer must not guess it). There is one:
 * tunnels_maximum is no more than the number of ids, and this tunnel is not yet counted.
 */
static uint16_t choose_id(struct l2tp_lns *lns)
{
	uint8_t bytes[2];
	uint16_t id = 0;

	for (unsigned int i = 0; i < RANDOM_TRIES; i++) {
		lns->ops->random(lns->userdata, bytes, sizeof(bytes));
		id = (uint16_t)(bytes[0] << 8 | bytes[1]);
		if (id != 0 && !l2tp_tunnel_find(lns, id))
			return id;
	}
	/* Nearly all are in use: the next free one from there. */
	while (id == 0 || l2tp_tunnel_find(lns, id))
		id++;
	return id;
}

/* Until the shell, too, finds that the id is free. */
static int open_with_id(struct l2tp_tunnel *tunnel)
{
	struct l2tp_lns *lns = tunnel->lns;
	int r = -EEXIST;

	for (unsigned int i = 0; i < OPEN_TRIES; i++) {
		tunnel->local_id = choose_id(lns);
		r = lns->ops->tunnel_open(lns->userdata, tunnel);
		if (r != -EEXIST)
			return r;
		lns->counters.tunnel_ids_taken++;
	}
	return r;
}

static void send_packet(void *userdata, const uint8_t *packet, size_t size)
{
	struct l2tp_tunnel *tunnel = userdata;

	tunnel->lns->ops->tunnel_send(tunnel->lns->userdata, tunnel, packet, size);
}

static struct l2tp_tunnel *allocate(struct l2tp_lns *lns, uint64_t now_usec,
				    const struct l2tp_path *path,
				    const struct l2tp_control_message *sccrq)
{
	size_t name_size = sccrq->host_name.size;
	_cleanup_(freep) struct l2tp_tunnel *tunnel = NULL;

	if (name_size > L2TP_PEER_HOST_NAME_MAX)
		name_size = L2TP_PEER_HOST_NAME_MAX;
	tunnel = calloc(1, sizeof(*tunnel) + name_size);
	if (!tunnel)
		return NULL;
	tunnel->lns = lns;
	tunnel->path = *path;
	tunnel->peer_id = sccrq->assigned_tunnel_id;
	tunnel->last_received_usec = now_usec;
	tunnel->starved_usec = L2TP_NO_DEADLINE;
	tunnel->peer_host_name_size = (uint8_t)name_size;
	if (name_size > 0)
		memcpy(tunnel->peer_host_name, sccrq->host_name.bytes, name_size);
	LIST_INIT(&tunnel->calls);
	l2tp_deadline_init(&tunnel->deadline, L2TP_DEADLINE_TUNNEL);
	l2tp_transport_init(&tunnel->transport, &lns->transport_settings, tunnel->peer_id,
			    sccrq->receive_window_size, send_packet, tunnel);
	if (l2tp_transport_reserve(&tunnel->transport, L2TP_STOPCCN_PACKET_MAX) != 0)
		return NULL;
	return TAKE_PTR(tunnel);
}

static void link_tunnel(struct l2tp_tunnel *tunnel, const struct quotas *quotas)
{
	struct l2tp_lns *lns = tunnel->lns;

	tunnel->reference_quota = quotas->reference;
	tunnel->address_quota = quotas->address;
	l2tp_quota_hold(&lns->reference_quotas, tunnel->reference_quota);
	l2tp_quota_hold(&lns->address_quotas, tunnel->address_quota);

	l2tp_lookup_add(&lns->tunnels, &tunnel->by_id, tunnel->local_id);
	l2tp_lookup_add(&lns->peers, &tunnel->by_peer,
			peer_key(lns, &tunnel->path, tunnel->peer_id));
	TAILQ_INSERT_TAIL(&lns->living, tunnel, all);
	TAILQ_INSERT_TAIL(&tunnel->reference->living, tunnel, siblings);
	tunnel->half_open = true;
	lns->half_open++;
	lns->tunnel_count++;
	lns->counters.tunnels++;
	lns->counters.tunnels_opened++;
}

int l2tp_tunnel_new(struct l2tp_lns *lns, uint64_t now_usec, const struct l2tp_path *path,
		    const struct l2tp_control_message *sccrq, bool evict,
		    struct l2tp_tunnel **ret_tunnel)
{
	struct l2tp_tunnel *tunnel;
	struct quotas quotas;
	int r;

	if (quotas_of(lns, now_usec, path, &quotas) != 0)
		return -ENOMEM;
	if (!make_room(lns, &quotas, evict))
		return -EDQUOT;
	if (l2tp_deadline_heap_reserve(&lns->deadlines, deadline_owners(lns) + 1) != 0)
		return -ENOMEM;
	tunnel = allocate(lns, now_usec, path, sccrq);
	if (!tunnel)
		return -ENOMEM;
	tunnel->message = sccrq;
	tunnel->reference = reference_get(lns, quotas.reference_key);
	r = tunnel->reference ? open_with_id(tunnel) : -ENOMEM;
	tunnel->message = NULL;
	if (r < 0) {
		if (tunnel->reference)
			reference_put(lns, tunnel->reference);
		l2tp_transport_done(&tunnel->transport);
		free(tunnel);
		return r;
	}
	link_tunnel(tunnel, &quotas);
	*ret_tunnel = tunnel;
	return 0;
}

void l2tp_tunnel_count_established(struct l2tp_tunnel *tunnel)
{
	if (!tunnel->half_open)
		return;
	tunnel->half_open = false;
	tunnel->reference_quota->half_open--;
	tunnel->address_quota->half_open--;
	tunnel->lns->half_open--;
}

void l2tp_tunnel_begin_lingering(struct l2tp_tunnel *tunnel)
{
	struct l2tp_reference *reference = tunnel->reference;
	struct l2tp_lns *lns = tunnel->lns;

	TAILQ_REMOVE(&lns->living, tunnel, all);
	TAILQ_REMOVE(&reference->living, tunnel, siblings);
	tunnel->reference_quota->living--;
	tunnel->address_quota->living--;
	lns->counters.tunnels--;
	tunnel->lingering = true;
	if (tunnel->half_open) {
		TAILQ_INSERT_HEAD(&lns->lingering, tunnel, all);
		TAILQ_INSERT_HEAD(&reference->lingering, tunnel, siblings);
	} else {
		TAILQ_INSERT_TAIL(&lns->lingering, tunnel, all);
		TAILQ_INSERT_TAIL(&reference->lingering, tunnel, siblings);
	}
}

void l2tp_tunnel_free(struct l2tp_tunnel *tunnel)
{
	struct l2tp_reference *reference = tunnel->reference;
	struct l2tp_lns *lns = tunnel->lns;

	if (!tunnel->lingering)
		l2tp_tunnel_begin_lingering(tunnel);
	l2tp_tunnel_count_established(tunnel);
	lns->ops->tunnel_free(lns->userdata, tunnel);
	TAILQ_REMOVE(&lns->lingering, tunnel, all);
	TAILQ_REMOVE(&reference->lingering, tunnel, siblings);
	l2tp_lookup_remove(&lns->tunnels, &tunnel->by_id);
	l2tp_lookup_remove(&lns->peers, &tunnel->by_peer);
	l2tp_deadline_set(&lns->deadlines, &tunnel->deadline, L2TP_NO_DEADLINE);
	l2tp_transport_done(&tunnel->transport);
	l2tp_authentication_free(tunnel->authentication);
	l2tp_quota_release(&lns->reference_quotas, tunnel->reference_quota);
	l2tp_quota_release(&lns->address_quotas, tunnel->address_quota);
	lns->tunnel_count--;
	reference_put(lns, reference);
	free(tunnel);
}
