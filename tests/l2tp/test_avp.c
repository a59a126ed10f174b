/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attribute value pairs: malformed lengths first, then field by field. */
#include "l2tp/avp.h"
#include "tests/unit.h"

static int next_of(const uint8_t *bytes, size_t size, struct l2tp_avp *ret_avp)
{
	struct l2tp_reader reader;
	int r;

	l2tp_reader_init(&reader, bytes, size);
	r = l2tp_avp_next(&reader, ret_avp);
	if (r != 0)
		assert_int_equal(reader.remaining, size);
	return r;
}

static void an_avp_with_length_below_six_is_malformed(void **state)
{
	struct l2tp_avp avp = { .type = 99 };

	for (uint8_t length = 0; length < 6; length++)
		assert_int_equal(next_of(BYTES(0x80, length, 0, 0, 0, 0, 0, 1), &avp),
				 L2TP_E_MALFORMED);
	assert_int_equal(avp.type, 99);
}

static void an_avp_longer_than_the_message_is_malformed(void **state)
{
	struct l2tp_avp avp;

	assert_int_equal(next_of(BYTES(0x80, 9, 0, 0, 0, 0, 0, 1), &avp), L2TP_E_MALFORMED);
	assert_int_equal(next_of(BYTES(0x83, 0xff, 0, 0, 0, 0, 0, 1), &avp), L2TP_E_MALFORMED);
}

static void an_avp_header_that_is_cut_is_malformed(void **state)
{
	const uint8_t bytes[] = { 0x80, 8, 0, 0, 0, 0, 0, 1 };
	struct l2tp_avp avp;

	for (size_t size = 0; size < sizeof(bytes); size++)
		assert_int_equal(next_of(bytes, size, &avp), L2TP_E_MALFORMED);
}

static void an_avp_is_read_field_by_field(void **state)
{
	struct l2tp_avp avp;

	assert_int_equal(next_of(BYTES(0xc0, 9,      /* M, H, Length */
				       0x12, 0x34,   /* Vendor ID */
				       0x56, 0x78,   /* Attribute Type */
				       'a', 'b', 'c' /* Value */
				       ),
				 &avp),
			 0);
	assert_true(avp.mandatory);
	assert_true(avp.hidden);
	assert_false(avp.reserved);
	assert_int_equal(avp.vendor_id, 0x1234);
	assert_int_equal(avp.type, 0x5678);
	assert_int_equal(avp.value_size, 3);
	assert_memory_equal(avp.value, "abc", 3);
}

static void reserved_bits_are_reported(void **state)
{
	struct l2tp_avp avp;

	for (unsigned int bit = 0x04; bit <= 0x20; bit <<= 1) {
		assert_int_equal(next_of(BYTES(bit, 6, 0, 0, 0, 7), &avp), 0);
		assert_true(avp.reserved);
		assert_false(avp.mandatory);
	}
}

static void avps_follow_one_another(void **state)
{
	struct l2tp_reader reader;
	struct l2tp_avp avp;

	l2tp_reader_init(&reader, BYTES(0, 6, 0, 0, 0, 7, 0, 8, 0, 0, 0, 9, 1, 2));
	assert_int_equal(l2tp_avp_next(&reader, &avp), 0);
	assert_int_equal(avp.value_size, 0);
	assert_int_equal(l2tp_avp_next(&reader, &avp), 0);
	assert_int_equal(avp.type, 9);
	assert_int_equal(reader.remaining, 0);
}

static void avps_are_written_field_by_field(void **state)
{
	uint8_t bytes[32];
	struct l2tp_writer writer;

	l2tp_writer_init(&writer, bytes, sizeof(bytes));
	l2tp_avp_write_u16(&writer, true, L2TP_AVP_ASSIGNED_TUNNEL_ID, 0x1234);
	l2tp_avp_write_u32(&writer, true, L2TP_AVP_FRAMING_CAPABILITIES, 3);
	l2tp_avp_write(&writer, false, L2TP_AVP_VENDOR_NAME, "v", 1);
	assert_false(writer.failed);
	assert_int_equal(writer.size, 25);
	assert_memory_equal(bytes,
			    ((uint8_t[]){ 0x80, 8, 0, 0, 0, 9,    0x12, 0x34, 0x80, 10, 0, 0,  0,
					  3,    0, 0, 0, 3, 0x00, 7,    0,    0,    0,  8, 'v' }),
			    25);
}

static void a_value_too_long_for_ten_bits_is_not_written(void **state)
{
	static const uint8_t value[L2TP_AVP_VALUE_MAX + 1];
	static uint8_t bytes[2048];
	struct l2tp_writer writer;

	l2tp_writer_init(&writer, bytes, sizeof(bytes));
	l2tp_avp_write(&writer, true, L2TP_AVP_HOST_NAME, value, sizeof(value) - 1);
	assert_false(writer.failed);
	assert_int_equal(writer.size, 1023);
	l2tp_avp_write(&writer, true, L2TP_AVP_HOST_NAME, value, sizeof(value));
	assert_true(writer.failed);
	assert_int_equal(writer.size, 1023);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SENTENCE(an_avp_with_length_below_six_is_malformed),
		SENTENCE(an_avp_longer_than_the_message_is_malformed),
		SENTENCE(an_avp_header_that_is_cut_is_malformed),
		SENTENCE(an_avp_is_read_field_by_field),
		SENTENCE(reserved_bits_are_reported),
		SENTENCE(avps_follow_one_another),
		SENTENCE(avps_are_written_field_by_field),
		SENTENCE(a_value_too_long_for_ten_bits_is_not_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
