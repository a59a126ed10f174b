/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Moments as people say them, in a zone with a summer time; fields of CSV. */
#include "gateway/csv.h"
#include "gateway/time_expression.h"
#include "tests/unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Berlin's rule, written out: nothing depends on the zones that a machine has. */
#define ZONE "CET-1CEST,M3.5.0,M10.5.0/3"
/* 2026-11-26 20:41:17 there. */
#define NOW 1795722077

static int in_berlin(void **state)
{
	setenv("TZ", ZONE, 1);
	tzset();
	return 0;
}

static uint64_t moment(const char *text)
{
	uint64_t seconds = 0;

	if (time_expression_parse(text, NOW, &seconds) != 0)
		fail_msg("%s is refused", text);
	return seconds;
}

static void days_stand_for_their_first_moment(void **state)
{
	assert_int_equal(moment("2026-11-26"), NOW - (20 * 3600 + 41 * 60 + 17));
	assert_int_equal(moment("today"), moment("2026-11-26"));
	assert_int_equal(moment("yesterday"), moment("2026-11-25"));
}

static void a_clock_is_of_that_day_or_of_today(void **state)
{
	assert_int_equal(moment("2026-11-26 20:41:17"), NOW);
	assert_int_equal(moment("2026-11-26T20:41"), NOW - 17);
	assert_int_equal(moment("20:41:17"), NOW);
	assert_int_equal(moment("now"), NOW);
}

static void spans_are_so_long_ago(void **state)
{
	assert_int_equal(moment("30s"), NOW - 30);
	assert_int_equal(moment("5m"), NOW - 300);
	assert_int_equal(moment("2h"), NOW - 7200);
	assert_int_equal(moment("1d"), NOW - 86400);
	assert_int_equal(moment("2w"), NOW - 14 * 86400);
	assert_int_equal(moment("@1700000000"), 1700000000);
}

static void a_day_of_summer_begins_by_the_summer_clock(void **state)
{
	/* 2026-07-01 00:00 CEST is 22:00 UTC the day before. */
	assert_int_equal(moment("2026-07-01"), 1782856800);
}

static void what_is_no_moment_is_refused(void **state)
{
	static const char *const wrong[] = {
		"",
		"2h ",
		"h",
		"-2h",
		"2y",
		"2026-02-30",
		"2026-13-01",
		"2026-1-1",
		"24:00",
		"12:60",
		"noon",
		"2026-11-26 ",
		"@",
		"2026-11-26x",
		"99999999999999999h",
		"1.5h",
		"2026-11-26 25:00",
		"99999w",
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		uint64_t seconds = 7;

		if (time_expression_parse(wrong[i], NOW, &seconds) != -EINVAL)
			fail_msg("'%s' is taken", wrong[i]);
		assert_int_equal(seconds, 7);
	}
}

static void moments_are_shown_here_and_in_utc(void **state)
{
	char text[TIME_TEXT_MAX];

	assert_string_equal(time_format_local(NOW, text), "2026-11-26 20:41:17");
	assert_string_equal(time_format_utc(NOW, text), "2026-11-26T19:41:17Z");
	assert_string_equal(time_format_local(0, text), "-");
	assert_string_equal(time_format_utc(0, text), "");
}

/* ---- CSV ------------------------------------------------------------------------------ */

static void check_field(const char *value, const char *expected)
{
	char text[128];

	assert_string_equal(csv_field(value, text), expected);
}

static void plain_fields_stand_as_they_are(void **state)
{
	check_field("", "");
	check_field("alice", "alice");
	check_field("user@realm", "user@realm");
	check_field("two words", "two words");
}

static void fields_are_quoted_where_they_must(void **state)
{
	check_field("a,b", "\"a,b\"");
	check_field("say \"hi\"", "\"say \"\"hi\"\"\"");
	check_field("two\nlines", "\"two\nlines\"");
	check_field(" blank", "\" blank\"");
}

static void no_field_is_a_formula(void **state)
{
	check_field("=1+1", "'=1+1");
	check_field("+49", "'+49");
	check_field("-1", "'-1");
	check_field("@SUM(A1)", "'@SUM(A1)");
	check_field("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0");
	check_field("=A1,B1", "\"'=A1,B1\"");
	check_field("\t=1", "\"'\t=1\"");
}

static void the_largest_field_has_room(void **state)
{
	char value[33], text[CSV_FIELD_MAX(32)];

	memset(value, '"', 32);
	value[32] = '\0';
	csv_field(value, text);
	assert_int_equal(strlen(text), 2 * 32 + 2);
	memcpy(value, "=\"", 2);
	csv_field(value, text);
	assert_int_equal(strlen(text), 2 * 32 + 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(days_stand_for_their_first_moment),
		cmocka_unit_test(a_clock_is_of_that_day_or_of_today),
		cmocka_unit_test(spans_are_so_long_ago),
		cmocka_unit_test(a_day_of_summer_begins_by_the_summer_clock),
		cmocka_unit_test(what_is_no_moment_is_refused),
		cmocka_unit_test(moments_are_shown_here_and_in_utc),
		cmocka_unit_test(plain_fields_stand_as_they_are),
		cmocka_unit_test(fields_are_quoted_where_they_must),
		cmocka_unit_test(no_field_is_a_formula),
		cmocka_unit_test(the_largest_field_has_room),
	};

	return cmocka_run_group_tests(tests, in_berlin, NULL);
}
