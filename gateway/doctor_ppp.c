/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /etc/ppp/options is read by every pppd of the host before its arguments. Ours
 * has arguments (ppp-hooks/pppd_arguments.c) that say otherwise where that can
 * be; what they cannot undo is named here. Pure.
 */
#include "gateway/doctor_ppp.h"

#include "base/cleanup.h"

#include <errno.h>
#include <string.h>

#define AREA "ppp"

#define WORD_MAX_BYTES 64

/* Options that our arguments override, or that mean nothing to us; arguments of each. */
static const struct {
	const char *word;
	unsigned int arguments;
} harmless[] = {
	{ "asyncmap", 1 },
	{ "auth", 0 },
	{ "chap-interval", 1 },
	{ "crtscts", 0 },
	{ "defaultroute", 0 },
	{ "hide-password", 0 },
	{ "idle", 1 },
	{ "ip-down-script", 1 },
	{ "ip-up-script", 1 },
	{ "lcp-echo-failure", 1 },
	{ "lcp-echo-interval", 1 },
	{ "lcp-max-terminate", 1 },
	{ "local", 0 },
	{ "lock", 0 },
	{ "maxconnect", 1 },
	{ "maxfail", 1 },
	{ "modem", 0 },
	{ "mru", 1 },
	{ "mtu", 1 },
	{ "name", 1 },
	{ "noaccomp", 0 },
	{ "noauth", 0 },
	{ "noccp", 0 },
	{ "nocrtscts", 0 },
	{ "nodefaultroute", 0 },
	{ "nodetach", 0 },
	{ "noipdefault", 0 },
	{ "noipv6", 0 },
	{ "noipx", 0 },
	{ "nolock", 0 },
	{ "nomppe", 0 },
	{ "nopcomp", 0 },
	{ "nopersist", 0 },
	{ "noproxyarp", 0 },
	{ "novj", 0 },
	{ "novjccomp", 0 },
	{ "persist", 0 },
	{ "proxyarp", 0 },
	{ "receive-all", 0 },
	{ "refuse-chap", 0 },
	{ "refuse-eap", 0 },
	{ "refuse-mschap", 0 },
	{ "refuse-mschap-v2", 0 },
	{ "refuse-pap", 0 },
	{ "require-mschap-v2", 0 },
};

/* Options with which no call of ours comes up. */
static const struct {
	const char *word;
	const char *why;
} harmful[] = {
	{ "connect", "it runs a program in each call" },
	{ "demand", "no call is to wait for a packet" },
	{ "dryrun", "pppd ends before it has begun" },
	{ "init", "it runs a program in each call" },
	{ "login", "our users are none of the system's" },
	{ "noip", "clients get no address" },
	{ "plugin", "it is loaded into each call of ours" },
	{ "pty", "it takes the place of our channel" },
	{ "require-chap", "our users have no CHAP secret" },
	{ "require-eap", "our users have no EAP secret" },
	{ "require-mppe", "we refuse compression, which it needs" },
	{ "require-mppe-128", "we refuse compression, which it needs" },
	{ "require-mppe-40", "we refuse compression, which it needs" },
	{ "require-mschap", "our users have no secret of MS-CHAP version 1" },
	{ "require-pap", "we keep no password that PAP could be checked against" },
	{ "welcome", "it runs a program in each call" },
};

/* The next word of a line; false at its end. Quotes stay what they are. */
static bool take_word(const char **position, char word[WORD_MAX_BYTES])
{
	size_t size;

	*position += strspn(*position, " \t\r");
	size = strcspn(*position, " \t\r\n");
	if (size == 0 || **position == '#')
		return false;
	snprintf(word, WORD_MAX_BYTES, "%.*s", (int)size, *position);
	*position += size;
	return true;
}

/* Whether a shell and sed read it as it stands. */
static bool is_plain(const char *word)
{
	return word[strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

static void report(const char *path, const char *word, struct doctor_findings *findings)
{
	const char *why = NULL;

	for (size_t i = 0; i < ELEMENTS(harmful); i++)
		if (strcmp(harmful[i].word, word) == 0)
			why = harmful[i].why;
	if (why)
		doctor_add(findings, DOCTOR_ERROR, AREA, "`%s` in %s: %s", word, path, why);
	else
		doctor_add(findings, DOCTOR_NOTE, AREA,
			   "%s in %s reaches the pppd of each client as well",
			   is_plain(word) ? word : "an option", path);
	if (is_plain(word))
		doctor_run(findings, "sed -i 's/^[[:space:]]*%s\\>/#&/' %s", word, path);
	else
		doctor_advise(findings, "move it to the file of the peer that needs it");
}

/* What follows an option that is not known, on its line, is taken to belong to it. */
static void check_line(const char *path, const char *line, struct doctor_findings *findings)
{
	char word[WORD_MAX_BYTES];

	while (take_word(&line, word)) {
		size_t known = 0;

		while (known < ELEMENTS(harmless) && strcmp(harmless[known].word, word) != 0)
			known++;
		if (known == ELEMENTS(harmless)) {
			report(path, word, findings);
			return;
		}
		for (unsigned int i = 0; i < harmless[known].arguments; i++)
			take_word(&line, word);
	}
}

static void check_file(const char *path, const struct doctor_text *content,
		       struct doctor_findings *findings)
{
	size_t before = findings->count;
	const char *line = content->text;

	if (!line && content->error != -ENOENT) {
		doctor_unseen(findings, AREA, path, content->error);
		return;
	}
	while (line && *line) {
		check_line(path, line, findings);
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
	if (findings->count == before)
		doctor_add(findings, DOCTOR_GOOD, AREA, "nothing in %s changes our pppd", path);
}

/* It is built for one version of ppp, whose directory it is in. */
static void check_plugin(const struct doctor_ppp_facts *facts, struct doctor_findings *findings)
{
	if (facts->plugin_error == 0) {
		doctor_add(findings, DOCTOR_GOOD, AREA, "saregate.so is where pppd looks for it");
		return;
	}
	doctor_add(findings, DOCTOR_ERROR, AREA, "nobody can log in without pppd's plugin %s: %s",
		   facts->plugin, strerror(-facts->plugin_error));
	doctor_advise(findings, "install saregate again, built for the ppp of this host");
}

void doctor_ppp_check(const struct doctor_ppp_facts *facts, struct doctor_findings *findings)
{
	if (!facts->is_installed) {
		doctor_add(findings, DOCTOR_ERROR, AREA, "there is no pppd");
		doctor_run(findings, "apt install ppp");
	} else {
		check_plugin(facts, findings);
	}
	check_file(DOCTOR_PPP_OPTIONS, &facts->options, findings);
	check_file(DOCTOR_PPP_RC, &facts->rc, findings);
}
