/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Leaving root: user and group saregate, CAP_NET_ADMIN alone, with libcap-ng. I/O. */
#pragma once

#include <sys/types.h>

#define PRIVILEGES_USER "saregate"

/**
 * privileges_lookup() - ids of user saregate
 *
 * Return: 0; -ENOENT if there is no such user.
 */
int privileges_lookup(uid_t *ret_uid, gid_t *ret_gid);

/**
 * privileges_drop() - become saregate for good
 *
 * No supplementary groups, bounding set cut, no_new_privs set; CAP_NET_ADMIN
 * stays permitted and effective. Then proves that root cannot be had back.
 *
 * Return: 0 (also if already not root: nothing is done then); negative errno.
 */
int privileges_drop(void);
