/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a path to a database that can be trusted to work: the directory and the
 * file are looked at first, because SQLite says of most obstacles only "unable
 * to open database file". The file is never opened other than by SQLite: to
 * close any descriptor of it would end the locks that SQLite holds. I/O.
 */
#include "config.h"

#include "gateway/user_database_open.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ERROR_SIZE 512
/* Another connection can hold the file for one transaction at most. */
#define BUSY_TIMEOUT_MSEC 2000
#define WAL_RETRY_MSEC    10
#define SCHEMA_VERSION    1

#define REMEDY_REPLACE "restore it from a backup, or move it away to start without users"

/* Lasts with the connection; no write of ours leaves old bytes behind. */
static const char session_text[] = "PRAGMA secure_delete = ON;"
				   "PRAGMA synchronous = FULL;"
				   "PRAGMA trusted_schema = OFF;";

static const char schema_text[] = "CREATE TABLE user ("
				  " name TEXT NOT NULL PRIMARY KEY,"
				  " nt_hash BLOB NOT NULL CHECK (length(nt_hash) = 16),"
				  " created INTEGER NOT NULL"
				  ") STRICT, WITHOUT ROWID;"
				  "PRAGMA user_version = 1;";

static int explain(char *error, int result, const char *path, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Writes "PATH: ..." and returns @result. */
static int explain(char *error, int result, const char *path, const char *format, ...)
{
	va_list arguments;
	int used = snprintf(error, ERROR_SIZE, "%s: ", path);

	if (used >= ERROR_SIZE)
		return result;
	va_start(arguments, format);
	vsnprintf(error + used, ERROR_SIZE - (size_t)used, format, arguments);
	va_end(arguments);
	return result;
}

/* The directory must be writable, too: WAL adds files beside the database. */
static int check_directory(const char *path, char *error)
{
	char copy[PATH_MAX];
	const char *directory;
	struct stat status;

	if (snprintf(copy, sizeof(copy), "%s", path) >= (int)sizeof(copy))
		return explain(error, -ENAMETOOLONG, path, "the path is too long");
	directory = dirname(copy);
	if (stat(directory, &status) < 0)
		return explain(
			error, -errno, path,
			"directory %s: %s: create it with "
			"'systemd-tmpfiles --create saregate.conf', or correct [users] database",
			directory, strerror(errno));
	if (!S_ISDIR(status.st_mode))
		return explain(error, -ENOTDIR, path,
			       "%s is no directory: correct [users] database", directory);
	if (faccessat(AT_FDCWD, directory, W_OK | X_OK, AT_EACCESS) < 0)
		return explain(
			error, -errno, path,
			"directory %s cannot be written by user id %u: %s: it must belong to "
			"the user that saregated runs as",
			directory, geteuid(), strerror(errno));
	return 0;
}

static int create_file(const char *path, char *error)
{
	int descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, 0600);

	if (descriptor < 0 && errno != EEXIST)
		return explain(error, -errno, path, "cannot be created: %s", strerror(errno));
	if (descriptor >= 0)
		close(descriptor);
	return 0;
}

/* Creates the file if there is none; else it must be ours alone to read. */
static int check_file(const char *path, char *error)
{
	struct stat status;
	int result = create_file(path, error);

	if (result < 0)
		return result;
	if (stat(path, &status) < 0)
		return explain(error, -errno, path, "%s", strerror(errno));
	if (!S_ISREG(status.st_mode))
		return explain(error, -EINVAL, path,
			       "is no regular file: correct [users] database");
	if (faccessat(AT_FDCWD, path, R_OK | W_OK, AT_EACCESS) < 0)
		return explain(
			error, -errno, path,
			"cannot be read and written by user id %u: %s: it must belong to the "
			"user that saregated runs as",
			geteuid(), strerror(errno));
	if ((status.st_mode & 077) && chmod(path, 0600) < 0)
		return explain(error, -errno, path,
			       "others can read it and its mode cannot be changed: %s: chmod 600",
			       strerror(errno));
	return 0;
}

/* What SQLite's refusal means to who must repair it. */
static int explain_sqlite(char *error, sqlite3 *connection, const char *path)
{
	switch (sqlite3_errcode(connection)) {
	case SQLITE_NOTADB:
		return explain(
			error, -EUCLEAN, path,
			"is no SQLite database: correct [users] database, or " REMEDY_REPLACE);
	case SQLITE_CORRUPT:
		return explain(error, -EUCLEAN, path, "is damaged: " REMEDY_REPLACE);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return explain(error, -EBUSY, path,
			       "another program holds it: find it with 'fuser' and end it");
	case SQLITE_FULL:
		return explain(error, -ENOSPC, path, "the disk is full: make room");
	case SQLITE_READONLY:
		return explain(error, -EROFS, path,
			       "can only be read: check that its file system is mounted writable");
	case SQLITE_NOMEM:
		return explain(error, -ENOMEM, path, "no memory");
	default:
		return explain(error, -EIO, path, "%s: check the disk, or " REMEDY_REPLACE,
			       sqlite3_errmsg(connection));
	}
}

/* The one integer that @text yields. Returns an SQLite code, SQLITE_OK for a value. */
static int query_integer(sqlite3 *connection, const char *text, int *ret_value)
{
	sqlite3_stmt *statement;
	int code = sqlite3_prepare_v2(connection, text, -1, &statement, NULL);

	if (code != SQLITE_OK)
		return code;
	code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		*ret_value = sqlite3_column_int(statement, 0);
	sqlite3_finalize(statement);
	return code == SQLITE_ROW ? SQLITE_OK : code;
}

/* Inside a transaction: a new file gets the schema, a known one stays, others are refused. */
static int migrate(sqlite3 *connection, const char *path, char *error)
{
	int version = 0, objects = 0;

	if (query_integer(connection, "PRAGMA user_version", &version) != SQLITE_OK ||
	    query_integer(connection, "SELECT count(*) FROM sqlite_schema", &objects) != SQLITE_OK)
		return explain_sqlite(error, connection, path);
	if (version == SCHEMA_VERSION)
		return 0;
	if (version > SCHEMA_VERSION)
		return explain(error, -ENOTSUP, path,
			       "has schema version %d, this saregated knows up to %d: install the "
			       "newer saregated again, or " REMEDY_REPLACE,
			       version, SCHEMA_VERSION);
	if (version != 0 || objects > 0)
		return explain(error, -EEXIST, path,
			       "is a database of another program: correct [users] database");
	if (sqlite3_exec(connection, schema_text, NULL, NULL, NULL) != SQLITE_OK)
		return explain_sqlite(error, connection, path);
	return 0;
}

static int migrate_at_once(sqlite3 *connection, const char *path, char *error)
{
	int result;

	if (sqlite3_exec(connection, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
		return explain_sqlite(error, connection, path);
	result = migrate(connection, path, error);
	if (result == 0 && sqlite3_exec(connection, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
		result = explain_sqlite(error, connection, path);
	if (result < 0)
		sqlite3_exec(connection, "ROLLBACK", NULL, NULL, NULL);
	return result;
}

/* Reads every page once: damage is told at the start, not at somebody's login. */
static int check_pages(sqlite3 *connection, const char *path, char *error)
{
	sqlite3_stmt *statement = NULL;
	int result = 0, code;

	code = sqlite3_prepare_v2(connection, "PRAGMA quick_check(1)", -1, &statement, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_step(statement);
	if (code != SQLITE_ROW)
		result = explain_sqlite(error, connection, path);
	else if (strcmp((const char *)sqlite3_column_text(statement, 0), "ok") != 0)
		result = explain(error, -EUCLEAN, path, "is damaged: " REMEDY_REPLACE);
	sqlite3_finalize(statement);
	return result;
}

/* The switch needs the file for itself and does not wait for it as all else does. */
static int switch_to_wal(sqlite3 *connection)
{
	int code = SQLITE_BUSY;

	for (int waited = 0; code == SQLITE_BUSY && waited < BUSY_TIMEOUT_MSEC;
	     waited += WAL_RETRY_MSEC) {
		if (waited > 0)
			sqlite3_sleep(WAL_RETRY_MSEC);
		code = sqlite3_exec(connection, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
	}
	return code;
}

static int prepare(sqlite3 *connection, const char *path, char *error)
{
	int result;

	sqlite3_busy_timeout(connection, BUSY_TIMEOUT_MSEC);
	sqlite3_db_config(connection, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	/* The schema first, then WAL: fewer want the switch at the same time. */
	if (sqlite3_exec(connection, session_text, NULL, NULL, NULL) != SQLITE_OK)
		return explain_sqlite(error, connection, path);
	result = migrate_at_once(connection, path, error);
	if (result < 0)
		return result;
	if (switch_to_wal(connection) != SQLITE_OK)
		return explain_sqlite(error, connection, path);
	return check_pages(connection, path, error);
}

int user_database_connect(const char *path, sqlite3 **ret_connection, char ret_error[ERROR_SIZE])
{
	sqlite3 *connection = NULL;
	int result = check_directory(path, ret_error);

	if (result == 0)
		result = check_file(path, ret_error);
	if (result < 0)
		return result;
	if (sqlite3_open_v2(path, &connection, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
	    SQLITE_OK)
		result = explain_sqlite(ret_error, connection, path);
	else
		result = prepare(connection, path, ret_error);
	if (result < 0) {
		sqlite3_close(connection);
		return result;
	}
	*ret_connection = connection;
	return 0;
}
