/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What GetStatus tells of the gateway: its state, its addresses, its counters. */
#include "gateway/gateway_parts.h"

#include "base/cleanup.h"
#include "gateway/user_database.h"
#include "l2tp/userspace_session.h"

#include <stdio.h>

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
	add_counter(status, "sccrqs-too-many", lns->sccrqs_too_many);
	add_counter(status, "refusals-sent", lns->refusals_sent);
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
	add_counter(status, "logins-held-back", sessions->logins_held_back);
	add_counter(status, "launcher-refused", sessions->launcher_refused);
	add_counter(status, "hooks-lost", sessions->hooks_lost);
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

void gateway_fill_status(void *userdata, struct control_bus_status *ret_status)
{
	const struct configuration *configuration;
	struct gateway *gateway = userdata;
	int64_t users;

	gateway_look_after(gateway);
	configuration = &gateway->configuration;
	users = user_database_count(gateway->users);
	*ret_status = (struct control_bus_status){
		.degraded = gateway_is_degraded(gateway),
		.uptime_seconds = (gateway_now_usec(gateway) - gateway->started_usec) / 1000000,
		.users = users > 0 ? (uint32_t)users : 0,
		.data_path = gateway->path_choice.first->name,
		.data_path_why = gateway->path_choice.why ? gateway->path_choice.remedy : "",
		.sa_tracking = tracking_text(gateway),
		.listen_count = configuration->listen_count,
	};
	for (size_t i = 0; i < PROBLEM_COUNT_; i++)
		if (gateway->problems[i])
			ret_status->problems[ret_status->problem_count++] =
				gateway_problem_text((enum problem)i);
	for (size_t i = 0; i < configuration->listen_count; i++) {
		struct inet_endpoint local = { configuration->listen[i], configuration->port };

		inet_endpoint_format(&local, ret_status->listen[i]);
	}
	for (size_t i = 0; i < gateway->restart_count; i++)
		ret_status->restart_keys[ret_status->restart_count++] = gateway->restart_keys[i];
	add_counters(gateway, ret_status);
}
