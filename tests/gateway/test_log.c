/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Log lines to stderr and to the journal, and the limit for lines that a peer causes. */
#include "config.h"

#include "gateway/log.h"
#include "tests/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECOND 1000000ull

/* stderr as a pipe that we read; the real one is put back by finish(). */
struct capture {
	int saved;
	int reader;
	char text[8192];
};

static void start(struct capture *capture)
{
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	capture->saved = dup(STDERR_FILENO);
	capture->reader = ends[0];
	dup2(ends[1], STDERR_FILENO);
	close(ends[1]);
}

static const char *finish(struct capture *capture)
{
	ssize_t size;

	dup2(capture->saved, STDERR_FILENO);
	close(capture->saved);
	size = read(capture->reader, capture->text, sizeof(capture->text) - 1);
	close(capture->reader);
	capture->text[size > 0 ? size : 0] = '\0';
	return capture->text;
}

static int no_journal(void **state)
{
	unsetenv("JOURNAL_STREAM");
	log_open(LOG_INFO);
	return 0;
}

static void a_line_carries_its_level(void **state)
{
	struct capture capture;

	start(&capture);
	log_error("port %d is taken", 1701);
	log_warning("%s", "slow");
	log_info("up");
	assert_string_equal(finish(&capture),
			    "error: port 1701 is taken\nwarning: slow\ninfo: up\n");
}

static void lines_above_the_level_are_left_out(void **state)
{
	struct capture capture;

	log_open(LOG_WARNING);
	start(&capture);
	log_warning("seen");
	log_info("not seen");
	log_debug("not seen");
	log_audit(LOG_INFO, NULL, "not seen");
	assert_string_equal(finish(&capture), "warning: seen\n");
	assert_int_equal(log_level(), LOG_WARNING);
}

static void a_long_line_is_cut_and_still_ends(void **state)
{
	char text[5000], expected[1100];
	struct capture capture;

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	snprintf(expected, sizeof(expected), "warning: %.1023s\n", text);
	start(&capture);
	log_warning("%s", text);
	assert_string_equal(finish(&capture), expected);
}

static void an_audit_line_on_stderr_is_its_message(void **state)
{
	static const struct log_field fields[] = { { "SAREGATE_USER", "alice" }, { 0 } };
	struct capture capture;

	start(&capture);
	log_audit(LOG_INFO, fields, "%s logged in", "\"alice\"");
	assert_string_equal(finish(&capture), "info: \"alice\" logged in\n");
}

static void stderr_is_used_while_the_journal_is_another_stream(void **state)
{
	static const char *const streams[] = { "", "x", "1", "1:", "1:1", "-1:-1" };
	struct capture capture;

	for (size_t i = 0; i < ELEMENTS(streams); i++) {
		setenv("JOURNAL_STREAM", streams[i], 1);
		start(&capture);
		log_open(LOG_INFO);
		log_info("here");
		assert_string_equal(finish(&capture), "info: here\n");
	}
}

/* Puts stderr's device and inode in the environment, each with an offset. */
static void name_stream(unsigned int device_offset, unsigned int inode_offset)
{
	struct stat status;
	char stream[64];

	assert_int_equal(fstat(STDERR_FILENO, &status), 0);
	snprintf(stream, sizeof(stream), "%llu:%llu",
		 (unsigned long long)status.st_dev + device_offset,
		 (unsigned long long)status.st_ino + inode_offset);
	setenv("JOURNAL_STREAM", stream, 1);
}

static void device_and_inode_must_both_be_those_of_the_journal(void **state)
{
	struct capture capture;

	for (unsigned int i = 0; i < 2; i++) {
		start(&capture);
		name_stream(i, !i);
		log_open(LOG_INFO);
		log_info("here");
		assert_string_equal(finish(&capture), "info: here\n");
	}
}

static void stderr_stays_empty_where_it_is_the_journal(void **state)
{
	struct log_field fields[40];
	struct capture capture;

	for (size_t i = 0; i < ELEMENTS(fields); i++)
		fields[i] = (struct log_field){ "SAREGATE_TEST", "value" };
	fields[ELEMENTS(fields) - 1].name = NULL;
	start(&capture);
	name_stream(0, 0);
	log_open(LOG_DEBUG);
	log_debug("unit test of saregate: a line");
	log_audit(LOG_DEBUG, fields, "unit test of saregate: a line with more fields than fit");
	assert_string_equal(finish(&capture), "");
}

static void a_burst_passes_and_the_rest_is_counted(void **state)
{
	struct log_limit limit = { .interval_usec = SECOND, .burst = 3 };
	uint32_t suppressed = 42;

	for (int i = 0; i < 3; i++) {
		assert_true(log_limit_allows(&limit, 5 * SECOND, &suppressed));
		assert_int_equal(suppressed, 0);
	}
	suppressed = 42;
	for (int i = 0; i < 7; i++)
		assert_false(log_limit_allows(&limit, 6 * SECOND - 1, &suppressed));
	assert_int_equal(suppressed, 42);
	assert_true(log_limit_allows(&limit, 6 * SECOND, &suppressed));
	assert_int_equal(suppressed, 7);
	assert_true(log_limit_allows(&limit, 6 * SECOND, &suppressed));
	assert_int_equal(suppressed, 0);
}

static void a_limit_holds_from_the_first_microsecond_of_the_clock(void **state)
{
	struct log_limit limit = { .interval_usec = SECOND, .burst = 1 };
	uint32_t suppressed;

	assert_true(log_limit_allows(&limit, 0, &suppressed));
	assert_false(log_limit_allows(&limit, 1, &suppressed));
	assert_true(log_limit_allows(&limit, SECOND, &suppressed));
}

static void the_count_of_suppressed_lines_does_not_wrap(void **state)
{
	struct log_limit limit = { .interval_usec = SECOND, .suppressed = UINT32_MAX - 1 };
	uint32_t suppressed = 0;

	assert_false(log_limit_allows(&limit, 0, &suppressed));
	assert_false(log_limit_allows(&limit, 0, &suppressed));
	limit.burst = 1;
	assert_true(log_limit_allows(&limit, 0, &suppressed));
	assert_int_equal(suppressed, UINT32_MAX);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_line_carries_its_level, no_journal),
		cmocka_unit_test_setup(lines_above_the_level_are_left_out, no_journal),
		cmocka_unit_test_setup(a_long_line_is_cut_and_still_ends, no_journal),
		cmocka_unit_test_setup(an_audit_line_on_stderr_is_its_message, no_journal),
		SENTENCE(stderr_is_used_while_the_journal_is_another_stream),
		SENTENCE(device_and_inode_must_both_be_those_of_the_journal),
		SENTENCE(stderr_stays_empty_where_it_is_the_journal),
		SENTENCE(a_burst_passes_and_the_rest_is_counted),
		SENTENCE(a_limit_holds_from_the_first_microsecond_of_the_clock),
		SENTENCE(the_count_of_suppressed_lines_does_not_wrap),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
