/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The users and their groups: names, NT hashes and attributes in SQLite (WAL,
 * schema version in user_version, migrated at open), mode 0600. An NT hash is
 * password-equivalent: wiped after use, never logged. I/O.
 *
 * What can go wrong with the file itself is, for every function, one of -EBUSY
 * (another program holds it), -ENOSPC (the disk is full), -EROFS, -EUCLEAN (it
 * is damaged), -ENOMEM, -EIO; user_database_error_text() says it. Nothing has
 * changed then.
 */
#pragma once

#include "gateway/user_attributes.h"
#include "ppp-hooks/mschapv2.h"

#include <stddef.h>
#include <stdint.h>

#define USER_NAME_MAX       128 /* bytes */
#define USER_COUNT_MAXIMUM  100000
#define GROUP_COUNT_MAXIMUM 1000

struct user_database;

struct user {
	char name[USER_NAME_MAX + 1];
	uint64_t created; /* seconds since 1970 */
	struct user_attributes attributes;
};

struct user_group {
	uint32_t id; /* its mark in the firewall; never 0 */
	char name[ATTRIBUTE_NAME_MAX + 1];
	uint64_t created;
	struct group_attributes attributes;
	uint32_t members; /* only user_database_walk_groups() counts */
};

/**
 * struct user_filter - which users are walked, in the order of names
 * @after: names after this one; "" for all
 * @group: only its members; "" for all
 * @limit: so many at most; 0: all
 */
struct user_filter {
	const char *after;
	const char *group;
	uint32_t limit;
};

/*
 * Told of each user in the order of names; the hash is borrowed for the call.
 * Non-zero stops the walk and is returned.
 */
typedef int (*user_fn)(void *userdata, const struct user *user,
		       const uint8_t nt_hash[MSCHAPV2_NT_HASH_SIZE]);
typedef int (*user_group_fn)(void *userdata, const struct user_group *group);
/* Told of the name of a pool. */
typedef int (*user_pool_fn)(void *userdata, const char *pool);

/**
 * user_name_check() - which names a user may have
 *
 * 1 to USER_NAME_MAX bytes of printable ASCII without space, quote, slash and
 * colon; one backslash may stand inside, between a domain and a name.
 * Return: NULL, or one line that says what is allowed (static).
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

/* What an error of the functions below means, with what to do. Static. */
const char *user_database_error_text(int error);

/* ---- users -------------------------------------------------------------------------- */

/*
 * Return: 0; -EEXIST; -EINVAL for a bad name; -EDQUOT at the cap; -ENXIO: no such
 * group; -EADDRINUSE: a fixed address is another user's.
 */
int user_database_add(struct user_database *database, const struct user *user,
		      const uint8_t nt_hash[MSCHAPV2_NT_HASH_SIZE]);

/* Return: 0; -ENOENT; -ENXIO; -EADDRINUSE. */
int user_database_set(struct user_database *database, const char *name,
		      const struct user_attributes *attributes);

/* Return: 0; -ENOENT. */
int user_database_set_password(struct user_database *database, const char *name,
			       const uint8_t nt_hash[MSCHAPV2_NT_HASH_SIZE]);

/* Return: 0; -ENOENT. */
int user_database_delete(struct user_database *database, const char *name);

/**
 * user_database_look_up() - a user, and the hash to check a response against
 * @name:      as the peer gave it, hostile; @name_size bytes, may hold anything
 * @ret_user:  NULL: of no interest
 * @ret_hash:  the caller wipes it
 *
 * Return: 0; -ENOENT.
 */
int user_database_look_up(struct user_database *database, const uint8_t *name, size_t name_size,
			  struct user *ret_user, uint8_t ret_hash[MSCHAPV2_NT_HASH_SIZE]);

/* Return: 0; -ENOENT. */
int user_database_get(struct user_database *database, const char *name, struct user *ret_user);

/* @filter: NULL for all. Return: 0, what @each returned. */
int user_database_walk(struct user_database *database, const struct user_filter *filter,
		       user_fn each, void *userdata);

/* Users who have an address of their own, without looking at the others. Return: as above. */
int user_database_walk_fixed(struct user_database *database, user_fn each, void *userdata);

/* Return: the number of users, or negative errno. */
int64_t user_database_count(struct user_database *database);

/**
 * user_database_begin() - changes until user_database_end() are one
 *
 * The caps are looked at here: @ret_room more users may be added, each by
 * user_database_add_one(), which returns as user_database_add(). A refused one
 * changes nothing of the others.
 */
int user_database_begin(struct user_database *database, uint32_t *ret_room);
int user_database_add_one(struct user_database *database, const struct user *user,
			  const uint8_t nt_hash[MSCHAPV2_NT_HASH_SIZE]);

/* Return: 0; negative errno, and nothing has changed. Without @keep nothing changes. */
int user_database_end(struct user_database *database, bool keep);

/* ---- groups -------------------------------------------------------------------------- */

/* Return: 0; -EEXIST; -EINVAL for a bad name; -EDQUOT at the cap. */
int user_database_add_group(struct user_database *database, const char *name, uint64_t created,
			    const struct group_attributes *attributes);

/* Return: 0; -ENOENT. */
int user_database_set_group(struct user_database *database, const char *name,
			    const struct group_attributes *attributes);

/* Return: 0; -ENOENT; -ENOTEMPTY: it has members. */
int user_database_delete_group(struct user_database *database, const char *name);

/* Return: 0; -ENOENT. */
int user_database_get_group(struct user_database *database, const char *name,
			    struct user_group *ret_group);

/* In the order of names. Return: 0, what @each returned. */
int user_database_walk_groups(struct user_database *database, user_group_fn each, void *userdata);

/* The pools that users and groups name, each once. Return: 0, what @each returned. */
int user_database_walk_pools(struct user_database *database, user_pool_fn each, void *userdata);
