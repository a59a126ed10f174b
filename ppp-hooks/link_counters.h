/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What went through the link, from the kernel: pppd 2.4.9 counts with 32 bits,
 * which 4 GiB exhaust. I/O.
 */
#pragma once

#include "ppp-hooks/plugin_message.h"

/**
 * link_counters_read() - fill in bytes and packets
 * @interface:    of the link
 * @ret_counters: its four counters are set, all else is untouched
 *
 * Return: 0; -ENODEV if there is no such interface; other negative errno.
 */
int link_counters_read(const char *interface, struct plugin_counters *ret_counters);
