/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between the pure LNS and the world. A datagram's owner is decided here (its
 * SA reference) and in the machine (its tunnel id), never by the socket on
 * which it arrived: clients of one NAT share a 4-tuple. I/O, on sd-event.
 */
#include "gateway/l2tp_service_parts.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "gateway/log.h"
#include "ipsec-glue/sa_method.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/random.h>

/* Datagrams taken from one socket per turn of the loop. */
#define RECEIVE_BUDGET 256

static uint64_t now_usec(struct l2tp_service *service)
{
	uint64_t now = 0;

	sd_event_now(service->event, CLOCK_MONOTONIC, &now);
	return now;
}

/* ---- datagrams ---------------------------------------------------------- */

static void on_datagram(void *userdata, const struct l2tp_udp_datagram *datagram)
{
	struct l2tp_service *service = userdata;
	struct l2tp_path path = { .local = datagram->local, .peer = datagram->peer };

	service->counters.datagrams++;
	if (service->tracking) {
		if (!datagram->mark) {
			service->counters.unmarked++;
			return;
		}
		if (!service->refreshed)
			sa_tracking_refresh(service->tracking);
		service->refreshed = true;
		path.reference = sa_tracking_resolve(service->tracking, datagram->mark);
		if (path.reference == SA_REFERENCE_NONE) {
			service->counters.unknown_sa++;
			return;
		}
	}
	l2tp_lns_receive(service->lns, now_usec(service), &path, datagram->bytes, datagram->size);
}

/*
 * What l2tp_udp_receive() returns; the SAs are looked at anew, and the frames for
 * each pppd go out together.
 */
static int receive_batch(struct l2tp_service *service, int descriptor)
{
	int result;

	service->refreshed = false;
	result = l2tp_udp_receive(descriptor, service->configuration->port, RECEIVE_BUDGET,
				  on_datagram, service);

	l2tp_service_flush_frames(service);
	return result;
}

static int on_listener(sd_event_source *source, int descriptor, uint32_t events, void *userdata)
{
	int result = receive_batch(userdata, descriptor);

	if (result < 0)
		log_error("reading from the L2TP socket failed: %s", strerror(-result));
	return 0;
}

/*
 * The machine may free this very tunnel while one of its datagrams is handled
 * (a restarted peer replaces it): nothing of it is used after the call, and its
 * descriptor stays open until the turn of the loop is over.
 */
static int on_tunnel(sd_event_source *source, int descriptor, uint32_t events, void *userdata)
{
	const struct tunnel *tunnel = userdata;

	return on_listener(source, descriptor, events, tunnel->service);
}

/* ---- what the machine asks for ------------------------------------------- */

static void random_bytes(void *userdata, uint8_t *bytes, size_t size)
{
	ssize_t result = getrandom(bytes, size, 0);

	/* Up to 256 bytes getrandom() neither fails nor is interrupted. */
	assert(result == (ssize_t)size);
	(void)result;
}

/* Lets data in before there is a data path that could deliver it. */
static int open_path(struct tunnel *tunnel, const struct l2tp_data_path_tunnel_ids *ids)
{
	struct l2tp_service *service = tunnel->service;
	const char *reason = NULL;
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
	}
	error = tunnel_path_open(&tunnel->path, &service->paths, reason, ids, now_usec(service));
	if (error == 0 && reason)
		sa_tracking_displace(service->tracking, tunnel->reference);
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

/* Ends what a tunnel has here, but for its descriptor: see on_tunnel(). */
static void tunnel_resources_free(struct tunnel *tunnel)
{
	struct l2tp_service *service = tunnel->service;

	close_path(tunnel);
	tunnel->source = sd_event_source_disable_unref(tunnel->source);
	tunnel->next_closing = service->closing;
	service->closing = tunnel;
}

static void close_list(struct tunnel *tunnel)
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
static int open_tunnel_socket(struct tunnel *tunnel, const struct l2tp_path *path)
{
	struct sa_tracking *tracking = tunnel->service->tracking;
	struct l2tp_udp_protection protection = { .ipsec = tracking != NULL };
	int descriptor, error;

	if (tracking) {
		protection.reqid = sa_reference_reqid(path->reference);
		protection.spi = sa_tracking_newest_outbound(tracking, path->reference);
		if (protection.spi == 0)
			return -EAGAIN;
		error = sa_tracking_real_port(tracking, &path->local, &path->peer,
					      &tunnel->real_port);
		if (error)
			return error;
		protection.real_port = tunnel->real_port;
	}
	descriptor = l2tp_udp_tunnel_open(&path->local, &path->peer, &protection);
	if (descriptor < 0)
		return descriptor;
	tunnel->descriptor = descriptor;
	return sd_event_add_io(tunnel->service->event, &tunnel->source, descriptor, EPOLLIN,
			       on_tunnel, tunnel);
}

/*
 * Not of interest: the id is taken (another is drawn), and pluto has not yet
 * installed the SA to answer through (the client asks again).
 */
static void report_tunnel_open(struct l2tp_service *service, const struct l2tp_path *path,
			       int error)
{
	char peer[INET_ENDPOINT_TEXT_MAX];
	uint32_t suppressed;

	if (error == -EEXIST || error == -EAGAIN ||
	    !log_limit_allows(&service->tunnel_log_limit, now_usec(service), &suppressed))
		return;
	log_error("tunnel for %s cannot be opened: %s (%u more not shown)",
		  inet_endpoint_format(&path->peer, peer), l2tp_service_open_text(error),
		  suppressed);
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

	return open_path(tunnel, &ids);
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
		report_tunnel_open(service, path, error);
		return error;
	}
	l2tp_tunnel_set_userdata(lns_tunnel, TAKE_PTR(tunnel));
	return 0;
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
	char peer[INET_ENDPOINT_TEXT_MAX], name[80];
	const uint8_t *host_name;
	size_t size;

	host_name = l2tp_tunnel_peer_host_name(lns_tunnel, &size);
	log_info("tunnel %u: established with %s, host name %s", l2tp_tunnel_local_id(lns_tunnel),
		 inet_endpoint_format(&l2tp_tunnel_path(lns_tunnel)->peer, peer),
		 text_quote(host_name, size, name, sizeof(name)));
}

static bool tunnel_data_received(void *userdata, struct l2tp_tunnel *lns_tunnel)
{
	struct tunnel *tunnel = l2tp_tunnel_userdata(lns_tunnel);

	return tunnel_path_data_received(&tunnel->path);
}

static void tunnel_closed(void *userdata, struct l2tp_tunnel *lns_tunnel, enum l2tp_end_cause cause)
{
	struct tunnel *tunnel = l2tp_tunnel_userdata(lns_tunnel);
	char peer[INET_ENDPOINT_TEXT_MAX];

	log_info("tunnel %u: closed with %s: %s", l2tp_tunnel_local_id(lns_tunnel),
		 inet_endpoint_format(&l2tp_tunnel_path(lns_tunnel)->peer, peer),
		 l2tp_service_end_text(cause));
	/* Lingering needs the socket only. */
	close_path(tunnel);
}

static void tunnel_free(void *userdata, struct l2tp_tunnel *lns_tunnel)
{
	tunnel_resources_free(l2tp_tunnel_userdata(lns_tunnel));
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

static const struct l2tp_lns_ops lns_ops = {
	.random = random_bytes,
	.tunnel_open = tunnel_open,
	.tunnel_send = tunnel_send,
	.tunnel_established = tunnel_established,
	.tunnel_data_received = tunnel_data_received,
	.tunnel_closed = tunnel_closed,
	.tunnel_free = tunnel_free,
	.call_prepare = l2tp_service_call_prepare,
	.call_established = l2tp_service_call_established,
	.call_data = l2tp_service_call_data,
	.call_closed = l2tp_service_call_closed,
	.transition = transition,
};

/* ---- the loop -------------------------------------------------------------- */

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct l2tp_service *service = userdata;

	l2tp_lns_handle_deadlines(service->lns, now_usec(service));
	return 0;
}

static void read_to_the_end(struct l2tp_service *service, int descriptor)
{
	if (descriptor < 0)
		return;
	l2tp_udp_detach(descriptor);
	while (receive_batch(service, descriptor) > 0)
		;
}

/*
 * Closes the sockets of tunnels that ended. What waits in one of them may be of
 * another tunnel, even of another client with the same address and port, and
 * the answer that was just sent to a restarted client brings its next message
 * there at once: the kernel is first told to put nothing more into it, then it is
 * read empty, which may end further tunnels.
 */
static void close_ended(struct l2tp_service *service)
{
	while (service->closing) {
		struct tunnel *ended = service->closing;

		service->closing = NULL;
		for (const struct tunnel *tunnel = ended; tunnel; tunnel = tunnel->next_closing)
			read_to_the_end(service, tunnel->descriptor);
		l2tp_udp_queue_flush(service->queue);
		close_list(ended);
	}
}

/* After each turn: send what was said, and wake for the next deadline. */
static int on_post(sd_event_source *source, void *userdata)
{
	struct l2tp_service *service = userdata;
	uint64_t deadline;

	l2tp_udp_queue_flush(service->queue);
	close_ended(service);
	deadline = l2tp_lns_next_deadline(service->lns);
	if (deadline == L2TP_NO_DEADLINE)
		return sd_event_source_set_enabled(service->timer, SD_EVENT_OFF);
	sd_event_source_set_time(service->timer, deadline);
	return sd_event_source_set_enabled(service->timer, SD_EVENT_ONESHOT);
}

static void listener_remedy(const struct inet_endpoint *local, int error, char ret_error[256])
{
	char address[INET_ENDPOINT_TEXT_MAX];
	const char *remedy = "see the address in [listen] of saregate.conf";

	if (error == -EADDRINUSE)
		remedy = "another program has the port: stop it (systemctl disable --now xl2tpd)";
	else if (error == -EPERM)
		remedy = "start saregated as root (it drops to user saregate by itself)";
	else if (error == -ENOPROTOOPT)
		remedy = "the kernel has no SO_RCVMARK: Linux 5.19 or later is needed";
	else if (error == -EADDRNOTAVAIL)
		remedy = "this host does not have the address: set [listen] address";
	snprintf(ret_error, 256, "cannot listen on UDP %s: %s: %s",
		 inet_endpoint_format(local, address), strerror(-error), remedy);
}

static int open_listeners(struct l2tp_service *service, char ret_error[256])
{
	const struct configuration *configuration = service->configuration;

	for (size_t i = 0; i < configuration->listen_count; i++) {
		struct inet_endpoint local = { configuration->listen[i], configuration->port };
		int error = l2tp_udp_listener_open(&local, service->tracking != NULL);

		if (error >= 0) {
			service->listeners[i] = error;
			error = sd_event_add_io(service->event, &service->listener_sources[i],
						service->listeners[i], EPOLLIN, on_listener,
						service);
		}
		if (error < 0) {
			listener_remedy(&local, error, ret_error);
			return error;
		}
	}
	return 0;
}

static int start_machine(struct l2tp_service *service)
{
	const struct configuration *configuration = service->configuration;
	struct l2tp_lns_settings settings;

	l2tp_lns_settings_default(&settings);
	strcpy(settings.host_name, configuration->host_name);
	settings.hello_interval_usec = configuration->hello_interval_seconds * UINT64_C(1000000);
	settings.tunnels_maximum = configuration->tunnels_maximum;
	settings.half_open_maximum = configuration->half_open_maximum;
	settings.half_open_per_reference = configuration->half_open_per_client;
	settings.calls_per_tunnel = configuration->calls_per_tunnel;
	return l2tp_lns_new(&settings, &lns_ops, service, &service->lns);
}

static int start_loop(struct l2tp_service *service)
{
	int error = sd_event_add_time(service->event, &service->timer, CLOCK_MONOTONIC, 0, 1,
				      on_timer, service);

	if (error >= 0)
		error = sd_event_source_set_enabled(service->timer, SD_EVENT_OFF);
	if (error >= 0)
		error = sd_event_add_post(service->event, &service->post, on_post, service);
	return error < 0 ? error : 0;
}

int l2tp_service_new(sd_event *event, const struct configuration *configuration,
		     struct sa_tracking *tracking, const struct path_choice *choice,
		     const struct l2tp_service_ops *ops, void *userdata,
		     struct l2tp_service **ret_service, char ret_error[256])
{
	_cleanup_(l2tp_service_freep) struct l2tp_service *service = calloc(1, sizeof(*service));
	int error = -ENOMEM;

	if (service) {
		*service = (struct l2tp_service){
			.event = sd_event_ref(event),
			.configuration = configuration,
			.tracking = tracking,
			.paths = { .choice = *choice,
				   .log_limit = { .interval_usec = 60000000, .burst = 1 } },
			.ops = ops,
			.userdata = userdata,
			.tunnel_log_limit = { .interval_usec = 60000000, .burst = 10 },
		};
		for (size_t i = 0; i < CONFIGURATION_LISTEN_MAX; i++)
			service->listeners[i] = -1;
		error = l2tp_udp_queue_new(&service->queue);
	}
	if (!error)
		error = start_machine(service);
	if (!error)
		error = start_loop(service);
	if (error) {
		snprintf(ret_error, 256, "starting L2TP failed: %s", strerror(-error));
		return error;
	}
	error = open_listeners(service, ret_error);
	if (error < 0)
		return error;
	*ret_service = TAKE_PTR(service);
	return 0;
}

void l2tp_service_free(struct l2tp_service *service)
{
	if (!service)
		return;
	l2tp_lns_free(service->lns);
	close_list(service->closing);
	for (size_t i = 0; i < CONFIGURATION_LISTEN_MAX; i++) {
		sd_event_source_disable_unref(service->listener_sources[i]);
		closep(&service->listeners[i]);
	}
	sd_event_source_disable_unref(service->timer);
	sd_event_source_disable_unref(service->post);
	l2tp_udp_queue_free(service->queue);
	sd_event_unref(service->event);
	free(service);
}

void l2tp_service_freep(struct l2tp_service **service)
{
	l2tp_service_free(*service);
}

void l2tp_service_stop(struct l2tp_service *service)
{
	l2tp_lns_close_all(service->lns, now_usec(service), L2TP_STOPCCN_SHUTDOWN);
	l2tp_udp_queue_flush(service->queue);
}

void l2tp_service_close_call(struct l2tp_service *service, struct l2tp_call *call,
			     enum l2tp_cdn_result result, const char *message)
{
	l2tp_call_close(call, now_usec(service), result, message);
}

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

size_t l2tp_service_close_reference(struct l2tp_service *service, uint64_t reference)
{
	return l2tp_lns_close_reference(service->lns, now_usec(service), reference);
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
		l2tp_tunnel_close(found, now_usec(service), L2TP_STOPCCN_GENERAL,
				  "another data path is needed");
		last = found;
		closed++;
	}
}

const struct l2tp_lns_counters *l2tp_service_lns_counters(const struct l2tp_service *service)
{
	return l2tp_lns_counters(service->lns);
}

const struct tunnel_paths *l2tp_service_paths(const struct l2tp_service *service)
{
	return &service->paths;
}

const struct l2tp_service_counters *l2tp_service_counters(const struct l2tp_service *service)
{
	return &service->counters;
}
