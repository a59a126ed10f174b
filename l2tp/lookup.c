/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An intrusive, chained, seeded hash table of 64-bit keys. Pure. */
#include "l2tp/lookup.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#define BUCKETS_FIRST 64

/* The finalizer of MurmurHash3 (public domain): every bit of input moves half of the output. */
uint64_t l2tp_lookup_mix(uint64_t seed, uint64_t value)
{
	uint64_t x = seed ^ value;

	x ^= x >> 33;
	x *= UINT64_C(0xff51afd7ed558ccd);
	x ^= x >> 33;
	x *= UINT64_C(0xc4ceb9fe1a85ec53);
	x ^= x >> 33;
	return x + seed;
}

uint64_t l2tp_lookup_mix_bytes(uint64_t seed, const uint8_t *bytes, size_t size)
{
	uint64_t mixed = l2tp_lookup_mix(seed, size);

	for (size_t i = 0; i < size; i += 8) {
		uint64_t word = 0;

		for (size_t j = i; j < size && j < i + 8; j++)
			word = word << 8 | bytes[j];
		mixed = l2tp_lookup_mix(mixed, word);
	}
	return mixed;
}

static struct l2tp_lookup_node **bucket_of(const struct l2tp_lookup *lookup, uint64_t key)
{
	return &lookup->buckets[l2tp_lookup_mix(lookup->seed, key) & (lookup->bucket_count - 1)];
}

int l2tp_lookup_init(struct l2tp_lookup *lookup, uint64_t seed)
{
	struct l2tp_lookup_node **buckets = calloc(BUCKETS_FIRST, sizeof(*buckets));

	if (!buckets)
		return -ENOMEM;
	*lookup = (struct l2tp_lookup){ .buckets = buckets,
					.bucket_count = BUCKETS_FIRST,
					.seed = seed };
	return 0;
}

void l2tp_lookup_done(struct l2tp_lookup *lookup)
{
	free(lookup->buckets);
	*lookup = (struct l2tp_lookup){ 0 };
}

static void link_node(struct l2tp_lookup *lookup, struct l2tp_lookup_node *node)
{
	struct l2tp_lookup_node **bucket = bucket_of(lookup, node->key);

	node->next = *bucket;
	*bucket = node;
}

static void grow(struct l2tp_lookup *lookup)
{
	struct l2tp_lookup bigger = { .bucket_count = 2 * lookup->bucket_count,
				      .count = lookup->count,
				      .seed = lookup->seed };

	bigger.buckets = calloc(bigger.bucket_count, sizeof(*bigger.buckets));
	if (!bigger.buckets)
		return;
	for (size_t i = 0; i < lookup->bucket_count; i++) {
		struct l2tp_lookup_node *next;

		for (struct l2tp_lookup_node *node = lookup->buckets[i]; node; node = next) {
			next = node->next;
			link_node(&bigger, node);
		}
	}
	free(lookup->buckets);
	*lookup = bigger;
}

void l2tp_lookup_add(struct l2tp_lookup *lookup, struct l2tp_lookup_node *node, uint64_t key)
{
	if (lookup->count >= lookup->bucket_count)
		grow(lookup);
	node->key = key;
	link_node(lookup, node);
	lookup->count++;
}

void l2tp_lookup_remove(struct l2tp_lookup *lookup, struct l2tp_lookup_node *node)
{
	struct l2tp_lookup_node **link = bucket_of(lookup, node->key);

	while (*link != node) {
		assert(*link);
		link = &(*link)->next;
	}
	*link = node->next;
	node->next = NULL;
	lookup->count--;
}

static struct l2tp_lookup_node *first_with(struct l2tp_lookup_node *node, uint64_t key)
{
	while (node && node->key != key)
		node = node->next;
	return node;
}

struct l2tp_lookup_node *l2tp_lookup_find(const struct l2tp_lookup *lookup, uint64_t key)
{
	return first_with(*bucket_of(lookup, key), key);
}

struct l2tp_lookup_node *l2tp_lookup_find_next(const struct l2tp_lookup_node *node)
{
	return first_with(node->next, node->key);
}
