/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Asks for the connection by its reply direction, which belongs to no zone and
 * is unique: from @local to @peer. Its original direction has the port. I/O.
 *
 * The kernel finds a connection by either direction: one that this host began,
 * from @local to @peer, is not the client's and counts as none.
 */
#include "ipsec-glue/conntrack_port.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <stdbool.h>
#include <string.h>

/* What one dump finds at most, and how many are made: enough for a table of 65 536. */
#define SWEEP_SIZE   256
#define SWEEP_ROUNDS 256

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

static uint16_t read_u16(const struct nlattr *attribute)
{
	if (!attribute || mnl_attr_validate(attribute, MNL_TYPE_U16) < 0)
		return 0;
	return ntohs(mnl_attr_get_u16(attribute));
}

/* One direction of a connection. */
struct direction {
	struct inet_endpoint source;
	struct inet_endpoint destination;
	uint8_t protocol;
	uint16_t zone;
};

static void read_address(const struct nlattr *nest, uint16_t ipv4_type, uint16_t ipv6_type,
			 struct inet_address *ret_address)
{
	const struct nlattr *ipv4 = find(nest, ipv4_type);
	const struct nlattr *ipv6 = find(nest, ipv6_type);

	if (ipv4 && mnl_attr_get_payload_len(ipv4) == 4) {
		ret_address->family = AF_INET;
		memcpy(ret_address->bytes, mnl_attr_get_payload(ipv4), 4);
	} else if (ipv6 && mnl_attr_get_payload_len(ipv6) == 16) {
		ret_address->family = AF_INET6;
		memcpy(ret_address->bytes, mnl_attr_get_payload(ipv6), 16);
	}
}

/* Zeroes for what is not there. */
static struct direction read_direction(const struct nlattr *tuple)
{
	struct direction direction = { .zone = read_u16(find(tuple, CTA_TUPLE_ZONE)) };
	const struct nlattr *addresses = find(tuple, CTA_TUPLE_IP);
	const struct nlattr *ports = find(tuple, CTA_TUPLE_PROTO);

	if (addresses) {
		read_address(addresses, CTA_IP_V4_SRC, CTA_IP_V6_SRC, &direction.source.address);
		read_address(addresses, CTA_IP_V4_DST, CTA_IP_V6_DST,
			     &direction.destination.address);
	}
	if (ports) {
		const struct nlattr *protocol = find(ports, CTA_PROTO_NUM);

		if (protocol && mnl_attr_validate(protocol, MNL_TYPE_U8) >= 0)
			direction.protocol = mnl_attr_get_u8(protocol);
		direction.source.port = read_u16(find(ports, CTA_PROTO_SRC_PORT));
		direction.destination.port = read_u16(find(ports, CTA_PROTO_DST_PORT));
	}
	return direction;
}

/* What is of interest of a connection; zeroes where there is none. */
struct connection {
	struct direction original;
	struct direction reply;
	bool is_zoned; /* it is in a zone, and not only by its original direction */
	uint32_t id;   /* network byte order */
};

static struct connection read_connection(const struct nlmsghdr *message)
{
	struct connection connection = { 0 };
	struct nlattr *attribute;

	mnl_attr_for_each(attribute, message, sizeof(struct nfgenmsg))
	{
		switch (mnl_attr_get_type(attribute)) {
		case CTA_ID:
			if (mnl_attr_validate(attribute, MNL_TYPE_U32) >= 0)
				connection.id = mnl_attr_get_u32(attribute);
			break;
		case CTA_ZONE:
			connection.is_zoned = true;
			break;
		case CTA_TUPLE_ORIG:
			connection.original = read_direction(attribute);
			break;
		case CTA_TUPLE_REPLY:
			connection.reply = read_direction(attribute);
			break;
		}
	}
	return connection;
}

static int take_connection(const struct nlmsghdr *message, void *userdata)
{
	*(struct connection *)userdata = read_connection(message);
	return MNL_CB_OK;
}

/* A request about the connection; the caller may append to it. */
static struct nlmsghdr *put_request(void *buffer, uint16_t type, const struct inet_endpoint *local,
				    const struct inet_endpoint *peer)
{
	struct nlmsghdr *request = netlink_put_netfilter(buffer, NFNL_SUBSYS_CTNETLINK << 8 | type,
							 0, (uint8_t)peer->address.family, 0);

	put_tuple(request, local, peer);
	return request;
}

/* Whether @peer began it, by whatever port, and @local is to whom it spoke. */
static bool is_from(const struct connection *connection, const struct inet_endpoint *local,
		    const struct inet_endpoint *peer)
{
	return inet_endpoint_equal(&connection->original.destination, local) &&
	       inet_address_equal(&connection->original.source.address, &peer->address);
}

static int find_connection(struct netlink_socket *netlink, const struct inet_endpoint *local,
			   const struct inet_endpoint *peer, struct connection *ret_connection)
{
	_Alignas(struct nlmsghdr) uint8_t buffer[NETLINK_REQUEST_SIZE];
	struct connection connection = { 0 };
	int r = netlink_socket_request(netlink, put_request(buffer, IPCTNL_MSG_CT_GET, local, peer),
				       take_connection, &connection);

	if (r == 0 && !is_from(&connection, local, peer))
		r = -ENOENT;
	if (r == 0)
		*ret_connection = connection;
	return r;
}

int conntrack_port_find(struct netlink_socket *netlink, const struct inet_endpoint *local,
			const struct inet_endpoint *peer, uint16_t *ret_port)
{
	struct connection connection;
	int r = find_connection(netlink, local, peer, &connection);

	if (r == 0)
		*ret_port = connection.original.source.port;
	return r;
}

/* That very one, should another have taken its place meanwhile. Return: 0 if it is gone. */
static int forget(struct netlink_socket *netlink, const struct connection *connection)
{
	_Alignas(struct nlmsghdr) uint8_t buffer[NETLINK_REQUEST_SIZE];
	struct nlmsghdr *request =
		put_request(buffer, IPCTNL_MSG_CT_DELETE, &connection->reply.source,
			    &connection->reply.destination);
	int r;

	mnl_attr_put_u32(request, CTA_ID, connection->id);
	r = netlink_socket_request(netlink, request, NULL, NULL);
	return r == -ENOENT ? 0 : r;
}

int conntrack_port_release(struct netlink_socket *netlink, const struct inet_endpoint *local,
			   const struct inet_endpoint *peer, uint16_t zone)
{
	struct connection connection;
	int r = find_connection(netlink, local, peer, &connection);

	if (r == 0 && connection.original.zone == zone)
		r = forget(netlink, &connection);
	return r == -ENOENT ? 0 : r;
}

/* Connections found by one dump, to be deleted after it. */
struct sweep {
	uint16_t port;
	conntrack_port_is_stale is_stale;
	void *userdata;
	struct connection found[SWEEP_SIZE];
	size_t count;
};

static int take_stale(const struct nlmsghdr *message, void *userdata)
{
	struct connection connection = read_connection(message);
	struct sweep *sweep = userdata;

	if (sweep->count < SWEEP_SIZE && connection.original.protocol == IPPROTO_UDP &&
	    connection.original.destination.port == sweep->port && !connection.is_zoned &&
	    connection.reply.zone == 0 &&
	    inet_endpoint_equal(&connection.original.destination, &connection.reply.source) &&
	    sweep->is_stale(sweep->userdata, &connection.original.destination.address,
			    connection.original.zone))
		sweep->found[sweep->count++] = connection;
	return MNL_CB_OK;
}

/* Those that one dump finds. Return: how many; negative errno. */
static int sweep_once(struct netlink_socket *netlink, struct sweep *sweep)
{
	_Alignas(struct nlmsghdr) uint8_t buffer[NETLINK_REQUEST_SIZE];
	int r = netlink_socket_request(
		netlink,
		netlink_put_netfilter(buffer, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET,
				      NLM_F_DUMP, AF_UNSPEC, 0),
		take_stale, sweep);

	/* one that came or went meanwhile is no harm: what was named is there, or is not */
	if (r == -EINTR)
		r = 0;
	for (size_t i = 0; i < sweep->count && r == 0; i++)
		r = forget(netlink, &sweep->found[i]);
	return r < 0 ? r : (int)sweep->count;
}

int conntrack_port_sweep(struct netlink_socket *netlink, uint16_t port,
			 conntrack_port_is_stale is_stale, void *userdata)
{
	struct sweep sweep = { .port = port, .is_stale = is_stale, .userdata = userdata };
	int total = 0;
	int count;

	for (unsigned int round = 0; round < SWEEP_ROUNDS; round++) {
		sweep.count = 0;
		count = sweep_once(netlink, &sweep);
		if (count < 0)
			return count;
		total += count;
		if ((size_t)count < SWEEP_SIZE)
			break;
	}
	return total;
}
