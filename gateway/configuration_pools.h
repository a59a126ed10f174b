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

static inline bool configuration_pool_contains(const struct configuration_pool *pool, uint32_t ipv4)
{
	return ipv4 >= pool->first_ipv4 && ipv4 <= pool->last_ipv4;
}

static inline bool configuration_pools_meet(const struct configuration_pool *a,
					    const struct configuration_pool *b)
{
	return a->first_ipv4 <= b->last_ipv4 && b->first_ipv4 <= a->last_ipv4;
}
