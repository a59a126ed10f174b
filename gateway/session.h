/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One session, as session.c (what is shown, the end), sessions.c (the table),
 * session_login.c (what its pppd says) and session_audit.c (what the log says)
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

struct session {
	struct sessions *sessions;
	uint32_t id; /* also the number of its interface */
	enum session_state state;
	struct l2tp_call *call;        /* NULL once the call is over */
	struct l2tp_service_path path; /* its session is NULL once the call is over */
	struct plugin_channel *channel;
	bool was_up;       /* a login was told, so its logout will be */
	bool pppd_running; /* asked for and not yet reported as ended */
	const char *cause; /* first known reason of the end; static, or @kill_cause */
	char kill_cause[160];
	struct session_description description;
	uint64_t started_usec; /* monotonic */
	UT_hash_handle hh;
};

struct sessions {
	struct sessions_resources resources;
	struct l2tp_service *service;
	struct launcher_client *launcher;
	struct address_pool *pool;
	const struct sessions_listener *listener;
	void *listener_userdata;
	struct session *table; /* by id, in the order of ids */
	uint32_t last_id;
	struct log_limit refused_log_limit;
	struct sessions_counters counters;
};

/* What the plugin's messages lead to. */
extern const struct plugin_channel_ops session_plugin_ops;

/* The session is over for pppd or the call: end what still runs. */
void session_end(struct session *session, const char *cause);

/* Nothing of it is left: tells the log and the listener, and frees it. */
void session_let_go(struct session *session);

/* Takes over from the call what is known once it is established. */
void session_describe_call(struct session *session);

/* CLOCK_MONOTONIC of this turn of the loop. */
uint64_t session_now_usec(const struct sessions *sessions);

/* Takes back lease and place in the set of inner addresses. */
void session_release_address(struct session *session);

/* The description with what changes by itself brought up to date. Borrowed. */
const struct session_description *session_describe(struct session *session);

void session_audit_login(const struct session_description *description);
void session_audit_refused(const struct session_description *description, const uint8_t *user,
			   size_t user_size, const char *why);
void session_audit_logout(const struct session_description *description, const char *cause);
