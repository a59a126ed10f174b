/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text that grows, wiped. Pure. */
#include "gateway/profile_text.h"

#include <nettle/base64.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOM_FIRST 2048

void profile_text_done(struct profile_text *text)
{
	if (text->bytes)
		explicit_bzero(text->bytes, text->room);
	free(text->bytes);
	*text = (struct profile_text){ 0 };
}

/* Moves by hand: realloc() would leave the old bytes as they are. */
static bool grow(struct profile_text *text, size_t room)
{
	char *bytes = malloc(room);

	if (!bytes)
		return false;
	if (text->bytes) {
		memcpy(bytes, text->bytes, text->size + 1);
		explicit_bzero(text->bytes, text->room);
		free(text->bytes);
	}
	text->bytes = bytes;
	text->room = room;
	return true;
}

/* Room for @size bytes more and the terminator. */
static bool reserve(struct profile_text *text, size_t size)
{
	size_t room = text->room ? text->room : ROOM_FIRST;

	if (text->failed)
		return false;
	while (room - text->size <= size)
		room *= 2;
	if (room != text->room && !grow(text, room))
		text->failed = true;
	return !text->failed;
}

void profile_text_add_bytes(struct profile_text *text, const void *bytes, size_t size)
{
	if (!reserve(text, size))
		return;
	memcpy(text->bytes + text->size, bytes, size);
	text->size += size;
	text->bytes[text->size] = '\0';
}

void profile_text_add(struct profile_text *text, const char *string)
{
	profile_text_add_bytes(text, string, strlen(string));
}

void profile_text_add_byte(struct profile_text *text, char byte)
{
	profile_text_add_bytes(text, &byte, 1);
}

void profile_text_format(struct profile_text *text, const char *format, ...)
{
	va_list arguments;
	int size;

	va_start(arguments, format);
	size = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	if (size < 0 || !reserve(text, (size_t)size)) {
		text->failed = true;
		return;
	}
	va_start(arguments, format);
	vsnprintf(text->bytes + text->size, (size_t)size + 1, format, arguments);
	va_end(arguments);
	text->size += (size_t)size;
}

void profile_text_add_base64(struct profile_text *text, const char *string)
{
	size_t length = strlen(string);
	size_t size = BASE64_ENCODE_RAW_LENGTH(length);

	if (!reserve(text, size))
		return;
	base64_encode_raw(text->bytes + text->size, length, (const uint8_t *)string);
	text->size += size;
	text->bytes[text->size] = '\0';
}

void profile_text_add_escaped(struct profile_text *text, const char *string,
			      const char *(*escape)(char byte))
{
	for (; *string; string++) {
		const char *escaped = escape(*string);

		if (escaped)
			profile_text_add(text, escaped);
		else
			profile_text_add_byte(text, *string);
	}
}
