/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rules of nf_tables as constant lists of expressions, and the messages that
 * put tables, sets, counters, chains and such rules into a transaction. On
 * libnftnl. I/O only in so far as messages are built.
 */
#pragma once

#include "base/nft_batch.h"

#include <libnftnl/expr.h>
#include <netinet/in.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/xfrm.h>

/* One value of an expression, as libnftnl takes it; size 0 ends the list. */
struct nft_field {
	uint16_t name;
	uint32_t size;
	const void *value;
};

#define NFT_RULE_FIELDS_MAX      6
#define NFT_RULE_EXPRESSIONS_MAX 16

struct nft_expression {
	const char *name;
	struct nft_field fields[NFT_RULE_FIELDS_MAX];
};

/* clang-format off */
/* Values must be constants: a rule is a list of compound literals. */
#define FIELD(name, type, value) { name, sizeof(type), &(const type){ value } }
#define TEXT(name, text)         { name, sizeof(text), text }
#define BYTES16(name, high, low) { name, 2, (const uint8_t[]){ high, low } }

#define META_GET(key, into) \
	{ \
		"meta", { FIELD(NFTNL_EXPR_META_KEY, uint32_t, key), \
			  FIELD(NFTNL_EXPR_META_DREG, uint32_t, into) } \
	}
#define META_SET(key) \
	{ \
		"meta", { FIELD(NFTNL_EXPR_META_KEY, uint32_t, key), \
			  FIELD(NFTNL_EXPR_META_SREG, uint32_t, NFT_REG_1) } \
	}
#define ROUTE_GET(key) \
	{ \
		"rt", { FIELD(NFTNL_EXPR_RT_KEY, uint32_t, key), \
			FIELD(NFTNL_EXPR_RT_DREG, uint32_t, NFT_REG_1) } \
	}
/* In bytes from the UDP header. */
#define PAYLOAD(offset, size, into) \
	{ \
		"payload", { FIELD(NFTNL_EXPR_PAYLOAD_DREG, uint32_t, into), \
			     FIELD(NFTNL_EXPR_PAYLOAD_BASE, uint32_t, \
				   NFT_PAYLOAD_TRANSPORT_HEADER), \
			     FIELD(NFTNL_EXPR_PAYLOAD_OFFSET, uint32_t, offset), \
			     FIELD(NFTNL_EXPR_PAYLOAD_LEN, uint32_t, size) } \
	}
#define COMPARE(operation, type, value) \
	{ \
		"cmp", { FIELD(NFTNL_EXPR_CMP_SREG, uint32_t, NFT_REG_1), \
			 FIELD(NFTNL_EXPR_CMP_OP, uint32_t, operation), \
			 FIELD(NFTNL_EXPR_CMP_DATA, type, value) } \
	}
#define COMPARE16(operation, high, low) \
	{ \
		"cmp", { FIELD(NFTNL_EXPR_CMP_SREG, uint32_t, NFT_REG_1), \
			 FIELD(NFTNL_EXPR_CMP_OP, uint32_t, operation), \
			 BYTES16(NFTNL_EXPR_CMP_DATA, high, low) } \
	}
/* The 16 bits as bytes, as they are in the packet. */
#define MASK16(high, low) \
	{ \
		"bitwise", { FIELD(NFTNL_EXPR_BITWISE_SREG, uint32_t, NFT_REG_1), \
			     FIELD(NFTNL_EXPR_BITWISE_DREG, uint32_t, NFT_REG_1), \
			     FIELD(NFTNL_EXPR_BITWISE_LEN, uint32_t, 2), \
			     BYTES16(NFTNL_EXPR_BITWISE_MASK, high, low), \
			     BYTES16(NFTNL_EXPR_BITWISE_XOR, 0, 0) } \
	}
#define IMMEDIATE(value) \
	{ \
		"immediate", { FIELD(NFTNL_EXPR_IMM_DREG, uint32_t, NFT_REG_1), \
			       FIELD(NFTNL_EXPR_IMM_DATA, uint32_t, value) } \
	}
/* Has no value, and ends its rule, for a packet that came through no SA. */
#define XFRM_IN(key) \
	{ \
		"xfrm", { FIELD(NFTNL_EXPR_XFRM_DREG, uint32_t, NFT_REG_1), \
			  FIELD(NFTNL_EXPR_XFRM_KEY, uint32_t, key), \
			  FIELD(NFTNL_EXPR_XFRM_DIR, uint8_t, XFRM_POLICY_IN), \
			  FIELD(NFTNL_EXPR_XFRM_SPNUM, uint32_t, 0) } \
	}
#define FROM_NETWORK_ORDER \
	{ \
		"byteorder", { FIELD(NFTNL_EXPR_BYTEORDER_DREG, uint32_t, NFT_REG_1), \
			       FIELD(NFTNL_EXPR_BYTEORDER_SREG, uint32_t, NFT_REG_1), \
			       FIELD(NFTNL_EXPR_BYTEORDER_OP, uint32_t, \
				     NFT_BYTEORDER_NTOH), \
			       FIELD(NFTNL_EXPR_BYTEORDER_LEN, uint32_t, 4), \
			       FIELD(NFTNL_EXPR_BYTEORDER_SIZE, uint32_t, 4) } \
	}
#define CONNECTION_SET(key, direction) \
	{ \
		"ct", { FIELD(NFTNL_EXPR_CT_SREG, uint32_t, NFT_REG_1), \
			FIELD(NFTNL_EXPR_CT_KEY, uint32_t, key), \
			FIELD(NFTNL_EXPR_CT_DIR, uint8_t, direction) } \
	}
#define LOOKUP(set, flags) \
	{ \
		"lookup", { FIELD(NFTNL_EXPR_LOOKUP_SREG, uint32_t, NFT_REG_1), \
			    TEXT(NFTNL_EXPR_LOOKUP_SET, set), \
			    FIELD(NFTNL_EXPR_LOOKUP_FLAGS, uint32_t, flags) } \
	}
#define COUNTER(name) \
	{ \
		"objref", { FIELD(NFTNL_EXPR_OBJREF_IMM_TYPE, uint32_t, \
				  NFT_OBJECT_COUNTER), \
			    TEXT(NFTNL_EXPR_OBJREF_IMM_NAME, name) } \
	}
#define VERDICT(code) \
	{ \
		"immediate", { FIELD(NFTNL_EXPR_IMM_DREG, uint32_t, NFT_REG_VERDICT), \
			       FIELD(NFTNL_EXPR_IMM_VERDICT, uint32_t, code) } \
	}
#define DROP   VERDICT(NF_DROP)
/* For this hook of this table: others decide, too. */
#define ACCEPT VERDICT(NF_ACCEPT)
#define JUMP(chain) \
	{ \
		"immediate", { FIELD(NFTNL_EXPR_IMM_DREG, uint32_t, NFT_REG_VERDICT), \
			       FIELD(NFTNL_EXPR_IMM_VERDICT, uint32_t, (uint32_t)NFT_JUMP), \
			       TEXT(NFTNL_EXPR_IMM_CHAIN, chain) } \
	}
/* clang-format on */

/* The list ends without a name. */
struct nft_rule {
	const char *chain;
	struct nft_expression expressions[NFT_RULE_EXPRESSIONS_MAX];
};

/**
 * nft_rule_put() - append a rule for all that comes into its chain
 *
 * Return: 0, -ENOMEM.
 */
int nft_rule_put(struct nft_batch *batch, const char *table, const struct nft_rule *rule);

/**
 * nft_rule_put_udp() - append a rule for UDP from or to a port
 * @rule:            what follows the match of the port
 * @udp_port_offset: of the port in the UDP header: 0 source, 2 destination
 * @udp_port:        host byte order
 *
 * Return: 0, -ENOMEM.
 */
int nft_rule_put_udp(struct nft_batch *batch, const char *table, const struct nft_rule *rule,
		     uint8_t udp_port_offset, uint16_t udp_port);

/* NFT_MSG_NEWTABLE or NFT_MSG_DELTABLE. */
void nft_rule_put_table(struct nft_batch *batch, uint16_t type, const char *table);

/* @type: filter or nat; the policy is to accept. */
void nft_rule_put_chain(struct nft_batch *batch, const char *table, const char *chain,
			const char *type, uint32_t hook, int priority);

/* A chain that rules of others jump to. */
void nft_rule_put_inner_chain(struct nft_batch *batch, const char *table, const char *chain);

/**
 * nft_rule_put_set() - append an empty set
 * @id:   any number but 0 that no other set of the transaction has
 * @type: of the keys, for nft, which prints the elements by it, numbers in host
 *        byte order
 */
void nft_rule_put_set(struct nft_batch *batch, const char *table, const char *set, uint32_t id,
		      uint32_t type, uint32_t key_size);

/* A named counter that begins with @packets. */
void nft_rule_put_counter(struct nft_batch *batch, const char *table, const char *counter,
			  uint64_t packets);
