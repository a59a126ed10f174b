/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which kernel gets which method. */
#include "ipsec-glue/sa_method.h"
#include "tests/unit.h"

#include <string.h>

static struct sa_method choose(enum sa_tracking_wish wish, const char *release,
			       bool kernel_path_wanted)
{
	struct sa_method method;

	sa_method_choose(wish, release, kernel_path_wanted, &method);
	return method;
}

static void an_unreadable_release_counts_as_old(void **state)
{
	static const char *const releases[] = { "", "6", "six.twelve", "." };

	for (size_t i = 0; i < ELEMENTS(releases); i++)
		assert_int_equal(choose(SA_TRACKING_WISH_AUTO, releases[i], true).method,
				 SA_TRACKING_METHOD_ZONE);
}

static void auto_takes_zones_before_6_11_for_the_kernel_path(void **state)
{
	static const struct {
		const char *release;
		enum sa_tracking_method method;
	} cases[] = {
		{ "5.19.0", SA_TRACKING_METHOD_ZONE },
		{ "6.1.0-40-amd64", SA_TRACKING_METHOD_ZONE },
		{ "6.10.14", SA_TRACKING_METHOD_ZONE },
		{ "6.11.0-rc1", SA_TRACKING_METHOD_MARK },
		{ "6.12.48+deb13-amd64", SA_TRACKING_METHOD_MARK },
		{ "7.0.1", SA_TRACKING_METHOD_MARK },
	};

	for (size_t i = 0; i < ELEMENTS(cases); i++) {
		struct sa_method method = choose(SA_TRACKING_WISH_AUTO, cases[i].release, true);

		assert_int_equal(method.method, cases[i].method);
		assert_true(method.kernel_path);
		assert_non_null(strstr(method.reason, cases[i].release));
	}
}

static void the_userspace_path_needs_no_zones(void **state)
{
	struct sa_method method = choose(SA_TRACKING_WISH_AUTO, "6.1.0", false);

	assert_int_equal(method.method, SA_TRACKING_METHOD_MARK);
	assert_false(method.kernel_path);
}

static void marks_by_wish_on_an_old_kernel_leave_no_kernel_path(void **state)
{
	struct sa_method method = choose(SA_TRACKING_WISH_MARK, "6.1.0", true);

	assert_int_equal(method.method, SA_TRACKING_METHOD_MARK);
	assert_false(method.kernel_path);
	assert_non_null(strstr(method.reason, "no kernel data path"));
	assert_true(choose(SA_TRACKING_WISH_MARK, "6.12.0", true).kernel_path);
}

static void zones_by_wish_work_on_a_new_kernel(void **state)
{
	struct sa_method method = choose(SA_TRACKING_WISH_ZONE, "6.12.0", true);

	assert_int_equal(method.method, SA_TRACKING_METHOD_ZONE);
	assert_true(method.kernel_path);
	assert_string_equal(sa_method_name(method.method), "zone");
	assert_string_equal(sa_method_name(SA_TRACKING_METHOD_MARK), "mark");
}

static void a_long_release_is_cut(void **state)
{
	struct sa_method method = choose(
		SA_TRACKING_WISH_AUTO,
		"6.1.0-a-release-that-is-much-longer-than-any-that-a-distribution-would-choose",
		true);

	assert_non_null(strstr(method.reason, "6.1.0-a-release"));
	assert_non_null(strstr(method.reason, "one for the kernel"));
}

static void only_a_translated_port_keeps_a_client_from_the_kernel_path(void **state)
{
	assert_non_null(sa_method_port_reason(1701, 28640));
	assert_null(sa_method_port_reason(1701, 1701));
	assert_null(sa_method_port_reason(0, 28640));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SENTENCE(an_unreadable_release_counts_as_old),
		SENTENCE(auto_takes_zones_before_6_11_for_the_kernel_path),
		SENTENCE(the_userspace_path_needs_no_zones),
		SENTENCE(marks_by_wish_on_an_old_kernel_leave_no_kernel_path),
		SENTENCE(zones_by_wish_work_on_a_new_kernel),
		SENTENCE(a_long_release_is_cut),
		SENTENCE(only_a_translated_port_keeps_a_client_from_the_kernel_path),
	};

	return cmocka_run_group_tests_name("sa_method", tests, NULL, NULL);
}
