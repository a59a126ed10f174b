/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NFT_MSG_GETOBJ and its answer. I/O. */
#include "base/nft_counter.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>

static int take_counter(const struct nlmsghdr *message, void *userdata)
{
	struct nlattr *attribute, *value;

	mnl_attr_for_each(attribute, message, sizeof(struct nfgenmsg))
	{
		if (mnl_attr_get_type(attribute) != NFTA_OBJ_DATA)
			continue;
		mnl_attr_for_each_nested(value, attribute)
		{
			if (mnl_attr_get_type(value) == NFTA_COUNTER_PACKETS &&
			    mnl_attr_validate(value, MNL_TYPE_U64) >= 0)
				*(uint64_t *)userdata = be64toh(mnl_attr_get_u64(value));
		}
	}
	return MNL_CB_OK;
}

int nft_counter_read(struct netlink_socket *netlink, const char *table, const char *counter,
		     uint64_t *ret_packets)
{
	_Alignas(struct nlmsghdr) uint8_t buffer[NETLINK_REQUEST_SIZE];
	struct nlmsghdr *request = netlink_put_netfilter(
		buffer, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETOBJ, 0, NFPROTO_INET, 0);
	uint64_t packets = 0;
	int r;

	mnl_attr_put_strz(request, NFTA_OBJ_TABLE, table);
	mnl_attr_put_strz(request, NFTA_OBJ_NAME, counter);
	mnl_attr_put_u32(request, NFTA_OBJ_TYPE, htonl(NFT_OBJECT_COUNTER));
	r = netlink_socket_request(netlink, request, take_counter, &packets);
	if (r == 0)
		*ret_packets = packets;
	return r;
}
