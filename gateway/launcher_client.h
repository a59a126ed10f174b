/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * saregated's end of the launcher's socket: connects when needed (which starts
 * the launcher under systemd), sends typed requests with descriptors, hands
 * answers on. Loses the connection without losing its temper: the owner is
 * told and tries again later. I/O, on sd-event.
 */
#pragma once

#include "ppp-hooks/launcher_message.h"

#include <stdbool.h>
#include <systemd/sd-event.h>

struct launcher_client;

struct launcher_client_ops {
	void (*started)(void *userdata, uint32_t call_id, uint32_t pid);
	void (*refused)(void *userdata, uint32_t call_id, int error);
	void (*exited)(void *userdata, const struct launcher_exited *exited);
	/* The launcher is gone; every pppd that it had started is to be given up. */
	void (*disconnected)(void *userdata);
};

/**
 * launcher_client_new() - not connected yet
 * @path: of the launcher's socket; borrowed
 * @ops:  borrowed; called from the event loop only
 *
 * Return: 0 or negative errno.
 */
int launcher_client_new(sd_event *event, const char *path, const struct launcher_client_ops *ops,
			void *userdata, struct launcher_client **ret_client);
void launcher_client_free(struct launcher_client *client);
void launcher_client_freep(struct launcher_client **client);

/**
 * launcher_client_connect() - connect unless connected
 *
 * The peer must be root or ourselves (SO_PEERCRED), else -EPERM.
 *
 * Return: 0 or negative errno.
 */
int launcher_client_connect(struct launcher_client *client);
bool launcher_client_connected(const struct launcher_client *client);

/**
 * launcher_client_start() - ask for a pppd
 * @start:       all but the header
 * @descriptors: session and plugin socket, borrowed: the caller closes its own
 *
 * Return: 0: sent, or waits for room in the socket: started(), refused() or
 *         disconnected() follows; negative errno.
 */
int launcher_client_start(struct launcher_client *client, const struct launcher_start *start,
			  const int descriptors[LAUNCHER_DESCRIPTOR_COUNT_]);

/**
 * launcher_client_hook() - have the administrator's hook run, if there is one
 * @hook: all but the header
 *
 * Nothing is heard of it. Return: 0; -EINVAL: the launcher would not take it; -ENOBUFS:
 * too much waits; other negative errno.
 */
int launcher_client_hook(struct launcher_client *client, const struct launcher_hook *hook);

/* Ask for the end of a call's pppd; exited() follows. Return: 0 or negative errno. */
int launcher_client_stop(struct launcher_client *client, uint32_t call_id);
