/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of the L2TP service share: l2tp_service.c (datagrams, tunnels,
 * the loop) and l2tp_service_calls.c (calls and their frames). Nobody else
 * includes this.
 */
#pragma once

#include "gateway/l2tp_service.h"
#include "gateway/log.h"
#include "l2tp/udp_socket.h"

struct l2tp_service {
	sd_event *event;
	const struct configuration *configuration;
	struct sa_tracking *tracking;
	struct tunnel_paths paths;
	const struct l2tp_service_ops *ops;
	void *userdata;
	struct l2tp_lns *lns;
	struct l2tp_udp_queue *queue;
	struct tunnel *closing; /* ended in this turn of the loop */
	sd_event_source *timer;
	sd_event_source *post;
	int listeners[CONFIGURATION_LISTEN_MAX];
	sd_event_source *listener_sources[CONFIGURATION_LISTEN_MAX];
	struct l2tp_service_counters counters;
	bool refreshed; /* the SAs, since the batch of datagrams in hand was read */
	const struct l2tp_data_path *filling; /* has frames that are not yet written */
	struct log_limit tunnel_log_limit;
};

/* What one tunnel of the machine has here. */
struct tunnel {
	struct l2tp_service *service;
	uint64_t reference;
	uint16_t admitted_id; /* 0: the kernel lets no data in */
	uint16_t real_port;   /* of struct l2tp_udp_protection */
	int descriptor;
	sd_event_source *source;
	struct tunnel_path path;
	struct tunnel *next_closing;
};

/* What the machine asks for calls (struct l2tp_lns_ops). */
int l2tp_service_call_prepare(void *userdata, struct l2tp_call *lns_call);
int l2tp_service_call_established(void *userdata, struct l2tp_call *lns_call);
void l2tp_service_call_data(void *userdata, struct l2tp_call *lns_call,
			    const struct l2tp_data_message *message);
void l2tp_service_call_closed(void *userdata, struct l2tp_call *lns_call,
			      enum l2tp_end_cause cause);

/* The batch of datagrams is over: what was collected for a pppd is written. */
void l2tp_service_flush_frames(struct l2tp_service *service);

/* Why a tunnel cannot be opened, from a negative errno. Until the next call. */
const char *l2tp_service_open_text(int error);
