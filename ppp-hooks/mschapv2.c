/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * MS-CHAPv2 (RFC 2759), server side. The algorithms keep the names and the
 * numbers that the RFC gives them in section 8. MD4, DES and SHA-1 are what
 * the protocol prescribes; its strength is that of the IPsec around it. Pure.
 */
#include "ppp-hooks/mschapv2.h"

#include <errno.h>
#include <nettle/des.h>
#include <nettle/md4.h>
#include <nettle/memops.h>
#include <nettle/sha1.h>
#include <string.h>

#define CHALLENGE_HASH_SIZE 8  /* 8.2 */
#define NT_RESPONSE_SIZE    24 /* 8.5 */

/* Where the fields of a response begin (section 4). */
#define RESPONSE_PEER_CHALLENGE 0
#define RESPONSE_NT_RESPONSE    24

/*
 * Reads one code point of UTF-8 (RFC 3629) that has @left bytes at most. Long
 * forms, surrogates and what is beyond U+10FFFF are refused, so that a password
 * has one spelling. Returns the bytes read, 0 if they are no UTF-8.
 */
static size_t read_code_point(const uint8_t *bytes, size_t left, uint32_t *ret_code_point)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t size;
	uint32_t code_point;

	if (bytes[0] < 0x80)
		size = 1;
	else if ((bytes[0] & 0xe0) == 0xc0)
		size = 2;
	else if ((bytes[0] & 0xf0) == 0xe0)
		size = 3;
	else if ((bytes[0] & 0xf8) == 0xf0)
		size = 4;
	else
		return 0;
	if (size > left)
		return 0;
	code_point = size == 1 ? bytes[0] : bytes[0] & (0xffU >> (size + 1));
	for (size_t i = 1; i < size; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
		code_point = code_point << 6 | (bytes[i] & 0x3f);
	}
	if (code_point < smallest[size] || code_point > 0x10ffff ||
	    (code_point >= 0xd800 && code_point <= 0xdfff))
		return 0;
	*ret_code_point = code_point;
	return size;
}

static void digest_utf16_unit(struct md4_ctx *md4, uint32_t unit)
{
	uint8_t bytes[2] = { (uint8_t)unit, (uint8_t)(unit >> 8) };

	md4_update(md4, sizeof(bytes), bytes);
	explicit_bzero(bytes, sizeof(bytes));
}

static void digest_code_point(struct md4_ctx *md4, uint32_t code_point)
{
	if (code_point < 0x10000) {
		digest_utf16_unit(md4, code_point);
		return;
	}
	code_point -= 0x10000;
	digest_utf16_unit(md4, 0xd800 | code_point >> 10);
	digest_utf16_unit(md4, 0xdc00 | (code_point & 0x3ff));
}

int mschapv2_nt_hash(const char *password, uint8_t ret_hash[MSCHAPV2_NT_HASH_SIZE])
{
	const uint8_t *bytes = (const uint8_t *)password;
	size_t left = strnlen(password, MSCHAPV2_PASSWORD_MAX + 1);
	uint32_t code_point;
	struct md4_ctx md4;

	if (left == 0 || left > MSCHAPV2_PASSWORD_MAX)
		return -EINVAL;
	md4_init(&md4);
	while (left > 0) {
		size_t size = read_code_point(bytes, left, &code_point);

		if (size == 0)
			break;
		digest_code_point(&md4, code_point);
		bytes += size;
		left -= size;
	}
	if (left == 0)
		md4_digest(&md4, MSCHAPV2_NT_HASH_SIZE, ret_hash);
	explicit_bzero(&md4, sizeof(md4));
	explicit_bzero(&code_point, sizeof(code_point));
	return left == 0 ? 0 : -EINVAL;
}

/* ChallengeHash() of 8.2: the user's name without the domain goes into it. */
static void challenge_hash(const uint8_t *peer_challenge, const uint8_t *challenge,
			   const char *user, uint8_t ret_hash[CHALLENGE_HASH_SIZE])
{
	const char *domain_end = strrchr(user, '\\');
	const char *name = domain_end ? domain_end + 1 : user;
	struct sha1_ctx sha1;

	sha1_init(&sha1);
	sha1_update(&sha1, MSCHAPV2_CHALLENGE_SIZE, peer_challenge);
	sha1_update(&sha1, MSCHAPV2_CHALLENGE_SIZE, challenge);
	sha1_update(&sha1, strlen(name), (const uint8_t *)name);
	sha1_digest(&sha1, CHALLENGE_HASH_SIZE, ret_hash);
}

/*
 * DesEncrypt() of 8.6: 56 bits of key, spread over eight bytes whose lowest
 * bits are DES's parity. A weak key is a key here: des_set_key() reports it,
 * but makes its schedule all the same.
 */
static void des_encrypt_block(const uint8_t key[7], const uint8_t clear[8], uint8_t ret_cipher[8])
{
	uint8_t spread[DES_KEY_SIZE];
	uint64_t bits = 0;
	struct des_ctx des;

	for (size_t i = 0; i < 7; i++)
		bits = bits << 8 | key[i];
	for (size_t i = 0; i < sizeof(spread); i++)
		spread[i] = (uint8_t)((bits >> (49 - 7 * i) & 0x7f) << 1);
	des_fix_parity(sizeof(spread), spread, spread);
	des_set_key(&des, spread);
	des_encrypt(&des, DES_BLOCK_SIZE, ret_cipher, clear);
	explicit_bzero(spread, sizeof(spread));
	explicit_bzero(&bits, sizeof(bits));
	explicit_bzero(&des, sizeof(des));
}

/* ChallengeResponse() of 8.5: three DES keys out of the hash and five zeros. */
static void challenge_response(const uint8_t hash[CHALLENGE_HASH_SIZE],
			       const uint8_t nt_hash[MSCHAPV2_NT_HASH_SIZE],
			       uint8_t ret_response[NT_RESPONSE_SIZE])
{
	uint8_t keys[21] = { 0 };

	memcpy(keys, nt_hash, MSCHAPV2_NT_HASH_SIZE);
	for (size_t i = 0; i < 3; i++)
		des_encrypt_block(keys + 7 * i, hash, ret_response + 8 * i);
	explicit_bzero(keys, sizeof(keys));
}

/* GenerateAuthenticatorResponse() of 8.7. */
static void authenticator_response(const uint8_t nt_hash[MSCHAPV2_NT_HASH_SIZE],
				   const uint8_t nt_response[NT_RESPONSE_SIZE],
				   const uint8_t hash[CHALLENGE_HASH_SIZE],
				   uint8_t ret_digest[SHA1_DIGEST_SIZE])
{
	static const char magic1[] = "Magic server to client signing constant";
	static const char magic2[] = "Pad to make it do more than one iteration";
	uint8_t hash_hash[MD4_DIGEST_SIZE];
	uint8_t inner[SHA1_DIGEST_SIZE];
	struct md4_ctx md4;
	struct sha1_ctx sha1;

	md4_init(&md4);
	md4_update(&md4, MSCHAPV2_NT_HASH_SIZE, nt_hash);
	md4_digest(&md4, sizeof(hash_hash), hash_hash);
	sha1_init(&sha1);
	sha1_update(&sha1, sizeof(hash_hash), hash_hash);
	sha1_update(&sha1, NT_RESPONSE_SIZE, nt_response);
	sha1_update(&sha1, strlen(magic1), (const uint8_t *)magic1);
	sha1_digest(&sha1, sizeof(inner), inner);
	sha1_update(&sha1, sizeof(inner), inner);
	sha1_update(&sha1, CHALLENGE_HASH_SIZE, hash);
	sha1_update(&sha1, strlen(magic2), (const uint8_t *)magic2);
	sha1_digest(&sha1, SHA1_DIGEST_SIZE, ret_digest);
	explicit_bzero(hash_hash, sizeof(hash_hash));
	explicit_bzero(inner, sizeof(inner));
	explicit_bzero(&md4, sizeof(md4));
	explicit_bzero(&sha1, sizeof(sha1));
}

/* Upper case: 8.7 prescribes it, and clients compare the text. */
static void write_upper_hex(const uint8_t *bytes, size_t size, char *text)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < size; i++) {
		text[2 * i] = digits[bytes[i] >> 4];
		text[2 * i + 1] = digits[bytes[i] & 0x0f];
	}
	text[2 * size] = '\0';
}

bool mschapv2_verify(const uint8_t nt_hash[MSCHAPV2_NT_HASH_SIZE],
		     const uint8_t challenge[MSCHAPV2_CHALLENGE_SIZE],
		     const uint8_t response[MSCHAPV2_RESPONSE_SIZE], const char *user,
		     char ret_authenticator[MSCHAPV2_AUTHENTICATOR_DIGITS + 1])
{
	uint8_t hash[CHALLENGE_HASH_SIZE];
	uint8_t expected[NT_RESPONSE_SIZE];
	uint8_t authenticator[SHA1_DIGEST_SIZE];
	bool right;

	challenge_hash(response + RESPONSE_PEER_CHALLENGE, challenge, user, hash);
	challenge_response(hash, nt_hash, expected);
	right = memeql_sec(expected, response + RESPONSE_NT_RESPONSE, sizeof(expected));
	/* Of the expected response, so that a wrong one takes the same way. */
	authenticator_response(nt_hash, expected, hash, authenticator);
	write_upper_hex(authenticator, sizeof(authenticator), ret_authenticator);
	explicit_bzero(expected, sizeof(expected));
	explicit_bzero(authenticator, sizeof(authenticator));
	return right;
}
