/* SPDX-License-Identifier: GPL-2.0-or-later */
/* saregate config check: whether saregated would take the file. Local; changes nothing. */
#include "base/cleanup.h"
#include "gateway/command.h"
#include "gateway/configuration.h"
#include "gateway/setup.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Whether there is anything that is no option. */
static bool has_operand(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--") == 0)
			return i + 1 < argc;
		if (argv[i][0] != '-')
			return true;
	}
	return false;
}

static enum command_result run(const struct command *command, int argc, char **argv)
{
	bool is_named = has_operand(argc, argv);
	struct configuration configuration;
	char error[CONFIGURATION_ERROR_MAX];
	struct command_arguments arguments;
	enum command_result result;
	const char *path;
	int r;

	result = command_parse(command, argc, argv, NULL, is_named, &arguments);
	if (result != COMMAND_DONE)
		return result;
	path = is_named ? arguments.operands[0] : SETUP_CONFIGURATION_PATH;
	r = configuration_load(path, &configuration, error);
	if (r == -EINVAL)
		return command_fail("%s", error);
	if (r < 0)
		return command_fail("%s: %s", path, strerror(-r));
	printf("%s: saregated takes it\n", path);
	return COMMAND_DONE;
}

const struct command command_config_check = {
	.words = "config check",
	.arguments = "[FILE]",
	.summary = "check saregate.conf, or FILE",
	.help = "Says whether saregated would take the file; if not, which line and key, and what\n"
		"is allowed there.\n"
		"\n"
		"Example: saregate config check /root/saregate.conf.new",
	.no_json = "",
	.run = run,
};
