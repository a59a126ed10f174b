/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The gateway as gateway.c (start and stop), gateway_upkeep.c (what can be missing
 * and come later) and gateway_status.c (what is told of it) share it. Nobody else
 * includes this.
 */
#pragma once

#include "gateway/control_bus.h"
#include "gateway/gateway.h"
#include "gateway/history.h"
#include "gateway/inner_addresses.h"
#include "gateway/l2tp_service.h"
#include "gateway/nft_upkeep.h"
#include "gateway/sa_tracking.h"
#include "gateway/sessions.h"

/* What can be missing and come later. */
enum problem {
	PROBLEM_ISOLATION,
	PROBLEM_ISOLATION6,
	PROBLEM_GUARD,
	PROBLEM_MARKS,
	PROBLEM_PLUTO,
	PROBLEM_LAUNCHER,
	PROBLEM_HISTORY,
	PROBLEM_BUS,
	PROBLEM_COUNT_,
};

struct gateway {
	sd_event *event;
	struct configuration configuration; /* in force */
	const char *configuration_path;
	struct tunnel_secrets *secrets; /* may be NULL */
	struct path_choice path_choice;
	struct user_database *users;
	struct sa_tracking *tracking;
	char tracking_text[SA_METHOD_REASON_MAX + 16];
	struct inner_addresses *inner;
	struct inner_addresses *inner6;
	struct inner_addresses *dns;
	struct interface_networks *networks;
	struct group_firewall *groups;
	struct nft_upkeep *tables; /* NULL: protection is off */
	struct login_backoff *backoff;
	struct client_traces *traces;
	struct sessions *sessions;
	struct history *history; /* NULL: none is kept */
	struct l2tp_service *service;
	struct control_bus *bus;
	sd_event_source *upkeep;
	sd_event_source *stop_timer;
	uint64_t started_usec;
	uint64_t stop_deadline_usec;
	bool problems[PROBLEM_COUNT_];
	/* Of the last reload: what waits for a restart. */
	const struct configuration_key *restart_keys[CONFIGURATION_KEYS_MAX];
	size_t restart_count;
};

/* CLOCK_MONOTONIC of this turn of the loop. */
uint64_t gateway_now_usec(const struct gateway *gateway);
bool gateway_is_protected(const struct gateway *gateway);
bool gateway_wants_pppd(const struct gateway *gateway);

/* Looks for all that can be missing, and mends what can be mended. */
void gateway_look_after(struct gateway *gateway);
/* The same from a timer, which it sets anew; @userdata is the gateway. */
int gateway_on_upkeep(sd_event_source *source, uint64_t usec, void *userdata);
/* Of struct nft_upkeep_resources; @userdata is the gateway. */
void gateway_on_tables_changed(void *userdata);
bool gateway_is_degraded(const struct gateway *gateway);
/* One line with the remedy. Static. */
const char *gateway_problem_text(enum problem problem);

/* A control_bus_status_fn; @userdata is the gateway. */
void gateway_fill_status(void *userdata, struct control_bus_status *ret_status);
