/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The data path: what carries PPP frames between a call and its pppd. An
 * interface with one implementation per way: the kernel's PPPoL2TP sockets
 * (kernel_session.c), and none at all (null_data_path.c), which measures the
 * control plane alone. I/O.
 */
#pragma once

#include "base/address.h"

#include <stdbool.h>
#include <stdint.h>

struct l2tp_data_path_tunnel;
struct l2tp_data_path_session;

/* What identifies a tunnel on the wire, both sides. Ids in host byte order. */
struct l2tp_data_path_tunnel_ids {
	uint16_t local_tunnel_id;
	uint16_t peer_tunnel_id;
	struct inet_endpoint peer;
	int udp_descriptor; /* the tunnel's connected socket, borrowed for the tunnel's life */
};

struct l2tp_data_path_session_ids {
	uint16_t local_session_id;
	uint16_t peer_session_id;
	bool sequencing;
};

struct l2tp_data_path_counters {
	uint64_t received_packets;
	uint64_t received_bytes;
	uint64_t sent_packets;
	uint64_t sent_bytes;
};

struct l2tp_data_path {
	const char *name; /* "kernel", "null": what `session list` shows */
	/*
	 * Is this path usable here and now? 0, or negative errno with one line
	 * of what is missing and what to do about it in *@ret_remedy (static).
	 */
	int (*probe)(const char **ret_remedy);
	/* -EEXIST: the local tunnel id is taken by another process of this host. */
	int (*tunnel_open)(const struct l2tp_data_path_tunnel_ids *ids,
			   struct l2tp_data_path_tunnel **ret_tunnel);
	void (*tunnel_free)(struct l2tp_data_path_tunnel *tunnel);
	/* Frames that arrive from now on are kept for the pppd that comes. */
	int (*session_open)(struct l2tp_data_path_tunnel *tunnel,
			    const struct l2tp_data_path_session_ids *ids,
			    struct l2tp_data_path_session **ret_session);
	/* The descriptor that pppd gets, borrowed; -1 if there is none and no pppd is wanted. */
	int (*session_descriptor)(const struct l2tp_data_path_session *session);
	int (*session_counters)(const struct l2tp_data_path_session *session,
				struct l2tp_data_path_counters *ret_counters);
	void (*session_free)(struct l2tp_data_path_session *session);
};

extern const struct l2tp_data_path l2tp_kernel_data_path;
extern const struct l2tp_data_path l2tp_null_data_path;
