/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory that runs short: whichever allocation fails, it is told, nothing is left behind,
 * and what was there before is there still.
 */
#include "ipsec-glue/key_table.h"
#include "ipsec-glue/libreswan_text.h"
#include "ipsec-glue/pluto_text.h"
#include "ipsec-glue/sa_mark_elements.h"
#include "ipsec-glue/zone_connections.h"
#include "tests/ipsec-glue/sa_table_fixture.h"
#include "tests/simulation/allocations.h"

#include <errno.h>

#define LINKS 1000

/* Run @make with each of its allocations failing once; then it has to succeed. */
static void assert_told(int (*make)(void))
{
	const int64_t living = allocations_living;
	uint32_t number = 0;
	bool failed;
	int r;

	do {
		allocations_fail_once(++number);
		r = make();
		failed = allocations_have_failed_once();
		allocations_fail_once(0);
		assert_int_equal(r, failed ? -ENOMEM : 0);
		assert_int_equal(allocations_living, living);
	} while (failed);
	/* One failed at least. */
	assert_int_not_equal(number, 1);
}

static int make_connections(void)
{
	const struct libreswan_parameters host = { .listen = { inet_address_from_ipv4(GATEWAY) },
						   .listen_count = 1,
						   .updown = "/updown" };
	_cleanup_(freep) char *text = NULL;

	return libreswan_text_connections(&host, &text);
}

static int make_secrets(void)
{
	const struct libreswan_parameters host = { .listen = { inet_address_from_ipv4(GATEWAY) },
						   .listen_count = 1 };
	_cleanup_(freep) char *text = NULL;

	return libreswan_text_secrets(&host, "key", &text);
}

static int replace_key(void)
{
	_cleanup_(freep) char *text = NULL;

	return libreswan_text_replace_psk("203.0.113.1 %any : PSK \"old\"\n", "old", "new", &text);
}

static int make_main_file(void)
{
	_cleanup_(freep) char *text = NULL;

	return pluto_text_main("config setup\n\tprotostack=xfrm\n", &text);
}

static void a_text_is_whole_or_not_there(void **state)
{
	assert_told(make_connections);
	assert_told(make_secrets);
	assert_told(replace_key);
	assert_told(make_main_file);
}

static int make_elements(void)
{
	const struct sa_mark_change change = { false, SA_MARK_SET_TUNNELS, 0x4001, 7 };
	struct sa_mark_elements elements;
	int r = sa_mark_elements_init(&elements);

	if (r < 0)
		return r;
	r = sa_mark_elements_add(&elements, &change);
	assert_int_equal(sa_mark_elements_count(&elements, SA_MARK_SET_TUNNELS), r == 0);
	sa_mark_elements_done(&elements);
	return r;
}

static void an_element_is_noted_or_not_counted(void **state)
{
	assert_told(make_elements);
}

static int make_zone_connections(void)
{
	_cleanup_(zone_connections_freep) struct zone_connections *connections = NULL;
	const struct zone_connection connection = { { inet_address_from_ipv4(GATEWAY), 1701 },
						    { inet_address_from_ipv4(NAT), 1701 } };
	int r = zone_connections_new(&connections);

	return r < 0 ? r : zone_connections_add(connections, 0x0000000100004001, &connection);
}

static void a_connection_is_remembered_or_told_not_to_be(void **state)
{
	assert_told(make_zone_connections);
}

static int make_client(void)
{
	static const struct sa_table_ops nothing = { 0 };
	const struct sa_description description = inbound(0x100, 0x4001, 4500);
	_cleanup_(sa_table_freep) struct sa_table *table = NULL;
	int r = sa_table_new(&nothing, NULL, &table);

	if (r < 0)
		return r;
	r = sa_table_add(table, &description);
	assert_int_equal(sa_table_size(table), r == 0);
	assert_int_equal(sa_table_reference_count(table), r == 0);
	return r;
}

static void an_sa_is_in_the_table_or_not_counted(void **state)
{
	assert_told(make_client);
}

static void an_identity_that_cannot_be_kept_leaves_the_former_one(void **state)
{
	struct fixture *fixture = *state;
	uint64_t reference;

	add(fixture, inbound(0x100, 0x4001, 40001));
	reference = sa_table_resolve(fixture->table, 0x4001);
	assert_int_equal(sa_table_identify(fixture->table, reference, "@alice", "l2tp"), 0);
	for (uint32_t number = 1; number <= 2; number++) {
		allocations_fail_once(number);
		assert_int_equal(sa_table_identify(fixture->table, reference, "@bob", "other"),
				 -ENOMEM);
		assert_string_equal(sa_table_identity(fixture->table, reference), "@alice");
		assert_string_equal(sa_table_connection(fixture->table, reference), "l2tp");
	}
}

static void a_table_that_cannot_grow_holds_all_still(void **state)
{
	static struct key_link links[LINKS];
	struct key_table table;
	size_t before;

	assert_int_equal(key_table_init(&table), 0);
	before = table.bucket_count;
	allocations_fail(1000, 0);
	for (uint32_t key = 0; key < LINKS; key++)
		key_table_insert(&table, &links[key], key);
	allocations_fail(0, 0);
	assert_int_equal(table.bucket_count, before);
	for (uint32_t key = 0; key < LINKS; key++)
		assert_ptr_equal(key_table_first(&table, key), &links[key]);
	key_table_done(&table);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SENTENCE(a_text_is_whole_or_not_there),
		SENTENCE(an_element_is_noted_or_not_counted),
		SENTENCE(a_connection_is_remembered_or_told_not_to_be),
		SENTENCE(an_sa_is_in_the_table_or_not_counted),
		WITH_TABLE(an_identity_that_cannot_be_kept_leaves_the_former_one),
		SENTENCE(a_table_that_cannot_grow_holds_all_still),
	};

	return cmocka_run_group_tests_name("starved", tests, NULL, NULL);
}
