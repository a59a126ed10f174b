/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which inner address, or network of IPv6, belongs to which interface, as an nft set of
 * the kernel's: {interface . address}. The firewall that setup writes drops what comes in by
 * a session's interface and is not in it. I/O.
 */
#pragma once

#include <stdint.h>

struct inner_addresses;

/**
 * inner_addresses_new() - a handle for the set, whether it exists yet or not
 * @table: name of a table of the family inet; copied
 * @set:   name of a set in it, of type ifname . ipv4_addr or, for networks, of type
 *         ifname . ipv6_addr; copied
 *
 * Return: 0; -ENAMETOOLONG; other negative errno.
 */
int inner_addresses_new(const char *table, const char *set, struct inner_addresses **ret_addresses);
void inner_addresses_free(struct inner_addresses *addresses);
void inner_addresses_freep(struct inner_addresses **addresses);

/* The netlink port from which the set is changed. */
uint32_t inner_addresses_netlink_port(const struct inner_addresses *addresses);

/**
 * inner_addresses_check() - whether the set is there and a rule asks it
 *
 * Return: 0; -ENOENT if the table, the set or the rule is missing (setup has not
 *         run, or somebody flushed it); -EPERM without CAP_NET_ADMIN; other negative
 *         errno.
 */
int inner_addresses_check(struct inner_addresses *addresses);

/* Removes what an earlier process left. Return: 0, -ENOENT, negative errno. */
int inner_addresses_flush(struct inner_addresses *addresses);

/**
 * inner_addresses_add() - let @interface use @ipv4 as its source
 * @interface: shorter than IFNAMSIZ; need not exist
 * @ipv4:      host byte order
 *
 * Adding what is there already changes nothing. Return: 0; -ENAMETOOLONG;
 * -ENOENT if the set has gone; other negative errno.
 */
int inner_addresses_add(struct inner_addresses *addresses, const char *interface, uint32_t ipv4);

/* Return: 0, also if it is not there; -ENAMETOOLONG; other negative errno. */
int inner_addresses_remove(struct inner_addresses *addresses, const char *interface, uint32_t ipv4);

/**
 * inner_addresses_add_network() - let @interface use all addresses of @network as its source
 * @interface: shorter than IFNAMSIZ; need not exist
 * @network:   the upper half of the addresses, host byte order
 *
 * Return: as inner_addresses_add().
 */
int inner_addresses_add_network(struct inner_addresses *addresses, const char *interface,
				uint64_t network);

/* Return: 0, also if it is not there; -ENAMETOOLONG; other negative errno. */
int inner_addresses_remove_network(struct inner_addresses *addresses, const char *interface,
				   uint64_t network);
