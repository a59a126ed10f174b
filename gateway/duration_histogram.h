/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long something took, over many times: counts in fixed classes. Pure. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define DURATION_HISTOGRAM_BOUNDS 10

/* Upper bounds of the classes, each part of its class; the last class has none. */
extern const uint64_t duration_histogram_bounds_msec[DURATION_HISTOGRAM_BOUNDS];

struct duration_histogram {
	uint64_t counts[DURATION_HISTOGRAM_BOUNDS + 1]; /* of one class each */
	uint64_t sum_usec;
};

void duration_histogram_add(struct duration_histogram *histogram, uint64_t usec);
