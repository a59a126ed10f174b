/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Log lines: to the journal with structured fields where stderr is the journal
 * (JOURNAL_STREAM), else to stderr. Secrets never come here; peer-supplied text
 * comes quoted (base/text.h). Lines that a peer can cause go through a limit.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <syslog.h>

/* Journal field names; the value of an audit line's field is text. */
struct log_field {
	const char *name; /* "SAREGATE_USER" */
	const char *value;
};

void log_open(int maximum_level);
int log_level(void);

/* One line, printf-like, without newline. */
void log_line(int level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same, with @fields ended by a NULL name; stderr gets the message only. */
void log_audit(int level, const struct log_field *fields, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#define log_error(...)   log_line(LOG_ERR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_WARNING, __VA_ARGS__)
#define log_info(...)    log_line(LOG_INFO, __VA_ARGS__)
#define log_debug(...)   log_line(LOG_DEBUG, __VA_ARGS__)

/*
 * A limit for lines that a peer can cause: @burst lines per @interval_usec, then
 * one line that says how many were left out.
 */
struct log_limit {
	uint64_t interval_usec;
	uint32_t burst;
	uint64_t window_start_usec;
	uint32_t used;
	uint32_t suppressed;
};

/* Whether a line may be written now; *@ret_suppressed: lines left out before it. */
bool log_limit_allows(struct log_limit *limit, uint64_t now_usec, uint32_t *ret_suppressed);
