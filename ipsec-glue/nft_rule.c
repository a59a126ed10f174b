/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Expressions through libnftnl, all else through libmnl. */
#include "ipsec-glue/nft_rule.h"

#include "base/cleanup.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>

/* Appends one expression to the list of a rule. Return: 0, -ENOMEM. */
static int put_expression(struct nlmsghdr *message, const struct nft_expression *expression)
{
	struct nftnl_expr *nftnl = nftnl_expr_alloc(expression->name);
	struct nlattr *nest;

	if (!nftnl)
		return -ENOMEM;
	for (size_t i = 0; i < NFT_RULE_FIELDS_MAX && expression->fields[i].size > 0; i++) {
		const struct nft_field *field = &expression->fields[i];

		nftnl_expr_set(nftnl, field->name, field->value, field->size);
	}
	nest = mnl_attr_nest_start(message, NFTA_LIST_ELEM);
	nftnl_expr_build_payload(message, nftnl);
	mnl_attr_nest_end(message, nest);
	nftnl_expr_free(nftnl);
	return 0;
}

/* Appends expressions up to the end of the list. Return: 0, -ENOMEM. */
static int put_expressions(struct nlmsghdr *message, const struct nft_expression *expressions,
			   size_t maximum)
{
	int r = 0;

	for (size_t i = 0; i < maximum && expressions[i].name && r == 0; i++)
		r = put_expression(message, &expressions[i]);
	return r;
}

/* Return: the list of expressions, still empty, in *@ret_message. */
static struct nlattr *begin_rule(struct nft_batch *batch, const char *table, const char *chain,
				 struct nlmsghdr **ret_message)
{
	struct nlmsghdr *message =
		nft_batch_message(batch, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND);

	mnl_attr_put_strz(message, NFTA_RULE_TABLE, table);
	mnl_attr_put_strz(message, NFTA_RULE_CHAIN, chain);
	*ret_message = message;
	return mnl_attr_nest_start(message, NFTA_RULE_EXPRESSIONS);
}

int nft_rule_put(struct nft_batch *batch, const char *table, const struct nft_rule *rule)
{
	struct nlmsghdr *message;
	struct nlattr *nest = begin_rule(batch, table, rule->chain, &message);
	int r = put_expressions(message, rule->expressions, NFT_RULE_EXPRESSIONS_MAX);

	mnl_attr_nest_end(message, nest);
	return r;
}

int nft_rule_put_udp(struct nft_batch *batch, const char *table, const struct nft_rule *rule,
		     uint8_t udp_port_offset, uint16_t udp_port)
{
	const struct nft_expression match[] = {
		META_GET(NFT_META_L4PROTO, NFT_REG_1),
		COMPARE(NFT_CMP_EQ, uint8_t, IPPROTO_UDP),
		PAYLOAD(udp_port_offset, 2, NFT_REG_1),
		COMPARE16(NFT_CMP_EQ, (uint8_t)(udp_port >> 8), (uint8_t)udp_port),
	};
	struct nlmsghdr *message;
	struct nlattr *nest = begin_rule(batch, table, rule->chain, &message);
	int r = put_expressions(message, match, ELEMENTS(match));

	if (r == 0)
		r = put_expressions(message, rule->expressions, NFT_RULE_EXPRESSIONS_MAX);
	mnl_attr_nest_end(message, nest);
	return r;
}

void nft_rule_put_inner_chain(struct nft_batch *batch, const char *table, const char *chain)
{
	struct nlmsghdr *message = nft_batch_message(batch, NFT_MSG_NEWCHAIN, NLM_F_CREATE);

	mnl_attr_put_strz(message, NFTA_CHAIN_TABLE, table);
	mnl_attr_put_strz(message, NFTA_CHAIN_NAME, chain);
}

void nft_rule_put_chain(struct nft_batch *batch, const char *table, const char *chain,
			const char *type, uint32_t hook, int priority)
{
	struct nlmsghdr *message = nft_batch_message(batch, NFT_MSG_NEWCHAIN, NLM_F_CREATE);
	struct nlattr *nest;

	mnl_attr_put_strz(message, NFTA_CHAIN_TABLE, table);
	mnl_attr_put_strz(message, NFTA_CHAIN_NAME, chain);
	nest = mnl_attr_nest_start(message, NFTA_CHAIN_HOOK);
	mnl_attr_put_u32(message, NFTA_HOOK_HOOKNUM, htonl(hook));
	mnl_attr_put_u32(message, NFTA_HOOK_PRIORITY, htonl((uint32_t)priority));
	mnl_attr_nest_end(message, nest);
	mnl_attr_put_strz(message, NFTA_CHAIN_TYPE, type);
	mnl_attr_put_u32(message, NFTA_CHAIN_POLICY, htonl(NF_ACCEPT));
}

void nft_rule_put_set(struct nft_batch *batch, const char *table, const char *set, uint32_t id,
		      uint32_t type, uint32_t key_size)
{
	/* what nft itself notes with a set (NFTNL_UDATA_SET_KEYBYTEORDER): host byte order */
	static const struct {
		uint8_t type;
		uint8_t size;
		uint8_t value[4];
	} byte_order = { 0, 4, { 1, 0, 0, 0 } };
	struct nlmsghdr *message = nft_batch_message(batch, NFT_MSG_NEWSET, NLM_F_CREATE);

	mnl_attr_put_strz(message, NFTA_SET_TABLE, table);
	mnl_attr_put_strz(message, NFTA_SET_NAME, set);
	mnl_attr_put_u32(message, NFTA_SET_FLAGS, 0);
	mnl_attr_put_u32(message, NFTA_SET_KEY_TYPE, htonl(type));
	mnl_attr_put_u32(message, NFTA_SET_KEY_LEN, htonl(key_size));
	mnl_attr_put_u32(message, NFTA_SET_ID, htonl(id));
	mnl_attr_put(message, NFTA_SET_USERDATA, sizeof(byte_order), &byte_order);
}

void nft_rule_put_counter(struct nft_batch *batch, const char *table, const char *counter,
			  uint64_t packets)
{
	struct nlmsghdr *message = nft_batch_message(batch, NFT_MSG_NEWOBJ, NLM_F_CREATE);
	struct nlattr *nest;

	mnl_attr_put_strz(message, NFTA_OBJ_TABLE, table);
	mnl_attr_put_strz(message, NFTA_OBJ_NAME, counter);
	mnl_attr_put_u32(message, NFTA_OBJ_TYPE, htonl(NFT_OBJECT_COUNTER));
	nest = mnl_attr_nest_start(message, NFTA_OBJ_DATA);
	mnl_attr_put_u64(message, NFTA_COUNTER_PACKETS, htobe64(packets));
	mnl_attr_nest_end(message, nest);
}

void nft_rule_put_table(struct nft_batch *batch, uint16_t type, const char *table)
{
	mnl_attr_put_strz(
		nft_batch_message(batch, type, type == NFT_MSG_NEWTABLE ? NLM_F_CREATE : 0),
		NFTA_TABLE_NAME, table);
}
