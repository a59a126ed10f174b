/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `saregate setup`: make this host a gateway, or make it what it was before.
 * First everything is decided and checked without a change (setup_plan.c),
 * then it is written and checked again (setup_apply.c); what fails on the way
 * is put back. Files of the host are not edited: ours are added beside them.
 */
#pragma once

#include "base/address.h"
#include "gateway/configuration.h"
#include "gateway/setup_error.h"
#include "gateway/setup_state.h"
#include "ipsec-glue/libreswan_text.h"

#include <stdbool.h>
#include <stdio.h>

struct setup_files; /* gateway/setup_file.h */

/* SAREGATE_SYSCONFDIR and SAREGATE_LIBEXECDIR come from the build. */
#define SETUP_CONFIGURATION_PATH SAREGATE_SYSCONFDIR "/saregate/saregate.conf"
#define SETUP_FIREWALL_PATH      SAREGATE_SYSCONFDIR "/saregate/firewall.nft"
#define SETUP_CONNECTION_PATH    "/etc/ipsec.d/saregate.conf"
#define SETUP_SECRETS_PATH       "/etc/ipsec.d/saregate.secrets"
#define SETUP_SYSCTL_PATH        "/etc/sysctl.d/60-saregate.conf"
/* Not *.conf: the host's ipsec.conf, which it includes, includes those. */
#define SETUP_PLUTO_PATH        "/etc/ipsec.d/saregate.pluto"
#define SETUP_DROP_IN_DIRECTORY "/etc/systemd/system/ipsec.service.d"
#define SETUP_DROP_IN_PATH      SETUP_DROP_IN_DIRECTORY "/saregate-pluto.conf"
#define SETUP_UPDOWN_PATH       SAREGATE_LIBEXECDIR "/saregate-updown"

/* What the administrator asked for; NULL: as it is, or the default. Borrowed. */
struct setup_options {
	const char *listen_address; /* one or several, separated by commas */
	const char *public_address; /* or SETUP_NONE */
	const char *interface;
	const char *pool;
	const char *ipv6_pool; /* a prefix, or SETUP_NONE */
	const char *local_address;
	const char *dns; /* separated by commas, or SETUP_NONE */
	const char *mtu;
	const char *configuration; /* text to begin with in place of saregate.conf's own */
	const char *psk;           /* in place of the one that is there */
	bool ipsec_drop_in;
	bool allow_in_firewalls;
};

/* The value of an option that says that there is to be none. */
#define SETUP_NONE "none"

/**
 * struct setup_plan - all that setup will do
 * @first:         there was no setup before, or one that was interrupted
 * @state:         what is remembered while the host is being changed
 * @connections:   names of the connections to come, as in @state
 * @configuration: that saregated will read
 * @configuration_text: saregate.conf, NULL if it stays as it is
 * @pluto_text, @drop_in_text: NULL unless pluto is to run on a main file of ours
 * @sysctl_text:   what stands in SETUP_SYSCTL_PATH
 * @has_ipv6:      clients are to have it; @state: whether they are to, or had
 * @restarts_pluto: it has to read `config setup`, as it does at its start only
 * @allow:         in other firewalls, as asked for now or before
 * @advise:        what they lack besides
 * @takes_users:   the database that was staged beside the one of @configuration takes
 *                 its place (user_database_copy.h)
 * @secrets_text:  holds the pre-shared key; wiped by setup_plan_done()
 */
struct setup_plan {
	bool first;
	struct setup_state state;
	char connections[LIBRESWAN_LISTEN_MAX * (LIBRESWAN_NAME_MAX + 1)];
	struct configuration configuration;
	struct libreswan_parameters libreswan;
	char *configuration_text;
	char *connection_text;
	char *secrets_text;
	char *firewall_text;
	char *sysctl_text;
	char *pluto_text;
	char *drop_in_text;
	bool has_ipv6;
	bool restarts_pluto;
	bool takes_users;
	struct foreign_rules allow;
	struct foreign_rules advise;
};

/**
 * setup_plan_make() - decide and check, change nothing
 *
 * Return: 0 and *@ret_plan, which the caller ends with setup_plan_done();
 *         -ECANCELED with *@ret_error; -ENOMEM.
 */
int setup_plan_make(const struct setup_options *options, struct setup_plan *ret_plan,
		    struct setup_error *ret_error);
void setup_plan_done(struct setup_plan *plan);

/**
 * setup_state_load() - what an earlier setup remembered
 *
 * Return: 0; -ENOENT; -ECANCELED with *@ret_error; -ENOMEM.
 */
int setup_state_load(struct setup_state *ret_state, struct setup_error *ret_error);

/* The same where nothing goes without it: -ENOENT is -ECANCELED, with what helps. */
int setup_state_require(struct setup_state *ret_state, struct setup_error *ret_error);

/* For the next setup, or undo, to remember. Return: 0; -ECANCELED with *@ret_error. */
int setup_state_store(struct setup_files *files, const struct setup_state *state,
		      struct setup_error *ret_error);

/**
 * setup_check_ownership() - refuse to replace or remove what is not ours
 *
 * Return: 0 if there is no such file or setup wrote it; -ECANCELED.
 */
int setup_check_ownership(const char *path, struct setup_error *ret_error);

/**
 * setup_apply() - write, check, switch on, start
 * @report: gets a line for each thing that was changed
 *
 * Killed at any moment, it is finished or undone by running it or setup_undo()
 * again. Return: 0; -ECANCELED with *@ret_error and the host as it was, but for
 *         services that did not start, which the line then says; -ENOMEM.
 */
int setup_apply(struct setup_plan *plan, FILE *report, struct setup_error *ret_error);

/**
 * setup_undo() - remove all that setup made
 *
 * Users, the database and an edited saregate.conf stay; what stops half-way can
 * be undone again (setup_undo.c). Return: 0, also if there is nothing to undo; -ECANCELED with
 * *@ret_error; -ENOMEM.
 */
int setup_undo(FILE *report, struct setup_error *ret_error);
