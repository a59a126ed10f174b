/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Generations begin, survive rekeys, end, and never come back. */
#include "ipsec-glue/sa_reference.h"
#include "tests/unit.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define GATEWAY UINT32_C(0xcb007101) /* 203.0.113.1 */
#define NAT     UINT32_C(0xcb00710b) /* 203.0.113.11 */

#define ENDED_MAX 64

/* A table and what it told. */
struct fixture {
	struct sa_table *table;
	uint64_t ended[ENDED_MAX]; /* the first ones */
	size_t ended_count;
};

static void remember_ended(void *userdata, uint64_t reference)
{
	struct fixture *fixture = userdata;

	if (fixture->ended_count < ENDED_MAX)
		fixture->ended[fixture->ended_count] = reference;
	fixture->ended_count++;
}

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	if (!fixture || sa_table_new(remember_ended, fixture, &fixture->table) < 0)
		return -1;
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	sa_table_free(fixture->table);
	free(fixture);
	return 0;
}

/* The SA from the client at NAT:port to us. */
static struct sa_description inbound(uint32_t spi, uint32_t reqid, uint16_t port)
{
	return (struct sa_description){
		.spi = spi,
		.reqid = reqid,
		.source = inet_address_from_ipv4(NAT),
		.destination = inet_address_from_ipv4(GATEWAY),
		.encapsulation_source_port = port,
		.encapsulation_destination_port = 4500,
	};
}

static struct sa_description outbound(uint32_t spi, uint32_t reqid, uint16_t port)
{
	return (struct sa_description){
		.spi = spi,
		.reqid = reqid,
		.source = inet_address_from_ipv4(GATEWAY),
		.destination = inet_address_from_ipv4(NAT),
		.encapsulation_source_port = 4500,
		.encapsulation_destination_port = port,
	};
}

static void add(struct fixture *fixture, struct sa_description description)
{
	assert_int_equal(sa_table_add(fixture->table, &description), 0);
}

static void drop(struct fixture *fixture, struct sa_description description)
{
	sa_table_remove(fixture->table, description.spi, &description.destination);
}

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

static void the_outer_port_is_the_clients_in_both_directions(void **state)
{
	struct fixture *fixture = *state;
	struct inet_address peer = inet_address_from_ipv4(NAT);
	struct inet_address stranger = inet_address_from_ipv4(NAT + 1);
	uint64_t reference;

	add(fixture, outbound(0x200, 0x4001, 40001));
	reference = sa_table_resolve(fixture->table, 0x4001);
	assert_int_equal(sa_table_outer_port(fixture->table, reference, &peer), 40001);
	assert_int_equal(sa_table_outer_port(fixture->table, reference, &stranger), 0);
	add(fixture, inbound(0x101, 0x4001, 40009));
	assert_int_equal(sa_table_outer_port(fixture->table, reference, &peer), 40009);
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
	add(fixture, inbound(0x777, 0x4001, 50001));
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

/*
 * The simulation: clients come and go, rekey, pluto restarts and hands reqids
 * out anew, notifications are lost and a dump repairs it. The model knows which
 * client each SA belongs to, which the table cannot see; each reference that
 * the table gives out is noted with the client that it stood for.
 */
#define CLIENTS      24
#define SAS_OF_MODEL 256
#define REFERENCES   20000

struct model_sa {
	bool exists;
	uint32_t spi;
	uint32_t reqid;
	unsigned int client; /* which incarnation of which client */
};

struct simulation {
	struct fixture *fixture;
	uint64_t random;
	uint32_t next_spi;
	unsigned int next_client;
	struct model_sa sas[SAS_OF_MODEL];
	size_t reference_count;
	struct {
		uint64_t value;
		unsigned int client;
		bool ended;
	} references[REFERENCES];
	bool blind; /* notifications are being lost */
};

static uint32_t random_below(struct simulation *simulation, uint32_t limit)
{
	simulation->random =
		simulation->random * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (uint32_t)(simulation->random >> 33) % limit;
}

static void note_ended(void *userdata, uint64_t value)
{
	struct simulation *simulation = userdata;

	for (size_t i = 0; i < simulation->reference_count; i++)
		if (simulation->references[i].value == value) {
			assert_false(simulation->references[i].ended);
			simulation->references[i].ended = true;
		}
}

static unsigned int client_of_reqid(const struct simulation *simulation, uint32_t reqid)
{
	for (size_t i = 0; i < SAS_OF_MODEL; i++)
		if (simulation->sas[i].exists && simulation->sas[i].reqid == reqid)
			return simulation->sas[i].client;
	return 0;
}

static void model_add(struct simulation *simulation, struct sa_table *table, uint32_t reqid,
		      unsigned int client)
{
	struct sa_description description = inbound(++simulation->next_spi, reqid, 40001);

	for (size_t i = 0; i < SAS_OF_MODEL; i++)
		if (!simulation->sas[i].exists) {
			simulation->sas[i] =
				(struct model_sa){ true, description.spi, reqid, client };
			if (!simulation->blind)
				assert_int_equal(sa_table_add(table, &description), 0);
			return;
		}
}

static void model_remove(struct simulation *simulation, struct sa_table *table, size_t index)
{
	struct sa_description gone = inbound(simulation->sas[index].spi, 1, 1);

	if (!simulation->sas[index].exists)
		return;
	simulation->sas[index].exists = false;
	if (!simulation->blind)
		sa_table_remove(table, gone.spi, &gone.destination);
}

/* pluto restarts: all SAs are gone, and reqids start over for whoever comes. */
static void model_flush(struct simulation *simulation, struct sa_table *table)
{
	for (size_t i = 0; i < SAS_OF_MODEL; i++)
		simulation->sas[i].exists = false;
	if (!simulation->blind)
		sa_table_flush(table);
}

static void model_dump(struct simulation *simulation, struct sa_table *table)
{
	simulation->blind = false;
	sa_table_begin_dump(table);
	for (size_t i = 0; i < SAS_OF_MODEL; i++) {
		struct sa_description description =
			inbound(simulation->sas[i].spi, simulation->sas[i].reqid, 40001);

		if (simulation->sas[i].exists)
			assert_int_equal(sa_table_add(table, &description), 0);
	}
	sa_table_end_dump(table);
}

static void random_event(struct simulation *simulation, struct sa_table *table)
{
	uint32_t kind = random_below(simulation, 100);
	uint32_t reqid = 0x4001 + 4 * random_below(simulation, CLIENTS);
	unsigned int client = client_of_reqid(simulation, reqid);

	if (kind < 50) /* rekey, or somebody new */
		model_add(simulation, table, reqid, client ? client : ++simulation->next_client);
	else if (kind < 92)
		model_remove(simulation, table, random_below(simulation, SAS_OF_MODEL));
	else if (kind < 93)
		model_flush(simulation, table);
	else if (kind < 96)
		simulation->blind = true;
	else
		model_dump(simulation, table);
}

/* Each living reference stands for the client that it has always stood for. */
static void check_reqid(struct simulation *simulation, struct sa_table *table, uint32_t reqid)
{
	uint64_t value = sa_table_resolve(table, reqid);
	unsigned int client = client_of_reqid(simulation, reqid);

	if (value == SA_REFERENCE_NONE) {
		assert_int_equal(client, 0);
		return;
	}
	assert_int_not_equal(client, 0);
	for (size_t i = 0; i < simulation->reference_count; i++)
		if (simulation->references[i].value == value) {
			assert_int_equal(simulation->references[i].client, client);
			assert_false(simulation->references[i].ended);
			return;
		}
	assert_true(simulation->reference_count < REFERENCES);
	simulation->references[simulation->reference_count].value = value;
	simulation->references[simulation->reference_count++].client = client;
}

static void check_ended(const struct simulation *simulation, const struct sa_table *table)
{
	size_t living = 0;

	for (size_t i = 0; i < simulation->reference_count; i++) {
		bool alive = sa_table_is_alive(table, simulation->references[i].value);

		assert_int_equal(alive, !simulation->references[i].ended);
		living += alive;
	}
	assert_int_equal(living, sa_table_reference_count(table));
}

static void simulate(uint64_t seed, unsigned int events)
{
	_cleanup_(freep) struct simulation *simulation = calloc(1, sizeof(*simulation));
	_cleanup_(sa_table_freep) struct sa_table *table = NULL;

	assert_non_null(simulation);
	simulation->random = seed;
	assert_int_equal(sa_table_new(note_ended, simulation, &table), 0);
	for (unsigned int i = 0; i < events; i++) {
		random_event(simulation, table);
		if (simulation->blind)
			continue;
		for (uint32_t client = 0; client < CLIENTS; client++)
			check_reqid(simulation, table, 0x4001 + 4 * client);
		if (i % 64 == 0)
			check_ended(simulation, table);
	}
	assert_in_range(simulation->reference_count, 100, REFERENCES);
}

static void no_reference_ever_stands_for_another_client(void **state)
{
	for (uint64_t seed = 1; seed <= 10; seed++)
		simulate(seed, 10000);
}

#define WITH_TABLE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

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
		WITH_TABLE(the_outer_port_is_the_clients_in_both_directions),
		WITH_TABLE(a_flush_ends_all),
		WITH_TABLE(a_dump_removes_what_it_does_not_name),
		WITH_TABLE(a_dump_with_only_new_sas_of_a_reqid_ends_its_generation),
		WITH_TABLE(a_dump_that_confirms_one_sa_keeps_the_generation),
		WITH_TABLE(an_identity_belongs_to_one_generation),
		WITH_TABLE(the_table_is_capped),
		SENTENCE(no_reference_ever_stands_for_another_client),
	};

	return cmocka_run_group_tests_name("sa_reference", tests, NULL, NULL);
}
