/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Defaults that are right, and refusals. */
#include "gateway/setup_choice.h"

#include "base/cleanup.h"
#include "gateway/configuration_pools.h"
#include "gateway/pool_choice.h"
#include "gateway/setup_network.h"

#include <errno.h>
#include <string.h>

static char *format_ipv4(uint32_t ipv4, char text[INET6_ADDRSTRLEN])
{
	struct inet_address address = inet_address_from_ipv4(ipv4);

	return inet_address_format(&address, text);
}

static void format_range(uint32_t first, uint32_t last, char text[SETUP_CHOICE_MAX])
{
	char a[INET6_ADDRSTRLEN], b[INET6_ADDRSTRLEN];

	snprintf(text, SETUP_CHOICE_MAX, "%s-%s", format_ipv4(first, a), format_ipv4(last, b));
}

/* The first IPv4 address of "A,B", or of the names of saregate.conf. */
static bool find_ipv4(const char *list, struct inet_address *ret_address)
{
	char word[INET6_ADDRSTRLEN];

	for (size_t size; *list; list += size + (list[size] == ',')) {
		struct inet_address address;

		size = strcspn(list, ",");
		if (size >= sizeof(word))
			continue;
		memcpy(word, list, size);
		word[size] = '\0';
		if (inet_address_parse(word, &address) < 0 || address.family != AF_INET)
			continue;
		*ret_address = address;
		return true;
	}
	return false;
}

struct inet_address setup_choice_listen(const struct setup_host *host,
					const struct setup_options *options)
{
	struct inet_address address = { 0 };
	struct setup_error ignored;

	if (options->interface) {
		setup_network_find_on(options->interface, &address, &ignored);
		return address;
	}
	if (options->listen_address && !find_ipv4(options->listen_address, &address))
		return address;
	for (size_t i = 0; !options->listen_address && i < host->configuration.listen_count; i++)
		if (host->configuration.listen[i].family == AF_INET) {
			address = host->configuration.listen[i];
			break;
		}
	if (address.family == AF_INET && inet_address_is_any(&address))
		return host->default_address;
	return address;
}

/* ---- pool ------------------------------------------------------------------------ */

static bool is_default_pool(const struct configuration *configuration)
{
	struct configuration defaults;

	configuration_default(&defaults);
	return configuration->pool_first_ipv4 == defaults.pool_first_ipv4 &&
	       configuration->pool_last_ipv4 == defaults.pool_last_ipv4 &&
	       configuration->local_ipv4 == defaults.local_ipv4;
}

const struct pool_network *setup_choice_pool(const struct setup_host *host,
					     char ret_pool[SETUP_CHOICE_MAX],
					     char ret_local[INET6_ADDRSTRLEN])
{
	const struct configuration *configuration = &host->configuration;
	const struct host_networks *networks = &host->networks;
	const struct pool_network *met = NULL;
	struct pool_range range;

	ret_pool[0] = ret_local[0] = '\0';
	if (!host->is_first || !is_default_pool(configuration))
		return NULL;
	for (size_t i = 0; i < networks->count && !met; i++)
		if (networks->networks[i].first <= configuration->pool_last_ipv4 &&
		    networks->networks[i].last >= configuration->local_ipv4)
			met = &networks->networks[i];
	if (!met || !pool_choose(networks->networks, networks->count, configuration, &range))
		return NULL;
	format_range(range.first, range.last, ret_pool);
	format_ipv4(range.local, ret_local);
	return met;
}

int setup_choice_check_key(const char *section, const char *key, const char *value,
			   struct setup_error *ret_error)
{
	struct configuration configuration;
	char reason[CONFIGURATION_ERROR_MAX], text[1024];
	int r;

	if (snprintf(text, sizeof(text), "[%s]\n%s = %s\n", section, key, value) >=
	    (int)sizeof(text))
		return setup_fail(ret_error, "too long");
	r = configuration_parse("-", text, &configuration, reason);
	/* "-:2: what is wrong" */
	return r == -EINVAL ? setup_fail(ret_error, "%s", strchr(reason, ' ') + 1) : r;
}

static int refuse_collision(const struct pool_network *network, const char *what,
			    struct setup_error *ret_error)
{
	char range[SETUP_CHOICE_MAX];

	format_range(network->first, network->last, range);
	return setup_fail(ret_error,
			  "%s meets the network %s, interface %s, of this host; allowed: "
			  "addresses that this host does not reach otherwise",
			  what, range, network->interface);
}

static int check_collisions(const struct host_networks *networks, uint32_t first, uint32_t last,
			    uint32_t local, struct setup_error *ret_error)
{
	const struct pool_network *met;

	met = pool_find_collision(networks->networks, networks->count, first, last);
	if (met)
		return refuse_collision(met, "pool", ret_error);
	met = pool_find_collision(networks->networks, networks->count, local, local);
	return met ? refuse_collision(met, "local-address", ret_error) : 0;
}

/* Those of the sections [pool NAME], which setup itself never makes. */
static int check_other_pools(const struct setup_host *host, struct setup_error *ret_error)
{
	const struct configuration *configuration = &host->configuration;

	for (size_t i = 0; i < configuration->pool_count; i++) {
		const struct configuration_pool *pool = &configuration->pools[i];
		const struct pool_network *met =
			pool_find_collision(host->networks.networks, host->networks.count,
					    pool->first_ipv4, pool->last_ipv4);
		char what[ATTRIBUTE_NAME_MAX + sizeof("[pool ]")];

		snprintf(what, sizeof(what), "[pool %s]", pool->name);
		if (met)
			return refuse_collision(met, what, ret_error);
	}
	return 0;
}

static int refuse_overlap(const struct configuration *configuration,
			  const struct configuration *wanted, struct setup_error *ret_error)
{
	const struct configuration_pool pool = configuration_pool_get(wanted, 0);

	for (size_t i = 0; i < configuration->pool_count; i++) {
		const struct configuration_pool *other = &configuration->pools[i];
		char range[CONFIGURATION_POOL_RANGE_MAX];

		if (configuration_pools_meet(&pool, other))
			return setup_fail(ret_error,
					  "pool overlaps [pool %s] of saregate.conf, %s; allowed: "
					  "a range of its own",
					  other->name, configuration_pool_range(other, range));
	}
	return 0;
}

/* The numbers of a pool, whatever the local address. Return: 0; -ECANCELED; -ENOMEM. */
static int parse_pool(const char *pool, struct configuration *ret_wanted,
		      struct setup_error *ret_error)
{
	char reason[CONFIGURATION_ERROR_MAX], text[512];
	int r;

	/* The last address that a host can have: no pool of use ends there. */
	if (snprintf(text, sizeof(text), "[ppp]\nlocal-address = 223.255.255.255\npool = %s\n",
		     pool) >= (int)sizeof(text))
		return setup_fail(ret_error, "pool: too long; allowed: FIRST-LAST");
	r = configuration_parse("-", text, ret_wanted, reason);
	return r == -EINVAL ? setup_fail(ret_error, "%s", strchr(reason, ' ') + 1) : r;
}

/* One that is there and lies beside the pool in its /22 stays. */
static uint32_t choose_local(const struct configuration *now, uint32_t first, uint32_t last)
{
	if (now->local_ipv4 >> 10 == first >> 10 &&
	    (now->local_ipv4 < first || now->local_ipv4 > last))
		return now->local_ipv4;
	return pool_choose_local(first, last);
}

int setup_choice_check_pool(const struct setup_host *host, const char *pool, const char *local,
			    char ret_local[INET6_ADDRSTRLEN], struct setup_error *ret_error)
{
	struct configuration wanted = { 0 };
	struct inet_address address;
	int r;

	r = parse_pool(pool, &wanted, ret_error);
	if (r == 0 && local)
		r = setup_choice_check_key("ppp", "local-address", local, ret_error);
	if (r < 0)
		return r;
	if (local && inet_address_parse(local, &address) == 0)
		wanted.local_ipv4 = inet_address_to_ipv4(&address);
	else
		wanted.local_ipv4 = choose_local(&host->configuration, wanted.pool_first_ipv4,
						 wanted.pool_last_ipv4);
	if (wanted.local_ipv4 >= wanted.pool_first_ipv4 &&
	    wanted.local_ipv4 <= wanted.pool_last_ipv4)
		return setup_fail(ret_error,
				  "local-address: %s lies inside pool; allowed: an "
				  "address outside",
				  local);
	r = check_collisions(&host->networks, wanted.pool_first_ipv4, wanted.pool_last_ipv4,
			     wanted.local_ipv4, ret_error);
	if (r == 0)
		r = refuse_overlap(&host->configuration, &wanted, ret_error);
	if (r == 0)
		format_ipv4(wanted.local_ipv4, ret_local);
	return r;
}

static int complete_pool(const struct setup_host *host, struct setup_options *options,
			 struct setup_choice *storage, FILE *report, struct setup_error *ret_error)
{
	const struct configuration *configuration = &host->configuration;
	const struct pool_network *met;
	char range[SETUP_CHOICE_MAX];

	if (options->pool) {
		int r = setup_choice_check_pool(host, options->pool, options->local_address,
						storage->local_address, ret_error);

		options->local_address = storage->local_address;
		return r;
	}
	if (options->local_address || !host->is_first)
		return 0;
	met = setup_choice_pool(host, storage->pool, storage->local_address);
	if (!met)
		return check_collisions(&host->networks, configuration->pool_first_ipv4,
					configuration->pool_last_ipv4, configuration->local_ipv4,
					ret_error);
	options->pool = storage->pool;
	options->local_address = storage->local_address;
	format_range(met->first, met->last, range);
	fprintf(report,
		"assumed: clients get addresses of %s, for the default pool meets %s of %s\n",
		storage->pool, range, met->interface);
	return 0;
}

/* ---- name servers, public address ------------------------------------------------- */

bool setup_choice_dns(const struct setup_host *host, char ret_dns[SETUP_CHOICE_MAX])
{
	char text[INET6_ADDRSTRLEN];
	size_t used = 0;

	for (size_t i = 0; i < host->resolver_count; i++)
		used += (size_t)snprintf(ret_dns + used, SETUP_CHOICE_MAX - used, "%s%s",
					 i > 0 ? "," : "",
					 inet_address_format(&host->resolvers[i], text));
	if (host->resolver_count == 0)
		strcpy(ret_dns, SETUP_FALLBACK_DNS);
	return host->resolver_count > 0;
}

static void complete_dns(const struct setup_host *host, struct setup_options *options,
			 struct setup_choice *storage, FILE *report)
{
	if (options->dns || !host->is_first || host->configuration.dns_ipv4[0] != 0)
		return;
	if (setup_choice_dns(host, storage->dns))
		fprintf(report, "assumed: clients ask this host's own DNS servers, %s\n",
			storage->dns);
	else
		fprintf(report,
			"assumed: clients ask %s (%s), for this host names no DNS server that "
			"they could use; --dns names others\n",
			storage->dns, SETUP_FALLBACK_DNS_NAME);
	options->dns = storage->dns;
}

int setup_choice_check_public(const char *text, struct setup_error *ret_error)
{
	struct inet_address address;

	if (strcmp(text, SETUP_NONE) == 0)
		return 0;
	if (inet_address_parse(text, &address) < 0 || address.family != AF_INET ||
	    inet_address_to_ipv4(&address) >> 24 == 0 ||
	    inet_address_to_ipv4(&address) >> 24 == 127 ||
	    inet_address_to_ipv4(&address) >> 24 >= 224)
		return setup_fail(ret_error,
				  "--public-address: allowed: an IPv4 address that clients can "
				  "connect to, or none");
	return 0;
}

static int complete_public_address(const struct setup_host *host, struct setup_options *options,
				   struct setup_choice *storage, FILE *report,
				   struct setup_error *ret_error)
{
	struct inet_address listen = setup_choice_listen(host, options);
	char text[INET6_ADDRSTRLEN];

	if (options->public_address)
		return setup_choice_check_public(options->public_address, ret_error);
	if (!host->is_first || host->public_address[0] || listen.family != AF_INET ||
	    !pool_is_private(inet_address_to_ipv4(&listen)))
		return 0;
	inet_address_format(&listen, text);
	if (!host->cloud_source) {
		fprintf(report,
			"assumed: clients connect to %s itself, a private address; if a NAT stands "
			"in front of it, say with --public-address where they connect to\n",
			text);
		return 0;
	}
	inet_address_format(&host->cloud_address, storage->public_address);
	options->public_address = storage->public_address;
	fprintf(report, "assumed: clients connect to %s, which a NAT leads to %s (%s says so)\n",
		storage->public_address, text, host->cloud_source);
	return 0;
}

int setup_choice_complete(const struct setup_host *host, struct setup_options *options,
			  struct setup_choice *storage, FILE *report, struct setup_error *ret_error)
{
	int r;

	r = complete_pool(host, options, storage, report, ret_error);
	if (r == 0 && host->is_first)
		r = check_other_pools(host, ret_error);
	if (r == 0)
		r = complete_public_address(host, options, storage, report, ret_error);
	if (r == 0)
		complete_dns(host, options, storage, report);
	return r;
}
