/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The L2TP machine at work: its listeners, one socket and one data-path tunnel
 * for each of its tunnels, its clock and its randomness. Calls are handed to
 * whoever runs sessions, through struct l2tp_service_ops. I/O, on sd-event.
 */
#pragma once

#include "gateway/client_traces.h"
#include "gateway/configuration.h"
#include "gateway/sa_tracking.h"
#include "gateway/tunnel_path.h"
#include "gateway/tunnel_secrets.h"
#include "l2tp/lns.h"

#include <systemd/sd-event.h>

struct l2tp_service;

/**
 * struct l2tp_service_path - what carries the frames of one call
 * @session: borrowed until call_closed
 * @why:     why this path and not the one that is preferred; static, or NULL
 */
struct l2tp_service_path {
	const struct l2tp_data_path *path;
	struct l2tp_data_path_session *session;
	const char *why;
};

struct l2tp_service_ops {
	/*
	 * A call is prepared: its data path is open. 0 to go on, negative errno to
	 * refuse. *@ret_user is handed to the other two.
	 */
	int (*call_prepare)(void *userdata, struct l2tp_call *call,
			    const struct l2tp_service_path *path, void **ret_user);
	/* PPP may start. Negative errno: the call is closed. */
	int (*call_established)(void *userdata, void *user);
	/* Something of a tunnel that is worth telling who asks why; may be NULL. */
	void (*told)(void *userdata, const struct l2tp_path *path, enum client_event_kind kind,
		     const char *text);
	/* The call is over; its data path closes when this returns. */
	void (*call_closed)(void *userdata, void *user, enum l2tp_end_cause cause);
};

/* What happened to datagrams before the machine saw them. */
struct l2tp_service_counters {
	uint64_t datagrams;
	uint64_t unmarked;   /* no SA: cleartext, or our rule is not in force */
	uint64_t unknown_sa; /* a mark that is no living reference, or in doubt whose */
	uint64_t send_dropped;
};

/**
 * l2tp_service_new() - open the listeners, start the machine
 * @configuration: borrowed
 * @tracking:      borrowed; NULL where protection is off
 * @choice:        copied
 * @secrets:       borrowed; NULL: no secret is shared with any peer
 * @ret_error:     on failure one line with cause and remedy; at least 256 bytes
 *
 * Return: 0 or negative errno.
 */
int l2tp_service_new(sd_event *event, const struct configuration *configuration,
		     struct sa_tracking *tracking, const struct path_choice *choice,
		     const struct tunnel_secrets *secrets, const struct l2tp_service_ops *ops,
		     void *userdata, struct l2tp_service **ret_service, char ret_error[256]);

/**
 * l2tp_service_change_listeners() - listen on the addresses of @configuration
 * @configuration: borrowed for the call; its port is that of the service
 * @ret_error:     on failure one line with cause and remedy; nothing has changed
 *
 * Tunnels have sockets of their own and stay, also those of an address that goes.
 *
 * Return: 0 or negative errno.
 */
int l2tp_service_change_listeners(struct l2tp_service *service,
				  const struct configuration *configuration, char ret_error[256]);

/* Takes over what @configuration, borrowed for the call, says of L2TP. */
void l2tp_service_change_settings(struct l2tp_service *service,
				  const struct configuration *configuration);

/* Borrowed from now on, in the place of the former ones; for the next tunnels. */
void l2tp_service_change_secrets(struct l2tp_service *service,
				 const struct tunnel_secrets *secrets);

/* Closes all at once, without a word to the peers; l2tp_service_stop() says goodbye. */
void l2tp_service_free(struct l2tp_service *service);
void l2tp_service_freep(struct l2tp_service **service);

/* StopCCN to every peer, sent when this returns. */
void l2tp_service_stop(struct l2tp_service *service);

/* CDN for one call; call_closed has been called when this returns. */
void l2tp_service_close_call(struct l2tp_service *service, struct l2tp_call *call,
			     enum l2tp_cdn_result result, const char *message);

/*
 * A reference's packets leave through another SA (host byte order): its tunnels'
 * sockets follow. 0: there is none; they keep the old one, and what they send is
 * dropped until there is.
 */
void l2tp_service_set_outbound(struct l2tp_service *service, uint64_t reference, uint32_t spi);

/* An SA reference has ended. Return: number of tunnels that went with it. */
size_t l2tp_service_close_reference(struct l2tp_service *service, uint64_t reference);

/**
 * l2tp_service_leave_kernel_path() - closes a reference's tunnels on that path
 *
 * With StopCCN: the client can come again at once, and another path serves it.
 *
 * Return: number of tunnels closed.
 */
size_t l2tp_service_leave_kernel_path(struct l2tp_service *service, uint64_t reference);

const struct l2tp_lns_counters *l2tp_service_lns_counters(const struct l2tp_service *service);
const struct l2tp_service_counters *l2tp_service_counters(const struct l2tp_service *service);
/* The choice of a data path, and how often it was not the preferred one. Borrowed. */
const struct tunnel_paths *l2tp_service_paths(const struct l2tp_service *service);

/* Words for logs and history: "the client closed the connection". Static. */
const char *l2tp_service_end_text(enum l2tp_end_cause cause);
