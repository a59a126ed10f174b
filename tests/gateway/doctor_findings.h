/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of doctor's areas ask of the findings. */
#pragma once

#include "gateway/doctor.h"

#include "tests/unit.h"

#include <string.h>

/* The only finding whose problem holds @problem; NULL if none or several do. */
static inline const struct doctor_finding *finding_of(const struct doctor_findings *findings,
						      const char *problem)
{
	const struct doctor_finding *found = NULL;

	for (size_t i = 0; i < findings->count; i++) {
		if (!strstr(findings->entries[i].problem, problem))
			continue;
		if (found)
			return NULL;
		found = &findings->entries[i];
	}
	return found;
}

/* There is one such finding, of this severity; its remedy is @remedy, or NULL: none. */
static inline void assert_finding(const struct doctor_findings *findings,
				  enum doctor_severity severity, const char *problem,
				  const char *remedy)
{
	const struct doctor_finding *found = finding_of(findings, problem);

	if (!found) {
		doctor_print(findings, true, stderr);
		fail_msg("not one finding, but none or several: %s", problem);
		return;
	}
	assert_string_equal(doctor_severity_name(found->severity), doctor_severity_name(severity));
	if (remedy) {
		assert_non_null(found->remedy);
		assert_non_null(strstr(found->remedy, remedy));
	} else {
		assert_null(found->remedy);
	}
	assert_null(strchr(found->problem, '\n'));
}

/* Nothing is wrong, or could not be looked at. */
static inline void assert_good(const struct doctor_findings *findings)
{
	if (doctor_count(findings, DOCTOR_GOOD) != findings->count)
		doctor_print(findings, true, stderr);
	assert_int_equal(doctor_count(findings, DOCTOR_GOOD), findings->count);
	assert_true(findings->count > 0);
}
