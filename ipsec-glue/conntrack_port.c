/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Asks for the connection by its reply direction, which belongs to no zone and
 * is unique: from @local to @peer. Its original direction has the port. I/O.
 */
#include "ipsec-glue/conntrack_port.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <string.h>

static void put_address(struct nlmsghdr *message, const struct inet_address *address,
			uint16_t ipv4_type, uint16_t ipv6_type)
{
	if (address->family == AF_INET6)
		mnl_attr_put(message, ipv6_type, 16, address->bytes);
	else
		mnl_attr_put(message, ipv4_type, 4, address->bytes);
}

static void put_tuple(struct nlmsghdr *message, const struct inet_endpoint *source,
		      const struct inet_endpoint *destination)
{
	struct nlattr *tuple = mnl_attr_nest_start(message, CTA_TUPLE_REPLY);
	struct nlattr *nest = mnl_attr_nest_start(message, CTA_TUPLE_IP);

	put_address(message, &source->address, CTA_IP_V4_SRC, CTA_IP_V6_SRC);
	put_address(message, &destination->address, CTA_IP_V4_DST, CTA_IP_V6_DST);
	mnl_attr_nest_end(message, nest);
	nest = mnl_attr_nest_start(message, CTA_TUPLE_PROTO);
	mnl_attr_put_u8(message, CTA_PROTO_NUM, IPPROTO_UDP);
	mnl_attr_put_u16(message, CTA_PROTO_SRC_PORT, htons(source->port));
	mnl_attr_put_u16(message, CTA_PROTO_DST_PORT, htons(destination->port));
	mnl_attr_nest_end(message, nest);
	mnl_attr_nest_end(message, tuple);
}

/* The attribute of a nest, or NULL. */
static const struct nlattr *find(const struct nlattr *nest, uint16_t type)
{
	struct nlattr *attribute;

	mnl_attr_for_each_nested(attribute, nest)
	{
		if (mnl_attr_get_type(attribute) == type)
			return attribute;
	}
	return NULL;
}

static int take_connection(const struct nlmsghdr *message, void *userdata)
{
	const struct nlattr *protocol, *port;
	struct nlattr *attribute;

	mnl_attr_for_each(attribute, message, sizeof(struct nfgenmsg))
	{
		if (mnl_attr_get_type(attribute) != CTA_TUPLE_ORIG)
			continue;
		protocol = find(attribute, CTA_TUPLE_PROTO);
		port = protocol ? find(protocol, CTA_PROTO_SRC_PORT) : NULL;
		if (port && mnl_attr_validate(port, MNL_TYPE_U16) >= 0)
			*(uint16_t *)userdata = ntohs(mnl_attr_get_u16(port));
	}
	return MNL_CB_OK;
}

int conntrack_port_find(struct netlink_socket *netlink, const struct inet_endpoint *local,
			const struct inet_endpoint *peer, uint16_t *ret_port)
{
	_Alignas(struct nlmsghdr) uint8_t buffer[NETLINK_REQUEST_SIZE];
	struct nlmsghdr *request =
		netlink_put_netfilter(buffer, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET, 0,
				      (uint8_t)peer->address.family, 0);
	uint16_t port = 0;
	int r;

	put_tuple(request, local, peer);
	r = netlink_socket_request(netlink, request, take_connection, &port);
	if (r == 0 && port == 0)
		r = -ENOENT;
	if (r == 0)
		*ret_port = port;
	return r;
}
