/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The administrator's programs that the launcher runs when a session is up and when
 * it is down: FOLDER/up and FOLDER/down, if they are there. Which program that is stands
 * nowhere in a request: the folder is the launcher's own. Nobody waits for them; time,
 * number and output of each are bounded. I/O, on sd-event.
 */
#pragma once

#include "ppp-hooks/launcher_message.h"

#include <stddef.h>
#include <systemd/sd-event.h>

struct launcher_hooks;

/* Fixed by the launcher's own command line, never by a request. */
struct launcher_hooks_settings {
	const char *folder;  /* borrowed */
	uint64_t limit_usec; /* for one hook; then TERM, later KILL */
};

/* Return: 0 or negative errno. */
int launcher_hooks_new(sd_event *event, const struct launcher_hooks_settings *settings,
		       struct launcher_hooks **ret_hooks);
/* Kills what still runs; what waits is not run. */
void launcher_hooks_free(struct launcher_hooks *hooks);

/**
 * launcher_hooks_run() - run the hook of this event, at once or as soon as may be
 * @hook: checked by launcher_message_check(); copied
 *
 * The program and its folder must be the launcher's user's, root's, and writable by
 * nobody else; else it is not run, and the log says so.
 */
void launcher_hooks_run(struct launcher_hooks *hooks, const struct launcher_hook *hook);

/* How many run or wait. */
size_t launcher_hooks_count(const struct launcher_hooks *hooks);
