/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Small helpers for text: strict numbers, safe quoting of what a stranger
 * sent, hexadecimal. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * text_parse_u32() - read a whole decimal number
 * @text:    digits only: no sign, no space, no trailing bytes
 * @minimum: smallest value that is allowed
 * @maximum: largest value that is allowed
 *
 * Return: 0; -EINVAL if @text is no number; -ERANGE if it is out of bounds.
 *         @ret_value is untouched on error.
 */
int text_parse_u32(const char *text, uint32_t minimum, uint32_t maximum, uint32_t *ret_value);

/**
 * text_quote() - make bytes of a stranger fit for a log line or a terminal
 * @bytes: any bytes, NUL included
 * @size:  number of bytes
 * @text:  receives '"', the bytes with everything but printable ASCII
 *         written as \xNN (and '"' and '\' escaped), '"', NUL; cut with
 *         "..." where @text_size does not hold it
 * @text_size: at least 8
 *
 * Return: @text.
 */
char *text_quote(const void *bytes, size_t size, char *text, size_t text_size);

/**
 * text_hex() - lower-case hexadecimal
 * @text: at least 2 * @size + 1 bytes
 *
 * Return: @text.
 */
char *text_hex(const void *bytes, size_t size, char *text);

/**
 * text_copy() - copy a string that must fit
 *
 * Return: 0, or -ENAMETOOLONG with @target untouched.
 */
int text_copy(char *target, size_t target_size, const char *source);

/**
 * text_is_plain() - UTF-8 (RFC 3629) that is one line for people
 *
 * No control characters, no separators of lines, nothing that is no character.
 */
bool text_is_plain(const char *text);
