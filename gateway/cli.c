/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * saregate: the command line of the gateway. Finds the command, shows help,
 * and leaves the rest to the command. Users, sessions and status go over D-Bus
 * to saregated; setup and doctor look at and change this host themselves.
 */
#include "config.h"

#include "base/cleanup.h"
#include "gateway/command.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

static const struct command *const commands[] = {
	&command_setup,        &command_user_add,      &command_user_list,
	&command_user_show,    &command_user_set,      &command_user_passwd,
	&command_user_enable,  &command_user_disable,  &command_user_del,
	&command_user_import,  &command_user_export,   &command_group_add,
	&command_group_list,   &command_group_show,    &command_group_set,
	&command_group_del,    &command_session_list,  &command_session_history,
	&command_session_show, &command_session_watch, &command_session_kill,
	&command_status,       &command_reload,        &command_profile,
	&command_psk_show,     &command_psk_rotate,    &command_backup,
	&command_restore,      &command_doctor,        &command_config_check,
	&command_unblock,      &command_why,           &command_selftest,
	&command_metrics,
};

static void print_overview(FILE *stream)
{
	fputs("usage: saregate COMMAND [OPTION...]\n\n", stream);
	for (size_t i = 0; i < ELEMENTS(commands); i++)
		fprintf(stream, "  %-16s %s\n", commands[i]->words, commands[i]->summary);
	fputs("\n"
	      "  COMMAND --help  what a command takes\n"
	      "  --version       which version this is\n"
	      "\n"
	      "--json makes a command print JSON, whose keys and types are in json.md among the\n"
	      "package's documents. Exit status: 0 done, 1 refused or failed, 2 usage.\n",
	      stream);
}

static void print_help(const struct command *command)
{
	printf("usage: saregate %s%s%s\n\n%s\n", command->words, *command->arguments ? " " : "",
	       command->arguments, command->help);
}

/* How many of @argv's words are those of the command; 0 if they are not. */
static int match(const struct command *command, int argc, char **argv)
{
	const char *words = command->words;
	int count = 0;

	while (*words) {
		size_t length = strcspn(words, " ");

		if (count >= argc || strlen(argv[count]) != length ||
		    strncmp(argv[count], words, length) != 0)
			return 0;
		count++;
		words += length + (words[length] == ' ');
	}
	return count;
}

/* --help counts up to "--", wherever it stands. */
static bool wants_help(int argc, char **argv)
{
	for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--help") == 0)
			return true;
	return false;
}

static enum command_result run(int argc, char **argv)
{
	for (size_t i = 0; i < ELEMENTS(commands); i++) {
		int words = match(commands[i], argc, argv);

		if (words == 0)
			continue;
		if (wants_help(argc - words, argv + words)) {
			print_help(commands[i]);
			return COMMAND_DONE;
		}
		return commands[i]->run(commands[i], argc - words + 1, argv + words - 1);
	}
	if (wants_help(argc, argv)) {
		print_overview(stdout);
		return COMMAND_DONE;
	}
	fprintf(stderr, "saregate: no such command: %s%s%s (see: saregate --help)\n", argv[0],
		argc > 1 ? " " : "", argc > 1 ? argv[1] : "");
	return COMMAND_USAGE;
}

int main(int argc, char **argv)
{
	enum command_result result;

	setlocale(LC_CTYPE, "");
	if (argc < 2) {
		print_overview(stderr);
		return COMMAND_USAGE;
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts("saregate " PACKAGE_VERSION);
		return COMMAND_DONE;
	}
	result = run(argc - 1, argv + 1);
	/* A full disk or a closed pipe must not look like success. */
	if (fflush(stdout) != 0 && result == COMMAND_DONE)
		return command_fail("standard output: %m");
	return result;
}
