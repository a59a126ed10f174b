/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A hash for finding, a heap for forgetting. Pure. */
#include "gateway/login_failures.h"

#include <stdlib.h>
#include <string.h>

#define DELAY_FIRST_USEC UINT64_C(2000000)
/* More than this beyond the free ones are not counted: the delay has long been the longest. */
#define WEIGHT_MAX 16
/* Entries that are forgotten at a time: more than the one that may be made. */
#define FORGOTTEN_AT_ONCE 2

static struct login_entry *of_node(struct l2tp_lookup_node *node)
{
	return (struct login_entry *)((char *)node - offsetof(struct login_entry, node));
}

static struct login_entry *of_end(struct l2tp_deadline *end)
{
	return (struct login_entry *)((char *)end - offsetof(struct login_entry, end));
}

int login_failures_init(struct login_failures *table, size_t maximum, uint64_t seed)
{
	table->maximum = maximum;
	return l2tp_lookup_init(&table->entries, seed);
}

void login_failures_done(struct login_failures *table)
{
	struct l2tp_deadline *first;

	while ((first = l2tp_deadline_heap_first(&table->ends)))
		login_failures_remove(table, of_end(first));
	l2tp_lookup_done(&table->entries);
	l2tp_deadline_heap_done(&table->ends);
}

void login_failures_remove(struct login_failures *table, struct login_entry *entry)
{
	l2tp_lookup_remove(&table->entries, &entry->node);
	l2tp_deadline_set(&table->ends, &entry->end, UINT64_MAX);
	free(entry);
}

static uint64_t mix(const struct login_failures *table, const struct login_key *key)
{
	uint64_t mixed = l2tp_lookup_mix(table->entries.seed, key->number);

	mixed = l2tp_lookup_mix(mixed, key->address.family);
	mixed = l2tp_lookup_mix_bytes(mixed, key->address.bytes, sizeof(key->address.bytes));
	return l2tp_lookup_mix_bytes(mixed, (const uint8_t *)key->user, strlen(key->user));
}

static bool is_equal(const struct login_key *a, const struct login_key *b)
{
	return a->number == b->number && inet_address_equal(&a->address, &b->address) &&
	       strcmp(a->user, b->user) == 0;
}

static void tidy(struct login_failures *table, uint64_t now_usec)
{
	for (unsigned int i = 0; i < FORGOTTEN_AT_ONCE; i++) {
		struct l2tp_deadline *first = l2tp_deadline_heap_first(&table->ends);

		if (first && first->at_usec <= now_usec)
			login_failures_remove(table, of_end(first));
	}
}

struct login_entry *login_failures_find(struct login_failures *table, const struct login_key *key,
					uint64_t now_usec)
{
	struct l2tp_lookup_node *node;

	tidy(table, now_usec);
	for (node = l2tp_lookup_find(&table->entries, mix(table, key)); node;
	     node = l2tp_lookup_find_next(node))
		if (is_equal(&of_node(node)->key, key))
			break;
	if (!node || of_node(node)->end.at_usec > now_usec)
		return node ? of_node(node) : NULL;
	login_failures_remove(table, of_node(node));
	return NULL;
}

/* The latest of what keeps it. */
static void set_end(struct login_failures *table, struct login_entry *entry, uint64_t now_usec)
{
	uint64_t end = now_usec;

	if (entry->forgiven_usec > end)
		end = entry->forgiven_usec;
	if (entry->held_until_usec > end)
		end = entry->held_until_usec;
	if (entry->kept_until_usec > end)
		end = entry->kept_until_usec;
	l2tp_deadline_set(&table->ends, &entry->end, end);
}

struct login_entry *login_failures_get(struct login_failures *table, const struct login_key *key,
				       uint64_t now_usec)
{
	struct login_entry *entry = login_failures_find(table, key, now_usec);

	if (entry)
		return entry;
	if (table->entries.count >= table->maximum)
		login_failures_remove(table, of_end(l2tp_deadline_heap_first(&table->ends)));
	entry = calloc(1, sizeof(*entry));
	if (!entry || l2tp_deadline_heap_reserve(&table->ends, table->entries.count + 1) < 0) {
		free(entry);
		return NULL;
	}
	entry->key = *key;
	l2tp_deadline_init(&entry->end, L2TP_DEADLINE_TUNNEL); /* all in this heap are alike */
	l2tp_lookup_add(&table->entries, &entry->node, mix(table, key));
	set_end(table, entry, now_usec);
	return entry;
}

uint32_t login_failures_count(const struct login_entry *entry, const struct login_weights *weights,
			      uint64_t now_usec)
{
	if (entry->forgiven_usec <= now_usec)
		return 0;
	return (uint32_t)((entry->forgiven_usec - now_usec + weights->forgive_usec - 1) /
			  weights->forgive_usec);
}

/* After failure number @count, the newest included. */
static uint64_t delay(const struct login_weights *weights, uint32_t count)
{
	uint32_t beyond = count > weights->free_failures ? count - weights->free_failures : 0;
	uint64_t usec;

	if (beyond == 0)
		return 0;
	if (beyond > WEIGHT_MAX)
		beyond = WEIGHT_MAX;
	usec = DELAY_FIRST_USEC << (beyond - 1);
	return usec < weights->delay_maximum_usec ? usec : weights->delay_maximum_usec;
}

void login_failures_add(struct login_failures *table, struct login_entry *entry,
			const struct login_weights *weights, const struct login_key *seen,
			uint64_t now_usec)
{
	uint64_t most =
		now_usec + ((uint64_t)weights->free_failures + WEIGHT_MAX) * weights->forgive_usec;
	uint64_t from = entry->forgiven_usec > now_usec ? entry->forgiven_usec : now_usec;

	entry->forgiven_usec = from + weights->forgive_usec;
	if (entry->forgiven_usec > most)
		entry->forgiven_usec = most;
	entry->held_until_usec =
		now_usec + delay(weights, login_failures_count(entry, weights, now_usec));
	entry->seen = *seen;
	set_end(table, entry, now_usec);
}

void login_failures_keep(struct login_failures *table, struct login_entry *entry,
			 uint64_t until_usec, uint64_t now_usec)
{
	entry->kept_until_usec = until_usec;
	set_end(table, entry, now_usec);
}
