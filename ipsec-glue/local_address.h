/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which end of an SA is this host? The kernel's report says so only from Linux
 * 6.10 on, and only if the keying daemon told the kernel. Otherwise the routing
 * table knows which addresses are local. I/O.
 */
#pragma once

#include "base/address.h"

#include <stdbool.h>

struct local_addresses;

/* Return: 0 or negative errno. The caller owns *@ret_addresses. */
int local_addresses_new(struct local_addresses **ret_addresses);
void local_addresses_free(struct local_addresses *addresses);
void local_addresses_freep(struct local_addresses **addresses);

/**
 * local_addresses_direction() - whether what goes from @source to @destination
 *                               comes in
 *
 * Addresses that were found to be local are remembered (a few): those of the
 * SAs of a gateway are the same again and again.
 *
 * Return: 1 inbound; 0 outbound; -EADDRNOTAVAIL: neither end is this host;
 *         other negative errno: the kernel could not be asked.
 */
int local_addresses_direction(struct local_addresses *addresses, const struct inet_address *source,
			      const struct inet_address *destination);
