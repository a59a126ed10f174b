/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Foreign chains, as nft lists them. Pure. */
#include "gateway/doctor_foreign.h"

#include "base/cleanup.h"
#include "gateway/foreign_firewall.h"

#include <errno.h>
#include <string.h>

#define AREA "firewall"

#define LINE_MAX_BYTES 1024

/* What must pass a chain of a hook: one of its lines names it and accepts. */
static const struct {
	const char *hook;
	const char *words;
} passes[] = {
	{ "input", "500" },
	{ "input", "4500" },
	{ "input", "esp" },
	{ "input", "1701" },
	{ "forward", "iifname \"sg*\"" },
	{ "forward", "oifname \"sg*\"" },
};

/* What narrows a rule down to something else than we need. */
static const char *const narrow[] = { "dport", "sport", "ct state", "icmp",   "\"lo\"",
				      "tcp",   "saddr", "daddr",    "igmp",   "ct status",
				      "mark",  "type",  "\"sg*\"",  "l4proto" };

static const char *text_of(json_object *object, const char *key)
{
	json_object *value;

	return json_object_object_get_ex(object, key, &value) ? json_object_get_string(value) : "";
}

/* The start of what is inside "chain NAME {" of that table in a listing; NULL. */
static const char *find_chain(const char *ruleset, json_object *chain)
{
	char head[256];
	const char *table, *body;

	snprintf(head, sizeof(head), "table %s %s {\n", text_of(chain, "family"),
		 text_of(chain, "table"));
	table = strstr(ruleset, head);
	if (!table)
		return NULL;
	snprintf(head, sizeof(head), "\n\tchain %s {\n", text_of(chain, "name"));
	body = strstr(table, head);
	if (!body || (strstr(table, "\n}") && body > strstr(table, "\n}")))
		return NULL;
	return body + strlen(head);
}

/* Copies a line of the chain that begins at *@position; false after its last. */
static bool next_rule(const char **position, char line[LINE_MAX_BYTES])
{
	size_t size = strcspn(*position, "\n");

	snprintf(line, LINE_MAX_BYTES, "%.*s", (int)size, *position);
	*position += size;
	*position += **position == '\n';
	return *line && strcmp(line, "\t}") != 0;
}

static bool holds_words(const char *line, const char *words)
{
	const char *found = line;

	for (; (found = strstr(found, words)); found++)
		if (found > line && strchr(" \t", found[-1]) && strchr(" ,", found[strlen(words)]))
			return true;
	return false;
}

static bool has_pass(const char *body, const char *words)
{
	char line[LINE_MAX_BYTES];

	while (next_rule(&body, line))
		if (holds_words(line, words) && strstr(line, " accept"))
			return true;
	return false;
}

/* Whether the chain goes on elsewhere, or accepts something that may be ours. */
static bool is_unclear(const char *body)
{
	char line[LINE_MAX_BYTES];

	while (next_rule(&body, line)) {
		bool is_narrow = false;

		if (strstr(line, " jump ") || strstr(line, "\tjump ") || strstr(line, "goto "))
			return true;
		if (strstr(line, "policy ") || !strstr(line, "accept"))
			continue;
		for (size_t i = 0; i < ELEMENTS(narrow); i++)
			is_narrow = is_narrow || strstr(line, narrow[i]);
		if (!is_narrow)
			return true;
	}
	return false;
}

/* Whether the chain lets all pass that its hook has to. */
static bool is_open(const char *body, const char *hook)
{
	for (size_t i = 0; i < ELEMENTS(passes); i++)
		if (strcmp(passes[i].hook, hook) == 0 && !has_pass(body, passes[i].words))
			return false;
	return true;
}

/* What was found, over all chains. */
struct foreign {
	const char *ruleset;
	bool has_ipv6;
	bool drops;   /* some chain does */
	bool unclear; /* of those that do, each may let clients pass in its own way */
};

/* Whether the entry of nft's list is to stay in what advice is asked for. */
static bool is_in_the_way(struct foreign *foreign, json_object *entry)
{
	const char *body, *hook;
	json_object *chain;

	if (!json_object_object_get_ex(entry, "chain", &chain))
		return true;
	hook = text_of(chain, "hook");
	if (strcmp(text_of(chain, "policy"), "drop") != 0 ||
	    (strcmp(hook, "input") != 0 && strcmp(hook, "forward") != 0) ||
	    strncmp(text_of(chain, "table"), "saregate", strlen("saregate")) == 0)
		return true;
	body = find_chain(foreign->ruleset, chain);
	if (body && is_open(body, hook))
		return false;
	if (!foreign->has_ipv6 && strcmp(text_of(chain, "family"), "ip6") == 0 &&
	    strcmp(hook, "forward") == 0)
		return false;
	foreign->unclear = (!foreign->drops || foreign->unclear) && body && is_unclear(body);
	foreign->drops = true;
	return true;
}

/* nft's list without the chains that let clients pass. Return: NULL if it is none. */
static json_object *keep_those_in_the_way(struct foreign *foreign, json_object *root)
{
	_cleanup_(json_putp) json_object *result = json_object_new_object();
	_cleanup_(json_putp) json_object *kept = json_object_new_array();
	json_object *list;

	if (!result || !kept || !json_object_object_get_ex(root, "nftables", &list) ||
	    !json_object_is_type(list, json_type_array))
		return NULL;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		json_object *entry = json_object_array_get_idx(list, i);

		if (is_in_the_way(foreign, entry) &&
		    json_object_array_add(kept, json_object_get(entry)) < 0) {
			json_object_put(entry);
			return NULL;
		}
	}
	if (json_object_object_add(result, "nftables", kept) < 0)
		return NULL;
	TAKE_PTR(kept);
	return TAKE_PTR(result);
}

/* Of @wanted what is @missing, as one line for a shell. Return: whether there is any. */
static bool put_commands(FILE *line, const struct foreign_rules *wanted,
			 const struct foreign_rules *missing)
{
	const char *const *reload = NULL;
	struct foreign_command command;
	const char *separator = "";
	char text[1024];

	for (size_t i = 0; i < wanted->count; i++) {
		const char *rule = wanted->rules[i];

		if (!foreign_rules_have(missing, rule) ||
		    foreign_rule_command(rule, FOREIGN_STEP_ALLOW, 0, &command) < 0)
			continue;
		fprintf(line, "%s%s", separator,
			foreign_command_format(command.words, text, sizeof(text)));
		separator = " && ";
		if (foreign_rule_reload(rule))
			reload = foreign_rule_reload(rule);
	}
	if (reload)
		fprintf(line, "%s%s", separator,
			foreign_command_format(reload, text, sizeof(text)));
	return *separator;
}

static void report(const struct foreign *foreign, const char *commands,
		   struct doctor_findings *findings)
{
	if (foreign->drops && !foreign->unclear)
		doctor_add(findings, DOCTOR_ERROR, AREA,
			   "another firewall of this host drops clients' packets");
	else
		doctor_add(findings, DOCTOR_WARNING, AREA,
			   "another firewall of this host drops what it does not know, perhaps "
			   "clients' packets");
	doctor_run(findings, "%s", commands);
}

void doctor_foreign_check(const char *chains, const char *ruleset, bool has_ipv6,
			  const struct foreign_rules *missing, struct doctor_findings *findings)
{
	_cleanup_(json_putp) json_object *root = json_tokener_parse(chains);
	_cleanup_(json_putp) json_object *kept = NULL;
	_cleanup_(freep) char *commands = NULL;
	struct foreign foreign = { .ruleset = ruleset, .has_ipv6 = has_ipv6 };
	struct foreign_rules wanted;
	bool any;
	size_t size = 0;
	FILE *line;

	kept = root ? keep_those_in_the_way(&foreign, root) : NULL;
	if (!kept ||
	    foreign_firewall_find(json_object_to_json_string(kept), has_ipv6, &wanted) < 0) {
		doctor_unseen(findings, AREA, "other firewalls", -EBADMSG);
		return;
	}
	line = open_memstream(&commands, &size);
	any = line && put_commands(line, &wanted, missing);
	if (!line || fclose(line) != 0)
		findings->incomplete = true;
	else if (any)
		report(&foreign, commands, findings);
	else
		doctor_add(findings, DOCTOR_GOOD, AREA, "no other firewall drops clients' packets");
}
