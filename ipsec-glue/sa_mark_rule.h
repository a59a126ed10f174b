/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one nftables rule from which SA references come: in prerouting, at
 * priority -301, every decrypted UDP packet to the L2TP port gets the reqid of
 * its SA as its mark; a packet without an SA gets mark 0. The kernel knows this
 * rule, nft's parser does not: it is sent through netlink (libnftnl) and lives
 * in a table of its own, so that other tables stay loadable. I/O.
 */
#pragma once

#include <stdint.h>

#define SA_MARK_TABLE "saregate_mark"

/**
 * sa_mark_rule_install() - put table, chain and rules in place, atomically
 *
 * Replaces what an earlier process left. Return: 0; -EPERM without
 * CAP_NET_ADMIN; -ENOENT or -EOPNOTSUPP if the kernel has no nft_xfrm; other
 * negative errno.
 */
int sa_mark_rule_install(uint16_t l2tp_port);

/* Whether the rule is in force. Return: 1, 0, or negative errno. */
int sa_mark_rule_check(void);

/* Return: 0, also if there is none; negative errno. */
int sa_mark_rule_remove(void);
