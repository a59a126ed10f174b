/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The history: what is written is found again by every question, never goes back
 * in time, outlives its writer, and goes only when it is old or too much. A file
 * that cannot be written changes nothing.
 */
#include "gateway/database_file.h"
#include "gateway/history_database.h"
#include "gateway/history_schema.h"
#include "tests/unit.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define RUN 1000000

static char folder[64], path[96];
static struct history_database *database;
static struct history_record rows[HISTORY_PAGE_MAX];
static size_t row_count;

static int open_at(uint64_t run)
{
	char error[DATABASE_ERROR_MAX] = "";

	return history_database_open(path, &run, &database, error);
}

static void close_database(void)
{
	history_database_free(database);
	database = NULL;
}

static int set_up(void **state)
{
	strcpy(folder, "/tmp/saregate-test-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/history.db", folder);
	return open_at(RUN);
}

static int tear_down(void **state)
{
	static const char *const suffixes[] = { "", "-wal", "-shm" };
	char name[128];

	close_database();
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++) {
		snprintf(name, sizeof(name), "%s%s", path, suffixes[i]);
		unlink(name);
	}
	return rmdir(folder);
}

static struct history_record session(uint32_t number, const char *user, uint64_t started,
				     uint64_t seen, const char *cause)
{
	struct history_record record = {
		.session = number,
		.outer_address = "203.0.113.11",
		.outer_port = 4500,
		.ike_identity = "10.0.0.7",
		.data_path = "kernel",
		.started = started,
		.seen = seen,
		.duration_seconds = seen - started,
		.bytes_in = 100 * (seen - started),
	};

	strcpy(record.user, user);
	strcpy(record.cause, cause);
	snprintf(record.inner_address, sizeof(record.inner_address), "10.89.0.%u", number);
	return record;
}

static int write_record(struct history_record record)
{
	char error[DATABASE_ERROR_MAX];

	return history_database_write(database, &record, 1, error);
}

static void ask(struct history_filter filter)
{
	char error[DATABASE_ERROR_MAX] = "";

	if (history_database_read(database, &filter, rows, &row_count, error) < 0)
		fail_msg("%s", error);
}

static void assert_found(const char *numbers)
{
	char found[256] = "";

	for (size_t i = 0; i < row_count && i < 40; i++)
		snprintf(found + strlen(found), sizeof(found) - strlen(found), "%s%u", i ? " " : "",
			 rows[i].session);
	assert_string_equal(found, numbers);
}

/* Five sessions: 1 and 2 are alice's, 5 lasts. */
static void write_five(void)
{
	const struct history_record five[] = {
		session(1, "alice", 1000, 2000, "idle"), session(2, "alice", 3000, 3500, "idle"),
		session(3, "bob", 1500, 4000, "killed"), session(4, "carol", 3500, 3600, "idle"),
		session(5, "dave", 3600, 5000, ""),
	};
	char error[DATABASE_ERROR_MAX];

	assert_int_equal(history_database_write(database, five, 5, error), 0);
}

/* ---- questions ------------------------------------------------------------------------ */

static void everything_comes_newest_first(void **state)
{
	write_five();
	ask((struct history_filter){ 0 });
	assert_found("5 4 2 3 1");
	assert_string_equal(rows[3].user, "bob");
	assert_string_equal(rows[3].cause, "killed");
	assert_string_equal(rows[3].outer_address, "203.0.113.11");
	assert_string_equal(rows[3].ike_identity, "10.0.0.7");
	assert_int_equal(rows[3].outer_port, 4500);
	assert_int_equal(rows[3].bytes_in, 250000);
	assert_string_equal(rows[0].cause, "");
}

static void a_session_is_found_by_any_moment_in_which_it_lasted(void **state)
{
	write_five();
	ask((struct history_filter){ .since = 1800, .until = 1900 });
	assert_found("3 1");
	ask((struct history_filter){ .since = 3550, .until = 3600 });
	assert_found("4 3");
	ask((struct history_filter){ .since = 4001 });
	assert_found("5");
	ask((struct history_filter){ .until = 1001 });
	assert_found("1");
	ask((struct history_filter){ .until = 1000 });
	assert_found("");
}

static void users_and_addresses_are_found_exactly(void **state)
{
	write_five();
	ask((struct history_filter){ .user = "alice" });
	assert_found("2 1");
	ask((struct history_filter){ .user = "ali" });
	assert_found("");
	ask((struct history_filter){ .address = "10.89.0.3" });
	assert_found("3");
	ask((struct history_filter){ .address = "203.0.113.11", .user = "bob" });
	assert_found("3");
	ask((struct history_filter){ .user = "' OR 1=1 --" });
	assert_found("");
}

static void pages_follow_each_other_without_gap_or_repetition(void **state)
{
	static struct history_record many[3 * HISTORY_PAGE_MAX / 2];
	const size_t count = sizeof(many) / sizeof(*many);
	struct history_filter filter = { 0 };
	char error[DATABASE_ERROR_MAX];
	uint32_t next = (uint32_t)count;

	/* ten at each moment, so that pages end among equals */
	for (size_t i = 0; i < count; i++)
		many[i] = session((uint32_t)i + 1, "alice", 1000 + i / 10, 9000, "idle");
	assert_int_equal(history_database_write(database, many, count, error), 0);
	do {
		ask(filter);
		for (size_t i = 0; i < row_count; i++)
			assert_int_equal(rows[i].session, next--);
		if (row_count) {
			filter.before_started = rows[row_count - 1].started;
			filter.before_id = rows[row_count - 1].id;
		}
	} while (row_count == HISTORY_PAGE_MAX);
	assert_int_equal(next, 0);
}

/* ---- what is written ------------------------------------------------------------------ */

static void later_figures_replace_earlier_ones(void **state)
{
	write_record(session(1, "alice", 1000, 1060, ""));
	write_record(session(1, "alice", 1000, 1120, ""));
	write_record(session(1, "alice", 1000, 1130, "hung up"));
	ask((struct history_filter){ 0 });
	assert_found("1");
	assert_int_equal(rows[0].seen, 1130);
	assert_string_equal(rows[0].cause, "hung up");
}

static void a_late_batch_brings_nothing_back(void **state)
{
	write_record(session(1, "alice", 1000, 1130, "hung up"));
	write_record(session(1, "alice", 1000, 1060, ""));
	write_record(session(2, "alice", 1000, 1120, ""));
	write_record(session(2, "alice", 1000, 1060, ""));
	ask((struct history_filter){ 0 });
	assert_found("2 1");
	assert_int_equal(rows[0].seen, 1120);
	assert_string_equal(rows[1].cause, "hung up");
	assert_int_equal(rows[1].seen, 1130);
}

static void the_next_saregated_ends_what_the_last_one_left(void **state)
{
	write_five();
	close_database();
	assert_int_equal(open_at(RUN + 5), 0);
	ask((struct history_filter){ 0 });
	assert_found("5 4 2 3 1");
	assert_string_equal(rows[0].cause, "saregated ended unexpectedly");
	assert_int_equal(rows[0].seen, 5000);
	assert_int_equal(rows[0].bytes_in, 140000);
	assert_string_equal(rows[1].cause, "idle");
}

static void sessions_of_two_runs_with_one_number_are_two(void **state)
{
	write_five();
	close_database();
	/* the clock went back in between */
	assert_int_equal(open_at(RUN - 500), 0);
	write_record(session(1, "erin", 9000, 9001, ""));
	ask((struct history_filter){ 0 });
	assert_found("1 5 4 2 3 1");
	assert_string_equal(rows[0].cause, "");
}

/* ---- retention -------------------------------------------------------------------------- */

static int prune(uint64_t ended_before, uint64_t rows_maximum)
{
	char error[DATABASE_ERROR_MAX];

	return history_database_prune(database, ended_before, rows_maximum, error);
}

static void old_sessions_go_and_lasting_ones_stay(void **state)
{
	write_five();
	assert_int_equal(prune(3601, 0), 3);
	ask((struct history_filter){ 0 });
	assert_found("5 3");
	assert_int_equal(prune(3601, 0), 0);
	assert_int_equal(prune(9000, 0), 1);
	ask((struct history_filter){ 0 });
	assert_found("5");
}

static void the_oldest_go_beyond_the_number_of_rows(void **state)
{
	write_five();
	assert_int_equal(prune(0, 3), 2);
	ask((struct history_filter){ 0 });
	assert_found("5 4 2");
	assert_int_equal(prune(0, 3), 0);
	assert_int_equal(prune(0, 0), 0);
}

static void pruning_goes_in_steps(void **state)
{
	static struct history_record many[HISTORY_PRUNE_STEP + 500];
	const size_t count = sizeof(many) / sizeof(*many);
	char error[DATABASE_ERROR_MAX];

	for (size_t i = 0; i < count; i++)
		many[i] = session((uint32_t)i + 1, "alice", 1000 + i, 2000 + i, "idle");
	assert_int_equal(history_database_write(database, many, count, error), 0);
	assert_int_equal(prune(1000000, 0), HISTORY_PRUNE_STEP);
	assert_int_equal(prune(1000000, 0), 500);
	assert_int_equal(prune(1000000, 0), 0);
}

/* ---- faults ------------------------------------------------------------------------------ */

static void a_file_that_cannot_grow_refuses_a_batch_and_keeps_the_rest(void **state)
{
	static struct history_record many[4000];
	struct rlimit before, small = { .rlim_cur = 300000 };
	char error[DATABASE_ERROR_MAX] = "";

	write_five();
	for (size_t i = 0; i < sizeof(many) / sizeof(*many); i++)
		many[i] = session((uint32_t)i + 10, "alice", 6000 + i, 7000, "idle");
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small.rlim_max = before.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_true(history_database_write(database, many, sizeof(many) / sizeof(*many), error) <
		    0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_non_null(strstr(error, path));
	ask((struct history_filter){ 0 });
	assert_found("5 4 2 3 1");
	assert_int_equal(write_record(session(6, "erin", 9000, 9001, "")), 0);
	ask((struct history_filter){ 0 });
	assert_found("6 5 4 2 3 1");
}

static void a_locked_file_is_busy_and_then_not(void **state)
{
	sqlite3 *other = NULL;

	assert_int_equal(sqlite3_open(path, &other), SQLITE_OK);
	assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(write_record(session(1, "alice", 1000, 1001, "")), -EBUSY);
	assert_int_equal(sqlite3_exec(other, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(write_record(session(1, "alice", 1000, 1001, "")), 0);
	sqlite3_close(other);
}

static void a_file_that_is_no_database_is_said_to_be_one(void **state)
{
	char error[DATABASE_ERROR_MAX];
	uint64_t run = RUN;
	FILE *file;

	close_database();
	file = fopen(path, "we");
	assert_non_null(file);
	for (unsigned int i = 0; i < 5000; i++)
		fputc((int)(i * 7 % 251), file);
	fclose(file);
	assert_int_equal(history_database_open(path, &run, &database, error), -EUCLEAN);
	assert_non_null(strstr(error, "[history] database"));
}

/* A writer that tells through a pipe what is on the disk. */
static void write_until_killed(int told)
{
	for (uint32_t i = 1;; i++) {
		if (write_record(session(i, "alice", i, i + 1, "idle")) < 0 ||
		    write(told, &i, sizeof(i)) != sizeof(i))
			_exit(1);
	}
}

static void a_writer_that_is_killed_loses_nothing_that_was_written(void **state)
{
	for (unsigned int round = 0; round < 5; round++) {
		uint32_t last = 0, number;
		int told[2], status;
		pid_t writer;

		tear_down(state);
		assert_int_equal(set_up(state), 0);
		close_database();
		assert_int_equal(pipe(told), 0);
		writer = fork();
		if (writer == 0)
			write_until_killed(open_at(RUN + 1) == 0 ? told[1] : -1);
		close(told[1]);
		while (last < 20 + 13 * round && read(told[0], &number, sizeof(number)) > 0)
			last = number;
		kill(writer, SIGKILL);
		waitpid(writer, &status, 0);
		assert_true(WIFSIGNALED(status));
		while (read(told[0], &number, sizeof(number)) > 0)
			last = number;
		close(told[0]);
		assert_int_equal(open_at(RUN + 2), 0);
		ask((struct history_filter){ 0 });
		assert_true(row_count > 0 && rows[0].session >= last);
		assert_true(rows[0].session <= last + 1);
	}
}

/* ---- addresses ------------------------------------------------------------------------ */

static void addresses_are_read_newest_first_without_those_that_are_none(void **state)
{
	static struct address_memory_row found[HISTORY_ADDRESSES_MAX];
	struct history_record none = session(6, "erin", 9000, 9001, "idle");
	char error[DATABASE_ERROR_MAX] = "", text[128] = "";
	size_t count = 0;

	none.inner_address[0] = '\0';
	write_five();
	assert_int_equal(write_record(none), 0);
	if (history_database_read_addresses(database, found, &count, error) < 0)
		fail_msg("%s", error);
	for (size_t i = 0; i < count; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%.16s %u ",
			 found[i].user, found[i].ipv4 - 0x0a590000u);
	assert_string_equal(text, "dave 5 carol 4 alice 2 bob 3 alice 1 ");
}

/* ---- older files ------------------------------------------------------------------------ */

static void a_file_from_before_ipv6_keeps_its_rows_and_takes_new_ones(void **state)
{
	static const struct database_kind before = {
		.key = "[history] database",
		.replace = "",
		.steps = history_schema_steps,
		.version = 1,
	};
	struct history_record with_network = session(2, "bob", 3000, 3500, "idle");
	char error[DATABASE_ERROR_MAX] = "";
	sqlite3 *connection;

	close_database();
	assert_int_equal(unlink(path), 0);
	assert_int_equal(database_file_open(path, &before, &connection, error), 0);
	assert_int_equal(sqlite3_exec(connection,
				      "INSERT INTO session VALUES (5, 'alice', '192.0.2.1', 4500,"
				      " 'a phone', '10.89.0.10', 'kernel', 1000, 2000, 1000, 1, 2,"
				      " 3, 4, 'idle')",
				      NULL, NULL, NULL),
			 SQLITE_OK);
	sqlite3_close(connection);
	assert_int_equal(open_at(RUN), 0);
	strcpy(with_network.inner_ipv6, "2001:db8:0:400::/64");
	assert_int_equal(write_record(with_network), 0);
	ask((struct history_filter){ 0 });
	assert_found("2 5");
	assert_string_equal(rows[0].inner_ipv6, "2001:db8:0:400::/64");
	assert_string_equal(rows[1].inner_ipv6, "");
	assert_string_equal(rows[1].inner_address, "10.89.0.10");
	assert_string_equal(rows[1].cause, "idle");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(everything_comes_newest_first),
		TEST(a_session_is_found_by_any_moment_in_which_it_lasted),
		TEST(users_and_addresses_are_found_exactly),
		TEST(addresses_are_read_newest_first_without_those_that_are_none),
		TEST(pages_follow_each_other_without_gap_or_repetition),
		TEST(later_figures_replace_earlier_ones),
		TEST(a_late_batch_brings_nothing_back),
		TEST(the_next_saregated_ends_what_the_last_one_left),
		TEST(sessions_of_two_runs_with_one_number_are_two),
		TEST(old_sessions_go_and_lasting_ones_stay),
		TEST(the_oldest_go_beyond_the_number_of_rows),
		TEST(pruning_goes_in_steps),
		TEST(a_file_that_cannot_grow_refuses_a_batch_and_keeps_the_rest),
		TEST(a_locked_file_is_busy_and_then_not),
		TEST(a_file_that_is_no_database_is_said_to_be_one),
		TEST(a_file_from_before_ipv6_keeps_its_rows_and_takes_new_ones),
		TEST(a_writer_that_is_killed_loses_nothing_that_was_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
