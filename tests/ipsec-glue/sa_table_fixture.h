/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A table of SAs and what it told, for the tests of sa_reference: clients are
 * at NAT, all at one address, and reach GATEWAY.
 */
#pragma once

#include "ipsec-glue/sa_reference.h"
#include "tests/unit.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define GATEWAY UINT32_C(0xcb007101) /* 203.0.113.1 */
#define NAT     UINT32_C(0xcb00710b) /* 203.0.113.11 */

#define ENDED_MAX 64

/* A table and what it told. */
struct fixture {
	struct sa_table *table;
	uint64_t ended[ENDED_MAX]; /* the first ones */
	size_t ended_count;
	/* the last of each */
	uint64_t outbound_of;
	uint32_t outbound_spi;
	uint32_t twins_reqid;
	bool twins;
	size_t outbound_count;
	size_t handover_count;
	size_t marks_count;
	size_t twins_count;
};

static inline void remember_ended(void *userdata, uint64_t reference)
{
	struct fixture *fixture = userdata;

	if (fixture->ended_count < ENDED_MAX)
		fixture->ended[fixture->ended_count] = reference;
	fixture->ended_count++;
}

static inline void remember_outbound(void *userdata, uint64_t reference, uint32_t spi)
{
	struct fixture *fixture = userdata;

	fixture->outbound_of = reference;
	fixture->outbound_spi = spi;
	fixture->outbound_count++;
}

static inline void remember_handover(void *userdata, uint64_t reference)
{
	struct fixture *fixture = userdata;

	assert_true(sa_table_handing_over(fixture->table, reference, NULL));
	fixture->handover_count++;
}

static inline void remember_marks(void *userdata, uint64_t reference)
{
	struct fixture *fixture = userdata;

	assert_true(sa_table_is_alive(fixture->table, reference));
	fixture->marks_count++;
}

static inline void remember_twins(void *userdata, uint32_t reqid, bool twins)
{
	struct fixture *fixture = userdata;

	fixture->twins_reqid = reqid;
	fixture->twins = twins;
	fixture->twins_count++;
}

static const struct sa_table_ops ops = {
	.ended = remember_ended,
	.outbound_changed = remember_outbound,
	.handover = remember_handover,
	.marks_changed = remember_marks,
	.twins_changed = remember_twins,
};

static inline int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	if (!fixture || sa_table_new(&ops, fixture, &fixture->table) < 0)
		return -1;
	*state = fixture;
	return 0;
}

static inline int tear_down(void **state)
{
	struct fixture *fixture = *state;

	sa_table_free(fixture->table);
	free(fixture);
	return 0;
}

/* The SA from the client at NAT:port to us. */
static inline struct sa_description inbound(uint32_t spi, uint32_t reqid, uint16_t port)
{
	return (struct sa_description){
		.spi = spi,
		.reqid = reqid,
		.inbound = true,
		.source = inet_address_from_ipv4(NAT),
		.destination = inet_address_from_ipv4(GATEWAY),
		.encapsulation_source_port = port,
		.encapsulation_destination_port = 4500,
	};
}

static inline struct sa_description outbound(uint32_t spi, uint32_t reqid, uint16_t port)
{
	return (struct sa_description){
		.spi = spi,
		.reqid = reqid,
		.source = inet_address_from_ipv4(GATEWAY),
		.destination = inet_address_from_ipv4(NAT),
		.encapsulation_source_port = 4500,
		.encapsulation_destination_port = port,
	};
}

static inline void add(struct fixture *fixture, struct sa_description description)
{
	assert_int_equal(sa_table_add(fixture->table, &description), 0);
}

static inline void drop(struct fixture *fixture, struct sa_description description)
{
	sa_table_remove(fixture->table, description.spi, &description.destination);
}

static inline uint64_t of_spi(const struct fixture *fixture, uint32_t spi)
{
	return sa_table_find_spi(fixture->table, spi);
}

static inline uint64_t resolve(const struct fixture *fixture, uint32_t mark)
{
	return sa_table_resolve(fixture->table, mark);
}

/* Both SAs of one client; the outbound SPI is 0x100 above the inbound one. */
static inline void join(struct fixture *fixture, uint32_t spi, uint32_t reqid, uint16_t port)
{
	add(fixture, inbound(spi, reqid, port));
	add(fixture, outbound(spi + 0x100, reqid, port));
}

static inline void leave(struct fixture *fixture, uint32_t spi)
{
	drop(fixture, inbound(spi, 1, 1));
	drop(fixture, outbound(spi + 0x100, 1, 1));
}

static inline void update(struct fixture *fixture, struct sa_description description)
{
	assert_int_equal(sa_table_update(fixture->table, &description), 0);
}

/* What NAT rebinding does to the SAs of join(). */
static inline void move(struct fixture *fixture, uint32_t spi, uint32_t reqid, uint16_t port)
{
	update(fixture, outbound(spi + 0x100, reqid, port));
	update(fixture, inbound(spi, reqid, port));
}

#define WITH_TABLE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
