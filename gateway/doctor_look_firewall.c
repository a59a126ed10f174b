/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks at nft's rules and at the files that a boot loads. Changes none. I/O. */
#include "base/cleanup.h"
#include "gateway/configuration_pools.h"
#include "gateway/doctor_firewall.h"
#include "gateway/doctor_look.h"
#include "gateway/firewall_text.h"
#include "gateway/setup.h"
#include "gateway/setup_firewalls.h"

#include <errno.h>
#include <glob.h>
#include <string.h>

#define LIST_GUARD "nft -st list table inet " FIREWALL_GUARD_TABLE
#define LIST_MAIN  "nft -st list table inet " FIREWALL_TABLE

/* Files that files include, and so on. */
#define INCLUDE_DEPTH_MAX 8

/*
 * In a network namespace of its own the file meets no other table, and nft lists it
 * there in the words in which it lists it here.
 */
static void look_at_tables(struct doctor_firewall_facts *facts)
{
	static const char *const wanted[] = { "unshare",
					      "--net",
					      "sh",
					      "-c",
					      "nft -f \"$0\" && " LIST_GUARD " && " LIST_MAIN,
					      SETUP_FIREWALL_PATH,
					      NULL };
	static const char *const loaded[] = { "sh", "-c", LIST_GUARD " && " LIST_MAIN, NULL };
	static const char *const tables[] = { "nft", "list", "tables", NULL };
	struct doctor_text ignored;

	doctor_look_program(tables, &ignored);
	if (!ignored.text) {
		facts->loaded.error = ignored.error == -ENOENT ? -ENOTSUP : ignored.error;
		facts->wanted.error = facts->loaded.error;
		return;
	}
	doctor_text_done(&ignored);
	doctor_look_program(loaded, &facts->loaded);
	if (!facts->loaded.text && facts->loaded.error == -EIO)
		facts->loaded.error = -ENOENT;
	doctor_look_program(wanted, &facts->wanted);
}

/* NOLINTBEGIN(misc-no-recursion): no deeper than INCLUDE_DEPTH_MAX. */
static void look_at_files(struct doctor_firewall_facts *facts, const char *pattern, int depth);

/* `include "PATTERN"`; a pattern that is not absolute is looked for in /etc, as nft does. */
static void look_at_include(struct doctor_firewall_facts *facts, const char *line, int depth)
{
	static const char word[] = "include";
	char pattern[256];
	size_t size;

	line += strspn(line, " \t");
	if (strncmp(line, word, strlen(word)) != 0)
		return;
	line += strlen(word);
	line += strspn(line, " \t");
	if (*line != '"' && *line != '\'')
		return;
	size = strcspn(line + 1, "\"'\n");
	snprintf(pattern, sizeof(pattern), "%s%.*s", line[1] == '/' ? "" : "/etc/", (int)size,
		 line + 1);
	look_at_files(facts, pattern, depth + 1);
}

static bool is_known(const struct doctor_firewall_facts *facts, const char *path)
{
	for (size_t i = 0; i < facts->saved_count; i++)
		if (strcmp(facts->saved[i].path, path) == 0)
			return true;
	return false;
}

static void look_at_file(struct doctor_firewall_facts *facts, const char *path, int depth)
{
	struct doctor_saved_rules *saved = &facts->saved[facts->saved_count];
	const char *line;

	if (facts->saved_count == DOCTOR_SAVED_MAX || is_known(facts, path))
		return;
	saved->path = strdup(path);
	if (!saved->path)
		return;
	doctor_look_file(path, &saved->content);
	facts->saved_count++;
	for (line = saved->content.text; line && *line;) {
		look_at_include(facts, line, depth);
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
}

static void look_at_files(struct doctor_firewall_facts *facts, const char *pattern, int depth)
{
	glob_t found;

	if (depth > INCLUDE_DEPTH_MAX || glob(pattern, 0, NULL, &found) != 0)
		return;
	for (size_t i = 0; i < found.gl_pathc; i++)
		look_at_file(facts, found.gl_pathv[i], depth);
	globfree(&found);
}
/* NOLINTEND(misc-no-recursion) */

void doctor_firewall_look(struct doctor_firewall_facts *ret_facts)
{
	static const char *const ruleset[] = { "nft", "-s", "list", "ruleset", NULL };
	static const char *const chains[] = { "nft", "-j", "list", "chains", NULL };
	/* Debian, Fedora, iptables-persistent. */
	static const char *const saved[] = { "/etc/nftables.conf", "/etc/nftables/*.nft",
					     "/etc/sysconfig/nftables.conf",
					     "/etc/iptables/rules.v[46]" };
	bool has_ipv6 =
		ret_facts->configuration && configuration_has_ipv6(ret_facts->configuration);
	struct setup_error ignored;

	doctor_look_file(SETUP_FIREWALL_PATH, &ret_facts->file);
	look_at_tables(ret_facts);
	doctor_look_program(ruleset, &ret_facts->ruleset);
	doctor_look_program(chains, &ret_facts->chains);
	if (setup_firewalls_find(has_ipv6, &ret_facts->missing, &ignored) < 0)
		ret_facts->missing_error = geteuid() == 0 ? -EIO : -EACCES;
	for (size_t i = 0; i < ELEMENTS(saved); i++)
		look_at_files(ret_facts, saved[i], 0);
}

void doctor_firewall_facts_done(struct doctor_firewall_facts *facts)
{
	doctor_text_done(&facts->file);
	doctor_text_done(&facts->wanted);
	doctor_text_done(&facts->loaded);
	doctor_text_done(&facts->ruleset);
	doctor_text_done(&facts->chains);
	for (size_t i = 0; i < facts->saved_count; i++) {
		free(facts->saved[i].path);
		doctor_text_done(&facts->saved[i].content);
	}
}
