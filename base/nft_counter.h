/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a named counter of nf_tables has counted, in the family inet. On libmnl. I/O. */
#pragma once

#include "base/netlink.h"

/**
 * nft_counter_read() - packets that a named counter has counted
 * @netlink: a NETLINK_NETFILTER socket
 *
 * Return: 0; -ENOENT if there is no such table or counter; -EPERM without
 *         CAP_NET_ADMIN; other negative errno.
 */
int nft_counter_read(struct netlink_socket *netlink, const char *table, const char *counter,
		     uint64_t *ret_packets);
