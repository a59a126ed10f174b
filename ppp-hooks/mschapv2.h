/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * MS-CHAPv2 (RFC 2759) from the server's side: the NT hash of a password, and
 * the check of a response against a stored hash. On nettle. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MSCHAPV2_NT_HASH_SIZE   16
#define MSCHAPV2_CHALLENGE_SIZE 16
/* Peer challenge 16, reserved 8, NT response 24, flags 1 (RFC 2759, section 4). */
#define MSCHAPV2_RESPONSE_SIZE 49
/* Hexadecimal digits of the authenticator response, without "S=". */
#define MSCHAPV2_AUTHENTICATOR_DIGITS 40
#define MSCHAPV2_PASSWORD_MAX         256

/**
 * mschapv2_nt_hash() - MD4 of the password in UTF-16LE (RFC 2759, 8.3)
 * @password: UTF-8; 1 to MSCHAPV2_PASSWORD_MAX bytes
 *
 * Return: 0; -EINVAL if it is empty, too long or no UTF-8.
 */
int mschapv2_nt_hash(const char *password, uint8_t ret_hash[MSCHAPV2_NT_HASH_SIZE]);

/**
 * mschapv2_verify() - check a response (RFC 2759, 8.1 to 8.7)
 * @nt_hash:   of the user; for an unknown user a random one, so that the work
 *             is the same
 * @challenge: that we sent
 * @response:  that came
 * @user:      name as sent; a domain before '\' does not count (RFC 2759, 4)
 * @ret_authenticator: "S=" value to return to the peer, NUL-terminated;
 *             written in both cases, of use only if the response is right
 *
 * Compares in constant time. Return: whether the response is right.
 */
bool mschapv2_verify(const uint8_t nt_hash[MSCHAPV2_NT_HASH_SIZE],
		     const uint8_t challenge[MSCHAPV2_CHALLENGE_SIZE],
		     const uint8_t response[MSCHAPV2_RESPONSE_SIZE], const char *user,
		     char ret_authenticator[MSCHAPV2_AUTHENTICATOR_DIGITS + 1]);
