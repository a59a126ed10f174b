/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RTM_NEWADDR, RTM_DELADDR, and RTM_GETROUTE for what the host has itself. I/O. */
#include "gateway/interface_networks.h"

#include "base/address.h"
#include "base/cleanup.h"
#include "base/netlink.h"
#include "ppp-hooks/plugin_message.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#define INTERFACE_PREFIX "sg"
#define NETWORK_LENGTH   64

struct interface_networks {
	struct netlink_socket *netlink;
};

void interface_networks_free(struct interface_networks *networks)
{
	if (!networks)
		return;
	netlink_socket_free(networks->netlink);
	free(networks);
}

void interface_networks_freep(struct interface_networks **networks)
{
	interface_networks_free(*networks);
}

int interface_networks_new(struct interface_networks **ret_networks)
{
	_cleanup_(interface_networks_freep) struct interface_networks *networks =
		calloc(1, sizeof(*networks));
	int r;

	if (!networks)
		return -ENOMEM;
	r = netlink_socket_new(NETLINK_ROUTE, &networks->netlink);
	if (r < 0)
		return r;
	*ret_networks = TAKE_PTR(networks);
	return 0;
}

/* The route that the kernel found. */
struct match {
	uint8_t length; /* of its prefix */
	uint32_t interface;
};

static int take_route(const struct nlmsghdr *message, void *userdata)
{
	struct match *match = userdata;
	const struct nlattr *attribute;
	struct rtmsg route;

	if (message->nlmsg_type != RTM_NEWROUTE ||
	    mnl_nlmsg_get_payload_len(message) < sizeof(route))
		return MNL_CB_OK;
	memcpy(&route, mnl_nlmsg_get_payload(message), sizeof(route));
	match->length = route.rtm_dst_len;
	mnl_attr_for_each(attribute, message, sizeof(route))
	{
		if (mnl_attr_get_type(attribute) == RTA_OIF &&
		    mnl_attr_validate(attribute, MNL_TYPE_U32) == 0)
			match->interface = mnl_attr_get_u32(attribute);
	}
	return MNL_CB_OK;
}

static bool is_of_session(uint32_t interface)
{
	char name[IF_NAMESIZE];

	return if_indextoname(interface, name) &&
	       strncmp(name, INTERFACE_PREFIX, strlen(INTERFACE_PREFIX)) == 0;
}

int interface_networks_check(struct interface_networks *networks, uint64_t network)
{
	struct inet_address address = inet_address_from_ipv6(network, PLUGIN_IDENTIFIER_LOCAL);
	uint8_t buffer[256];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct match match = { 0 };
	struct rtmsg *route;
	int r;

	request->nlmsg_type = RTM_GETROUTE;
	request->nlmsg_flags = NLM_F_REQUEST;
	route = mnl_nlmsg_put_extra_header(request, sizeof(*route));
	route->rtm_family = AF_INET6;
	route->rtm_dst_len = 8 * sizeof(address.bytes);
	route->rtm_flags = RTM_F_FIB_MATCH;
	mnl_attr_put(request, RTA_DST, sizeof(address.bytes), address.bytes);
	r = netlink_socket_request(networks->netlink, request, take_route, &match);
	/* No way there, or one that says so: nobody has it. */
	if (r == -ENETUNREACH || r == -EHOSTUNREACH || r == -EACCES || r == -EINVAL)
		return 0;
	if (r < 0)
		return r;
	return match.length >= NETWORK_LENGTH && !is_of_session(match.interface) ? -EADDRINUSE : 0;
}

static int change(struct interface_networks *networks, uint16_t type, uint16_t flags,
		  const char *interface, uint64_t network)
{
	struct inet_address address = inet_address_from_ipv6(network, PLUGIN_IDENTIFIER_LOCAL);
	unsigned int index = if_nametoindex(interface);
	uint8_t buffer[256];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct ifaddrmsg *header;

	if (index == 0)
		return -ENODEV;
	request->nlmsg_type = type;
	request->nlmsg_flags = NLM_F_REQUEST | flags;
	header = mnl_nlmsg_put_extra_header(request, sizeof(*header));
	header->ifa_family = AF_INET6;
	header->ifa_prefixlen = NETWORK_LENGTH;
	/* Nobody else is on the link. */
	header->ifa_flags = IFA_F_NODAD;
	header->ifa_scope = RT_SCOPE_UNIVERSE;
	header->ifa_index = index;
	mnl_attr_put(request, IFA_LOCAL, sizeof(address.bytes), address.bytes);
	return netlink_socket_request(networks->netlink, request, NULL, NULL);
}

int interface_networks_add(struct interface_networks *networks, const char *interface,
			   uint64_t network)
{
	int r = change(networks, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, interface, network);

	return r == -EEXIST ? 0 : r;
}

int interface_networks_remove(struct interface_networks *networks, const char *interface,
			      uint64_t network)
{
	int r = change(networks, RTM_DELADDR, 0, interface, network);

	return r == -ENODEV || r == -EADDRNOTAVAIL ? 0 : r;
}
