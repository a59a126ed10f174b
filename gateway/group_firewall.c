/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Elements of the sets of groups. A key is its parts, each padded to a multiple
 * of four bytes; a range has its last key beside the first. I/O (netlink).
 */
#include "gateway/group_firewall.h"

#include "base/cleanup.h"
#include "base/nft_batch.h"
#include "base/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

/* Without memory an insertion leaves hh.tbl NULL; uthash would end the process. */
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#define GROUP_OF   "group_of"
#define MEMBERS    "members"
#define RESTRICTED "restricted"
#define REACHABLE  "reachable"

/* Networks of one group that are in force. */
struct applied {
	uint32_t group_id;
	struct address_networks networks;
	UT_hash_handle hh;
};

struct group_firewall {
	struct netlink_socket *netlink;
	char table[NFT_NAME_MAXLEN];
	struct applied *applied;
};

struct member_key {
	char interface[IFNAMSIZ];
	uint32_t mark; /* host byte order, as the kernel has it */
};

struct network_key {
	uint32_t mark;
	uint32_t ipv4; /* network byte order */
};

uint32_t group_firewall_mark(uint32_t group_id)
{
	uint32_t low = group_id & 0xff, high = group_id >> 8 & 0xff;

	return low | high << 8 | high << 16 | low << 24;
}

int group_firewall_new(const char *table, struct group_firewall **ret_firewall)
{
	struct group_firewall *firewall = calloc(1, sizeof(*firewall));
	int r;

	if (!firewall)
		return -ENOMEM;
	r = text_copy(firewall->table, sizeof(firewall->table), table);
	if (r == 0)
		r = netlink_socket_new(NETLINK_NETFILTER, &firewall->netlink);
	if (r < 0) {
		free(firewall);
		return r;
	}
	*ret_firewall = firewall;
	return 0;
}

void group_firewall_forget(struct group_firewall *firewall)
{
	struct applied *applied, *next;

	HASH_ITER(hh, firewall->applied, applied, next)
	{
		HASH_DEL(firewall->applied, applied);
		free(applied);
	}
}

void group_firewall_free(struct group_firewall *firewall)
{
	if (!firewall)
		return;
	group_firewall_forget(firewall);
	netlink_socket_free(firewall->netlink);
	free(firewall);
}

uint32_t group_firewall_netlink_port(const struct group_firewall *firewall)
{
	return netlink_socket_port(firewall->netlink);
}

/* ---- messages ----------------------------------------------------------------------- */

static struct nlmsghdr *begin(struct nft_batch *batch, const struct group_firewall *firewall,
			      uint16_t type, const char *set)
{
	uint16_t flags = type == NFT_MSG_NEWSETELEM ? NLM_F_CREATE : 0;
	struct nlmsghdr *message = nft_batch_message(batch, type, flags);

	mnl_attr_put_strz(message, NFTA_SET_ELEM_LIST_TABLE, firewall->table);
	mnl_attr_put_strz(message, NFTA_SET_ELEM_LIST_SET, set);
	return message;
}

static void put_value(struct nlmsghdr *message, uint16_t attribute, const void *bytes, size_t size)
{
	struct nlattr *value = mnl_attr_nest_start(message, attribute);

	mnl_attr_put(message, NFTA_DATA_VALUE, size, bytes);
	mnl_attr_nest_end(message, value);
}

/* One element: its key, the end of a range and the data of a map where there are such. */
static void put_element(struct nlmsghdr *message, const void *key, const void *end, size_t size,
			const uint32_t *data)
{
	struct nlattr *list = mnl_attr_nest_start(message, NFTA_SET_ELEM_LIST_ELEMENTS);
	struct nlattr *element = mnl_attr_nest_start(message, NFTA_LIST_ELEM);

	put_value(message, NFTA_SET_ELEM_KEY, key, size);
	if (end)
		put_value(message, NFTA_SET_ELEM_KEY_END, end, size);
	if (data)
		put_value(message, NFTA_SET_ELEM_DATA, data, sizeof(*data));
	mnl_attr_nest_end(message, element);
	mnl_attr_nest_end(message, list);
}

int group_firewall_flush(struct group_firewall *firewall)
{
	static const char *const sets[] = { GROUP_OF, MEMBERS, RESTRICTED, REACHABLE };
	struct nft_batch batch;

	group_firewall_forget(firewall);
	nft_batch_begin(&batch, firewall->netlink);
	for (size_t i = 0; i < ELEMENTS(sets); i++)
		begin(&batch, firewall, NFT_MSG_DELSETELEM, sets[i]);
	return nft_batch_commit(&batch);
}

/* ---- networks ----------------------------------------------------------------------- */

static void put_networks(struct nft_batch *batch, const struct group_firewall *firewall,
			 uint16_t type, uint32_t mark, const struct address_networks *networks)
{
	if (!networks->is_limited)
		return;
	put_element(begin(batch, firewall, type, RESTRICTED), &mark, NULL, sizeof(mark), NULL);
	for (size_t i = 0; i < networks->count; i++) {
		const struct address_network *network = &networks->items[i];
		uint32_t last = network->length < 32
					? network->first_ipv4 | UINT32_MAX >> network->length
					: network->first_ipv4;
		const struct network_key key = { mark, htonl(network->first_ipv4) };
		const struct network_key end = { mark, htonl(last) };

		put_element(begin(batch, firewall, type, REACHABLE), &key, &end, sizeof(key), NULL);
	}
}

static bool equal(const struct address_networks *a, const struct address_networks *b)
{
	if (a->is_limited != b->is_limited || a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (a->items[i].first_ipv4 != b->items[i].first_ipv4 ||
		    a->items[i].length != b->items[i].length)
			return false;
	return true;
}

/* What is in force of a group; made if there is nothing yet. NULL without memory. */
static struct applied *get_applied(struct group_firewall *firewall, uint32_t group_id)
{
	struct applied *applied;

	HASH_FIND(hh, firewall->applied, &group_id, sizeof(group_id), applied);
	if (applied)
		return applied;
	applied = calloc(1, sizeof(*applied));
	if (!applied)
		return NULL;
	applied->group_id = group_id;
	HASH_ADD(hh, firewall->applied, group_id, sizeof(group_id), applied);
	if (applied->hh.tbl)
		return applied;
	free(applied);
	return NULL;
}

int group_firewall_set_networks(struct group_firewall *firewall, uint32_t group_id,
				const struct address_networks *networks)
{
	struct applied *applied = get_applied(firewall, group_id);
	uint32_t mark = group_firewall_mark(group_id);
	struct nft_batch batch;
	int r;

	if (!applied)
		return -ENOMEM;
	if (group_id > GROUP_FIREWALL_ID_MAX)
		return -ERANGE;
	if (equal(&applied->networks, networks))
		return 0;
	nft_batch_begin(&batch, firewall->netlink);
	put_networks(&batch, firewall, NFT_MSG_DELSETELEM, mark, &applied->networks);
	put_networks(&batch, firewall, NFT_MSG_NEWSETELEM, mark, networks);
	r = nft_batch_commit(&batch);
	if (r == 0)
		applied->networks = *networks;
	return r;
}

/* ---- members ------------------------------------------------------------------------- */

static int change_member(struct group_firewall *firewall, uint16_t type,
			 const struct member_key *key)
{
	struct nft_batch batch;

	nft_batch_begin(&batch, firewall->netlink);
	put_element(begin(&batch, firewall, type, MEMBERS), key, NULL, sizeof(*key), NULL);
	return nft_batch_commit(&batch);
}

/* Appends the change of one element of the map; the key is the interface's name. */
static void put_group(struct nft_batch *batch, const struct group_firewall *firewall, uint16_t type,
		      const struct member_key *key)
{
	put_element(begin(batch, firewall, type, GROUP_OF), key->interface, NULL,
		    sizeof(key->interface), &key->mark);
}

int group_firewall_join(struct group_firewall *firewall, const char *interface, uint32_t former_id,
			uint32_t group_id, bool reachable)
{
	struct member_key former = { .mark = group_firewall_mark(former_id) };
	struct member_key key = { .mark = group_firewall_mark(group_id) };
	struct nft_batch batch;
	int r = text_copy(key.interface, sizeof(key.interface), interface);

	if (r < 0)
		return r;
	memcpy(former.interface, key.interface, sizeof(former.interface));
	nft_batch_begin(&batch, firewall->netlink);
	if (former_id && former_id != group_id)
		put_group(&batch, firewall, NFT_MSG_DELSETELEM, &former);
	put_group(&batch, firewall, NFT_MSG_NEWSETELEM, &key);
	r = nft_batch_commit(&batch);
	if (r < 0)
		return r;
	if (former_id && former_id != group_id)
		change_member(firewall, NFT_MSG_DELSETELEM, &former);
	r = change_member(firewall, reachable ? NFT_MSG_NEWSETELEM : NFT_MSG_DELSETELEM, &key);
	return !reachable && r == -ENOENT ? 0 : r;
}

int group_firewall_leave(struct group_firewall *firewall, const char *interface, uint32_t group_id)
{
	struct member_key key = { .mark = group_firewall_mark(group_id) };
	struct nft_batch batch;
	int r = text_copy(key.interface, sizeof(key.interface), interface), member;

	if (r < 0)
		return r;
	member = change_member(firewall, NFT_MSG_DELSETELEM, &key);
	nft_batch_begin(&batch, firewall->netlink);
	put_group(&batch, firewall, NFT_MSG_DELSETELEM, &key);
	r = nft_batch_commit(&batch);
	if (r == 0 || r == -ENOENT)
		r = member;
	return r == -ENOENT ? 0 : r;
}
