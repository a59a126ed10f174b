/* SPDX-License-Identifier: GPL-2.0-or-later */
/* HDLC-like framing: garbage first, then frames, then the table. */
#include "l2tp/hdlc.h"
#include "tests/unit.h"

#include <string.h>

/* Appendix C.2's definition, bit by bit: what the table is checked against. */
static uint16_t slow_fcs(uint16_t fcs, const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		fcs ^= bytes[i];
		for (unsigned int bit = 0; bit < 8; bit++)
			fcs = fcs & 1 ? (uint16_t)(fcs >> 1 ^ 0x8408) : fcs >> 1;
	}
	return fcs;
}

/* The same bytes in every run. */
static uint8_t random_byte(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return (uint8_t)(*state >> 24);
}

/* All good frames of @bytes, fed in pieces of @piece; the last one is copied out. */
struct decoded {
	size_t count;
	size_t size;
	uint8_t last[L2TP_HDLC_FRAME_MAX];
};

static struct decoded decode_in_pieces(struct l2tp_hdlc_decoder *decoder, const uint8_t *bytes,
				       size_t size, size_t piece)
{
	struct decoded decoded = { 0 };

	for (size_t begin = 0; begin < size; begin += piece) {
		/* A copy of just that size: reading beyond it is seen. */
		size_t part = size - begin < piece ? size - begin : piece, position = 0;
		uint8_t *copy = test_malloc(part), *frame;

		memcpy(copy, bytes + begin, part);
		while (l2tp_hdlc_decode(decoder, copy, part, &position, &frame, &decoded.size)) {
			memcpy(decoded.last, frame, decoded.size);
			decoded.count++;
		}
		assert_int_equal(position, part);
		test_free(copy);
	}
	return decoded;
}

static struct decoded decode(struct l2tp_hdlc_decoder *decoder, const uint8_t *bytes, size_t size)
{
	return decode_in_pieces(decoder, bytes, size, size);
}

/* LCP Echo-Request, id 5, magic 7: ff 03 c0 21 09 05 00 08 00 00 00 07. */
static const uint8_t echo[] = { 0xff, 0x03, 0xc0, 0x21, 9, 5, 0, 8, 0, 0, 0, 7 };

static size_t encode_echo(uint32_t accm, uint8_t encoded[100])
{
	return l2tp_hdlc_encode(echo, sizeof(echo), accm, encoded, 100);
}

static void a_wrong_fcs_is_dropped_and_counted(void **state)
{
	uint8_t encoded[100];
	size_t size = encode_echo(L2TP_HDLC_ACCM_NONE, encoded);

	for (size_t i = 1; i < size - 1; i++) {
		struct l2tp_hdlc_decoder decoder = { 0 };

		encoded[i] ^= 0x01;
		assert_int_equal(decode(&decoder, encoded, size).count, 0);
		assert_int_equal(decoder.bad_frames, 1);
		encoded[i] ^= 0x01;
	}
}

static void an_aborted_frame_is_dropped_and_the_next_one_is_read(void **state)
{
	struct l2tp_hdlc_decoder decoder = { 0 };
	uint8_t bytes[200] = { 0x7e, 0xff, 0x03, 0xc0, 0x21, 0x7d, 0x7e };
	struct decoded decoded;

	decoded = decode(&decoder, bytes, 7 + encode_echo(L2TP_HDLC_ACCM_ALL, bytes + 7));
	assert_int_equal(decoded.count, 1);
	assert_int_equal(decoder.bad_frames, 1);
	assert_memory_equal(decoded.last, echo, sizeof(echo));
}

static void an_escape_before_the_flag_aborts_a_frame_that_is_whole(void **state)
{
	struct l2tp_hdlc_decoder decoder = { 0 };
	uint8_t bytes[100];
	size_t size = encode_echo(L2TP_HDLC_ACCM_NONE, bytes);

	bytes[size - 1] = 0x7d;
	bytes[size] = 0x7e;
	assert_int_equal(decode(&decoder, bytes, size + 1).count, 0);
	assert_int_equal(decoder.bad_frames, 1);
}

static void a_lone_escape_between_flags_is_bad(void **state)
{
	struct l2tp_hdlc_decoder decoder = { 0 };

	assert_int_equal(decode(&decoder, BYTES(0x7e, 0x7d, 0x7e)).count, 0);
	assert_int_equal(decoder.bad_frames, 1);
}

static void a_frame_of_less_than_four_bytes_is_bad(void **state)
{
	struct l2tp_hdlc_decoder decoder = { 0 };

	/* the FCS of nothing, then that of one byte: correct, and still no frame */
	assert_int_equal(decode(&decoder, BYTES(0x7e, 0x00, 0x00, 0x7e)).count, 0);
	assert_int_equal(decoder.bad_frames, 1);
}

static void flags_in_a_row_are_nothing(void **state)
{
	struct l2tp_hdlc_decoder decoder = { 0 };

	assert_int_equal(decode(&decoder, BYTES(0x7e, 0x7e, 0x7e, 0x7e)).count, 0);
	assert_int_equal(decoder.bad_frames, 0);
	assert_int_equal(decoder.long_frames, 0);
}

static void a_frame_beyond_the_cap_is_dropped_and_counted_once(void **state)
{
	static uint8_t bytes[3 * L2TP_HDLC_FRAME_MAX];
	struct l2tp_hdlc_decoder decoder = { 0 };
	struct decoded decoded;

	memset(bytes, 'x', sizeof(bytes));
	bytes[0] = 0x7e;
	decode(&decoder, bytes, sizeof(bytes));
	assert_int_equal(decoder.long_frames, 0);
	decoded = decode(&decoder, bytes, encode_echo(L2TP_HDLC_ACCM_NONE, bytes));
	assert_int_equal(decoder.long_frames, 1);
	assert_int_equal(decoder.bad_frames, 0);
	assert_int_equal(decoded.count, 1);
}

static void garbage_before_the_first_flag_costs_one_frame(void **state)
{
	static const uint8_t prompt[] = { 'l', 'o', 'g', 'i', 'n', ':', ' ' };
	struct l2tp_hdlc_decoder decoder = { 0 };
	uint8_t bytes[200];
	size_t size = sizeof(prompt);

	memcpy(bytes, prompt, size);
	size += encode_echo(0, bytes + size);
	assert_int_equal(decode(&decoder, bytes, size).count, 1);
	assert_int_equal(decoder.bad_frames, 1);
}

static void a_frame_that_is_too_long_or_has_no_room_is_not_encoded(void **state)
{
	static uint8_t frame[L2TP_HDLC_FRAME_MAX + 1];
	static uint8_t encoded[L2TP_HDLC_ENCODED_MAX(sizeof(frame))];

	assert_int_equal(l2tp_hdlc_encode(frame, sizeof(frame), 0, encoded, sizeof(encoded)), 0);
	assert_int_equal(l2tp_hdlc_encode(echo, sizeof(echo), 0, encoded,
					  L2TP_HDLC_ENCODED_MAX(sizeof(echo)) - 1),
			 0);
	assert_int_not_equal(l2tp_hdlc_encode(echo, sizeof(echo), 0, encoded,
					      L2TP_HDLC_ENCODED_MAX(sizeof(echo))),
			     0);
}

static void the_longest_frame_fits_though_all_of_it_is_escaped(void **state)
{
	static uint8_t frame[L2TP_HDLC_FRAME_MAX];
	static uint8_t encoded[L2TP_HDLC_ENCODED_MAX(sizeof(frame))];
	struct l2tp_hdlc_decoder decoder = { 0 };
	struct decoded decoded;
	size_t size;

	memset(frame, 0x7e, sizeof(frame));
	frame[0] = 0xff;
	frame[1] = 0x03;
	size = l2tp_hdlc_encode(frame, sizeof(frame), L2TP_HDLC_ACCM_ALL, encoded, sizeof(encoded));
	assert_in_range(size, 2 * sizeof(frame) - 2, sizeof(encoded));
	decoded = decode(&decoder, encoded, size);
	assert_int_equal(decoded.count, 1);
	assert_int_equal(decoded.size, sizeof(frame));
	assert_memory_equal(decoded.last, frame, sizeof(frame));
}

static void a_frame_comes_in_any_number_of_pieces(void **state)
{
	uint8_t encoded[100];
	size_t size = encode_echo(L2TP_HDLC_ACCM_ALL, encoded);

	for (size_t piece = 1; piece <= size; piece++) {
		struct l2tp_hdlc_decoder decoder = { 0 };
		struct decoded decoded = decode_in_pieces(&decoder, encoded, size, piece);

		assert_int_equal(decoded.count, 1);
		assert_int_equal(decoder.size, 0);
		assert_memory_equal(decoded.last, echo, sizeof(echo));
	}
}

static void one_flag_may_stand_between_two_frames(void **state)
{
	struct l2tp_hdlc_decoder decoder = { 0 };
	uint8_t bytes[200];
	size_t size = encode_echo(0, bytes);

	size += encode_echo(0, bytes + size - 1) - 1;
	assert_int_equal(decode(&decoder, bytes, size).count, 2);
	assert_int_equal(decoder.bad_frames, 0);
}

static void the_map_says_which_control_characters_are_escaped(void **state)
{
	uint8_t none[100], all[100], some[100];

	/* 03, 09, 05, 00, 08, 00, 00, 00, 07; nothing in the FCS (62 6b) */
	assert_int_equal(encode_echo(L2TP_HDLC_ACCM_NONE, none), sizeof(echo) + 4);
	assert_int_equal(encode_echo(L2TP_HDLC_ACCM_ALL, all), sizeof(echo) + 4 + 9);
	assert_int_equal(encode_echo(1U << 3 | 1U << 9, some), sizeof(echo) + 4 + 2);
	assert_memory_equal(some, ((uint8_t[]){ 0x7e, 0xff, 0x7d, 0x23, 0xc0, 0x21, 0x7d, 0x29 }),
			    8);
}

static void address_and_control_are_written_though_the_frame_has_none(void **state)
{
	uint8_t with[100], without[100];
	size_t size = encode_echo(0, with);

	assert_int_equal(l2tp_hdlc_encode(echo + 2, sizeof(echo) - 2, 0, without, sizeof(without)),
			 size);
	assert_memory_equal(with, without, size);
}

static void the_table_agrees_with_the_polynomial(void **state)
{
	uint32_t seed = 1;
	uint8_t bytes[64];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = random_byte(&seed);
	for (size_t begin = 0; begin < sizeof(bytes); begin++)
		for (size_t size = 0; size <= sizeof(bytes) - begin; size++)
			assert_int_equal(l2tp_hdlc_fcs(L2TP_HDLC_FCS_INITIAL, bytes + begin, size),
					 slow_fcs(L2TP_HDLC_FCS_INITIAL, bytes + begin, size));
	for (unsigned int byte = 0; byte < 256; byte++)
		for (size_t zeros = 0; zeros < 8; zeros++) {
			const uint8_t word[8] = { [0] = (uint8_t)byte };

			assert_int_equal(l2tp_hdlc_fcs(0, word, 1 + zeros),
					 slow_fcs(0, word, 1 + zeros));
		}
}

static void what_is_encoded_is_decoded(void **state)
{
	static uint8_t frame[L2TP_HDLC_FRAME_MAX];
	static uint8_t encoded[L2TP_HDLC_ENCODED_MAX(L2TP_HDLC_FRAME_MAX)];
	struct l2tp_hdlc_decoder decoder = { 0 };
	uint32_t seed = 2;

	for (size_t size = 2; size <= sizeof(frame); size++) {
		uint32_t accm = size % 3 == 0 ? L2TP_HDLC_ACCM_ALL : size % 3 == 1 ? 0 : seed;
		struct decoded decoded;
		size_t encoded_size;

		/* half of the bytes are those that are escaped */
		for (size_t i = 0; i < size; i++)
			frame[i] = seed & 1 << 20 ? 0x7c + (random_byte(&seed) & 3)
						  : random_byte(&seed);
		frame[0] = 0xff;
		frame[1] = 0x03;
		encoded_size =
			l2tp_hdlc_encode(frame, size, accm, encoded, L2TP_HDLC_ENCODED_MAX(size));
		assert_in_range(encoded_size, size + 4, L2TP_HDLC_ENCODED_MAX(size));
		decoded = decode_in_pieces(&decoder, encoded, encoded_size, 1 + size % 97);
		assert_int_equal(decoded.count, 1);
		assert_int_equal(decoded.size, size);
		assert_memory_equal(decoded.last, frame, size);
	}
	assert_int_equal(decoder.bad_frames, 0);
	assert_int_equal(decoder.long_frames, 0);
}

/* Random bytes, with flags often enough that every state is visited. */
static void random_bytes_never_become_a_frame_that_was_not_sent(void **state)
{
	struct l2tp_hdlc_decoder decoder = { 0 };
	static uint8_t noise[1 << 16];
	uint32_t seed = 3;
	size_t good = 0;

	for (unsigned int round = 0; round < 32; round++) {
		for (size_t i = 0; i < sizeof(noise); i++)
			noise[i] = seed >> 16 & 31 ? random_byte(&seed)
						   : 0x7d + (random_byte(&seed) & 1);
		good += decode_in_pieces(&decoder, noise, sizeof(noise), 1 + round * 61).count;
		assert_in_range(decoder.size, 0, L2TP_HDLC_FRAME_MAX + L2TP_HDLC_FCS_SIZE);
	}
	/* one in 65 536 passes any 16-bit sum */
	assert_in_range(good, 0, 10);
	assert_in_range(decoder.bad_frames, 10000, SIZE_MAX);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SENTENCE(a_wrong_fcs_is_dropped_and_counted),
		SENTENCE(an_aborted_frame_is_dropped_and_the_next_one_is_read),
		SENTENCE(an_escape_before_the_flag_aborts_a_frame_that_is_whole),
		SENTENCE(a_lone_escape_between_flags_is_bad),
		SENTENCE(a_frame_of_less_than_four_bytes_is_bad),
		SENTENCE(flags_in_a_row_are_nothing),
		SENTENCE(a_frame_beyond_the_cap_is_dropped_and_counted_once),
		SENTENCE(garbage_before_the_first_flag_costs_one_frame),
		SENTENCE(a_frame_that_is_too_long_or_has_no_room_is_not_encoded),
		SENTENCE(the_longest_frame_fits_though_all_of_it_is_escaped),
		SENTENCE(a_frame_comes_in_any_number_of_pieces),
		SENTENCE(one_flag_may_stand_between_two_frames),
		SENTENCE(the_map_says_which_control_characters_are_escaped),
		SENTENCE(address_and_control_are_written_though_the_frame_has_none),
		SENTENCE(the_table_agrees_with_the_polynomial),
		SENTENCE(what_is_encoded_is_decoded),
		SENTENCE(random_bytes_never_become_a_frame_that_was_not_sent),
	};

	return cmocka_run_group_tests_name("hdlc", tests, NULL, NULL);
}
