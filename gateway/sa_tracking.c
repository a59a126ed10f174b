/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Brings together mark table, XFRM monitor, reference table and updown. What
 * happens to references while the table is being changed is put in a queue and
 * told of afterwards, so that whoever hears of it may use the table. I/O.
 */
#include "gateway/sa_tracking_parts.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "ipsec-glue/sa_mark_table.h"
#include "ipsec-glue/sa_use.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* After a failure the kernel's SAs are dumped this often until it succeeds. */
#define RECONCILE_INTERVAL_USEC 2000000

uint64_t sa_tracking_now_usec(const struct sa_tracking *tracking)
{
	uint64_t now = 0;

	sd_event_now(tracking->event, CLOCK_MONOTONIC, &now);
	return now;
}

/* A packet that the kernel lets in no more, or not yet: dropped, never misled. */
static void report_guard(struct sa_tracking *tracking, int error)
{
	uint32_t suppressed;

	if (error &&
	    log_limit_allows(&tracking->error_limit, sa_tracking_now_usec(tracking), &suppressed))
		log_error("the table " SA_MARK_TABLE " cannot follow the SAs: %s: put right at "
			  "the next look (%u more not shown)",
			  strerror(-error), suppressed);
}

static void tell_kernel_path_lost(struct sa_tracking *tracking, uint64_t reference)
{
	if (tracking->ops->kernel_path_lost)
		tracking->ops->kernel_path_lost(tracking->userdata, reference);
}

/*
 * Twins share a zone. Before Linux 6.11 the kernel would take the data of a
 * second one for the first one's, should that one use the kernel's data path.
 */
static void change_twins(struct sa_tracking *tracking, uint32_t reqid, bool twins)
{
	uint64_t references[SA_TWINS_MAXIMUM];
	size_t count = 0;

	report_guard(tracking, data_guard_set_twins(tracking->guard, reqid, twins));
	if (twins && tracking->method.method == SA_TRACKING_METHOD_ZONE)
		count = data_guard_list(tracking->guard, reqid, references, ELEMENTS(references));
	for (size_t i = 0; i < count; i++)
		tell_kernel_path_lost(tracking, references[i]);
}

/* Tells one change, or acts on it. */
static void tell(void *userdata, const struct sa_change *change)
{
	struct sa_tracking *tracking = userdata;
	const struct sa_tracking_ops *ops = tracking->ops;

	switch (change->kind) {
	case SA_CHANGE_ENDED:
		report_guard(tracking, data_guard_follow(tracking->guard, change->reference));
		if (ops->ended)
			ops->ended(tracking->userdata, change->reference);
		sa_tracking_release_ports(tracking, change->reference);
		break;
	case SA_CHANGE_OUTBOUND:
		(void)sa_names_follow(tracking->names, change->reference);
		if (ops->outbound_changed)
			ops->outbound_changed(tracking->userdata, change->reference, change->value);
		break;
	case SA_CHANGE_HANDOVER:
		sa_handover_begin(tracking->handover, change->reference);
		break;
	case SA_CHANGE_MARKS:
		report_guard(tracking, data_guard_follow(tracking->guard, change->reference));
		break;
	case SA_CHANGE_TWINS:
		change_twins(tracking, change->value, change->twins);
		break;
	case SA_CHANGE_KERNEL_PATH:
		tell_kernel_path_lost(tracking, change->reference);
		break;
	}
}

static void note(struct sa_tracking *tracking, struct sa_change change)
{
	sa_change_queue_note(&tracking->changes, change);
}

void sa_tracking_tell_changes(struct sa_tracking *tracking)
{
	sa_change_queue_tell(&tracking->changes);
}

static void on_ended(void *userdata, uint64_t reference)
{
	struct sa_tracking *tracking = userdata;

	tracking->counters.references_ended++;
	note(tracking, (struct sa_change){ .kind = SA_CHANGE_ENDED, .reference = reference });
}

static void on_outbound_changed(void *userdata, uint64_t reference, uint32_t spi)
{
	struct sa_tracking *tracking = userdata;

	tracking->counters.outbound_changes++;
	note(tracking, (struct sa_change){
			       .kind = SA_CHANGE_OUTBOUND, .reference = reference, .value = spi });
}

static void on_handover(void *userdata, uint64_t reference)
{
	note(userdata, (struct sa_change){ .kind = SA_CHANGE_HANDOVER, .reference = reference });
}

static void on_marks_changed(void *userdata, uint64_t reference)
{
	note(userdata, (struct sa_change){ .kind = SA_CHANGE_MARKS, .reference = reference });
}

static void on_twins_changed(void *userdata, uint32_t reqid, bool twins)
{
	struct sa_tracking *tracking = userdata;

	tracking->counters.twins_seen += twins;
	note(tracking,
	     (struct sa_change){ .kind = SA_CHANGE_TWINS, .value = reqid, .twins = twins });
}

static const struct sa_table_ops table_ops = {
	.ended = on_ended,
	.outbound_changed = on_outbound_changed,
	.handover = on_handover,
	.marks_changed = on_marks_changed,
	.twins_changed = on_twins_changed,
};

static bool on_asked_for_use(void *userdata, const struct sa_description *inbound)
{
	struct sa_tracking *tracking = userdata;

	return sa_use_has_received(tracking->xfrm, inbound) > 0;
}

static void on_handed_over(void *userdata)
{
	sa_tracking_tell_changes(userdata);
}

static const struct sa_handover_ops handover_ops = {
	.is_used = on_asked_for_use,
	.handed_over = on_handed_over,
};

/* An event worth an audit: from now on the client is elsewhere. */
static void on_rebinding(void *userdata, const struct xfrm_rebinding *rebinding)
{
	struct sa_tracking *tracking = userdata;
	const char *identity = sa_table_identity(tracking->table, rebinding->reference);
	char from[INET_ENDPOINT_TEXT_MAX], to[INET_ENDPOINT_TEXT_MAX];
	uint32_t suppressed;

	inet_endpoint_format(&rebinding->from, from);
	inet_endpoint_format(&rebinding->to, to);
	if (!rebinding->error) {
		tracking->counters.rebindings++;
		log_info("the NAT of client \"%s\" changed its port, IPsec follows: %s is now %s",
			 identity, from, to);
		return;
	}
	tracking->counters.rebindings_failed++;
	if (!log_limit_allows(&tracking->rebinding_limit, sa_tracking_now_usec(tracking),
			      &suppressed))
		return;
	if (rebinding->error == -EADDRNOTAVAIL)
		log_info("client \"%s\" moved from %s to %s: another address needs new IPsec: the "
			 "client has to connect again (%u more not shown)",
			 identity, from, to, suppressed);
	else
		log_error(
			"the NAT of client \"%s\" changed its port from %s to %s, and IPsec cannot "
			"follow: %s: nothing reaches the client; tried again at its next packet "
			"(%u more not shown)",
			identity, from, to, strerror(-rebinding->error), suppressed);
}

/*
 * Until a dump succeeds the table resolves nothing: packets are dropped and
 * counted. An SA that found no room is dropped alone.
 */
static void report_failure(struct sa_tracking *tracking, int error)
{
	uint32_t suppressed;

	tracking->counters.dumps_failed++;
	if (log_limit_allows(&tracking->error_limit, sa_tracking_now_usec(tracking), &suppressed))
		log_error("the kernel's SAs cannot be followed: %s: packets are dropped until they "
			  "can; tried again every %u s (%u more not shown)",
			  strerror(-error), RECONCILE_INTERVAL_USEC / 1000000, suppressed);
	sd_event_source_set_time(tracking->reconcile_timer,
				 sa_tracking_now_usec(tracking) + RECONCILE_INTERVAL_USEC);
	sd_event_source_set_enabled(tracking->reconcile_timer, SD_EVENT_ONESHOT);
}

/* After the monitor took in what the kernel said: tell who is gone. */
static void conclude(struct sa_tracking *tracking, int error)
{
	if (error)
		report_failure(tracking, error);
	if (tracking->end_pending && !sa_table_in_doubt(tracking->table)) {
		sa_table_end_generations(tracking->table);
		tracking->end_pending = false;
	}
	sa_names_look(tracking->names);
	sa_tracking_tell_changes(tracking);
}

void sa_tracking_refresh(struct sa_tracking *tracking)
{
	conclude(tracking, xfrm_monitor_handle(tracking->monitor));
}

static int on_monitor(sd_event_source *source, int descriptor, uint32_t events, void *userdata)
{
	sa_tracking_refresh(userdata);
	return 0;
}

static int on_mapping(sd_event_source *source, int descriptor, uint32_t events, void *userdata)
{
	struct sa_tracking *tracking = userdata;

	conclude(tracking, xfrm_monitor_handle_mappings(tracking->monitor));
	return 0;
}

static int on_reconcile(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct sa_tracking *tracking = userdata;

	conclude(tracking, xfrm_monitor_reconcile(tracking->monitor));
	return 0;
}

static const char *remedy(int error)
{
	switch (-error) {
	case EPERM:
		return "start saregated as root (it drops to user saregate by itself)";
	case ENOENT:
	case EOPNOTSUPP:
	case EPROTONOSUPPORT:
		return "the kernel lacks XFRM, nft_xfrm or, for zones, nft_ct and nft_chain_nat: "
		       "modprobe them, or install linux-image-amd64";
	default:
		return "see `saregate status` and the kernel's log";
	}
}

static int start(struct sa_tracking *tracking, sd_event *event, uint16_t l2tp_port,
		 char ret_error[256])
{
	const struct sa_mark_settings marks = { .l2tp_port = l2tp_port,
						.method = tracking->method.method };
	const char *part = "the table of SAs";
	int error = sa_table_new(&table_ops, tracking, &tracking->table);

	if (!error)
		error = sa_names_new(tracking->table, &tracking->names);
	if (!error) {
		part = "the nftables table that marks packets with their SA";
		error = sa_mark_table_new(&marks, &tracking->marks);
	}
	if (!error)
		error = data_guard_new(tracking->table, tracking->marks, marks.method,
				       &tracking->guard);
	if (!error)
		error = netlink_socket_new(NETLINK_NETFILTER, &tracking->conntrack);
	if (!error)
		error = zone_connections_new(&tracking->connections);
	if (!error) {
		part = "following the kernel's SAs";
		error = xfrm_monitor_new(tracking->table, on_rebinding, tracking,
					 &tracking->monitor);
	}
	if (!error)
		error = netlink_socket_new(NETLINK_XFRM, &tracking->xfrm);
	if (!error) {
		part = "the event loop";
		error = sa_handover_new(event, tracking->table, SA_HANDOVER_TIMES, &handover_ops,
					tracking, &tracking->handover);
	}
	if (!error)
		error = sd_event_add_io(event, &tracking->monitor_source,
					xfrm_monitor_descriptor(tracking->monitor), EPOLLIN,
					on_monitor, tracking);
	if (error >= 0)
		error = sd_event_add_io(event, &tracking->mapping_source,
					xfrm_monitor_mapping_descriptor(tracking->monitor), EPOLLIN,
					on_mapping, tracking);
	if (error >= 0)
		error = sd_event_add_time(event, &tracking->reconcile_timer, CLOCK_MONOTONIC, 0, 0,
					  on_reconcile, tracking);
	if (error >= 0)
		error = sd_event_source_set_enabled(tracking->reconcile_timer, SD_EVENT_OFF);
	/* Who is gone must be known before a packet of the same turn is read. */
	if (error >= 0)
		error = sd_event_source_set_priority(tracking->monitor_source,
						     SD_EVENT_PRIORITY_IMPORTANT);
	if (error >= 0)
		error = sa_tracking_watch_pluto(tracking);
	if (error < 0)
		snprintf(ret_error, 256, "%s failed: %s: %s", part, strerror(-error),
			 remedy(error));
	return error < 0 ? error : 0;
}

void sa_tracking_descriptors_done(struct sa_tracking_descriptors *descriptors)
{
	closep(&descriptors->updown);
	closep(&descriptors->identities);
	*descriptors = SA_TRACKING_NO_DESCRIPTORS;
}

struct sa_tracking_descriptors
sa_tracking_descriptors_take(struct sa_tracking_descriptors *descriptors)
{
	struct sa_tracking_descriptors taken = *descriptors;

	*descriptors = SA_TRACKING_NO_DESCRIPTORS;
	return taken;
}

int sa_tracking_new(sd_event *event, uint16_t l2tp_port, const struct sa_method *method,
		    struct sa_tracking_descriptors descriptors, const struct sa_tracking_ops *ops,
		    void *userdata, struct sa_tracking **ret_tracking, char ret_error[256])
{
	_cleanup_(sa_tracking_descriptors_done) struct sa_tracking_descriptors own = descriptors;
	_cleanup_(sa_tracking_freep) struct sa_tracking *tracking = calloc(1, sizeof(*tracking));
	int error;

	if (!tracking) {
		snprintf(ret_error, 256, "out of memory");
		return -ENOMEM;
	}
	tracking->event = sd_event_ref(event);
	tracking->method = *method;
	tracking->ops = ops;
	tracking->changes = (struct sa_change_queue){ .tell = tell, .userdata = tracking };
	tracking->error_limit = (struct log_limit){ .interval_usec = 60000000, .burst = 5 };
	tracking->rebinding_limit = (struct log_limit){ .interval_usec = 60000000, .burst = 20 };
	tracking->userdata = userdata;
	error = start(tracking, event, l2tp_port, ret_error);
	if (error)
		return error;
	sa_tracking_start_names(tracking, &own);
	/* Twins may have been here before us. */
	sa_tracking_tell_changes(tracking);
	*ret_tracking = TAKE_PTR(tracking);
	return 0;
}

void sa_tracking_free(struct sa_tracking *tracking)
{
	if (!tracking)
		return;
	if (tracking->marks)
		sa_mark_table_remove(tracking->marks);
	data_guard_free(tracking->guard);
	netlink_socket_free(tracking->conntrack);
	zone_connections_free(tracking->connections);
	sa_mark_table_free(tracking->marks);
	sd_event_source_disable_unref(tracking->monitor_source);
	sd_event_source_disable_unref(tracking->mapping_source);
	sa_handover_free(tracking->handover);
	netlink_socket_free(tracking->xfrm);
	updown_socket_free(tracking->updown);
	sa_names_free(tracking->names);
	pluto_watch_free(tracking->pluto);
	sd_event_source_disable_unref(tracking->reconcile_timer);
	xfrm_monitor_free(tracking->monitor);
	sa_table_free(tracking->table);
	sa_change_queue_done(&tracking->changes);
	sd_event_unref(tracking->event);
	free(tracking);
}

void sa_tracking_freep(struct sa_tracking **tracking)
{
	sa_tracking_free(*tracking);
}

uint64_t sa_tracking_resolve(const struct sa_tracking *tracking, uint32_t mark)
{
	return mark ? sa_table_resolve(tracking->table, mark) : SA_REFERENCE_NONE;
}

const char *sa_tracking_kernel_path_reason(const struct sa_tracking *tracking, uint64_t reference)
{
	uint64_t neighbour;

	if (sa_table_is_twin(tracking->table, reference))
		return "shares its SA's reqid with a client of the same address";
	if (!tracking->method.kernel_path)
		return "Linux before 6.11 needs zones (sa-tracking) for the kernel path";
	if (data_guard_neighbours(tracking->guard, reference, &neighbour, 1))
		return "shares its zone of connection tracking with another client";
	return NULL;
}

int sa_tracking_admit(struct sa_tracking *tracking, uint64_t reference, uint16_t tunnel_id)
{
	return data_guard_admit(tracking->guard, reference, tunnel_id);
}

void sa_tracking_dismiss(struct sa_tracking *tracking, uint64_t reference, uint16_t tunnel_id)
{
	report_guard(tracking, data_guard_dismiss(tracking->guard, reference, tunnel_id));
}

/* Told of with what the kernel tells next: who opens a tunnel cannot close one. */
void sa_tracking_displace(struct sa_tracking *tracking, uint64_t reference, bool itself)
{
	uint64_t neighbours[SA_TWINS_MAXIMUM];
	size_t count =
		data_guard_neighbours(tracking->guard, reference, neighbours, ELEMENTS(neighbours));

	for (size_t i = 0; i < count; i++)
		note(tracking, (struct sa_change){ .kind = SA_CHANGE_KERNEL_PATH,
						   .reference = neighbours[i] });
	if (itself)
		note(tracking,
		     (struct sa_change){ .kind = SA_CHANGE_KERNEL_PATH, .reference = reference });
}

uint32_t sa_tracking_newest_outbound(struct sa_tracking *tracking, uint64_t reference)
{
	sa_handover_finish(tracking->handover, reference);
	return sa_table_outbound_spi(tracking->table, reference);
}

void sa_tracking_look(struct sa_tracking *tracking)
{
	report_guard(tracking, data_guard_catch_up(tracking->guard));
}

const struct sa_method *sa_tracking_method(const struct sa_tracking *tracking)
{
	return &tracking->method;
}

struct sa_mark_table *sa_tracking_marks(struct sa_tracking *tracking)
{
	return tracking->marks;
}

const struct sa_table *sa_tracking_table(const struct sa_tracking *tracking)
{
	return tracking->table;
}

const struct sa_tracking_counters *sa_tracking_counters(const struct sa_tracking *tracking)
{
	return &tracking->counters;
}
