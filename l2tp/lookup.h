/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hash table of 64-bit keys whose nodes live in what they find. Keys may be
 * chosen by a peer, so they are mixed with a secret seed. Several nodes may
 * have one key: the caller compares the rest and goes on. Pure.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct l2tp_lookup_node {
	struct l2tp_lookup_node *next;
	uint64_t key;
};

struct l2tp_lookup {
	struct l2tp_lookup_node **buckets;
	size_t bucket_count; /* a power of two */
	size_t count;
	uint64_t seed;
};

/* Return: 0, -ENOMEM. */
int l2tp_lookup_init(struct l2tp_lookup *lookup, uint64_t seed);
void l2tp_lookup_done(struct l2tp_lookup *lookup);

/* The table grows by itself; where memory is short it only becomes slower. */
void l2tp_lookup_add(struct l2tp_lookup *lookup, struct l2tp_lookup_node *node, uint64_t key);

/* @node must be in the table. */
void l2tp_lookup_remove(struct l2tp_lookup *lookup, struct l2tp_lookup_node *node);

/* The first node with this key, or NULL; then the next one after @node. */
struct l2tp_lookup_node *l2tp_lookup_find(const struct l2tp_lookup *lookup, uint64_t key);
struct l2tp_lookup_node *l2tp_lookup_find_next(const struct l2tp_lookup_node *node);

/* Mix @value into @seed: to make one key of many fields. */
uint64_t l2tp_lookup_mix(uint64_t seed, uint64_t value);
uint64_t l2tp_lookup_mix_bytes(uint64_t seed, const uint8_t *bytes, size_t size);
