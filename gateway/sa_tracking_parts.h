/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of SA tracking share: sa_tracking.c (the table, the kernel, who
 * is told), sa_tracking_zones.c (connection tracking) and sa_tracking_pluto.c (what
 * pluto and its updown tell). Nobody else includes this.
 */
#pragma once

#include "gateway/data_guard.h"
#include "gateway/log.h"
#include "gateway/pluto_watch.h"
#include "gateway/sa_change_queue.h"
#include "gateway/sa_handover.h"
#include "gateway/sa_names.h"
#include "gateway/sa_tracking.h"
#include "gateway/updown_socket.h"
#include "ipsec-glue/xfrm_monitor.h"
#include "ipsec-glue/zone_connections.h"

struct sa_tracking {
	sd_event *event;
	struct sa_table *table;
	struct sa_mark_table *marks;
	struct data_guard *guard;
	struct netlink_socket *conntrack;
	struct zone_connections *connections; /* of living references */
	struct netlink_socket *xfrm;          /* for questions */
	struct sa_handover *handover;
	struct sa_method method;
	struct xfrm_monitor *monitor;
	sd_event_source *monitor_source;
	sd_event_source *mapping_source;
	struct updown_socket *updown;
	struct sa_names *names;
	struct pluto_watch *pluto;
	bool end_pending; /* pluto was gone while the table was in doubt */
	sd_event_source *reconcile_timer;
	const struct sa_tracking_ops *ops;
	void *userdata;
	struct sa_change_queue changes;
	struct log_limit error_limit;
	struct log_limit rebinding_limit;
	struct sa_tracking_counters counters;
};

/* Tells what has become of references since it was last told. */
void sa_tracking_tell_changes(struct sa_tracking *tracking);

/* Return: 0 or negative errno. */
int sa_tracking_watch_pluto(struct sa_tracking *tracking);

/* Where names come from; without them all else works. Takes the descriptors over. */
void sa_tracking_start_names(struct sa_tracking *tracking,
			     struct sa_tracking_descriptors *descriptors);

/* CLOCK_MONOTONIC of the event loop. */
uint64_t sa_tracking_now_usec(const struct sa_tracking *tracking);

/*
 * Connection tracking knows a client's connection for minutes after its last
 * packet. Under a new reqid the client is another zone, and would be given
 * another port because of it, which keeps it from the kernel's path. So the
 * connections of a reference that has ended are deleted (and at the start others:
 * sa_tracking_sweep_ports()).
 */
void sa_tracking_release_ports(struct sa_tracking *tracking, uint64_t reference);
