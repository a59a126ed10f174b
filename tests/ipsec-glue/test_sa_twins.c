/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Clients that share a reqid are told apart, and told of. */
#include "tests/ipsec-glue/sa_table_fixture.h"

static void one_reqid_from_two_ports_is_two_clients(void **state)
{
	struct fixture *fixture = *state;
	uint64_t a, b;

	join(fixture, 0x1000, 0x4001, 40001);
	a = resolve(fixture, 0x4001);
	assert_false(sa_table_is_twin(fixture->table, a));
	join(fixture, 0x2000, 0x4001, 40002);
	b = of_spi(fixture, 0x2000);
	assert_int_not_equal(a, SA_REFERENCE_NONE);
	assert_int_not_equal(b, SA_REFERENCE_NONE);
	assert_int_not_equal(a, b);
	assert_int_equal(sa_reference_reqid(b), 0x4001);
	assert_int_equal(sa_table_reference_count(fixture->table), 2);
	assert_true(sa_table_is_twin(fixture->table, a));
	assert_true(sa_table_is_twin(fixture->table, b));
	assert_int_equal(fixture->ended_count, 0);
}

static void one_reqid_from_two_addresses_is_two_clients(void **state)
{
	struct fixture *fixture = *state;
	struct sa_description elsewhere = inbound(0x2000, 0x4001, 40001);

	elsewhere.source = inet_address_from_ipv4(NAT + 1);
	join(fixture, 0x1000, 0x4001, 40001);
	add(fixture, elsewhere);
	assert_int_equal(sa_table_reference_count(fixture->table), 2);
	assert_int_equal(resolve(fixture, 0x4001), SA_REFERENCE_NONE);
}

static void twins_are_resolved_by_their_inbound_spis_alone(void **state)
{
	struct fixture *fixture = *state;
	uint64_t a;

	join(fixture, 0x1000, 0x4001, 40001);
	a = resolve(fixture, 0x4001);
	assert_int_equal(resolve(fixture, 0x1000), SA_REFERENCE_NONE);
	join(fixture, 0x2000, 0x4001, 40002);
	assert_int_equal(resolve(fixture, 0x1000), a);
	assert_int_equal(resolve(fixture, 0x2000), of_spi(fixture, 0x2000));
	/* the peer chose these */
	assert_int_equal(resolve(fixture, 0x1100), SA_REFERENCE_NONE);
	assert_int_equal(resolve(fixture, 0x2100), SA_REFERENCE_NONE);
	/* marked before the rule knew */
	assert_int_equal(resolve(fixture, 0x4001), SA_REFERENCE_NONE);
}

static void twins_are_told_of(void **state)
{
	struct fixture *fixture = *state;
	uint32_t marks[4];
	uint64_t a;

	join(fixture, 0x1000, 0x4001, 40001);
	a = resolve(fixture, 0x4001);
	assert_int_equal(sa_table_marks(fixture->table, a, marks, 4), 1);
	assert_int_equal(marks[0], 0x4001);
	assert_int_equal(fixture->twins_count + fixture->marks_count, 0);
	join(fixture, 0x2000, 0x4001, 40002);
	assert_int_equal(fixture->twins_count, 1);
	assert_int_equal(fixture->twins_reqid, 0x4001);
	assert_true(fixture->twins);
	assert_int_equal(fixture->marks_count, 2); /* of each */
	add(fixture, inbound(0x1001, 0x4001, 40001));
	assert_int_equal(fixture->marks_count, 3);
	assert_int_equal(sa_table_marks(fixture->table, a, marks, 4), 2);
	assert_int_equal(marks[0], 0x1001);
	assert_int_equal(marks[1], 0x1000);
	assert_int_equal(sa_table_marks(fixture->table, a, marks, 1), 1);
	drop(fixture, inbound(0x1000, 0x4001, 40001));
	assert_int_equal(fixture->marks_count, 4);
	assert_int_equal(fixture->twins_count, 1);
}

static void count_twins(void *userdata, uint32_t reqid)
{
	assert_int_equal(reqid, 0x4001);
	++*(size_t *)userdata;
}

static void a_reqid_once_shared_is_marked_by_spi_until_it_has_gone(void **state)
{
	struct fixture *fixture = *state;
	size_t listed = 0;
	uint64_t a;

	join(fixture, 0x1000, 0x4001, 40001);
	join(fixture, 0x2000, 0x4001, 40002);
	join(fixture, 0x3000, 0x4005, 40003);
	a = of_spi(fixture, 0x1000);
	leave(fixture, 0x2000);
	assert_int_equal(resolve(fixture, 0x1000), a);
	assert_int_equal(resolve(fixture, 0x4001), SA_REFERENCE_NONE);
	sa_table_each_twins(fixture->table, count_twins, &listed);
	assert_int_equal(listed, 1);
	assert_true(fixture->twins);
	leave(fixture, 0x1000);
	assert_false(fixture->twins);
	assert_int_equal(fixture->twins_count, 2);
	join(fixture, 0x1001, 0x4001, 40001);
	assert_int_equal(resolve(fixture, 0x4001), of_spi(fixture, 0x1001));
	assert_int_equal(resolve(fixture, 0x1001), SA_REFERENCE_NONE);
}

static void outbound_sas_go_to_the_twin_of_their_port(void **state)
{
	struct fixture *fixture = *state;

	add(fixture, outbound(0x1100, 0x4001, 40001));
	add(fixture, outbound(0x2100, 0x4001, 40002));
	add(fixture, inbound(0x2000, 0x4001, 40002));
	add(fixture, inbound(0x1000, 0x4001, 40001));
	assert_int_equal(sa_table_outbound_spi(fixture->table, resolve(fixture, 0x1000)), 0x1100);
	assert_int_equal(sa_table_outbound_spi(fixture->table, resolve(fixture, 0x2000)), 0x2100);
}

static void twins_survive_their_rekeys(void **state)
{
	struct fixture *fixture = *state;
	uint64_t a, b;

	join(fixture, 0x1000, 0x4001, 40001);
	join(fixture, 0x2000, 0x4001, 40002);
	a = of_spi(fixture, 0x1000);
	b = of_spi(fixture, 0x2000);
	join(fixture, 0x1001, 0x4001, 40001);
	join(fixture, 0x2001, 0x4001, 40002);
	leave(fixture, 0x1000);
	leave(fixture, 0x2000);
	assert_int_equal(resolve(fixture, 0x1001), a);
	assert_int_equal(resolve(fixture, 0x2001), b);
	assert_int_equal(sa_table_outbound_spi(fixture->table, a), 0x1101);
	assert_int_equal(sa_table_outbound_spi(fixture->table, b), 0x2101);
	assert_int_equal(fixture->ended_count, 0);
}

static void a_client_that_returns_from_another_port_is_a_new_reference(void **state)
{
	struct fixture *fixture = *state;
	uint64_t old;

	join(fixture, 0x1000, 0x4001, 40001);
	old = resolve(fixture, 0x4001);
	join(fixture, 0x1001, 0x4001, 40009);
	assert_int_not_equal(resolve(fixture, 0x1001), old);
	assert_true(sa_table_is_alive(fixture->table, old));
	leave(fixture, 0x1000);
	assert_int_equal(fixture->ended_count, 1);
	assert_int_equal(fixture->ended[0], old);
	assert_true(sa_table_is_alive(fixture->table, resolve(fixture, 0x1001)));
}

static void a_mark_that_could_mean_two_things_means_nothing(void **state)
{
	struct fixture *fixture = *state;

	/* A twin's SPI is another client's reqid. */
	join(fixture, 0x4005, 0x4001, 40001);
	join(fixture, 0x2000, 0x4001, 40002);
	assert_int_not_equal(resolve(fixture, 0x4005), SA_REFERENCE_NONE);
	join(fixture, 0x3000, 0x4005, 40003);
	assert_int_equal(resolve(fixture, 0x4005), SA_REFERENCE_NONE);
	assert_int_not_equal(resolve(fixture, 0x2000), SA_REFERENCE_NONE);
	/* So may be the SPI of one that was a twin a moment ago. */
	join(fixture, 0x400d, 0x4011, 40005);
	join(fixture, 0x5000, 0x400d, 40006);
	assert_int_equal(resolve(fixture, 0x400d), SA_REFERENCE_NONE);
	/* A twin's SPI is its own reqid. */
	join(fixture, 0x4001, 0x4001, 40004);
	assert_int_equal(resolve(fixture, 0x4001), SA_REFERENCE_NONE);
}

static void an_inbound_spi_of_two_twins_means_neither(void **state)
{
	struct fixture *fixture = *state;
	struct sa_description other_address = inbound(0x1000, 0x4001, 40002);

	other_address.destination = inet_address_from_ipv4(GATEWAY + 1);
	add(fixture, inbound(0x1000, 0x4001, 40001));
	add(fixture, other_address);
	assert_int_equal(sa_table_reference_count(fixture->table), 2);
	assert_int_equal(resolve(fixture, 0x1000), SA_REFERENCE_NONE);
}

static void without_an_inbound_sa_no_packet_is_resolved(void **state)
{
	struct fixture *fixture = *state;

	join(fixture, 0x1000, 0x4001, 40001);
	drop(fixture, inbound(0x1000, 0x4001, 40001));
	assert_int_equal(fixture->ended_count, 0);
	assert_int_equal(resolve(fixture, 0x4001), SA_REFERENCE_NONE);
}

static void twins_and_sas_of_one_client_are_capped(void **state)
{
	struct fixture *fixture = *state;
	struct sa_description one_more = inbound(0x9000, 0x4001, 1);

	for (uint16_t i = 0; i < SA_TWINS_MAXIMUM; i++)
		add(fixture, inbound(0x1000 + i, 0x4001, 40000 + i));
	assert_int_equal(sa_table_add(fixture->table, &one_more), -ENOSPC);
	for (uint32_t i = 0; i < SA_OF_REFERENCE_MAXIMUM; i++)
		add(fixture, inbound(0x5000 + i, 0x4005, 40000));
	one_more = inbound(0x9000, 0x4005, 40000);
	assert_int_equal(sa_table_add(fixture->table, &one_more), -ENOSPC);
	assert_int_equal(of_spi(fixture, 0x9000), SA_REFERENCE_NONE);
}

/* An SA of which nobody could tell whose end is here may be the twin's. */
static void a_refused_sa_makes_its_reqid_one_of_twins_until_a_dump(void **state)
{
	struct fixture *fixture = *state;
	uint64_t a;

	join(fixture, 0x1000, 0x4001, 40001);
	join(fixture, 0x3000, 0x4005, 40001);
	a = resolve(fixture, 0x4001);
	sa_table_refuse(fixture->table, 0x4001);
	assert_int_equal(resolve(fixture, 0x4001), SA_REFERENCE_NONE);
	assert_int_equal(resolve(fixture, 0x1000), a);
	assert_int_not_equal(resolve(fixture, 0x4005), SA_REFERENCE_NONE);
	/* nor is a client that comes later told by its reqid */
	join(fixture, 0x5000, 0x4009, 40001);
	assert_int_equal(resolve(fixture, 0x4009), SA_REFERENCE_NONE);
	assert_int_not_equal(resolve(fixture, 0x5000), SA_REFERENCE_NONE);
	sa_table_begin_dump(fixture->table);
	join(fixture, 0x6000, 0x400d, 40001);
	sa_table_end_dump(fixture->table);
	assert_int_not_equal(resolve(fixture, 0x400d), SA_REFERENCE_NONE);
}

static void a_twin_that_finds_no_room_is_not_taken_for_the_other(void **state)
{
	struct fixture *fixture = *state;
	uint64_t a;

	join(fixture, 0x1000, 0x4001, 40001);
	a = resolve(fixture, 0x4001);
	for (uint32_t i = 0; i < SA_TABLE_MAXIMUM - 2; i++)
		add(fixture, inbound(0x100000 + i, 0x8000 + i, 40003));
	assert_int_equal(sa_table_add(fixture->table, &(struct sa_description){ .spi = 0x2000,
										.reqid = 0x4001,
										.inbound = true }),
			 -ENOSPC);
	assert_int_equal(resolve(fixture, 0x4001), SA_REFERENCE_NONE);
	assert_int_equal(resolve(fixture, 0x1000), a);
	/* nor for who comes later */
	leave(fixture, 0x1000);
	join(fixture, 0x1001, 0x4001, 40001);
	assert_int_equal(resolve(fixture, 0x4001), SA_REFERENCE_NONE);
	assert_int_equal(resolve(fixture, 0x1001), of_spi(fixture, 0x1001));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_TABLE(one_reqid_from_two_ports_is_two_clients),
		WITH_TABLE(one_reqid_from_two_addresses_is_two_clients),
		WITH_TABLE(twins_are_resolved_by_their_inbound_spis_alone),
		WITH_TABLE(twins_are_told_of),
		WITH_TABLE(a_reqid_once_shared_is_marked_by_spi_until_it_has_gone),
		WITH_TABLE(outbound_sas_go_to_the_twin_of_their_port),
		WITH_TABLE(twins_survive_their_rekeys),
		WITH_TABLE(a_client_that_returns_from_another_port_is_a_new_reference),
		WITH_TABLE(a_mark_that_could_mean_two_things_means_nothing),
		WITH_TABLE(an_inbound_spi_of_two_twins_means_neither),
		WITH_TABLE(without_an_inbound_sa_no_packet_is_resolved),
		WITH_TABLE(twins_and_sas_of_one_client_are_capped),
		WITH_TABLE(a_refused_sa_makes_its_reqid_one_of_twins_until_a_dump),
		WITH_TABLE(a_twin_that_finds_no_room_is_not_taken_for_the_other),
	};

	return cmocka_run_group_tests_name("sa_twins", tests, NULL, NULL);
}
