/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pools of saregate.conf by number and by name. Pure. */
#include "gateway/configuration_pools.h"

#include <stdio.h>
#include <string.h>

#define PREFIX "pool "

const char *configuration_pool_section(const char *section)
{
	return strncmp(section, PREFIX, strlen(PREFIX)) == 0 ? section + strlen(PREFIX) : NULL;
}

const char *configuration_pool_add(struct configuration *configuration, const char *name,
				   size_t size)
{
	struct configuration_pool pool = { .name = "" };
	const char *wrong;

	if (size < sizeof(pool.name))
		memcpy(pool.name, name, size);
	wrong = attribute_name_check(pool.name);
	if (wrong)
		return wrong;
	if (strcmp(pool.name, CONFIGURATION_POOL_DEFAULT) == 0)
		return "another name: " CONFIGURATION_POOL_DEFAULT " is [ppp] pool";
	if (configuration_pool_exists(configuration, pool.name))
		return "each name once";
	if (configuration->pool_count == CONFIGURATION_POOLS_MAX)
		return "at most 32 sections of this kind";
	configuration->pools[configuration->pool_count++] = pool;
	return NULL;
}

_Static_assert(CONFIGURATION_POOLS_MAX == 32, "configuration_pool_add() names this number");

size_t configuration_pool_total(const struct configuration *configuration)
{
	return 1 + configuration->pool_count;
}

struct configuration_pool configuration_pool_get(const struct configuration *configuration,
						 size_t number)
{
	if (number > 0)
		return configuration->pools[number - 1];
	return (struct configuration_pool){
		.name = CONFIGURATION_POOL_DEFAULT,
		.first_ipv4 = configuration->pool_first_ipv4,
		.last_ipv4 = configuration->pool_last_ipv4,
		.ipv6 = configuration->pool_ipv6,
	};
}

bool configuration_pool_exists(const struct configuration *configuration, const char *name)
{
	if (!*name || strcmp(name, CONFIGURATION_POOL_DEFAULT) == 0)
		return true;
	for (size_t i = 0; i < configuration->pool_count; i++)
		if (strcmp(configuration->pools[i].name, name) == 0)
			return true;
	return false;
}

char *configuration_pool_names(const struct configuration *configuration,
			       char text[CONFIGURATION_POOL_NAMES_MAX])
{
	size_t used = strlen(strcpy(text, CONFIGURATION_POOL_DEFAULT));

	for (size_t i = 0; i < configuration->pool_count; i++)
		used += (size_t)snprintf(text + used, CONFIGURATION_POOL_NAMES_MAX - used, ", %s",
					 configuration->pools[i].name);
	return text;
}

char *configuration_pool_range(const struct configuration_pool *pool,
			       char text[CONFIGURATION_POOL_RANGE_MAX])
{
	struct inet_address first = inet_address_from_ipv4(pool->first_ipv4);
	struct inet_address last = inet_address_from_ipv4(pool->last_ipv4);
	char a[INET6_ADDRSTRLEN], b[INET6_ADDRSTRLEN];

	snprintf(text, CONFIGURATION_POOL_RANGE_MAX, "%s-%s", inet_address_format(&first, a),
		 inet_address_format(&last, b));
	return text;
}

bool configuration_has_ipv6(const struct configuration *configuration)
{
	for (size_t i = 0; i < configuration_pool_total(configuration); i++)
		if (configuration_pool_get(configuration, i).ipv6.length)
			return true;
	return false;
}

uint64_t configuration_pool_network(const struct configuration_pool *pool, uint32_t ipv4)
{
	if (!pool->ipv6.length || !configuration_pool_contains(pool, ipv4))
		return 0;
	return pool->ipv6.first + (ipv4 - pool->first_ipv4);
}

uint32_t configuration_pool_owner(const struct configuration_pool *pool, uint64_t network)
{
	uint64_t number = network - pool->ipv6.first;

	if (!pool->ipv6.length || number > pool->last_ipv4 - pool->first_ipv4)
		return 0;
	return pool->first_ipv4 + (uint32_t)number;
}

uint64_t configuration_network(const struct configuration *configuration, uint32_t ipv4)
{
	uint64_t network = 0;

	for (size_t i = 0; i < configuration_pool_total(configuration) && !network; i++) {
		struct configuration_pool pool = configuration_pool_get(configuration, i);

		network = configuration_pool_network(&pool, ipv4);
	}
	return network;
}

uint32_t configuration_network_owner(const struct configuration *configuration, uint64_t network)
{
	uint32_t ipv4 = 0;

	for (size_t i = 0; i < configuration_pool_total(configuration) && !ipv4; i++) {
		struct configuration_pool pool = configuration_pool_get(configuration, i);

		ipv4 = configuration_pool_owner(&pool, network);
	}
	return ipv4;
}
