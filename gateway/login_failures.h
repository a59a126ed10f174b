/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A bounded table of those for whom log-ins failed. Each failure weighs on its
 * entry until it is forgiven, one after the other; who has too many waits after
 * each further one, twice as long each time. An entry without failures that is
 * not kept on purpose goes by itself. Pure; time is passed in.
 *
 * A full table gives up the entry that would go first: to be rid of his own, an
 * attacker has to fill the table with entries that weigh more.
 */
#pragma once

#include "base/address.h"
#include "gateway/user_database.h"
#include "l2tp/deadline_heap.h"
#include "l2tp/lookup.h"

#include <stdbool.h>

/* What an entry is found by; what a table does not ask for is zero. */
struct login_key {
	uint64_t number;
	struct inet_address address;
	char user[USER_NAME_MAX + 1];
};

struct login_entry {
	struct l2tp_lookup_node node;
	struct l2tp_deadline end; /* when it goes by itself */
	struct login_key key;
	struct login_key seen;  /* of the last failure, to be shown */
	uint64_t forgiven_usec; /* when the last failure is */
	uint64_t held_until_usec;
	uint64_t kept_until_usec;
};

/* How a table weighs; may differ from call to call. */
struct login_weights {
	uint32_t free_failures; /* without a delay */
	uint64_t forgive_usec;  /* for each failure, not 0 */
	uint64_t delay_maximum_usec;
};

struct login_failures {
	struct l2tp_lookup entries;
	struct l2tp_deadline_heap ends;
	size_t maximum;
};

/* Return: 0, -ENOMEM. A table of zeroes may be _done(), too. */
int login_failures_init(struct login_failures *table, size_t maximum, uint64_t seed);
void login_failures_done(struct login_failures *table);

/* The entry, or NULL. Forgets, some at each call, what is over. */
struct login_entry *login_failures_find(struct login_failures *table, const struct login_key *key,
					uint64_t now_usec);

/* As login_failures_find(), but makes one; NULL without memory. */
struct login_entry *login_failures_get(struct login_failures *table, const struct login_key *key,
				       uint64_t now_usec);

/* One more failure, and who it was. */
void login_failures_add(struct login_failures *table, struct login_entry *entry,
			const struct login_weights *weights, const struct login_key *seen,
			uint64_t now_usec);

/* Stays until then, failures or not. */
void login_failures_keep(struct login_failures *table, struct login_entry *entry,
			 uint64_t until_usec, uint64_t now_usec);

/* How many failures weigh on it now. */
uint32_t login_failures_count(const struct login_entry *entry, const struct login_weights *weights,
			      uint64_t now_usec);

void login_failures_remove(struct login_failures *table, struct login_entry *entry);
