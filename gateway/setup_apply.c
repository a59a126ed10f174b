/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writing the plan. First the memory of what is to come, then the files, as one
 * transaction, then what runs, and the memory once more: whatever kills it, the
 * next setup or setup_undo() knows what there may be to finish or to take back. I/O.
 */
#include "base/cleanup.h"
#include "gateway/setup.h"
#include "gateway/setup_file.h"
#include "gateway/setup_firewalls.h"
#include "gateway/setup_ipsec.h"
#include "gateway/setup_ipv6.h"
#include "gateway/setup_network.h"
#include "gateway/setup_services.h"
#include "gateway/user_database_copy.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

/* What the files turned out to be. */
struct changes {
	bool ipsec;
	bool firewall;
	bool configuration;
	bool pluto;
	bool any;
};

#define TARGETS_MAX 7

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

	if (!target->text) {
		setup_file_sweep(target->path);
		return 0;
	}
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

static size_t list_targets(const struct setup_plan *plan, struct changes *changes,
			   struct target ret_targets[TARGETS_MAX])
{
	const struct target targets[] = {
		{ SETUP_CONNECTION_PATH, plan->connection_text, 0644, &changes->ipsec },
		{ SETUP_SECRETS_PATH, plan->secrets_text, 0600, &changes->ipsec },
		{ SETUP_SYSCTL_PATH, plan->sysctl_text, 0644, NULL },
		{ SETUP_FIREWALL_PATH, plan->firewall_text, 0644, &changes->firewall },
		{ SETUP_CONFIGURATION_PATH, plan->configuration_text, 0, &changes->configuration },
		{ SETUP_PLUTO_PATH, plan->pluto_text, 0644, &changes->pluto },
		{ SETUP_DROP_IN_PATH, plan->drop_in_text, 0644, &changes->pluto },
	};

	_Static_assert(ELEMENTS(targets) <= TARGETS_MAX, "all targets fit");
	memcpy(ret_targets, targets, sizeof(targets));
	return ELEMENTS(targets);
}

static bool is_to_change(const struct target *targets, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (targets[i].text &&
		    setup_file_differs(targets[i].path, targets[i].text, targets[i].mode) != 0)
			return true;
	return false;
}

/* The memory of what is about to change comes before the first change. */
static int write_files(struct setup_files *files, const struct setup_plan *plan, FILE *report,
		       struct changes *changes, struct setup_error *ret_error)
{
	struct target targets[TARGETS_MAX];
	size_t count = list_targets(plan, changes, targets);
	int r = 0;

	if (plan->first || plan->allow.count > 0 || is_to_change(targets, count))
		r = setup_state_store(files, &plan->state, ret_error);
	if (r == 0 && plan->drop_in_text && mkdir(SETUP_DROP_IN_DIRECTORY, 0755) < 0 &&
	    errno != EEXIST)
		r = setup_fail(ret_error, "%s: %m", SETUP_DROP_IN_DIRECTORY);
	for (size_t i = 0; r == 0 && i < count; i++)
		r = write_target(files, &targets[i], report, changes, ret_error);
	/* What an interrupted setup wrote, nobody may have read yet. */
	if (plan->first)
		*changes = (struct changes){ true, true, true, true, changes->any };
	return r;
}

/* All is in force: what was to come is what is. */
static int finish(struct setup_files *files, struct setup_plan *plan, struct setup_error *ret_error)
{
	struct setup_state *state = &plan->state;

	strcpy(state->connections, plan->connections);
	if (state->configuration_next) {
		free(state->configuration_after);
		state->configuration_after = TAKE_PTR(state->configuration_next);
	}
	if (!plan->has_ipv6) {
		state->has_ipv6 = state->ipv6_forwarding_was_on = false;
		state->accept_ra[0] = '\0';
		state->optmem_max_was = 0;
	}
	state->is_complete = true;
	return setup_state_store(files, state, ret_error);
}

/* libreswan reads what was written, before anything depends on it. @report may be NULL. */
static int check_files(const struct setup_plan *plan, FILE *report, struct setup_error *ret_error)
{
	int r;

	r = setup_ipsec_check_files(ret_error);
	if (r == 0)
		r = setup_ipsec_check_config_setup(plan->pluto_text ? SETUP_PLUTO_PATH : NULL,
						   ret_error);
	if (r == 0 && report)
		fprintf(report, "libreswan reads its files without complaint\n");
	return r;
}

static int load_firewall(const struct changes *changes, FILE *report, struct setup_error *ret_error)
{
	int r;

	if (!changes->firewall && setup_network_firewall_is_loaded())
		return 0;
	r = setup_network_load_firewall(SETUP_FIREWALL_PATH, ret_error);
	if (r == 0)
		fprintf(report, "loaded the nft tables saregate and saregate_guard\n");
	return r;
}

/* Forwarding first: the firewall is in force wholly or not at all, and so comes last. */
static int switch_on(const struct setup_plan *plan, const struct changes *changes, FILE *report,
		     struct setup_error *ret_error)
{
	bool was_forwarding = setup_network_is_forwarding() == 1;
	bool was_forwarding_ipv6 = setup_ipv6_is_forwarding() == 1;
	int r = 0;

	if (!was_forwarding) {
		r = setup_network_set_forwarding(true);
		if (r < 0)
			return setup_fail(ret_error, "net.ipv4.ip_forward: %s", strerror(-r));
		fprintf(report, "net.ipv4.ip_forward = 1\n");
	}
	if (plan->has_ipv6)
		r = setup_ipv6_switch_on(&plan->state, report, ret_error);
	if (r == 0)
		r = load_firewall(changes, report, ret_error);
	if (r < 0 && plan->has_ipv6 && !was_forwarding_ipv6)
		setup_ipv6_switch_off(&plan->state, report);
	if (r < 0 && !was_forwarding)
		setup_network_set_forwarding(false);
	return r;
}

/* Files, forwarding, firewall: all of it, or as it was. */
static int change_host(struct setup_files *files, const struct setup_plan *plan, FILE *report,
		       struct changes *changes, struct setup_error *ret_error)
{
	struct setup_error cause;
	int r;

	r = write_files(files, plan, report, changes, ret_error);
	if (r == 0)
		r = check_files(plan, changes->any ? report : NULL, ret_error);
	if (r == 0)
		r = switch_on(plan, changes, report, ret_error);
	if (r == 0)
		return 0;
	cause = *ret_error;
	if (setup_files_roll_back(files) < 0)
		setup_fail(ret_error, "%.800s (and not every file could be put back)", cause.text);
	/* Stays if it is not empty. */
	if (plan->drop_in_text)
		rmdir(SETUP_DROP_IN_DIRECTORY);
	return r;
}

static int take_users(const struct setup_plan *plan, FILE *report, struct setup_error *ret_error)
{
	int r = setup_services_stop_daemon(ret_error);

	if (r == 0)
		r = user_database_take_staged(plan->configuration.database, ret_error);
	if (r == 0)
		fprintf(report, "put the users into %s\n", plan->configuration.database);
	return r;
}

int setup_apply(struct setup_plan *plan, FILE *report, struct setup_error *ret_error)
{
	_cleanup_(setup_files_freep) struct setup_files *files = NULL;
	struct changes changes = { 0 };
	int r;

	r = setup_services_make_user(ret_error);
	if (r == 0)
		r = setup_files_new(&files);
	if (r == 0)
		r = change_host(files, plan, report, &changes, ret_error);
	if (r < 0)
		return r;
	if (!changes.any)
		fprintf(report, "nothing to change\n");
	if (plan->takes_users) {
		r = take_users(plan, report, ret_error);
		if (r < 0)
			return r;
	}
	plan->restarts_pluto = plan->restarts_pluto || changes.pluto;
	r = setup_services_start(plan, changes.ipsec, changes.configuration || changes.firewall,
				 report, ret_error);
	if (r == 0 && plan->state.has_ipv6 && !plan->has_ipv6)
		setup_ipv6_switch_off(&plan->state, report);
	if (r == 0)
		r = setup_firewalls_allow(&plan->allow, report, ret_error);
	if (r == 0)
		r = finish(files, plan, ret_error);
	if (r == 0)
		setup_firewalls_advise(&plan->advise, report);
	return r;
}
