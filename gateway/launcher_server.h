/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The launcher's socket: lets saregated in and nobody else, reads its requests,
 * answers. One client at a time: a new saregated takes over, and the calls of
 * the one before are ended. I/O, on sd-event.
 */
#pragma once

#include "gateway/launcher_calls.h"
#include "gateway/launcher_hooks.h"

#include <sys/types.h>

struct launcher_server;

/**
 * launcher_server_new() - serve a listening socket
 * @listener: SOCK_SEQPACKET, listening; taken over in any case
 * @client:   uid that may connect, beside root
 * @settings: for launcher_calls_new(); copied
 * @hooks:    for launcher_hooks_new(); copied
 *
 * Return: 0 or negative errno.
 */
int launcher_server_new(sd_event *event, int listener, uid_t client,
			const struct launcher_calls_settings *settings,
			const struct launcher_hooks_settings *hooks,
			struct launcher_server **ret_server);
void launcher_server_free(struct launcher_server *server);
void launcher_server_freep(struct launcher_server **server);

/*
 * Lets nobody in any more and ends all calls; how many of them, and of hooks, are left:
 * launcher_server_left().
 */
void launcher_server_stop(struct launcher_server *server);
size_t launcher_server_left(const struct launcher_server *server);
