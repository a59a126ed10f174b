/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The database as a whole: statements are made from the tables of attributes
 * and prepared once; a change is durable when its function returns (WAL with
 * synchronous=FULL). The file is created 0600, and SQLite gives its journal the
 * same mode. How a file is opened, checked and migrated, with its many ways to
 * fail, is in database_file.c. I/O.
 */
#include "gateway/user_database.h"

#include "base/cleanup.h"
#include "gateway/database_file.h"
#include "gateway/user_database_parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_OF(number)  TEXT_OF_(number)
#define TEXT_OF_(number) #number

/* ---- statements -------------------------------------------------------------------- */

void user_database_reset(sqlite3_stmt *const *statement)
{
	sqlite3_reset(*statement);
	sqlite3_clear_bindings(*statement);
}

void user_database_finalizep(sqlite3_stmt *const *statement)
{
	sqlite3_finalize(*statement);
}

/* ", column" of each attribute, ", column = ?N", or ", ?N", N going on from @first. */
enum list_kind {
	LIST_COLUMNS,
	LIST_PARAMETERS,
	LIST_ASSIGNMENTS
};

static char *make_list(const struct attribute *table, enum list_kind kind, int first)
{
	size_t room = 1, used = 0;
	char *text;

	for (const struct attribute *attribute = table; attribute->name; attribute++)
		room += strlen(attribute->column) + sizeof(",  = ?4294967295");
	text = calloc(1, room);
	for (const struct attribute *a = table; text && a->name; a++, first++)
		switch (kind) {
		case LIST_COLUMNS:
			used += (size_t)snprintf(text + used, room - used, ", %s", a->column);
			break;
		case LIST_PARAMETERS:
			used += (size_t)snprintf(text + used, room - used, ", ?%d", first);
			break;
		case LIST_ASSIGNMENTS:
			used += (size_t)snprintf(text + used, room - used, "%s%s = ?%d",
						 used ? ", " : "", a->column, first);
			break;
		}
	return text;
}

/* The text of a statement; where it has %s, lists of the table stand in this order. */
struct statement_form {
	const char *format;
	const struct attribute *table;
	enum list_kind lists[2];
	int first; /* parameter of the lists */
};

#define USERS  user_attribute_table
#define GROUPS group_attribute_table

/* The cap stands inside the statement, so that it holds for all connections. */
static const struct statement_form statement_forms[STATEMENT_COUNT_] = {
	[STATEMENT_ADD_USER] = { "INSERT INTO user (" USER_COLUMNS "%s) SELECT ?1, ?2, ?3%s"
				 " WHERE (SELECT count(*) FROM user) < " TEXT_OF(
					 USER_COUNT_MAXIMUM),
				 USERS,
				 { LIST_COLUMNS, LIST_PARAMETERS },
				 USER_COLUMN_COUNT + 1 },
	[STATEMENT_ADD_ONE_USER] = { "INSERT INTO user (" USER_COLUMNS "%s) VALUES (?1, ?2, ?3%s)",
				     USERS,
				     { LIST_COLUMNS, LIST_PARAMETERS },
				     USER_COLUMN_COUNT + 1 },
	[STATEMENT_SET_USER] = { "UPDATE user SET %s WHERE name = ?1",
				 USERS,
				 { LIST_ASSIGNMENTS },
				 2 },
	[STATEMENT_SET_PASSWORD] = { .format = "UPDATE user SET nt_hash = ?2 WHERE name = ?1" },
	[STATEMENT_DELETE_USER] = { .format = "DELETE FROM user WHERE name = ?1" },
	[STATEMENT_GET_USER] = { "SELECT " USER_COLUMNS "%s FROM user WHERE name = ?1",
				 USERS,
				 { LIST_COLUMNS },
				 0 },
	[STATEMENT_COUNT_USERS] = { .format = "SELECT count(*) FROM user" },
	[STATEMENT_ADD_GROUP] = { "INSERT INTO user_group (name, created%s) SELECT ?1, ?2%s"
				  " WHERE (SELECT count(*) FROM user_group) < " TEXT_OF(
					  GROUP_COUNT_MAXIMUM),
				  GROUPS,
				  { LIST_COLUMNS, LIST_PARAMETERS },
				  3 },
	[STATEMENT_SET_GROUP] = { "UPDATE user_group SET %s WHERE name = ?1",
				  GROUPS,
				  { LIST_ASSIGNMENTS },
				  2 },
	[STATEMENT_DELETE_GROUP] = { .format = "DELETE FROM user_group WHERE name = ?1" },
	[STATEMENT_GET_GROUP] = { "SELECT " GROUP_COLUMNS "%s FROM user_group WHERE name = ?1",
				  GROUPS,
				  { LIST_COLUMNS },
				  0 },
};

/* Return: the text, NULL without memory. */
static char *make_statement(const struct statement_form *form)
{
	static const struct attribute none[] = { { 0 } };
	const struct attribute *table = form->table ? form->table : none;
	_cleanup_(freep) char *one = make_list(table, form->lists[0], form->first);
	_cleanup_(freep) char *two = make_list(table, form->lists[1], form->first);
	char *text;

	if (!one || !two || asprintf(&text, form->format, one, two) < 0)
		return NULL;
	return text;
}

/* Return: an SQLite code. */
static int prepare_statement(struct user_database *database, enum user_statement number)
{
	_cleanup_(freep) char *text = make_statement(&statement_forms[number]);

	if (!text)
		return SQLITE_NOMEM;
	return sqlite3_prepare_v3(database->connection, text, -1, SQLITE_PREPARE_PERSISTENT,
				  &database->statements[number], NULL);
}

/* The columns for statements that are made when they are needed. */
static int make_columns(struct user_database *database)
{
	_cleanup_(freep) char *users = make_list(user_attribute_table, LIST_COLUMNS, 0);
	_cleanup_(freep) char *groups = make_list(group_attribute_table, LIST_COLUMNS, 0);

	if (!users || !groups || asprintf(&database->user_columns, USER_COLUMNS "%s", users) < 0)
		return -ENOMEM;
	return asprintf(&database->group_columns, GROUP_COLUMNS "%s", groups) < 0 ? -ENOMEM : 0;
}

int user_database_open(const char *path, struct user_database **ret_database, char ret_error[512])
{
	_cleanup_(user_database_freep) struct user_database *database =
		calloc(1, sizeof(*database));
	const struct database_kind kind = {
		.key = "[users] database",
		.replace = "restore it from a backup, or move it away to start without users",
		.steps = schema_steps,
		.version = schema_version,
	};
	int result;

	if (!database || make_columns(database) < 0) {
		snprintf(ret_error, 512, "%s: no memory", path);
		return -ENOMEM;
	}
	result = database_file_open(path, &kind, &database->connection, ret_error);
	if (result < 0)
		return result;
	for (enum user_statement i = 0; i < STATEMENT_COUNT_; i++) {
		if (prepare_statement(database, i) == SQLITE_OK)
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
	free(database->user_columns);
	free(database->group_columns);
	free(database);
}

void user_database_freep(struct user_database **database)
{
	user_database_free(*database);
}

/* ---- errors ------------------------------------------------------------------------- */

int user_database_errno(const struct user_database *database)
{
	switch (sqlite3_errcode(database->connection) & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_READONLY:
		return -EROFS;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return -EUCLEAN;
	case SQLITE_NOMEM:
		return -ENOMEM;
	default:
		return -EIO;
	}
}

const char *user_database_error_text(int error)
{
	switch (-error) {
	case EEXIST:
		return "there is a user of that name already";
	case EDQUOT:
		return "there are as many as allowed: " TEXT_OF(
			USER_COUNT_MAXIMUM) " users, " TEXT_OF(GROUP_COUNT_MAXIMUM) " groups";
	case ENOENT:
		return "there is no user of that name";
	case ENXIO:
		return "group: there is no group of that name: saregate group add";
	case EADDRINUSE:
		return "ipv4, ipv6: the address is another user's";
	case ENOTEMPTY:
		return "the group has members: put them into another one, or into none, first";
	case EBUSY:
		return "another program holds the user database: find it with 'fuser' and end it";
	case ENOSPC:
		return "the user database cannot be written, the disk is full: make room";
	case EROFS:
		return "the user database can only be read: check that its file system is "
		       "mounted writable";
	case EUCLEAN:
		return "the user database is damaged: restore it from a backup";
	case ENOMEM:
		return "no memory";
	default:
		return "the user database cannot be read or written: check the disk, see "
		       "journalctl -u saregated";
	}
}

int user_database_change(struct user_database *database, sqlite3_stmt *statement, int unique,
			 int none)
{
	if (sqlite3_step(statement) == SQLITE_DONE)
		return sqlite3_changes(database->connection) ? 0 : none;
	switch (sqlite3_extended_errcode(database->connection)) {
	case SQLITE_CONSTRAINT_PRIMARYKEY:
		return -EEXIST;
	case SQLITE_CONSTRAINT_UNIQUE:
		return unique;
	case SQLITE_CONSTRAINT_FOREIGNKEY:
		return -ENXIO;
	default:
		return user_database_errno(database);
	}
}

/* ---- attributes ----------------------------------------------------------------------- */

int user_database_bind(sqlite3_stmt *statement, int first, const struct attribute *table,
		       const void *attributes)
{
	char text[ATTRIBUTE_TEXT_MAX];
	int code = SQLITE_OK;

	for (const struct attribute *a = table; a->name && code == SQLITE_OK; a++, first++)
		if (attribute_is_number(a))
			code = sqlite3_bind_int64(statement, first,
						  (sqlite3_int64)attribute_number(a, attributes));
		else if (*attribute_format(a, attributes, text) == '\0' && a->is_null_if_empty)
			code = sqlite3_bind_null(statement, first);
		else
			code = sqlite3_bind_text(statement, first, text, -1, SQLITE_TRANSIENT);
	return code == SQLITE_OK ? 0 : -EIO;
}

/* Values are checked as those of a stranger: somebody may have edited the file. */
int user_database_read_row(sqlite3_stmt *statement, int first, const struct attribute *table,
			   void *attributes)
{
	for (const struct attribute *a = table; a->name; a++, first++) {
		const char *text;

		if (attribute_is_number(a)) {
			if (!attribute_set_number(a,
						  (uint64_t)sqlite3_column_int64(statement, first),
						  attributes))
				return -EUCLEAN;
			continue;
		}
		text = (const char *)sqlite3_column_text(statement, first);
		if (attribute_parse(a, text ? text : "", attributes))
			return -EUCLEAN;
	}
	return 0;
}
