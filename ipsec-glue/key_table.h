/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hash table whose links live inside the things it holds, found by a number
 * of 32 bits that several of them may share: SAs by SPI, references by reqid.
 * Owns nothing but its buckets. Pure.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The first member of what is held. */
struct key_link {
	struct key_link *next;
	uint32_t key;
};

struct key_table {
	struct key_link **buckets;
	size_t bucket_count; /* a power of two */
	size_t count;
};

/* Return: 0, -ENOMEM. */
int key_table_init(struct key_table *table);

/* Frees the buckets, not what they held. */
void key_table_done(struct key_table *table);

/**
 * key_table_insert() - hold @link, found by @key from now on
 *
 * Cannot fail: if there is no memory for more buckets, chains grow longer.
 */
void key_table_insert(struct key_table *table, struct key_link *link, uint32_t key);

/* @link must be held by @table. */
void key_table_remove(struct key_table *table, struct key_link *link);

/* The first with this key, or NULL. O(1) as long as few share a key. */
struct key_link *key_table_first(const struct key_table *table, uint32_t key);

/* The next one after @link with the same key, or NULL. */
struct key_link *key_table_next(const struct key_link *link);
