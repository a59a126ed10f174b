/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The database as user_database.c (open, errors, what all share),
 * user_database_users.c and user_database_groups.c share it. Nobody else
 * includes this.
 */
#pragma once

#include "gateway/user_database.h"

#include <sqlite3.h>

enum user_statement {
	STATEMENT_ADD_USER,
	STATEMENT_ADD_ONE_USER, /* without the cap */
	STATEMENT_SET_USER,
	STATEMENT_SET_PASSWORD,
	STATEMENT_DELETE_USER,
	STATEMENT_GET_USER,
	STATEMENT_COUNT_USERS,
	STATEMENT_ADD_GROUP,
	STATEMENT_SET_GROUP,
	STATEMENT_DELETE_GROUP,
	STATEMENT_GET_GROUP,
	STATEMENT_COUNT_,
};

/* Attributes follow these columns and parameters, in the order of their table. */
#define USER_COLUMNS       "name, created, nt_hash"
#define USER_COLUMN_COUNT  3
#define GROUP_COLUMNS      "name, created, id"
#define GROUP_COLUMN_COUNT 3

struct user_database {
	sqlite3 *connection;
	sqlite3_stmt *statements[STATEMENT_COUNT_];
	char *user_columns; /* USER_COLUMNS and the attributes' */
	char *group_columns;
};

/* For _cleanup_() on a borrowed statement: ends it and forgets its values. */
void user_database_reset(sqlite3_stmt *const *statement);
/* For _cleanup_() on a statement of one's own. */
void user_database_finalizep(sqlite3_stmt *const *statement);

/* What SQLite said last as a negative errno; constraints apart. */
int user_database_errno(const struct user_database *database);

/* Binds all attributes from parameter @first on. Return: 0; -EIO. */
int user_database_bind(sqlite3_stmt *statement, int first, const struct attribute *table,
		       const void *attributes);

/* Reads all attributes from column @first on. Return: 0; -EUCLEAN. */
int user_database_read_row(sqlite3_stmt *statement, int first, const struct attribute *table,
			   void *attributes);

/**
 * user_database_change() - step a statement that changes rows
 * @unique: what a value that is there already means: -EEXIST, -EADDRINUSE
 * @none:   what no changed row means
 *
 * Return: 0; @unique; @none; -EEXIST for a name; -ENXIO for a reference to nothing;
 *         negative errno.
 */
int user_database_change(struct user_database *database, sqlite3_stmt *statement, int unique,
			 int none);
