/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The users: files that cannot be opened, hostile names, many users, several openers. */
#include "config.h"

#include "gateway/user_database.h"
#include "tests/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ERROR_SIZE 512
#define REPLACE    "restore it from a backup, or move it away to start without users"
#define NOBODY     65534

static const uint8_t hash[MSCHAPV2_NT_HASH_SIZE] = "0123456789abcdef";

/* A folder of its own for each test, and the path of a database in it. */
static char folder[64], path[128];

static int make_folder(void **state)
{
	strcpy(folder, "/tmp/saregate-test-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/saregate.db", folder);
	return 0;
}

static int remove_folder(void **state)
{
	static const char *const suffixes[] = { "", "-wal", "-shm", "-journal" };
	char name[160];

	chmod(folder, 0700);
	for (size_t i = 0; i < ELEMENTS(suffixes); i++) {
		snprintf(name, sizeof(name), "%s%s", path, suffixes[i]);
		unlink(name);
	}
	rmdir(path);
	return rmdir(folder);
}

static struct user_database *open_database(void)
{
	struct user_database *database = NULL;
	char error[ERROR_SIZE] = "";

	if (user_database_open(path, &database, error) < 0)
		fail_msg("%s", error);
	return database;
}

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

/* Runs SQL on the file behind the back of the code under test. */
static void run_sql(const char *text)
{
	sqlite3 *connection;

	assert_int_equal(sqlite3_open(path, &connection), SQLITE_OK);
	assert_int_equal(sqlite3_exec(connection, text, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(connection);
}

static int nt_hash(struct user_database *database, const char *name, uint8_t ret_hash[16])
{
	return user_database_nt_hash(database, (const uint8_t *)name, strlen(name), ret_hash);
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
	user_database_free(open_database());
	run_sql("PRAGMA user_version = 2");
	assert_refused(path, -ENOTSUP,
		       "has schema version 2, this saregated knows up to 1: install the newer "
		       "saregated again, or " REPLACE);
}

static void a_schema_without_its_table_is_refused(void **state)
{
	run_sql("PRAGMA user_version = 1");
	assert_refused(path, -EIO,
		       "its tables are not those of its version (no such table: user): restore it "
		       "from a backup, or move it away to start without users");
}

static void a_damaged_page_is_found_when_opening(void **state)
{
	struct user_database *database = open_database();
	char name[16], garbage[4096];
	int descriptor;

	for (unsigned int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "user%u", i);
		assert_int_equal(user_database_add(database, name, hash, i), 0);
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
		assert_int_equal(user_database_add(database, name, hash, i), 0);
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
	assert_int_equal(user_database_add(database, "alice", hash, 1), 0);
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

static void names_that_no_user_may_have_are_refused(void **state)
{
	static const char *const names[] = {
		"",    " ",   "a b",  "a\"b",  "a'b",  "a`b",      "a\\b",
		"a/b", "a:b", "a\nb", "a\x7f", "\x1b", "\xc3\xa9", "alice ",
	};
	_cleanup_(user_database_freep) struct user_database *database = open_database();
	char name[USER_NAME_MAX + 2];

	for (size_t i = 0; i < ELEMENTS(names); i++) {
		assert_non_null(user_name_check(names[i]));
		assert_int_equal(user_database_add(database, names[i], hash, 1), -EINVAL);
		assert_int_equal(user_database_delete(database, names[i]), -ENOENT);
	}
	memset(name, 'x', sizeof(name));
	name[USER_NAME_MAX + 1] = '\0';
	assert_non_null(user_name_check(name));
	assert_int_equal(user_database_add(database, name, hash, 1), -EINVAL);
	name[USER_NAME_MAX] = '\0';
	assert_null(user_name_check(name));
	assert_int_equal(user_database_add(database, name, hash, 1), 0);
}

static void hostile_names_of_a_peer_find_nobody(void **state)
{
	static const char *const names[] = { "%",     "alice'--", "' OR 1=1 --",
					     "ALICE", "alic",     "alicee" };
	_cleanup_(user_database_freep) struct user_database *database = open_database();
	uint8_t found[MSCHAPV2_NT_HASH_SIZE] = "untouched";
	static const uint8_t large[4096] = "alice";

	assert_int_equal(user_database_add(database, "alice", hash, 1), 0);
	for (size_t i = 0; i < ELEMENTS(names); i++)
		assert_int_equal(nt_hash(database, names[i], found), -ENOENT);
	assert_int_equal(user_database_nt_hash(database, BYTES(0), found), -ENOENT);
	assert_int_equal(user_database_nt_hash(database, NULL, 0, found), -ENOENT);
	assert_int_equal(user_database_nt_hash(database, BYTES(0xff, 0xfe), found), -ENOENT);
	assert_int_equal(user_database_nt_hash(database, (const uint8_t *)"alice", 6, found),
			 -ENOENT);
	assert_int_equal(user_database_nt_hash(database, large, sizeof(large), found), -ENOENT);
	assert_string_equal(found, "untouched");
}

static void a_user_is_found_by_exactly_its_name_until_deleted(void **state)
{
	_cleanup_(user_database_freep) struct user_database *database = open_database();
	uint8_t found[MSCHAPV2_NT_HASH_SIZE] = { 0 };

	assert_int_equal(user_database_add(database, "alice@example.org", hash, 1), 0);
	assert_int_equal(nt_hash(database, "alice@example.org", found), 0);
	assert_memory_equal(found, hash, sizeof(hash));
	assert_int_equal(user_database_delete(database, "alice@example.org"), 0);
	assert_int_equal(nt_hash(database, "alice@example.org", found), -ENOENT);
	assert_int_equal(user_database_delete(database, "alice@example.org"), -ENOENT);
}

static void a_name_is_given_once(void **state)
{
	static const uint8_t other[MSCHAPV2_NT_HASH_SIZE] = "fedcba9876543210";
	_cleanup_(user_database_freep) struct user_database *database = open_database();
	uint8_t found[MSCHAPV2_NT_HASH_SIZE];

	assert_int_equal(user_database_add(database, "alice", hash, 1), 0);
	assert_int_equal(user_database_add(database, "alice", other, 2), -EEXIST);
	assert_int_equal(user_database_count(database), 1);
	assert_int_equal(nt_hash(database, "alice", found), 0);
	assert_memory_equal(found, hash, sizeof(hash));
}

static void users_survive_closing_and_opening(void **state)
{
	struct user_database *database = open_database();
	uint8_t found[MSCHAPV2_NT_HASH_SIZE];

	assert_int_equal(user_database_add(database, "alice", hash, 1), 0);
	user_database_free(database);
	database = open_database();
	assert_int_equal(nt_hash(database, "alice", found), 0);
	assert_memory_equal(found, hash, sizeof(hash));
	user_database_free(database);
}

static void the_file_keeps_nothing_of_a_deleted_user(void **state)
{
	struct user_database *database = open_database();
	_cleanup_(closep) int descriptor = -1;
	static char bytes[65536];
	ssize_t size;

	assert_int_equal(user_database_add(database, "alice", hash, 1), 0);
	assert_int_equal(user_database_delete(database, "alice"), 0);
	user_database_free(database);
	descriptor = open(path, O_RDONLY | O_CLOEXEC);
	size = read(descriptor, bytes, sizeof(bytes));
	assert_in_range(size, 1, sizeof(bytes) - 1);
	assert_null(memmem(bytes, (size_t)size, hash, sizeof(hash)));
	assert_null(memmem(bytes, (size_t)size, "alice", 5));
}

/* What a walk saw: the order, and where it was to stop. */
struct walk {
	char last[USER_NAME_MAX + 1];
	unsigned int seen;
	unsigned int stop_at;
	struct user_database *database;
};

static int see_user(void *userdata, const struct user *user)
{
	struct walk *walk = userdata;

	assert_true(strcmp(walk->last, user->name) < 0);
	assert_memory_equal(user->name, "user", 4);
	assert_int_equal(user->created, 1000 + strtoul(user->name + 4, NULL, 10));
	strcpy(walk->last, user->name);
	return ++walk->seen == walk->stop_at ? 42 : 0;
}

static int walk_again(void *userdata, const struct user *user)
{
	struct walk inner = { .stop_at = 0 }, *walk = userdata;

	assert_int_equal(user_database_walk(walk->database, see_user, &inner), 0);
	assert_int_equal(inner.seen, 1000);
	return ++walk->seen == 3;
}

static void a_thousand_users_are_walked_in_the_order_of_names(void **state)
{
	_cleanup_(user_database_freep) struct user_database *database = open_database();
	struct walk all = { .stop_at = 0 }, some = { .stop_at = 5 };
	struct walk nested = { .database = database };
	char name[16];

	for (unsigned int i = 0; i < 1000; i++) {
		unsigned int number = i * 379 % 1000;

		snprintf(name, sizeof(name), "user%u", number);
		assert_int_equal(user_database_add(database, name, hash, 1000 + number), 0);
	}
	assert_int_equal(user_database_count(database), 1000);
	assert_int_equal(user_database_walk(database, see_user, &all), 0);
	assert_int_equal(all.seen, 1000);
	assert_int_equal(user_database_walk(database, see_user, &some), 42);
	assert_int_equal(some.seen, 5);
	assert_int_equal(user_database_walk(database, walk_again, &nested), 1);
}

static void the_cap_on_users_holds(void **state)
{
	_cleanup_(user_database_freep) struct user_database *database = open_database();

	run_sql("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 99999)"
		" INSERT INTO user SELECT 'user' || i, zeroblob(16), 1 FROM n");
	assert_int_equal(user_database_count(database), USER_COUNT_MAXIMUM - 1);
	assert_int_equal(user_database_add(database, "last", hash, 1), 0);
	assert_int_equal(user_database_add(database, "beyond", hash, 1), -ENOSPC);
	assert_int_equal(user_database_delete(database, "user1"), 0);
	assert_int_equal(user_database_add(database, "beyond", hash, 1), 0);
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
	pid_t children[16];
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
	assert_int_equal(user_database_add(database, "alice", hash, 1), 0);
	user_database_free(database);
}

static void two_openers_see_each_others_changes(void **state)
{
	_cleanup_(user_database_freep) struct user_database *first = open_database();
	_cleanup_(user_database_freep) struct user_database *second = open_database();
	uint8_t found[MSCHAPV2_NT_HASH_SIZE];

	assert_int_equal(user_database_add(first, "alice", hash, 1), 0);
	assert_int_equal(nt_hash(second, "alice", found), 0);
	assert_int_equal(user_database_delete(second, "alice"), 0);
	assert_int_equal(user_database_count(first), 0);
}

#define IN_FOLDER(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SENTENCE(a_missing_directory_is_told_with_its_remedy),
		IN_FOLDER(a_path_that_is_no_file_is_refused),
		IN_FOLDER(a_file_that_is_no_database_is_refused_and_stays_as_it_is),
		IN_FOLDER(a_database_of_another_program_is_refused),
		IN_FOLDER(a_newer_schema_is_refused),
		IN_FOLDER(a_schema_without_its_table_is_refused),
		IN_FOLDER(a_damaged_page_is_found_when_opening),
		IN_FOLDER(a_truncated_file_is_found_when_opening),
		IN_FOLDER(a_file_held_by_another_program_is_refused_after_a_while),
		IN_FOLDER(a_directory_without_write_permission_is_told),
		IN_FOLDER(a_file_without_permission_is_told),
		IN_FOLDER(all_files_are_readable_by_their_owner_alone),
		IN_FOLDER(a_file_that_others_can_read_is_closed_to_them),
		IN_FOLDER(names_that_no_user_may_have_are_refused),
		IN_FOLDER(hostile_names_of_a_peer_find_nobody),
		IN_FOLDER(a_user_is_found_by_exactly_its_name_until_deleted),
		IN_FOLDER(a_name_is_given_once),
		IN_FOLDER(users_survive_closing_and_opening),
		IN_FOLDER(the_file_keeps_nothing_of_a_deleted_user),
		IN_FOLDER(a_thousand_users_are_walked_in_the_order_of_names),
		IN_FOLDER(the_cap_on_users_holds),
		IN_FOLDER(many_may_open_a_new_file_at_once),
		IN_FOLDER(two_openers_see_each_others_changes),
	};

	return cmocka_run_group_tests_name("user_database", tests, NULL, NULL);
}
