/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The process's mask. What is written to a closed socket says so by EPIPE. I/O. */
#include "gateway/held_signals.h"

#include <errno.h>

int held_signals_block(const int *signals, size_t count, sigset_t *ret_set)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < count; i++)
		sigaddset(&set, signals[i]);
	signal(SIGPIPE, SIG_IGN);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -errno;
	if (ret_set)
		*ret_set = set;
	return 0;
}
