/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Buckets that double, chains of links with their keys. Pure. */
#include "ipsec-glue/key_table.h"

#include <errno.h>
#include <stdlib.h>

#define INITIAL_BUCKETS 256

int key_table_init(struct key_table *table)
{
	struct key_link **buckets = calloc(INITIAL_BUCKETS, sizeof(struct key_link *));

	if (!buckets)
		return -ENOMEM;
	*table = (struct key_table){ .buckets = buckets, .bucket_count = INITIAL_BUCKETS };
	return 0;
}

void key_table_done(struct key_table *table)
{
	free(table->buckets);
	*table = (struct key_table){ 0 };
}

/*
 * Multiplicative, the high half folded in: reqids come in steps of four and
 * SPIs are anything.
 */
static size_t bucket_of(uint32_t key, size_t bucket_count)
{
	uint64_t mixed = (uint64_t)key * UINT64_C(0x9e3779b97f4a7c15);

	return (size_t)(mixed >> 32) & (bucket_count - 1);
}

static void push(struct key_link **buckets, size_t bucket_count, struct key_link *link)
{
	struct key_link **head = &buckets[bucket_of(link->key, bucket_count)];

	link->next = *head;
	*head = link;
}

static void grow(struct key_table *table)
{
	size_t bucket_count = table->bucket_count * 2;
	struct key_link **buckets = calloc(bucket_count, sizeof(struct key_link *));

	if (!buckets)
		return;
	for (size_t i = 0; i < table->bucket_count; i++)
		for (struct key_link *link = table->buckets[i], *next; link; link = next) {
			next = link->next;
			push(buckets, bucket_count, link);
		}
	free(table->buckets);
	table->buckets = buckets;
	table->bucket_count = bucket_count;
}

void key_table_insert(struct key_table *table, struct key_link *link, uint32_t key)
{
	if (table->count >= table->bucket_count)
		grow(table);
	link->key = key;
	push(table->buckets, table->bucket_count, link);
	table->count++;
}

void key_table_remove(struct key_table *table, struct key_link *link)
{
	struct key_link **position = &table->buckets[bucket_of(link->key, table->bucket_count)];

	while (*position != link)
		position = &(*position)->next;
	*position = link->next;
	link->next = NULL;
	table->count--;
}

static struct key_link *find(struct key_link *link, uint32_t key)
{
	while (link && link->key != key)
		link = link->next;
	return link;
}

struct key_link *key_table_first(const struct key_table *table, uint32_t key)
{
	return find(table->buckets[bucket_of(key, table->bucket_count)], key);
}

struct key_link *key_table_next(const struct key_link *link)
{
	return find(link->next, link->key);
}
