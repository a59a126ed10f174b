/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The users: names and NT hashes in SQLite (WAL, schema version in
 * user_version, migrated at open), mode 0600. An NT hash is
 * password-equivalent: wiped after use, never logged. I/O.
 */
#pragma once

#include "ppp-hooks/mschapv2.h"

#include <stddef.h>
#include <stdint.h>

#define USER_NAME_MAX      128 /* bytes */
#define USER_COUNT_MAXIMUM 100000

struct user_database;

struct user {
	char name[USER_NAME_MAX + 1];
	uint64_t created; /* seconds since 1970 */
};

/* Told of each user in the order of names; non-zero stops the walk and is returned. */
typedef int (*user_fn)(void *userdata, const struct user *user);

/**
 * user_name_check() - which names a user may have
 *
 * 1 to USER_NAME_MAX bytes of printable ASCII without space, quote, backslash,
 * slash and colon. Return: NULL, or one line that says what is allowed (static).
 */
const char *user_name_check(const char *name);

/**
 * user_database_open() - open, create or migrate
 * @ret_error: on failure one line with the cause and the remedy; at least 512 bytes
 *
 * Return: 0; negative errno.
 */
int user_database_open(const char *path, struct user_database **ret_database, char ret_error[512]);
void user_database_free(struct user_database *database);
void user_database_freep(struct user_database **database);

/* Return: 0; -EEXIST; -EINVAL for a bad name; -ENOSPC at the cap; -EIO. */
int user_database_add(struct user_database *database, const char *name,
		      const uint8_t nt_hash[MSCHAPV2_NT_HASH_SIZE], uint64_t created);

/* Return: 0; -ENOENT; -EIO. */
int user_database_delete(struct user_database *database, const char *name);

/**
 * user_database_nt_hash() - the hash to check a response against
 * @name:      as the peer gave it, hostile; @name_size bytes, may hold anything
 * @ret_hash:  the caller wipes it
 *
 * Return: 0; -ENOENT; -EIO.
 */
int user_database_nt_hash(struct user_database *database, const uint8_t *name, size_t name_size,
			  uint8_t ret_hash[MSCHAPV2_NT_HASH_SIZE]);

/* Return: 0, what @each returned, or -EIO. */
int user_database_walk(struct user_database *database, user_fn each, void *userdata);

/* Return: the number of users, or -EIO. */
int64_t user_database_count(struct user_database *database);
