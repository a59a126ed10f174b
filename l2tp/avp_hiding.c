/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hidden attribute values (RFC 2661, section 4.3): hide and unhide. Pure. */
#include "l2tp/avp_hiding.h"

#include <assert.h>
#include <nettle/md5.h>
#include <string.h>

/* Length of Original Value, in front of it. */
#define INNER_LENGTH_SIZE 2

_Static_assert(MD5_DIGEST_SIZE == L2TP_HIDING_BLOCK, "a mask covers a block");

/* b1 = MD5(attribute type + secret + random vector) */
static void first_mask(uint16_t type, struct l2tp_octets secret, struct l2tp_octets vector,
		       uint8_t ret_mask[MD5_DIGEST_SIZE])
{
	const uint8_t type_bytes[] = { (uint8_t)(type >> 8), (uint8_t)type };
	struct md5_ctx md5;

	md5_init(&md5);
	md5_update(&md5, sizeof(type_bytes), type_bytes);
	md5_update(&md5, secret.size, secret.bytes);
	md5_update(&md5, vector.size, vector.bytes);
	md5_digest(&md5, MD5_DIGEST_SIZE, ret_mask);
	explicit_bzero(&md5, sizeof(md5));
}

/* bi = MD5(secret + c(i-1)) */
static void next_mask(struct l2tp_octets secret, const uint8_t *cipher_block,
		      uint8_t ret_mask[MD5_DIGEST_SIZE])
{
	struct md5_ctx md5;

	md5_init(&md5);
	md5_update(&md5, secret.size, secret.bytes);
	md5_update(&md5, L2TP_HIDING_BLOCK, cipher_block);
	md5_digest(&md5, MD5_DIGEST_SIZE, ret_mask);
	explicit_bzero(&md5, sizeof(md5));
}

/* @mask: of the first block; of no use afterwards. @cipher: which of the two it is. */
static void lay_masks(struct l2tp_octets secret, uint8_t mask[MD5_DIGEST_SIZE], const uint8_t *from,
		      uint8_t *to, const uint8_t *cipher, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (i > 0 && i % L2TP_HIDING_BLOCK == 0)
			next_mask(secret, &cipher[i - L2TP_HIDING_BLOCK], mask);
		to[i] = from[i] ^ mask[i % L2TP_HIDING_BLOCK];
	}
	explicit_bzero(mask, MD5_DIGEST_SIZE);
}

void l2tp_unhiding_init(struct l2tp_unhiding *unhiding)
{
	unhiding->secret = (struct l2tp_octets){ 0 };
	unhiding->used = 0;
}

void l2tp_unhiding_done(struct l2tp_unhiding *unhiding)
{
	explicit_bzero(unhiding->bytes, unhiding->used);
	unhiding->used = 0;
}

int l2tp_avp_unhide(struct l2tp_unhiding *unhiding, struct l2tp_octets vector,
		    const struct l2tp_avp *avp, struct l2tp_octets *ret_value)
{
	uint8_t *plain = &unhiding->bytes[unhiding->used];
	uint8_t mask[MD5_DIGEST_SIZE];
	struct l2tp_octets value = { 0 };
	struct l2tp_reader reader;

	if (avp->value_size > sizeof(unhiding->bytes) - unhiding->used)
		return L2TP_E_MALFORMED;
	first_mask(avp->type, unhiding->secret, vector, mask);
	lay_masks(unhiding->secret, mask, avp->value, plain, avp->value, avp->value_size);
	unhiding->used += avp->value_size;
	l2tp_reader_init(&reader, plain, avp->value_size);
	value.size = l2tp_read_u16(&reader);
	value.bytes = l2tp_read_bytes(&reader, value.size);
	if (reader.failed)
		return L2TP_E_MALFORMED;
	*ret_value = value;
	return 0;
}

void l2tp_avp_write_vector(struct l2tp_writer *writer, const struct l2tp_hiding *hiding)
{
	l2tp_avp_write(writer, true, L2TP_AVP_RANDOM_VECTOR, hiding->vector,
		       sizeof(hiding->vector));
}

void l2tp_avp_write_hidden(struct l2tp_writer *writer, bool mandatory, enum l2tp_avp_type type,
			   const void *value, size_t value_size, const struct l2tp_hiding *hiding)
{
	const struct l2tp_octets vector = { hiding->vector, sizeof(hiding->vector) };
	uint8_t plain[L2TP_AVP_VALUE_MAX], cipher[L2TP_AVP_VALUE_MAX];
	uint8_t mask[MD5_DIGEST_SIZE];
	struct l2tp_writer inner;

	l2tp_writer_init(&inner, plain, sizeof(plain));
	l2tp_write_u16(&inner, (uint16_t)value_size);
	l2tp_write_bytes(&inner, value, value_size);
	if (inner.size % L2TP_HIDING_BLOCK != 0)
		l2tp_write_bytes(&inner, hiding->padding,
				 L2TP_HIDING_BLOCK - inner.size % L2TP_HIDING_BLOCK);
	if (inner.failed) {
		writer->failed = true;
		return;
	}
	first_mask((uint16_t)type, hiding->secret, vector, mask);
	lay_masks(hiding->secret, mask, plain, cipher, cipher, inner.size);
	l2tp_avp_write_cipher(writer, mandatory, type, cipher, inner.size);
	explicit_bzero(plain, inner.size);
}
