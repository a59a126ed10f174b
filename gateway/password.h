/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading a password from standard input, once and as it is. I/O. */
#pragma once

#include "ppp-hooks/mschapv2.h"

/* The password and its terminator. */
#define PASSWORD_SIZE (MSCHAPV2_PASSWORD_MAX + 1)

/**
 * password_read() - one line, or all there is if there is no newline
 * @descriptor:   read to the end of the line, not further than one byte too many
 * @ret_password: the caller wipes it
 *
 * Return: NULL; else what is wrong, for a person (static).
 */
const char *password_read(int descriptor, char ret_password[PASSWORD_SIZE]);
