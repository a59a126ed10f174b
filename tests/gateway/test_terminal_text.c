/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which characters reach the terminal, and how wide they are there. */
#include "gateway/terminal_text.h"
#include "tests/unit.h"

#include <locale.h>
#include <string.h>

static int be_utf8(void **state)
{
	return setlocale(LC_CTYPE, "C.UTF-8") ? 0 : -1;
}

static int be_ascii(void **state)
{
	return setlocale(LC_CTYPE, "C") ? 0 : -1;
}

/* @text becomes @clean, which is @columns wide. */
static void expect(const char *text, const char *clean, size_t columns)
{
	char buffer[64];

	assert_true(strlen(text) < sizeof(buffer));
	strcpy(buffer, text);
	assert_int_equal(terminal_text_clean(buffer), columns);
	assert_string_equal(buffer, clean);
}

static void letters_of_all_scripts_are_shown(void **state)
{
	expect("Zo\xc3\xab", "Zo\xc3\xab", 3);
	expect("\xd0\x9c\xd0\xb8\xd1\x80", "\xd0\x9c\xd0\xb8\xd1\x80", 3);
	expect("", "", 0);
}

static void wide_characters_take_two_columns(void **state)
{
	expect("\xe5\xb1\xb1", "\xe5\xb1\xb1", 2);
}

static void a_mark_over_a_letter_takes_no_column(void **state)
{
	expect("e\xcc\x81", "e\xcc\x81", 1);
}

static void control_characters_are_replaced(void **state)
{
	expect("a\x1b[2J\n\t\x7f", "a?[2J???", 8);
	/* CSI in one character, U+009B */
	expect("a\xc2\x9b"
	       "2J",
	       "a?2J", 4);
}

/* NOLINTBEGIN(misc-misleading-bidirectional): these characters are what is tested */
static void what_turns_the_order_or_hides_is_replaced(void **state)
{
	expect("a\xe2\x80\xae"
	       "b",
	       "a?b", 3);
	expect("\xe2\x81\xa6\xe2\x80\x8b\xef\xbb\xbf", "???", 3);
	expect("\xf3\xa0\x81\xa1", "?", 1);
}
/* NOLINTEND(misc-misleading-bidirectional) */

static void separators_of_lines_are_replaced(void **state)
{
	expect("\xe2\x80\xa8\xe2\x80\xa9", "??", 2);
}

static void bytes_that_are_no_utf8_are_replaced_one_by_one(void **state)
{
	expect("a\xff"
	       "b",
	       "a?b", 3);
	expect("\xc0\xaf", "??", 2);
	expect("\xed\xa0\x80", "???", 3);
	expect("end\xe5\xb1", "end??", 5);
}

static void without_utf8_only_ascii_is_shown(void **state)
{
	expect("Zo\xc3\xab\x1b", "Zo???", 5);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(letters_of_all_scripts_are_shown, be_utf8),
		cmocka_unit_test_setup(wide_characters_take_two_columns, be_utf8),
		cmocka_unit_test_setup(a_mark_over_a_letter_takes_no_column, be_utf8),
		cmocka_unit_test_setup(control_characters_are_replaced, be_utf8),
		cmocka_unit_test_setup(what_turns_the_order_or_hides_is_replaced, be_utf8),
		cmocka_unit_test_setup(separators_of_lines_are_replaced, be_utf8),
		cmocka_unit_test_setup(bytes_that_are_no_utf8_are_replaced_one_by_one, be_utf8),
		cmocka_unit_test_setup(without_utf8_only_ascii_is_shown, be_ascii),
	};

	return cmocka_run_group_tests_name("terminal_text", tests, NULL, NULL);
}
