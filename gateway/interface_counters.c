/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One RTM_GETLINK, from whose answer IFLA_STATS64 is taken. I/O. */
#include "gateway/interface_counters.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdbool.h>
#include <string.h>

/* What the answer held. */
struct answer {
	bool found;
	struct rtnl_link_stats64 statistics;
};

static int take_attribute(const struct nlattr *attribute, void *userdata)
{
	struct answer *answer = userdata;
	size_t size = mnl_attr_get_payload_len(attribute);

	if (mnl_attr_get_type(attribute) != IFLA_STATS64)
		return MNL_CB_OK;
	/* Other kernels have fewer or more fields at the end. */
	if (size > sizeof(answer->statistics))
		size = sizeof(answer->statistics);
	memcpy(&answer->statistics, mnl_attr_get_payload(attribute), size);
	answer->found = true;
	return MNL_CB_OK;
}

static int take_link(const struct nlmsghdr *message, void *userdata)
{
	if (message->nlmsg_type != RTM_NEWLINK ||
	    mnl_nlmsg_get_payload_len(message) < sizeof(struct ifinfomsg))
		return MNL_CB_OK;
	return mnl_attr_parse(message, sizeof(struct ifinfomsg), take_attribute, userdata);
}

int interface_counters_read(struct netlink_socket *netlink, const char *name,
			    struct interface_counters *ret_counters)
{
	uint8_t buffer[NETLINK_REQUEST_SIZE];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct answer answer = { 0 };
	int r;

	if (strlen(name) >= IFNAMSIZ)
		return -ENAMETOOLONG;
	request->nlmsg_type = RTM_GETLINK;
	request->nlmsg_flags = NLM_F_REQUEST;
	mnl_nlmsg_put_extra_header(request, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(request, IFLA_IFNAME, name);
	r = netlink_socket_request(netlink, request, take_link, &answer);
	if (r < 0)
		return r;
	if (!answer.found)
		return -ENODEV;
	*ret_counters = (struct interface_counters){
		.received_packets = answer.statistics.rx_packets,
		.received_bytes = answer.statistics.rx_bytes,
		.sent_packets = answer.statistics.tx_packets,
		.sent_bytes = answer.statistics.tx_bytes,
	};
	return 0;
}
