/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The allocator as what is tested sees it: counted, and made to fail. Linked with
 * ALLOCATIONS_WRAP (Makefile.inc), each call of malloc() and its like in the
 * program comes here first.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Blocks that were taken and not yet given back. */
extern int64_t allocations_living;

/* Of 1000 calls so many fail, by the numbers of @seed; 0: none does. */
void allocations_fail(uint32_t of_1000, uint64_t seed);

/* Of the calls from now on number @number fails, the first is 1; it alone. 0: none does. */
void allocations_fail_once(uint32_t number);

/* Whether the one that allocations_fail_once() meant has come. */
bool allocations_have_failed_once(void);
