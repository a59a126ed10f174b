/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * As nft would print the table, with P for the port of L2TP:
 *
 *   table inet saregate_mark {
 *       set twins { type mark }
 *       set tunnels { type mark . inet_service }
 *       counter unmarked { }
 *       counter foreign { }
 *       chain guard {
 *           meta mark set 0
 *           meta mark set ipsec in reqid
 *           meta mark @twins meta mark set ipsec in spi
 *           @th,64,16 & 0xc00f == 0x0002 meta mark . @th,80,16 @tunnels accept
 *           @th,64,16 & 0xc00f == 0x4002 meta mark . @th,96,16 @tunnels accept
 *           meta mark 0 counter name unmarked drop
 *           @th,64,16 & 0x8000 == 0 counter name foreign drop
 *       }
 *       chain input {
 *           type filter hook input priority 10; policy accept;
 *           udp dport P jump guard
 *       }
 *   }
 *
 * With zones the first three rules are in a chain of their own, which has one more
 * behind the second, and is asked before connection tracking; and there is an empty
 * chain:
 *
 *       chain marks {
 *           meta mark set 0
 *           meta mark set ipsec in reqid
 *           meta mark != 0 ct original zone set mark
 *           meta mark @twins meta mark set ipsec in spi
 *       }
 *       chain prerouting {
 *           type filter hook prerouting priority -301; policy accept;
 *           udp dport P jump marks
 *       }
 *       chain source_ports {
 *           type nat hook input priority 100; policy accept;
 *           accept
 *       }
 *
 * Connections of different zones may have one original direction, never one
 * reply direction: a chain of type nat that says nothing makes the kernel change the
 * source port of the second one where it comes in, and change it back in what goes
 * out. Its one rule is for who looks whether the table is as it was: a chain without
 * rules would not be missed.
 *
 * Each data packet passes here, also as the ESP that it came in and as what is in
 * it: each hook costs, so that there is but one if one will do, and none for what is
 * forwarded. Other traffic leaves after one match, and a packet of a tunnel that may
 * have it (whose mark is never 0) before all rules that drop.
 *
 * The expression for reqid and SPI ends its rule for a packet that did not come
 * through an SA: the first rule's 0 stays. -301 is after defragmentation and
 * before connection tracking. 10 is after saregate_guard, which counts what came
 * in clear, and before delivery. In the header of L2TP (RFC 2661, section 3.1)
 * 0x8000 is T, a control message; 0x4000 is L, a length before the tunnel id; the
 * low four bits are the version. A packet that is too short for a rule's fields
 * is not matched by it: data without a whole header is dropped. The kernel takes
 * data of version 3 for sessions that are not ours: none goes in. I/O.
 */
#include "ipsec-glue/sa_mark_rules.h"

#include "base/cleanup.h"
#include "ipsec-glue/nft_rule.h"

#include <errno.h>
#include <linux/netfilter/nf_conntrack_tuple_common.h>

#define UDP_DESTINATION 2 /* offset in the UDP header */

#define PREROUTING          "prerouting"
#define PREROUTING_PRIORITY (-301)
#define INPUT               "input"
#define INPUT_PRIORITY      10

#define MARKS "marks"
#define GUARD "guard"

#define SOURCE_PORTS          "source_ports"
#define SOURCE_PORTS_PRIORITY 100 /* where the kernel translates source addresses */

/* nft's numbers of data types, for its listings (its include/datatype.h). */
#define NFT_TYPE_MARK         19
#define NFT_TYPE_INET_SERVICE 13
#define NFT_TYPE_BITS         6

/* The first two bytes of L2TP, behind eight of UDP. */
#define L2TP_FLAGS PAYLOAD(8, 2, NFT_REG_1)
/* The mark and what @offset has, in registers that follow each other. */
#define MARK_AND_TUNNEL(offset) \
	META_GET(NFT_META_MARK, NFT_REG32_00), PAYLOAD(offset, 2, NFT_REG32_01)

/* clang-format off */
/* Of either chain. */
static const struct nft_rule mark_rules[] = {
	{ NULL, { IMMEDIATE(0), META_SET(NFT_META_MARK) } },
	{ NULL, { XFRM_IN(NFT_XFRM_KEY_REQID), META_SET(NFT_META_MARK) } },
};

/* Before the rule for twins: a zone that changed with the SA would be a new port. */
static const struct nft_rule zone_rules[] = {
	{ NULL,
	  { META_GET(NFT_META_MARK, NFT_REG_1), COMPARE(NFT_CMP_NEQ, uint32_t, 0),
	    CONNECTION_SET(NFT_CT_ZONE, IP_CT_DIR_ORIGINAL) } },
};

static const struct nft_rule twin_rules[] = {
	{ NULL,
	  { META_GET(NFT_META_MARK, NFT_REG_1), LOOKUP(SA_MARK_TWINS, 0),
	    XFRM_IN(NFT_XFRM_KEY_SPI), FROM_NETWORK_ORDER, META_SET(NFT_META_MARK) } },
};

static const struct nft_rule guard_rules[] = {
	{ GUARD,
	  { L2TP_FLAGS, MASK16(0xc0, 0x0f), COMPARE16(NFT_CMP_EQ, 0, 2),
	    MARK_AND_TUNNEL(10), LOOKUP(SA_MARK_TUNNELS, 0), ACCEPT } },
	{ GUARD,
	  { L2TP_FLAGS, MASK16(0xc0, 0x0f), COMPARE16(NFT_CMP_EQ, 0x40, 2),
	    MARK_AND_TUNNEL(12), LOOKUP(SA_MARK_TUNNELS, 0), ACCEPT } },
	{ GUARD,
	  { META_GET(NFT_META_MARK, NFT_REG_1), COMPARE(NFT_CMP_EQ, uint32_t, 0),
	    COUNTER(SA_MARK_UNMARKED), DROP } },
	{ GUARD,
	  { L2TP_FLAGS, MASK16(0x80, 0), COMPARE16(NFT_CMP_EQ, 0, 0),
	    COUNTER(SA_MARK_FOREIGN), DROP } },
};

static const struct nft_rule prerouting_rule = { PREROUTING, { JUMP(MARKS) } };
static const struct nft_rule input_rule = { INPUT, { JUMP(GUARD) } };
static const struct nft_rule source_ports_rule = { SOURCE_PORTS, { ACCEPT } };
/* clang-format on */

/* Into @chain, where they do not name one. Return: 0, -ENOMEM. */
static int put_rules(struct nft_batch *batch, const char *chain, const struct nft_rule *rules,
		     size_t count)
{
	int r = 0;

	for (size_t i = 0; i < count && r == 0; i++) {
		struct nft_rule rule = rules[i];

		if (!rule.chain)
			rule.chain = chain;
		r = nft_rule_put(batch, SA_MARK_TABLE, &rule);
	}
	return r;
}

static int put_marks(struct nft_batch *batch, const char *chain, bool zones)
{
	int r = put_rules(batch, chain, mark_rules, ELEMENTS(mark_rules));

	if (r == 0 && zones)
		r = put_rules(batch, chain, zone_rules, ELEMENTS(zone_rules));
	if (r == 0)
		r = put_rules(batch, chain, twin_rules, ELEMENTS(twin_rules));
	return r;
}

static int put_hook(struct nft_batch *batch, const struct nft_rule *rule, uint16_t port)
{
	return nft_rule_put_udp(batch, SA_MARK_TABLE, rule, UDP_DESTINATION, port);
}

static int put_zones(struct nft_batch *batch, uint16_t port)
{
	int r;

	nft_rule_put_inner_chain(batch, SA_MARK_TABLE, MARKS);
	nft_rule_put_chain(batch, SA_MARK_TABLE, PREROUTING, "filter", NF_INET_PRE_ROUTING,
			   PREROUTING_PRIORITY);
	nft_rule_put_chain(batch, SA_MARK_TABLE, SOURCE_PORTS, "nat", NF_INET_LOCAL_IN,
			   SOURCE_PORTS_PRIORITY);
	r = put_marks(batch, MARKS, true);
	if (r == 0)
		r = nft_rule_put(batch, SA_MARK_TABLE, &source_ports_rule);
	return r == 0 ? put_hook(batch, &prerouting_rule, port) : r;
}

static void put_sets(struct nft_batch *batch)
{
	nft_rule_put_set(batch, SA_MARK_TABLE, SA_MARK_TWINS, 1, NFT_TYPE_MARK, 4);
	nft_rule_put_set(batch, SA_MARK_TABLE, SA_MARK_TUNNELS, 2,
			 NFT_TYPE_MARK << NFT_TYPE_BITS | NFT_TYPE_INET_SERVICE, 8);
}

int sa_mark_rules_put(struct nft_batch *batch, const struct sa_mark_settings *settings,
		      const struct sa_mark_counters *counters)
{
	bool zones = settings->method == SA_TRACKING_METHOD_ZONE;
	int r;

	nft_rule_put_table(batch, NFT_MSG_NEWTABLE, SA_MARK_TABLE);
	put_sets(batch);
	nft_rule_put_counter(batch, SA_MARK_TABLE, SA_MARK_UNMARKED, counters->unmarked);
	nft_rule_put_counter(batch, SA_MARK_TABLE, SA_MARK_FOREIGN, counters->foreign);
	nft_rule_put_inner_chain(batch, SA_MARK_TABLE, GUARD);
	nft_rule_put_chain(batch, SA_MARK_TABLE, INPUT, "filter", NF_INET_LOCAL_IN, INPUT_PRIORITY);
	r = zones ? put_zones(batch, settings->l2tp_port) : put_marks(batch, GUARD, false);
	if (r == 0)
		r = put_rules(batch, GUARD, guard_rules, ELEMENTS(guard_rules));
	return r == 0 ? put_hook(batch, &input_rule, settings->l2tp_port) : r;
}
