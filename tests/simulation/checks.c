/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What must hold between an LNS and clients that keep to the RFC, whatever the
 * network does. Looked at where the LNS acts: when it handles a message, when it
 * sends one, when it lets a tunnel go.
 */
#include "tests/simulation/world.h"

#include "l2tp/tunnel.h"

#include <string.h>

#define SECOND UINT64_C(1000000)

static void hold(struct world *world, bool holds, const char *rule)
{
	if (!holds)
		watch_break(&world->watch, rule);
}

static struct world_client *owner_of(const struct watched_tunnel *tunnel)
{
	return tunnel->owner;
}

/* Whether what the client says now is about this very tunnel, and can be relied on. */
static bool is_strict(const struct watched_tunnel *tunnel)
{
	const struct world_client *client = owner_of(tunnel);

	return client && tunnel->strict && !client->corrupted && !client->hostile &&
	       client->lac.incarnation == tunnel->incarnation;
}

static struct world_client *client_of(struct world *world, uint64_t reference)
{
	for (size_t i = 0; i < world->client_count; i++)
		if (world->clients[i].path.reference == reference)
			return &world->clients[i];
	return NULL;
}

static void tunnel_opened(struct watch *watch, struct watched_tunnel *tunnel)
{
	struct world *world = watch->userdata;

	hold(world, world->arriving && world->arriving->path.reference == tunnel->reference,
	     "a tunnel opens for the one who sent the SCCRQ");
	if (!world->arriving)
		return;
	tunnel->owner = client_of(world, tunnel->reference);
	tunnel->incarnation = world->arriving->incarnation;
	tunnel->strict = world->arriving->whole;
}

/* Whether an event of a tunnel is a message of its peer's; then its type. */
static bool is_message(const char *event, enum lac_type *ret_type)
{
	static const struct {
		const char *event;
		enum lac_type type;
	} messages[] = {
		{ "SCCRQ", LAC_SCCRQ },
		{ "SCCCN", LAC_SCCCN },
		{ "SCCCN not acceptable", LAC_SCCCN },
		{ "HELLO", LAC_HELLO },
		{ "StopCCN", LAC_STOPCCN },
		{ "call message", LAC_ICRQ },
	};

	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++)
		if (strcmp(messages[i].event, event) == 0) {
			*ret_type = messages[i].type;
			return true;
		}
	return false;
}

/* Messages about calls are one event for the tunnel. */
static enum lac_type for_tunnel(enum lac_type type)
{
	return type >= LAC_OCRQ ? LAC_ICRQ : type;
}

static void tunnel_moved(struct watch *watch, struct watched_tunnel *tunnel,
			 const struct l2tp_transition *transition)
{
	struct world *world = watch->userdata;
	const struct world_client *client = owner_of(tunnel);
	enum lac_type type;

	world_trace(world, "  tunnel %u%s: %s -- %s -> %s", tunnel->local_id,
		    transition->call ? ", a call" : "", transition->from, transition->event,
		    transition->to);
	if (strcmp(transition->to, "established") == 0 && client && client->shared_secret)
		hold(world, client->lac.secret == client->shared_secret,
		     "who does not know the secret has no tunnel");
	if (world->arriving)
		hold(world,
		     tunnel->reference == world->arriving->path.reference ||
			     strcmp(transition->event, "lingered") == 0,
		     "a packet moves tunnels of its own sender only");
	if (transition->call || !is_strict(tunnel) || !is_message(transition->event, &type))
		return;
	hold(world, tunnel->handled < owner_of(tunnel)->lac.next,
	     "no message is handled more often than it was sent");
	hold(world,
	     for_tunnel(
		     (enum lac_type)owner_of(tunnel)->lac.sent[tunnel->handled % LAC_SENT_MAX]) ==
		     type,
	     "messages are handled in their order, each once");
	tunnel->handled++;
}

static uint64_t hash_body(const uint8_t *bytes, size_t size)
{
	uint64_t hash = size;

	for (size_t i = 0; i < size; i++)
		if (i < 8 || i > 11) /* Ns is the index, Nr may change */
			hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
	return hash;
}

/* A message of the LNS by its number: a new one, or one that is repeated as it was. */
static void check_message(struct world *world, struct watched_tunnel *tunnel,
			  const struct lac_packet *packet, uint64_t hash)
{
	uint16_t ahead =
		(uint16_t)(packet->ns - tunnel->nr_offset - (uint16_t)tunnel->acknowledged);
	uint32_t number = tunnel->acknowledged + ahead;
	uint16_t window = owner_of(tunnel)->lac.manners.window;

	hold(world, number <= tunnel->sent_count, "no Ns is left out, none comes back");
	if (number > tunnel->sent_count)
		return;
	hold(world, ahead < (window ? window : 4) || packet->type == LAC_STOPCCN,
	     "the peer's window is kept");
	if (number == tunnel->acknowledged)
		tunnel->oldest_sendings++;
	if (number == tunnel->sent_count) {
		tunnel->bodies[number % WATCH_BODIES_MAX] = hash;
		tunnel->sent_count++;
		return;
	}
	hold(world, tunnel->bodies[number % WATCH_BODIES_MAX] == hash,
	     "a message that is repeated is the same message");
}

static void check_sent(struct world *world, struct watched_tunnel *tunnel,
		       const struct lac_packet *packet, uint64_t hash)
{
	hold(world, packet->nr == (uint16_t)(tunnel->handled + tunnel->ns_offset),
	     "Nr is what was handled, and one more");
	if (packet->type == LAC_ZLB)
		hold(world, packet->ns == (uint16_t)(tunnel->sent_count + tunnel->nr_offset),
		     "a ZLB has the next Ns and does not use it up");
	else
		check_message(world, tunnel, packet, hash);
}

static void tunnel_sent(struct watch *watch, struct watched_tunnel *tunnel, const uint8_t *bytes,
			size_t size)
{
	struct world *world = watch->userdata;
	struct world_client *client = owner_of(tunnel);
	struct lac_packet packet;
	struct flying flying;
	enum network_fate fate;

	if (!lac_read(bytes, size, client ? client->shared_secret : NULL, &packet)) {
		watch_break(watch, "what the LNS sends is well-formed");
		return;
	}
	hold(world, packet.tunnel_id == tunnel->peer_id, "a packet names its tunnel");
	world->lns_sent = true;
	world->lns_sent_zlb |= packet.type == LAC_ZLB;
	if (is_strict(tunnel))
		check_sent(world, tunnel, &packet, hash_body(bytes, size));
	if (!client)
		return;
	flying.client = client->index;
	flying.to_lns = false;
	flying.incarnation = tunnel->incarnation;
	flying.path = *l2tp_tunnel_path(tunnel->tunnel);
	flying.size = (uint16_t)size;
	memcpy(flying.bytes, bytes, size);
	fate = network_send(&world->network, world->now_usec, &flying);
	world_trace(world, "  LNS %u -> %s: %s Ns %u Nr %u%s", tunnel->local_id, client->name,
		    lac_type_name(packet.type), packet.ns, packet.nr,
		    fate == NETWORK_LOST ? " (lost)" : "");
}

static bool has_call(const struct lac *lac, uint16_t id)
{
	for (size_t i = 0; i < LAC_CALLS_MAX; i++)
		if (lac->calls[i].state != LAC_CALL_NONE && lac->calls[i].id == id)
			return true;
	return false;
}

static void tunnel_data(struct watch *watch, struct watched_tunnel *tunnel,
			const struct watched_call *call, const struct l2tp_data_message *message)
{
	struct world *world = watch->userdata;
	uint16_t of;

	if (!world->arriving || !world->arriving->whole)
		return;
	hold(world, tunnel->reference == world->arriving->path.reference,
	     "data is delivered to a call of its sender's");
	world->data_delivered++;
	if (owner_of(tunnel)->hostile)
		return;
	hold(world,
	     message->size == STORM_FRAME_SIZE && message->frame[0] == world->arriving->client,
	     "a frame arrives as it was sent");
	of = (uint16_t)(message->frame[1] << 8 | message->frame[2]);
	hold(world, of == call->peer_id || world->ids_meet || !has_call(&owner_of(tunnel)->lac, of),
	     "data is delivered to the call that it was sent on");
}

static void tunnel_closed(struct watch *watch, struct watched_tunnel *tunnel)
{
	struct world *world = watch->userdata;
	const struct l2tp_lns_settings *settings = &watch->settings;

	world_trace(world, "  tunnel %u: closed, cause %d", tunnel->local_id, tunnel->cause);
	if (!is_strict(tunnel) || world->memory_is_short)
		return;
	if (tunnel->cause == L2TP_END_TIMEOUT)
		hold(world, tunnel->oldest_sendings > settings->retransmit_maximum,
		     "nobody is given up before all sendings were in vain");
	hold(world, tunnel->cause != L2TP_END_PROTOCOL_ERROR,
	     "a client that keeps to the RFC is not sent away for breaking it");
	if (world->is_strict_calm)
		hold(world,
		     tunnel->cause != L2TP_END_TIMEOUT && tunnel->cause != L2TP_END_SETUP_TIMEOUT,
		     "in calm weather nothing times out");
}

/* From the first sending to the end of the wait after the last one (5.8). */
static uint64_t cycle_usec(const struct l2tp_lns_settings *settings)
{
	uint64_t wait = settings->retransmit_initial_usec, cycle = 0;

	for (uint32_t i = 0; i <= settings->retransmit_maximum; i++) {
		cycle +=
			wait < settings->retransmit_cap_usec ? wait : settings->retransmit_cap_usec;
		wait *= 2;
	}
	return cycle;
}

static void tunnel_freed(struct watch *watch, struct watched_tunnel *tunnel)
{
	struct world *world = watch->userdata;

	world_trace(world, "  tunnel %u: freed", tunnel->local_id);
	/* The LNS ends, the SA is gone; or somebody needs the room or the id. */
	if (world->may_free || world->sccrq_arrives)
		return;
	if (world->arriving &&
	    (!world->arriving->whole || world->clients[world->arriving->client].hostile))
		return; /* it may have become an SCCRQ */
	if (tunnel->cause == L2TP_END_PEER || tunnel->cause == L2TP_END_LOCAL ||
	    tunnel->cause == L2TP_END_IDLE || tunnel->cause == L2TP_END_PROTOCOL_ERROR ||
	    tunnel->cause == L2TP_END_NO_RESOURCES)
		hold(world, world->now_usec >= tunnel->closed_usec + cycle_usec(&watch->settings),
		     "a closed tunnel lingers for a full cycle of retransmissions");
}

static size_t tunnel_secret(struct watch *watch, const struct l2tp_path *path,
			    uint8_t ret_secret[L2TP_SECRET_MAX])
{
	const struct world_client *client = client_of(watch->userdata, path->reference);
	size_t size = client && client->shared_secret ? strlen(client->shared_secret) : 0;

	if (size > 0)
		memcpy(ret_secret, client->shared_secret, size);
	return size;
}

const struct watch_hooks checks_hooks = {
	.secret = tunnel_secret,
	.opened = tunnel_opened,
	.sent = tunnel_sent,
	.moved = tunnel_moved,
	.data = tunnel_data,
	.closed = tunnel_closed,
	.freed = tunnel_freed,
};

/* The tunnel that a packet is for; to tunnel 0, if its sender has but one. */
static struct watched_tunnel *find_tunnel(struct world *world, const struct flying *flying,
					  uint16_t id)
{
	struct watched_tunnel *found = NULL;

	for (size_t i = 0; i < WATCH_TUNNELS_MAX; i++) {
		struct watched_tunnel *tunnel = &world->watch.tunnels[i];

		if (!tunnel->tunnel || tunnel->reference != flying->path.reference)
			continue;
		if (id != 0 && tunnel->local_id == id)
			return tunnel;
		if (id != 0 || tunnel->closed)
			continue;
		if (found)
			return NULL;
		found = tunnel;
	}
	return found;
}

/* Before the LNS sees a packet: what it acknowledges. */
static void note_acknowledgement(struct watched_tunnel *tunnel, uint16_t nr)
{
	uint16_t count = (uint16_t)(nr - tunnel->nr_offset - (uint16_t)tunnel->acknowledged);

	if (count == 0 || count > tunnel->sent_count - tunnel->acknowledged)
		return;
	tunnel->acknowledged += count;
	tunnel->oldest_sendings = 0;
	/* Messages behind it may be on their way already. */
	if (tunnel->acknowledged < tunnel->sent_count)
		tunnel->oldest_sendings = 1;
}

bool checks_arriving(struct world *world, const struct flying *flying)
{
	struct watched_tunnel *tunnel;
	struct lac_packet packet;

	world->lns_sent = world->lns_sent_zlb = world->sccrq_arrives = false;
	if (!lac_read(flying->bytes, flying->size, world->clients[flying->client].lac.secret,
		      &packet))
		return true;
	world->sccrq_arrives = packet.type == LAC_SCCRQ;
	/* It cannot tell its tunnels apart: a late SCCRQ gives it one that it does not know. */
	if (world->sccrq_arrives && world->clients[flying->client].lac.manners.no_tunnel_id &&
	    world->clients[flying->client].lac.state != LAC_STATE_WAIT_REPLY)
		return false;
	tunnel = find_tunnel(world, flying, packet.tunnel_id);
	if (!tunnel)
		return true;
	if (tunnel->incarnation != flying->incarnation)
		return false;
	note_acknowledgement(tunnel, packet.nr);
	return true;
}

void checks_received(struct world *world, const struct flying *flying, enum l2tp_verdict verdict)
{
	const struct watched_tunnel *tunnel;
	struct lac_packet packet;

	if (!lac_read(flying->bytes, flying->size, world->clients[flying->client].lac.secret,
		      &packet))
		return;
	if (packet.type == LAC_ZLB) {
		hold(world, !world->lns_sent_zlb, "a ZLB is not answered by a ZLB");
		return;
	}
	tunnel = find_tunnel(world, flying, packet.tunnel_id);
	if (!tunnel || !is_strict(tunnel))
		return;
	if (verdict == L2TP_VERDICT_DUPLICATE ||
	    (verdict == L2TP_VERDICT_ACCEPTED &&
	     (int16_t)(packet.ns - tunnel->ns_offset - (uint16_t)tunnel->handled) < 0))
		hold(world, world->lns_sent, "what arrives in its turn, or again, is acknowledged");
}

void checks_step(struct world *world)
{
	watch_check(&world->watch);
	hold(world, l2tp_lns_next_deadline(world->watch.lns) >= world->now_usec,
	     "no deadline stays in the past");
	for (size_t i = 0; i < world->client_count; i++) {
		struct world_client *client = &world->clients[i];

		if (client->lac.broken && !client->corrupted && !client->hostile &&
		    !client->lac.manners.same_id)
			watch_break(&world->watch, client->lac.broken);
	}
}

static const struct watched_call *find_call(const struct watched_tunnel *tunnel, uint16_t peer_id)
{
	for (size_t i = 0; i < tunnel->call_count; i++)
		if (tunnel->calls[i].peer_id == peer_id)
			return &tunnel->calls[i];
	return NULL;
}

static void check_calls(struct world *world, const struct watched_tunnel *tunnel,
			const struct lac *lac)
{
	size_t count = 0;

	for (size_t i = 0; i < LAC_CALLS_MAX; i++) {
		const struct lac_call *call = &lac->calls[i];
		const struct watched_call *watched = find_call(tunnel, call->id);

		if (call->state == LAC_CALL_NONE)
			continue;
		count++;
		hold(world,
		     call->state == LAC_CALL_ESTABLISHED && watched && watched->established &&
			     watched->local_id == call->lns_id,
		     "a call that the client has is a call of the LNS's");
	}
	hold(world, count == tunnel->call_count, "the LNS has no call that the client has not");
}

static void check_client(struct world *world, const struct world_client *client)
{
	const struct watched_tunnel *living = NULL;
	size_t count = 0;

	for (size_t i = 0; i < WATCH_TUNNELS_MAX; i++) {
		const struct watched_tunnel *tunnel = &world->watch.tunnels[i];

		if (!tunnel->tunnel || tunnel->closed || owner_of(tunnel) != client)
			continue;
		living = tunnel;
		count++;
	}
	if (client->lac.state != LAC_STATE_ESTABLISHED) {
		hold(world, client->lac.state == LAC_STATE_IDLE && count == 0,
		     "if one end has given up, both have");
		return;
	}
	hold(world,
	     count == 1 && living->established && living->local_id == client->lac.lns_id &&
		     living->peer_id == client->lac.id,
	     "a tunnel that the client has is the one that the LNS has");
	if (count == 1)
		check_calls(world, living, &client->lac);
}

void checks_agreement(struct world *world)
{
	for (size_t i = 0; i < world->client_count; i++)
		if (!world->clients[i].corrupted && !world->clients[i].hostile)
			check_client(world, &world->clients[i]);
}
