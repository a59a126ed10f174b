/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SA references: which client a decrypted packet belongs to. pluto gives each
 * client's SAs a reqid of their own, the kernel copies it into the packet's
 * mark, and this table says what the mark stands for at this moment. A reqid
 * alone is not enough:
 *
 * - A restarted pluto hands the same one to whoever comes first. So a reference
 *   is (reqid, generation), and a generation ends with its last SA, or with its
 *   pluto, and never returns.
 * - Two clients behind a carrier's NAT that have the same private address share
 *   pluto's instance of the connection, and with it the reqid: twins. What
 *   tells them apart is the address and port from which their ESP-in-UDP comes.
 *   Each has a reference of its own; their packets are marked with the SPI of
 *   the inbound SA instead.
 *
 * Within a reqid, an address and port name a client for as long as it has SAs:
 * that is the NAT's own promise while a mapping is in use, and NAT-T's
 * keep-alives keep it in use. Where it is open whose an SA is, it becomes a
 * reference of its own; where it is open whose a packet is, the answer is
 * SA_REFERENCE_NONE, and the packet is dropped. Pure.
 */
#pragma once

#include "base/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* No reference: cleartext, an SA that is not known, or one of two clients. */
#define SA_REFERENCE_NONE UINT64_C(0)

/* Caps: what a peer's negotiations can make us hold. */
#define SA_TABLE_MAXIMUM        131072
#define SA_OF_REFERENCE_MAXIMUM 256
#define SA_TWINS_MAXIMUM        64 /* references of one reqid */
#define SA_IDENTITY_MAX         256
#define SA_CONNECTION_NAME_MAX  128

/* A client's NAT port moves at most this often; faster is an attack or an error. */
#define SA_REBINDING_INTERVAL_USEC 1000000

struct sa_table;

/* One security association, as the kernel's XFRM reports it. */
struct sa_description {
	uint32_t spi;   /* host byte order */
	uint32_t reqid; /* never 0 */
	bool inbound;   /* its destination is an address of this host */
	struct inet_address source;
	struct inet_address destination;
	uint16_t encapsulation_source_port; /* 0: no UDP encapsulation */
	uint16_t encapsulation_destination_port;
	uint64_t added_seconds; /* when the kernel made it, by its wall clock; 0: not known */
};

/*
 * What the table tells, in the order in which it happened, from within the
 * functions that change it; must not call them. NULL: not of interest.
 */
struct sa_table_ops {
	/* A generation has ended: everything built on it must go now. */
	void (*ended)(void *userdata, uint64_t reference);
	/* What is sent to the client goes through this SA from now on. 0: there is none. */
	void (*outbound_changed)(void *userdata, uint64_t reference, uint32_t spi);
	/*
	 * It has a newer SA to send through, and the old one still lives:
	 * sa_table_hand_over() is to be called when the client has the new one, too.
	 * May be told again.
	 */
	void (*handover)(void *userdata, uint64_t reference);
	/* Its packets carry other marks from now on: sa_table_marks(). */
	void (*marks_changed)(void *userdata, uint64_t reference);
	/* Packets of this reqid are to be marked with their SPI, or with the reqid again. */
	void (*twins_changed)(void *userdata, uint32_t reqid, bool twins);
};

/**
 * sa_table_new() - an empty table
 * @ops:      borrowed for the table's life
 * @userdata: passed to @ops
 *
 * Return: 0, -ENOMEM.
 */
int sa_table_new(const struct sa_table_ops *ops, void *userdata, struct sa_table **ret_table);
void sa_table_free(struct sa_table *table);
void sa_table_freep(struct sa_table **table);

/**
 * sa_table_add() - an SA was installed, or a dump names it (SPI and destination
 *                  identify it)
 *
 * It belongs to the living reference of its reqid whose client has this outer
 * address and port; without one, or with two, it begins a reference. A known
 * SA that now has another reqid or another time of birth is another SA: the
 * known one is removed first.
 *
 * Return: 0; -EINVAL for reqid 0; -ENOSPC at a cap: the SA stays unknown, its
 *         packets are dropped, and those of its reqid are told apart by SPI;
 *         -ENOMEM, with the same effect. A later dump may find room for it.
 */
int sa_table_add(struct sa_table *table, const struct sa_description *description);

/**
 * sa_table_refuse() - an SA with this reqid stays unknown
 *
 * Its packets are dropped, and until the next dump those of its reqid, and of
 * each reqid that is new, are told apart by SPI.
 */
void sa_table_refuse(struct sa_table *table, uint32_t reqid);

/**
 * sa_table_update() - an SA was changed in place
 *
 * A known SA stays with its reference; if it is an inbound one, its port is the
 * client's from now on. Of @description the time of birth is not used. An
 * unknown SA is added. Return: as sa_table_add().
 */
int sa_table_update(struct sa_table *table, const struct sa_description *description);

/* An SA is gone. Unknown ones are ignored. Its generation may end. */
void sa_table_remove(struct sa_table *table, uint32_t spi, const struct inet_address *destination);

/* XFRM_MSG_FLUSHSA: all SAs are gone, all generations end. */
void sa_table_flush(struct sa_table *table);

/**
 * sa_table_end_generations() - pluto has exited: all generations end
 *
 * The kernel may keep the SAs, and clients may go on to use them. They are kept
 * here as nobody's: what comes through them resolves to nothing, no new SA
 * joins them, and a new client with their reqid is their twin, that is, told
 * apart from them by SPI.
 */
void sa_table_end_generations(struct sa_table *table);

/*
 * Notifications were lost: until the next dump nothing is resolved, and what is
 * added proves nothing.
 */
void sa_table_begin_doubt(struct sa_table *table);

/* Whether a dump is needed. */
bool sa_table_in_doubt(const struct sa_table *table);

/*
 * Reconciliation with a dump: begin, sa_table_add() for each SA of the dump,
 * then end, which removes those that the dump did not name. A generation of
 * whose SAs the dump named none ends, even if new SAs could be its: nobody saw
 * whether they are the same client's. A dump that broke off is not ended; the
 * next one begins again.
 */
void sa_table_begin_dump(struct sa_table *table);
void sa_table_end_dump(struct sa_table *table);

/**
 * sa_table_resolve() - whose is a packet with this mark? O(1)
 *
 * Return: the reference of this reqid, if it has but one; the twin with an
 *         inbound SA of this SPI; SA_REFERENCE_NONE for all else: the bare
 *         reqid of twins (the rule that marks did not know them yet), an SA
 *         that is not known, a mark that could mean two things, and anything
 *         between a loss and the dump that makes it good.
 */
uint64_t sa_table_resolve(const struct sa_table *table, uint32_t mark);

/* Whether this very generation still lives. */
bool sa_table_is_alive(const struct sa_table *table, uint64_t reference);

/* Whether it shares its reqid, or has shared it, with another one. */
bool sa_table_is_twin(const struct sa_table *table, uint64_t reference);

/* The SPI of the SA to send through, host byte order; 0: there is none. */
uint32_t sa_table_outbound_spi(const struct sa_table *table, uint64_t reference);

/**
 * sa_table_handing_over() - does it have a newer SA than the one to send through?
 * @ret_inbound: the newest SA through which the client sends: once it does, the
 *               client has both; may be NULL
 *
 * Return: true; false: no, or there is no such inbound SA.
 */
bool sa_table_handing_over(const struct sa_table *table, uint64_t reference,
			   struct sa_description *ret_inbound);

/* From now on its newest outbound SA is the one to send through. */
void sa_table_hand_over(struct sa_table *table, uint64_t reference);

/**
 * sa_table_marks() - the marks that resolve to a reference
 * @ret_marks: the reqid, or a twin's inbound SPIs, newest first
 *
 * Return: how many; at most @maximum, 0 for a generation that has ended.
 */
size_t sa_table_marks(const struct sa_table *table, uint64_t reference, uint32_t *ret_marks,
		      size_t maximum);

/* Calls @found for each reqid that is to be marked with its SPIs. */
void sa_table_each_twins(const struct sa_table *table,
			 void (*found)(void *userdata, uint32_t reqid), void *userdata);

/* Calls @found for each reference that lives. */
void sa_table_each_living(const struct sa_table *table,
			  void (*found)(void *userdata, uint64_t reference), void *userdata);

/* The SAs of a living reference, newest first. Return: how many, at most @maximum. */
size_t sa_table_list(const struct sa_table *table, uint64_t reference,
		     struct sa_description *ret_descriptions, size_t maximum);

/**
 * sa_table_allow_rebinding() - may a client's NAT port move now?
 * @spi, @destination: the inbound SA through which it was seen at @new_port
 * @now_usec: of a monotonic clock
 *
 * Return: 0 and *@ret_reference: its SAs are to be moved; -ENOENT: no living
 *         reference has such an inbound SA; -EALREADY: it is at @new_port;
 *         -EAGAIN: it moved less than SA_REBINDING_INTERVAL_USEC ago.
 */
int sa_table_allow_rebinding(struct sa_table *table, uint32_t spi,
			     const struct inet_address *destination, uint16_t new_port,
			     uint64_t now_usec, uint64_t *ret_reference);

/*
 * The living reference of the SA with this SPI in either direction, or NONE.
 * Peers choose the SPIs of our outbound SAs: one that two references share
 * names neither.
 */
uint64_t sa_table_find_spi(const struct sa_table *table, uint32_t spi);

/* The same among inbound SAs only, whose SPIs no peer can choose. */
uint64_t sa_table_find_inbound_spi(const struct sa_table *table, uint32_t spi);

/**
 * sa_table_outer_port() - the UDP port of a client's ESP-in-UDP
 * @peer: outer address of the client
 *
 * Return: host byte order; 0 without encapsulation or if unknown.
 */
uint16_t sa_table_outer_port(const struct sa_table *table, uint64_t reference,
			     const struct inet_address *peer);

/**
 * sa_table_identify() - what updown told of the client behind a reference
 * @identity:   IKE identity of the peer; already checked to be printable
 * @connection: name of libreswan's connection
 *
 * Return: 0, -ENOENT for a generation that has ended, -ENOMEM.
 */
int sa_table_identify(struct sa_table *table, uint64_t reference, const char *identity,
		      const char *connection);

/* Borrowed until the generation ends or is identified again; "" if unknown. */
const char *sa_table_identity(const struct sa_table *table, uint64_t reference);
const char *sa_table_connection(const struct sa_table *table, uint64_t reference);

size_t sa_table_size(const struct sa_table *table);
size_t sa_table_reference_count(const struct sa_table *table);

static inline uint32_t sa_reference_reqid(uint64_t reference)
{
	return (uint32_t)reference;
}

/* What the kernel takes of a reqid as the number of a zone. */
static inline uint16_t sa_reference_zone(uint64_t reference)
{
	return (uint16_t)reference;
}

static inline uint32_t sa_reference_generation(uint64_t reference)
{
	return (uint32_t)(reference >> 32);
}
