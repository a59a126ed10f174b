/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The name servers of a resolv.conf (resolv.conf(5)) that others can use, too. Pure. */
#pragma once

#include "base/address.h"

/**
 * resolver_list_read() - IPv4 addresses of the nameserver lines
 * @text: NUL-terminated, hostile
 * @room: how many are wanted
 *
 * Passed over are those that mean something on this host only: loopback (the stub of
 * systemd-resolved, 127.0.0.53), 0.0.0.0, and addresses of one link (169.254/16).
 *
 * Return: how many of @ret_addresses are set.
 */
size_t resolver_list_read(const char *text, struct inet_address *ret_addresses, size_t room);
