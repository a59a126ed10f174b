/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Step 2: what a user may have beside a password, and groups. 0 and '' mean
 * "not said here": a group's value counts then, or the configuration's. Where
 * values have to be unique, or name something, NULL stands for none. A group's
 * id is its mark in the firewall. Pure.
 */
#include "gateway/schema.h"

/* clang-format off */
const char schema_2_attributes[] =
	"CREATE TABLE user_group ("
	" id INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 4294967295),"
	" name TEXT NOT NULL UNIQUE,"
	" created INTEGER NOT NULL,"
	" comment TEXT NOT NULL DEFAULT '',"
	" pool TEXT NOT NULL DEFAULT '',"
	" dns TEXT NOT NULL DEFAULT '',"
	" networks TEXT NOT NULL DEFAULT '',"
	" client_to_client INTEGER NOT NULL DEFAULT 0 CHECK (client_to_client IN (0, 1)),"
	" sessions_maximum INTEGER NOT NULL DEFAULT 0,"
	" idle_timeout INTEGER NOT NULL DEFAULT 0,"
	" session_timeout INTEGER NOT NULL DEFAULT 0"
	") STRICT;"
	"ALTER TABLE user ADD COLUMN enabled INTEGER NOT NULL DEFAULT 1"
	" CHECK (enabled IN (0, 1));"
	"ALTER TABLE user ADD COLUMN expires INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE user ADD COLUMN group_name TEXT REFERENCES user_group (name);"
	"ALTER TABLE user ADD COLUMN ipv4 TEXT;"
	"ALTER TABLE user ADD COLUMN ipv6 TEXT;"
	"ALTER TABLE user ADD COLUMN pool TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE user ADD COLUMN dns TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE user ADD COLUMN sessions_maximum INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE user ADD COLUMN idle_timeout INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE user ADD COLUMN session_timeout INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE user ADD COLUMN comment TEXT NOT NULL DEFAULT '';"
	"CREATE INDEX user_group_name ON user (group_name) WHERE group_name IS NOT NULL;"
	"CREATE UNIQUE INDEX user_ipv4 ON user (ipv4) WHERE ipv4 IS NOT NULL;"
	"CREATE UNIQUE INDEX user_ipv6 ON user (ipv6) WHERE ipv6 IS NOT NULL;";
/* clang-format on */
