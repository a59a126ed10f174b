/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bounded reading and writing of bytes. The only place of the engine with
 * pointer arithmetic on a packet. Both cursors have a sticky error: after the
 * first step beyond the end everything later reads as zero or writes nothing,
 * and the caller asks once, at the end. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The peer's fault, or an expected condition; never negative. */
enum l2tp_error {
	L2TP_E_MALFORMED = 1,  /* not to be answered */
	L2TP_E_UNANSWERED = 2, /* all retransmissions were in vain */
};

/* Bytes that belong to somebody else, a packet most often; NULL: there are none. */
struct l2tp_octets {
	const uint8_t *bytes;
	size_t size;
};

/**
 * struct l2tp_reader - what remains to be read; borrows the packet
 * @bytes:     next byte
 * @remaining: bytes from there to the end
 * @failed:    somebody asked for more than there was
 */
struct l2tp_reader {
	const uint8_t *bytes;
	size_t remaining;
	bool failed;
};

/**
 * struct l2tp_writer - borrows a buffer of fixed size
 * @bytes:    start of the buffer
 * @capacity: its size
 * @size:     bytes written
 * @failed:   something did not fit; nothing was written from then on
 */
struct l2tp_writer {
	uint8_t *bytes;
	size_t capacity;
	size_t size;
	bool failed;
};

void l2tp_reader_init(struct l2tp_reader *reader, const uint8_t *bytes, size_t size);

/* Numbers come in network and are returned in host byte order; 0 after a failure. */
uint16_t l2tp_read_u16(struct l2tp_reader *reader);
uint32_t l2tp_read_u32(struct l2tp_reader *reader);

/**
 * l2tp_read_bytes() - take @size bytes
 *
 * Return: a pointer into the packet, NULL if there are not so many. A pointer
 *         is returned for 0 bytes, too.
 */
const uint8_t *l2tp_read_bytes(struct l2tp_reader *reader, size_t size);

void l2tp_writer_init(struct l2tp_writer *writer, uint8_t *bytes, size_t capacity);
void l2tp_write_u16(struct l2tp_writer *writer, uint16_t value);
void l2tp_write_u32(struct l2tp_writer *writer, uint32_t value);
void l2tp_write_bytes(struct l2tp_writer *writer, const void *bytes, size_t size);

/**
 * l2tp_write_u16_at() - overwrite two bytes that were written before
 * @position: bytes from the start; a place not yet written is a failure
 */
void l2tp_write_u16_at(struct l2tp_writer *writer, size_t position, uint16_t value);
