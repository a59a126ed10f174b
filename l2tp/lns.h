/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The L2TP network server: all tunnels and calls of one gateway, as a pure
 * machine. Packets and the passing of time go in; packets to send and events
 * come out through struct l2tp_lns_ops. Time, randomness and sending are
 * arguments, so the same machine runs under saregated, in simulation and under
 * a fuzzer.
 *
 * A tunnel is found by its local tunnel id and checked against the SA
 * reference, never by the socket that a packet arrived on (docs: SA
 * references). Pure.
 */
#pragma once

#include "base/address.h"
#include "l2tp/data_message.h"
#include "l2tp/quota.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct l2tp_lns;
struct l2tp_tunnel;
struct l2tp_call;
struct l2tp_control_message; /* l2tp/control_message.h */
struct l2tp_call_errors;

/* Cap: bytes of a secret that is shared with a peer. */
#define L2TP_SECRET_MAX 128

/* No deadline: nothing to wait for. */
#define L2TP_NO_DEADLINE UINT64_MAX

/*
 * Where a packet came from, as far as it decides whose it is. @reference is the
 * SA reference (ipsec-glue/sa_reference.h), opaque here; 0 is plain L2TP
 * without IPsec. Two packets are of one peer only if the references are equal.
 */
struct l2tp_path {
	struct inet_endpoint local;
	struct inet_endpoint peer;
	uint64_t reference;
};

/* Result of a received datagram, for the counters of the shell. */
enum l2tp_verdict {
	L2TP_VERDICT_ACCEPTED,  /* belonged to a tunnel, or opened one */
	L2TP_VERDICT_DUPLICATE, /* seen before; acknowledged again where due */
	L2TP_VERDICT_MALFORMED, /* dropped, never answered */
	L2TP_VERDICT_FOREIGN,   /* right tunnel id, another peer's SA reference: dropped */
	L2TP_VERDICT_UNKNOWN,   /* no such tunnel or session, or not an SCCRQ: dropped */
	L2TP_VERDICT_REFUSED,   /* a limit was reached */
	L2TP_VERDICT_DATA,      /* a data message that the kernel did not take */
	L2TP_VERDICT_COUNT_,
};

/* Why a tunnel or call ended; the shell logs it and keeps it in the history. */
enum l2tp_end_cause {
	L2TP_END_PEER,           /* StopCCN or CDN of the peer: see the peer's result */
	L2TP_END_LOCAL,          /* asked for through l2tp_call_close() or l2tp_tunnel_close() */
	L2TP_END_TIMEOUT,        /* retransmissions or Hello unanswered */
	L2TP_END_REPLACED,       /* the peer restarted with a new SCCRQ */
	L2TP_END_REFERENCE,      /* its IPsec SA has gone */
	L2TP_END_IDLE,           /* tunnels only: no call came, or none after the last one */
	L2TP_END_PROTOCOL_ERROR, /* the peer broke a rule that cannot be ignored */
	L2TP_END_NO_RESOURCES,   /* the shell could not open what the tunnel or call needs */
	L2TP_END_SETUP_TIMEOUT,  /* the peer did not finish the set-up in time */
	L2TP_END_NOT_AUTHORIZED, /* tunnels only: the peer does not know the secret (5.1.1) */
	L2TP_END_COUNT_,
};

/* Result Codes that we send (RFC 2661, section 4.4.2). */
enum l2tp_stopccn_result {
	L2TP_STOPCCN_GENERAL = 1,
	L2TP_STOPCCN_ERROR = 2,
	L2TP_STOPCCN_EXISTS = 3,
	L2TP_STOPCCN_NOT_AUTHORIZED = 4,
	L2TP_STOPCCN_VERSION = 5,
	L2TP_STOPCCN_SHUTDOWN = 6,
	L2TP_STOPCCN_FSM_ERROR = 7,
};

enum l2tp_cdn_result {
	L2TP_CDN_LOST_CARRIER = 1,
	L2TP_CDN_ERROR = 2,
	L2TP_CDN_ADMINISTRATIVE = 3,
	L2TP_CDN_NO_FACILITIES = 4,
	L2TP_CDN_NO_FACILITIES_PERMANENT = 5,
	L2TP_CDN_SETUP_TIMEOUT = 10,
};

/* One change of state, for the shell's log. Names are the RFC's: "wait-ctl-conn". */
struct l2tp_transition {
	const struct l2tp_tunnel *tunnel;
	const struct l2tp_call *call; /* NULL for a tunnel's own transition */
	const char *from;
	const char *event;
	const char *to;
};

/*
 * What the machine asks of its shell. All are required but where said. They
 * must not call back into the machine, except for the plain getters below.
 */
struct l2tp_lns_ops {
	/*
	 * Fill @bytes with randomness that a peer cannot guess.
	 */
	void (*random)(void *userdata, uint8_t *bytes, size_t size);
	/*
	 * A peer's first SCCRQ is admitted: open what sends to it, and claim the
	 * local tunnel id. 0; -EEXIST: the id is taken by somebody else on this
	 * host, another is tried; other negative errno: the tunnel is dropped.
	 */
	int (*tunnel_open)(void *userdata, struct l2tp_tunnel *tunnel);
	/*
	 * Optional: the secret that is shared with the sender of an SCCRQ, for tunnel
	 * authentication (5.1.1) and hidden AVPs (4.3). @host_name is what it calls
	 * itself: hostile bytes. The engine wipes its copies.
	 * Return: the secret's size; 0: none is shared, the peer is not asked for one.
	 */
	size_t (*tunnel_secret)(void *userdata, const struct l2tp_path *path,
				const uint8_t *host_name, size_t host_name_size,
				uint8_t ret_secret[L2TP_SECRET_MAX]);
	/*
	 * Optional: send one packet to somebody who is refused a tunnel at a limit.
	 * Called no more often than the settings' refusals say.
	 */
	void (*refuse)(void *userdata, const struct l2tp_path *path, const uint8_t *packet,
		       size_t size);
	/* Send one control packet from the tunnel's local to its peer endpoint. */
	void (*tunnel_send)(void *userdata, struct l2tp_tunnel *tunnel, const uint8_t *packet,
			    size_t size);
	/* The control connection is established (SCCCN received). */
	void (*tunnel_established)(void *userdata, struct l2tp_tunnel *tunnel);
	/*
	 * Does the peer live? Has the tunnel's data path received anything since
	 * the last call? Called when a Hello is due or was not answered, and when
	 * repeated SCCRQs make us doubt; never per packet.
	 */
	bool (*tunnel_data_received)(void *userdata, struct l2tp_tunnel *tunnel);
	/*
	 * The tunnel ends: its calls have had call_closed. It may linger to answer
	 * retransmissions and still sends until tunnel_free.
	 */
	void (*tunnel_closed)(void *userdata, struct l2tp_tunnel *tunnel,
			      enum l2tp_end_cause cause);
	/* Lingering is over; close the socket. The tunnel is invalid afterwards. */
	void (*tunnel_free)(void *userdata, struct l2tp_tunnel *tunnel);
	/*
	 * ICRQ received: make the data path ready, before ICRP leaves. 0, or
	 * negative errno: the call is refused with CDN (no facilities).
	 */
	int (*call_prepare)(void *userdata, struct l2tp_call *call);
	/* ICCN received: PPP may start. Negative errno: the call is closed with CDN. */
	int (*call_established)(void *userdata, struct l2tp_call *call);
	/*
	 * Optional: a data message of a call, from its own peer, that the kernel did
	 * not take. Must leave the call alive.
	 */
	void (*call_data)(void *userdata, struct l2tp_call *call,
			  const struct l2tp_data_message *message);
	/* Optional: WEN (6.13), what a modem of the peer's counted. Borrowed. */
	void (*call_errors)(void *userdata, struct l2tp_call *call,
			    const struct l2tp_call_errors *errors);
	/*
	 * The call ends, from whichever side. Called once for every call that had
	 * call_prepare return 0. @call is invalid afterwards.
	 */
	void (*call_closed)(void *userdata, struct l2tp_call *call, enum l2tp_end_cause cause);
	/* Optional: told of each transition. */
	void (*transition)(void *userdata, const struct l2tp_transition *transition);
};

/* Settings; l2tp_lns_settings_default() fills them with what RFC 2661 recommends. */
struct l2tp_lns_settings {
	char host_name[64];               /* our Host Name AVP */
	uint16_t receive_window_size;     /* our Receive Window Size AVP */
	uint64_t hello_interval_usec;     /* silence before a Hello (5.5): 60 s */
	uint64_t retransmit_initial_usec; /* 1 s (5.8) */
	uint64_t retransmit_cap_usec;     /* 8 s */
	uint32_t retransmit_maximum;      /* sendings after the first: 5 */
	uint64_t setup_timeout_usec;      /* SCCRQ to SCCCN to ICRQ, ICRQ to ICCN: 30 s */
	uint64_t idle_timeout_usec;       /* a tunnel after its last call: 10 s */
	uint32_t tunnels_maximum;         /* cap: tunnels in all, lingering ones included */
	uint32_t half_open_maximum;       /* cap: tunnels without SCCCN in all */
	/*
	 * Cap: the same, for one SA reference; without IPsec, where all references are
	 * 0, for one endpoint. So it is with SCCRQs.
	 */
	uint32_t half_open_per_reference;
	uint32_t half_open_per_address; /* cap: the same, for one outer address */
	uint32_t tunnels_per_reference; /* cap: tunnels, half-open or not, lingering ones apart */
	uint32_t tunnels_per_address;   /* cap: the same, for one outer address */
	uint32_t calls_per_tunnel;      /* cap */
	/* Caps: SCCRQs that are looked at, repeated ones not counted; beyond, dropped. */
	struct l2tp_rate sccrqs_per_reference;
	struct l2tp_rate sccrqs_per_address;
	struct l2tp_rate refusals; /* cap: StopCCNs to those who get no tunnel, in all */
	bool hide_avps;            /* hide values from whom we share a secret with (4.3) */
	/*
	 * Where the kernel takes a datagram for the data of whichever tunnel has a socket
	 * for its addresses and ports: a new tunnel ends those of its client, from the very
	 * same port, that have no call, lingering ones (5.7) included.
	 */
	bool a_port_is_one_tunnels;
};

/* Plain counters, monotonic, for `status` and metrics. */
struct l2tp_lns_counters {
	uint64_t verdicts[L2TP_VERDICT_COUNT_];
	uint64_t tunnels_opened;
	uint64_t calls_opened;
	uint64_t tunnel_ids_taken; /* tunnel_open said -EEXIST */
	uint64_t retransmissions;
	uint64_t data_without_call; /* of L2TP_VERDICT_DATA: no such session */
	uint64_t sccrqs_too_many;   /* of L2TP_VERDICT_REFUSED: beyond a rate */
	uint64_t refusals_sent;     /* of the same: at a cap, and told so */
	uint32_t tunnels;           /* now, without lingering ones */
	uint32_t calls;             /* now */
};

void l2tp_lns_settings_default(struct l2tp_lns_settings *ret_settings);

/**
 * l2tp_lns_new() - a machine without tunnels
 * @settings: copied
 * @ops:      borrowed for the life of the machine
 * @userdata: passed to each of @ops
 *
 * Return: 0, -EINVAL for a setting out of bounds, -ENOMEM.
 */
int l2tp_lns_new(const struct l2tp_lns_settings *settings, const struct l2tp_lns_ops *ops,
		 void *userdata, struct l2tp_lns **ret_lns);

/**
 * l2tp_lns_set_settings() - other settings, for a machine at work
 *
 * Limits hold for what comes next: nothing that is there is closed. The hello
 * interval holds for every tunnel at once. How messages are retransmitted and the
 * receive window stay what they were: tunnels have told them to their peers.
 *
 * Return: 0; -EINVAL for a setting out of bounds, nothing changed.
 */
int l2tp_lns_set_settings(struct l2tp_lns *lns, const struct l2tp_lns_settings *settings);

/* Frees all, with call_closed, tunnel_closed and tunnel_free for what lives; sends nothing. */
void l2tp_lns_free(struct l2tp_lns *lns);
void l2tp_lns_freep(struct l2tp_lns **lns);

/**
 * l2tp_lns_receive() - one datagram from the network
 * @now_usec: a clock that never goes back
 * @path:     where it came from
 * @packet:   the UDP payload, borrowed for the call
 */
enum l2tp_verdict l2tp_lns_receive(struct l2tp_lns *lns, uint64_t now_usec,
				   const struct l2tp_path *path, const uint8_t *packet,
				   size_t size);

/* The earliest moment at which l2tp_lns_handle_deadlines() has something to do. */
uint64_t l2tp_lns_next_deadline(const struct l2tp_lns *lns);
void l2tp_lns_handle_deadlines(struct l2tp_lns *lns, uint64_t now_usec);

/**
 * l2tp_lns_close_reference() - all tunnels of one SA reference end at once
 *
 * The SAs are gone, so nothing can be sent any more: no StopCCN, no linger.
 * Calls and tunnels end with L2TP_END_REFERENCE.
 *
 * Return: the number of tunnels that ended.
 */
size_t l2tp_lns_close_reference(struct l2tp_lns *lns, uint64_t now_usec, uint64_t reference);

/**
 * l2tp_lns_each_of_reference() - all tunnels of one SA reference, lingering ones too
 * @found: must not close or open tunnels
 */
void l2tp_lns_each_of_reference(const struct l2tp_lns *lns, uint64_t reference,
				void (*found)(void *userdata, struct l2tp_tunnel *tunnel),
				void *userdata);

/* StopCCN to all, for an orderly stop of the gateway. */
void l2tp_lns_close_all(struct l2tp_lns *lns, uint64_t now_usec, enum l2tp_stopccn_result result);

const struct l2tp_lns_counters *l2tp_lns_counters(const struct l2tp_lns *lns);

/**
 * l2tp_tunnel_close() - StopCCN, calls closed, linger for a full cycle (5.7, 5.8)
 * @message: Error Message for the peer, or NULL for one that says who closed it
 */
void l2tp_tunnel_close(struct l2tp_tunnel *tunnel, uint64_t now_usec,
		       enum l2tp_stopccn_result result, const char *message);

uint16_t l2tp_tunnel_local_id(const struct l2tp_tunnel *tunnel);
uint16_t l2tp_tunnel_peer_id(const struct l2tp_tunnel *tunnel);
const struct l2tp_path *l2tp_tunnel_path(const struct l2tp_tunnel *tunnel);
/* The peer's Host Name AVP: hostile bytes, quote before printing. Borrowed. */
const uint8_t *l2tp_tunnel_peer_host_name(const struct l2tp_tunnel *tunnel, size_t *ret_size);
/*
 * The message that is being handled, borrowed, all of it hostile: the SCCRQ in
 * tunnel_open, the ICRQ in call_prepare, the ICCN in call_established, the peer's
 * StopCCN or CDN in tunnel_closed and call_closed. NULL where there is none.
 */
const struct l2tp_control_message *l2tp_tunnel_message(const struct l2tp_tunnel *tunnel);
/* The peer's Result Code, 0 if it gave none. */
uint16_t l2tp_tunnel_peer_result(const struct l2tp_tunnel *tunnel);
void l2tp_tunnel_set_userdata(struct l2tp_tunnel *tunnel, void *userdata);
void *l2tp_tunnel_userdata(const struct l2tp_tunnel *tunnel);

/**
 * l2tp_call_close() - CDN (RFC 2661, 6.12)
 * @message: Error Message for the peer, or NULL for one that says who closed it
 *
 * call_closed has been called when this returns, @call is invalid then.
 */
void l2tp_call_close(struct l2tp_call *call, uint64_t now_usec, enum l2tp_cdn_result result,
		     const char *message);

uint16_t l2tp_call_local_id(const struct l2tp_call *call);
uint16_t l2tp_call_peer_id(const struct l2tp_call *call);
struct l2tp_tunnel *l2tp_call_tunnel(const struct l2tp_call *call);
/* Call Serial Number of the ICRQ (4.4.4). */
uint32_t l2tp_call_serial_number(const struct l2tp_call *call);
/* The Result Code of the peer's CDN, 0 if there was none. */
uint16_t l2tp_call_peer_result(const struct l2tp_call *call);
/* Sequencing Required AVP was in ICCN (4.4.6). */
bool l2tp_call_sequencing_required(const struct l2tp_call *call);
void l2tp_call_set_userdata(struct l2tp_call *call, void *userdata);
void *l2tp_call_userdata(const struct l2tp_call *call);
