/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Start, upkeep, status and stop of the gateway's parts. I/O, on sd-event. */
#include "gateway/gateway.h"

#include "base/cleanup.h"
#include "gateway/control_bus.h"
#include "gateway/host_check.h"
#include "gateway/inner_addresses.h"
#include "gateway/l2tp_service.h"
#include "gateway/log.h"
#include "gateway/nft_upkeep.h"
#include "gateway/sa_tracking.h"
#include "gateway/sessions.h"
#include "gateway/user_database.h"
#include "l2tp/userspace_session.h"

#include <errno.h>
#include <string.h>
#include <sys/utsname.h>
#include <systemd/sd-daemon.h>

#define UPKEEP_INTERVAL_USEC 5000000
#define STOP_LIMIT_USEC      5000000
#define STOP_POLL_USEC       50000

/* Table and set that `saregate setup` writes for inner isolation. */
#define INNER_TABLE "saregate"
#define INNER_SET   "inner"

/* What can be missing and come later. */
enum problem {
	PROBLEM_ISOLATION,
	PROBLEM_GUARD,
	PROBLEM_MARKS,
	PROBLEM_PLUTO,
	PROBLEM_LAUNCHER,
	PROBLEM_BUS,
	PROBLEM_COUNT_,
};

static const char *const problem_texts[PROBLEM_COUNT_] = {
	[PROBLEM_ISOLATION] = "inner isolation is not loaded, so no client is served and no data "
			      "comes in: run `saregate "
			      "setup`, or systemctl start saregate-guard",
	[PROBLEM_GUARD] =
		"the nftables table that keeps L2TP from leaving in clear cannot be put back, so "
		"no client is served: run `saregate setup`, or systemctl start saregate-guard",
	[PROBLEM_MARKS] = "the nftables table that marks packets with their SA cannot be put back, "
			  "so no packet is taken: see nft list ruleset, systemctl restart "
			  "saregated",
	[PROBLEM_PLUTO] =
		"pluto is not running, so no client can set up IPsec: systemctl start ipsec",
	[PROBLEM_LAUNCHER] = "saregate-launcher cannot be reached, so no PPP can start: systemctl "
			     "start saregate-launcher.socket",
	[PROBLEM_BUS] = "the system bus cannot be reached, so there is no control: systemctl start "
			"dbus",
};

struct gateway {
	sd_event *event;
	const struct configuration *configuration;
	struct path_choice path_choice;
	struct user_database *users;
	struct sa_tracking *tracking;
	char tracking_text[SA_METHOD_REASON_MAX + 16];
	struct inner_addresses *inner;
	struct nft_upkeep *tables; /* NULL: protection is off */
	struct sessions *sessions;
	struct l2tp_service *service;
	struct control_bus *bus;
	sd_event_source *upkeep;
	sd_event_source *stop_timer;
	uint64_t started_usec;
	uint64_t stop_deadline_usec;
	bool problems[PROBLEM_COUNT_];
};

static uint64_t now_usec(const struct gateway *gateway)
{
	uint64_t now = 0;

	sd_event_now(gateway->event, CLOCK_MONOTONIC, &now);
	return now;
}

static bool is_protected(const struct gateway *gateway)
{
	return gateway->configuration->protection == CONFIGURATION_PROTECTION_REQUIRED;
}

static bool wants_pppd(const struct gateway *gateway)
{
	return gateway->configuration->data_path != CONFIGURATION_DATA_PATH_NULL;
}

static void on_reference_ended(void *userdata, uint64_t reference)
{
	struct gateway *gateway = userdata;
	size_t count = 0;

	if (gateway->service)
		count = l2tp_service_close_reference(gateway->service, reference);
	if (count)
		log_info("SA reference %u/%u has ended: %zu tunnels closed",
			 sa_reference_reqid(reference), sa_reference_generation(reference), count);
}

/* Packets that still wait to be sent go through the new SA: it is the same client's. */
static void on_outbound_changed(void *userdata, uint64_t reference, uint32_t spi)
{
	struct gateway *gateway = userdata;

	if (gateway->service)
		l2tp_service_set_outbound(gateway->service, reference, spi);
}

/* It has to come again, and gets another path. */
static void on_kernel_path_lost(void *userdata, uint64_t reference)
{
	struct gateway *gateway = userdata;
	const char *reason;

	if (!gateway->service || !gateway->tracking)
		return;
	reason = sa_tracking_kernel_path_reason(gateway->tracking, reference);
	if (reason && l2tp_service_leave_kernel_path(gateway->service, reference))
		log_info("SA reference %u/%u %s: its tunnels are closed and may come again",
			 sa_reference_reqid(reference), sa_reference_generation(reference), reason);
}

static const struct sa_tracking_ops tracking_ops = {
	.ended = on_reference_ended,
	.kernel_path_lost = on_kernel_path_lost,
	.outbound_changed = on_outbound_changed,
};

/* ---- problems --------------------------------------------------------------------- */

static void set_problem(struct gateway *gateway, enum problem problem, bool present)
{
	if (gateway->problems[problem] == present)
		return;
	gateway->problems[problem] = present;
	if (present)
		log_error("degraded: %s", problem_texts[problem]);
	else
		log_info("no longer: %s", problem_texts[problem]);
}

static bool is_degraded(const struct gateway *gateway)
{
	for (size_t i = 0; i < PROBLEM_COUNT_; i++)
		if (gateway->problems[i])
			return true;
	return false;
}

/* The firewall may be loaded after us, or be flushed by somebody else. */
static void look_after_tables(struct gateway *gateway)
{
	struct nft_upkeep_state state;

	nft_upkeep_look(gateway->tables, &state);
	if (gateway->tracking)
		sa_tracking_look(gateway->tracking);
	if (state.isolation_changed)
		sessions_readmit(gateway->sessions);
	set_problem(gateway, PROBLEM_ISOLATION, state.isolation_missing);
	set_problem(gateway, PROBLEM_GUARD, state.guard_missing);
	set_problem(gateway, PROBLEM_MARKS, state.marks_missing);
	/* Neither without isolation nor where a reply could leave in clear. */
	sessions_set_refuse_all(gateway->sessions, state.isolation_missing || state.guard_missing);
}

static void on_tables_changed(void *userdata)
{
	look_after_tables(userdata);
}

static void look_after(struct gateway *gateway)
{
	if (is_protected(gateway)) {
		look_after_tables(gateway);
		set_problem(gateway, PROBLEM_PLUTO, !host_check_udp_port_is_bound(500));
	}
	if (wants_pppd(gateway))
		set_problem(gateway, PROBLEM_LAUNCHER,
			    sessions_reach_launcher(gateway->sessions) < 0);
	if (gateway->bus)
		set_problem(gateway, PROBLEM_BUS, control_bus_connect(gateway->bus) < 0);
	sd_notifyf(false, "STATUS=%s, %zu sessions",
		   is_degraded(gateway) ? "Degraded (see saregate status)" : "Running",
		   sessions_up_count(gateway->sessions));
}

static int on_upkeep(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct gateway *gateway = userdata;

	look_after(gateway);
	sd_event_source_set_time(source, now_usec(gateway) + UPKEEP_INTERVAL_USEC);
	return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

/* ---- status ------------------------------------------------------------------------ */

static void add_counter(struct control_bus_status *status, const char *name, uint64_t value)
{
	if (status->counter_count < ELEMENTS(status->counters))
		status->counters[status->counter_count++] =
			(struct control_bus_counter){ name, value };
}

static void add_lns_counters(const struct gateway *gateway, struct control_bus_status *status)
{
	static const char *const verdicts[L2TP_VERDICT_COUNT_] = {
		[L2TP_VERDICT_ACCEPTED] = "l2tp-accepted",
		[L2TP_VERDICT_DUPLICATE] = "l2tp-duplicate",
		[L2TP_VERDICT_MALFORMED] = "l2tp-malformed",
		[L2TP_VERDICT_FOREIGN] = "l2tp-foreign",
		[L2TP_VERDICT_UNKNOWN] = "l2tp-unknown",
		[L2TP_VERDICT_REFUSED] = "l2tp-refused",
		[L2TP_VERDICT_DATA] = "l2tp-data",
	};
	const struct l2tp_lns_counters *lns = l2tp_service_lns_counters(gateway->service);

	for (size_t i = 0; i < L2TP_VERDICT_COUNT_; i++)
		add_counter(status, verdicts[i], lns->verdicts[i]);
	add_counter(status, "tunnels-opened", lns->tunnels_opened);
	add_counter(status, "calls-opened", lns->calls_opened);
	add_counter(status, "tunnel-ids-taken", lns->tunnel_ids_taken);
	add_counter(status, "retransmissions", lns->retransmissions);
	add_counter(status, "data-without-call", lns->data_without_call);
	status->tunnels = lns->tunnels;
}

/* What the kernel dropped before it came to us; no line where it cannot be read. */
static void add_mark_counters(const struct gateway *gateway, struct control_bus_status *status)
{
	struct sa_mark_counters counters;

	if (sa_mark_table_read_counters(sa_tracking_marks(gateway->tracking), &counters) < 0)
		return;
	add_counter(status, "kernel-dropped-unmarked", counters.unmarked);
	add_counter(status, "kernel-dropped-foreign", counters.foreign);
}

/* What never came out of IPsec, or would have gone around it. */
static void add_guard_counters(const struct gateway *gateway, struct control_bus_status *status)
{
	struct cleartext_guard_counters counters;

	if (nft_upkeep_read_counters(gateway->tables, &counters) < 0)
		return;
	add_counter(status, "cleartext-dropped-in", counters.in);
	add_counter(status, "cleartext-dropped-out", counters.out);
}

static void add_path_counters(const struct gateway *gateway, struct control_bus_status *status)
{
	const struct tunnel_paths *paths = l2tp_service_paths(gateway->service);
	const struct l2tp_userspace_counters *userspace = l2tp_userspace_counters();

	add_counter(status, "kernel-path-unfit", paths->unfit);
	add_counter(status, "kernel-path-failed", paths->failures);
	add_counter(status, "frames-dropped-full", userspace->pty_full);
	add_counter(status, "frames-dropped-early", userspace->kept_overflow);
	add_counter(status, "frames-dropped-late", userspace->out_of_order);
	add_counter(status, "frames-malformed", userspace->malformed);
}

static void add_counters(const struct gateway *gateway, struct control_bus_status *status)
{
	const struct l2tp_service_counters *service = l2tp_service_counters(gateway->service);
	const struct sessions_counters *sessions = sessions_counters(gateway->sessions);

	add_counter(status, "datagrams", service->datagrams);
	add_counter(status, "dropped-unmarked", service->unmarked);
	add_counter(status, "dropped-unknown-sa", service->unknown_sa);
	add_lns_counters(gateway, status);
	add_path_counters(gateway, status);
	add_counter(status, "logins", sessions->logins);
	add_counter(status, "logins-refused", sessions->logins_refused);
	add_counter(status, "launcher-refused", sessions->launcher_refused);
	if (gateway->tracking) {
		const struct sa_tracking_counters *tracking =
			sa_tracking_counters(gateway->tracking);

		add_guard_counters(gateway, status);
		add_mark_counters(gateway, status);
		add_counter(status, "updown-messages", tracking->updown_messages);
		add_counter(status, "updown-refused", tracking->updown_refused);
		add_counter(status, "sa-references-ended", tracking->references_ended);
		add_counter(status, "pluto-exits", tracking->pluto_exits);
		add_counter(status, "sa-outbound-changes", tracking->outbound_changes);
		add_counter(status, "sa-twins", tracking->twins_seen);
		add_counter(status, "sa-nat-rebindings", tracking->rebindings);
		add_counter(status, "sa-nat-rebindings-failed", tracking->rebindings_failed);
		add_counter(status, "sa-dumps-failed", tracking->dumps_failed);
	}
}

/* "zone (Linux 6.1.0: ...)"; kept until the next call. */
static const char *tracking_text(struct gateway *gateway)
{
	const struct sa_method *method;

	if (!gateway->tracking)
		return "off";
	method = sa_tracking_method(gateway->tracking);
	snprintf(gateway->tracking_text, sizeof(gateway->tracking_text), "%s (%s)",
		 sa_method_name(method->method), method->reason);
	return gateway->tracking_text;
}

static void fill_status(void *userdata, struct control_bus_status *ret_status)
{
	const struct configuration *configuration;
	struct gateway *gateway = userdata;
	int64_t users;

	look_after(gateway);
	configuration = gateway->configuration;
	users = user_database_count(gateway->users);
	*ret_status = (struct control_bus_status){
		.degraded = is_degraded(gateway),
		.uptime_seconds = (now_usec(gateway) - gateway->started_usec) / 1000000,
		.users = users > 0 ? (uint32_t)users : 0,
		.data_path = gateway->path_choice.first->name,
		.data_path_why = gateway->path_choice.why ? gateway->path_choice.remedy : "",
		.sa_tracking = tracking_text(gateway),
		.listen_count = configuration->listen_count,
	};
	for (size_t i = 0; i < PROBLEM_COUNT_; i++)
		if (gateway->problems[i])
			ret_status->problems[ret_status->problem_count++] = problem_texts[i];
	for (size_t i = 0; i < configuration->listen_count; i++) {
		struct inet_endpoint local = { configuration->listen[i], configuration->port };

		inet_endpoint_format(&local, ret_status->listen[i]);
	}
	add_counters(gateway, ret_status);
}

/* ---- start --------------------------------------------------------------------------- */

static int choose_data_path(struct gateway *gateway, char ret_error[GATEWAY_ERROR_MAX])
{
	const char *remedy = "";
	int error;

	error = path_choice_make(gateway->configuration->data_path, &path_candidates,
				 &gateway->path_choice, &remedy);
	if (error)
		snprintf(ret_error, GATEWAY_ERROR_MAX, "no data path: %s: %s", strerror(-error),
			 remedy);
	else if (gateway->path_choice.why)
		log_warning("data path %s, since %s: %s", gateway->path_choice.first->name,
			    gateway->path_choice.why, gateway->path_choice.remedy);
	return error;
}

static int start_isolation(struct gateway *gateway, char ret_error[GATEWAY_ERROR_MAX])
{
	int error;

	if (!is_protected(gateway) || !wants_pppd(gateway))
		return 0;
	error = inner_addresses_new(INNER_TABLE, INNER_SET, &gateway->inner);
	if (error)
		snprintf(ret_error, GATEWAY_ERROR_MAX, "inner isolation cannot be used: %s",
			 strerror(-error));
	else
		/* Elements of an earlier process would let nobody in and help nobody. */
		inner_addresses_flush(gateway->inner);
	return error;
}

static int start_sessions(struct gateway *gateway, char ret_error[GATEWAY_ERROR_MAX])
{
	const struct sessions_resources resources = {
		.event = gateway->event,
		.configuration = gateway->configuration,
		.users = gateway->users,
		.inner = gateway->inner,
		.tracking = gateway->tracking,
	};
	char error_text[256];
	int error = sessions_new(&resources, &gateway->sessions);

	if (error) {
		snprintf(ret_error, GATEWAY_ERROR_MAX, "starting sessions failed: %s",
			 strerror(-error));
		return error;
	}
	error = l2tp_service_new(gateway->event, gateway->configuration, gateway->tracking,
				 &gateway->path_choice, &sessions_l2tp_ops, gateway->sessions,
				 &gateway->service, error_text);
	if (error)
		snprintf(ret_error, GATEWAY_ERROR_MAX, "%s", error_text);
	else
		sessions_set_service(gateway->sessions, gateway->service);
	return error;
}

static int start_tables(struct gateway *gateway, char ret_error[GATEWAY_ERROR_MAX])
{
	const struct nft_upkeep_resources resources = {
		.event = gateway->event,
		.l2tp_port = gateway->configuration->port,
		.marks = gateway->tracking ? sa_tracking_marks(gateway->tracking) : NULL,
		.inner = gateway->inner,
		.changed = on_tables_changed,
		.userdata = gateway,
	};
	int error;

	if (!is_protected(gateway))
		return 0;
	error = nft_upkeep_new(&resources, &gateway->tables);
	if (error)
		snprintf(ret_error, GATEWAY_ERROR_MAX, "nftables cannot be watched: %s",
			 strerror(-error));
	return error;
}

static int start_control(struct gateway *gateway, char ret_error[GATEWAY_ERROR_MAX])
{
	const struct control_bus_resources resources = {
		.event = gateway->event,
		.configuration = gateway->configuration,
		.sessions = gateway->sessions,
		.users = gateway->users,
		.status = fill_status,
		.status_userdata = gateway,
	};
	int error = 0;

	if (gateway->configuration->bus == CONFIGURATION_BUS_SYSTEM)
		error = control_bus_new(&resources, &gateway->bus);
	if (!error)
		error = sd_event_add_time(gateway->event, &gateway->upkeep, CLOCK_MONOTONIC,
					  now_usec(gateway), 0, on_upkeep, gateway);
	if (error < 0)
		snprintf(ret_error, GATEWAY_ERROR_MAX, "starting control failed: %s",
			 strerror(-error));
	return error < 0 ? error : 0;
}

static int start_tracking(struct gateway *gateway, struct sa_tracking_descriptors descriptors,
			  char ret_error[256])
{
	const struct configuration *configuration = gateway->configuration;
	struct sa_method method;
	struct utsname kernel;

	if (uname(&kernel) < 0)
		kernel.release[0] = '\0';
	sa_method_choose(configuration->sa_tracking, kernel.release, gateway->path_choice.is_kernel,
			 &method);
	return sa_tracking_new(gateway->event, configuration->port, &method, descriptors,
			       &tracking_ops, gateway, &gateway->tracking, ret_error);
}

/* Once all has started: a start that fails says one line, which is why. */
static void tell_tracking(const struct gateway *gateway)
{
	const struct sa_method *method = sa_tracking_method(gateway->tracking);

	log_info("SA tracking: %s (%s)", sa_method_name(method->method), method->reason);
}

static int start(struct gateway *gateway, struct sa_tracking_descriptors descriptors,
		 char ret_error[GATEWAY_ERROR_MAX])
{
	const struct configuration *configuration = gateway->configuration;
	_cleanup_(sa_tracking_descriptors_done) struct sa_tracking_descriptors own = descriptors;
	char error_text[512];
	int error = choose_data_path(gateway, ret_error);

	if (error)
		return error;
	error = user_database_open(configuration->database, &gateway->users, error_text);
	if (!error && is_protected(gateway))
		error = start_tracking(gateway, sa_tracking_descriptors_take(&own), error_text);
	if (error) {
		snprintf(ret_error, GATEWAY_ERROR_MAX, "%s", error_text);
		return error;
	}
	error = start_isolation(gateway, ret_error);
	if (!error)
		error = start_sessions(gateway, ret_error);
	if (!error)
		error = start_tables(gateway, ret_error);
	if (!error)
		error = start_control(gateway, ret_error);
	if (error)
		return error;
	if (gateway->tracking)
		tell_tracking(gateway);
	look_after(gateway);
	return 0;
}

int gateway_new(sd_event *event, const struct configuration *configuration,
		struct sa_tracking_descriptors descriptors, struct gateway **ret_gateway,
		char ret_error[GATEWAY_ERROR_MAX])
{
	_cleanup_(gateway_freep) struct gateway *gateway = calloc(1, sizeof(*gateway));
	int error;

	if (!gateway) {
		sa_tracking_descriptors_done(&descriptors);
		snprintf(ret_error, GATEWAY_ERROR_MAX, "out of memory");
		return -ENOMEM;
	}
	gateway->event = sd_event_ref(event);
	gateway->configuration = configuration;
	gateway->started_usec = now_usec(gateway);
	error = start(gateway, descriptors, ret_error);
	if (error)
		return error;
	*ret_gateway = TAKE_PTR(gateway);
	return 0;
}

/* ---- stop ----------------------------------------------------------------------------- */

void gateway_free(struct gateway *gateway)
{
	if (!gateway)
		return;
	sd_event_source_disable_unref(gateway->upkeep);
	sd_event_source_disable_unref(gateway->stop_timer);
	l2tp_service_free(gateway->service);
	/* the bus listens to the sessions until it is gone */
	control_bus_free(gateway->bus);
	sessions_free(gateway->sessions);
	nft_upkeep_free(gateway->tables);
	inner_addresses_free(gateway->inner);
	gateway->service = NULL;
	sa_tracking_free(gateway->tracking);
	user_database_free(gateway->users);
	sd_event_unref(gateway->event);
	free(gateway);
}

void gateway_freep(struct gateway **gateway)
{
	gateway_free(*gateway);
}

static int on_stop_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct gateway *gateway = userdata;
	uint64_t now = now_usec(gateway);

	if (sessions_count(gateway->sessions) == 0 || now >= gateway->stop_deadline_usec)
		return sd_event_exit(gateway->event, 0);
	sd_event_source_set_time(source, now + STOP_POLL_USEC);
	return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

void gateway_stop(struct gateway *gateway)
{
	if (gateway->stop_timer)
		return;
	sessions_set_refuse_all(gateway->sessions, true);
	sessions_kill_all(gateway->sessions, "the gateway stops");
	l2tp_service_stop(gateway->service);
	gateway->stop_deadline_usec = now_usec(gateway) + STOP_LIMIT_USEC;
	if (sd_event_add_time(gateway->event, &gateway->stop_timer, CLOCK_MONOTONIC,
			      now_usec(gateway), 1, on_stop_timer, gateway) < 0)
		sd_event_exit(gateway->event, 0);
}
