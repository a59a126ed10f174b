/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Other firewalls of this host: what they have to let through, asked of and told to them. I/O. */
#pragma once

#include "gateway/foreign_rule.h"
#include "gateway/setup_error.h"

#include <stdbool.h>
#include <stdio.h>

/**
 * setup_firewalls_find() - the rules that clients need and that are not there
 * @has_ipv6: clients have IPv6 inside
 *
 * Return: 0; -ECANCELED if the chains of this host cannot be read.
 */
int setup_firewalls_find(bool has_ipv6, struct foreign_rules *ret_missing,
			 struct setup_error *ret_error);

/* Tells what to run by hand, if anything. */
void setup_firewalls_advise(const struct foreign_rules *missing, FILE *report);

/* The commands alone, each on a line after @indent. */
void setup_firewalls_show(const struct foreign_rules *missing, const char *indent, FILE *report);

/* Runs the commands. Return: 0; -ECANCELED with the one that failed. */
int setup_firewalls_allow(const struct foreign_rules *missing, FILE *report,
			  struct setup_error *ret_error);

/* Takes back those that are still there; tells of each, and of what could not be. */
void setup_firewalls_revoke(const struct foreign_rules *allowed, FILE *report);
