/* SPDX-License-Identifier: GPL-2.0-or-later */
/* UUIDs from names. Pure. */
#include "gateway/profile_identity.h"

#include "base/text.h"

#include <nettle/sha1.h>
#include <stdio.h>
#include <string.h>

/* Drawn once: the name space of our profiles. */
static const uint8_t name_space[16] = {
	0x1b, 0x5e, 0x0c, 0x6a, 0x93, 0x7d, 0x4f, 0x02,
	0xa8, 0xc4, 0x5d, 0x21, 0x7e, 0x36, 0xf9, 0x40,
};

/* With its terminator: no two names run into each other. */
static void update(struct sha1_ctx *hash, const char *string)
{
	sha1_update(hash, strlen(string) + 1, (const uint8_t *)string);
}

char *profile_uuid(const struct profile *profile, const char *part, char uuid[PROFILE_UUID_SIZE])
{
	char digits[2 * SHA1_DIGEST_SIZE + 1];
	uint8_t digest[SHA1_DIGEST_SIZE];
	struct sha1_ctx hash;

	sha1_init(&hash);
	sha1_update(&hash, sizeof(name_space), name_space);
	update(&hash, profile->server);
	update(&hash, profile->user);
	update(&hash, part);
	sha1_digest(&hash, sizeof(digest), digest);
	digest[6] = (uint8_t)((digest[6] & 0x0f) | 0x50);
	digest[8] = (uint8_t)((digest[8] & 0x3f) | 0x80);
	text_hex(digest, sizeof(digest), digits);
	snprintf(uuid, PROFILE_UUID_SIZE, "%.8s-%.4s-%.4s-%.4s-%.12s", digits, digits + 8,
		 digits + 12, digits + 16, digits + 20);
	return uuid;
}
