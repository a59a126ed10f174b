/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Encryption of a backup, by age or gpg of the host. I/O. */
#pragma once

#include "gateway/setup_error.h"

#include <stddef.h>

/**
 * backup_cipher_check() - whether this way can be gone, before anything else is done
 * @way: "age:RECIPIENT" or "gpg:KEY" to encrypt, "age:IDENTITY-FILE" or "gpg" to decrypt
 *
 * Return: 0; -ECANCELED with what is allowed, or which program is missing.
 */
int backup_cipher_check_encrypt(const char *way, struct setup_error *ret_error);
int backup_cipher_check_decrypt(const char *way, struct setup_error *ret_error);

/**
 * backup_cipher_encrypt() - from one descriptor to another
 * @input: at its beginning; @output: appended to
 *
 * Return: 0; -ECANCELED with the program's own reason.
 */
int backup_cipher_encrypt(const char *way, int input, int output, struct setup_error *ret_error);
int backup_cipher_decrypt(const char *way, int input, int output, struct setup_error *ret_error);

/* What encrypted a file that begins like this: "age", "gpg"; NULL: nothing that is known. */
const char *backup_cipher_recognize(const char *start, size_t size);
