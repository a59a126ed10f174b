/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is all zero, to the last byte and not beyond it. */
#include "base/bytes.h"
#include "tests/unit.h"

static void a_single_byte_makes_the_difference_wherever_it_is(void **state)
{
	uint8_t bytes[9] = { 0 };

	assert_true(bytes_are_zero(bytes, sizeof(bytes)));
	for (size_t i = 0; i < sizeof(bytes); i++) {
		bytes[i] = 0x80;
		assert_false(bytes_are_zero(bytes, sizeof(bytes)));
		assert_true(bytes_are_zero(bytes, i));
		bytes[i] = 0;
	}
}

static void no_bytes_are_zero(void **state)
{
	assert_true(bytes_are_zero("\1", 0));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SENTENCE(a_single_byte_makes_the_difference_wherever_it_is),
		SENTENCE(no_bytes_are_zero),
	};

	return cmocka_run_group_tests_name("bytes", tests, NULL, NULL);
}
