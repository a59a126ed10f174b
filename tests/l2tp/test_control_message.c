/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Control messages: malformed first, then what real peers get wrong, then bytes. */
#include "base/cleanup.h"
#include "l2tp/control_message.h"
#include "tests/unit.h"

#include <string.h>

#define TYPE(m, type) (m), 8, 0, 0, 0, 0, 0, (type)

static int read_payload(const uint8_t *bytes, size_t size, struct l2tp_control_message *ret_message)
{
	struct l2tp_reader payload;

	l2tp_reader_init(&payload, bytes, size);
	return l2tp_control_message_read(&payload, NULL, ret_message);
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

static void error_message_and_cause_are_read(void **state)
{
	struct l2tp_control_message message;

	assert_int_equal(
		read_payload(BYTES(TYPE(0x80, 14),                                  /* CDN */
				   0x80, 13, 0, 0, 0, 1, 0, 2, 0, 6, 'b', 'a', 'd', /* Result */
				   0x80, 11, 0, 0, 0, 12, 0, 16, 0x45, 'o', 'k'),   /* Cause */
			     &message),
		0);
	assert_int_equal(message.result, 2);
	assert_int_equal(message.error, 6);
	assert_int_equal(message.error_message.size, 3);
	assert_memory_equal(message.error_message.bytes, "bad", 3);
	assert_int_equal(message.cause_code, 16);
	assert_int_equal(message.cause_message, 0x45);
	assert_int_equal(message.cause_advisory.size, 2);
	assert_memory_equal(message.cause_advisory.bytes, "ok", 2);
}

/* An attribute of four bytes, at its place in the struct. */
struct number_of_four {
	uint8_t type;
	size_t offset;
};

static void every_number_of_four_bytes_is_read(void **state)
{
	static const struct number_of_four numbers[] = {
		{ 3, offsetof(struct l2tp_control_message, framing_capabilities) },
		{ 4, offsetof(struct l2tp_control_message, bearer_capabilities) },
		{ 15, offsetof(struct l2tp_control_message, call_serial_number) },
		{ 16, offsetof(struct l2tp_control_message, minimum_bps) },
		{ 17, offsetof(struct l2tp_control_message, maximum_bps) },
		{ 18, offsetof(struct l2tp_control_message, bearer_type) },
		{ 19, offsetof(struct l2tp_control_message, framing_type) },
		{ 24, offsetof(struct l2tp_control_message, tx_connect_speed) },
		{ 25, offsetof(struct l2tp_control_message, physical_channel_id) },
		{ 38, offsetof(struct l2tp_control_message, rx_connect_speed) },
	};

	for (size_t i = 0; i < ELEMENTS(numbers); i++) {
		const uint8_t bytes[] = { TYPE(0x80, 12),  0x80, 10, 0, 0, 0,
					  numbers[i].type, 1,    2,  3, 4 };
		struct l2tp_control_message message;
		uint32_t number;

		assert_int_equal(read_payload(bytes, sizeof(bytes), &message), 0);
		memcpy(&number, (const char *)&message + numbers[i].offset, sizeof(number));
		assert_int_equal(number, 0x01020304);
		assert_true(l2tp_control_message_has(&message, numbers[i].type));
		assert_false(message.unknown_mandatory);
	}
}

static void every_string_is_read(void **state)
{
	static const struct number_of_four strings[] = {
		{ 7, offsetof(struct l2tp_control_message, host_name) },
		{ 8, offsetof(struct l2tp_control_message, vendor_name) },
		{ 11, offsetof(struct l2tp_control_message, challenge) },
		{ 21, offsetof(struct l2tp_control_message, called_number) },
		{ 22, offsetof(struct l2tp_control_message, calling_number) },
		{ 23, offsetof(struct l2tp_control_message, sub_address) },
		{ 26, offsetof(struct l2tp_control_message, initial_lcp_confreq) },
		{ 27, offsetof(struct l2tp_control_message, last_sent_lcp_confreq) },
		{ 28, offsetof(struct l2tp_control_message, last_received_lcp_confreq) },
		{ 30, offsetof(struct l2tp_control_message, proxy_authen_name) },
		{ 31, offsetof(struct l2tp_control_message, proxy_authen_challenge) },
		{ 33, offsetof(struct l2tp_control_message, proxy_authen_response) },
		{ 37, offsetof(struct l2tp_control_message, private_group_id) },
	};

	for (size_t i = 0; i < ELEMENTS(strings); i++) {
		const uint8_t bytes[] = { TYPE(0x80, 12),  0x80, 9,   0,  0, 0,
					  strings[i].type, 'a',  'b', 'c' };
		struct l2tp_control_message message;
		struct l2tp_octets octets;

		assert_int_equal(read_payload(bytes, sizeof(bytes), &message), 0);
		memcpy(&octets, (const char *)&message + strings[i].offset, sizeof(octets));
		assert_int_equal(octets.size, 3);
		assert_memory_equal(octets.bytes, "abc", 3);
		assert_true(l2tp_control_message_has(&message, strings[i].type));
	}
}

static void tie_breaker_firmware_and_proxy_numbers_are_read(void **state)
{
	struct l2tp_control_message message;

	assert_int_equal(
		read_payload(BYTES(TYPE(0x80, 1),                                /* SCCRQ */
				   0x00, 14, 0, 0, 0, 5, 1, 2, 3, 4, 5, 6, 7, 8, /* Tie Breaker */
				   0x00, 8, 0, 0, 0, 6, 6, 0x90,                 /* Firmware */
				   0x00, 8, 0, 0, 0, 29, 0, 3,    /* Proxy Authen Type */
				   0x00, 8, 0, 0, 0, 32, 0, 0x77, /* Proxy Authen ID */
				   0x80, 22, 0, 0, 0, 13, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13,
				   14, 15, 16), /* Challenge Response */
			     &message),
		0);
	assert_true(message.tie_breaker == UINT64_C(0x0102030405060708));
	assert_int_equal(message.firmware_revision, 0x0690);
	assert_int_equal(message.proxy_authen_type, L2TP_PROXY_AUTHEN_PAP);
	assert_int_equal(message.proxy_authen_id, 0x77);
	assert_int_equal(message.challenge_response.size, 16);
	assert_false(l2tp_control_message_has(&message, L2TP_AVP_HOST_NAME));
}

static void the_first_avp_that_is_not_understood_is_named(void **state)
{
	struct l2tp_control_message message;

	assert_int_equal(read_payload(BYTES(TYPE(0x80, 1), 0x00, 6, 0, 0, 0, 98, 0x80, 6, 1, 2, 3,
					    4, 0x80, 6, 0, 0, 0, 99),
				      &message),
			 0);
	assert_int_equal(message.unknown_vendor, 0x0102);
	assert_int_equal(message.unknown_type, 0x0304);
}

/* Secret "shared secret"; computed with Python's hashlib. */
static const uint8_t hidden_message[] = {
	TYPE(0x80, 10),                               /* ICRQ */
	0x80,           0x16, 0x00, 0x00, 0x00, 0x24, /* Random Vector */
	0x00,           0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b,
	0x0c,           0x0d, 0x0e, 0x0f, 0xc0, 0x0a, 0x00, 0x00, 0x00, 0x09, /* Assigned Tunnel ID,
										 hidden */
	0xfb,           0xb3, 0x5a, 0x1f, 0x80, 0x07, 0x00, 0x00, 0x00, 0x24, /* another Random
										 Vector */
	0x78,           0xc0, 0x0a, 0x00, 0x00, 0x00, 0x0e, /* Assigned Session ID, hidden */
	0xc7,           0xa2, 0x68, 0x25,
};

static int read_hidden(const uint8_t *bytes, size_t size, const char *secret,
		       struct l2tp_control_message *ret_message)
{
	struct l2tp_unhiding unhiding;
	struct l2tp_reader payload;
	int r;

	l2tp_unhiding_init(&unhiding);
	unhiding.secret = (struct l2tp_octets){ (const uint8_t *)secret, strlen(secret) };
	l2tp_reader_init(&payload, bytes, size);
	r = l2tp_control_message_read(&payload, &unhiding, ret_message);
	l2tp_unhiding_done(&unhiding);
	return r;
}

static void hidden_values_go_with_the_nearest_vector_before_them(void **state)
{
	struct l2tp_control_message message;

	assert_int_equal(
		read_hidden(hidden_message, sizeof(hidden_message), "shared secret", &message), 0);
	assert_true(message.hidden);
	assert_false(message.unknown_mandatory);
	assert_int_equal(message.assigned_tunnel_id, 0x1234);
	assert_int_equal(message.assigned_session_id, 0x5678);
}

static void hidden_values_without_secret_or_with_a_wrong_one_are_unknown(void **state)
{
	struct l2tp_control_message message;

	assert_int_equal(read_payload(hidden_message, sizeof(hidden_message), &message), 0);
	assert_true(message.unknown_mandatory);
	assert_int_equal(message.unknown_type, 9);
	assert_int_equal(read_hidden(hidden_message, sizeof(hidden_message), "another", &message),
			 0);
	assert_true(message.unknown_mandatory);
	assert_int_equal(message.assigned_tunnel_id, 0);
	assert_int_equal(message.assigned_session_id, 0);
}

static void a_hidden_value_without_a_vector_before_it_is_unknown(void **state)
{
	uint8_t bytes[sizeof(hidden_message)];
	struct l2tp_control_message message;
	const size_t type = 8, vector = 22, value = 10;

	/* The same AVPs, the first vector behind its value. */
	memcpy(bytes, hidden_message, type);
	memcpy(bytes + type, hidden_message + type + vector, value);
	memcpy(bytes + type + value, hidden_message + type, vector);
	assert_int_equal(read_hidden(bytes, type + value + vector, "shared secret", &message), 0);
	assert_true(message.unknown_mandatory);
	assert_int_equal(message.unknown_type, 9);
}

static void a_host_name_is_never_hidden(void **state)
{
	struct l2tp_control_message message;
	uint8_t bytes[sizeof(hidden_message)];

	memcpy(bytes, hidden_message, sizeof(bytes));
	bytes[8 + 22 + 5] = 7;
	assert_int_equal(read_hidden(bytes, sizeof(bytes), "shared secret", &message), 0);
	assert_true(message.unknown_mandatory);
	assert_int_equal(message.unknown_type, 7);
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
		SENTENCE(error_message_and_cause_are_read),
		SENTENCE(every_number_of_four_bytes_is_read),
		SENTENCE(every_string_is_read),
		SENTENCE(tie_breaker_firmware_and_proxy_numbers_are_read),
		SENTENCE(the_first_avp_that_is_not_understood_is_named),
		SENTENCE(hidden_values_go_with_the_nearest_vector_before_them),
		SENTENCE(hidden_values_without_secret_or_with_a_wrong_one_are_unknown),
		SENTENCE(a_hidden_value_without_a_vector_before_it_is_unknown),
		SENTENCE(a_host_name_is_never_hidden),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
