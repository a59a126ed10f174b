/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Strict numbers and the quoting of hostile bytes. */
#include "base/text.h"
#include "tests/unit.h"

#include <errno.h>
#include <string.h>

static void only_plain_digits_are_a_number(void **state)
{
	static const char *const texts[] = { "", "-1", "+1", " 1", "1 ", "0x10", "1e3", "one" };
	uint32_t value = 42;

	for (size_t i = 0; i < ELEMENTS(texts); i++)
		assert_int_equal(text_parse_u32(texts[i], 0, UINT32_MAX, &value), -EINVAL);
	assert_int_equal(value, 42);
}

static void numbers_out_of_bounds_are_refused(void **state)
{
	uint32_t value = 42;

	assert_int_equal(text_parse_u32("4294967296", 0, UINT32_MAX, &value), -ERANGE);
	assert_int_equal(text_parse_u32("99999999999999999999999", 0, UINT32_MAX, &value), -ERANGE);
	assert_int_equal(text_parse_u32("575", 576, 1500, &value), -ERANGE);
	assert_int_equal(text_parse_u32("1501", 576, 1500, &value), -ERANGE);
	assert_int_equal(value, 42);
	assert_int_equal(text_parse_u32("4294967295", 0, UINT32_MAX, &value), 0);
	assert_int_equal(value, UINT32_MAX);
}

static void quoting_escapes_all_but_printable_ascii(void **state)
{
	char text[64];

	assert_string_equal(text_quote("a\0b\n\"\\\xff", 7, text, sizeof(text)),
			    "\"a\\x00b\\x0a\\\"\\\\\\xff\"");
	assert_string_equal(text_quote("", 0, text, sizeof(text)), "\"\"");
}

static void quoting_cuts_what_does_not_fit(void **state)
{
	char text[10] = "xxxxxxxxx";

	assert_string_equal(text_quote("abcdefg", 7, text, sizeof(text)), "\"abcdefg\"");
	assert_string_equal(text_quote("abcdefgh", 8, text, sizeof(text)), "\"abcd...\"");
	assert_string_equal(text_quote("\xff\xff\xff", 3, text, sizeof(text)), "\"\\xff...\"");
}

static void quoting_never_writes_past_its_room(void **state)
{
	static const char bytes[32] = "\x01z\"z\x02z\x03zz\\zz\x04zzz\x05zzzz\x06zzzzzz";
	char text[65];

	for (size_t room = 8; room < sizeof(text); room++)
		for (size_t size = 0; size <= sizeof(bytes); size++) {
			text[room] = '!';
			text_quote(bytes, size, text, room);
			assert_int_equal(text[room], '!');
			assert_in_range(strlen(text), 2, room - 1);
		}
}

static void copy_refuses_what_does_not_fit(void **state)
{
	char target[4] = "abc";

	assert_int_equal(text_copy(target, sizeof(target), "wxyz"), -ENAMETOOLONG);
	assert_string_equal(target, "abc");
	assert_int_equal(text_copy(target, sizeof(target), "xyz"), 0);
	assert_string_equal(target, "xyz");
}

static void plain_text_is_utf8_without_control_characters(void **state)
{
	static const char *const plain[] = { "", "a b", "J\xc3\xb6rg", "\xf0\x9f\x98\x80" };
	static const char *const other[] = {
		"a\nb",         "\x7f",         "\xff",
		"\xc3",         "\xc0\xaf",     "\xed\xa0\x80",
		"\xc2\x85",     "\xe2\x80\xa8", "\xf4\x90\x80\x80",
		"\xef\xbf\xbe", "a\xc3z",       "\xe0\x80\xaf",
	};

	for (size_t i = 0; i < ELEMENTS(plain); i++)
		assert_true(text_is_plain(plain[i]));
	for (size_t i = 0; i < ELEMENTS(other); i++)
		assert_false(text_is_plain(other[i]));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SENTENCE(only_plain_digits_are_a_number),
		SENTENCE(numbers_out_of_bounds_are_refused),
		SENTENCE(quoting_escapes_all_but_printable_ascii),
		SENTENCE(quoting_cuts_what_does_not_fit),
		SENTENCE(quoting_never_writes_past_its_room),
		SENTENCE(copy_refuses_what_does_not_fit),
		SENTENCE(plain_text_is_utf8_without_control_characters),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
