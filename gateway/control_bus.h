/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control API org.saregate.Gateway1 on the system bus, as described in
 * etc/org.saregate.Gateway1.xml. Who may call is decided by the bus's policy
 * (root and group saregate). The bus may go away and come back. I/O, sd-bus.
 */
#pragma once

#include "gateway/history.h"
#include "gateway/reload_report.h"
#include "gateway/sessions.h"

#include <stdbool.h>
#include <systemd/sd-event.h>

struct control_bus;

struct control_bus_counter {
	const char *name;
	uint64_t value;
};

/* What GetStatus tells beside the sessions; filled in by the gateway. */
struct control_bus_status {
	bool degraded;
	const char *problems[16]; /* one line each, with the remedy */
	size_t problem_count;
	uint64_t uptime_seconds;
	uint32_t tunnels;
	uint32_t users;
	const char *data_path;
	const char *data_path_why; /* "" where it is as wished */
	const char *sa_tracking;
	char listen[CONFIGURATION_LISTEN_MAX][INET_ENDPOINT_TEXT_MAX];
	size_t listen_count;
	const struct configuration_key *restart_keys[CONFIGURATION_KEYS_MAX];
	size_t restart_count;
	struct control_bus_counter counters[48];
	size_t counter_count;
};

/* Fills in the status of this moment; its text is borrowed until the next call. */
typedef void (*control_bus_status_fn)(void *userdata, struct control_bus_status *ret_status);

/* Reads the configuration again; as gateway_reload(). */
typedef int (*control_bus_reload_fn)(void *userdata, struct reload_report *ret_report,
				     char ret_error[RELOAD_ERROR_MAX]);

/* What the control API acts on; all borrowed. */
struct control_bus_resources {
	sd_event *event;
	const struct configuration *configuration;
	struct sessions *sessions;
	struct user_database *users;
	struct login_backoff *backoff;
	struct client_traces *traces;
	struct history *history; /* NULL: none is kept */
	control_bus_status_fn status;
	control_bus_reload_fn reload;
	void *userdata; /* of both */
};

/**
 * control_bus_new() - not connected yet; tells sessions' comings and goings
 * @resources: copied
 *
 * Return: 0 or negative errno.
 */
int control_bus_new(const struct control_bus_resources *resources, struct control_bus **ret_bus);
void control_bus_free(struct control_bus *bus);
void control_bus_freep(struct control_bus **bus);

/**
 * control_bus_connect() - connect and take the name unless that is done
 *
 * Return: 0; negative errno: no bus, or the policy refuses the name (-EACCES).
 */
int control_bus_connect(struct control_bus *bus);
