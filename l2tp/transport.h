/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reliable delivery of control messages on one tunnel (RFC 2661, section 5.8
 * and appendix A): Ns and Nr modulo 65 536, the peer's window and slow start,
 * retransmission with back-off, a bounded queue that puts received messages
 * in order, and acknowledgements. It knows nothing of what messages mean.
 * Pure: time is passed in, sending is a callback.
 *
 * A message is encoded once. What is kept for retransmission is that very
 * packet; only its Nr is brought up to date at each sending.
 */
#pragma once

#include "l2tp/wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The peer's window if it names none (4.4.3). */
#define L2TP_PEER_WINDOW_DEFAULT 4
/* Caps: messages received out of order that are kept, and their size in bytes. */
#define L2TP_TRANSPORT_HELD_MAX      16
#define L2TP_TRANSPORT_HELD_SIZE_MAX 1024

struct l2tp_transport_message; /* a packet to send, or one received too early */

/* Borrowed by the transports of all tunnels. */
struct l2tp_transport_settings {
	uint64_t retransmit_initial_usec;
	uint64_t retransmit_cap_usec;
	uint32_t retransmit_maximum;  /* sendings after the first */
	uint16_t receive_window_size; /* ours: how many early messages are kept, plus 1 */
};

/* Send one packet; it is borrowed for the call. */
typedef void (*l2tp_transport_send_fn)(void *userdata, const uint8_t *packet, size_t size);

/* What Ns says of a received message. */
enum l2tp_order {
	L2TP_ORDER_NEXT,      /* the one expected: handle it now */
	L2TP_ORDER_DUPLICATE, /* seen before; an acknowledgement is owed again */
	L2TP_ORDER_EARLY,     /* kept if there was room; comes out of _take_held() */
};

/**
 * struct l2tp_transport - embedded in a tunnel
 * @queue:            oldest unacknowledged message first; its Ns is @ns_oldest
 * @in_flight:        how many of @queue count as being on their way
 * @queued:           length of @queue
 * @ns_sent:          one more than the highest Ns that was ever sent
 * @nr:               Ns of the message expected next
 * @congestion_step:  acknowledgements since the window last grew (appendix A)
 * @sendings:         retransmissions of @queue's first message
 * @retransmit_usec:  UINT64_MAX if nothing is in flight
 * @cycle_usec:       when the present series of sendings began
 * @early:            ordered by Ns
 * @reserved:         memory for the last message, of @reserved_size bytes
 */
struct l2tp_transport {
	const struct l2tp_transport_settings *settings;
	l2tp_transport_send_fn send;
	void *userdata;
	struct l2tp_transport_message *queue;
	struct l2tp_transport_message *queue_last;
	struct l2tp_transport_message *early;
	struct l2tp_transport_message *reserved;
	size_t reserved_size;
	uint64_t retransmit_usec;
	uint64_t cycle_usec;
	uint64_t retransmissions;
	uint32_t queued;
	uint32_t in_flight;
	uint32_t sendings;
	uint32_t congestion_window;
	uint32_t congestion_step;
	uint32_t slow_start_threshold;
	uint16_t peer_window;
	uint16_t peer_tunnel_id;
	uint16_t ns_oldest;
	uint16_t ns_sent;
	uint16_t nr;
	uint8_t early_count;
	bool acknowledgement_owed;
};

/**
 * l2tp_transport_init() - a transport that has neither sent nor received
 * @peer_tunnel_id: for the header of acknowledgements
 * @peer_window:    the peer's Receive Window Size, 0 if it named none
 */
void l2tp_transport_init(struct l2tp_transport *transport,
			 const struct l2tp_transport_settings *settings, uint16_t peer_tunnel_id,
			 uint16_t peer_window, l2tp_transport_send_fn send, void *userdata);
void l2tp_transport_done(struct l2tp_transport *transport);

/**
 * l2tp_transport_reserve() - memory for the last message of a tunnel, as long as there is some
 * @size: the most that it may have
 *
 * Return: 0, -ENOMEM. To be called once.
 */
int l2tp_transport_reserve(struct l2tp_transport *transport, size_t size);

/**
 * l2tp_transport_queue() - send a message, now or when the windows allow it
 * @packet: complete but for Ns and Nr; copied
 *
 * Return: 0, -ENOMEM with nothing changed.
 */
int l2tp_transport_queue(struct l2tp_transport *transport, uint64_t now_usec, const uint8_t *packet,
			 size_t size);

/**
 * l2tp_transport_queue_last() - like _queue(), for the last message of a tunnel
 * @size: no more than was reserved, which is used up
 *
 * Cannot fail. What never left is thrown away, and the message leaves at once whatever the
 * windows say: behind a lost SCCRP or CDN nobody would hear of the end.
 */
void l2tp_transport_queue_last(struct l2tp_transport *transport, uint64_t now_usec,
			       const uint8_t *packet, size_t size);

/* Forget all that is queued or kept: the peer has gone. Acknowledgements go on. */
void l2tp_transport_discard(struct l2tp_transport *transport);

/* The peer acknowledges all before @nr. An Nr that we never sent is ignored. */
void l2tp_transport_acknowledged(struct l2tp_transport *transport, uint64_t now_usec, uint16_t nr);

/**
 * l2tp_transport_receive() - place a message, not a ZLB, by its Ns
 * @packet: copied if it is kept
 *
 * L2TP_ORDER_NEXT moves Nr: the caller handles the message, then those that
 * l2tp_transport_take_held() gives, and calls l2tp_transport_flush() at last.
 */
enum l2tp_order l2tp_transport_receive(struct l2tp_transport *transport, uint16_t ns,
				       const uint8_t *packet, size_t size);

/**
 * l2tp_transport_take_held() - the early message whose turn has come
 * @ret_packet: to be freed by the caller
 *
 * Return: true if there was one; Nr has moved then.
 */
bool l2tp_transport_take_held(struct l2tp_transport *transport, uint8_t **ret_packet,
			      size_t *ret_size);

/*
 * The peer asked again for what is on its way: send the first message of the
 * queue once more without touching its timer, or a ZLB if there is none.
 */
void l2tp_transport_repeat(struct l2tp_transport *transport);

/* Send a ZLB if an acknowledgement is owed and no message has carried it. */
void l2tp_transport_flush(struct l2tp_transport *transport);

uint64_t l2tp_transport_next_deadline(const struct l2tp_transport *transport);

/**
 * l2tp_transport_handle_deadline() - retransmit if it is time
 *
 * Return: 0; L2TP_E_UNANSWERED if the last wait was in vain. Nothing is sent
 *         any more then, until l2tp_transport_begin_cycle().
 */
int l2tp_transport_handle_deadline(struct l2tp_transport *transport, uint64_t now_usec);

/* Send the first message once more and count anew: the peer is known to live. */
void l2tp_transport_begin_cycle(struct l2tp_transport *transport, uint64_t now_usec);

/* From a message's first sending to the end of the wait after its last (5.8). */
uint64_t l2tp_transport_cycle_usec(const struct l2tp_transport_settings *settings);
