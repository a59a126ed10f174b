/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host's network against ours. Pure. */
#include "gateway/doctor_network.h"

#include "base/cleanup.h"
#include "gateway/configuration_pools.h"
#include "gateway/profile_source.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define AREA "network"

/* pluto's reqids begin here, and marks of clients are reqids or SPIs. */
#define FIRST_MARK 0x4000u

static const char *text_of(json_object *object, const char *key)
{
	json_object *value;

	return json_object_object_get_ex(object, key, &value) ? json_object_get_string(value) : "";
}

static uint32_t number_of(json_object *object, const char *key)
{
	json_object *value;

	return json_object_object_get_ex(object, key, &value)
		       ? (uint32_t)json_object_get_int64(value)
		       : 0;
}

/* A list of ip's; NULL after saying that there is none. */
static json_object *read_list(const struct doctor_text *facts, const char *what,
			      struct doctor_findings *findings)
{
	_cleanup_(json_putp) json_object *list = NULL;

	if (!facts->text) {
		doctor_unseen(findings, AREA, what, facts->error);
		return NULL;
	}
	list = json_tokener_parse(facts->text);
	if (!list || !json_object_is_type(list, json_type_array)) {
		doctor_unseen(findings, AREA, what, -EBADMSG);
		return NULL;
	}
	return TAKE_PTR(list);
}

static bool is_session(const char *interface)
{
	return strncmp(interface, "sg", 2) == 0 && interface[2] >= '0' && interface[2] <= '9';
}

static char *ipv4_text(uint32_t ipv4, char text[INET6_ADDRSTRLEN])
{
	struct inet_address address = inet_address_from_ipv4(ipv4);

	return inet_address_format(&address, text);
}

/* ---- forwarding ------------------------------------------------------------------ */

static void check_forwarding(const struct doctor_network_facts *facts,
			     struct doctor_findings *findings)
{
	if (facts->is_forwarding < 0) {
		doctor_unseen(findings, AREA, "net.ipv4.ip_forward", facts->is_forwarding);
	} else if (facts->is_forwarding == 0) {
		doctor_add(findings, DOCTOR_ERROR, AREA,
			   "net.ipv4.ip_forward is 0: clients reach nothing behind this host");
		doctor_run(findings, "sysctl -w net.ipv4.ip_forward=1");
	} else {
		doctor_add(findings, DOCTOR_GOOD, AREA, "net.ipv4.ip_forward is 1");
	}
	if (!facts->is_forwarding_kept) {
		doctor_add(findings, DOCTOR_WARNING, AREA,
			   "nothing of ours turns on forwarding at boot");
		doctor_run(findings, "saregate setup --non-interactive");
	}
}

static void check_forwarding_ipv6(const struct doctor_network_facts *facts,
				  struct doctor_findings *findings)
{
	int is_forwarding = facts->is_forwarding_ipv6;

	if (is_forwarding == -ENOENT) {
		doctor_add(findings, DOCTOR_WARNING, AREA,
			   "this kernel has no IPv6, which ipv6-pool is for");
		doctor_advise(findings, "boot it without ipv6.disable=1");
	} else if (is_forwarding < 0) {
		doctor_unseen(findings, AREA, "net.ipv6.conf.all.forwarding", is_forwarding);
	} else if (is_forwarding == 0 || !facts->is_forwarding_ipv6_kept) {
		doctor_add(findings, DOCTOR_WARNING, AREA, "%s",
			   is_forwarding ? "nothing of ours turns on forwarding of IPv6 at boot"
					 : "net.ipv6.conf.all.forwarding is 0: clients reach "
					   "nothing by IPv6");
		/* Not the sysctl alone: see setup_ipv6.h. */
		doctor_run(findings, "saregate setup --non-interactive");
	} else {
		doctor_add(findings, DOCTOR_GOOD, AREA, "net.ipv6.conf.all.forwarding is 1");
	}
}

/* A router takes advertisements of others only where accept_ra is 2. */
static void check_accept_ra(const struct doctor_network_facts *facts,
			    struct doctor_findings *findings)
{
	const char *names = facts->ignores_ra;

	for (size_t size; *names; names += size, names += *names == ' ') {
		size = strcspn(names, " ");
		doctor_add(findings, DOCTOR_ERROR, AREA,
			   "interface %.*s ignores router advertisements, by which this host has "
			   "its IPv6 routes, for it forwards: they end",
			   (int)size, names);
		doctor_run(findings, "sysctl -w net/ipv6/conf/%.*s/accept_ra=2", (int)size, names);
	}
}

static void check_ipv6(const struct doctor_network_facts *facts, struct doctor_findings *findings)
{
	if (!facts->configuration || !configuration_has_ipv6(facts->configuration))
		return;
	check_forwarding_ipv6(facts, findings);
	if (facts->is_forwarding_ipv6 == 1)
		check_accept_ra(facts, findings);
}

/* ---- the pool -------------------------------------------------------------------- */

/* "the pool", "the pool guests". */
static const char *pool_text(const struct configuration_pool *pool, char text[64])
{
	bool is_default = strcmp(pool->name, CONFIGURATION_POOL_DEFAULT) == 0;

	snprintf(text, 64, "the pool%s%s", is_default ? "" : " ", is_default ? "" : pool->name);
	return text;
}

/* Whether the address, IPv4, lies inside the pool. */
static bool is_in_pool(const struct configuration_pool *pool, json_object *entry)
{
	struct inet_address address;

	return strcmp(text_of(entry, "family"), "inet") == 0 &&
	       inet_address_parse(text_of(entry, "local"), &address) == 0 &&
	       configuration_pool_contains(pool, inet_address_to_ipv4(&address));
}

/* One address of an interface that is no client's, beside a pool. */
typedef void look_at_address_fn(const struct configuration_pool *pool, json_object *entry,
				const char *interface, struct doctor_findings *findings);

static void look_at_addresses(const struct configuration_pool *pool, json_object *addresses,
			      look_at_address_fn *look_fn, struct doctor_findings *findings)
{
	for (size_t i = 0; i < json_object_array_length(addresses); i++) {
		json_object *interface = json_object_array_get_idx(addresses, i);
		const char *name = text_of(interface, "ifname");
		json_object *list;

		if (is_session(name) || !json_object_object_get_ex(interface, "addr_info", &list) ||
		    !json_object_is_type(list, json_type_array))
			continue;
		for (size_t k = 0; k < json_object_array_length(list); k++)
			look_fn(pool, json_object_array_get_idx(list, k), name, findings);
	}
}

static void check_pool_address(const struct configuration_pool *pool, json_object *entry,
			       const char *interface, struct doctor_findings *findings)
{
	char name_text[64];

	if (is_in_pool(pool, entry))
		doctor_add(findings, DOCTOR_ERROR, AREA,
			   "%s of interface %s lies inside %s of clients", text_of(entry, "local"),
			   interface, pool_text(pool, name_text));
}

static void check_pool_networks(const struct configuration_pool *pool,
				const struct host_networks *networks,
				struct doctor_findings *findings)
{
	const struct pool_network *met = pool_find_collision(networks->networks, networks->count,
							     pool->first_ipv4, pool->last_ipv4);
	char text[INET6_ADDRSTRLEN], name_text[64];

	if (met)
		doctor_add(findings, DOCTOR_WARNING, AREA,
			   "%s of clients overlaps the network %s/%d of %s: hosts of both "
			   "cannot be told apart",
			   pool_text(pool, name_text), ipv4_text(met->first, text),
			   32 - __builtin_popcount(met->last - met->first), met->interface);
}

/* Setup writes the default pool; sections are the administrator's. */
static void advise_range(const struct configuration_pool *pool, const struct pool_range *range,
			 struct doctor_findings *findings)
{
	char first[INET6_ADDRSTRLEN], last[INET6_ADDRSTRLEN], local[INET6_ADDRSTRLEN];

	ipv4_text(range->first, first);
	ipv4_text(range->last, last);
	if (strcmp(pool->name, CONFIGURATION_POOL_DEFAULT) == 0)
		doctor_run(findings,
			   "saregate setup --non-interactive --pool %s-%s --local-address %s",
			   first, last, ipv4_text(range->local, local));
	else
		doctor_advise(findings,
			      "give [pool %s] of saregate.conf another range, such as %s-%s; then: "
			      "saregate reload",
			      pool->name, first, last);
}

/* One that collides with nothing, as setup would choose it, in its options. */
static void advise_pool(const struct doctor_network_facts *facts,
			const struct configuration_pool *pool, struct doctor_findings *findings)
{
	const struct host_networks *networks = &facts->networks;
	struct pool_range range;
	char name_text[64];

	if (pool_choose(networks->networks, networks->count, facts->configuration, &range))
		advise_range(pool, &range, findings);
	else
		doctor_advise(findings, "give %s a range that nobody else has",
			      pool_text(pool, name_text));
}

/* Return: whether the network of the address, IPv6, and the pool's prefix meet. */
static bool is_in_prefix(const struct configuration_pool *pool, json_object *entry)
{
	struct inet_address address;

	return inet_address_parse(text_of(entry, "local"), &address) == 0 &&
	       pool_meets_ipv6(pool, &address, number_of(entry, "prefixlen"));
}

static void report_prefix(const struct configuration_pool *pool, json_object *entry,
			  const char *interface, struct doctor_findings *findings)
{
	char prefix[ADDRESS_TEXT_IPV6_PREFIX_MAX], name_text[64];

	doctor_add(findings, DOCTOR_WARNING, AREA,
		   "%s of %s of clients meets %s/%u of interface %s: clients' addresses are not to "
		   "be on a link of this host",
		   address_text_format_ipv6_prefix(&pool->ipv6, prefix), pool_text(pool, name_text),
		   text_of(entry, "local"), number_of(entry, "prefixlen"), interface);
	doctor_advise(findings, "take a prefix that your provider routes to this host, or a "
				"unique local one, as ipv6-pool; then: saregate setup "
				"--non-interactive");
}

static void check_prefix(const struct configuration_pool *pool, json_object *entry,
			 const char *interface, struct doctor_findings *findings)
{
	if (is_in_prefix(pool, entry))
		report_prefix(pool, entry, interface, findings);
}

static void check_pool(const struct doctor_network_facts *facts,
		       const struct configuration_pool *pool, json_object *addresses,
		       struct doctor_findings *findings)
{
	size_t before = findings->count;
	char range[CONFIGURATION_POOL_RANGE_MAX], name_text[64];

	look_at_addresses(pool, addresses, check_pool_address, findings);
	if (findings->count == before) /* else its network is met, too */
		check_pool_networks(pool, &facts->networks, findings);
	if (findings->count > before)
		advise_pool(facts, pool, findings);
	else
		doctor_add(findings, DOCTOR_GOOD, AREA, "%s, %s, collides with nothing",
			   pool_text(pool, name_text), configuration_pool_range(pool, range));
}

static void check_pools(const struct doctor_network_facts *facts, json_object *addresses,
			struct doctor_findings *findings)
{
	if (facts->networks_error < 0) {
		doctor_unseen(findings, AREA, "networks of this host", facts->networks_error);
		return;
	}
	for (size_t i = 0; i < configuration_pool_total(facts->configuration); i++) {
		struct configuration_pool pool = configuration_pool_get(facts->configuration, i);

		check_pool(facts, &pool, addresses, findings);
		look_at_addresses(&pool, addresses, check_prefix, findings);
	}
}

/* ---- where clients arrive -------------------------------------------------------- */

/* The interface that has the address; NULL if none has. */
static json_object *find_interface(json_object *addresses, const struct inet_address *wanted)
{
	struct inet_address address;

	for (size_t i = 0; i < json_object_array_length(addresses); i++) {
		json_object *interface = json_object_array_get_idx(addresses, i);
		json_object *list;

		if (!json_object_object_get_ex(interface, "addr_info", &list) ||
		    !json_object_is_type(list, json_type_array))
			continue;
		for (size_t k = 0; k < json_object_array_length(list); k++)
			if (inet_address_parse(text_of(json_object_array_get_idx(list, k), "local"),
					       &address) == 0 &&
			    inet_address_equal(&address, wanted))
				return interface;
	}
	return NULL;
}

#define IPV4_HEADER  20u
#define IPV6_HEADER  40u
#define UDP_HEADER   8u
#define ESP_HEADER   8u /* SPI and sequence number */
#define ESP_IV       16u
#define ESP_BLOCK    16u
#define ESP_TRAILER  2u
#define ESP_ICV      16u
#define L2TP_HEADER  8u /* with length, without sequence numbers */
#define PPP_HEADER   4u /* address, control, protocol */
#define LOWEST_INNER 576u

uint32_t doctor_network_outer_size(uint32_t inner_mtu, uint16_t family)
{
	uint32_t plain = UDP_HEADER + L2TP_HEADER + PPP_HEADER + inner_mtu + ESP_TRAILER;
	uint32_t padded = (plain + ESP_BLOCK - 1) / ESP_BLOCK * ESP_BLOCK;

	return (family == AF_INET6 ? IPV6_HEADER : IPV4_HEADER) + UDP_HEADER + ESP_HEADER + ESP_IV +
	       padded + ESP_ICV;
}

static void check_mtu(const struct doctor_network_facts *facts, json_object *interface,
		      uint16_t family, struct doctor_findings *findings)
{
	uint32_t link_mtu = number_of(interface, "mtu");
	uint32_t inner = facts->configuration->mtu;

	if (doctor_network_outer_size(inner, family) <= link_mtu) {
		doctor_add(findings, DOCTOR_GOOD, AREA, "inner MTU %u fits the MTU %u of %s", inner,
			   link_mtu, text_of(interface, "ifname"));
		return;
	}
	doctor_add(findings, DOCTOR_WARNING, AREA,
		   "an inner packet of %u bytes becomes one of %u, which %s (MTU %u) cuts in two",
		   inner, doctor_network_outer_size(inner, family), text_of(interface, "ifname"),
		   link_mtu);
	while (inner > LOWEST_INNER && doctor_network_outer_size(inner, family) > link_mtu)
		inner--;
	doctor_run(findings, "saregate setup --non-interactive --mtu %u", inner);
}

static void check_arrival(const struct doctor_network_facts *facts, json_object *addresses,
			  const struct doctor_connection *connection,
			  struct doctor_findings *findings)
{
	json_object *interface = find_interface(addresses, &connection->left);
	char text[INET6_ADDRSTRLEN];

	inet_address_format(&connection->left, text);
	if (!interface) {
		doctor_add(findings, DOCTOR_ERROR, AREA,
			   "no interface has %s, at which clients are to arrive", text);
		doctor_advise(findings,
			      "give it to an interface, or: saregate setup --non-interactive "
			      "--listen-address ADDRESS");
		return;
	}
	doctor_add(findings, DOCTOR_GOOD, AREA, "clients arrive at %s on %s", text,
		   text_of(interface, "ifname"));
	check_mtu(facts, interface, connection->left.family, findings);
	if (connection->left.family == AF_INET && strcmp(connection->left_id, text) == 0 &&
	    profile_source_is_private(&connection->left)) {
		doctor_add(findings, DOCTOR_WARNING, AREA,
			   "%s is a private address: from the internet clients come through a "
			   "NAT, to an address that is not known here",
			   text);
		doctor_advise(findings,
			      "unless all clients are inside: saregate setup --non-interactive "
			      "--public-address ADDRESS");
	}
}

/* ---- marks ----------------------------------------------------------------------- */

/* Whether a mark of ours can match: some value from FIRST_MARK on has these bits. */
static bool can_be_ours(uint32_t mark, uint32_t mask)
{
	if ((mark & mask) != mark)
		return false;
	return (mark | ~mask) >= FIRST_MARK;
}

static void check_rule(json_object *rule, struct doctor_findings *findings)
{
	const char *mark_text = text_of(rule, "fwmark");
	const char *mask_text = text_of(rule, "fwmask");
	uint32_t mark = (uint32_t)strtoul(mark_text, NULL, 0);
	uint32_t mask = *mask_text ? (uint32_t)strtoul(mask_text, NULL, 0) : UINT32_MAX;
	json_object *inverted;

	/* `not fwmark` meets every packet but a few: ours as any other. */
	if (!*mark_text || json_object_object_get_ex(rule, "not", &inverted) ||
	    !can_be_ours(mark, mask))
		return;
	doctor_add(findings, DOCTOR_WARNING, AREA,
		   "ip rule %u takes packets by fwmark %s%s%s, which a client's SA can have: "
		   "decrypted L2TP is marked from 0x4000 on",
		   number_of(rule, "priority"), mark_text, *mask_text ? "/" : "", mask_text);
	doctor_advise(findings, "give that rule a mark below 0x4000, with the whole mask");
}

static void check_rules(const struct doctor_network_facts *facts, struct doctor_findings *findings)
{
	_cleanup_(json_putp) json_object *rules = read_list(&facts->rules, "ip rule", findings);
	size_t before = findings->count;

	if (!rules)
		return;
	for (size_t i = 0; i < json_object_array_length(rules); i++)
		check_rule(json_object_array_get_idx(rules, i), findings);
	if (findings->count == before)
		doctor_add(findings, DOCTOR_GOOD, AREA, "no ip rule takes our marks");
}

void doctor_network_check(const struct doctor_network_facts *facts,
			  struct doctor_findings *findings)
{
	_cleanup_(json_putp) json_object *addresses = NULL;

	check_forwarding(facts, findings);
	check_ipv6(facts, findings);
	addresses = read_list(&facts->addresses, "addresses", findings);
	if (addresses && facts->configuration)
		check_pools(facts, addresses, findings);
	for (size_t i = 0; addresses && facts->configuration && i < facts->connections->count; i++)
		check_arrival(facts, addresses, &facts->connections->entries[i], findings);
	check_rules(facts, findings);
}
