/* SPDX-License-Identifier: GPL-2.0-or-later */
/* saregate session: list, kill. */
#include "base/cleanup.h"
#include "base/text.h"
#include "gateway/answer.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

static int add_outer(struct table *table, json_object *session)
{
	const char *address = answer_text(session, "outer_address");
	bool is_ipv6 = strchr(address, ':');
	char text[128];

	snprintf(text, sizeof(text), "%s%s%s:%" PRIu64, is_ipv6 ? "[" : "", address,
		 is_ipv6 ? "]" : "", answer_number(session, "outer_port"));
	return table_add(table, text);
}

static int add_row(struct table *table, json_object *session, bool with_why)
{
	int r;

	r = answer_add_text(table, session, "id");
	if (r == 0)
		r = answer_add_text(table, session, "user");
	if (r == 0)
		r = answer_add_text(table, session, "state");
	if (r == 0)
		r = add_outer(table, session);
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
	struct command_arguments arguments;
	enum command_result result;
	bool with_why;
	int r;

	result = command_parse(command, argc, argv, NULL, 0, &arguments);
	if (result == COMMAND_DONE)
		result = answer_get("ListSessions", &sessions);
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

static enum command_result kill_session(uint32_t id, const char *reason, bool json)
{
	_cleanup_(control_request_done) struct control_request request = { 0 };
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	char error[CONTROL_ERROR_MAX];

	if (control_request_init(&request, "KillSession", error) < 0)
		return command_fail("%s", error);
	if (sd_bus_message_append(request.message, "us", id, reason) < 0)
		return command_fail("--reason is not UTF-8");
	if (control_request_send(&request, &reply, error) < 0)
		return command_fail("session %u: %s", id, error);
	if (json)
		printf("{\n  \"id\": %u\n}\n", id);
	else
		printf("ended session %u\n", id);
	return COMMAND_DONE;
}

static enum command_result run_kill(const struct command *command, int argc, char **argv)
{
	const char *reason = "";
	const struct command_option options[] = {
		{ "reason", .value = &reason },
		{ 0 },
	};
	struct command_arguments arguments;
	enum command_result result;
	uint32_t id;

	result = command_parse(command, argc, argv, options, 1, &arguments);
	if (result != COMMAND_DONE)
		return result;
	if (text_parse_u32(arguments.operands[0], 0, UINT32_MAX, &id) < 0)
		return command_usage(command, "ID is a number from `saregate session list`");
	return kill_session(id, reason, arguments.json);
}

const struct command command_session_list = {
	.words = "session list",
	.arguments = "[--json]",
	.summary = "list who is connected",
	.help = "Shows user, outer address and port, inner address, data path, SA reference "
		"(reqid\n"
		"and generation), IKE identity, how long it has lasted, bytes from and to the "
		"client;\n"
		"and, where one has not the preferred data path, why.\n"
		"\n"
		"  --json  array of sessions with all that saregated knows of them",
	.run = run_list,
};

const struct command command_session_kill = {
	.words = "session kill",
	.arguments = "ID [--reason TEXT] [--json]",
	.summary = "end a session",
	.help = "  --reason TEXT  for the log and, where its protocol can carry it, the client\n"
		"  --json         id",
	.run = run_kill,
};
