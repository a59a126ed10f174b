/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * HDLC-like framing (RFC 1662), by runs: between two characters that mean
 * something, bytes are found eight at a time and copied at once, and the FCS
 * takes eight bytes a step. Pure.
 */
#include "l2tp/hdlc.h"

#include <string.h>

#define FLAG       0x7e
#define ESCAPE     0x7d
#define ESCAPE_XOR 0x20

#define ADDRESS 0xff
#define CONTROL 0x03

/* Address, protocol and FCS: what is shorter is no frame (section 4.3). */
#define FRAME_MIN 4

/* A byte in all eight places of a word. */
#define EVERY(byte) (UINT64_C(0x0101010101010101) * (byte))

/*
 * The FCS is linear: an entry of its table is the sum of the entries of the
 * index's bits, which are the eight arguments.
 */
#define FCS_ENTRY(n, a, b, c, d, e, f, g, h)                                             \
	(((n)&1 ? (a) : 0) ^ ((n)&2 ? (b) : 0) ^ ((n)&4 ? (c) : 0) ^ ((n)&8 ? (d) : 0) ^ \
	 ((n)&16 ? (e) : 0) ^ ((n)&32 ? (f) : 0) ^ ((n)&64 ? (g) : 0) ^ ((n)&128 ? (h) : 0))
#define FCS_4(n, ...)                                               \
	FCS_ENTRY(n, __VA_ARGS__), FCS_ENTRY((n) + 1, __VA_ARGS__), \
		FCS_ENTRY((n) + 2, __VA_ARGS__), FCS_ENTRY((n) + 3, __VA_ARGS__)
#define FCS_16(n, ...)                                                                   \
	FCS_4(n, __VA_ARGS__), FCS_4((n) + 4, __VA_ARGS__), FCS_4((n) + 8, __VA_ARGS__), \
		FCS_4((n) + 12, __VA_ARGS__)
#define FCS_64(n, ...)                                                                        \
	FCS_16(n, __VA_ARGS__), FCS_16((n) + 16, __VA_ARGS__), FCS_16((n) + 32, __VA_ARGS__), \
		FCS_16((n) + 48, __VA_ARGS__)
#define FCS_TABLE(...)                                                                     \
	{                                                                                  \
		FCS_64(0, __VA_ARGS__), FCS_64(64, __VA_ARGS__), FCS_64(128, __VA_ARGS__), \
			FCS_64(192, __VA_ARGS__)                                           \
	}

/* Row 0 is the table of appendix C.2; row N is for a byte that N more follow. */
static const uint16_t fcs_table[8][256] = {
	FCS_TABLE(0x1189, 0x2312, 0x4624, 0x8c48, 0x1081, 0x2102, 0x4204, 0x8408),
	FCS_TABLE(0x19d8, 0x33b0, 0x6760, 0xcec0, 0x9591, 0x2333, 0x4666, 0x8ccc),
	FCS_TABLE(0x5adc, 0xb5b8, 0x6361, 0xc6c2, 0x8595, 0x033b, 0x0676, 0x0cec),
	FCS_TABLE(0x1cbb, 0x3976, 0x72ec, 0xe5d8, 0xc3a1, 0x8f53, 0x16b7, 0x2d6e),
	FCS_TABLE(0x0b44, 0x1688, 0x2d10, 0x5a20, 0xb440, 0x6091, 0xc122, 0x8a55),
	FCS_TABLE(0x042b, 0x0856, 0x10ac, 0x2158, 0x42b0, 0x8560, 0x02d1, 0x05a2),
	FCS_TABLE(0x9fd5, 0x37bb, 0x6f76, 0xdeec, 0xb5c9, 0x6383, 0xc706, 0x861d),
	FCS_TABLE(0x81bf, 0x0b6f, 0x16de, 0x2dbc, 0x5b78, 0xb6f0, 0x65f1, 0xcbe2),
};

uint16_t l2tp_hdlc_fcs(uint16_t fcs, const uint8_t *bytes, size_t size)
{
	size_t i = 0;

	for (; size - i >= 8; i += 8)
		fcs = fcs_table[7][bytes[i] ^ (fcs & 0xff)] ^
		      fcs_table[6][bytes[i + 1] ^ fcs >> 8] ^ fcs_table[5][bytes[i + 2]] ^
		      fcs_table[4][bytes[i + 3]] ^ fcs_table[3][bytes[i + 4]] ^
		      fcs_table[2][bytes[i + 5]] ^ fcs_table[1][bytes[i + 6]] ^
		      fcs_table[0][bytes[i + 7]];
	for (; i < size; i++)
		fcs = (uint16_t)(fcs >> 8 ^ fcs_table[0][(fcs ^ bytes[i]) & 0xff]);
	return fcs;
}

/* Whether one of eight bytes is 7c to 7f: flag, escape, or one of their neighbours. */
static bool may_have_special(const uint8_t *bytes)
{
	uint64_t word;

	memcpy(&word, bytes, sizeof(word));
	word = (word & EVERY(0xfc)) ^ EVERY(0x7c);
	return ((word - EVERY(1)) & ~word & EVERY(0x80)) != 0;
}

static bool is_special(uint8_t byte, uint32_t accm)
{
	return byte == FLAG || byte == ESCAPE || (byte < 0x20 && (accm >> byte & 1));
}

/* How many bytes there are before the first that is_special(). */
static size_t plain_run(const uint8_t *bytes, size_t size, uint32_t accm)
{
	size_t i = 0;

	while (i < size) {
		if (accm == L2TP_HDLC_ACCM_NONE && size - i >= 8 && !may_have_special(bytes + i))
			i += 8;
		else if (!is_special(bytes[i], accm))
			i++;
		else
			break;
	}
	return i;
}

/* Return: bytes written to @escaped, which has room for twice @size. */
static size_t write_escaped(const uint8_t *bytes, size_t size, uint32_t accm, uint8_t *escaped)
{
	size_t written = 0, i = 0;

	for (;;) {
		size_t run = plain_run(bytes + i, size - i, accm);

		memcpy(escaped + written, bytes + i, run);
		written += run;
		i += run;
		if (i == size)
			return written;
		escaped[written++] = ESCAPE;
		escaped[written++] = bytes[i++] ^ ESCAPE_XOR;
	}
}

size_t l2tp_hdlc_encode(const uint8_t *frame, size_t size, uint32_t accm, uint8_t *encoded,
			size_t capacity)
{
	static const uint8_t header[] = { ADDRESS, CONTROL };
	bool has_header = size >= 2 && frame[0] == ADDRESS && frame[1] == CONTROL;
	uint16_t fcs = l2tp_hdlc_fcs(L2TP_HDLC_FCS_INITIAL, header, sizeof(header));
	size_t skip = has_header ? sizeof(header) : 0, written = 0;
	uint8_t trailer[L2TP_HDLC_FCS_SIZE];

	if (size > L2TP_HDLC_FRAME_MAX || capacity < L2TP_HDLC_ENCODED_MAX(size))
		return 0;
	fcs = (uint16_t)~l2tp_hdlc_fcs(fcs, frame + skip, size - skip);
	trailer[0] = fcs & 0xff;
	trailer[1] = (uint8_t)(fcs >> 8);
	encoded[written++] = FLAG;
	written += write_escaped(header, sizeof(header), accm, encoded + written);
	written += write_escaped(frame + skip, size - skip, accm, encoded + written);
	written += write_escaped(trailer, sizeof(trailer), accm, encoded + written);
	encoded[written++] = FLAG;
	return written;
}

static void append(struct l2tp_hdlc_decoder *decoder, const uint8_t *bytes, size_t size)
{
	if (size > L2TP_HDLC_FRAME_MAX + L2TP_HDLC_FCS_SIZE - decoder->size) {
		decoder->overlong = true;
		return;
	}
	memcpy(decoder->bytes + L2TP_HDLC_HEADROOM + decoder->size, bytes, size);
	decoder->size += size;
}

/* A flag was read: true if it ended a good frame. The next byte begins another. */
static bool end_frame(struct l2tp_hdlc_decoder *decoder, uint8_t **ret_frame, size_t *ret_size)
{
	uint8_t *frame = decoder->bytes + L2TP_HDLC_HEADROOM;
	bool aborted = decoder->escaped, overlong = decoder->overlong;
	size_t size = decoder->size;

	decoder->size = 0;
	decoder->escaped = false;
	decoder->overlong = false;
	if (overlong) {
		decoder->long_frames++;
		return false;
	}
	if (size == 0 && !aborted) /* two flags in a row */
		return false;
	if (aborted || size < FRAME_MIN ||
	    l2tp_hdlc_fcs(L2TP_HDLC_FCS_INITIAL, frame, size) != L2TP_HDLC_FCS_GOOD) {
		decoder->bad_frames++;
		return false;
	}
	*ret_frame = frame;
	*ret_size = size - L2TP_HDLC_FCS_SIZE;
	return true;
}

bool l2tp_hdlc_decoder_is_between(const struct l2tp_hdlc_decoder *decoder)
{
	return decoder->size == 0 && !decoder->escaped && !decoder->overlong;
}

bool l2tp_hdlc_decode(struct l2tp_hdlc_decoder *decoder, const uint8_t *bytes, size_t size,
		      size_t *position, uint8_t **ret_frame, size_t *ret_size)
{
	size_t i = *position;
	bool found = false;

	while (i < size && !found) {
		if (bytes[i] == FLAG) {
			i++;
			found = end_frame(decoder, ret_frame, ret_size);
		} else if (decoder->escaped) {
			const uint8_t byte = bytes[i++] ^ ESCAPE_XOR;

			decoder->escaped = false;
			append(decoder, &byte, 1);
		} else if (bytes[i] == ESCAPE) {
			i++;
			decoder->escaped = true;
		} else {
			size_t run = plain_run(bytes + i, size - i, L2TP_HDLC_ACCM_NONE);

			append(decoder, bytes + i, run);
			i += run;
		}
	}
	*position = i;
	return found;
}
