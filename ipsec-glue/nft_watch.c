/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every notification about a table or what is in one names the table in its
 * attribute 1, and in its header the netlink port of whoever caused it. I/O.
 */
#include "ipsec-glue/nft_watch.h"

#include "base/cleanup.h"
#include "base/netlink.h"

#include <assert.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

_Static_assert((int)NFTA_TABLE_NAME == 1 && (int)NFTA_CHAIN_TABLE == 1 &&
		       (int)NFTA_RULE_TABLE == 1 && (int)NFTA_SET_TABLE == 1 &&
		       (int)NFTA_SET_ELEM_LIST_TABLE == 1 && (int)NFTA_OBJ_TABLE == 1 &&
		       (int)NFTA_FLOWTABLE_TABLE == 1,
	       "attribute 1 is the table's name");

struct nft_watch {
	struct netlink_socket *netlink;
	const char *tables[NFT_WATCH_TABLES_MAX];
	size_t table_count;
	uint32_t ports[NFT_WATCH_PORTS_MAX];
	size_t port_count;
	uint32_t changed;
};

void nft_watch_free(struct nft_watch *watch)
{
	if (!watch)
		return;
	netlink_socket_free(watch->netlink);
	free(watch);
}

void nft_watch_freep(struct nft_watch **watch)
{
	nft_watch_free(*watch);
}

int nft_watch_new(const char *const *tables, size_t count, struct nft_watch **ret_watch)
{
	_cleanup_(nft_watch_freep) struct nft_watch *watch = NULL;
	int r;

	if (count > NFT_WATCH_TABLES_MAX)
		return -E2BIG;
	watch = calloc(1, sizeof(*watch));
	if (!watch)
		return -ENOMEM;
	memcpy(watch->tables, tables, count * sizeof(*tables));
	watch->table_count = count;
	r = netlink_socket_new(NETLINK_NETFILTER, &watch->netlink);
	if (r == 0)
		r = netlink_socket_subscribe(watch->netlink, NFNLGRP_NFTABLES);
	if (r == 0)
		*ret_watch = TAKE_PTR(watch);
	return r;
}

void nft_watch_ignore(struct nft_watch *watch, uint32_t port)
{
	assert(watch->port_count < NFT_WATCH_PORTS_MAX);
	watch->ports[watch->port_count++] = port;
}

int nft_watch_descriptor(const struct nft_watch *watch)
{
	return netlink_socket_descriptor(watch->netlink);
}

static bool is_ours(const struct nft_watch *watch, uint32_t port)
{
	for (size_t i = 0; i < watch->port_count; i++)
		if (watch->ports[i] == port)
			return true;
	return false;
}

static void note_table(struct nft_watch *watch, const char *table)
{
	for (size_t i = 0; i < watch->table_count; i++)
		if (strcmp(watch->tables[i], table) == 0)
			watch->changed |= UINT32_C(1) << i;
}

static int take_notification(const struct nlmsghdr *message, void *userdata)
{
	const struct nfgenmsg *generic = mnl_nlmsg_get_payload(message);
	struct nft_watch *watch = userdata;
	struct nlattr *attribute;

	if (mnl_nlmsg_get_payload_len(message) < sizeof(*generic) ||
	    generic->nfgen_family != NFPROTO_INET ||
	    message->nlmsg_type >> 8 != NFNL_SUBSYS_NFTABLES || is_ours(watch, message->nlmsg_pid))
		return MNL_CB_OK;
	mnl_attr_for_each(attribute, message, sizeof(*generic))
	{
		if (mnl_attr_get_type(attribute) == NFTA_TABLE_NAME &&
		    mnl_attr_validate(attribute, MNL_TYPE_NUL_STRING) >= 0)
			note_table(watch, mnl_attr_get_str(attribute));
	}
	return MNL_CB_OK;
}

int nft_watch_handle(struct nft_watch *watch, uint32_t *ret_changed)
{
	int r;

	watch->changed = 0;
	r = netlink_socket_drain(watch->netlink, take_notification, watch);
	if (r < 0)
		watch->changed = (UINT32_C(1) << watch->table_count) - 1;
	/* What else waits is about the past: all is looked at anyway. */
	while (r == -ENOBUFS)
		r = netlink_socket_drain(watch->netlink, NULL, NULL);
	*ret_changed = watch->changed;
	return r;
}
