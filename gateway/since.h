/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Moments as people write them. I/O only in that it knows the local time zone. */
#pragma once

#include <stdint.h>

#define SINCE_ALLOWED \
	"like 30min, 2h, 3d, today, yesterday, 14:30, 2026-11-26 or \"2026-11-26 14:30\""

/**
 * since_read() - a moment that has been
 * @text: as SINCE_ALLOWED says; a time of day that is still to come is yesterday's
 * @now:  seconds since 1970
 *
 * Return: 0 and seconds since 1970; -EINVAL.
 */
int since_read(const char *text, uint64_t now, uint64_t *ret_since);
