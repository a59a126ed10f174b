/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a user and the user's group may, at a login and when it changes under a session. */
#include "tests/gateway/sessions_stage.h"

#include <errno.h>
#include <string.h>
#include <time.h>

static void deleted_user_loses_all_sessions(void **state)
{
	const struct user other = { .name = "Usher" };

	start_call();
	come_up();
	assert_int_equal(sessions_user_count(fake.sessions, "User"), 1);
	assert_int_equal(sessions_apply_user(fake.sessions, &other, NULL), 0);
	assert_int_equal(sessions_apply_user(fake.sessions, &fake.stored, NULL), 1);
	assert_int_equal(sessions_user_count(fake.sessions, "User"), 0);
	pppd_exits(5);
	assert_string_equal(fake.down_cause, "the user is deleted");
	assert_nothing_is_left();
}

static void disabled_user_loses_all_sessions_and_does_not_get_in(void **state)
{
	struct user_attributes attributes = fake.stored.attributes;

	start_call();
	come_up();
	attributes.enabled = false;
	assert_int_equal(change_user(&attributes), 1);
	pppd_exits(5);
	assert_string_equal(fake.down_cause, "the user is disabled");
	start_call();
	log_in("User");
	assert_int_equal(fake.verdict.accepted, 0);
	pppd_exits(11);
	assert_string_equal(fake.closed_message, "the user is disabled");
	assert_nothing_is_left();
}

/* Runs the loop until nothing is due. */
static void run_timers(void)
{
	while (sd_event_run(event, 0) > 0)
		continue;
}

static void user_who_expires_loses_the_session_and_does_not_get_in(void **state)
{
	struct user_attributes attributes = fake.stored.attributes;

	start_call();
	come_up();
	attributes.expires = (uint64_t)time(NULL) + 3600;
	assert_int_equal(change_user(&attributes), 0);
	run_timers();
	assert_int_equal(fake.stops, 0);
	attributes.expires = 1;
	assert_int_equal(change_user(&attributes), 0);
	run_timers();
	assert_int_equal(fake.stops, 1);
	pppd_exits(5);
	assert_string_equal(fake.down_cause, "the user has expired");
	start_call();
	log_in("User");
	assert_int_equal(fake.verdict.accepted, 0);
	pppd_exits(11);
	assert_string_equal(fake.closed_message, "the user has expired");
	assert_nothing_is_left();
}

static void session_timeout_is_of_the_group_where_the_user_says_none(void **state)
{
	struct user_attributes attributes = fake.stored.attributes;

	strcpy(fake.group.name, "staff");
	fake.group.attributes.session_timeout_seconds = 1;
	start_call();
	come_up();
	strcpy(attributes.group, "staff");
	attributes.session_timeout_seconds = 7200;
	assert_int_equal(change_user(&attributes), 0);
	run_timers();
	assert_int_equal(fake.stops, 0);
	attributes.session_timeout_seconds = 0;
	assert_int_equal(change_user(&attributes), 0);
	assert_true(sd_event_run(event, UINT64_MAX) > 0);
	assert_int_equal(fake.stops, 1);
	pppd_exits(5);
	assert_string_equal(fake.down_cause, "the session's time is over");
	assert_nothing_is_left();
}

static void send_idle(uint32_t seconds)
{
	const union plugin_message message = { .counters = { .header.type = PLUGIN_MESSAGE_COUNTERS,
							     .idle_seconds = seconds } };

	fake.plugin_ops->message(fake.plugin_userdata, &message);
}

static void group_that_changes_changes_its_members(void **state)
{
	strcpy(fake.group.name, "staff");
	strcpy(fake.stored.attributes.group, "staff");
	start_call();
	come_up();
	fake.group.attributes.idle_timeout_seconds = 600;
	assert_int_equal(sessions_apply_group(fake.sessions, "others"), 0);
	send_idle(600);
	assert_int_equal(fake.stops, 0);
	assert_int_equal(sessions_apply_group(fake.sessions, "staff"), 0);
	send_idle(600);
	assert_int_equal(fake.stops, 1);
}

static void idle_session_ends_at_the_limit_of_now(void **state)
{
	struct user_attributes attributes = fake.stored.attributes;

	start_call();
	come_up();
	send_idle(100000);
	assert_int_equal(fake.stops, 0);
	attributes.idle_timeout_seconds = 600;
	assert_int_equal(change_user(&attributes), 0);
	send_idle(599);
	assert_int_equal(fake.stops, 0);
	send_idle(600);
	assert_int_equal(fake.stops, 1);
	pppd_exits(5);
	assert_string_equal(fake.down_cause, "idle");
	assert_nothing_is_left();
}

static void newer_login_replaces_the_oldest(void **state)
{
	uint32_t first;

	fake.stored.attributes.sessions_maximum = 1;
	start_call();
	come_up();
	first = call_again();
	assert_int_equal(fake.verdict.accepted, 1);
	assert_int_equal(fake.stops, 1);
	pppd_of_exits(first);
	assert_string_equal(fake.down_cause, "replaced by a newer login of the user");
	assert_int_equal(sessions_user_count(fake.sessions, "User"), 1);
}

static void newer_login_is_refused_where_the_configuration_says_so(void **state)
{
	configuration.sessions_replace = false;
	configuration.sessions_maximum = 1;
	start_call();
	come_up();
	call_again();
	assert_int_equal(fake.verdict.accepted, 0);
	assert_int_equal(fake.stops, 0);
	pppd_exits(11);
	assert_string_equal(fake.closed_message, "the user has as many sessions as allowed");
	assert_int_equal(sessions_user_count(fake.sessions, "User"), 1);
}

static void fewer_sessions_end_the_oldest(void **state)
{
	struct user_attributes attributes = fake.stored.attributes;
	uint32_t first;

	start_call();
	come_up();
	first = call_again();
	assert_int_equal(sessions_user_count(fake.sessions, "User"), 2);
	attributes.sessions_maximum = 1;
	assert_int_equal(change_user(&attributes), 1);
	pppd_of_exits(first);
	assert_string_equal(fake.down_cause, "the user may have fewer sessions");
	assert_int_equal(sessions_user_count(fake.sessions, "User"), 1);
}

static void make_staff(void)
{
	strcpy(fake.group.name, "staff");
	fake.group.id = 7;
	fake.group.attributes.networks =
		(struct address_networks){ true, 1, { { 0x0a000000, 8 } } };
	strcpy(fake.stored.attributes.group, "staff");
}

static void group_is_in_the_firewall_while_a_member_is_there_and_changes_at_once(void **state)
{
	make_staff();
	start_call();
	come_up();
	assert_int_equal(fake.group_joined, 7);
	assert_int_equal(fake.group_networks.count, 1);
	assert_false(fake.group_reachable);
	fake.group.attributes.client_to_client = true;
	fake.group.attributes.networks.count = 0;
	assert_int_equal(sessions_apply_group(fake.sessions, "staff"), 0);
	assert_int_equal(fake.group_networks.count, 0);
	assert_true(fake.group_networks.is_limited);
	assert_true(fake.group_reachable);
	hang_up();
	assert_int_equal(fake.group_joined, 0);
}

static void group_that_limits_nothing_is_none_of_the_firewalls(void **state)
{
	make_staff();
	start_call();
	come_up();
	fake.group.attributes.networks = (struct address_networks){ 0 };
	assert_int_equal(sessions_apply_group(fake.sessions, "staff"), 0);
	assert_int_equal(fake.group_joined, 0);
}

static void groups_are_put_back_when_somebody_emptied_the_sets(void **state)
{
	make_staff();
	start_call();
	come_up();
	group_firewall_forget((struct group_firewall *)&fake);
	sessions_readmit(fake.sessions);
	assert_int_equal(fake.group_joined, 7);
	assert_int_equal(fake.group_networks.count, 1);
}

static void who_cannot_be_limited_does_not_get_in(void **state)
{
	make_staff();
	fake.group_error = -ENOENT;
	start_call();
	log_in("User");
	assert_int_equal(fake.verdict.accepted, 0);
	pppd_exits(11);
	assert_nothing_is_left();
}

/* The response of RFC 2759 is made with the name behind the domain. */
static void domain_is_stripped_or_kept_by_the_configuration(void **state)
{
	configuration.strip_domain = true;
	start_call();
	log_in("OFFICE\\User");
	assert_int_equal(fake.verdict.accepted, 1);
	assert_int_equal(sessions_user_count(fake.sessions, "User"), 1);
	pppd_exits(5);
	configuration.strip_domain = false;
	start_call();
	log_in("OFFICE\\User");
	assert_int_equal(fake.verdict.accepted, 0);
	pppd_exits(11);
	assert_string_equal(fake.closed_message, "unknown user");
}

/* A realm is part of the response, which is wrong then, but of a user that is known. */
static void realm_is_kept_or_stripped_by_the_configuration(void **state)
{
	start_call();
	log_in("User@example.org");
	pppd_exits(11);
	assert_string_equal(fake.closed_message, "unknown user");
	configuration.strip_realm = true;
	start_call();
	log_in("User@example.org");
	configuration.strip_realm = false;
	assert_int_equal(fake.verdict.accepted, 0);
	pppd_exits(11);
	assert_string_equal(fake.closed_message, "wrong password");
}

static void user_of_a_group_that_is_not_there_is_refused(void **state)
{
	strcpy(fake.stored.attributes.group, "gone");
	start_call();
	log_in("User");
	assert_int_equal(fake.verdict.accepted, 0);
}

/* A wrong password for "User". */
static void log_in_wrongly(void)
{
	union plugin_message message = { .header.type = PLUGIN_MESSAGE_AUTHENTICATE };

	message.authenticate.user_size = 4;
	memcpy(message.authenticate.user, "User", 4);
	fake.plugin_ops->message(fake.plugin_userdata, &message);
	assert_int_equal(fake.verdict.accepted, 0);
}

static void only_who_knows_the_password_hears_that_the_user_is_disabled(void **state)
{
	start_call();
	fake.stored.attributes.enabled = false;
	log_in("User");
	assert_int_equal(fake.verdict.accepted, 0);
	assert_int_equal(fake.verdict.failure, PLUGIN_FAILURE_DISABLED);
	log_in_wrongly();
	assert_int_equal(fake.verdict.failure, PLUGIN_FAILURE_AUTHENTICATION);
	log_in("Usher");
	assert_int_equal(fake.verdict.failure, PLUGIN_FAILURE_AUTHENTICATION);
}

static void who_has_expired_is_told_that_he_is_disabled(void **state)
{
	start_call();
	fake.stored.attributes.expires = 1;
	log_in("User");
	assert_int_equal(fake.verdict.failure, PLUGIN_FAILURE_DISABLED);
	log_in_wrongly();
	assert_int_equal(fake.verdict.failure, PLUGIN_FAILURE_AUTHENTICATION);
}

/* Else the right password could be found while one is held back. */
static void who_is_held_back_does_not_hear_that_the_user_is_disabled(void **state)
{
	start_call();
	fake.stored.attributes.enabled = false;
	for (int i = 0; i < 3; i++)
		log_in_wrongly();
	log_in("User");
	assert_int_equal(sessions_counters(fake.sessions)->logins_held_back, 1);
	assert_int_equal(fake.verdict.failure, PLUGIN_FAILURE_AUTHENTICATION);
}

/* The password is right, but no code says this. */
static void who_finds_no_room_gets_the_common_failure(void **state)
{
	for (unsigned int i = 0; i <= POOL_SIZE; i++) {
		start_call();
		log_in("User");
	}
	assert_int_equal(fake.verdict.accepted, 0);
	assert_int_equal(fake.verdict.failure, PLUGIN_FAILURE_AUTHENTICATION);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		BEHAVIOUR(only_who_knows_the_password_hears_that_the_user_is_disabled),
		BEHAVIOUR(who_has_expired_is_told_that_he_is_disabled),
		BEHAVIOUR(who_is_held_back_does_not_hear_that_the_user_is_disabled),
		BEHAVIOUR(who_finds_no_room_gets_the_common_failure),
		BEHAVIOUR(deleted_user_loses_all_sessions),
		BEHAVIOUR(disabled_user_loses_all_sessions_and_does_not_get_in),
		BEHAVIOUR(user_who_expires_loses_the_session_and_does_not_get_in),
		BEHAVIOUR(session_timeout_is_of_the_group_where_the_user_says_none),
		BEHAVIOUR(group_that_changes_changes_its_members),
		BEHAVIOUR(idle_session_ends_at_the_limit_of_now),
		BEHAVIOUR(newer_login_replaces_the_oldest),
		BEHAVIOUR(newer_login_is_refused_where_the_configuration_says_so),
		BEHAVIOUR(fewer_sessions_end_the_oldest),
		BEHAVIOUR(group_is_in_the_firewall_while_a_member_is_there_and_changes_at_once),
		BEHAVIOUR(group_that_limits_nothing_is_none_of_the_firewalls),
		BEHAVIOUR(groups_are_put_back_when_somebody_emptied_the_sets),
		BEHAVIOUR(who_cannot_be_limited_does_not_get_in),
		BEHAVIOUR(domain_is_stripped_or_kept_by_the_configuration),
		BEHAVIOUR(realm_is_kept_or_stripped_by_the_configuration),
		BEHAVIOUR(user_of_a_group_that_is_not_there_is_refused),
	};

	return cmocka_run_group_tests_name("session_users", tests, NULL, NULL);
}
