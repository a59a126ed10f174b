/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The gateway as a whole: brings up its parts in the order in which they need
 * each other, keeps watch over what can come later (bus, launcher, isolation,
 * pluto), and takes all down again. I/O, on sd-event.
 */
#pragma once

#include "gateway/configuration.h"
#include "gateway/reload_report.h"
#include "gateway/sa_tracking.h"
#include "gateway/tunnel_secrets.h"

#include <systemd/sd-event.h>

#define GATEWAY_ERROR_MAX 600

struct gateway;

/**
 * gateway_new() - everything up and serving
 * @configuration: copied
 * @configuration_path: its file, for gateway_reload(); borrowed for the gateway's life
 * @secrets:       taken over in any case; NULL: no secret is shared with any L2TP peer
 * @descriptors:   taken over in any case
 * @ret_error:     on failure one line with the cause and the remedy
 *
 * Return: 0; negative errno if no client could be served. What can come later
 * makes the gateway degraded, not failed.
 */
int gateway_new(sd_event *event, const struct configuration *configuration,
		const char *configuration_path, struct tunnel_secrets *secrets,
		struct sa_tracking_descriptors descriptors, struct gateway **ret_gateway,
		char ret_error[GATEWAY_ERROR_MAX]);
void gateway_free(struct gateway *gateway);
void gateway_freep(struct gateway **gateway);

/**
 * gateway_reload() - take over what the configuration file says now
 * @ret_report: what has changed, and what has not because it needs a restart
 * @ret_error:  on failure one line with file, line, key; nothing has changed then
 *
 * No session ends. The log is told, and the service manager.
 *
 * Return: 0 or negative errno.
 */
int gateway_reload(struct gateway *gateway, struct reload_report *ret_report,
		   char ret_error[RELOAD_ERROR_MAX]);

/**
 * gateway_stop() - an orderly end: clients and pppds are told, then the loop ends
 *
 * The loop is left when the last pppd has gone, at the latest after 5 s.
 */
void gateway_stop(struct gateway *gateway);
