/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One session: what is shown of it, and its end. An end can come from the
 * client, the administrator, pppd, the launcher or the SAs; each sets the cause
 * if it is the first and ends what still runs, and the session is let go of when
 * neither call nor pppd is left. I/O, on sd-event.
 */
#include "gateway/session.h"

#include "base/text.h"
#include "gateway/log.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

bool session_failure_may_be_told(struct sessions *sessions)
{
	uint32_t suppressed = 0;

	if (!log_limit_allows(&sessions->failure_log_limit, session_now_usec(sessions),
			      &suppressed))
		return false;
	if (suppressed > 0)
		log_info("%u lines about log-ins that failed not shown", suppressed);
	return true;
}

uint64_t session_now_usec(const struct sessions *sessions)
{
	uint64_t now = 0;

	sd_event_now(sessions->resources.event, CLOCK_MONOTONIC, &now);
	return now;
}

const char *session_state_text(enum session_state state)
{
	switch (state) {
	case SESSION_STATE_CONNECTING:
		return "connecting";
	case SESSION_STATE_AUTHENTICATING:
		return "authenticating";
	case SESSION_STATE_UP:
		return "up";
	case SESSION_STATE_ENDING:
		return "ending";
	}
	return "?";
}

/* ---- description ------------------------------------------------------------ */

void session_describe_call(struct session *session)
{
	struct session_description *description = &session->description;
	struct l2tp_tunnel *tunnel = l2tp_call_tunnel(session->call);
	const struct l2tp_path *path = l2tp_tunnel_path(tunnel);
	const uint8_t *client_name;
	size_t size;

	description->outer_address = path->peer.address;
	description->outer_port = path->peer.port;
	description->reference = path->reference;
	description->tunnel_id = l2tp_tunnel_local_id(tunnel);
	description->session_id = l2tp_call_local_id(session->call);
	client_name = l2tp_tunnel_peer_host_name(tunnel, &size);
	text_quote(client_name, size, description->client_name, sizeof(description->client_name));
}

/* Name and port that IPsec knows; updown may tell the name late. */
static void describe_reference(struct session *session)
{
	const struct sa_tracking *tracking = session->sessions->resources.tracking;
	struct session_description *description = &session->description;
	const struct sa_table *table;
	uint16_t port;

	if (!tracking)
		return;
	table = sa_tracking_table(tracking);
	if (!sa_table_is_alive(table, description->reference))
		return;
	text_copy(description->ike_identity, sizeof(description->ike_identity),
		  sa_table_identity(table, description->reference));
	text_copy(description->connection, sizeof(description->connection),
		  sa_table_connection(table, description->reference));
	port = sa_table_outer_port(table, description->reference, &description->outer_address);
	if (port)
		description->outer_port = port;
}

static void describe_counters(struct session *session)
{
	const struct l2tp_service_path *path = &session->path;
	struct l2tp_data_path_counters counters;

	if (path->session && path->path->session_counters(path->session, &counters) == 0)
		session->description.counters = counters;
}

const struct session_description *session_describe(struct session *session)
{
	struct session_description *description = &session->description;

	description->state = session->state;
	description->was_up = session->was_up;
	strcpy(description->group, session->group);
	description->duration_seconds =
		(session_now_usec(session->sessions) - session->started_usec) / 1000000;
	describe_reference(session);
	describe_counters(session);
	return description;
}

/* ---- what is told ------------------------------------------------------------- */

void session_come_up(struct session *session)
{
	struct sessions *sessions = session->sessions;
	const struct session_description *description;

	session->state = SESSION_STATE_UP;
	session->was_up = true;
	duration_histogram_add(&sessions->counters.setup_times,
			       session_now_usec(sessions) - session->started_usec);
	description = session_describe(session);
	if (description->user[0]) {
		sessions->counters.logins++;
		session_audit_login(description);
	}
	for (size_t i = 0; i < SESSIONS_LISTENERS_MAX; i++)
		if (sessions->listeners[i].listener && sessions->listeners[i].listener->up)
			sessions->listeners[i].listener->up(sessions->listeners[i].userdata,
							    description);
	session_run_hook(session, LAUNCHER_HOOK_UP, NULL);
}

void session_tell_changed(struct session *session)
{
	struct sessions *sessions = session->sessions;
	const struct session_description *description;

	if (!session->was_up)
		return;
	description = session_describe(session);
	for (size_t i = 0; i < SESSIONS_LISTENERS_MAX; i++)
		if (sessions->listeners[i].listener && sessions->listeners[i].listener->changed)
			sessions->listeners[i].listener->changed(sessions->listeners[i].userdata,
								 description);
}

static void tell_down(const struct sessions *sessions,
		      const struct session_description *description, const char *cause)
{
	for (size_t i = 0; i < SESSIONS_LISTENERS_MAX; i++)
		if (sessions->listeners[i].listener && sessions->listeners[i].listener->down)
			sessions->listeners[i].listener->down(sessions->listeners[i].userdata,
							      description, cause);
}

/* ---- the end ------------------------------------------------------------------ */

void session_let_go(struct session *session)
{
	struct sessions *sessions = session->sessions;
	const struct session_description *description = session_describe(session);
	const char *cause = session->cause ? session->cause : "ended";

	session_count_traffic(session);
	if (session->was_up)
		session_trace(session, NULL, CLIENT_EVENT_TRAFFIC,
			      "%" PRIu64 " bytes in, %" PRIu64 " bytes out, in %" PRIu64 " s",
			      description->counters.received_bytes,
			      description->counters.sent_bytes, description->duration_seconds);
	session_trace(session, NULL, session->was_up ? CLIENT_EVENT_ENDED : CLIENT_EVENT_FAILED,
		      "%s", cause);
	if (session->was_up) {
		if (description->user[0])
			session_audit_logout(description, cause);
		tell_down(sessions, description, cause);
		session_run_hook(session, LAUNCHER_HOOK_DOWN, cause);
	} else if (session_failure_may_be_told(sessions)) {
		log_info("session %u: ended before it was up: %s", session->id, cause);
	}
	session_release_address(session);
	session_dns_close(session);
	session_limits_done(session);
	session_owner_leave(session);
	plugin_channel_free(session->channel);
	HASH_DEL(sessions->table, session);
	free(session);
}

void session_end(struct session *session, const char *cause)
{
	struct sessions *sessions = session->sessions;

	if (!session->cause)
		session->cause = cause;
	if (session->pppd_running) {
		if (session->state != SESSION_STATE_ENDING) {
			session->state = SESSION_STATE_ENDING;
			session_tell_changed(session);
		}
		/* pppd says goodbye to the client first; its exit then closes the call. */
		if (launcher_client_stop(sessions->launcher, session->id) == 0)
			return;
		/* No launcher: a closed channel makes the plugin end its pppd. */
		plugin_channel_free(session->channel);
		session->channel = NULL;
		session->pppd_running = false;
	}
	if (session->call)
		l2tp_service_close_call(sessions->service, session->call, L2TP_CDN_ADMINISTRATIVE,
					session->cause);
	else
		session_let_go(session);
}
