/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looked at one by one. Pure. */
#include "base/bytes.h"

#include <stdint.h>

bool bytes_are_zero(const void *bytes, size_t size)
{
	const uint8_t *byte = bytes;

	for (size_t i = 0; i < size; i++)
		if (byte[i] != 0)
			return false;
	return true;
}
