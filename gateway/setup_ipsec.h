/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What setup asks and tells libreswan, through its own programs. I/O. */
#pragma once

#include "gateway/setup_error.h"

#include <stdbool.h>

/* Whether this libreswan knows each algorithm that we accept. Return: 0; -ECANCELED. */
int setup_ipsec_check_offers(struct setup_error *ret_error);

/* Whether ipsec.conf and all that it includes can be read. Return: 0; -ECANCELED. */
int setup_ipsec_check_files(struct setup_error *ret_error);

/**
 * setup_ipsec_check_config_setup() - whether our `config setup` is in force
 * @main_file: that pluto runs on; NULL: libreswan's own
 *
 * Return: 0; -ECANCELED with the lines that the host's own has to hold.
 */
int setup_ipsec_check_config_setup(const char *main_file, struct setup_error *ret_error);

/* The same before our file is there: whether it would be in force. */
int setup_ipsec_foresee_config_setup(struct setup_error *ret_error);

/* Whether @wanted is among the names, which spaces separate. */
bool setup_ipsec_has_name(const char *names, const char *wanted);

/* Whether pluto is there to be told anything. */
bool setup_ipsec_is_running(void);

/**
 * setup_ipsec_load() - have a running pluto read the connections and the key
 * @connections: names separated by spaces
 *
 * Return: 0; -ECANCELED.
 */
int setup_ipsec_load(const char *connections, struct setup_error *ret_error);

/**
 * setup_ipsec_unload() - have a running pluto forget connections, their clients,
 *                        and keys that are gone
 * @connections: names separated by spaces
 * @kept:        names that stay even so, or ""
 */
void setup_ipsec_unload(const char *connections, const char *kept);
