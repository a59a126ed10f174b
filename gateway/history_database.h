/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The history of sessions in SQLite: a row for each session of a user, written
 * when it comes up, again while it lasts, and when it ends.
 *
 * It is a file of its own, not a table beside the users: it is written all day
 * where they are hardly ever, it is what grows and fills a disk, and it may be
 * lost without harm to anybody. So a history that is damaged, locked or full
 * keeps nobody out, and a log-in never waits behind a row of the history. Its
 * schema has a version and steps of its own, as that of the users has.
 *
 * Used by one thread, which is not the event loop's (gateway/history.c). I/O.
 */
#pragma once

#include "base/address.h"
#include "gateway/address_memory.h"
#include "gateway/database_file.h"
#include "gateway/user_database.h"
#include "ipsec-glue/sa_reference.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HISTORY_CAUSE_MAX 160
/* Rows of one answer; for more the caller asks again from the last one on. */
#define HISTORY_PAGE_MAX 500
/* The newest sessions, of which the addresses are read. */
#define HISTORY_ADDRESSES_MAX 100000
/* Rows that one call of history_database_prune() deletes. */
#define HISTORY_PRUNE_STEP 1000

struct history_database;

/* One session. Seconds are since 1970. */
struct history_record {
	uint64_t id; /* of the row, see history_database_open(); 0 before it is written */
	uint32_t session;
	char user[USER_NAME_MAX + 1];
	char outer_address[INET6_ADDRSTRLEN];
	uint16_t outer_port;
	char ike_identity[SA_IDENTITY_MAX];
	char inner_address[INET6_ADDRSTRLEN];
	char inner_ipv6[ADDRESS_TEXT_IPV6_PREFIX_MAX]; /* its network, or "" */
	char data_path[16];
	uint64_t started;
	uint64_t seen; /* of these figures; once it has ended, the end */
	uint64_t duration_seconds;
	uint64_t bytes_in;
	uint64_t bytes_out;
	uint64_t packets_in;
	uint64_t packets_out;
	char cause[HISTORY_CAUSE_MAX]; /* "" while it lasts */
};

/**
 * struct history_filter - which sessions; what is not said counts for all
 * @user:    exactly, or ""
 * @address: outer or inner, as text, or ""
 * @since, @until: sessions that lasted at any moment from @since up to, not
 *           including, @until; 0 for none
 * @before_started, @before_id: only what comes after this row in the order of
 *           answers; 0: from the beginning
 */
struct history_filter {
	char user[USER_NAME_MAX + 1];
	char address[INET6_ADDRSTRLEN];
	uint64_t since;
	uint64_t until;
	uint64_t before_started;
	uint64_t before_id;
};

/**
 * history_database_open() - open, create or migrate
 * @run:       the caller's time of start, raised to above that of every earlier row:
 *             with the number of a session it makes the row's id. Given again, what
 *             an earlier open of the same process made of it is kept.
 * @ret_error: on failure one line: path, cause, remedy
 *
 * Rows of earlier runs that have no end get one, with what was last known:
 * "saregated ended unexpectedly".
 *
 * Return: 0; -EUCLEAN if the file is damaged or no database; other negative errno.
 */
int history_database_open(const char *path, uint64_t *run, struct history_database **ret_database,
			  char ret_error[DATABASE_ERROR_MAX]);
void history_database_free(struct history_database *database);
void history_database_freep(struct history_database **database);

/**
 * history_database_write() - all or none of them, and durable on return
 *
 * A record of a session that has a row replaces it.
 *
 * Return: 0; -EUCLEAN, -ENOSPC, -EBUSY, -EIO with @ret_error.
 */
int history_database_write(struct history_database *database, const struct history_record *records,
			   size_t count, char ret_error[DATABASE_ERROR_MAX]);

/**
 * history_database_read() - newest first
 * @ret_records: room for HISTORY_PAGE_MAX
 *
 * Return: 0 and *@ret_count; HISTORY_PAGE_MAX of them: there may be more. As above.
 */
int history_database_read(struct history_database *database, const struct history_filter *filter,
			  struct history_record *ret_records, size_t *ret_count,
			  char ret_error[DATABASE_ERROR_MAX]);

/**
 * history_database_read_addresses() - who had which inner address, the newest first
 * @ret_rows: room for HISTORY_ADDRESSES_MAX; of a user there may be several
 *
 * Sessions that have no IPv4 address inside are left out. Return: 0 and *@ret_count;
 * as above.
 */
int history_database_read_addresses(struct history_database *database,
				    struct address_memory_row *ret_rows, size_t *ret_count,
				    char ret_error[DATABASE_ERROR_MAX]);

/**
 * history_database_prune() - one bounded step towards what may be kept
 * @ended_before: sessions that ended before this may go; 0: none for their age
 * @rows_maximum: the oldest beyond that many go; 0: none for their number
 *
 * Sessions that last are never deleted. Return: how many were; as above.
 */
int history_database_prune(struct history_database *database, uint64_t ended_before,
			   uint64_t rows_maximum, char ret_error[DATABASE_ERROR_MAX]);
