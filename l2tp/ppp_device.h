/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /dev/ppp, which every pppd needs, whatever carries its frames. I/O. */
#pragma once

/**
 * l2tp_ppp_device_check() - is it there?
 * @ret_remedy: if not, one line of what is missing and what to do about it; static
 *
 * Return: 0, -ENODEV.
 */
int l2tp_ppp_device_check(const char **ret_remedy);
