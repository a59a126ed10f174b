/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What this host knows of a profile: where clients connect to, the key, the MTU. I/O. */
#pragma once

#include "gateway/setup.h"

/**
 * profile_source_server() - the address that clients connect to, as setup has it
 *
 * The public address if setup was told of one, else the first listen address,
 * IPv4 before IPv6. Return: 0; -ECANCELED with *@ret_error; -ENOMEM.
 */
int profile_source_server(struct inet_address *ret_server, struct setup_error *ret_error);

/* Whether the internet has no way to it (RFC 1918, 3927, 4193, 4291, 6598). */
bool profile_source_is_private(const struct inet_address *address);

/**
 * profile_source_psk() - the pre-shared key
 * @ret_psk: the caller wipes it
 *
 * Return: 0; -ECANCELED with *@ret_error; -ENOMEM.
 */
int profile_source_psk(char ret_psk[LIBRESWAN_PSK_MAX + 1], struct setup_error *ret_error);

/* The inner MTU, from saregate.conf. Return: 0; -ECANCELED; -ENOMEM. */
int profile_source_mtu(uint32_t *ret_mtu, struct setup_error *ret_error);
