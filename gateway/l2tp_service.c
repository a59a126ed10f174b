/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between the pure LNS and the world. A datagram's owner is decided here (its
 * SA reference) and in the machine (its tunnel id), never by the socket on
 * which it arrived: clients of one NAT share a 4-tuple. I/O, on sd-event.
 */
#include "gateway/l2tp_service_parts.h"

#include "base/cleanup.h"
#include "gateway/log.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

/* Datagrams taken from one socket per turn of the loop. */
#define RECEIVE_BUDGET 256
/* Lines about what peers do: enough for all of a large office to come at once. */
#define PEER_LINES_A_MINUTE 1000

uint64_t l2tp_service_now_usec(struct l2tp_service *service)
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
	l2tp_lns_receive(service->lns, l2tp_service_now_usec(service), &path, datagram->bytes,
			 datagram->size);
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

int l2tp_service_on_listener(sd_event_source *source, int descriptor, uint32_t events,
			     void *userdata)
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
int l2tp_service_on_tunnel(sd_event_source *source, int descriptor, uint32_t events, void *userdata)
{
	const struct tunnel *tunnel = userdata;

	return l2tp_service_on_listener(source, descriptor, events, tunnel->service);
}

/* ---- the loop -------------------------------------------------------------- */

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct l2tp_service *service = userdata;

	l2tp_lns_handle_deadlines(service->lns, l2tp_service_now_usec(service));
	return 0;
}

void l2tp_service_read_to_the_end(struct l2tp_service *service, int descriptor)
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
			l2tp_service_read_to_the_end(service, tunnel->descriptor);
		l2tp_udp_queue_flush(service->queue);
		l2tp_service_close_tunnels(ended);
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

/* A burst of ten seconds' worth. */
static struct l2tp_rate rate_of(uint32_t per_second)
{
	return (struct l2tp_rate){ .burst = 10 * per_second, .per_second = per_second };
}

/* Linux before 6.11 takes a datagram for the tunnel whose socket it comes to. */
static bool kernel_knows_tunnels_by_port(const struct l2tp_service *service)
{
	return service->tracking && service->paths.choice.is_kernel &&
	       sa_tracking_method(service->tracking)->method == SA_TRACKING_METHOD_ZONE;
}

static void fill_settings(const struct l2tp_service *service,
			  const struct configuration *configuration,
			  struct l2tp_lns_settings *ret_settings)
{
	l2tp_lns_settings_default(ret_settings);
	strcpy(ret_settings->host_name, configuration->host_name);
	ret_settings->hello_interval_usec =
		configuration->hello_interval_seconds * UINT64_C(1000000);
	ret_settings->tunnels_maximum = configuration->tunnels_maximum;
	ret_settings->half_open_maximum = configuration->half_open_maximum;
	ret_settings->half_open_per_reference = configuration->half_open_per_client;
	ret_settings->half_open_per_address = configuration->half_open_per_address;
	ret_settings->tunnels_per_reference = configuration->tunnels_per_client;
	ret_settings->tunnels_per_address = configuration->tunnels_per_address;
	ret_settings->calls_per_tunnel = configuration->calls_per_tunnel;
	ret_settings->sccrqs_per_reference = rate_of(configuration->sccrq_rate_per_client);
	ret_settings->sccrqs_per_address = rate_of(configuration->sccrq_rate_per_address);
	ret_settings->receive_window_size = configuration->receive_window;
	ret_settings->retransmit_maximum = configuration->retransmissions;
	ret_settings->hide_avps = configuration->hide_avps;
	ret_settings->a_port_is_one_tunnels = kernel_knows_tunnels_by_port(service);
}

static int start_machine(struct l2tp_service *service)
{
	struct l2tp_lns_settings settings;

	fill_settings(service, service->configuration, &settings);
	return l2tp_lns_new(&settings, &l2tp_service_lns_ops, service, &service->lns);
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
		     const struct tunnel_secrets *secrets, const struct l2tp_service_ops *ops,
		     void *userdata, struct l2tp_service **ret_service, char ret_error[256])
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
			.secrets = secrets,
			.ops = ops,
			.userdata = userdata,
			.tunnel_log_limit = { .interval_usec = 60000000, .burst = 10 },
			.peer_log_limit = { .interval_usec = 60000000,
					    .burst = PEER_LINES_A_MINUTE },
		};
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
	error = l2tp_service_change_listeners(service, configuration, ret_error);
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
	l2tp_service_close_tunnels(service->closing);
	l2tp_service_close_listeners(service);
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

void l2tp_service_change_settings(struct l2tp_service *service,
				  const struct configuration *configuration)
{
	struct l2tp_lns_settings settings;
	int error;

	fill_settings(service, configuration, &settings);
	error = l2tp_lns_set_settings(service->lns, &settings);
	/* What the configuration allows is within the machine's bounds. */
	assert(error == 0);
	(void)error;
}

void l2tp_service_change_secrets(struct l2tp_service *service, const struct tunnel_secrets *secrets)
{
	service->secrets = secrets;
}

void l2tp_service_stop(struct l2tp_service *service)
{
	l2tp_lns_close_all(service->lns, l2tp_service_now_usec(service), L2TP_STOPCCN_SHUTDOWN);
	l2tp_udp_queue_flush(service->queue);
}

void l2tp_service_close_call(struct l2tp_service *service, struct l2tp_call *call,
			     enum l2tp_cdn_result result, const char *message)
{
	l2tp_call_close(call, l2tp_service_now_usec(service), result, message);
}

size_t l2tp_service_close_reference(struct l2tp_service *service, uint64_t reference)
{
	return l2tp_lns_close_reference(service->lns, l2tp_service_now_usec(service), reference);
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
