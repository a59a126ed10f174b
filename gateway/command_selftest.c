/* SPDX-License-Identifier: GPL-2.0-or-later */
/* saregate selftest: local and root's; how it goes is in selftest.h. */
#include "base/cleanup.h"
#include "gateway/command.h"
#include "gateway/selftest_report.h"

#include <errno.h>
#include <string.h>

static void say_nothing(const struct selftest *test, enum selftest_stage stage)
{
	(void)test;
	(void)stage;
}

static enum command_result sum_up(const struct selftest *test, int error, bool json)
{
	if (json && selftest_report_json(test) < 0)
		return command_fail("selftest: %s", strerror(ENOMEM));
	if (!json)
		selftest_report_sum(test);
	if (error == 0)
		return COMMAND_DONE;
	if (test->failed == SELFTEST_STAGE_COUNT_)
		return command_fail("selftest: %s", strerror(-error));
	return command_fail("selftest %s at stage %s",
			    error == -EINTR ? "was interrupted" : "failed",
			    selftest_stage_name(test->failed));
}

static enum command_result run(const struct command *command, int argc, char **argv)
{
	_cleanup_(selftest_done) struct selftest test = { 0 };
	const struct command_option options[] = {
		{ "address", .value = &test.options.address },
		{ "pluto-log", .value = &test.options.pluto_log },
		{ 0 },
	};
	struct command_arguments arguments;
	struct inet_address address;
	enum command_result result;

	test.lock = test.signals = -1;
	result = command_parse(command, argc, argv, options, 0, &arguments);
	if (result != COMMAND_DONE)
		return result;
	if (test.options.address &&
	    (inet_address_parse(test.options.address, &address) < 0 || address.family != AF_INET))
		return command_usage(command, "--address wants an IPv4 address like 192.0.2.1");
	if (!command_is_allowed(command))
		return COMMAND_FAILED;
	command_make_environment_plain();
	test.told = arguments.json ? say_nothing : selftest_report_stage;
	return sum_up(&test, selftest_run(&test), arguments.json);
}

const struct command command_selftest = {
	.words = "selftest",
	.arguments = "[--address ADDRESS] [--pluto-log FILE] [--json]",
	.summary = "connect a client of its own, and see that it works",
	.help = "Makes a client on this host, in a network namespace of its own, which comes in "
		"as a\n"
		"phone does: IKE with pluto, IPsec, L2TP, log-in, address, ping; then it hangs up. "
		"Each\n"
		"stage is a line with its time; of the one that fails also the cause and what "
		"helps. "
		"The\n"
		"gateway serves its users meanwhile, and nothing of the test is left: its user "
		"selftest-...,\n"
		"which the history names, is deleted, and expires by itself if the test is killed; "
		"the\n"
		"interface saregate-test with 198.18.255.252/30 (RFC 2544) goes with the client. "
		"Exit\n"
		"status 1 if a stage fails.\n"
		"\n"
		"  --address ADDRESS  of the gateway; else its first IPv4 address\n"
		"  --pluto-log FILE   pluto's log, which tells causes; else what logfile= says, "
		"else "
		"the\n"
		"                     journal\n"
		"  --json             object with all stages\n"
		"\n"
		"Example: saregate selftest",
	.root_does = "makes a network namespace and reads the pre-shared key",
	.run = run,
};
