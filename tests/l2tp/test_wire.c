/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bounded cursors: what happens at and beyond the end. */
#include "l2tp/wire.h"
#include "tests/unit.h"

#include <string.h>

static void reading_beyond_the_end_fails_for_good(void **state)
{
	struct l2tp_reader reader;

	l2tp_reader_init(&reader, BYTES(0x12, 0x34, 0x56));
	assert_int_equal(l2tp_read_u16(&reader), 0x1234);
	assert_int_equal(l2tp_read_u16(&reader), 0);
	assert_true(reader.failed);
	assert_null(l2tp_read_bytes(&reader, 1));
	assert_null(l2tp_read_bytes(&reader, 0));
	assert_int_equal(l2tp_read_u32(&reader), 0);
}

static void a_size_near_the_limit_of_its_type_does_not_wrap(void **state)
{
	struct l2tp_reader reader;

	l2tp_reader_init(&reader, BYTES(1, 2, 3, 4));
	l2tp_read_u16(&reader);
	assert_null(l2tp_read_bytes(&reader, SIZE_MAX));
	assert_true(reader.failed);
}

static void numbers_are_in_network_byte_order(void **state)
{
	struct l2tp_reader reader;

	l2tp_reader_init(&reader, BYTES(0xfe, 0xdc, 0xba, 0x98, 0x80, 0x01));
	assert_int_equal(l2tp_read_u32(&reader), 0xfedcba98);
	assert_int_equal(l2tp_read_u16(&reader), 0x8001);
	assert_int_equal(reader.remaining, 0);
	assert_false(reader.failed);
}

static void writing_beyond_the_end_writes_nothing_more(void **state)
{
	uint8_t bytes[6] = { 9, 9, 9, 9, 9, 9 };
	struct l2tp_writer writer;

	l2tp_writer_init(&writer, bytes, 5);
	l2tp_write_u32(&writer, 0x01020304);
	l2tp_write_u16(&writer, 0x0506);
	assert_true(writer.failed);
	l2tp_write_bytes(&writer, "x", 1);
	assert_int_equal(writer.size, 4);
	assert_memory_equal(bytes, ((uint8_t[]){ 1, 2, 3, 4, 9, 9 }), 6);
}

static void only_what_was_written_can_be_overwritten(void **state)
{
	uint8_t bytes[8] = { 0 };
	struct l2tp_writer writer;

	l2tp_writer_init(&writer, bytes, sizeof(bytes));
	l2tp_write_u32(&writer, 0x01020304);
	l2tp_write_u16_at(&writer, 2, 0xaabb);
	assert_false(writer.failed);
	assert_memory_equal(bytes, ((uint8_t[]){ 1, 2, 0xaa, 0xbb }), 4);
	l2tp_write_u16_at(&writer, 3, 0xccdd);
	assert_true(writer.failed);
	assert_int_equal(bytes[4], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SENTENCE(reading_beyond_the_end_fails_for_good),
		SENTENCE(a_size_near_the_limit_of_its_type_does_not_wrap),
		SENTENCE(numbers_are_in_network_byte_order),
		SENTENCE(writing_beyond_the_end_writes_nothing_more),
		SENTENCE(only_what_was_written_can_be_overwritten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
