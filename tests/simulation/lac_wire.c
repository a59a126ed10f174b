/* SPDX-License-Identifier: GPL-2.0-or-later */
/* L2TP's bytes once more, for the simulated clients. */
#include "tests/simulation/lac_wire.h"

#include <assert.h>
#include <nettle/md5.h>
#include <string.h>

#define FLAGS_CONTROL 0xc802
#define HEADER_SIZE   12
#define HIDDEN_MAX    128

static uint16_t get16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static void put16(uint8_t *bytes, uint16_t value)
{
	bytes[0] = (uint8_t)(value >> 8);
	bytes[1] = (uint8_t)value;
}

void lac_begin(struct lac_writer *writer, enum lac_type type, uint16_t tunnel_id,
	       uint16_t session_id)
{
	put16(writer->bytes, FLAGS_CONTROL);
	put16(writer->bytes + 4, tunnel_id);
	put16(writer->bytes + 6, session_id);
	lac_set_sequence(writer->bytes, 0, 0);
	writer->size = HEADER_SIZE;
	if (type != LAC_ZLB)
		lac_avp_u16(writer, 0, (uint16_t)type);
}

void lac_avp(struct lac_writer *writer, bool mandatory, uint16_t type, const void *value,
	     size_t size)
{
	uint8_t *avp = writer->bytes + writer->size;

	assert(writer->size + 6 + size <= sizeof(writer->bytes));
	put16(avp, (uint16_t)((mandatory ? 0x8000 : 0) | (6 + size)));
	put16(avp + 2, 0);
	put16(avp + 4, type);
	memcpy(avp + 6, value, size);
	writer->size += 6 + size;
}

void lac_avp_u16(struct lac_writer *writer, uint16_t type, uint16_t value)
{
	uint8_t bytes[2];

	put16(bytes, value);
	lac_avp(writer, true, type, bytes, sizeof(bytes));
}

void lac_avp_u32(struct lac_writer *writer, uint16_t type, uint32_t value)
{
	uint8_t bytes[4];

	put16(bytes, (uint16_t)(value >> 16));
	put16(bytes + 2, (uint16_t)value);
	lac_avp(writer, true, type, bytes, sizeof(bytes));
}

void lac_end(struct lac_writer *writer)
{
	put16(writer->bytes + 2, (uint16_t)writer->size);
}

void lac_set_sequence(uint8_t *bytes, uint16_t ns, uint16_t nr)
{
	put16(bytes + 8, ns);
	put16(bytes + 10, nr);
}

void lac_respond(const char *secret, enum lac_type type, const uint8_t *challenge, size_t size,
		 uint8_t ret_response[LAC_DIGEST_SIZE])
{
	const uint8_t identifier = (uint8_t)type;
	struct md5_ctx md5;

	md5_init(&md5);
	md5_update(&md5, 1, &identifier);
	md5_update(&md5, strlen(secret), (const uint8_t *)secret);
	md5_update(&md5, size, challenge);
	md5_digest(&md5, LAC_DIGEST_SIZE, ret_response);
}

/* What is laid over a block: the first one, or the one behind @cipher. */
static void make_mask(uint16_t type, const char *secret, const uint8_t *vector, size_t vector_size,
		      const uint8_t *cipher, uint8_t ret_mask[LAC_DIGEST_SIZE])
{
	uint8_t type_bytes[2];
	struct md5_ctx md5;

	put16(type_bytes, type);
	md5_init(&md5);
	if (!cipher)
		md5_update(&md5, sizeof(type_bytes), type_bytes);
	md5_update(&md5, strlen(secret), (const uint8_t *)secret);
	if (cipher)
		md5_update(&md5, LAC_DIGEST_SIZE, cipher);
	else
		md5_update(&md5, vector_size, vector);
	md5_digest(&md5, LAC_DIGEST_SIZE, ret_mask);
}

void lac_avp_hidden(struct lac_writer *writer, uint16_t type, const void *value, size_t size,
		    const char *secret)
{
	static const uint8_t vector[LAC_DIGEST_SIZE];
	uint8_t block[LAC_DIGEST_SIZE] = { 0 }, mask[LAC_DIGEST_SIZE];

	assert(size <= sizeof(block) - 2);
	put16(block, (uint16_t)size);
	memcpy(block + 2, value, size);
	make_mask(type, secret, vector, sizeof(vector), NULL, mask);
	for (size_t i = 0; i < sizeof(block); i++)
		block[i] ^= mask[i];
	lac_avp(writer, true, 36, vector, sizeof(vector));
	lac_avp(writer, true, type, block, sizeof(block));
	writer->bytes[writer->size - sizeof(block) - 6] |= 0x40;
}

/* Random Vector and secret, for the hidden values behind it. */
struct hiding {
	const char *secret;
	const uint8_t *vector;
	size_t vector_size;
	uint8_t plain[HIDDEN_MAX];
};

/* Return: false if this cannot have been hidden by somebody who knows the secret. */
static bool unhide(struct hiding *hiding, uint16_t type, const uint8_t **value, size_t *size)
{
	uint8_t mask[LAC_DIGEST_SIZE];
	size_t inner;

	if (!hiding->secret || !hiding->vector || *size < 2 || *size > HIDDEN_MAX)
		return false;
	for (size_t i = 0; i < *size; i++) {
		if (i % LAC_DIGEST_SIZE == 0)
			make_mask(type, hiding->secret, hiding->vector, hiding->vector_size,
				  i > 0 ? *value + i - LAC_DIGEST_SIZE : NULL, mask);
		hiding->plain[i] = (*value)[i] ^ mask[i % LAC_DIGEST_SIZE];
	}
	inner = get16(hiding->plain);
	if (inner > *size - 2)
		return false;
	*value = hiding->plain + 2;
	*size = inner;
	return true;
}

static bool take_digest(uint8_t target[LAC_DIGEST_SIZE], bool *has, const uint8_t *value,
			size_t size)
{
	if (size == LAC_DIGEST_SIZE)
		memcpy(target, value, size);
	*has = size == LAC_DIGEST_SIZE;
	return *has;
}

/* The value of one AVP. Return: false if it must not look like this. */
static bool take(struct lac_packet *packet, uint16_t type, const uint8_t *value, size_t size)
{
	switch (type) {
	case 1:
		packet->result = size >= 2 ? get16(value) : 0;
		return size == 2 || size >= 4;
	case 9:
		packet->assigned_tunnel_id = size == 2 ? get16(value) : 0;
		return size == 2;
	case 10:
		packet->window = size == 2 ? get16(value) : 0;
		return size == 2 && packet->window != 0;
	case 11:
		return take_digest(packet->challenge, &packet->has_challenge, value, size);
	case 13:
		return take_digest(packet->response, &packet->has_response, value, size);
	case 14:
		packet->assigned_session_id = size == 2 ? get16(value) : 0;
		return size == 2;
	case 15:
		packet->serial = size == 4 ? (uint32_t)get16(value) << 16 | get16(value + 2) : 0;
		return size == 4;
	default:
		return true;
	}
}

/* One AVP behind the first. */
static bool read_avp(const uint8_t *avp, size_t length, struct hiding *hiding,
		     struct lac_packet *packet)
{
	uint16_t type = get16(avp + 4);
	const uint8_t *value = avp + 6;
	size_t size = length - 6;

	if ((get16(avp) & 0x3c00) || get16(avp + 2) != 0)
		return false;
	if (type == 36) {
		hiding->vector = value;
		hiding->vector_size = size;
	}
	if ((get16(avp) & 0x4000) && !unhide(hiding, type, &value, &size))
		return false;
	return take(packet, type, value, size);
}

static bool read_avps(const uint8_t *bytes, size_t size, const char *secret,
		      struct lac_packet *packet)
{
	struct hiding hiding;

	hiding.secret = secret;
	hiding.vector = NULL;
	for (size_t length, position = 0; position < size; position += length) {
		const uint8_t *avp = bytes + position;

		if (size - position < 6)
			return false;
		length = get16(avp) & 0x3ff;
		if (length < 6 || length > size - position)
			return false;
		if (position > 0) {
			if (!read_avp(avp, length, &hiding, packet))
				return false;
			continue;
		}
		if (get16(avp) != 0x8008 || get16(avp + 2) != 0 || get16(avp + 4) != 0 ||
		    get16(avp + 6) == LAC_ZLB)
			return false;
		packet->type = (enum lac_type)get16(avp + 6);
	}
	return true;
}

bool lac_read(const uint8_t *bytes, size_t size, const char *secret, struct lac_packet *ret_packet)
{
	struct lac_packet packet = { .type = LAC_ZLB };

	if (size < HEADER_SIZE || get16(bytes) != FLAGS_CONTROL || get16(bytes + 2) != size)
		return false;
	packet.tunnel_id = get16(bytes + 4);
	packet.session_id = get16(bytes + 6);
	packet.ns = get16(bytes + 8);
	packet.nr = get16(bytes + 10);
	if (!read_avps(bytes + HEADER_SIZE, size - HEADER_SIZE, secret, &packet))
		return false;
	*ret_packet = packet;
	return true;
}

const char *lac_type_name(enum lac_type type)
{
	static const char *const names[] = {
		[LAC_ZLB] = "ZLB",         [LAC_SCCRQ] = "SCCRQ", [LAC_SCCRP] = "SCCRP",
		[LAC_SCCCN] = "SCCCN",     [LAC_HELLO] = "HELLO", [LAC_OCRQ] = "OCRQ",
		[LAC_STOPCCN] = "StopCCN", [LAC_ICRQ] = "ICRQ",   [LAC_ICRP] = "ICRP",
		[LAC_ICCN] = "ICCN",       [LAC_CDN] = "CDN",     [LAC_WEN] = "WEN",
		[LAC_SLI] = "SLI",
	};
	const size_t count = sizeof(names) / sizeof(names[0]);

	return (size_t)type < count && names[type] ? names[type] : "?";
}
