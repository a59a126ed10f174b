/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A schedule from its first packet to its last: time, and who acts when. */
#include "tests/simulation/world.h"

#include "tests/simulation/allocations.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#define SECOND UINT64_C(1000000)

/* A storm that makes no calls in so many deeds is a fault of the simulation. */
#define DEEDS_MAX 5000

/* All that was under way when the storm ended is over then. */
#define SETTLE_USEC (45 * SECOND)
/* And so is what has to be found out by a Hello first. */
#define CALM_USEC (170 * SECOND)
/* What a set-up may take in fair weather. */
#define TRIAL_USEC   SECOND
#define END_USEC     (300 * SECOND)
#define CALLS_WANTED 2

void world_trace(const struct world *world, const char *format, ...)
{
	va_list arguments;

	if (!world->trace)
		return;
	fprintf(world->trace, "%8" PRIu64 ".%03" PRIu64 " ", world->now_usec / SECOND,
		world->now_usec % SECOND / 1000);
	va_start(arguments, format);
	vfprintf(world->trace, format, arguments);
	va_end(arguments);
	fputc('\n', world->trace);
}

static void lac_sends(void *userdata, const uint8_t *bytes, size_t size)
{
	storm_send(userdata, bytes, size);
}

static void make_settings(struct world *world)
{
	struct l2tp_lns_settings *settings = &world->watch.settings;
	struct sim_random *random = &world->random;

	l2tp_lns_settings_default(settings);
	settings->receive_window_size = (uint16_t)sim_between(random, 1, 10);
	settings->hello_interval_usec = sim_between(random, 15, 60) * SECOND;
	settings->retransmit_maximum = sim_between(random, 3, 5);
	settings->tunnels_maximum = (uint32_t)sim_between(random, 12, WATCH_TUNNELS_MAX - 2);
	settings->half_open_maximum = (uint32_t)sim_between(random, 4, 16);
	settings->half_open_per_reference = (uint32_t)sim_between(random, 3, 6);
	settings->half_open_per_address = 5;
	settings->tunnels_per_reference = (uint32_t)sim_between(random, 3, 6);
	settings->tunnels_per_address = 4;
	settings->hide_avps = sim_chance(random, 500);
	settings->calls_per_tunnel = (uint32_t)sim_between(random, 2, LAC_CALLS_MAX);
}

/* The first two are behind one NAT and share an address and a port. */
static void make_client(struct world *world, uint8_t index)
{
	static const char *const names[WORLD_CLIENTS_MAX] = { "alice", "bob", "carol", "mallory" };
	static const char *const secrets[WORLD_CLIENTS_MAX] = { "one", "another", "a longer secret",
								"not hers" };
	struct world_client *client = &world->clients[index];
	struct sim_random *random = &world->random;
	const struct lac_manners manners = {
		.window = (uint16_t)sim_below(random, 8),
		.keeps_early = sim_chance(random, 500),
		.same_id = sim_chance(random, 200),
		.no_tunnel_id = sim_chance(random, 50),
		.ack_usec = sim_chance(random, 300) ? sim_below(random, 300000) : 0,
		.hello_usec = sim_between(random, 20, 60) * SECOND,
	};

	client->world = world;
	client->index = index;
	client->name = names[index];
	client->corrupted = sim_chance(random, 100);
	client->hostile = index == WORLD_CLIENTS_MAX - 1;
	client->path = (struct l2tp_path){
		.local = { inet_address_from_ipv4(0xc0000201), 1701 },
		.peer = { inet_address_from_ipv4(index < 2 ? 0xc6336401 : 0xc6336401 + index),
			  1701 },
		.reference = world->next_reference++,
	};
	if (index == 2 && sim_chance(random, 300))
		client->path.reference = 0; /* without IPsec */
	lac_init(&client->lac, &manners, (uint16_t)sim_between(random, 1, 20), lac_sends, client);
	client->shared_secret = sim_chance(random, 250) ? secrets[index] : NULL;
	client->lac.secret = client->shared_secret;
	if (client->hostile && client->shared_secret)
		client->lac.secret = "a guess";
	client->lac.manners.credulous = client->hostile;
	client->lac.manners.deaf = client->hostile && sim_chance(random, 600);
}

static void begin(struct world *world, uint64_t seed, FILE *trace)
{
	struct sim_random *random = &world->random;

	memset(world, 0, offsetof(struct world, watch.tunnels));
	memset(&world->network, 0, offsetof(struct network, flying));
	world->network.count = world->network.sent = 0;
	memset(world->clients, 0, sizeof(*world) - offsetof(struct world, clients));
	world->trace = trace;
	world->seed = seed;
	random->state = seed * UINT64_C(0x2545f4914f6cdd1d) + 1;
	world->network.random = random;
	world->now_usec = 1000 * SECOND;
	world->next_reference = 0x100000001;
	world->pace_usec = (uint32_t)sim_between(random, 20000, 1500000);
	world->lns_restarts = sim_chance(random, 300);
	world->ages = sim_chance(random, 300);
	world->ids_meet = sim_chance(random, 100);
	world->memory_is_short = sim_chance(random, 100);
	world->watch.random.state = sim_next(random);
	world->watch.id_mask = world->ids_meet ? 7 : 0xffff;
	world->watch.failures = sim_chance(random, 150) ? 50 : 0;
	world->watch.hooks = &checks_hooks;
	world->watch.userdata = world;
	make_settings(world);
	world->client_count = sim_chance(random, 250) ? 4 : (uint8_t)sim_between(random, 1, 3);
	for (uint8_t i = 0; i < world->client_count; i++)
		make_client(world, i);
	storm_set_weather(world);
}

static void start_lns(struct world *world)
{
	allocations_fail(0, 0);
	if (watch_start(&world->watch) != 0)
		watch_break(&world->watch, "an LNS starts");
	allocations_fail(world->memory_is_short ? 20 : 0, world->seed);
}

void world_restart_lns(struct world *world)
{
	const char *broken;

	world_trace(world, "the LNS starts again");
	world->may_free = true;
	watch_stop(&world->watch);
	world->may_free = false;
	broken = world->watch.broken;
	start_lns(world);
	if (broken)
		watch_break(&world->watch, broken);
}

static void deliver(struct world *world)
{
	static const char *const verdicts[] = {
		[L2TP_VERDICT_ACCEPTED] = "accepted",   [L2TP_VERDICT_DUPLICATE] = "duplicate",
		[L2TP_VERDICT_MALFORMED] = "malformed", [L2TP_VERDICT_FOREIGN] = "foreign",
		[L2TP_VERDICT_UNKNOWN] = "unknown",     [L2TP_VERDICT_REFUSED] = "refused",
		[L2TP_VERDICT_DATA] = "data",
	};
	static struct flying flying;
	struct world_client *client;
	enum l2tp_verdict verdict;

	network_take(&world->network, &flying);
	client = &world->clients[flying.client];
	if (!flying.to_lns) {
		/* Of an earlier tunnel that had the same id: the RFC has no cure for it. */
		if (flying.incarnation != client->lac.incarnation)
			return;
		world_trace(world, "%s receives", client->name);
		lac_receive(&client->lac, world->now_usec, flying.bytes, flying.size);
		return;
	}
	world_trace(world, "the LNS receives from %s%s", client->name,
		    flying.whole ? "" : ", not whole");
	if (!checks_arriving(world, &flying))
		return;
	world->arriving = &flying;
	verdict = l2tp_lns_receive(world->watch.lns, world->now_usec, &flying.path, flying.bytes,
				   flying.size);
	world->arriving = NULL;
	world_trace(world, "  verdict: %s", verdicts[verdict]);
	checks_received(world, &flying, verdict);
	world->sccrq_arrives = false;
}

static struct world_client *next_client(struct world *world)
{
	struct world_client *next = &world->clients[0];

	for (size_t i = 1; i < world->client_count; i++)
		if (lac_next_deadline(&world->clients[i].lac) < lac_next_deadline(&next->lac))
			next = &world->clients[i];
	return next;
}

void world_pass(struct world *world, uint64_t usec)
{
	uint64_t until_usec = world->now_usec + usec;
	struct watch *watch = &world->watch;

	while (!watch->broken) {
		struct world_client *client = next_client(world);
		uint64_t client_usec = lac_next_deadline(&client->lac);
		uint64_t network_usec = network_next_usec(&world->network);
		uint64_t lns_usec = l2tp_lns_next_deadline(watch->lns), next_usec = network_usec;

		if (lns_usec < next_usec)
			next_usec = lns_usec;
		if (client_usec < next_usec)
			next_usec = client_usec;
		if (next_usec > until_usec)
			break;
		world->now_usec = watch->now_usec = next_usec;
		world->events++;
		if (next_usec == network_usec) {
			deliver(world);
		} else if (next_usec == lns_usec) {
			world_trace(world, "the LNS: time is up");
			l2tp_lns_handle_deadlines(watch->lns, world->now_usec);
			if (l2tp_lns_next_deadline(watch->lns) <= world->now_usec)
				watch_break(watch, "what is due is done");
		} else {
			world_trace(world, "%s: time is up", client->name);
			lac_handle_deadlines(&client->lac, world->now_usec);
		}
		checks_step(world);
	}
	world->now_usec = watch->now_usec = until_usec;
}

static void storm(struct world *world)
{
	for (size_t deeds = 0; !world->watch.broken; deeds++) {
		if (world->events >= WORLD_EVENTS_MIN &&
		    world->watch.calls_prepared >= CALLS_WANTED)
			return;
		if (deeds == DEEDS_MAX)
			watch_break(&world->watch, "a storm is not endless");
		world_pass(world, sim_below(&world->random, 2 * world->pace_usec));
		storm_do_something(world);
		checks_step(world);
	}
}

/*
 * A CDN that found another call by its id leaves one end with a call that the other
 * has not: the tunnel has to go.
 */
static void stop_all(struct world *world)
{
	for (size_t i = 0; i < world->client_count; i++)
		lac_stop(&world->clients[i].lac, world->now_usec);
	world_pass(world, SETTLE_USEC);
}

/*
 * A client without tunnel ids took the SCCRP of one tunnel, and a repeated SCCRQ of
 * its opened another: it speaks to that one and knows the id of the first.
 */
static bool is_mistaken(const struct world *world, const struct lac *lac)
{
	if (!lac->manners.no_tunnel_id || lac->state != LAC_STATE_ESTABLISHED)
		return false;
	for (size_t i = 0; i < WATCH_TUNNELS_MAX; i++)
		if (world->watch.tunnels[i].tunnel && !world->watch.tunnels[i].closed &&
		    world->watch.tunnels[i].local_id == lac->lns_id)
			return false;
	return true;
}

/* Who was not himself in the storm begins anew. */
static void calm(struct world *world)
{
	world_trace(world, "== calm");
	/* The same delay for all: nobody overtakes. */
	world->network.weather = (struct weather){ .delay_usec = 1 };
	world->watch.failures = 0;
	allocations_fail(0, 0);
	for (size_t i = 0; i < world->client_count; i++)
		if (world->clients[i].corrupted || world->clients[i].hostile)
			lac_forget(&world->clients[i].lac);
	world_pass(world, SETTLE_USEC);
	for (size_t i = 0; i < world->client_count; i++)
		if (is_mistaken(world, &world->clients[i].lac))
			lac_forget(&world->clients[i].lac);
	world->is_strict_calm = true;
	world_pass(world, CALM_USEC - SETTLE_USEC);
	if (world->ids_meet)
		stop_all(world);
	checks_agreement(world);
}

static size_t established_calls(const struct lac *lac)
{
	size_t count = 0;

	for (size_t i = 0; i < LAC_CALLS_MAX; i++)
		count += lac->calls[i].state == LAC_CALL_ESTABLISHED;
	return count;
}

static void send_frames(struct world *world)
{
	uint64_t sent = 0;

	world->data_delivered = 0;
	for (size_t i = 0; i < world->client_count; i++) {
		struct world_client *client = &world->clients[i];

		for (size_t j = 0; j < LAC_CALLS_MAX; j++)
			if (client->lac.calls[j].state == LAC_CALL_ESTABLISHED) {
				storm_send_data(client, &client->lac.calls[j]);
				sent++;
			}
	}
	world_pass(world, TRIAL_USEC);
	if (world->data_delivered != sent)
		watch_break(&world->watch, "in calm weather every frame arrives");
}

/* Everybody gets in, and gets his calls, without a message sent twice. */
static void trial(struct world *world)
{
	const struct l2tp_lns_counters *counters = l2tp_lns_counters(world->watch.lns);
	uint64_t retransmissions = counters->retransmissions;

	world_trace(world, "== trial");
	for (size_t i = 0; i < world->client_count; i++) {
		struct world_client *client = &world->clients[i];

		client->corrupted = client->hostile = client->lac.manners.deaf = false;
		client->lac.broken = NULL;
		client->lac.secret = client->shared_secret;
		if (client->lac.state != LAC_STATE_ESTABLISHED)
			lac_forget(&client->lac);
		lac_connect(&client->lac, world->now_usec);
	}
	world_pass(world, TRIAL_USEC);
	for (size_t i = 0; i < world->client_count; i++)
		for (size_t calls = established_calls(&world->clients[i].lac); calls < CALLS_WANTED;
		     calls++)
			lac_place_call(&world->clients[i].lac, world->now_usec);
	world_pass(world, TRIAL_USEC);
	for (size_t i = 0; i < world->client_count; i++)
		if (established_calls(&world->clients[i].lac) < CALLS_WANTED)
			watch_break(&world->watch, "in calm weather everybody gets his calls");
	checks_agreement(world);
	send_frames(world);
	if (counters->retransmissions != retransmissions)
		watch_break(&world->watch, "in calm weather nothing is sent twice");
}

static void end_all(struct world *world)
{
	struct l2tp_lns *lns = world->watch.lns;
	uint32_t way = sim_below(&world->random, 5);

	world_trace(world, "== end %u", way);
	for (size_t i = 0; i < world->client_count; i++) {
		struct world_client *client = &world->clients[i];

		world->may_free = way == 2;
		if (way == 0 || (way == 2 && client->path.reference == 0))
			lac_stop(&client->lac, world->now_usec);
		else if (way == 1)
			lac_forget(&client->lac);
		else if (way == 2)
			l2tp_lns_close_reference(lns, world->now_usec, client->path.reference);
		world->may_free = false;
	}
	if (way == 3)
		l2tp_lns_close_all(lns, world->now_usec, L2TP_STOPCCN_SHUTDOWN);
	if (way == 4)
		return;
	world->is_strict_calm = false;
	world_pass(world, END_USEC);
	if (world->watch.tunnel_count > 0 || l2tp_lns_next_deadline(lns) != L2TP_NO_DEADLINE)
		watch_break(&world->watch, "what has ended is gone in the end");
}

const char *world_run(struct world *world, uint64_t seed, FILE *trace)
{
	int64_t blocks = allocations_living;

	begin(world, seed, trace);
	start_lns(world);
	storm(world);
	if (!world->watch.broken)
		calm(world);
	if (!world->watch.broken)
		trial(world);
	if (!world->watch.broken)
		end_all(world);
	allocations_fail(0, 0);
	world->may_free = true;
	watch_stop(&world->watch);
	if (allocations_living != blocks)
		watch_break(&world->watch, "all memory is given back");
	return world->watch.broken;
}
