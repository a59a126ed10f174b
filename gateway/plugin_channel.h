/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * saregated's end of the socket pair that one pppd's plugin holds the other end
 * of. What comes is checked as hostile; what is malformed ends the channel. I/O,
 * on sd-event.
 */
#pragma once

#include "ppp-hooks/plugin_message.h"

#include <systemd/sd-event.h>

struct plugin_channel;

struct plugin_channel_ops {
	void (*message)(void *userdata, const union plugin_message *message);
	/* pppd closed its end, or sent what no plugin of ours sends. */
	void (*closed)(void *userdata, int error);
};

/**
 * plugin_channel_new() - a new pair
 * @ret_plugin_descriptor: the plugin's end, for the launcher; the caller owns it
 *
 * Return: 0 or negative errno.
 */
int plugin_channel_new(sd_event *event, const struct plugin_channel_ops *ops, void *userdata,
		       struct plugin_channel **ret_channel, int *ret_plugin_descriptor);
/* Closing our end makes the plugin end its pppd. Allowed from within the ops. */
void plugin_channel_free(struct plugin_channel *channel);

/* The header is filled in here. Return: 0 or negative errno. */
int plugin_channel_send_verdict(struct plugin_channel *channel,
				const struct plugin_verdict *verdict);
