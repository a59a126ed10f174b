/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ownership helpers: the cleanup attribute for locals and TAKE_PTR()/TAKE_FD()
 * to hand over what a local owns. A free function named x_free() gets its
 * attribute form x_freep() from DEFINE_CLEANUP().
 */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define _cleanup_(function) __attribute__((__cleanup__(function)))

/* Yields the value of a pointer variable and leaves NULL behind. */
#define TAKE_PTR(pointer)                                      \
	({                                                     \
		__typeof__(pointer) *taken_from_ = &(pointer); \
		__typeof__(pointer) taken_ = *taken_from_;     \
		*taken_from_ = NULL;                           \
		taken_;                                        \
	})

/* Yields the value of a descriptor variable and leaves -1 behind. */
#define TAKE_FD(descriptor)                       \
	({                                        \
		int *taken_from_ = &(descriptor); \
		int taken_ = *taken_from_;        \
		*taken_from_ = -1;                \
		taken_;                           \
	})

/* Defines x_freep(), the cleanup form of `type *x_free(type *)` or void. */
#define DEFINE_CLEANUP(type, free_function)                \
	static inline void free_function##p(type *pointer) \
	{                                                  \
		if (*pointer)                              \
			free_function(*pointer);           \
	}

#define ELEMENTS(array) (sizeof(array) / sizeof((array)[0]))

/* For _cleanup_(freep) on any malloc'ed local. */
static inline void freep(void *pointer)
{
	free(*(void **)pointer);
}

/* For _cleanup_(closep) on a descriptor; negative means none. */
static inline void closep(const int *descriptor)
{
	if (*descriptor >= 0)
		close(*descriptor);
}

/* For _cleanup_(fclosep) on a stream. */
static inline void fclosep(FILE **stream)
{
	if (*stream)
		fclose(*stream);
}
