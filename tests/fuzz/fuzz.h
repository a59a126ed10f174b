/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What every fuzz target includes. A target is one function, called with any
 * bytes: by libFuzzer (`make fuzz`), or by replay.c with those of its corpus
 * (`make check`). It says with assert() what holds whatever the bytes are.
 */
#pragma once

#undef NDEBUG
#include "base/cleanup.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* libFuzzer's name for it. Return: always 0. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* The bytes up to the first NUL, as a string of the caller's: no byte more can be read. */
static inline char *fuzz_string(const uint8_t *bytes, size_t size)
{
	char *text = calloc(1, size + 1);

	assert(text);
	if (size > 0)
		memcpy(text, bytes, size);
	return text;
}
