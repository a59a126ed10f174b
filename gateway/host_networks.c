/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Dumps of the kernel's addresses and routes. I/O. */
#include "gateway/host_networks.h"

#include "base/cleanup.h"
#include "base/netlink.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>

void host_networks_done(struct host_networks *networks)
{
	free(networks->networks);
	*networks = (struct host_networks){ 0 };
}

/* An interface that is not there has no name. */
bool host_networks_is_clients(const char *interface)
{
	return strncmp(interface, "sg", 2) == 0 && isdigit((unsigned char)interface[2]);
}

static int add(struct host_networks *networks, uint32_t address, unsigned int length,
	       bool is_connected, uint32_t index)
{
	uint32_t mask = length == 0 ? 0 : UINT32_MAX << (32 - length);
	struct pool_network network = {
		.first = address & mask,
		.last = address | ~mask,
		.is_connected = is_connected,
	};
	struct pool_network *more;

	if (index == 0 || !if_indextoname(index, network.interface))
		strcpy(network.interface, "-");
	if (length == 0 || length > 32 || host_networks_is_clients(network.interface) ||
	    networks->count == HOST_NETWORKS_MAX)
		return 0;
	if (network.first >> 24 == 127 ||
	    (!is_connected && !pool_is_private(network.first) && !pool_is_private(network.last)))
		return 0;
	/* Grown by doubling, from 16 on. */
	if (networks->count == 0 ||
	    (networks->count >= 16 && (networks->count & (networks->count - 1)) == 0)) {
		more = reallocarray(networks->networks, networks->count ? 2 * networks->count : 16,
				    sizeof(*more));
		if (!more)
			return -ENOMEM;
		networks->networks = more;
	}
	networks->networks[networks->count++] = network;
	return 0;
}

static int stop_if(int r)
{
	if (r == 0)
		return MNL_CB_OK;
	errno = -r;
	return MNL_CB_ERROR;
}

static uint32_t read_u32(const struct nlattr *attribute)
{
	return mnl_attr_validate(attribute, MNL_TYPE_U32) < 0 ? 0 : mnl_attr_get_u32(attribute);
}

static int take_address(const struct nlmsghdr *message, void *userdata)
{
	const struct ifaddrmsg *address = mnl_nlmsg_get_payload(message);
	const struct nlattr *attribute;
	uint32_t ipv4 = 0;

	/* IFA_ADDRESS is the other end of a point-to-point link, else the address itself. */
	mnl_attr_for_each(attribute, message,
			  sizeof(*address)) if (mnl_attr_get_type(attribute) == IFA_ADDRESS) ipv4 =
		ntohl(read_u32(attribute));
	if (address->ifa_family != AF_INET || ipv4 == 0)
		return MNL_CB_OK;
	return stop_if(add(userdata, ipv4, address->ifa_prefixlen, true, address->ifa_index));
}

static int take_route(const struct nlmsghdr *message, void *userdata)
{
	const struct rtmsg *route = mnl_nlmsg_get_payload(message);
	uint32_t table = route->rtm_table, index = 0, ipv4 = 0;
	const struct nlattr *attribute;

	mnl_attr_for_each(attribute, message, sizeof(*route))
	{
		if (mnl_attr_get_type(attribute) == RTA_DST)
			ipv4 = ntohl(read_u32(attribute));
		else if (mnl_attr_get_type(attribute) == RTA_TABLE)
			table = read_u32(attribute);
		else if (mnl_attr_get_type(attribute) == RTA_OIF)
			index = read_u32(attribute);
	}
	if (route->rtm_family != AF_INET || table == RT_TABLE_LOCAL || ipv4 == 0)
		return MNL_CB_OK;
	return stop_if(
		add(userdata, ipv4, route->rtm_dst_len, route->rtm_scope == RT_SCOPE_LINK, index));
}

/* What changes during a dump is dumped again. */
static int dump(struct netlink_socket *netlink, uint16_t type, size_t header_size,
		mnl_cb_t callback, struct host_networks *networks)
{
	char bytes[NETLINK_REQUEST_SIZE];
	size_t before = networks->count;
	int r = -EINTR;

	for (int attempt = 0; r == -EINTR && attempt < 5; attempt++) {
		struct nlmsghdr *request = mnl_nlmsg_put_header(bytes);

		request->nlmsg_type = type;
		request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
		/* The family is the first byte of either header. */
		*(unsigned char *)mnl_nlmsg_put_extra_header(request, header_size) = AF_INET;
		networks->count = before;
		r = netlink_socket_request(netlink, request, callback, networks);
	}
	return r;
}

int host_networks_read(struct host_networks *ret_networks)
{
	_cleanup_(netlink_socket_freep) struct netlink_socket *netlink = NULL;
	_cleanup_(host_networks_done) struct host_networks networks = { 0 };
	int r;

	r = netlink_socket_new(NETLINK_ROUTE, &netlink);
	if (r == 0)
		r = dump(netlink, RTM_GETADDR, sizeof(struct ifaddrmsg), take_address, &networks);
	if (r == 0)
		r = dump(netlink, RTM_GETROUTE, sizeof(struct rtmsg), take_route, &networks);
	if (r < 0)
		return r;
	*ret_networks = networks;
	networks = (struct host_networks){ 0 };
	return 0;
}
