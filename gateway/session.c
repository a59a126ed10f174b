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
#include <string.h>

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
	description->duration_seconds =
		(session_now_usec(session->sessions) - session->started_usec) / 1000000;
	describe_reference(session);
	describe_counters(session);
	return description;
}

/* ---- the end ------------------------------------------------------------------ */

void session_release_address(struct session *session)
{
	const struct sessions_resources *resources = &session->sessions->resources;
	struct session_description *description = &session->description;
	int error = 0;

	if (!description->inner_ipv4)
		return;
	if (resources->inner)
		error = inner_addresses_remove(resources->inner, description->interface,
					       description->inner_ipv4);
	if (error && error != -ENOENT)
		log_error("session %u: its address stays in the set of inner addresses: %s",
			  session->id, strerror(-error));
	address_pool_release(session->sessions->pool, description->inner_ipv4);
	description->inner_ipv4 = 0;
}

void session_let_go(struct session *session)
{
	struct sessions *sessions = session->sessions;
	const struct session_description *description = session_describe(session);
	const char *cause = session->cause ? session->cause : "ended";

	if (session->was_up) {
		session_audit_logout(description, cause);
		if (sessions->listener)
			sessions->listener->down(sessions->listener_userdata, description, cause);
	} else {
		log_info("session %u: ended before it was up: %s", session->id, cause);
	}
	session_release_address(session);
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
		session->state = SESSION_STATE_ENDING;
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
