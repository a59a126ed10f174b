/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Free addresses form one circular list through an array, least recently used
 * first: a lease takes its head (or, where the client prefers one, any member),
 * a release appends at its end. Links are indexes; index @size is the list's
 * own anchor, so that no link is ever a special case. Pure.
 */
#include "gateway/address_pool.h"

#include <errno.h>
#include <stdlib.h>

/* In both links of an address that is leased; no index is ever that large. */
#define LEASED UINT32_MAX

struct link {
	uint32_t next;
	uint32_t previous;
};

struct address_pool {
	uint32_t first;
	uint32_t size;
	uint32_t available;
	struct link links[]; /* size + 1: the last one is the anchor */
};

int address_pool_new(uint32_t first, uint32_t last, struct address_pool **ret_pool)
{
	struct address_pool *pool;
	uint32_t size;

	if (last < first || last - first >= ADDRESS_POOL_MAXIMUM)
		return -EINVAL;
	size = last - first + 1;
	pool = calloc(1, sizeof(*pool) + ((size_t)size + 1) * sizeof(pool->links[0]));
	if (!pool)
		return -ENOMEM;
	pool->first = first;
	pool->size = size;
	pool->available = size;
	for (uint32_t i = 0; i <= size; i++) {
		pool->links[i].next = i == size ? 0 : i + 1;
		pool->links[i].previous = i == 0 ? size : i - 1;
	}
	*ret_pool = pool;
	return 0;
}

void address_pool_free(struct address_pool *pool)
{
	free(pool);
}

void address_pool_freep(struct address_pool **pool)
{
	address_pool_free(*pool);
}

/* Addresses below @first wrap round to large numbers and are outside, too. */
static bool is_inside(const struct address_pool *pool, uint32_t address)
{
	return address - pool->first < pool->size;
}

static void take(struct address_pool *pool, uint32_t index)
{
	struct link *link = &pool->links[index];

	pool->links[link->previous].next = link->next;
	pool->links[link->next].previous = link->previous;
	link->next = LEASED;
	link->previous = LEASED;
	pool->available--;
}

static void append(struct address_pool *pool, uint32_t index)
{
	struct link *anchor = &pool->links[pool->size];
	struct link *link = &pool->links[index];

	link->next = pool->size;
	link->previous = anchor->previous;
	pool->links[anchor->previous].next = index;
	anchor->previous = index;
	pool->available++;
}

int address_pool_resize(const struct address_pool *pool, uint32_t first, uint32_t last,
			struct address_pool **ret_pool)
{
	struct address_pool *resized;
	int error = address_pool_new(first, last, &resized);

	if (error)
		return error;
	for (uint32_t i = pool->links[pool->size].next; i != pool->size; i = pool->links[i].next)
		if (address_pool_claim(resized, pool->first + i))
			append(resized, pool->first + i - first);
	*ret_pool = resized;
	return 0;
}

bool address_pool_claim(struct address_pool *pool, uint32_t address)
{
	if (!is_inside(pool, address) || pool->links[address - pool->first].next == LEASED)
		return false;
	take(pool, address - pool->first);
	return true;
}

int address_pool_lease(struct address_pool *pool, uint32_t preferred, uint32_t *ret_address)
{
	uint32_t index = pool->links[pool->size].next;

	if (pool->available == 0)
		return -ENOSPC;
	if (preferred && address_pool_claim(pool, preferred)) {
		*ret_address = preferred;
		return 0;
	}
	take(pool, index);
	*ret_address = pool->first + index;
	return 0;
}

void address_pool_release(struct address_pool *pool, uint32_t address)
{
	if (is_inside(pool, address) && pool->links[address - pool->first].next == LEASED)
		append(pool, address - pool->first);
}

size_t address_pool_size(const struct address_pool *pool)
{
	return pool->size;
}

size_t address_pool_available(const struct address_pool *pool)
{
	return pool->available;
}
