/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What can be said of bytes without knowing what they mean. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Whether all @size bytes are zero; of none they are. */
bool bytes_are_zero(const void *bytes, size_t size);
