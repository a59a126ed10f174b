/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Each known way to take one client for another, but for twins (test_sa_twins.c):
 * moving ports, pluto's exit, losses.
 */
#include "tests/ipsec-glue/sa_table_fixture.h"

/* ---- NAT rebinding ----------------------------------------------------------- */

static void a_port_that_moves_keeps_the_reference(void **state)
{
	struct fixture *fixture = *state;
	struct inet_address peer = inet_address_from_ipv4(NAT);
	uint64_t reference;

	join(fixture, 0x1000, 0x4001, 40001);
	reference = resolve(fixture, 0x4001);
	move(fixture, 0x1000, 0x4001, 50001);
	join(fixture, 0x1001, 0x4001, 50001); /* rekeyed from there */
	leave(fixture, 0x1000);
	assert_int_equal(resolve(fixture, 0x4001), reference);
	assert_int_equal(sa_table_outer_port(fixture->table, reference, &peer), 50001);
	assert_int_equal(sa_table_outbound_spi(fixture->table, reference), 0x1101);
	assert_int_equal(fixture->ended_count + fixture->twins_count, 0);
}

static void who_comes_from_a_port_that_was_left_is_another_client(void **state)
{
	struct fixture *fixture = *state;
	uint64_t a;

	join(fixture, 0x1000, 0x4001, 40001);
	a = resolve(fixture, 0x4001);
	/* the inbound SA alone: the outbound one could not be moved */
	update(fixture, inbound(0x1000, 0x4001, 50001));
	join(fixture, 0x2000, 0x4001, 40001);
	assert_int_equal(resolve(fixture, 0x1000), a);
	assert_int_not_equal(resolve(fixture, 0x2000), a);
	assert_int_equal(sa_table_outbound_spi(fixture->table, a), 0x1100);
}

static void twins_that_change_places_stay_who_they_are(void **state)
{
	struct fixture *fixture = *state;
	uint64_t a, b;

	join(fixture, 0x1000, 0x4001, 40001);
	join(fixture, 0x2000, 0x4001, 40002);
	a = of_spi(fixture, 0x1000);
	b = of_spi(fixture, 0x2000);
	move(fixture, 0x1000, 0x4001, 40002);
	/* both are at 40002 now: whose is this? */
	join(fixture, 0x3000, 0x4001, 40002);
	assert_int_not_equal(resolve(fixture, 0x3000), SA_REFERENCE_NONE);
	assert_int_not_equal(resolve(fixture, 0x3000), a);
	assert_int_not_equal(resolve(fixture, 0x3000), b);
	move(fixture, 0x2000, 0x4001, 40001);
	join(fixture, 0x2001, 0x4001, 40001);
	assert_int_equal(resolve(fixture, 0x1000), a);
	assert_int_equal(resolve(fixture, 0x2000), b);
	assert_int_equal(resolve(fixture, 0x2001), b);
	sa_table_hand_over(fixture->table, a);
	sa_table_hand_over(fixture->table, b);
	assert_int_equal(sa_table_outbound_spi(fixture->table, a), 0x1100);
	assert_int_equal(sa_table_outbound_spi(fixture->table, b), 0x2101);
}

static void a_port_moves_once_and_not_again_at_once(void **state)
{
	struct fixture *fixture = *state;
	struct inet_address gateway = inet_address_from_ipv4(GATEWAY);
	struct inet_address nat = inet_address_from_ipv4(NAT);
	const uint64_t now = 5000000;
	struct sa_description list[4];
	uint64_t reference = 0;

	join(fixture, 0x1000, 0x4001, 40001);
	assert_int_equal(
		sa_table_allow_rebinding(fixture->table, 0x77, &gateway, 1, now, &reference),
		-ENOENT);
	assert_int_equal(sa_table_allow_rebinding(fixture->table, 0x1100, &nat, 1, now, &reference),
			 -ENOENT);
	assert_int_equal(
		sa_table_allow_rebinding(fixture->table, 0x1000, &gateway, 40001, now, &reference),
		-EALREADY);
	assert_int_equal(
		sa_table_allow_rebinding(fixture->table, 0x1000, &gateway, 50001, now, &reference),
		0);
	assert_int_equal(reference, resolve(fixture, 0x4001));
	assert_int_equal(sa_table_list(fixture->table, reference, list, 4), 2);
	assert_int_equal(list[0].spi, 0x1100);
	assert_int_equal(list[1].spi, 0x1000);
	move(fixture, 0x1000, 0x4001, 50001);
	assert_int_equal(sa_table_allow_rebinding(fixture->table, 0x1000, &gateway, 40001,
						  now + SA_REBINDING_INTERVAL_USEC - 1, &reference),
			 -EAGAIN);
	assert_int_equal(sa_table_allow_rebinding(fixture->table, 0x1000, &gateway, 40001,
						  now + SA_REBINDING_INTERVAL_USEC, &reference),
			 0);
}

/* ---- the way out --------------------------------------------------------------- */

/* The client may not have the new one yet. */
static void the_old_outbound_sa_is_sent_through_until_the_handover(void **state)
{
	struct fixture *fixture = *state;
	struct sa_description newest;
	uint64_t reference;

	join(fixture, 0x1000, 0x4001, 40001);
	reference = resolve(fixture, 0x4001);
	assert_int_equal(fixture->outbound_count, 1);
	assert_int_equal(fixture->outbound_of, reference);
	assert_int_equal(fixture->outbound_spi, 0x1100);
	assert_false(sa_table_handing_over(fixture->table, reference, &newest));
	join(fixture, 0x1001, 0x4001, 40001);
	assert_int_equal(sa_table_outbound_spi(fixture->table, reference), 0x1100);
	assert_int_equal(fixture->outbound_count, 1);
	assert_in_range(fixture->handover_count, 1, 2);
	assert_true(sa_table_handing_over(fixture->table, reference, &newest));
	assert_int_equal(newest.spi, 0x1001);
	sa_table_hand_over(fixture->table, reference);
	assert_int_equal(sa_table_outbound_spi(fixture->table, reference), 0x1101);
	assert_int_equal(fixture->outbound_count, 2);
	assert_int_equal(fixture->outbound_spi, 0x1101);
	assert_false(sa_table_handing_over(fixture->table, reference, NULL));
	sa_table_hand_over(fixture->table, reference);
	assert_int_equal(fixture->outbound_count, 2);
}

static void an_outbound_sa_that_goes_is_followed_by_the_newest_at_once(void **state)
{
	struct fixture *fixture = *state;
	uint64_t reference;

	join(fixture, 0x1000, 0x4001, 40001);
	reference = resolve(fixture, 0x4001);
	join(fixture, 0x1001, 0x4001, 40001);
	join(fixture, 0x1002, 0x4001, 40001);
	drop(fixture, outbound(0x1100, 0x4001, 40001));
	assert_int_equal(fixture->outbound_spi, 0x1102);
	assert_int_equal(sa_table_outbound_spi(fixture->table, reference), 0x1102);
	drop(fixture, outbound(0x1102, 0x4001, 40001)); /* the rekey came to nothing */
	assert_int_equal(fixture->outbound_spi, 0x1101);
	drop(fixture, outbound(0x1101, 0x4001, 40001));
	assert_int_equal(fixture->outbound_spi, 0);
	assert_int_equal(sa_table_outbound_spi(fixture->table, reference), 0);
	assert_int_equal(fixture->outbound_count, 4);
	leave(fixture, 0x1001);
	leave(fixture, 0x1000);
	assert_int_equal(fixture->outbound_count, 4);
	assert_int_equal(sa_table_outbound_spi(fixture->table, reference), 0);
}

static void a_new_outbound_sa_that_goes_unused_changes_nothing(void **state)
{
	struct fixture *fixture = *state;
	uint64_t reference;

	join(fixture, 0x1000, 0x4001, 40001);
	reference = resolve(fixture, 0x4001);
	join(fixture, 0x1001, 0x4001, 40001);
	leave(fixture, 0x1001);
	assert_false(sa_table_handing_over(fixture->table, reference, NULL));
	assert_int_equal(sa_table_outbound_spi(fixture->table, reference), 0x1100);
	assert_int_equal(fixture->outbound_count, 1);
}

static void a_dump_orders_outbound_sas_by_their_birth(void **state)
{
	struct fixture *fixture = *state;
	static const uint32_t order[] = { 2, 0, 3, 1 };
	uint64_t reference;

	sa_table_begin_dump(fixture->table);
	add(fixture, inbound(0x1000, 0x4001, 40001));
	for (size_t i = 0; i < ELEMENTS(order); i++) {
		struct sa_description description = outbound(0x100 + order[i], 0x4001, 40001);

		description.added_seconds = 1000 + order[i];
		add(fixture, description);
	}
	sa_table_end_dump(fixture->table);
	reference = resolve(fixture, 0x4001);
	for (uint32_t i = 4; i > 0; i--) {
		assert_int_equal(sa_table_outbound_spi(fixture->table, reference), 0x100 + i - 1);
		drop(fixture, outbound(0x100 + i - 1, 0x4001, 40001));
	}
	/* what is notified is newer than all before, whatever the clock says */
	add(fixture, outbound(0x200, 0x4001, 40001));
	assert_int_equal(sa_table_outbound_spi(fixture->table, reference), 0x200);
}

/* ---- pluto's exit ---------------------------------------------------------------- */

static void with_pluto_all_generations_end_but_its_sas_are_not_forgotten(void **state)
{
	struct fixture *fixture = *state;
	uint64_t a;

	join(fixture, 0x1000, 0x4001, 40001);
	a = resolve(fixture, 0x4001);
	sa_table_end_generations(fixture->table);
	assert_int_equal(fixture->ended_count, 1);
	assert_int_equal(fixture->ended[0], a);
	assert_int_equal(sa_table_reference_count(fixture->table), 0);
	assert_int_equal(sa_table_size(fixture->table), 2);
	assert_int_equal(resolve(fixture, 0x4001), SA_REFERENCE_NONE);
	assert_int_equal(of_spi(fixture, 0x1000), SA_REFERENCE_NONE);
	sa_table_end_generations(fixture->table);
	sa_table_begin_dump(fixture->table);
	join(fixture, 0x1000, 0x4001, 40001);
	sa_table_end_dump(fixture->table);
	assert_int_equal(resolve(fixture, 0x4001), SA_REFERENCE_NONE);
	assert_int_equal(fixture->ended_count, 1);
	leave(fixture, 0x1000);
	assert_int_equal(fixture->ended_count, 1);
	join(fixture, 0x1001, 0x4001, 40001);
	assert_int_equal(resolve(fixture, 0x4001), of_spi(fixture, 0x1001));
}

/* The old client has not noticed and goes on to send through its SA. */
static void a_new_plutos_client_is_told_apart_from_the_old_ones(void **state)
{
	struct fixture *fixture = *state;
	uint64_t b;

	join(fixture, 0x1000, 0x4001, 40001);
	sa_table_end_generations(fixture->table);
	join(fixture, 0x2000, 0x4001, 40001); /* even from the same port */
	b = of_spi(fixture, 0x2000);
	assert_int_not_equal(b, SA_REFERENCE_NONE);
	assert_int_equal(resolve(fixture, 0x4001), SA_REFERENCE_NONE);
	assert_int_equal(resolve(fixture, 0x1000), SA_REFERENCE_NONE);
	assert_int_equal(resolve(fixture, 0x2000), b);
	assert_int_equal(sa_table_outbound_spi(fixture->table, b), 0x2100);
	assert_true(fixture->twins);
}

/* ---- what was lost ----------------------------------------------------------------- */

static void what_came_after_a_loss_proves_nothing(void **state)
{
	struct fixture *fixture = *state;
	uint64_t a;

	join(fixture, 0x1000, 0x4001, 40001);
	a = resolve(fixture, 0x4001);
	/* lost: A's SAs are deleted. Then a stranger's come, from A's port. */
	sa_table_begin_doubt(fixture->table);
	join(fixture, 0x2000, 0x4001, 40001);
	assert_int_equal(resolve(fixture, 0x4001), SA_REFERENCE_NONE);
	sa_table_begin_dump(fixture->table);
	join(fixture, 0x2000, 0x4001, 40001);
	sa_table_end_dump(fixture->table);
	assert_int_equal(fixture->ended_count, 1);
	assert_int_equal(fixture->ended[0], a);
	assert_int_not_equal(resolve(fixture, 0x4001), a);
}

static void a_dump_that_broke_off_proves_nothing(void **state)
{
	struct fixture *fixture = *state;
	uint64_t a;

	join(fixture, 0x1000, 0x4001, 40001);
	a = resolve(fixture, 0x4001);
	sa_table_begin_dump(fixture->table);
	join(fixture, 0x2000, 0x4001, 40001);
	sa_table_begin_dump(fixture->table);
	join(fixture, 0x2000, 0x4001, 40001);
	sa_table_end_dump(fixture->table);
	assert_int_equal(fixture->ended_count, 1);
	assert_int_equal(fixture->ended[0], a);
	assert_int_not_equal(resolve(fixture, 0x4001), a);
}

static void an_sa_of_another_birth_is_another_sa(void **state)
{
	struct fixture *fixture = *state;
	struct sa_description first = inbound(0x1000, 0x4001, 40001);
	struct sa_description second = inbound(0x1000, 0x4001, 50001);
	uint64_t a;

	first.added_seconds = 1000;
	second.added_seconds = 1001;
	add(fixture, first);
	a = resolve(fixture, 0x4001);
	/* changed in place: what it says of its birth is the change's */
	update(fixture, second);
	assert_int_equal(resolve(fixture, 0x4001), a);
	add(fixture, second);
	assert_int_equal(fixture->ended_count, 1);
	assert_int_equal(fixture->ended[0], a);
	assert_int_not_equal(resolve(fixture, 0x4001), SA_REFERENCE_NONE);
}

static void a_dump_repairs_what_twins_are_marked_with(void **state)
{
	struct fixture *fixture = *state;
	uint64_t a, b;

	join(fixture, 0x1000, 0x4001, 40001);
	join(fixture, 0x2000, 0x4001, 40002);
	a = of_spi(fixture, 0x1000);
	b = of_spi(fixture, 0x2000);
	join(fixture, 0x1001, 0x4001, 40001);
	fixture->marks_count = 0;
	sa_table_begin_dump(fixture->table);
	join(fixture, 0x1001, 0x4001, 40001);
	join(fixture, 0x2000, 0x4001, 40002);
	sa_table_end_dump(fixture->table);
	assert_int_equal(resolve(fixture, 0x1001), a);
	assert_int_equal(resolve(fixture, 0x2000), b);
	assert_int_equal(fixture->marks_count, 1);
	assert_int_equal(fixture->ended_count, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_TABLE(a_port_that_moves_keeps_the_reference),
		WITH_TABLE(who_comes_from_a_port_that_was_left_is_another_client),
		WITH_TABLE(twins_that_change_places_stay_who_they_are),
		WITH_TABLE(a_port_moves_once_and_not_again_at_once),
		WITH_TABLE(the_old_outbound_sa_is_sent_through_until_the_handover),
		WITH_TABLE(an_outbound_sa_that_goes_is_followed_by_the_newest_at_once),
		WITH_TABLE(a_new_outbound_sa_that_goes_unused_changes_nothing),
		WITH_TABLE(a_dump_orders_outbound_sas_by_their_birth),
		WITH_TABLE(with_pluto_all_generations_end_but_its_sas_are_not_forgotten),
		WITH_TABLE(a_new_plutos_client_is_told_apart_from_the_old_ones),
		WITH_TABLE(what_came_after_a_loss_proves_nothing),
		WITH_TABLE(a_dump_that_broke_off_proves_nothing),
		WITH_TABLE(an_sa_of_another_birth_is_another_sa),
		WITH_TABLE(a_dump_repairs_what_twins_are_marked_with),
	};

	return cmocka_run_group_tests_name("sa_traps", tests, NULL, NULL);
}
