/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file of the users: what cannot be opened, other schemas, who may read it, several
 * openers, and disks that do not take what is written.
 */
#include "tests/gateway/user_database_fixture.h"

#include "gateway/schema.h"

#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define REPLACE "restore it from a backup, or move it away to start without users"
#define NOBODY  65534

/* Opening @name must fail with "NAME: " and @why. */
static void assert_refused(const char *name, int expected, const char *why)
{
	char error[ERROR_SIZE] = "", text[PATH_MAX + ERROR_SIZE];
	struct user_database *database = NULL;

	snprintf(text, sizeof(text), "%s: %s", name, why);
	assert_int_equal(user_database_open(name, &database, error), expected);
	assert_string_equal(error, text);
	assert_null(database);
}

static void write_file(const void *bytes, size_t size)
{
	_cleanup_(closep) int descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_int_equal(write(descriptor, bytes, size), size);
}

/* The one integer that @text yields. */
static int integer(const char *text)
{
	sqlite3_stmt *statement;
	sqlite3 *connection;
	int value;

	assert_int_equal(sqlite3_open(path, &connection), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(connection, text, -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	value = sqlite3_column_int(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(connection);
	return value;
}

static void a_missing_directory_is_told_with_its_remedy(void **state)
{
	assert_refused("/nonexistent/saregate.db", -ENOENT,
		       "directory /nonexistent: No such file or directory: create it with "
		       "'systemd-tmpfiles --create saregate.conf', or correct [users] database");
	assert_refused("/dev/null/saregate.db", -ENOTDIR,
		       "/dev/null is no directory: correct [users] database");
}

static void a_path_that_is_no_file_is_refused(void **state)
{
	mkdir(path, 0700);
	assert_refused(path, -EINVAL, "is no regular file: correct [users] database");
}

static void a_file_that_is_no_database_is_refused_and_stays_as_it_is(void **state)
{
	static const char text[] = "This is a letter to my aunt, and it is a long one.........."
				   "...........................................................";
	char found[sizeof(text)];
	_cleanup_(closep) int descriptor = -1;

	write_file(text, sizeof(text));
	assert_refused(path, -EUCLEAN,
		       "is no SQLite database: correct [users] database, or " REPLACE);
	descriptor = open(path, O_RDONLY | O_CLOEXEC);
	assert_int_equal(read(descriptor, found, sizeof(found)), sizeof(text));
	assert_memory_equal(found, text, sizeof(text));
}

static void a_database_of_another_program_is_refused(void **state)
{
	run_sql("CREATE TABLE song (title TEXT)");
	assert_refused(path, -EEXIST, "is a database of another program: correct [users] database");
}

static void a_newer_schema_is_refused(void **state)
{
	char why[ERROR_SIZE];

	user_database_free(open_database());
	run_sql("PRAGMA user_version = 1000");
	snprintf(why, sizeof(why),
		 "has schema version 1000, this saregated knows up to %d: install the newer "
		 "saregated again, or " REPLACE,
		 schema_version);
	assert_refused(path, -ENOTSUP, why);
}

static void a_schema_without_its_table_is_refused_and_stays_as_it_is(void **state)
{
	run_sql("PRAGMA user_version = 1");
	for (int i = 0; i < 2; i++)
		assert_refused(path, -EIO,
			       "its tables are not those of its version (no such table: user): "
			       "restore it from a backup, or move it away to start without users");
}

static void a_version_below_all_is_another_programs(void **state)
{
	run_sql("PRAGMA user_version = -1");
	assert_refused(path, -EEXIST, "is a database of another program: correct [users] database");
}

/* Word for word what saregated wrote before there were attributes. */
static const char first_schema[] = "CREATE TABLE user ("
				   " name TEXT NOT NULL PRIMARY KEY,"
				   " nt_hash BLOB NOT NULL CHECK (length(nt_hash) = 16),"
				   " created INTEGER NOT NULL"
				   ") STRICT, WITHOUT ROWID;"
				   "PRAGMA user_version = 1;"
				   "PRAGMA journal_mode = WAL;"
				   "INSERT INTO user VALUES ('alice',"
				   " x'30313233343536373839616263646566', 5);";

static void a_database_of_the_first_schema_is_brought_to_todays_with_its_users(void **state)
{
	uint8_t found[MSCHAPV2_NT_HASH_SIZE];
	struct user_database *database;

	run_sql(first_schema);
	for (int i = 0; i < 2; i++) {
		database = open_database();
		assert_int_equal(nt_hash(database, "alice", found), 0);
		assert_memory_equal(found, hash, sizeof(hash));
		assert_int_equal(user_database_count(database), 1);
		user_database_free(database);
	}
	assert_int_equal(integer("PRAGMA user_version"), schema_version);
	assert_int_equal(integer("SELECT created FROM user WHERE enabled AND expires = 0"), 5);
	assert_int_equal(integer("SELECT count(*) FROM user_group"), 0);
}

/* A step that fails in its middle must not leave its beginning behind. */
static void a_migration_that_fails_changes_nothing(void **state)
{
	run_sql("CREATE TABLE user (name TEXT NOT NULL PRIMARY KEY, nt_hash BLOB NOT NULL,"
		" created INTEGER NOT NULL, comment TEXT) STRICT, WITHOUT ROWID;"
		"PRAGMA user_version = 1");
	assert_refused(path, -EIO,
		       "its tables are not those of its version (duplicate column name: comment): "
		       "restore it from a backup, or move it away to start without users");
	assert_int_equal(integer("PRAGMA user_version"), 1);
	assert_int_equal(integer("SELECT count(*) FROM sqlite_schema WHERE name = 'user_group'"),
			 0);
}

static void a_damaged_page_is_found_when_opening(void **state)
{
	struct user_database *database = open_database();
	char name[16], garbage[4096];
	int descriptor;

	for (unsigned int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "user%u", i);
		assert_int_equal(add(database, name, hash, i), 0);
	}
	user_database_free(database);
	memset(garbage, 0xa5, sizeof(garbage));
	descriptor = open(path, O_WRONLY | O_CLOEXEC);
	assert_int_equal(pwrite(descriptor, garbage, sizeof(garbage), 4 * 4096), sizeof(garbage));
	close(descriptor);
	assert_refused(path, -EUCLEAN, "is damaged: " REPLACE);
}

static void a_truncated_file_is_found_when_opening(void **state)
{
	struct user_database *database = open_database();
	char name[16];

	for (unsigned int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "user%u", i);
		assert_int_equal(add(database, name, hash, i), 0);
	}
	user_database_free(database);
	assert_int_equal(truncate(path, 5 * 4096), 0);
	assert_refused(path, -EUCLEAN, "is damaged: " REPLACE);
}

static void a_file_held_by_another_program_is_refused_after_a_while(void **state)
{
	sqlite3 *other;

	user_database_free(open_database());
	assert_int_equal(sqlite3_open(path, &other), SQLITE_OK);
	assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	assert_refused(path, -EBUSY, "another program holds it: find it with 'fuser' and end it");
	sqlite3_close(other);
}

/* Who cannot override modes: a child that is nobody, or, without root, we ourselves. */
static unsigned int stranger(void)
{
	return geteuid() == 0 ? NOBODY : geteuid();
}

/* The stranger is to be refused with @why. */
static void stranger_opens(const char *why)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		struct user_database *database = NULL;
		char error[ERROR_SIZE] = "", text[2 * ERROR_SIZE];

		snprintf(text, sizeof(text), "%s: %s", path, why);
		if (geteuid() == 0 &&
		    (setgroups(0, NULL) < 0 || setresgid(NOBODY, NOBODY, NOBODY) ||
		     setresuid(NOBODY, NOBODY, NOBODY) < 0))
			_exit(2);
		if (user_database_open(path, &database, error) == -EACCES &&
		    strcmp(error, text) == 0)
			_exit(0);
		fprintf(stderr, "found: %s\nwanted: %s\n", error, text);
		_exit(1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void a_directory_without_write_permission_is_told(void **state)
{
	char why[ERROR_SIZE];

	assert_int_equal(chmod(folder, 0555), 0);
	snprintf(why, sizeof(why),
		 "directory %s cannot be written by user id %u: Permission denied: it must belong "
		 "to the user that saregated runs as",
		 folder, stranger());
	stranger_opens(why);
}

static void a_file_without_permission_is_told(void **state)
{
	char why[ERROR_SIZE];

	user_database_free(open_database());
	assert_int_equal(chmod(folder, 0777), 0);
	assert_int_equal(chmod(path, 0400), 0);
	snprintf(why, sizeof(why),
		 "cannot be read and written by user id %u: Permission denied: it must belong to "
		 "the user that saregated runs as",
		 stranger());
	stranger_opens(why);
}

static mode_t mode_of(const char *suffix)
{
	struct stat status;
	char name[160];

	snprintf(name, sizeof(name), "%s%s", path, suffix);
	assert_int_equal(stat(name, &status), 0);
	return status.st_mode & 07777;
}

static void all_files_are_readable_by_their_owner_alone(void **state)
{
	_cleanup_(user_database_freep) struct user_database *database = NULL;
	mode_t before = umask(0);

	database = open_database();
	assert_int_equal(add(database, "alice", hash, 1), 0);
	umask(before);
	assert_int_equal(mode_of(""), 0600);
	assert_int_equal(mode_of("-wal"), 0600);
	assert_int_equal(mode_of("-shm"), 0600);
}

static void a_file_that_others_can_read_is_closed_to_them(void **state)
{
	_cleanup_(user_database_freep) struct user_database *database = NULL;

	write_file("", 0);
	assert_int_equal(chmod(path, 0644), 0);
	database = open_database();
	assert_int_equal(mode_of(""), 0600);
}

/* Opens as soon as the gate closes; the exit status tells. */
static void open_in_child(int gate)
{
	struct user_database *database = NULL;
	char error[ERROR_SIZE], byte;

	if (read(gate, &byte, 1) != 0)
		_exit(2);
	if (user_database_open(path, &database, error) == 0)
		_exit(user_database_count(database) == 0 ? 0 : 3);
	fprintf(stderr, "%s\n", error);
	_exit(1);
}

static void many_may_open_a_new_file_at_once(void **state)
{
	struct user_database *database;
	pid_t children[6];
	int gate[2], status;

	assert_int_equal(pipe2(gate, O_CLOEXEC), 0);
	for (unsigned int i = 0; i < ELEMENTS(children); i++) {
		children[i] = fork();
		assert_true(children[i] >= 0);
		if (children[i] == 0) {
			close(gate[1]);
			open_in_child(gate[0]);
		}
	}
	close(gate[0]);
	close(gate[1]);
	for (unsigned int i = 0; i < ELEMENTS(children); i++) {
		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_int_equal(status, 0);
	}
	database = open_database();
	assert_int_equal(add(database, "alice", hash, 1), 0);
	user_database_free(database);
}

static void two_openers_see_each_others_changes(void **state)
{
	_cleanup_(user_database_freep) struct user_database *first = open_database();
	_cleanup_(user_database_freep) struct user_database *second = open_database();
	uint8_t found[MSCHAPV2_NT_HASH_SIZE];

	assert_int_equal(add(first, "alice", hash, 1), 0);
	assert_int_equal(nt_hash(second, "alice", found), 0);
	assert_int_equal(user_database_delete(second, "alice"), 0);
	assert_int_equal(user_database_count(first), 0);
}

/* ---- a file that cannot be written -------------------------------------------------- */

static void a_busy_file_is_told_and_nothing_is_changed(void **state)
{
	_cleanup_(user_database_freep) struct user_database *database = open_database();
	sqlite3 *other;

	assert_int_equal(sqlite3_open(path, &other), SQLITE_OK);
	assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(add(database, "alice", hash, 1), -EBUSY);
	assert_int_equal(user_database_count(database), 0);
	sqlite3_close(other);
	assert_int_equal(add(database, "alice", hash, 1), 0);
}

/* A limit of the file's size is a full disk that a test can have. */
static void a_full_disk_is_told_and_nothing_is_changed(void **state)
{
	_cleanup_(user_database_freep) struct user_database *database = open_database();
	struct rlimit before, small;
	char name[16];
	int error = 0;

	assert_int_equal(add(database, "alice", hash, 1), 0);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = before;
	small.rlim_cur = 256 * 1024;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	for (unsigned int i = 0; i < 2000 && !error; i++) {
		snprintf(name, sizeof(name), "user%u", i);
		error = add(database, name, hash, 1);
	}
	assert_true(error == -ENOSPC || error == -EIO);
	assert_int_equal(user_database_get(database, name, &(struct user){ 0 }), -ENOENT);
	assert_int_equal(user_database_get(database, "alice", &(struct user){ 0 }), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(add(database, name, hash, 1), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SENTENCE(a_missing_directory_is_told_with_its_remedy),
		IN_FOLDER(a_path_that_is_no_file_is_refused),
		IN_FOLDER(a_file_that_is_no_database_is_refused_and_stays_as_it_is),
		IN_FOLDER(a_database_of_another_program_is_refused),
		IN_FOLDER(a_newer_schema_is_refused),
		IN_FOLDER(a_schema_without_its_table_is_refused_and_stays_as_it_is),
		IN_FOLDER(a_version_below_all_is_another_programs),
		IN_FOLDER(a_database_of_the_first_schema_is_brought_to_todays_with_its_users),
		IN_FOLDER(a_migration_that_fails_changes_nothing),
		IN_FOLDER(a_damaged_page_is_found_when_opening),
		IN_FOLDER(a_truncated_file_is_found_when_opening),
		IN_FOLDER(a_file_held_by_another_program_is_refused_after_a_while),
		IN_FOLDER(a_directory_without_write_permission_is_told),
		IN_FOLDER(a_file_without_permission_is_told),
		IN_FOLDER(all_files_are_readable_by_their_owner_alone),
		IN_FOLDER(a_file_that_others_can_read_is_closed_to_them),
		IN_FOLDER(many_may_open_a_new_file_at_once),
		IN_FOLDER(a_busy_file_is_told_and_nothing_is_changed),
		IN_FOLDER(a_full_disk_is_told_and_nothing_is_changed),
		IN_FOLDER(two_openers_see_each_others_changes),
	};

	return cmocka_run_group_tests_name("user_database_file", tests, NULL, NULL);
}
