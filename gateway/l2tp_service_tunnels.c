/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tunnels of the L2TP service: what the machine asks for, a socket with its
 * policies and a data path for each tunnel, and how they follow their client's SAs.
 * I/O, on sd-event.
 */
#include "gateway/l2tp_service_parts.h"

#include "base/cleanup.h"
#include "gateway/log.h"
#include "ipsec-glue/sa_method.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/random.h>

static void random_bytes(void *userdata, uint8_t *bytes, size_t size)
{
	ssize_t result = getrandom(bytes, size, 0);

	/* Up to 256 bytes getrandom() neither fails nor is interrupted. */
	assert(result == (ssize_t)size);
	(void)result;
}

struct rival_search {
	const struct l2tp_path *path;
	bool found;
};

static void find_rival(void *userdata, struct l2tp_tunnel *lns_tunnel)
{
	const struct tunnel *tunnel = l2tp_tunnel_userdata(lns_tunnel);
	const struct l2tp_path *path = l2tp_tunnel_path(lns_tunnel);
	struct rival_search *search = userdata;

	if (tunnel && tunnel_path_is_kernel(&tunnel->path, &tunnel->service->paths) &&
	    inet_endpoint_equal(&path->peer, &search->path->peer) &&
	    inet_endpoint_equal(&path->local, &search->path->local))
		search->found = true;
}

/*
 * Before Linux 6.11 a tunnel is known by its socket's addresses and ports. Those of
 * the client's that have no call have made way (a_port_is_one_tunnels); one that is
 * in use, or that nobody has missed yet, shares them.
 */
static bool has_rival(const struct l2tp_service *service, const struct l2tp_path *path)
{
	struct rival_search search = { .path = path };

	if (sa_tracking_method(service->tracking)->method == SA_TRACKING_METHOD_ZONE)
		l2tp_lns_each_of_reference(service->lns, path->reference, find_rival, &search);
	return search.found;
}

/* Lets data in before there is a data path that could deliver it. */
static int open_path(struct tunnel *tunnel, const struct l2tp_path *path,
		     const struct l2tp_data_path_tunnel_ids *ids)
{
	struct l2tp_service *service = tunnel->service;
	const char *reason = NULL;
	bool rival = false;
	int error;

	if (service->tracking) {
		error = sa_tracking_admit(service->tracking, tunnel->reference,
					  ids->local_tunnel_id);
		if (error)
			return error;
		tunnel->admitted_id = ids->local_tunnel_id;
		reason = sa_tracking_kernel_path_reason(service->tracking, tunnel->reference);
		if (!reason)
			reason = sa_method_port_reason(tunnel->real_port, ids->peer.port);
		rival = has_rival(service, path);
		if (!reason && rival)
			reason = "the client has another tunnel from the same port";
	}
	error = tunnel_path_open(&tunnel->path, &service->paths, reason, ids,
				 l2tp_service_now_usec(service));
	if (error == 0 && reason)
		sa_tracking_displace(service->tracking, tunnel->reference, rival);
	return error;
}

static void close_path(struct tunnel *tunnel)
{
	struct l2tp_service *service = tunnel->service;

	tunnel_path_close(&tunnel->path);
	if (tunnel->admitted_id)
		sa_tracking_dismiss(service->tracking, tunnel->reference, tunnel->admitted_id);
	tunnel->admitted_id = 0;
}

/* Ends what a tunnel has here, but for its descriptor: see l2tp_service_on_tunnel(). */
static void tunnel_resources_free(struct tunnel *tunnel)
{
	struct l2tp_service *service = tunnel->service;

	close_path(tunnel);
	tunnel->source = sd_event_source_disable_unref(tunnel->source);
	tunnel->next_closing = service->closing;
	service->closing = tunnel;
}

void l2tp_service_close_tunnels(struct tunnel *tunnel)
{
	while (tunnel) {
		struct tunnel *next = tunnel->next_closing;

		closep(&tunnel->descriptor);
		free(tunnel);
		tunnel = next;
	}
}

DEFINE_CLEANUP(struct tunnel *, tunnel_resources_free)

/*
 * From the beginning the policy names the very SA: a twin, whose SAs have the
 * same reqid, may come at any moment. -EAGAIN: there is none to answer through,
 * or not yet.
 */
static int open_socket(struct l2tp_service *service, const struct l2tp_path *path,
		       uint16_t *ret_real_port)
{
	struct sa_tracking *tracking = service->tracking;
	struct l2tp_udp_protection protection = { .ipsec = tracking != NULL };
	uint16_t real_port = 0;
	int descriptor, error;

	if (tracking) {
		protection.reqid = sa_reference_reqid(path->reference);
		protection.spi = sa_tracking_newest_outbound(tracking, path->reference);
		if (protection.spi == 0)
			return -EAGAIN;
		error = sa_tracking_real_port(tracking, path->reference, &path->local, &path->peer,
					      &real_port);
		if (error)
			return error;
		protection.real_port = real_port;
	}
	descriptor = l2tp_udp_tunnel_open(&path->local, &path->peer, &protection);
	if (descriptor >= 0)
		*ret_real_port = real_port;
	return descriptor;
}

static int open_tunnel_socket(struct tunnel *tunnel, const struct l2tp_path *path)
{
	int descriptor = open_socket(tunnel->service, path, &tunnel->real_port);

	if (descriptor < 0)
		return descriptor;
	tunnel->descriptor = descriptor;
	return sd_event_add_io(tunnel->service->event, &tunnel->source, descriptor, EPOLLIN,
			       l2tp_service_on_tunnel, tunnel);
}

static int open_tunnel_path(struct tunnel *tunnel, const struct l2tp_tunnel *lns_tunnel)
{
	const struct l2tp_path *path = l2tp_tunnel_path(lns_tunnel);
	const struct l2tp_data_path_tunnel_ids ids = {
		.local_tunnel_id = l2tp_tunnel_local_id(lns_tunnel),
		.peer_tunnel_id = l2tp_tunnel_peer_id(lns_tunnel),
		.peer = path->peer,
		.udp_descriptor = tunnel->descriptor,
	};

	return open_path(tunnel, path, &ids);
}

static int tunnel_open(void *userdata, struct l2tp_tunnel *lns_tunnel)
{
	_cleanup_(tunnel_resources_freep) struct tunnel *tunnel = calloc(1, sizeof(*tunnel));
	const struct l2tp_path *path = l2tp_tunnel_path(lns_tunnel);
	struct l2tp_service *service = userdata;
	int error;

	if (!tunnel)
		return -ENOMEM;
	tunnel->service = service;
	tunnel->descriptor = -1;
	tunnel->reference = path->reference;
	error = open_tunnel_socket(tunnel, path);
	if (error >= 0)
		error = open_tunnel_path(tunnel, lns_tunnel);
	if (error < 0) {
		l2tp_service_log_open_failure(service, path, error);
		return error;
	}
	l2tp_tunnel_set_userdata(lns_tunnel, TAKE_PTR(tunnel));
	return 0;
}

static size_t tunnel_secret(void *userdata, const struct l2tp_path *path, const uint8_t *host_name,
			    size_t host_name_size, uint8_t ret_secret[L2TP_SECRET_MAX])
{
	const struct l2tp_service *service = userdata;
	const uint8_t *secret;
	size_t size = 0;

	secret = tunnel_secrets_find(service->secrets, &path->peer.address, host_name,
				     host_name_size, &size);
	if (secret)
		memcpy(ret_secret, secret, size);
	return size;
}

/*
 * From a socket for this one packet: another client's may come to it meanwhile, so it
 * is closed like that of a tunnel that ended.
 */
static void refuse(void *userdata, const struct l2tp_path *path, const uint8_t *packet, size_t size)
{
	struct tunnel *tunnel = calloc(1, sizeof(*tunnel));
	struct l2tp_service *service = userdata;

	if (!tunnel)
		return;
	tunnel->service = service;
	tunnel->descriptor = open_socket(service, path, &tunnel->real_port);
	tunnel->next_closing = service->closing;
	service->closing = tunnel;
	if (tunnel->descriptor >= 0)
		l2tp_udp_queue_add(service->queue, tunnel->descriptor, packet, size);
}

static void tunnel_send(void *userdata, struct l2tp_tunnel *lns_tunnel, const uint8_t *packet,
			size_t size)
{
	const struct tunnel *tunnel = l2tp_tunnel_userdata(lns_tunnel);
	struct l2tp_service *service = userdata;

	l2tp_udp_queue_add(service->queue, tunnel->descriptor, packet, size);
}

static void tunnel_established(void *userdata, struct l2tp_tunnel *lns_tunnel)
{
	l2tp_service_log_established(userdata, lns_tunnel);
}

static bool tunnel_data_received(void *userdata, struct l2tp_tunnel *lns_tunnel)
{
	struct tunnel *tunnel = l2tp_tunnel_userdata(lns_tunnel);

	return tunnel_path_data_received(&tunnel->path);
}

static void tunnel_closed(void *userdata, struct l2tp_tunnel *lns_tunnel, enum l2tp_end_cause cause)
{
	l2tp_service_log_closed(userdata, lns_tunnel, cause);
	/* Lingering needs the socket only. */
	close_path(l2tp_tunnel_userdata(lns_tunnel));
}

static void tunnel_free(void *userdata, struct l2tp_tunnel *lns_tunnel)
{
	tunnel_resources_free(l2tp_tunnel_userdata(lns_tunnel));
}

static void call_errors(void *userdata, struct l2tp_call *lns_call,
			const struct l2tp_call_errors *errors)
{
	l2tp_service_log_errors(userdata, lns_call, errors);
}

static void transition(void *userdata, const struct l2tp_transition *change)
{
	unsigned int tunnel_id = l2tp_tunnel_local_id(change->tunnel);

	if (change->call)
		log_debug("tunnel %u call %u: %s -> %s on %s", tunnel_id,
			  l2tp_call_local_id(change->call), change->from, change->to,
			  change->event);
	else
		log_debug("tunnel %u: %s -> %s on %s", tunnel_id, change->from, change->to,
			  change->event);
}

const struct l2tp_lns_ops l2tp_service_lns_ops = {
	.random = random_bytes,
	.tunnel_open = tunnel_open,
	.tunnel_secret = tunnel_secret,
	.refuse = refuse,
	.tunnel_send = tunnel_send,
	.tunnel_established = tunnel_established,
	.tunnel_data_received = tunnel_data_received,
	.tunnel_closed = tunnel_closed,
	.tunnel_free = tunnel_free,
	.call_prepare = l2tp_service_call_prepare,
	.call_established = l2tp_service_call_established,
	.call_data = l2tp_service_call_data,
	.call_errors = call_errors,
	.call_closed = l2tp_service_call_closed,
	.transition = transition,
};

struct outbound_change {
	uint64_t reference;
	uint32_t spi;
};

/*
 * Where the kernel refuses, the old policy stays: when its SA has gone too, what
 * the tunnel sends is dropped, and the client's Hello ends it.
 */
static void set_tunnel_outbound(void *userdata, struct l2tp_tunnel *lns_tunnel)
{
	const struct outbound_change *change = userdata;
	const struct tunnel *tunnel = l2tp_tunnel_userdata(lns_tunnel);
	const struct l2tp_udp_protection protection = {
		.ipsec = true,
		.reqid = sa_reference_reqid(change->reference),
		.spi = change->spi,
		.real_port = tunnel->real_port,
	};
	int error = l2tp_udp_set_protection(
		tunnel->descriptor, l2tp_tunnel_path(lns_tunnel)->peer.address.family, &protection);

	if (error)
		log_error("tunnel %u: cannot send through its new IPsec SA %08x: %s",
			  l2tp_tunnel_local_id(lns_tunnel), change->spi, strerror(-error));
	else
		log_debug("tunnel %u: sends through the IPsec SA %08x",
			  l2tp_tunnel_local_id(lns_tunnel), change->spi);
}

void l2tp_service_set_outbound(struct l2tp_service *service, uint64_t reference, uint32_t spi)
{
	struct outbound_change change = { reference, spi };

	if (spi != 0)
		l2tp_lns_each_of_reference(service->lns, reference, set_tunnel_outbound, &change);
}

static void find_on_kernel_path(void *userdata, struct l2tp_tunnel *lns_tunnel)
{
	const struct tunnel *tunnel = l2tp_tunnel_userdata(lns_tunnel);

	if (tunnel_path_is_kernel(&tunnel->path, &tunnel->service->paths))
		*(struct l2tp_tunnel **)userdata = lns_tunnel;
}

size_t l2tp_service_leave_kernel_path(struct l2tp_service *service, uint64_t reference)
{
	struct l2tp_tunnel *found, *last = NULL;
	size_t closed = 0;

	/* Looked up each time: to close one may take others with it. */
	for (;;) {
		found = NULL;
		l2tp_lns_each_of_reference(service->lns, reference, find_on_kernel_path, &found);
		if (!found || found == last)
			return closed;
		l2tp_tunnel_close(found, l2tp_service_now_usec(service), L2TP_STOPCCN_GENERAL,
				  "another data path is needed");
		last = found;
		closed++;
	}
}
