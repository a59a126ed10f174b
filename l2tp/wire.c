/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bounded cursors over bytes, for reading and for writing. Pure. */
#include "l2tp/wire.h"

#include <string.h>

void l2tp_reader_init(struct l2tp_reader *reader, const uint8_t *bytes, size_t size)
{
	*reader = (struct l2tp_reader){ .bytes = bytes, .remaining = size };
}

const uint8_t *l2tp_read_bytes(struct l2tp_reader *reader, size_t size)
{
	const uint8_t *taken = reader->bytes;

	if (reader->failed || size > reader->remaining) {
		reader->failed = true;
		return NULL;
	}
	reader->bytes += size;
	reader->remaining -= size;
	return taken;
}

uint16_t l2tp_read_u16(struct l2tp_reader *reader)
{
	const uint8_t *bytes = l2tp_read_bytes(reader, 2);

	return bytes ? (uint16_t)(bytes[0] << 8 | bytes[1]) : 0;
}

uint32_t l2tp_read_u32(struct l2tp_reader *reader)
{
	const uint8_t *bytes = l2tp_read_bytes(reader, 4);

	if (!bytes)
		return 0;
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
	       bytes[3];
}

void l2tp_writer_init(struct l2tp_writer *writer, uint8_t *bytes, size_t capacity)
{
	*writer = (struct l2tp_writer){ .bytes = bytes, .capacity = capacity };
}

void l2tp_write_bytes(struct l2tp_writer *writer, const void *bytes, size_t size)
{
	if (writer->failed || size > writer->capacity - writer->size) {
		writer->failed = true;
		return;
	}
	if (size > 0)
		memcpy(writer->bytes + writer->size, bytes, size);
	writer->size += size;
}

void l2tp_write_u16(struct l2tp_writer *writer, uint16_t value)
{
	const uint8_t bytes[] = { (uint8_t)(value >> 8), (uint8_t)value };

	l2tp_write_bytes(writer, bytes, sizeof(bytes));
}

void l2tp_write_u32(struct l2tp_writer *writer, uint32_t value)
{
	const uint8_t bytes[] = { (uint8_t)(value >> 24), (uint8_t)(value >> 16),
				  (uint8_t)(value >> 8), (uint8_t)value };

	l2tp_write_bytes(writer, bytes, sizeof(bytes));
}

void l2tp_write_u16_at(struct l2tp_writer *writer, size_t position, uint16_t value)
{
	if (writer->failed || writer->size < 2 || position > writer->size - 2) {
		writer->failed = true;
		return;
	}
	writer->bytes[position] = (uint8_t)(value >> 8);
	writer->bytes[position + 1] = (uint8_t)value;
}
