/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The users in SQLite. Statements are prepared once; a change is durable when
 * its function returns (WAL with synchronous=FULL). The file is created 0600,
 * and SQLite gives its journal the same mode. How a file is opened, checked and
 * migrated, with its many ways to fail, is in user_database_open.c. I/O.
 */
#include "gateway/user_database.h"
#include "base/cleanup.h"
#include "gateway/user_database_open.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_OF(number)  TEXT_OF_(number)
#define TEXT_OF_(number) #number

enum statement {
	STATEMENT_ADD,
	STATEMENT_DELETE,
	STATEMENT_NT_HASH,
	STATEMENT_COUNT,
	STATEMENT_COUNT_,
};

static const char *const statement_texts[STATEMENT_COUNT_] = {
	/* The cap stands inside the statement, so that it holds for all connections. */
	[STATEMENT_ADD] = "INSERT INTO user (name, nt_hash, created) SELECT ?1, ?2, ?3"
			  " WHERE (SELECT count(*) FROM user) < " TEXT_OF(USER_COUNT_MAXIMUM),
	[STATEMENT_DELETE] = "DELETE FROM user WHERE name = ?1",
	[STATEMENT_NT_HASH] = "SELECT nt_hash FROM user WHERE name = ?1",
	[STATEMENT_COUNT] = "SELECT count(*) FROM user",
};

static const char walk_text[] = "SELECT name, created FROM user ORDER BY name";

struct user_database {
	sqlite3 *connection;
	sqlite3_stmt *statements[STATEMENT_COUNT_];
};

/* For _cleanup_(reset) on a borrowed statement: ends it and forgets its values. */
static void reset(sqlite3_stmt *const *statement)
{
	sqlite3_reset(*statement);
	sqlite3_clear_bindings(*statement);
}

static void finalizep(sqlite3_stmt *const *statement)
{
	sqlite3_finalize(*statement);
}

const char *user_name_check(const char *name)
{
	static const char wrong[] =
		"a user name has 1 to " TEXT_OF(USER_NAME_MAX) " printable ASCII characters, "
							       "without space, quote, \\, / and :";
	size_t size = strnlen(name, USER_NAME_MAX + 1);

	if (size == 0 || size > USER_NAME_MAX)
		return wrong;
	for (size_t i = 0; i < size; i++)
		if (name[i] <= ' ' || name[i] >= 0x7f || strchr("\"'`\\/:", name[i]))
			return wrong;
	return NULL;
}

/* The peer's bytes as a name, if a user may have it; else -ENOENT. */
static int name_from_bytes(const uint8_t *bytes, size_t size, char ret_name[USER_NAME_MAX + 1])
{
	char name[USER_NAME_MAX + 1] = "";

	if (size == 0 || size > USER_NAME_MAX)
		return -ENOENT;
	memcpy(name, bytes, size);
	if (strlen(name) != size || user_name_check(name))
		return -ENOENT;
	memcpy(ret_name, name, sizeof(name));
	return 0;
}

int user_database_open(const char *path, struct user_database **ret_database, char ret_error[512])
{
	_cleanup_(user_database_freep) struct user_database *database =
		calloc(1, sizeof(*database));
	int result;

	if (!database) {
		snprintf(ret_error, 512, "%s: no memory", path);
		return -ENOMEM;
	}
	result = user_database_connect(path, &database->connection, ret_error);
	if (result < 0)
		return result;
	for (size_t i = 0; i < STATEMENT_COUNT_; i++) {
		if (sqlite3_prepare_v3(database->connection, statement_texts[i], -1,
				       SQLITE_PREPARE_PERSISTENT, &database->statements[i],
				       NULL) == SQLITE_OK)
			continue;
		snprintf(ret_error, 512,
			 "%s: its tables are not those of its version (%s): restore it from a "
			 "backup, or move it away to start without users",
			 path, sqlite3_errmsg(database->connection));
		return -EIO;
	}
	*ret_database = TAKE_PTR(database);
	return 0;
}

void user_database_free(struct user_database *database)
{
	if (!database)
		return;
	for (size_t i = 0; i < STATEMENT_COUNT_; i++)
		sqlite3_finalize(database->statements[i]);
	sqlite3_close(database->connection);
	free(database);
}

void user_database_freep(struct user_database **database)
{
	user_database_free(*database);
}

int user_database_add(struct user_database *database, const char *name,
		      const uint8_t nt_hash[MSCHAPV2_NT_HASH_SIZE], uint64_t created)
{
	_cleanup_(reset) sqlite3_stmt *const statement = database->statements[STATEMENT_ADD];

	if (user_name_check(name) || created > INT64_MAX)
		return -EINVAL;
	/* STATIC: SQLite borrows the hash and keeps no copy that nobody wipes. */
	if (sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC) != SQLITE_OK ||
	    sqlite3_bind_blob(statement, 2, nt_hash, MSCHAPV2_NT_HASH_SIZE, SQLITE_STATIC) !=
		    SQLITE_OK ||
	    sqlite3_bind_int64(statement, 3, (sqlite3_int64)created) != SQLITE_OK)
		return -EIO;
	switch (sqlite3_step(statement)) {
	case SQLITE_DONE:
		return sqlite3_changes(database->connection) ? 0 : -ENOSPC;
	case SQLITE_CONSTRAINT:
		return -EEXIST;
	default:
		return -EIO;
	}
}

int user_database_delete(struct user_database *database, const char *name)
{
	_cleanup_(reset) sqlite3_stmt *const statement = database->statements[STATEMENT_DELETE];

	if (user_name_check(name))
		return -ENOENT;
	if (sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC) != SQLITE_OK ||
	    sqlite3_step(statement) != SQLITE_DONE)
		return -EIO;
	return sqlite3_changes(database->connection) ? 0 : -ENOENT;
}

int user_database_nt_hash(struct user_database *database, const uint8_t *name, size_t name_size,
			  uint8_t ret_hash[MSCHAPV2_NT_HASH_SIZE])
{
	_cleanup_(reset) sqlite3_stmt *const statement = database->statements[STATEMENT_NT_HASH];
	char text[USER_NAME_MAX + 1];
	int result = name_from_bytes(name, name_size, text);

	if (result < 0)
		return result;
	if (sqlite3_bind_text(statement, 1, text, -1, SQLITE_STATIC) != SQLITE_OK)
		return -EIO;
	result = sqlite3_step(statement);
	if (result == SQLITE_DONE)
		return -ENOENT;
	if (result != SQLITE_ROW || sqlite3_column_bytes(statement, 0) != MSCHAPV2_NT_HASH_SIZE)
		return -EIO;
	memcpy(ret_hash, sqlite3_column_blob(statement, 0), MSCHAPV2_NT_HASH_SIZE);
	return 0;
}

int user_database_walk(struct user_database *database, user_fn each, void *userdata)
{
	_cleanup_(finalizep) sqlite3_stmt *statement = NULL;
	int result;

	/* Prepared each time: @each may walk, too. */
	if (sqlite3_prepare_v2(database->connection, walk_text, -1, &statement, NULL) != SQLITE_OK)
		return -EIO;
	while ((result = sqlite3_step(statement)) == SQLITE_ROW) {
		struct user user = { .created = (uint64_t)sqlite3_column_int64(statement, 1) };

		snprintf(user.name, sizeof(user.name), "%s",
			 (const char *)sqlite3_column_text(statement, 0));
		result = each(userdata, &user);
		if (result != 0)
			return result;
	}
	return result == SQLITE_DONE ? 0 : -EIO;
}

int64_t user_database_count(struct user_database *database)
{
	_cleanup_(reset) sqlite3_stmt *const statement = database->statements[STATEMENT_COUNT];

	if (sqlite3_step(statement) != SQLITE_ROW)
		return -EIO;
	return sqlite3_column_int64(statement, 0);
}
