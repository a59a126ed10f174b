/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who had which address: the newest counts, and the oldest goes when there is no room. */
#include "gateway/address_memory.h"
#include "tests/unit.h"

#include <stdio.h>

static struct address_memory *memory;

static int set_up(void **state)
{
	return address_memory_new(&memory);
}

static int tear_down(void **state)
{
	address_memory_free(memory);
	memory = NULL;
	return 0;
}

static void put_numbered(void (*put)(struct address_memory *, const char *, uint32_t),
			 uint32_t first, uint32_t count)
{
	char user[16];

	for (uint32_t i = first; i < first + count; i++) {
		snprintf(user, sizeof(user), "user%u", i);
		put(memory, user, i);
	}
}

static void the_address_that_a_user_had_last_is_known(void **state)
{
	assert_int_equal(address_memory_find(memory, "alice"), 0);
	address_memory_put(memory, "alice", 1);
	address_memory_put(memory, "bob", 2);
	address_memory_put(memory, "alice", 3);
	assert_int_equal(address_memory_find(memory, "alice"), 3);
	assert_int_equal(address_memory_find(memory, "bob"), 2);
	assert_int_equal(address_memory_find(memory, "Bob"), 0);
	assert_int_equal(address_memory_find(memory, ""), 0);
	assert_int_equal(address_memory_count(memory), 2);
}

static void what_is_older_counts_only_where_nothing_is_known(void **state)
{
	address_memory_put(memory, "alice", 1);
	address_memory_put_older(memory, "alice", 2);
	address_memory_put_older(memory, "bob", 3);
	address_memory_put_older(memory, "bob", 4);
	assert_int_equal(address_memory_find(memory, "alice"), 1);
	assert_int_equal(address_memory_find(memory, "bob"), 3);
}

static void who_came_longest_ago_is_forgotten_beyond_the_cap(void **state)
{
	put_numbered(address_memory_put, 1, ADDRESS_MEMORY_MAX);
	address_memory_put(memory, "user1", 1);
	address_memory_put(memory, "one more", 7);
	assert_int_equal(address_memory_count(memory), ADDRESS_MEMORY_MAX);
	assert_int_equal(address_memory_find(memory, "user2"), 0);
	assert_int_equal(address_memory_find(memory, "user1"), 1);
	assert_int_equal(address_memory_find(memory, "user3"), 3);
	assert_int_equal(address_memory_find(memory, "one more"), 7);
}

static void what_is_older_takes_no_room_from_what_is_newer_and_goes_first(void **state)
{
	put_numbered(address_memory_put, 1, ADDRESS_MEMORY_MAX - 1);
	address_memory_put_older(memory, "old", 5);
	address_memory_put_older(memory, "older", 6);
	assert_int_equal(address_memory_find(memory, "old"), 5);
	assert_int_equal(address_memory_find(memory, "older"), 0);
	address_memory_put(memory, "new", 7);
	assert_int_equal(address_memory_find(memory, "old"), 0);
	assert_int_equal(address_memory_find(memory, "user1"), 1);
}

#define REMEMBERED(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		REMEMBERED(the_address_that_a_user_had_last_is_known),
		REMEMBERED(what_is_older_counts_only_where_nothing_is_known),
		REMEMBERED(who_came_longest_ago_is_forgotten_beyond_the_cap),
		REMEMBERED(what_is_older_takes_no_room_from_what_is_newer_and_goes_first),
	};

	return cmocka_run_group_tests_name("address_memory", tests, NULL, NULL);
}
