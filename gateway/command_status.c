/* SPDX-License-Identifier: GPL-2.0-or-later */
/* saregate status: one screen on how the gateway is. */
#include "base/cleanup.h"
#include "gateway/answer.h"
#include "gateway/human.h"
#include "gateway/terminal_colour.h"

#include <inttypes.h>
#include <string.h>

static void print_line(const char *name, const char *value)
{
	printf("%-12s %s\n", name, *value ? value : "-");
}

/* The strings of an array, the first beside the name, the others below. */
static void print_list(const char *name, json_object *status, const char *key)
{
	json_object *list;
	size_t count;

	if (!json_object_object_get_ex(status, key, &list) ||
	    !json_object_is_type(list, json_type_array))
		return;
	count = json_object_array_length(list);
	for (size_t i = 0; i < count; i++)
		print_line(i == 0 ? name : "",
			   json_object_get_string(json_object_array_get_idx(list, i)));
}

static void print_counters(json_object *status)
{
	json_object *counters;

	if (!json_object_object_get_ex(status, "counters", &counters) ||
	    !json_object_is_type(counters, json_type_object))
		return;
	puts("counters");
	json_object_object_foreach(counters, key, value)
	{
		printf("  %-28s %" PRIu64 "\n", key, json_object_get_uint64(value));
	}
}

/* Who has to wait after failed log-ins: "user alice from 203.0.113.11". */
static void describe_party(json_object *held, char *text, size_t size)
{
	const char *party = answer_text(held, "party");
	const char *user = answer_text(held, "user");
	const char *address = answer_text(held, "outer_address");

	if (strcmp(party, "client") == 0)
		snprintf(text, size, "client %s from %s", answer_text(held, "sa_reference"),
			 address);
	else if (strcmp(party, "user-there") == 0)
		snprintf(text, size, "user %s from %s", user, address);
	else if (strcmp(party, "user") == 0)
		snprintf(text, size, "user %s, wherever from", user);
	else if (strcmp(party, "device") == 0)
		snprintf(text, size, "user %s from %s, a known device", user, address);
	else
		snprintf(text, size, "all from %s but known devices", address);
}

static void print_held(const char *title, json_object *held)
{
	char who[256], text[512], left[HUMAN_TEXT_MAX];

	describe_party(held, who, sizeof(who));
	snprintf(text, sizeof(text), "%s: %s failed log-ins, for %s more", who,
		 answer_text(held, "failures"),
		 human_duration(answer_number(held, "seconds"), left));
	print_line(title, text);
}

static void print_held_back(json_object *status)
{
	uint64_t count = answer_number(status, "held_back_count");
	json_object *list;
	size_t shown;

	if (!json_object_object_get_ex(status, "held_back", &list) ||
	    !json_object_is_type(list, json_type_array))
		return;
	shown = json_object_array_length(list);
	for (size_t i = 0; i < shown; i++)
		print_held(i == 0 ? "held back" : "", json_object_array_get_idx(list, i));
	if (count > shown)
		printf("%-12s and %" PRIu64 " more\n", "", count - shown);
}

/* "default: 10.89.0.10-10.89.3.250, 2 of 1009 in use", a pool a line. */
static void print_pools(json_object *status)
{
	json_object *list;

	if (!json_object_object_get_ex(status, "pools", &list) ||
	    !json_object_is_type(list, json_type_array))
		return;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		json_object *pool = json_object_array_get_idx(list, i);
		uint64_t size = answer_number(pool, "size");
		char text[256];

		snprintf(text, sizeof(text), "%s: %s, %" PRIu64 " of %" PRIu64 " in use",
			 answer_text(pool, "name"), answer_text(pool, "range"),
			 size - answer_number(pool, "free"), size);
		print_line(i == 0 ? "pools" : "", text);
	}
}

static void print_state(const char *state)
{
	bool is_well = strcmp(state, "running") == 0;

	printf("%-12s ", "state");
	terminal_colour_print(stdout, is_well ? TERMINAL_COLOUR_GREEN : TERMINAL_COLOUR_YELLOW,
			      state);
	putchar('\n');
}

static void print_status(json_object *status)
{
	char text[HUMAN_TEXT_MAX];

	print_line("version", answer_text(status, "version"));
	print_state(answer_text(status, "state"));
	print_list("problems", status, "problems");
	print_line("uptime", human_duration(answer_number(status, "uptime"), text));
	print_list("listen", status, "listen");
	print_line("sessions", answer_text(status, "sessions"));
	print_line("tunnels", answer_text(status, "tunnels"));
	print_line("users", answer_text(status, "users"));
	print_pools(status);
	print_line("data path", answer_text(status, "data_path"));
	if (*answer_text(status, "data_path_why"))
		print_line("", answer_text(status, "data_path_why"));
	print_list("restart for", status, "restart_needed");
	print_line("SA tracking", answer_text(status, "sa_tracking"));
	print_held_back(status);
	print_counters(status);
}

static enum command_result run(const struct command *command, int argc, char **argv)
{
	_cleanup_(json_putp) json_object *status = NULL;
	struct command_arguments arguments;
	enum command_result result;

	result = command_parse(command, argc, argv, NULL, 0, &arguments);
	if (result == COMMAND_DONE)
		result = answer_get("GetStatus", &status);
	if (result != COMMAND_DONE)
		return result;
	if (arguments.json)
		answer_print_json(status);
	else
		print_status(status);
	return COMMAND_DONE;
}

const struct command command_status = {
	.words = "status",
	.arguments = "[--json]",
	.summary = "show how the gateway is",
	.help = "State (running, or degraded with what is wrong and the remedy), addresses, "
		"numbers\n"
		"of sessions, tunnels and users, what is in use of each pool, who has to wait "
		"after\n"
		"failed log-ins (see saregate unblock), counters.\n"
		"\n"
		"  --json  object with all of it\n"
		"\n"
		"Example: saregate status --json",
	.run = run,
};
