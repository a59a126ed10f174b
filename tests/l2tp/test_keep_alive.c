/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hello after silence, what counts as a sign of life, and tunnels without calls. */
#include "tests/l2tp/fake_shell.h"

#include <errno.h>

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
	assert_int_equal(fake_shell_sent(shell, 0)->header.session_id, 0);
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
	fake_client_call(&client, 9);
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
	fake_client_call(&client, 9);
	for (unsigned int i = 0; i < 5; i++) {
		fake_shell_pass(shell, 40 * SECOND);
		fake_client_hello(&client);
		fake_shell_pass(shell, 40 * SECOND);
		assert_int_equal(fake_client_data(&client, client.lns_id), L2TP_VERDICT_DATA);
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

static void another_hello_interval_holds_for_a_tunnel_that_is_there(void **state)
{
	struct fake_shell *shell = *state;
	struct l2tp_lns_settings settings = shell->settings;
	struct fake_client client = fake_client(shell, 1);

	fake_client_connect(&client);
	fake_client_call(&client, 9);
	fake_shell_pass(shell, 6 * SECOND);
	settings.hello_interval_usec = 7 * SECOND;
	assert_int_equal(l2tp_lns_set_settings(shell->lns, &settings), 0);
	fake_shell_pass(shell, 1 * SECOND - 1);
	assert_int_equal(fake_shell_count(shell, L2TP_MESSAGE_HELLO), 0);
	fake_shell_pass(shell, 1);
	assert_int_equal(fake_shell_count(shell, L2TP_MESSAGE_HELLO), 1);
	fake_client_zlb(&client);
	settings.hello_interval_usec = 100 * SECOND;
	assert_int_equal(l2tp_lns_set_settings(shell->lns, &settings), 0);
	fake_shell_pass(shell, 100 * SECOND - 1);
	assert_int_equal(fake_shell_count(shell, L2TP_MESSAGE_HELLO), 1);
	fake_shell_pass(shell, 1);
	assert_int_equal(fake_shell_count(shell, L2TP_MESSAGE_HELLO), 2);
}

static void settings_out_of_bounds_change_nothing(void **state)
{
	struct fake_shell *shell = *state;
	struct l2tp_lns_settings settings = shell->settings;
	struct fake_client client = fake_client(shell, 1);

	fake_client_connect(&client);
	fake_client_call(&client, 9);
	settings.hello_interval_usec = 1 * SECOND;
	settings.calls_per_tunnel = 0;
	assert_int_equal(l2tp_lns_set_settings(shell->lns, &settings), -EINVAL);
	fake_shell_pass(shell, 60 * SECOND - 1);
	assert_int_equal(fake_shell_count(shell, L2TP_MESSAGE_HELLO), 0);
}

/* The peer was told of the window; cycles of retransmission are under way. */
static void how_messages_are_retransmitted_is_not_changed(void **state)
{
	struct fake_shell *shell = *state;
	struct l2tp_lns_settings settings = shell->settings;
	struct fake_client client = fake_client(shell, 1);

	fake_client_connect(&client);
	fake_client_call(&client, 9);
	settings.retransmit_maximum = 1;
	assert_int_equal(l2tp_lns_set_settings(shell->lns, &settings), 0);
	fake_shell_pass(shell, 91 * SECOND - 1);
	assert_int_equal(fake_shell_count(shell, L2TP_MESSAGE_HELLO), 6);
	assert_int_equal(shell->closed, 0);
}

static void a_tunnel_ends_a_while_after_its_last_call(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);
	uint16_t lns_session_id;

	fake_client_connect(&client);
	lns_session_id = l2tp_call_local_id(fake_client_call(&client, 9));
	fake_client_call(&client, 10);
	l2tp_call_close(shell->call, shell->now, L2TP_CDN_ADMINISTRATIVE, NULL);
	fake_client_zlb(&client);
	fake_shell_pass(shell, 20 * SECOND);
	assert_int_equal(shell->closed, 0);
	fake_client_cdn(&client, 9, lns_session_id);
	fake_shell_pass(shell, 10 * SECOND - 1);
	assert_int_equal(shell->closed, 0);
	fake_shell_pass(shell, 1);
	assert_int_equal(shell->closed, 1);
	assert_int_equal(shell->tunnel_cause, L2TP_END_IDLE);
	assert_int_equal(fake_shell_sent(shell, 0)->message.type, L2TP_MESSAGE_STOPCCN);
	assert_int_equal(fake_shell_sent(shell, 0)->message.result, L2TP_STOPCCN_GENERAL);
	assert_string_equal(shell->last_transition, "established: idle timeout -> lingering");
	fake_client_zlb(&client);
	fake_shell_pass(shell, 31 * SECOND);
	assert_int_equal(shell->freed, 1);
}

static void a_call_closed_from_here_leaves_no_tunnel_behind(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);

	fake_client_connect(&client);
	fake_client_call(&client, 9);
	fake_shell_pass(shell, 45 * SECOND);
	l2tp_call_close(shell->call, shell->now, L2TP_CDN_ADMINISTRATIVE, NULL);
	fake_client_zlb(&client);
	assert_int_equal(l2tp_lns_next_deadline(shell->lns), shell->now + 10 * SECOND);
	fake_shell_pass(shell, 10 * SECOND);
	assert_int_equal(shell->tunnel_cause, L2TP_END_IDLE);
}

static void a_call_that_is_not_finished_in_time_leaves_no_tunnel_behind(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);

	fake_client_connect(&client);
	fake_client_icrq(&client, 9);
	fake_client_zlb(&client);
	fake_shell_pass(shell, 30 * SECOND);
	assert_int_equal(shell->call_cause, L2TP_END_SETUP_TIMEOUT);
	fake_client_zlb(&client);
	fake_shell_pass(shell, 10 * SECOND - 1);
	assert_int_equal(shell->closed, 0);
	fake_shell_pass(shell, 1);
	assert_int_equal(shell->tunnel_cause, L2TP_END_IDLE);
}

static void a_new_call_keeps_the_tunnel(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);

	fake_client_connect(&client);
	for (unsigned int i = 0; i < 5; i++) {
		struct l2tp_call *call = fake_client_call(&client, 9);

		fake_shell_pass(shell, 20 * SECOND);
		fake_client_cdn(&client, 9, l2tp_call_local_id(call));
		fake_shell_pass(shell, 10 * SECOND - 1);
	}
	fake_client_call(&client, 9);
	shell->data_flows = true;
	fake_shell_pass(shell, 600 * SECOND);
	assert_int_equal(shell->closed, 0);
}

/* Who only keeps the tunnel alive, but never calls, has no use for it. */
static void a_tunnel_without_a_first_call_ends_like_a_set_up_that_takes_too_long(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);

	fake_client_sccrq(&client);
	fake_shell_pass(shell, 20 * SECOND);
	fake_client_scccn(&client);
	for (unsigned int i = 0; i < 3; i++) {
		fake_shell_pass(shell, 10 * SECOND - 1);
		assert_int_equal(fake_client_hello(&client), L2TP_VERDICT_ACCEPTED);
	}
	assert_int_equal(shell->closed, 0);
	fake_shell_pass(shell, 3);
	assert_int_equal(shell->tunnel_cause, L2TP_END_IDLE);
}

static void a_tunnel_that_ends_with_its_calls_lingers_no_shorter(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);

	fake_client_connect(&client);
	fake_client_call(&client, 9);
	l2tp_tunnel_close(shell->tunnel, shell->now, L2TP_STOPCCN_SHUTDOWN, NULL);
	fake_client_zlb(&client);
	fake_shell_pass(shell, 31 * SECOND - 1);
	assert_int_equal(shell->freed, 0);
	fake_shell_pass(shell, 1);
	assert_int_equal(shell->freed, 1);
	assert_int_equal(fake_shell_count(shell, L2TP_MESSAGE_STOPCCN), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SHELL(silence_brings_a_hello_and_then_the_end),
		WITH_SHELL(an_answered_hello_begins_a_new_silence),
		WITH_SHELL(control_and_data_traffic_put_the_hello_off),
		WITH_SHELL(another_hello_interval_holds_for_a_tunnel_that_is_there),
		WITH_SHELL(settings_out_of_bounds_change_nothing),
		WITH_SHELL(how_messages_are_retransmitted_is_not_changed),
		WITH_SHELL(a_tunnel_ends_a_while_after_its_last_call),
		WITH_SHELL(a_call_closed_from_here_leaves_no_tunnel_behind),
		WITH_SHELL(a_call_that_is_not_finished_in_time_leaves_no_tunnel_behind),
		WITH_SHELL(a_new_call_keeps_the_tunnel),
		WITH_SHELL(a_tunnel_without_a_first_call_ends_like_a_set_up_that_takes_too_long),
		WITH_SHELL(a_tunnel_that_ends_with_its_calls_lingers_no_shorter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
