/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines, and JSON. I/O. */
#include "gateway/selftest_report.h"

#include "base/cleanup.h"
#include "gateway/answer.h"
#include "gateway/terminal_colour.h"
#include "gateway/terminal_text.h"

#include <errno.h>

static const struct {
	const char *word;
	enum terminal_colour colour;
} results[] = {
	[SELFTEST_NOT_RUN] = { "-", TERMINAL_COLOUR_NONE },
	[SELFTEST_DONE] = { "ok", TERMINAL_COLOUR_GREEN },
	[SELFTEST_FAILED] = { "FAILED", TERMINAL_COLOUR_RED },
	[SELFTEST_INTERRUPTED] = { "interrupted", TERMINAL_COLOUR_YELLOW },
};

static void print_cause(const char *what, const struct selftest_cause *cause)
{
	printf("  %s %s\n  remedy:  %s\n", what, cause->cause, cause->remedy);
}

void selftest_report_stage(const struct selftest *test, enum selftest_stage stage)
{
	const struct selftest_outcome *outcome = &test->outcomes[stage];

	printf("%-10s  %6.1f s  ", selftest_stage_name(stage), (double)outcome->usec / 1000000);
	terminal_colour_print(stdout, results[outcome->result].colour,
			      results[outcome->result].word);
	printf("%s%s\n", outcome->detail[0] ? ": " : "", outcome->detail);
	if (outcome->result == SELFTEST_FAILED)
		print_cause("cause:  ", &test->cause);
	/* Who watches wants to see it now; a pipe that is closed shows at the end. */
	fflush(stdout);
}

void selftest_report_sum(const struct selftest *test)
{
	uint64_t usec = 0;

	for (int stage = 0; stage < SELFTEST_STAGE_COUNT_; stage++)
		usec += test->outcomes[stage].usec;
	for (size_t i = 0; i < test->warning_count; i++)
		print_cause("warning:", &test->warnings[i]);
	if (test->failed == SELFTEST_STAGE_COUNT_)
		printf("A client can connect: all of it took %.1f s.\n", (double)usec / 1000000);
}

/* ---- JSON ----------------------------------------------------------------------------------- */

static json_object *stage_to_json(const struct selftest *test, enum selftest_stage stage)
{
	const struct selftest_outcome *outcome = &test->outcomes[stage];
	json_object *object = json_object_new_object();

	if (!object)
		return NULL;
	json_object_object_add(object, "stage", json_object_new_string(selftest_stage_name(stage)));
	json_object_object_add(object, "result",
			       json_object_new_string(selftest_result_name(outcome->result)));
	json_object_object_add(object, "milliseconds",
			       json_object_new_int64((int64_t)(outcome->usec / 1000)));
	json_object_object_add(object, "detail", json_object_new_string(outcome->detail));
	return object;
}

static json_object *stages_to_json(const struct selftest *test)
{
	json_object *list = json_object_new_array();

	for (int stage = 0; list && stage < SELFTEST_STAGE_COUNT_; stage++) {
		json_object *object = stage_to_json(test, (enum selftest_stage)stage);

		if (object)
			json_object_array_add(list, object);
	}
	return list;
}

static json_object *warnings_to_json(const struct selftest *test)
{
	json_object *list = json_object_new_array();

	for (size_t i = 0; list && i < test->warning_count; i++) {
		json_object *object = json_object_new_object();

		if (!object)
			break;
		json_object_object_add(object, "problem",
				       json_object_new_string(test->warnings[i].cause));
		json_object_object_add(object, "remedy",
				       json_object_new_string(test->warnings[i].remedy));
		json_object_array_add(list, object);
	}
	return list;
}

int selftest_report_json(const struct selftest *test)
{
	_cleanup_(json_putp) json_object *report = json_object_new_object();
	bool passed = test->failed == SELFTEST_STAGE_COUNT_;

	if (!report)
		return -ENOMEM;
	json_object_object_add(report, "passed", json_object_new_boolean(passed));
	json_object_object_add(
		report, "stage",
		json_object_new_string(passed ? "" : selftest_stage_name(test->failed)));
	json_object_object_add(report, "cause", json_object_new_string(test->cause.cause));
	json_object_object_add(report, "remedy", json_object_new_string(test->cause.remedy));
	json_object_object_add(report, "user", json_object_new_string(test->user.name));
	json_object_object_add(report, "stages", stages_to_json(test));
	json_object_object_add(report, "warnings", warnings_to_json(test));
	answer_print_json(report);
	return 0;
}
