/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PPP in HDLC-like framing for asynchronous lines (RFC 1662): what a pppd on a
 * terminal speaks. A flag on both sides of a frame, control characters escaped,
 * the 16-bit FCS behind it. Encoder and decoder work on buffers of their
 * caller's and never allocate. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Async control character maps (RFC 1662, section 7.1): bit N escapes character N. */
#define L2TP_HDLC_ACCM_NONE UINT32_C(0)
#define L2TP_HDLC_ACCM_ALL  UINT32_MAX

/* Cap: address, control, protocol and the MTU of 1500 that we allow at most. */
#define L2TP_HDLC_FRAME_MAX 1504
#define L2TP_HDLC_FCS_SIZE  2
/* Room that the decoder leaves in front of a frame, for a header. */
#define L2TP_HDLC_HEADROOM 16
/* Bytes of a frame of @size bytes at worst: flags, ff 03, all of it escaped, FCS. */
#define L2TP_HDLC_ENCODED_MAX(size) (2 + 2 * ((size_t)(size) + 2 + L2TP_HDLC_FCS_SIZE))

/**
 * l2tp_hdlc_encode() - put one PPP frame into HDLC-like framing
 * @frame:    beginning with ff 03 (address and control) or without: they are
 *            written in any case, since a receiver may not have agreed to
 *            compress them
 * @accm:     which of the characters below 0x20 are escaped
 * @encoded:  not overlapping @frame
 * @capacity: of @encoded; L2TP_HDLC_ENCODED_MAX(@size) is always enough
 *
 * Return: bytes written; 0 if they do not fit, with @encoded of no use.
 */
size_t l2tp_hdlc_encode(const uint8_t *frame, size_t size, uint32_t accm, uint8_t *encoded,
			size_t capacity);

/**
 * struct l2tp_hdlc_decoder - zero-initialised; keeps a frame that came in part
 * @size:       bytes of the frame so far, its FCS included
 * @escaped:    the last byte was an escape
 * @overlong:   the frame is longer than the cap: dropped up to the next flag
 * @bad_frames: dropped for a wrong FCS, being too short, or aborted (7d 7e)
 * @long_frames: dropped for being longer than L2TP_HDLC_FRAME_MAX
 */
struct l2tp_hdlc_decoder {
	uint64_t bad_frames;
	uint64_t long_frames;
	size_t size;
	bool escaped;
	bool overlong;
	uint8_t bytes[L2TP_HDLC_HEADROOM + L2TP_HDLC_FRAME_MAX + L2TP_HDLC_FCS_SIZE];
};

/* Whether all that was read is whole frames: what comes next needs nothing of @decoder. */
bool l2tp_hdlc_decoder_is_between(const struct l2tp_hdlc_decoder *decoder);

/**
 * l2tp_hdlc_decode() - read up to the end of the next good frame
 * @bytes, @size: what came; @position is where to begin
 * @position:     advanced beyond what was read: to @size unless a frame was found
 * @ret_frame:    without FCS; in @decoder, until the next call, with
 *                L2TP_HDLC_HEADROOM bytes in front of it that the caller may use
 *
 * After garbage the next flag begins a frame again. A frame may come in any
 * number of pieces. Control characters that the line added are not removed:
 * there is no line between us and pppd.
 *
 * Return: true and a frame; false when all was read.
 */
bool l2tp_hdlc_decode(struct l2tp_hdlc_decoder *decoder, const uint8_t *bytes, size_t size,
		      size_t *position, uint8_t **ret_frame, size_t *ret_size);

/* The FCS of RFC 1662, appendix C.2, of @size bytes more; begin with L2TP_HDLC_FCS_INITIAL. */
#define L2TP_HDLC_FCS_INITIAL 0xffff
#define L2TP_HDLC_FCS_GOOD    0xf0b8
uint16_t l2tp_hdlc_fcs(uint16_t fcs, const uint8_t *bytes, size_t size);
