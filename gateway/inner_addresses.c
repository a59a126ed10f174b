/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Elements of the nft sets {ifname . ipv4_addr} and {ifname . ipv6_addr}. The key of a
 * concatenation is its parts, each padded to a multiple of four bytes: IFNAMSIZ bytes of
 * name, zero-padded, and the address in network byte order. A network is its first
 * address: rules mask what they compare with it, so that the kernel finds it by a hash.
 * I/O.
 */
#include "gateway/inner_addresses.h"

#include "base/address.h"
#include "base/cleanup.h"
#include "base/nft_batch.h"
#include "base/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libnftnl/common.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct inner_addresses {
	struct netlink_socket *netlink;
	char table[NFT_NAME_MAXLEN];
	char set[NFT_NAME_MAXLEN];
};

#define KEY_SIZE_MAX (IFNAMSIZ + sizeof(struct in6_addr))

struct element {
	uint8_t key[KEY_SIZE_MAX];
	uint16_t key_size;
};

void inner_addresses_free(struct inner_addresses *addresses)
{
	if (!addresses)
		return;
	netlink_socket_free(addresses->netlink);
	free(addresses);
}

void inner_addresses_freep(struct inner_addresses **addresses)
{
	inner_addresses_free(*addresses);
}

uint32_t inner_addresses_netlink_port(const struct inner_addresses *addresses)
{
	return netlink_socket_port(addresses->netlink);
}

/* What a walk through the table's rules looks for, and whether it is there. */
struct search {
	const char *set;
	bool found;
};

static int take_expression(struct nftnl_expr *expression, void *userdata)
{
	struct search *search = userdata;
	const char *set;

	if (strcmp(nftnl_expr_get_str(expression, NFTNL_EXPR_NAME), "lookup") != 0)
		return 0;
	set = nftnl_expr_get_str(expression, NFTNL_EXPR_LOOKUP_SET);
	if (set && strcmp(set, search->set) == 0)
		search->found = true;
	return 0;
}

static int take_rule(const struct nlmsghdr *message, void *userdata)
{
	struct nftnl_rule *rule = nftnl_rule_alloc();

	if (!rule) {
		errno = ENOMEM;
		return MNL_CB_ERROR;
	}
	if (nftnl_rule_nlmsg_parse(message, rule) == 0)
		nftnl_expr_foreach(rule, take_expression, userdata);
	nftnl_rule_free(rule);
	return MNL_CB_OK;
}

/* A set that no rule asks isolates nobody. */
static int check_rule(struct inner_addresses *addresses)
{
	uint8_t buffer[NETLINK_REQUEST_SIZE];
	struct search search = { .set = addresses->set };
	struct nlmsghdr *request =
		nftnl_nlmsg_build_hdr((char *)buffer, NFT_MSG_GETRULE, NFPROTO_INET, NLM_F_DUMP, 0);
	int r;

	mnl_attr_put_strz(request, NFTA_RULE_TABLE, addresses->table);
	r = netlink_socket_request(addresses->netlink, request, take_rule, &search);
	if (r < 0)
		return r;
	return search.found ? 0 : -ENOENT;
}

int inner_addresses_check(struct inner_addresses *addresses)
{
	uint8_t buffer[NETLINK_REQUEST_SIZE];
	struct nlmsghdr *request =
		nftnl_nlmsg_build_hdr((char *)buffer, NFT_MSG_GETSET, NFPROTO_INET, NLM_F_ACK, 0);
	int r;

	mnl_attr_put_strz(request, NFTA_SET_TABLE, addresses->table);
	mnl_attr_put_strz(request, NFTA_SET_NAME, addresses->set);
	r = netlink_socket_request(addresses->netlink, request, NULL, NULL);
	return r < 0 ? r : check_rule(addresses);
}

int inner_addresses_new(const char *table, const char *set, struct inner_addresses **ret_addresses)
{
	_cleanup_(inner_addresses_freep) struct inner_addresses *addresses = NULL;
	int r;

	addresses = calloc(1, sizeof(*addresses));
	if (!addresses)
		return -ENOMEM;
	r = text_copy(addresses->table, sizeof(addresses->table), table);
	if (r == 0)
		r = text_copy(addresses->set, sizeof(addresses->set), set);
	if (r == 0)
		r = netlink_socket_new(NETLINK_NETFILTER, &addresses->netlink);
	if (r < 0)
		return r;
	*ret_addresses = TAKE_PTR(addresses);
	return 0;
}

static void put_set(struct nlmsghdr *message, const struct inner_addresses *addresses)
{
	mnl_attr_put_strz(message, NFTA_SET_ELEM_LIST_TABLE, addresses->table);
	mnl_attr_put_strz(message, NFTA_SET_ELEM_LIST_SET, addresses->set);
}

int inner_addresses_flush(struct inner_addresses *addresses)
{
	struct nft_batch batch;

	nft_batch_begin(&batch, addresses->netlink);
	/* Without a list of elements, all of them are meant. */
	put_set(nft_batch_message(&batch, NFT_MSG_DELSETELEM, 0), addresses);
	return nft_batch_commit(&batch);
}

static void put_element(struct nlmsghdr *message, const struct element *element)
{
	struct nlattr *list = mnl_attr_nest_start(message, NFTA_SET_ELEM_LIST_ELEMENTS);
	struct nlattr *item = mnl_attr_nest_start(message, NFTA_LIST_ELEM);
	struct nlattr *key = mnl_attr_nest_start(message, NFTA_SET_ELEM_KEY);

	mnl_attr_put(message, NFTA_DATA_VALUE, element->key_size, element->key);
	mnl_attr_nest_end(message, key);
	mnl_attr_nest_end(message, item);
	mnl_attr_nest_end(message, list);
}

/* Adds or deletes one element. */
static int change_element(struct inner_addresses *addresses, uint16_t type, uint16_t flags,
			  const struct element *element)
{
	struct nft_batch batch;
	struct nlmsghdr *message;

	nft_batch_begin(&batch, addresses->netlink);
	message = nft_batch_message(&batch, type, flags);
	put_set(message, addresses);
	put_element(message, element);
	return nft_batch_commit(&batch);
}

static int make_address(const char *interface, uint32_t ipv4, struct element *ret_element)
{
	struct element element = { .key_size = IFNAMSIZ + sizeof(ipv4) };
	uint32_t network_order = htonl(ipv4);

	if (text_copy((char *)element.key, IFNAMSIZ, interface) < 0)
		return -ENAMETOOLONG;
	memcpy(element.key + IFNAMSIZ, &network_order, sizeof(network_order));
	*ret_element = element;
	return 0;
}

static int make_network(const char *interface, uint64_t network, struct element *ret_element)
{
	const struct inet_address first = inet_address_from_ipv6(network, 0);
	struct element element = { .key_size = KEY_SIZE_MAX };

	if (text_copy((char *)element.key, IFNAMSIZ, interface) < 0)
		return -ENAMETOOLONG;
	memcpy(element.key + IFNAMSIZ, first.bytes, sizeof(first.bytes));
	*ret_element = element;
	return 0;
}

static int add_element(struct inner_addresses *addresses, const struct element *element)
{
	return change_element(addresses, NFT_MSG_NEWSETELEM, NLM_F_CREATE, element);
}

static int remove_element(struct inner_addresses *addresses, const struct element *element)
{
	int r = change_element(addresses, NFT_MSG_DELSETELEM, 0, element);

	return r == -ENOENT ? 0 : r;
}

int inner_addresses_add(struct inner_addresses *addresses, const char *interface, uint32_t ipv4)
{
	struct element element;
	int r = make_address(interface, ipv4, &element);

	return r < 0 ? r : add_element(addresses, &element);
}

int inner_addresses_remove(struct inner_addresses *addresses, const char *interface, uint32_t ipv4)
{
	struct element element;
	int r = make_address(interface, ipv4, &element);

	return r < 0 ? r : remove_element(addresses, &element);
}

int inner_addresses_add_network(struct inner_addresses *addresses, const char *interface,
				uint64_t network)
{
	struct element element;
	int r = make_network(interface, network, &element);

	return r < 0 ? r : add_element(addresses, &element);
}

int inner_addresses_remove_network(struct inner_addresses *addresses, const char *interface,
				   uint64_t network)
{
	struct element element;
	int r = make_network(interface, network, &element);

	return r < 0 ? r : remove_element(addresses, &element);
}
