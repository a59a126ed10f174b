/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Notices that pluto has exited, however it did: a pidfd of the process that its
 * pid file names. While there is none the file is looked at every two seconds.
 * I/O, on sd-event.
 */
#pragma once

#include <stdbool.h>
#include <systemd/sd-event.h>

/* libreswan's, readable to all. */
#define PLUTO_PID_FILE "/run/pluto/pluto.pid"

struct pluto_watch;

/**
 * pluto_watch_new() - watch the pluto that runs now, and each one after it
 * @pid_file: borrowed for the life of what is made
 * @exited:   called once for each pluto that has exited, from the event loop
 *            before anything else of the same moment, or from
 *            pluto_watch_check()
 *
 * Return: 0 or negative errno; 0 also if no pluto runs.
 */
int pluto_watch_new(sd_event *event, const char *pid_file, void (*exited)(void *userdata),
		    void *userdata, struct pluto_watch **ret_watch);
void pluto_watch_free(struct pluto_watch *watch);
void pluto_watch_freep(struct pluto_watch **watch);

/**
 * pluto_watch_check() - look now, without waiting for the event loop
 *
 * Calls @exited if the pluto that is watched is gone. If there is another one
 * already it is watched from now on.
 *
 * Return: whether a pluto is known to run.
 */
bool pluto_watch_check(struct pluto_watch *watch);
