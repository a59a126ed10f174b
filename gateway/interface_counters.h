/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What went through a network interface, asked of the kernel by rtnetlink. I/O. */
#pragma once

#include "base/netlink.h"

#include <stdint.h>

/* As the host sees it: received is what came from the client. */
struct interface_counters {
	uint64_t received_packets;
	uint64_t received_bytes;
	uint64_t sent_packets;
	uint64_t sent_bytes;
};

/**
 * interface_counters_read() - counters of one interface since it was made
 * @netlink: a NETLINK_ROUTE socket
 * @name:    of the interface
 *
 * Return: 0; -ENODEV if there is no such interface; -ENAMETOOLONG; other
 *         negative errno.
 */
int interface_counters_read(struct netlink_socket *netlink, const char *name,
			    struct interface_counters *ret_counters);
