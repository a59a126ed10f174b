/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * NAT rebinding: a client's NAT gave it another UDP port, the kernel saw a
 * packet of its from there and said so (XFRM_MSG_MAPPING), and pluto (4.10 and
 * 5.x) does not react. Changes the encapsulation port of an SA in place. I/O.
 */
#pragma once

#include "base/netlink.h"
#include "ipsec-glue/sa_reference.h"

/**
 * port_move() - the client's end of an SA is at another UDP port
 * @xfrm: a NETLINK_XFRM socket without subscriptions
 * @sa:   its ESP-in-UDP SA, in either direction
 * @port: host byte order
 *
 * XFRM_MSG_UPDSA on an SA that is in use copies the encapsulation and the
 * lifetimes of the request, and leaves keys, replay state, marks and counters
 * as they are (net/xfrm/xfrm_state.c, xfrm_state_update()). So no key is
 * needed: the request carries the null cipher, which goes nowhere. Somebody who
 * changes the lifetimes between our reading and our writing is overwritten.
 *
 * Return: 0; -ESRCH: the SA has gone; -ENODATA: it has no UDP encapsulation;
 *         other negative errno: it is as it was.
 */
int port_move(struct netlink_socket *xfrm, const struct sa_description *sa, uint16_t port);
