/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The packets that we send, byte by byte. */
#include "l2tp/control_packet.h"

#include "l2tp/control_message.h"
#include "l2tp/header.h"
#include "tests/unit.h"

#include <string.h>

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
	const struct l2tp_sccrp sccrp = { .settings = &settings };
	uint8_t packet[L2TP_CONTROL_PACKET_MAX];
	struct l2tp_writer writer;

	l2tp_writer_init(&writer, packet, sizeof(packet));
	l2tp_write_sccrp(&writer, 7, 0x1234, &sccrp, NULL);
	assert_false(writer.failed);
	assert_int_equal(writer.size, sizeof(expected));
	assert_memory_equal(packet, expected, sizeof(expected));
}

static void a_host_name_that_fills_its_field_still_fits(void **state)
{
	struct l2tp_lns_settings settings = { .receive_window_size = 8 };
	const struct l2tp_sccrp sccrp = { .settings = &settings };
	uint8_t packet[L2TP_CONTROL_PACKET_MAX];
	struct l2tp_writer writer;

	memset(settings.host_name, 'h', sizeof(settings.host_name));
	l2tp_writer_init(&writer, packet, sizeof(packet));
	l2tp_write_sccrp(&writer, 7, 8, &sccrp, NULL);
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
			   &(struct l2tp_result){ .result = 2, .error = 8, .message = "no" }, NULL);
	assert_int_equal(writer.size, sizeof(stopccn));
	assert_memory_equal(packet, stopccn, sizeof(stopccn));
	l2tp_writer_init(&writer, packet, sizeof(packet));
	l2tp_write_cdn(&writer, 7, 5, 6, &(struct l2tp_result){ .result = 3 }, NULL);
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
	l2tp_write_cdn(&writer, 7, 5, 6, &(struct l2tp_result){ .result = 3, .message = text },
		       NULL);
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
	l2tp_write_icrp(&writer, 7, 5, 0x1234, NULL);
	assert_int_equal(writer.size, sizeof(expected));
	assert_memory_equal(packet, expected, sizeof(expected));
}

/* All that an SCCRP can hold, hidden, is still one packet. */
static void the_longest_sccrp_fits_and_is_read_with_the_secret(void **state)
{
	const struct l2tp_hiding hiding = { .secret = { (const uint8_t *)"secret", 6 } };
	struct l2tp_lns_settings settings = { .receive_window_size = 8 };
	const struct l2tp_sccrp sccrp = {
		.settings = &settings,
		.challenge = { (const uint8_t *)"0123456789abcdef", 16 },
		.response = { (const uint8_t *)"fedcba9876543210", 16 },
	};
	uint8_t packet[L2TP_CONTROL_PACKET_MAX];
	struct l2tp_control_message message;
	struct l2tp_unhiding unhiding;
	struct l2tp_header header;
	struct l2tp_writer writer;

	memset(settings.host_name, 'h', sizeof(settings.host_name));
	l2tp_writer_init(&writer, packet, sizeof(packet));
	l2tp_write_sccrp(&writer, 7, 0x1234, &sccrp, &hiding);
	assert_false(writer.failed);
	assert_int_equal(l2tp_header_read(packet, writer.size, &header), 0);
	l2tp_unhiding_init(&unhiding);
	unhiding.secret = hiding.secret;
	assert_int_equal(l2tp_control_message_read(&header.payload, &unhiding, &message), 0);
	assert_false(message.unknown_mandatory);
	assert_int_equal(message.assigned_tunnel_id, 0x1234);
	assert_int_equal(message.framing_capabilities, 3);
	assert_int_equal(message.receive_window_size, 8);
	assert_memory_equal(message.vendor_name.bytes, "Saregate", 8);
	assert_memory_equal(message.challenge.bytes, "0123456789abcdef", 16);
	assert_memory_equal(message.challenge_response.bytes, "fedcba9876543210", 16);
	assert_null(memmem(packet, writer.size, "Saregate", 8));
	l2tp_unhiding_done(&unhiding);
}

static void the_longest_stopccn_fits_into_what_is_kept_for_it(void **state)
{
	const struct l2tp_hiding hiding = { .secret = { (const uint8_t *)"secret", 6 } };
	struct l2tp_result result = { .result = 2, .error = 4 };
	uint8_t packet[L2TP_STOPCCN_PACKET_MAX];
	char message[L2TP_ERROR_MESSAGE_MAX + 2];
	struct l2tp_writer writer;

	memset(message, 'm', sizeof(message) - 1);
	message[sizeof(message) - 1] = '\0';
	result.message = message;
	l2tp_writer_init(&writer, packet, sizeof(packet));
	l2tp_write_stopccn(&writer, 7, 0x1234, &result, &hiding);
	assert_false(writer.failed);
}

static void an_unknown_avp_is_named_in_the_refusal(void **state)
{
	const struct l2tp_control_message message = { .unknown_vendor = 9, .unknown_type = 77 };
	char text[L2TP_ERROR_MESSAGE_MAX];
	struct l2tp_result result = l2tp_result_unknown_avp(&message, text);

	assert_int_equal(result.result, 2);
	assert_int_equal(result.error, 8);
	assert_string_equal(result.message, "mandatory AVP 77 of vendor 9 is not understood");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SENTENCE(a_zlb_has_twelve_bytes),
		SENTENCE(an_sccrp_is_written_byte_by_byte),
		SENTENCE(a_host_name_that_fills_its_field_still_fits),
		SENTENCE(stopccn_and_cdn_carry_code_and_message),
		SENTENCE(a_long_error_message_is_cut),
		SENTENCE(an_icrp_is_written_byte_by_byte),
		SENTENCE(the_longest_sccrp_fits_and_is_read_with_the_secret),
		SENTENCE(the_longest_stopccn_fits_into_what_is_kept_for_it),
		SENTENCE(an_unknown_avp_is_named_in_the_refusal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
