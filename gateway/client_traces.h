/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What happened to each client of late, for `saregate why`: one trace for each SA
 * reference (without IPsec, for each address and port), and in it its last events.
 * Pure; the time is passed in.
 *
 * In memory, and asked for over D-Bus: that works without a persistent journal, in a
 * container, and where the log's level or its rate limit leaves lines out. What it
 * costs: a restart of saregated forgets it; the journal's audit lines stay.
 *
 * Nobody makes it grow: an event is made by set-up, log-in and end, never by a packet
 * of data; a trace keeps EVENTS, an address TRACES_PER_ADDRESS, all together
 * TRACES, and the oldest goes. So a client that comes again and again loses its own
 * history first, then that of its address; only who has the pre-shared key and many
 * addresses can push out that of others.
 */
#pragma once

#include "base/address.h"

#include <stddef.h>
#include <stdint.h>

#define CLIENT_TRACES_MAX             4096
#define CLIENT_TRACES_PER_ADDRESS_MAX 512
#define CLIENT_EVENTS_MAX             24
#define CLIENT_EVENT_TEXT_MAX         200 /* bytes with the terminator; longer text is cut */
#define CLIENT_NAME_MAX               128

enum client_event_kind {
	CLIENT_EVENT_TUNNEL,         /* L2TP is up; text: with whom */
	CLIENT_EVENT_TUNNEL_FAILED,  /* the gateway cannot open it; text: why */
	CLIENT_EVENT_TUNNEL_CLOSED,  /* text: why */
	CLIENT_EVENT_CALL_REFUSED,   /* text: why */
	CLIENT_EVENT_PPP,            /* pppd is started */
	CLIENT_EVENT_LOGIN_REFUSED,  /* text: why */
	CLIENT_EVENT_LOGIN_ACCEPTED, /* the password is right */
	CLIENT_EVENT_UP,             /* text: address */
	CLIENT_EVENT_ENDED,          /* a session that was up; text: why */
	CLIENT_EVENT_FAILED,         /* one that never was; text: why */
	CLIENT_EVENT_TRAFFIC,        /* text: bytes at the end */
	CLIENT_EVENT_COUNT_,
};

struct client_event {
	uint64_t realtime_usec;
	enum client_event_kind kind;
	const char *text; /* fit for a terminal */
};

/* Whose event it is. Strings are borrowed for the call; NULL or 0 leaves what is known. */
struct client_identity {
	uint64_t reference; /* 0: without IPsec */
	struct inet_endpoint outer;
	uint32_t spi; /* of the SA through which the gateway sent first; 0: unknown */
	const char *ike_identity;
	const char *user; /* that it logged in as, or tried to; fit for a terminal */
};

/* What is shown of one trace; borrowed until the next event. */
struct client_trace {
	uint64_t reference;
	struct inet_endpoint outer;
	uint32_t spi;
	const char *ike_identity;
	const char *user;
	size_t event_count;
	struct client_event events[CLIENT_EVENTS_MAX];
};

struct client_traces;

/* Return: 0, -ENOMEM. @seed: random, for what strangers choose. */
int client_traces_new(uint64_t seed, struct client_traces **ret_traces);
void client_traces_free(struct client_traces *traces);

/* Without memory the event is lost, and nothing else. */
void client_traces_add(struct client_traces *traces, const struct client_identity *who,
		       uint64_t realtime_usec, enum client_event_kind kind, const char *text);

/**
 * client_traces_walk() - those of one client, the oldest first
 * @who: an outer address, a user or an IKE identity; "" for all
 *
 * Return: 0, or what @each returned to stop.
 */
int client_traces_walk(const struct client_traces *traces, const char *who,
		       int (*each)(void *userdata, const struct client_trace *trace),
		       void *userdata);

/* "tunnel", "login-refused", ... Static. */
const char *client_event_name(enum client_event_kind kind);
