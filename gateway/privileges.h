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
 * Who is not root stays who it is, and passes no capability on to what it runs.
 *
 * Return: 0; -ENOENT if there is
 *         no user saregate; -EPERM if CAP_NET_ADMIN is not there to be kept, or if
 *         a right remained; other negative errno. After an error the process may
 *         have lost some rights and kept others: it must end.
 */
int privileges_drop(void);

/* privileges_drop_to() - the same for any user and group, neither of them 0 */
int privileges_drop_to(uid_t uid, gid_t gid);
