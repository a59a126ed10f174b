/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hidden AVPs: lengths that lie first, then bytes that were computed with Python's
 * hashlib from the text of RFC 2661, 4.3; secret "shared secret", vector 0 to 15.
 */
#include "l2tp/avp_hiding.h"
#include "tests/unit.h"

#include <stdlib.h>
#include <string.h>

static const struct l2tp_octets secret = { (const uint8_t *)"shared secret", 13 };
static const uint8_t vector_bytes[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };
static const struct l2tp_octets vector = { vector_bytes, sizeof(vector_bytes) };

static const char called[] = "called number of forty-one characters 789";
static const uint8_t called_hidden[] = {
	0x18, 0x38, 0x39, 0x00, 0xa8, 0x3e, 0x1a, 0xa0, 0x0d, 0xd2, 0x01, 0x6e, 0x3e, 0xaa, 0x10,
	0xad, 0xb6, 0x27, 0xd3, 0x47, 0xbc, 0x3d, 0x65, 0x45, 0xee, 0x90, 0x95, 0x48, 0x01, 0xa7,
	0x60, 0x3d, 0x20, 0xc8, 0xfe, 0x65, 0x9c, 0x47, 0x59, 0x23, 0x10, 0x82, 0x5a,
};

/* The cipher text is copied to memory of its own, so that ASan sees its end. */
static int unhide(struct l2tp_unhiding *unhiding, uint16_t type, const uint8_t *cipher, size_t size,
		  struct l2tp_octets *ret_value)
{
	uint8_t *copy = malloc(size ? size : 1);
	struct l2tp_avp avp = { .hidden = true, .type = type, .value_size = (uint16_t)size };
	int r;

	assert_non_null(copy);
	memcpy(copy, cipher, size);
	avp.value = copy;
	r = l2tp_avp_unhide(unhiding, vector, &avp, ret_value);
	free(copy);
	return r;
}

static void begin(struct l2tp_unhiding *unhiding)
{
	l2tp_unhiding_init(unhiding);
	unhiding->secret = secret;
}

static void an_inner_length_beyond_the_value_is_malformed(void **state)
{
	struct l2tp_octets value = { .size = 77 };
	struct l2tp_unhiding unhiding;

	begin(&unhiding);
	/* 3, of 2 bytes that are there; then 1 byte, which is half a length; then none. */
	assert_int_equal(unhide(&unhiding, 9, BYTES(0xfb, 0xb2, 0x5a, 0x1f), &value),
			 L2TP_E_MALFORMED);
	assert_int_equal(unhide(&unhiding, 9, BYTES(0xfb), &value), L2TP_E_MALFORMED);
	assert_int_equal(unhide(&unhiding, 9, (const uint8_t *)"", 0, &value), L2TP_E_MALFORMED);
	assert_int_equal(value.size, 77);
	l2tp_unhiding_done(&unhiding);
}

static void values_of_one_message_are_capped(void **state)
{
	static uint8_t cipher[L2TP_AVP_VALUE_MAX];
	struct l2tp_octets value;
	struct l2tp_unhiding unhiding;

	begin(&unhiding);
	for (unsigned int i = 0; i < 2; i++)
		unhide(&unhiding, 21, cipher, sizeof(cipher), &value);
	assert_int_equal(unhiding.used, 2 * sizeof(cipher));
	assert_int_equal(unhide(&unhiding, 21, called_hidden, sizeof(called_hidden), &value),
			 L2TP_E_MALFORMED);
	l2tp_unhiding_done(&unhiding);
	assert_int_equal(unhide(&unhiding, 21, called_hidden, sizeof(called_hidden), &value), 0);
	l2tp_unhiding_done(&unhiding);
}

static void a_value_shorter_than_a_block_is_unhidden(void **state)
{
	struct l2tp_octets value;
	struct l2tp_unhiding unhiding;

	begin(&unhiding);
	assert_int_equal(unhide(&unhiding, 9, BYTES(0xfb, 0xb3, 0x5a, 0x1f), &value), 0);
	assert_int_equal(value.size, 2);
	assert_memory_equal(value.bytes, ((uint8_t[]){ 0x12, 0x34 }), 2);
	l2tp_unhiding_done(&unhiding);
}

static void a_value_of_three_blocks_is_unhidden(void **state)
{
	struct l2tp_octets value;
	struct l2tp_unhiding unhiding;

	begin(&unhiding);
	assert_int_equal(unhide(&unhiding, 21, called_hidden, sizeof(called_hidden), &value), 0);
	assert_int_equal(value.size, sizeof(called) - 1);
	assert_memory_equal(value.bytes, called, sizeof(called) - 1);
	l2tp_unhiding_done(&unhiding);
}

static void what_was_unhidden_is_wiped(void **state)
{
	static const uint8_t zeroes[sizeof(called_hidden)];
	struct l2tp_octets value;
	struct l2tp_unhiding unhiding;

	begin(&unhiding);
	assert_int_equal(unhide(&unhiding, 21, called_hidden, sizeof(called_hidden), &value), 0);
	l2tp_unhiding_done(&unhiding);
	assert_memory_equal(unhiding.bytes, zeroes, sizeof(zeroes));
}

static struct l2tp_hiding hiding_of_test(void)
{
	struct l2tp_hiding hiding = { .secret = secret };

	for (uint8_t i = 0; i < L2TP_HIDING_BLOCK; i++) {
		hiding.vector[i] = i;
		hiding.padding[i] = (uint8_t)(0xa0 + i);
	}
	return hiding;
}

static void a_hidden_avp_is_written_byte_by_byte(void **state)
{
	static const uint8_t expected[] = {
		0x80, 22,   0,    0,    0,    36, /* Random Vector */
		0,    1,    2,    3,    4,    5,    6,    7,    8,    9,    10,   11,
		12,   13,   14,   15,   0xc0, 22,   0,    0,    0,    9, /* Assigned Tunnel ID,
									    hidden: padded to a
									    block */
		0xfb, 0xb3, 0x5a, 0x1f, 0xf1, 0x8f, 0xe6, 0xd8, 0xdb, 0x5d, 0x09, 0x15,
		0x58, 0x54, 0xc5, 0x84,
	};
	const struct l2tp_hiding hiding = hiding_of_test();
	struct l2tp_writer writer;
	uint8_t bytes[64];

	l2tp_writer_init(&writer, bytes, sizeof(bytes));
	l2tp_avp_write_vector(&writer, &hiding);
	l2tp_avp_write_hidden(&writer, true, L2TP_AVP_ASSIGNED_TUNNEL_ID,
			      ((uint8_t[]){ 0x12, 0x34 }), 2, &hiding);
	assert_false(writer.failed);
	assert_int_equal(writer.size, sizeof(expected));
	assert_memory_equal(bytes, expected, sizeof(expected));
}

static void what_is_hidden_is_unhidden_at_every_size(void **state)
{
	const struct l2tp_hiding hiding = hiding_of_test();
	uint8_t value[100], bytes[200];

	for (size_t i = 0; i < sizeof(value); i++)
		value[i] = (uint8_t)(i * 7);
	for (size_t size = 0; size <= sizeof(value); size++) {
		struct l2tp_unhiding unhiding;
		struct l2tp_writer writer;
		struct l2tp_octets plain;
		struct l2tp_reader reader;
		struct l2tp_avp avp;

		begin(&unhiding);
		l2tp_writer_init(&writer, bytes, sizeof(bytes));
		l2tp_avp_write_hidden(&writer, false, L2TP_AVP_VENDOR_NAME, value, size, &hiding);
		l2tp_reader_init(&reader, bytes, writer.size);
		assert_int_equal(l2tp_avp_next(&reader, &avp), 0);
		assert_true(avp.hidden);
		assert_false(avp.mandatory);
		assert_int_equal(avp.value_size % L2TP_HIDING_BLOCK, 0);
		assert_int_equal(l2tp_avp_unhide(&unhiding, vector, &avp, &plain), 0);
		assert_int_equal(plain.size, size);
		assert_memory_equal(plain.bytes, value, size);
		l2tp_unhiding_done(&unhiding);
	}
}

static void a_value_too_long_to_be_hidden_is_not_written(void **state)
{
	static uint8_t value[L2TP_AVP_VALUE_MAX - 1], bytes[2048];
	const struct l2tp_hiding hiding = hiding_of_test();
	struct l2tp_writer writer;

	l2tp_writer_init(&writer, bytes, sizeof(bytes));
	l2tp_avp_write_hidden(&writer, true, L2TP_AVP_CHALLENGE, value, sizeof(value), &hiding);
	assert_true(writer.failed);
	assert_int_equal(writer.size, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SENTENCE(an_inner_length_beyond_the_value_is_malformed),
		SENTENCE(values_of_one_message_are_capped),
		SENTENCE(a_value_shorter_than_a_block_is_unhidden),
		SENTENCE(a_value_of_three_blocks_is_unhidden),
		SENTENCE(what_was_unhidden_is_wiped),
		SENTENCE(a_hidden_avp_is_written_byte_by_byte),
		SENTENCE(what_is_hidden_is_unhidden_at_every_size),
		SENTENCE(a_value_too_long_to_be_hidden_is_not_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
