/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The messages between NFNL_MSG_BATCH_BEGIN and NFNL_MSG_BATCH_END. I/O. */
#include "base/nft_batch.h"

#include <assert.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

/* Accounts for the message that is being put, if there is one. */
static void finish_current(struct nft_batch *batch)
{
	if (batch->current)
		batch->used += MNL_ALIGN(batch->current->nlmsg_len);
	batch->current = NULL;
	assert(batch->used < batch->size);
}

static struct nlmsghdr *put_message(struct nft_batch *batch, uint16_t type, uint16_t flags,
				    uint8_t family, uint16_t resource)
{
	finish_current(batch);
	batch->current =
		netlink_put_netfilter(batch->bytes + batch->used, type, flags, family, resource);
	batch->current->nlmsg_seq = netlink_socket_next_sequence(batch->netlink, 1);
	return batch->current;
}

static void begin(struct nft_batch *batch, struct netlink_socket *netlink, void *bytes, size_t size)
{
	batch->netlink = netlink;
	batch->bytes = bytes;
	batch->size = size;
	batch->used = 0;
	batch->messages = 0;
	batch->current = NULL;
	put_message(batch, NFNL_MSG_BATCH_BEGIN, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
	batch->first_sequence = batch->current->nlmsg_seq + 1;
}

void nft_batch_begin(struct nft_batch *batch, struct netlink_socket *netlink)
{
	begin(batch, netlink, batch->own_bytes, sizeof(batch->own_bytes));
}

int nft_batch_begin_large(struct nft_batch *batch, struct netlink_socket *netlink, void *bytes,
			  size_t size)
{
	int r = netlink_socket_make_room(netlink, size);

	if (r == 0)
		begin(batch, netlink, bytes, size);
	return r;
}

struct nlmsghdr *nft_batch_message(struct nft_batch *batch, uint16_t type, uint16_t flags)
{
	batch->messages++;
	return put_message(batch, NFNL_SUBSYS_NFTABLES << 8 | type, NLM_F_ACK | flags, NFPROTO_INET,
			   0);
}

int nft_batch_commit(struct nft_batch *batch)
{
	put_message(batch, NFNL_MSG_BATCH_END, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
	finish_current(batch);
	return netlink_socket_request_batch(batch->netlink, batch->bytes, batch->used,
					    batch->first_sequence, batch->messages);
}
