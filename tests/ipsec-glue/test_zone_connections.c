/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which connections are deleted when a reference ends. */
#include "ipsec-glue/sa_reference.h"
#include "ipsec-glue/zone_connections.h"
#include "tests/unit.h"

/* Of one zone: a client, its twin, and one whose reqid is equal in 16 bits. */
#define CLIENT    UINT64_C(0x0000000100004001)
#define TWIN      UINT64_C(0x0000000200004001)
#define NEIGHBOUR UINT64_C(0x0000000300014001)
/* Of another. */
#define OTHER UINT64_C(0x0000000400004005)

static int set_up(void **state)
{
	return zone_connections_new((struct zone_connections **)state);
}

static int tear_down(void **state)
{
	zone_connections_free(*state);
	return 0;
}

static struct zone_connection connection(uint16_t peer_port)
{
	return (struct zone_connection){
		.local = { inet_address_from_ipv4(0xcb007101), 1701 },
		.peer = { inet_address_from_ipv4(0xcb00710b), peer_port },
	};
}

static void add(void **state, uint64_t reference, uint16_t peer_port)
{
	const struct zone_connection added = connection(peer_port);

	assert_int_equal(zone_connections_add(*state, reference, &added), 0);
}

/* The port of the peer of what is to be deleted; 0: nothing more is. */
static uint16_t take(void **state, uint64_t reference)
{
	struct zone_connection taken, expected;

	if (!zone_connections_take(*state, reference, &taken))
		return 0;
	expected = connection(taken.peer.port);
	assert_true(inet_endpoint_equal(&taken.local, &expected.local));
	assert_true(inet_endpoint_equal(&taken.peer, &expected.peer));
	return taken.peer.port;
}

static void a_reference_without_connections_has_none_to_delete(void **state)
{
	add(state, OTHER, 1701);
	assert_int_equal(take(state, CLIENT), 0);
	assert_int_equal(take(state, TWIN), 0);
}

static void each_connection_is_deleted_once(void **state)
{
	add(state, CLIENT, 1701);
	add(state, CLIENT, 1701);
	add(state, CLIENT, 50000);
	assert_int_equal(take(state, CLIENT) + take(state, CLIENT), 1701 + 50000);
	assert_int_equal(take(state, CLIENT), 0);
}

static void others_keep_theirs(void **state)
{
	add(state, CLIENT, 1701);
	add(state, OTHER, 28640);
	assert_int_equal(take(state, CLIENT), 1701);
	assert_int_equal(take(state, CLIENT), 0);
	assert_int_equal(take(state, OTHER), 28640);
}

static void what_is_shared_stays_until_the_last_one_ends(void **state)
{
	add(state, CLIENT, 1701);
	add(state, TWIN, 1701);
	add(state, NEIGHBOUR, 1701);
	add(state, TWIN, 40000);
	assert_int_equal(take(state, TWIN), 40000);
	assert_int_equal(take(state, TWIN), 0);
	assert_int_equal(take(state, CLIENT), 0);
	assert_int_equal(take(state, NEIGHBOUR), 1701);
}

static void the_same_ports_in_another_zone_are_another_connection(void **state)
{
	add(state, CLIENT, 1701);
	add(state, OTHER, 1701);
	assert_int_equal(take(state, CLIENT), 1701);
	assert_int_equal(take(state, OTHER), 1701);
}

static void of_too_many_the_oldest_is_forgotten(void **state)
{
	unsigned int count = 0, sum = 0;
	uint16_t port;

	/* used again: it is not the oldest any longer */
	add(state, CLIENT, 1);
	add(state, CLIENT, 2);
	add(state, CLIENT, 1);
	for (uint16_t i = 3; i <= ZONE_CONNECTIONS_OF_REFERENCE_MAX + 1; i++)
		add(state, CLIENT, i);
	while ((port = take(state, CLIENT))) {
		assert_int_not_equal(port, 2);
		sum += port;
		count++;
	}
	assert_int_equal(count, ZONE_CONNECTIONS_OF_REFERENCE_MAX);
	assert_int_equal(sum, (count + 1) * (count + 2) / 2 - 2);
}

#define CONNECTIONS(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		CONNECTIONS(a_reference_without_connections_has_none_to_delete),
		CONNECTIONS(each_connection_is_deleted_once),
		CONNECTIONS(others_keep_theirs),
		CONNECTIONS(what_is_shared_stays_until_the_last_one_ends),
		CONNECTIONS(the_same_ports_in_another_zone_are_another_connection),
		CONNECTIONS(of_too_many_the_oldest_is_forgotten),
	};

	return cmocka_run_group_tests_name("zone_connections", tests, NULL, NULL);
}
