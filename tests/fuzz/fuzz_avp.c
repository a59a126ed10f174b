/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AVPs: each is taken from within the bytes, behind the one before it. */
#include "tests/fuzz/fuzz.h"

#include "l2tp/avp.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct l2tp_reader reader;
	struct l2tp_avp avp = { 0 };

	l2tp_reader_init(&reader, bytes, size);
	while (reader.remaining > 0) {
		const uint8_t *begin = reader.bytes;

		if (l2tp_avp_next(&reader, &avp) != 0) {
			assert(reader.bytes == begin);
			break;
		}
		assert(avp.value == begin + L2TP_AVP_HEADER_SIZE);
		assert(reader.bytes == avp.value + avp.value_size);
		assert(reader.bytes + reader.remaining == bytes + size);
	}
	return 0;
}
