/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Internet addresses and endpoints of either family. Everything above carries
 * these instead of sockaddr_in or sockaddr_in6, so that no family is wired in.
 * Pure.
 */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* Enough for "[ffff:...:255.255.255.255]:65535" and its terminator. */
#define INET_ENDPOINT_TEXT_MAX (INET6_ADDRSTRLEN + sizeof("[]:65535"))

/**
 * struct inet_address - an address of one family
 * @family: AF_INET, AF_INET6, or AF_UNSPEC for "no address"
 * @bytes:  network byte order; 4 or 16 are used, the rest is zero, so that
 *          two addresses are equal exactly if their bytes are
 */
struct inet_address {
	uint16_t family;
	uint8_t bytes[16];
};

/* An address and a UDP port, the port in host byte order. */
struct inet_endpoint {
	struct inet_address address;
	uint16_t port;
};

bool inet_address_equal(const struct inet_address *a, const struct inet_address *b);
bool inet_endpoint_equal(const struct inet_endpoint *a, const struct inet_endpoint *b);

/**
 * inet_address_from_ipv4() - an address from 32 bits in host byte order
 */
struct inet_address inet_address_from_ipv4(uint32_t host_order);

/**
 * inet_address_to_ipv4() - the 32 bits of an IPv4 address, host byte order
 *
 * Return: 0 for an address of another family.
 */
uint32_t inet_address_to_ipv4(const struct inet_address *address);

/* An IPv6 address from its halves: the network's and the interface's; host byte order. */
struct inet_address inet_address_from_ipv6(uint64_t network, uint64_t identifier);

/* The halves of an IPv6 address, host byte order; 0 for an address of another family. */
uint64_t inet_address_ipv6_network(const struct inet_address *address);
uint64_t inet_address_ipv6_identifier(const struct inet_address *address);

/* Whether it is 0.0.0.0 or ::, which stand for every address of their family. */
bool inet_address_is_any(const struct inet_address *address);

/**
 * inet_address_parse() - read "192.0.2.1" or "2001:db8::1"
 *
 * Return: 0, or -EINVAL with @ret_address untouched.
 */
int inet_address_parse(const char *text, struct inet_address *ret_address);

/**
 * inet_address_format() - write the address as text
 * @text: at least INET6_ADDRSTRLEN bytes; "-" for AF_UNSPEC
 *
 * Return: @text.
 */
char *inet_address_format(const struct inet_address *address, char text[INET6_ADDRSTRLEN]);

/**
 * inet_endpoint_format() - "192.0.2.1:1701" or "[2001:db8::1]:1701"
 *
 * Return: @text.
 */
char *inet_endpoint_format(const struct inet_endpoint *endpoint, char text[INET_ENDPOINT_TEXT_MAX]);

/**
 * inet_endpoint_to_sockaddr() - for bind(), connect(), sendmsg()
 *
 * Return: the size of the address used, 0 for AF_UNSPEC.
 */
socklen_t inet_endpoint_to_sockaddr(const struct inet_endpoint *endpoint,
				    struct sockaddr_storage *ret_sockaddr);

/**
 * inet_endpoint_from_sockaddr() - from recvmsg() or getsockname()
 *
 * Return: 0, or -EAFNOSUPPORT for a family that is neither IPv4 nor IPv6.
 */
int inet_endpoint_from_sockaddr(const struct sockaddr_storage *sockaddr,
				struct inet_endpoint *ret_endpoint);
