/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is remembered of the kernel's sets. */
#include "ipsec-glue/sa_mark_elements.h"
#include "tests/unit.h"

#include <errno.h>

static struct sa_mark_change tunnel(uint32_t mark, uint16_t tunnel_id)
{
	return (struct sa_mark_change){ false, SA_MARK_SET_TUNNELS, mark, tunnel_id };
}

static struct sa_mark_change twin(uint32_t reqid)
{
	return (struct sa_mark_change){ false, SA_MARK_SET_TWINS, reqid, 0 };
}

static int add(struct sa_mark_elements *elements, struct sa_mark_change change)
{
	return sa_mark_elements_add(elements, &change);
}

static bool drop(struct sa_mark_elements *elements, struct sa_mark_change change)
{
	return sa_mark_elements_remove(elements, &change);
}

static int set_up(void **state)
{
	static struct sa_mark_elements elements;

	*state = &elements;
	return sa_mark_elements_init(&elements);
}

static int tear_down(void **state)
{
	sa_mark_elements_done(*state);
	return 0;
}

static void what_is_not_there_cannot_be_removed(void **state)
{
	assert_false(drop(*state, tunnel(0x4001, 7)));
	assert_int_equal(add(*state, tunnel(0x4001, 7)), 0);
	assert_false(drop(*state, tunnel(0x4001, 8)));
	assert_false(drop(*state, tunnel(0x4005, 7)));
	assert_false(drop(*state, twin(0x4001)));
	assert_true(drop(*state, tunnel(0x4001, 7)));
	assert_false(drop(*state, tunnel(0x4001, 7)));
}

static void an_element_is_there_once(void **state)
{
	assert_int_equal(add(*state, tunnel(0x4001, 7)), 0);
	assert_int_equal(add(*state, tunnel(0x4001, 7)), -EEXIST);
	assert_int_equal(add(*state, twin(0x4001)), 0);
	assert_int_equal(add(*state, twin(0x4001)), -EEXIST);
	assert_int_equal(sa_mark_elements_count(*state, SA_MARK_SET_TUNNELS), 1);
	assert_int_equal(sa_mark_elements_count(*state, SA_MARK_SET_TWINS), 1);
}

static void a_twin_has_no_tunnel_id(void **state)
{
	struct sa_mark_change change = twin(0x4001);

	change.tunnel_id = 9;
	assert_int_equal(add(*state, change), 0);
	assert_int_equal(add(*state, twin(0x4001)), -EEXIST);
	assert_true(drop(*state, twin(0x4001)));
}

static void a_walk_meets_each_element_once(void **state)
{
	const struct sa_mark_element *element;
	struct sa_mark_elements_walk walk = { 0 };
	static unsigned int seen[3000];
	size_t count = 0;

	for (unsigned int i = 0; i < ELEMENTS(seen); i++)
		assert_int_equal(add(*state, tunnel(0x4001 + i / 3 * 4, (uint16_t)i)), 0);
	assert_int_equal(add(*state, twin(0x4001)), 0);
	while ((element = sa_mark_elements_next(*state, &walk))) {
		if (element->set == SA_MARK_SET_TUNNELS) {
			assert_int_equal(element->link.key, 0x4001 + element->tunnel_id / 3 * 4);
			seen[element->tunnel_id]++;
		}
		count++;
	}
	assert_int_equal(count, ELEMENTS(seen) + 1);
	for (unsigned int i = 0; i < ELEMENTS(seen); i++)
		assert_int_equal(seen[i], 1);
}

static struct sa_mark_change without(struct sa_mark_change change)
{
	change.remove = true;
	return change;
}

static void of_several_changes_those_that_change_something_are_told(void **state)
{
	const struct sa_mark_change changes[] = { tunnel(0x4001, 7), tunnel(0x4005, 8),
						  without(tunnel(0x4009, 9)) };
	struct sa_mark_change done[ELEMENTS(changes)];
	size_t count = 0;

	assert_int_equal(add(*state, tunnel(0x4005, 8)), 0);
	assert_int_equal(add(*state, tunnel(0x4009, 9)), 0);
	assert_int_equal(sa_mark_elements_apply(*state, changes, 3, done, &count), 0);
	assert_int_equal(count, 2);
	assert_true(done[0].remove);
	assert_int_equal(done[1].mark, 0x4001);
	assert_int_equal(sa_mark_elements_apply(*state, changes, 3, done, &count), 0);
	assert_int_equal(count, 0);
	assert_int_equal(sa_mark_elements_count(*state, SA_MARK_SET_TUNNELS), 2);
}

/* What is let in although nobody asks for it any more would be let in for ever. */
static void without_room_for_all_nothing_is_added_and_what_goes_goes(void **state)
{
	const struct sa_mark_change changes[] = { tunnel(0, 11), tunnel(0, 12), tunnel(0, 13),
						  without(tunnel(0, 1)) };
	struct sa_mark_change done[ELEMENTS(changes)];
	size_t count = 0;

	for (unsigned int i = 0; i < SA_MARK_ELEMENTS_MAX - 1; i++)
		assert_int_equal(add(*state, tunnel(i, 1)), 0);
	assert_int_equal(sa_mark_elements_apply(*state, changes, 4, done, &count), -ENOSPC);
	assert_int_equal(count, 1);
	assert_true(done[0].remove);
	assert_int_equal(sa_mark_elements_count(*state, SA_MARK_SET_TUNNELS),
			 SA_MARK_ELEMENTS_MAX - 2);
	for (size_t i = 0; i < ELEMENTS(changes); i++)
		assert_false(drop(*state, changes[i]));
}

static void there_is_a_limit(void **state)
{
	for (unsigned int i = 0; i < SA_MARK_ELEMENTS_MAX; i++)
		assert_int_equal(add(*state, tunnel(i, 1)), 0);
	assert_int_equal(add(*state, tunnel(SA_MARK_ELEMENTS_MAX, 1)), -ENOSPC);
	assert_true(drop(*state, tunnel(0, 1)));
	assert_int_equal(add(*state, tunnel(SA_MARK_ELEMENTS_MAX, 1)), 0);
}

#define WITH(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH(what_is_not_there_cannot_be_removed),
		WITH(an_element_is_there_once),
		WITH(a_twin_has_no_tunnel_id),
		WITH(a_walk_meets_each_element_once),
		WITH(of_several_changes_those_that_change_something_are_told),
		WITH(without_room_for_all_nothing_is_added_and_what_goes_goes),
		WITH(there_is_a_limit),
	};

	return cmocka_run_group_tests_name("sa_mark_elements", tests, NULL, NULL);
}
