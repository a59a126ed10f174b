/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The interface's 64-bit statistics (rtnetlink(7), IFLA_STATS64). */
#include "ppp-hooks/link_counters.h"

#include "base/cleanup.h"
#include "base/netlink.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>

static int take_statistics(const struct nlmsghdr *message, void *userdata)
{
	struct plugin_counters *counters = userdata;
	struct rtnl_link_stats64 statistics;
	const struct nlattr *attribute;

	mnl_attr_for_each(attribute, message, sizeof(struct ifinfomsg))
	{
		if (mnl_attr_get_type(attribute) != IFLA_STATS64 ||
		    mnl_attr_get_payload_len(attribute) < 4 * sizeof(uint64_t))
			continue;
		/* Later kernels append to the struct; the first four are what we want. */
		memset(&statistics, 0, sizeof(statistics));
		memcpy(&statistics, mnl_attr_get_payload(attribute), 4 * sizeof(uint64_t));
		counters->received_packets = statistics.rx_packets;
		counters->sent_packets = statistics.tx_packets;
		counters->received_bytes = statistics.rx_bytes;
		counters->sent_bytes = statistics.tx_bytes;
	}
	return MNL_CB_OK;
}

int link_counters_read(const char *interface, struct plugin_counters *ret_counters)
{
	_cleanup_(netlink_socket_freep) struct netlink_socket *netlink = NULL;
	uint8_t buffer[256] = { 0 };
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct ifinfomsg *link = mnl_nlmsg_put_extra_header(request, sizeof(*link));
	int r;

	if (strlen(interface) >= PLUGIN_INTERFACE_MAX)
		return -ENODEV;
	request->nlmsg_type = RTM_GETLINK;
	request->nlmsg_flags = NLM_F_REQUEST;
	link->ifi_family = AF_UNSPEC;
	mnl_attr_put_strz(request, IFLA_IFNAME, interface);
	r = netlink_socket_new(NETLINK_ROUTE, &netlink);
	if (r < 0)
		return r;
	return netlink_socket_request(netlink, request, take_statistics, ret_counters);
}
