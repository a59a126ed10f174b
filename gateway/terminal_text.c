/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Characters as a terminal shows them. */
#include "gateway/terminal_text.h"

#include "base/cleanup.h"

#include <langinfo.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

/*
 * Characters of no width that are no marks over others: they hide, join, or set the
 * direction of what follows, so that a line reads as what it is not.
 */
static const struct {
	wchar_t first;
	wchar_t last;
} hidden[] = {
	{ 0x00ad, 0x00ad },   /* soft hyphen */
	{ 0x034f, 0x034f },   /* combining grapheme joiner */
	{ 0x061c, 0x061c },   /* Arabic letter mark */
	{ 0x115f, 0x1160 },   /* Hangul fillers */
	{ 0x180b, 0x180f },   /* Mongolian selectors */
	{ 0x200b, 0x200f },   /* zero width space, joiners, direction */
	{ 0x2028, 0x202e },   /* separators of lines, direction */
	{ 0x2060, 0x206f },   /* word joiner, isolates */
	{ 0xfeff, 0xfeff },   /* byte order mark */
	{ 0xfff9, 0xfffb },   /* annotations */
	{ 0xe0000, 0xe0fff }, /* tags and selectors */
};

static bool is_hidden(wchar_t character)
{
	for (size_t i = 0; i < ELEMENTS(hidden); i++)
		if (character >= hidden[i].first && character <= hidden[i].last)
			return true;
	return false;
}

/*
 * The next character beyond ASCII. Return: its columns, or -1 if it must not be shown;
 * *@ret_size: the bytes that it takes, or the one byte that is no character.
 */
static int look_at(const char *text, size_t *ret_size)
{
	mbstate_t state = { 0 };
	wchar_t character;
	size_t size = mbrtowc(&character, text, strlen(text), &state);

	*ret_size = 1;
	if (size == 0 || size > MB_LEN_MAX)
		return -1;
	*ret_size = size;
	if (!iswprint((wint_t)character) || is_hidden(character))
		return -1;
	return wcwidth(character);
}

size_t terminal_text_clean(char *text)
{
	size_t columns = 0, kept = 0, size;
	int is_utf8 = -1;

	for (size_t i = 0; text[i]; i += size) {
		int width = text[i] >= ' ' && text[i] <= '~' ? 1 : -1;

		size = 1;
		if ((unsigned char)text[i] >= 0x80) {
			/* Asked only where it matters: most text is ASCII. */
			if (is_utf8 < 0)
				is_utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
			if (is_utf8)
				width = look_at(text + i, &size);
		}
		if (width < 0)
			text[kept++] = '?';
		else
			memmove(text + kept, text + i, size);
		kept += width < 0 ? 0 : size;
		columns += width < 0 ? 1 : (size_t)width;
	}
	text[kept] = '\0';
	return columns;
}
