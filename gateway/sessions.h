/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sessions: from a prepared L2TP call through pppd, log-in and traffic to one
 * orderly end, whichever side ends it. A session owns its lease, its place in
 * the set of inner addresses and its plugin's channel; the launcher owns the
 * pppd. I/O, on sd-event.
 */
#pragma once

#include "gateway/address_memory.h"
#include "gateway/address_pools.h"
#include "gateway/configuration.h"
#include "gateway/duration_histogram.h"
#include "gateway/group_firewall.h"
#include "gateway/inner_addresses.h"
#include "gateway/interface_networks.h"
#include "gateway/l2tp_service.h"
#include "gateway/login_backoff.h"
#include "gateway/login_refusal.h"
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
	bool was_up;                  /* it came up: it is accounted */
	char user[USER_NAME_MAX + 1]; /* "" before log-in */
	char group[ATTRIBUTE_NAME_MAX + 1];
	struct inet_address outer_address;
	uint16_t outer_port;    /* of ESP-in-UDP; without it, of L2TP */
	uint32_t inner_ipv4;    /* host byte order, 0 before log-in */
	uint64_t inner_network; /* upper half of its IPv6 addresses, host byte order; 0: none */
	char pool[ATTRIBUTE_NAME_MAX + 1]; /* that it was leased from; "": the user's own */
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

/* Who can want to know of comings and goings. */
#define SESSIONS_LISTENERS_MAX 4

/* Who wants to know of comings and goings, of sessions that came up. Any may be NULL. */
struct sessions_listener {
	void (*up)(void *userdata, const struct session_description *description);
	/* It has another state. */
	void (*changed)(void *userdata, const struct session_description *description);
	void (*down)(void *userdata, const struct session_description *description,
		     const char *cause);
};

/* What sessions are made with; all borrowed for the life of the sessions. */
struct sessions_resources {
	sd_event *event;
	const struct configuration *configuration;
	struct user_database *users;
	struct login_backoff *backoff;
	struct inner_addresses *inner;       /* NULL: no isolation (protection off) */
	struct inner_addresses *inner6;      /* NULL as well then: networks instead of addresses */
	struct inner_addresses *dns;         /* the same: servers instead of addresses */
	struct group_firewall *groups;       /* NULL as well then */
	struct client_traces *traces;        /* NULL: none are kept */
	struct sa_tracking *tracking;        /* NULL: protection off */
	struct interface_networks *networks; /* NULL: no interface gets an IPv6 address */
	bool refuse_all;                     /* isolation is not in force: no call is taken */
	bool refuse_ipv6;                    /* that of IPv6 is not: no session gets any */
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
/* Both are borrowed, until they are removed. Return: 0; -ENOSPC. */
int sessions_add_listener(struct sessions *sessions, const struct sessions_listener *listener,
			  void *userdata);
void sessions_remove_listener(struct sessions *sessions, const struct sessions_listener *listener,
			      void *userdata);
/* Isolation became available or went: new calls are taken or refused. */
void sessions_set_refuse_all(struct sessions *sessions, bool refuse_all);

/* The same of the isolation of IPv6 alone: new sessions have IPv6 or not. */
void sessions_set_refuse_ipv6(struct sessions *sessions, bool refuse_ipv6);

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

/**
 * sessions_apply_user() - a user has changed, and so what the sessions may
 * @before: NULL: there was none
 * @after:  NULL: deleted
 *
 * Sessions that may not go on end; the rest has other limits. Addresses that are a
 * user's own leave the pool or return to it. Return: how many ended.
 */
size_t sessions_apply_user(struct sessions *sessions, const struct user *before,
			   const struct user *after);

/* The same for all members of a group that has changed. */
size_t sessions_apply_group(struct sessions *sessions, const char *group);

/* The sets of groups were emptied by somebody: puts all of it back. */
void sessions_restore_groups(struct sessions *sessions);

/* Sessions of a user that are not ending. */
size_t sessions_user_count(const struct sessions *sessions, const char *user);
struct session_selector;

/* Ends, for the administrator, all that are meant. Return: how many. */
size_t sessions_kill_selected(struct sessions *sessions, const struct session_selector *selector,
			      const char *reason);
void sessions_kill_all(struct sessions *sessions, const char *reason);

/* Walks in the order of their ids; non-zero of @each stops and is returned. */
int sessions_walk(struct sessions *sessions,
		  int (*each)(void *userdata, const struct session_description *description),
		  void *userdata);

/**
 * sessions_prepare_pools() - room for the inner addresses of another configuration
 *
 * Return: 0 and *@ret_pools for sessions_take_pools(), or for the caller to free;
 *         -ENOMEM.
 */
int sessions_prepare_pools(const struct sessions *sessions,
			   const struct configuration *configuration,
			   struct address_pools **ret_pools);

/*
 * Leases come from these pools, taken over, from now on. Who is connected keeps his
 * address, inside or outside of them, and nobody else gets that one meanwhile.
 */
void sessions_take_pools(struct sessions *sessions, struct address_pools *pools);

/**
 * sessions_remember() - who had which address before, for those who come again
 * @rows: the newest first; who came meanwhile is not changed by it
 *
 * These addresses count as used in this order, but later than those never used.
 */
void sessions_remember(struct sessions *sessions, const struct address_memory_row *rows,
		       size_t count);

/* Whether a session has this inner address. */
bool sessions_have_address(const struct sessions *sessions, uint32_t ipv4);

size_t sessions_count(const struct sessions *sessions);
size_t sessions_up_count(const struct sessions *sessions);
/* Borrowed, until the next change of the configuration. */
const struct address_pools *sessions_pools(const struct sessions *sessions);
/* Of the default pool. */
size_t sessions_pool_size(const struct sessions *sessions);
size_t sessions_pool_available(const struct sessions *sessions);

/* Log-ins since the start. */
struct sessions_counters {
	uint64_t logins;
	uint64_t logins_refused;
	uint64_t refusals[LOGIN_REFUSAL_COUNT_]; /* of those: each cause */
	uint64_t logins_held_back;               /* of those: not even looked at */
	uint64_t launcher_refused;
	uint64_t hooks_lost;                   /* the launcher could not be told */
	struct duration_histogram setup_times; /* from ICRQ until it is up */
};

const struct sessions_counters *sessions_counters(const struct sessions *sessions);

/* What all sessions have carried since the start. Borrowed. */
const struct l2tp_data_path_counters *sessions_traffic(struct sessions *sessions);

/* "connecting", "authenticating", "up", "ending". Static. */
const char *session_state_text(enum session_state state);
