/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One session, as session.c (what is shown, the end), sessions.c (the table),
 * session_login.c (what its pppd says), session_limits.c (what it may),
 * session_addresses.c, session_networks.c (IPv6), session_dns.c, session_owner.c (by user),
 * session_traffic.c (what all carried), session_hooks.c (what the administrator's programs are
 * told), session_trace.c (what is kept for `saregate why`) and session_audit.c (what the log says)
 * share it. Nobody else includes this.
 */
#pragma once

#include "gateway/launcher_client.h"
#include "gateway/log.h"
#include "gateway/plugin_channel.h"
#include "gateway/sessions.h"

/* Without memory an insertion leaves hh.tbl NULL; uthash would end the process. */
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

/* A user with at least one session, the oldest first. */
struct session_owner {
	char name[USER_NAME_MAX + 1];
	struct session *sessions;
	UT_hash_handle hh;
};

/* A network of IPv6 that is some user's own, whether he is there or not. */
struct own_network {
	uint64_t network; /* upper half of its addresses */
	UT_hash_handle hh;
};

/* What holds for a user: the user's own, the group's, the configuration's. */
struct session_limits {
	uint32_t sessions_maximum; /* 0: no limit; so are the next */
	uint32_t idle_timeout_seconds;
	uint32_t session_timeout_seconds;
	uint64_t expires; /* seconds since 1970; 0: never */
	uint32_t dns_ipv4[ADDRESS_TEXT_DNS_MAX];
	char pool[ATTRIBUTE_NAME_MAX + 1]; /* "": the default */
	uint32_t group_id;                 /* 0: no group that the firewall has to know of */
	struct address_networks networks;
	bool client_to_client;
};

struct session {
	struct sessions *sessions;
	uint32_t id; /* also the number of its interface */
	enum session_state state;
	struct l2tp_call *call;        /* NULL once the call is over */
	struct l2tp_service_path path; /* its session is NULL once the call is over */
	struct plugin_channel *channel;
	bool was_up;       /* that it is up was told, so its end will be */
	bool pppd_running; /* asked for and not yet reported as ended */
	const char *cause; /* first known reason of the end; static, or one of these */
	char kill_cause[160];
	char refusal[128];
	char asked[USER_NAME_MAX + 1]; /* the name that was looked for at the last log-in */
	struct session_description description;
	uint64_t started_usec;                  /* monotonic */
	struct l2tp_data_path_counters counted; /* in what all carried */
	struct session_owner *owner;            /* NULL before log-in */
	struct session *owner_previous;
	struct session *owner_next;
	bool has_address;      /* description.inner_ipv4 is let through */
	bool address_is_fixed; /* the user's own: it is of no pool */
	bool has_network;      /* description.inner_network is let through, in sessions.networks */
	bool network_is_own;   /* the user's own */
	bool network_is_open;  /* the interface has our address in it */
	uint64_t identifier;   /* that IPv6CP proposes; 0: any */
	char group[ATTRIBUTE_NAME_MAX + 1];
	uint32_t group_id; /* that the firewall has for its interface; 0: none */
	uint32_t open_dns_ipv4[ADDRESS_TEXT_DNS_MAX]; /* in the firewall for it; 0: none */
	uint32_t idle_timeout_seconds;
	sd_event_source *deadline;
	sd_event_source *expiry;
	UT_hash_handle hh;
	UT_hash_handle by_network;
};

struct sessions {
	struct sessions_resources resources;
	struct l2tp_service *service;
	struct launcher_client *launcher;
	struct address_pools *pools;
	struct address_memory *memory; /* of users' last leases */
	struct {
		const struct sessions_listener *listener; /* NULL: free */
		void *userdata;
	} listeners[SESSIONS_LISTENERS_MAX];
	struct session *table;    /* by id, in the order of ids */
	struct session *networks; /* those that have one, by it */
	struct own_network *own_networks;
	struct session_owner *owners;
	uint32_t last_id;
	struct log_limit refused_log_limit;
	struct log_limit failure_log_limit; /* log-ins that failed */
	struct sessions_counters counters;
	struct l2tp_data_path_counters traffic;
};

/* What the plugin's messages lead to. */
extern const struct plugin_channel_ops session_plugin_ops;

/* The session is over for pppd or the call: end what still runs. */
void session_end(struct session *session, const char *cause);

/* Nothing of it is left: tells the log and the listener, and frees it. */
void session_let_go(struct session *session);

/*
 * Whether a line about a log-in that failed may be written: anybody can cause them.
 * Says itself how many were left out before.
 */
bool session_failure_may_be_told(struct sessions *sessions);

/* It is up: tells the log and the listeners. */
void session_come_up(struct session *session);

/* Tells the listeners, of a session that is or was up. */
void session_tell_changed(struct session *session);

/* Takes over from the call what is known once it is established. */
void session_describe_call(struct session *session);

/* CLOCK_MONOTONIC of this turn of the loop. */
uint64_t session_now_usec(const struct sessions *sessions);

/**
 * session_take_address() - a lease, or the user's own address, let through by the
 *                          isolation before PPP can use it
 * @pool: that a lease is from; "": the default
 *
 * Return: 0; -ENOSPC; -ENXIO: there is no such pool; -EADDRINUSE: the user's own is
 *         the gateway's; negative errno.
 */
int session_take_address(struct session *session, const struct user *user, const char *pool);

/* Takes back lease and place in the set of inner addresses. */
void session_release_address(struct session *session);

/*
 * The network of IPv6 that goes with the session's address, or the user's own, let through
 * by the isolation before PPP can use it. Without one, which the log explains, the session is
 * as good in all else.
 */
void session_take_network(struct session *session, const struct user *user,
			  const struct session_limits *limits);

/* IPv6CP is up: the interface gets our address in the network. Return: 0, negative errno. */
int session_open_network(struct session *session);

/* Takes all of it back. */
void session_release_network(struct session *session);

/* The set of networks was emptied by somebody. */
void session_readmit_network(const struct session *session);

/* The network in which the user's own IPv6 address lies, its upper half; 0: there is none. */
uint64_t session_own_network(const struct user *user);

/**
 * session_network_claim() - the network of a user's own is nobody else's
 *
 * Return: the address of a pool that goes with it, host byte order, for the caller to
 *         keep out of the pool; 0: none.
 */
uint32_t session_network_claim(struct sessions *sessions, const struct user *user);

/**
 * session_network_unclaim() - it is this user's no more; the database says whose it is
 *
 * Return: the address to give back to its pool; 0: none.
 */
uint32_t session_network_unclaim(struct sessions *sessions, const struct user *user);

/* Whether the network that goes with an address is a user's own. */
bool session_network_is_claimed(const struct sessions *sessions, uint32_t ipv4);

/* None is a user's own. */
void session_networks_forget(struct sessions *sessions);

/* A user's own address is another one now; NULL: there is no user. */
void session_addresses_change(struct sessions *sessions, const struct user *before,
			      const struct user *after);

/* Keeps all addresses of users' own out of the pools. Return: 0 or negative errno. */
int session_addresses_claim(struct sessions *sessions, struct address_pools *pools);

/* The session is this user's from now on. Return: 0, -ENOMEM. */
int session_owner_join(struct session *session, const char *user);
void session_owner_leave(struct session *session);

/* Return: NULL if the user has no session. */
struct session_owner *session_owner_find(const struct sessions *sessions, const char *user);

/* Sessions that are not ending already. */
size_t session_owner_count(const struct session_owner *owner);

/* Ends the oldest until @keep are left; @owner may be gone then. Return: how many. */
size_t session_owner_end_oldest(struct session_owner *owner, size_t keep, const char *cause);

/* Return: 0; negative errno of the user database. */
int session_limits_resolve(const struct sessions *sessions, const struct user *user,
			   struct session_limits *ret_limits);

/* Puts them in force. Return: 0 or negative errno. */
int session_limits_apply(struct session *session, const struct user *user,
			 const struct session_limits *limits);
void session_limits_done(struct session *session);

/*
 * Lets the session reach the DNS servers that it is told of, should they be this host.
 * Without it the session is as good in all else: a failure is told in the log.
 */
void session_dns_open(struct session *session, const struct session_limits *limits);
void session_dns_close(struct session *session);
/* The set was emptied by somebody. */
void session_dns_restore(const struct session *session);

/* Has the firewall know the session's group. Return: 0; -ENOENT: it has no groups. */
int session_group_apply(struct session *session, const struct session_limits *limits);
void session_group_leave(struct session *session);

/* Brings what all sessions carried up to date with this one, if it is or was up. */
void session_count_traffic(struct session *session);

/* Has the administrator's hook run, if there is one; @cause: of the end, else NULL. */
void session_run_hook(struct session *session, enum launcher_hook_event event, const char *cause);

/* The description with what changes by itself brought up to date. Borrowed. */
const struct session_description *session_describe(struct session *session);

/* An event for `saregate why`; @user: NULL leaves what is known. */
void session_trace(struct session *session, const char *user, enum client_event_kind kind,
		   const char *format, ...) __attribute__((format(printf, 4, 5)));
/* The same of a tunnel: of struct l2tp_service_ops. */
void sessions_on_told(void *userdata, const struct l2tp_path *path, enum client_event_kind kind,
		      const char *text);

void session_audit_login(const struct session_description *description);
void session_audit_refused(const struct session_description *description, const uint8_t *user,
			   size_t user_size, const char *why);
void session_audit_logout(const struct session_description *description, const char *cause);
