/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a stream has colours, and how they are written (ECMA-48, SGR). */
#include "gateway/terminal_colour.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Of all terminals but "dumb"; bold ones are readable on dark and light. */
static const char *const sequences[] = {
	[TERMINAL_COLOUR_NONE] = "",
	[TERMINAL_COLOUR_GREEN] = "\x1b[1;32m",
	[TERMINAL_COLOUR_YELLOW] = "\x1b[1;33m",
	[TERMINAL_COLOUR_RED] = "\x1b[1;31m",
};

static const char *environment(const char *name)
{
	const char *value = getenv(name);

	return value ? value : "";
}

static bool has_colours(FILE *stream)
{
	const char *terminal = environment("TERM");

	return *terminal && strcmp(terminal, "dumb") != 0 && !*environment("NO_COLOR") &&
	       isatty(fileno(stream));
}

void terminal_colour_print(FILE *stream, enum terminal_colour colour, const char *text)
{
	bool coloured = colour != TERMINAL_COLOUR_NONE && has_colours(stream);

	fprintf(stream, "%s%s%s", coloured ? sequences[colour] : "", text,
		coloured ? "\x1b[0m" : "");
}
