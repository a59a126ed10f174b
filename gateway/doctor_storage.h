/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Users, their database, the disk below it, and the clock. Pure. */
#pragma once

#include "gateway/doctor.h"

#include <stdint.h>

/**
 * struct doctor_storage_facts
 * @has_account:  whether the account `saregate` exists
 * @database:     path
 * @users:        how many there are; negative errno, -ENOENT: there is no database
 * @users_reason: what SQLite says, "" if nothing
 * @free_bytes:   of the file system of the database; negative errno
 * @now:          seconds since 1970
 * @is_synchronised: whether somebody keeps the clock right; negative errno
 */
struct doctor_storage_facts {
	bool has_account;
	const char *database;
	int64_t users;
	char users_reason[128];
	int64_t free_bytes;
	int64_t now;
	int is_synchronised;
};

void doctor_storage_check(const struct doctor_storage_facts *facts,
			  struct doctor_findings *findings);

/**
 * doctor_storage_look() - from the host, @database being known. I/O (doctor_look_host.c)
 * @status: what saregated says of itself, NULL if nothing: then the file is asked
 */
void doctor_storage_look(struct doctor_storage_facts *facts, json_object *status);
