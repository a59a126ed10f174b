/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pppds that the launcher has started: begun from checked numbers, ended on
 * every path, each end told exactly once. A call whose client has gone becomes
 * an orphan: it is ended, and nobody is told. I/O, on sd-event.
 */
#pragma once

#include "ppp-hooks/launcher_message.h"

#include <stdbool.h>
#include <stddef.h>
#include <systemd/sd-event.h>

struct launcher_calls;

/* Fixed by the launcher's own command line, never by a request. */
struct launcher_calls_settings {
	const char *pppd;   /* path of the program; borrowed */
	const char *plugin; /* path of saregate.so; borrowed */
	bool stub;          /* a stub stands for pppd: sessions may be plain sockets */
};

struct launcher_calls_ops {
	/* The end of a call that is no orphan. */
	void (*exited)(void *userdata, const struct launcher_exited *exited);
	/* The last orphan has ended. */
	void (*no_orphans)(void *userdata);
};

/**
 * launcher_calls_new() - no calls yet
 * @settings: copied
 * @ops:      borrowed; called from the event loop only
 *
 * Return: 0 or negative errno.
 */
int launcher_calls_new(sd_event *event, const struct launcher_calls_settings *settings,
		       const struct launcher_calls_ops *ops, void *userdata,
		       struct launcher_calls **ret_calls);
/* Kills what still runs. */
void launcher_calls_free(struct launcher_calls *calls);
void launcher_calls_freep(struct launcher_calls **calls);

/**
 * launcher_calls_start() - check the descriptors and start pppd
 * @start:       checked by launcher_message_check()
 * @descriptors: borrowed
 * @ret_pid:     of pppd
 *
 * Return: 0; -EEXIST: call or interface number in use; -ENOSPC: at the cap;
 *         -ENOTSOCK, -EPROTOTYPE, -ENOTTY: a descriptor is not what it must be; other
 *         negative errno, that of starting pppd included.
 */
int launcher_calls_start(struct launcher_calls *calls, const struct launcher_start *start,
			 const int descriptors[LAUNCHER_DESCRIPTOR_COUNT_], uint32_t *ret_pid);

/* TERM, later KILL. An unknown call is ignored: its end may be on its way. */
void launcher_calls_stop(struct launcher_calls *calls, uint32_t call_id);

/* All calls are ended, and nobody is told. */
void launcher_calls_orphan_all(struct launcher_calls *calls);

/* Number of pppds that live, orphans included; and of orphans. */
size_t launcher_calls_count(const struct launcher_calls *calls);
size_t launcher_calls_orphans(const struct launcher_calls *calls);
