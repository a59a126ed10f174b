/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks the kernel's routing table (RTM_GETROUTE) what is local. I/O. */
#include "ipsec-glue/local_address.h"

#include "base/cleanup.h"
#include "base/netlink.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

/* More addresses than clients reach a gateway at. */
#define REMEMBERED_MAX 16

struct local_addresses {
	struct netlink_socket *netlink;
	struct inet_address remembered[REMEMBERED_MAX];
	size_t next;
};

int local_addresses_new(struct local_addresses **ret_addresses)
{
	_cleanup_(local_addresses_freep) struct local_addresses *addresses = NULL;
	int r;

	addresses = calloc(1, sizeof(*addresses));
	if (!addresses)
		return -ENOMEM;
	r = netlink_socket_new(NETLINK_ROUTE, &addresses->netlink);
	if (r < 0)
		return r;
	*ret_addresses = TAKE_PTR(addresses);
	return 0;
}

void local_addresses_free(struct local_addresses *addresses)
{
	if (!addresses)
		return;
	netlink_socket_free(addresses->netlink);
	free(addresses);
}

void local_addresses_freep(struct local_addresses **addresses)
{
	local_addresses_free(*addresses);
}

static int take_route(const struct nlmsghdr *message, void *userdata)
{
	struct rtmsg route;

	if (message->nlmsg_type != RTM_NEWROUTE ||
	    mnl_nlmsg_get_payload_len(message) < sizeof(route))
		return MNL_CB_OK;
	memcpy(&route, mnl_nlmsg_get_payload(message), sizeof(route));
	*(bool *)userdata = route.rtm_type == RTN_LOCAL;
	return MNL_CB_OK;
}

/* What the kernel says of an address to which there is no way: it is not ours. */
static bool is_unreachable(int error)
{
	return error == -ENETUNREACH || error == -EHOSTUNREACH || error == -EACCES ||
	       error == -EINVAL;
}

/* Return: 1, 0, negative errno if it could not be asked. */
static int ask(struct local_addresses *addresses, const struct inet_address *address)
{
	size_t size = address->family == AF_INET6 ? 16 : 4;
	uint8_t buffer[256];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct rtmsg *route;
	bool local = false;
	int r;

	request->nlmsg_type = RTM_GETROUTE;
	request->nlmsg_flags = NLM_F_REQUEST;
	route = mnl_nlmsg_put_extra_header(request, sizeof(*route));
	route->rtm_family = (uint8_t)address->family;
	route->rtm_dst_len = (uint8_t)(8 * size);
	mnl_attr_put(request, RTA_DST, size, address->bytes);
	r = netlink_socket_request(addresses->netlink, request, take_route, &local);
	if (r < 0)
		return is_unreachable(r) ? 0 : r;
	return local;
}

static bool is_remembered(const struct local_addresses *addresses,
			  const struct inet_address *address)
{
	for (size_t i = 0; i < REMEMBERED_MAX; i++)
		if (inet_address_equal(&addresses->remembered[i], address))
			return true;
	return false;
}

/* Return: as ask(). */
static int is_local(struct local_addresses *addresses, const struct inet_address *address)
{
	int r = ask(addresses, address);

	if (r > 0)
		addresses->remembered[addresses->next++ % REMEMBERED_MAX] = *address;
	return r;
}

int local_addresses_direction(struct local_addresses *addresses, const struct inet_address *source,
			      const struct inet_address *destination)
{
	int r;

	if (is_remembered(addresses, destination))
		return 1;
	if (is_remembered(addresses, source))
		return 0;
	r = is_local(addresses, destination);
	if (r != 0)
		return r;
	r = is_local(addresses, source);
	if (r < 0)
		return r;
	return r > 0 ? 0 : -EADDRNOTAVAIL;
}
