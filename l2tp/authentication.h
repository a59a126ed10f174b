/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tunnel authentication (RFC 2661, sections 5.1.1 and 4.4.3): the secret that is
 * shared with one peer, our challenge to it, and the responses to both sides'
 * challenges. Pure.
 */
#pragma once

#include "l2tp/wire.h"

#include <stdbool.h>
#include <stdint.h>

#define L2TP_CHALLENGE_SIZE 16 /* of ours; the peer's may be of any size from 1 */
#define L2TP_RESPONSE_SIZE  16

/**
 * struct l2tp_authentication - of one tunnel; on the heap, wiped when it is freed
 * @challenge: ours
 * @secret:    borrows the memory behind it
 */
struct l2tp_authentication {
	uint8_t challenge[L2TP_CHALLENGE_SIZE];
	struct l2tp_octets secret;
	uint8_t bytes[];
};

/* @secret is copied. The challenge is left for the caller to fill. NULL: no memory. */
struct l2tp_authentication *l2tp_authentication_new(struct l2tp_octets secret);
void l2tp_authentication_free(struct l2tp_authentication *authentication);

/**
 * l2tp_authentication_respond() - MD5(identifier + secret + challenge)
 * @identifier: the type of the message that carries the response: 2 or 3
 */
void l2tp_authentication_respond(struct l2tp_octets secret, uint8_t identifier,
				 struct l2tp_octets challenge,
				 uint8_t ret_response[L2TP_RESPONSE_SIZE]);

/* Does @response answer our challenge? Takes equally long for every wrong one. */
bool l2tp_authentication_check(const struct l2tp_authentication *authentication, uint8_t identifier,
			       struct l2tp_octets response);
