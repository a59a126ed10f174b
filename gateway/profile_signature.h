/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signing a profile (CMS, RFC 5652) by the program openssl: an iPhone then
 * shows who made it, and that nobody changed it. I/O.
 */
#pragma once

#include "gateway/profile_text.h"

#include <stddef.h>

#define PROFILE_SIGNATURE_ERROR_MAX 512

/* Paths of PEM files, borrowed; @chain: certificates in between, or NULL. */
struct profile_signer {
	const char *certificate;
	const char *key;
	const char *chain;
};

/**
 * profile_sign() - the profile inside its signature, DER
 *
 * openssl gets and gives it through memory that has no name in any file system;
 * its arguments hold paths only. Return: 0 and *@ret_signed, ended by the
 * caller with profile_text_done(); negative errno and one line.
 */
int profile_sign(const struct profile_signer *signer, const struct profile_text *profile,
		 struct profile_text *ret_signed, char ret_error[PROFILE_SIGNATURE_ERROR_MAX]);
