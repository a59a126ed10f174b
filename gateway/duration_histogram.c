/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts of durations in classes that suit the set-up of a session. Pure. */
#include "gateway/duration_histogram.h"

const uint64_t duration_histogram_bounds_msec[DURATION_HISTOGRAM_BOUNDS] = {
	100, 250, 500, 1000, 2000, 3000, 5000, 10000, 20000, 30000,
};

void duration_histogram_add(struct duration_histogram *histogram, uint64_t usec)
{
	size_t class = 0;

	while (class < DURATION_HISTOGRAM_BOUNDS &&
	       usec > duration_histogram_bounds_msec[class] * 1000)
		class ++;
	histogram->counts[class]++;
	histogram->sum_usec += usec;
}
