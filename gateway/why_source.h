/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the two tales come from that why.h puts together. I/O. */
#pragma once

#include "gateway/why.h"

#define WHY_SOURCE_ERROR_MAX 512

/**
 * why_source_pluto() - what pluto logged
 * @file:  its log; NULL: wherever it is
 * @since: seconds since 1970
 *
 * Return: 0; -EIO with *@ret_error: its log cannot be read; -ENOMEM.
 */
int why_source_pluto(struct why *why, const char *file, uint64_t since,
		     char ret_error[WHY_SOURCE_ERROR_MAX]);

/* What saregated has, of everybody; after pluto's. Return: as above. */
int why_source_saregated(struct why *why, uint64_t since, char ret_error[WHY_SOURCE_ERROR_MAX]);
