/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IPv6 of the host, where clients are to have it. A host that forwards is a router, and
 * the kernel of a router ignores the advertisements of others, unless an interface's
 * accept_ra is 2: a host whose default route came by them would lose it. So those
 * interfaces get that first. I/O.
 */
#pragma once

#include "gateway/setup.h"

/**
 * setup_ipv6_plan() - decide, into @plan
 *
 * @plan's configuration being known: what the state has to remember, and sysctl_text.
 * Refuses a prefix of clients that is one of this host's own networks, and a host
 * without dnsmasq. Return: 0; -ECANCELED; -ENOMEM.
 */
int setup_ipv6_plan(struct setup_plan *plan, struct setup_error *ret_error);

/**
 * setup_ipv6_switch_on() - accept_ra, then forwarding
 * @report: gets a line for each thing that was changed
 *
 * Return: 0; -ECANCELED, with all as it was.
 */
int setup_ipv6_switch_on(const struct setup_state *state, FILE *report,
			 struct setup_error *ret_error);

/* As it was before: forwarding, then accept_ra. What cannot be set stays. */
void setup_ipv6_switch_off(const struct setup_state *state, FILE *report);

/* net.ipv6.conf.all.forwarding. Return: 1; 0; -ENOENT without IPv6; negative errno. */
int setup_ipv6_is_forwarding(void);

/* Adds a name to those of @names. Return: 0, also if it is there; -E2BIG. */
int setup_ipv6_add_name(char names[SETUP_INTERFACES_SIZE], const char *name);

/**
 * setup_ipv6_keep_deaf() - those interfaces that a host which forwards is deaf on
 * @names:     interfaces, separated by spaces
 * @ret_names: gets those of them whose accept_ra is 1, beside those that it holds
 *
 * Return: 0; -E2BIG.
 */
int setup_ipv6_keep_deaf(const char *names, char ret_names[SETUP_INTERFACES_SIZE]);

/**
 * setup_ipv6_find_routers() - the interfaces with routes that the kernel took from
 *                             router advertisements
 * @names: gets their names, as setup_state.accept_ra, beside those that it holds
 *
 * Return: 0; -E2BIG, as many as fit being there; other negative errno.
 */
int setup_ipv6_find_routers(char names[SETUP_INTERFACES_SIZE]);
