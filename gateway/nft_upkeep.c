/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Notifications say that somebody else changed a table; looking says what is
 * missing. The order matters: what lets data in (the marks) is put back last,
 * when it is known whether the isolation that it needs is there. I/O.
 */
#include "gateway/nft_upkeep.h"

#include "base/cleanup.h"
#include "base/netlink.h"
#include "gateway/firewall_text.h"
#include "gateway/log.h"
#include "ipsec-glue/nft_watch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum table {
	TABLE_MARKS,
	TABLE_GUARD,
	TABLE_ISOLATION,
	TABLE_COUNT_,
};

static const char *const table_names[TABLE_COUNT_] = {
	[TABLE_MARKS] = SA_MARK_TABLE,
	[TABLE_GUARD] = CLEARTEXT_GUARD_TABLE,
	[TABLE_ISOLATION] = FIREWALL_TABLE,
};

struct nft_upkeep {
	struct nft_upkeep_resources resources;
	struct netlink_socket *netlink;
	struct nft_watch *watch;
	sd_event_source *source;
	uint32_t changed; /* bits of enum table: by somebody else, not looked at yet */
	bool isolation_was_missing;
	bool isolation6_was_missing;
	struct log_limit log_limit;
};

void nft_upkeep_free(struct nft_upkeep *upkeep)
{
	if (!upkeep)
		return;
	sd_event_source_disable_unref(upkeep->source);
	nft_watch_free(upkeep->watch);
	netlink_socket_free(upkeep->netlink);
	free(upkeep);
}

void nft_upkeep_freep(struct nft_upkeep **upkeep)
{
	nft_upkeep_free(*upkeep);
}

static int on_watch(sd_event_source *source, int descriptor, uint32_t events, void *userdata)
{
	struct nft_upkeep *upkeep = userdata;
	uint32_t changed;
	int error = nft_watch_handle(upkeep->watch, &changed);

	if (error)
		log_error("nftables cannot be watched: %s", strerror(-error));
	upkeep->changed |= changed;
	if (upkeep->changed)
		upkeep->resources.changed(upkeep->resources.userdata);
	return 0;
}

static int start(struct nft_upkeep *upkeep)
{
	const struct nft_upkeep_resources *resources = &upkeep->resources;
	int error = netlink_socket_new(NETLINK_NETFILTER, &upkeep->netlink);

	if (!error)
		error = nft_watch_new(table_names, TABLE_COUNT_, &upkeep->watch);
	if (error)
		return error;
	nft_watch_ignore(upkeep->watch, netlink_socket_port(upkeep->netlink));
	nft_watch_ignore(upkeep->watch, sa_mark_table_netlink_port(resources->marks));
	if (resources->inner)
		nft_watch_ignore(upkeep->watch, inner_addresses_netlink_port(resources->inner));
	if (resources->inner6)
		nft_watch_ignore(upkeep->watch, inner_addresses_netlink_port(resources->inner6));
	if (resources->dns)
		nft_watch_ignore(upkeep->watch, inner_addresses_netlink_port(resources->dns));
	if (resources->groups)
		nft_watch_ignore(upkeep->watch, group_firewall_netlink_port(resources->groups));
	error = sd_event_add_io(resources->event, &upkeep->source,
				nft_watch_descriptor(upkeep->watch), EPOLLIN, on_watch, upkeep);
	/* Before a packet of the same turn is read. */
	if (error >= 0)
		error = sd_event_source_set_priority(upkeep->source, SD_EVENT_PRIORITY_IMPORTANT);
	return error < 0 ? error : 0;
}

int nft_upkeep_new(const struct nft_upkeep_resources *resources, struct nft_upkeep **ret_upkeep)
{
	_cleanup_(nft_upkeep_freep) struct nft_upkeep *upkeep = calloc(1, sizeof(*upkeep));
	int error;

	if (!upkeep)
		return -ENOMEM;
	upkeep->resources = *resources;
	upkeep->log_limit = (struct log_limit){ .interval_usec = 60000000, .burst = 10 };
	error = start(upkeep);
	if (error)
		return error;
	*ret_upkeep = TAKE_PTR(upkeep);
	return 0;
}

static void report(struct nft_upkeep *upkeep, enum table table, int error)
{
	uint64_t now = 0;
	uint32_t suppressed;

	sd_event_now(upkeep->resources.event, CLOCK_MONOTONIC, &now);
	if (!log_limit_allows(&upkeep->log_limit, now, &suppressed))
		return;
	if (error)
		log_error("somebody changed the nftables table %s, and it cannot be put back: %s "
			  "(%u more not shown)",
			  table_names[table], strerror(-error), suppressed);
	else
		log_warning("somebody changed the nftables table %s: put back (%u more not shown)",
			    table_names[table], suppressed);
}

/* Return: whether it is missing. */
static bool look_at_isolation(struct nft_upkeep *upkeep, bool *ret_changed)
{
	bool missing =
		upkeep->resources.inner && inner_addresses_check(upkeep->resources.inner) < 0;

	*ret_changed = !missing && (upkeep->isolation_was_missing ||
				    upkeep->changed & UINT32_C(1) << TABLE_ISOLATION);
	upkeep->isolation_was_missing = missing;
	return missing;
}

/* The same of IPv6; a firewall without these rules lets none of it in. */
static bool look_at_isolation6(struct nft_upkeep *upkeep, bool *ret_appeared)
{
	bool missing =
		upkeep->resources.inner6 && inner_addresses_check(upkeep->resources.inner6) < 0;

	*ret_appeared = !missing && upkeep->isolation6_was_missing;
	upkeep->isolation6_was_missing = missing;
	return missing;
}

static bool look_at_guard(struct nft_upkeep *upkeep)
{
	int present = cleartext_guard_check(upkeep->netlink);

	if (present == 0) {
		int error = cleartext_guard_restore(upkeep->netlink, upkeep->resources.l2tp_port);

		report(upkeep, TABLE_GUARD, error);
		present = error == 0;
	}
	return present <= 0;
}

/*
 * What somebody else did to this table is undone, whatever it was: that rules
 * and elements are as they were does not say that the table is in force.
 */
static bool look_at_marks(struct nft_upkeep *upkeep)
{
	struct sa_mark_table *marks = upkeep->resources.marks;
	int present = sa_mark_table_check(marks);

	if (present == 1 && upkeep->changed & UINT32_C(1) << TABLE_MARKS)
		present = 0;
	if (present == 0) {
		int error = sa_mark_table_restore(marks);

		report(upkeep, TABLE_MARKS, error);
		present = error == 0;
	}
	return present <= 0;
}

void nft_upkeep_look(struct nft_upkeep *upkeep, bool wants_ipv6, struct nft_upkeep_state *ret_state)
{
	struct nft_upkeep_state state = { 0 };
	bool appeared = false;
	int error;

	state.isolation_missing = look_at_isolation(upkeep, &state.isolation_changed);
	if (wants_ipv6)
		state.isolation6_missing = look_at_isolation6(upkeep, &appeared);
	state.isolation_changed |= appeared;
	state.guard_missing = look_at_guard(upkeep);
	error = sa_mark_table_set_closed(upkeep->resources.marks, state.isolation_missing);
	if (error)
		report(upkeep, TABLE_MARKS, error);
	state.marks_missing = look_at_marks(upkeep);
	upkeep->changed = 0;
	*ret_state = state;
}

int nft_upkeep_read_counters(struct nft_upkeep *upkeep,
			     struct cleartext_guard_counters *ret_counters)
{
	return cleartext_guard_read_counters(upkeep->netlink, ret_counters);
}
