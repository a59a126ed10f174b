/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The data path: what carries PPP frames between a call and its pppd. An
 * interface with one implementation per way: the kernel's PPPoL2TP sockets
 * (kernel_session.c), a pty with the frames passing through user space
 * (userspace_session.c), and none at all (null_data_path.c), which measures the
 * control plane alone. I/O.
 */
#pragma once

#include "base/address.h"
#include "l2tp/data_message.h"

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
	enum l2tp_data_sequencing sequencing;
};

struct l2tp_data_path_counters {
	uint64_t received_packets;
	uint64_t received_bytes;
	uint64_t sent_packets;
	uint64_t sent_bytes;
};

/* A whole data packet for the peer, L2TP header included; borrowed for the call. */
typedef void (*l2tp_data_packet_fn)(void *userdata, const uint8_t *packet, size_t size);

struct l2tp_data_path {
	const char *name; /* "kernel", "userspace", "null": what `session list` shows */
	bool is_terminal; /* what pppd gets is a terminal, else a PPPoL2TP socket */
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
	/*
	 * What ICCN said (Sequencing Required, RFC 2661, 4.4.4). REQUIRED: what comes
	 * without numbers is dropped. Return: 0 or negative errno.
	 */
	int (*session_set_sequencing)(struct l2tp_data_path_session *session,
				      enum l2tp_data_sequencing sequencing);
	int (*session_counters)(const struct l2tp_data_path_session *session,
				struct l2tp_data_path_counters *ret_counters);
	void (*session_free)(struct l2tp_data_path_session *session);

	/* The rest is NULL where frames do not pass through user space. */

	/*
	 * A data message of the peer's. Frames are collected: flush() when no more
	 * are at hand. What there is no room for is dropped and counted.
	 */
	void (*session_receive)(struct l2tp_data_path_session *session,
				const struct l2tp_data_message *message);
	/* Writes what was collected, of all sessions: one write for each. */
	void (*flush)(void);
	/* Readable when pppd has sent something; borrowed. */
	int (*session_pump_descriptor)(const struct l2tp_data_path_session *session);
	/*
	 * Reads what pppd sent, within a budget; what is left makes the descriptor
	 * readable again. @packet_fn must not free the session. Return: 0; negative
	 * errno: the descriptor is broken.
	 */
	int (*session_pump)(struct l2tp_data_path_session *session, l2tp_data_packet_fn packet_fn,
			    void *userdata);
};

extern const struct l2tp_data_path l2tp_kernel_data_path;
extern const struct l2tp_data_path l2tp_null_data_path;
extern const struct l2tp_data_path l2tp_userspace_data_path;
