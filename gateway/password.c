/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading a password. Byte by byte with read(): a stdio buffer would keep a
 * copy that nobody wipes. I/O.
 */
#include "gateway/password.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

const char *password_read(int descriptor, char ret_password[PASSWORD_SIZE])
{
	size_t used = 0;
	ssize_t got;
	char byte;

	while ((got = read(descriptor, &byte, 1)) != 0 && byte != '\n') {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return "standard input cannot be read";
		if (byte == '\0')
			return "the password holds a zero byte";
		if (used == MSCHAPV2_PASSWORD_MAX)
			return "the password is longer than 256 bytes";
		ret_password[used++] = byte;
	}
	explicit_bzero(&byte, sizeof(byte));
	ret_password[used] = '\0';
	if (used == 0)
		return "there is no password on standard input";
	return NULL;
}
