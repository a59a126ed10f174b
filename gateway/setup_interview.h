/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What setup asks at a terminal: what no option says, before anything is changed. I/O. */
#pragma once

#include "gateway/prompt.h"
#include "gateway/setup_choice.h"
#include "gateway/setup_user.h"

/* What options and user may point to; lives as long as they do. */
struct setup_interview {
	char listen_address[PROMPT_ANSWER_SIZE];
	char public_address[PROMPT_ANSWER_SIZE];
	char pool[PROMPT_ANSWER_SIZE];
	char dns[PROMPT_ANSWER_SIZE];
	char user[PROMPT_ANSWER_SIZE];
};

/**
 * setup_interview_ask() - complete options and user
 *
 * Return: 0; -EINTR if asking was ended; other negative errno after saying why.
 */
int setup_interview_ask(struct setup_host *host, struct setup_options *options,
			struct setup_user *user, struct setup_interview *storage);
