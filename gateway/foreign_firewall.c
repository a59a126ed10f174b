/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Advice for firewalls that are not ours, from nft's JSON. What must pass: IKE
 * and ESP from outside, L2TP once more after decryption (in transport mode it
 * runs through the input chain again; the guard drops what came in clear), and
 * clients' packets between sg* and the network behind. Pure.
 */
#include "gateway/foreign_firewall.h"

#include "base/cleanup.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char heading[] = "another firewall of this host drops what it does not know; so that "
			      "clients come in,\nrun, unless you have done so before:\n";

static const char ufw_commands[] = "  ufw allow 500,4500,1701/udp\n"
				   "  ufw allow proto esp from any to any\n"
				   "  ufw route allow in on sg+\n";

static const char firewalld_commands[] =
	"  firewall-cmd --permanent --add-service=ipsec --add-port=1701/udp\n"
	"  firewall-cmd --permanent --zone=trusted --add-interface=sg+\n"
	"  firewall-cmd --reload\n";

static const char docker_commands[] =
	"  iptables -I DOCKER-USER -i sg+ -j ACCEPT\n"
	"  iptables -I DOCKER-USER -o sg+ -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n";

static const char iptables_forward[] =
	"  iptables -I FORWARD -i sg+ -j ACCEPT\n"
	"  iptables -I FORWARD -o sg+ -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n";

#define IPTABLES_INPUT(program)                                                    \
	"  " program " -I INPUT -p udp -m multiport --dports 500,4500 -j ACCEPT\n" \
	"  " program " -I INPUT -p esp -j ACCEPT\n"                                \
	"  " program " -I INPUT -p udp --dport 1701 -m policy --dir in --pol ipsec -j ACCEPT\n"

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
};

static void json_putp(json_object **object)
{
	json_object_put(*object);
}

static const char *text_of(json_object *object, const char *key)
{
	json_object *value;

	if (!json_object_object_get_ex(object, key, &value))
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

static struct managers find_managers(json_object *list)
{
	struct managers found = { 0 };
	struct chain chain;

	for (size_t i = 0; i < json_object_array_length(list); i++) {
		if (!read_chain(list, i, &chain))
			continue;
		found.ufw = found.ufw || begins(chain.name, "ufw-");
		found.firewalld = found.firewalld || is(chain.table, "firewalld");
		found.docker = found.docker || is(chain.name, "DOCKER-USER");
	}
	return found;
}

/* The tables that iptables and its kin keep: their users know no nft. */
static bool is_iptables(const struct chain *chain)
{
	return (is(chain->family, "ip") || is(chain->family, "ip6")) &&
	       is(chain->table, "filter") &&
	       (is(chain->name, "INPUT") || is(chain->name, "FORWARD"));
}

static void advise_input(FILE *text, const struct chain *chain)
{
	static const char *const rules[] = { "udp dport { 500, 4500 } accept",
					     "meta l4proto esp accept",
					     "udp dport 1701 meta ipsec exists accept" };

	if (is_iptables(chain)) {
		fputs(is(chain->family, "ip6") ? IPTABLES_INPUT("ip6tables")
					       : IPTABLES_INPUT("iptables"),
		      text);
		return;
	}
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++)
		fprintf(text, "  nft 'insert rule %s %s %s %s'\n", chain->family, chain->table,
			chain->name, rules[i]);
}

/* Inside the tunnels there is IPv4 only. */
static void advise_forward(FILE *text, const struct chain *chain, const struct managers *managers)
{
	static const char *const rules[] = {
		"iifname \"sg*\" accept", "oifname \"sg*\" ct state established,related accept"
	};

	if (is(chain->family, "ip6"))
		return;
	if (is_iptables(chain)) {
		fputs(managers->docker ? docker_commands : iptables_forward, text);
		return;
	}
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++)
		fprintf(text, "  nft 'insert rule %s %s %s %s'\n", chain->family, chain->table,
			chain->name, rules[i]);
}

static void advise_chain(FILE *text, const struct chain *chain, const struct managers *managers)
{
	if (!is(chain->policy, "drop") || begins(chain->table, "saregate") ||
	    !(is(chain->family, "ip") || is(chain->family, "ip6") || is(chain->family, "inet")))
		return;
	if (managers->ufw && is_iptables(chain))
		return;
	if (is(chain->hook, "input"))
		advise_input(text, chain);
	else if (is(chain->hook, "forward"))
		advise_forward(text, chain, managers);
}

static void advise(FILE *text, json_object *list)
{
	struct managers managers = find_managers(list);
	struct chain chain;

	if (managers.ufw)
		fputs(ufw_commands, text);
	if (managers.firewalld)
		fputs(firewalld_commands, text);
	for (size_t i = 0; i < json_object_array_length(list); i++)
		if (read_chain(list, i, &chain))
			advise_chain(text, &chain, &managers);
}

int foreign_firewall_advice(const char *chains, char **ret_text)
{
	_cleanup_(json_putp) json_object *root = json_tokener_parse(chains);
	_cleanup_(freep) char *commands = NULL;
	json_object *list;
	size_t size = 0;
	FILE *stream;
	char *text;

	if (!root || !json_object_object_get_ex(root, "nftables", &list) ||
	    !json_object_is_type(list, json_type_array))
		return -EINVAL;
	stream = open_memstream(&commands, &size);
	if (!stream)
		return -ENOMEM;
	advise(stream, list);
	if (fclose(stream) < 0)
		return -ENOMEM;
	if (size == 0) {
		*ret_text = NULL;
		return 0;
	}
	if (asprintf(&text, "%s%s", heading, commands) < 0)
		return -ENOMEM;
	*ret_text = text;
	return 0;
}
