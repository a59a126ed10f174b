/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Moments as people say and read them, in the time zone of the process. */
#pragma once

#include <stdint.h>
#include <time.h>

/* Room for a moment as text. */
#define TIME_TEXT_MAX 32

/* What time_expression_parse() takes, for messages. */
#define TIME_EXPRESSION_ALLOWED                                                                  \
	"2026-11-30, '2026-11-30 17:05[:09]', 17:05, 2h (also s, m, d, w: that long ago), now, " \
	"today, yesterday or @SECONDS"

/**
 * time_expression_parse() - a moment
 * @now: what "2h", "17:05" and "yesterday" are reckoned from
 *
 * A day stands for its first moment, as for journalctl. Return: 0 and *@ret_seconds
 * since 1970; -EINVAL for what is no moment.
 */
int time_expression_parse(const char *text, time_t now, uint64_t *ret_seconds);

/* "2026-11-30 17:05:09" here. Return: @text, "-" for 0. */
char *time_format_local(uint64_t seconds, char text[TIME_TEXT_MAX]);

/* "2026-11-30T16:05:09Z". Return: @text, "" for 0. */
char *time_format_utc(uint64_t seconds, char text[TIME_TEXT_MAX]);
