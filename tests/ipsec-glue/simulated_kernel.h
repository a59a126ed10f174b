/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel of test_sa_simulation: its SAs, and a queue of notifications that
 * overruns while nobody reads it.
 */
#pragma once

#include "ipsec-glue/sa_reference.h"
#include "tests/unit.h"

#include <stdbool.h>

#define GATEWAY         UINT32_C(0xcb007101)
#define NAT             UINT32_C(0xcb00710b)
#define NATS            2
#define SLOTS           8 /* of all NATs */
#define DEVICES_OF_SLOT 3
#define DEVICES         (SLOTS * DEVICES_OF_SLOT)
#define FIRST_REQID     UINT32_C(0x4001)
#define SAS             160
#define QUEUE           48 /* notifications that the kernel keeps */
#define OWNERS          65536
#define SECOND          UINT64_C(1000000)

struct device {
	bool connected;
	uint16_t port; /* 0: the NAT has forgotten it */
};

struct kernel_sa {
	bool exists;
	bool stale; /* of a pluto that is dead */
	int device;
	struct sa_description description;
};

enum notification_kind {
	NOTIFY_NEW,
	NOTIFY_UPDATE,
	NOTIFY_DELETE,
	NOTIFY_FLUSH,
	NOTIFY_MAPPING,
};

struct notification {
	enum notification_kind kind;
	struct sa_description description; /* MAPPING: its source port is the new one */
};

/* What became of one reference. */
struct owner {
	uint64_t reference;
	int device; /* NOBODY: no packet came yet */
	bool ended;
	uint32_t outbound_spi; /* as it was told */
	bool handover;         /* as it was told */
};

struct simulation {
	struct sa_table *table;
	uint64_t random;
	uint64_t clock_usec;
	struct device devices[DEVICES];
	uint32_t slot_reqids[SLOTS]; /* 0: no instance */
	uint32_t next_reqid;
	struct kernel_sa sas[SAS];
	struct notification queue[QUEUE];
	size_t queued;
	bool overrun;
	bool lossy; /* this run loses things */
	bool dump_needed;
	bool end_pending; /* pluto is dead and the table could not be brought up to date */
	bool twins[8192]; /* by reqid */
	struct owner owners[OWNERS];
	size_t owner_count;
	/* what a run has to have seen to be worth its time */
	uint64_t packets, resolved, twin_packets, dumps, restarts, rebindings;
};

uint32_t random_below(struct simulation *simulation, uint32_t limit);
bool chance(struct simulation *simulation, uint32_t percent);

/* The outer address of a device. */
struct inet_address nat_of(int device);

/* While the reader does not come, what finds no room is lost, and so is all after it. */
void notify(struct simulation *simulation, enum notification_kind kind,
	    const struct sa_description *description);

/* NULL: there is none. */
struct kernel_sa *find_sa(struct simulation *simulation, uint32_t spi,
			  const struct inet_address *destination);

/* An SA of a device at its port, with its slot's reqid; none if the kernel is full. */
void kernel_add(struct simulation *simulation, int device, bool inbound);
void kernel_delete(struct simulation *simulation, struct kernel_sa *sa);

/*
 * XFRM_MSG_UPDSA: the notification is made of the request; it has a birth of its
 * own. Return: whether the kernel did it; one that is gone counts.
 */
bool kernel_move(struct simulation *simulation, const struct sa_description *which, uint16_t port);
