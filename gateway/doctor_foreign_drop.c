/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Foreign rules, as nft lists them. Pure. */
#include "gateway/doctor_foreign_drop.h"

#include "base/cleanup.h"

#include <stdlib.h>
#include <string.h>

#define AREA "firewall"

#define LINE_MAX_BYTES 1024
#define NAME_MAX_BYTES 128

/* What clients send; ESP of those without a NAT has no port. */
static const struct {
	const char *name;
	unsigned int port;
} needs[] = {
	{ "IKE", 500 },
	{ "IKE and ESP behind a NAT", 4500 },
	{ "L2TP inside IPsec", 1701 },
	{ "ESP without a NAT", 0 },
};

/* What a rule looks at beside the protocol and the port. */
static const char *const exacting[] = { "saddr", "daddr",  "sport", "mark",    "limit",
					"ct ",   "ipsec",  "@",     "secpath", "socket",
					"fib",   "numgen", "tcp ",  "length" };

/* The place in the listing. */
struct place {
	char table[NAME_MAX_BYTES]; /* "inet site" */
	char chain[NAME_MAX_BYTES];
	bool is_ours;
	bool is_called; /* by a hook that sees what arrives */
	bool accepted[ELEMENTS(needs)];
};

/* Whether "4500", "500-4500" or one of "{ 500, 4500 }" is this port. */
static bool holds_port(const char *values, unsigned int port)
{
	bool is_set = *values == '{';
	char *end;

	values += is_set ? strspn(values, "{ ") : 0;
	for (;;) {
		unsigned long first = strtoul(values, &end, 10);
		unsigned long last = first;

		if (end == values)
			return false;
		if (*end == '-')
			last = strtoul(end + 1, &end, 10);
		if (port >= first && port <= last)
			return true;
		if (!is_set || *end != ',')
			return false;
		values = end + strspn(end, ", ");
	}
}

static bool is_about(const char *rule, unsigned int port)
{
	static const char *const words[] = { "udp dport ", "th dport " };

	if (port == 0)
		return strstr(rule, "l4proto esp ") || strstr(rule, "protocol esp ") ||
		       strstr(rule, "nexthdr esp ");
	for (size_t i = 0; i < ELEMENTS(words); i++) {
		const char *found = strstr(rule, words[i]);

		if (found && holds_port(found + strlen(words[i]), port))
			return true;
	}
	return false;
}

static bool is_exacting(const char *rule)
{
	for (size_t i = 0; i < ELEMENTS(exacting); i++)
		if (strstr(rule, exacting[i]))
			return true;
	return false;
}

static bool drops(const char *rule)
{
	return strstr(rule, " drop") || strstr(rule, " reject");
}

static void tell(const struct place *place, const char *rule, const char *name,
		 struct doctor_findings *findings)
{
	bool is_sure = place->is_called && !strstr(rule, "iif");

	doctor_add(findings, is_sure ? DOCTOR_ERROR : DOCTOR_WARNING, AREA,
		   "another firewall of this host drops %s%s: \"%s\" in chain %s of table %s",
		   is_sure ? "" : "perhaps clients' ", name, rule, place->chain, place->table);
	doctor_advise(findings,
		      "take the rule away where it is written, and its handle here: "
		      "nft -a list chain %s %s",
		      place->table, place->chain);
}

static void look_at_rule(struct place *place, const char *rule, bool told[ELEMENTS(needs)],
			 struct doctor_findings *findings)
{
	for (size_t i = 0; i < ELEMENTS(needs); i++) {
		if (!is_about(rule, needs[i].port) || is_exacting(rule))
			continue;
		if (strstr(rule, " accept")) {
			place->accepted[i] = place->accepted[i] || !strstr(rule, "iif");
		} else if (drops(rule) && !place->accepted[i] && !told[i]) {
			tell(place, rule, needs[i].name, findings);
			told[i] = true;
		}
	}
}

/* "table inet site {": what follows is in it. */
static void enter_table(struct place *place, const char *line)
{
	*place = (struct place){ 0 };
	snprintf(place->table, sizeof(place->table), "%.*s", (int)strcspn(line, "{") - 1, line);
	place->is_ours = strstr(place->table, " saregate");
}

static void enter_chain(struct place *place, const char *line)
{
	snprintf(place->chain, sizeof(place->chain), "%.*s", (int)strcspn(line, " "), line);
	place->is_called = false;
	memset(place->accepted, 0, sizeof(place->accepted));
}

static void look_at_line(struct place *place, const char *line, bool told[ELEMENTS(needs)],
			 struct doctor_findings *findings)
{
	static const char table[] = "table ";
	static const char chain[] = "\tchain ";
	static const char hook[] = "\t\ttype filter hook ";

	if (strncmp(line, table, strlen(table)) == 0) {
		enter_table(place, line + strlen(table));
	} else if (line[0] == '\t' && line[1] != '\t') {
		place->chain[0] = '\0';
		if (strncmp(line, chain, strlen(chain)) == 0)
			enter_chain(place, line + strlen(chain));
	} else if (strncmp(line, hook, strlen(hook)) == 0) {
		line += strlen(hook);
		place->is_called = strncmp(line, "input ", 6) == 0 ||
				   strncmp(line, "prerouting ", 11) == 0 ||
				   strncmp(line, "ingress ", 8) == 0;
	} else if (place->chain[0] && !place->is_ours) {
		look_at_rule(place, line + strspn(line, "\t"), told, findings);
	}
}

void doctor_foreign_drop_check(const char *ruleset, struct doctor_findings *findings)
{
	bool told[ELEMENTS(needs)] = { false };
	struct place place = { 0 };
	char line[LINE_MAX_BYTES];

	while (*ruleset) {
		size_t size = strcspn(ruleset, "\n");

		snprintf(line, sizeof(line), "%.*s", (int)size, ruleset);
		look_at_line(&place, line, told, findings);
		ruleset += size;
		ruleset += *ruleset == '\n';
	}
}
