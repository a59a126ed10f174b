/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Step 1: names and hashes. Pure. */
#include "gateway/schema.h"

const char schema_1_users[] = "CREATE TABLE user ("
			      " name TEXT NOT NULL PRIMARY KEY,"
			      " nt_hash BLOB NOT NULL CHECK (length(nt_hash) = 16),"
			      " created INTEGER NOT NULL"
			      ") STRICT, WITHOUT ROWID;";
