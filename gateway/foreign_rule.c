/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rules and their commands. What must pass: IKE and ESP from outside, L2TP once more
 * after decryption (in transport mode it runs through the input chain again; the guard
 * drops what came in clear), and clients' packets between sg* and the network behind.
 * Pure.
 */
#include "gateway/foreign_rule.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A rule of a manager that has a command for each step. */
struct managed_rule {
	const char *name;
	const char *steps[FOREIGN_STEP_REVOKE + 1];
	const char *shown; /* the line by which ASK shows it; NULL: its exit status tells */
};

/* A rule of a table: of iptables, or in nft's words. */
struct table_rule {
	const char *name;
	const char *text;
};

static const struct managed_rule managed_rules[] = {
	{ "ufw ike",
	  { "ufw show added", "ufw allow 500,4500,1701/udp", "ufw delete allow 500,4500,1701/udp" },
	  "ufw allow 500,1701,4500/udp" },
	{ "ufw esp",
	  { "ufw show added", "ufw allow proto esp from any to any",
	    "ufw delete allow proto esp from any to any" },
	  "ufw allow to any proto esp" },
	{ "ufw forward",
	  { "ufw show added", "ufw route allow in on sg+", "ufw route delete allow in on sg+" },
	  "ufw route allow in on sg+" },
	{ "firewalld ike",
	  { "firewall-cmd --permanent --query-service=ipsec",
	    "firewall-cmd --permanent --add-service=ipsec",
	    "firewall-cmd --permanent --remove-service=ipsec" },
	  NULL },
	{ "firewalld l2tp",
	  { "firewall-cmd --permanent --query-port=1701/udp",
	    "firewall-cmd --permanent --add-port=1701/udp",
	    "firewall-cmd --permanent --remove-port=1701/udp" },
	  NULL },
	{ "firewalld forward",
	  { "firewall-cmd --permanent --zone=trusted --query-interface=sg+",
	    "firewall-cmd --permanent --zone=trusted --add-interface=sg+",
	    "firewall-cmd --permanent --zone=trusted --remove-interface=sg+" },
	  NULL },
};

static const struct table_rule iptables_rules[] = {
	{ "ike", "INPUT -p udp -m multiport --dports 500,4500 -j ACCEPT" },
	{ "esp", "INPUT -p esp -j ACCEPT" },
	{ "l2tp", "INPUT -p udp --dport 1701 -m policy --dir in --pol ipsec -j ACCEPT" },
	{ "forward-in", "FORWARD -i sg+ -j ACCEPT" },
	{ "forward-out", "FORWARD -o sg+ -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT" },
	{ "docker-in", "DOCKER-USER -i sg+ -j ACCEPT" },
	{ "docker-out", "DOCKER-USER -o sg+ -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT" },
};

static const struct table_rule nft_rules[] = {
	{ "ike", "udp dport { 500, 4500 } accept" },
	{ "esp", "meta l4proto esp accept" },
	{ "l2tp", "udp dport 1701 meta ipsec exists accept" },
	{ "forward-in", "iifname \"sg*\" accept" },
	{ "forward-out", "oifname \"sg*\" ct state established,related accept" },
};

void foreign_rules_add(struct foreign_rules *rules, const char *rule)
{
	if (!foreign_rules_have(rules, rule) && rules->count < FOREIGN_RULES_MAX &&
	    text_copy(rules->rules[rules->count], FOREIGN_RULE_SIZE, rule) == 0)
		rules->count++;
}

bool foreign_rules_have(const struct foreign_rules *rules, const char *rule)
{
	for (size_t i = 0; i < rules->count; i++)
		if (strcmp(rules->rules[i], rule) == 0)
			return true;
	return false;
}

static const char *find_text(const struct table_rule *rules, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(rules[i].name, name) == 0)
			return rules[i].text;
	return NULL;
}

static const struct managed_rule *find_managed(const char *rule)
{
	for (size_t i = 0; i < ELEMENTS(managed_rules); i++)
		if (strcmp(managed_rules[i].name, rule) == 0)
			return &managed_rules[i];
	return NULL;
}

/* Takes @command->text apart at its spaces. */
static void split(struct foreign_command *command)
{
	char *rest = NULL;
	size_t count = 0;

	for (char *word = strtok_r(command->text, " ", &rest); word && count < FOREIGN_WORDS_MAX;
	     word = strtok_r(NULL, " ", &rest))
		command->words[count++] = word;
	command->words[count] = NULL;
}

/* ---- iptables -------------------------------------------------------------------- */

/* "iptables NAME" or "ip6tables NAME". Return: 0; -EINVAL. */
static int iptables_command(const char *rule, enum foreign_step step,
			    struct foreign_command *ret_command)
{
	static const char letters[] = { 'C', 'I', 'D' };
	size_t size = strcspn(rule, " ");
	const char *text;

	if (strncmp(rule, "iptables ", size + 1) != 0 && strncmp(rule, "ip6tables ", size + 1) != 0)
		return -EINVAL;
	text = find_text(iptables_rules, ELEMENTS(iptables_rules), rule + size + 1);
	if (!text)
		return -EINVAL;
	snprintf(ret_command->text, sizeof(ret_command->text), "%.*s -%c %s", (int)size, rule,
		 letters[step], text);
	split(ret_command);
	return 0;
}

/* ---- nft ------------------------------------------------------------------------- */

/* "nft FAMILY TABLE CHAIN NAME" */
struct nft_rule {
	char chain[FOREIGN_RULE_SIZE]; /* the three words in the middle */
	const char *name;
	const char *text;
};

static bool is_name(const char *word, size_t size)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_./-";

	return size > 0 && word[0] != '-' && strspn(word, allowed) >= size;
}

static int nft_parse(const char *rule, struct nft_rule *ret_rule)
{
	static const char program[] = "nft ";
	const char *chain = rule + strlen(program);
	const char *word = chain;

	if (strncmp(rule, program, strlen(program)) != 0)
		return -EINVAL;
	for (int i = 0; i < 3; i++) {
		size_t size = strcspn(word, " ");

		if (!is_name(word, size) || word[size] != ' ')
			return -EINVAL;
		word += size + 1;
	}
	ret_rule->name = word;
	ret_rule->text = find_text(nft_rules, ELEMENTS(nft_rules), word);
	if (!ret_rule->text)
		return -EINVAL;
	snprintf(ret_rule->chain, sizeof(ret_rule->chain), "%.*s", (int)(word - 1 - chain), chain);
	return 0;
}

/* The comment is by which the rule is found again. */
static int nft_command(const char *rule, enum foreign_step step, unsigned long handle,
		       struct foreign_command *ret_command)
{
	struct foreign_command *command = ret_command;
	size_t size = sizeof(command->text);
	struct nft_rule nft;
	size_t count = 0;
	int r;

	r = nft_parse(rule, &nft);
	if (r < 0)
		return r;
	command->words[count++] = "nft";
	if (step == FOREIGN_STEP_ASK)
		command->words[count++] = "-a";
	command->words[count++] = command->text;
	command->words[count] = NULL;
	if (step == FOREIGN_STEP_ASK)
		snprintf(command->text, size, "list chain %s", nft.chain);
	else if (step == FOREIGN_STEP_ALLOW)
		snprintf(command->text, size, "insert rule %s %s comment \"saregate %s\"",
			 nft.chain, nft.text, nft.name);
	else
		snprintf(command->text, size, "delete rule %s handle %lu", nft.chain, handle);
	return 0;
}

static bool nft_is_there(const struct nft_rule *nft, const char *output, unsigned long *ret_handle)
{
	static const char before[] = " # handle ";
	char comment[64];
	const char *found;

	snprintf(comment, sizeof(comment), " comment \"saregate %s\"", nft->name);
	found = strstr(output, comment);
	if (!found || strncmp(found + strlen(comment), before, strlen(before)) != 0)
		return false;
	*ret_handle = strtoul(found + strlen(comment) + strlen(before), NULL, 10);
	return *ret_handle != 0;
}

/* ---- all --------------------------------------------------------------------------- */

int foreign_rule_command(const char *rule, enum foreign_step step, unsigned long handle,
			 struct foreign_command *ret_command)
{
	const struct managed_rule *managed = find_managed(rule);

	if (managed) {
		strcpy(ret_command->text, managed->steps[step]);
		split(ret_command);
		return 0;
	}
	if (iptables_command(rule, step, ret_command) == 0)
		return 0;
	return nft_command(rule, step, handle, ret_command);
}

/* Whether a whole line of @text is @wanted. */
static bool has_line(const char *text, const char *wanted)
{
	size_t size = strlen(wanted);

	for (; *text; text += strcspn(text, "\n"), text += *text == '\n')
		if (strncmp(text, wanted, size) == 0 && (text[size] == '\n' || !text[size]))
			return true;
	return false;
}

bool foreign_rule_is_there(const char *rule, int status, const char *output,
			   unsigned long *ret_handle)
{
	const struct managed_rule *managed = find_managed(rule);
	struct nft_rule nft;

	if (status != 0)
		return false;
	if (managed && managed->shown)
		return has_line(output, managed->shown);
	return nft_parse(rule, &nft) < 0 || nft_is_there(&nft, output, ret_handle);
}

const char *const *foreign_rule_reload(const char *rule)
{
	static const char *const reload[] = { "firewall-cmd", "--reload", NULL };

	return strncmp(rule, "firewalld ", strlen("firewalld ")) == 0 ? reload : NULL;
}

bool foreign_rule_is_lost_at_boot(const char *rule)
{
	return !find_managed(rule);
}

char *foreign_command_format(const char *const words[], char *text, size_t size)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-_./,:=+";
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; words[i] && used < size; i++) {
		/* No word of ours has a quote of this kind. */
		const char *quote = words[i][strspn(words[i], plain)] ? "'" : "";

		used += (size_t)snprintf(text + used, size - used, "%s%s%s%s", i > 0 ? " " : "",
					 quote, words[i], quote);
	}
	return text;
}
