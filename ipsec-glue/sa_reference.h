/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SA references: which client a decrypted packet belongs to. pluto gives each
 * client's SAs a reqid of their own, the kernel copies it into the packet's
 * mark, and this table says what the mark stands for at this moment. A reqid
 * alone is not enough: a restarted pluto hands the same one to whoever comes
 * first. So a reference is (reqid, generation), and a generation ends with the
 * last SA of its reqid and never returns. Pure.
 */
#pragma once

#include "base/address.h"

#include <stddef.h>
#include <stdint.h>

/* No reference: cleartext, or an SA that is not known. */
#define SA_REFERENCE_NONE UINT64_C(0)

/* Caps: what a peer's negotiations can make us hold. */
#define SA_TABLE_MAXIMUM       131072
#define SA_IDENTITY_MAX        256
#define SA_CONNECTION_NAME_MAX 128

struct sa_table;

/* One security association, as the kernel's XFRM reports it. */
struct sa_description {
	uint32_t spi;   /* host byte order */
	uint32_t reqid; /* never 0 */
	struct inet_address source;
	struct inet_address destination;
	uint16_t encapsulation_source_port; /* 0: no UDP encapsulation */
	uint16_t encapsulation_destination_port;
};

/* Told when a generation has ended: everything built on it must go now. */
typedef void (*sa_reference_ended_fn)(void *userdata, uint64_t reference);

/**
 * sa_table_new() - an empty table
 * @ended:    called from within the functions below; must not call them
 * @userdata: passed to @ended
 *
 * Return: 0, -ENOMEM.
 */
int sa_table_new(sa_reference_ended_fn ended, void *userdata, struct sa_table **ret_table);
void sa_table_free(struct sa_table *table);
void sa_table_freep(struct sa_table **table);

/**
 * sa_table_add() - an SA was installed or changed (SPI and destination name it)
 *
 * The first SA of a reqid begins a generation. A known SA that now has another
 * reqid is removed from the old one first.
 *
 * Return: 0; -EINVAL for reqid 0; -ENOSPC at SA_TABLE_MAXIMUM; -ENOMEM.
 */
int sa_table_add(struct sa_table *table, const struct sa_description *description);

/* An SA is gone. Unknown ones are ignored. Its generation may end. */
void sa_table_remove(struct sa_table *table, uint32_t spi, const struct inet_address *destination);

/* XFRM_MSG_FLUSHSA: all generations end. */
void sa_table_flush(struct sa_table *table);

/*
 * Reconciliation with a dump: begin, sa_table_add() for each SA of the dump,
 * then end, which removes those that the dump did not name. A generation of
 * whose SAs the dump named none ends, even if new SAs carry its reqid: nobody
 * saw whether they are the same client's.
 */
void sa_table_begin_dump(struct sa_table *table);
void sa_table_end_dump(struct sa_table *table);

/* The living reference of a reqid, or SA_REFERENCE_NONE. O(1). */
uint64_t sa_table_resolve(const struct sa_table *table, uint32_t reqid);

/* Whether this very generation still lives. */
int sa_table_is_alive(const struct sa_table *table, uint64_t reference);

/*
 * The living reference of the SA with this SPI in either direction, or NONE.
 * Peers choose the SPIs of our outbound SAs: one that two references share
 * names neither.
 */
uint64_t sa_table_find_spi(const struct sa_table *table, uint32_t spi);

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

static inline uint32_t sa_reference_generation(uint64_t reference)
{
	return (uint32_t)(reference >> 32);
}
