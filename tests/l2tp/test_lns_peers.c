/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What real peers do, and what killed tunnels of other servers: one test for
 * each lesson, named after the client where it is known.
 */
#include "tests/l2tp/fake_shell.h"

#include <string.h>

/* Send the client's SCCRQ once more, as it was. */
static enum l2tp_verdict repeat_sccrq(struct fake_client *client)
{
	struct fake_packet packet;

	fake_build_sccrq(client, &packet);
	return fake_client_send_as(client, &packet, 0, 0);
}

static void android_repeats_sccrq_and_gets_sccrp_again(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);

	fake_client_sccrq(&client);
	for (unsigned int i = 1; i <= 8; i++) {
		fake_shell_pass(shell, 2 * SECOND);
		assert_int_equal(repeat_sccrq(&client), L2TP_VERDICT_DUPLICATE);
		assert_int_equal(fake_shell_sent(shell, 0)->message.type, L2TP_MESSAGE_SCCRP);
		assert_int_equal(fake_shell_sent(shell, 0)->header.ns, 0);
	}
	assert_int_equal(shell->opened, 1);
	assert_int_equal(fake_client_scccn(&client), L2TP_VERDICT_ACCEPTED);
	assert_int_equal(shell->established, 1);
	/* A late one: acknowledged, and no more. */
	assert_int_equal(repeat_sccrq(&client), L2TP_VERDICT_DUPLICATE);
	assert_true(fake_shell_sent(shell, 0)->zlb);
	assert_int_equal(shell->opened, 1);
	assert_int_equal(shell->transitions, 2);
}

/*
 * An Android client whose acknowledgements are eaten on the way while its data
 * flows: mtpd drops all that is not a duplicate, so Hellos are never answered.
 */
static void a_tunnel_whose_data_flows_outlives_lost_acknowledgements(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);
	struct l2tp_call *call;

	fake_client_connect(&client);
	call = fake_client_call(&client, 9);
	fake_shell_pass(shell, 60 * SECOND);
	assert_int_equal(fake_shell_count(shell, L2TP_MESSAGE_HELLO), 1);
	shell->data_flows = true;
	fake_shell_pass(shell, 600 * SECOND);
	assert_int_equal(shell->closed, 0);
	assert_ptr_equal(shell->call, call);
	/* Never faster than the back-off allows. */
	assert_in_range(fake_shell_count(shell, L2TP_MESSAGE_HELLO), 6, 600 / 31 * 6 + 12);
	shell->data_flows = false;
	fake_shell_pass(shell, 62 * SECOND);
	assert_int_equal(shell->closed, 1);
	assert_int_equal(shell->tunnel_cause, L2TP_END_TIMEOUT);
}

static void an_android_that_repeats_its_last_message_is_alive(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);

	fake_client_connect(&client);
	fake_client_call(&client, 9);
	fake_client_call(&client, 10);
	l2tp_call_close(shell->call, shell->now, L2TP_CDN_ADMINISTRATIVE, NULL);
	client.deaf = true;
	for (unsigned int i = 0; i < 300; i++) {
		struct fake_packet packet;

		fake_shell_pass(shell, 2 * SECOND);
		fake_begin(&packet, client.lns_id, 0, L2TP_MESSAGE_SCCCN);
		assert_int_equal(fake_client_send_as(&client, &packet, 1, client.nr),
				 L2TP_VERDICT_DUPLICATE);
		assert_true(fake_shell_sent(shell, 0)->zlb);
	}
	assert_int_equal(shell->closed, 0);
}

static void repeated_sccrqs_alone_make_us_ask_and_then_replace_the_tunnel(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);

	fake_client_connect(&client);
	fake_client_call(&client, 9);
	/* It restarted and knows nothing of its tunnel; its SCCRQ is the same. */
	fake_client_forget(&client);
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(repeat_sccrq(&client), L2TP_VERDICT_DUPLICATE);
		fake_shell_pass(shell, 2 * SECOND);
	}
	assert_int_equal(fake_shell_count(shell, L2TP_MESSAGE_HELLO), 0);
	assert_int_equal(repeat_sccrq(&client), L2TP_VERDICT_DUPLICATE);
	assert_int_equal(fake_shell_count(shell, L2TP_MESSAGE_HELLO), 1);
	fake_shell_pass(shell, 2 * SECOND);
	assert_int_equal(repeat_sccrq(&client), L2TP_VERDICT_DUPLICATE);
	fake_shell_pass(shell, 2 * SECOND);
	fake_client_forget(&client);
	fake_client_connect(&client);
	assert_int_equal(shell->tunnel_cause, L2TP_END_REPLACED);
	assert_int_equal(shell->call_cause, L2TP_END_REPLACED);
	assert_int_equal(shell->freed, 1);
	assert_int_equal(fake_shell_count(shell, L2TP_MESSAGE_STOPCCN), 0);
}

static void data_from_before_the_first_repetition_is_no_sign_of_life(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);

	fake_client_connect(&client);
	fake_client_call(&client, 9);
	fake_client_forget(&client);
	shell->data_flows = true;
	assert_int_equal(repeat_sccrq(&client), L2TP_VERDICT_DUPLICATE);
	assert_int_equal(shell->data_asked, 1);
	shell->data_flows = false;
	for (unsigned int i = 0; i < 2; i++) {
		fake_shell_pass(shell, 2 * SECOND);
		assert_int_equal(repeat_sccrq(&client), L2TP_VERDICT_DUPLICATE);
	}
	assert_int_equal(fake_shell_count(shell, L2TP_MESSAGE_HELLO), 1);
}

static void repeated_sccrqs_do_no_harm_to_a_tunnel_that_answers(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);

	fake_client_connect(&client);
	fake_client_call(&client, 9);
	for (unsigned int i = 0; i < 100; i++) {
		fake_shell_pass(shell, 2 * SECOND);
		assert_int_equal(repeat_sccrq(&client), L2TP_VERDICT_DUPLICATE);
		if (!fake_shell_sent(shell, 1)->zlb &&
		    fake_shell_sent(shell, 1)->message.type == L2TP_MESSAGE_HELLO)
			fake_client_zlb(&client);
	}
	shell->data_flows = true;
	for (unsigned int i = 0; i < 100; i++) {
		fake_shell_pass(shell, 2 * SECOND);
		assert_int_equal(repeat_sccrq(&client), L2TP_VERDICT_DUPLICATE);
	}
	assert_int_equal(shell->closed, 0);
	assert_int_equal(shell->opened, 1);
}

static void repeated_sccrqs_alone_are_no_sign_of_life(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);

	fake_client_connect(&client);
	fake_client_call(&client, 9);
	fake_shell_pass(shell, 59 * SECOND);
	repeat_sccrq(&client);
	fake_shell_pass(shell, SECOND);
	assert_int_equal(fake_shell_count(shell, L2TP_MESSAGE_HELLO), 1);
	fake_shell_pass(shell, 31 * SECOND);
	assert_int_equal(shell->tunnel_cause, L2TP_END_TIMEOUT);
}

static void a_zlb_of_an_unknown_session_moves_nothing(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);
	struct fake_packet packet;

	fake_client_connect(&client);
	fake_client_call(&client, 9);
	l2tp_writer_init(&packet.writer, packet.bytes, sizeof(packet.bytes));
	l2tp_header_write(&packet.writer, client.lns_id, 4242);
	assert_int_equal(fake_client_send_as(&client, &packet, client.ns, client.nr),
			 L2TP_VERDICT_ACCEPTED);
	for (unsigned int i = 0; i < 3; i++) {
		assert_int_equal(fake_client_hello(&client), L2TP_VERDICT_ACCEPTED);
		assert_int_equal(fake_shell_sent(shell, 0)->header.nr, client.ns);
	}
	fake_shell_pass(shell, 60 * SECOND);
	fake_client_zlb(&client);
	fake_shell_pass(shell, 90 * SECOND - 1);
	assert_int_equal(shell->closed, 0);
}

static void seventy_thousand_calls_fit_through_one_tunnel(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);

	fake_client_connect(&client);
	for (uint32_t i = 0; i < 70000; i++) {
		uint16_t session_id = (uint16_t)(i % 60000 + 1);
		struct l2tp_call *call = fake_client_call(&client, session_id);

		assert_int_equal(fake_client_cdn(&client, session_id, l2tp_call_local_id(call)),
				 L2TP_VERDICT_ACCEPTED);
	}
	assert_int_equal(shell->calls_closed, 70000);
	assert_int_equal(shell->closed, 0);
	assert_int_equal(l2tp_lns_counters(shell->lns)->calls, 0);
}

static void twenty_thousand_hellos_to_tunnel_zero_open_nothing(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);
	struct fake_packet packet;

	for (uint32_t i = 0; i < 20000; i++) {
		client.path.peer.port = (uint16_t)i;
		client.path.reference = i;
		fake_begin(&packet, 0, 0, i % 2 ? L2TP_MESSAGE_HELLO : L2TP_MESSAGE_ICRQ);
		assert_int_equal(fake_client_send_as(&client, &packet, (uint16_t)i, 0),
				 L2TP_VERDICT_UNKNOWN);
	}
	assert_int_equal(shell->opened, 0);
	assert_int_equal(shell->sent_count, 0);
	assert_int_equal(shell->transitions, 0);
}

static void sixty_five_thousand_tunnels_have_distinct_ids_other_than_zero(void **state)
{
	struct fake_shell *shell = *state;
	struct l2tp_lns_settings settings = shell->settings;
	uint8_t *seen = calloc(1, 65536);
	struct fake_client client;

	assert_non_null(seen);
	fake_shell_stop(shell);
	memset(shell, 0, sizeof(*shell));
	settings.tunnels_maximum = settings.half_open_maximum = 65535;
	shell->settings = settings;
	fake_shell_start(shell);
	for (uint32_t i = 1; i <= 65535; i++) {
		uint16_t id;

		client = fake_client(shell, (uint16_t)i);
		assert_int_equal(fake_client_sccrq(&client), L2TP_VERDICT_ACCEPTED);
		id = l2tp_tunnel_local_id(shell->tunnel);
		assert_int_not_equal(id, 0);
		assert_false(seen[id]);
		seen[id] = 1;
	}
	client = fake_client(shell, 1);
	client.path.reference = 1;
	client.id = 2;
	assert_int_equal(fake_client_sccrq(&client), L2TP_VERDICT_REFUSED);
	free(seen);
}

static void ids_are_distinct_even_if_chance_repeats_itself(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);

	fake_client_connect(&client);
	shell->random_fixed = 0xffff;
	for (uint16_t i = 0; i < 5; i++) {
		uint16_t expected = i == 0 ? 0xffff : i; /* over 0 to 1 */

		fake_client_call(&client, 100 + i);
		assert_int_equal(l2tp_call_local_id(shell->call), expected);
	}
}

static void windows_reconnects_with_the_same_sccrq_behind_a_closed_tunnel(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);

	for (unsigned int i = 0; i < 5; i++) {
		fake_client_connect(&client);
		fake_client_call(&client, 1);
		if (i % 2)
			fake_client_stopccn(&client, L2TP_STOPCCN_SHUTDOWN);
		else
			l2tp_tunnel_close(shell->tunnel, shell->now, L2TP_STOPCCN_SHUTDOWN, NULL);
		fake_shell_pass(shell, SECOND / 2);
		fake_client_forget(&client);
	}
	assert_int_equal(shell->opened, 5);
	assert_int_equal(shell->established, 5);
}

static void a_client_that_gave_up_its_set_up_may_try_again_at_once(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);

	fake_client_sccrq(&client);
	fake_client_stopccn(&client, L2TP_STOPCCN_GENERAL);
	fake_client_forget(&client);
	fake_client_connect(&client);
	assert_int_equal(shell->opened, 2);
}

static void a_restarted_peer_replaces_its_tunnel_at_once(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);
	struct fake_packet packet;

	fake_client_connect(&client);
	fake_client_call(&client, 9);
	/* Another SCCRQ with the same id, from another port of the same client. */
	fake_client_forget(&client);
	client.path.peer.port = 4711;
	fake_build_sccrq(&client, &packet);
	l2tp_avp_write_u16(&packet.writer, false, L2TP_AVP_FIRMWARE_REVISION, 2);
	assert_int_equal(fake_client_send(&client, &packet), L2TP_VERDICT_ACCEPTED);
	assert_int_equal(shell->tunnel_cause, L2TP_END_REPLACED);
	assert_int_equal(shell->call_cause, L2TP_END_REPLACED);
	assert_int_equal(shell->freed, 1);
	assert_int_equal(fake_shell_sent(shell, 0)->message.type, L2TP_MESSAGE_SCCRP);
	assert_int_equal(l2tp_tunnel_path(shell->tunnel)->peer.port, 4711);
	fake_client_scccn(&client);
	fake_client_call(&client, 9);
}

static void two_windows_behind_one_nat_do_not_replace_each_other(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client one = fake_client(shell, 1);
	struct fake_client other = one;

	other.path.reference++;
	fake_client_connect(&one);
	fake_client_call(&one, 1);
	fake_client_connect(&other);
	fake_client_call(&other, 1);
	assert_int_equal(shell->closed, 0);
	assert_int_equal(fake_client_hello(&one), L2TP_VERDICT_ACCEPTED);
	assert_int_equal(fake_client_hello(&other), L2TP_VERDICT_ACCEPTED);
	assert_int_equal(l2tp_lns_counters(shell->lns)->calls, 2);
}

static void a_nat_that_gives_a_new_port_does_not_end_the_tunnel(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);

	fake_client_connect(&client);
	client.path.peer.port = 4711;
	assert_int_equal(fake_client_hello(&client), L2TP_VERDICT_ACCEPTED);
	assert_int_equal(shell->closed, 0);
}

static void dir_300_sends_to_tunnel_zero_after_set_up(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);
	struct fake_client other = fake_client(shell, 2);

	fake_client_connect(&other);
	fake_client_sccrq(&client);
	fake_client_hear(&client);
	client.heard = SIZE_MAX; /* keeps lns_id at what is set here */
	client.lns_id = 0;
	assert_int_equal(fake_client_scccn(&client), L2TP_VERDICT_ACCEPTED);
	assert_int_equal(shell->established, 2);
	/* Not from elsewhere. */
	client.path.peer.port++;
	assert_int_equal(fake_client_hello(&client), L2TP_VERDICT_UNKNOWN);
}

static void msl2tp_puts_a_wrong_tunnel_id_into_stopccn(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);

	fake_client_connect(&client);
	client.id = 0x4242;
	assert_int_equal(fake_client_stopccn(&client, 6), L2TP_VERDICT_ACCEPTED);
	assert_int_equal(shell->tunnel_cause, L2TP_END_PEER);
}

static void apples_result_code_is_swapped_back(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);

	fake_client_connect(&client);
	fake_client_stopccn(&client, 0x0600);
	assert_int_equal(l2tp_tunnel_peer_result(shell->tunnel), 6);
}

static void a_zlb_is_never_answered(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);
	struct fake_packet packet;
	size_t sent;

	fake_client_connect(&client);
	fake_client_hear(&client);
	sent = shell->sent_count;
	for (uint32_t i = 0; i < 65536; i += 7) {
		l2tp_writer_init(&packet.writer, packet.bytes, sizeof(packet.bytes));
		l2tp_header_write(&packet.writer, client.lns_id, (uint16_t)i);
		fake_client_send_as(&client, &packet, (uint16_t)i, (uint16_t)(i * 3));
	}
	assert_int_equal(shell->sent_count, sent);
}

static void messages_that_overtake_each_other_are_put_in_order(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);
	struct fake_packet icrq, hello;

	fake_client_sccrq(&client);
	fake_client_hear(&client);
	fake_begin(&hello, client.lns_id, 0, L2TP_MESSAGE_HELLO);
	fake_begin(&icrq, client.lns_id, 0, L2TP_MESSAGE_ICRQ);
	l2tp_avp_write_u16(&icrq.writer, true, L2TP_AVP_ASSIGNED_SESSION_ID, 9);
	assert_int_equal(fake_client_send_as(&client, &hello, 3, 1), L2TP_VERDICT_ACCEPTED);
	assert_int_equal(fake_client_send_as(&client, &icrq, 2, 1), L2TP_VERDICT_ACCEPTED);
	assert_int_equal(shell->sent_count, 1);
	assert_int_equal(fake_client_scccn(&client), L2TP_VERDICT_ACCEPTED);
	assert_int_equal(shell->established, 1);
	assert_int_equal(shell->calls_prepared, 1);
	/* ICRP went out when the ICRQ was handled, a ZLB says that the Hello came, too. */
	assert_int_equal(fake_shell_sent(shell, 1)->message.type, L2TP_MESSAGE_ICRP);
	assert_true(fake_shell_sent(shell, 0)->zlb);
	assert_int_equal(fake_shell_sent(shell, 0)->header.nr, 4);
}

static void a_peer_with_window_one_is_never_sent_two(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);
	struct fake_packet packet;

	fake_begin(&packet, 0, 0, L2TP_MESSAGE_SCCRQ);
	l2tp_avp_write_u16(&packet.writer, true, L2TP_AVP_PROTOCOL_VERSION, 0x0100);
	l2tp_avp_write_u16(&packet.writer, true, L2TP_AVP_ASSIGNED_TUNNEL_ID, 1);
	l2tp_avp_write_u16(&packet.writer, true, L2TP_AVP_RECEIVE_WINDOW_SIZE, 1);
	fake_client_send(&client, &packet);
	fake_client_scccn(&client);
	client.deaf = true;
	for (uint16_t i = 1; i <= 5; i++)
		fake_client_icrq(&client, i);
	assert_int_equal(fake_shell_count(shell, L2TP_MESSAGE_ICRP), 1);
	client.deaf = false;
	for (uint16_t i = 2; i <= 5; i++) {
		fake_client_zlb(&client);
		assert_int_equal(fake_shell_count(shell, L2TP_MESSAGE_ICRP), i);
	}
}

static void a_lost_acknowledgement_of_cdn_is_repeated(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);
	struct l2tp_call *call;
	uint16_t id;

	fake_client_connect(&client);
	call = fake_client_call(&client, 9);
	id = l2tp_call_local_id(call);
	fake_client_cdn(&client, 9, id);
	for (unsigned int i = 0; i < 3; i++) {
		fake_shell_pass(shell, 4 * SECOND);
		client.ns--;
		assert_int_equal(fake_client_cdn(&client, 9, id), L2TP_VERDICT_DUPLICATE);
		assert_true(fake_shell_sent(shell, 0)->zlb);
		assert_int_equal(fake_shell_sent(shell, 0)->header.nr, client.ns);
	}
	assert_int_equal(shell->calls_closed, 1);
}

static void count_found(void *userdata, struct l2tp_tunnel *tunnel)
{
	assert_non_null(tunnel);
	(*(size_t *)userdata)++;
}

static void all_tunnels_of_a_reference_are_found_lingering_ones_too(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client one = fake_client(shell, 7), two = fake_client(shell, 7);
	struct fake_client other = fake_client(shell, 8);
	size_t found = 0;

	two.id = 70;
	fake_client_connect(&one);
	l2tp_tunnel_close(shell->tunnel, shell->now, L2TP_STOPCCN_GENERAL, NULL);
	fake_client_connect(&two);
	fake_client_connect(&other);
	l2tp_lns_each_of_reference(shell->lns, one.path.reference, count_found, &found);
	assert_int_equal(found, 2);
	l2tp_lns_each_of_reference(shell->lns, one.path.reference + 100, count_found, &found);
	assert_int_equal(found, 2);
}

static void a_long_host_name_is_kept_in_part(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 7);
	uint8_t name[200];
	struct fake_packet packet;
	size_t size = 0;

	memset(name, 'a', sizeof(name));
	fake_begin(&packet, 0, 0, L2TP_MESSAGE_SCCRQ);
	l2tp_avp_write_u16(&packet.writer, true, L2TP_AVP_PROTOCOL_VERSION, 0x0100);
	l2tp_avp_write(&packet.writer, true, L2TP_AVP_HOST_NAME, name, sizeof(name));
	l2tp_avp_write_u16(&packet.writer, true, L2TP_AVP_ASSIGNED_TUNNEL_ID, 7);
	assert_int_equal(fake_client_send(&client, &packet), L2TP_VERDICT_ACCEPTED);
	assert_memory_equal(l2tp_tunnel_peer_host_name(shell->tunnel, &size), name, 64);
	assert_int_equal(size, 64);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SHELL(android_repeats_sccrq_and_gets_sccrp_again),
		WITH_SHELL(a_tunnel_whose_data_flows_outlives_lost_acknowledgements),
		WITH_SHELL(an_android_that_repeats_its_last_message_is_alive),
		WITH_SHELL(repeated_sccrqs_alone_make_us_ask_and_then_replace_the_tunnel),
		WITH_SHELL(data_from_before_the_first_repetition_is_no_sign_of_life),
		WITH_SHELL(repeated_sccrqs_do_no_harm_to_a_tunnel_that_answers),
		WITH_SHELL(repeated_sccrqs_alone_are_no_sign_of_life),
		WITH_SHELL(a_zlb_of_an_unknown_session_moves_nothing),
		WITH_SHELL(seventy_thousand_calls_fit_through_one_tunnel),
		WITH_SHELL(twenty_thousand_hellos_to_tunnel_zero_open_nothing),
		WITH_SHELL(sixty_five_thousand_tunnels_have_distinct_ids_other_than_zero),
		WITH_SHELL(ids_are_distinct_even_if_chance_repeats_itself),
		WITH_SHELL(windows_reconnects_with_the_same_sccrq_behind_a_closed_tunnel),
		WITH_SHELL(a_client_that_gave_up_its_set_up_may_try_again_at_once),
		WITH_SHELL(a_restarted_peer_replaces_its_tunnel_at_once),
		WITH_SHELL(two_windows_behind_one_nat_do_not_replace_each_other),
		WITH_SHELL(a_nat_that_gives_a_new_port_does_not_end_the_tunnel),
		WITH_SHELL(dir_300_sends_to_tunnel_zero_after_set_up),
		WITH_SHELL(msl2tp_puts_a_wrong_tunnel_id_into_stopccn),
		WITH_SHELL(apples_result_code_is_swapped_back),
		WITH_SHELL(a_zlb_is_never_answered),
		WITH_SHELL(messages_that_overtake_each_other_are_put_in_order),
		WITH_SHELL(a_peer_with_window_one_is_never_sent_two),
		WITH_SHELL(a_lost_acknowledgement_of_cdn_is_repeated),
		WITH_SHELL(all_tunnels_of_a_reference_are_found_lingering_ones_too),
		WITH_SHELL(a_long_host_name_is_kept_in_part),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
