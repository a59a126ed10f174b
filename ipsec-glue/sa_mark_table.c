/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table's life: put in place, changed, looked at, put back. Each change is
 * one transaction, noted on our side before it is sent, so that no failure can
 * leave the kernel with an element that we do not know. I/O.
 */
#include "ipsec-glue/sa_mark_table.h"

#include "base/cleanup.h"
#include "base/nft_batch.h"
#include "base/nft_counter.h"
#include "ipsec-glue/nft_rule.h"
#include "ipsec-glue/sa_mark_elements.h"
#include "ipsec-glue/sa_mark_rules.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <libnftnl/rule.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdlib.h>

/* Room for the table without elements, and for one element in a message. */
#define TABLE_SIZE_MAX   32768
#define ELEMENT_SIZE_MAX 24
/* A list of elements must stay below 64 KiB, and an answer quotes it whole. */
#define ELEMENTS_PER_MESSAGE 1000

struct sa_mark_table {
	struct netlink_socket *netlink;
	struct sa_mark_settings settings;
	struct sa_mark_elements elements;
	struct sa_mark_counters counters; /* when last read */
	uint64_t rules_digest;            /* of the rules, as the kernel tells them */
	bool closed;                      /* the kernel's set of tunnels is kept empty */
	bool unsure;                      /* the kernel may have what was to be removed */
};

/* ---- elements ------------------------------------------------------------ */

static const char *const set_names[] = {
	[SA_MARK_SET_TWINS] = SA_MARK_TWINS,
	[SA_MARK_SET_TUNNELS] = SA_MARK_TUNNELS,
};

static struct nlattr *begin_elements(struct nft_batch *batch, uint16_t type, enum sa_mark_set set)
{
	struct nlmsghdr *message =
		nft_batch_message(batch, type, type == NFT_MSG_NEWSETELEM ? NLM_F_CREATE : 0);

	mnl_attr_put_strz(message, NFTA_SET_ELEM_LIST_TABLE, SA_MARK_TABLE);
	mnl_attr_put_strz(message, NFTA_SET_ELEM_LIST_SET, set_names[set]);
	return mnl_attr_nest_start(message, NFTA_SET_ELEM_LIST_ELEMENTS);
}

/* A key's parts are padded to four bytes each; a mark is in host byte order. */
static void put_element(struct nlmsghdr *message, enum sa_mark_set set, uint32_t mark,
			uint16_t tunnel_id)
{
	const struct {
		uint32_t mark;
		uint16_t tunnel_id; /* network byte order */
		uint16_t padding;
	} key = { mark, htons(tunnel_id), 0 };
	struct nlattr *element = mnl_attr_nest_start(message, NFTA_LIST_ELEM);
	struct nlattr *value = mnl_attr_nest_start(message, NFTA_SET_ELEM_KEY);

	mnl_attr_put(message, NFTA_DATA_VALUE,
		     set == SA_MARK_SET_TWINS ? sizeof(key.mark) : sizeof(key), &key);
	mnl_attr_nest_end(message, value);
	mnl_attr_nest_end(message, element);
}

/* Whether what is remembered of this set is in the kernel, too. */
static bool is_in_kernel(const struct sa_mark_table *table, enum sa_mark_set set)
{
	return !table->closed || set != SA_MARK_SET_TUNNELS;
}

/* All elements of a set, in as many messages as they need. */
static void put_all_elements(struct nft_batch *batch, const struct sa_mark_elements *elements,
			     enum sa_mark_set set)
{
	struct sa_mark_elements_walk walk = { 0 };
	const struct sa_mark_element *element;
	struct nlattr *list = NULL;
	size_t count = 0;

	while ((element = sa_mark_elements_next(elements, &walk))) {
		if (element->set != set)
			continue;
		if (!list)
			list = begin_elements(batch, NFT_MSG_NEWSETELEM, set);
		put_element(batch->current, set, element->link.key, element->tunnel_id);
		if (++count % ELEMENTS_PER_MESSAGE == 0) {
			mnl_attr_nest_end(batch->current, list);
			list = NULL;
		}
	}
	if (list)
		mnl_attr_nest_end(batch->current, list);
}

/* ---- what the kernel has --------------------------------------------------- */

#define FNV_BASIS UINT64_C(0xcbf29ce484222325)
#define FNV_PRIME UINT64_C(0x100000001b3)

/* Takes one rule into the digest: its handle, too, for a foreign copy is foreign. */
static int digest_rule(const struct nlmsghdr *message, void *userdata)
{
	const uint8_t *bytes = mnl_nlmsg_get_payload(message);
	size_t size = mnl_nlmsg_get_payload_len(message);
	uint64_t *digest = userdata;

	/* nfgen's res_id is the ruleset's generation, which anybody's change moves */
	for (size_t i = sizeof(struct nfgenmsg); i < size; i++)
		*digest = (*digest ^ bytes[i]) * FNV_PRIME;
	return MNL_CB_OK;
}

static int read_digest(struct sa_mark_table *table, uint64_t *ret_digest)
{
	uint8_t buffer[NETLINK_REQUEST_SIZE];
	uint64_t digest = FNV_BASIS;
	struct nlmsghdr *request =
		nftnl_nlmsg_build_hdr((char *)buffer, NFT_MSG_GETRULE, NFPROTO_INET, NLM_F_DUMP, 0);
	int r;

	mnl_attr_put_strz(request, NFTA_RULE_TABLE, SA_MARK_TABLE);
	r = netlink_socket_request(table->netlink, request, digest_rule, &digest);
	if (r == 0)
		*ret_digest = digest;
	return r;
}

static int count_elements(const struct nlmsghdr *message, void *userdata)
{
	struct nlattr *attribute, *element;
	size_t *count = userdata;

	mnl_attr_for_each(attribute, message, sizeof(struct nfgenmsg))
	{
		if (mnl_attr_get_type(attribute) == NFTA_SET_ELEM_LIST_ELEMENTS)
			mnl_attr_for_each_nested(element, attribute)(*count)++;
	}
	return MNL_CB_OK;
}

/* Return: the number of elements, or negative errno. */
static ssize_t read_element_count(struct sa_mark_table *table, enum sa_mark_set set)
{
	uint8_t buffer[NETLINK_REQUEST_SIZE];
	struct nlmsghdr *request = nftnl_nlmsg_build_hdr((char *)buffer, NFT_MSG_GETSETELEM,
							 NFPROTO_INET, NLM_F_DUMP, 0);
	size_t count = 0;
	int r;

	mnl_attr_put_strz(request, NFTA_SET_ELEM_LIST_TABLE, SA_MARK_TABLE);
	mnl_attr_put_strz(request, NFTA_SET_ELEM_LIST_SET, set_names[set]);
	r = netlink_socket_request(table->netlink, request, count_elements, &count);
	return r < 0 ? r : (ssize_t)count;
}

int sa_mark_table_check(struct sa_mark_table *table)
{
	uint64_t digest = 0;
	int r = read_digest(table, &digest);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	if (table->unsure || digest != table->rules_digest)
		return 0;
	for (size_t set = 0; set < ELEMENTS(set_names); set++) {
		ssize_t count = read_element_count(table, set);
		size_t expected = 0;

		if (count < 0)
			return count == -ENOENT ? 0 : (int)count;
		if (is_in_kernel(table, set))
			expected = sa_mark_elements_count(&table->elements, set);
		if ((size_t)count != expected)
			return 0;
	}
	return 1;
}

int sa_mark_table_read_counters(struct sa_mark_table *table, struct sa_mark_counters *ret_counters)
{
	struct sa_mark_counters counters = { 0 };
	int r = nft_counter_read(table->netlink, SA_MARK_TABLE, SA_MARK_UNMARKED,
				 &counters.unmarked);

	if (r == 0)
		r = nft_counter_read(table->netlink, SA_MARK_TABLE, SA_MARK_FOREIGN,
				     &counters.foreign);
	if (r == 0)
		table->counters = *ret_counters = counters;
	return r;
}

/* ---- what we do to it ------------------------------------------------------- */

/* The table with all its elements, in place of whatever is there. */
static int install(struct sa_mark_table *table)
{
	size_t size = TABLE_SIZE_MAX + table->elements.by_mark.count * ELEMENT_SIZE_MAX;
	_cleanup_(freep) void *bytes = malloc(size);
	struct nft_batch batch;
	int r;

	if (!bytes)
		return -ENOMEM;
	r = nft_batch_begin_large(&batch, table->netlink, bytes, size);
	if (r < 0)
		return r;
	/* To delete what may not exist: create it first, as nft itself does. */
	nft_rule_put_table(&batch, NFT_MSG_NEWTABLE, SA_MARK_TABLE);
	nft_rule_put_table(&batch, NFT_MSG_DELTABLE, SA_MARK_TABLE);
	r = sa_mark_rules_put(&batch, &table->settings, &table->counters);
	if (r < 0)
		return r;
	for (size_t set = 0; set < ELEMENTS(set_names); set++)
		if (is_in_kernel(table, set))
			put_all_elements(&batch, &table->elements, set);
	r = nft_batch_commit(&batch);
	if (r < 0)
		return r;
	table->unsure = false;
	return read_digest(table, &table->rules_digest);
}

int sa_mark_table_restore(struct sa_mark_table *table)
{
	struct sa_mark_counters counters;

	/* What was counted goes on being counted, but for the last moments. */
	(void)sa_mark_table_read_counters(table, &counters);
	return install(table);
}

static int send_changes(struct sa_mark_table *table, const struct sa_mark_change *changes,
			size_t count)
{
	struct nft_batch batch;
	struct nlattr *list;

	nft_batch_begin(&batch, table->netlink);
	for (size_t i = 0; i < count; i++) {
		const struct sa_mark_change *change = &changes[i];

		if (!is_in_kernel(table, change->set))
			continue;
		list = begin_elements(&batch,
				      change->remove ? NFT_MSG_DELSETELEM : NFT_MSG_NEWSETELEM,
				      change->set);
		put_element(batch.current, change->set, change->mark, change->tunnel_id);
		mnl_attr_nest_end(batch.current, list);
	}
	return batch.messages ? nft_batch_commit(&batch) : 0;
}

/*
 * What cannot be done now: nothing more is let in than was, and what is not wanted
 * any more is noted as gone. Until the kernel has heard of that no other change is
 * made without it, lest somebody gets the tunnel id of an element that is left.
 */
static int give_up(struct sa_mark_table *table, const struct sa_mark_change *done, size_t count,
		   int error)
{
	sa_mark_elements_forget_additions(&table->elements, done, count);
	table->unsure = true;
	return error;
}

int sa_mark_table_change(struct sa_mark_table *table, const struct sa_mark_change *changes,
			 size_t count)
{
	struct sa_mark_change done[SA_MARK_CHANGES_MAX];
	size_t done_count;
	int r;

	if (count > SA_MARK_CHANGES_MAX)
		return -E2BIG;
	r = sa_mark_elements_apply(&table->elements, changes, count, done, &done_count);
	if (r < 0)
		return done_count ? give_up(table, NULL, 0, r) : r;
	r = table->unsure ? sa_mark_table_restore(table) : send_changes(table, done, done_count);
	/* Somebody took the table, a set or an element away. */
	if (r == -ENOENT)
		r = sa_mark_table_restore(table);
	return r < 0 ? give_up(table, done, done_count, r) : 0;
}

int sa_mark_table_set_closed(struct sa_mark_table *table, bool closed)
{
	int r;

	if (table->closed == closed)
		return 0;
	table->closed = closed;
	r = sa_mark_table_restore(table);
	if (r < 0)
		table->closed = !closed;
	return r;
}

uint32_t sa_mark_table_netlink_port(const struct sa_mark_table *table)
{
	return netlink_socket_port(table->netlink);
}

int sa_mark_table_remove(struct sa_mark_table *table)
{
	struct nft_batch batch;
	int r;

	nft_batch_begin(&batch, table->netlink);
	nft_rule_put_table(&batch, NFT_MSG_DELTABLE, SA_MARK_TABLE);
	r = nft_batch_commit(&batch);
	return r == -ENOENT ? 0 : r;
}

int sa_mark_table_new(const struct sa_mark_settings *settings, struct sa_mark_table **ret_table)
{
	_cleanup_(sa_mark_table_freep) struct sa_mark_table *table = calloc(1, sizeof(*table));
	int r;

	if (!table)
		return -ENOMEM;
	table->settings = *settings;
	r = sa_mark_elements_init(&table->elements);
	if (r == 0)
		r = netlink_socket_new(NETLINK_NETFILTER, &table->netlink);
	if (r == 0)
		r = install(table);
	if (r == 0)
		*ret_table = TAKE_PTR(table);
	return r;
}

void sa_mark_table_free(struct sa_mark_table *table)
{
	if (!table)
		return;
	sa_mark_elements_done(&table->elements);
	netlink_socket_free(table->netlink);
	free(table);
}

void sa_mark_table_freep(struct sa_mark_table **table)
{
	sa_mark_table_free(*table);
}
