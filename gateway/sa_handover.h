/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When a client that rekeys is sent to through its new SA. Its pluto and ours
 * install the new pair one after the other: libreswan 4.10 as the responder has
 * both of its SAs before its answer leaves, so what it sends through the new one
 * at once finds nothing at the client for a round trip. The client shows that it
 * has the pair by sending through it. On sd-event; asks the kernel by its ops.
 */
#pragma once

#include "ipsec-glue/sa_reference.h"

#include <systemd/sd-event.h>

struct sa_handover_times {
	/*
	 * How often the kernel is asked. After a client's first packet through the
	 * new pair it is waited as long again: it may install its own outbound SA
	 * first.
	 */
	uint64_t interval_usec;
	/* Who is silent for so long is sent to through the new SA all the same. */
	uint64_t patience_usec;
};

#define SA_HANDOVER_TIMES ((struct sa_handover_times){ 1000000, 30000000 })

struct sa_handover;

struct sa_handover_ops {
	/* Whether packets have come through this SA. */
	bool (*is_used)(void *userdata, const struct sa_description *inbound);
	/* The table has told of handovers, from within sa_table_hand_over(). */
	void (*handed_over)(void *userdata);
};

/**
 * sa_handover_new() - nobody is handed over yet
 * @table, @ops: borrowed for its life
 *
 * Return: 0 or negative errno.
 */
int sa_handover_new(sd_event *event, struct sa_table *table, struct sa_handover_times times,
		    const struct sa_handover_ops *ops, void *userdata,
		    struct sa_handover **ret_handover);
void sa_handover_free(struct sa_handover *handover);

/*
 * A newer SA has come beside the one that is sent through. One who is waited for
 * already is waited for no longer than before.
 */
void sa_handover_begin(struct sa_handover *handover, uint64_t reference);

/* Hands over now; handed_over() is called in the next turn of the loop. */
void sa_handover_finish(struct sa_handover *handover, uint64_t reference);
