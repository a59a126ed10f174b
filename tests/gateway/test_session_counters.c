/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What sessions leave behind in the counters: causes, traffic, times. */
#include "tests/gateway/sessions_stage.h"

#include <string.h>

static uint64_t refusals(enum login_refusal refusal)
{
	return sessions_counters(fake.sessions)->refusals[refusal];
}

static uint64_t all_refusals(void)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < LOGIN_REFUSAL_COUNT_; i++)
		sum += sessions_counters(fake.sessions)->refusals[i];
	return sum;
}

/* pppd's own figures. */
static void pppd_counts(uint64_t received, uint64_t sent)
{
	const union plugin_message message = { .counters = {
						       .header.type = PLUGIN_MESSAGE_COUNTERS,
						       .received_bytes = received,
						       .sent_bytes = sent,
					       } };

	fake.plugin_ops->message(fake.plugin_userdata, &message);
}

static uint64_t times_counted(void)
{
	uint64_t sum = 0;

	for (size_t i = 0; i <= DURATION_HISTOGRAM_BOUNDS; i++)
		sum += sessions_counters(fake.sessions)->setup_times.counts[i];
	return sum;
}

static void each_cause_of_a_refusal_is_counted_as_such(void **state)
{
	start_call();
	log_in("Usher");
	assert_int_equal(refusals(LOGIN_REFUSAL_UNKNOWN_USER), 1);
	fake.stored.attributes.enabled = false;
	log_in("User");
	assert_int_equal(refusals(LOGIN_REFUSAL_DISABLED), 1);
	fake.stored.attributes = (struct user_attributes){ .enabled = true, .expires = 1 };
	log_in("User");
	assert_int_equal(refusals(LOGIN_REFUSAL_EXPIRED), 1);
	log_in("Usher");
	log_in("Usher");
	log_in("User");
	assert_int_equal(refusals(LOGIN_REFUSAL_HELD_BACK), 1);
	assert_int_equal(all_refusals(), sessions_counters(fake.sessions)->logins_refused);
}

static void a_wrong_password_is_no_unknown_user(void **state)
{
	union plugin_message message = { .header.type = PLUGIN_MESSAGE_AUTHENTICATE };

	start_call();
	message.authenticate.user_size = 4;
	memcpy(message.authenticate.user, "User", 4);
	fake.plugin_ops->message(fake.plugin_userdata, &message);
	assert_int_equal(refusals(LOGIN_REFUSAL_WRONG_PASSWORD), 1);
	assert_int_equal(all_refusals(), 1);
}

static void lack_of_room_is_counted_by_what_lacks(void **state)
{
	for (unsigned int i = 0; i < POOL_SIZE; i++) {
		start_call();
		log_in("User");
	}
	start_call();
	log_in("User");
	assert_int_equal(refusals(LOGIN_REFUSAL_POOL_EXHAUSTED), 1);
	configuration.sessions_maximum = 1;
	configuration.sessions_replace = false;
	start_call();
	log_in("User");
	assert_int_equal(refusals(LOGIN_REFUSAL_TOO_MANY_SESSIONS), 1);
	assert_int_equal(all_refusals(), 2);
}

static void traffic_is_that_of_the_living_and_of_those_that_ended(void **state)
{
	start_call();
	come_up();
	fake.data_bytes = 1000;
	assert_int_equal(sessions_traffic(fake.sessions)->received_bytes, 1000);
	fake.data_bytes = 1500;
	hang_up();
	assert_int_equal(sessions_traffic(fake.sessions)->received_bytes, 1500);
	fake.data_bytes = 70;
	start_call();
	come_up();
	assert_int_equal(sessions_traffic(fake.sessions)->received_bytes, 1570);
	assert_int_equal(sessions_traffic(fake.sessions)->received_bytes, 1570);
}

static void traffic_does_not_go_back_when_a_source_does(void **state)
{
	start_call();
	come_up();
	fake.data_bytes = 1000;
	sessions_traffic(fake.sessions);
	fake.data_bytes = 400;
	assert_int_equal(sessions_traffic(fake.sessions)->received_bytes, 1000);
	pppd_counts(1200, 3000);
	fake.data_bytes = 1100;
	assert_int_equal(sessions_traffic(fake.sessions)->received_bytes, 1100);
	assert_int_equal(sessions_traffic(fake.sessions)->sent_bytes, 0);
}

static void who_never_came_up_carried_nothing(void **state)
{
	start_call();
	fake.data_bytes = 1000;
	log_in("Usher");
	pppd_exits(11);
	assert_nothing_is_left();
	assert_int_equal(sessions_traffic(fake.sessions)->received_bytes, 0);
	assert_int_equal(times_counted(), 0);
}

static void the_time_to_come_up_is_counted_once_a_session(void **state)
{
	start_call();
	come_up();
	assert_int_equal(times_counted(), 1);
	hang_up();
	start_call();
	come_up();
	assert_int_equal(times_counted(), 2);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		BEHAVIOUR(each_cause_of_a_refusal_is_counted_as_such),
		BEHAVIOUR(a_wrong_password_is_no_unknown_user),
		BEHAVIOUR(lack_of_room_is_counted_by_what_lacks),
		BEHAVIOUR(traffic_is_that_of_the_living_and_of_those_that_ended),
		BEHAVIOUR(traffic_does_not_go_back_when_a_source_does),
		BEHAVIOUR(who_never_came_up_carried_nothing),
		BEHAVIOUR(the_time_to_come_up_is_counted_once_a_session),
	};

	return cmocka_run_group_tests_name("session counters", tests, NULL, NULL);
}
