/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Quotas: who has used too much, and who is forgotten when. */
#include "l2tp/quota.h"
#include "tests/unit.h"

#define SECOND UINT64_C(1000000)

static const struct l2tp_rate rate = { .burst = 3, .per_second = 2 };

static void a_burst_is_let_through_and_then_so_many_a_second(void **state)
{
	uint64_t used = 0, now = 5 * SECOND;

	for (unsigned int i = 0; i < 3; i++)
		assert_true(l2tp_rate_take(&used, &rate, now));
	assert_false(l2tp_rate_take(&used, &rate, now));
	assert_false(l2tp_rate_take(&used, &rate, now + SECOND / 2 - 1));
	assert_true(l2tp_rate_take(&used, &rate, now + SECOND / 2));
	assert_false(l2tp_rate_take(&used, &rate, now + SECOND / 2));
	/* After a while of silence the whole burst is there again, and no more. */
	now += 3600 * SECOND;
	for (unsigned int i = 0; i < 3; i++)
		assert_true(l2tp_rate_take(&used, &rate, now));
	assert_false(l2tp_rate_take(&used, &rate, now));
}

static void what_is_refused_uses_nothing_up(void **state)
{
	uint64_t used = 0;

	for (unsigned int i = 0; i < 1000; i++)
		l2tp_rate_take(&used, &rate, 0);
	assert_true(l2tp_rate_take(&used, &rate, SECOND / 2));
}

static void a_quota_is_kept_while_a_tunnel_holds_it(void **state)
{
	struct l2tp_quotas quotas = { 0 };
	struct l2tp_quota *quota;

	assert_int_equal(l2tp_quotas_init(&quotas, 1), 0);
	quota = l2tp_quota_get(&quotas, 7, 0);
	l2tp_quota_hold(&quotas, quota);
	for (uint64_t key = 100; key < 200; key++)
		l2tp_quota_get(&quotas, key, 10 * SECOND);
	assert_ptr_equal(l2tp_quota_get(&quotas, 7, 10 * SECOND), quota);
	assert_int_equal(quota->tunnels, 1);
	l2tp_quota_release(&quotas, quota);
	l2tp_quotas_done(&quotas);
}

static void who_has_used_something_is_kept_in_mind_until_it_is_fresh(void **state)
{
	struct l2tp_quotas quotas = { 0 };

	assert_int_equal(l2tp_quotas_init(&quotas, 1), 0);
	for (unsigned int i = 0; i < 3; i++)
		assert_true(l2tp_rate_take(&l2tp_quota_get(&quotas, 7, 0)->used_usec, &rate, 0));
	for (uint64_t key = 100; key < 200; key++)
		l2tp_rate_take(&l2tp_quota_get(&quotas, key, 0)->used_usec, &rate, 0);
	assert_false(l2tp_rate_take(&l2tp_quota_get(&quotas, 7, 0)->used_usec, &rate, 0));
	assert_int_equal(quotas.idle_count, 101);
	/* Each that comes lets two go. */
	for (uint64_t key = 300; key < 500; key++)
		l2tp_quota_get(&quotas, key, 60 * SECOND);
	assert_true(quotas.idle_count <= 2);
	l2tp_quotas_done(&quotas);
}

static void no_more_are_kept_in_mind_than_the_cap(void **state)
{
	struct l2tp_quotas quotas = { 0 };

	assert_int_equal(l2tp_quotas_init(&quotas, 1), 0);
	for (uint64_t key = 1; key < 3 * L2TP_QUOTAS_IDLE_MAX; key++) {
		l2tp_rate_take(&l2tp_quota_get(&quotas, key, 0)->used_usec, &rate, 0);
		assert_true(quotas.idle_count <= L2TP_QUOTAS_IDLE_MAX);
		assert_int_equal(quotas.idle_count, quotas.all.count);
	}
	l2tp_quotas_done(&quotas);
}

static void done_with_nothing_is_allowed(void **state)
{
	struct l2tp_quotas quotas = { 0 };

	l2tp_quotas_done(&quotas);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SENTENCE(a_burst_is_let_through_and_then_so_many_a_second),
		SENTENCE(what_is_refused_uses_nothing_up),
		SENTENCE(a_quota_is_kept_while_a_tunnel_holds_it),
		SENTENCE(who_has_used_something_is_kept_in_mind_until_it_is_fresh),
		SENTENCE(no_more_are_kept_in_mind_than_the_cap),
		SENTENCE(done_with_nothing_is_allowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
