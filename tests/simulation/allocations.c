/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the linker's --wrap puts in front of the allocator. */
#include "tests/simulation/allocations.h"

#include "tests/simulation/random.h"

#include <stddef.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_reallocarray(void *block, size_t count, size_t size);
char *__real_strndup(const char *text, size_t size);
void __real_free(void *block);

/* Names that the linker wants: --wrap makes them of those above. */
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_reallocarray(void *block, size_t count, size_t size);
char *__wrap_strndup(const char *text, size_t size);
void __wrap_free(void *block);

int64_t allocations_living;
static uint32_t failures;
static struct sim_random fate;
static uint32_t until_once;
static bool failed_once;

void allocations_fail(uint32_t of_1000, uint64_t seed)
{
	failures = of_1000;
	fate.state = seed;
}

void allocations_fail_once(uint32_t number)
{
	until_once = number;
	failed_once = false;
}

bool allocations_have_failed_once(void)
{
	return failed_once;
}

static bool fails(void)
{
	if (until_once > 0 && --until_once == 0) {
		failed_once = true;
		return true;
	}
	return sim_chance(&fate, failures);
}

static void *count(void *block)
{
	allocations_living += block != NULL;
	return block;
}

void *__wrap_malloc(size_t size)
{
	return fails() ? NULL : count(__real_malloc(size));
}

void *__wrap_calloc(size_t members, size_t size)
{
	return fails() ? NULL : count(__real_calloc(members, size));
}

void *__wrap_reallocarray(void *block, size_t members, size_t size)
{
	void *moved;

	if (fails())
		return NULL;
	moved = __real_reallocarray(block, members, size);
	if (!block)
		count(moved);
	return moved;
}

char *__wrap_strndup(const char *text, size_t size)
{
	return fails() ? NULL : count(__real_strndup(text, size));
}

void __wrap_free(void *block)
{
	allocations_living -= block != NULL;
	__real_free(block);
}
