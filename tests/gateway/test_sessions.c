/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The life of a session between a fake L2TP service, a fake launcher and a fake
 * plugin: every end leaves nothing behind, and its first cause is the one told.
 */
#include "tests/gateway/sessions_stage.h"

#include <errno.h>
#include <string.h>

static void wrong_name_is_refused_and_leaves_nothing(void **state)
{
	start_call();
	log_in("Usher");
	assert_int_equal(fake.verdict.accepted, 0);
	assert_int_equal(fake.verdict.peer_ipv4, 0);
	assert_int_equal(fake.inner_elements, 0);
	assert_int_equal(sessions_counters(fake.sessions)->logins_refused, 1);
	pppd_exits(11);
	assert_string_equal(fake.closed_message, "unknown user");
	assert_nothing_is_left();
	assert_int_equal(fake.downs, 0);
}

/* One verdict is all that the plugin gets: it cannot tell the client more. */
static void who_failed_too_often_is_answered_like_a_wrong_password(void **state)
{
	struct plugin_verdict wrong;

	start_call();
	log_in("Usher");
	wrong = fake.verdict;
	log_in("Usher");
	log_in("Usher");
	assert_int_equal(sessions_counters(fake.sessions)->logins_held_back, 0);
	log_in("User");
	assert_memory_equal(&fake.verdict, &wrong, sizeof(wrong));
	assert_int_equal(sessions_counters(fake.sessions)->logins_held_back, 1);
	assert_int_equal(sessions_counters(fake.sessions)->logins_refused, 4);
	login_backoff_forgive(backoff, NULL, &fake_path.peer.address, 0);
	come_up();
	pppd_exits(5);
}

static void wrong_password_is_refused_and_leaves_nothing(void **state)
{
	union plugin_message message = { .header.type = PLUGIN_MESSAGE_AUTHENTICATE };

	start_call();
	message.authenticate.user_size = 4;
	memcpy(message.authenticate.user, "User", 4);
	fake.plugin_ops->message(fake.plugin_userdata, &message);
	assert_int_equal(fake.verdict.accepted, 0);
	pppd_exits(11);
	assert_string_equal(fake.closed_message, "wrong password");
	assert_nothing_is_left();
}

static void log_in_gives_address_before_ppp_is_up(void **state)
{
	start_call();
	log_in("User");
	assert_int_equal(fake.verdict.accepted, 1);
	assert_string_equal(fake.verdict.authenticator, "407A5589115FD0D6209F510FE9C04566932CDA56");
	assert_int_equal(fake.verdict.peer_ipv4, POOL_FIRST);
	assert_int_equal(fake.verdict.local_ipv4, POOL_FIRST - 1);
	assert_int_equal(fake.inner_elements, 1);
	assert_int_equal(sessions_up_count(fake.sessions), 0);
	come_up();
}

static void logging_in_twice_takes_one_address(void **state)
{
	start_call();
	come_up();
	log_in("User");
	assert_int_equal(fake.verdict.accepted, 1);
	assert_int_equal(fake.inner_elements, 1);
	assert_int_equal(sessions_pool_available(fake.sessions), POOL_SIZE - 1);
}

static void exhausted_pool_refuses(void **state)
{
	for (unsigned int i = 0; i < POOL_SIZE; i++) {
		start_call();
		log_in("User");
		assert_int_equal(fake.verdict.accepted, 1);
	}
	start_call();
	log_in("User");
	assert_int_equal(fake.verdict.accepted, 0);
	assert_int_equal(fake.inner_elements, POOL_SIZE);
}

static void client_that_hangs_up_has_its_pppd_ended(void **state)
{
	start_call();
	come_up();
	fake.data_bytes = 1000;
	sessions_l2tp_ops.call_closed(fake.sessions, fake.user, L2TP_END_PEER);
	assert_int_equal(fake.stops, 1);
	assert_int_equal(sessions_count(fake.sessions), 1);
	pppd_exits(5);
	assert_int_equal(fake.closed_calls, 0);
	assert_string_equal(fake.down_cause, "closed by the client");
	assert_nothing_is_left();
}

static void killed_session_tells_the_reason(void **state)
{
	start_call();
	come_up();
	assert_int_equal(sessions_kill(fake.sessions, fake.start.call_id, "lunch"), 0);
	assert_int_equal(fake.stops, 1);
	assert_int_equal(fake.closed_calls, 0);
	pppd_exits(5);
	assert_int_equal(fake.closed_calls, 1);
	assert_int_equal(fake.closed_result, L2TP_CDN_ADMINISTRATIVE);
	assert_string_equal(fake.down_cause, "ended by the administrator: lunch");
	assert_nothing_is_left();
	assert_int_equal(sessions_kill(fake.sessions, fake.start.call_id, ""), -ENOENT);
}

static void pppd_that_dies_closes_the_call(void **state)
{
	const struct launcher_exited exited = { .call_id = 1, .signal = 9 };

	start_call();
	come_up();
	fake.launcher_ops->exited(fake.launcher_userdata, &exited);
	assert_int_equal(fake.closed_calls, 1);
	assert_int_equal(fake.closed_result, L2TP_CDN_LOST_CARRIER);
	assert_string_equal(fake.down_cause, "pppd was killed");
	assert_nothing_is_left();
}

static void refused_start_closes_the_call(void **state)
{
	prepare_call();
	assert_int_equal(sessions_l2tp_ops.call_established(fake.sessions, fake.user), 0);
	fake.launcher_ops->refused(fake.launcher_userdata, fake.start.call_id, ENOENT);
	assert_int_equal(fake.closed_calls, 1);
	assert_nothing_is_left();
}

static void missing_launcher_fails_the_call(void **state)
{
	fake.start_error = -ECONNREFUSED;
	prepare_call();
	assert_int_equal(sessions_l2tp_ops.call_established(fake.sessions, fake.user),
			 -ECONNREFUSED);
	sessions_l2tp_ops.call_closed(fake.sessions, fake.user, L2TP_END_NO_RESOURCES);
	assert_nothing_is_left();
}

static void launcher_that_goes_ends_its_sessions(void **state)
{
	start_call();
	come_up();
	fake.stop_error = -ENOTCONN;
	fake.launcher_ops->disconnected(fake.launcher_userdata);
	assert_int_equal(fake.closed_calls, 1);
	assert_string_equal(fake.down_cause, "saregate-launcher is gone");
	assert_nothing_is_left();
}

static void plugin_that_lies_ends_the_session(void **state)
{
	union plugin_message message = { .header.type = PLUGIN_MESSAGE_UP };

	start_call();
	log_in("User");
	snprintf(message.up.interface, sizeof(message.up.interface), "sg%u", fake.start.unit);
	message.up.peer_ipv4 = fake.verdict.peer_ipv4 + 1;
	fake.plugin_ops->message(fake.plugin_userdata, &message);
	assert_int_equal(sessions_up_count(fake.sessions), 0);
	assert_int_equal(fake.stops, 1);
	pppd_exits(0);
	assert_nothing_is_left();
}

static void up_without_log_in_ends_the_session(void **state)
{
	const union plugin_message message = { .up = { .header.type = PLUGIN_MESSAGE_UP,
						       .interface = "sg1" } };

	start_call();
	fake.plugin_ops->message(fake.plugin_userdata, &message);
	assert_int_equal(sessions_up_count(fake.sessions), 0);
	assert_int_equal(fake.stops, 1);
	pppd_exits(0);
	assert_nothing_is_left();
}

static void broken_channel_ends_the_session(void **state)
{
	start_call();
	come_up();
	fake.plugin_ops->closed(fake.plugin_userdata, -EPROTO);
	assert_int_equal(fake.stops, 1);
	pppd_exits(0);
	assert_nothing_is_left();
}

static void without_isolation_no_call_is_taken(void **state)
{
	sessions_set_refuse_all(fake.sessions, true);
	assert_int_equal(sessions_l2tp_ops.call_prepare(fake.sessions, FAKE_CALL,
							&fake_path_of_call, &fake.user),
			 -EPERM);
	assert_nothing_is_left();
}

static int find_name(void *userdata, const struct session_description *description)
{
	assert_string_equal(description->client_name, "\"phone\\x0a\"");
	assert_string_equal(description->data_path, "fake");
	assert_string_equal(description->data_path_why, "a fake reason");
	assert_int_equal(description->outer_port, 1701);
	return 7;
}

static void who_is_connected_keeps_his_address_when_the_pool_changes(void **state)
{
	start_call();
	come_up();
	change_pool(POOL_FIRST + 100, POOL_FIRST + 100);
	assert_int_equal(sessions_pool_available(fake.sessions), 1);
	assert_true(sessions_have_address(fake.sessions, POOL_FIRST));
	assert_int_equal(fake.inner_elements, 1);
	hang_up();
	/* What was never of this pool does not get into it. */
	assert_int_equal(sessions_pool_available(fake.sessions), 1);
	assert_int_equal(fake.inner_elements, 0);
}

static void an_address_in_use_is_leased_to_nobody_else_when_the_pool_has_it_again(void **state)
{
	start_call();
	come_up();
	change_pool(POOL_FIRST + 100, POOL_FIRST + 100);
	change_pool(POOL_FIRST, POOL_FIRST + POOL_SIZE - 1);
	assert_int_equal(sessions_pool_available(fake.sessions), POOL_SIZE - 1);
	hang_up();
	assert_nothing_is_left();
}

static void new_sessions_get_addresses_of_the_new_pool(void **state)
{
	change_pool(POOL_FIRST + 100, POOL_FIRST + 100);
	start_call();
	come_up();
	assert_int_equal(fake.verdict.peer_ipv4, POOL_FIRST + 100);
	assert_false(sessions_have_address(fake.sessions, POOL_FIRST));
}

static void hostile_host_name_is_shown_quoted(void **state)
{
	start_call();
	assert_int_equal(sessions_walk(fake.sessions, find_name, NULL), 7);
}

static void pppd_is_told_what_its_session_is(void **state)
{
	const struct l2tp_service_path terminal = { .path = &fake_terminal,
						    .session = FAKE_SESSION };

	start_call();
	assert_int_equal(fake.start.channel, LAUNCHER_CHANNEL_PPPOL2TP);
	sessions_l2tp_ops.call_closed(fake.sessions, fake.user, L2TP_END_PEER);
	pppd_exits(5);
	assert_int_equal(
		sessions_l2tp_ops.call_prepare(fake.sessions, FAKE_CALL, &terminal, &fake.user), 0);
	assert_int_equal(sessions_l2tp_ops.call_established(fake.sessions, fake.user), 0);
	assert_int_equal(fake.start.channel, LAUNCHER_CHANNEL_TTY);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		BEHAVIOUR(wrong_name_is_refused_and_leaves_nothing),
		BEHAVIOUR(wrong_password_is_refused_and_leaves_nothing),
		BEHAVIOUR(who_failed_too_often_is_answered_like_a_wrong_password),
		BEHAVIOUR(log_in_gives_address_before_ppp_is_up),
		BEHAVIOUR(logging_in_twice_takes_one_address),
		BEHAVIOUR(exhausted_pool_refuses),
		BEHAVIOUR(client_that_hangs_up_has_its_pppd_ended),
		BEHAVIOUR(killed_session_tells_the_reason),
		BEHAVIOUR(pppd_that_dies_closes_the_call),
		BEHAVIOUR(refused_start_closes_the_call),
		BEHAVIOUR(missing_launcher_fails_the_call),
		BEHAVIOUR(launcher_that_goes_ends_its_sessions),
		BEHAVIOUR(plugin_that_lies_ends_the_session),
		BEHAVIOUR(up_without_log_in_ends_the_session),
		BEHAVIOUR(broken_channel_ends_the_session),
		BEHAVIOUR(without_isolation_no_call_is_taken),
		BEHAVIOUR(who_is_connected_keeps_his_address_when_the_pool_changes),
		BEHAVIOUR(an_address_in_use_is_leased_to_nobody_else_when_the_pool_has_it_again),
		BEHAVIOUR(new_sessions_get_addresses_of_the_new_pool),
		BEHAVIOUR(pppd_is_told_what_its_session_is),
		BEHAVIOUR(hostile_host_name_is_shown_quoted),
	};

	return cmocka_run_group_tests_name("sessions", tests, NULL, NULL);
}
