/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The steps of the history's schema. Strings are never NULL, but for the cause of a
 * session that has not ended. The indexes are for the questions that are asked:
 * a time (both times stand in one index, so that a row is read only if it lasted
 * then), a user, an address, and what was left without an end. Pure.
 */
#include "gateway/history_schema.h"

#include "base/cleanup.h"

/* clang-format off */
static const char step_1[] =
	"CREATE TABLE session ("
	" id INTEGER PRIMARY KEY,"
	" user TEXT NOT NULL,"
	" outer_address TEXT NOT NULL,"
	" outer_port INTEGER NOT NULL,"
	" ike_identity TEXT NOT NULL,"
	" inner_address TEXT NOT NULL,"
	" data_path TEXT NOT NULL,"
	" started INTEGER NOT NULL,"
	" seen INTEGER NOT NULL,"
	" duration INTEGER NOT NULL,"
	" bytes_in INTEGER NOT NULL,"
	" bytes_out INTEGER NOT NULL,"
	" packets_in INTEGER NOT NULL,"
	" packets_out INTEGER NOT NULL,"
	" cause TEXT"
	") STRICT;"
	"CREATE INDEX session_time ON session (started, seen);"
	"CREATE INDEX session_user ON session (user, started, seen);"
	"CREATE INDEX session_outer ON session (outer_address, started);"
	"CREATE INDEX session_inner ON session (inner_address, started);"
	"CREATE INDEX session_open ON session (id) WHERE cause IS NULL;";

/* "2001:db8:0:400::/64"; behind all others, since a table's columns keep their order. */
static const char step_2[] =
	"ALTER TABLE session ADD COLUMN inner_ipv6 TEXT NOT NULL DEFAULT '';";
/* clang-format on */

const struct schema_step history_schema_steps[] = {
	{ "sessions", step_1 },
	{ "networks of IPv6", step_2 },
};

const int history_schema_version = ELEMENTS(history_schema_steps);
