/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers as people read them. Pure. */
#include "gateway/human.h"

#include "base/cleanup.h"

#include <inttypes.h>
#include <stdio.h>

char *human_size(uint64_t bytes, char text[HUMAN_TEXT_MAX])
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	uint64_t tenths;
	size_t unit = 0;

	if (bytes < 1024) {
		snprintf(text, HUMAN_TEXT_MAX, "%" PRIu64 " B", bytes);
		return text;
	}
	while (bytes >= 1024 * 1024 && unit + 1 < ELEMENTS(units)) {
		bytes /= 1024;
		unit++;
	}
	/* Rounded down: never more than there was. */
	tenths = bytes * 10 / 1024;
	if (tenths < 100)
		snprintf(text, HUMAN_TEXT_MAX, "%" PRIu64 ".%" PRIu64 " %s", tenths / 10,
			 tenths % 10, units[unit]);
	else
		snprintf(text, HUMAN_TEXT_MAX, "%" PRIu64 " %s", tenths / 10, units[unit]);
	return text;
}

char *human_duration(uint64_t seconds, char text[HUMAN_TEXT_MAX])
{
	uint64_t minutes = seconds / 60;
	uint64_t hours = minutes / 60;

	if (minutes == 0)
		snprintf(text, HUMAN_TEXT_MAX, "%" PRIu64 "s", seconds);
	else if (hours == 0)
		snprintf(text, HUMAN_TEXT_MAX, "%" PRIu64 "m%02" PRIu64 "s", minutes, seconds % 60);
	else if (hours < 24)
		snprintf(text, HUMAN_TEXT_MAX, "%" PRIu64 "h%02" PRIu64 "m", hours, minutes % 60);
	else
		snprintf(text, HUMAN_TEXT_MAX, "%" PRIu64 "d%02" PRIu64 "h", hours / 24,
			 hours % 24);
	return text;
}
