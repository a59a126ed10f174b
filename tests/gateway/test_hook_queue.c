/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which hook may run when: bounded, and those of one session one after the other. */
#include "gateway/hook_queue.h"
#include "tests/unit.h"

#include <errno.h>

static struct hook_queue queue;

static int set_up(void **state)
{
	hook_queue_init(&queue);
	return 0;
}

static int tear_down(void **state)
{
	hook_queue_clear(&queue);
	assert_int_equal(queue.running + queue.waiting, 0);
	return 0;
}

static void add(uint32_t session, enum launcher_hook_event event)
{
	const struct launcher_hook hook = { .session = session, .event = event };

	assert_int_equal(hook_queue_add(&queue, &hook), 0);
}

static struct hook_entry *expect(uint32_t session, enum launcher_hook_event event)
{
	struct hook_entry *entry = hook_queue_begin(&queue);

	assert_non_null(entry);
	assert_int_equal(entry->hook.session, session);
	assert_int_equal(entry->hook.event, event);
	return entry;
}

static void an_empty_queue_has_nothing_to_run(void **state)
{
	assert_null(hook_queue_begin(&queue));
}

static void hooks_of_different_sessions_run_side_by_side(void **state)
{
	add(1, LAUNCHER_HOOK_UP);
	add(2, LAUNCHER_HOOK_UP);
	expect(1, LAUNCHER_HOOK_UP);
	expect(2, LAUNCHER_HOOK_UP);
	assert_null(hook_queue_begin(&queue));
}

static void down_waits_for_up_and_lets_others_pass(void **state)
{
	struct hook_entry *up;

	add(1, LAUNCHER_HOOK_UP);
	add(1, LAUNCHER_HOOK_DOWN);
	add(2, LAUNCHER_HOOK_UP);
	up = expect(1, LAUNCHER_HOOK_UP);
	expect(2, LAUNCHER_HOOK_UP);
	assert_null(hook_queue_begin(&queue));
	hook_queue_end(&queue, up);
	expect(1, LAUNCHER_HOOK_DOWN);
}

static void no_more_than_the_cap_run_at_a_time(void **state)
{
	struct hook_entry *first;

	for (uint32_t i = 0; i <= HOOK_QUEUE_RUNNING_MAX; i++)
		add(i + 1, LAUNCHER_HOOK_UP);
	first = expect(1, LAUNCHER_HOOK_UP);
	for (uint32_t i = 1; i < HOOK_QUEUE_RUNNING_MAX; i++)
		expect(i + 1, LAUNCHER_HOOK_UP);
	assert_null(hook_queue_begin(&queue));
	hook_queue_end(&queue, first);
	expect(HOOK_QUEUE_RUNNING_MAX + 1, LAUNCHER_HOOK_UP);
}

static void no_more_than_the_cap_wait(void **state)
{
	const struct launcher_hook hook = { .session = 7 };

	for (uint32_t i = 0; i < HOOK_QUEUE_WAITING_MAX; i++)
		add(i + 1, LAUNCHER_HOOK_UP);
	assert_int_equal(hook_queue_add(&queue, &hook), -ENOBUFS);
	expect(1, LAUNCHER_HOOK_UP);
	assert_int_equal(hook_queue_add(&queue, &hook), 0);
	assert_int_equal(queue.waiting, HOOK_QUEUE_WAITING_MAX);
	assert_int_equal(queue.running, 1);
}

#define BEHAVIOUR(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		BEHAVIOUR(an_empty_queue_has_nothing_to_run),
		BEHAVIOUR(hooks_of_different_sessions_run_side_by_side),
		BEHAVIOUR(down_waits_for_up_and_lets_others_pass),
		BEHAVIOUR(no_more_than_the_cap_run_at_a_time),
		BEHAVIOUR(no_more_than_the_cap_wait),
	};

	return cmocka_run_group_tests_name("hook_queue", tests, NULL, NULL);
}
