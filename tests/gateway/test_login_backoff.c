/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who fails to log in waits longer each time; who is beside him does not. Time is
 * the test's own.
 */
#include "gateway/login_backoff.h"
#include "tests/unit.h"

#include <stdio.h>
#include <string.h>

#define SECOND UINT64_C(1000000)
#define NOW    (1000000 * SECOND)
#define OFFICE                                          \
	{                                               \
		{ AF_INET, { 203, 0, 113, 11 } }, 40000 \
	}
#define HOTEL                                           \
	{                                               \
		{ AF_INET, { 198, 51, 100, 7 } }, 40000 \
	}

static const struct login_backoff_settings settings = {
	.failures_per_client = 3,
	.failures_per_user = 6,
	.failures_per_address = 20,
	.delay_maximum_seconds = 60,
	.forgive_after_seconds = 600,
};

static const struct login_attempt alice = { 1, OFFICE, "192.168.1.101", "alice" };
static const struct login_attempt bob = { 2, OFFICE, "192.168.1.102", "bob" };
/* Another client in the office, who says alice's name. */
static const struct login_attempt guesser = { 3, OFFICE, "192.168.1.66", "alice" };

static struct login_backoff *backoff;

static int set_up(void **state)
{
	return login_backoff_new(4711, &backoff);
}

static int tear_down(void **state)
{
	login_backoff_free(backoff);
	return 0;
}

static enum login_party check(const struct login_attempt *attempt, uint64_t now)
{
	return login_backoff_check(backoff, &settings, attempt, now);
}

static void fail_times(const struct login_attempt *attempt, unsigned int times, uint64_t now)
{
	for (unsigned int i = 0; i < times; i++)
		login_backoff_failed(backoff, &settings, attempt, now);
}

/* The same, from a new SA each time: only what else is known of him can stop him. */
static void fail_anew(struct login_attempt attempt, unsigned int times, uint64_t now)
{
	for (unsigned int i = 0; i < times; i++) {
		attempt.reference += 1000;
		login_backoff_failed(backoff, &settings, &attempt, now);
	}
}

static struct login_attempt of_another_sa(struct login_attempt attempt)
{
	attempt.reference += 500;
	return attempt;
}

/* How long @attempt waits from @now on, in steps of a second. */
static unsigned int wait_of(const struct login_attempt *attempt, uint64_t now)
{
	unsigned int seconds = 0;

	while (check(attempt, now + seconds * SECOND) != LOGIN_PARTY_NONE)
		seconds++;
	return seconds;
}

/* ---- how long ------------------------------------------------------------------- */

static void nobody_waits_who_has_not_failed(void **state)
{
	assert_int_equal(check(&alice, NOW), LOGIN_PARTY_NONE);
}

static void some_failures_are_free(void **state)
{
	fail_times(&alice, 3, NOW);
	assert_int_equal(check(&alice, NOW), LOGIN_PARTY_NONE);
}

static void each_further_failure_doubles_the_wait_up_to_the_longest(void **state)
{
	static const unsigned int waits[] = { 2, 4, 8, 16, 32, 60, 60, 60 };
	uint64_t now = NOW;

	fail_times(&alice, 3, now);
	for (size_t i = 0; i < ELEMENTS(waits); i++) {
		fail_times(&alice, 1, now);
		assert_int_equal(wait_of(&alice, now), waits[i]);
		now += waits[i] * SECOND;
	}
}

static void what_is_refused_while_waiting_does_not_make_it_longer(void **state)
{
	fail_times(&alice, 4, NOW);
	assert_int_equal(check(&alice, NOW + SECOND), LOGIN_PARTY_CLIENT);
	assert_int_equal(check(&alice, NOW + SECOND), LOGIN_PARTY_CLIENT);
	assert_int_equal(check(&alice, NOW + 2 * SECOND), LOGIN_PARTY_NONE);
}

static void failures_are_forgiven_one_after_the_other(void **state)
{
	fail_times(&alice, 4, NOW);
	/* One is forgiven: the next is number four again, not number five. */
	fail_times(&alice, 1, NOW + 600 * SECOND);
	assert_int_equal(wait_of(&alice, NOW + 600 * SECOND), 2);
	/* All are. */
	fail_times(&alice, 3, NOW + 5000 * SECOND);
	assert_int_equal(check(&alice, NOW + 5000 * SECOND), LOGIN_PARTY_NONE);
}

static void a_thousand_failures_are_forgiven_as_soon_as_a_few(void **state)
{
	fail_times(&alice, 1000, NOW);
	fail_times(&alice, 1, NOW + (3 + 16) * 600 * SECOND);
	assert_int_equal(check(&alice, NOW + (3 + 16) * 600 * SECOND), LOGIN_PARTY_NONE);
}

static void a_longest_delay_of_zero_holds_nobody_back(void **state)
{
	struct login_backoff_settings off = settings;

	fail_times(&alice, 100, NOW);
	off.delay_maximum_seconds = 0;
	assert_int_equal(login_backoff_check(backoff, &off, &alice, NOW), LOGIN_PARTY_NONE);
}

/* ---- whom ------------------------------------------------------------------------- */

static void a_guesser_does_not_lock_out_his_neighbour(void **state)
{
	fail_times(&guesser, 19, NOW);
	assert_int_equal(check(&guesser, NOW), LOGIN_PARTY_CLIENT);
	assert_int_equal(check(&bob, NOW), LOGIN_PARTY_NONE);
}

static void a_new_sa_does_not_help_the_guesser_of_a_name(void **state)
{
	struct login_attempt again = of_another_sa(guesser);

	fail_anew(guesser, 4, NOW);
	assert_int_equal(check(&again, NOW), LOGIN_PARTY_USER_THERE);
}

static void the_owner_of_a_guessed_name_comes_in_from_elsewhere(void **state)
{
	const struct login_attempt away = { 9, HOTEL, "10.0.0.5", "alice" };

	fail_anew(guesser, 5, NOW);
	assert_int_equal(check(&away, NOW), LOGIN_PARTY_NONE);
}

static void the_owner_of_a_guessed_name_comes_in_from_a_known_device(void **state)
{
	struct login_attempt later = of_another_sa(alice);

	login_backoff_succeeded(backoff, &alice, NOW);
	fail_anew(guesser, 500, NOW);
	assert_int_equal(check(&later, NOW), LOGIN_PARTY_NONE);
}

static void a_device_is_known_for_a_month(void **state)
{
	struct login_attempt later = of_another_sa(alice);
	uint64_t end = NOW + LOGIN_DEVICE_KEPT_USEC;

	login_backoff_succeeded(backoff, &alice, NOW);
	fail_anew(guesser, 500, end - 1);
	assert_int_equal(check(&later, end - 1), LOGIN_PARTY_NONE);
	assert_int_equal(check(&later, end), LOGIN_PARTY_USER_THERE);
}

static void who_borrows_the_identity_of_a_device_waits_as_that_device(void **state)
{
	struct login_attempt borrowed = of_another_sa(alice);

	login_backoff_succeeded(backoff, &alice, NOW);
	fail_anew(alice, 4, NOW);
	assert_int_equal(check(&borrowed, NOW), LOGIN_PARTY_DEVICE);
}

static void guessing_one_name_from_many_addresses_is_slowed(void **state)
{
	struct login_attempt attempt = guesser;

	for (uint8_t i = 0; i < 7; i++) {
		attempt.reference++;
		attempt.outer.address.bytes[3] = i;
		assert_int_equal(check(&attempt, NOW), LOGIN_PARTY_NONE);
		fail_times(&attempt, 1, NOW);
	}
	attempt.reference++;
	attempt.outer.address.bytes[3] = 99;
	assert_int_equal(check(&attempt, NOW), LOGIN_PARTY_USER);
}

static void an_address_has_a_larger_allowance_and_then_spares_known_devices(void **state)
{
	struct login_attempt nobody = guesser, newcomer = { 9, OFFICE, "192.168.1.9", "carol" };

	nobody.user = "";
	login_backoff_succeeded(backoff, &bob, NOW);
	fail_anew(nobody, 20, NOW);
	assert_int_equal(check(&newcomer, NOW), LOGIN_PARTY_NONE);
	fail_anew(nobody, 1, NOW);
	assert_int_equal(check(&newcomer, NOW), LOGIN_PARTY_ADDRESS);
	assert_int_equal(check(&bob, NOW), LOGIN_PARTY_NONE);
}

static void without_ipsec_a_client_is_its_address_and_port(void **state)
{
	struct login_attempt one = { 0, OFFICE, "", "" }, other = one;

	other.outer.port++;
	fail_times(&one, 4, NOW);
	assert_int_equal(check(&one, NOW), LOGIN_PARTY_CLIENT);
	assert_int_equal(check(&other, NOW), LOGIN_PARTY_NONE);
}

/* ---- the tables -------------------------------------------------------------------- */

static void names_that_no_user_has_count_for_client_and_address_only(void **state)
{
	struct login_attempt nobody = guesser;

	nobody.user = "";
	fail_times(&nobody, 1, NOW);
	assert_int_equal(login_backoff_forgive(backoff, NULL, NULL, NOW), 2);
	fail_times(&guesser, 1, NOW);
	assert_int_equal(login_backoff_forgive(backoff, NULL, NULL, NOW), 4);
}

/* Each of the others has failed once; he has failed four times. */
static void a_full_table_does_not_give_up_who_failed_most(void **state)
{
	struct login_attempt other = { 100, OFFICE, "", "" };

	fail_times(&guesser, 4, NOW);
	for (unsigned int i = 0; i < 3 * LOGIN_CLIENTS_MAX; i++, other.reference++) {
		other.outer.address.bytes[1] = (uint8_t)(i >> 8);
		other.outer.address.bytes[2] = (uint8_t)i;
		fail_times(&other, 1, NOW);
	}
	assert_int_equal(check(&guesser, NOW), LOGIN_PARTY_CLIENT);
}

static int count_held(void *userdata, const struct login_held *held)
{
	unsigned int *count = userdata;

	(*count)++;
	return 0;
}

static unsigned int held_count(uint64_t now)
{
	unsigned int count = 0;

	assert_int_equal(login_backoff_walk(backoff, &settings, now, count_held, &count), 0);
	return count;
}

static void no_table_grows_beyond_its_cap(void **state)
{
	struct login_attempt attempt = { 1, OFFICE, "", "alice" };

	for (unsigned int i = 0; i < LOGIN_CLIENTS_MAX + 100; i++) {
		attempt.reference++;
		fail_times(&attempt, 4, NOW);
	}
	/* Clients; alice there, alice, the office. */
	assert_int_equal(held_count(NOW), LOGIN_CLIENTS_MAX + 3);
}

static void the_walk_shows_who_waits_and_for_how_long(void **state)
{
	fail_times(&alice, 4, NOW);
	assert_int_equal(held_count(NOW), 2);
	assert_int_equal(held_count(NOW + 2 * SECOND - 1), 2);
	assert_int_equal(held_count(NOW + 2 * SECOND), 0);
}

/* ---- forgiving ---------------------------------------------------------------------- */

static void a_user_is_forgiven_with_his_client_and_nobody_else_is(void **state)
{
	fail_times(&alice, 4, NOW);
	fail_times(&bob, 4, NOW);
	assert_int_equal(login_backoff_forgive(backoff, "alice", NULL, NOW), 3);
	assert_int_equal(check(&alice, NOW), LOGIN_PARTY_NONE);
	assert_int_equal(check(&bob, NOW), LOGIN_PARTY_CLIENT);
}

static void an_address_is_forgiven_with_all_who_came_from_it(void **state)
{
	const struct login_attempt away = { 9, HOTEL, "10.0.0.5", "carol" };

	fail_times(&alice, 4, NOW);
	fail_times(&bob, 4, NOW);
	fail_times(&away, 4, NOW);
	login_backoff_forgive(backoff, NULL, &alice.outer.address, NOW);
	assert_int_equal(check(&alice, NOW), LOGIN_PARTY_NONE);
	assert_int_equal(check(&bob, NOW), LOGIN_PARTY_NONE);
	assert_int_equal(check(&away, NOW), LOGIN_PARTY_CLIENT);
}

static void everybody_is_forgiven_at_once_and_only_once(void **state)
{
	fail_times(&alice, 4, NOW);
	fail_times(&bob, 4, NOW);
	/* Two clients, two users there, two users, one address. */
	assert_int_equal(login_backoff_forgive(backoff, NULL, NULL, NOW), 7);
	assert_int_equal(login_backoff_forgive(backoff, NULL, NULL, NOW), 0);
	assert_int_equal(held_count(NOW), 0);
}

#define BEHAVIOUR(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BEHAVIOUR(nobody_waits_who_has_not_failed),
		BEHAVIOUR(some_failures_are_free),
		BEHAVIOUR(each_further_failure_doubles_the_wait_up_to_the_longest),
		BEHAVIOUR(what_is_refused_while_waiting_does_not_make_it_longer),
		BEHAVIOUR(failures_are_forgiven_one_after_the_other),
		BEHAVIOUR(a_thousand_failures_are_forgiven_as_soon_as_a_few),
		BEHAVIOUR(a_longest_delay_of_zero_holds_nobody_back),
		BEHAVIOUR(a_guesser_does_not_lock_out_his_neighbour),
		BEHAVIOUR(a_new_sa_does_not_help_the_guesser_of_a_name),
		BEHAVIOUR(the_owner_of_a_guessed_name_comes_in_from_elsewhere),
		BEHAVIOUR(the_owner_of_a_guessed_name_comes_in_from_a_known_device),
		BEHAVIOUR(a_device_is_known_for_a_month),
		BEHAVIOUR(who_borrows_the_identity_of_a_device_waits_as_that_device),
		BEHAVIOUR(guessing_one_name_from_many_addresses_is_slowed),
		BEHAVIOUR(an_address_has_a_larger_allowance_and_then_spares_known_devices),
		BEHAVIOUR(without_ipsec_a_client_is_its_address_and_port),
		BEHAVIOUR(names_that_no_user_has_count_for_client_and_address_only),
		BEHAVIOUR(a_full_table_does_not_give_up_who_failed_most),
		BEHAVIOUR(no_table_grows_beyond_its_cap),
		BEHAVIOUR(the_walk_shows_who_waits_and_for_how_long),
		BEHAVIOUR(a_user_is_forgiven_with_his_client_and_nobody_else_is),
		BEHAVIOUR(an_address_is_forgiven_with_all_who_came_from_it),
		BEHAVIOUR(everybody_is_forgiven_at_once_and_only_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
