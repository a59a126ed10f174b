/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The port from which a client really sends, where the kernel gave it another
 * one: with zones of connection tracking each client of one NAT is seen from a
 * source port of its own, and what is sent to that port is sent to the real one.
 * A client that is gone keeps the port for as long as connection tracking knows
 * it. I/O.
 */
#pragma once

#include "base/address.h"
#include "base/netlink.h"

#include <stdbool.h>

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

/**
 * conntrack_port_release() - have the kernel forget a connection
 * @zone: of its original direction; a connection that now has the same addresses
 *        and ports in another zone is somebody else's and stays
 *
 * Return: 0, also if there is none; negative errno.
 */
int conntrack_port_release(struct netlink_socket *netlink, const struct inet_endpoint *local,
			   const struct inet_endpoint *peer, uint16_t zone);

/**
 * conntrack_port_is_stale() - is a connection to this address nobody's?
 * @local: an address to which somebody spoke, perhaps none of this host's
 * @zone:  of its original direction
 */
typedef bool (*conntrack_port_is_stale)(void *userdata, const struct inet_address *local,
					uint16_t zone);

/**
 * conntrack_port_sweep() - have the kernel forget the connections of nobody
 * @port:     the local UDP port, host byte order
 * @is_stale: called for each connection to it that is in a zone by its original
 *            direction at most, and whose destination nobody translates
 *
 * Connections of another time, before there were zones or under reqids that are
 * no more, keep their ports from the clients of today for minutes. Walks all of
 * connection tracking: for the start.
 *
 * Return: how many were deleted; negative errno.
 */
int conntrack_port_sweep(struct netlink_socket *netlink, uint16_t port,
			 conntrack_port_is_stale is_stale, void *userdata);
