/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What every unit test includes: cmocka in the order that it needs, and
 * SENTENCE() for the list of tests, whose names are sentences.
 */
#pragma once

/* cmocka.h needs these four before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"

/* One row of the test list: SENTENCE(avp_with_length_below_six_is_malformed). */
#define SENTENCE(name) cmocka_unit_test(name)

/* The size and the bytes of a packet, for functions that take (bytes, size). */
#define BYTES(...) ((const uint8_t[]){ __VA_ARGS__ }), sizeof((const uint8_t[]){ __VA_ARGS__ })
