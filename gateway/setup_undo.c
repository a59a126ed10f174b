/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Taking back what setup did. The memory goes last and is marked incomplete
 * first, so that an undoing that was killed can be undone, or set up, again. I/O.
 */
#include "base/cleanup.h"
#include "gateway/setup.h"
#include "gateway/setup_file.h"
#include "gateway/setup_firewalls.h"
#include "gateway/setup_ipv6.h"
#include "gateway/setup_network.h"
#include "gateway/setup_services.h"

#include <errno.h>
#include <string.h>

static int mark_incomplete(struct setup_files *files, struct setup_state *state,
			   struct setup_error *ret_error)
{
	state->is_complete = false;
	return setup_state_store(files, state, ret_error);
}

static bool is_equal(const char *a, const char *b)
{
	return a && strcmp(a, b) == 0;
}

/* saregate.conf as it was, unless somebody has edited it since. */
static int restore_configuration(struct setup_files *files, const struct setup_state *state,
				 FILE *report)
{
	_cleanup_(freep) char *now = NULL;
	int r;

	setup_file_sweep(SETUP_CONFIGURATION_PATH);
	if (!state->configuration_before)
		return 0;
	r = setup_file_read(SETUP_CONFIGURATION_PATH, &now);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	if (is_equal(state->configuration_before, now))
		return 0;
	if (!is_equal(state->configuration_after, now) &&
	    !is_equal(state->configuration_next, now)) {
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

static int remove_file(struct setup_files *files, const char *path, FILE *report,
		       struct setup_error *ret_error)
{
	int r = setup_files_remove(files, path);

	if (r < 0)
		return setup_fail(ret_error, "%s: %s", path, strerror(-r));
	if (r > 0)
		fprintf(report, "removed %s\n", path);
	return 0;
}

static int remove_files(struct setup_files *files, FILE *report, struct setup_error *ret_error)
{
	static const char *const paths[] = { SETUP_CONNECTION_PATH, SETUP_SECRETS_PATH,
					     SETUP_SYSCTL_PATH,     SETUP_FIREWALL_PATH,
					     SETUP_PLUTO_PATH,      SETUP_DROP_IN_PATH };
	int r = 0;

	for (size_t i = 0; r == 0 && i < ELEMENTS(paths); i++)
		r = remove_file(files, paths[i], report, ret_error);
	return r;
}

/* Made by setup, if there was none: empty, it is nobody's. */
static void remove_drop_in_directory(const struct setup_state *state)
{
	if (state->has_pluto_file)
		rmdir(SETUP_DROP_IN_DIRECTORY);
}

static void switch_off(const struct setup_state *state, FILE *report)
{
	remove_drop_in_directory(state);
	setup_services_stop(state, report);
	setup_firewalls_revoke(&state->allowed, report);
	setup_network_unload_firewall();
	if (state->has_ipv6)
		setup_ipv6_switch_off(state, report);
	if (!state->forwarding_was_on && setup_network_set_forwarding(false) == 0)
		fprintf(report, "net.ipv4.ip_forward = 0\n");
}

int setup_undo(FILE *report, struct setup_error *ret_error)
{
	_cleanup_(setup_files_freep) struct setup_files *files = NULL;
	_cleanup_(setup_state_done) struct setup_state state = { 0 };
	int r;

	r = setup_state_load(&state, ret_error);
	if (r == -ENOENT) {
		/* Killed while it wrote that very file. */
		setup_file_sweep(SETUP_STATE_PATH);
		fprintf(report, "nothing to undo\n");
		return 0;
	}
	if (r == 0)
		r = setup_files_new(&files);
	if (r == 0)
		r = mark_incomplete(files, &state, ret_error);
	if (r < 0)
		return r;
	r = restore_configuration(files, &state, report);
	if (r < 0)
		return setup_fail(ret_error, "%s: %s", SETUP_CONFIGURATION_PATH, strerror(-r));
	r = remove_files(files, report, ret_error);
	if (r < 0)
		return r;
	switch_off(&state, report);
	r = remove_file(files, SETUP_STATE_PATH, report, ret_error);
	if (r == 0)
		fprintf(report, "users and their database stay in /var/lib/saregate\n");
	return r;
}
