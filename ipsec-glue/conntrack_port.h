/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The port from which a client really sends, where the kernel gave it another
 * one: with zones of connection tracking each client of one NAT is seen from a
 * source port of its own, and what is sent to that port is sent to the real one.
 * I/O.
 */
#pragma once

#include "base/address.h"
#include "base/netlink.h"

/**
 * conntrack_port_find() - the real UDP port behind one that our sockets see
 * @netlink:  a NETLINK_NETFILTER socket
 * @local:    address and port on which the client's packets arrive
 * @peer:     address and port from which they seem to come
 * @ret_port: host byte order; @peer's own where nothing was translated
 *
 * Return: 0; -ENOENT if the connection is not tracked; other negative errno.
 */
int conntrack_port_find(struct netlink_socket *netlink, const struct inet_endpoint *local,
			const struct inet_endpoint *peer, uint16_t *ret_port);
