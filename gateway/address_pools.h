/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All pools of inner addresses: [ppp] pool and those of the sections [pool NAME]. No
 * address is in two of them, so that an address finds its pool. What is asked of one
 * address looks at each pool once, and there are few (CONFIGURATION_POOLS_MAX). Pure.
 */
#pragma once

#include "gateway/address_pool.h"
#include "gateway/configuration_pools.h"

struct address_pools;

/**
 * address_pools_new() - the pools of a configuration
 * @former: borrowed, NULL if there are none: a pool of the same name keeps the order
 *          in which its free addresses were used
 *
 * All addresses are free: those that are leased are to be claimed. Return: 0; -ENOMEM.
 */
int address_pools_new(const struct configuration *configuration, const struct address_pools *former,
		      struct address_pools **ret_pools);
void address_pools_free(struct address_pools *pools);
void address_pools_freep(struct address_pools **pools);

/* "" is the default. Return: borrowed; NULL: there is none of that name. */
struct address_pool *address_pools_find(const struct address_pools *pools, const char *name);

/* Leases this very address. Return: false if no pool has it, or it is leased. */
bool address_pools_claim(struct address_pools *pools, uint32_t ipv4);

/* Gives back a leased address to its pool. One of no pool, or not leased, is ignored. */
void address_pools_release(struct address_pools *pools, uint32_t ipv4);

size_t address_pools_count(const struct address_pools *pools);

/**
 * address_pools_get() - a pool by its number, 0 the default
 * @ret_described: name and range
 *
 * Return: borrowed.
 */
const struct address_pool *address_pools_get(const struct address_pools *pools, size_t number,
					     struct configuration_pool *ret_described);
