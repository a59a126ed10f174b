/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The gateway's address in the network of IPv6 of a session's interface, by rtnetlink: the
 * kernel makes the route to the network of it. I/O.
 */
#pragma once

#include <stdint.h>

struct interface_networks;

/* Return: 0, negative errno. */
int interface_networks_new(struct interface_networks **ret_networks);
void interface_networks_free(struct interface_networks *networks);
void interface_networks_freep(struct interface_networks **networks);

/**
 * interface_networks_check() - whether a network is free for a session
 * @network: the upper half of its addresses, host byte order
 *
 * Interfaces of sessions are not looked at.
 *
 * Return: 0; -EADDRINUSE: it, or a part of it, is on another interface of this host;
 *         other negative errno.
 */
int interface_networks_check(struct interface_networks *networks, uint64_t network);

/**
 * interface_networks_add() - give @interface the first address that a host can have
 * @network: as above; the address is its 1
 *
 * What is there already changes nothing. Return: 0; -ENODEV; other negative errno.
 */
int interface_networks_add(struct interface_networks *networks, const char *interface,
			   uint64_t network);

/* Return: 0, also if address or interface is not there; other negative errno. */
int interface_networks_remove(struct interface_networks *networks, const char *interface,
			      uint64_t network);
