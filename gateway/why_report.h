/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `saregate why` says: for people, and as JSON. I/O only in that it prints. */
#pragma once

#include "gateway/why.h"

#include <stdio.h>

struct why_report {
	const struct why *why;
	const char *who;
	uint64_t since; /* seconds since 1970 */
};

/* Attempts that are @who's. */
size_t why_report_count(const struct why_report *report);

/* The last ones; if there is none, who else failed of late without giving a name. */
void why_report_print(const struct why_report *report, FILE *stream);

/* All of them. Return: 0; -ENOMEM. */
int why_report_print_json(const struct why_report *report);
