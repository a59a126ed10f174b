/* SPDX-License-Identifier: GPL-2.0-or-later */
/* saregate session kill: one by its number, or all that a user, an address, a group means. */
#include "base/cleanup.h"
#include "base/text.h"
#include "gateway/answer.h"

#include <string.h>

/* Exactly one says which sessions. */
struct target {
	const char *user, *address, *group;
	bool all;
	const char *id;
};

static enum command_result kill_one(uint32_t id, const char *reason, bool json)
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

static int append_selector(sd_bus_message *message, const struct target *target, const char *reason)
{
	int r;

	if ((r = sd_bus_message_open_container(message, 'a', "{sv}")) < 0 ||
	    (r = answer_append_text(message, "user", target->user)) < 0 ||
	    (r = answer_append_text(message, "address", target->address)) < 0 ||
	    (r = answer_append_text(message, "group", target->group)) < 0 ||
	    (r = sd_bus_message_close_container(message)) < 0)
		return r;
	return sd_bus_message_append(message, "s", reason);
}

static enum command_result kill_many(const struct target *target, const char *reason, bool json)
{
	_cleanup_(control_request_done) struct control_request request = { 0 };
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	char error[CONTROL_ERROR_MAX];
	uint32_t ended = 0;
	int r;

	if (control_request_init(&request, "KillSessions", error) < 0)
		return command_fail("%s", error);
	if (append_selector(request.message, target, reason) < 0)
		return command_fail("what is given is not UTF-8");
	if (control_request_send(&request, &reply, error) < 0)
		return command_fail("%s", error);
	r = sd_bus_message_read(reply, "u", &ended);
	if (r < 0)
		return command_fail("the answer of saregated: %s", strerror(-r));
	if (json)
		printf("{\n  \"ended\": %u\n}\n", ended);
	else
		printf("ended %u session%s\n", ended, ended == 1 ? "" : "s");
	return COMMAND_DONE;
}

static enum command_result run(const struct command *command, int argc, char **argv)
{
	struct target target = { 0 };
	const char *reason = "";
	const struct command_option options[] = {
		{ "user", .value = &target.user },   { "address", .value = &target.address },
		{ "group", .value = &target.group }, { "all", .flag = &target.all },
		{ "reason", .value = &reason },      { 0 },
	};
	struct command_arguments arguments;
	char address[INET6_ADDRSTRLEN];
	enum command_result result;
	uint32_t id;

	result = command_parse(command, argc, argv, options, COMMAND_UP_TO(1), &arguments);
	if (result != COMMAND_DONE)
		return result;
	if (arguments.operand_count)
		target.id = arguments.operands[0];
	if (!!target.id + !!target.user + !!target.address + !!target.group + target.all != 1)
		return command_usage(command, "wants one of ID, --user, --address, --group, --all");
	if (target.address && answer_address(target.address, address) < 0)
		return command_usage(command, "--address is like 192.0.2.1 or 2001:db8::1");
	if (target.address)
		target.address = address;
	if (!target.id)
		return kill_many(&target, reason, arguments.json);
	if (text_parse_u32(target.id, 0, UINT32_MAX, &id) < 0)
		return command_usage(command, "ID is a number from `saregate session list`");
	return kill_one(id, reason, arguments.json);
}

const struct command command_session_kill = {
	.words = "session kill",
	.arguments = "ID|--user NAME|--address ADDRESS|--group GROUP|--all\n"
		     "                             [--reason TEXT] [--json]",
	.summary = "end sessions",
	.help = "  --user NAME        all of this user\n"
		"  --address ADDRESS  all from this outer, or with this inner address\n"
		"  --group GROUP      all of users of this group\n"
		"  --all              all\n"
		"  --reason TEXT      for the log, the history and, where its protocol can carry\n"
		"                     it, the client\n"
		"  --json             id, or ended: how many\n"
		"\n"
		"Example:\n"
		"  saregate session kill --user alice --reason 'new password'",
	.run = run,
};
