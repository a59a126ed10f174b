/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Generations begin, survive rekeys, end, and never come back. */
#include "ipsec-glue/sa_table.h"
#include "tests/ipsec-glue/sa_table_fixture.h"

static void reqid_zero_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct sa_description description = inbound(1, 0, 4500);

	assert_int_equal(sa_table_add(fixture->table, &description), -EINVAL);
	assert_int_equal(sa_table_size(fixture->table), 0);
	assert_int_equal(sa_table_resolve(fixture->table, 0), SA_REFERENCE_NONE);
}

static void unknown_sas_and_references_are_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct inet_address peer = inet_address_from_ipv4(NAT);

	drop(fixture, inbound(1, 1, 1));
	assert_int_equal(sa_table_resolve(fixture->table, 0x4001), SA_REFERENCE_NONE);
	assert_int_equal(sa_table_find_spi(fixture->table, 1), SA_REFERENCE_NONE);
	assert_false(sa_table_is_alive(fixture->table, SA_REFERENCE_NONE));
	assert_int_equal(sa_table_outer_port(fixture->table, SA_REFERENCE_NONE, &peer), 0);
	assert_int_equal(sa_table_identify(fixture->table, SA_REFERENCE_NONE, "a", "b"), -ENOENT);
	assert_string_equal(sa_table_identity(fixture->table, 77), "");
	assert_int_equal(fixture->ended_count, 0);
}

static void both_directions_make_one_reference(void **state)
{
	struct fixture *fixture = *state;
	uint64_t reference;

	add(fixture, inbound(0x100, 0x4001, 40001));
	add(fixture, outbound(0x200, 0x4001, 40001));
	reference = sa_table_resolve(fixture->table, 0x4001);
	assert_int_not_equal(reference, SA_REFERENCE_NONE);
	assert_int_equal(sa_reference_reqid(reference), 0x4001);
	assert_int_not_equal(sa_reference_generation(reference), 0);
	assert_true(sa_table_is_alive(fixture->table, reference));
	assert_int_equal(sa_table_find_spi(fixture->table, 0x100), reference);
	assert_int_equal(sa_table_find_spi(fixture->table, 0x200), reference);
	assert_int_equal(sa_table_size(fixture->table), 2);
	assert_int_equal(sa_table_reference_count(fixture->table), 1);
}

static void two_clients_with_one_address_are_two_references(void **state)
{
	struct fixture *fixture = *state;
	struct inet_address peer = inet_address_from_ipv4(NAT);
	uint64_t a, b;

	add(fixture, inbound(0x100, 0x4001, 40001));
	add(fixture, inbound(0x101, 0x4005, 40002));
	a = sa_table_resolve(fixture->table, 0x4001);
	b = sa_table_resolve(fixture->table, 0x4005);
	assert_int_not_equal(a, b);
	assert_int_equal(sa_table_outer_port(fixture->table, a, &peer), 40001);
	assert_int_equal(sa_table_outer_port(fixture->table, b, &peer), 40002);
}

static void a_rekey_keeps_the_generation(void **state)
{
	struct fixture *fixture = *state;
	uint64_t reference;

	add(fixture, inbound(0x100, 0x4001, 40001));
	add(fixture, outbound(0x200, 0x4001, 40001));
	reference = sa_table_resolve(fixture->table, 0x4001);
	add(fixture, inbound(0x101, 0x4001, 40001));
	add(fixture, outbound(0x201, 0x4001, 40001));
	drop(fixture, inbound(0x100, 0x4001, 40001));
	drop(fixture, outbound(0x200, 0x4001, 40001));
	assert_int_equal(sa_table_resolve(fixture->table, 0x4001), reference);
	assert_int_equal(fixture->ended_count, 0);
}

static void the_last_sa_ends_the_generation_for_ever(void **state)
{
	struct fixture *fixture = *state;
	uint64_t first, second;

	add(fixture, inbound(0x100, 0x4001, 40001));
	first = sa_table_resolve(fixture->table, 0x4001);
	drop(fixture, inbound(0x100, 0x4001, 40001));
	assert_int_equal(fixture->ended_count, 1);
	assert_int_equal(fixture->ended[0], first);
	assert_int_equal(sa_table_resolve(fixture->table, 0x4001), SA_REFERENCE_NONE);
	assert_int_equal(sa_table_size(fixture->table), 0);

	add(fixture, inbound(0x100, 0x4001, 40001));
	second = sa_table_resolve(fixture->table, 0x4001);
	assert_int_not_equal(first, second);
	assert_false(sa_table_is_alive(fixture->table, first));
	assert_true(sa_table_is_alive(fixture->table, second));
}

static void only_the_sa_with_this_destination_is_removed(void **state)
{
	struct fixture *fixture = *state;

	add(fixture, inbound(0x100, 0x4001, 40001));
	drop(fixture, outbound(0x100, 0x4001, 40001));
	assert_int_equal(sa_table_size(fixture->table), 1);
	assert_int_equal(fixture->ended_count, 0);
}

static void a_repeated_sa_is_updated_not_added(void **state)
{
	struct fixture *fixture = *state;
	struct inet_address peer = inet_address_from_ipv4(NAT);
	uint64_t reference;

	add(fixture, inbound(0x100, 0x4001, 40001));
	reference = sa_table_resolve(fixture->table, 0x4001);
	add(fixture, inbound(0x100, 0x4001, 50001));
	assert_int_equal(sa_table_size(fixture->table), 1);
	assert_int_equal(sa_table_resolve(fixture->table, 0x4001), reference);
	assert_int_equal(sa_table_outer_port(fixture->table, reference, &peer), 50001);
}

static void an_sa_that_changes_its_reqid_leaves_the_old_reference(void **state)
{
	struct fixture *fixture = *state;
	uint64_t first;

	add(fixture, inbound(0x100, 0x4001, 40001));
	first = sa_table_resolve(fixture->table, 0x4001);
	add(fixture, inbound(0x100, 0x4005, 40001));
	assert_int_equal(fixture->ended_count, 1);
	assert_int_equal(fixture->ended[0], first);
	assert_int_equal(sa_table_size(fixture->table), 1);
	assert_int_equal(sa_table_find_spi(fixture->table, 0x100),
			 sa_table_resolve(fixture->table, 0x4005));
}

static void an_spi_that_two_clients_share_names_neither(void **state)
{
	struct fixture *fixture = *state;

	add(fixture, inbound(0x100, 0x4001, 40001));
	add(fixture, outbound(0x100, 0x4005, 40002));
	assert_int_equal(sa_table_find_spi(fixture->table, 0x100), SA_REFERENCE_NONE);
	drop(fixture, outbound(0x100, 0x4005, 40002));
	assert_int_equal(sa_table_find_spi(fixture->table, 0x100),
			 sa_table_resolve(fixture->table, 0x4001));
}

static void an_spi_that_is_sent_with_names_nobody_who_sends_with_it(void **state)
{
	struct fixture *fixture = *state;

	join(fixture, 0x100, 0x4001, 40001);
	assert_int_equal(sa_table_find_inbound_spi(fixture->table, 0x100),
			 resolve(fixture, 0x4001));
	assert_int_equal(sa_table_find_inbound_spi(fixture->table, 0x200), SA_REFERENCE_NONE);
}

static void the_outer_port_is_the_clients_in_both_directions(void **state)
{
	struct fixture *fixture = *state;
	struct inet_address peer = inet_address_from_ipv4(NAT);
	struct inet_address stranger = inet_address_from_ipv4(NAT + 1);
	uint64_t reference;

	add(fixture, outbound(0x200, 0x4001, 40001));
	reference = sa_table_find_spi(fixture->table, 0x200);
	assert_int_equal(sa_table_outer_port(fixture->table, reference, &peer), 40001);
	assert_int_equal(sa_table_outer_port(fixture->table, reference, &stranger), 0);
	add(fixture, inbound(0x100, 0x4001, 40001));
	assert_int_equal(sa_table_find_spi(fixture->table, 0x100), reference);
	assert_int_equal(sa_table_outer_port(fixture->table, reference, &peer), 40001);
}

static void a_flush_ends_all(void **state)
{
	struct fixture *fixture = *state;

	for (uint32_t i = 0; i < 5; i++) {
		add(fixture, inbound(0x100 + i, 0x4001 + i, 40001));
		add(fixture, outbound(0x200 + i, 0x4001 + i, 40001));
	}
	sa_table_flush(fixture->table);
	assert_int_equal(fixture->ended_count, 5);
	assert_int_equal(sa_table_size(fixture->table), 0);
	assert_int_equal(sa_table_reference_count(fixture->table), 0);
}

static void a_dump_removes_what_it_does_not_name(void **state)
{
	struct fixture *fixture = *state;
	uint64_t kept, lost;

	add(fixture, inbound(0x100, 0x4001, 40001));
	add(fixture, outbound(0x200, 0x4001, 40001));
	add(fixture, inbound(0x101, 0x4005, 40002));
	kept = sa_table_resolve(fixture->table, 0x4001);
	lost = sa_table_resolve(fixture->table, 0x4005);
	sa_table_begin_dump(fixture->table);
	add(fixture, inbound(0x100, 0x4001, 40001));
	add(fixture, inbound(0x102, 0x4009, 40003));
	sa_table_end_dump(fixture->table);
	assert_int_equal(fixture->ended_count, 1);
	assert_int_equal(fixture->ended[0], lost);
	assert_int_equal(sa_table_resolve(fixture->table, 0x4001), kept);
	assert_int_not_equal(sa_table_resolve(fixture->table, 0x4009), SA_REFERENCE_NONE);
	assert_int_equal(sa_table_size(fixture->table), 2);
}

static void a_dump_with_only_new_sas_of_a_reqid_ends_its_generation(void **state)
{
	struct fixture *fixture = *state;
	uint64_t before, after;

	add(fixture, inbound(0x100, 0x4001, 40001));
	before = sa_table_resolve(fixture->table, 0x4001);
	assert_int_equal(sa_table_identify(fixture->table, before, "alice", "l2tp"), 0);
	sa_table_begin_dump(fixture->table);
	add(fixture, inbound(0x777, 0x4001, 40001));
	sa_table_end_dump(fixture->table);
	after = sa_table_resolve(fixture->table, 0x4001);
	assert_int_not_equal(before, after);
	assert_int_equal(sa_reference_reqid(after), 0x4001);
	assert_int_equal(fixture->ended_count, 1);
	assert_int_equal(fixture->ended[0], before);
	assert_string_equal(sa_table_identity(fixture->table, after), "");
	assert_int_equal(sa_table_size(fixture->table), 1);
}

static void a_dump_that_confirms_one_sa_keeps_the_generation(void **state)
{
	struct fixture *fixture = *state;
	uint64_t before;

	add(fixture, inbound(0x100, 0x4001, 40001));
	before = sa_table_resolve(fixture->table, 0x4001);
	for (uint32_t i = 0; i < 4; i++) {
		sa_table_begin_dump(fixture->table);
		add(fixture, inbound(0x101 + i, 0x4001, 40001));
		add(fixture, inbound(0x100 + i, 0x4001, 40001));
		sa_table_end_dump(fixture->table);
		assert_int_equal(sa_table_resolve(fixture->table, 0x4001), before);
	}
	assert_int_equal(fixture->ended_count, 0);
}

/* The references that sa_table_each_living() names. */
struct living {
	uint64_t references[4];
	size_t count;
};

static void take_living(void *userdata, uint64_t reference)
{
	struct living *living = userdata;

	assert_true(living->count < ELEMENTS(living->references));
	living->references[living->count++] = reference;
}

static void doubt_lasts_until_a_dump_is_complete(void **state)
{
	struct fixture *fixture = *state;

	assert_false(sa_table_in_doubt(fixture->table));
	sa_table_begin_doubt(fixture->table);
	assert_true(sa_table_in_doubt(fixture->table));
	sa_table_begin_dump(fixture->table);
	assert_true(sa_table_in_doubt(fixture->table));
	sa_table_end_dump(fixture->table);
	assert_false(sa_table_in_doubt(fixture->table));
}

/* An SA of its last moments, of which a loss leaves open whose it was. */
static void what_ended_with_pluto_is_not_begun_anew_by_a_dump(void **state)
{
	struct fixture *fixture = *state;
	uint64_t ended;

	add(fixture, inbound(0x100, 0x4001, 40001));
	ended = resolve(fixture, 0x4001);
	sa_table_begin_doubt(fixture->table);
	add(fixture, inbound(0x101, 0x4001, 40001));
	sa_table_end_generations(fixture->table);
	sa_table_begin_dump(fixture->table);
	add(fixture, inbound(0x101, 0x4001, 40001));
	sa_table_end_dump(fixture->table);
	assert_int_equal(sa_table_size(fixture->table), 1);
	assert_int_equal(sa_table_reference_count(fixture->table), 0);
	assert_int_equal(resolve(fixture, 0x4001), SA_REFERENCE_NONE);
	assert_int_equal(fixture->ended_count, 1);
	assert_int_equal(fixture->ended[0], ended);
}

static void a_client_that_cannot_be_heard_hands_nothing_over(void **state)
{
	static const struct sa_table_ops nothing = { 0 };
	_cleanup_(sa_table_freep) struct sa_table *table = NULL;
	const struct sa_description sas[] = { inbound(0x100, 0x4001, 40001),
					      outbound(0x200, 0x4001, 40001),
					      outbound(0x201, 0x4001, 40001) };
	uint64_t reference;
	uint32_t marks[1];

	assert_int_equal(sa_table_new(&nothing, NULL, &table), 0);
	for (size_t i = 0; i < ELEMENTS(sas); i++)
		assert_int_equal(sa_table_add(table, &sas[i]), 0);
	reference = sa_table_resolve(table, 0x4001);
	assert_true(sa_table_handing_over(table, reference, NULL));
	sa_table_remove(table, 0x100, &sas[0].destination);
	assert_false(sa_table_handing_over(table, reference, NULL));
	assert_int_equal(sa_table_outbound_spi(table, reference), 0x200);
	assert_int_equal(sa_table_marks(table, reference, marks, ELEMENTS(marks)), 1);
	assert_int_equal(sa_table_marks(table, reference, marks, 0), 0);
}

/* 2^32 connections later. */
static void generations_begin_again_without_zero(void **state)
{
	struct fixture *fixture = *state;

	fixture->table->last_generation = UINT32_MAX;
	add(fixture, inbound(0x100, 0x4001, 40001));
	assert_int_equal(sa_reference_generation(resolve(fixture, 0x4001)), 1);
}

static void those_that_live_are_told_and_no_others(void **state)
{
	struct fixture *fixture = *state;
	struct living living = { .count = 0 };

	add(fixture, inbound(0x100, 0x4001, 40001));
	sa_table_end_generations(fixture->table);
	add(fixture, inbound(0x101, 0x4005, 40002));
	sa_table_each_living(fixture->table, take_living, &living);
	assert_int_equal(living.count, 1);
	assert_int_equal(living.references[0], sa_table_resolve(fixture->table, 0x4005));
}

static void an_identity_belongs_to_one_generation(void **state)
{
	struct fixture *fixture = *state;
	uint64_t first, second;

	add(fixture, inbound(0x100, 0x4001, 40001));
	first = sa_table_resolve(fixture->table, 0x4001);
	assert_int_equal(sa_table_identify(fixture->table, first, "@alice", "l2tp-psk"), 0);
	assert_string_equal(sa_table_identity(fixture->table, first), "@alice");
	assert_string_equal(sa_table_connection(fixture->table, first), "l2tp-psk");
	assert_int_equal(sa_table_identify(fixture->table, first, "@bob", "other"), 0);
	assert_string_equal(sa_table_identity(fixture->table, first), "@bob");
	drop(fixture, inbound(0x100, 0x4001, 40001));
	add(fixture, inbound(0x100, 0x4001, 40001));
	second = sa_table_resolve(fixture->table, 0x4001);
	assert_int_equal(sa_table_identify(fixture->table, first, "@alice", "l2tp"), -ENOENT);
	assert_string_equal(sa_table_identity(fixture->table, second), "");
}

static void the_table_is_capped(void **state)
{
	struct fixture *fixture = *state;
	struct sa_description one_more = inbound(SA_TABLE_MAXIMUM, 0x4001, 40001);

	for (uint32_t i = 0; i < SA_TABLE_MAXIMUM; i++)
		add(fixture, inbound(i, 0x4000 + i / 2, 40001));
	assert_int_equal(sa_table_add(fixture->table, &one_more), -ENOSPC);
	assert_int_equal(sa_table_size(fixture->table), SA_TABLE_MAXIMUM);
	drop(fixture, inbound(0, 0x4000, 40001));
	assert_int_equal(sa_table_add(fixture->table, &one_more), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_TABLE(reqid_zero_is_refused),
		WITH_TABLE(unknown_sas_and_references_are_nothing),
		WITH_TABLE(both_directions_make_one_reference),
		WITH_TABLE(two_clients_with_one_address_are_two_references),
		WITH_TABLE(a_rekey_keeps_the_generation),
		WITH_TABLE(the_last_sa_ends_the_generation_for_ever),
		WITH_TABLE(only_the_sa_with_this_destination_is_removed),
		WITH_TABLE(a_repeated_sa_is_updated_not_added),
		WITH_TABLE(an_sa_that_changes_its_reqid_leaves_the_old_reference),
		WITH_TABLE(an_spi_that_two_clients_share_names_neither),
		WITH_TABLE(an_spi_that_is_sent_with_names_nobody_who_sends_with_it),
		WITH_TABLE(the_outer_port_is_the_clients_in_both_directions),
		WITH_TABLE(a_flush_ends_all),
		WITH_TABLE(a_dump_removes_what_it_does_not_name),
		WITH_TABLE(a_dump_with_only_new_sas_of_a_reqid_ends_its_generation),
		WITH_TABLE(a_dump_that_confirms_one_sa_keeps_the_generation),
		WITH_TABLE(doubt_lasts_until_a_dump_is_complete),
		WITH_TABLE(what_ended_with_pluto_is_not_begun_anew_by_a_dump),
		SENTENCE(a_client_that_cannot_be_heard_hands_nothing_over),
		WITH_TABLE(generations_begin_again_without_zero),
		WITH_TABLE(those_that_live_are_told_and_no_others),
		WITH_TABLE(an_identity_belongs_to_one_generation),
		WITH_TABLE(the_table_is_capped),
	};

	return cmocka_run_group_tests_name("sa_reference", tests, NULL, NULL);
}
