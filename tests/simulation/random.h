/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random numbers of a seed: the same in each run, on each machine (splitmix64). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct sim_random {
	uint64_t state;
};

static inline uint64_t sim_next(struct sim_random *random)
{
	uint64_t x = random->state += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

/* One of 0 to @count - 1. */
static inline uint32_t sim_below(struct sim_random *random, uint32_t count)
{
	return (uint32_t)((sim_next(random) >> 32) * count >> 32);
}

static inline uint64_t sim_between(struct sim_random *random, uint64_t low, uint64_t high)
{
	return low + sim_next(random) % (high - low + 1);
}

static inline bool sim_chance(struct sim_random *random, uint32_t of_1000)
{
	return of_1000 > 0 && sim_below(random, 1000) < of_1000;
}
