/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `saregate doctor`: what it found. Each area has a file that judges facts
 * (doctor_kernel.c, ...) and touches nothing; doctor_look_*.c get the facts from
 * the host. A finding is one line: what is wrong, and what to do. Pure, but for
 * the stream that it prints to.
 */
#pragma once

#include "gateway/control_client.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum doctor_severity {
	DOCTOR_GOOD,    /* as it should be */
	DOCTOR_UNSEEN,  /* could not be looked at */
	DOCTOR_NOTE,    /* worth knowing */
	DOCTOR_WARNING, /* wrong, but clients come in */
	DOCTOR_ERROR,   /* keeps clients out */
	DOCTOR_SEVERITIES_COUNT_,
};

/**
 * struct doctor_text - what a file or a program said
 * @text:  NULL if it could not be had
 * @error: then why: -ENOENT, -EACCES, ...
 */
struct doctor_text {
	char *text;
	int error;
};

void doctor_text_done(struct doctor_text *text);

struct doctor_finding {
	enum doctor_severity severity;
	const char *area; /* static: "kernel", "network", ... */
	char *problem;
	char *remedy;    /* NULL: none is needed */
	bool is_command; /* the remedy is for a shell, as it stands */
};

struct doctor_findings {
	struct doctor_finding *entries;
	size_t count;
	bool incomplete; /* memory ran out: not all findings are there */
};

void doctor_findings_done(struct doctor_findings *findings);

/* Adds one; what doctor_run() or doctor_advise() say next is its remedy. */
void doctor_add(struct doctor_findings *findings, enum doctor_severity severity, const char *area,
		const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The remedy of the finding that was added last: a command, or words. */
void doctor_run(struct doctor_findings *findings, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void doctor_advise(struct doctor_findings *findings, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* "@what could not be looked at: ..." with the words of @error. */
void doctor_unseen(struct doctor_findings *findings, const char *area, const char *what, int error);

/* How many there are of a severity. */
size_t doctor_count(const struct doctor_findings *findings, enum doctor_severity severity);

/* "error", "warning", "note", "unseen", "good"; static. */
const char *doctor_severity_name(enum doctor_severity severity);

/* One line each, the worst first, then one with the sums. @verbose: the good ones, too. */
void doctor_print(const struct doctor_findings *findings, bool verbose, FILE *stream);

/* Return: all of them as JSON, the worst first; NULL if there is no memory. */
json_object *doctor_to_json(const struct doctor_findings *findings);
