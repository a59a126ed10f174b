/* SPDX-License-Identifier: GPL-2.0-or-later */
/* saregate group: add, list, show, set, del. */
#include "base/cleanup.h"
#include "gateway/answer.h"
#include "gateway/attribute_answer.h"
#include "gateway/attribute_options.h"
#include "gateway/group_answer.h"
#include "gateway/user_attributes.h"

#include <errno.h>
#include <string.h>

/* ---- changes ---------------------------------------------------------------------------- */

/* @attributes: NULL for a method that takes none. */
static enum command_result send_request(const char *method, const char *name,
					const struct attribute_options *attributes,
					sd_bus_message **ret_reply)
{
	_cleanup_(control_request_done) struct control_request request = { 0 };
	char error[CONTROL_ERROR_MAX];

	if (control_request_init(&request, method, error) < 0)
		return command_fail("%s", error);
	if (sd_bus_message_append(request.message, "s", name) < 0 ||
	    (attributes && attribute_options_append(attributes, request.message) < 0))
		return command_fail("group %s: not sent", name);
	if (control_request_send(&request, ret_reply, error) < 0)
		return command_fail("group %s: %s", name, error);
	return COMMAND_DONE;
}

static enum command_result print_done(const char *what, const char *name, const uint32_t *ended,
				      bool json)
{
	_cleanup_(json_putp) json_object *object = NULL;

	if (!json) {
		printf("%s group %s", what, name);
		if (ended)
			printf("; sessions ended: %u", *ended);
		putchar('\n');
		return COMMAND_DONE;
	}
	object = json_object_new_object();
	if (!object)
		return command_fail("%s", strerror(ENOMEM));
	json_object_object_add(object, "name", json_object_new_string(name));
	if (ended)
		json_object_object_add(object, "sessions_ended", json_object_new_int64(*ended));
	answer_print_json(object);
	return COMMAND_DONE;
}

/* One operand, a group's name, and attributes. */
static enum command_result parse(const struct command *command, int argc, char **argv,
				 struct attribute_options *attributes,
				 struct command_arguments *ret_arguments)
{
	struct command_option options[ATTRIBUTE_OPTIONS_MAX + 1] = { { 0 } };
	enum command_result result;
	const char *wrong;

	if (attributes)
		attribute_options_add(attributes, group_attribute_table, options, 0);
	result = command_parse(command, argc, argv, options, 1, ret_arguments);
	if (result != COMMAND_DONE)
		return result;
	wrong = attribute_name_check(ret_arguments->operands[0]);
	if (wrong)
		return command_usage(command, "%s", wrong);
	return attributes ? attribute_options_check(attributes, command) : COMMAND_DONE;
}

static enum command_result run_add(const struct command *command, int argc, char **argv)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	struct attribute_options attributes = { 0 };
	struct command_arguments arguments;
	enum command_result result;

	result = parse(command, argc, argv, &attributes, &arguments);
	if (result == COMMAND_DONE)
		result = send_request("AddGroup", arguments.operands[0], &attributes, &reply);
	return result == COMMAND_DONE
		       ? print_done("added", arguments.operands[0], NULL, arguments.json)
		       : result;
}

static enum command_result run_set(const struct command *command, int argc, char **argv)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	struct attribute_options attributes = { 0 };
	struct command_arguments arguments;
	enum command_result result;
	uint32_t ended = 0;

	result = parse(command, argc, argv, &attributes, &arguments);
	if (result == COMMAND_DONE && !attribute_options_given(&attributes))
		result = command_usage(command, "wants at least one attribute");
	if (result == COMMAND_DONE)
		result = send_request("SetGroup", arguments.operands[0], &attributes, &reply);
	if (result == COMMAND_DONE && sd_bus_message_read(reply, "u", &ended) < 0)
		result = command_fail("the answer of saregated is not understood");
	return result == COMMAND_DONE
		       ? print_done("changed", arguments.operands[0], &ended, arguments.json)
		       : result;
}

static enum command_result run_del(const struct command *command, int argc, char **argv)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	struct command_arguments arguments;
	enum command_result result;

	result = parse(command, argc, argv, NULL, &arguments);
	if (result == COMMAND_DONE)
		result = send_request("DeleteGroup", arguments.operands[0], NULL, &reply);
	return result == COMMAND_DONE
		       ? print_done("deleted", arguments.operands[0], NULL, arguments.json)
		       : result;
}

/* ---- what there is ------------------------------------------------------------------------- */

static int add_row(struct table *table, json_object *group)
{
	char text[ATTRIBUTE_TEXT_MAX];
	int r = answer_add_text(table, group, "name");

	if (r == 0)
		r = answer_add_text(table, group, "members");
	for (const struct attribute *a = group_attribute_table; r == 0 && a->name; a++)
		r = table_add(table, attribute_answer_format(a, group, text));
	return r;
}

static enum command_result run_list(const struct command *command, int argc, char **argv)
{
	/* the rows of the table, see user_attributes.c */
	static const char *const titles[] = { "NAME",     ">MEMBERS", "POOL",      "DNS",
					      "NETWORKS", "C2C",      ">SESSIONS", "IDLE",
					      "SESSION",  "COMMENT",  NULL };
	_cleanup_(json_putp) json_object *groups = NULL;
	_cleanup_(table_freep) struct table *table = NULL;
	struct command_arguments arguments;
	enum command_result result;
	int r;

	result = command_parse(command, argc, argv, NULL, 0, &arguments);
	if (result == COMMAND_DONE)
		result = group_answer_get(&groups);
	if (result != COMMAND_DONE)
		return result;
	if (arguments.json) {
		answer_print_json(groups);
		return COMMAND_DONE;
	}
	r = table_new(titles, &table);
	for (size_t i = 0; r == 0 && i < json_object_array_length(groups); i++)
		r = add_row(table, json_object_array_get_idx(groups, i));
	if (r < 0)
		return command_fail("%s", strerror(-r));
	table_print(table, stdout);
	return COMMAND_DONE;
}

static void print_group(json_object *group)
{
	char text[ATTRIBUTE_TEXT_MAX];

	answer_print_line("name", answer_text(group, "name"));
	answer_print_line("members", answer_text(group, "members"));
	for (const struct attribute *a = group_attribute_table; a->name; a++) {
		attribute_answer_format(a, group, text);
		answer_print_line(a->name, text);
	}
}

static enum command_result run_show(const struct command *command, int argc, char **argv)
{
	_cleanup_(json_putp) json_object *groups = NULL;
	struct command_arguments arguments;
	enum command_result result;
	json_object *group;

	result = parse(command, argc, argv, NULL, &arguments);
	if (result == COMMAND_DONE)
		result = group_answer_get(&groups);
	if (result != COMMAND_DONE)
		return result;
	group = group_answer_find(groups, arguments.operands[0]);
	if (!group)
		return command_fail("group %s: there is no group of that name",
				    arguments.operands[0]);
	if (arguments.json)
		answer_print_json(group);
	else
		print_group(group);
	return COMMAND_DONE;
}

#define ATTRIBUTES_HELP                                                                           \
	"  --pool NAME             pool for its members: [pool NAME] of saregate.conf, default\n" \
	"  --dns ADDRESS[,ADDRESS] DNS servers that its members are told of\n"                    \
	"  --networks LIST         up to 16 networks ADDRESS/LENGTH, separated by commas, that\n" \
	"                          its members may reach, DNS servers among them; none; or "      \
	"\"\",\n"                                                                                 \
	"                          all\n"                                                         \
	"  --client-to-client yes|no  whether its members reach each other\n"                     \
	"  --sessions-maximum N    sessions at once of each member\n"                             \
	"  --idle-timeout TIME     ends a session without traffic; seconds, or 15m, 8h, 2d\n"     \
	"  --session-timeout TIME  ends a session after this time\n"                              \
	"  --comment TEXT          for the administrator\n"                                       \
	"                          What a member says of itself counts more.\n"

#define GROUP_KEYS                                                         \
	"name, created, members, pool, dns, networks, client_to_client,\n" \
	"          sessions_maximum, idle_timeout, session_timeout (seconds), comment\n"

const struct command command_group_add = {
	.words = "group add",
	.arguments = "NAME [ATTRIBUTE...] [--json]",
	.summary = "add a group",
	.help = ATTRIBUTES_HELP
	"  --json                  name\n"
	"\n"
	"example: saregate group add staff --networks 192.168.1.0/24 --idle-timeout 1h",
	.run = run_add,
};

const struct command command_group_list = {
	.words = "group list",
	.arguments = "[--json]",
	.summary = "list the groups",
	.help = "  --json  array of groups: " GROUP_KEYS "\n"
		"example: saregate group list",
	.run = run_list,
};

const struct command command_group_show = {
	.words = "group show",
	.arguments = "NAME [--json]",
	.summary = "show all of one group",
	.help = "  --json  " GROUP_KEYS "\n"
		"example: saregate group show staff",
	.run = run_show,
};

const struct command command_group_set = {
	.words = "group set",
	.arguments = "NAME ATTRIBUTE... [--json]",
	.summary = "change a group, and the sessions of its members at once",
	.help = ATTRIBUTES_HELP "  --json                  name, sessions_ended\n"
				"\n"
				"example: saregate group set staff --client-to-client yes",
	.run = run_set,
};

const struct command command_group_del = {
	.words = "group del",
	.arguments = "NAME [--json]",
	.summary = "delete a group that has no members",
	.help = "  --json  name\n"
		"\n"
		"example: saregate group del staff",
	.run = run_del,
};
