/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The L2TP header (RFC 2661, section 3.1), read and written. Pure. */
#include "l2tp/header.h"

#include <assert.h>

#define FLAG_TYPE     0x8000 /* control message */
#define FLAG_LENGTH   0x4000
#define FLAG_SEQUENCE 0x0800
#define FLAG_OFFSET   0x0200
#define VERSION_MASK  0x000f
#define VERSION       2

#define POSITION_LENGTH 2
#define POSITION_NS     8
#define POSITION_NR     10

/* A control message has Length and Ns/Nr, and no offset. */
static bool flags_are_valid(uint16_t flags)
{
	if ((flags & VERSION_MASK) != VERSION)
		return false;
	if (!(flags & FLAG_TYPE))
		return true;
	return (flags & FLAG_LENGTH) && (flags & FLAG_SEQUENCE) && !(flags & FLAG_OFFSET);
}

int l2tp_header_read(const uint8_t *packet, size_t size, struct l2tp_header *ret_header)
{
	struct l2tp_header header = { 0 };
	struct l2tp_reader reader;
	uint16_t flags;

	l2tp_reader_init(&reader, packet, size);
	flags = l2tp_read_u16(&reader);
	if (reader.failed || !flags_are_valid(flags))
		return L2TP_E_MALFORMED;
	header.control = flags & FLAG_TYPE;
	header.sequenced = flags & FLAG_SEQUENCE;
	if (flags & FLAG_LENGTH) {
		size_t length = l2tp_read_u16(&reader);

		if (reader.failed || length > size || length < size - reader.remaining)
			return L2TP_E_MALFORMED;
		reader.remaining -= size - length;
	}
	header.tunnel_id = l2tp_read_u16(&reader);
	header.session_id = l2tp_read_u16(&reader);
	if (flags & FLAG_SEQUENCE) {
		header.ns = l2tp_read_u16(&reader);
		header.nr = l2tp_read_u16(&reader);
	}
	if (flags & FLAG_OFFSET)
		l2tp_read_bytes(&reader, l2tp_read_u16(&reader));
	if (reader.failed)
		return L2TP_E_MALFORMED;
	header.payload = reader;
	*ret_header = header;
	return 0;
}

void l2tp_header_write(struct l2tp_writer *writer, uint16_t tunnel_id, uint16_t session_id)
{
	l2tp_write_u16(writer, FLAG_TYPE | FLAG_LENGTH | FLAG_SEQUENCE | VERSION);
	l2tp_write_u16(writer, 0);
	l2tp_write_u16(writer, tunnel_id);
	l2tp_write_u16(writer, session_id);
	l2tp_write_u16(writer, 0);
	l2tp_write_u16(writer, 0);
}

void l2tp_header_finish(struct l2tp_writer *writer)
{
	l2tp_write_u16_at(writer, POSITION_LENGTH, (uint16_t)writer->size);
}

void l2tp_header_set_sequence(uint8_t *packet, size_t size, uint16_t ns, uint16_t nr)
{
	struct l2tp_writer writer = { .bytes = packet, .capacity = size, .size = size };

	assert(size >= L2TP_CONTROL_HEADER_SIZE);
	l2tp_write_u16_at(&writer, POSITION_NS, ns);
	l2tp_write_u16_at(&writer, POSITION_NR, nr);
}

void l2tp_header_write_data(struct l2tp_writer *writer, uint16_t tunnel_id, uint16_t session_id)
{
	l2tp_write_u16(writer, VERSION);
	l2tp_write_u16(writer, tunnel_id);
	l2tp_write_u16(writer, session_id);
}

void l2tp_header_write_data_sequenced(struct l2tp_writer *writer, uint16_t tunnel_id,
				      uint16_t session_id, uint16_t ns)
{
	l2tp_write_u16(writer, FLAG_SEQUENCE | VERSION);
	l2tp_write_u16(writer, tunnel_id);
	l2tp_write_u16(writer, session_id);
	l2tp_write_u16(writer, ns);
	l2tp_write_u16(writer, 0);
}
