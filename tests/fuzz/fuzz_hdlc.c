/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * HDLC framing: what was decoded, and the bytes as they are, come back the
 * same from encoder and decoder. Byte 0 is the size of the pieces, byte 1
 * chooses the characters that are escaped.
 */
#include "tests/fuzz/fuzz.h"

#include "l2tp/hdlc.h"

#define FRAME_MIN 2 /* address or protocol, without FCS */

static void round_trip(const uint8_t *frame, size_t size, uint32_t accm)
{
	static uint8_t encoded[L2TP_HDLC_ENCODED_MAX(L2TP_HDLC_FRAME_MAX)];
	static struct l2tp_hdlc_decoder decoder;
	bool has_header = size >= 2 && frame[0] == 0xff && frame[1] == 0x03;
	size_t written, position = 0, decoded_size = 0;
	uint8_t *decoded = NULL;

	written = l2tp_hdlc_encode(frame, size, accm, encoded, sizeof(encoded));
	if (size + (has_header ? 0 : 2) > L2TP_HDLC_FRAME_MAX || size < FRAME_MIN)
		return;
	assert(written > 0 && written <= L2TP_HDLC_ENCODED_MAX(size));
	assert(l2tp_hdlc_decode(&decoder, encoded, written, &position, &decoded, &decoded_size));
	assert(position == written && decoded_size == size + (has_header ? 0 : 2));
	assert(memcmp(decoded + decoded_size - size, frame, size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const uint32_t accms[] = { L2TP_HDLC_ACCM_NONE, L2TP_HDLC_ACCM_ALL, 0xa0000 };
	struct l2tp_hdlc_decoder decoder = { 0 };
	size_t piece, frame_size = 0;
	uint8_t *frame = NULL;
	uint32_t accm;

	if (size < 2)
		return 0;
	piece = 1 + (size_t)bytes[0];
	accm = accms[bytes[1] % ELEMENTS(accms)];
	bytes += 2;
	size -= 2;
	round_trip(bytes, size, accm);
	for (; size > 0; bytes += piece, size -= piece) {
		size_t position = 0;

		piece = piece < size ? piece : size;
		while (l2tp_hdlc_decode(&decoder, bytes, piece, &position, &frame, &frame_size)) {
			assert(frame_size >= FRAME_MIN && frame_size <= L2TP_HDLC_FRAME_MAX);
			round_trip(frame, frame_size, accm);
		}
		assert(position == piece);
	}
	return 0;
}
