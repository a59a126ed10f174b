/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why a stage failed. What the stage itself is sure of stands; then counts what the doctor
 * finds wrong with what the stage needs, then what the gateway tells of this very client
 * (why.h), then what the client saw, then the table of stages. I/O.
 */
#include "gateway/selftest.h"

#include "base/cleanup.h"
#include "gateway/doctor_exam.h"
#include "gateway/why_source.h"

#include <string.h>

/* ---- the doctor ------------------------------------------------------------------------ */

/* The first error of an area; NULL if there is none. */
static const struct doctor_finding *find_error(const struct doctor_findings *findings,
					       const char *area)
{
	for (size_t i = 0; i < findings->count; i++)
		if (findings->entries[i].severity == DOCTOR_ERROR &&
		    strcmp(findings->entries[i].area, area) == 0)
			return &findings->entries[i];
	return NULL;
}

static bool ask_doctor(enum selftest_stage stage, struct selftest_cause *ret_cause)
{
	_cleanup_(doctor_findings_done) struct doctor_findings findings = { 0 };
	_cleanup_(doctor_exam_freep) struct doctor_exam *exam = NULL;
	const char *const *areas = selftest_stage_areas(stage);
	const struct doctor_finding *found = NULL;

	if (doctor_exam_new(&exam) < 0)
		return false;
	doctor_exam_check(exam, &findings);
	for (; *areas && !found; areas++)
		found = find_error(&findings, *areas);
	if (!found)
		return false;
	selftest_cause_set(ret_cause, found->remedy ? found->remedy : "saregate doctor", "%s",
			   found->problem);
	return true;
}

/* ---- why ---------------------------------------------------------------------------------- */

/* The last attempt of the client's; NULL if nothing is known of any. */
static const struct why_attempt *find_attempt(const struct why *why)
{
	for (size_t i = why_count(why); i > 0; i--)
		if (why_is_about(why_attempt(why, i - 1), SELFTEST_CLIENT_ADDRESS))
			return why_attempt(why, i - 1);
	return NULL;
}

/* What either of the two cannot tell is missing. */
static struct why *ask_why(const struct selftest *test)
{
	struct why *why = NULL;
	char error[WHY_SOURCE_ERROR_MAX];

	if (why_new(&why) < 0)
		return NULL;
	why_source_pluto(why, test->options.pluto_log, test->began, error);
	why_source_saregated(why, test->began, error);
	return why;
}

static bool judge(const struct why_attempt *attempt, struct selftest_cause *ret_cause)
{
	struct why_verdict verdict;

	why_judge(attempt, &verdict);
	if (!verdict.failed)
		return false;
	selftest_cause_set(ret_cause, verdict.remedy, "%s", verdict.cause);
	return true;
}

/* ---- all of it ------------------------------------------------------------------------------ */

static void find(struct selftest *test, enum selftest_stage stage)
{
	_cleanup_(why_freep) struct why *why = ask_why(test);
	const struct why_attempt *attempt = why ? find_attempt(why) : NULL;
	bool is_ike = stage == SELFTEST_STAGE_IKE || stage == SELFTEST_STAGE_IPSEC;

	if (is_ike && attempt && attempt->by_pluto) {
		test->ike.is_key_refused |= (attempt->seen & WHY_SAW_WRONG_KEY) != 0;
		test->ike.is_unheard = !test->ike.is_key_refused;
	}
	if (is_ike && selftest_ike_explain(&test->ike, &test->cause))
		return;
	if (ask_doctor(stage, &test->cause) || is_ike)
		return;
	if (!attempt || !judge(attempt, &test->cause))
		selftest_stage_explain(stage, &test->cause);
}

void selftest_find_cause(struct selftest *test, enum selftest_stage stage)
{
	struct selftest_cause said = test->cause;

	if (said.cause[0] && said.remedy[0])
		return;
	find(test, stage);
	/* What the stage said itself is nearer than what nobody is sure of. */
	if (said.cause[0] && stage != SELFTEST_STAGE_GATEWAY)
		memcpy(test->cause.cause, said.cause, sizeof(said.cause));
}
