/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Strict numbers, quoting, hexadecimal, what is plain text. Pure. */
#include "base/text.h"

#include <errno.h>
#include <string.h>

static const char hex_digits[] = "0123456789abcdef";

int text_parse_u32(const char *text, uint32_t minimum, uint32_t maximum, uint32_t *ret_value)
{
	uint64_t value = 0;

	if (!*text)
		return -EINVAL;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return -EINVAL;
		value = value * 10 + (uint64_t)(*text - '0');
		if (value > UINT32_MAX)
			return -ERANGE;
	}
	if (value < minimum || value > maximum)
		return -ERANGE;
	*ret_value = (uint32_t)value;
	return 0;
}

/* Writes the escaped form of one byte, without NUL; returns its length. */
static size_t escape_byte(uint8_t byte, char escaped[4])
{
	if (byte == '"' || byte == '\\') {
		escaped[0] = '\\';
		escaped[1] = (char)byte;
		return 2;
	}
	if (byte >= 0x20 && byte < 0x7f) {
		escaped[0] = (char)byte;
		return 1;
	}
	escaped[0] = '\\';
	escaped[1] = 'x';
	escaped[2] = hex_digits[byte >> 4];
	escaped[3] = hex_digits[byte & 0x0f];
	return 4;
}

/* Whether all bytes, escaped, fit in @room. */
static bool all_fit(const uint8_t *byte, size_t size, size_t room)
{
	char escaped[4];
	size_t length = 0;

	for (size_t i = 0; i < size && length <= room; i++)
		length += escape_byte(byte[i], escaped);
	return length <= room;
}

char *text_quote(const void *bytes, size_t size, char *text, size_t text_size)
{
	const uint8_t *byte = bytes;
	size_t room = text_size - sizeof("\"\"");
	const char *end = "\"";
	size_t used = 0;

	if (!all_fit(byte, size, room)) {
		room -= strlen("...");
		end = "...\"";
	}
	text[used++] = '"';
	for (size_t i = 0; i < size; i++) {
		char escaped[4];
		size_t length = escape_byte(byte[i], escaped);

		if (length > room)
			break;
		memcpy(text + used, escaped, length);
		used += length;
		room -= length;
	}
	strcpy(text + used, end);
	return text;
}

char *text_hex(const void *bytes, size_t size, char *text)
{
	const uint8_t *byte = bytes;

	for (size_t i = 0; i < size; i++) {
		text[2 * i] = hex_digits[byte[i] >> 4];
		text[2 * i + 1] = hex_digits[byte[i] & 0x0f];
	}
	text[2 * size] = '\0';
	return text;
}

int text_copy(char *target, size_t target_size, const char *source)
{
	size_t length = strlen(source);

	if (length >= target_size)
		return -ENAMETOOLONG;
	memcpy(target, source, length + 1);
	return 0;
}

/* How many bytes follow a first byte of UTF-8 (RFC 3629); -1 if it is none. */
static int followers(uint8_t first)
{
	if (first < 0x80)
		return 0;
	if (first >= 0xc2 && first <= 0xdf)
		return 1;
	if ((first & 0xf0) == 0xe0)
		return 2;
	if (first >= 0xf0 && first <= 0xf4)
		return 3;
	return -1;
}

/* Control characters, surrogates, what is no character, and separators of lines. */
static bool is_fit(uint32_t point, int count)
{
	static const uint32_t smallest[] = { 0, 0x80, 0x800, 0x10000 };

	return point >= smallest[count] && point >= 0x20 && !(point >= 0x7f && point < 0xa0) &&
	       !(point >= 0xd800 && point < 0xe000) && point != 0x2028 && point != 0x2029 &&
	       (point & 0xfffe) != 0xfffe && point <= 0x10ffff;
}

bool text_is_plain(const char *text)
{
	const uint8_t *byte = (const uint8_t *)text;

	while (*byte) {
		int count = followers(*byte);
		uint32_t point = *byte++;

		if (count < 0)
			return false;
		if (count > 0)
			point &= 0x3fU >> count;
		for (int i = 0; i < count; i++, byte++) {
			if ((*byte & 0xc0) != 0x80)
				return false;
			point = point << 6 | (*byte & 0x3f);
		}
		if (!is_fit(point, count))
			return false;
	}
	return true;
}
