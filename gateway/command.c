/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How commands read their arguments and say what is wrong. I/O. */
#include "gateway/command.h"

#include "base/cleanup.h"

#include <assert.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Options of a command, --json included. */
#define OPTIONS_MAX 24

enum command_result command_usage(const struct command *command, const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "saregate %s: ", command->words);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fprintf(stderr, " (see: saregate %s --help)\n", command->words);
	return COMMAND_USAGE;
}

enum command_result command_fail(const char *format, ...)
{
	va_list arguments;

	fputs("saregate: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	return COMMAND_FAILED;
}

bool command_is_allowed(const struct command *command)
{
	if (!command->root_does || geteuid() == 0)
		return true;
	command_fail("%s %s: only root may", command->words, command->root_does);
	return false;
}

void command_make_environment_plain(void)
{
	setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
	setenv("LC_ALL", "C", 1);
	umask(022);
}

/* getopt's table: 0 is --json, then the command's own from 1. */
static void fill_table(const struct command_option *options, struct option table[OPTIONS_MAX + 1])
{
	int count = 0;

	table[count++] = (struct option){ "json", no_argument, NULL, 0 };
	for (; options && options->name && count < OPTIONS_MAX; options++, count++)
		table[count] = (struct option){ options->name,
						options->value ? required_argument : no_argument,
						NULL, count };
	assert(!options || !options->name);
	table[count] = (struct option){ 0 };
}

static enum command_result parse_options(const struct command *command, int argc, char **argv,
					 const struct command_option *options, bool *ret_json)
{
	struct option table[OPTIONS_MAX + 1];
	int found;

	fill_table(options, table);
	optind = 0;
	while ((found = getopt_long(argc, argv, ":", table, NULL)) != -1) {
		if (found == '?')
			return command_usage(command, "unknown option %s",
					     argv[optind > 0 ? optind - 1 : 0]);
		if (found == ':')
			return command_usage(command, "%s wants a value", argv[optind - 1]);
		if (found == 0)
			*ret_json = true;
		else if (options[found - 1].value)
			*options[found - 1].value = optarg;
		else
			*options[found - 1].flag = true;
	}
	return COMMAND_DONE;
}

enum command_result command_parse(const struct command *command, int argc, char **argv,
				  const struct command_option *options, int operand_count,
				  struct command_arguments *ret_arguments)
{
	struct command_arguments arguments = { 0 };
	enum command_result result;

	result = parse_options(command, argc, argv, options, &arguments.json);
	if (result != COMMAND_DONE)
		return result;
	arguments.operands = argv + optind;
	arguments.operand_count = argc - optind;
	if (arguments.operand_count < operand_count)
		return command_usage(command, "wants %s", command->arguments);
	if (arguments.operand_count > abs(operand_count))
		return command_usage(command, "unexpected argument %s",
				     arguments.operands[abs(operand_count)]);
	if (arguments.json && command->no_json)
		return command_usage(command, "has no --json%s", command->no_json);
	*ret_arguments = arguments;
	return COMMAND_DONE;
}
