/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * saregate why: the timeline of one client, from pluto's log and from saregated. Either
 * may be missing, which is said; what the other has is shown all the same.
 */
#include "base/cleanup.h"
#include "gateway/answer.h"
#include "gateway/since.h"
#include "gateway/why_report.h"
#include "gateway/why_source.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#define SINCE_DEFAULT "1d"

/* What was asked for, and what was found. */
struct search {
	const char *who;
	uint64_t since; /* seconds since 1970 */
	struct why *why;
};

/* ---- saregated ----------------------------------------------------------------------- */

/* Whoever cannot be asked is named. Return: 0; -ENOMEM. */
static int ask(const struct search *search, const char *file)
{
	char error[WHY_SOURCE_ERROR_MAX];
	int r;

	r = why_source_pluto(search->why, file, search->since, error);
	if (r == -EIO)
		fprintf(stderr, "saregate: %s: what follows is saregated's part alone\n", error);
	else if (r < 0)
		return r;
	r = why_source_saregated(search->why, search->since, error);
	if (r == -EIO)
		fprintf(stderr, "saregate: %s: what follows is from pluto's log alone\n", error);
	return r == -EIO ? 0 : r;
}

/* Packets of L2TP outside IPsec that the guard dropped; 0 where nobody can tell. */
static uint64_t ask_cleartext(void)
{
	_cleanup_(control_request_done) struct control_request request = { 0 };
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	_cleanup_(json_putp) json_object *status = NULL;
	char error[CONTROL_ERROR_MAX];
	json_object *counters;

	if (control_request_init(&request, "GetStatus", error) < 0 ||
	    control_request_send(&request, &reply, error) < 0 ||
	    control_reply_read_json(reply, &status) < 0 ||
	    !json_object_object_get_ex(status, "counters", &counters))
		return 0;
	return answer_number(counters, "cleartext_dropped_in");
}

/* ---- the command ------------------------------------------------------------------------ */

static enum command_result tell(const struct search *search, bool json)
{
	const struct why_report report = { search->why, search->who, search->since };
	struct why_verdict nothing;

	if (json && why_report_print_json(&report) < 0)
		return command_fail("%s", strerror(ENOMEM));
	if (!json)
		why_report_print(&report, stdout);
	if (why_report_count(&report) > 0)
		return COMMAND_DONE;
	why_judge_nothing(search->who, ask_cleartext(), &nothing);
	return command_fail("nothing is known of %s: %s: %s", search->who, nothing.cause,
			    nothing.remedy);
}

/* What is said of somebody goes to a terminal. */
static bool is_fit(const char *who)
{
	for (const char *c = who; *c; c++)
		if (*c < ' ' || *c > '~')
			return false;
	return *who && strlen(who) < CLIENT_NAME_MAX;
}

static enum command_result run(const struct command *command, int argc, char **argv)
{
	const char *since = SINCE_DEFAULT, *file = NULL;
	const struct command_option options[] = {
		{ "since", .value = &since },
		{ "pluto-log", .value = &file },
		{ 0 },
	};
	_cleanup_(why_freep) struct why *why = NULL;
	struct command_arguments arguments;
	enum command_result result;
	struct search search;
	int r;

	result = command_parse(command, argc, argv, options, 1, &arguments);
	if (result != COMMAND_DONE)
		return result;
	search.who = arguments.operands[0];
	if (!is_fit(search.who))
		return command_usage(command, "wants a user, an outer address or an IKE identity");
	if (since_read(since, (uint64_t)time(NULL), &search.since) < 0)
		return command_usage(command, "--since wants a time " SINCE_ALLOWED);
	r = why_new(&why);
	search.why = why;
	if (r == 0)
		r = ask(&search, file);
	if (r < 0)
		return command_fail("%s", strerror(-r));
	return tell(&search, arguments.json);
}

const struct command command_why = {
	.words = "why",
	.arguments = "USER|ADDRESS [--since TIME] [--json]",
	.summary = "why somebody does or does not get in",
	.help = "One timeline of what happened to a client: what its IKE offered, and what was "
		"chosen\n"
		"or refused, IPsec, L2TP, PPP, log-in, address, traffic, end; of each attempt the "
		"cause\n"
		"and what helps. ADDRESS is the outer one: it finds a device that never got as far "
		"as\n"
		"to say a name; so does its IKE identity. Reads pluto's log, which only root may, "
		"and\n"
		"asks saregated. Exit status 1: nothing is known of it.\n"
		"\n"
		"  --since TIME      from when on, " SINCE_ALLOWED "\n"
		"                    (default: 1d)\n"
		"  --pluto-log FILE  pluto's log; else what logfile= says, else the journal\n"
		"  --json            object with attempts, and with others, who failed without a "
		"name\n"
		"\n"
		"Example: saregate why 203.0.113.11 --since 10min",
	.run = run,
};
