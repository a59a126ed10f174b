/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What `saregate why` can tell of a client: tunnels by their path, sessions by
 * what is known of them. I/O (the clock).
 */
#include "gateway/session.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

static uint64_t realtime_usec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* What IPsec knows of it; nothing once its SAs have gone, or without IPsec. */
static void ask_tracking(const struct sessions *sessions, struct client_identity *who)
{
	struct sa_tracking *tracking = sessions->resources.tracking;
	const struct sa_table *table;
	uint16_t port;

	if (!tracking)
		return;
	table = sa_tracking_table(tracking);
	if (!sa_table_is_alive(table, who->reference))
		return;
	who->ike_identity = sa_table_identity(table, who->reference);
	who->spi = sa_tracking_newest_outbound(tracking, who->reference);
	port = sa_table_outer_port(table, who->reference, &who->outer.address);
	if (port)
		who->outer.port = port;
}

void sessions_on_told(void *userdata, const struct l2tp_path *path, enum client_event_kind kind,
		      const char *text)
{
	struct sessions *sessions = userdata;
	struct client_identity who = { .reference = path->reference, .outer = path->peer };

	if (!sessions->resources.traces)
		return;
	ask_tracking(sessions, &who);
	client_traces_add(sessions->resources.traces, &who, realtime_usec(), kind, text);
}

void session_trace(struct session *session, const char *user, enum client_event_kind kind,
		   const char *format, ...)
{
	const struct session_description *description = &session->description;
	struct client_identity who = {
		.reference = description->reference,
		.outer = { description->outer_address, description->outer_port },
		.user = user,
	};
	char text[CLIENT_EVENT_TEXT_MAX];
	va_list arguments;

	/* A call that was never established has no address yet; its tunnel tells. */
	if (!session->sessions->resources.traces || description->outer_address.family == AF_UNSPEC)
		return;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	ask_tracking(session->sessions, &who);
	client_traces_add(session->sessions->resources.traces, &who, realtime_usec(), kind, text);
}
