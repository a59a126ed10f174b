/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the gateway needs and can do without for a while: looked after, and told. I/O. */
#include "gateway/gateway_parts.h"

#include "gateway/configuration_pools.h"
#include "gateway/host_check.h"
#include "gateway/log.h"

#include <systemd/sd-daemon.h>

#define UPKEEP_INTERVAL_USEC 5000000

static const char *const problem_texts[PROBLEM_COUNT_] = {
	[PROBLEM_ISOLATION] = "inner isolation is not loaded, so no client is served and no data "
			      "comes in: run `saregate "
			      "setup`, or systemctl start saregate-guard",
	[PROBLEM_ISOLATION6] = "there is an ipv6-pool, but the firewall has no rules for it, so no "
			       "client gets IPv6: run `saregate setup`",
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
	[PROBLEM_HISTORY] =
		"the history of sessions cannot be written, so its records wait in memory and "
		"would be lost with saregated: see journalctl -t saregated --grep history",
	[PROBLEM_BUS] = "the system bus cannot be reached, so there is no control: systemctl start "
			"dbus",
};

uint64_t gateway_now_usec(const struct gateway *gateway)
{
	uint64_t now = 0;

	sd_event_now(gateway->event, CLOCK_MONOTONIC, &now);
	return now;
}

bool gateway_is_protected(const struct gateway *gateway)
{
	return gateway->configuration.protection == CONFIGURATION_PROTECTION_REQUIRED;
}

bool gateway_wants_pppd(const struct gateway *gateway)
{
	return gateway->configuration.data_path != CONFIGURATION_DATA_PATH_NULL;
}

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

const char *gateway_problem_text(enum problem problem)
{
	return problem_texts[problem];
}

bool gateway_is_degraded(const struct gateway *gateway)
{
	for (size_t i = 0; i < PROBLEM_COUNT_; i++)
		if (gateway->problems[i])
			return true;
	return false;
}

/* The firewall may be loaded after us, or be flushed by somebody else. */
static void look_after_tables(struct gateway *gateway)
{
	bool wants_ipv6 = configuration_has_ipv6(&gateway->configuration);
	struct nft_upkeep_state state;

	nft_upkeep_look(gateway->tables, wants_ipv6, &state);
	if (gateway->tracking)
		sa_tracking_look(gateway->tracking);
	if (state.isolation_changed)
		sessions_readmit(gateway->sessions);
	set_problem(gateway, PROBLEM_ISOLATION, state.isolation_missing);
	set_problem(gateway, PROBLEM_ISOLATION6,
		    state.isolation6_missing && !state.isolation_missing);
	set_problem(gateway, PROBLEM_GUARD, state.guard_missing);
	set_problem(gateway, PROBLEM_MARKS, state.marks_missing);
	/* Neither without isolation nor where a reply could leave in clear. */
	/* Wanted from a reload on, it waits for the next look. */
	sessions_set_refuse_ipv6(gateway->sessions, !wants_ipv6 || state.isolation6_missing);
	sessions_set_refuse_all(gateway->sessions, state.isolation_missing || state.guard_missing);
}

void gateway_on_tables_changed(void *userdata)
{
	look_after_tables(userdata);
}

void gateway_look_after(struct gateway *gateway)
{
	if (gateway_is_protected(gateway)) {
		look_after_tables(gateway);
		set_problem(gateway, PROBLEM_PLUTO, !host_check_udp_port_is_bound(500));
	}
	if (gateway_wants_pppd(gateway))
		set_problem(gateway, PROBLEM_LAUNCHER,
			    sessions_reach_launcher(gateway->sessions) < 0);
	if (gateway->history)
		set_problem(gateway, PROBLEM_HISTORY, history_is_failing(gateway->history));
	if (gateway->bus)
		set_problem(gateway, PROBLEM_BUS, control_bus_connect(gateway->bus) < 0);
	sd_notifyf(false, "STATUS=%s, %zu sessions",
		   gateway_is_degraded(gateway) ? "Degraded (see saregate status)" : "Running",
		   sessions_up_count(gateway->sessions));
}

int gateway_on_upkeep(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct gateway *gateway = userdata;

	gateway_look_after(gateway);
	sd_event_source_set_time(source, gateway_now_usec(gateway) + UPKEEP_INTERVAL_USEC);
	return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}
