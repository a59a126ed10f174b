/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Log lines, to the journal or to stderr. The journal is used where stderr
 * already is a stream of it: JOURNAL_STREAM then names the stream's device and
 * inode (systemd.exec(5)). Owns the process's log level, a global, since
 * logging has no other owner. I/O.
 */
#include "gateway/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

/* Bytes of a line with its terminator; longer ones are cut. */
#define LINE_MAXIMUM 1024
/* Fields of an audit line, and bytes of each; more and longer ones are left out. */
#define FIELDS_MAXIMUM     12
#define FIELD_SIZE_MAXIMUM 512

static int maximum_level = LOG_INFO;
static bool to_journal;

/* Whether stderr is the stream that the service manager connected us to. */
static bool stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	struct stat status;
	char text[64];

	if (!stream || fstat(STDERR_FILENO, &status) < 0)
		return false;
	snprintf(text, sizeof(text), "%llu:%llu", (unsigned long long)status.st_dev,
		 (unsigned long long)status.st_ino);
	return strcmp(stream, text) == 0;
}

void log_open(int level)
{
	maximum_level = level;
	to_journal = stderr_is_journal();
}

int log_level(void)
{
	return maximum_level;
}

static const char *level_name(int level)
{
	switch (level) {
	case LOG_WARNING:
		return "warning";
	case LOG_NOTICE:
		return "notice";
	case LOG_INFO:
		return "info";
	case LOG_DEBUG:
		return "debug";
	default:
		return "error";
	}
}

/* One write() for the whole line, so that lines of several processes do not mix. */
static void write_stderr(int level, const char *message)
{
	char line[LINE_MAXIMUM + sizeof("warning: \n")];
	int size = snprintf(line, sizeof(line), "%s: %s\n", level_name(level), message);

	if (write(STDERR_FILENO, line, (size_t)size) < 0)
		return; /* nowhere left to tell it */
}

static void write_journal(int level, const struct log_field *fields, const char *message)
{
	char texts[FIELDS_MAXIMUM][FIELD_SIZE_MAXIMUM], line[LINE_MAXIMUM + sizeof("MESSAGE=")];
	struct iovec entries[FIELDS_MAXIMUM + 2];
	char priority[sizeof("PRIORITY=7")];
	int count = 2;

	snprintf(line, sizeof(line), "MESSAGE=%s", message);
	snprintf(priority, sizeof(priority), "PRIORITY=%d", level & LOG_PRIMASK);
	entries[0] = (struct iovec){ line, strlen(line) };
	entries[1] = (struct iovec){ priority, strlen(priority) };
	for (; fields && fields->name && count < FIELDS_MAXIMUM + 2; fields++) {
		char *text = texts[count - 2];
		int size = snprintf(text, FIELD_SIZE_MAXIMUM, "%s=%s", fields->name, fields->value);

		if (size < FIELD_SIZE_MAXIMUM)
			entries[count++] = (struct iovec){ text, (size_t)size };
	}
	if (sd_journal_sendv(entries, count) < 0)
		write_stderr(level, message);
}

static void log_arguments(int level, const struct log_field *fields, const char *format,
			  va_list arguments) __attribute__((format(printf, 3, 0)));

static void log_arguments(int level, const struct log_field *fields, const char *format,
			  va_list arguments)
{
	char message[LINE_MAXIMUM];

	if (level > maximum_level)
		return;
	vsnprintf(message, sizeof(message), format, arguments);
	if (to_journal)
		write_journal(level, fields, message);
	else
		write_stderr(level, message);
}

void log_line(int level, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	log_arguments(level, NULL, format, arguments);
	va_end(arguments);
}

void log_audit(int level, const struct log_field *fields, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	log_arguments(level, fields, format, arguments);
	va_end(arguments);
}

bool log_limit_allows(struct log_limit *limit, uint64_t now_usec, uint32_t *ret_suppressed)
{
	if (now_usec - limit->window_start_usec >= limit->interval_usec) {
		limit->window_start_usec = now_usec;
		limit->used = 0;
	}
	if (limit->used >= limit->burst) {
		if (limit->suppressed < UINT32_MAX)
			limit->suppressed++;
		return false;
	}
	limit->used++;
	*ret_suppressed = limit->suppressed;
	limit->suppressed = 0;
	return true;
}
