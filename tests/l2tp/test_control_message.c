/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Control messages: malformed first, then what real peers get wrong, then bytes. */
#include "l2tp/control_message.h"
#include "tests/unit.h"

#include <string.h>

#define TYPE(m, type) (m), 8, 0, 0, 0, 0, 0, (type)

static int read_payload(const uint8_t *bytes, size_t size, struct l2tp_control_message *ret_message)
{
	struct l2tp_reader payload;

	l2tp_reader_init(&payload, bytes, size);
	return l2tp_control_message_read(&payload, ret_message);
}

static void a_message_without_a_type_in_front_is_malformed(void **state)
{
	struct l2tp_control_message message = { .result = 77 };

	assert_int_equal(read_payload(BYTES(0x80, 8, 0, 0, 0, 9, 0, 7), &message),
			 L2TP_E_MALFORMED);
	/* Message Type of a vendor. */
	assert_int_equal(read_payload(BYTES(0x80, 8, 0, 9, 0, 0, 0, 1), &message),
			 L2TP_E_MALFORMED);
	/* Hidden. */
	assert_int_equal(read_payload(BYTES(TYPE(0xc0, 1)), &message), L2TP_E_MALFORMED);
	/* A byte too long. */
	assert_int_equal(read_payload(BYTES(0x80, 9, 0, 0, 0, 0, 0, 1, 0), &message),
			 L2TP_E_MALFORMED);
	assert_int_equal(message.result, 77);
}

static void a_message_cut_inside_an_avp_is_malformed(void **state)
{
	static const uint8_t bytes[] = {
		TYPE(0x80, 1),                            /* SCCRQ */
		0x80,          8, 0, 0, 0, 9, 0x12, 0x34, /* Assigned Tunnel ID */
	};
	struct l2tp_control_message message;

	for (size_t size = 1; size < sizeof(bytes); size++)
		assert_int_equal(read_payload(bytes, size, &message),
				 size == 8 ? 0 : L2TP_E_MALFORMED);
	assert_int_equal(read_payload(bytes, sizeof(bytes), &message), 0);
	assert_int_equal(message.assigned_tunnel_id, 0x1234);
}

static void an_impossible_length_behind_good_avps_is_malformed(void **state)
{
	struct l2tp_control_message message;

	assert_int_equal(read_payload(BYTES(TYPE(0x80, 1), 0x00, 5, 0, 0, 0, 9), &message),
			 L2TP_E_MALFORMED);
	assert_int_equal(read_payload(BYTES(TYPE(0x80, 1), 0x00, 7, 0, 0, 0, 9), &message),
			 L2TP_E_MALFORMED);
}

static bool unknown_mandatory(const uint8_t *bytes, size_t size)
{
	struct l2tp_control_message message;

	assert_int_equal(read_payload(bytes, size, &message), 0);
	assert_int_equal(message.assigned_tunnel_id, 0);
	return message.unknown_mandatory;
}

static void what_is_not_understood_counts_by_its_mandatory_bit(void **state)
{
	/* Type 99. */
	assert_true(unknown_mandatory(BYTES(TYPE(0x80, 1), 0x80, 6, 0, 0, 0, 99)));
	assert_false(unknown_mandatory(BYTES(TYPE(0x80, 1), 0x00, 6, 0, 0, 0, 99)));
	/* Type 20, a hole in the numbering. */
	assert_true(unknown_mandatory(BYTES(TYPE(0x80, 1), 0x80, 6, 0, 0, 0, 20)));
	/* A vendor's number 9. */
	assert_true(unknown_mandatory(BYTES(TYPE(0x80, 1), 0x80, 8, 0, 9, 0, 9, 0, 1)));
	assert_false(unknown_mandatory(BYTES(TYPE(0x80, 1), 0x00, 8, 0, 9, 0, 9, 0, 1)));
	/* A hidden Assigned Tunnel ID. */
	assert_true(unknown_mandatory(BYTES(TYPE(0x80, 1), 0xc0, 8, 0, 0, 0, 9, 0, 1)));
	assert_false(unknown_mandatory(BYTES(TYPE(0x80, 1), 0x40, 8, 0, 0, 0, 9, 0, 1)));
	/* A reserved bit. */
	assert_true(unknown_mandatory(BYTES(TYPE(0x80, 1), 0x84, 8, 0, 0, 0, 9, 0, 1)));
	assert_false(unknown_mandatory(BYTES(TYPE(0x80, 1), 0x04, 8, 0, 0, 0, 9, 0, 1)));
	/* A value one byte short, one byte long. */
	assert_true(unknown_mandatory(BYTES(TYPE(0x80, 1), 0x80, 7, 0, 0, 0, 9, 1)));
	assert_true(unknown_mandatory(BYTES(TYPE(0x80, 1), 0x80, 9, 0, 0, 0, 9, 0, 1, 2)));
	assert_false(unknown_mandatory(BYTES(TYPE(0x80, 1), 0x00, 7, 0, 0, 0, 9, 1)));
}

static void an_unknown_message_type_keeps_its_mandatory_bit(void **state)
{
	struct l2tp_control_message message;

	for (unsigned int type = 0; type < 256; type++) {
		assert_int_equal(read_payload(BYTES(TYPE(0x80, type)), &message), 0);
		assert_true(message.type_mandatory);
		if (type == 0 || type == 5 || type == 13 || type > 16)
			assert_int_equal(message.type, L2TP_MESSAGE_UNKNOWN);
		else
			assert_int_equal(message.type, type);
	}
	assert_int_equal(read_payload(BYTES(TYPE(0x00, 5)), &message), 0);
	assert_false(message.type_mandatory);
}

static void a_result_code_may_come_without_error_code_or_swapped(void **state)
{
	struct l2tp_control_message message;

	assert_int_equal(read_payload(BYTES(TYPE(0x80, 4), 0x80, 8, 0, 0, 0, 1, 0, 6), &message),
			 0);
	assert_int_equal(message.result, 6);
	assert_int_equal(message.error, 0);
	/* Apple: host byte order. */
	assert_int_equal(
		read_payload(BYTES(TYPE(0x80, 4), 0x80, 10, 0, 0, 0, 1, 6, 0, 2, 0), &message), 0);
	assert_int_equal(message.result, 6);
	assert_int_equal(message.error, 2);
	/* Half an Error Code. */
	assert_int_equal(read_payload(BYTES(TYPE(0x80, 4), 0x80, 9, 0, 0, 0, 1, 0, 2, 1), &message),
			 0);
	assert_int_equal(message.result, 2);
	assert_int_equal(message.error, 0);
	assert_false(message.unknown_mandatory);
}

static void an_sccrq_is_read_field_by_field(void **state)
{
	struct l2tp_control_message message;

	assert_int_equal(read_payload(BYTES(TYPE(0x80, 1),                            /* SCCRQ */
					    0x80, 8, 0, 0, 0, 2, 1, 0,                /* Version */
					    0x80, 10, 0, 0, 0, 3, 0, 0, 0, 1,         /* Framing */
					    0x80, 10, 0, 0, 0, 4, 0, 0, 0, 0,         /* Bearer */
					    0x00, 8, 0, 0, 0, 6, 6, 0x90,             /* Firmware */
					    0x80, 10, 0, 0, 0, 7, 'h', 'o', 's', 't', /* Host */
					    0x00, 7, 0, 0, 0, 8, 'v',                 /* Vendor */
					    0x80, 8, 0, 0, 0, 9, 0xab, 0xcd, /* Tunnel ID */
					    0x80, 8, 0, 0, 0, 10, 0, 4,      /* Window */
					    0x80, 8, 0, 0, 0, 11, 7, 7       /* Challenge */
					    ),
				      &message),
			 0);
	assert_int_equal(message.type, L2TP_MESSAGE_SCCRQ);
	assert_int_equal(message.protocol_version, 0x0100);
	assert_int_equal(message.assigned_tunnel_id, 0xabcd);
	assert_int_equal(message.receive_window_size, 4);
	assert_int_equal(message.host_name.size, 4);
	assert_memory_equal(message.host_name.bytes, "host", 4);
	assert_int_equal(message.challenge.size, 2);
	assert_false(message.unknown_mandatory);
}

static void call_messages_are_read_field_by_field(void **state)
{
	struct l2tp_control_message message;

	assert_int_equal(read_payload(BYTES(TYPE(0x80, 10), 0x80, 8, 0, 0, 0, 14, 0x43, 0x21, 0x80,
					    10, 0, 0, 0, 15, 1, 2, 3, 4),
				      &message),
			 0);
	assert_int_equal(message.type, L2TP_MESSAGE_ICRQ);
	assert_int_equal(message.assigned_session_id, 0x4321);
	assert_int_equal(message.call_serial_number, 0x01020304);
	assert_false(message.sequencing_required);
	assert_int_equal(read_payload(BYTES(TYPE(0x80, 12), 0x80, 10, 0, 0, 0, 24, 0, 0, 0, 9, 0x80,
					    6, 0, 0, 0, 39),
				      &message),
			 0);
	assert_int_equal(message.type, L2TP_MESSAGE_ICCN);
	assert_true(message.sequencing_required);
}

static void wen_and_sli_of_a_modem_are_understood(void **state)
{
	struct l2tp_control_message message;
	uint8_t wen[8 + 6 + 26] = { TYPE(0x80, 15), 0x80, 32, 0, 0, 0, 34 };
	uint8_t sli[8 + 6 + 10] = { TYPE(0x80, 16), 0x80, 16, 0, 0, 0, 35 };

	assert_int_equal(read_payload(wen, sizeof(wen), &message), 0);
	assert_int_equal(message.type, L2TP_MESSAGE_WEN);
	assert_false(message.unknown_mandatory);
	assert_int_equal(read_payload(sli, sizeof(sli), &message), 0);
	assert_int_equal(message.type, L2TP_MESSAGE_SLI);
	assert_false(message.unknown_mandatory);
}

static void a_zlb_has_twelve_bytes(void **state)
{
	uint8_t packet[L2TP_CONTROL_PACKET_MAX];
	struct l2tp_writer writer;

	l2tp_writer_init(&writer, packet, sizeof(packet));
	l2tp_write_zlb(&writer, 7);
	assert_int_equal(writer.size, 12);
	assert_memory_equal(packet, ((uint8_t[]){ 0xc8, 2, 0, 12, 0, 7, 0, 0, 0, 0, 0, 0 }), 12);
}

static void an_sccrp_is_written_byte_by_byte(void **state)
{
	static const uint8_t expected[] = {
		0xc8, 2,  0, 86, 0, 7,  0,    0,    0,   0,   0,   0, /* header */
		0x80, 8,  0, 0,  0, 0,  0,    2,                      /* Message Type: SCCRP */
		0x80, 8,  0, 0,  0, 2,  1,    0,                      /* Protocol Version */
		0x80, 10, 0, 0,  0, 3,  0,    0,    0,   3,           /* Framing Capabilities */
		0x80, 10, 0, 0,  0, 4,  0,    0,    0,   0,           /* Bearer Capabilities */
		0x80, 8,  0, 0,  0, 7,  'g',  'w',                    /* Host Name */
		0x00, 14, 0, 0,  0, 8,  'S',  'a',  'r', 'e', 'g', 'a', 't', 'e', /* Vendor Name */
		0x80, 8,  0, 0,  0, 9,  0x12, 0x34, /* Assigned Tunnel ID */
		0x80, 8,  0, 0,  0, 10, 0,    8,    /* Receive Window Size */
	};
	struct l2tp_lns_settings settings = { .host_name = "gw", .receive_window_size = 8 };
	uint8_t packet[L2TP_CONTROL_PACKET_MAX];
	struct l2tp_writer writer;

	l2tp_writer_init(&writer, packet, sizeof(packet));
	l2tp_write_sccrp(&writer, 7, 0x1234, &settings);
	assert_false(writer.failed);
	assert_int_equal(writer.size, sizeof(expected));
	assert_memory_equal(packet, expected, sizeof(expected));
}

static void a_host_name_that_fills_its_field_still_fits(void **state)
{
	struct l2tp_lns_settings settings = { .receive_window_size = 8 };
	uint8_t packet[L2TP_CONTROL_PACKET_MAX];
	struct l2tp_writer writer;

	memset(settings.host_name, 'h', sizeof(settings.host_name));
	l2tp_writer_init(&writer, packet, sizeof(packet));
	l2tp_write_sccrp(&writer, 7, 8, &settings);
	assert_false(writer.failed);
	assert_int_equal(writer.size, 84 + sizeof(settings.host_name));
}

static void stopccn_and_cdn_carry_code_and_message(void **state)
{
	static const uint8_t stopccn[] = {
		0xc8, 2,  0, 40, 0, 7, 0, 0, 0, 0, 0,   0, /* header */
		0x80, 8,  0, 0,  0, 0, 0, 4,               /* StopCCN */
		0x80, 8,  0, 0,  0, 9, 0, 9,               /* Assigned Tunnel ID */
		0x80, 12, 0, 0,  0, 1, 0, 2, 0, 8, 'n', 'o',
	};
	static const uint8_t cdn[] = {
		0xc8, 2, 0, 36, 0, 7,  0, 5,  0, 0, 0, 0, /* header */
		0x80, 8, 0, 0,  0, 0,  0, 14,             /* CDN */
		0x80, 8, 0, 0,  0, 1,  0, 3,              /* Result Code without Error Code */
		0x80, 8, 0, 0,  0, 14, 0, 6,              /* Assigned Session ID */
	};
	uint8_t packet[L2TP_CONTROL_PACKET_MAX];
	struct l2tp_writer writer;

	l2tp_writer_init(&writer, packet, sizeof(packet));
	l2tp_write_stopccn(&writer, 7, 9,
			   &(struct l2tp_result){ .result = 2, .error = 8, .message = "no" });
	assert_int_equal(writer.size, sizeof(stopccn));
	assert_memory_equal(packet, stopccn, sizeof(stopccn));
	l2tp_writer_init(&writer, packet, sizeof(packet));
	l2tp_write_cdn(&writer, 7, 5, 6, &(struct l2tp_result){ .result = 3 });
	assert_int_equal(writer.size, sizeof(cdn));
	assert_memory_equal(packet, cdn, sizeof(cdn));
}

static void a_long_error_message_is_cut(void **state)
{
	char text[4 * L2TP_ERROR_MESSAGE_MAX + 1];
	uint8_t packet[L2TP_CONTROL_PACKET_MAX];
	struct l2tp_writer writer;

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	l2tp_writer_init(&writer, packet, sizeof(packet));
	l2tp_write_cdn(&writer, 7, 5, 6, &(struct l2tp_result){ .result = 3, .message = text });
	assert_false(writer.failed);
	assert_int_equal(writer.size, 38 + L2TP_ERROR_MESSAGE_MAX);
}

static void an_icrp_is_written_byte_by_byte(void **state)
{
	static const uint8_t expected[] = {
		0xc8, 2, 0, 28, 0, 7,  0,    5,    0, 0, 0, 0, /* header */
		0x80, 8, 0, 0,  0, 0,  0,    11,               /* ICRP */
		0x80, 8, 0, 0,  0, 14, 0x12, 0x34,             /* Assigned Session ID */
	};
	uint8_t packet[L2TP_CONTROL_PACKET_MAX];
	struct l2tp_writer writer;

	l2tp_writer_init(&writer, packet, sizeof(packet));
	l2tp_write_icrp(&writer, 7, 5, 0x1234);
	assert_int_equal(writer.size, sizeof(expected));
	assert_memory_equal(packet, expected, sizeof(expected));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SENTENCE(a_message_without_a_type_in_front_is_malformed),
		SENTENCE(a_message_cut_inside_an_avp_is_malformed),
		SENTENCE(an_impossible_length_behind_good_avps_is_malformed),
		SENTENCE(what_is_not_understood_counts_by_its_mandatory_bit),
		SENTENCE(an_unknown_message_type_keeps_its_mandatory_bit),
		SENTENCE(a_result_code_may_come_without_error_code_or_swapped),
		SENTENCE(an_sccrq_is_read_field_by_field),
		SENTENCE(call_messages_are_read_field_by_field),
		SENTENCE(wen_and_sli_of_a_modem_are_understood),
		SENTENCE(a_zlb_has_twelve_bytes),
		SENTENCE(an_sccrp_is_written_byte_by_byte),
		SENTENCE(a_host_name_that_fills_its_field_still_fits),
		SENTENCE(stopccn_and_cdn_carry_code_and_message),
		SENTENCE(a_long_error_message_is_cut),
		SENTENCE(an_icrp_is_written_byte_by_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
