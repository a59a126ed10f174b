/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * saregate session watch: who is there, then a line for each who comes and goes,
 * as saregated's signals tell. A line is written at once, also into a pipe.
 */
#include "base/cleanup.h"
#include "gateway/answer.h"
#include "gateway/human.h"
#include "gateway/time_expression.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

struct watch {
	bool json;
	bool failed; /* the output, or memory */
};

static void print_endpoint(json_object *session)
{
	const char *address = answer_text(session, "outer_address");
	bool is_ipv6 = strchr(address, ':');

	printf(" from %s%s%s:%" PRIu64, is_ipv6 ? "[" : "", address, is_ipv6 ? "]" : "",
	       answer_number(session, "outer_port"));
}

static void print_text(const char *event, json_object *session, const char *cause)
{
	char now[TIME_TEXT_MAX], text[HUMAN_TEXT_MAX];
	const char *user = answer_text(session, "user");

	printf("%s  %-8s %5" PRIu64 "  %-12s", time_format_local((uint64_t)time(NULL), now), event,
	       answer_number(session, "id"), *user ? user : "-");
	print_endpoint(session);
	printf(" address %s path %s",
	       *answer_text(session, "inner_address") ? answer_text(session, "inner_address") : "-",
	       answer_text(session, "data_path"));
	printf(", %s", human_duration(answer_number(session, "duration"), text));
	printf(", %s in", human_size(answer_number(session, "bytes_in"), text));
	printf(", %s out", human_size(answer_number(session, "bytes_out"), text));
	printf("%s%s\n", cause ? ": " : "", cause ? cause : "");
}

/* One line: {"event": ..., "time": ..., "session": {...}, "cause": ...} */
static int print_json(const char *event, json_object *session, const char *cause)
{
	_cleanup_(json_putp) json_object *line = json_object_new_object();

	if (!line || json_object_object_add(line, "event", json_object_new_string(event)) < 0 ||
	    json_object_object_add(line, "time", json_object_new_int64((int64_t)time(NULL))) < 0 ||
	    json_object_object_add(line, "session", json_object_get(session)) < 0 ||
	    json_object_object_add(line, "cause", json_object_new_string(cause ? cause : "")) < 0)
		return -1;
	puts(json_object_to_json_string_ext(line, JSON_C_TO_STRING_SPACED |
							  JSON_C_TO_STRING_NOSLASHESCAPE));
	return 0;
}

static void print_event(struct watch *watch, const char *event, json_object *session,
			const char *cause)
{
	if (!watch->json)
		print_text(event, session, cause);
	else if (print_json(event, session, cause) < 0)
		watch->failed = true;
	if (fflush(stdout) != 0)
		watch->failed = true;
}

static int on_signal(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	_cleanup_(json_putp) json_object *session = NULL;
	struct watch *watch = userdata;
	const char *cause = NULL, *event;

	if (sd_bus_message_is_signal(message, NULL, "SessionStarted"))
		event = "started";
	else if (sd_bus_message_is_signal(message, NULL, "SessionChanged"))
		event = "changed";
	else if (sd_bus_message_is_signal(message, NULL, "SessionEnded"))
		event = "ended";
	else
		return 0;
	if (control_reply_read_json(message, &session) < 0)
		return 0;
	if (strcmp(event, "ended") == 0 && sd_bus_message_read(message, "s", &cause) < 0)
		return 0;
	print_event(watch, event, session, cause);
	return 0;
}

static enum command_result print_present(struct watch *watch)
{
	_cleanup_(json_putp) json_object *sessions = NULL;
	enum command_result result = answer_get("ListSessions", &sessions);

	if (result != COMMAND_DONE)
		return result;
	for (size_t i = 0; i < json_object_array_length(sessions); i++) {
		json_object *session = json_object_array_get_idx(sessions, i);

		if (strcmp(answer_text(session, "state"), "up") == 0)
			print_event(watch, "present", session, NULL);
	}
	return COMMAND_DONE;
}

static enum command_result run(const struct command *command, int argc, char **argv)
{
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	struct command_arguments arguments;
	enum command_result result;
	struct watch watch = { 0 };
	int r;

	result = command_parse(command, argc, argv, NULL, 0, &arguments);
	if (result != COMMAND_DONE)
		return result;
	watch.json = arguments.json;
	/* Signals first, then who is there: nobody comes unseen in between. */
	r = control_watch(&bus, on_signal, &watch);
	if (r < 0)
		return command_fail("no system bus (%s): install dbus and start dbus.service",
				    strerror(-r));
	result = print_present(&watch);
	while (result == COMMAND_DONE && !watch.failed) {
		r = sd_bus_process(bus, NULL);
		if (r == 0)
			r = sd_bus_wait(bus, UINT64_MAX);
		if (r < 0)
			return command_fail("the system bus: %s", strerror(-r));
	}
	return watch.failed ? command_fail("standard output: %m") : result;
}

const struct command command_session_watch = {
	.words = "session watch",
	.arguments = "[--json]",
	.summary = "watch sessions come and go",
	.help = "Shows who is there, then a line for each session that starts, begins to end and\n"
		"ends, until it is interrupted.\n"
		"\n"
		"  --json  an object a line: event (present, started, changed, ended), time,\n"
		"          session (as in `saregate session list --json`), cause\n"
		"\n"
		"Example: what ends by itself?\n"
		"  saregate session watch --json | jq -r 'select(.event == \"ended\") | .cause'",
	.run = run,
};
