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

/* SAREGATE_SYSCONFDIR and SAREGATE_LIBEXECDIR come from the build. */
#define SETUP_CONFIGURATION_PATH SAREGATE_SYSCONFDIR "/saregate/saregate.conf"
#define SETUP_FIREWALL_PATH      SAREGATE_SYSCONFDIR "/saregate/firewall.nft"
#define SETUP_CONNECTION_PATH    "/etc/ipsec.d/saregate.conf"
#define SETUP_SECRETS_PATH       "/etc/ipsec.d/saregate.secrets"
#define SETUP_SYSCTL_PATH        "/etc/sysctl.d/60-saregate.conf"
#define SETUP_UPDOWN_PATH        SAREGATE_LIBEXECDIR "/saregate-updown"

/* What the administrator asked for; NULL: as it is, or the default. Borrowed. */
struct setup_options {
	const char *listen_address; /* one or several, separated by commas */
	const char *public_address;
	const char *interface;
	const char *pool;
	const char *local_address;
	const char *dns; /* separated by commas */
	const char *mtu;
	bool dry_run;
};

/**
 * struct setup_plan - all that setup will do
 * @first:         there was no setup before
 * @state:         what will be remembered
 * @configuration: that saregated will read
 * @configuration_text: saregate.conf, NULL if it stays as it is
 * @secrets_text:  holds the pre-shared key; wiped by setup_plan_done()
 */
struct setup_plan {
	bool first;
	struct setup_state state;
	struct configuration configuration;
	struct libreswan_parameters libreswan;
	char *configuration_text;
	char *connection_text;
	char *secrets_text;
	char *firewall_text;
	char *previous_connections; /* names that an earlier setup left, as in @state */
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

/* What stands in SETUP_SYSCTL_PATH. */
const char *setup_sysctl_text(void);

/**
 * setup_state_load() - what an earlier setup remembered
 *
 * Return: 0; -ENOENT; -ECANCELED with *@ret_error; -ENOMEM.
 */
int setup_state_load(struct setup_state *ret_state, struct setup_error *ret_error);

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
 * Return: 0; -ECANCELED with *@ret_error and the host as it was, but for
 *         services that did not start, which the line then says; -ENOMEM.
 */
int setup_apply(struct setup_plan *plan, FILE *report, struct setup_error *ret_error);

/**
 * setup_undo() - remove all that setup made
 *
 * Users, the database and an edited saregate.conf stay. Return: 0, also if
 * there is nothing to undo; -ECANCELED with *@ret_error; -ENOMEM.
 */
int setup_undo(FILE *report, struct setup_error *ret_error);
