/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tunnel authentication (RFC 2661, section 5.1.1): a CHAP of both sides. Pure. */
#include "l2tp/authentication.h"

#include <nettle/md5.h>
#include <nettle/memops.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(MD5_DIGEST_SIZE == L2TP_RESPONSE_SIZE, "a response is MD5's result");

struct l2tp_authentication *l2tp_authentication_new(struct l2tp_octets secret)
{
	struct l2tp_authentication *authentication =
		calloc(1, sizeof(*authentication) + secret.size);

	if (!authentication)
		return NULL;
	memcpy(authentication->bytes, secret.bytes, secret.size);
	authentication->secret = (struct l2tp_octets){ authentication->bytes, secret.size };
	return authentication;
}

void l2tp_authentication_free(struct l2tp_authentication *authentication)
{
	if (!authentication)
		return;
	explicit_bzero(authentication, sizeof(*authentication) + authentication->secret.size);
	free(authentication);
}

void l2tp_authentication_respond(struct l2tp_octets secret, uint8_t identifier,
				 struct l2tp_octets challenge,
				 uint8_t ret_response[L2TP_RESPONSE_SIZE])
{
	struct md5_ctx md5;

	md5_init(&md5);
	md5_update(&md5, sizeof(identifier), &identifier);
	md5_update(&md5, secret.size, secret.bytes);
	md5_update(&md5, challenge.size, challenge.bytes);
	md5_digest(&md5, L2TP_RESPONSE_SIZE, ret_response);
	explicit_bzero(&md5, sizeof(md5));
}

bool l2tp_authentication_check(const struct l2tp_authentication *authentication, uint8_t identifier,
			       struct l2tp_octets response)
{
	const struct l2tp_octets challenge = { authentication->challenge,
					       sizeof(authentication->challenge) };
	uint8_t expected[L2TP_RESPONSE_SIZE];
	bool equal;

	l2tp_authentication_respond(authentication->secret, identifier, challenge, expected);
	equal = response.size == sizeof(expected) &&
		memeql_sec(response.bytes, expected, sizeof(expected));
	explicit_bzero(expected, sizeof(expected));
	return equal;
}
