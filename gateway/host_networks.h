/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The IPv4 networks that this host has or has routes to. I/O (netlink). */
#pragma once

#include "gateway/pool_choice.h"

/* A host with more routes than these has those of the first ones looked at. */
#define HOST_NETWORKS_MAX 16384

struct host_networks {
	struct pool_network *networks;
	size_t count;
};

/**
 * host_networks_read() - addresses and routes of all tables
 *
 * Not among them: default routes, loopback, our clients' interfaces (sg*), and routes
 * through routers to where no pool of ours would be looked for (pool_is_private()).
 *
 * Return: 0 and *@ret_networks, which the caller ends with host_networks_done();
 *         negative errno.
 */
int host_networks_read(struct host_networks *ret_networks);
/* Whether it is one of our clients': sg1, sg2... */
bool host_networks_is_clients(const char *interface);

void host_networks_done(struct host_networks *networks);
