/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The L2TP header: malformed ones first, then field by field. */
#include "l2tp/header.h"
#include "tests/unit.h"

#include <string.h>

static const uint8_t zlb[] = {
	0xc8, 0x02, /* T, L, S, version 2 */
	0x00, 0x0c, /* Length */
	0x12, 0x34, /* Tunnel ID */
	0x56, 0x78, /* Session ID */
	0x00, 0x09, /* Ns */
	0x00, 0x0a, /* Nr */
};

/* A ZLB with its first four bytes replaced, and two bytes behind it. */
static int read_changed(uint16_t flags, uint16_t length, struct l2tp_header *ret_header)
{
	uint8_t packet[sizeof(zlb) + 2] = { 0 };

	memcpy(packet, zlb, sizeof(zlb));
	packet[0] = flags >> 8;
	packet[1] = flags & 0xff;
	packet[2] = length >> 8;
	packet[3] = length & 0xff;
	return l2tp_header_read(packet, sizeof(packet), ret_header);
}

static void a_header_that_is_cut_anywhere_is_malformed(void **state)
{
	struct l2tp_header header = { .ns = 77 };

	for (size_t size = 0; size < sizeof(zlb); size++)
		assert_int_equal(l2tp_header_read(zlb, size, &header), L2TP_E_MALFORMED);
	assert_int_equal(header.ns, 77);
}

static void a_length_beyond_the_datagram_is_malformed(void **state)
{
	struct l2tp_header header;

	assert_int_equal(read_changed(0xc802, sizeof(zlb) + 3, &header), L2TP_E_MALFORMED);
	assert_int_equal(read_changed(0xc802, 0xffff, &header), L2TP_E_MALFORMED);
}

static void a_length_shorter_than_the_header_is_malformed(void **state)
{
	struct l2tp_header header;

	for (uint16_t length = 0; length < (uint16_t)sizeof(zlb); length++)
		assert_int_equal(read_changed(0xc802, length, &header), L2TP_E_MALFORMED);
}

static void bytes_beyond_length_are_ignored(void **state)
{
	struct l2tp_header header;

	assert_int_equal(read_changed(0xc802, sizeof(zlb), &header), 0);
	assert_int_equal(header.payload.remaining, 0);
}

static void other_versions_are_malformed(void **state)
{
	struct l2tp_header header;

	for (uint16_t version = 0; version < 16; version++)
		if (version != 2)
			assert_int_equal(read_changed(0xc800 | version, 12, &header),
					 L2TP_E_MALFORMED);
}

static void a_control_message_needs_length_and_sequence_and_no_offset(void **state)
{
	struct l2tp_header header;

	assert_int_equal(read_changed(0x8802, 12, &header), L2TP_E_MALFORMED);
	assert_int_equal(read_changed(0xc002, 12, &header), L2TP_E_MALFORMED);
	assert_int_equal(read_changed(0xca02, 12, &header), L2TP_E_MALFORMED);
}

static void reserved_bits_are_ignored(void **state)
{
	struct l2tp_header header;

	assert_int_equal(read_changed(0xfdf2, 12, &header), 0);
	assert_true(header.control);
}

static void a_control_header_is_read_field_by_field(void **state)
{
	struct l2tp_header header;

	assert_int_equal(l2tp_header_read(zlb, sizeof(zlb), &header), 0);
	assert_true(header.control);
	assert_int_equal(header.tunnel_id, 0x1234);
	assert_int_equal(header.session_id, 0x5678);
	assert_int_equal(header.ns, 9);
	assert_int_equal(header.nr, 10);
}

static void the_shortest_data_header_has_only_ids(void **state)
{
	struct l2tp_header header;

	assert_int_equal(
		l2tp_header_read(BYTES(0x00, 0x02, 0x00, 0x07, 0x00, 0x08, 0xff, 0x03), &header),
		0);
	assert_false(header.control);
	assert_int_equal(header.tunnel_id, 7);
	assert_int_equal(header.session_id, 8);
	assert_int_equal(header.payload.remaining, 2);
}

static void an_offset_beyond_the_packet_is_malformed(void **state)
{
	struct l2tp_header header;

	assert_int_equal(l2tp_header_read(BYTES(0x02, 0x02, 0x00, 0x07, 0x00, 0x08, 0x00, 0x02,
						0xaa, 0xbb, 0xff),
					  &header),
			 0);
	assert_int_equal(header.payload.remaining, 1);
	assert_int_equal(l2tp_header_read(BYTES(0x02, 0x02, 0x00, 0x07, 0x00, 0x08, 0x00, 0x04,
						0xaa, 0xbb, 0xff),
					  &header),
			 L2TP_E_MALFORMED);
}

static void a_header_is_written_field_by_field(void **state)
{
	uint8_t packet[sizeof(zlb)];
	struct l2tp_writer writer;

	l2tp_writer_init(&writer, packet, sizeof(packet));
	l2tp_header_write(&writer, 0x1234, 0x5678);
	l2tp_header_finish(&writer);
	l2tp_header_set_sequence(packet, writer.size, 9, 10);
	assert_false(writer.failed);
	assert_memory_equal(packet, zlb, sizeof(zlb));
}

static void a_data_header_is_read_as_written(void **state)
{
	uint8_t packet[L2TP_DATA_HEADER_SEQUENCED_SIZE + 1] = { 0 };
	struct l2tp_writer writer;
	struct l2tp_header header;

	l2tp_writer_init(&writer, packet, L2TP_DATA_HEADER_SIZE);
	l2tp_header_write_data(&writer, 0x1234, 0x5678);
	assert_false(writer.failed);
	assert_int_equal(writer.size, L2TP_DATA_HEADER_SIZE);
	assert_int_equal(l2tp_header_read(packet, writer.size + 1, &header), 0);
	assert_false(header.control || header.sequenced);
	assert_int_equal(header.tunnel_id, 0x1234);
	assert_int_equal(header.session_id, 0x5678);
	assert_int_equal(header.payload.remaining, 1);

	l2tp_writer_init(&writer, packet, L2TP_DATA_HEADER_SEQUENCED_SIZE);
	l2tp_header_write_data_sequenced(&writer, 0x1234, 0x5678, 0x9abc);
	assert_false(writer.failed);
	assert_int_equal(writer.size, L2TP_DATA_HEADER_SEQUENCED_SIZE);
	assert_int_equal(l2tp_header_read(packet, writer.size + 1, &header), 0);
	assert_true(header.sequenced);
	assert_int_equal(header.ns, 0x9abc);
	assert_int_equal(header.nr, 0);
	assert_int_equal(header.payload.remaining, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SENTENCE(a_header_that_is_cut_anywhere_is_malformed),
		SENTENCE(a_length_beyond_the_datagram_is_malformed),
		SENTENCE(a_length_shorter_than_the_header_is_malformed),
		SENTENCE(bytes_beyond_length_are_ignored),
		SENTENCE(other_versions_are_malformed),
		SENTENCE(a_control_message_needs_length_and_sequence_and_no_offset),
		SENTENCE(reserved_bits_are_ignored),
		SENTENCE(a_control_header_is_read_field_by_field),
		SENTENCE(the_shortest_data_header_has_only_ids),
		SENTENCE(an_offset_beyond_the_packet_is_malformed),
		SENTENCE(a_header_is_written_field_by_field),
		SENTENCE(a_data_header_is_read_as_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
