/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a user and the user's group may, at a login and when it changes under a session. */
#include "tests/gateway/sessions_stage.h"

#include <errno.h>
#include <string.h>
#include <time.h>

/* The user as saregated has stored it now. Returns how many sessions ended by it. */
static size_t change_user(const struct user_attributes *attributes)
{
	const struct user before = fake.stored;

	fake.stored.attributes = *attributes;
	return sessions_apply_user(fake.sessions, &before, &fake.stored);
}

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

static size_t available(const char *pool)
{
	return address_pool_available(address_pools_find(sessions_pools(fake.sessions), pool));
}

static void address_is_of_the_users_pool_else_of_the_groups_else_of_the_default(void **state)
{
	start_call();
	log_in("User");
	assert_int_equal(fake.verdict.peer_ipv4, POOL_FIRST);
	hang_up();
	strcpy(fake.group.name, "visitors");
	strcpy(fake.group.attributes.pool, "guests");
	strcpy(fake.stored.attributes.group, "visitors");
	start_call();
	log_in("User");
	assert_int_equal(fake.verdict.peer_ipv4, GUESTS);
	assert_int_equal(available("guests"), 0);
	assert_int_equal(available(""), POOL_SIZE);
	hang_up();
	assert_int_equal(available("guests"), 1);
	strcpy(fake.stored.attributes.pool, "default");
	start_call();
	log_in("User");
	assert_int_equal(fake.verdict.peer_ipv4, POOL_FIRST + 1);
	hang_up();
	assert_nothing_is_left();
}

static void pool_that_there_is_not_refuses_and_says_which(void **state)
{
	strcpy(fake.stored.attributes.pool, "gests");
	start_call();
	log_in("User");
	assert_int_equal(fake.verdict.accepted, 0);
	pppd_exits(11);
	assert_string_equal(fake.closed_message,
			    "the user's address pool does not exist: there is no [pool gests]");
	assert_nothing_is_left();
}

static void address_of_the_users_own_needs_no_pool(void **state)
{
	strcpy(fake.stored.attributes.pool, "gests");
	fake.stored.attributes.ipv4 = inet_address_from_ipv4(0x0a010203);
	start_call();
	come_up();
	assert_int_equal(fake.verdict.peer_ipv4, 0x0a010203);
	hang_up();
}

static void exhausted_pool_refuses_and_says_which(void **state)
{
	strcpy(fake.stored.attributes.pool, "guests");
	start_call();
	log_in("User");
	assert_int_equal(fake.verdict.accepted, 1);
	start_call();
	log_in("User");
	assert_int_equal(fake.verdict.accepted, 0);
	assert_int_equal(available(""), POOL_SIZE);
	pppd_exits(11);
	assert_string_equal(fake.closed_message,
			    "the address pool is exhausted: enlarge range of [pool guests]");
}

static void address_of_the_users_own_is_kept_out_of_the_pool_that_has_it(void **state)
{
	struct user_attributes attributes = fake.stored.attributes;

	attributes.ipv4 = inet_address_from_ipv4(GUESTS);
	assert_int_equal(change_user(&attributes), 0);
	assert_int_equal(available("guests"), 0);
	change_pools();
	assert_int_equal(available("guests"), 0);
	attributes.ipv4 = (struct inet_address){ 0 };
	assert_int_equal(change_user(&attributes), 0);
	assert_int_equal(available("guests"), 1);
}

static void pool_that_goes_ends_nobody_and_comes_back_whole(void **state)
{
	strcpy(fake.stored.attributes.pool, "guests");
	start_call();
	come_up();
	configuration.pool_count = 0;
	change_pools();
	assert_int_equal(sessions_up_count(fake.sessions), 1);
	assert_null(address_pools_find(sessions_pools(fake.sessions), "guests"));
	configuration.pool_count = 1;
	change_pools();
	assert_int_equal(available("guests"), 0);
	hang_up();
	assert_int_equal(available("guests"), 1);
}

/* What was of the default pool is now of the other one, and goes back to that. */
static void address_that_another_pool_has_now_is_nobody_elses_until_it_is_free(void **state)
{
	start_call();
	come_up();
	change_pool(POOL_FIRST + 8, POOL_FIRST + 8);
	configuration.pools[0].first_ipv4 = configuration.pools[0].last_ipv4 = POOL_FIRST;
	change_pools();
	assert_int_equal(available("guests"), 0);
	assert_int_equal(available(""), 1);
	hang_up();
	assert_int_equal(available("guests"), 1);
	assert_int_equal(available(""), 1);
}

/* The user's next address; the session ends at once. */
static uint32_t address_of_next_login(void)
{
	start_call();
	log_in("User");
	assert_int_equal(fake.verdict.accepted, 1);
	hang_up();
	return fake.verdict.peer_ipv4;
}

static void user_who_returns_has_the_same_address(void **state)
{
	assert_int_equal(address_of_next_login(), POOL_FIRST);
	assert_int_equal(address_of_next_login(), POOL_FIRST);
	strcpy(fake.stored.attributes.pool, "guests");
	assert_int_equal(address_of_next_login(), GUESTS);
	strcpy(fake.stored.attributes.pool, "");
	assert_int_equal(address_of_next_login(), POOL_FIRST + 1);
	assert_int_equal(address_of_next_login(), POOL_FIRST + 1);
}

static void user_whose_last_address_is_taken_has_another(void **state)
{
	start_call();
	log_in("User");
	assert_int_equal(fake.verdict.peer_ipv4, POOL_FIRST);
	start_call();
	log_in("User");
	assert_int_equal(fake.verdict.peer_ipv4, POOL_FIRST + 1);
}

static void user_who_returns_after_a_restart_has_the_same_address(void **state)
{
	static const struct address_memory_row rows[] = {
		{ "User", POOL_FIRST + 1 },
		{ "User", POOL_FIRST },
	};

	sessions_remember(fake.sessions, rows, ELEMENTS(rows));
	assert_int_equal(address_of_next_login(), POOL_FIRST + 1);
}

static void what_a_login_says_of_an_address_is_newer_than_the_history(void **state)
{
	static const struct address_memory_row row = { "User", POOL_FIRST + 1 };

	assert_int_equal(address_of_next_login(), POOL_FIRST);
	sessions_remember(fake.sessions, &row, 1);
	assert_int_equal(address_of_next_login(), POOL_FIRST);
}

static void addresses_that_the_history_has_are_given_to_strangers_last(void **state)
{
	static const struct address_memory_row rows[] = {
		{ "alice", POOL_FIRST },
		{ "bob", 0x01020304 },
		{ "carol", GUESTS },
	};

	sessions_remember(fake.sessions, rows, ELEMENTS(rows));
	assert_int_equal(address_of_next_login(), POOL_FIRST + 1);
	assert_nothing_is_left();
}

static void stranger_gets_what_the_history_has_as_used_longest_ago(void **state)
{
	static const struct address_memory_row rows[] = {
		{ "alice", POOL_FIRST },
		{ "bob", POOL_FIRST + 1 },
	};

	sessions_remember(fake.sessions, rows, ELEMENTS(rows));
	assert_int_equal(address_of_next_login(), POOL_FIRST + 1);
}

static void addresses_of_the_history_that_are_leased_stay_so(void **state)
{
	static const struct address_memory_row row = { "alice", POOL_FIRST };

	start_call();
	come_up();
	sessions_remember(fake.sessions, &row, 1);
	assert_int_equal(available(""), POOL_SIZE - 1);
	hang_up();
	assert_nothing_is_left();
}

static void dns_server_of_the_users_own_is_open_to_the_session_while_it_lasts(void **state)
{
	configuration.dns_ipv4[0] = 0x01010101;
	start_call();
	come_up();
	assert_int_equal(fake.verdict.dns_ipv4[0], 0x01010101);
	assert_int_equal(fake.dns_elements, 0);
	hang_up();
	strcpy(fake.group.name, "staff");
	strcpy(fake.stored.attributes.group, "staff");
	fake.group.attributes.dns_ipv4[0] = 0x01010101;
	fake.group.attributes.dns_ipv4[1] = 0x02020202;
	start_call();
	come_up();
	assert_int_equal(fake.dns_elements, 1);
	assert_int_equal(fake.dns_ipv4, 0x02020202);
	hang_up();
	assert_nothing_is_left();
	fake.stored.attributes.dns_ipv4[0] = 0x03030303;
	start_call();
	come_up();
	/* logging in again opens nothing twice */
	log_in("User");
	assert_int_equal(fake.dns_elements, 1);
	assert_int_equal(fake.dns_ipv4, 0x03030303);
	fake.dns_elements = 0;
	sessions_readmit(fake.sessions);
	assert_int_equal(fake.dns_elements, 1);
	configuration.dns_ipv4[0] = 0;
	fake.inner_elements = 1;
	hang_up();
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

/* A second call of the same user beside the first; returns the first's number. */
static uint32_t call_again(void)
{
	uint32_t first = fake.start.call_id;

	start_call();
	log_in("User");
	return first;
}

static void pppd_of_exits(uint32_t call_id)
{
	const struct launcher_exited exited = { .call_id = call_id, .exit_code = 5 };

	fake.launcher_ops->exited(fake.launcher_userdata, &exited);
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

static void fix_address(struct user_attributes *attributes, uint32_t ipv4)
{
	attributes->ipv4 = ipv4 ? inet_address_from_ipv4(ipv4) : (struct inet_address){ 0 };
}

static void fixed_address_is_given_and_kept_out_of_the_pool(void **state)
{
	struct user_attributes attributes = fake.stored.attributes;

	fix_address(&attributes, POOL_FIRST + 1);
	assert_int_equal(change_user(&attributes), 0);
	assert_int_equal(sessions_pool_available(fake.sessions), POOL_SIZE - 1);
	start_call();
	come_up();
	assert_int_equal(fake.verdict.peer_ipv4, POOL_FIRST + 1);
	assert_int_equal(fake.inner_elements, 1);
	hang_up();
	assert_int_equal(sessions_pool_available(fake.sessions), POOL_SIZE - 1);
	change_pool(POOL_FIRST, POOL_FIRST + 1);
	assert_int_equal(sessions_pool_available(fake.sessions), POOL_SIZE - 1);
	fix_address(&attributes, 0);
	assert_int_equal(change_user(&attributes), 0);
	assert_nothing_is_left();
}

static void address_that_is_no_longer_the_users_ends_the_session(void **state)
{
	struct user_attributes attributes = fake.stored.attributes;

	fix_address(&attributes, POOL_FIRST + 1);
	change_user(&attributes);
	start_call();
	come_up();
	fix_address(&attributes, 0);
	assert_int_equal(change_user(&attributes), 1);
	/* not before its pppd has ended */
	assert_int_equal(sessions_pool_available(fake.sessions), POOL_SIZE - 1);
	pppd_exits(5);
	assert_string_equal(fake.down_cause, "the user's address has changed");
	assert_nothing_is_left();
}

static void who_leased_an_address_that_becomes_anothers_own_leaves(void **state)
{
	const struct user before = { .name = "Usher" };
	struct user other = before;

	start_call();
	come_up();
	fix_address(&other.attributes, fake.verdict.peer_ipv4);
	assert_int_equal(sessions_apply_user(fake.sessions, &before, &other), 0);
	assert_int_equal(fake.stops, 1);
	pppd_exits(5);
	assert_string_equal(fake.down_cause, "the address is another user's own now");
	assert_int_equal(sessions_pool_available(fake.sessions), POOL_SIZE - 1);
	assert_int_equal(fake.inner_elements, 0);
}

static void fixed_address_goes_from_a_replaced_session_to_the_new_one(void **state)
{
	struct user_attributes attributes = fake.stored.attributes;
	uint32_t first;

	fix_address(&attributes, 0x0a630001);
	change_user(&attributes);
	start_call();
	come_up();
	first = call_again();
	assert_int_equal(fake.verdict.accepted, 1);
	assert_int_equal(fake.verdict.peer_ipv4, 0x0a630001);
	assert_int_equal(fake.inner_elements, 1);
	pppd_of_exits(first);
	assert_int_equal(fake.inner_elements, 1);
	assert_true(sessions_have_address(fake.sessions, 0x0a630001));
	hang_up();
	assert_nothing_is_left();
}

static void dns_servers_are_the_users_then_the_groups_then_the_configurations(void **state)
{
	configuration.dns_ipv4[0] = 1;
	strcpy(fake.group.name, "staff");
	fake.group.attributes.dns_ipv4[0] = 2;
	start_call();
	log_in("User");
	assert_int_equal(fake.verdict.dns_ipv4[0], 1);
	pppd_exits(5);
	strcpy(fake.stored.attributes.group, "staff");
	start_call();
	log_in("User");
	assert_int_equal(fake.verdict.dns_ipv4[0], 2);
	pppd_exits(5);
	fake.stored.attributes.dns_ipv4[0] = 3;
	start_call();
	log_in("User");
	assert_int_equal(fake.verdict.dns_ipv4[0], 3);
	configuration.dns_ipv4[0] = 0;
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
		BEHAVIOUR(address_is_of_the_users_pool_else_of_the_groups_else_of_the_default),
		BEHAVIOUR(pool_that_there_is_not_refuses_and_says_which),
		BEHAVIOUR(address_of_the_users_own_needs_no_pool),
		BEHAVIOUR(exhausted_pool_refuses_and_says_which),
		BEHAVIOUR(address_of_the_users_own_is_kept_out_of_the_pool_that_has_it),
		BEHAVIOUR(pool_that_goes_ends_nobody_and_comes_back_whole),
		BEHAVIOUR(address_that_another_pool_has_now_is_nobody_elses_until_it_is_free),
		BEHAVIOUR(user_who_returns_has_the_same_address),
		BEHAVIOUR(user_whose_last_address_is_taken_has_another),
		BEHAVIOUR(user_who_returns_after_a_restart_has_the_same_address),
		BEHAVIOUR(what_a_login_says_of_an_address_is_newer_than_the_history),
		BEHAVIOUR(addresses_that_the_history_has_are_given_to_strangers_last),
		BEHAVIOUR(stranger_gets_what_the_history_has_as_used_longest_ago),
		BEHAVIOUR(addresses_of_the_history_that_are_leased_stay_so),
		BEHAVIOUR(dns_server_of_the_users_own_is_open_to_the_session_while_it_lasts),
		BEHAVIOUR(group_that_changes_changes_its_members),
		BEHAVIOUR(idle_session_ends_at_the_limit_of_now),
		BEHAVIOUR(newer_login_replaces_the_oldest),
		BEHAVIOUR(newer_login_is_refused_where_the_configuration_says_so),
		BEHAVIOUR(fewer_sessions_end_the_oldest),
		BEHAVIOUR(fixed_address_is_given_and_kept_out_of_the_pool),
		BEHAVIOUR(address_that_is_no_longer_the_users_ends_the_session),
		BEHAVIOUR(who_leased_an_address_that_becomes_anothers_own_leaves),
		BEHAVIOUR(fixed_address_goes_from_a_replaced_session_to_the_new_one),
		BEHAVIOUR(dns_servers_are_the_users_then_the_groups_then_the_configurations),
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
