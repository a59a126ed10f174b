/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What one peer, or one outer address, has used of what everybody may: tunnels, those
 * of them that are half-open, and SCCRQs per time. Whoever is at his limit is refused;
 * nobody else notices. A quota stays in mind while it has a tunnel or its SCCRQs are fresh, and
 * those without a tunnel are capped in number. Pure.
 */
#pragma once

#include "l2tp/lookup.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

/* Cap: quotas without a tunnel that are kept; beyond, the one untouched for longest goes. */
#define L2TP_QUOTAS_IDLE_MAX 4096

/* So many at once, and so many a second from then on. */
struct l2tp_rate {
	uint32_t burst;
	uint32_t per_second;
};

/**
 * l2tp_rate_take() - is there room for one more now?
 * @used_usec: until when the rate is used up but for the burst; 0 at first
 */
bool l2tp_rate_take(uint64_t *used_usec, const struct l2tp_rate *rate, uint64_t now_usec);

/**
 * struct l2tp_quota - of one peer or address
 * @node:    by a key that stands for it; a hash with a secret seed, where it is long
 * @tunnels: that hold it, lingering ones included
 * @living:  of these, those that do not linger
 */
struct l2tp_quota {
	struct l2tp_lookup_node node;
	TAILQ_ENTRY(l2tp_quota) idle;
	uint64_t used_usec;
	uint32_t tunnels;
	uint32_t living;
	uint32_t half_open;
};

TAILQ_HEAD(l2tp_quota_list, l2tp_quota);

struct l2tp_quotas {
	struct l2tp_lookup all;
	struct l2tp_quota_list idle; /* without tunnels, touched last at the end */
	uint32_t idle_count;
};

/* Return: 0, -ENOMEM. */
int l2tp_quotas_init(struct l2tp_quotas *quotas, uint64_t seed);
/* No tunnel may hold one any more. Of zeroes: nothing. */
void l2tp_quotas_done(struct l2tp_quotas *quotas);

/**
 * l2tp_quota_get() - the quota of @key, a fresh one if there is none
 *
 * Forgets others that have become fresh. Valid until the next call for the same
 * @quotas, or as long as a tunnel holds it. NULL: no memory.
 */
struct l2tp_quota *l2tp_quota_get(struct l2tp_quotas *quotas, uint64_t key, uint64_t now_usec);

/* A tunnel begins, living and half-open; and has gone, neither living nor half-open. */
void l2tp_quota_hold(struct l2tp_quotas *quotas, struct l2tp_quota *quota);
void l2tp_quota_release(struct l2tp_quotas *quotas, struct l2tp_quota *quota);
