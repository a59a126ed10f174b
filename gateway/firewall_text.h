/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The nftables file: two tables of our own. saregate_guard keeps L2TP from
 * leaving or entering outside IPsec and is in force before the network is up.
 * saregate keeps clients to the addresses they were given, away from each
 * other and from the host, and translates their addresses towards the network.
 * Loading it again replaces all rules in one transaction and leaves the
 * elements of the sets `inner` and `inner6`, which belong to living sessions, alone. Pure.
 */
#pragma once

#include "gateway/configuration.h"

/* The tables, and the set in which saregated puts {interface, address}. */
#define FIREWALL_TABLE       "saregate"
#define FIREWALL_GUARD_TABLE "saregate_guard"
#define FIREWALL_INNER_SET   "inner"
/* The same of {interface, network of IPv6}; there only if any pool has a prefix. */
#define FIREWALL_INNER6_SET "inner6"
/* The same of DNS servers that are for one session. */
#define FIREWALL_DNS_SET "dns"

/**
 * firewall_text() - the file for `nft -f`
 * @configuration: port, MTU, DNS servers and prefixes are used
 *
 * Return: 0 and *@ret_text, which the caller frees; -ENOMEM.
 */
int firewall_text(const struct configuration *configuration, char **ret_text);
