/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The environment of an administrator's hook: what is known of a session, each as
 * the value of a variable of its own, and nothing of ours beside it. Pure.
 */
#pragma once

#include "ppp-hooks/launcher_message.h"

#define HOOK_ENVIRONMENT_MAX  20
#define HOOK_ENVIRONMENT_TEXT 1536

/**
 * struct hook_environment - an envp with its strings
 * @envp:      NULL-terminated; points into @text, so never copy the struct
 * @count:     of @envp, without its NULL
 * @text_used: bytes of @text
 */
struct hook_environment {
	char *envp[HOOK_ENVIRONMENT_MAX + 1];
	size_t count;
	size_t text_used;
	char text[HOOK_ENVIRONMENT_TEXT];
};

/* "up", "down": also the name of the hook's file. Static. */
const char *hook_event_name(enum launcher_hook_event event);

/**
 * hook_environment_build() - the variables of one hook
 * @hook: checked by launcher_message_check()
 */
void hook_environment_build(const struct launcher_hook *hook,
			    struct hook_environment *ret_environment);
