/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The heap of deadlines, against a plain search through all of them. */
#include "l2tp/deadline_heap.h"
#include "tests/unit.h"

#define DEADLINES 200

static uint32_t next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

static void an_empty_heap_has_no_first(void **state)
{
	struct l2tp_deadline_heap heap = { 0 };
	struct l2tp_deadline deadline;

	assert_null(l2tp_deadline_heap_first(&heap));
	l2tp_deadline_init(&deadline, L2TP_DEADLINE_CALL);
	l2tp_deadline_set(&heap, &deadline, UINT64_MAX);
	assert_null(l2tp_deadline_heap_first(&heap));
}

static void the_first_is_always_the_earliest(void **state)
{
	static struct l2tp_deadline deadlines[DEADLINES];
	struct l2tp_deadline_heap heap = { 0 };
	uint32_t random = 1;

	assert_int_equal(l2tp_deadline_heap_reserve(&heap, DEADLINES), 0);
	for (size_t i = 0; i < DEADLINES; i++)
		l2tp_deadline_init(&deadlines[i], L2TP_DEADLINE_TUNNEL);
	for (unsigned int step = 0; step < 20000; step++) {
		uint32_t which = next_random(&random) % DEADLINES;
		uint64_t at = next_random(&random) % 1000;
		uint64_t earliest = UINT64_MAX;
		size_t living = 0;

		l2tp_deadline_set(&heap, &deadlines[which], at < 200 ? UINT64_MAX : at);
		for (size_t i = 0; i < DEADLINES; i++) {
			if (deadlines[i].at_usec < earliest)
				earliest = deadlines[i].at_usec;
			living += deadlines[i].at_usec != UINT64_MAX;
		}
		assert_int_equal(heap.count, living);
		if (living > 0)
			assert_int_equal(l2tp_deadline_heap_first(&heap)->at_usec, earliest);
	}
	l2tp_deadline_heap_done(&heap);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SENTENCE(an_empty_heap_has_no_first),
		SENTENCE(the_first_is_always_the_earliest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
