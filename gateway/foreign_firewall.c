/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Chains that drop, and who manages them, from nft's JSON. Pure. */
#include "gateway/foreign_firewall.h"

#include "base/cleanup.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct chain {
	const char *family;
	const char *table;
	const char *name;
	const char *hook;
	const char *policy;
};

/* Which programs manage the host's rules. */
struct managers {
	bool ufw;
	bool firewalld;
	bool docker;
	bool docker_ipv6;
};

static void json_putp(json_object **object)
{
	json_object_put(*object);
}

static const char *text_of(json_object *object, const char *key)
{
	json_object *value;

	if (!json_object_object_get_ex(object, key, &value) || !value)
		return "";
	return json_object_get_string(value);
}

/* Entry @index of nft's list. Return: true if it is a chain. */
static bool read_chain(json_object *list, size_t index, struct chain *ret_chain)
{
	json_object *entry = json_object_array_get_idx(list, index);
	json_object *object;

	if (!json_object_object_get_ex(entry, "chain", &object))
		return false;
	*ret_chain = (struct chain){
		.family = text_of(object, "family"),
		.table = text_of(object, "table"),
		.name = text_of(object, "name"),
		.hook = text_of(object, "hook"),
		.policy = text_of(object, "policy"),
	};
	return true;
}

static bool is(const char *text, const char *wanted)
{
	return strcmp(text, wanted) == 0;
}

static bool begins(const char *text, const char *wanted)
{
	return strncmp(text, wanted, strlen(wanted)) == 0;
}

/* The tables that iptables and its kin keep: their users know no nft. */
static bool is_iptables(const struct chain *chain)
{
	return (is(chain->family, "ip") || is(chain->family, "ip6")) &&
	       is(chain->table, "filter") &&
	       (is(chain->name, "INPUT") || is(chain->name, "FORWARD"));
}

/*
 * Chains of ufw's can outlive `ufw disable`, which gives its policies up: it is at work
 * where INPUT drops. It can drop what is forwarded alone, but so does Docker.
 */
static struct managers find_managers(json_object *list)
{
	struct managers found = { 0 };
	bool has_ufw_chains = false, input_drops = false, forward_drops = false;
	struct chain chain;

	for (size_t i = 0; i < json_object_array_length(list); i++) {
		if (!read_chain(list, i, &chain))
			continue;
		has_ufw_chains = has_ufw_chains || begins(chain.name, "ufw-");
		found.firewalld = found.firewalld || is(chain.table, "firewalld");
		if (is(chain.name, "DOCKER-USER") && is(chain.family, "ip6"))
			found.docker_ipv6 = true;
		else if (is(chain.name, "DOCKER-USER"))
			found.docker = true;
		if (is_iptables(&chain) && is(chain.policy, "drop")) {
			input_drops = input_drops || is(chain.hook, "input");
			forward_drops = forward_drops || is(chain.hook, "forward");
		}
	}
	found.ufw = has_ufw_chains && (input_drops || (forward_drops && !found.docker));
	return found;
}

static void add(struct foreign_rules *rules, const char *place, const char *name)
{
	char rule[FOREIGN_RULE_SIZE];

	if (snprintf(rule, sizeof(rule), "%s %s", place, name) < (int)sizeof(rule))
		foreign_rules_add(rules, rule);
}

/* "iptables", or "nft" and the chain. */
static void name_place(const struct chain *chain, char place[FOREIGN_RULE_SIZE])
{
	if (is_iptables(chain))
		strcpy(place, is(chain->family, "ip6") ? "ip6tables" : "iptables");
	else
		snprintf(place, FOREIGN_RULE_SIZE, "nft %s %s %s", chain->family, chain->table,
			 chain->name);
}

static void add_input(struct foreign_rules *rules, const struct chain *chain)
{
	char place[FOREIGN_RULE_SIZE];

	name_place(chain, place);
	add(rules, place, "ike");
	add(rules, place, "esp");
	add(rules, place, "l2tp");
}

static void add_forward(struct foreign_rules *rules, const struct chain *chain,
			const struct managers *managers)
{
	bool is_dockers = is_iptables(chain) &&
			  (is(chain->family, "ip6") ? managers->docker_ipv6 : managers->docker);
	char place[FOREIGN_RULE_SIZE];

	name_place(chain, place);
	add(rules, place, is_dockers ? "docker-in" : "forward-in");
	add(rules, place, is_dockers ? "docker-out" : "forward-out");
}

static void add_chain(struct foreign_rules *rules, const struct chain *chain,
		      const struct managers *managers, bool has_ipv6)
{
	if (!is(chain->policy, "drop") || begins(chain->table, "saregate") ||
	    !(is(chain->family, "ip") || is(chain->family, "ip6") || is(chain->family, "inet")))
		return;
	if (managers->ufw && is_iptables(chain))
		return;
	if (is(chain->hook, "input"))
		add_input(rules, chain);
	else if (is(chain->hook, "forward") && (has_ipv6 || !is(chain->family, "ip6")))
		add_forward(rules, chain, managers);
}

static void find(json_object *list, bool has_ipv6, struct foreign_rules *rules)
{
	static const char *const ufw[] = { "ike", "esp", "forward" };
	static const char *const firewalld[] = { "ike", "l2tp", "forward" };
	struct managers managers = find_managers(list);
	struct chain chain;

	for (size_t i = 0; managers.ufw && i < ELEMENTS(ufw); i++)
		add(rules, "ufw", ufw[i]);
	for (size_t i = 0; managers.firewalld && i < ELEMENTS(firewalld); i++)
		add(rules, "firewalld", firewalld[i]);
	for (size_t i = 0; i < json_object_array_length(list); i++)
		if (read_chain(list, i, &chain))
			add_chain(rules, &chain, &managers, has_ipv6);
}

int foreign_firewall_find(const char *chains, bool has_ipv6, struct foreign_rules *ret_rules)
{
	_cleanup_(json_putp) json_object *root = json_tokener_parse(chains);
	json_object *list;

	if (!root || !json_object_object_get_ex(root, "nftables", &list) ||
	    !json_object_is_type(list, json_type_array))
		return -EINVAL;
	*ret_rules = (struct foreign_rules){ 0 };
	find(list, has_ipv6, ret_rules);
	return 0;
}
