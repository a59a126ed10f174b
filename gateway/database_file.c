/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a path to a database that can be trusted to work: the directory and the
 * file are looked at first, because SQLite says of most obstacles only "unable
 * to open database file". The file is never opened other than by SQLite: to
 * close any descriptor of it would end the locks that SQLite holds. I/O.
 */
#include "config.h"

#include "gateway/database_file.h"

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

/* Another connection can hold the file for one transaction at most. */
#define BUSY_TIMEOUT_MSEC 2000
#define WAL_RETRY_MSEC    10

/* Lasts with the connection; no write of ours leaves old bytes behind. */
static const char session_text[] = "PRAGMA secure_delete = ON;"
				   "PRAGMA foreign_keys = ON;"
				   "PRAGMA synchronous = FULL;"
				   "PRAGMA trusted_schema = OFF;";

/* What is to be opened, and where to say why it cannot be. */
struct target {
	const struct database_kind *kind;
	const char *path;
	char *error; /* DATABASE_ERROR_MAX bytes */
};

static int explain(const struct target *target, int result, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Writes "PATH: ..." and returns @result. */
static int explain(const struct target *target, int result, const char *format, ...)
{
	va_list arguments;
	int used = snprintf(target->error, DATABASE_ERROR_MAX, "%s: ", target->path);

	if (used >= DATABASE_ERROR_MAX)
		return result;
	va_start(arguments, format);
	vsnprintf(target->error + used, DATABASE_ERROR_MAX - (size_t)used, format, arguments);
	va_end(arguments);
	return result;
}

/* The directory must be writable, too: WAL adds files beside the database. */
static int check_directory(const struct target *target)
{
	char copy[PATH_MAX];
	const char *directory;
	struct stat status;

	if (snprintf(copy, sizeof(copy), "%s", target->path) >= (int)sizeof(copy))
		return explain(target, -ENAMETOOLONG, "the path is too long");
	directory = dirname(copy);
	if (stat(directory, &status) < 0)
		return explain(target, -errno,
			       "directory %s: %s: create it with "
			       "'systemd-tmpfiles --create saregate.conf', or correct %s",
			       directory, strerror(errno), target->kind->key);
	if (!S_ISDIR(status.st_mode))
		return explain(target, -ENOTDIR, "%s is no directory: correct %s", directory,
			       target->kind->key);
	if (faccessat(AT_FDCWD, directory, W_OK | X_OK, AT_EACCESS) < 0)
		return explain(
			target, -errno,
			"directory %s cannot be written by user id %u: %s: it must belong to "
			"the user that saregated runs as",
			directory, geteuid(), strerror(errno));
	return 0;
}

static int create_file(const struct target *target)
{
	int descriptor = open(target->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, 0600);

	if (descriptor < 0 && errno != EEXIST)
		return explain(target, -errno, "cannot be created: %s", strerror(errno));
	if (descriptor >= 0)
		close(descriptor);
	return 0;
}

/* Creates the file if there is none; else it must be ours alone to read. */
static int check_file(const struct target *target)
{
	struct stat status;
	int result = create_file(target);

	if (result < 0)
		return result;
	if (stat(target->path, &status) < 0)
		return explain(target, -errno, "%s", strerror(errno));
	if (!S_ISREG(status.st_mode))
		return explain(target, -EINVAL, "is no regular file: correct %s",
			       target->kind->key);
	if (faccessat(AT_FDCWD, target->path, R_OK | W_OK, AT_EACCESS) < 0)
		return explain(
			target, -errno,
			"cannot be read and written by user id %u: %s: it must belong to the "
			"user that saregated runs as",
			geteuid(), strerror(errno));
	if ((status.st_mode & 077) && chmod(target->path, 0600) < 0)
		return explain(target, -errno,
			       "others can read it and its mode cannot be changed: %s: chmod 600",
			       strerror(errno));
	return 0;
}

/* What SQLite's refusal means to who must repair it. */
static int explain_sqlite(const struct target *target, sqlite3 *connection)
{
	switch (sqlite3_errcode(connection)) {
	case SQLITE_NOTADB:
		return explain(target, -EUCLEAN, "is no SQLite database: correct %s, or %s",
			       target->kind->key, target->kind->replace);
	case SQLITE_CORRUPT:
		return explain(target, -EUCLEAN, "is damaged: %s", target->kind->replace);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return explain(target, -EBUSY,
			       "another program holds it: find it with 'fuser' and end it");
	case SQLITE_FULL:
		return explain(target, -ENOSPC, "the disk is full: make room");
	case SQLITE_READONLY:
		return explain(target, -EROFS,
			       "can only be read: check that its file system is mounted writable");
	case SQLITE_NOMEM:
		return explain(target, -ENOMEM, "no memory");
	default:
		return explain(target, -EIO, "%s: check the disk, or %s",
			       sqlite3_errmsg(connection), target->kind->replace);
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

/* The steps after @version; a file that is not changed is not written. */
static int take_steps(const struct target *target, sqlite3 *connection, int version)
{
	char mark[64];

	for (int i = version; i < target->kind->version; i++)
		if (sqlite3_exec(connection, target->kind->steps[i].text, NULL, NULL, NULL) !=
		    SQLITE_OK)
			return -EIO;
	snprintf(mark, sizeof(mark), "PRAGMA user_version = %d", target->kind->version);
	return sqlite3_exec(connection, mark, NULL, NULL, NULL) == SQLITE_OK ? 0 : -EIO;
}

/* An older file whose tables are not those of its version; else what SQLite says. */
static int explain_step(const struct target *target, sqlite3 *connection)
{
	if (sqlite3_errcode(connection) == SQLITE_ERROR)
		return explain(target, -EIO, "its tables are not those of its version (%s): %s",
			       sqlite3_errmsg(connection), target->kind->replace);
	return explain_sqlite(target, connection);
}

/* Inside a transaction: a new file and an older one get what they lack, others are refused. */
static int migrate(const struct target *target, sqlite3 *connection)
{
	int version = 0, objects = 0;

	if (query_integer(connection, "PRAGMA user_version", &version) != SQLITE_OK ||
	    query_integer(connection, "SELECT count(*) FROM sqlite_schema", &objects) != SQLITE_OK)
		return explain_sqlite(target, connection);
	if (version == target->kind->version)
		return 0;
	if (version > target->kind->version)
		return explain(target, -ENOTSUP,
			       "has schema version %d, this saregated knows up to %d: install the "
			       "newer saregated again, or %s",
			       version, target->kind->version, target->kind->replace);
	if (version < 0 || (version == 0 && objects > 0))
		return explain(target, -EEXIST, "is a database of another program: correct %s",
			       target->kind->key);
	if (take_steps(target, connection, version) < 0)
		return explain_step(target, connection);
	return 0;
}

static int migrate_at_once(const struct target *target, sqlite3 *connection)
{
	int result;

	if (sqlite3_exec(connection, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
		return explain_sqlite(target, connection);
	result = migrate(target, connection);
	if (result == 0 && sqlite3_exec(connection, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
		result = explain_sqlite(target, connection);
	if (result < 0)
		sqlite3_exec(connection, "ROLLBACK", NULL, NULL, NULL);
	return result;
}

/* Reads every page once: damage is told at the start, not at somebody's login. */
static int check_pages(const struct target *target, sqlite3 *connection)
{
	sqlite3_stmt *statement = NULL;
	int result = 0, code;

	code = sqlite3_prepare_v2(connection, "PRAGMA quick_check(1)", -1, &statement, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_step(statement);
	if (code != SQLITE_ROW)
		result = explain_sqlite(target, connection);
	else if (strcmp((const char *)sqlite3_column_text(statement, 0), "ok") != 0)
		result = explain(target, -EUCLEAN, "is damaged: %s", target->kind->replace);
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

static int prepare(const struct target *target, sqlite3 *connection)
{
	int result;

	sqlite3_busy_timeout(connection, BUSY_TIMEOUT_MSEC);
	sqlite3_db_config(connection, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	/* The schema first, then WAL: fewer want the switch at the same time. */
	if (sqlite3_exec(connection, session_text, NULL, NULL, NULL) != SQLITE_OK)
		return explain_sqlite(target, connection);
	result = migrate_at_once(target, connection);
	if (result < 0)
		return result;
	if (switch_to_wal(connection) != SQLITE_OK)
		return explain_sqlite(target, connection);
	return check_pages(target, connection);
}

int database_file_open(const char *path, const struct database_kind *kind, sqlite3 **ret_connection,
		       char ret_error[DATABASE_ERROR_MAX])
{
	const struct target target = { .kind = kind, .path = path, .error = ret_error };
	sqlite3 *connection = NULL;
	int result = check_directory(&target);

	if (result == 0)
		result = check_file(&target);
	if (result < 0)
		return result;
	if (sqlite3_open_v2(path, &connection, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
	    SQLITE_OK)
		result = explain_sqlite(&target, connection);
	else
		result = prepare(&target, connection);
	if (result < 0) {
		sqlite3_close(connection);
		return result;
	}
	*ret_connection = connection;
	return 0;
}
