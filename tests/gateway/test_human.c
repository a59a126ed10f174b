/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sizes and durations, at the bounds of their units. */
#include "gateway/human.h"
#include "tests/unit.h"

static void sizes_have_a_unit_and_are_rounded_down(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} rows[] = {
		{ 0, "0 B" },
		{ 1023, "1023 B" },
		{ 1024, "1.0 KiB" },
		{ 1535, "1.4 KiB" },
		{ 10239, "9.9 KiB" },
		{ 10240, "10 KiB" },
		{ 1048575, "1023 KiB" },
		{ 1048576, "1.0 MiB" },
		{ UINT64_C(5) << 30, "5.0 GiB" },
		{ UINT64_MAX, "15 EiB" },
	};
	char text[HUMAN_TEXT_MAX];

	for (size_t i = 0; i < ELEMENTS(rows); i++)
		assert_string_equal(human_size(rows[i].bytes, text), rows[i].text);
}

static void durations_show_two_units(void **state)
{
	static const struct {
		uint64_t seconds;
		const char *text;
	} rows[] = {
		{ 0, "0s" },         { 59, "59s" },      { 60, "1m00s" },
		{ 3599, "59m59s" },  { 3600, "1h00m" },  { 3720, "1h02m" },
		{ 86399, "23h59m" }, { 86400, "1d00h" }, { UINT64_MAX, "213503982334601d07h" },
	};
	char text[HUMAN_TEXT_MAX];

	for (size_t i = 0; i < ELEMENTS(rows); i++)
		assert_string_equal(human_duration(rows[i].seconds, text), rows[i].text);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SENTENCE(sizes_have_a_unit_and_are_rounded_down),
		SENTENCE(durations_show_two_units),
	};

	return cmocka_run_group_tests_name("human", tests, NULL, NULL);
}
