/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A database file of saregated's: created, opened, checked and brought to the
 * schema of today, or refused with a remedy. For user_database.c and
 * history_database.c. I/O.
 */
#pragma once

#include "gateway/schema.h"

#include <sqlite3.h>

#define DATABASE_ERROR_MAX 512

/**
 * struct database_kind - what one database differs in from another
 * @key:     the configuration's, for messages: "[users] database"
 * @replace: what is left to do with a file that cannot be used, for messages
 * @steps:   of its schema, @version in number
 */
struct database_kind {
	const char *key;
	const char *replace;
	const struct schema_step *steps;
	int version;
};

/**
 * database_file_open() - open, create or migrate
 * @ret_connection: the caller closes it
 * @ret_error:      on failure one line: path, cause, remedy
 *
 * Return: 0; -EUCLEAN if the file is damaged or no database; other negative errno.
 */
int database_file_open(const char *path, const struct database_kind *kind, sqlite3 **ret_connection,
		       char ret_error[DATABASE_ERROR_MAX]);
