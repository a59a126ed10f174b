/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * UDP sockets of the LNS: one listener per local address and one connected
 * socket per tunnel, all on port 1701 with SO_REUSEPORT, all with an inbound
 * XFRM policy that refuses cleartext, all reading the local address
 * (IP_PKTINFO) and the packet's mark (SO_RCVMARK), from which the SA reference
 * is looked up. I/O.
 */
#pragma once

#include "base/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Datagrams taken by one recvmmsg(). */
#define L2TP_UDP_BATCH 32
/* Control messages are small; a longer datagram is cut and then malformed. */
#define L2TP_UDP_DATAGRAM_MAX 2048

struct l2tp_udp_datagram {
	struct inet_endpoint local; /* the address to answer from, the socket's port */
	struct inet_endpoint peer;
	uint32_t mark;        /* tells the SA it came through; 0: none, not to be trusted */
	const uint8_t *bytes; /* borrowed until the callback returns */
	size_t size;
};

/* Called for each datagram, whichever socket it arrived on. */
typedef void (*l2tp_udp_datagram_fn)(void *userdata, const struct l2tp_udp_datagram *datagram);

/*
 * How a socket is protected. @ipsec false: no policies, no mark: plain L2TP,
 * for tests on loopback and for peers that the administrator lists.
 */
struct l2tp_udp_protection {
	bool ipsec;
	/* Tunnel sockets: template of the outbound policy, host byte order. */
	uint32_t reqid;
	uint32_t spi; /* 0: any SA of @reqid, which may be a twin's */
	/*
	 * The peer's real port, where connection tracking shows another one to
	 * the socket: the policy is for what goes there, after translation. 0:
	 * for all.
	 */
	uint16_t real_port;
};

/**
 * l2tp_udp_listener_open() - the unconnected socket that hears new peers
 * @local: address (or the family's any-address) and port
 *
 * Return: a descriptor, CLOEXEC and non-blocking, which the caller owns;
 *         -EADDRINUSE: another user's process has the port; -EPERM: the
 *         policies need CAP_NET_ADMIN; -EINVAL: xfrm_user is not loaded;
 *         -ENOPROTOOPT: the kernel has no SO_RCVMARK (before 5.19).
 */
int l2tp_udp_listener_open(const struct inet_endpoint *local, bool ipsec);

/**
 * l2tp_udp_tunnel_open() - the connected socket of one tunnel
 *
 * The outbound policy is in force before connect(), so nothing can leave in
 * clear; after the SA's end what is sent is dropped.
 *
 * Return: as l2tp_udp_listener_open(); -EINVAL also for ipsec without a reqid;
 *         -EAGAIN if there is no outbound SA with this reqid (yet: pluto
 *         installs it last, and the peer's SCCRQ may be faster).
 */
int l2tp_udp_tunnel_open(const struct inet_endpoint *local, const struct inet_endpoint *peer,
			 const struct l2tp_udp_protection *protection);

/**
 * l2tp_udp_detach() - a tunnel's socket receives nothing from now on
 *
 * For a socket that is about to be closed: others with the same addresses and
 * ports, or the listener, get what arrives; what waits can still be read. Nothing
 * can be sent any more. On loopback it has no effect.
 *
 * Return: 0 or negative errno; then what arrives before close() is lost.
 */
int l2tp_udp_detach(int descriptor);

/**
 * l2tp_udp_set_protection() - the outbound policy of a tunnel's socket is another
 * @family: of its addresses
 *
 * Atomic: each packet is sent under the old one or the new one, those of the
 * kernel's L2TP as well (net/xfrm/xfrm_policy.c, xfrm_sk_policy_insert(), and
 * xfrm_user_policy(), which drops the socket's route). What finds no SA is
 * dropped, never sent in clear or through another one.
 *
 * Return: 0; -EINVAL without a reqid; other negative errno: the old policy is
 *         in force.
 */
int l2tp_udp_set_protection(int descriptor, uint16_t family,
			    const struct l2tp_udp_protection *protection);

/**
 * l2tp_udp_receive() - read what waits, up to @budget datagrams
 * @local_port: the port of the socket, for l2tp_udp_datagram.local
 * @budget:     at most this many, and at most L2TP_UDP_BATCH
 *
 * Never blocks. One recvmmsg(), after which @descriptor is not touched again:
 * @datagram_fn may close it. What is left makes the descriptor readable again.
 *
 * Return: number of datagrams handed to @datagram_fn; negative errno for a
 * socket that is broken (pending ICMP errors are consumed, not returned).
 */
int l2tp_udp_receive(int descriptor, uint16_t local_port, size_t budget,
		     l2tp_udp_datagram_fn datagram_fn, void *userdata);

struct l2tp_udp_queue;

/**
 * l2tp_udp_queue_new() - packets to send, collected during one turn of the loop
 *                        and sent with sendmmsg()
 */
int l2tp_udp_queue_new(struct l2tp_udp_queue **ret_queue);
void l2tp_udp_queue_free(struct l2tp_udp_queue *queue);
void l2tp_udp_queue_freep(struct l2tp_udp_queue **queue);

/**
 * l2tp_udp_queue_add() - copy one packet for a connected socket
 *
 * Runs of packets for the same descriptor go out in one sendmmsg(); a full
 * queue is flushed first. Must be flushed before @descriptor is closed.
 *
 * Return: 0, -EMSGSIZE.
 */
int l2tp_udp_queue_add(struct l2tp_udp_queue *queue, int descriptor, const uint8_t *packet,
		       size_t size);

/* Sends all; what the kernel refuses is dropped and counted, as a network would. */
void l2tp_udp_queue_flush(struct l2tp_udp_queue *queue);
uint64_t l2tp_udp_queue_dropped(const struct l2tp_udp_queue *queue);
