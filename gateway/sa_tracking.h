/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SA references at work: the nft rule that marks decrypted packets, the XFRM
 * monitor that keeps the table of references true, and updown's datagrams that
 * give the clients their names. I/O, on sd-event.
 */
#pragma once

#include "ipsec-glue/sa_reference.h"

#include <systemd/sd-event.h>

struct sa_tracking;

/* A generation has ended: its tunnels must go before the reqid serves again. */
typedef void (*sa_tracking_ended_fn)(void *userdata, uint64_t reference);

/* Counters of what was told and what was refused. */
struct sa_tracking_counters {
	uint64_t updown_messages;
	uint64_t updown_refused; /* not root, or malformed */
	uint64_t references_ended;
};

/**
 * sa_tracking_open_updown() - the socket that updown sends to
 * @path: /run/saregate/updown.socket; replaced if it is a socket already
 *
 * Call while still root, so that nobody else can replace the path.
 *
 * Return: a descriptor that the caller owns; negative errno.
 */
int sa_tracking_open_updown(const char *path);

/**
 * sa_tracking_new() - install the rule, dump the SAs, follow them
 * @updown_descriptor: taken over in any case; -1: names stay unknown
 * @ended: may call back into this module
 * @ret_error: on failure one line with cause and remedy; at least 256 bytes
 *
 * Return: 0 or negative errno.
 */
int sa_tracking_new(sd_event *event, uint16_t l2tp_port, int updown_descriptor,
		    sa_tracking_ended_fn ended, void *userdata, struct sa_tracking **ret_tracking,
		    char ret_error[256]);
/* Removes the rule: without a daemon no packet needs a mark. */
void sa_tracking_free(struct sa_tracking *tracking);
void sa_tracking_freep(struct sa_tracking **tracking);

/**
 * sa_tracking_resolve() - whose packet has this mark
 *
 * A mark that the table does not know yet makes it read the monitor first, for
 * the packet may be faster than the loop.
 *
 * Return: a living reference or SA_REFERENCE_NONE.
 */
uint64_t sa_tracking_resolve(struct sa_tracking *tracking, uint32_t mark);

/* For names and ports of a reference (ipsec-glue/sa_reference.h). Borrowed. */
const struct sa_table *sa_tracking_table(const struct sa_tracking *tracking);

const struct sa_tracking_counters *sa_tracking_counters(const struct sa_tracking *tracking);
