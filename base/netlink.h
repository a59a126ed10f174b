/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A netlink socket with the three things that every user here needs: a
 * request that is acknowledged, a dump that is walked, and a subscription
 * that is drained without blocking. On libmnl. I/O.
 */
#pragma once

#include <libmnl/libmnl.h>
#include <stddef.h>
#include <stdint.h>

/* Room for any request that we build. */
#define NETLINK_REQUEST_SIZE 8192

struct netlink_socket;

/**
 * netlink_socket_new() - open and bind a netlink socket
 * @bus:    NETLINK_XFRM, NETLINK_NETFILTER, NETLINK_ROUTE
 *
 * The descriptor is CLOEXEC. Requests wait for their answer; use
 * netlink_socket_drain() on sockets that carry subscriptions only.
 *
 * Return: 0 or negative errno. The caller owns *@ret_netlink.
 */
int netlink_socket_new(int bus, struct netlink_socket **ret_netlink);
void netlink_socket_free(struct netlink_socket *netlink);
void netlink_socket_freep(struct netlink_socket **netlink);

int netlink_socket_descriptor(const struct netlink_socket *netlink);

/* The port by which the kernel names this socket in the notifications it causes. */
uint32_t netlink_socket_port(const struct netlink_socket *netlink);

/**
 * netlink_socket_make_room() - let one request be as large as @size bytes
 *
 * Return: 0; -EPERM without CAP_NET_ADMIN; other negative errno.
 */
int netlink_socket_make_room(struct netlink_socket *netlink, size_t size);

/* netlink_socket_subscribe() - join a multicast group. Return: 0 or -errno. */
int netlink_socket_subscribe(struct netlink_socket *netlink, unsigned int group);

/**
 * netlink_put_netfilter() - begin a message of nfnetlink
 * @bytes:    where it is put; aligned for a struct nlmsghdr
 * @type:     subsystem << 8 | message
 * @flags:    beside NLM_F_REQUEST
 * @family:   NFPROTO_INET, AF_INET...
 * @resource: host byte order; of a batch the subsystem, else 0
 *
 * Return: the message, to which the caller appends attributes.
 */
struct nlmsghdr *netlink_put_netfilter(void *bytes, uint16_t type, uint16_t flags, uint8_t family,
				       uint16_t resource);

/**
 * netlink_socket_request() - send one message and wait for its answer
 * @request:  complete but for its sequence number; NLM_F_ACK is added, and
 *            NLM_F_DUMP requests are walked to their end
 * @callback: called for each message of the answer, or NULL; may return
 *            MNL_CB_ERROR with errno set to stop
 * @userdata: for @callback
 *
 * Return: 0, or the kernel's error (-EEXIST, -ENOENT...), or our own; -EINTR:
 *         what was dumped changed meanwhile. The socket can be used on.
 */
int netlink_socket_request(struct netlink_socket *netlink, struct nlmsghdr *request,
			   mnl_cb_t callback, void *userdata);

/**
 * netlink_socket_request_batch() - send several messages as one nf_tables
 *                                  transaction and collect all answers
 * @batch:      NFNL_MSG_BATCH_BEGIN ... NFNL_MSG_BATCH_END
 * @batch_size: bytes
 * @acks:       number of messages in it that carry NLM_F_ACK; their sequence
 *              numbers are @first_sequence and the ones that follow
 *
 * Return: 0 if all were accepted, else the first error of the kernel. Nothing
 *         of the batch is in force then.
 */
int netlink_socket_request_batch(struct netlink_socket *netlink, const void *batch,
				 size_t batch_size, uint32_t first_sequence, unsigned int acks);

/* netlink_socket_next_sequence() - reserve @count sequence numbers, return the first. */
uint32_t netlink_socket_next_sequence(struct netlink_socket *netlink, unsigned int count);

/**
 * netlink_socket_drain() - read all waiting notifications, never blocks
 *
 * Return: 0 when empty; -ENOBUFS if the kernel dropped some (the caller must
 *         dump again); other negative errno.
 */
int netlink_socket_drain(struct netlink_socket *netlink, mnl_cb_t callback, void *userdata);
