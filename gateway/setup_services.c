/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Units, user, directories. I/O. */
#include "gateway/setup_services.h"

#include "base/cleanup.h"
#include "gateway/child.h"
#include "gateway/privileges.h"
#include "gateway/setup_ipsec.h"

#include <errno.h>
#include <pwd.h>
#include <string.h>

#define OUTPUT_SIZE 1024

/* Ours, in the order in which they start. */
#define UNITS "saregate-guard.service", "saregate-launcher.socket", "saregated.service"

static int run(const char *const arguments[], struct setup_error *ret_error)
{
	char output[OUTPUT_SIZE];
	int r = child_run(arguments, output, sizeof(output));

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
	if ((access("/run/saregate", F_OK) < 0 || access("/var/lib/saregate", F_OK) < 0) &&
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
	if (r < 0 || !changed || !was_running)
		return r;
	if (plan->first)
		return run(restart, ret_error);
	return setup_ipsec_load(plan->state.connections, ret_error);
}

static int start_units(const struct setup_plan *plan, bool ipsec_changed,
		       bool configuration_changed, struct setup_error *ret_error)
{
	static const char *const reload[] = { "systemctl", "daemon-reload", NULL };
	static const char *const modules[] = { "systemctl", "restart",
					       "systemd-modules-load.service", NULL };
	static const char *const enable[] = { "systemctl", "--quiet", "enable", UNITS, NULL };
	static const char *const start[] = { "systemctl", "start", UNITS, NULL };
	static const char *const restart[] = { "systemctl", "try-restart", "saregated.service",
					       NULL };
	int r;

	r = run(reload, ret_error);
	if (r == 0 && plan->first)
		r = run(modules, ret_error);
	if (r == 0)
		r = start_ipsec(plan, ipsec_changed, ret_error);
	if (r == 0 && configuration_changed)
		r = run(restart, ret_error);
	if (r == 0)
		r = run(enable, ret_error);
	if (r == 0)
		r = run(start, ret_error);
	return r;
}

/* No systemd: only what runs already can be told. */
static int tell_pluto(const struct setup_plan *plan, bool ipsec_changed, FILE *report,
		      struct setup_error *ret_error)
{
	if (!setup_ipsec_is_running()) {
		fprintf(report, "start by hand: ipsec start\n");
		return 0;
	}
	if (ipsec_changed && plan->first) {
		fprintf(report, "restart by hand: ipsec restart\n");
		return 0;
	}
	return ipsec_changed ? setup_ipsec_load(plan->state.connections, ret_error) : 0;
}

int setup_services_start(const struct setup_plan *plan, bool ipsec_changed,
			 bool configuration_changed, FILE *report, struct setup_error *ret_error)
{
	if (plan->previous_connections[0] && setup_ipsec_is_running())
		setup_ipsec_unload(plan->previous_connections, plan->state.connections);
	if (setup_services_have_systemd())
		return start_units(plan, ipsec_changed, configuration_changed, ret_error);
	fprintf(report, "systemd does not run here: saregate-launcher and saregated are started "
			"by hand, in this order\n");
	return tell_pluto(plan, ipsec_changed, report, ret_error);
}

void setup_services_stop(const struct setup_state *state, FILE *report)
{
	static const char *const disable[] = {
		"systemctl", "disable", "--now", UNITS, "saregate-launcher.service", NULL
	};
	static const char *const disable_ipsec[] = { "systemctl", "disable", "--now",
						     "ipsec.service", NULL };
	struct setup_error reason;

	if (state->connections[0] && setup_ipsec_is_running())
		setup_ipsec_unload(state->connections, "");
	if (!setup_services_have_systemd())
		return;
	if (run(disable, &reason) < 0)
		fprintf(report, "not stopped: %s\n", reason.text);
	if (!state->ipsec_was_enabled && run(disable_ipsec, &reason) < 0)
		fprintf(report, "not stopped: %s\n", reason.text);
}
