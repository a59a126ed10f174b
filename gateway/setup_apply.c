/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing the plan, and taking all of it back. I/O. */
#include "base/cleanup.h"
#include "gateway/setup.h"
#include "gateway/setup_file.h"
#include "gateway/setup_ipsec.h"
#include "gateway/setup_network.h"
#include "gateway/setup_services.h"

#include <errno.h>
#include <string.h>

/* What the files turned out to be. */
struct changes {
	bool ipsec;
	bool firewall;
	bool configuration;
	bool any;
};

/* One file of the plan. */
struct target {
	const char *path;
	const char *text; /* NULL: leave it */
	mode_t mode;
	bool *changed; /* set if it was another one before */
};

static int write_target(struct setup_files *files, const struct target *target, FILE *report,
			struct changes *changes, struct setup_error *ret_error)
{
	int r;

	if (!target->text)
		return 0;
	r = setup_files_write(files, target->path, target->text, target->mode);
	if (r < 0)
		return setup_fail(ret_error, "%s: %s", target->path, strerror(-r));
	if (r == 0)
		return 0;
	fprintf(report, "wrote %s\n", target->path);
	changes->any = true;
	if (target->changed)
		*target->changed = true;
	return 0;
}

static int write_files(struct setup_files *files, const struct setup_plan *plan, FILE *report,
		       struct changes *changes, struct setup_error *ret_error)
{
	_cleanup_(freep) char *state = NULL;
	int r;

	r = setup_state_format(&plan->state, &state);
	if (r < 0)
		return r;
	const struct target targets[] = {
		{ SETUP_CONNECTION_PATH, plan->connection_text, 0644, &changes->ipsec },
		{ SETUP_SECRETS_PATH, plan->secrets_text, 0600, &changes->ipsec },
		{ SETUP_SYSCTL_PATH, setup_sysctl_text(), 0644, NULL },
		{ SETUP_FIREWALL_PATH, plan->firewall_text, 0644, &changes->firewall },
		{ SETUP_CONFIGURATION_PATH, plan->configuration_text, 0, &changes->configuration },
		{ SETUP_STATE_PATH, state, 0600, NULL },
	};
	for (size_t i = 0; r == 0 && i < ELEMENTS(targets); i++)
		r = write_target(files, &targets[i], report, changes, ret_error);
	return r;
}

/* libreswan reads what was written, before anything depends on it. */
static int check_files(struct setup_error *ret_error)
{
	int r;

	r = setup_ipsec_check_files(ret_error);
	if (r == 0)
		r = setup_ipsec_check_config_setup(ret_error);
	return r;
}

/* Forwarding first: the firewall is in force wholly or not at all, and so comes last. */
static int switch_on(const struct changes *changes, FILE *report, struct setup_error *ret_error)
{
	bool was_forwarding = setup_network_is_forwarding() == 1;
	int r;

	if (!was_forwarding) {
		r = setup_network_set_forwarding(true);
		if (r < 0)
			return setup_fail(ret_error, "net.ipv4.ip_forward: %s", strerror(-r));
		fprintf(report, "net.ipv4.ip_forward = 1\n");
	}
	if (!changes->firewall && setup_network_firewall_is_loaded())
		return 0;
	r = setup_network_load_firewall(SETUP_FIREWALL_PATH, ret_error);
	if (r < 0 && !was_forwarding)
		setup_network_set_forwarding(false);
	if (r == 0)
		fprintf(report, "loaded the nft tables saregate and saregate_guard\n");
	return r;
}

int setup_apply(struct setup_plan *plan, FILE *report, struct setup_error *ret_error)
{
	_cleanup_(setup_files_freep) struct setup_files *files = NULL;
	struct changes changes = { 0 };
	struct setup_error cause;
	int r;

	r = setup_services_make_user(ret_error);
	if (r < 0)
		return r;
	if (plan->first)
		plan->state.ipsec_was_enabled = setup_services_is_ipsec_enabled();
	r = setup_files_new(&files);
	if (r == 0)
		r = write_files(files, plan, report, &changes, ret_error);
	if (r == 0)
		r = check_files(ret_error);
	if (r == 0)
		r = switch_on(&changes, report, ret_error);
	if (r < 0) {
		cause = *ret_error;
		if (files && setup_files_roll_back(files) < 0)
			setup_fail(ret_error, "%.800s (and not every file could be put back)",
				   cause.text);
		return r;
	}
	if (!changes.any)
		fprintf(report, "nothing to change\n");
	r = setup_services_start(plan, changes.ipsec, changes.configuration || changes.firewall,
				 report, ret_error);
	if (r == 0)
		setup_network_advise(report);
	return r;
}

/* saregate.conf as it was, unless somebody has edited it since. */
static int restore_configuration(struct setup_files *files, const struct setup_state *state,
				 FILE *report)
{
	_cleanup_(freep) char *now = NULL;
	int r;

	if (!state->configuration_before || !state->configuration_after)
		return 0;
	r = setup_file_read(SETUP_CONFIGURATION_PATH, &now);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	if (strcmp(now, state->configuration_after) != 0) {
		fprintf(report, "left as it is, for it was edited: %s\n", SETUP_CONFIGURATION_PATH);
		return 0;
	}
	if (state->configuration_before[0])
		r = setup_files_write(files, SETUP_CONFIGURATION_PATH, state->configuration_before,
				      0);
	else
		r = setup_files_remove(files, SETUP_CONFIGURATION_PATH);
	if (r > 0)
		fprintf(report, "restored %s\n", SETUP_CONFIGURATION_PATH);
	return r < 0 ? r : 0;
}

static int remove_files(struct setup_files *files, FILE *report, struct setup_error *ret_error)
{
	/* The state last: what stops half-way can be undone again. */
	static const char *const paths[] = { SETUP_CONNECTION_PATH, SETUP_SECRETS_PATH,
					     SETUP_SYSCTL_PATH, SETUP_FIREWALL_PATH,
					     SETUP_STATE_PATH };
	int r;

	for (size_t i = 0; i < ELEMENTS(paths); i++) {
		r = setup_files_remove(files, paths[i]);
		if (r < 0)
			return setup_fail(ret_error, "%s: %s", paths[i], strerror(-r));
		if (r > 0)
			fprintf(report, "removed %s\n", paths[i]);
	}
	return 0;
}

int setup_undo(FILE *report, struct setup_error *ret_error)
{
	_cleanup_(setup_files_freep) struct setup_files *files = NULL;
	_cleanup_(setup_state_done) struct setup_state state = { 0 };
	int r;

	r = setup_state_load(&state, ret_error);
	if (r == -ENOENT) {
		fprintf(report, "nothing to undo\n");
		return 0;
	}
	if (r == 0)
		r = setup_files_new(&files);
	if (r < 0)
		return r;
	r = restore_configuration(files, &state, report);
	if (r < 0)
		return setup_fail(ret_error, "%s: %s", SETUP_CONFIGURATION_PATH, strerror(-r));
	r = remove_files(files, report, ret_error);
	if (r < 0)
		return r;
	setup_services_stop(&state, report);
	setup_network_unload_firewall();
	if (!state.forwarding_was_on && setup_network_set_forwarding(false) == 0)
		fprintf(report, "net.ipv4.ip_forward = 0\n");
	fprintf(report, "users and their database stay in /var/lib/saregate\n");
	return 0;
}
