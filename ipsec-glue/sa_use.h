/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether packets have come through an SA: asked of the kernel, which counts them. I/O. */
#pragma once

#include "base/netlink.h"
#include "ipsec-glue/sa_reference.h"

/**
 * sa_use_has_received() - has the client sent through this SA?
 * @xfrm:    a NETLINK_XFRM socket without subscriptions
 * @inbound: its SA
 *
 * XFRM_MSG_GETAE and not XFRM_MSG_GETSA: its answer holds no keys. The kernel
 * counts a packet after its integrity check (net/xfrm/xfrm_input.c), so that
 * nobody but the client makes this true.
 *
 * Return: 1 yes, 0 no; -ESRCH: the SA has gone; other negative errno.
 */
int sa_use_has_received(struct netlink_socket *xfrm, const struct sa_description *inbound);
