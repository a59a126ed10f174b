/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The pool of inner addresses: order of leases, exhaustion, and a model. */
#include "gateway/address_pool.h"
#include "tests/unit.h"

#include <errno.h>

#define FIRST 0x0a59000au /* 10.89.0.10 */

static struct address_pool *pool_of(uint32_t count)
{
	struct address_pool *pool = NULL;

	assert_int_equal(address_pool_new(FIRST, FIRST + count - 1, &pool), 0);
	return pool;
}

static uint32_t lease(struct address_pool *pool, uint32_t preferred)
{
	uint32_t address = 0;

	assert_int_equal(address_pool_lease(pool, preferred, &address), 0);
	return address;
}

static void a_reversed_range_is_refused(void **state)
{
	struct address_pool *pool = NULL;

	assert_int_equal(address_pool_new(FIRST, FIRST - 1, &pool), -EINVAL);
	assert_int_equal(address_pool_new(UINT32_MAX, 0, &pool), -EINVAL);
	assert_null(pool);
}

static void a_range_that_is_too_large_is_refused(void **state)
{
	struct address_pool *pool = NULL;

	assert_int_equal(address_pool_new(FIRST, FIRST + ADDRESS_POOL_MAXIMUM, &pool), -EINVAL);
	assert_int_equal(address_pool_new(0, UINT32_MAX, &pool), -EINVAL);
	assert_null(pool);
}

static void a_range_of_the_largest_size_is_served(void **state)
{
	_cleanup_(address_pool_freep) struct address_pool *pool = pool_of(ADDRESS_POOL_MAXIMUM);

	assert_int_equal(address_pool_size(pool), ADDRESS_POOL_MAXIMUM);
	assert_int_equal(address_pool_available(pool), ADDRESS_POOL_MAXIMUM);
}

static void the_highest_and_the_lowest_address_can_be_in_a_pool(void **state)
{
	_cleanup_(address_pool_freep) struct address_pool *high = NULL;
	_cleanup_(address_pool_freep) struct address_pool *low = NULL;

	assert_int_equal(address_pool_new(UINT32_MAX, UINT32_MAX, &high), 0);
	assert_int_equal(lease(high, 0), UINT32_MAX);
	assert_int_equal(address_pool_new(0, 1, &low), 0);
	assert_int_equal(lease(low, 1), 1);
	assert_int_equal(lease(low, 1), 0);
}

static void an_empty_pool_says_so_and_leaves_the_output_alone(void **state)
{
	_cleanup_(address_pool_freep) struct address_pool *pool = pool_of(2);
	uint32_t address = 42;

	lease(pool, 0);
	lease(pool, 0);
	assert_int_equal(address_pool_lease(pool, 0, &address), -ENOSPC);
	assert_int_equal(address_pool_lease(pool, FIRST, &address), -ENOSPC);
	assert_int_equal(address, 42);
	assert_int_equal(address_pool_available(pool), 0);
}

static void addresses_come_in_ascending_order_at_first(void **state)
{
	_cleanup_(address_pool_freep) struct address_pool *pool = pool_of(3);

	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(lease(pool, 0), FIRST + i);
}

static void the_least_recently_used_address_comes_first(void **state)
{
	_cleanup_(address_pool_freep) struct address_pool *pool = pool_of(4);

	for (uint32_t i = 0; i < 3; i++)
		lease(pool, 0);
	address_pool_release(pool, FIRST + 1);
	address_pool_release(pool, FIRST + 0);
	assert_int_equal(lease(pool, 0), FIRST + 3);
	assert_int_equal(lease(pool, 0), FIRST + 1);
	assert_int_equal(lease(pool, 0), FIRST + 0);
}

static void the_preferred_address_is_given_when_free(void **state)
{
	_cleanup_(address_pool_freep) struct address_pool *pool = pool_of(4);

	assert_int_equal(lease(pool, FIRST + 2), FIRST + 2);
	assert_int_equal(lease(pool, 0), FIRST + 0);
	assert_int_equal(lease(pool, 0), FIRST + 1);
	assert_int_equal(lease(pool, 0), FIRST + 3);
}

static void a_preferred_address_that_is_taken_or_outside_counts_for_nothing(void **state)
{
	_cleanup_(address_pool_freep) struct address_pool *pool = pool_of(4);

	assert_int_equal(lease(pool, FIRST + 2), FIRST + 2);
	assert_int_equal(lease(pool, FIRST + 2), FIRST + 0);
	assert_int_equal(lease(pool, FIRST + 4), FIRST + 1);
	assert_int_equal(lease(pool, FIRST - 1), FIRST + 3);
}

static void releasing_what_is_not_leased_changes_nothing(void **state)
{
	_cleanup_(address_pool_freep) struct address_pool *pool = pool_of(2);

	address_pool_release(pool, FIRST);
	address_pool_release(pool, FIRST - 1);
	address_pool_release(pool, FIRST + 2);
	assert_int_equal(address_pool_available(pool), 2);
	assert_int_equal(lease(pool, 0), FIRST);
	address_pool_release(pool, FIRST);
	address_pool_release(pool, FIRST);
	assert_int_equal(address_pool_available(pool), 2);
	assert_int_equal(lease(pool, 0), FIRST + 1);
	assert_int_equal(lease(pool, 0), FIRST);
}

/* The slow and obvious pool: when each address came back, 0 while leased. */
#define MODEL_SIZE 61
struct model {
	uint32_t returned[MODEL_SIZE];
	uint32_t time;
};

/* The index that is to be leased, or MODEL_SIZE. */
static uint32_t model_choose(const struct model *model, uint32_t preferred)
{
	uint32_t best = MODEL_SIZE;

	if (preferred < MODEL_SIZE && model->returned[preferred])
		return preferred;
	for (uint32_t i = 0; i < MODEL_SIZE; i++)
		if (model->returned[i] &&
		    (best == MODEL_SIZE || model->returned[i] < model->returned[best]))
			best = i;
	return best;
}

static uint32_t random_next(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

static void lease_as_the_model_does(struct address_pool *pool, struct model *model,
				    uint32_t preferred)
{
	uint32_t expected = model_choose(model, preferred);
	uint32_t address = 0;
	int result = address_pool_lease(pool, FIRST + preferred, &address);

	assert_int_equal(result, expected == MODEL_SIZE ? -ENOSPC : 0);
	if (result < 0)
		return;
	assert_int_equal(address, FIRST + expected);
	model->returned[expected] = 0;
}

static void a_million_random_operations_agree_with_a_model(void **state)
{
	_cleanup_(address_pool_freep) struct address_pool *pool = pool_of(MODEL_SIZE);
	struct model model = { .time = MODEL_SIZE };
	uint32_t seed = 1;

	for (uint32_t i = 0; i < MODEL_SIZE; i++)
		model.returned[i] = i + 1;
	for (uint32_t i = 0; i < 1000000; i++) {
		uint32_t index = random_next(&seed) % (MODEL_SIZE + 2);

		/* Phases, so that the pool is full at times and empty at others. */
		if (random_next(&seed) % 8 < ((i / 1000) % 2 ? 6 : 2)) {
			lease_as_the_model_does(pool, &model, index);
			continue;
		}
		address_pool_release(pool, FIRST + index);
		if (index < MODEL_SIZE && !model.returned[index])
			model.returned[index] = ++model.time;
	}
}

static void a_claimed_address_is_leased_to_nobody_else(void **state)
{
	_cleanup_(address_pool_freep) struct address_pool *pool = pool_of(2);

	assert_true(address_pool_claim(pool, FIRST));
	assert_false(address_pool_claim(pool, FIRST));
	assert_false(address_pool_claim(pool, FIRST - 1));
	assert_false(address_pool_claim(pool, FIRST + 2));
	assert_int_equal(lease(pool, 0), FIRST + 1);
	assert_int_equal(address_pool_available(pool), 0);
	address_pool_release(pool, FIRST);
	assert_int_equal(lease(pool, 0), FIRST);
}

static void a_resized_pool_has_its_new_range_and_nothing_leased(void **state)
{
	_cleanup_(address_pool_freep) struct address_pool *pool = pool_of(4);
	_cleanup_(address_pool_freep) struct address_pool *resized = NULL;

	lease(pool, 0);
	assert_int_equal(address_pool_resize(pool, FIRST + 5, FIRST + 4, &resized), -EINVAL);
	assert_null(resized);
	assert_int_equal(address_pool_resize(pool, FIRST - 1, FIRST + 8, &resized), 0);
	assert_int_equal(address_pool_size(resized), 10);
	assert_int_equal(address_pool_available(resized), 10);
	assert_int_equal(address_pool_available(pool), 3);
}

/* Who went a moment ago finds his own address free after the change, too. */
static void a_resized_pool_gives_what_was_used_last_at_last(void **state)
{
	_cleanup_(address_pool_freep) struct address_pool *pool = pool_of(4);
	_cleanup_(address_pool_freep) struct address_pool *resized = NULL;
	uint32_t first = lease(pool, 0), second = lease(pool, 0);

	address_pool_release(pool, second);
	address_pool_release(pool, first);
	assert_int_equal(address_pool_resize(pool, FIRST, FIRST + 4, &resized), 0);
	assert_int_equal(lease(resized, 0), FIRST + 4);
	assert_int_equal(lease(resized, 0), FIRST + 2);
	assert_int_equal(lease(resized, 0), FIRST + 3);
	assert_int_equal(lease(resized, 0), second);
	assert_int_equal(lease(resized, 0), first);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SENTENCE(a_reversed_range_is_refused),
		SENTENCE(a_range_that_is_too_large_is_refused),
		SENTENCE(a_range_of_the_largest_size_is_served),
		SENTENCE(the_highest_and_the_lowest_address_can_be_in_a_pool),
		SENTENCE(an_empty_pool_says_so_and_leaves_the_output_alone),
		SENTENCE(addresses_come_in_ascending_order_at_first),
		SENTENCE(the_least_recently_used_address_comes_first),
		SENTENCE(the_preferred_address_is_given_when_free),
		SENTENCE(a_preferred_address_that_is_taken_or_outside_counts_for_nothing),
		SENTENCE(releasing_what_is_not_leased_changes_nothing),
		SENTENCE(a_claimed_address_is_leased_to_nobody_else),
		SENTENCE(a_resized_pool_has_its_new_range_and_nothing_leased),
		SENTENCE(a_resized_pool_gives_what_was_used_last_at_last),
		SENTENCE(a_million_random_operations_agree_with_a_model),
	};

	return cmocka_run_group_tests_name("address_pool", tests, NULL, NULL);
}
