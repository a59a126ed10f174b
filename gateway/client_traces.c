/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Traces, found by whose they are, in the order of their last event. Pure. */
#include "gateway/client_traces.h"

#include "l2tp/lookup.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

struct event {
	TAILQ_ENTRY(event) next;
	uint64_t realtime_usec;
	enum client_event_kind kind;
	char text[]; /* NUL-terminated */
};

TAILQ_HEAD(event_list, event);
TAILQ_HEAD(trace_list, trace);

/* An outer address that has traces. */
struct place {
	struct l2tp_lookup_node node;
	struct inet_address address;
	struct trace_list traces; /* the oldest first */
	size_t count;
};

struct trace {
	struct l2tp_lookup_node node;
	TAILQ_ENTRY(trace) by_age;
	TAILQ_ENTRY(trace) at_place;
	struct place *place;
	uint64_t reference;
	struct inet_endpoint outer;
	uint32_t spi;
	char ike_identity[CLIENT_NAME_MAX];
	char user[CLIENT_NAME_MAX];
	struct event_list events;
	size_t event_count;
};

struct client_traces {
	struct l2tp_lookup traces;
	struct l2tp_lookup places;
	struct trace_list by_age;
	uint64_t seed;
};

const char *client_event_name(enum client_event_kind kind)
{
	static const char *const names[CLIENT_EVENT_COUNT_] = {
		[CLIENT_EVENT_TUNNEL] = "tunnel",
		[CLIENT_EVENT_TUNNEL_FAILED] = "tunnel-failed",
		[CLIENT_EVENT_TUNNEL_CLOSED] = "tunnel-closed",
		[CLIENT_EVENT_CALL_REFUSED] = "call-refused",
		[CLIENT_EVENT_PPP] = "ppp",
		[CLIENT_EVENT_LOGIN_REFUSED] = "login-refused",
		[CLIENT_EVENT_LOGIN_ACCEPTED] = "login-accepted",
		[CLIENT_EVENT_UP] = "up",
		[CLIENT_EVENT_ENDED] = "ended",
		[CLIENT_EVENT_FAILED] = "failed",
		[CLIENT_EVENT_TRAFFIC] = "traffic",
	};

	return kind < CLIENT_EVENT_COUNT_ ? names[kind] : "?";
}

int client_traces_new(uint64_t seed, struct client_traces **ret_traces)
{
	struct client_traces *traces = calloc(1, sizeof(*traces));

	if (!traces)
		return -ENOMEM;
	traces->seed = seed;
	TAILQ_INIT(&traces->by_age);
	if (l2tp_lookup_init(&traces->traces, seed) < 0 ||
	    l2tp_lookup_init(&traces->places, seed) < 0) {
		l2tp_lookup_done(&traces->traces);
		free(traces);
		return -ENOMEM;
	}
	*ret_traces = traces;
	return 0;
}

/* ---- places ---------------------------------------------------------------------- */

static uint64_t mix_address(const struct client_traces *traces, const struct inet_address *address)
{
	return l2tp_lookup_mix_bytes(traces->seed ^ address->family, address->bytes,
				     sizeof(address->bytes));
}

static struct place *get_place(struct client_traces *traces, const struct inet_address *address)
{
	uint64_t key = mix_address(traces, address);
	struct l2tp_lookup_node *node;
	struct place *place;

	for (node = l2tp_lookup_find(&traces->places, key); node;
	     node = l2tp_lookup_find_next(node)) {
		place = (struct place *)((char *)node - offsetof(struct place, node));
		if (inet_address_equal(&place->address, address))
			return place;
	}
	place = calloc(1, sizeof(*place));
	if (!place)
		return NULL;
	place->address = *address;
	TAILQ_INIT(&place->traces);
	l2tp_lookup_add(&traces->places, &place->node, key);
	return place;
}

static void leave_if_empty(struct client_traces *traces, struct place *place)
{
	if (place->count > 0)
		return;
	l2tp_lookup_remove(&traces->places, &place->node);
	free(place);
}

static void enter(struct trace *trace, struct place *place)
{
	trace->place = place;
	TAILQ_INSERT_TAIL(&place->traces, trace, at_place);
	place->count++;
}

static void leave(struct client_traces *traces, struct trace *trace)
{
	struct place *place = trace->place;

	TAILQ_REMOVE(&place->traces, trace, at_place);
	place->count--;
	leave_if_empty(traces, place);
}

/* ---- traces ---------------------------------------------------------------------- */

static void drop_event(struct trace *trace, struct event *event)
{
	TAILQ_REMOVE(&trace->events, event, next);
	trace->event_count--;
	free(event);
}

static void drop(struct client_traces *traces, struct trace *trace)
{
	while (trace->event_count > 0)
		drop_event(trace, TAILQ_FIRST(&trace->events));
	leave(traces, trace);
	TAILQ_REMOVE(&traces->by_age, trace, by_age);
	l2tp_lookup_remove(&traces->traces, &trace->node);
	free(trace);
}

void client_traces_free(struct client_traces *traces)
{
	struct trace *first;

	if (!traces)
		return;
	while ((first = TAILQ_FIRST(&traces->by_age)))
		drop(traces, first);
	l2tp_lookup_done(&traces->traces);
	l2tp_lookup_done(&traces->places);
	free(traces);
}

/* A reference is a client's wherever its packets come from. */
static uint64_t mix_identity(const struct client_traces *traces, const struct client_identity *who)
{
	if (who->reference)
		return l2tp_lookup_mix(traces->seed, who->reference);
	return l2tp_lookup_mix(mix_address(traces, &who->outer.address), who->outer.port);
}

static bool is_of(const struct trace *trace, const struct client_identity *who)
{
	if (who->reference || trace->reference)
		return trace->reference == who->reference;
	return inet_endpoint_equal(&trace->outer, &who->outer);
}

static struct trace *find(const struct client_traces *traces, const struct client_identity *who)
{
	struct l2tp_lookup_node *node =
		l2tp_lookup_find(&traces->traces, mix_identity(traces, who));

	for (; node; node = l2tp_lookup_find_next(node)) {
		struct trace *trace = (struct trace *)((char *)node - offsetof(struct trace, node));

		if (is_of(trace, who))
			return trace;
	}
	return NULL;
}

static struct trace *make(struct client_traces *traces, const struct client_identity *who)
{
	struct place *place = get_place(traces, &who->outer.address);
	struct trace *trace;

	if (!place)
		return NULL;
	trace = calloc(1, sizeof(*trace));
	if (!trace) {
		leave_if_empty(traces, place);
		return NULL;
	}
	trace->reference = who->reference;
	trace->outer = who->outer;
	TAILQ_INIT(&trace->events);
	enter(trace, place);
	TAILQ_INSERT_TAIL(&traces->by_age, trace, by_age);
	l2tp_lookup_add(&traces->traces, &trace->node, mix_identity(traces, who));
	/* The newest is not the oldest: the caps are larger than one. */
	if (place->count > CLIENT_TRACES_PER_ADDRESS_MAX)
		drop(traces, TAILQ_FIRST(&place->traces));
	else if (traces->traces.count > CLIENT_TRACES_MAX)
		drop(traces, TAILQ_FIRST(&traces->by_age));
	return trace;
}

/* A NAT may have moved the client. */
static void move(struct client_traces *traces, struct trace *trace,
		 const struct inet_endpoint *outer)
{
	struct place *place;

	trace->outer.port = outer->port;
	if (inet_address_equal(&trace->outer.address, &outer->address))
		return;
	place = get_place(traces, &outer->address);
	if (!place)
		return;
	leave(traces, trace);
	enter(trace, place);
	trace->outer.address = outer->address;
}

static void copy_cut(char *target, size_t size, const char *source)
{
	size_t length = strnlen(source, size - 1);

	memcpy(target, source, length);
	target[length] = '\0';
}

static void describe(struct client_traces *traces, struct trace *trace,
		     const struct client_identity *who)
{
	if (who->reference)
		move(traces, trace, &who->outer);
	if (who->spi && !trace->spi)
		trace->spi = who->spi;
	if (who->ike_identity && who->ike_identity[0])
		copy_cut(trace->ike_identity, sizeof(trace->ike_identity), who->ike_identity);
	if (who->user && who->user[0])
		copy_cut(trace->user, sizeof(trace->user), who->user);
}

void client_traces_add(struct client_traces *traces, const struct client_identity *who,
		       uint64_t realtime_usec, enum client_event_kind kind, const char *text)
{
	size_t length = strnlen(text, CLIENT_EVENT_TEXT_MAX - 1);
	struct event *event = calloc(1, sizeof(*event) + length + 1);
	struct trace *trace = event ? find(traces, who) : NULL;

	if (event && !trace)
		trace = make(traces, who);
	if (!trace) {
		free(event);
		return;
	}
	describe(traces, trace, who);
	event->realtime_usec = realtime_usec;
	event->kind = kind;
	memcpy(event->text, text, length);
	TAILQ_INSERT_TAIL(&trace->events, event, next);
	if (++trace->event_count > CLIENT_EVENTS_MAX)
		drop_event(trace, TAILQ_FIRST(&trace->events));
	TAILQ_REMOVE(&trace->place->traces, trace, at_place);
	TAILQ_INSERT_TAIL(&trace->place->traces, trace, at_place);
	TAILQ_REMOVE(&traces->by_age, trace, by_age);
	TAILQ_INSERT_TAIL(&traces->by_age, trace, by_age);
}

/* ---- what is shown ------------------------------------------------------------------ */

static bool is_asked_for(const struct trace *trace, const char *who,
			 const struct inet_address *address)
{
	return !*who || strcmp(trace->user, who) == 0 || strcmp(trace->ike_identity, who) == 0 ||
	       (address && inet_address_equal(&trace->outer.address, address));
}

static void show(const struct trace *trace, struct client_trace *ret_shown)
{
	const struct event *event;

	*ret_shown = (struct client_trace){
		.reference = trace->reference,
		.outer = trace->outer,
		.spi = trace->spi,
		.ike_identity = trace->ike_identity,
		.user = trace->user,
	};
	for (event = TAILQ_FIRST(&trace->events); event; event = TAILQ_NEXT(event, next))
		ret_shown->events[ret_shown->event_count++] =
			(struct client_event){ event->realtime_usec, event->kind, event->text };
}

int client_traces_walk(const struct client_traces *traces, const char *who,
		       int (*each)(void *userdata, const struct client_trace *trace),
		       void *userdata)
{
	struct inet_address address;
	bool is_address = inet_address_parse(who, &address) == 0;
	const struct trace *trace;

	for (trace = TAILQ_FIRST(&traces->by_age); trace; trace = TAILQ_NEXT(trace, by_age)) {
		struct client_trace shown;
		int result;

		if (!is_asked_for(trace, who, is_address ? &address : NULL))
			continue;
		show(trace, &shown);
		result = each(userdata, &shown);
		if (result)
			return result;
	}
	return 0;
}
