/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The calls of the L2TP service: opened on the data path of their tunnel, and
 * where that passes through user space, their frames in both directions: one
 * batch of datagrams in, few writes out, and the reverse. I/O, on sd-event.
 */
#include "gateway/l2tp_service_parts.h"

#include "base/cleanup.h"

#include <errno.h>
#include <string.h>

void l2tp_service_flush_frames(struct l2tp_service *service)
{
	if (service->filling)
		service->filling->flush();
	service->filling = NULL;
}

/* A frame of pppd's is on its way to the client. */
static void on_packet(void *userdata, const uint8_t *packet, size_t size)
{
	const struct tunnel *tunnel = userdata;

	l2tp_udp_queue_add(tunnel->service->queue, tunnel->descriptor, packet, size);
}

static int on_pppd(sd_event_source *source, int descriptor, uint32_t events, void *userdata)
{
	struct tunnel_path_call *call = userdata;
	int error = call->tunnel->opened.path->session_pump(call->session, on_packet, call->owner);

	if (error) {
		log_error("reading what pppd sends failed: %s", strerror(-error));
		sd_event_source_set_enabled(source, SD_EVENT_OFF);
	}
	return 0;
}

int l2tp_service_call_prepare(void *userdata, struct l2tp_call *lns_call)
{
	struct tunnel *tunnel = l2tp_tunnel_userdata(l2tp_call_tunnel(lns_call));
	const struct path_opened *opened = &tunnel->path.opened;
	struct l2tp_service *service = userdata;
	const struct l2tp_data_path_session_ids ids = {
		.local_session_id = l2tp_call_local_id(lns_call),
		.peer_session_id = l2tp_call_peer_id(lns_call),
		.sequencing = service->configuration->data_sequencing ? L2TP_DATA_SEQUENCING_SENT
								      : L2TP_DATA_SEQUENCING_NONE,
	};
	_cleanup_(tunnel_path_call_freep) struct tunnel_path_call *call = NULL;
	struct l2tp_service_path path = { .path = opened->path, .why = opened->why };
	int error;

	error = tunnel_path_call_new(&tunnel->path, &ids, service->event, on_pppd, tunnel, &call);
	if (error) {
		l2tp_service_log_call_failure(service, lns_call, error);
		return error;
	}
	path.session = call->session;
	error = service->ops->call_prepare(service->userdata, lns_call, &path, &call->user);
	if (error)
		return error;
	l2tp_call_set_userdata(lns_call, TAKE_PTR(call));
	l2tp_service_log_numbers(service, lns_call);
	return 0;
}

int l2tp_service_call_established(void *userdata, struct l2tp_call *lns_call)
{
	const struct tunnel_path_call *call = l2tp_call_userdata(lns_call);
	struct l2tp_service *service = userdata;

	if (l2tp_call_sequencing_required(lns_call)) {
		int error = call->tunnel->opened.path->session_set_sequencing(
			call->session, L2TP_DATA_SEQUENCING_REQUIRED);

		if (error)
			return error;
	}
	l2tp_service_log_proxy(service, lns_call);
	return service->ops->call_established(service->userdata, call->user);
}

/* Where the kernel carries frames, one that comes here is a sign of life and no more. */
void l2tp_service_call_data(void *userdata, struct l2tp_call *lns_call,
			    const struct l2tp_data_message *message)
{
	struct tunnel_path_call *call = l2tp_call_userdata(lns_call);
	const struct l2tp_data_path *path = call->tunnel->opened.path;
	struct l2tp_service *service = userdata;

	if (!path->session_receive)
		return;
	path->session_receive(call->session, message);
	service->filling = path;
}

void l2tp_service_call_closed(void *userdata, struct l2tp_call *lns_call, enum l2tp_end_cause cause)
{
	struct tunnel_path_call *call = l2tp_call_userdata(lns_call);
	struct l2tp_service *service = userdata;

	/* The client's farewell may be among them. */
	l2tp_service_flush_frames(service);
	l2tp_service_log_call_closed(service, lns_call);
	service->ops->call_closed(service->userdata, call->user, cause);
	tunnel_path_call_free(call);
}
