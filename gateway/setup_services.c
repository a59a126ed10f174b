/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Units, user, directories. I/O. */
#include "gateway/setup_services.h"

#include "base/cleanup.h"
#include "gateway/child.h"
#include "gateway/control_client.h"
#include "gateway/privileges.h"
#include "gateway/setup_ipsec.h"

#include <errno.h>
#include <pwd.h>
#include <string.h>

#define OUTPUT_SIZE 1024

/*
 * systemctl is silent until a unit has started, and has limits of its own for that, 90 s
 * a unit by default: on a slow host pluto's start alone takes half a minute. This is for
 * a systemd that does not answer.
 */
#define SYSTEMD_PATIENCE_SEC 300

/* Ours, in the order in which they start. */
#define UNITS   "saregate-guard.service", "saregate-launcher.socket", "saregated.service"
#define RA_UNIT "saregate-ra.service"

static int run(const char *const arguments[], struct setup_error *ret_error)
{
	char output[OUTPUT_SIZE];
	int r = child_run_patiently(arguments, SYSTEMD_PATIENCE_SEC, output, sizeof(output));

	if (r == -ETIMEDOUT)
		return setup_fail(ret_error, "%s %s: no answer in %d s", arguments[0], arguments[1],
				  SYSTEMD_PATIENCE_SEC);
	if (r < 0)
		return setup_fail(ret_error, "%s: %s", arguments[0], strerror(-r));
	if (r > 0)
		return setup_fail(ret_error, "%s %s: %s", arguments[0], arguments[1],
				  child_first_line(output));
	return 0;
}

bool setup_services_have_systemd(void)
{
	return access("/run/systemd/system", F_OK) == 0;
}

bool setup_services_is_ipsec_enabled(void)
{
	static const char *const arguments[] = { "systemctl", "--quiet", "is-enabled",
						 "ipsec.service", NULL };
	struct setup_error ignored;

	return setup_services_have_systemd() && run(arguments, &ignored) == 0;
}

int setup_services_make_user(struct setup_error *ret_error)
{
	static const char *const sysusers[] = { "systemd-sysusers", "saregate.conf", NULL };
	static const char *const tmpfiles[] = { "systemd-tmpfiles", "--create", "saregate.conf",
						NULL };
	struct setup_error reason;

	if (!getpwnam(PRIVILEGES_USER) && run(sysusers, &reason) < 0)
		return setup_fail(
			ret_error,
			"there is no user %s, and systemd-sysusers does not make it (%.200s): "
			"install sysusers.d/saregate.conf",
			PRIVILEGES_USER, reason.text);
	if ((access("/run/saregate/state", F_OK) < 0 || access("/var/lib/saregate", F_OK) < 0) &&
	    run(tmpfiles, &reason) < 0)
		return setup_fail(
			ret_error,
			"there is no /run/saregate, and systemd-tmpfiles does not make it "
			"(%.200s): install tmpfiles.d/saregate.conf",
			reason.text);
	return 0;
}

/*
 * pluto reads `config setup` at its start only. Here and below, start is not told to
 * enable: it would say what it linked, and setup shows the first line of what failed.
 */
static int start_ipsec(const struct setup_plan *plan, bool changed, struct setup_error *ret_error)
{
	static const char *const enable[] = { "systemctl", "--quiet", "enable", "ipsec.service",
					      NULL };
	static const char *const start[] = { "systemctl", "start", "ipsec.service", NULL };
	static const char *const restart[] = { "systemctl", "restart", "ipsec.service", NULL };
	bool was_running = setup_ipsec_is_running();
	int r;

	r = run(enable, ret_error);
	if (r == 0)
		r = run(start, ret_error);
	if (r < 0 || !was_running)
		return r;
	if (plan->restarts_pluto)
		return run(restart, ret_error);
	if (!changed)
		return 0;
	return setup_ipsec_load(plan->connections, ret_error);
}

/* Where clients have IPv6, or had it. */
static int start_advertising(const struct setup_plan *plan, struct setup_error *ret_error)
{
	static const char *const enable[] = { "systemctl", "--quiet", "enable", RA_UNIT, NULL };
	static const char *const start[] = { "systemctl", "start", RA_UNIT, NULL };
	static const char *const disable[] = { "systemctl", "--quiet", "disable",
					       "--now",     RA_UNIT,   NULL };
	int r;

	if (!plan->has_ipv6)
		return plan->state.has_ipv6 ? run(disable, ret_error) : 0;
	r = run(enable, ret_error);
	return r < 0 ? r : run(start, ret_error);
}

static int start_units(const struct setup_plan *plan, bool ipsec_changed,
		       bool configuration_changed, struct setup_error *ret_error)
{
	static const char *const reload[] = { "systemctl", "daemon-reload", NULL };
	static const char *const modules[] = { "systemctl", "restart",
					       "systemd-modules-load.service", NULL };
	static const char *const enable[] = { "systemctl", "--quiet", "enable", UNITS, NULL };
	static const char *const start[] = { "systemctl", "start", UNITS, NULL };
	/* What setup writes needs no restart, and no session ends. */
	static const char *const take_over[] = { "systemctl", "try-reload-or-restart",
						 "saregated.service", NULL };
	int r;

	r = run(reload, ret_error);
	if (r == 0 && plan->first)
		r = run(modules, ret_error);
	if (r == 0)
		r = start_ipsec(plan, ipsec_changed, ret_error);
	if (r == 0 && configuration_changed)
		r = run(take_over, ret_error);
	if (r == 0)
		r = run(enable, ret_error);
	if (r == 0)
		r = run(start, ret_error);
	if (r == 0)
		r = start_advertising(plan, ret_error);
	return r;
}

/* No systemd: only what runs already can be told. */
static int tell_pluto(const struct setup_plan *plan, bool ipsec_changed, FILE *report,
		      struct setup_error *ret_error)
{
	bool is_running = setup_ipsec_is_running();

	if (!is_running || plan->restarts_pluto) {
		fprintf(report, "%s by hand: %s\n", is_running ? "restart" : "start",
			plan->pluto_text ? "ipsec pluto --config " SETUP_PLUTO_PATH
			: is_running     ? "ipsec restart"
					 : "ipsec start");
		return 0;
	}
	return ipsec_changed ? setup_ipsec_load(plan->connections, ret_error) : 0;
}

int setup_services_start(const struct setup_plan *plan, bool ipsec_changed,
			 bool configuration_changed, FILE *report, struct setup_error *ret_error)
{
	if (strcmp(plan->state.connections, plan->connections) != 0 && setup_ipsec_is_running())
		setup_ipsec_unload(plan->state.connections, plan->connections);
	if (setup_services_have_systemd())
		return start_units(plan, ipsec_changed, configuration_changed, ret_error);
	fprintf(report, "systemd does not run here: saregate-launcher and saregated are started "
			"by hand, in this order\n");
	if (plan->has_ipv6)
		fprintf(report, "and then dnsmasq, as " RA_UNIT " has it\n");
	return tell_pluto(plan, ipsec_changed, report, ret_error);
}

bool setup_services_daemon_answers(void)
{
	_cleanup_(control_request_done) struct control_request request = { 0 };
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	char ignored[CONTROL_ERROR_MAX];

	return control_request_init(&request, "GetStatus", ignored) == 0 &&
	       control_request_send(&request, &reply, ignored) == 0;
}

int setup_services_stop_daemon(struct setup_error *ret_error)
{
	static const char *const stop[] = { "systemctl", "stop", "saregated.service", NULL };

	if (setup_services_have_systemd())
		return run(stop, ret_error);
	if (setup_services_daemon_answers())
		return setup_fail(ret_error, "saregated runs: stop it first");
	return 0;
}

void setup_services_stop(const struct setup_state *state, FILE *report)
{
	static const char *const disable[] = {
		"systemctl", "disable", "--now", UNITS, "saregate-launcher.service", RA_UNIT, NULL
	};
	static const char *const disable_ipsec[] = { "systemctl", "disable", "--now",
						     "ipsec.service", NULL };
	static const char *const reload[] = { "systemctl", "daemon-reload", NULL };
	static const char *const restart_ipsec[] = { "systemctl", "try-restart", "ipsec.service",
						     NULL };
	struct setup_error reason;
	bool has_systemd = setup_services_have_systemd();

	/* First, while there are SAs through which the clients can be told. */
	if (has_systemd && run(disable, &reason) < 0)
		fprintf(report, "not stopped: %s\n", reason.text);
	if (state->connections[0] && setup_ipsec_is_running())
		setup_ipsec_unload(state->connections, "");
	if (!has_systemd)
		return;
	if (run(reload, &reason) < 0)
		fprintf(report, "not read again: %s\n", reason.text);
	if (!state->ipsec_was_enabled && run(disable_ipsec, &reason) < 0)
		fprintf(report, "not stopped: %s\n", reason.text);
	/* Its main file was ours. */
	if (state->ipsec_was_enabled && state->has_pluto_file && run(restart_ipsec, &reason) < 0)
		fprintf(report, "not restarted: %s\n", reason.text);
}
