/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Moments as people say and read them. mktime() knows the time zone and its summer. */
#include "gateway/time_expression.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define DAY 86400

/* @count digits at *@text, which is moved past them. */
static bool take_digits(const char **text, int count, int *ret_number)
{
	int number = 0;

	for (int i = 0; i < count; i++) {
		if (!isdigit((unsigned char)(*text)[i]))
			return false;
		number = 10 * number + ((*text)[i] - '0');
	}
	*text += count;
	*ret_number = number;
	return true;
}

static bool take_character(const char **text, char character)
{
	if (**text != character)
		return false;
	(*text)++;
	return true;
}

/* "17:05" or "17:05:09", to the end of the text. */
static bool take_clock(const char *text, struct tm *moment)
{
	moment->tm_sec = 0;
	if (!take_digits(&text, 2, &moment->tm_hour) || !take_character(&text, ':') ||
	    !take_digits(&text, 2, &moment->tm_min))
		return false;
	if (take_character(&text, ':') && !take_digits(&text, 2, &moment->tm_sec))
		return false;
	return !*text && moment->tm_hour < 24 && moment->tm_min < 60 && moment->tm_sec < 60;
}

/* "2026-11-30", with or without a clock. mktime() would make March of a 30 February. */
static bool take_date(const char *text, struct tm *moment)
{
	struct tm day = { .tm_isdst = -1, .tm_hour = 12 };
	int month;

	if (!take_digits(&text, 4, &day.tm_year) || !take_character(&text, '-') ||
	    !take_digits(&text, 2, &day.tm_mon) || !take_character(&text, '-') ||
	    !take_digits(&text, 2, &day.tm_mday))
		return false;
	day.tm_year -= 1900;
	month = --day.tm_mon;
	moment->tm_year = day.tm_year;
	moment->tm_mon = day.tm_mon;
	moment->tm_mday = day.tm_mday;
	if (mktime(&day) < 0 || day.tm_mon != month || day.tm_mday != moment->tm_mday)
		return false;
	if (!*text)
		return true;
	return (take_character(&text, ' ') || take_character(&text, 'T')) &&
	       take_clock(text, moment);
}

/* "2h": so long ago. */
static bool take_ago(const char *text, time_t now, time_t *ret_moment)
{
	static const struct {
		char unit;
		uint32_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', DAY }, { 'w', 7 * DAY } };
	size_t size = strlen(text);
	char digits[16];
	uint32_t number;

	if (size < 2 || size >= sizeof(digits))
		return false;
	memcpy(digits, text, size - 1);
	digits[size - 1] = '\0';
	if (text_parse_u32(digits, 0, UINT32_MAX, &number) < 0)
		return false;
	for (size_t i = 0; i < ELEMENTS(units); i++)
		if (text[size - 1] == units[i].unit) {
			*ret_moment = now - (time_t)number * units[i].seconds;
			return true;
		}
	return false;
}

/* "today" and "yesterday": the first moment of that day. */
static bool take_day_name(const char *text, struct tm *moment)
{
	if (strcmp(text, "yesterday") == 0)
		moment->tm_mday--;
	else if (strcmp(text, "today") != 0)
		return false;
	return true;
}

int time_expression_parse(const char *text, time_t now, uint64_t *ret_seconds)
{
	struct tm moment, clock;
	uint32_t seconds;
	time_t result;

	if (!localtime_r(&now, &moment))
		return -EINVAL;
	moment.tm_isdst = -1;
	clock = moment;
	moment.tm_hour = moment.tm_min = moment.tm_sec = 0;
	if (strcmp(text, "now") == 0)
		result = now;
	else if (text[0] == '@' && text_parse_u32(text + 1, 0, UINT32_MAX, &seconds) == 0)
		result = (time_t)seconds;
	else if (take_day_name(text, &moment) || take_date(text, &moment))
		result = mktime(&moment);
	else if (take_clock(text, &clock))
		result = mktime(&clock);
	else if (!take_ago(text, now, &result))
		return -EINVAL;
	if (result < 0)
		return -EINVAL;
	*ret_seconds = (uint64_t)result;
	return 0;
}

char *time_format_local(uint64_t seconds, char text[TIME_TEXT_MAX])
{
	time_t moment = (time_t)seconds;
	struct tm local;

	strcpy(text, "-");
	if (seconds && localtime_r(&moment, &local))
		strftime(text, TIME_TEXT_MAX, "%Y-%m-%d %H:%M:%S", &local);
	return text;
}

char *time_format_utc(uint64_t seconds, char text[TIME_TEXT_MAX])
{
	time_t moment = (time_t)seconds;
	struct tm utc;

	text[0] = '\0';
	if (seconds && gmtime_r(&moment, &utc))
		strftime(text, TIME_TEXT_MAX, "%Y-%m-%dT%H:%M:%SZ", &utc);
	return text;
}
