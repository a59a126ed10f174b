/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Moments as people write them, in UTC. */
#include "gateway/since.h"
#include "tests/unit.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

/* 2026-11-26 20:00:00 */
#define NOW UINT64_C(1795723200)
#define DAY UINT64_C(86400)

static uint64_t read_since(const char *text)
{
	uint64_t since = 0;

	if (since_read(text, NOW, &since) != 0)
		fail_msg("%s is refused", text);
	return since;
}

static void an_age_is_taken_off_now(void **state)
{
	assert_int_equal(read_since("0s"), NOW);
	assert_int_equal(read_since("90s"), NOW - 90);
	assert_int_equal(read_since("30min"), NOW - 1800);
	assert_int_equal(read_since("30m"), NOW - 1800);
	assert_int_equal(read_since("2h"), NOW - 7200);
	assert_int_equal(read_since("3d"), NOW - 3 * DAY);
	assert_int_equal(read_since("2w"), NOW - 14 * DAY);
}

static void a_day_begins_at_midnight(void **state)
{
	assert_int_equal(read_since("today"), NOW - 20 * 3600);
	assert_int_equal(read_since("yesterday"), NOW - 20 * 3600 - DAY);
	assert_int_equal(read_since("2026-11-26"), NOW - 20 * 3600);
	assert_int_equal(read_since("2026-11-25 20:00"), NOW - DAY);
	assert_int_equal(read_since("2026-11-25 20:00:01"), NOW - DAY + 1);
}

static void a_time_of_day_that_is_to_come_is_yesterdays(void **state)
{
	assert_int_equal(read_since("19:59"), NOW - 60);
	assert_int_equal(read_since("20:01"), NOW - DAY + 60);
	assert_int_equal(read_since("20:00:30"), NOW - DAY + 30);
}

static void all_else_is_refused(void **state)
{
	static const char *const wrong[] = { "",
					     "2",
					     "h",
					     "2 h",
					     "-2h",
					     "2hours",
					     "25:00",
					     "12:61",
					     "2026-13-01",
					     "2026-11-26x",
					     "now",
					     "99999999999h",
					     "2026-11-26T20:00" };
	uint64_t since = 7;

	for (size_t i = 0; i < ELEMENTS(wrong); i++)
		if (since_read(wrong[i], NOW, &since) != -EINVAL || since != 7)
			fail_msg("%s is taken", wrong[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SENTENCE(an_age_is_taken_off_now),
		SENTENCE(a_day_begins_at_midnight),
		SENTENCE(a_time_of_day_that_is_to_come_is_yesterdays),
		SENTENCE(all_else_is_refused),
	};

	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
