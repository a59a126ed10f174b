/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The nftables tables that the gateway depends on, and what becomes of it when
 * somebody flushes or changes them: the table of marks and the guard against
 * cleartext are put back at once; while the inner isolation is away no client's
 * data comes in. I/O, on sd-event.
 */
#pragma once

#include "gateway/group_firewall.h"
#include "gateway/inner_addresses.h"
#include "ipsec-glue/cleartext_guard.h"
#include "ipsec-glue/sa_mark_table.h"

#include <systemd/sd-event.h>

struct nft_upkeep;

struct nft_upkeep_resources {
	sd_event *event;
	uint16_t l2tp_port;
	struct sa_mark_table *marks;
	struct inner_addresses *inner;  /* NULL: there are no sessions to isolate */
	struct inner_addresses *inner6; /* NULL as well then */
	struct inner_addresses *dns;    /* the same */
	struct group_firewall *groups;  /* the same */
	/* Somebody changed our tables: nft_upkeep_look() is due. */
	void (*changed)(void *userdata);
	void *userdata;
};

/* What is away and cannot be put back. */
struct nft_upkeep_state {
	bool marks_missing;
	bool guard_missing;
	bool isolation_missing;
	bool isolation6_missing; /* of IPv6, where it is wanted */
	/* It was away or was changed and is there: its elements may be gone. */
	bool isolation_changed;
};

/* @resources: copied, what it points to is borrowed. Return: 0, negative errno. */
int nft_upkeep_new(const struct nft_upkeep_resources *resources, struct nft_upkeep **ret_upkeep);
void nft_upkeep_free(struct nft_upkeep *upkeep);
void nft_upkeep_freep(struct nft_upkeep **upkeep);

/*
 * Looks at all tables and puts back what can be; logs what it did. @wants_ipv6: whether
 * clients can have IPv6.
 */
void nft_upkeep_look(struct nft_upkeep *upkeep, bool wants_ipv6,
		     struct nft_upkeep_state *ret_state);

/* Return: as cleartext_guard_read_counters(). */
int nft_upkeep_read_counters(struct nft_upkeep *upkeep,
			     struct cleartext_guard_counters *ret_counters);
