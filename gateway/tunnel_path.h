/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What one tunnel and its calls have of their data path, whichever it is. I/O, on
 * sd-event.
 */
#pragma once

#include "gateway/log.h"
#include "gateway/path_choice.h"

#include <systemd/sd-event.h>

/**
 * struct tunnel_paths - what all tunnels share
 * @unfit:    tunnels whose SA reference the kernel's path cannot serve
 * @failures: tunnels that the kernel's path refused, and that the other one serves
 */
struct tunnel_paths {
	struct path_choice choice;
	struct log_limit log_limit;
	uint64_t unfit;
	uint64_t failures;
};

/**
 * struct tunnel_path - zero-initialised: nothing is open
 * @opened:           with its tunnel NULL once it is closed
 * @received_packets: of all calls, when last asked
 */
struct tunnel_path {
	struct path_opened opened;
	struct tunnel_path_call *calls;
	uint64_t received_packets;
};

/**
 * struct tunnel_path_call - one call
 * @owner: of the tunnel, for the handler of @source
 * @user:  for whoever runs sessions
 */
struct tunnel_path_call {
	struct tunnel_path_call *next;
	struct tunnel_path *tunnel;
	struct l2tp_data_path_session *session;
	sd_event_source *source;
	void *owner;
	void *user;
};

/**
 * tunnel_path_open() - path_choice_open(), with what is not as preferred logged
 *
 * Return: as path_choice_open().
 */
int tunnel_path_open(struct tunnel_path *tunnel, struct tunnel_paths *paths,
		     const char *kernel_reason, const struct l2tp_data_path_tunnel_ids *ids,
		     uint64_t now_usec);

/* Whether it is open and its frames go through the kernel alone. */
bool tunnel_path_is_kernel(const struct tunnel_path *tunnel, const struct tunnel_paths *paths);

/* Closes the path's tunnel; calls must have gone. May be repeated. */
void tunnel_path_close(struct tunnel_path *tunnel);

/* Has any call received something since this was last asked? */
bool tunnel_path_data_received(struct tunnel_path *tunnel);

/**
 * tunnel_path_call_new() - open the data path of a call
 * @handler: called when pppd has sent something, with the call as userdata; not
 *           if frames do not pass through user space
 * @owner:   borrowed
 *
 * Return: 0 or negative errno.
 */
int tunnel_path_call_new(struct tunnel_path *tunnel, const struct l2tp_data_path_session_ids *ids,
			 sd_event *event, sd_event_io_handler_t handler, void *owner,
			 struct tunnel_path_call **ret_call);
void tunnel_path_call_free(struct tunnel_path_call *call);
void tunnel_path_call_freep(struct tunnel_path_call **call);
