/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pools side by side: whose an address is, and what a change of them leaves. */
#include "gateway/address_pools.h"
#include "tests/unit.h"

#include <stdio.h>

#define HOME   0x0a59000au /* 10.89.0.10, the default pool's first */
#define GUESTS 0x0a5a000au
#define STAFF  0x0a5b000au

#define POOLS _cleanup_(address_pools_freep) struct address_pools *

/* Two addresses each. */
static struct configuration with_guests_and_staff(void)
{
	return (struct configuration){
		.pool_first_ipv4 = HOME,
		.pool_last_ipv4 = HOME + 1,
		.pools = { { .name = "guests", .first_ipv4 = GUESTS, .last_ipv4 = GUESTS + 1 },
			   { .name = "staff", .first_ipv4 = STAFF, .last_ipv4 = STAFF + 1 } },
		.pool_count = 2,
	};
}

static struct address_pools *make(const struct configuration *configuration,
				  const struct address_pools *former)
{
	struct address_pools *pools = NULL;

	assert_int_equal(address_pools_new(configuration, former, &pools), 0);
	return pools;
}

static size_t available(const struct address_pools *pools, const char *name)
{
	return address_pool_available(address_pools_find(pools, name));
}

static uint32_t lease(struct address_pools *pools, const char *name)
{
	uint32_t ipv4 = 0;

	assert_int_equal(address_pool_lease(address_pools_find(pools, name), 0, &ipv4), 0);
	return ipv4;
}

static void pools_are_found_by_name_and_the_default_by_two(void **state)
{
	struct configuration configuration = with_guests_and_staff();
	POOLS pools = make(&configuration, NULL);

	assert_int_equal(lease(pools, ""), HOME);
	assert_int_equal(lease(pools, "default"), HOME + 1);
	assert_int_equal(lease(pools, "guests"), GUESTS);
	assert_int_equal(lease(pools, "staff"), STAFF);
	assert_null(address_pools_find(pools, "Guests"));
	assert_null(address_pools_find(pools, "guest"));
}

static void pools_are_told_in_the_order_of_the_file(void **state)
{
	static const char *const names[] = { "default", "guests", "staff" };
	struct configuration configuration = with_guests_and_staff();
	POOLS pools = make(&configuration, NULL);
	struct configuration_pool described;

	assert_int_equal(address_pools_count(pools), ELEMENTS(names));
	for (size_t i = 0; i < ELEMENTS(names); i++) {
		const struct address_pool *pool = address_pools_get(pools, i, &described);

		assert_string_equal(described.name, names[i]);
		assert_ptr_equal(pool, address_pools_find(pools, names[i]));
	}
}

static void an_address_goes_to_its_own_pool_and_back(void **state)
{
	struct configuration configuration = with_guests_and_staff();
	POOLS pools = make(&configuration, NULL);

	assert_true(address_pools_claim(pools, STAFF + 1));
	assert_false(address_pools_claim(pools, STAFF + 1));
	assert_false(address_pools_claim(pools, STAFF + 2));
	assert_false(address_pools_claim(pools, HOME - 1));
	assert_int_equal(available(pools, "staff"), 1);
	assert_int_equal(available(pools, "guests"), 2);
	assert_int_equal(available(pools, ""), 2);
	address_pools_release(pools, STAFF + 2);
	address_pools_release(pools, STAFF + 1);
	assert_int_equal(available(pools, "staff"), 2);
}

static void a_pool_of_the_same_name_keeps_the_order_of_use(void **state)
{
	struct configuration configuration = with_guests_and_staff();
	POOLS pools = make(&configuration, NULL);
	POOLS changed = NULL;

	address_pools_release(pools, lease(pools, "staff"));
	/* staff grows, and stands where guests stood, who have gone */
	configuration.pools[0] = (struct configuration_pool){ .name = "staff",
							      .first_ipv4 = STAFF,
							      .last_ipv4 = STAFF + 2 };
	configuration.pools[1] = (struct configuration_pool){ .name = "others",
							      .first_ipv4 = GUESTS,
							      .last_ipv4 = GUESTS };
	changed = make(&configuration, pools);
	assert_null(address_pools_find(changed, "guests"));
	assert_int_equal(available(changed, "staff"), 3);
	assert_int_equal(lease(changed, "staff"), STAFF + 2);
	assert_int_equal(lease(changed, "staff"), STAFF + 1);
	assert_int_equal(lease(changed, "staff"), STAFF);
	assert_int_equal(lease(changed, "others"), GUESTS);
}

static void as_many_pools_as_a_file_may_have_are_served(void **state)
{
	struct configuration configuration = with_guests_and_staff();
	POOLS pools = NULL;

	configuration.pool_count = CONFIGURATION_POOLS_MAX;
	for (uint32_t i = 0; i < CONFIGURATION_POOLS_MAX; i++) {
		struct configuration_pool *pool = &configuration.pools[i];

		snprintf(pool->name, sizeof(pool->name), "%u", i);
		pool->first_ipv4 = pool->last_ipv4 = GUESTS + i;
	}
	pools = make(&configuration, NULL);
	assert_int_equal(address_pools_count(pools), 1 + CONFIGURATION_POOLS_MAX);
	assert_int_equal(lease(pools, "31"), GUESTS + 31);
	assert_false(address_pools_claim(pools, GUESTS + 31));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SENTENCE(pools_are_found_by_name_and_the_default_by_two),
		SENTENCE(pools_are_told_in_the_order_of_the_file),
		SENTENCE(an_address_goes_to_its_own_pool_and_back),
		SENTENCE(a_pool_of_the_same_name_keeps_the_order_of_use),
		SENTENCE(as_many_pools_as_a_file_may_have_are_served),
	};

	return cmocka_run_group_tests_name("address_pools", tests, NULL, NULL);
}
