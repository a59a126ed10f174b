/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside of the table of SAs: what sa_table.c changes and sa_reference.c asks.
 * Nobody else but their tests includes this. Pure.
 */
#pragma once

#include "ipsec-glue/key_table.h"
#include "ipsec-glue/sa_reference.h"

struct sa;

/* One generation of a reqid and client. */
struct reference {
	struct key_link by_reqid; /* first: key_table gives it back */
	struct reference *previous, *next;
	struct sa *newest; /* its SAs, never none */
	size_t sa_count;
	size_t inbound_count;
	uint64_t value;
	bool alive; /* false: its pluto is gone; it resolves to nothing */
	bool twins; /* its reqid is or was shared; the same for all of one reqid */
	struct inet_address peer;
	uint16_t port;         /* of the peer, as its inbound SAs have it; 0: no encapsulation */
	uint32_t outbound_spi; /* as it was told to outbound_changed() */
	uint64_t begun_in;     /* the dump count when its generation began */
	bool rebound;          /* @rebound_usec says when */
	uint64_t rebound_usec;
	char *identity;
	char *connection;
};

struct sa {
	struct key_link by_spi; /* first: key_table gives it back */
	struct sa *newer, *older;
	struct reference *reference;
	struct sa_description description;
	bool proven;      /* nothing was lost between the reference's beginning and it */
	uint64_t seen_in; /* the dump count when it was last reported */
};

struct sa_table {
	const struct sa_table_ops *ops;
	void *userdata;
	struct key_table sas;
	struct key_table references;
	struct reference *all; /* every reference, for flush and dumps */
	size_t alive_count;
	uint64_t dumps;
	bool in_dump;
	bool in_doubt; /* something was lost since the last dump that was complete */
	bool refused;  /* an SA found no room; the same */
	uint32_t last_generation;
};

/* The first reference of a reqid; sa_table_next_reference() gives the others. */
static inline struct reference *sa_table_first_reference(const struct sa_table *table,
							 uint32_t reqid)
{
	return (struct reference *)key_table_first(&table->references, reqid);
}

static inline struct reference *sa_table_next_reference(const struct reference *reference)
{
	return (struct reference *)key_table_next(&reference->by_reqid);
}

/* The SPI of its newest outbound SA, or 0. */
uint32_t sa_table_newest_outbound(const struct reference *reference);

/* The living reference of this value, or NULL. */
struct reference *sa_table_find_living(const struct sa_table *table, uint64_t value);

struct sa *sa_table_find_sa(const struct sa_table *table, uint32_t spi,
			    const struct inet_address *destination);
