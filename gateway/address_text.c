/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inner addresses to and from text. Pure. */
#include "gateway/address_text.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define SEPARATORS " \t,"
/* Room to take a list apart. */
#define LIST_MAX 512

const char *address_text_ipv4(const char *text, uint32_t *ret_ipv4)
{
	struct inet_address address;
	uint32_t ipv4;

	if (inet_address_parse(text, &address) < 0 || address.family != AF_INET)
		return "is no IPv4 address";
	ipv4 = inet_address_to_ipv4(&address);
	if (ipv4 >> 24 == 0 || ipv4 >> 24 == 127 || ipv4 >> 24 >= 224)
		return "is no address that a host can have";
	*ret_ipv4 = ipv4;
	return NULL;
}

const char *address_text_ipv6(const char *text, struct inet_address *ret_ipv6)
{
	struct inet_address address;

	if (inet_address_parse(text, &address) < 0 || address.family != AF_INET6)
		return "is no IPv6 address";
	/* 2000::/3 and fc00::/7 */
	if (address.bytes[0] >> 5 != 1 && (address.bytes[0] & 0xfe) != 0xfc)
		return "is no global or unique local address";
	*ret_ipv6 = address;
	return NULL;
}

const char *address_text_ipv6_prefix(const char *text, struct address_ipv6_prefix *ret_prefix)
{
	struct address_ipv6_prefix prefix = { 0 };
	struct inet_address address;
	char copy[LIST_MAX], *slash;
	const char *wrong;

	if (text_copy(copy, sizeof(copy), text) < 0)
		return "is too long";
	slash = strchr(copy, '/');
	if (!slash)
		return "has no length";
	*slash = '\0';
	wrong = address_text_ipv6(copy, &address);
	if (wrong)
		return wrong;
	if (text_parse_u32(slash + 1, ADDRESS_TEXT_IPV6_LENGTH_MIN, ADDRESS_TEXT_IPV6_LENGTH_MAX,
			   &prefix.length) < 0)
		return "has a length that is out of bounds";
	prefix.first = inet_address_ipv6_network(&address);
	if (inet_address_ipv6_identifier(&address) ||
	    (prefix.length < 64 && prefix.first << prefix.length))
		return "has bits beyond its length";
	*ret_prefix = prefix;
	return NULL;
}

const char *address_text_dns(const char *text, uint32_t ret_dns_ipv4[ADDRESS_TEXT_DNS_MAX])
{
	uint32_t servers[ADDRESS_TEXT_DNS_MAX] = { 0 };
	char copy[LIST_MAX], *rest = NULL;
	size_t count = 0;

	if (text_copy(copy, sizeof(copy), text) < 0)
		return "is too long";
	for (char *word = strtok_r(copy, SEPARATORS, &rest); word;
	     word = strtok_r(NULL, SEPARATORS, &rest)) {
		const char *wrong;

		if (count == ELEMENTS(servers))
			return "has more than two addresses";
		wrong = address_text_ipv4(word, &servers[count++]);
		if (wrong)
			return wrong;
	}
	memcpy(ret_dns_ipv4, servers, sizeof(servers));
	return NULL;
}

static const char *parse_network(char *word, struct address_network *ret_network)
{
	char *slash = strchr(word, '/');
	struct inet_address address;
	uint32_t length = 32, first;

	if (slash)
		*slash = '\0';
	if (inet_address_parse(word, &address) < 0 || address.family != AF_INET ||
	    (slash && text_parse_u32(slash + 1, 0, 32, &length) < 0))
		return "is no list of networks";
	first = inet_address_to_ipv4(&address);
	if (length < 32 && (first & (UINT32_MAX >> length)) != 0)
		return "has a network whose address has bits beyond its length";
	*ret_network = (struct address_network){ first, (uint8_t)length };
	return NULL;
}

static bool overlap(const struct address_network *a, const struct address_network *b)
{
	uint8_t length = a->length < b->length ? a->length : b->length;

	return length == 0 || (a->first_ipv4 ^ b->first_ipv4) >> (32 - length) == 0;
}

/* The firewall's set takes no address twice. */
static const char *add_network(struct address_networks *networks, char *word)
{
	struct address_network *network = &networks->items[networks->count];
	const char *wrong;

	if (networks->count == ADDRESS_TEXT_NETWORKS_MAX)
		return "has more than 16 networks";
	wrong = parse_network(word, network);
	for (size_t i = 0; !wrong && i < networks->count; i++)
		if (overlap(&networks->items[i], network))
			wrong = "has networks that overlap";
	networks->count += !wrong;
	return wrong;
}

const char *address_text_networks(const char *text, struct address_networks *ret_networks)
{
	struct address_networks networks = { .is_limited = true };
	char copy[LIST_MAX], *rest = NULL;

	if (strcmp(text, "none") == 0) {
		*ret_networks = networks;
		return NULL;
	}
	if (text_copy(copy, sizeof(copy), text) < 0)
		return "is too long";
	for (char *word = strtok_r(copy, SEPARATORS, &rest); word;
	     word = strtok_r(NULL, SEPARATORS, &rest)) {
		const char *wrong = add_network(&networks, word);

		if (wrong)
			return wrong;
	}
	networks.is_limited = networks.count > 0;
	*ret_networks = networks;
	return NULL;
}

/* Appends an address, and "/LENGTH" for a network; a space goes before the second. */
static size_t append(char *text, size_t used, uint32_t ipv4, int length)
{
	struct inet_address address = inet_address_from_ipv4(ipv4);
	char word[INET6_ADDRSTRLEN], suffix[sizeof("/255")] = "";

	if (length >= 0)
		snprintf(suffix, sizeof(suffix), "/%u", (unsigned int)(uint8_t)length);
	return used + (size_t)snprintf(text + used, ADDRESS_TEXT_MAX - used, "%s%s%s",
				       used ? " " : "", inet_address_format(&address, word),
				       suffix);
}

char *address_text_format_ipv6_prefix(const struct address_ipv6_prefix *prefix,
				      char text[ADDRESS_TEXT_IPV6_PREFIX_MAX])
{
	struct inet_address address = inet_address_from_ipv6(prefix->first, 0);
	char word[INET6_ADDRSTRLEN];

	text[0] = '\0';
	if (prefix->length)
		snprintf(text, ADDRESS_TEXT_IPV6_PREFIX_MAX, "%s/%u",
			 inet_address_format(&address, word), prefix->length);
	return text;
}

char *address_text_format_ipv6_network(uint64_t network, char text[ADDRESS_TEXT_IPV6_PREFIX_MAX])
{
	struct address_ipv6_prefix prefix = { network, network ? ADDRESS_TEXT_IPV6_LENGTH_MAX : 0 };

	return address_text_format_ipv6_prefix(&prefix, text);
}

char *address_text_format_dns(const uint32_t dns_ipv4[ADDRESS_TEXT_DNS_MAX],
			      char text[ADDRESS_TEXT_MAX])
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < ADDRESS_TEXT_DNS_MAX; i++)
		if (dns_ipv4[i])
			used = append(text, used, dns_ipv4[i], -1);
	return text;
}

char *address_text_format_networks(const struct address_networks *networks,
				   char text[ADDRESS_TEXT_MAX])
{
	size_t used = 0;

	strcpy(text, networks->is_limited && networks->count == 0 ? "none" : "");
	for (size_t i = 0; i < networks->count; i++)
		used = append(text, used, networks->items[i].first_ipv4, networks->items[i].length);
	return text;
}
