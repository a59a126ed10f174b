/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text for Prometheus, from answers that are whole, partial, and strange. */
#include "gateway/duration_histogram.h"
#include "gateway/login_refusal.h"
#include "gateway/metrics_text.h"
#include "tests/unit.h"

#include <string.h>

/* What becomes of a status; the caller frees it. */
static char *text_of(const char *json)
{
	json_object *status = json_tokener_parse(json);
	char *text = NULL;

	assert_non_null(status);
	assert_int_equal(metrics_text(status, &text), 0);
	json_object_put(status);
	return text;
}

static void assert_text(const char *json, const char *expected)
{
	_cleanup_(freep) char *text = text_of(json);

	assert_string_equal(text, expected);
}

static void nothing_becomes_nothing(void **state)
{
	assert_text("{}", "");
	assert_text("{\"counters\": 3, \"traffic\": [], \"refusals\": null, \"setup_times\": 1}",
		    "");
}

static void a_gauge_has_help_type_and_value(void **state)
{
	assert_text("{\"sessions\": 4294967296}", "# HELP saregate_sessions Sessions that are up.\n"
						  "# TYPE saregate_sessions gauge\n"
						  "saregate_sessions 4294967296\n");
}

static void a_value_that_is_no_number_is_left_out(void **state)
{
	assert_text("{\"sessions\": \"many\", \"tunnels\": 1.5, \"users\": {}}", "");
}

static void use_of_each_pool_is_size_without_what_is_free(void **state)
{
	assert_text(
		"{\"pools\": [{\"name\": \"default\", \"size\": 20, \"free\": 17}, "
		"{\"name\": \"staff\", \"size\": 5, \"free\": 5}, {\"name\": \"odd\"}]}",
		"# HELP saregate_pool_addresses Inner addresses of a pool.\n"
		"# TYPE saregate_pool_addresses gauge\n"
		"saregate_pool_addresses{pool=\"default\"} 20\n"
		"saregate_pool_addresses{pool=\"staff\"} 5\n"
		"# HELP saregate_pool_addresses_used Inner addresses of a pool that are leased, "
		"or a user's own.\n"
		"# TYPE saregate_pool_addresses_used gauge\n"
		"saregate_pool_addresses_used{pool=\"default\"} 3\n"
		"saregate_pool_addresses_used{pool=\"staff\"} 0\n");
	assert_text("{\"pools\": []}", "");
}

static void degraded_is_all_but_running(void **state)
{
	_cleanup_(freep) char *running = text_of("{\"state\": \"running\"}");
	_cleanup_(freep) char *degraded = text_of("{\"state\": \"degraded\"}");

	assert_non_null(strstr(running, "\nsaregate_degraded 0\n"));
	assert_non_null(strstr(degraded, "\nsaregate_degraded 1\n"));
}

static void what_is_in_a_label_is_escaped(void **state)
{
	_cleanup_(freep) char *text = text_of("{\"version\": \"a\\\"b\\\\c\\nd\"}");

	assert_non_null(strstr(text, "\nsaregate_build_info{version=\"a\\\"b\\\\c\\nd\"} 1\n"));
}

static void members_of_a_family_stand_together(void **state)
{
	assert_text(
		"{\"counters\": {\"l2tp_foreign\": 3, \"datagrams\": 9, "
		"\"dropped_unmarked\": 1}}",
		"# HELP saregate_reference_drops_total Packets dropped for the SA that they came "
		"through, or for none.\n"
		"# TYPE saregate_reference_drops_total counter\n"
		"saregate_reference_drops_total{reason=\"unmarked\"} 1\n"
		"saregate_reference_drops_total{reason=\"foreign\"} 3\n"
		"# HELP saregate_datagrams_total Datagrams received.\n"
		"# TYPE saregate_datagrams_total counter\n"
		"saregate_datagrams_total 9\n");
}

static void a_counter_that_is_not_known_is_not_lost(void **state)
{
	assert_text("{\"counters\": {\"brand_new\": 3, \"no name\": 1, \"logins_refused\": 2}}",
		    "# HELP saregate_brand_new_total Counter brand_new of saregate status.\n"
		    "# TYPE saregate_brand_new_total counter\n"
		    "saregate_brand_new_total 3\n");
}

static void refusals_are_one_family(void **state)
{
	assert_text("{\"refusals\": {\"disabled\": 2, \"held_back\": 18446744073709551615}}",
		    "# HELP saregate_logins_refused_total Log-ins refused, by cause.\n"
		    "# TYPE saregate_logins_refused_total counter\n"
		    "saregate_logins_refused_total{cause=\"disabled\"} 2\n"
		    "saregate_logins_refused_total{cause=\"held_back\"} 18446744073709551615\n");
}

static void classes_of_a_histogram_hold_all_smaller_ones(void **state)
{
	assert_text("{\"setup_times\": {\"bounds_msec\": [50, 250, 2000], "
		    "\"counts\": [1, 0, 2, 4], \"sum_usec\": 61000007}}",
		    "# HELP saregate_session_setup_seconds From a client's call (ICRQ) until its "
		    "session was up.\n"
		    "# TYPE saregate_session_setup_seconds histogram\n"
		    "saregate_session_setup_seconds_bucket{le=\"0.05\"} 1\n"
		    "saregate_session_setup_seconds_bucket{le=\"0.25\"} 1\n"
		    "saregate_session_setup_seconds_bucket{le=\"2\"} 3\n"
		    "saregate_session_setup_seconds_bucket{le=\"+Inf\"} 7\n"
		    "saregate_session_setup_seconds_sum 61.000007\n"
		    "saregate_session_setup_seconds_count 7\n");
}

static void a_histogram_that_does_not_fit_is_left_out(void **state)
{
	assert_text("{\"setup_times\": {\"bounds_msec\": [50], \"counts\": [1], \"sum_usec\": 1}}",
		    "");
}

/* ---- what the daemon counts ---------------------------------------------------------- */

static void a_duration_counts_in_the_class_whose_bound_it_meets(void **state)
{
	struct duration_histogram histogram = { .sum_usec = 0 };

	duration_histogram_add(&histogram, 0);
	duration_histogram_add(&histogram, 100000);
	duration_histogram_add(&histogram, 100001);
	duration_histogram_add(&histogram, 30000000);
	duration_histogram_add(&histogram, 30000001);
	assert_int_equal(histogram.counts[0], 2);
	assert_int_equal(histogram.counts[1], 1);
	assert_int_equal(histogram.counts[DURATION_HISTOGRAM_BOUNDS - 1], 1);
	assert_int_equal(histogram.counts[DURATION_HISTOGRAM_BOUNDS], 1);
	assert_int_equal(histogram.sum_usec, 60200002);
}

static void bounds_of_the_classes_grow(void **state)
{
	for (size_t i = 1; i < DURATION_HISTOGRAM_BOUNDS; i++)
		assert_true(duration_histogram_bounds_msec[i - 1] <
			    duration_histogram_bounds_msec[i]);
}

static void each_cause_has_a_name_of_its_own(void **state)
{
	for (int i = 0; i < LOGIN_REFUSAL_COUNT_; i++) {
		assert_string_not_equal(login_refusal_name((enum login_refusal)i), "?");
		for (int j = 0; j < i; j++)
			assert_string_not_equal(login_refusal_name((enum login_refusal)i),
						login_refusal_name((enum login_refusal)j));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_becomes_nothing),
		cmocka_unit_test(a_gauge_has_help_type_and_value),
		cmocka_unit_test(a_value_that_is_no_number_is_left_out),
		cmocka_unit_test(use_of_each_pool_is_size_without_what_is_free),
		cmocka_unit_test(degraded_is_all_but_running),
		cmocka_unit_test(what_is_in_a_label_is_escaped),
		cmocka_unit_test(members_of_a_family_stand_together),
		cmocka_unit_test(a_counter_that_is_not_known_is_not_lost),
		cmocka_unit_test(refusals_are_one_family),
		cmocka_unit_test(classes_of_a_histogram_hold_all_smaller_ones),
		cmocka_unit_test(a_histogram_that_does_not_fit_is_left_out),
		cmocka_unit_test(a_duration_counts_in_the_class_whose_bound_it_meets),
		cmocka_unit_test(bounds_of_the_classes_grow),
		cmocka_unit_test(each_cause_has_a_name_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
