/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What setup must remember to run again without changing anything, and to undo
 * itself: no secret, no path, so that a file put in its place can do no harm.
 * JSON. Pure.
 */
#pragma once

#include "ipsec-glue/libreswan_text.h"

#include <stdbool.h>

#define SETUP_STATE_PATH "/var/lib/saregate/setup.json"

/**
 * struct setup_state - after a successful setup
 * @connections:     libreswan's names of the connections, separated by spaces;
 *                   "" if there was no setup
 * @public_address:  as given to setup, "" if none was
 * @forwarding_was_on: net.ipv4.ip_forward before the first setup
 * @ipsec_was_enabled: whether ipsec.service was, before the first setup
 * @configuration_before: saregate.conf before setup changed it; NULL if it never
 *                   did, or "" if there was no file
 * @configuration_after: and what it wrote
 */
struct setup_state {
	char connections[LIBRESWAN_LISTEN_MAX * (LIBRESWAN_NAME_MAX + 1)];
	char public_address[INET6_ADDRSTRLEN];
	bool forwarding_was_on;
	bool ipsec_was_enabled;
	char *configuration_before;
	char *configuration_after;
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
