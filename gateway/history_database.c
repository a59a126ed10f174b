/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The history in SQLite: prepared statements, a batch of records in one
 * transaction, durable when the function returns (WAL with synchronous=FULL, see
 * database_file.c). A row's id is made of the run of saregated and the number of
 * the session in it. I/O.
 */
#include "gateway/history_database.h"

#include "base/cleanup.h"
#include "gateway/history_schema.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Numbers of sessions are below 2^27: they are those of interfaces, eight digits. */
#define SESSION_BITS 27
#define SESSION_MASK ((UINT64_C(1) << SESSION_BITS) - 1)

#define CAUSE_UNEXPECTED "saregated ended unexpectedly"

#define COLUMNS                                                                 \
	"id, user, outer_address, outer_port, ike_identity, inner_address, "    \
	"data_path, started, seen, duration, bytes_in, bytes_out, packets_in, " \
	"packets_out, cause, inner_ipv6"

static const char write_text[] =
	"INSERT INTO session (" COLUMNS ")"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)"
	" ON CONFLICT (id) DO UPDATE SET"
	" outer_address = excluded.outer_address, outer_port = excluded.outer_port,"
	" ike_identity = excluded.ike_identity, inner_address = excluded.inner_address,"
	" inner_ipv6 = excluded.inner_ipv6,"
	" seen = excluded.seen, duration = excluded.duration,"
	" bytes_in = excluded.bytes_in, bytes_out = excluded.bytes_out,"
	" packets_in = excluded.packets_in, packets_out = excluded.packets_out,"
	" cause = excluded.cause"
	/* a batch that failed is tried again after later ones: never back in time */
	" WHERE session.cause IS NULL AND excluded.seen >= session.seen";

struct history_database {
	sqlite3 *connection;
	sqlite3_stmt *write;
	const char *path; /* borrowed */
	uint64_t run;
};

static void finalizep(sqlite3_stmt *const *statement)
{
	sqlite3_finalize(*statement);
}

/* What SQLite refused, as an errno, and as a line. */
static int explain(const struct history_database *database, char error[DATABASE_ERROR_MAX])
{
	int code = sqlite3_errcode(database->connection);

	snprintf(error, DATABASE_ERROR_MAX, "%s: %s", database->path,
		 sqlite3_errmsg(database->connection));
	switch (code) {
	case SQLITE_NOTADB:
	case SQLITE_CORRUPT:
		return -EUCLEAN;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	default:
		return -EIO;
	}
}

/* ---- opening ------------------------------------------------------------------- */

/* One statement with up to two numbers, all of it. */
static int execute(const struct history_database *database, const char *text, uint64_t first,
		   uint64_t second, char error[DATABASE_ERROR_MAX])
{
	_cleanup_(finalizep) sqlite3_stmt *statement = NULL;

	if (sqlite3_prepare_v2(database->connection, text, -1, &statement, NULL) != SQLITE_OK)
		return explain(database, error);
	if (sqlite3_bind_parameter_count(statement) >= 1)
		sqlite3_bind_int64(statement, 1, (sqlite3_int64)first);
	if (sqlite3_bind_parameter_count(statement) >= 2)
		sqlite3_bind_int64(statement, 2, (sqlite3_int64)second);
	if (sqlite3_step(statement) != SQLITE_DONE)
		return explain(database, error);
	return 0;
}

static int query_number(const struct history_database *database, const char *text,
			uint64_t *ret_number, char error[DATABASE_ERROR_MAX])
{
	_cleanup_(finalizep) sqlite3_stmt *statement = NULL;

	if (sqlite3_prepare_v2(database->connection, text, -1, &statement, NULL) != SQLITE_OK ||
	    sqlite3_step(statement) != SQLITE_ROW)
		return explain(database, error);
	*ret_number = (uint64_t)sqlite3_column_int64(statement, 0);
	return 0;
}

/* A clock that went back must not make a run write over the rows of another. */
static int take_run(struct history_database *database, uint64_t wished,
		    char error[DATABASE_ERROR_MAX])
{
	uint64_t highest = 0;
	int result =
		query_number(database, "SELECT coalesce(max(id), 0) FROM session", &highest, error);

	database->run = wished;
	if (result == 0 && highest >> SESSION_BITS >= wished)
		database->run = (highest >> SESSION_BITS) + 1;
	return result;
}

static int close_unfinished(struct history_database *database, char error[DATABASE_ERROR_MAX])
{
	return execute(database,
		       "UPDATE session SET cause = '" CAUSE_UNEXPECTED "'"
		       " WHERE cause IS NULL AND id < ?1",
		       database->run << SESSION_BITS, 0, error);
}

int history_database_open(const char *path, uint64_t *run, struct history_database **ret_database,
			  char ret_error[DATABASE_ERROR_MAX])
{
	const struct database_kind kind = {
		.key = "[history] database",
		.replace = "restore it from a backup, or move it away to start without a history",
		.steps = history_schema_steps,
		.version = history_schema_version,
	};
	_cleanup_(history_database_freep) struct history_database *database =
		calloc(1, sizeof(*database));
	int result;

	if (!database) {
		snprintf(ret_error, DATABASE_ERROR_MAX, "%s: no memory", path);
		return -ENOMEM;
	}
	database->path = path;
	result = database_file_open(path, &kind, &database->connection, ret_error);
	if (result < 0)
		return result;
	if (sqlite3_prepare_v3(database->connection, write_text, -1, SQLITE_PREPARE_PERSISTENT,
			       &database->write, NULL) != SQLITE_OK)
		return explain(database, ret_error);
	result = take_run(database, *run, ret_error);
	if (result == 0)
		result = close_unfinished(database, ret_error);
	if (result < 0)
		return result;
	*run = database->run;
	*ret_database = TAKE_PTR(database);
	return 0;
}

void history_database_free(struct history_database *database)
{
	if (!database)
		return;
	sqlite3_finalize(database->write);
	sqlite3_close(database->connection);
	free(database);
}

void history_database_freep(struct history_database **database)
{
	history_database_free(*database);
}

/* ---- writing --------------------------------------------------------------------- */

/* What SQLite keeps is signed. */
static sqlite3_int64 number(uint64_t value)
{
	return value > INT64_MAX ? INT64_MAX : (sqlite3_int64)value;
}

static int write_one(struct history_database *database, const struct history_record *record)
{
	sqlite3_stmt *statement = database->write;
	int code;

	sqlite3_bind_int64(
		statement, 1,
		number(database->run << SESSION_BITS | (record->session & SESSION_MASK)));
	sqlite3_bind_text(statement, 2, record->user, -1, SQLITE_STATIC);
	sqlite3_bind_text(statement, 3, record->outer_address, -1, SQLITE_STATIC);
	sqlite3_bind_int(statement, 4, record->outer_port);
	sqlite3_bind_text(statement, 5, record->ike_identity, -1, SQLITE_STATIC);
	sqlite3_bind_text(statement, 6, record->inner_address, -1, SQLITE_STATIC);
	sqlite3_bind_text(statement, 7, record->data_path, -1, SQLITE_STATIC);
	sqlite3_bind_int64(statement, 8, number(record->started));
	sqlite3_bind_int64(statement, 9, number(record->seen));
	sqlite3_bind_int64(statement, 10, number(record->duration_seconds));
	sqlite3_bind_int64(statement, 11, number(record->bytes_in));
	sqlite3_bind_int64(statement, 12, number(record->bytes_out));
	sqlite3_bind_int64(statement, 13, number(record->packets_in));
	sqlite3_bind_int64(statement, 14, number(record->packets_out));
	if (record->cause[0])
		sqlite3_bind_text(statement, 15, record->cause, -1, SQLITE_STATIC);
	else
		sqlite3_bind_null(statement, 15);
	sqlite3_bind_text(statement, 16, record->inner_ipv6, -1, SQLITE_STATIC);
	code = sqlite3_step(statement);
	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
	return code;
}

int history_database_write(struct history_database *database, const struct history_record *records,
			   size_t count, char ret_error[DATABASE_ERROR_MAX])
{
	int result;

	if (sqlite3_exec(database->connection, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
		return explain(database, ret_error);
	for (size_t i = 0; i < count; i++)
		if (write_one(database, &records[i]) != SQLITE_DONE)
			goto fail;
	if (sqlite3_exec(database->connection, "COMMIT", NULL, NULL, NULL) == SQLITE_OK)
		return 0;
fail:
	result = explain(database, ret_error);
	sqlite3_exec(database->connection, "ROLLBACK", NULL, NULL, NULL);
	return result;
}

/* ---- reading --------------------------------------------------------------------- */

/* A condition for each part of @filter that says something. */
static void write_query(const struct history_filter *filter, char text[1024])
{
	snprintf(text, 1024,
		 "SELECT " COLUMNS " FROM session WHERE 1%s%s%s%s%s"
		 " ORDER BY started DESC, id DESC LIMIT :limit",
		 filter->user[0] ? " AND user = :user" : "",
		 filter->address[0] ? " AND (outer_address = :address OR inner_address = :address)"
				    : "",
		 filter->since ? " AND seen >= :since" : "",
		 filter->until ? " AND started < :until" : "",
		 filter->before_id ? " AND (started, id) < (:started, :id)" : "");
}

static void bind_number(sqlite3_stmt *statement, const char *name, uint64_t value)
{
	int index = sqlite3_bind_parameter_index(statement, name);

	if (index)
		sqlite3_bind_int64(statement, index, number(value));
}

static void bind_text(sqlite3_stmt *statement, const char *name, const char *value)
{
	int index = sqlite3_bind_parameter_index(statement, name);

	if (index)
		sqlite3_bind_text(statement, index, value, -1, SQLITE_STATIC);
}

static void bind_filter(sqlite3_stmt *statement, const struct history_filter *filter)
{
	bind_text(statement, ":user", filter->user);
	bind_text(statement, ":address", filter->address);
	bind_number(statement, ":since", filter->since);
	bind_number(statement, ":until", filter->until);
	bind_number(statement, ":started", filter->before_started);
	bind_number(statement, ":id", filter->before_id);
	bind_number(statement, ":limit", HISTORY_PAGE_MAX);
}

static void take_text(sqlite3_stmt *statement, int column, char *text, size_t size)
{
	const char *value = (const char *)sqlite3_column_text(statement, column);

	snprintf(text, size, "%s", value ? value : "");
}

static void take_row(sqlite3_stmt *statement, struct history_record *record)
{
	*record = (struct history_record){
		.id = (uint64_t)sqlite3_column_int64(statement, 0),
		.outer_port = (uint16_t)sqlite3_column_int(statement, 3),
		.started = (uint64_t)sqlite3_column_int64(statement, 7),
		.seen = (uint64_t)sqlite3_column_int64(statement, 8),
		.duration_seconds = (uint64_t)sqlite3_column_int64(statement, 9),
		.bytes_in = (uint64_t)sqlite3_column_int64(statement, 10),
		.bytes_out = (uint64_t)sqlite3_column_int64(statement, 11),
		.packets_in = (uint64_t)sqlite3_column_int64(statement, 12),
		.packets_out = (uint64_t)sqlite3_column_int64(statement, 13),
	};
	record->session = (uint32_t)(record->id & SESSION_MASK);
	take_text(statement, 1, record->user, sizeof(record->user));
	take_text(statement, 2, record->outer_address, sizeof(record->outer_address));
	take_text(statement, 4, record->ike_identity, sizeof(record->ike_identity));
	take_text(statement, 5, record->inner_address, sizeof(record->inner_address));
	take_text(statement, 6, record->data_path, sizeof(record->data_path));
	take_text(statement, 14, record->cause, sizeof(record->cause));
	take_text(statement, 15, record->inner_ipv6, sizeof(record->inner_ipv6));
}

int history_database_read(struct history_database *database, const struct history_filter *filter,
			  struct history_record *ret_records, size_t *ret_count,
			  char ret_error[DATABASE_ERROR_MAX])
{
	_cleanup_(finalizep) sqlite3_stmt *statement = NULL;
	char text[1024];
	size_t count = 0;
	int code;

	write_query(filter, text);
	if (sqlite3_prepare_v2(database->connection, text, -1, &statement, NULL) != SQLITE_OK)
		return explain(database, ret_error);
	bind_filter(statement, filter);
	while ((code = sqlite3_step(statement)) == SQLITE_ROW && count < HISTORY_PAGE_MAX)
		take_row(statement, &ret_records[count++]);
	if (code != SQLITE_ROW && code != SQLITE_DONE)
		return explain(database, ret_error);
	*ret_count = count;
	return 0;
}

/* Return: whether it is one of IPv4. */
static bool take_address(sqlite3_stmt *statement, struct address_memory_row *row)
{
	struct inet_address address;
	char text[INET6_ADDRSTRLEN];

	take_text(statement, 0, row->user, sizeof(row->user));
	take_text(statement, 1, text, sizeof(text));
	if (inet_address_parse(text, &address) < 0 || address.family != AF_INET)
		return false;
	row->ipv4 = inet_address_to_ipv4(&address);
	return true;
}

int history_database_read_addresses(struct history_database *database,
				    struct address_memory_row *ret_rows, size_t *ret_count,
				    char ret_error[DATABASE_ERROR_MAX])
{
	static const char text[] = "SELECT user, inner_address FROM session"
				   " ORDER BY started DESC, id DESC LIMIT ?1";
	_cleanup_(finalizep) sqlite3_stmt *statement = NULL;
	size_t count = 0;
	int code;

	if (sqlite3_prepare_v2(database->connection, text, -1, &statement, NULL) != SQLITE_OK)
		return explain(database, ret_error);
	sqlite3_bind_int64(statement, 1, HISTORY_ADDRESSES_MAX);
	while ((code = sqlite3_step(statement)) == SQLITE_ROW)
		count += take_address(statement, &ret_rows[count]);
	if (code != SQLITE_DONE)
		return explain(database, ret_error);
	*ret_count = count;
	return 0;
}

/* ---- retention ------------------------------------------------------------------- */

/* The oldest of @count that may go, by the order in which they began. */
static int delete_oldest(struct history_database *database, uint64_t before, uint64_t count,
			 char error[DATABASE_ERROR_MAX])
{
	/* A session that ended before a moment began before it: so the index ends the search. */
	int result = execute(database,
			     "DELETE FROM session WHERE id IN (SELECT id FROM session"
			     " WHERE started < ?1 AND seen < ?1 AND cause IS NOT NULL"
			     " ORDER BY started LIMIT ?2)",
			     before, count, error);

	return result < 0 ? result : sqlite3_changes(database->connection);
}

int history_database_prune(struct history_database *database, uint64_t ended_before,
			   uint64_t rows_maximum, char ret_error[DATABASE_ERROR_MAX])
{
	uint64_t rows = 0, surplus;
	int deleted = 0, result;

	if (ended_before)
		deleted = delete_oldest(database, ended_before, HISTORY_PRUNE_STEP, ret_error);
	if (deleted != 0 || !rows_maximum)
		return deleted;
	result = query_number(database, "SELECT count(*) FROM session", &rows, ret_error);
	if (result < 0 || rows <= rows_maximum)
		return result;
	surplus = rows - rows_maximum;
	return delete_oldest(database, INT64_MAX,
			     surplus < HISTORY_PRUNE_STEP ? surplus : HISTORY_PRUNE_STEP,
			     ret_error);
}
