/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Colours, for what an eye looks for first: how the gateway is, what has failed. Only on a
 * terminal, not with NO_COLOR in the environment, and not where TERM is missing or "dumb":
 * what is said never depends on them. I/O.
 */
#pragma once

#include <stdio.h>

enum terminal_colour {
	TERMINAL_COLOUR_NONE,
	TERMINAL_COLOUR_GREEN,
	TERMINAL_COLOUR_YELLOW,
	TERMINAL_COLOUR_RED,
};

/* Prints @text, in this colour where there are to be any. */
void terminal_colour_print(FILE *stream, enum terminal_colour colour, const char *text);
