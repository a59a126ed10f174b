/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Elements of the nft set {ifname . ipv4_addr}. The key of a concatenation is
 * its parts, each padded to a multiple of four bytes: IFNAMSIZ bytes of name,
 * zero-padded, and four of address in network byte order. I/O.
 */
#include "gateway/inner_addresses.h"

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

struct element_key {
	char interface[IFNAMSIZ];
	uint32_t ipv4; /* network byte order */
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

static void put_element(struct nlmsghdr *message, const struct element_key *key)
{
	struct nlattr *list = mnl_attr_nest_start(message, NFTA_SET_ELEM_LIST_ELEMENTS);
	struct nlattr *element = mnl_attr_nest_start(message, NFTA_LIST_ELEM);
	struct nlattr *value = mnl_attr_nest_start(message, NFTA_SET_ELEM_KEY);

	mnl_attr_put(message, NFTA_DATA_VALUE, sizeof(*key), key);
	mnl_attr_nest_end(message, value);
	mnl_attr_nest_end(message, element);
	mnl_attr_nest_end(message, list);
}

/* Adds or deletes one element. */
static int change_element(struct inner_addresses *addresses, uint16_t type, uint16_t flags,
			  const char *interface, uint32_t ipv4)
{
	struct element_key key = { .ipv4 = htonl(ipv4) };
	struct nft_batch batch;
	struct nlmsghdr *message;
	int r;

	r = text_copy(key.interface, sizeof(key.interface), interface);
	if (r < 0)
		return r;
	nft_batch_begin(&batch, addresses->netlink);
	message = nft_batch_message(&batch, type, flags);
	put_set(message, addresses);
	put_element(message, &key);
	return nft_batch_commit(&batch);
}

int inner_addresses_add(struct inner_addresses *addresses, const char *interface, uint32_t ipv4)
{
	return change_element(addresses, NFT_MSG_NEWSETELEM, NLM_F_CREATE, interface, ipv4);
}

int inner_addresses_remove(struct inner_addresses *addresses, const char *interface, uint32_t ipv4)
{
	int r = change_element(addresses, NFT_MSG_DELSETELEM, 0, interface, ipv4);

	return r == -ENOENT ? 0 : r;
}
