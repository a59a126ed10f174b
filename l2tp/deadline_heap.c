/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An intrusive binary min-heap of deadlines. Pure. */
#include "l2tp/deadline_heap.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#define CAPACITY_FIRST 64

void l2tp_deadline_init(struct l2tp_deadline *deadline, enum l2tp_deadline_kind kind)
{
	*deadline = (struct l2tp_deadline){ .at_usec = UINT64_MAX, .kind = kind };
}

void l2tp_deadline_heap_done(struct l2tp_deadline_heap *heap)
{
	free(heap->elements);
	*heap = (struct l2tp_deadline_heap){ 0 };
}

int l2tp_deadline_heap_reserve(struct l2tp_deadline_heap *heap, size_t count)
{
	size_t capacity = heap->capacity ? heap->capacity : CAPACITY_FIRST;
	struct l2tp_deadline **elements;

	if (count <= heap->capacity)
		return 0;
	while (capacity < count)
		capacity *= 2;
	elements = reallocarray(heap->elements, capacity, sizeof(*elements));
	if (!elements)
		return -ENOMEM;
	heap->elements = elements;
	heap->capacity = capacity;
	return 0;
}

static void put(struct l2tp_deadline_heap *heap, size_t index, struct l2tp_deadline *deadline)
{
	heap->elements[index] = deadline;
	deadline->place = (uint32_t)index + 1;
}

/* Let @deadline rise from the free place @index to where its parent is not later. */
static void sift_up(struct l2tp_deadline_heap *heap, size_t index, struct l2tp_deadline *deadline)
{
	while (index > 0) {
		size_t parent = (index - 1) / 2;

		if (heap->elements[parent]->at_usec <= deadline->at_usec)
			break;
		put(heap, index, heap->elements[parent]);
		index = parent;
	}
	put(heap, index, deadline);
}

/* Let @deadline sink from the free place @index to where no child is earlier. */
static void sift_down(struct l2tp_deadline_heap *heap, size_t index, struct l2tp_deadline *deadline)
{
	for (;;) {
		size_t child = 2 * index + 1;

		if (child >= heap->count)
			break;
		if (child + 1 < heap->count &&
		    heap->elements[child + 1]->at_usec < heap->elements[child]->at_usec)
			child++;
		if (heap->elements[child]->at_usec >= deadline->at_usec)
			break;
		put(heap, index, heap->elements[child]);
		index = child;
	}
	put(heap, index, deadline);
}

/* Put @deadline at the free place @index or wherever it belongs from there. */
static void settle(struct l2tp_deadline_heap *heap, size_t index, struct l2tp_deadline *deadline)
{
	if (index > 0 && heap->elements[(index - 1) / 2]->at_usec > deadline->at_usec)
		sift_up(heap, index, deadline);
	else
		sift_down(heap, index, deadline);
}

static void take_out(struct l2tp_deadline_heap *heap, struct l2tp_deadline *deadline)
{
	size_t index = deadline->place - 1;
	struct l2tp_deadline *last = heap->elements[--heap->count];

	deadline->place = 0;
	if (last != deadline)
		settle(heap, index, last);
}

void l2tp_deadline_set(struct l2tp_deadline_heap *heap, struct l2tp_deadline *deadline,
		       uint64_t at_usec)
{
	if (deadline->place && deadline->at_usec == at_usec)
		return;
	deadline->at_usec = at_usec;
	if (at_usec == UINT64_MAX) {
		if (deadline->place)
			take_out(heap, deadline);
	} else if (deadline->place) {
		settle(heap, deadline->place - 1, deadline);
	} else {
		assert(heap->count < heap->capacity);
		heap->count++;
		sift_up(heap, heap->count - 1, deadline);
	}
}

struct l2tp_deadline *l2tp_deadline_heap_first(const struct l2tp_deadline_heap *heap)
{
	return heap->count > 0 ? heap->elements[0] : NULL;
}
