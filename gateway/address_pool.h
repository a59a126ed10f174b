/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inner addresses: one range, each address leased to one session, least
 * recently used first, so that a client that comes back soon finds its own
 * address free and a stranger does not inherit a fresh one. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A /12 of addresses; more is no small or medium site. */
#define ADDRESS_POOL_MAXIMUM (1u << 20)

struct address_pool;

/**
 * address_pool_new() - all addresses from @first to @last, host byte order
 *
 * Return: 0; -EINVAL if the range is empty, reversed or too large; -ENOMEM.
 */
int address_pool_new(uint32_t first, uint32_t last, struct address_pool **ret_pool);
void address_pool_free(struct address_pool *pool);
void address_pool_freep(struct address_pool **pool);

/**
 * address_pool_lease() - an address that is free, O(1)
 * @preferred: taken if it is in the pool and free; 0: none preferred
 *
 * Return: 0 and *@ret_address; -ENOSPC if all are leased.
 */
int address_pool_lease(struct address_pool *pool, uint32_t preferred, uint32_t *ret_address);

/**
 * address_pool_resize() - a pool of another range, for a pool that is in use
 * @pool: borrowed, unchanged
 *
 * All its addresses are free: those that are leased are to be claimed. Those that
 * were free in @pool come last and in the order that they had there.
 *
 * Return: as address_pool_new().
 */
int address_pool_resize(const struct address_pool *pool, uint32_t first, uint32_t last,
			struct address_pool **ret_pool);

/* Leases this very address. Return: false if it is outside, or leased. */
bool address_pool_claim(struct address_pool *pool, uint32_t address);

/* Gives back a leased address, O(1). An address that is not leased is ignored. */
void address_pool_release(struct address_pool *pool, uint32_t address);

size_t address_pool_size(const struct address_pool *pool);
size_t address_pool_available(const struct address_pool *pool);
