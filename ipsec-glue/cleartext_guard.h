/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table saregate_guard, which drops and counts L2TP that comes in or goes
 * out in clear. It is loaded as text before the network is up (gateway/
 * firewall_text.c); here it is looked at, and put back if somebody took it away.
 * I/O.
 */
#pragma once

#include "base/netlink.h"

#define CLEARTEXT_GUARD_TABLE "saregate_guard"
#define CLEARTEXT_GUARD_IN    "cleartext_in"
#define CLEARTEXT_GUARD_OUT   "cleartext_out"

struct cleartext_guard_counters {
	uint64_t in;
	uint64_t out;
};

/**
 * cleartext_guard_check() - whether both its chains have their rule
 * @netlink: a NETLINK_NETFILTER socket
 *
 * Return: 1, 0, or negative errno.
 */
int cleartext_guard_check(struct netlink_socket *netlink);

/**
 * cleartext_guard_restore() - put the table in place of whatever is there
 *
 * As the text does: the same rules, atomically; the counters begin anew.
 *
 * Return: 0, -ENOMEM, the kernel's error (nothing has changed then).
 */
int cleartext_guard_restore(struct netlink_socket *netlink, uint16_t l2tp_port);

/* Return: 0; -ENOENT if a counter has gone; other negative errno. */
int cleartext_guard_read_counters(struct netlink_socket *netlink,
				  struct cleartext_guard_counters *ret_counters);
