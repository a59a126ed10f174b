/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What saregated asks of the launcher, which is root, and what it answers. Byte
 * 0 says in which direction; a request to start becomes arguments of pppd, one for a
 * hook its environment.
 */
#include "tests/fuzz/fuzz.h"

#include "ppp-hooks/hook_environment.h"
#include "ppp-hooks/launcher_message.h"
#include "ppp-hooks/pppd_arguments.h"

/* As many variables as there are lines in what "env" would print. */
static void check_environment(const struct launcher_hook *hook)
{
	struct hook_environment environment;

	hook_environment_build(hook, &environment);
	assert(environment.count > 0 && !environment.envp[environment.count]);
	for (size_t i = 0; i < environment.count; i++) {
		assert(strchr(environment.envp[i], '='));
		assert(!strchr(environment.envp[i], '\n'));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct pppd_arguments arguments;
	union launcher_message message;

	if (size < 1 || !launcher_message_check(bytes + 1, size - 1, bytes[0] & 1, &message))
		return 0;
	assert(launcher_message_size(message.header.type) == size - 1);
	if (message.header.type == LAUNCHER_MESSAGE_HOOK)
		check_environment(&message.hook);
	if (message.header.type != LAUNCHER_MESSAGE_START)
		return 0;
	assert(message.start.unit <= LAUNCHER_UNIT_MAXIMUM && message.start.mtu <= 1500);
	assert(pppd_arguments_build(&message.start, "/plugin.so", false, &arguments) == 0);
	assert(arguments.count > 0 && arguments.count <= PPPD_ARGUMENTS_MAX);
	assert(!arguments.argv[arguments.count]);
	return 0;
}
