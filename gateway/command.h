/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A command of the program `saregate`: what the dispatcher (cli.c) knows of it,
 * and how all of them speak. Results go to standard output; one line that says
 * why not, to standard error.
 */
#pragma once

#include <stdbool.h>

/* Exit statuses. */
enum command_result {
	COMMAND_DONE = 0,
	COMMAND_FAILED = 1, /* refused or failed */
	COMMAND_USAGE = 2,
};

/**
 * struct command - one row of the dispatcher's table
 * @words:     "user add": what follows "saregate"
 * @arguments: for the usage line
 * @summary:   half a line
 * @help:      whole lines, each option with its meaning
 * @no_json:   NULL if it can print JSON; else what is said behind "has no --json", or ""
 * @root_does: NULL if anybody may; else what it does that only root may
 * @run:       @argv[0] is the last word of the command
 */
struct command {
	const char *words;
	const char *arguments;
	const char *summary;
	const char *help;
	const char *no_json;
	const char *root_does;
	enum command_result (*run)(const struct command *command, int argc, char **argv);
};

/* Prints "saregate WORDS: ..." and where help is. Return: COMMAND_USAGE. */
enum command_result command_usage(const struct command *command, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Prints "saregate: ..." as one line. Return: COMMAND_FAILED. */
enum command_result command_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Whether the caller may have it done: is root where @root_does is said. Says so if not. For
 * commands to ask once their arguments are right: a wrong one is wrong for everybody.
 */
bool command_is_allowed(const struct command *command);

/* For root's commands that run other programs: not from wherever the caller's PATH leads. */
void command_make_environment_plain(void);

/**
 * struct command_arguments - what most commands take
 * @json: --json was given
 * @operands: that are no options; borrowed from argv
 */
struct command_arguments {
	bool json;
	char **operands;
	int operand_count;
};

#define COMMAND_UP_TO(count) (-(count))

/* Flags and one-value options that a command has besides --json. */
struct command_option {
	const char *name;   /* without "--" */
	bool *flag;         /* set if given, or */
	const char **value; /* takes a value */
};

/**
 * command_parse() - options anywhere, then exactly @operand_count operands; --json only
 *                   where the command has it
 * @operand_count: or COMMAND_UP_TO() so many
 * @options: ended by a NULL name, or NULL
 *
 * Return: COMMAND_DONE; COMMAND_USAGE after saying what is wrong.
 */
enum command_result command_parse(const struct command *command, int argc, char **argv,
				  const struct command_option *options, int operand_count,
				  struct command_arguments *ret_arguments);

extern const struct command command_user_add;
extern const struct command command_user_list;
extern const struct command command_user_show;
extern const struct command command_user_set;
extern const struct command command_user_passwd;
extern const struct command command_user_enable;
extern const struct command command_user_disable;
extern const struct command command_user_del;
extern const struct command command_user_import;
extern const struct command command_user_export;
extern const struct command command_group_add;
extern const struct command command_group_list;
extern const struct command command_group_show;
extern const struct command command_group_set;
extern const struct command command_group_del;
extern const struct command command_session_history;
extern const struct command command_session_list;
extern const struct command command_session_kill;
extern const struct command command_session_show;
extern const struct command command_session_watch;
extern const struct command command_status;
extern const struct command command_metrics;
extern const struct command command_unblock;
extern const struct command command_why;
extern const struct command command_reload;
extern const struct command command_profile;
extern const struct command command_psk_show;
extern const struct command command_psk_rotate;
extern const struct command command_selftest;
extern const struct command command_setup;
extern const struct command command_backup;
extern const struct command command_restore;
extern const struct command command_doctor;
extern const struct command command_config_check;
