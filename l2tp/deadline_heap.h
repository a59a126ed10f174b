/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Deadlines of many tunnels and calls: a binary heap whose elements live in
 * what they wake, so that setting, moving and clearing one is O(log n) and
 * the earliest is at hand. Pure.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* What a deadline belongs to; the owner finds itself by container_of(). */
enum l2tp_deadline_kind {
	L2TP_DEADLINE_TUNNEL,
	L2TP_DEADLINE_CALL,
};

/**
 * struct l2tp_deadline - embedded; init with l2tp_deadline_init()
 * @at_usec: when
 * @place:   position in the heap plus 1; 0 if not in it
 */
struct l2tp_deadline {
	uint64_t at_usec;
	uint32_t place;
	enum l2tp_deadline_kind kind;
};

struct l2tp_deadline_heap {
	struct l2tp_deadline **elements;
	size_t count;
	size_t capacity;
};

void l2tp_deadline_init(struct l2tp_deadline *deadline, enum l2tp_deadline_kind kind);

/* A heap of zeroes is empty; _done() frees what it allocated, not its elements. */
void l2tp_deadline_heap_done(struct l2tp_deadline_heap *heap);

/**
 * l2tp_deadline_heap_reserve() - room for @count elements in all
 *
 * Done when an element's owner is made, so that l2tp_deadline_set() never fails.
 *
 * Return: 0, -ENOMEM.
 */
int l2tp_deadline_heap_reserve(struct l2tp_deadline_heap *heap, size_t count);

/* l2tp_deadline_set() - put into the heap or move; UINT64_MAX takes it out */
void l2tp_deadline_set(struct l2tp_deadline_heap *heap, struct l2tp_deadline *deadline,
		       uint64_t at_usec);

/* The earliest, or NULL. */
struct l2tp_deadline *l2tp_deadline_heap_first(const struct l2tp_deadline_heap *heap);
