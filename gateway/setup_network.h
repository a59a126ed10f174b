/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host's network, as setup finds and changes it: address, forwarding, nft. I/O. */
#pragma once

#include "base/address.h"
#include "gateway/setup_error.h"

#include <stdbool.h>

/**
 * setup_network_find_default() - the address of the default route
 * @family: AF_INET or AF_INET6; of the latter a public, not a temporary one
 *
 * Return: 0; -ECANCELED.
 */
int setup_network_find_default(uint16_t family, struct inet_address *ret_address,
			       struct setup_error *ret_error);

/* An interface's first IPv4 address. Return: 0; -ECANCELED. */
int setup_network_find_on(const char *interface, struct inet_address *ret_address,
			  struct setup_error *ret_error);

/* Whether the host has this address. Return: 1, 0, negative errno. */
int setup_network_has_address(const struct inet_address *address);

/* net.ipv4.ip_forward. Return: 1, 0, negative errno. */
int setup_network_is_forwarding(void);
int setup_network_set_forwarding(bool on);

/* Whether both tables are there. */
bool setup_network_firewall_is_loaded(void);

/* nft -f @path. In force wholly or not at all. Return: 0; -ECANCELED. */
int setup_network_load_firewall(const char *path, struct setup_error *ret_error);

/* nft -c -f on a text that is no file yet. Return: 0; -ECANCELED. */
int setup_network_check_firewall(const char *text, struct setup_error *ret_error);

/* Removes our tables; those that are not there do not matter. */
void setup_network_unload_firewall(void);
