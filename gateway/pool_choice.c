/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ranges that do not meet. Pure. */
#include "gateway/pool_choice.h"

#include "gateway/configuration_pools.h"

#define IPV4(a, b, c, d) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (c) << 8 | (d))

/* Of each /22: .0.10 to .3.250, and .0.1. */
#define STEP         1024
#define OFFSET_LOCAL 1
#define OFFSET_FIRST 10
#define OFFSET_LAST  (3 * 256 + 250)

static bool meets(const struct pool_network *network, uint32_t first, uint32_t last)
{
	return network->first <= last && network->last >= first;
}

bool pool_is_private(uint32_t ipv4)
{
	return ipv4 >> 24 == 10 || ipv4 >> 20 == (172 << 4 | 1) || ipv4 >> 16 == (192 << 8 | 168) ||
	       ipv4 >> 22 == (100 << 2 | 1);
}

const struct pool_network *pool_find_collision(const struct pool_network *networks, size_t count,
					       uint32_t first, uint32_t last)
{
	for (size_t i = 0; i < count; i++) {
		const struct pool_network *network = &networks[i];
		bool holds_more = network->first <= first && network->last >= last &&
				  network->last - network->first > last - first;

		if (meets(network, first, last) && (network->is_connected || !holds_more))
			return network;
	}
	return NULL;
}

/* What a new pool must not meet. */
struct taken {
	const struct pool_network *networks;
	size_t count;
	const struct configuration *configuration;
};

static bool meets_pool(const struct configuration *configuration, uint32_t first, uint32_t last)
{
	const struct configuration_pool wanted = { .first_ipv4 = first, .last_ipv4 = last };

	for (size_t i = 0; configuration && i < configuration_pool_total(configuration); i++) {
		struct configuration_pool pool = configuration_pool_get(configuration, i);

		if (configuration_pools_meet(&pool, &wanted))
			return true;
	}
	return false;
}

/* The /22 that begins at @start, if it meets nothing. */
static bool take(const struct taken *taken, uint32_t start, struct pool_range *ret_range)
{
	for (size_t i = 0; i < taken->count; i++)
		if (meets(&taken->networks[i], start, start + STEP - 1))
			return false;
	if (meets_pool(taken->configuration, start, start + STEP - 1))
		return false;
	*ret_range = (struct pool_range){ start + OFFSET_FIRST, start + OFFSET_LAST,
					  start + OFFSET_LOCAL };
	return true;
}

bool pool_choose(const struct pool_network *networks, size_t count,
		 const struct configuration *configuration, struct pool_range *ret_range)
{
	const struct taken taken = { networks, count, configuration };

	/* From 10.89/16 on, round about: low numbers are what sites begin with. */
	for (uint32_t i = 0; i < 256; i++)
		for (uint32_t part = 0; part < 65536; part += STEP)
			if (take(&taken, IPV4(10, (89 + i) % 256, 0, 0) + part, ret_range))
				return true;
	for (uint32_t start = IPV4(172, 16, 0, 0); start < IPV4(172, 32, 0, 0); start += STEP)
		if (take(&taken, start, ret_range))
			return true;
	for (uint32_t part = 0; part < 65536; part += STEP)
		if (take(&taken, IPV4(192, 168, 0, 0) + part, ret_range))
			return true;
	return false;
}

uint32_t pool_choose_local(uint32_t first, uint32_t last)
{
	uint32_t beside = (first & ~(uint32_t)255) + 1;

	if (beside < first)
		return beside;
	return (last & 255) < 254 ? last + 1 : first - 1;
}

bool pool_meets_ipv6(const struct configuration_pool *pool, const struct inet_address *address,
		     unsigned int length)
{
	unsigned int shared = length < pool->ipv6.length ? length : pool->ipv6.length;
	uint64_t mask = shared == 0 ? 0 : UINT64_MAX << (64 - shared);

	return pool->ipv6.length > 0 && address->family == AF_INET6 &&
	       ((inet_address_ipv6_network(address) ^ pool->ipv6.first) & mask) == 0;
}
