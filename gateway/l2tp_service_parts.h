/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of the L2TP service share: l2tp_service.c (datagrams, the loop),
 * l2tp_service_listeners.c, l2tp_service_tunnels.c (sockets and paths),
 * l2tp_service_calls.c (calls and their frames), l2tp_service_log.c (what is told of
 * peers). Nobody else includes this.
 */
#pragma once

#include "gateway/l2tp_service.h"
#include "gateway/log.h"
#include "l2tp/udp_socket.h"

struct l2tp_service_listener {
	struct inet_address address;
	int descriptor;
	sd_event_source *source;
};

/* Room for those that come before those that go have gone. */
struct l2tp_service_listeners {
	struct l2tp_service_listener items[2 * CONFIGURATION_LISTEN_MAX];
	size_t count;
};

struct l2tp_service {
	sd_event *event;
	const struct configuration *configuration;
	struct sa_tracking *tracking;
	struct tunnel_paths paths;
	const struct tunnel_secrets *secrets;
	const struct l2tp_service_ops *ops;
	void *userdata;
	struct l2tp_lns *lns;
	struct l2tp_udp_queue *queue;
	struct tunnel *closing; /* ended in this turn of the loop */
	sd_event_source *timer;
	sd_event_source *post;
	struct l2tp_service_listeners listeners;
	struct l2tp_service_counters counters;
	bool refreshed; /* the SAs, since the batch of datagrams in hand was read */
	const struct l2tp_data_path *filling; /* has frames that are not yet written */
	struct log_limit tunnel_log_limit;    /* faults of ours */
	struct log_limit peer_log_limit;      /* what peers do */
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

/* A listener is readable, or a tunnel's socket; @userdata is the service. */
int l2tp_service_on_listener(sd_event_source *source, int descriptor, uint32_t events,
			     void *userdata);

/* Before a socket is closed: takes what waits in it. -1 is allowed. */
void l2tp_service_read_to_the_end(struct l2tp_service *service, int descriptor);

/* Closes all at once. */
void l2tp_service_close_listeners(struct l2tp_service *service);

/* The monotonic time of this turn of the loop. */
uint64_t l2tp_service_now_usec(struct l2tp_service *service);

/* What the machine asks for. */
extern const struct l2tp_lns_ops l2tp_service_lns_ops;

/* A tunnel's socket is readable. */
int l2tp_service_on_tunnel(sd_event_source *source, int descriptor, uint32_t events,
			   void *userdata);

/* Closes the sockets of a list that l2tp_service_lns_ops made, and frees it. */
void l2tp_service_close_tunnels(struct tunnel *tunnel);

/* What the machine asks for calls (struct l2tp_lns_ops). */
int l2tp_service_call_prepare(void *userdata, struct l2tp_call *lns_call);
int l2tp_service_call_established(void *userdata, struct l2tp_call *lns_call);
void l2tp_service_call_data(void *userdata, struct l2tp_call *lns_call,
			    const struct l2tp_data_message *message);
void l2tp_service_call_closed(void *userdata, struct l2tp_call *lns_call,
			      enum l2tp_end_cause cause);

/* The batch of datagrams is over: what was collected for a pppd is written. */
void l2tp_service_flush_frames(struct l2tp_service *service);

/* One line each, or none where there is nothing to tell or too much was told. */
void l2tp_service_log_established(struct l2tp_service *service,
				  const struct l2tp_tunnel *lns_tunnel);
void l2tp_service_log_closed(struct l2tp_service *service, const struct l2tp_tunnel *lns_tunnel,
			     enum l2tp_end_cause cause);
void l2tp_service_log_open_failure(struct l2tp_service *service, const struct l2tp_path *path,
				   int error);
void l2tp_service_log_numbers(struct l2tp_service *service, const struct l2tp_call *lns_call);
void l2tp_service_log_proxy(struct l2tp_service *service, const struct l2tp_call *lns_call);
void l2tp_service_log_errors(struct l2tp_service *service, const struct l2tp_call *lns_call,
			     const struct l2tp_call_errors *errors);
void l2tp_service_log_call_closed(struct l2tp_service *service, const struct l2tp_call *lns_call);
void l2tp_service_log_call_failure(struct l2tp_service *service, const struct l2tp_call *lns_call,
				   int error);

/* Why a tunnel cannot be opened, from a negative errno. Until the next call. */
const char *l2tp_service_open_text(int error);
