/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The contract of l2tp/lns.h, looked after. */
#include "tests/simulation/watch.h"

#include "l2tp/tunnel.h"

#include <errno.h>
#include <string.h>

void watch_break(struct watch *watch, const char *rule)
{
	if (!watch->broken)
		watch->broken = rule;
}

static void hold(struct watch *watch, bool holds, const char *rule)
{
	if (!holds)
		watch_break(watch, rule);
}

static void shell_random(void *userdata, uint8_t *bytes, size_t size)
{
	struct watch *watch = userdata;

	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)sim_next(&watch->random);
	if (size == 2) {
		bytes[0] &= (uint8_t)(watch->id_mask >> 8);
		bytes[1] &= (uint8_t)watch->id_mask;
	}
}

static struct watched_tunnel *find_place(struct watch *watch, const struct l2tp_tunnel *tunnel)
{
	struct watched_tunnel *place = NULL;

	for (size_t i = 0; i < WATCH_TUNNELS_MAX; i++) {
		struct watched_tunnel *watched = &watch->tunnels[i];

		if (!watched->tunnel)
			place = place ? place : watched;
		else
			hold(watch, watched->local_id != l2tp_tunnel_local_id(tunnel),
			     "the id of a living tunnel is not given again");
	}
	return place;
}

/* One more tunnel by this path. */
static void check_caps(struct watch *watch, const struct l2tp_path *path)
{
	const struct l2tp_lns_settings *settings = &watch->settings;
	uint32_t half_open_of_reference = 0, half_open_of_address = 0;
	uint32_t of_reference = 0, of_address = 0;

	for (size_t i = 0; i < WATCH_TUNNELS_MAX; i++) {
		const struct watched_tunnel *watched = &watch->tunnels[i];
		bool same_reference, same_address;

		if (!watched->tunnel)
			continue;
		same_reference = watched->reference == path->reference;
		same_address = inet_address_equal(&l2tp_tunnel_path(watched->tunnel)->peer.address,
						  &path->peer.address);
		half_open_of_reference += same_reference && !watched->established;
		half_open_of_address += same_address && !watched->established;
		of_reference += same_reference && !watched->closed;
		of_address += same_address && !watched->closed;
	}
	hold(watch, half_open_of_reference < settings->half_open_per_reference,
	     "a client has no more half-open tunnels than allowed");
	hold(watch, half_open_of_address < settings->half_open_per_address,
	     "an address has no more half-open tunnels than allowed");
	hold(watch, of_reference < settings->tunnels_per_reference,
	     "a client has no more tunnels than allowed");
	hold(watch, of_address < settings->tunnels_per_address,
	     "an address has no more tunnels than allowed");
}

static int shell_tunnel_open(void *userdata, struct l2tp_tunnel *tunnel)
{
	struct watch *watch = userdata;
	struct watched_tunnel *watched;

	hold(watch, l2tp_tunnel_local_id(tunnel) != 0, "no tunnel has id 0");
	if (sim_chance(&watch->random, watch->failures))
		return sim_chance(&watch->random, 700) ? -EEXIST : -EIO;
	watched = find_place(watch, tunnel);
	check_caps(watch, l2tp_tunnel_path(tunnel));
	hold(watch, watched != NULL, "no more tunnels than allowed");
	if (!watched)
		return -EIO;
	*watched = (struct watched_tunnel){
		.tunnel = tunnel,
		.local_id = l2tp_tunnel_local_id(tunnel),
		.peer_id = l2tp_tunnel_peer_id(tunnel),
		.reference = l2tp_tunnel_path(tunnel)->reference,
	};
	watch->tunnel_count++;
	watch->half_open++;
	l2tp_tunnel_set_userdata(tunnel, watched);
	if (watch->hooks->opened)
		watch->hooks->opened(watch, watched);
	return 0;
}

static void shell_tunnel_send(void *userdata, struct l2tp_tunnel *tunnel, const uint8_t *packet,
			      size_t size)
{
	struct watch *watch = userdata;

	if (watch->hooks->sent)
		watch->hooks->sent(watch, l2tp_tunnel_userdata(tunnel), packet, size);
}

static void shell_tunnel_established(void *userdata, struct l2tp_tunnel *tunnel)
{
	struct watch *watch = userdata;
	struct watched_tunnel *watched = l2tp_tunnel_userdata(tunnel);

	hold(watch, !watched->established && !watched->closed, "a tunnel is established once");
	watched->established = true;
	watch->half_open--;
}

static bool shell_tunnel_data_received(void *userdata, struct l2tp_tunnel *tunnel)
{
	struct watched_tunnel *watched = l2tp_tunnel_userdata(tunnel);
	bool was_heard = watched->was_heard;

	watched->was_heard = false;
	return was_heard;
}

static void shell_tunnel_closed(void *userdata, struct l2tp_tunnel *tunnel,
				enum l2tp_end_cause cause)
{
	struct watch *watch = userdata;
	struct watched_tunnel *watched = l2tp_tunnel_userdata(tunnel);

	hold(watch, !watched->closed, "a tunnel is closed once");
	hold(watch, watched->call_count == 0, "no call outlives its tunnel");
	watched->closed = true;
	watched->cause = cause;
	watched->closed_usec = watch->now_usec;
	if (watch->hooks->closed)
		watch->hooks->closed(watch, watched);
}

static void shell_tunnel_free(void *userdata, struct l2tp_tunnel *tunnel)
{
	struct watch *watch = userdata;
	struct watched_tunnel *watched = l2tp_tunnel_userdata(tunnel);

	hold(watch, watched->closed, "a tunnel is closed before it is freed");
	if (watch->hooks->freed)
		watch->hooks->freed(watch, watched);
	watch->half_open -= !watched->established;
	watch->tunnel_count--;
	watched->tunnel = NULL;
}

static int shell_call_prepare(void *userdata, struct l2tp_call *call)
{
	struct watch *watch = userdata;
	struct watched_tunnel *watched = l2tp_tunnel_userdata(l2tp_call_tunnel(call));
	uint16_t local_id = l2tp_call_local_id(call), peer_id = l2tp_call_peer_id(call);

	hold(watch, watched->established && !watched->closed, "calls are of established tunnels");
	hold(watch, local_id != 0 && peer_id != 0, "no call has id 0");
	for (size_t i = 0; i < watched->call_count; i++)
		hold(watch,
		     watched->calls[i].local_id != local_id && watched->calls[i].peer_id != peer_id,
		     "the id of a living call is not given again");
	hold(watch, watched->call_count < watch->settings.calls_per_tunnel,
	     "a tunnel has no more calls than allowed");
	if (sim_chance(&watch->random, watch->failures) || watched->call_count == WATCH_CALLS_MAX)
		return -EIO;
	watched->calls[watched->call_count] = (struct watched_call){
		.call = call,
		.local_id = local_id,
		.peer_id = peer_id,
	};
	watched->call_count++;
	watch->calls_prepared++;
	return 0;
}

static struct watched_call *find_call(struct watch *watch, const struct l2tp_call *call)
{
	struct watched_tunnel *watched = l2tp_tunnel_userdata(l2tp_call_tunnel(call));

	for (size_t i = 0; i < watched->call_count; i++)
		if (watched->calls[i].call == call)
			return &watched->calls[i];
	watch_break(watch, "a call is prepared before all else, and closed last");
	return NULL;
}

static int shell_call_established(void *userdata, struct l2tp_call *call)
{
	struct watch *watch = userdata;
	struct watched_call *watched = find_call(watch, call);

	if (!watched)
		return -EIO;
	hold(watch, !watched->established, "a call is established once");
	watched->established = true;
	return sim_chance(&watch->random, watch->failures) ? -EIO : 0;
}

static void shell_call_data(void *userdata, struct l2tp_call *call,
			    const struct l2tp_data_message *message)
{
	struct watch *watch = userdata;
	struct watched_tunnel *watched = l2tp_tunnel_userdata(l2tp_call_tunnel(call));
	const struct watched_call *of = find_call(watch, call);

	hold(watch, !watched->closed, "no data comes for a tunnel that was closed");
	watched->was_heard = true;
	if (of && watch->hooks->data)
		watch->hooks->data(watch, watched, of, message);
}

static void shell_call_closed(void *userdata, struct l2tp_call *call, enum l2tp_end_cause cause)
{
	struct watched_tunnel *watched = l2tp_tunnel_userdata(l2tp_call_tunnel(call));
	struct watched_call *closed = find_call(userdata, call);

	hold(userdata, cause < L2TP_END_COUNT_, "a call ends for a cause");
	if (closed)
		*closed = watched->calls[--watched->call_count];
}

static void shell_transition(void *userdata, const struct l2tp_transition *transition)
{
	struct watch *watch = userdata;

	hold(watch, transition->from && transition->event && transition->to,
	     "states and events have names");
	if (watch->hooks->moved)
		watch->hooks->moved(watch, l2tp_tunnel_userdata(transition->tunnel), transition);
}

static size_t shell_tunnel_secret(void *userdata, const struct l2tp_path *path,
				  const uint8_t *host_name, size_t host_name_size,
				  uint8_t ret_secret[L2TP_SECRET_MAX])
{
	struct watch *watch = userdata;

	return watch->hooks->secret ? watch->hooks->secret(watch, path, ret_secret) : 0;
}

static const struct l2tp_lns_ops ops = {
	.random = shell_random,
	.tunnel_secret = shell_tunnel_secret,
	.tunnel_open = shell_tunnel_open,
	.tunnel_send = shell_tunnel_send,
	.tunnel_established = shell_tunnel_established,
	.tunnel_data_received = shell_tunnel_data_received,
	.tunnel_closed = shell_tunnel_closed,
	.tunnel_free = shell_tunnel_free,
	.call_prepare = shell_call_prepare,
	.call_established = shell_call_established,
	.call_data = shell_call_data,
	.call_closed = shell_call_closed,
	.transition = shell_transition,
};

int watch_start(struct watch *watch)
{
	watch->tunnel_count = watch->half_open = 0;
	watch->broken = NULL;
	memset(watch->tunnels, 0, sizeof(watch->tunnels));
	return l2tp_lns_new(&watch->settings, &ops, watch, &watch->lns);
}

void watch_stop(struct watch *watch)
{
	l2tp_lns_free(watch->lns);
	watch->lns = NULL;
	hold(watch, watch->tunnel_count == 0 && watch->half_open == 0,
	     "with the LNS all of its tunnels are freed");
}

static void check_tunnel(struct watch *watch, const struct watched_tunnel *watched)
{
	const struct l2tp_transport *transport = &watched->tunnel->transport;

	/* Behind the cap there is room for a CDN of each call, a Hello and a StopCCN. */
	hold(watch,
	     transport->queued <= L2TP_TUNNEL_QUEUE_MAX + watch->settings.calls_per_tunnel + 2,
	     "the queue of a peer that acknowledges nothing is bounded");
	hold(watch, transport->early_count <= L2TP_TRANSPORT_HELD_MAX,
	     "few messages are kept that come too early");
	hold(watch, transport->in_flight <= transport->queued, "what is in flight is in the queue");
}

void watch_check(struct watch *watch)
{
	const struct l2tp_lns_counters *counters = l2tp_lns_counters(watch->lns);
	uint32_t living = 0, calls = 0, half_open = 0;

	for (size_t i = 0; i < WATCH_TUNNELS_MAX; i++) {
		const struct watched_tunnel *watched = &watch->tunnels[i];

		if (!watched->tunnel)
			continue;
		living += !watched->closed;
		calls += watched->call_count;
		half_open += !watched->established;
		check_tunnel(watch, watched);
	}
	hold(watch, living == counters->tunnels && calls == counters->calls,
	     "the counters tell how many there are");
	hold(watch, watch->tunnel_count <= watch->settings.tunnels_maximum,
	     "no more tunnels than allowed");
	hold(watch, half_open <= watch->settings.half_open_maximum,
	     "no more half-open tunnels than allowed");
	hold(watch,
	     watch->tunnel_count == 0 || l2tp_lns_next_deadline(watch->lns) != L2TP_NO_DEADLINE,
	     "every tunnel waits for some deadline");
}
