/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Secrets that people can type. I/O. */
#include "gateway/secret.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>

/* No i, l, o, 0, 1. */
static const char alphabet[] = "abcdefghjkmnpqrstuvwxyz23456789";

/* One character, each as likely as the others: 31 of 32 values of five bits are used. */
static int draw(char *ret_character)
{
	uint8_t byte;

	do {
		if (getrandom(&byte, sizeof(byte), 0) != sizeof(byte))
			return -errno;
		byte &= 31;
	} while (byte >= sizeof(alphabet) - 1);
	*ret_character = alphabet[byte];
	return 0;
}

int secret_generate(size_t groups, char *ret_secret)
{
	size_t used = 0;
	int r;

	for (size_t group = 0; group < groups; group++) {
		for (size_t i = 0; i < SECRET_GROUP_SIZE; i++) {
			r = draw(&ret_secret[used++]);
			if (r < 0) {
				explicit_bzero(ret_secret, used);
				return r;
			}
		}
		ret_secret[used++] = '-';
	}
	ret_secret[used - 1] = '\0';
	return 0;
}
