/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of the engine share: the structs behind the names of lns.h.
 * tunnel_table.c and call_table.c make, find and free them, within the caps;
 * admission.c opens tunnels, control_connection.c and incoming_call.c move them
 * and their calls through their states; lns.c feeds them packets and time. Nobody
 * else includes this. Pure.
 */
#pragma once

#include "l2tp/authentication.h"
#include "l2tp/control_message.h"
#include "l2tp/control_packet.h"
#include "l2tp/deadline_heap.h"
#include "l2tp/header.h"
#include "l2tp/lns.h"
#include "l2tp/lookup.h"
#include "l2tp/quota.h"
#include "l2tp/transport.h"

#include <stddef.h>
#include <sys/queue.h>

/* Cap: messages to one peer that it has not acknowledged, before we stop listening to it. */
#define L2TP_TUNNEL_QUEUE_MAX 32
/* Cap: bytes that are kept of a peer's Host Name. */
#define L2TP_PEER_HOST_NAME_MAX 64

#define L2TP_CONTAINER_OF(pointer, type, member) \
	((type *)((char *)(pointer)-offsetof(type, member)))

TAILQ_HEAD(l2tp_tunnel_list, l2tp_tunnel);
LIST_HEAD(l2tp_call_list, l2tp_call);

/*
 * All tunnels of one SA reference, or without IPsec of one endpoint; lives as long as
 * there is one.
 */
struct l2tp_reference {
	struct l2tp_lookup_node node;
	struct l2tp_tunnel_list living;
	struct l2tp_tunnel_list lingering;
};

/* One control packet as received, with its header taken apart. */
struct l2tp_received {
	const struct l2tp_path *path;
	const uint8_t *bytes;
	size_t size;
	struct l2tp_header header;
};

struct l2tp_lns {
	struct l2tp_lns_settings settings;
	struct l2tp_transport_settings transport_settings;
	const struct l2tp_lns_ops *ops;
	void *userdata;
	struct l2tp_lns_counters counters;
	struct l2tp_lookup tunnels;    /* by local id */
	struct l2tp_lookup peers;      /* by whence and by the peer's id */
	struct l2tp_lookup calls;      /* by tunnel and local id */
	struct l2tp_lookup peer_calls; /* by tunnel and the peer's id */
	struct l2tp_lookup references;
	struct l2tp_quotas reference_quotas;
	struct l2tp_quotas address_quotas;
	uint64_t refusals_used_usec;
	struct l2tp_deadline_heap deadlines;
	struct l2tp_tunnel_list living;
	struct l2tp_tunnel_list lingering; /* never established ones first: evicted first */
	uint64_t seed;
	uint32_t tunnel_count; /* lingering ones included */
	uint32_t half_open;
};

/* RFC 2661, 7.2.1, as far as an LNS sees them; lingering is ours (5.8). */
enum l2tp_tunnel_state {
	L2TP_TUNNEL_STATE_IDLE,
	L2TP_TUNNEL_STATE_WAIT_CTL_CONN,
	L2TP_TUNNEL_STATE_ESTABLISHED,
	L2TP_TUNNEL_STATE_LINGERING,
	L2TP_TUNNEL_STATE_COUNT_,
};

/* RFC 2661, 7.4.2. */
enum l2tp_call_state {
	L2TP_CALL_STATE_IDLE,
	L2TP_CALL_STATE_WAIT_CONNECT,
	L2TP_CALL_STATE_ESTABLISHED,
	L2TP_CALL_STATE_COUNT_,
};

/**
 * struct l2tp_tunnel - one control connection
 * @by_peer:            in lns->peers
 * @authentication:     NULL: no secret is shared with the peer
 * @message:            what is being handled, NULL most of the time
 * @digest:             of the SCCRQ's AVPs, to tell a repeated one from a new one
 * @state_usec:         when set-up must be finished, or lingering ends; while
 *                      established: when it is closed if it has no call
 * @last_received_usec: last sign of life; a repeated SCCRQ is none
 * @starved_usec:       when there was no memory for a message to the peer, which closes
 *                      the tunnel; L2TP_NO_DEADLINE: there always was
 * @probe_usec:         when a suspicion was put to the test with a Hello; 0: no suspicion
 * @repeated_sccrq:     how many since the last sign of life
 * @half_open:          never was established; counted as such until it is freed
 * @lingering:          which of the two lists it is in
 * @peer_stopped:       the peer sent StopCCN
 */
struct l2tp_tunnel {
	struct l2tp_lookup_node by_id;
	struct l2tp_lookup_node by_peer;
	TAILQ_ENTRY(l2tp_tunnel) all;
	TAILQ_ENTRY(l2tp_tunnel) siblings;
	struct l2tp_lns *lns;
	struct l2tp_reference *reference;
	struct l2tp_quota *reference_quota;
	struct l2tp_quota *address_quota;
	struct l2tp_authentication *authentication;
	const struct l2tp_control_message *message;
	struct l2tp_deadline deadline;
	struct l2tp_transport transport;
	struct l2tp_call_list calls;
	void *userdata;
	struct l2tp_path path;
	uint64_t digest;
	uint64_t state_usec;
	uint64_t last_received_usec;
	uint64_t starved_usec;
	uint64_t probe_usec;
	uint32_t call_count;
	enum l2tp_tunnel_state state;
	uint16_t local_id;
	uint16_t peer_id;
	uint16_t peer_result;
	uint8_t repeated_sccrq;
	bool half_open;
	bool lingering;
	bool peer_stopped;
	uint8_t peer_host_name_size;
	uint8_t peer_host_name[];
};

/**
 * struct l2tp_call - one session
 * @prepared: call_prepare returned 0, so call_closed is due
 */
struct l2tp_call {
	struct l2tp_lookup_node by_id;
	struct l2tp_lookup_node by_peer;
	LIST_ENTRY(l2tp_call) siblings;
	struct l2tp_tunnel *tunnel;
	struct l2tp_deadline deadline; /* for the set-up only */
	void *userdata;
	uint32_t serial_number;
	enum l2tp_call_state state;
	uint16_t local_id; /* 0: not admitted, in no table */
	uint16_t peer_id;
	uint16_t peer_result;
	bool prepared;
	bool sequencing_required;
};
