/* SPDX-License-Identifier: GPL-2.0-or-later */
/* saregate unblock: who failed to log in too often need not wait any longer. */
#include "base/address.h"
#include "base/cleanup.h"
#include "gateway/answer.h"
#include "gateway/user_database.h"

static enum command_result unblock(const char *who, bool json)
{
	_cleanup_(control_request_done) struct control_request request = { 0 };
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	char error[CONTROL_ERROR_MAX];
	uint32_t forgiven;

	if (control_request_init(&request, "Unblock", error) < 0)
		return command_fail("%s", error);
	if (sd_bus_message_append(request.message, "s", who) < 0)
		return command_fail("not UTF-8");
	if (control_request_send(&request, &reply, error) < 0 ||
	    sd_bus_message_read(reply, "u", &forgiven) < 0)
		return command_fail("%s", error);
	if (json)
		printf("{\n  \"forgiven\": %u\n}\n", forgiven);
	else if (forgiven == 0)
		printf("no failed log-in of %s is counted\n", *who ? who : "anybody");
	else
		printf("forgiven: the failed log-ins of %s\n", *who ? who : "everybody");
	return COMMAND_DONE;
}

static enum command_result run(const struct command *command, int argc, char **argv)
{
	bool all = false;
	const struct command_option options[] = {
		{ "all", .flag = &all },
		{ 0 },
	};
	struct command_arguments arguments;
	struct inet_address address;
	enum command_result result;
	int operands = 1;

	/* Whether --all is given is known only once options are read. */
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--all") == 0)
			operands = 0;
	result = command_parse(command, argc, argv, options, operands, &arguments);
	if (result != COMMAND_DONE)
		return result;
	if (all)
		return unblock("", arguments.json);
	if (inet_address_parse(arguments.operands[0], &address) < 0 &&
	    user_name_check(arguments.operands[0]))
		return command_usage(command, "USER is a name that a user can have, ADDRESS is "
					      "like 192.0.2.1 or 2001:db8::1");
	return unblock(arguments.operands[0], arguments.json);
}

const struct command command_unblock = {
	.words = "unblock",
	.arguments = "USER|ADDRESS|--all [--json]",
	.summary = "let in who failed to log in too often",
	.help = "Forgets the failed log-ins of a user, or of all who came from an outer address, "
		"so\n"
		"that nobody has to wait for them any more (`saregate status` shows who has to).\n"
		"\n"
		"  --all   of everybody\n"
		"  --json  forgiven: how many counts there were\n"
		"\n"
		"Example: saregate unblock alice",
	.run = run,
};
