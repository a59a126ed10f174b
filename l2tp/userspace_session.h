/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The userspace data path (userspace_session.c), beyond its interface: how much
 * it holds back and what it had to drop. I/O.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Cap: bytes of framed PPP kept for a pppd that is not there yet. */
#define L2TP_USERSPACE_KEPT_MAX 4096
/* Cap: bytes of framed PPP collected for all ptys. */
#define L2TP_USERSPACE_BATCH_MAX 65536
/* Cap: frames of them; a batch of datagrams has fewer. */
#define L2TP_USERSPACE_BATCH_FRAMES 64
/* Reads of one pty per turn of the loop; the kernel gives up to 4 KiB each. */
#define L2TP_USERSPACE_READ_BUDGET 16

/* Of all sessions since the start, monotonic. */
struct l2tp_userspace_counters {
	uint64_t pty_full;      /* frames of clients that pppd's side had no room for */
	uint64_t kept_overflow; /* frames of clients beyond L2TP_USERSPACE_KEPT_MAX */
	uint64_t out_of_order;  /* frames of clients that came late or twice */
	uint64_t malformed;     /* too long from a client; bad FCS or too long from pppd */
};

const struct l2tp_userspace_counters *l2tp_userspace_counters(void);
