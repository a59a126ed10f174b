/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a helper asks for, in one file: findings, versions, configuration, rules, logs. I/O. */
#pragma once

#include "gateway/doctor_exam.h"
#include "gateway/secret_output.h"

#define DOCTOR_REPORT_ERROR_MAX SECRET_OUTPUT_ERROR_MAX

/* Where to, and how; NULL @path: no report. */
struct doctor_report_wish {
	const char *path;
	bool replace;
	bool with_names;
};

/* Whether the file can be written, before anything is looked at. Return: as below. */
int doctor_report_check(const struct doctor_report_wish *wish,
			char ret_error[DOCTOR_REPORT_ERROR_MAX]);

/**
 * doctor_report_write() - a file of mode 0600, without secrets
 *
 * Return: 0; negative errno and *@ret_error.
 */
int doctor_report_write(const struct doctor_exam *exam, const struct doctor_findings *findings,
			const struct doctor_report_wish *wish,
			char ret_error[DOCTOR_REPORT_ERROR_MAX]);
