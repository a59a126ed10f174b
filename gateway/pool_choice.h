/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inner addresses that are nobody else's: whether a pool collides with the
 * networks that the host has or reaches, and which one does not. Numbers in
 * host byte order. Pure.
 */
#pragma once

#include "gateway/configuration.h"

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct pool_network - a network that the host knows
 * @is_connected: the host has an address in it, or reaches it without a router
 */
struct pool_network {
	uint32_t first;
	uint32_t last;
	bool is_connected;
	char interface[IF_NAMESIZE];
};

/* A pool and the gateway's own address beside it. */
struct pool_range {
	uint32_t first;
	uint32_t last;
	uint32_t local;
};

/* Whether the internet has no way to it and sites may use it (RFC 1918, 6598). */
bool pool_is_private(uint32_t ipv4);

/**
 * pool_find_collision() - what a pool that somebody wants has in common with others
 *
 * A network behind a router that holds all of the pool and more is none: somebody
 * who names a part of it means it.
 *
 * Return: the network, borrowed from @networks; NULL if there is none.
 */
const struct pool_network *pool_find_collision(const struct pool_network *networks, size_t count,
					       uint32_t first, uint32_t last);

/**
 * pool_meets_ipv6() - whether the prefix of a pool and a network have anything in common
 * @address: any of the network's; of another family it meets nothing
 * @length:  of the network's prefix, at most 128
 */
bool pool_meets_ipv6(const struct configuration_pool *pool, const struct inet_address *address,
		     unsigned int length);

/**
 * pool_choose() - the default pool, or the first of its kind that meets no network at all
 * @configuration: whose pools it does not meet either; NULL: of no interest
 *
 * Looked through are /22 networks of 10/8, 172.16/12 and 192.168/16; of each the pool
 * is .0.10 to .3.250 and the local address .0.1.
 *
 * Return: true; false if every one of them meets a network, *@ret_range untouched.
 */
bool pool_choose(const struct pool_network *networks, size_t count,
		 const struct configuration *configuration, struct pool_range *ret_range);

/* An address beside a pool that somebody has named: the first of its /24, or next to it. */
uint32_t pool_choose_local(uint32_t first, uint32_t last);
