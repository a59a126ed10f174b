/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the LNS refuses: faulty, foreign and hostile messages, and what is beyond a cap. */
#include "tests/l2tp/fake_shell.h"

#include <errno.h>
#include <string.h>

static void settings_out_of_bounds_are_refused(void **state)
{
	static const struct l2tp_lns_ops ops = { 0 };
	struct l2tp_lns_settings good, bad;
	struct l2tp_lns *lns = NULL;

	l2tp_lns_settings_default(&good);
#define REFUSED(field, value)                                                    \
	({                                                                       \
		bad = good;                                                      \
		bad.field = (value);                                             \
		assert_int_equal(l2tp_lns_new(&bad, &ops, NULL, &lns), -EINVAL); \
	})
	REFUSED(host_name[0], '\0');
	REFUSED(receive_window_size, 0);
	REFUSED(hello_interval_usec, 0);
	REFUSED(retransmit_initial_usec, 0);
	REFUSED(retransmit_cap_usec, good.retransmit_initial_usec - 1);
	REFUSED(retransmit_maximum, 101);
	REFUSED(setup_timeout_usec, UINT64_MAX);
	REFUSED(idle_timeout_usec, 0);
	REFUSED(tunnels_maximum, 65536);
	REFUSED(half_open_maximum, 0);
	REFUSED(half_open_per_reference, 0);
	REFUSED(half_open_per_address, 0);
	REFUSED(tunnels_per_reference, 0);
	REFUSED(tunnels_per_address, 0);
	REFUSED(sccrqs_per_reference.burst, 0);
	REFUSED(sccrqs_per_reference.per_second, 1000001);
	REFUSED(sccrqs_per_address.per_second, 0);
	REFUSED(refusals.burst, 0);
	REFUSED(calls_per_tunnel, 0);
	REFUSED(calls_per_tunnel, 65536);
	memset(bad.host_name, 'x', sizeof(bad.host_name));
	assert_int_equal(l2tp_lns_new(&bad, &ops, NULL, &lns), -EINVAL);
	assert_null(lns);
}

static void calls_beyond_the_cap_are_refused(void **state)
{
	struct fake_shell *shell = *state;
	struct l2tp_lns_settings settings = shell->settings;
	struct fake_client client;

	settings.calls_per_tunnel = 3;
	fake_shell_restart(shell, &settings);
	client = fake_client(shell, 7);
	fake_client_connect(&client);
	for (uint16_t i = 1; i <= 3; i++)
		fake_client_call(&client, i);
	fake_client_icrq(&client, 4);
	assert_int_equal(fake_shell_sent(shell, 0)->message.type, L2TP_MESSAGE_CDN);
	assert_int_equal(fake_shell_sent(shell, 0)->message.result, L2TP_CDN_NO_FACILITIES);
	assert_int_equal(fake_shell_sent(shell, 0)->header.session_id, 4);
	assert_int_equal(l2tp_lns_counters(shell->lns)->calls, 3);
	l2tp_call_close(shell->call, shell->now, L2TP_CDN_ADMINISTRATIVE, NULL);
	fake_client_call(&client, 4);
}

static void a_packet_of_another_reference_changes_nothing(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);
	struct fake_client thief;
	size_t sent;

	fake_client_connect(&client);
	fake_client_call(&client, 9);
	thief = client;
	thief.path.reference = 99;
	sent = shell->sent_count;
	assert_int_equal(fake_client_stopccn(&thief, 1), L2TP_VERDICT_FOREIGN);
	assert_int_equal(fake_client_zlb(&thief), L2TP_VERDICT_FOREIGN);
	assert_int_equal(shell->sent_count, sent);
	assert_int_equal(shell->closed, 0);
	assert_int_equal(fake_client_hello(&client), L2TP_VERDICT_ACCEPTED);
}

static void without_ipsec_the_endpoint_is_the_peer(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);
	struct fake_client thief;

	client.path.reference = 0;
	fake_client_connect(&client);
	thief = client;
	thief.path.peer.port = 4711;
	assert_int_equal(fake_client_stopccn(&thief, 1), L2TP_VERDICT_FOREIGN);
	/* The same id from another port is another peer, too: nobody is replaced. */
	fake_client_forget(&thief);
	assert_int_equal(fake_client_sccrq(&thief), L2TP_VERDICT_ACCEPTED);
	assert_int_equal(shell->closed, 0);
	assert_int_equal(l2tp_lns_counters(shell->lns)->tunnels, 2);
}

static void data_is_of_a_tunnel_of_the_same_reference_or_unknown(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);

	assert_int_equal(fake_client_data(&client, 0), L2TP_VERDICT_UNKNOWN);
	fake_client_connect(&client);
	assert_int_equal(fake_client_data(&client, client.lns_id), L2TP_VERDICT_DATA);
	assert_int_equal(fake_client_data(&client, client.lns_id ^ 1), L2TP_VERDICT_UNKNOWN);
	client.path.reference++;
	assert_int_equal(fake_client_data(&client, client.lns_id), L2TP_VERDICT_FOREIGN);
	client.path.reference--;
	fake_client_stopccn(&client, 1);
	assert_int_equal(fake_client_data(&client, client.lns_id), L2TP_VERDICT_UNKNOWN);
}

static void an_unknown_mandatory_avp_ends_tunnel_or_call(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);
	struct fake_packet packet;

	fake_client_connect(&client);
	fake_client_call(&client, 9);
	fake_begin(&packet, client.lns_id, l2tp_call_local_id(shell->call), L2TP_MESSAGE_SLI);
	l2tp_avp_write(&packet.writer, true, (enum l2tp_avp_type)99, "", 0);
	fake_client_send(&client, &packet);
	assert_int_equal(fake_shell_sent(shell, 0)->message.type, L2TP_MESSAGE_CDN);
	assert_int_equal(fake_shell_sent(shell, 0)->message.result, L2TP_CDN_ERROR);
	assert_int_equal(fake_shell_sent(shell, 0)->message.error, 8);
	assert_int_equal(shell->closed, 0);
	/* Optional: ignored. */
	fake_begin(&packet, client.lns_id, 0, L2TP_MESSAGE_HELLO);
	l2tp_avp_write(&packet.writer, false, (enum l2tp_avp_type)99, "", 0);
	fake_client_send(&client, &packet);
	assert_int_equal(shell->closed, 0);
	fake_begin(&packet, client.lns_id, 0, L2TP_MESSAGE_HELLO);
	l2tp_avp_write(&packet.writer, true, (enum l2tp_avp_type)99, "", 0);
	fake_client_send(&client, &packet);
	assert_int_equal(fake_shell_sent(shell, 0)->message.type, L2TP_MESSAGE_STOPCCN);
	assert_int_equal(fake_shell_sent(shell, 0)->message.result, L2TP_STOPCCN_ERROR);
	assert_int_equal(fake_shell_sent(shell, 0)->message.error, 8);
	assert_int_equal(shell->closed, 1);
}

static void an_unknown_message_type_counts_by_its_mandatory_bit(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);
	struct fake_packet packet;

	fake_client_connect(&client);
	l2tp_writer_init(&packet.writer, packet.bytes, sizeof(packet.bytes));
	l2tp_header_write(&packet.writer, client.lns_id, 0);
	l2tp_avp_write_u16(&packet.writer, false, L2TP_AVP_MESSAGE_TYPE, 99);
	assert_int_equal(fake_client_send(&client, &packet), L2TP_VERDICT_ACCEPTED);
	assert_true(fake_shell_sent(shell, 0)->zlb);
	assert_int_equal(shell->closed, 0);
	fake_begin(&packet, client.lns_id, 0, (enum l2tp_message_type)99);
	fake_client_send(&client, &packet);
	assert_int_equal(fake_shell_sent(shell, 0)->message.type, L2TP_MESSAGE_STOPCCN);
	assert_int_equal(shell->closed, 1);
}

static void a_malformed_message_is_not_answered_and_changes_nothing(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);
	struct fake_packet packet;
	size_t sent;

	fake_client_connect(&client);
	sent = shell->sent_count;
	fake_begin(&packet, client.lns_id, 0, L2TP_MESSAGE_HELLO);
	l2tp_write_bytes(&packet.writer, "\x80\x05\0\0\0\x01", 6);
	assert_int_equal(fake_client_send_as(&client, &packet, client.ns, client.nr),
			 L2TP_VERDICT_MALFORMED);
	assert_int_equal(shell->sent_count, sent);
	assert_int_equal(fake_client_hello(&client), L2TP_VERDICT_ACCEPTED);
}

static void sccrqs_that_cannot_be_accepted_are_told_why(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);
	struct fake_packet packet;

	fake_begin(&packet, 0, 0, L2TP_MESSAGE_SCCRQ);
	l2tp_avp_write_u16(&packet.writer, true, L2TP_AVP_PROTOCOL_VERSION, 0x0200);
	l2tp_avp_write_u16(&packet.writer, true, L2TP_AVP_ASSIGNED_TUNNEL_ID, 1);
	assert_int_equal(fake_client_send_as(&client, &packet, 0, 0), L2TP_VERDICT_REFUSED);
	assert_int_equal(fake_shell_sent(shell, 0)->message.type, L2TP_MESSAGE_STOPCCN);
	assert_int_equal(fake_shell_sent(shell, 0)->message.result, L2TP_STOPCCN_VERSION);
	/* The same again: the same answer, nothing new. */
	assert_int_equal(fake_client_send_as(&client, &packet, 0, 0), L2TP_VERDICT_DUPLICATE);
	assert_int_equal(fake_shell_count(shell, L2TP_MESSAGE_STOPCCN), 2);
	assert_int_equal(shell->opened, 1);

	client = fake_client(shell, 2);
	client.challenge = 7;
	assert_int_equal(fake_client_sccrq(&client), L2TP_VERDICT_REFUSED);
	assert_int_equal(fake_shell_sent(shell, 0)->message.result, L2TP_STOPCCN_NOT_AUTHORIZED);

	client = fake_client(shell, 3);
	fake_build_sccrq(&client, &packet);
	l2tp_write_bytes(&packet.writer, "\xc0\x08\0\0\0\x0d\0\0", 8); /* hidden */
	assert_int_equal(fake_client_send(&client, &packet), L2TP_VERDICT_REFUSED);
	assert_int_equal(fake_shell_sent(shell, 0)->message.result, L2TP_STOPCCN_ERROR);
	assert_int_equal(fake_shell_sent(shell, 0)->message.error, 8);
	assert_int_equal(l2tp_lns_counters(shell->lns)->tunnels, 0);
	fake_shell_pass(shell, 31 * SECOND);
	assert_int_equal(shell->freed, 3);
}

static void an_sccrq_without_tunnel_id_or_not_the_first_message_is_dropped(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);
	struct fake_packet packet;

	fake_begin(&packet, 0, 0, L2TP_MESSAGE_SCCRQ);
	l2tp_avp_write_u16(&packet.writer, true, L2TP_AVP_PROTOCOL_VERSION, 0x0100);
	assert_int_equal(fake_client_send_as(&client, &packet, 0, 0), L2TP_VERDICT_MALFORMED);
	fake_build_sccrq(&client, &packet);
	assert_int_equal(fake_client_send_as(&client, &packet, 5, 0), L2TP_VERDICT_UNKNOWN);
	assert_int_equal(shell->opened, 0);
	assert_int_equal(shell->sent_count, 0);
}

static void an_id_taken_by_another_process_is_skipped_and_counted(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);

	shell->open_exists = 5;
	fake_client_connect(&client);
	assert_int_equal(l2tp_lns_counters(shell->lns)->tunnel_ids_taken, 5);
	shell->open_exists = 1000;
	client = fake_client(shell, 2);
	assert_int_equal(fake_client_sccrq(&client), L2TP_VERDICT_REFUSED);
	assert_in_range(shell->open_exists, 900, 999);
}

static void a_tunnel_that_the_shell_cannot_open_leaves_nothing(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);

	shell->open_result = -EMFILE;
	for (unsigned int i = 0; i < 100; i++) {
		client.ns = 0;
		assert_int_equal(fake_client_sccrq(&client), L2TP_VERDICT_REFUSED);
		fake_shell_pass(shell, SECOND);
	}
	assert_int_equal(shell->sent_count, 0);
	assert_int_equal(shell->closed, 0);
	shell->open_result = 0;
	client.ns = 0;
	fake_client_connect(&client);
}

static void half_open_tunnels_are_capped_per_reference(void **state)
{
	struct fake_shell *shell = *state;
	struct l2tp_lns_settings settings = shell->settings;
	struct fake_client client, other;

	settings.half_open_per_reference = 3;
	fake_shell_restart(shell, &settings);
	client = fake_client(shell, 1);
	other = fake_client(shell, 2);
	fake_client_connect(&client); /* established ones do not count */
	for (client.id = 10; client.id < 13; client.id++) {
		fake_client_forget(&client);
		assert_int_equal(fake_client_sccrq(&client), L2TP_VERDICT_ACCEPTED);
	}
	fake_client_forget(&client);
	assert_int_equal(fake_client_sccrq(&client), L2TP_VERDICT_REFUSED);
	assert_int_equal(shell->opened, 4);
	fake_client_connect(&other);
	fake_shell_pass(shell, 30 * SECOND);
	fake_client_forget(&client);
	assert_int_equal(fake_client_sccrq(&client), L2TP_VERDICT_ACCEPTED);
}

static void half_open_and_all_tunnels_are_capped_in_all(void **state)
{
	struct fake_shell *shell = *state;
	struct l2tp_lns_settings settings = shell->settings;
	struct fake_client client;

	settings.half_open_maximum = 2;
	settings.tunnels_maximum = 3;
	fake_shell_restart(shell, &settings);
	for (uint16_t i = 1; i <= 3; i++) {
		client = fake_client(shell, i);
		assert_int_equal(fake_client_sccrq(&client),
				 i <= 2 ? L2TP_VERDICT_ACCEPTED : L2TP_VERDICT_REFUSED);
	}
	fake_shell_pass(shell, 30 * SECOND);
	for (uint16_t i = 1; i <= 3; i++) {
		client = fake_client(shell, i);
		fake_client_connect(&client);
	}
	client = fake_client(shell, 4);
	assert_int_equal(fake_client_sccrq(&client), L2TP_VERDICT_REFUSED);
	/* One ends: what lingers of it makes way. */
	l2tp_tunnel_close(shell->tunnel, shell->now, L2TP_STOPCCN_SHUTDOWN, NULL);
	client = fake_client(shell, 4);
	fake_client_connect(&client);
	assert_int_equal(l2tp_lns_counters(shell->lns)->tunnels, 3);
	assert_int_equal(shell->freed, 3);
}

static void refused_sccrqs_never_take_the_place_of_others(void **state)
{
	struct fake_shell *shell = *state;
	struct l2tp_lns_settings settings = shell->settings;
	struct fake_client client;

	settings.half_open_per_reference = 4;
	settings.sccrqs_per_reference.burst = 2000;
	fake_shell_restart(shell, &settings);
	client = fake_client(shell, 1);
	client.challenge = 7;
	for (client.id = 1; client.id < 1000; client.id++) {
		fake_client_forget(&client);
		assert_int_equal(fake_client_sccrq(&client), L2TP_VERDICT_REFUSED);
	}
	assert_int_equal(shell->opened, 4);
	/* An honest one from there comes through all the same. */
	client.challenge = 0;
	fake_client_forget(&client);
	fake_client_connect(&client);
}

static void who_acknowledges_nothing_is_not_listened_to(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);
	size_t refused = 0;

	fake_client_connect(&client);
	client.deaf = true;
	shell->prepare_result = -EIO;
	for (uint16_t i = 1; i < 1000; i++) {
		enum l2tp_verdict verdict = fake_client_icrq(&client, i);

		if (verdict == L2TP_VERDICT_REFUSED) {
			client.ns--;
			refused++;
		}
	}
	assert_int_equal(refused, 999 - 32);
	client.deaf = false;
	for (unsigned int i = 0; i < 40; i++)
		fake_client_zlb(&client);
	shell->prepare_result = 0;
	fake_client_icrq(&client, 5000);
	assert_int_equal(shell->calls_prepared, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SENTENCE(settings_out_of_bounds_are_refused),
		WITH_SHELL(calls_beyond_the_cap_are_refused),
		WITH_SHELL(a_packet_of_another_reference_changes_nothing),
		WITH_SHELL(without_ipsec_the_endpoint_is_the_peer),
		WITH_SHELL(data_is_of_a_tunnel_of_the_same_reference_or_unknown),
		WITH_SHELL(an_unknown_mandatory_avp_ends_tunnel_or_call),
		WITH_SHELL(an_unknown_message_type_counts_by_its_mandatory_bit),
		WITH_SHELL(a_malformed_message_is_not_answered_and_changes_nothing),
		WITH_SHELL(sccrqs_that_cannot_be_accepted_are_told_why),
		WITH_SHELL(an_sccrq_without_tunnel_id_or_not_the_first_message_is_dropped),
		WITH_SHELL(an_id_taken_by_another_process_is_skipped_and_counted),
		WITH_SHELL(a_tunnel_that_the_shell_cannot_open_leaves_nothing),
		WITH_SHELL(half_open_tunnels_are_capped_per_reference),
		WITH_SHELL(half_open_and_all_tunnels_are_capped_in_all),
		WITH_SHELL(refused_sccrqs_never_take_the_place_of_others),
		WITH_SHELL(who_acknowledges_nothing_is_not_listened_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
