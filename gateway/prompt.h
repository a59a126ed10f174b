/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Questions to whoever sits at the terminal: one line each, with what an empty answer
 * means in brackets. What is wrong is refused with one line, and asked again. The end
 * of input and Ctrl-C end the asking, with the terminal as it was. I/O.
 */
#pragma once

#include "gateway/setup_error.h"

#include <stdbool.h>
#include <stddef.h>

/* Longest answer; a longer line is refused. */
#define PROMPT_ANSWER_SIZE 512

/* Whether somebody can be asked: input and output are terminals. */
bool prompt_is_possible(void);

/* Whether an answer is right. Return: 0; -ECANCELED with what is wrong and what is allowed. */
typedef int (*prompt_check_fn)(const char *answer, void *userdata, struct setup_error *ret_error);

/**
 * prompt_ask() - ask until the answer is right
 * @suggestion: what an empty answer means; NULL: an empty one is checked as it is
 * @check:      NULL: every answer is right
 *
 * Return: 0 and the answer without blanks around it; -EINTR if asking was ended.
 */
int prompt_ask(const char *question, const char *suggestion, prompt_check_fn check, void *userdata,
	       char ret_answer[PROMPT_ANSWER_SIZE]);

/* Return: 0 and yes or no; -EINTR. */
int prompt_yes(const char *question, bool suggestion, bool *ret_yes);

/**
 * prompt_secret() - ask twice, without echo, until both are the same
 * @check:     of the first
 * @ret_secret: the caller wipes it; "" if the first was empty, which is asked once
 *
 * Return: 0; -EINTR.
 */
int prompt_secret(const char *question, prompt_check_fn check, void *userdata,
		  char ret_secret[PROMPT_ANSWER_SIZE]);
