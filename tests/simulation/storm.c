/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What people and machines do in bad weather: clients connect, call, hang up,
 * lose their power; the shell closes; SAs vanish; the LNS restarts; somebody
 * sends what he likes.
 */
#include "tests/simulation/world.h"

#include "base/cleanup.h"
#include "l2tp/tunnel.h"

#include <string.h>

#define SECOND UINT64_C(1000000)

void storm_set_weather(struct world *world)
{
	static const struct weather weathers[] = {
		{ .delay_usec = 20000 },
		{ .lost = 100, .delay_usec = 50000 },
		{ .lost = 400, .delay_usec = 50000 },
		{ .doubled = 300, .late = 200, .delay_usec = 80000, .late_usec = 3000000 },
		{ .lost = 200,
		  .doubled = 200,
		  .late = 200,
		  .cut = 50,
		  .delay_usec = 300000,
		  .late_usec = 2000000 },
		{ .late = 500, .delay_usec = 100000, .late_usec = 400000 },
		{ .lost = 950, .delay_usec = 20000 },
	};
	struct sim_random *random = &world->random;

	world->network.weather = weathers[sim_below(random, ELEMENTS(weathers))];
}

void storm_send(struct world_client *client, const uint8_t *bytes, size_t size)
{
	struct world *world = client->world;
	struct flying flying = { .incarnation = client->lac.incarnation,
				 .client = client->index,
				 .to_lns = true,
				 .path = client->path,
				 .size = (uint16_t)size };
	struct weather *weather = &world->network.weather;
	enum network_fate fate;

	memcpy(flying.bytes, bytes, size);
	weather->flipped = client->corrupted ? 100 : 0;
	fate = network_send(&world->network, world->now_usec, &flying);
	weather->flipped = 0;
	if (world->trace) {
		struct lac_packet packet = { 0 };

		lac_read(bytes, size, client->lac.secret, &packet);
		world_trace(world, "  %s -> LNS %u: %s Ns %u Nr %u%s", client->name,
			    packet.tunnel_id, lac_type_name(packet.type), packet.ns, packet.nr,
			    fate == NETWORK_LOST ? " (lost)" : "");
	}
}

void storm_send_data(struct world_client *client, const struct lac_call *call)
{
	struct sim_random *random = &client->world->random;
	const struct lac *lac = &client->lac;
	bool length = sim_chance(random, 500), sequence = sim_chance(random, 300);
	uint8_t bytes[32] = { length ? 0x40 : 0, 2 };
	size_t size = length ? 4 : 2;

	if (sequence)
		bytes[0] |= 8;
	bytes[size++] = (uint8_t)(lac->lns_id >> 8);
	bytes[size++] = (uint8_t)lac->lns_id;
	bytes[size++] = (uint8_t)(call->lns_id >> 8);
	bytes[size++] = (uint8_t)call->lns_id;
	if (sequence)
		size += 4;
	bytes[size++] = client->index;
	bytes[size++] = (uint8_t)(call->id >> 8);
	bytes[size++] = (uint8_t)call->id;
	bytes[size++] = 0x55;
	if (length)
		bytes[3] = (uint8_t)size;
	world_trace(client->world, "%s sends a frame", client->name);
	storm_send(client, bytes, size);
}

/* Somebody else's packet, under the own name, perhaps with a few bytes changed. */
static void replay(struct world_client *client)
{
	struct world *world = client->world;
	struct sim_random *random = &world->random;
	const struct flying *other;
	uint8_t bytes[NETWORK_PACKET_MAX];
	size_t size;

	if (world->network.count == 0)
		return;
	other = &world->network.flying[sim_below(random, (uint32_t)world->network.count)];
	size = other->size;
	memcpy(bytes, other->bytes, size);
	for (uint32_t i = sim_below(random, 4); i > 0 && size > 0; i--)
		bytes[sim_below(random, (uint32_t)size)] = (uint8_t)sim_next(random);
	storm_send(client, bytes, size);
}

static void send_garbage(struct world_client *client)
{
	struct sim_random *random = &client->world->random;
	uint8_t bytes[64] = { 0xc8, 2, 0, 0 };
	size_t size = 2 + sim_below(random, sizeof(bytes) - 2);

	for (size_t i = 2; i < size; i++)
		bytes[i] = sim_chance(random, 500) ? 0 : (uint8_t)sim_below(random, 16);
	bytes[3] = (uint8_t)size;
	storm_send(client, bytes, size);
}

static void flood(struct world_client *client)
{
	struct lac stranger;
	struct lac_manners manners = { .window = 4 };

	lac_init(&stranger, &manners, (uint16_t)sim_next(&client->world->random), client->lac.send,
		 client);
	for (size_t i = 0; i < 12; i++) {
		lac_connect(&stranger, client->world->now_usec);
		lac_forget(&stranger);
	}
}

static void be_hostile(struct world_client *client)
{
	struct world *world = client->world;

	world_trace(world, "%s is up to something", client->name);
	switch (sim_below(&world->random, 4)) {
	case 0:
		replay(client);
		break;
	case 1:
		send_garbage(client);
		break;
	case 2:
		flood(client);
		break;
	default:
		for (size_t i = 0; i < 45; i++)
			lac_ask_outgoing(&client->lac, world->now_usec);
		break;
	}
}

static void call_or_talk(struct world_client *client, uint32_t choice)
{
	struct world *world = client->world;
	size_t number = sim_below(&world->random, LAC_CALLS_MAX);
	const struct lac_call *call = &client->lac.calls[number];

	if (choice < 350) {
		world_trace(world, "%s places a call", client->name);
		lac_place_call(&client->lac, world->now_usec);
	} else if (choice < 500 && call->state != LAC_CALL_NONE) {
		world_trace(world, "%s hangs up call %u", client->name, call->id);
		lac_hang_up(&client->lac, world->now_usec, number);
	} else if (choice < 700 && call->state == LAC_CALL_ESTABLISHED) {
		storm_send_data(client, call);
	} else if (call->state == LAC_CALL_ESTABLISHED) {
		lac_note(&client->lac, world->now_usec, number, choice & 1 ? LAC_WEN : LAC_SLI);
	}
}

static void client_deed(struct world_client *client)
{
	struct world *world = client->world;
	struct lac *lac = &client->lac;
	uint32_t choice = sim_below(&world->random, 1000);

	if (client->hostile && choice < 400) {
		be_hostile(client);
	} else if (lac->state == LAC_STATE_IDLE) {
		world_trace(world, "%s connects", client->name);
		lac_connect(lac, world->now_usec);
	} else if (choice < 40) {
		world_trace(world, "%s loses power", client->name);
		lac_forget(lac);
	} else if (choice < 80) {
		world_trace(world, "%s stops", client->name);
		lac_stop(lac, world->now_usec);
	} else if (choice < 140) {
		lac_hello(lac, world->now_usec);
	} else if (choice < 180) {
		lac_ask_outgoing(lac, world->now_usec);
	} else if (choice < 200 && client->path.reference != 0 && !lac->manners.no_tunnel_id) {
		world_trace(world, "%s comes from another port", client->name);
		client->path.peer.port = (uint16_t)sim_between(&world->random, 1024, 65535);
	} else {
		call_or_talk(client, sim_below(&world->random, 1000));
	}
}

/* The shell closes a call or a tunnel. */
static void shell_deed(struct world *world)
{
	struct watch *watch = &world->watch;
	struct watched_tunnel *tunnel =
		&watch->tunnels[sim_below(&world->random, WATCH_TUNNELS_MAX / 8)];

	if (!tunnel->tunnel || tunnel->closed)
		return;
	if (tunnel->call_count > 0 && sim_chance(&world->random, 700)) {
		world_trace(world, "the shell closes a call");
		l2tp_call_close(tunnel->calls[0].call, world->now_usec, L2TP_CDN_ADMINISTRATIVE,
				"closed");
	} else {
		world_trace(world, "the shell closes tunnel %u", tunnel->local_id);
		l2tp_tunnel_close(tunnel->tunnel, world->now_usec, L2TP_STOPCCN_GENERAL, "closed");
	}
}

/* The SA has gone; the client comes through a new one. */
static void lose_reference(struct world *world, struct world_client *client)
{
	if (client->path.reference == 0)
		return;
	world_trace(world, "the SA of %s has gone", client->name);
	world->may_free = true;
	l2tp_lns_close_reference(world->watch.lns, world->now_usec, client->path.reference);
	world->may_free = false;
	client->path.reference = world->next_reference++;
}

/*
 * A tunnel at rest gets old at once: both ends have sent so many messages that
 * Ns will soon begin again at 0.
 */
static void age(struct world *world, struct world_client *client)
{
	uint16_t by = (uint16_t)sim_between(&world->random, 65200, 65530);

	if (client->lac.state != LAC_STATE_ESTABLISHED || client->lac.ns_offset != 0 ||
	    !lac_is_at_rest(&client->lac) || network_carries(&world->network, client->index))
		return;
	for (size_t i = 0; i < WATCH_TUNNELS_MAX; i++) {
		struct watched_tunnel *tunnel = &world->watch.tunnels[i];
		struct l2tp_transport *transport;

		if (!tunnel->tunnel || tunnel->closed || tunnel->owner != client ||
		    !tunnel->strict || tunnel->incarnation != client->lac.incarnation ||
		    tunnel->local_id != client->lac.lns_id)
			continue;
		transport = &tunnel->tunnel->transport;
		if (transport->queue || transport->early || transport->nr != client->lac.next)
			return;
		world_trace(world, "%s and the LNS have grown old together", client->name);
		client->lac.ns_offset = tunnel->ns_offset = by;
		client->lac.nr += by;
		transport->nr += by;
		tunnel->nr_offset = by;
		transport->ns_oldest += by;
		transport->ns_sent += by;
	}
}

void storm_do_something(struct world *world)
{
	struct world_client *client =
		&world->clients[sim_below(&world->random, world->client_count)];
	uint32_t choice = sim_below(&world->random, 1000);

	if (choice < 25)
		shell_deed(world);
	else if (choice < 35)
		lose_reference(world, client);
	else if (choice < 40 && world->lns_restarts)
		world_restart_lns(world);
	else if (choice < 60)
		world_pass(world, sim_between(&world->random, 5 * SECOND, 70 * SECOND));
	else if (choice < 110)
		storm_set_weather(world);
	else
		client_deed(client);
	if (world->ages)
		age(world, client);
}
