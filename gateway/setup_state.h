/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What setup must remember to run again without changing anything, and to undo
 * itself: no secret, no path, so that a file put in its place can do no harm.
 * It is written before anything else is changed, and once more when all is done:
 * a setup that was killed on the way is finished, or undone, from it. JSON. Pure.
 */
#pragma once

#include "gateway/foreign_rule.h"
#include "ipsec-glue/libreswan_text.h"

#include <net/if.h>
#include <stdbool.h>

#define SETUP_STATE_PATH "/var/lib/saregate/setup.json"

/* Connections of a setup that was interrupted and of the one before it. */
#define SETUP_CONNECTIONS_MAX (2 * LIBRESWAN_LISTEN_MAX)

/* Names of this many interfaces, a space or the end after each. */
#define SETUP_INTERFACES_SIZE (16 * IFNAMSIZ)

/**
 * struct setup_state - after a setup, or while one changes the host
 * @is_complete:     false: a setup or its undoing stopped half-way
 * @connections:     libreswan's names of the connections, separated by spaces;
 *                   "" if there was no setup
 * @public_address:  as given to setup, "" if none was
 * @forwarding_was_on: net.ipv4.ip_forward before the first setup
 * @ipsec_was_enabled: whether ipsec.service was, before the first setup
 * @has_pluto_file: pluto runs, or is to run, on a main file of ours
 * @has_ipv6:       IPv6 is forwarded, or is to be, and saregate-ra.service runs
 * @ipv6_forwarding_was_on: net.ipv6.conf.all.forwarding before that
 * @accept_ra:      interfaces, separated by spaces, whose accept_ra is 2 for that, and was 1
 * @optmem_max_was:  net.core.optmem_max, which is larger for that; 0: it is not
 * @allowed:         in other firewalls, on request
 * @configuration_before: saregate.conf before setup changed it; NULL if it never
 *                   did, or "" if there was no file
 * @configuration_after: and what it wrote
 * @configuration_next: what it is about to write; NULL if complete
 */
struct setup_state {
	bool is_complete;
	char connections[SETUP_CONNECTIONS_MAX * (LIBRESWAN_NAME_MAX + 1)];
	char public_address[INET6_ADDRSTRLEN];
	bool forwarding_was_on;
	bool ipsec_was_enabled;
	bool has_pluto_file;
	bool has_ipv6;
	bool ipv6_forwarding_was_on;
	char accept_ra[SETUP_INTERFACES_SIZE];
	uint32_t optmem_max_was;
	struct foreign_rules allowed;
	char *configuration_before;
	char *configuration_after;
	char *configuration_next;
};

void setup_state_done(struct setup_state *state);

/**
 * setup_state_parse() - read the JSON
 *
 * Return: 0 and *@ret_state, which the caller ends with setup_state_done();
 *         -EINVAL; -ENOMEM.
 */
int setup_state_parse(const char *text, struct setup_state *ret_state);

/* Return: 0 and *@ret_text, which the caller frees; -ENOMEM. */
int setup_state_format(const struct setup_state *state, char **ret_text);
