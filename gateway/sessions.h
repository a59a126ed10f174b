/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sessions: from a prepared L2TP call through pppd, log-in and traffic to one
 * orderly end, whichever side ends it. A session owns its lease, its place in
 * the set of inner addresses and its plugin's channel; the launcher owns the
 * pppd. I/O, on sd-event.
 */
#pragma once

#include "gateway/address_pool.h"
#include "gateway/configuration.h"
#include "gateway/inner_addresses.h"
#include "gateway/l2tp_service.h"
#include "gateway/user_database.h"

#include <systemd/sd-event.h>

struct sessions;

enum session_state {
	SESSION_STATE_CONNECTING,     /* the call is not up yet, or pppd is being started */
	SESSION_STATE_AUTHENTICATING, /* pppd runs */
	SESSION_STATE_UP,
	SESSION_STATE_ENDING, /* pppd is being ended */
};

/* All that is shown of one session. Text is fit for a terminal. */
struct session_description {
	uint32_t id;
	enum session_state state;
	char user[USER_NAME_MAX + 1]; /* "" before log-in */
	struct inet_address outer_address;
	uint16_t outer_port; /* of ESP-in-UDP; without it, of L2TP */
	uint32_t inner_ipv4; /* host byte order, 0 before log-in */
	char interface[16];
	const char *data_path;     /* static */
	const char *data_path_why; /* static; "" where it is the preferred one */
	uint64_t reference;
	char ike_identity[SA_IDENTITY_MAX];
	char connection[SA_CONNECTION_NAME_MAX];
	char client_name[80];
	uint16_t tunnel_id;
	uint16_t session_id;
	uint64_t since; /* seconds since 1970 */
	uint64_t duration_seconds;
	struct l2tp_data_path_counters counters;
};

/* Who wants to know of comings and goings. */
struct sessions_listener {
	void (*up)(void *userdata, const struct session_description *description);
	void (*down)(void *userdata, const struct session_description *description,
		     const char *cause);
};

/* What sessions are made with; all borrowed for the life of the sessions. */
struct sessions_resources {
	sd_event *event;
	const struct configuration *configuration;
	struct user_database *users;
	struct inner_addresses *inner;      /* NULL: no isolation (protection off) */
	const struct sa_tracking *tracking; /* NULL: protection off */
	bool refuse_all;                    /* isolation is not in force: no call is taken */
};

/* Ops for l2tp_service_new(); their userdata is the struct sessions. */
extern const struct l2tp_service_ops sessions_l2tp_ops;

/**
 * sessions_new() - no sessions yet
 * @resources: copied
 *
 * Interface numbers go on after the highest "sg" interface that exists, since
 * one of an earlier process may still be going.
 *
 * Return: 0 or negative errno.
 */
int sessions_new(const struct sessions_resources *resources, struct sessions **ret_sessions);
void sessions_free(struct sessions *sessions);
void sessions_freep(struct sessions **sessions);

/* The service that runs the calls; before the first call arrives. Borrowed. */
void sessions_set_service(struct sessions *sessions, struct l2tp_service *service);
void sessions_set_listener(struct sessions *sessions, const struct sessions_listener *listener,
			   void *userdata);
/* Isolation became available or went: new calls are taken or refused. */
void sessions_set_refuse_all(struct sessions *sessions, bool refuse_all);

/* The set of inner addresses was emptied by somebody: puts the living ones back. */
void sessions_readmit(struct sessions *sessions);

/* Whether the launcher answers; tries to reach it. Return: 0 or negative errno. */
int sessions_reach_launcher(struct sessions *sessions);

/**
 * sessions_kill() - end one session
 * @reason: for the log, fit for a terminal; "" for none
 *
 * Return: 0 (it is ending), -ENOENT.
 */
int sessions_kill(struct sessions *sessions, uint32_t id, const char *reason);

/* Ends all sessions of a user. Return: how many. */
size_t sessions_kill_user(struct sessions *sessions, const char *user, const char *reason);
void sessions_kill_all(struct sessions *sessions, const char *reason);

/* Walks in the order of their ids; non-zero of @each stops and is returned. */
int sessions_walk(struct sessions *sessions,
		  int (*each)(void *userdata, const struct session_description *description),
		  void *userdata);

size_t sessions_count(const struct sessions *sessions);
size_t sessions_up_count(const struct sessions *sessions);
size_t sessions_pool_size(const struct sessions *sessions);
size_t sessions_pool_available(const struct sessions *sessions);

/* Log-ins since the start. */
struct sessions_counters {
	uint64_t logins;
	uint64_t logins_refused;
	uint64_t launcher_refused;
};

const struct sessions_counters *sessions_counters(const struct sessions *sessions);

/* "connecting", "authenticating", "up", "ending". Static. */
const char *session_state_text(enum session_state state);
