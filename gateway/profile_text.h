/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text that grows and holds secrets: what it leaves behind when it moves is
 * wiped, and a failed allocation is remembered, so that a writer asks once, at
 * the end. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/**
 * struct profile_text - all zero is an empty text
 * @bytes:  NUL-terminated, NULL while empty
 * @size:   without the terminator
 * @failed: memory ran out; @bytes holds what came before
 */
struct profile_text {
	char *bytes;
	size_t size;
	size_t room;
	bool failed;
};

/* Wipes, frees, empties. */
void profile_text_done(struct profile_text *text);

void profile_text_add(struct profile_text *text, const char *string);
void profile_text_add_bytes(struct profile_text *text, const void *bytes, size_t size);
void profile_text_add_byte(struct profile_text *text, char byte);
void profile_text_format(struct profile_text *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* RFC 4648, section 4, with padding, in one line. */
void profile_text_add_base64(struct profile_text *text, const char *string);

/**
 * profile_text_add_escaped() - bytes, some of them written as something else
 * @escape: what stands for a byte, or NULL for the byte itself
 */
void profile_text_add_escaped(struct profile_text *text, const char *string,
			      const char *(*escape)(char byte));
