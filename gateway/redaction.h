/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text for strangers: without secrets, and with pseudonyms in the place of names
 * and addresses, the same for the same one throughout. It errs on the side of
 * taking too much away. Pure.
 */
#pragma once

#include <stdbool.h>

struct redaction;

/**
 * redaction_new() - nothing known yet
 * @with_names: leave names and addresses; secrets go all the same
 *
 * Return: 0; -ENOMEM.
 */
int redaction_new(bool with_names, struct redaction **ret_redaction);
void redaction_free(struct redaction *redaction);
void redaction_freep(struct redaction **redaction);

/* This string never appears. Shorter than 4 bytes: ignored. Return: 0; -ENOMEM; -ENOSPC. */
int redaction_hide(struct redaction *redaction, const char *secret);

/* This word becomes "@kind-1" or the like; @kind is static. Return: 0; -ENOMEM. */
int redaction_name(struct redaction *redaction, const char *word, const char *kind);

enum redaction_text_kind {
	REDACTION_TEXT_CONFIGURATION,
	REDACTION_TEXT_LOG, /* what stands in double quotes came from a stranger */
};

/**
 * redaction_text() - @text as others may see it
 *
 * Secrets are what redaction_hide() was told, what follows "PSK", "password" and
 * the like, and long hexadecimal numbers: keys, hashes, responses. Return: 0 and
 * *@ret_text, which the caller frees; -ENOMEM.
 */
int redaction_text(struct redaction *redaction, enum redaction_text_kind kind, const char *text,
		   char **ret_text);
