/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One key changes, every other byte stays. */
#include "gateway/configuration_edit.h"
#include "tests/unit.h"

static void expect(const char *before, const char *after)
{
	_cleanup_(freep) char *text = NULL;
	_cleanup_(freep) char *again = NULL;

	assert_int_equal(configuration_edit(before, "ppp", "mtu", "1400", &text), 0);
	assert_string_equal(text, after);
	assert_int_equal(configuration_edit(text, "ppp", "mtu", "1400", &again), 0);
	assert_string_equal(again, after);
}

static void a_section_that_is_missing_is_added_at_the_end(void **state)
{
	expect("", "\n[ppp]\nmtu = 1400\n");
	expect("[l2tp]\nmtu = 3", "[l2tp]\nmtu = 3\n\n[ppp]\nmtu = 1400\n");
}

static void a_header_without_newline_gets_one(void **state)
{
	expect("[ppp]", "[ppp]\nmtu = 1400\n");
}

static void a_key_that_is_shown_commented_out_is_set_below(void **state)
{
	expect("[ppp]\n# what it is\n#mtu = 1280\n#dns =\n",
	       "[ppp]\n# what it is\n#mtu = 1280\nmtu = 1400\n#dns =\n");
}

static void a_key_that_is_set_is_replaced_where_it_stands(void **state)
{
	expect("[ppp]\n#mtu = 1280\n\n  mtu=1300\n# mine\n[log]\n",
	       "[ppp]\n#mtu = 1280\n\nmtu = 1400\n# mine\n[log]\n");
	expect("[ppp]\nmtu : 1300", "[ppp]\nmtu = 1400\n");
}

static void a_key_of_another_section_or_a_longer_name_is_not_touched(void **state)
{
	expect("[l2tp]\nmtu = 1\n[ppp]\nmtu-other = 2\n#mtux = 3\n[pppx]\nmtu = 4\n",
	       "[l2tp]\nmtu = 1\n[ppp]\nmtu = 1400\nmtu-other = 2\n#mtux = 3\n[pppx]\nmtu = 4\n");
}

/* The parser takes such lines, so a second section or key would make it refuse the file. */
static void what_the_parser_takes_for_a_header_or_a_key_is_found(void **state)
{
	expect("\xef\xbb\xbf[ppp]\nmtu = 1300\n", "\xef\xbb\xbf[ppp]\nmtu = 1400\n");
	expect("\f[ppp]\n\v\r mtu = 1300\n", "\f[ppp]\nmtu = 1400\n");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SENTENCE(a_section_that_is_missing_is_added_at_the_end),
		SENTENCE(a_header_without_newline_gets_one),
		SENTENCE(a_key_that_is_shown_commented_out_is_set_below),
		SENTENCE(a_key_that_is_set_is_replaced_where_it_stands),
		SENTENCE(a_key_of_another_section_or_a_longer_name_is_not_touched),
		SENTENCE(what_the_parser_takes_for_a_header_or_a_key_is_found),
	};

	return cmocka_run_group_tests_name("configuration_edit", tests, NULL, NULL);
}
