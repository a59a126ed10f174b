/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The LNS as a whole: set-up, and tear-down from each side. */
#include "tests/l2tp/fake_shell.h"

#include <errno.h>

static void a_client_sets_up_a_tunnel_and_a_call(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 7);
	struct l2tp_call *call;
	const struct sent *sent;
	const uint8_t *name;
	size_t size;

	assert_int_equal(fake_client_sccrq(&client), L2TP_VERDICT_ACCEPTED);
	sent = fake_shell_sent(shell, 0);
	assert_int_equal(sent->message.type, L2TP_MESSAGE_SCCRP);
	assert_int_equal(sent->message.protocol_version, 0x0100);
	assert_int_equal(sent->message.receive_window_size, 8);
	assert_int_equal(sent->message.assigned_tunnel_id, l2tp_tunnel_local_id(shell->tunnel));
	assert_int_equal(sent->header.ns, 0);
	assert_int_equal(sent->header.nr, 1);
	assert_int_equal(shell->established, 0);

	assert_int_equal(fake_client_scccn(&client), L2TP_VERDICT_ACCEPTED);
	assert_int_equal(shell->established, 1);
	assert_true(fake_shell_sent(shell, 0)->zlb);
	assert_int_equal(fake_shell_sent(shell, 0)->header.nr, 2);
	name = l2tp_tunnel_peer_host_name(shell->tunnel, &size);
	assert_int_equal(size, 6);
	assert_memory_equal(name, "client", 6);
	assert_int_equal(l2tp_tunnel_peer_id(shell->tunnel), 7);
	assert_int_equal(l2tp_tunnel_path(shell->tunnel)->reference, client.path.reference);

	call = fake_client_call(&client, 0x1234);
	assert_int_equal(shell->calls_established, 1);
	assert_int_equal(l2tp_call_peer_id(call), 0x1234);
	assert_int_equal(l2tp_call_serial_number(call), 0xabcd0000);
	assert_false(l2tp_call_sequencing_required(call));
	assert_ptr_equal(l2tp_call_tunnel(call), shell->tunnel);
	assert_int_equal(l2tp_lns_counters(shell->lns)->tunnels, 1);
	assert_int_equal(l2tp_lns_counters(shell->lns)->calls, 1);
	assert_int_equal(shell->sent_count, 4);
}

static void the_data_path_is_prepared_before_icrp_leaves(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 7);

	fake_client_connect(&client);
	fake_client_call(&client, 5);
	assert_int_equal(shell->sent_when_prepared, 2);
	assert_int_equal(shell->sent[2].message.type, L2TP_MESSAGE_ICRP);
}

static void transitions_are_told_by_the_names_of_the_rfc(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 7);

	fake_client_sccrq(&client);
	assert_string_equal(shell->last_transition, "idle: SCCRQ -> wait-ctl-conn");
	fake_client_scccn(&client);
	assert_string_equal(shell->last_transition, "wait-ctl-conn: SCCCN -> established");
	fake_client_call(&client, 1);
	assert_string_equal(shell->last_transition, "wait-connect: ICCN -> established");
}

static void a_call_that_cannot_be_prepared_is_refused(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 7);
	const struct sent *sent;

	fake_client_connect(&client);
	shell->prepare_result = -EIO;
	assert_int_equal(fake_client_icrq(&client, 9), L2TP_VERDICT_ACCEPTED);
	sent = fake_shell_sent(shell, 0);
	assert_int_equal(sent->message.type, L2TP_MESSAGE_CDN);
	assert_int_equal(sent->message.result, L2TP_CDN_NO_FACILITIES);
	assert_int_equal(sent->header.session_id, 9);
	assert_int_equal(shell->calls_closed, 0);
	assert_int_equal(l2tp_lns_counters(shell->lns)->calls, 0);
	shell->prepare_result = 0;
	fake_client_call(&client, 9);
}

static void a_call_whose_ppp_cannot_start_is_closed(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 7);

	fake_client_connect(&client);
	shell->established_result = -EIO;
	fake_client_call(&client, 9);
	assert_int_equal(fake_shell_sent(shell, 0)->message.type, L2TP_MESSAGE_CDN);
	assert_int_equal(shell->calls_closed, 1);
	assert_int_equal(shell->call_cause, L2TP_END_NO_RESOURCES);
}

static void cdn_of_the_client_ends_the_call_only(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 7);
	struct l2tp_call *call;

	fake_client_connect(&client);
	call = fake_client_call(&client, 9);
	assert_int_equal(fake_client_cdn(&client, 9, l2tp_call_local_id(call)),
			 L2TP_VERDICT_ACCEPTED);
	assert_int_equal(shell->calls_closed, 1);
	assert_int_equal(shell->call_cause, L2TP_END_PEER);
	assert_int_equal(shell->call_result, L2TP_CDN_ADMINISTRATIVE);
	assert_int_equal(shell->closed, 0);
	assert_true(fake_shell_sent(shell, 0)->zlb);
	fake_client_call(&client, 9);
}

static void cdn_before_icrp_names_the_call_by_the_clients_id(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 7);

	fake_client_connect(&client);
	fake_client_icrq(&client, 9);
	fake_client_cdn(&client, 9, 0);
	assert_int_equal(shell->calls_closed, 1);
	assert_int_equal(shell->call_result, L2TP_CDN_ADMINISTRATIVE);
}

static void a_call_is_closed_from_here_with_cdn(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 7);
	struct l2tp_call *call;
	const struct sent *sent;

	fake_client_connect(&client);
	call = fake_client_call(&client, 9);
	l2tp_call_close(call, shell->now, L2TP_CDN_ADMINISTRATIVE, "bye");
	assert_int_equal(shell->calls_closed, 1);
	assert_int_equal(shell->call_cause, L2TP_END_LOCAL);
	assert_int_equal(shell->call_result, 0);
	sent = fake_shell_sent(shell, 0);
	assert_int_equal(sent->message.type, L2TP_MESSAGE_CDN);
	assert_int_equal(sent->message.result, L2TP_CDN_ADMINISTRATIVE);
	assert_int_equal(sent->header.session_id, 9);
	/* Unanswered, it is sent again. */
	fake_shell_pass(shell, 3 * SECOND);
	assert_int_equal(fake_shell_count(shell, L2TP_MESSAGE_CDN), 3);
	fake_client_zlb(&client);
	fake_shell_pass(shell, 10 * SECOND);
	assert_int_equal(fake_shell_count(shell, L2TP_MESSAGE_CDN), 3);
}

static void a_call_without_iccn_is_given_up(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 7);

	fake_client_connect(&client);
	fake_client_icrq(&client, 9);
	fake_client_zlb(&client);
	fake_shell_pass(shell, 30 * SECOND);
	assert_int_equal(shell->call_cause, L2TP_END_SETUP_TIMEOUT);
	assert_int_equal(fake_shell_sent(shell, 0)->message.type, L2TP_MESSAGE_CDN);
	assert_int_equal(shell->closed, 0);
}

static void a_session_id_used_twice_ends_that_call(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 7);

	fake_client_connect(&client);
	fake_client_call(&client, 9);
	fake_client_icrq(&client, 9);
	assert_int_equal(fake_shell_sent(shell, 0)->message.type, L2TP_MESSAGE_CDN);
	assert_int_equal(fake_shell_sent(shell, 0)->header.session_id, 9);
	assert_int_equal(shell->call_cause, L2TP_END_PROTOCOL_ERROR);
	assert_int_equal(l2tp_lns_counters(shell->lns)->calls, 0);
	assert_int_equal(shell->closed, 0);
}

static void an_outgoing_call_is_refused_and_the_tunnel_lives(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 7);
	struct fake_packet packet;

	fake_client_connect(&client);
	fake_begin(&packet, client.lns_id, 0, L2TP_MESSAGE_OCRQ);
	l2tp_avp_write_u16(&packet.writer, true, L2TP_AVP_ASSIGNED_SESSION_ID, 77);
	assert_int_equal(fake_client_send(&client, &packet), L2TP_VERDICT_ACCEPTED);
	assert_int_equal(fake_shell_sent(shell, 0)->message.type, L2TP_MESSAGE_CDN);
	assert_int_equal(fake_shell_sent(shell, 0)->header.session_id, 77);
	fake_begin(&packet, client.lns_id, 4242, L2TP_MESSAGE_OCCN);
	assert_int_equal(fake_client_send(&client, &packet), L2TP_VERDICT_ACCEPTED);
	assert_true(fake_shell_sent(shell, 0)->zlb);
	assert_int_equal(shell->closed, 0);
}

static void stopccn_of_the_client_ends_all_and_is_acknowledged_for_a_cycle(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 7);
	size_t zlbs;

	fake_client_connect(&client);
	fake_client_call(&client, 9);
	assert_int_equal(fake_client_stopccn(&client, L2TP_STOPCCN_SHUTDOWN),
			 L2TP_VERDICT_ACCEPTED);
	assert_int_equal(shell->call_cause, L2TP_END_PEER);
	assert_int_equal(shell->tunnel_cause, L2TP_END_PEER);
	assert_int_equal(l2tp_tunnel_peer_result(shell->tunnel), L2TP_STOPCCN_SHUTDOWN);
	assert_int_equal(l2tp_lns_counters(shell->lns)->tunnels, 0);
	assert_int_equal(shell->freed, 0);
	/* Our acknowledgement was lost: StopCCN comes again. */
	for (unsigned int i = 0; i < 3; i++) {
		fake_shell_pass(shell, 8 * SECOND);
		zlbs = fake_shell_count_zlb(shell);
		client.ns--;
		assert_int_equal(fake_client_stopccn(&client, L2TP_STOPCCN_SHUTDOWN),
				 L2TP_VERDICT_DUPLICATE);
		assert_int_equal(fake_shell_count_zlb(shell), zlbs + 1);
	}
	fake_shell_pass(shell, 6 * SECOND);
	assert_int_equal(shell->freed, 0);
	fake_shell_pass(shell, SECOND);
	assert_int_equal(shell->freed, 1);
	assert_int_equal(shell->closed, 1);
	assert_int_equal(fake_client_hello(&client), L2TP_VERDICT_UNKNOWN);
	assert_int_equal(l2tp_lns_next_deadline(shell->lns), L2TP_NO_DEADLINE);
}

static void a_tunnel_is_closed_from_here_with_stopccn_for_a_cycle(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 7);
	const struct sent *sent;

	fake_client_connect(&client);
	fake_client_call(&client, 9);
	l2tp_tunnel_close(shell->tunnel, shell->now, L2TP_STOPCCN_SHUTDOWN, "maintenance");
	sent = fake_shell_sent(shell, 0);
	assert_int_equal(sent->message.type, L2TP_MESSAGE_STOPCCN);
	assert_int_equal(sent->message.result, L2TP_STOPCCN_SHUTDOWN);
	assert_int_equal(shell->tunnel_cause, L2TP_END_LOCAL);
	assert_int_equal(shell->calls_closed, 1);
	fake_shell_pass(shell, 30 * SECOND);
	assert_int_equal(fake_shell_count(shell, L2TP_MESSAGE_STOPCCN), 6);
	assert_int_equal(shell->freed, 0);
	fake_shell_pass(shell, SECOND);
	assert_int_equal(shell->freed, 1);
	assert_int_equal(shell->closed, 1);
}

static void a_lingering_tunnel_opens_no_call_but_acknowledges(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 7);

	fake_client_connect(&client);
	l2tp_tunnel_close(shell->tunnel, shell->now, L2TP_STOPCCN_SHUTDOWN, NULL);
	assert_int_equal(fake_client_icrq(&client, 9), L2TP_VERDICT_ACCEPTED);
	assert_true(fake_shell_sent(shell, 0)->zlb);
	assert_int_equal(shell->calls_prepared, 0);
}

static void closing_all_sends_stopccn_to_each(void **state)
{
	struct fake_shell *shell = *state;

	for (uint16_t i = 1; i <= 20; i++) {
		struct fake_client client = fake_client(shell, i);

		fake_client_connect(&client);
	}
	l2tp_lns_close_all(shell->lns, shell->now, L2TP_STOPCCN_SHUTDOWN);
	assert_int_equal(fake_shell_count(shell, L2TP_MESSAGE_STOPCCN), 20);
	assert_int_equal(shell->closed, 20);
	fake_shell_pass(shell, 31 * SECOND);
	assert_int_equal(shell->freed, 20);
}

static void closing_a_reference_ends_its_tunnels_in_silence_and_at_once(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client one = fake_client(shell, 1);
	struct fake_client other = fake_client(shell, 2);
	size_t sent;

	fake_client_connect(&other);
	fake_client_connect(&one);
	fake_client_call(&one, 9);
	one.id = 11;
	fake_client_forget(&one);
	fake_client_connect(&one);
	l2tp_tunnel_close(shell->tunnel, shell->now, L2TP_STOPCCN_SHUTDOWN, NULL);
	sent = shell->sent_count;
	assert_int_equal(l2tp_lns_close_reference(shell->lns, shell->now, one.path.reference), 1);
	assert_int_equal(shell->sent_count, sent);
	assert_int_equal(shell->calls_closed, 1);
	assert_int_equal(shell->closed, 2);
	assert_int_equal(shell->freed, 2);
	assert_int_equal(shell->call_cause, L2TP_END_REFERENCE);
	assert_int_equal(shell->tunnel_cause, L2TP_END_REFERENCE);
	assert_int_equal(l2tp_lns_close_reference(shell->lns, shell->now, one.path.reference), 0);
	assert_int_equal(fake_client_hello(&one), L2TP_VERDICT_UNKNOWN);
	assert_int_equal(fake_client_hello(&other), L2TP_VERDICT_ACCEPTED);
}

static void a_half_open_tunnel_dies_after_the_set_up_timeout(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);

	/* This one does not even acknowledge SCCRP: nobody is told. */
	fake_client_sccrq(&client);
	fake_shell_pass(shell, 30 * SECOND);
	assert_int_equal(shell->freed, 1);
	assert_int_equal(shell->tunnel_cause, L2TP_END_SETUP_TIMEOUT);
	assert_int_equal(fake_shell_count(shell, L2TP_MESSAGE_STOPCCN), 0);
	/* This one does, but never goes on. */
	fake_client_forget(&client);
	fake_client_sccrq(&client);
	fake_client_zlb(&client);
	fake_shell_pass(shell, 30 * SECOND);
	assert_int_equal(shell->closed, 2);
	assert_int_equal(shell->tunnel_cause, L2TP_END_SETUP_TIMEOUT);
	assert_int_equal(fake_shell_count(shell, L2TP_MESSAGE_STOPCCN), 1);
	fake_shell_pass(shell, 31 * SECOND);
	assert_int_equal(shell->freed, 2);
}

static void messages_out_of_order_of_the_states_end_the_tunnel(void **state)
{
	static const enum l2tp_message_type early[] = { L2TP_MESSAGE_SCCRQ, L2TP_MESSAGE_SCCRP,
							L2TP_MESSAGE_ICRQ };
	static const enum l2tp_message_type late[] = { L2TP_MESSAGE_SCCRQ, L2TP_MESSAGE_SCCRP,
						       L2TP_MESSAGE_SCCCN };
	struct fake_shell *shell = *state;

	for (uint16_t i = 0; i < (uint16_t)(ELEMENTS(early) + ELEMENTS(late)); i++) {
		bool is_late = i >= ELEMENTS(early);
		struct fake_client client = fake_client(shell, i + 1);
		struct fake_packet packet;

		fake_client_sccrq(&client);
		if (is_late)
			fake_client_scccn(&client);
		fake_client_hear(&client);
		fake_begin(&packet, client.lns_id, 0,
			   is_late ? late[i - ELEMENTS(early)] : early[i]);
		fake_client_send(&client, &packet);
		assert_int_equal(fake_shell_sent(shell, 0)->message.type, L2TP_MESSAGE_STOPCCN);
		assert_int_equal(fake_shell_sent(shell, 0)->message.result, L2TP_STOPCCN_FSM_ERROR);
		assert_int_equal(shell->closed, i + 1);
		assert_int_equal(shell->tunnel_cause, L2TP_END_PROTOCOL_ERROR);
	}
}

static void an_iccn_for_an_established_call_ends_the_call(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);
	struct l2tp_call *call;

	fake_client_connect(&client);
	call = fake_client_call(&client, 9);
	fake_client_iccn(&client, l2tp_call_local_id(call));
	assert_int_equal(fake_shell_sent(shell, 0)->message.type, L2TP_MESSAGE_CDN);
	assert_int_equal(shell->call_cause, L2TP_END_PROTOCOL_ERROR);
	assert_int_equal(shell->closed, 0);
}

static void messages_for_unknown_sessions_are_only_acknowledged(void **state)
{
	static const enum l2tp_message_type types[] = { L2TP_MESSAGE_ICRP, L2TP_MESSAGE_ICCN,
							L2TP_MESSAGE_CDN, L2TP_MESSAGE_WEN,
							L2TP_MESSAGE_SLI };
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);

	fake_client_connect(&client);
	for (size_t i = 0; i < ELEMENTS(types); i++) {
		struct fake_packet packet;

		fake_begin(&packet, client.lns_id, 4242, types[i]);
		assert_int_equal(fake_client_send(&client, &packet), L2TP_VERDICT_ACCEPTED);
		assert_true(fake_shell_sent(shell, 0)->zlb);
		assert_int_equal(fake_shell_sent(shell, 0)->header.nr, client.ns);
	}
	assert_int_equal(shell->closed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SHELL(a_client_sets_up_a_tunnel_and_a_call),
		WITH_SHELL(the_data_path_is_prepared_before_icrp_leaves),
		WITH_SHELL(transitions_are_told_by_the_names_of_the_rfc),
		WITH_SHELL(a_call_that_cannot_be_prepared_is_refused),
		WITH_SHELL(a_call_whose_ppp_cannot_start_is_closed),
		WITH_SHELL(cdn_of_the_client_ends_the_call_only),
		WITH_SHELL(cdn_before_icrp_names_the_call_by_the_clients_id),
		WITH_SHELL(a_call_is_closed_from_here_with_cdn),
		WITH_SHELL(a_call_without_iccn_is_given_up),
		WITH_SHELL(a_session_id_used_twice_ends_that_call),
		WITH_SHELL(an_outgoing_call_is_refused_and_the_tunnel_lives),
		WITH_SHELL(stopccn_of_the_client_ends_all_and_is_acknowledged_for_a_cycle),
		WITH_SHELL(a_tunnel_is_closed_from_here_with_stopccn_for_a_cycle),
		WITH_SHELL(a_lingering_tunnel_opens_no_call_but_acknowledges),
		WITH_SHELL(closing_all_sends_stopccn_to_each),
		WITH_SHELL(closing_a_reference_ends_its_tunnels_in_silence_and_at_once),
		WITH_SHELL(a_half_open_tunnel_dies_after_the_set_up_timeout),
		WITH_SHELL(messages_out_of_order_of_the_states_end_the_tunnel),
		WITH_SHELL(an_iccn_for_an_established_call_ends_the_call),
		WITH_SHELL(messages_for_unknown_sessions_are_only_acknowledged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
