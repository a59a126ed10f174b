/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Quotas of peers and addresses. Nothing here takes longer because there are many. Pure. */
#include "l2tp/quota.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#define SECOND_USEC UINT64_C(1000000)
/* Quotas that are forgotten when one is asked for: more than the one that may be made. */
#define FORGOTTEN_AT_ONCE 2

bool l2tp_rate_take(uint64_t *used_usec, const struct l2tp_rate *rate, uint64_t now_usec)
{
	uint64_t interval = SECOND_USEC / rate->per_second;
	uint64_t used = *used_usec > now_usec ? *used_usec : now_usec;

	if (used - now_usec > (rate->burst - 1) * interval)
		return false;
	*used_usec = used + interval;
	return true;
}

int l2tp_quotas_init(struct l2tp_quotas *quotas, uint64_t seed)
{
	TAILQ_INIT(&quotas->idle);
	return l2tp_lookup_init(&quotas->all, seed);
}

static void forget(struct l2tp_quotas *quotas, struct l2tp_quota *quota)
{
	TAILQ_REMOVE(&quotas->idle, quota, idle);
	quotas->idle_count--;
	l2tp_lookup_remove(&quotas->all, &quota->node);
	free(quota);
}

void l2tp_quotas_done(struct l2tp_quotas *quotas)
{
	while (quotas->idle_count > 0)
		forget(quotas, TAILQ_FIRST(&quotas->idle));
	l2tp_lookup_done(&quotas->all);
}

static void append_idle(struct l2tp_quotas *quotas, struct l2tp_quota *quota)
{
	TAILQ_INSERT_TAIL(&quotas->idle, quota, idle);
	quotas->idle_count++;
}

/* Who is kept in mind has used something, or is the last of too many. */
static void tidy(struct l2tp_quotas *quotas, uint64_t now_usec)
{
	for (unsigned int i = 0; i < FORGOTTEN_AT_ONCE; i++) {
		struct l2tp_quota *oldest = TAILQ_FIRST(&quotas->idle);

		if (oldest &&
		    (oldest->used_usec <= now_usec || quotas->idle_count >= L2TP_QUOTAS_IDLE_MAX))
			forget(quotas, oldest);
	}
}

struct l2tp_quota *l2tp_quota_get(struct l2tp_quotas *quotas, uint64_t key, uint64_t now_usec)
{
	struct l2tp_lookup_node *node;
	struct l2tp_quota *quota;

	tidy(quotas, now_usec);
	node = l2tp_lookup_find(&quotas->all, key);
	if (node) {
		quota = (struct l2tp_quota *)((char *)node - offsetof(struct l2tp_quota, node));
		if (quota->tunnels == 0) {
			TAILQ_REMOVE(&quotas->idle, quota, idle);
			TAILQ_INSERT_TAIL(&quotas->idle, quota, idle);
		}
		return quota;
	}
	quota = calloc(1, sizeof(*quota));
	if (!quota)
		return NULL;
	l2tp_lookup_add(&quotas->all, &quota->node, key);
	append_idle(quotas, quota);
	return quota;
}

void l2tp_quota_hold(struct l2tp_quotas *quotas, struct l2tp_quota *quota)
{
	if (quota->tunnels == 0) {
		TAILQ_REMOVE(&quotas->idle, quota, idle);
		quotas->idle_count--;
	}
	quota->tunnels++;
	quota->living++;
	quota->half_open++;
}

void l2tp_quota_release(struct l2tp_quotas *quotas, struct l2tp_quota *quota)
{
	if (--quota->tunnels == 0)
		append_idle(quotas, quota);
}
