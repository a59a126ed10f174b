/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The same two rules as in gateway/firewall_text.c, of which the lab holds the
 * kernel's view against each other:
 *
 *   input:  udp dport P meta ipsec missing counter name cleartext_in drop
 *   output: udp sport P rt ipsec missing counter name cleartext_out drop
 *
 * I/O.
 */
#include "ipsec-glue/cleartext_guard.h"

#include "base/nft_counter.h"
#include "ipsec-glue/nft_rule.h"

#include <errno.h>
#include <libnftnl/rule.h>
#include <string.h>

#define INPUT           "input"
#define OUTPUT          "output"
#define INPUT_PRIORITY  0
#define OUTPUT_PRIORITY 300 /* behind address translation, which may change the SA */

#define UDP_SOURCE      0 /* offsets in the UDP header */
#define UDP_DESTINATION 2

/* clang-format off */
static const struct nft_rule input_rule = {
	INPUT,
	{ META_GET(NFT_META_SECPATH, NFT_REG_1), COMPARE(NFT_CMP_EQ, uint8_t, 0),
	  COUNTER(CLEARTEXT_GUARD_IN), DROP },
};

static const struct nft_rule output_rule = {
	OUTPUT,
	{ ROUTE_GET(NFT_RT_XFRM), COMPARE(NFT_CMP_EQ, uint8_t, 0),
	  COUNTER(CLEARTEXT_GUARD_OUT), DROP },
};
/* clang-format on */

/* What a walk through the rules found. */
struct found {
	unsigned int input;
	unsigned int output;
	unsigned int rules;
};

static int take_expression(struct nftnl_expr *expression, void *userdata)
{
	struct found *found = userdata;
	const char *name;

	if (strcmp(nftnl_expr_get_str(expression, NFTNL_EXPR_NAME), "objref") != 0)
		return 0;
	name = nftnl_expr_get_str(expression, NFTNL_EXPR_OBJREF_IMM_NAME);
	if (name && strcmp(name, CLEARTEXT_GUARD_IN) == 0)
		found->input++;
	if (name && strcmp(name, CLEARTEXT_GUARD_OUT) == 0)
		found->output++;
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
	if (nftnl_rule_nlmsg_parse(message, rule) == 0)
		nftnl_expr_foreach(rule, take_expression, found);
	nftnl_rule_free(rule);
	return MNL_CB_OK;
}

int cleartext_guard_check(struct netlink_socket *netlink)
{
	uint8_t buffer[NETLINK_REQUEST_SIZE];
	struct nlmsghdr *request =
		nftnl_nlmsg_build_hdr((char *)buffer, NFT_MSG_GETRULE, NFPROTO_INET, NLM_F_DUMP, 0);
	struct found found = { 0 };
	int r;

	mnl_attr_put_strz(request, NFTA_RULE_TABLE, CLEARTEXT_GUARD_TABLE);
	r = netlink_socket_request(netlink, request, take_rule, &found);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	return found.rules == 2 && found.input == 1 && found.output == 1;
}

int cleartext_guard_restore(struct netlink_socket *netlink, uint16_t l2tp_port)
{
	static const char *const table = CLEARTEXT_GUARD_TABLE;
	struct nft_batch batch;

	nft_batch_begin(&batch, netlink);
	/* To delete what may not exist: create it first, as nft itself does. */
	nft_rule_put_table(&batch, NFT_MSG_NEWTABLE, table);
	nft_rule_put_table(&batch, NFT_MSG_DELTABLE, table);
	nft_rule_put_table(&batch, NFT_MSG_NEWTABLE, table);
	nft_rule_put_counter(&batch, table, CLEARTEXT_GUARD_IN, 0);
	nft_rule_put_counter(&batch, table, CLEARTEXT_GUARD_OUT, 0);
	nft_rule_put_chain(&batch, table, INPUT, "filter", NF_INET_LOCAL_IN, INPUT_PRIORITY);
	nft_rule_put_chain(&batch, table, OUTPUT, "filter", NF_INET_LOCAL_OUT, OUTPUT_PRIORITY);
	if (nft_rule_put_udp(&batch, table, &input_rule, UDP_DESTINATION, l2tp_port) < 0 ||
	    nft_rule_put_udp(&batch, table, &output_rule, UDP_SOURCE, l2tp_port) < 0)
		return -ENOMEM;
	return nft_batch_commit(&batch);
}

int cleartext_guard_read_counters(struct netlink_socket *netlink,
				  struct cleartext_guard_counters *ret_counters)
{
	struct cleartext_guard_counters counters = { 0 };
	int r = nft_counter_read(netlink, CLEARTEXT_GUARD_TABLE, CLEARTEXT_GUARD_IN, &counters.in);

	if (r == 0)
		r = nft_counter_read(netlink, CLEARTEXT_GUARD_TABLE, CLEARTEXT_GUARD_OUT,
				     &counters.out);
	if (r == 0)
		*ret_counters = counters;
	return r;
}
