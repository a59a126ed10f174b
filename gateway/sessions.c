/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of sessions: what calls (from the L2TP service) and pppds (from the
 * launcher) make of them, and what is asked of all. I/O, on sd-event.
 */
#include "gateway/sessions.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "gateway/configuration_pools.h"
#include "gateway/log.h"
#include "gateway/session.h"
#include "gateway/session_selector.h"

#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <time.h>

/* Lines about log-ins that failed; what counts them is `logins-refused`. */
#define FAILURE_LINES_A_MINUTE 600
#define INTERFACE_PREFIX       "sg"

static struct session *find(const struct sessions *sessions, uint32_t id)
{
	struct session *session;

	HASH_FIND(hh, sessions->table, &id, sizeof(id), session);
	return session;
}

/* ---- the call (from the L2TP service) --------------------------------------- */

/* Interface numbers are not used again while 99 999 999 others are left. */
static uint32_t new_id(struct sessions *sessions)
{
	do {
		sessions->last_id = sessions->last_id % LAUNCHER_UNIT_MAXIMUM + 1;
	} while (find(sessions, sessions->last_id));
	return sessions->last_id;
}

static int on_call_prepare(void *userdata, struct l2tp_call *call,
			   const struct l2tp_service_path *path, void **ret_user)
{
	struct sessions *sessions = userdata;
	struct session *session;
	uint32_t suppressed;

	if (sessions->resources.refuse_all) {
		sessions_on_told(sessions, l2tp_tunnel_path(l2tp_call_tunnel(call)),
				 CLIENT_EVENT_CALL_REFUSED, "inner isolation is not loaded");
		if (log_limit_allows(&sessions->refused_log_limit, session_now_usec(sessions),
				     &suppressed))
			log_error("a call is refused: inner isolation is not loaded: run "
				  "`saregate setup`, or systemctl start saregate-guard");
		return -EPERM;
	}
	session = calloc(1, sizeof(*session));
	if (!session)
		return -ENOMEM;
	session->sessions = sessions;
	session->id = new_id(sessions);
	session->call = call;
	session->path = *path;
	session->started_usec = session_now_usec(sessions);
	session->description.id = session->id;
	session->description.since = (uint64_t)time(NULL);
	session->description.data_path = path->path->name;
	session->description.data_path_why = path->why ? path->why : "";
	snprintf(session->description.interface, sizeof(session->description.interface),
		 INTERFACE_PREFIX "%u", session->id);
	HASH_ADD(hh, sessions->table, id, sizeof(session->id), session);
	if (!session->hh.tbl) {
		free(session);
		return -ENOMEM;
	}
	*ret_user = session;
	return 0;
}

static int start_pppd(struct session *session, int path_descriptor)
{
	const struct configuration *configuration = session->sessions->resources.configuration;
	const struct launcher_start start = {
		.call_id = session->id,
		.unit = session->id,
		.mtu = configuration->mtu,
		.mru = configuration->mtu,
		.lcp_echo_interval_seconds = configuration->lcp_echo_interval_seconds,
		.lcp_echo_failures = configuration->lcp_echo_failures,
		.debug = configuration->ppp_debug,
		.channel = session->path.path->is_terminal ? LAUNCHER_CHANNEL_TTY
							   : LAUNCHER_CHANNEL_PPPOL2TP,
		.ipv6 = configuration_has_ipv6(configuration),
	};
	_cleanup_(closep) int plugin_descriptor = -1;
	int descriptors[LAUNCHER_DESCRIPTOR_COUNT_];
	int error = plugin_channel_new(session->sessions->resources.event, &session_plugin_ops,
				       session, &session->channel, &plugin_descriptor);

	if (error)
		return error;
	descriptors[LAUNCHER_DESCRIPTOR_SESSION] = path_descriptor;
	descriptors[LAUNCHER_DESCRIPTOR_PLUGIN] = plugin_descriptor;
	return launcher_client_start(session->sessions->launcher, &start, descriptors);
}

static int on_call_established(void *userdata, void *user)
{
	struct session *session = user;
	int descriptor = session->path.path->session_descriptor(session->path.session);
	int error;

	session_describe_call(session);
	if (descriptor < 0) {
		session_come_up(session);
		return 0;
	}
	error = start_pppd(session, descriptor);
	if (error) {
		session->cause = "saregate-launcher is not there";
		log_error("session %u: saregate-launcher cannot be reached: %s: systemctl start "
			  "saregate-launcher.socket",
			  session->id, strerror(-error));
		session_trace(session, NULL, CLIENT_EVENT_CALL_REFUSED, "%s", session->cause);
		return error;
	}
	session->pppd_running = true;
	session_trace(session, NULL, CLIENT_EVENT_PPP, "session %u, data path %s", session->id,
		      session->description.data_path);
	return 0;
}

static void on_call_closed(void *userdata, void *user, enum l2tp_end_cause cause)
{
	struct session *session = user;

	session_describe(session);
	session->call = NULL;
	session->path.session = NULL;
	if (!session->cause)
		session->cause = l2tp_service_end_text(cause);
	if (session->pppd_running)
		session_end(session, session->cause);
	else
		session_let_go(session);
}

const struct l2tp_service_ops sessions_l2tp_ops = {
	.call_prepare = on_call_prepare,
	.call_established = on_call_established,
	.told = sessions_on_told,
	.call_closed = on_call_closed,
};

/* ---- pppd (from the launcher) -------------------------------------------------- */

static void on_started(void *userdata, uint32_t call_id, uint32_t pid)
{
	struct session *session = find(userdata, call_id);

	if (!session)
		return;
	log_debug("session %u: pppd runs as process %u", session->id, pid);
	if (session->state == SESSION_STATE_CONNECTING)
		session->state = SESSION_STATE_AUTHENTICATING;
}

/* Neither call nor session knows of a pppd any more. */
static void pppd_is_gone(struct session *session, enum l2tp_cdn_result result, const char *cause)
{
	session->pppd_running = false;
	if (!session->cause)
		session->cause = cause;
	if (session->call)
		l2tp_service_close_call(session->sessions->service, session->call,
					session->kill_cause[0] ? L2TP_CDN_ADMINISTRATIVE : result,
					session->cause);
	else
		session_let_go(session);
}

static void on_refused(void *userdata, uint32_t call_id, int error)
{
	struct sessions *sessions = userdata;
	struct session *session = find(sessions, call_id);

	sessions->counters.launcher_refused++;
	if (!session)
		return;
	log_error("session %u: the launcher cannot start pppd: %s", session->id, strerror(error));
	pppd_is_gone(session, L2TP_CDN_NO_FACILITIES, "pppd could not be started");
}

static const char *exit_cause(const struct launcher_exited *exited)
{
	if (exited->signal)
		return "pppd was killed";
	switch (exited->exit_code) { /* pppd(8), EXIT STATUS */
	case 4:
		return "the kernel lacks PPP: modprobe ppp_generic; see /dev/ppp";
	case 5:
	case 16:
		return "the client hung up";
	case 10:
		return "PPP negotiation failed";
	case 11:
	case 19:
		return "the client did not log in";
	case 12:
		return "idle";
	case 15:
		return "the client no longer answers";
	default:
		return "pppd ended";
	}
}

static void on_exited(void *userdata, const struct launcher_exited *exited)
{
	struct session *session = find(userdata, exited->call_id);

	if (!session)
		return;
	log_debug("session %u: pppd ended, code %u, signal %u", session->id, exited->exit_code,
		  exited->signal);
	pppd_is_gone(session, L2TP_CDN_LOST_CARRIER, exit_cause(exited));
}

/* Without the launcher nobody would end or report the pppds. */
static void on_launcher_gone(void *userdata)
{
	struct sessions *sessions = userdata;
	struct session *session, *next;

	log_error("saregate-launcher is gone: its sessions are ended");
	HASH_ITER(hh, sessions->table, session, next)
	if (session->pppd_running)
		session_end(session, "saregate-launcher is gone");
}

static const struct launcher_client_ops launcher_ops = {
	.started = on_started,
	.refused = on_refused,
	.exited = on_exited,
	.disconnected = on_launcher_gone,
};

/* ---- as a whole ------------------------------------------------------------------ */

/* The highest N of an interface called "sgN". */
static uint32_t highest_interface(void)
{
	struct if_nameindex *interfaces = if_nameindex();
	uint32_t highest = 0, number;

	if (!interfaces)
		return 0;
	for (const struct if_nameindex *entry = interfaces; entry->if_index; entry++)
		if (strncmp(entry->if_name, INTERFACE_PREFIX, strlen(INTERFACE_PREFIX)) == 0 &&
		    text_parse_u32(entry->if_name + strlen(INTERFACE_PREFIX), 1,
				   LAUNCHER_UNIT_MAXIMUM, &number) == 0 &&
		    number > highest)
			highest = number;
	if_freenameindex(interfaces);
	return highest;
}

int sessions_new(const struct sessions_resources *resources, struct sessions **ret_sessions)
{
	_cleanup_(sessions_freep) struct sessions *sessions = calloc(1, sizeof(*sessions));
	const struct configuration *configuration = resources->configuration;
	int error;

	if (!sessions)
		return -ENOMEM;
	sessions->resources = *resources;
	sessions->last_id = highest_interface();
	sessions->refused_log_limit = (struct log_limit){ .interval_usec = 60000000, .burst = 1 };
	sessions->failure_log_limit =
		(struct log_limit){ .interval_usec = 60000000, .burst = FAILURE_LINES_A_MINUTE };
	error = address_pools_new(configuration, NULL, &sessions->pools);
	if (!error)
		error = address_memory_new(&sessions->memory);
	if (!error)
		error = session_addresses_claim(sessions, sessions->pools);
	if (error)
		return error;
	error = launcher_client_new(resources->event, configuration->launcher, &launcher_ops,
				    sessions, &sessions->launcher);
	if (error)
		return error;
	*ret_sessions = TAKE_PTR(sessions);
	return 0;
}

void sessions_free(struct sessions *sessions)
{
	struct session *session, *next;

	if (!sessions)
		return;
	HASH_ITER(hh, sessions->table, session, next)
	session_let_go(session);
	launcher_client_free(sessions->launcher);
	address_pools_free(sessions->pools);
	address_memory_free(sessions->memory);
	session_networks_forget(sessions);
	free(sessions);
}

void sessions_freep(struct sessions **sessions)
{
	sessions_free(*sessions);
}

void sessions_set_service(struct sessions *sessions, struct l2tp_service *service)
{
	sessions->service = service;
}

int sessions_add_listener(struct sessions *sessions, const struct sessions_listener *listener,
			  void *userdata)
{
	for (size_t i = 0; i < SESSIONS_LISTENERS_MAX; i++) {
		if (sessions->listeners[i].listener)
			continue;
		sessions->listeners[i].listener = listener;
		sessions->listeners[i].userdata = userdata;
		return 0;
	}
	return -ENOSPC;
}

void sessions_remove_listener(struct sessions *sessions, const struct sessions_listener *listener,
			      void *userdata)
{
	for (size_t i = 0; i < SESSIONS_LISTENERS_MAX; i++)
		if (sessions->listeners[i].listener == listener &&
		    sessions->listeners[i].userdata == userdata)
			sessions->listeners[i].listener = NULL;
}

void sessions_set_refuse_all(struct sessions *sessions, bool refuse_all)
{
	sessions->resources.refuse_all = refuse_all;
}

int sessions_reach_launcher(struct sessions *sessions)
{
	return launcher_client_connect(sessions->launcher);
}

static void kill_session(struct session *session, const char *who, const char *reason)
{
	if (!session->cause) {
		snprintf(session->kill_cause, sizeof(session->kill_cause), "ended by the %s%s%s",
			 who, reason[0] ? ": " : "", reason);
		session->cause = session->kill_cause;
	}
	session_end(session, session->cause);
}

int sessions_kill(struct sessions *sessions, uint32_t id, const char *reason)
{
	struct session *session = find(sessions, id);

	if (!session)
		return -ENOENT;
	kill_session(session, "administrator", reason);
	return 0;
}

size_t sessions_kill_selected(struct sessions *sessions, const struct session_selector *selector,
			      const char *reason)
{
	struct session *session, *next;
	size_t count = 0;

	HASH_ITER(hh, sessions->table, session, next)
	if (session_selector_matches(selector, session_describe(session))) {
		kill_session(session, "administrator", reason);
		count++;
	}
	return count;
}

void sessions_kill_all(struct sessions *sessions, const char *reason)
{
	struct session *session, *next;

	HASH_ITER(hh, sessions->table, session, next)
	kill_session(session, "gateway", reason);
}

int sessions_walk(struct sessions *sessions,
		  int (*each)(void *userdata, const struct session_description *description),
		  void *userdata)
{
	struct session *session, *next;

	HASH_ITER(hh, sessions->table, session, next)
	{
		int result = each(userdata, session_describe(session));

		if (result)
			return result;
	}
	return 0;
}

size_t sessions_count(const struct sessions *sessions)
{
	return HASH_COUNT(sessions->table);
}

size_t sessions_up_count(const struct sessions *sessions)
{
	size_t count = 0;

	for (const struct session *session = sessions->table; session; session = session->hh.next)
		count += session->state == SESSION_STATE_UP;
	return count;
}

const struct sessions_counters *sessions_counters(const struct sessions *sessions)
{
	return &sessions->counters;
}
