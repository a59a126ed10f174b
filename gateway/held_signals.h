/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signals that wait until the loop looks, instead of ending the process. I/O. */
#pragma once

#include <signal.h>
#include <stddef.h>

/**
 * held_signals_block() - block signals for good, and ignore SIGPIPE
 * @ret_set: the same signals, for signalfd(2); NULL where sd-event makes it
 *
 * To be called before there is another thread.
 *
 * Return: 0 or negative errno.
 */
int held_signals_block(const int *signals, size_t count, sigset_t *ret_set);
