/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The L2TP header: what it leaves as payload lies within the packet. */
#include "tests/fuzz/fuzz.h"

#include "l2tp/header.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct l2tp_header header = { 0 };

	if (l2tp_header_read(bytes, size, &header) != 0)
		return 0;
	assert(!header.payload.failed);
	assert(header.payload.bytes >= bytes && header.payload.bytes <= bytes + size);
	assert(header.payload.remaining <= (size_t)(bytes + size - header.payload.bytes));
	if (header.control)
		assert(header.sequenced &&
		       header.payload.bytes == bytes + L2TP_CONTROL_HEADER_SIZE);
	return 0;
}
