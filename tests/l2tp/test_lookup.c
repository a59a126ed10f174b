/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The hash table: growth, equal keys, removal. */
#include "l2tp/lookup.h"
#include "tests/simulation/allocations.h"
#include "tests/unit.h"

#include <errno.h>

#define NODES 5000

static struct l2tp_lookup_node nodes[NODES];

static void what_was_added_is_found_and_nothing_else(void **state)
{
	struct l2tp_lookup lookup;

	assert_int_equal(l2tp_lookup_init(&lookup, 42), 0);
	for (uint64_t i = 0; i < NODES; i++)
		l2tp_lookup_add(&lookup, &nodes[i], i * 65536);
	for (uint64_t i = 0; i < NODES; i++)
		assert_ptr_equal(l2tp_lookup_find(&lookup, i * 65536), &nodes[i]);
	assert_null(l2tp_lookup_find(&lookup, 1));
	for (uint64_t i = 0; i < NODES; i += 2)
		l2tp_lookup_remove(&lookup, &nodes[i]);
	for (uint64_t i = 0; i < NODES; i++)
		assert_ptr_equal(l2tp_lookup_find(&lookup, i * 65536), i % 2 ? &nodes[i] : NULL);
	assert_int_equal(lookup.count, NODES / 2);
	l2tp_lookup_done(&lookup);
}

static void without_memory_to_grow_all_is_found_still(void **state)
{
	struct l2tp_lookup lookup;
	size_t before;

	allocations_fail_once(1);
	assert_int_equal(l2tp_lookup_init(&lookup, 42), -ENOMEM);
	assert_int_equal(l2tp_lookup_init(&lookup, 42), 0);
	before = lookup.bucket_count;
	allocations_fail(1000, 0);
	for (uint64_t i = 0; i < NODES; i++)
		l2tp_lookup_add(&lookup, &nodes[i], i);
	allocations_fail(0, 0);
	assert_int_equal(lookup.bucket_count, before);
	for (uint64_t i = 0; i < NODES; i++)
		assert_ptr_equal(l2tp_lookup_find(&lookup, i), &nodes[i]);
	assert_int_equal(lookup.count, NODES);
	l2tp_lookup_done(&lookup);
}

static void nodes_of_one_key_are_found_one_after_another(void **state)
{
	struct l2tp_lookup lookup;
	struct l2tp_lookup_node *node;
	size_t found = 0;

	assert_int_equal(l2tp_lookup_init(&lookup, 42), 0);
	for (size_t i = 0; i < 3; i++)
		l2tp_lookup_add(&lookup, &nodes[i], 7);
	l2tp_lookup_add(&lookup, &nodes[3], 8);
	for (node = l2tp_lookup_find(&lookup, 7); node; node = l2tp_lookup_find_next(node))
		found++;
	assert_int_equal(found, 3);
	l2tp_lookup_done(&lookup);
}

static void keys_of_a_peer_spread_over_the_buckets(void **state)
{
	struct l2tp_lookup lookup;
	size_t longest = 0;

	assert_int_equal(l2tp_lookup_init(&lookup, 42), 0);
	for (uint64_t i = 0; i < NODES; i++)
		l2tp_lookup_add(&lookup, &nodes[i], i << 40);
	for (size_t i = 0; i < lookup.bucket_count; i++) {
		size_t length = 0;

		for (struct l2tp_lookup_node *n = lookup.buckets[i]; n; n = n->next)
			length++;
		if (length > longest)
			longest = length;
	}
	assert_in_range(longest, 1, 12);
	l2tp_lookup_done(&lookup);
}

static void bytes_that_differ_in_one_bit_mix_differently(void **state)
{
	uint8_t bytes[21] = { 0 };
	uint64_t before = l2tp_lookup_mix_bytes(1, bytes, sizeof(bytes));

	for (size_t bit = 0; bit < 8 * sizeof(bytes); bit++) {
		bytes[bit / 8] ^= 1 << bit % 8;
		assert_int_not_equal(l2tp_lookup_mix_bytes(1, bytes, sizeof(bytes)), before);
		bytes[bit / 8] ^= 1 << bit % 8;
	}
	assert_int_not_equal(l2tp_lookup_mix_bytes(1, bytes, 20), before);
	assert_int_not_equal(l2tp_lookup_mix_bytes(2, bytes, sizeof(bytes)), before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SENTENCE(what_was_added_is_found_and_nothing_else),
		SENTENCE(without_memory_to_grow_all_is_found_still),
		SENTENCE(nodes_of_one_key_are_found_one_after_another),
		SENTENCE(keys_of_a_peer_spread_over_the_buckets),
		SENTENCE(bytes_that_differ_in_one_bit_mix_differently),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
