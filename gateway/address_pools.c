/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pools by name and by address. Pure. */
#include "gateway/address_pools.h"

#include "base/cleanup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct address_pools {
	size_t count;
	struct {
		struct configuration_pool described;
		struct address_pool *pool;
	} entries[1 + CONFIGURATION_POOLS_MAX];
};

static int make(const struct configuration_pool *described, const struct address_pools *former,
		struct address_pool **ret_pool)
{
	const struct address_pool *before =
		former ? address_pools_find(former, described->name) : NULL;

	if (before)
		return address_pool_resize(before, described->first_ipv4, described->last_ipv4,
					   ret_pool);
	return address_pool_new(described->first_ipv4, described->last_ipv4, ret_pool);
}

int address_pools_new(const struct configuration *configuration, const struct address_pools *former,
		      struct address_pools **ret_pools)
{
	_cleanup_(address_pools_freep) struct address_pools *pools = calloc(1, sizeof(*pools));
	int error = pools ? 0 : -ENOMEM;

	for (size_t i = 0; !error && i < configuration_pool_total(configuration); i++) {
		struct configuration_pool described = configuration_pool_get(configuration, i);

		error = make(&described, former, &pools->entries[i].pool);
		if (error)
			break;
		pools->entries[i].described = described;
		pools->count++;
	}
	if (!error)
		*ret_pools = TAKE_PTR(pools);
	return error;
}

void address_pools_free(struct address_pools *pools)
{
	if (!pools)
		return;
	for (size_t i = 0; i < pools->count; i++)
		address_pool_free(pools->entries[i].pool);
	free(pools);
}

void address_pools_freep(struct address_pools **pools)
{
	address_pools_free(*pools);
}

struct address_pool *address_pools_find(const struct address_pools *pools, const char *name)
{
	if (!*name)
		return pools->entries[0].pool;
	for (size_t i = 0; i < pools->count; i++)
		if (strcmp(pools->entries[i].described.name, name) == 0)
			return pools->entries[i].pool;
	return NULL;
}

static struct address_pool *find_by_address(const struct address_pools *pools, uint32_t ipv4)
{
	for (size_t i = 0; i < pools->count; i++)
		if (configuration_pool_contains(&pools->entries[i].described, ipv4))
			return pools->entries[i].pool;
	return NULL;
}

bool address_pools_claim(struct address_pools *pools, uint32_t ipv4)
{
	struct address_pool *pool = find_by_address(pools, ipv4);

	return pool && address_pool_claim(pool, ipv4);
}

void address_pools_release(struct address_pools *pools, uint32_t ipv4)
{
	struct address_pool *pool = find_by_address(pools, ipv4);

	if (pool)
		address_pool_release(pool, ipv4);
}

size_t address_pools_count(const struct address_pools *pools)
{
	return pools->count;
}

const struct address_pool *address_pools_get(const struct address_pools *pools, size_t number,
					     struct configuration_pool *ret_described)
{
	*ret_described = pools->entries[number].described;
	return pools->entries[number].pool;
}
