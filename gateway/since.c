/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An age, a day, a time of day, or both. */
#include "gateway/since.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#define DAY_SECONDS 86400
#define YEARS_MAX   100

/* "30min": so long ago. */
static int read_age(const char *text, uint64_t now, uint64_t *ret_since)
{
	static const struct {
		const char *name;
		uint32_t seconds;
	} units[] = { { "s", 1 },    { "min", 60 },  { "m", 60 },
		      { "h", 3600 }, { "d", 86400 }, { "w", 604800 } };
	char number[16];
	size_t digits = strspn(text, "0123456789");
	uint32_t count;

	if (digits == 0 || digits >= sizeof(number))
		return -EINVAL;
	memcpy(number, text, digits);
	number[digits] = '\0';
	if (text_parse_u32(number, 0, YEARS_MAX * 366, &count) < 0)
		return -EINVAL;
	for (size_t i = 0; i < ELEMENTS(units); i++)
		if (strcmp(text + digits, units[i].name) == 0) {
			uint64_t age = (uint64_t)count * units[i].seconds;

			*ret_since = age < now ? now - age : 0;
			return 0;
		}
	return -EINVAL;
}

/* Whether all of @text is what @format says; fields that it does not have stay. */
static bool is_like(const char *text, const char *format, struct tm *time)
{
	const char *end = strptime(text, format, time);

	return end && *end == '\0';
}

static void begin_day(struct tm *time, int days_ago)
{
	time->tm_hour = time->tm_min = time->tm_sec = 0;
	time->tm_mday -= days_ago;
}

static bool read_moment(const char *text, struct tm *time)
{
	static const char *const formats[] = { "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d",
					       "%H:%M:%S", "%H:%M" };

	if (strcmp(text, "today") == 0 || strcmp(text, "yesterday") == 0) {
		begin_day(time, *text == 'y');
		return true;
	}
	for (size_t i = 0; i < ELEMENTS(formats); i++) {
		struct tm read = *time;

		begin_day(&read, 0);
		if (is_like(text, formats[i], &read)) {
			*time = read;
			return true;
		}
	}
	return false;
}

int since_read(const char *text, uint64_t now, uint64_t *ret_since)
{
	time_t local_now = (time_t)now, moment;
	struct tm time;

	if (read_age(text, now, ret_since) == 0)
		return 0;
	if (!localtime_r(&local_now, &time) || !read_moment(text, &time))
		return -EINVAL;
	time.tm_isdst = -1;
	moment = mktime(&time);
	if (moment < 0)
		return -EINVAL;
	if (moment > local_now && strchr(text, ':') && !strchr(text, '-'))
		moment -= DAY_SECONDS;
	*ret_since = (uint64_t)moment;
	return 0;
}
