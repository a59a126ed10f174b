/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The order of data messages: what is late, what is lost, what began anew. */
#include "l2tp/data_message.h"
#include "tests/unit.h"

static void a_message_that_was_seen_is_refused(void **state)
{
	struct l2tp_data_sequence sequence = { 0 };

	assert_true(l2tp_data_sequence_accept(&sequence, 0));
	assert_false(l2tp_data_sequence_accept(&sequence, 0));
	assert_true(l2tp_data_sequence_accept(&sequence, 1));
	assert_false(l2tp_data_sequence_accept(&sequence, 0));
}

static void a_late_message_is_refused_and_the_order_goes_on(void **state)
{
	struct l2tp_data_sequence sequence = { .nr = 2000 };

	assert_false(l2tp_data_sequence_accept(&sequence, 1999));
	assert_false(l2tp_data_sequence_accept(&sequence, 2000 - L2TP_DATA_LATE_MAX));
	assert_true(l2tp_data_sequence_accept(&sequence, 2000));
}

static void nothing_waits_for_a_lost_message(void **state)
{
	struct l2tp_data_sequence sequence = { .nr = 7 };

	assert_true(l2tp_data_sequence_accept(&sequence, 9));
	assert_int_equal(sequence.nr, 10);
	assert_false(l2tp_data_sequence_accept(&sequence, 8));
}

static void the_numbers_wrap(void **state)
{
	struct l2tp_data_sequence sequence = { .nr = 65535 };

	assert_true(l2tp_data_sequence_accept(&sequence, 65535));
	assert_int_equal(sequence.nr, 0);
	assert_false(l2tp_data_sequence_accept(&sequence, 65535));
	assert_true(l2tp_data_sequence_accept(&sequence, 0));
}

static void a_peer_that_begins_anew_is_heard(void **state)
{
	struct l2tp_data_sequence sequence = { .nr = 2 + L2TP_DATA_LATE_MAX };

	assert_true(l2tp_data_sequence_accept(&sequence, 1));
	assert_int_equal(sequence.nr, 2);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SENTENCE(a_message_that_was_seen_is_refused),
		SENTENCE(a_late_message_is_refused_and_the_order_goes_on),
		SENTENCE(nothing_waits_for_a_lost_message),
		SENTENCE(the_numbers_wrap),
		SENTENCE(a_peer_that_begins_anew_is_heard),
	};

	return cmocka_run_group_tests_name("data_message", tests, NULL, NULL);
}
