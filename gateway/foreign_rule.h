/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A rule that lets clients through a firewall that is not ours, as a short text that
 * can be remembered ("ufw esp", "nft inet site pass forward-in"), and the commands, in
 * the words of whatever manages that firewall, that ask for it, make it and take it
 * back. A text that is none of these makes no command. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Longest text of a rule, terminator included: nft's names have 31 characters. */
#define FOREIGN_RULE_SIZE 128
#define FOREIGN_RULES_MAX 64

struct foreign_rules {
	char rules[FOREIGN_RULES_MAX][FOREIGN_RULE_SIZE];
	size_t count;
};

enum foreign_step {
	FOREIGN_STEP_ASK, /* whether it is there */
	FOREIGN_STEP_ALLOW,
	FOREIGN_STEP_REVOKE,
};

#define FOREIGN_WORDS_MAX 20

/* A program and its arguments, which point into @text. */
struct foreign_command {
	const char *words[FOREIGN_WORDS_MAX + 1];
	char text[512];
};

/* Adds a rule unless it is there, or there are FOREIGN_RULES_MAX. */
void foreign_rules_add(struct foreign_rules *rules, const char *rule);
bool foreign_rules_have(const struct foreign_rules *rules, const char *rule);

/**
 * foreign_rule_command() - the command of one step
 * @handle: of the rule, for FOREIGN_STEP_REVOKE of nft's, whose ASK finds it
 *
 * Return: 0; -EINVAL if @rule is no rule of ours.
 */
int foreign_rule_command(const char *rule, enum foreign_step step, unsigned long handle,
			 struct foreign_command *ret_command);

/**
 * foreign_rule_is_there() - what the answer to FOREIGN_STEP_ASK means
 * @status: exit status
 * @output: of the command
 * @ret_handle: set for rules of nft
 */
bool foreign_rule_is_there(const char *rule, int status, const char *output,
			   unsigned long *ret_handle);

/* The command that puts changed rules of this kind in force; NULL if there is no need. */
const char *const *foreign_rule_reload(const char *rule);

/* Whether the rule is gone after a reboot unless the host saves its rules. */
bool foreign_rule_is_lost_at_boot(const char *rule);

/* The command as a line for a shell. Return: @text. */
char *foreign_command_format(const char *const words[], char *text, size_t size);
