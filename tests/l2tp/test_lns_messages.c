/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every control message of RFC 2661 in states that do not expect it: refused with
 * the code that says why, or taken and without consequence; and what calls tell.
 */
#include "base/cleanup.h"
#include "tests/l2tp/fake_shell.h"

#include <string.h>

/* A client with a tunnel, and a call that waits for ICCN or is established. */
static struct fake_client with_call(struct fake_shell *shell, uint16_t number, bool established)
{
	struct fake_client client = fake_client(shell, number);

	fake_client_connect(&client);
	fake_client_icrq(&client, 9);
	fake_client_hear(&client);
	if (established)
		fake_client_iccn(&client, client.lns_session_id);
	return client;
}

static void assert_cdn(const struct fake_shell *shell, uint16_t result, uint16_t error)
{
	const struct sent *cdn = fake_shell_sent(shell, 0);

	assert_int_equal(cdn->message.type, L2TP_MESSAGE_CDN);
	assert_int_equal(cdn->message.result, result);
	assert_int_equal(cdn->message.error, error);
	assert_int_equal(shell->closed, 0);
}

/* 7.4.2 for the incoming ones, by 7.5.2 for the outgoing ones. */
static void messages_that_a_call_does_not_expect_end_it(void **state)
{
	static const enum l2tp_message_type types[] = {
		L2TP_MESSAGE_ICRQ, L2TP_MESSAGE_ICRP, L2TP_MESSAGE_OCRQ,
		L2TP_MESSAGE_OCRP, L2TP_MESSAGE_OCCN, L2TP_MESSAGE_ICCN,
	};
	struct fake_shell *shell = *state;
	uint16_t number = 1;

	for (unsigned int established = 0; established < 2; established++) {
		/* ICCN is what a call that waits does expect. */
		for (size_t i = 0; i < ELEMENTS(types) - !established; i++) {
			struct fake_client client = with_call(shell, number++, established);
			struct fake_packet packet;

			fake_begin(&packet, client.lns_id, client.lns_session_id, types[i]);
			l2tp_avp_write_u16(&packet.writer, true, L2TP_AVP_ASSIGNED_SESSION_ID, 9);
			fake_client_send(&client, &packet);
			assert_cdn(shell, L2TP_CDN_ERROR, L2TP_ERROR_INVALID_SESSION);
			assert_int_equal(fake_shell_sent(shell, 0)->header.session_id, 9);
		}
	}
	assert_int_equal(shell->calls_closed, shell->calls_prepared);
	assert_int_equal(shell->call_cause, L2TP_END_PROTOCOL_ERROR);
}

struct stray {
	enum l2tp_message_type type;
	uint16_t session_id; /* in the header */
	uint16_t result;     /* 0: only acknowledged */
	uint16_t error;
};

static void strays_that_name_a_session_are_refused_and_others_acknowledged(void **state)
{
	static const struct stray strays[] = {
		{ L2TP_MESSAGE_OCRQ, 0, L2TP_CDN_NO_FACILITIES_PERMANENT, 0 },
		{ L2TP_MESSAGE_OCRQ, 4242, L2TP_CDN_NO_FACILITIES_PERMANENT, 0 },
		{ L2TP_MESSAGE_ICRP, 4242, L2TP_CDN_ERROR, L2TP_ERROR_INVALID_SESSION },
		{ L2TP_MESSAGE_ICRQ, 4242, L2TP_CDN_ERROR, L2TP_ERROR_INVALID_SESSION },
		{ L2TP_MESSAGE_OCRP, 4242, 0, 0 },
		{ L2TP_MESSAGE_OCCN, 4242, 0, 0 },
		{ L2TP_MESSAGE_ICCN, 4242, 0, 0 },
		{ L2TP_MESSAGE_CDN, 4242, 0, 0 },
		{ L2TP_MESSAGE_WEN, 4242, 0, 0 },
		{ L2TP_MESSAGE_SLI, 4242, 0, 0 },
		{ L2TP_MESSAGE_SLI, 0, 0, 0 },
	};
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);
	struct fake_packet packet;

	fake_client_connect(&client);
	for (size_t i = 0; i < ELEMENTS(strays); i++) {
		fake_begin(&packet, client.lns_id, strays[i].session_id, strays[i].type);
		l2tp_avp_write_u16(&packet.writer, true, L2TP_AVP_ASSIGNED_SESSION_ID, 77);
		assert_int_equal(fake_client_send(&client, &packet), L2TP_VERDICT_ACCEPTED);
		assert_int_equal(fake_shell_sent(shell, 0)->header.nr, client.ns);
		if (strays[i].result == 0) {
			assert_true(fake_shell_sent(shell, 0)->zlb);
			continue;
		}
		assert_cdn(shell, strays[i].result, strays[i].error);
		assert_int_equal(fake_shell_sent(shell, 0)->header.session_id, 77);
	}
	assert_int_equal(shell->calls_prepared, 0);
}

static void a_request_that_gives_its_call_no_id_is_only_acknowledged(void **state)
{
	static const enum l2tp_message_type types[] = { L2TP_MESSAGE_ICRQ, L2TP_MESSAGE_OCRQ };
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);
	struct fake_packet packet;

	fake_client_connect(&client);
	for (size_t i = 0; i < ELEMENTS(types); i++) {
		fake_begin(&packet, client.lns_id, 0, types[i]);
		fake_client_send(&client, &packet);
		assert_true(fake_shell_sent(shell, 0)->zlb);
	}
	assert_int_equal(shell->closed + shell->calls_prepared, 0);
}

static void wen_is_told_and_the_call_goes_on(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = with_call(shell, 1, true);
	struct fake_packet packet;

	fake_begin(&packet, client.lns_id, client.lns_session_id, L2TP_MESSAGE_WEN);
	l2tp_write_bytes(&packet.writer, "\x80\x20\0\0\0\x22", 6); /* Call Errors */
	l2tp_write_u16(&packet.writer, 0);
	for (uint32_t i = 1; i <= 6; i++)
		l2tp_write_u32(&packet.writer, i << 16);
	assert_int_equal(fake_client_send(&client, &packet), L2TP_VERDICT_ACCEPTED);
	assert_int_equal(shell->wens, 1);
	assert_int_equal(shell->wen.crc, 1 << 16);
	assert_int_equal(shell->wen.framing, 2 << 16);
	assert_int_equal(shell->wen.hardware_overruns, 3 << 16);
	assert_int_equal(shell->wen.buffer_overruns, 4 << 16);
	assert_int_equal(shell->wen.timeouts, 5 << 16);
	assert_int_equal(shell->wen.alignment, 6 << 16);
	/* One without the errors says nothing. */
	fake_begin(&packet, client.lns_id, client.lns_session_id, L2TP_MESSAGE_WEN);
	fake_client_send(&client, &packet);
	assert_int_equal(shell->wens, 1);
	assert_int_equal(shell->calls_closed, 0);
}

static void sli_is_accepted_and_the_call_goes_on(void **state)
{
	struct fake_shell *shell = *state;

	for (unsigned int established = 0; established < 2; established++) {
		struct fake_client client =
			with_call(shell, (uint16_t)(established + 1), established);
		struct fake_packet packet;

		fake_begin(&packet, client.lns_id, client.lns_session_id, L2TP_MESSAGE_SLI);
		l2tp_write_bytes(&packet.writer, "\x80\x10\0\0\0\x23\0\0\0\0\0\0\xff\xff\xff\xff",
				 16);
		assert_int_equal(fake_client_send(&client, &packet), L2TP_VERDICT_ACCEPTED);
		assert_true(fake_shell_sent(shell, 0)->zlb);
	}
	assert_int_equal(shell->calls_closed, 0);
}

static void an_unknown_mandatory_avp_is_named_to_whom_it_ends(void **state)
{
	static const enum l2tp_message_type types[] = { L2TP_MESSAGE_ICRQ, L2TP_MESSAGE_ICCN,
							L2TP_MESSAGE_WEN, L2TP_MESSAGE_SLI };
	struct fake_shell *shell = *state;
	struct fake_packet packet;
	struct fake_client client;

	for (uint16_t i = 0; i < (uint16_t)ELEMENTS(types); i++) {
		client = with_call(shell, i + 1, types[i] == L2TP_MESSAGE_WEN);
		fake_begin(&packet, client.lns_id,
			   types[i] == L2TP_MESSAGE_ICRQ ? 0 : client.lns_session_id, types[i]);
		l2tp_avp_write_u16(&packet.writer, true, L2TP_AVP_ASSIGNED_SESSION_ID, 99);
		l2tp_write_bytes(&packet.writer, "\x80\x06\x01\x37\0\x05", 6);
		fake_client_send(&client, &packet);
		assert_cdn(shell, L2TP_CDN_ERROR, L2TP_ERROR_UNKNOWN_AVP);
		assert_non_null(
			strstr(fake_shell_sent(shell, 0)->error_message, "AVP 5 of vendor 311"));
	}
	client = fake_client(shell, 100);
	fake_client_connect(&client);
	fake_begin(&packet, client.lns_id, 0, L2TP_MESSAGE_HELLO);
	l2tp_write_bytes(&packet.writer, "\x80\x06\0\0\0\x63", 6);
	fake_client_send(&client, &packet);
	assert_int_equal(fake_shell_sent(shell, 0)->message.type, L2TP_MESSAGE_STOPCCN);
	assert_int_equal(fake_shell_sent(shell, 0)->message.error, L2TP_ERROR_UNKNOWN_AVP);
	assert_non_null(strstr(fake_shell_sent(shell, 0)->error_message, "AVP 99 of vendor 0"));
}

static void an_unknown_avp_without_the_mandatory_bit_changes_nothing(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);
	struct fake_packet packet;

	fake_build_sccrq(&client, &packet);
	l2tp_write_bytes(&packet.writer, "\0\x06\x01\x37\0\x05", 6);
	assert_int_equal(fake_client_send(&client, &packet), L2TP_VERDICT_ACCEPTED);
	fake_client_scccn(&client);
	fake_begin(&packet, client.lns_id, 0, L2TP_MESSAGE_ICRQ);
	l2tp_avp_write_u16(&packet.writer, true, L2TP_AVP_ASSIGNED_SESSION_ID, 9);
	l2tp_write_bytes(&packet.writer, "\0\x06\x01\x37\0\x05", 6);
	fake_client_send(&client, &packet);
	assert_int_equal(fake_shell_sent(shell, 0)->message.type, L2TP_MESSAGE_ICRP);
}

static void what_icrq_and_iccn_say_is_there_for_the_log(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);
	struct fake_packet packet;

	fake_client_connect(&client);
	fake_begin(&packet, client.lns_id, 0, L2TP_MESSAGE_ICRQ);
	l2tp_avp_write_u16(&packet.writer, true, L2TP_AVP_ASSIGNED_SESSION_ID, 9);
	l2tp_avp_write(&packet.writer, true, L2TP_AVP_CALLED_NUMBER, "5551234", 7);
	fake_client_send(&client, &packet);
	fake_client_hear(&client);
	assert_int_equal(shell->called_number_size, 7);
	fake_begin(&packet, client.lns_id, client.lns_session_id, L2TP_MESSAGE_ICCN);
	l2tp_avp_write_u32(&packet.writer, true, L2TP_AVP_TX_CONNECT_SPEED, 1000000);
	l2tp_avp_write_u32(&packet.writer, true, L2TP_AVP_FRAMING_TYPE, 1);
	l2tp_avp_write(&packet.writer, false, L2TP_AVP_INITIAL_LCP_CONFREQ, "\1\4\5\x78", 4);
	l2tp_avp_write(&packet.writer, false, L2TP_AVP_LAST_SENT_LCP_CONFREQ, "\1\4\5\x78", 4);
	l2tp_avp_write(&packet.writer, false, L2TP_AVP_LAST_RECEIVED_LCP_CONFREQ, "\1\4\5\x78", 4);
	l2tp_avp_write_u16(&packet.writer, false, L2TP_AVP_PROXY_AUTHEN_TYPE, 3);
	l2tp_avp_write(&packet.writer, false, L2TP_AVP_PROXY_AUTHEN_NAME, "alice", 5);
	l2tp_avp_write_u16(&packet.writer, false, L2TP_AVP_PROXY_AUTHEN_ID, 1);
	l2tp_avp_write(&packet.writer, false, L2TP_AVP_PROXY_AUTHEN_RESPONSE, "hunter2", 7);
	fake_client_send(&client, &packet);
	assert_int_equal(shell->calls_established, 1);
	assert_int_equal(shell->proxy_authen_type, L2TP_PROXY_AUTHEN_PAP);
	/* Afterwards nothing of it is kept. */
	assert_null(l2tp_tunnel_message(shell->tunnel));
}

/* None of our SCCRQs can be on its way, so the peer's wins whatever it says (4.4.3). */
static void a_tie_breaker_is_accepted(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);
	struct fake_packet packet;

	for (unsigned int mandatory = 0; mandatory < 2; mandatory++) {
		client = fake_client(shell, (uint16_t)(1 + mandatory));
		fake_build_sccrq(&client, &packet);
		l2tp_avp_write(&packet.writer, mandatory, L2TP_AVP_TIE_BREAKER,
			       "\xff\xff\xff\xff\xff\xff\xff\xff", 8);
		assert_int_equal(fake_client_send(&client, &packet), L2TP_VERDICT_ACCEPTED);
		fake_client_scccn(&client);
	}
	assert_int_equal(shell->established, 2);
}

/* Row I: Apple sends a Hello when its network changes. */
static void a_hello_is_answered_at_once_in_every_state(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);

	fake_client_sccrq(&client);
	fake_client_hello(&client);
	assert_true(fake_shell_sent(shell, 0)->zlb);
	assert_int_equal(fake_shell_sent(shell, 0)->header.nr, 2);
	fake_client_scccn(&client);
	fake_client_hello(&client);
	assert_true(fake_shell_sent(shell, 0)->zlb);
	assert_int_equal(fake_shell_sent(shell, 0)->header.nr, 4);
	assert_int_equal(fake_shell_sent(shell, 0)->at_usec, shell->now);
	assert_int_equal(shell->closed, 0);
}

/* Row I: Apple acknowledges late; what it sends in between is heard all the same. */
static void a_peer_that_acknowledges_late_is_served(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);

	fake_client_connect(&client);
	client.deaf = true;
	fake_client_icrq(&client, 9);
	fake_shell_pass(shell, 3 * SECOND);
	fake_client_hello(&client);
	client.deaf = false;
	fake_client_hear(&client);
	fake_client_iccn(&client, client.lns_session_id);
	assert_int_equal(shell->calls_established, 1);
	assert_int_equal(shell->calls_prepared, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SHELL(messages_that_a_call_does_not_expect_end_it),
		WITH_SHELL(strays_that_name_a_session_are_refused_and_others_acknowledged),
		WITH_SHELL(a_request_that_gives_its_call_no_id_is_only_acknowledged),
		WITH_SHELL(wen_is_told_and_the_call_goes_on),
		WITH_SHELL(sli_is_accepted_and_the_call_goes_on),
		WITH_SHELL(an_unknown_mandatory_avp_is_named_to_whom_it_ends),
		WITH_SHELL(an_unknown_avp_without_the_mandatory_bit_changes_nothing),
		WITH_SHELL(what_icrq_and_iccn_say_is_there_for_the_log),
		WITH_SHELL(a_tie_breaker_is_accepted),
		WITH_SHELL(a_hello_is_answered_at_once_in_every_state),
		WITH_SHELL(a_peer_that_acknowledges_late_is_served),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
