/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inner addresses as people write them: in saregate.conf, and as attributes of
 * users and groups. What is wrong is said in half a line ("is ..."). Pure.
 */
#pragma once

#include "base/address.h"

#define ADDRESS_TEXT_DNS_MAX 2

/* Up to this many networks of a group. */
#define ADDRESS_TEXT_NETWORKS_MAX 16
/* Room for all of them, or for any other text of this file. */
#define ADDRESS_TEXT_MAX (ADDRESS_TEXT_NETWORKS_MAX * (sizeof("255.255.255.255/32")) + 1)

struct address_network {
	uint32_t first_ipv4; /* host byte order; its last bits are 0 */
	uint8_t length;      /* of the prefix, 0 to 32 */
};

/**
 * struct address_networks - where somebody may go
 * @is_limited: else everywhere, and @count is 0
 */
struct address_networks {
	bool is_limited;
	uint8_t count;
	struct address_network items[ADDRESS_TEXT_NETWORKS_MAX];
};

/* What a prefix may be: from so many networks of 64 bits that 32 bits count them, to one. */
#define ADDRESS_TEXT_IPV6_LENGTH_MIN 32
#define ADDRESS_TEXT_IPV6_LENGTH_MAX 64
/* Room for one. */
#define ADDRESS_TEXT_IPV6_PREFIX_MAX (INET6_ADDRSTRLEN + sizeof("/64"))

/**
 * struct address_ipv6_prefix - networks of 64 bits that follow each other
 * @first:  the first one: the upper half of an address, host byte order; its bits beyond
 *          @length are 0
 * @length: 32 to 64; 0: there is no prefix
 */
struct address_ipv6_prefix {
	uint64_t first;
	uint32_t length;
};

/* All return NULL, or what is wrong (static) with nothing written. */

/* An address that a host can have: none of 0/8, 127/8, multicast and above. */
const char *address_text_ipv4(const char *text, uint32_t *ret_ipv4);
/* Global or unique local unicast. */
const char *address_text_ipv6(const char *text, struct inet_address *ret_ipv6);
/* Many networks of 64 bits: PREFIX/LENGTH, of global or unique local addresses. */
const char *address_text_ipv6_prefix(const char *text, struct address_ipv6_prefix *ret_prefix);
/* Up to two addresses, separated by spaces or commas; the rest is 0. */
const char *address_text_dns(const char *text, uint32_t ret_dns_ipv4[ADDRESS_TEXT_DNS_MAX]);
/* ADDRESS/LENGTH, up to 16, separated by spaces or commas; "" is everywhere, "none" nowhere. */
const char *address_text_networks(const char *text, struct address_networks *ret_networks);

/* "2001:db8:0:100::/56"; "" for one of length 0. Return: @text. */
char *address_text_format_ipv6_prefix(const struct address_ipv6_prefix *prefix,
				      char text[ADDRESS_TEXT_IPV6_PREFIX_MAX]);

/* The same of one network of 64 bits, by its upper half; "" for 0. */
char *address_text_format_ipv6_network(uint64_t network, char text[ADDRESS_TEXT_IPV6_PREFIX_MAX]);

/* Both return @text, separated by spaces. */
char *address_text_format_dns(const uint32_t dns_ipv4[ADDRESS_TEXT_DNS_MAX],
			      char text[ADDRESS_TEXT_MAX]);
char *address_text_format_networks(const struct address_networks *networks,
				   char text[ADDRESS_TEXT_MAX]);
