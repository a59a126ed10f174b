/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attribute value pairs (RFC 2661, section 4.1): iterator and builders. Pure. */
#include "l2tp/avp.h"

#define FLAG_MANDATORY 0x8000
#define FLAG_HIDDEN    0x4000
#define FLAGS_RESERVED 0x3c00
#define LENGTH_MASK    0x03ff

int l2tp_avp_next(struct l2tp_reader *reader, struct l2tp_avp *ret_avp)
{
	struct l2tp_reader cursor = *reader;
	struct l2tp_avp avp = { 0 };
	uint16_t flags, length;

	flags = l2tp_read_u16(&cursor);
	length = flags & LENGTH_MASK;
	avp.vendor_id = l2tp_read_u16(&cursor);
	avp.type = l2tp_read_u16(&cursor);
	if (cursor.failed || length < L2TP_AVP_HEADER_SIZE)
		return L2TP_E_MALFORMED;
	avp.value_size = length - L2TP_AVP_HEADER_SIZE;
	avp.value = l2tp_read_bytes(&cursor, avp.value_size);
	if (cursor.failed)
		return L2TP_E_MALFORMED;
	avp.mandatory = flags & FLAG_MANDATORY;
	avp.hidden = flags & FLAG_HIDDEN;
	avp.reserved = flags & FLAGS_RESERVED;
	*reader = cursor;
	*ret_avp = avp;
	return 0;
}

static void write_avp(struct l2tp_writer *writer, uint16_t flags, enum l2tp_avp_type type,
		      const void *value, size_t value_size)
{
	if (value_size > L2TP_AVP_VALUE_MAX) {
		writer->failed = true;
		return;
	}
	l2tp_write_u16(writer, (uint16_t)(flags | (L2TP_AVP_HEADER_SIZE + value_size)));
	l2tp_write_u16(writer, 0);
	l2tp_write_u16(writer, (uint16_t)type);
	l2tp_write_bytes(writer, value, value_size);
}

void l2tp_avp_write(struct l2tp_writer *writer, bool mandatory, enum l2tp_avp_type type,
		    const void *value, size_t value_size)
{
	write_avp(writer, mandatory ? FLAG_MANDATORY : 0, type, value, value_size);
}

void l2tp_avp_write_cipher(struct l2tp_writer *writer, bool mandatory, enum l2tp_avp_type type,
			   const void *cipher, size_t cipher_size)
{
	write_avp(writer, FLAG_HIDDEN | (mandatory ? FLAG_MANDATORY : 0), type, cipher,
		  cipher_size);
}

void l2tp_avp_write_u16(struct l2tp_writer *writer, bool mandatory, enum l2tp_avp_type type,
			uint16_t value)
{
	const uint8_t bytes[] = { (uint8_t)(value >> 8), (uint8_t)value };

	l2tp_avp_write(writer, mandatory, type, bytes, sizeof(bytes));
}

void l2tp_avp_write_u32(struct l2tp_writer *writer, bool mandatory, enum l2tp_avp_type type,
			uint32_t value)
{
	const uint8_t bytes[] = { (uint8_t)(value >> 24), (uint8_t)(value >> 16),
				  (uint8_t)(value >> 8), (uint8_t)value };

	l2tp_avp_write(writer, mandatory, type, bytes, sizeof(bytes));
}
