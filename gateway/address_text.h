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

/* All return NULL, or what is wrong (static) with nothing written. */

/* An address that a host can have: none of 0/8, 127/8, multicast and above. */
const char *address_text_ipv4(const char *text, uint32_t *ret_ipv4);
/* Global or unique local unicast. */
const char *address_text_ipv6(const char *text, struct inet_address *ret_ipv6);
/* Up to two addresses, separated by spaces or commas; the rest is 0. */
const char *address_text_dns(const char *text, uint32_t ret_dns_ipv4[ADDRESS_TEXT_DNS_MAX]);
/* ADDRESS/LENGTH, up to 16, separated by spaces or commas; "" is everywhere, "none" nowhere. */
const char *address_text_networks(const char *text, struct address_networks *ret_networks);

/* Both return @text, separated by spaces. */
char *address_text_format_dns(const uint32_t dns_ipv4[ADDRESS_TEXT_DNS_MAX],
			      char text[ADDRESS_TEXT_MAX]);
char *address_text_format_networks(const struct address_networks *networks,
				   char text[ADDRESS_TEXT_MAX]);
