/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The content of the table saregate_mark but for its sets' elements: which
 * sets, counters, chains and rules there are. For sa_mark_table.c alone. I/O
 * only in so far as messages are built.
 */
#pragma once

#include "base/nft_batch.h"
#include "ipsec-glue/sa_mark_table.h"

#define SA_MARK_TWINS    "twins"
#define SA_MARK_TUNNELS  "tunnels"
#define SA_MARK_UNMARKED "unmarked"
#define SA_MARK_FOREIGN  "foreign"

/**
 * sa_mark_rules_put() - the table as it should be, without elements
 * @batch:    a transaction in which the table does not exist yet
 * @counters: what the counters begin with
 *
 * Return: 0, -ENOMEM.
 */
int sa_mark_rules_put(struct nft_batch *batch, const struct sa_mark_settings *settings,
		      const struct sa_mark_counters *counters);
