/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Follows the kernel's SAs over NETLINK_XFRM (groups SA and EXPIRE, a dump at
 * the start and after lost notifications) and keeps an sa_table true. Where a
 * client's NAT gave it another port (group MAPPING) it moves the client's SAs
 * there. The two have a socket each: a client can make the kernel report its
 * port with every packet, and must not crowd out what happens to SAs. Knows
 * nothing of L2TP. I/O.
 */
#pragma once

#include "ipsec-glue/sa_reference.h"

/* Clients whose ports are moved in one turn; the kernel repeats what is left. */
#define XFRM_REBINDINGS_PER_TURN 256

struct xfrm_monitor;

/* A client was seen at another outer address or port. */
struct xfrm_rebinding {
	uint64_t reference;
	struct inet_endpoint from;
	struct inet_endpoint to;
	/*
	 * 0: its SAs have moved; -EADDRNOTAVAIL: its address is another, which
	 * needs new SAs: IKE has to come again; other: they could not be moved, and
	 * are tried again at the next packet, SA_REBINDING_INTERVAL_USEC later.
	 */
	int error;
};

/* Called from within xfrm_monitor_handle_mappings(); must not call the monitor. */
typedef void (*xfrm_rebinding_fn)(void *userdata, const struct xfrm_rebinding *rebinding);

/**
 * xfrm_monitor_new() - subscribe, then dump
 * @table:     kept up to date; borrowed for the monitor's life
 * @rebinding: told of clients that moved; NULL: not of interest
 * @userdata:  passed to @rebinding
 *
 * Opening NETLINK_XFRM also loads xfrm_user, which IP_XFRM_POLICY needs.
 *
 * Return: 0; -EPERM without CAP_NET_ADMIN; -EPROTONOSUPPORT if the kernel has
 *         no XFRM; other negative errno.
 */
int xfrm_monitor_new(struct sa_table *table, xfrm_rebinding_fn rebinding, void *userdata,
		     struct xfrm_monitor **ret_monitor);
void xfrm_monitor_free(struct xfrm_monitor *monitor);
void xfrm_monitor_freep(struct xfrm_monitor **monitor);

/* Readable when there are notifications of SAs. */
int xfrm_monitor_descriptor(const struct xfrm_monitor *monitor);

/* Readable when clients were seen elsewhere. */
int xfrm_monitor_mapping_descriptor(const struct xfrm_monitor *monitor);

/**
 * xfrm_monitor_handle() - take in all waiting notifications, never blocks
 *
 * Also to be called between reading packets and resolving their marks: a packet
 * may be faster than the loop. After lost notifications it dumps by itself, once.
 *
 * Return: 0; negative errno: notifications were lost and the dump failed, so
 *         that the table is in doubt until one succeeds; or an SA found no room
 *         in it, or nobody could tell which way it goes. Call
 *         xfrm_monitor_reconcile() a little later.
 */
int xfrm_monitor_handle(struct xfrm_monitor *monitor);

/* The same, and dumps in any case. */
int xfrm_monitor_reconcile(struct xfrm_monitor *monitor);

/**
 * xfrm_monitor_handle_mappings() - follow the clients that were seen elsewhere
 *
 * What is lost here does no harm: the kernel reports a client again with its
 * next packet, until its SAs have moved.
 *
 * Return: as xfrm_monitor_handle(), which it begins with.
 */
int xfrm_monitor_handle_mappings(struct xfrm_monitor *monitor);
