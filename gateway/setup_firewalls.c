/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Other firewalls, through their own programs. I/O. */
#include "gateway/setup_firewalls.h"

#include "base/cleanup.h"
#include "gateway/child.h"
#include "gateway/foreign_firewall.h"

#include <errno.h>
#include <string.h>

/* Chains of a host with many containers, as JSON; the rules of one of them. */
#define CHAINS_SIZE (1024 * 1024)
#define OUTPUT_SIZE (64 * 1024)
#define LINE_SIZE   512

static bool is_there(const char *rule, unsigned long *ret_handle)
{
	_cleanup_(freep) char *output = malloc(OUTPUT_SIZE);
	struct foreign_command command;
	int status;

	if (!output || foreign_rule_command(rule, FOREIGN_STEP_ASK, 0, &command) < 0)
		return false;
	status = child_run(command.words, output, OUTPUT_SIZE);
	return status >= 0 && foreign_rule_is_there(rule, status, output, ret_handle);
}

int setup_firewalls_find(bool has_ipv6, struct foreign_rules *ret_missing,
			 struct setup_error *ret_error)
{
	static const char *const arguments[] = { "nft", "-j", "list", "chains", NULL };
	_cleanup_(freep) char *chains = malloc(CHAINS_SIZE);
	struct foreign_rules rules, missing = { 0 };
	unsigned long handle;

	if (!chains || child_run(arguments, chains, CHAINS_SIZE) != 0 ||
	    foreign_firewall_find(chains, has_ipv6, &rules) < 0)
		return setup_fail(ret_error, "whether other firewalls of this host drop clients' "
					     "packets could not be read");
	for (size_t i = 0; i < rules.count; i++)
		if (!is_there(rules.rules[i], &handle))
			foreign_rules_add(&missing, rules.rules[i]);
	*ret_missing = missing;
	return 0;
}

/* Calls @each with the commands, and once after each kind with the one that reloads it. */
static int walk(const struct foreign_rules *rules, enum foreign_step step,
		int (*each)(const char *const words[], void *userdata), void *userdata)
{
	const char *const *reload = NULL;
	struct foreign_command command;
	int r = 0;

	for (size_t i = 0; r == 0 && i < rules->count; i++) {
		unsigned long handle = 0;

		if (step == FOREIGN_STEP_REVOKE && !is_there(rules->rules[i], &handle))
			continue;
		if (foreign_rule_command(rules->rules[i], step, handle, &command) < 0)
			continue;
		r = each(command.words, userdata);
		if (foreign_rule_reload(rules->rules[i]))
			reload = foreign_rule_reload(rules->rules[i]);
	}
	if (reload && r == 0)
		r = each(reload, userdata);
	return r;
}

/* What show_command() needs. */
struct listing {
	const char *indent;
	FILE *report;
};

static int show_command(const char *const words[], void *userdata)
{
	const struct listing *listing = userdata;
	char line[LINE_SIZE];

	fprintf(listing->report, "%s%s\n", listing->indent,
		foreign_command_format(words, line, sizeof(line)));
	return 0;
}

void setup_firewalls_show(const struct foreign_rules *missing, const char *indent, FILE *report)
{
	struct listing listing = { indent, report };

	walk(missing, FOREIGN_STEP_ALLOW, show_command, &listing);
}

void setup_firewalls_advise(const struct foreign_rules *missing, FILE *report)
{
	bool is_lost = false;

	if (missing->count == 0)
		return;
	for (size_t i = 0; i < missing->count; i++)
		is_lost = is_lost || foreign_rule_is_lost_at_boot(missing->rules[i]);
	fputs("another firewall of this host drops what it does not know; so that clients come "
	      "in,\n"
	      "run (or have setup do it with --allow-in-firewalls):\n",
	      report);
	setup_firewalls_show(missing, "  ", report);
	if (is_lost)
		fputs("rules of iptables and nft are gone after a reboot, unless this host saves "
		      "them\n",
		      report);
}

/* What run_command() needs and says. */
struct execution {
	FILE *report;
	struct setup_error *error;
};

static int run_command(const char *const words[], void *userdata)
{
	const struct execution *execution = userdata;
	char line[LINE_SIZE], output[1024];
	int r = child_run(words, output, sizeof(output));

	foreign_command_format(words, line, sizeof(line));
	if (r != 0)
		return setup_fail(execution->error, "%.300s: %s", line,
				  r < 0 ? strerror(-r) : child_first_line(output));
	fprintf(execution->report, "ran %s\n", line);
	return 0;
}

int setup_firewalls_allow(const struct foreign_rules *missing, FILE *report,
			  struct setup_error *ret_error)
{
	struct execution execution = { report, ret_error };

	return walk(missing, FOREIGN_STEP_ALLOW, run_command, &execution);
}

/* One that fails leaves the next ones alone. */
static int run_and_tell(const char *const words[], void *userdata)
{
	struct execution *execution = userdata;

	if (run_command(words, execution) < 0)
		fprintf(execution->report, "not taken back: %s\n", execution->error->text);
	return 0;
}

void setup_firewalls_revoke(const struct foreign_rules *allowed, FILE *report)
{
	struct setup_error error;
	struct execution execution = { report, &error };

	walk(allowed, FOREIGN_STEP_REVOKE, run_and_tell, &execution);
}
