/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Secrets that people type on telephones: lower-case letters and digits that
 * are not taken for one another, in groups of four. I/O (getrandom).
 */
#pragma once

#include <stddef.h>

#define SECRET_GROUP_SIZE 4
/* 31 characters to choose from: 4.95 bits each. */
#define SECRET_PASSWORD_GROUPS 5 /* 99 bits */
#define SECRET_PSK_GROUPS      7 /* 138 bits */
#define SECRET_SIZE(groups)    ((groups) * (SECRET_GROUP_SIZE + 1))

/**
 * secret_generate() - "abcd-efgh-..."
 * @ret_secret: SECRET_SIZE(@groups) bytes; the caller wipes it
 *
 * Return: 0, or negative errno if the kernel has no randomness to give.
 */
int secret_generate(size_t groups, char *ret_secret);
