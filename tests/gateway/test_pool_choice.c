/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pools beside the networks of a host. */
#include "gateway/pool_choice.h"
#include "tests/unit.h"

#define IPV4(a, b, c, d) ((uint32_t)(a) << 24 | (b) << 16 | (c) << 8 | (d))

static void assert_chosen(const struct pool_network *networks, size_t count, uint32_t network)
{
	struct pool_range range = { 0 };

	assert_true(pool_choose(networks, count, NULL, &range));
	assert_int_equal(range.local, network + 1);
	assert_int_equal(range.first, network + 10);
	assert_int_equal(range.last, network + 3 * 256 + 250);
}

static void a_host_that_meets_nothing_has_the_default(void **state)
{
	static const struct pool_network elsewhere = { .first = IPV4(10, 88, 0, 0),
						       .last = IPV4(10, 88, 255, 255),
						       .is_connected = true };

	assert_chosen(NULL, 0, IPV4(10, 89, 0, 0));
	assert_chosen(&elsewhere, 1, IPV4(10, 89, 0, 0));
}

static void one_address_in_common_is_too_many(void **state)
{
	static const struct pool_network first = { .first = IPV4(10, 89, 0, 0),
						   .last = IPV4(10, 89, 0, 0) };
	static const struct pool_network last = { .first = IPV4(10, 89, 3, 255),
						  .last = IPV4(10, 89, 3, 255) };

	assert_chosen(&first, 1, IPV4(10, 89, 4, 0));
	assert_chosen(&last, 1, IPV4(10, 89, 4, 0));
}

static void a_host_that_has_all_of_10_gets_one_of_172(void **state)
{
	static const struct pool_network networks[] = {
		{ .first = IPV4(10, 0, 0, 0), .last = IPV4(10, 255, 255, 255) },
		{ .first = IPV4(172, 16, 0, 0), .last = IPV4(172, 17, 255, 255) },
	};
	static const struct pool_network more = { .first = IPV4(10, 0, 0, 0),
						  .last = IPV4(172, 31, 255, 255) };

	assert_chosen(networks, 2, IPV4(172, 18, 0, 0));
	assert_chosen(&more, 1, IPV4(192, 168, 0, 0));
}

static void what_saregate_conf_has_already_is_not_chosen(void **state)
{
	static const struct configuration configuration = {
		.pool_first_ipv4 = IPV4(10, 89, 3, 255),
		.pool_last_ipv4 = IPV4(10, 89, 3, 255),
		.pools = { { .name = "guests",
			     .first_ipv4 = IPV4(10, 89, 4, 0),
			     .last_ipv4 = IPV4(10, 89, 8, 0) } },
		.pool_count = 1,
	};
	struct pool_range range = { 0 };

	assert_true(pool_choose(NULL, 0, &configuration, &range));
	assert_int_equal(range.local, IPV4(10, 89, 12, 1));
}

static void a_host_that_has_all_gets_none(void **state)
{
	static const struct pool_network all = { .first = IPV4(10, 0, 0, 0),
						 .last = IPV4(192, 168, 255, 255) };
	struct pool_range range = { 1, 2, 3 };

	assert_false(pool_choose(&all, 1, NULL, &range));
	assert_int_equal(range.local, 3);
}

static void a_pool_inside_a_connected_network_collides(void **state)
{
	static const struct pool_network lan = { .first = IPV4(10, 0, 0, 0),
						 .last = IPV4(10, 255, 255, 255),
						 .is_connected = true };

	assert_ptr_equal(pool_find_collision(&lan, 1, IPV4(10, 7, 0, 2), IPV4(10, 7, 0, 9)), &lan);
	assert_null(pool_find_collision(&lan, 1, IPV4(11, 0, 0, 0), IPV4(11, 0, 0, 9)));
}

static void a_part_of_what_lies_behind_a_router_may_be_named(void **state)
{
	static const struct pool_network wide = { .first = IPV4(10, 0, 0, 0),
						  .last = IPV4(10, 255, 255, 255) };
	static const struct pool_network same = { .first = IPV4(10, 7, 0, 0),
						  .last = IPV4(10, 7, 0, 255) };
	static const struct pool_network part = { .first = IPV4(10, 7, 0, 128),
						  .last = IPV4(10, 7, 1, 255) };

	assert_null(pool_find_collision(&wide, 1, IPV4(10, 7, 0, 0), IPV4(10, 7, 0, 255)));
	assert_non_null(pool_find_collision(&same, 1, IPV4(10, 7, 0, 0), IPV4(10, 7, 0, 255)));
	assert_non_null(pool_find_collision(&part, 1, IPV4(10, 7, 0, 0), IPV4(10, 7, 0, 255)));
}

static void the_local_address_lies_beside_the_pool(void **state)
{
	assert_int_equal(pool_choose_local(IPV4(10, 7, 0, 2), IPV4(10, 7, 0, 200)),
			 IPV4(10, 7, 0, 1));
	assert_int_equal(pool_choose_local(IPV4(10, 7, 0, 1), IPV4(10, 7, 0, 200)),
			 IPV4(10, 7, 0, 201));
	assert_int_equal(pool_choose_local(IPV4(10, 7, 0, 0), IPV4(10, 7, 0, 255)),
			 IPV4(10, 6, 255, 255));
}

static void private_is_what_sites_use(void **state)
{
	static const uint32_t private[] = { IPV4(10, 0, 0, 1),     IPV4(172, 16, 0, 1),
					    IPV4(172, 31, 255, 1), IPV4(192, 168, 1, 1),
					    IPV4(100, 64, 0, 1),   IPV4(100, 127, 255, 1) };
	static const uint32_t public[] = { IPV4(11, 0, 0, 1),   IPV4(172, 15, 0, 1),
					   IPV4(172, 32, 0, 1), IPV4(192, 169, 1, 1),
					   IPV4(100, 63, 0, 1), IPV4(100, 128, 0, 1) };

	for (size_t i = 0; i < ELEMENTS(private); i++)
		assert_true(pool_is_private(private[i]));
	for (size_t i = 0; i < ELEMENTS(public); i++)
		assert_false(pool_is_private(public[i]));
}

static bool meets(const char *address, unsigned int length)
{
	/* 2001:db8:0:100::/56 */
	static const struct configuration_pool pool = { .ipv6 = { UINT64_C(0x20010db800000100),
								  56 } };
	struct inet_address parsed;

	assert_int_equal(inet_address_parse(address, &parsed), 0);
	return pool_meets_ipv6(&pool, &parsed, length);
}

static void a_prefix_meets_what_holds_it_and_what_it_holds(void **state)
{
	static const struct configuration_pool none = { 0 };
	struct inet_address any = { .family = AF_INET6 };

	assert_true(meets("2001:db8:0:1ff::1", 64));
	assert_true(meets("2001:db8:0:100::1", 128));
	assert_true(meets("2001:db8:0:1::1", 48));
	assert_true(meets("::", 0));
	assert_false(meets("2001:db8:0:200::1", 64));
	assert_false(meets("2001:db8:0:ff::1", 57));
	assert_false(meets("192.0.2.1", 0));
	assert_false(pool_meets_ipv6(&none, &any, 0));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SENTENCE(a_host_that_meets_nothing_has_the_default),
		SENTENCE(one_address_in_common_is_too_many),
		SENTENCE(a_host_that_has_all_of_10_gets_one_of_172),
		SENTENCE(what_saregate_conf_has_already_is_not_chosen),
		SENTENCE(a_host_that_has_all_gets_none),
		SENTENCE(a_pool_inside_a_connected_network_collides),
		SENTENCE(a_part_of_what_lies_behind_a_router_may_be_named),
		SENTENCE(the_local_address_lies_beside_the_pool),
		SENTENCE(private_is_what_sites_use),
		SENTENCE(a_prefix_meets_what_holds_it_and_what_it_holds),
	};

	return cmocka_run_group_tests_name("pool_choice", tests, NULL, NULL);
}
