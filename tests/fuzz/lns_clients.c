/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An LNS and what its clients know of it. */
#include "tests/fuzz/lns_clients.h"

#include "tests/fuzz/fuzz.h"

#include "l2tp/header.h"

static struct lns_client *client_of(struct watch *watch, const struct l2tp_path *path)
{
	struct lns_clients *clients = watch->userdata;

	for (size_t i = 0; i < LNS_CLIENTS; i++)
		if (clients->clients[i].path.reference == path->reference)
			return &clients->clients[i];
	return &clients->clients[2];
}

static void opened(struct watch *watch, struct watched_tunnel *tunnel)
{
	struct lns_client *client = client_of(watch, l2tp_tunnel_path(tunnel->tunnel));

	client->tunnel_id = tunnel->local_id;
	client->ns = 1;
	client->nr = 0;
}

static void sent(struct watch *watch, struct watched_tunnel *tunnel, const uint8_t *packet,
		 size_t size)
{
	struct lns_client *client = client_of(watch, l2tp_tunnel_path(tunnel->tunnel));
	struct l2tp_header header;

	assert(l2tp_header_read(packet, size, &header) == 0);
	assert(header.control && header.tunnel_id == tunnel->peer_id);
	if (tunnel->local_id == client->tunnel_id && header.payload.remaining > 0 &&
	    header.ns == client->nr)
		client->nr++;
}

static size_t secret(struct watch *watch, const struct l2tp_path *path,
		     uint8_t ret_secret[L2TP_SECRET_MAX])
{
	static const uint8_t shared[] = { 's', 'e', 'c', 'r', 'e', 't' };
	const struct lns_clients *clients = watch->userdata;

	if (path->reference != clients->clients[3].path.reference)
		return 0;
	memcpy(ret_secret, shared, sizeof(shared));
	return sizeof(shared);
}

void lns_clients_start(struct lns_clients *clients)
{
	static const struct watch_hooks hooks = { .opened = opened,
						  .sent = sent,
						  .secret = secret };
	struct watch *watch = &clients->watch;

	memset(clients, 0, sizeof(*clients));
	l2tp_lns_settings_default(&watch->settings);
	watch->settings.tunnels_maximum = 16;
	watch->settings.half_open_maximum = 8;
	watch->settings.half_open_per_reference = 4;
	watch->settings.tunnels_per_reference = 8;
	watch->settings.calls_per_tunnel = 3;
	watch->settings.hide_avps = true;
	watch->hooks = &hooks;
	watch->userdata = clients;
	watch->id_mask = 0x1f;
	watch->now_usec = 1000000;
	for (uint8_t i = 0; i < LNS_CLIENTS; i++)
		clients->clients[i].path = (struct l2tp_path){
			.local = { inet_address_from_ipv4(0xc0000201), 1701 },
			.peer = { inet_address_from_ipv4(0xc6336401 + i / 2), 1701 },
			.reference = i == 2 ? 0 : 0x100000001 + i,
		};
	assert(watch_start(watch) == 0);
}

void lns_clients_stop(struct lns_clients *clients)
{
	watch_stop(&clients->watch);
	assert(!clients->watch.broken);
}

enum l2tp_verdict lns_clients_receive(struct lns_clients *clients, size_t index,
				      const uint8_t *bytes, size_t size)
{
	struct watch *watch = &clients->watch;
	enum l2tp_verdict verdict = l2tp_lns_receive(watch->lns, watch->now_usec,
						     &clients->clients[index].path, bytes, size);

	watch_check(watch);
	assert(!watch->broken);
	return verdict;
}

void lns_clients_pass(struct lns_clients *clients, uint64_t usec)
{
	struct watch *watch = &clients->watch;
	uint64_t until_usec = watch->now_usec + usec, next_usec;

	while ((next_usec = l2tp_lns_next_deadline(watch->lns)) <= until_usec) {
		assert(next_usec >= watch->now_usec);
		watch->now_usec = next_usec;
		l2tp_lns_handle_deadlines(watch->lns, next_usec);
		assert(l2tp_lns_next_deadline(watch->lns) > next_usec);
		watch_check(watch);
		assert(!watch->broken);
	}
	watch->now_usec = until_usec;
}

struct watched_tunnel *lns_clients_tunnel(struct lns_clients *clients, size_t index)
{
	const struct lns_client *client = &clients->clients[index];

	for (size_t i = 0; i < WATCH_TUNNELS_MAX; i++) {
		struct watched_tunnel *tunnel = &clients->watch.tunnels[i];

		if (tunnel->tunnel && !tunnel->closed && tunnel->local_id == client->tunnel_id &&
		    tunnel->reference == client->path.reference)
			return tunnel;
	}
	return NULL;
}
