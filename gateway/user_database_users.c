/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rows of the table `user`. I/O. */
#include "base/cleanup.h"
#include "gateway/user_database_parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define TEXT_OF(number)  TEXT_OF_(number)
#define TEXT_OF_(number) #number

const char *user_name_check(const char *name)
{
	static const char wrong[] =
		"a user name has 1 to " TEXT_OF(USER_NAME_MAX) " printable ASCII characters, "
							       "without space, quote, / and :, "
							       "and one \\ at most, inside";
	size_t size = strnlen(name, USER_NAME_MAX + 1);
	const char *domain_end = strchr(name, '\\');

	if (size == 0 || size > USER_NAME_MAX)
		return wrong;
	for (size_t i = 0; i < size; i++)
		if (name[i] <= ' ' || name[i] >= 0x7f || strchr("\"'`/:", name[i]))
			return wrong;
	if (domain_end && (domain_end == name || !domain_end[1] || strchr(domain_end + 1, '\\')))
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

/* ---- changes -------------------------------------------------------------------------- */

static int add(struct user_database *database, enum user_statement number, const struct user *user,
	       const uint8_t nt_hash[MSCHAPV2_NT_HASH_SIZE])
{
	_cleanup_(user_database_reset) sqlite3_stmt *const statement = database->statements[number];

	if (user_name_check(user->name) || user->created > INT64_MAX)
		return -EINVAL;
	/* STATIC: SQLite borrows the hash and keeps no copy that nobody wipes. */
	if (sqlite3_bind_text(statement, 1, user->name, -1, SQLITE_STATIC) != SQLITE_OK ||
	    sqlite3_bind_int64(statement, 2, (sqlite3_int64)user->created) != SQLITE_OK ||
	    sqlite3_bind_blob(statement, 3, nt_hash, MSCHAPV2_NT_HASH_SIZE, SQLITE_STATIC) !=
		    SQLITE_OK ||
	    user_database_bind(statement, USER_COLUMN_COUNT + 1, user_attribute_table,
			       &user->attributes) < 0)
		return -EIO;
	return user_database_change(database, statement, -EADDRINUSE, -EDQUOT);
}

int user_database_add(struct user_database *database, const struct user *user,
		      const uint8_t nt_hash[MSCHAPV2_NT_HASH_SIZE])
{
	return add(database, STATEMENT_ADD_USER, user, nt_hash);
}

int user_database_add_one(struct user_database *database, const struct user *user,
			  const uint8_t nt_hash[MSCHAPV2_NT_HASH_SIZE])
{
	return add(database, STATEMENT_ADD_ONE_USER, user, nt_hash);
}

int user_database_set(struct user_database *database, const char *name,
		      const struct user_attributes *attributes)
{
	_cleanup_(user_database_reset) sqlite3_stmt *const statement =
		database->statements[STATEMENT_SET_USER];

	if (user_name_check(name))
		return -ENOENT;
	if (sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC) != SQLITE_OK ||
	    user_database_bind(statement, 2, user_attribute_table, attributes) < 0)
		return -EIO;
	return user_database_change(database, statement, -EADDRINUSE, -ENOENT);
}

int user_database_set_password(struct user_database *database, const char *name,
			       const uint8_t nt_hash[MSCHAPV2_NT_HASH_SIZE])
{
	_cleanup_(user_database_reset) sqlite3_stmt *const statement =
		database->statements[STATEMENT_SET_PASSWORD];

	if (user_name_check(name))
		return -ENOENT;
	if (sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC) != SQLITE_OK ||
	    sqlite3_bind_blob(statement, 2, nt_hash, MSCHAPV2_NT_HASH_SIZE, SQLITE_STATIC) !=
		    SQLITE_OK)
		return -EIO;
	return user_database_change(database, statement, -EIO, -ENOENT);
}

int user_database_delete(struct user_database *database, const char *name)
{
	_cleanup_(user_database_reset) sqlite3_stmt *const statement =
		database->statements[STATEMENT_DELETE_USER];

	if (user_name_check(name))
		return -ENOENT;
	if (sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC) != SQLITE_OK)
		return -EIO;
	return user_database_change(database, statement, -EIO, -ENOENT);
}

/* ---- many at once ------------------------------------------------------------------------ */

int user_database_begin(struct user_database *database, uint32_t *ret_room)
{
	int64_t count;

	if (sqlite3_exec(database->connection, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
		return user_database_errno(database);
	count = user_database_count(database);
	if (count < 0) {
		user_database_end(database, false);
		return (int)count;
	}
	*ret_room = count < USER_COUNT_MAXIMUM ? (uint32_t)(USER_COUNT_MAXIMUM - count) : 0;
	return 0;
}

/* A failed COMMIT may have rolled back, or not: a full disk does, a busy file does not. */
int user_database_end(struct user_database *database, bool keep)
{
	int error = 0;

	if (keep && sqlite3_exec(database->connection, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
		error = user_database_errno(database);
	if (!sqlite3_get_autocommit(database->connection))
		sqlite3_exec(database->connection, "ROLLBACK", NULL, NULL, NULL);
	return error;
}

/* ---- reading ------------------------------------------------------------------------------ */

static int read_user(sqlite3_stmt *statement, struct user *ret_user)
{
	const char *name = (const char *)sqlite3_column_text(statement, 0);

	if (!name || user_name_check(name) ||
	    sqlite3_column_bytes(statement, 2) != MSCHAPV2_NT_HASH_SIZE)
		return -EUCLEAN;
	strcpy(ret_user->name, name);
	ret_user->created = (uint64_t)sqlite3_column_int64(statement, 1);
	return user_database_read_row(statement, USER_COLUMN_COUNT, user_attribute_table,
				      &ret_user->attributes);
}

int user_database_look_up(struct user_database *database, const uint8_t *name, size_t name_size,
			  struct user *ret_user, uint8_t ret_hash[MSCHAPV2_NT_HASH_SIZE])
{
	_cleanup_(user_database_reset) sqlite3_stmt *const statement =
		database->statements[STATEMENT_GET_USER];
	char text[USER_NAME_MAX + 1];
	int result = name_from_bytes(name, name_size, text);
	struct user user;

	if (result < 0)
		return result;
	if (sqlite3_bind_text(statement, 1, text, -1, SQLITE_STATIC) != SQLITE_OK)
		return -EIO;
	result = sqlite3_step(statement);
	if (result == SQLITE_DONE)
		return -ENOENT;
	if (result != SQLITE_ROW)
		return user_database_errno(database);
	result = read_user(statement, &user);
	if (result < 0)
		return result;
	if (ret_user)
		*ret_user = user;
	memcpy(ret_hash, sqlite3_column_blob(statement, 2), MSCHAPV2_NT_HASH_SIZE);
	return 0;
}

int user_database_get(struct user_database *database, const char *name, struct user *ret_user)
{
	uint8_t hash[MSCHAPV2_NT_HASH_SIZE];
	int result = user_database_look_up(database, (const uint8_t *)name, strlen(name), ret_user,
					   hash);

	explicit_bzero(hash, sizeof(hash));
	return result;
}

static int walk_rows(struct user_database *database, sqlite3_stmt *statement, user_fn each,
		     void *userdata)
{
	struct user user;
	int result;

	while ((result = sqlite3_step(statement)) == SQLITE_ROW) {
		result = read_user(statement, &user);
		if (result == 0)
			result = each(userdata, &user, sqlite3_column_blob(statement, 2));
		if (result != 0)
			return result;
	}
	return result == SQLITE_DONE ? 0 : user_database_errno(database);
}

/* Prepared each time: @each may walk, too. */
static int prepare_walk(struct user_database *database, const char *rest,
			sqlite3_stmt **ret_statement)
{
	_cleanup_(freep) char *text = NULL;

	if (asprintf(&text, "SELECT %s FROM user %s", database->user_columns, rest) < 0) {
		text = NULL;
		return -ENOMEM;
	}
	if (sqlite3_prepare_v2(database->connection, text, -1, ret_statement, NULL) != SQLITE_OK)
		return user_database_errno(database);
	return 0;
}

int user_database_walk(struct user_database *database, const struct user_filter *filter,
		       user_fn each, void *userdata)
{
	static const struct user_filter all = { "", "", 0 };
	_cleanup_(user_database_finalizep) sqlite3_stmt *statement = NULL;
	int result;

	if (!filter)
		filter = &all;
	result = prepare_walk(database,
			      filter->group[0]
				      ? "WHERE name > ?1 AND group_name = ?3 ORDER BY name LIMIT ?2"
				      : "WHERE name > ?1 ORDER BY name LIMIT ?2",
			      &statement);
	if (result < 0)
		return result;
	if (sqlite3_bind_text(statement, 1, filter->after, -1, SQLITE_STATIC) != SQLITE_OK ||
	    sqlite3_bind_int64(statement, 2, filter->limit ? (sqlite3_int64)filter->limit : -1) !=
		    SQLITE_OK ||
	    (filter->group[0] &&
	     sqlite3_bind_text(statement, 3, filter->group, -1, SQLITE_STATIC) != SQLITE_OK))
		return -EIO;
	return walk_rows(database, statement, each, userdata);
}

int user_database_walk_fixed(struct user_database *database, user_fn each, void *userdata)
{
	_cleanup_(user_database_finalizep) sqlite3_stmt *statement = NULL;
	int result =
		prepare_walk(database, "WHERE ipv4 IS NOT NULL OR ipv6 IS NOT NULL", &statement);

	return result < 0 ? result : walk_rows(database, statement, each, userdata);
}

int64_t user_database_count(struct user_database *database)
{
	_cleanup_(user_database_reset) sqlite3_stmt *const statement =
		database->statements[STATEMENT_COUNT_USERS];

	if (sqlite3_step(statement) != SQLITE_ROW)
		return user_database_errno(database);
	return sqlite3_column_int64(statement, 0);
}
