/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Changing one key of an INI text. Pure. */
#include "gateway/configuration_edit.h"

#include "gateway/configuration.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* The better the place, the higher. */
enum place_rank {
	PLACE_NONE,
	PLACE_HEADER,
	PLACE_COMMENT,
	PLACE_KEY
};

/* Where the new line goes, best place found so far. */
struct place {
	const char *start;
	const char *end; /* bytes from start to here are replaced */
	enum place_rank rank;
};

static const char *skip_blanks(const char *c)
{
	return c + strspn(c, CONFIGURATION_BLANKS);
}

/* Whether the line is `key =` or `key:`, blanks aside. */
static bool sets_key(const char *line, const char *key)
{
	size_t length = strlen(key);

	line = skip_blanks(line);
	if (strncmp(line, key, length) != 0)
		return false;
	line = skip_blanks(line + length);
	return *line == '=' || *line == ':';
}

static bool shows_key(const char *line, const char *key)
{
	line = skip_blanks(line);
	return (*line == '#' || *line == ';') && sets_key(line + 1, key);
}

static bool is_header(const char *line)
{
	return *skip_blanks(line) == '[';
}

static bool is_header_of(const char *line, const char *section)
{
	size_t length = strlen(section);

	line = skip_blanks(line) + 1;
	return strncmp(line, section, length) == 0 && line[length] == ']';
}

static void consider(struct place *place, enum place_rank rank, const char *start, const char *end)
{
	if (place->rank >= rank)
		return;
	place->rank = rank;
	place->start = start;
	place->end = end;
}

static struct place find_place(const char *text, const char *section, const char *key)
{
	struct place place = { .rank = PLACE_NONE };
	bool inside = false;
	const char *next;

	if (strncmp(text, CONFIGURATION_BYTE_ORDER_MARK, strlen(CONFIGURATION_BYTE_ORDER_MARK)) ==
	    0)
		text += strlen(CONFIGURATION_BYTE_ORDER_MARK);
	for (const char *line = text; *line; line = next) {
		next = line + strcspn(line, "\n");
		next += *next == '\n';
		if (is_header(line)) {
			inside = is_header_of(line, section);
			if (inside)
				consider(&place, PLACE_HEADER, next, next);
		} else if (inside && sets_key(line, key)) {
			consider(&place, PLACE_KEY, line, next);
		} else if (inside && shows_key(line, key)) {
			consider(&place, PLACE_COMMENT, next, next);
		}
	}
	return place;
}

int configuration_edit(const char *text, const char *section, const char *key, const char *value,
		       char **ret_text)
{
	struct place place = find_place(text, section, key);
	const char *separator = "";
	char *edited;
	int r;

	if (place.rank == PLACE_NONE)
		place.start = place.end = text + strlen(text);
	if (place.start > text && place.start[-1] != '\n')
		separator = "\n";
	if (place.rank != PLACE_NONE)
		r = asprintf(&edited, "%.*s%s%s = %s\n%s", (int)(place.start - text), text,
			     separator, key, value, place.end);
	else
		r = asprintf(&edited, "%s%s\n[%s]\n%s = %s\n", text, separator, section, key,
			     value);
	if (r < 0)
		return -ENOMEM;
	*ret_text = edited;
	return 0;
}
