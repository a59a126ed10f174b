/* SPDX-License-Identifier: GPL-2.0-or-later */
/* saregate status: one screen on how the gateway is. */
#include "base/cleanup.h"
#include "gateway/answer.h"
#include "gateway/human.h"

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

static void print_status(json_object *status)
{
	char text[HUMAN_TEXT_MAX];

	print_line("version", answer_text(status, "version"));
	print_line("state", answer_text(status, "state"));
	print_list("problems", status, "problems");
	print_line("uptime", human_duration(answer_number(status, "uptime"), text));
	print_list("listen", status, "listen");
	print_line("sessions", answer_text(status, "sessions"));
	print_line("tunnels", answer_text(status, "tunnels"));
	print_line("users", answer_text(status, "users"));
	print_line("pool", answer_text(status, "pool"));
	print_line("pool free", answer_text(status, "pool_free"));
	print_line("data path", answer_text(status, "data_path"));
	if (*answer_text(status, "data_path_why"))
		print_line("", answer_text(status, "data_path_why"));
	print_line("SA tracking", answer_text(status, "sa_tracking"));
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
		"of sessions, tunnels and users, what is free in the pool, counters.\n"
		"\n"
		"  --json  object with all of it",
	.run = run,
};
