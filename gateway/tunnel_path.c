/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The calls of a tunnel on their data path: opened, watched, counted. I/O. */
#include "gateway/tunnel_path.h"

#include "base/cleanup.h"
#include "gateway/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

/* A tunnel that is not served as preferred: counted, and told once in a while. */
static void report(struct tunnel_paths *paths, const struct path_opened *opened,
		   const struct inet_endpoint *peer, uint64_t now_usec)
{
	char peer_text[INET_ENDPOINT_TEXT_MAX];
	uint32_t suppressed;

	if (!paths->choice.is_kernel || !opened->why)
		return;
	if (opened->companion)
		paths->unfit++;
	else
		paths->failures++;
	if (!log_limit_allows(&paths->log_limit, now_usec, &suppressed))
		return;
	log_warning("tunnel for %s: data path %s: %s%s%s (%u more not shown)",
		    inet_endpoint_format(peer, peer_text), opened->path->name, opened->why,
		    opened->kernel_error ? ": " : "",
		    opened->kernel_error ? strerror(-opened->kernel_error) : "", suppressed);
}

int tunnel_path_open(struct tunnel_path *tunnel, struct tunnel_paths *paths,
		     const char *kernel_reason, const struct l2tp_data_path_tunnel_ids *ids,
		     uint64_t now_usec)
{
	int error = path_choice_open(&paths->choice, kernel_reason, ids, &tunnel->opened);

	if (error == 0)
		report(paths, &tunnel->opened, &ids->peer, now_usec);
	return error;
}

bool tunnel_path_is_kernel(const struct tunnel_path *tunnel, const struct tunnel_paths *paths)
{
	return tunnel->opened.tunnel && paths->choice.is_kernel &&
	       tunnel->opened.path == paths->choice.first;
}

void tunnel_path_close(struct tunnel_path *tunnel)
{
	path_opened_close(&tunnel->opened);
}

static uint64_t received_by(const struct tunnel_path_call *call)
{
	struct l2tp_data_path_counters counters;

	if (call->tunnel->opened.path->session_counters(call->session, &counters) < 0)
		return 0;
	return counters.received_packets;
}

bool tunnel_path_data_received(struct tunnel_path *tunnel)
{
	uint64_t received = 0;
	bool more;

	for (const struct tunnel_path_call *call = tunnel->calls; call; call = call->next)
		received += received_by(call);
	more = received > tunnel->received_packets;
	tunnel->received_packets = received;
	return more;
}

static int watch(struct tunnel_path_call *call, sd_event *event, sd_event_io_handler_t handler)
{
	const struct l2tp_data_path *path = call->tunnel->opened.path;

	if (!path->session_pump_descriptor)
		return 0;
	return sd_event_add_io(event, &call->source, path->session_pump_descriptor(call->session),
			       EPOLLIN, handler, call);
}

int tunnel_path_call_new(struct tunnel_path *tunnel, const struct l2tp_data_path_session_ids *ids,
			 sd_event *event, sd_event_io_handler_t handler, void *owner,
			 struct tunnel_path_call **ret_call)
{
	_cleanup_(freep) struct tunnel_path_call *call = calloc(1, sizeof(*call));
	int error;

	if (!call)
		return -ENOMEM;
	call->tunnel = tunnel;
	call->owner = owner;
	error = tunnel->opened.path->session_open(tunnel->opened.tunnel, ids, &call->session);
	if (error)
		return error;
	error = watch(call, event, handler);
	if (error < 0) {
		tunnel->opened.path->session_free(call->session);
		return error;
	}
	call->next = tunnel->calls;
	tunnel->calls = call;
	*ret_call = TAKE_PTR(call);
	return 0;
}

void tunnel_path_call_free(struct tunnel_path_call *call)
{
	struct tunnel_path *tunnel;
	uint64_t received;

	if (!call)
		return;
	tunnel = call->tunnel;
	received = received_by(call);
	/* The sum over the calls must not fall when one leaves. */
	tunnel->received_packets -=
		received <= tunnel->received_packets ? received : tunnel->received_packets;
	for (struct tunnel_path_call **link = &tunnel->calls; *link; link = &(*link)->next)
		if (*link == call) {
			*link = call->next;
			break;
		}
	sd_event_source_disable_unref(call->source);
	tunnel->opened.path->session_free(call->session);
	free(call);
}

void tunnel_path_call_freep(struct tunnel_path_call **call)
{
	tunnel_path_call_free(*call);
}
