/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pools of inner addresses that saregate.conf has: [ppp] pool, called "default"
 * by users and groups, and one for each section [pool NAME]. Pure.
 */
#pragma once

#include "gateway/configuration.h"

/* How the table of keys calls the sections [pool NAME], whatever the name. */
#define CONFIGURATION_POOL_SECTION "pool NAME"
/* The names of all pools, separated. */
#define CONFIGURATION_POOL_NAMES_MAX \
	((CONFIGURATION_POOLS_MAX + 1) * (ATTRIBUTE_NAME_MAX + sizeof(", ")))

/* The name in "pool NAME", without brackets; NULL if the section is another one. */
const char *configuration_pool_section(const char *section);

/**
 * configuration_pool_add() - a pool of this name, whose range comes later
 * @name: not NUL-terminated
 *
 * Return: NULL; else what is allowed (static), and nothing is changed.
 */
const char *configuration_pool_add(struct configuration *configuration, const char *name,
				   size_t size);

/* With [ppp] pool. */
size_t configuration_pool_total(const struct configuration *configuration);

/* 0 is [ppp] pool; the sections follow in their order. */
struct configuration_pool configuration_pool_get(const struct configuration *configuration,
						 size_t number);

/* Whether a user may name it; "" is the default. */
bool configuration_pool_exists(const struct configuration *configuration, const char *name);

/* "default, guests, staff". Return: @text. */
char *configuration_pool_names(const struct configuration *configuration,
			       char text[CONFIGURATION_POOL_NAMES_MAX]);

/* "10.89.0.10-10.89.3.250". Return: @text. */
char *configuration_pool_range(const struct configuration_pool *pool,
			       char text[CONFIGURATION_POOL_RANGE_MAX]);

/* Whether any pool has a prefix, so that clients can have IPv6. */
bool configuration_has_ipv6(const struct configuration *configuration);

/**
 * configuration_pool_network() - the network that goes with an address of a pool
 * @ipv4: host byte order
 *
 * Return: the upper half of its addresses, host byte order; 0 if the pool has no prefix
 *         or not this address.
 */
uint64_t configuration_pool_network(const struct configuration_pool *pool, uint32_t ipv4);

/**
 * configuration_pool_owner() - the address of a pool that a network goes with
 * @network: the upper half of its addresses, host byte order
 *
 * Return: host byte order; 0 if there is none.
 */
uint32_t configuration_pool_owner(const struct configuration_pool *pool, uint64_t network);

/* The same of all pools: no network is in two of them. */
uint64_t configuration_network(const struct configuration *configuration, uint32_t ipv4);
uint32_t configuration_network_owner(const struct configuration *configuration, uint64_t network);

/* How many networks of 64 bits a prefix has; 0 without one. */
static inline uint64_t configuration_network_count(const struct address_ipv6_prefix *prefix)
{
	return prefix->length ? UINT64_C(1) << (64 - prefix->length) : 0;
}

static inline bool configuration_pool_contains(const struct configuration_pool *pool, uint32_t ipv4)
{
	return ipv4 >= pool->first_ipv4 && ipv4 <= pool->last_ipv4;
}

/* Whether the prefixes of two pools have a network in common. */
static inline bool configuration_pools_meet_ipv6(const struct configuration_pool *a,
						 const struct configuration_pool *b)
{
	uint64_t a_count = configuration_network_count(&a->ipv6);
	uint64_t b_count = configuration_network_count(&b->ipv6);

	return a_count > 0 && b_count > 0 &&
	       (a->ipv6.first - b->ipv6.first < b_count || b->ipv6.first - a->ipv6.first < a_count);
}

static inline bool configuration_pools_meet(const struct configuration_pool *a,
					    const struct configuration_pool *b)
{
	return a->first_ipv4 <= b->last_ipv4 && b->first_ipv4 <= a->last_ipv4;
}
