/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Units, user and directories: with systemd, or told to whoever starts things by hand. I/O. */
#pragma once

#include "gateway/setup.h"

/* Whether systemd runs this host. */
bool setup_services_have_systemd(void);

/* Whether ipsec.service starts at boot. */
bool setup_services_is_ipsec_enabled(void);

/* User saregate and the directories, if they are not there. Return: 0; -ECANCELED. */
int setup_services_make_user(struct setup_error *ret_error);

/**
 * setup_services_start() - start what has to run, restart what has to read
 * @ipsec_changed:         the connection or the key is another one
 * @configuration_changed: saregated has to read its configuration
 *
 * Without systemd: tells a running pluto, and @report what to start by hand.
 * Return: 0; -ECANCELED.
 */
int setup_services_start(const struct setup_plan *plan, bool ipsec_changed,
			 bool configuration_changed, FILE *report, struct setup_error *ret_error);

/* Whether somebody answers for saregated. */
bool setup_services_daemon_answers(void);

/* So that nobody has the database open. Return: 0; -ECANCELED. */
int setup_services_stop_daemon(struct setup_error *ret_error);

/* Stops and disables ours; ipsec.service is left enabled if it was before. */
void setup_services_stop(const struct setup_state *state, FILE *report);
