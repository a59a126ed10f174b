/* SPDX-License-Identifier: GPL-2.0-or-later */
/* age and gpg as filters; the plain text is never in a file, nor in their arguments. I/O. */
#include "gateway/backup_cipher.h"

#include "gateway/child.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

/* The value of "age:VALUE" or "gpg:VALUE"; NULL if it is another way, or empty. */
static const char *value_of(const char *way, const char *program)
{
	size_t size = strlen(program);

	if (strncmp(way, program, size) != 0 || way[size] != ':' || !way[size + 1])
		return NULL;
	return way + size + 1;
}

static int check_program(const char *program, struct setup_error *ret_error)
{
	const char *const arguments[] = { program, "--version", NULL };
	char output[256];
	int r = child_run(arguments, output, sizeof(output));

	if (r == 0)
		return 0;
	return setup_fail(ret_error, "there is no %s: install %s", program,
			  strcmp(program, "gpg") == 0 ? "gnupg" : program);
}

int backup_cipher_check_encrypt(const char *way, struct setup_error *ret_error)
{
	bool is_age = value_of(way, "age");

	if (!is_age && !value_of(way, "gpg"))
		return setup_fail(ret_error, "--encrypt: allowed: age:RECIPIENT or gpg:KEY");
	return check_program(is_age ? "age" : "gpg", ret_error);
}

int backup_cipher_check_decrypt(const char *way, struct setup_error *ret_error)
{
	bool is_age = value_of(way, "age");

	if (!is_age && strcmp(way, "gpg") != 0)
		return setup_fail(ret_error, "--decrypt: allowed: age:IDENTITY-FILE or gpg");
	return check_program(is_age ? "age" : "gpg", ret_error);
}

static int filter(const char *const arguments[], int input, int output,
		  struct setup_error *ret_error)
{
	char errors[1024];
	int r = child_filter(arguments, input, output, errors, sizeof(errors));

	if (r == 0)
		return 0;
	return setup_fail(ret_error, "%s: %s", arguments[0],
			  r < 0 ? strerror(-r) : child_first_line(errors));
}

int backup_cipher_encrypt(const char *way, int input, int output, struct setup_error *ret_error)
{
	const char *recipient = value_of(way, "age");
	const char *key = value_of(way, "gpg");
	const char *const age[] = { "age", "--encrypt", "--recipient", recipient, NULL };
	/* Who names a key by hand has decided to trust it. */
	const char *const gpg[] = { "gpg",    "--batch",     "--quiet", "--trust-model",
				    "always", "--recipient", key,       "--encrypt",
				    NULL };

	return filter(recipient ? age : gpg, input, output, ret_error);
}

int backup_cipher_decrypt(const char *way, int input, int output, struct setup_error *ret_error)
{
	const char *identity = value_of(way, "age");
	const char *const age[] = { "age", "--decrypt", "--identity", identity, NULL };
	const char *const gpg[] = { "gpg", "--quiet", "--decrypt", NULL };

	return filter(identity ? age : gpg, input, output, ret_error);
}

const char *backup_cipher_recognize(const char *start, size_t size)
{
	static const char age[] = "age-encryption.org/";
	static const char age_armor[] = "-----BEGIN AGE ENCRYPTED FILE-----";
	static const char gpg_armor[] = "-----BEGIN PGP MESSAGE-----";

	if (size >= strlen(age) && memcmp(start, age, strlen(age)) == 0)
		return "age";
	if (size >= strlen(age_armor) && memcmp(start, age_armor, strlen(age_armor)) == 0)
		return "age";
	if (size >= strlen(gpg_armor) && memcmp(start, gpg_armor, strlen(gpg_armor)) == 0)
		return "gpg";
	/* A packet of OpenPGP (RFC 4880, 4.2) has the first bit set; JSON has not. */
	return size > 0 && (start[0] & 0x80) ? "gpg" : NULL;
}
