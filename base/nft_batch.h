/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One nf_tables transaction in the family inet: messages are put one after the
 * other, then all of them take effect or none does. On libmnl. I/O.
 */
#pragma once

#include "base/netlink.h"

/* Embedded by its user; the fields are private. */
struct nft_batch {
	struct netlink_socket *netlink;
	size_t used;
	uint32_t first_sequence;
	unsigned int messages;
	struct nlmsghdr *current;
	uint8_t *bytes;
	size_t size;
	_Alignas(struct nlmsghdr) uint8_t own_bytes[NETLINK_REQUEST_SIZE];
};

/**
 * nft_batch_begin() - an empty transaction
 * @netlink: a NETLINK_NETFILTER socket, borrowed until nft_batch_commit(); no
 *           other request may be made on it before
 */
void nft_batch_begin(struct nft_batch *batch, struct netlink_socket *netlink);

/**
 * nft_batch_begin_large() - an empty transaction that may become large
 * @bytes: @size bytes, aligned for a message, borrowed until nft_batch_commit()
 *
 * Return: 0; -EPERM: so large a request needs CAP_NET_ADMIN; negative errno.
 */
int nft_batch_begin_large(struct nft_batch *batch, struct netlink_socket *netlink, void *bytes,
			  size_t size);

/**
 * nft_batch_message() - begin the next message
 * @type:  NFT_MSG_NEWTABLE...
 * @flags: NLM_F_CREATE, NLM_F_APPEND
 *
 * All messages together must stay below NETLINK_REQUEST_SIZE, or the size given
 * to nft_batch_begin_large(): what goes into them is of known size.
 *
 * Return: the message, to which the caller appends attributes before the next
 *         call on @batch.
 */
struct nlmsghdr *nft_batch_message(struct nft_batch *batch, uint16_t type, uint16_t flags);

/**
 * nft_batch_commit() - send the transaction and wait for the kernel's answers
 *
 * Return: 0, or the first error of the kernel: nothing has changed then.
 */
int nft_batch_commit(struct nft_batch *batch);
