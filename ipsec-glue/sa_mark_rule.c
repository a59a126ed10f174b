/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table that marks decrypted L2TP with the reqid of its SA:
 *
 *   table inet saregate_mark {
 *       chain prerouting {
 *           type filter hook prerouting priority -301; policy accept;
 *           meta l4proto udp th dport 1701 meta mark set 0
 *           meta l4proto udp th dport 1701 meta mark set ipsec in reqid
 *       }
 *   }
 *
 * nft prints the last statement and cannot read it. The expression ends its
 * rule for a packet that did not come through an SA: the first rule's 0 stays.
 * -301 is after defragmentation and before connection tracking. I/O.
 */
#include "ipsec-glue/sa_mark_rule.h"

#include "base/cleanup.h"
#include "base/nft_batch.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/xfrm.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>

#define CHAIN    "prerouting"
#define PRIORITY (-301)
#define RULES    2

/* One value of an expression, as libnftnl takes it; size 0 ends the list. */
struct field {
	uint16_t name;
	uint32_t size;
	const void *value;
};

#define FIELDS_MAX 5

struct expression {
	const char *name;
	struct field fields[FIELDS_MAX];
};

#define FIELD(name, type, value)                  \
	{                                         \
		name, sizeof(type), &(const type) \
		{                                 \
			value                     \
		}                                 \
	}

static const struct expression zero = {
	"immediate",
	{ FIELD(NFTNL_EXPR_IMM_DREG, uint32_t, NFT_REG_1),
	  FIELD(NFTNL_EXPR_IMM_DATA, uint32_t, 0) },
};

/* Has no value, and ends its rule, for a packet that came through no SA. */
static const struct expression reqid = {
	"xfrm",
	{ FIELD(NFTNL_EXPR_XFRM_DREG, uint32_t, NFT_REG_1),
	  FIELD(NFTNL_EXPR_XFRM_KEY, uint32_t, NFT_XFRM_KEY_REQID),
	  FIELD(NFTNL_EXPR_XFRM_DIR, uint8_t, XFRM_POLICY_IN),
	  FIELD(NFTNL_EXPR_XFRM_SPNUM, uint32_t, 0) },
};

/* Appends one expression to the list of a rule. Return: 0, -ENOMEM. */
static int put_expression(struct nlmsghdr *message, const struct expression *expression)
{
	struct nftnl_expr *nftnl = nftnl_expr_alloc(expression->name);
	struct nlattr *nest;

	if (!nftnl)
		return -ENOMEM;
	for (size_t i = 0; i < FIELDS_MAX && expression->fields[i].size > 0; i++) {
		const struct field *field = &expression->fields[i];

		nftnl_expr_set(nftnl, field->name, field->value, field->size);
	}
	nest = mnl_attr_nest_start(message, NFTA_LIST_ELEM);
	nftnl_expr_build_payload(message, nftnl);
	mnl_attr_nest_end(message, nest);
	nftnl_expr_free(nftnl);
	return 0;
}

/*
 * A rule for UDP to @port that puts what @source yields into the packet's mark.
 * Return: 0, -ENOMEM.
 */
static int put_rule(struct nft_batch *batch, uint16_t port, const struct expression *source)
{
	const struct expression expressions[] = {
		{ "meta",
		  { FIELD(NFTNL_EXPR_META_KEY, uint32_t, NFT_META_L4PROTO),
		    FIELD(NFTNL_EXPR_META_DREG, uint32_t, NFT_REG_1) } },
		{ "cmp",
		  { FIELD(NFTNL_EXPR_CMP_SREG, uint32_t, NFT_REG_1),
		    FIELD(NFTNL_EXPR_CMP_OP, uint32_t, NFT_CMP_EQ),
		    FIELD(NFTNL_EXPR_CMP_DATA, uint8_t, IPPROTO_UDP) } },
		{ "payload",
		  { FIELD(NFTNL_EXPR_PAYLOAD_DREG, uint32_t, NFT_REG_1),
		    FIELD(NFTNL_EXPR_PAYLOAD_BASE, uint32_t, NFT_PAYLOAD_TRANSPORT_HEADER),
		    FIELD(NFTNL_EXPR_PAYLOAD_OFFSET, uint32_t, 2),
		    FIELD(NFTNL_EXPR_PAYLOAD_LEN, uint32_t, sizeof(port)) } },
		{ "cmp",
		  { FIELD(NFTNL_EXPR_CMP_SREG, uint32_t, NFT_REG_1),
		    FIELD(NFTNL_EXPR_CMP_OP, uint32_t, NFT_CMP_EQ),
		    FIELD(NFTNL_EXPR_CMP_DATA, uint16_t, htons(port)) } },
		*source,
		{ "meta",
		  { FIELD(NFTNL_EXPR_META_KEY, uint32_t, NFT_META_MARK),
		    FIELD(NFTNL_EXPR_META_SREG, uint32_t, NFT_REG_1) } },
	};
	struct nlmsghdr *message =
		nft_batch_message(batch, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND);
	struct nlattr *nest;

	mnl_attr_put_strz(message, NFTA_RULE_TABLE, SA_MARK_TABLE);
	mnl_attr_put_strz(message, NFTA_RULE_CHAIN, CHAIN);
	nest = mnl_attr_nest_start(message, NFTA_RULE_EXPRESSIONS);
	for (size_t i = 0; i < ELEMENTS(expressions); i++)
		if (put_expression(message, &expressions[i]) < 0)
			return -ENOMEM;
	mnl_attr_nest_end(message, nest);
	return 0;
}

static void put_chain(struct nft_batch *batch)
{
	struct nlmsghdr *message = nft_batch_message(batch, NFT_MSG_NEWCHAIN, NLM_F_CREATE);
	struct nlattr *nest;

	mnl_attr_put_strz(message, NFTA_CHAIN_TABLE, SA_MARK_TABLE);
	mnl_attr_put_strz(message, NFTA_CHAIN_NAME, CHAIN);
	nest = mnl_attr_nest_start(message, NFTA_CHAIN_HOOK);
	mnl_attr_put_u32(message, NFTA_HOOK_HOOKNUM, htonl(NF_INET_PRE_ROUTING));
	mnl_attr_put_u32(message, NFTA_HOOK_PRIORITY, htonl((uint32_t)PRIORITY));
	mnl_attr_nest_end(message, nest);
	mnl_attr_put_strz(message, NFTA_CHAIN_TYPE, "filter");
	mnl_attr_put_u32(message, NFTA_CHAIN_POLICY, htonl(NF_ACCEPT));
}

static void put_table(struct nft_batch *batch, uint16_t type, uint16_t flags)
{
	mnl_attr_put_strz(nft_batch_message(batch, type, flags), NFTA_TABLE_NAME, SA_MARK_TABLE);
}

int sa_mark_rule_install(uint16_t l2tp_port)
{
	_cleanup_(netlink_socket_freep) struct netlink_socket *netlink = NULL;
	struct nft_batch batch;
	int r;

	r = netlink_socket_new(NETLINK_NETFILTER, &netlink);
	if (r < 0)
		return r;
	nft_batch_begin(&batch, netlink);
	/* To delete what may not exist: create it first, as nft itself does. */
	put_table(&batch, NFT_MSG_NEWTABLE, NLM_F_CREATE);
	put_table(&batch, NFT_MSG_DELTABLE, 0);
	put_table(&batch, NFT_MSG_NEWTABLE, NLM_F_CREATE);
	put_chain(&batch);
	if (put_rule(&batch, l2tp_port, &zero) < 0 || put_rule(&batch, l2tp_port, &reqid) < 0)
		return -ENOMEM;
	return nft_batch_commit(&batch);
}

/* What a look at the chain found. */
struct found {
	unsigned int rules;
	bool last_has_xfrm;
};

static int take_expression(struct nftnl_expr *expression, void *userdata)
{
	struct found *found = userdata;

	if (strcmp(nftnl_expr_get_str(expression, NFTNL_EXPR_NAME), "xfrm") == 0)
		found->last_has_xfrm = true;
	return 0;
}

static int take_rule(const struct nlmsghdr *message, void *userdata)
{
	struct found *found = userdata;
	struct nftnl_rule *rule = nftnl_rule_alloc();

	if (!rule) {
		errno = ENOMEM;
		return MNL_CB_ERROR;
	}
	found->rules++;
	found->last_has_xfrm = false;
	if (nftnl_rule_nlmsg_parse(message, rule) == 0)
		nftnl_expr_foreach(rule, take_expression, found);
	nftnl_rule_free(rule);
	return MNL_CB_OK;
}

int sa_mark_rule_check(void)
{
	_cleanup_(netlink_socket_freep) struct netlink_socket *netlink = NULL;
	uint8_t buffer[NETLINK_REQUEST_SIZE];
	struct found found = { 0 };
	struct nlmsghdr *request;
	int r;

	r = netlink_socket_new(NETLINK_NETFILTER, &netlink);
	if (r < 0)
		return r;
	request =
		nftnl_nlmsg_build_hdr((char *)buffer, NFT_MSG_GETRULE, NFPROTO_INET, NLM_F_DUMP, 0);
	mnl_attr_put_strz(request, NFTA_RULE_TABLE, SA_MARK_TABLE);
	mnl_attr_put_strz(request, NFTA_RULE_CHAIN, CHAIN);
	r = netlink_socket_request(netlink, request, take_rule, &found);
	if (r < 0 && r != -ENOENT)
		return r;
	return found.rules == RULES && found.last_has_xfrm;
}

int sa_mark_rule_remove(void)
{
	_cleanup_(netlink_socket_freep) struct netlink_socket *netlink = NULL;
	struct nft_batch batch;
	int r;

	r = netlink_socket_new(NETLINK_NETFILTER, &netlink);
	if (r < 0)
		return r;
	nft_batch_begin(&batch, netlink);
	put_table(&batch, NFT_MSG_DELTABLE, 0);
	r = nft_batch_commit(&batch);
	return r == -ENOENT ? 0 : r;
}
