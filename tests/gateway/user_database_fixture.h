/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A database of users in a folder of its own, for the tests of it. */
#pragma once

#include "config.h"

#include "gateway/user_database.h"
#include "tests/unit.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ERROR_SIZE 512

static const uint8_t hash[MSCHAPV2_NT_HASH_SIZE] = "0123456789abcdef";

/* A folder of its own for each test, and the path of a database in it. */
static char folder[64], path[128];

static inline int make_folder(void **state)
{
	strcpy(folder, "/tmp/saregate-test-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/saregate.db", folder);
	return 0;
}

static inline int remove_folder(void **state)
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

static inline struct user_database *open_database(void)
{
	struct user_database *database = NULL;
	char error[ERROR_SIZE] = "";

	if (user_database_open(path, &database, error) < 0)
		fail_msg("%s", error);
	return database;
}

static inline int add(struct user_database *database, const char *name, const uint8_t *nt_hash,
		      uint64_t created)
{
	struct user user = { .created = created };

	/* what does not fit must be refused, too */
	if (strlen(name) > USER_NAME_MAX)
		return user_name_check(name) ? -EINVAL : 0;
	user_attributes_default(&user.attributes);
	strcpy(user.name, name);
	return user_database_add(database, &user, nt_hash);
}

/* Runs SQL on the file behind the back of the code under test. */
static inline void run_sql(const char *text)
{
	sqlite3 *connection;

	assert_int_equal(sqlite3_open(path, &connection), SQLITE_OK);
	assert_int_equal(sqlite3_exec(connection, text, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(connection);
}

static inline int nt_hash(struct user_database *database, const char *name, uint8_t ret_hash[16])
{
	return user_database_look_up(database, (const uint8_t *)name, strlen(name), NULL, ret_hash);
}

#define IN_FOLDER(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)
