/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SA references at work: the nft table that marks decrypted packets, the XFRM
 * monitor that keeps the table of references true, and updown's datagrams that
 * give the clients their names. I/O, on sd-event.
 */
#pragma once

#include "ipsec-glue/sa_mark_table.h"
#include "ipsec-glue/sa_reference.h"

#include <systemd/sd-event.h>

struct sa_tracking;

/* What only root could open; taken over in any case. -1: none. */
struct sa_tracking_descriptors {
	int updown;     /* of updown_socket_open(): else names stay unknown */
	int identities; /* of identity_store_open(): else names do not survive us */
};

#define SA_TRACKING_NO_DESCRIPTORS ((struct sa_tracking_descriptors){ -1, -1 })

/* Closes what is open. */
void sa_tracking_descriptors_done(struct sa_tracking_descriptors *descriptors);

/* Yields them and leaves none behind. */
struct sa_tracking_descriptors
sa_tracking_descriptors_take(struct sa_tracking_descriptors *descriptors);

/*
 * What becomes of references, told in the order in which it happened, after the
 * table has changed: these may ask and may call back into this module. NULL:
 * not of interest.
 */
struct sa_tracking_ops {
	/* A generation has ended: its tunnels must go before the reqid serves again. */
	void (*ended)(void *userdata, uint64_t reference);
	/* Its tunnels send through this SA from now on; 0: there is none to send through. */
	void (*outbound_changed)(void *userdata, uint64_t reference, uint32_t spi);
	/*
	 * Somebody came with whom it shares a zone: what it has on the kernel's data
	 * path must go.
	 */
	void (*kernel_path_lost)(void *userdata, uint64_t reference);
};

/* Counters of what was told and what was refused. */
struct sa_tracking_counters {
	uint64_t updown_messages;
	uint64_t updown_refused; /* not root, or malformed */
	uint64_t references_ended;
	uint64_t pluto_exits;
	uint64_t outbound_changes;
	uint64_t twins_seen;        /* reqids that turned out to be of several clients */
	uint64_t rebindings;        /* clients whose NAT gave them another port: followed */
	uint64_t rebindings_failed; /* not followed: another address, or the kernel refused */
	uint64_t dumps_failed;      /* until one succeeds every packet is dropped */
};

/**
 * sa_tracking_new() - install the rule, dump the SAs, follow them
 * @method: copied
 * @descriptors: taken over in any case
 * @ops: borrowed for the life of what is made
 * @ret_error: on failure one line with cause and remedy; at least 256 bytes
 *
 * Return: 0 or negative errno.
 */
int sa_tracking_new(sd_event *event, uint16_t l2tp_port, const struct sa_method *method,
		    struct sa_tracking_descriptors descriptors, const struct sa_tracking_ops *ops,
		    void *userdata, struct sa_tracking **ret_tracking, char ret_error[256]);
/* Removes the table: without a daemon no packet needs a mark. */
/**
 * sa_tracking_sweep_ports() - delete connections from before the start
 *
 * Those of references that nobody remembers, or from a time without zones; with marks
 * those of zones. To be called once the port is ours: until then they may be those of
 * whoever has it. Logged, also if it fails.
 */
void sa_tracking_sweep_ports(struct sa_tracking *tracking, uint16_t l2tp_port);

void sa_tracking_free(struct sa_tracking *tracking);
void sa_tracking_freep(struct sa_tracking **tracking);

/**
 * sa_tracking_refresh() - take in what the kernel has told of its SAs
 *
 * To be called after packets were read and before the marks of these are
 * resolved: an SA is notified before its first packet can come, so after this
 * the table knows every SA that a packet in hand came through, above all the
 * one that makes a reqid ambiguous.
 */
void sa_tracking_refresh(struct sa_tracking *tracking);

/**
 * sa_tracking_resolve() - whose packet has this mark
 *
 * Return: a living reference; SA_REFERENCE_NONE where there is none or where it
 *         is in doubt: the packet is to be dropped and counted.
 */
uint64_t sa_tracking_resolve(const struct sa_tracking *tracking, uint32_t mark);

/**
 * sa_tracking_kernel_path_reason() - why the kernel's data path cannot serve
 *                                    this client
 *
 * Return: static words that complete "userspace path: "; NULL if it can.
 */
const char *sa_tracking_kernel_path_reason(const struct sa_tracking *tracking, uint64_t reference);

/**
 * sa_tracking_admit() - let a client's data into one of its tunnels
 * @tunnel_id: local, host byte order
 *
 * Until then the kernel drops and counts it. Call before the data path of the
 * tunnel can deliver anything.
 *
 * Return: as data_guard_admit(); after an error the tunnel must not open.
 */
int sa_tracking_admit(struct sa_tracking *tracking, uint64_t reference, uint16_t tunnel_id);

/**
 * sa_tracking_displace() - a tunnel of this client does without the kernel's path
 * @itself: because the client has another one there, from the same port
 *
 * Who is in the way is told to leave the kernel's path, too: the client itself, and
 * those that have its zone. See sa_tracking_ops.
 */
void sa_tracking_displace(struct sa_tracking *tracking, uint64_t reference, bool itself);

/**
 * sa_tracking_real_port() - where a client really sends from
 * @reference: living; with it the connection ends for connection tracking
 * @local:     address and port on which its packets arrive
 * @peer:      address and port from which they seem to come
 *
 * Return: 0 and *@ret_port, which is 0 where the method does not translate;
 *         -ENOENT if the connection is not tracked; other negative errno.
 */
int sa_tracking_real_port(struct sa_tracking *tracking, uint64_t reference,
			  const struct inet_endpoint *local, const struct inet_endpoint *peer,
			  uint16_t *ret_port);

/**
 * sa_tracking_newest_outbound() - through which SA a new tunnel is to send
 *
 * The newest one: who opens a tunnel may have lost all others. The client's older
 * tunnels are told to use it as well, in the next turn of the loop.
 *
 * Return: its SPI, host byte order; 0: there is none.
 */
uint32_t sa_tracking_newest_outbound(struct sa_tracking *tracking, uint64_t reference);

/* To be called now and then: tries again what could not be told to the kernel. */
void sa_tracking_look(struct sa_tracking *tracking);

/* How clients are kept apart, and why so. Borrowed. */
const struct sa_method *sa_tracking_method(const struct sa_tracking *tracking);

/* The opposite of sa_tracking_admit(). A failure is logged and made up for by the upkeep of the
 * table. */
void sa_tracking_dismiss(struct sa_tracking *tracking, uint64_t reference, uint16_t tunnel_id);

/* The kernel's table behind it: to look after it and to read its counters. */
struct sa_mark_table *sa_tracking_marks(struct sa_tracking *tracking);

/* For names and ports of a reference (ipsec-glue/sa_reference.h). Borrowed. */
const struct sa_table *sa_tracking_table(const struct sa_tracking *tracking);

const struct sa_tracking_counters *sa_tracking_counters(const struct sa_tracking *tracking);
