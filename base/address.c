/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses and endpoints of either family: compare, parse, format. Pure. */
#include "base/address.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

bool inet_address_equal(const struct inet_address *a, const struct inet_address *b)
{
	return a->family == b->family && memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

bool inet_endpoint_equal(const struct inet_endpoint *a, const struct inet_endpoint *b)
{
	return a->port == b->port && inet_address_equal(&a->address, &b->address);
}

struct inet_address inet_address_from_ipv4(uint32_t host_order)
{
	struct inet_address address = { .family = AF_INET };
	uint32_t network_order = htonl(host_order);

	memcpy(address.bytes, &network_order, sizeof(network_order));
	return address;
}

uint32_t inet_address_to_ipv4(const struct inet_address *address)
{
	uint32_t network_order;

	if (address->family != AF_INET)
		return 0;
	memcpy(&network_order, address->bytes, sizeof(network_order));
	return ntohl(network_order);
}

struct inet_address inet_address_from_ipv6(uint64_t network, uint64_t identifier)
{
	const uint64_t halves[] = { htobe64(network), htobe64(identifier) };
	struct inet_address address = { .family = AF_INET6 };

	memcpy(address.bytes, halves, sizeof(halves));
	return address;
}

static uint64_t ipv6_half(const struct inet_address *address, size_t number)
{
	uint64_t halves[2];

	if (address->family != AF_INET6)
		return 0;
	memcpy(halves, address->bytes, sizeof(halves));
	return be64toh(halves[number]);
}

uint64_t inet_address_ipv6_network(const struct inet_address *address)
{
	return ipv6_half(address, 0);
}

uint64_t inet_address_ipv6_identifier(const struct inet_address *address)
{
	return ipv6_half(address, 1);
}

bool inet_address_is_any(const struct inet_address *address)
{
	static const uint8_t zero[sizeof(address->bytes)];

	return address->family != AF_UNSPEC && memcmp(address->bytes, zero, sizeof(zero)) == 0;
}

int inet_address_parse(const char *text, struct inet_address *ret_address)
{
	struct inet_address address = { .family = AF_INET };

	if (inet_pton(AF_INET, text, address.bytes) != 1) {
		address.family = AF_INET6;
		if (inet_pton(AF_INET6, text, address.bytes) != 1)
			return -EINVAL;
	}
	*ret_address = address;
	return 0;
}

char *inet_address_format(const struct inet_address *address, char text[INET6_ADDRSTRLEN])
{
	if (!inet_ntop(address->family, address->bytes, text, INET6_ADDRSTRLEN))
		strcpy(text, "-");
	return text;
}

char *inet_endpoint_format(const struct inet_endpoint *endpoint, char text[INET_ENDPOINT_TEXT_MAX])
{
	const char *format = endpoint->address.family == AF_INET6 ? "[%s]:%u" : "%s:%u";
	char address[INET6_ADDRSTRLEN];

	inet_address_format(&endpoint->address, address);
	snprintf(text, INET_ENDPOINT_TEXT_MAX, format, address, (unsigned int)endpoint->port);
	return text;
}

socklen_t inet_endpoint_to_sockaddr(const struct inet_endpoint *endpoint,
				    struct sockaddr_storage *ret_sockaddr)
{
	memset(ret_sockaddr, 0, sizeof(*ret_sockaddr));
	if (endpoint->address.family == AF_INET) {
		struct sockaddr_in *in = (struct sockaddr_in *)ret_sockaddr;

		in->sin_family = AF_INET;
		in->sin_port = htons(endpoint->port);
		memcpy(&in->sin_addr, endpoint->address.bytes, sizeof(in->sin_addr));
		return sizeof(*in);
	}
	if (endpoint->address.family == AF_INET6) {
		struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ret_sockaddr;

		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(endpoint->port);
		memcpy(&in6->sin6_addr, endpoint->address.bytes, sizeof(in6->sin6_addr));
		return sizeof(*in6);
	}
	return 0;
}

int inet_endpoint_from_sockaddr(const struct sockaddr_storage *sockaddr,
				struct inet_endpoint *ret_endpoint)
{
	struct inet_endpoint endpoint = { .address.family = sockaddr->ss_family };

	if (sockaddr->ss_family == AF_INET) {
		const struct sockaddr_in *in = (const struct sockaddr_in *)sockaddr;

		endpoint.port = ntohs(in->sin_port);
		memcpy(endpoint.address.bytes, &in->sin_addr, sizeof(in->sin_addr));
	} else if (sockaddr->ss_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)sockaddr;

		endpoint.port = ntohs(in6->sin6_port);
		memcpy(endpoint.address.bytes, &in6->sin6_addr, sizeof(in6->sin6_addr));
	} else {
		return -EAFNOSUPPORT;
	}
	*ret_endpoint = endpoint;
	return 0;
}
