/* SPDX-License-Identifier: GPL-2.0-or-later */
/* saregate session: list, show. */
#include "base/cleanup.h"
#include "base/text.h"
#include "gateway/answer.h"
#include "gateway/human.h"
#include "gateway/time_expression.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

static int add_row(struct table *table, json_object *session, bool with_why)
{
	int r;

	r = answer_add_text(table, session, "id");
	if (r == 0)
		r = answer_add_text(table, session, "user");
	if (r == 0)
		r = answer_add_text(table, session, "state");
	if (r == 0)
		r = answer_add_endpoint(table, session, "outer_address", "outer_port");
	if (r == 0)
		r = answer_add_text(table, session, "inner_address");
	if (r == 0)
		r = answer_add_text(table, session, "data_path");
	if (r == 0)
		r = answer_add_text(table, session, "sa_reference");
	if (r == 0)
		r = answer_add_text(table, session, "ike_identity");
	if (r == 0)
		r = answer_add_duration(table, session, "duration");
	if (r == 0)
		r = answer_add_size(table, session, "bytes_in");
	if (r == 0)
		r = answer_add_size(table, session, "bytes_out");
	if (r == 0 && with_why)
		r = answer_add_text(table, session, "data_path_why");
	return r;
}

/* The reason of a data path has a column only where there is one to tell. */
static bool any_has_why(json_object *sessions)
{
	for (size_t i = 0; i < json_object_array_length(sessions); i++)
		if (*answer_text(json_object_array_get_idx(sessions, i), "data_path_why"))
			return true;
	return false;
}

/* What is to be listed; NULL says nothing. */
struct wish {
	const char *user, *address, *group, *data_path;
};

static bool is_wished(const struct wish *wish, json_object *session)
{
	if (wish->user && strcmp(wish->user, answer_text(session, "user")) != 0)
		return false;
	if (wish->group && strcmp(wish->group, answer_text(session, "group")) != 0)
		return false;
	if (wish->data_path && strcmp(wish->data_path, answer_text(session, "data_path")) != 0)
		return false;
	return !wish->address ||
	       strcmp(wish->address, answer_text(session, "outer_address")) == 0 ||
	       strcmp(wish->address, answer_text(session, "inner_address")) == 0;
}

/* @wish->address is written as saregated writes addresses. */
static enum command_result get_sessions(const struct wish *wish, json_object **ret_sessions)
{
	_cleanup_(json_putp) json_object *chosen = json_object_new_array();
	_cleanup_(json_putp) json_object *all = NULL;
	enum command_result result = answer_get("ListSessions", &all);

	if (result != COMMAND_DONE)
		return result;
	for (size_t i = 0; chosen && i < json_object_array_length(all); i++) {
		json_object *session = json_object_array_get_idx(all, i);

		if (is_wished(wish, session) &&
		    json_object_array_add(chosen, json_object_get(session)) < 0)
			return command_fail("no memory");
	}
	if (!chosen)
		return command_fail("no memory");
	*ret_sessions = TAKE_PTR(chosen);
	return COMMAND_DONE;
}

static enum command_result run_list(const struct command *command, int argc, char **argv)
{
	static const char *const titles[] = { ">ID",    "USER",      "STATE",      "OUTER",
					      "INNER",  "DATA PATH", "SA",         "IKE IDENTITY",
					      ">SINCE", ">BYTES IN", ">BYTES OUT", NULL };
	static const char *const titles_with_why[] = { ">ID",       "USER",         "STATE",
						       "OUTER",     "INNER",        "DATA PATH",
						       "SA",        "IKE IDENTITY", ">SINCE",
						       ">BYTES IN", ">BYTES OUT",   "WHY THIS PATH",
						       NULL };
	_cleanup_(table_freep) struct table *table = NULL;
	_cleanup_(json_putp) json_object *sessions = NULL;
	struct wish wish = { 0 };
	const struct command_option options[] = {
		{ "user", .value = &wish.user },
		{ "address", .value = &wish.address },
		{ "group", .value = &wish.group },
		{ "data-path", .value = &wish.data_path },
		{ 0 },
	};
	char address[INET6_ADDRSTRLEN];
	struct command_arguments arguments;
	enum command_result result;
	bool with_why;
	int r;

	result = command_parse(command, argc, argv, options, 0, &arguments);
	if (result == COMMAND_DONE && wish.address && answer_address(wish.address, address) < 0)
		return command_usage(command, "--address is like 192.0.2.1 or 2001:db8::1");
	if (wish.address)
		wish.address = address;
	if (result == COMMAND_DONE)
		result = get_sessions(&wish, &sessions);
	if (result != COMMAND_DONE)
		return result;
	if (arguments.json) {
		answer_print_json(sessions);
		return COMMAND_DONE;
	}
	with_why = any_has_why(sessions);
	r = table_new(with_why ? titles_with_why : titles, &table);
	for (size_t i = 0; r == 0 && i < json_object_array_length(sessions); i++)
		r = add_row(table, json_object_array_get_idx(sessions, i), with_why);
	if (r < 0)
		return command_fail("%s", strerror(-r));
	table_print(table, stdout);
	return COMMAND_DONE;
}

/* ---- one of them -------------------------------------------------------------------- */

/* "bytes_in" as "bytes in", with the value as people read it. */
static void print_member(const char *key, json_object *session)
{
	char name[32], text[HUMAN_TEXT_MAX], time[TIME_TEXT_MAX];
	const char *value = answer_text(session, key);

	snprintf(name, sizeof(name), "%s", key);
	for (char *c = name; *c; c++)
		if (*c == '_')
			*c = ' ';
	if (strncmp(key, "bytes_", strlen("bytes_")) == 0)
		value = human_size(answer_number(session, key), text);
	else if (strcmp(key, "duration") == 0)
		value = human_duration(answer_number(session, key), text);
	else if (strcmp(key, "since") == 0)
		value = time_format_local(answer_number(session, key), time);
	printf("%-14s %s\n", name, *value ? value : "-");
}

static enum command_result run_show(const struct command *command, int argc, char **argv)
{
	_cleanup_(json_putp) json_object *sessions = NULL;
	struct command_arguments arguments;
	enum command_result result;
	uint32_t id;

	result = command_parse(command, argc, argv, NULL, 1, &arguments);
	if (result != COMMAND_DONE)
		return result;
	if (text_parse_u32(arguments.operands[0], 0, UINT32_MAX, &id) < 0)
		return command_usage(command, "ID is a number from `saregate session list`");
	result = get_sessions(&(struct wish){ 0 }, &sessions);
	if (result != COMMAND_DONE)
		return result;
	for (size_t i = 0; i < json_object_array_length(sessions); i++) {
		json_object *session = json_object_array_get_idx(sessions, i);

		if (answer_number(session, "id") != id)
			continue;
		if (arguments.json) {
			answer_print_json(session);
			return COMMAND_DONE;
		}
		json_object_object_foreach(session, key, value)
		{
			(void)value;
			print_member(key, session);
		}
		return COMMAND_DONE;
	}
	return command_fail("session %u: there is no session of that number", id);
}

const struct command command_session_list = {
	.words = "session list",
	.arguments = "[--user NAME] [--address ADDRESS] [--group GROUP]\n"
		     "                             [--data-path PATH] [--json]",
	.summary = "list who is connected",
	.help = "Shows user, outer address and port, inner address, data path, SA reference "
		"(reqid\n"
		"and generation), IKE identity, how long it has lasted, bytes from and to the "
		"client;\n"
		"and, where one has not the preferred data path, why.\n"
		"\n"
		"  --user NAME        of this user\n"
		"  --address ADDRESS  from this outer, or with this inner address\n"
		"  --group GROUP      of users of this group\n"
		"  --data-path PATH   kernel, userspace or null\n"
		"  --json             array of sessions with all that saregated knows of them\n"
		"\n"
		"Example: who is behind this office's NAT?\n"
		"  saregate session list --address 203.0.113.11",
	.run = run_list,
};

const struct command command_session_show = {
	.words = "session show",
	.arguments = "ID [--json]",
	.summary = "show all that is known of a session",
	.help = "  --json  object with the same\n"
		"\n"
		"Example:\n"
		"  saregate session show 3",
	.run = run_show,
};
