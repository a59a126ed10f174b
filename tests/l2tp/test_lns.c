/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The LNS as a whole: set-up, keep-alive, tear-down from each side, caps. */
#include "tests/l2tp/fake_shell.h"

#include <errno.h>
#include <string.h>

static int set_up(void **state)
{
	struct fake_shell *shell = calloc(1, sizeof(*shell));

	assert_non_null(shell);
	fake_shell_start(shell);
	*state = shell;
	return 0;
}

static int tear_down(void **state)
{
	fake_shell_stop(*state);
	free(*state);
	return 0;
}

/* Begin anew with other settings. */
static void restart(struct fake_shell *shell, const struct l2tp_lns_settings *settings)
{
	fake_shell_stop(shell);
	memset(shell, 0, sizeof(*shell));
	shell->settings = *settings;
	fake_shell_start(shell);
}

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
	REFUSED(tunnels_maximum, 65536);
	REFUSED(half_open_maximum, 0);
	REFUSED(half_open_per_reference, 0);
	REFUSED(calls_per_tunnel, 0);
	REFUSED(calls_per_tunnel, 65536);
	memset(bad.host_name, 'x', sizeof(bad.host_name));
	assert_int_equal(l2tp_lns_new(&bad, &ops, NULL, &lns), -EINVAL);
	assert_null(lns);
}

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

static void calls_beyond_the_cap_are_refused(void **state)
{
	struct fake_shell *shell = *state;
	struct l2tp_lns_settings settings = shell->settings;
	struct fake_client client;

	settings.calls_per_tunnel = 3;
	restart(shell, &settings);
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
	assert_int_equal(shell->call_cause, L2TP_END_TUNNEL_CLOSED);
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
	assert_int_equal(l2tp_lns_close_reference(shell->lns, shell->now, one.path.reference), 0);
	assert_int_equal(fake_client_hello(&one), L2TP_VERDICT_UNKNOWN);
	assert_int_equal(fake_client_hello(&other), L2TP_VERDICT_ACCEPTED);
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

static enum l2tp_verdict send_data(struct fake_client *client, uint16_t tunnel_id)
{
	const uint8_t packet[] = { 0x00, 0x02, tunnel_id >> 8, tunnel_id & 0xff, 0, 9, 0xff, 0x03 };

	return l2tp_lns_receive(client->shell->lns, client->shell->now, &client->path, packet,
				sizeof(packet));
}

static void data_is_of_a_tunnel_of_the_same_reference_or_unknown(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);

	assert_int_equal(send_data(&client, 0), L2TP_VERDICT_UNKNOWN);
	fake_client_connect(&client);
	assert_int_equal(send_data(&client, client.lns_id), L2TP_VERDICT_DATA);
	assert_int_equal(send_data(&client, client.lns_id ^ 1), L2TP_VERDICT_UNKNOWN);
	client.path.reference++;
	assert_int_equal(send_data(&client, client.lns_id), L2TP_VERDICT_FOREIGN);
	client.path.reference--;
	fake_client_stopccn(&client, 1);
	assert_int_equal(send_data(&client, client.lns_id), L2TP_VERDICT_UNKNOWN);
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

	for (uint16_t i = 0; i < ELEMENTS(early) + ELEMENTS(late); i++) {
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
	restart(shell, &settings);
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
	restart(shell, &settings);
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
	restart(shell, &settings);
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

static void silence_brings_a_hello_and_then_the_end(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);

	fake_client_connect(&client);
	fake_client_call(&client, 9);
	fake_shell_pass(shell, 60 * SECOND - 1);
	assert_int_equal(fake_shell_count(shell, L2TP_MESSAGE_HELLO), 0);
	fake_shell_pass(shell, 1);
	assert_int_equal(fake_shell_count(shell, L2TP_MESSAGE_HELLO), 1);
	fake_shell_pass(shell, 31 * SECOND - 1);
	assert_int_equal(fake_shell_count(shell, L2TP_MESSAGE_HELLO), 6);
	assert_int_equal(shell->closed, 0);
	fake_shell_pass(shell, 1);
	assert_int_equal(shell->closed, 1);
	assert_int_equal(shell->tunnel_cause, L2TP_END_TIMEOUT);
	assert_int_equal(shell->freed, 1);
	assert_int_equal(l2tp_lns_counters(shell->lns)->retransmissions, 5);
}

static void an_answered_hello_begins_a_new_silence(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);

	fake_client_connect(&client);
	for (unsigned int i = 1; i <= 10; i++) {
		fake_shell_pass(shell, 60 * SECOND);
		assert_int_equal(fake_shell_count(shell, L2TP_MESSAGE_HELLO), i);
		assert_int_equal(fake_client_zlb(&client), L2TP_VERDICT_ACCEPTED);
	}
	assert_int_equal(shell->closed, 0);
}

static void control_and_data_traffic_put_the_hello_off(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);

	fake_client_connect(&client);
	for (unsigned int i = 0; i < 5; i++) {
		fake_shell_pass(shell, 40 * SECOND);
		fake_client_hello(&client);
		fake_shell_pass(shell, 40 * SECOND);
		assert_int_equal(send_data(&client, client.lns_id), L2TP_VERDICT_DATA);
	}
	assert_int_equal(fake_shell_count(shell, L2TP_MESSAGE_HELLO), 0);
	fake_shell_pass(shell, 60 * SECOND);
	assert_int_equal(fake_shell_count(shell, L2TP_MESSAGE_HELLO), 1);
	fake_client_zlb(&client);
	/* Data that the kernel took: the data path is asked, and only then. */
	shell->data_flows = true;
	shell->data_asked = 0;
	fake_shell_pass(shell, 600 * SECOND);
	assert_int_equal(fake_shell_count(shell, L2TP_MESSAGE_HELLO), 1);
	assert_int_equal(shell->data_asked, 10);
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

#define WITH_SHELL(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SENTENCE(settings_out_of_bounds_are_refused),
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
		WITH_SHELL(calls_beyond_the_cap_are_refused),
		WITH_SHELL(an_outgoing_call_is_refused_and_the_tunnel_lives),
		WITH_SHELL(stopccn_of_the_client_ends_all_and_is_acknowledged_for_a_cycle),
		WITH_SHELL(a_tunnel_is_closed_from_here_with_stopccn_for_a_cycle),
		WITH_SHELL(a_lingering_tunnel_opens_no_call_but_acknowledges),
		WITH_SHELL(closing_all_sends_stopccn_to_each),
		WITH_SHELL(closing_a_reference_ends_its_tunnels_in_silence_and_at_once),
		WITH_SHELL(a_packet_of_another_reference_changes_nothing),
		WITH_SHELL(without_ipsec_the_endpoint_is_the_peer),
		WITH_SHELL(data_is_of_a_tunnel_of_the_same_reference_or_unknown),
		WITH_SHELL(a_half_open_tunnel_dies_after_the_set_up_timeout),
		WITH_SHELL(messages_out_of_order_of_the_states_end_the_tunnel),
		WITH_SHELL(an_iccn_for_an_established_call_ends_the_call),
		WITH_SHELL(messages_for_unknown_sessions_are_only_acknowledged),
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
		WITH_SHELL(silence_brings_a_hello_and_then_the_end),
		WITH_SHELL(an_answered_hello_begins_a_new_silence),
		WITH_SHELL(control_and_data_traffic_put_the_hello_off),
		WITH_SHELL(who_acknowledges_nothing_is_not_listened_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
