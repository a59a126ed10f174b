/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which address and DNS servers a session gets: of pools, of the user's own, of the last time. */
#include "tests/gateway/sessions_stage.h"

#include <string.h>

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

int main(void)
{
	static const struct CMUnitTest tests[] = {
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
		BEHAVIOUR(fixed_address_is_given_and_kept_out_of_the_pool),
		BEHAVIOUR(address_that_is_no_longer_the_users_ends_the_session),
		BEHAVIOUR(who_leased_an_address_that_becomes_anothers_own_leaves),
		BEHAVIOUR(fixed_address_goes_from_a_replaced_session_to_the_new_one),
		BEHAVIOUR(dns_servers_are_the_users_then_the_groups_then_the_configurations),
	};

	return cmocka_run_group_tests_name("session_addresses", tests, NULL, NULL);
}
