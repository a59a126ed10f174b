/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The nftables table from which SA references come, and which keeps clients
 * apart in the kernel's data path. On input (with zones in prerouting) each
 * decrypted packet to the L2TP port gets the reqid of its SA as its mark (the
 * inbound SPI, where several clients share the reqid); then a data packet whose
 * {mark, tunnel id} is not in the set `tunnels` is dropped and counted, and so is
 * all without a mark.
 * nft's parser does not know the expression for the reqid: the table is sent
 * over netlink and is one of its own, so that other tables stay loadable. What
 * the sets hold is remembered here, for when somebody flushes them. I/O.
 */
#pragma once

#include "ipsec-glue/sa_method.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SA_MARK_TABLE "saregate_mark"

/* Elements changed by one call: they have to fit into one request. */
#define SA_MARK_CHANGES_MAX 64

struct sa_mark_table;

struct sa_mark_settings {
	uint16_t l2tp_port;
	/* With zones each reqid is a zone of connection tracking (its low 16 bits). */
	enum sa_tracking_method method;
};

/* What the rules dropped since the table was made. */
struct sa_mark_counters {
	uint64_t unmarked; /* no SA, or one that is gone */
	uint64_t foreign;  /* data for a tunnel that is not of this client */
};

enum sa_mark_set {
	SA_MARK_SET_TWINS,   /* reqids for whose packets the mark is the inbound SPI */
	SA_MARK_SET_TUNNELS, /* {mark, local tunnel id} whose data is let in */
};

/* One element to add or to remove. */
struct sa_mark_change {
	bool remove;
	enum sa_mark_set set;
	uint32_t mark;      /* reqid or inbound SPI, host byte order */
	uint16_t tunnel_id; /* host byte order; of SA_MARK_SET_TUNNELS only */
};

/**
 * sa_mark_table_new() - put the table in place, atomically, with empty sets
 *
 * Replaces what an earlier process left.
 *
 * Return: 0; -EPERM without CAP_NET_ADMIN; -ENOENT or -EOPNOTSUPP if the kernel
 *         has no nft_xfrm; other negative errno.
 */
int sa_mark_table_new(const struct sa_mark_settings *settings, struct sa_mark_table **ret_table);

/* Forgets the handle; the kernel's table stays: see sa_mark_table_remove(). */
void sa_mark_table_free(struct sa_mark_table *table);
void sa_mark_table_freep(struct sa_mark_table **table);

/* Deletes the kernel's table. Return: 0, also if there is none; negative errno. */
int sa_mark_table_remove(struct sa_mark_table *table);

/**
 * sa_mark_table_change() - add and remove elements in one transaction
 * @changes: at most SA_MARK_CHANGES_MAX, each of another element; all are in
 *           force afterwards, or none is
 *
 * Whatever happens removals are remembered. One that failed is made up for by the
 * next sa_mark_table_restore(), which sa_mark_table_check() then asks for, and
 * without which no later change is made.
 *
 * To add what is there or to remove what is not changes nothing. A table that
 * somebody took away is put back, with all its elements.
 *
 * Return: 0; -E2BIG; -ENOSPC; -ENOMEM; the kernel's error.
 */
int sa_mark_table_change(struct sa_mark_table *table, const struct sa_mark_change *changes,
			 size_t count);

/**
 * sa_mark_table_check() - whether the kernel has the table as it was put there
 *
 * Rules, sets and the number of the sets' elements are looked at.
 *
 * Return: 1, 0, or negative errno.
 */
int sa_mark_table_check(struct sa_mark_table *table);

/**
 * sa_mark_table_restore() - put the table back with all its elements, atomically
 *
 * Return: 0, -ENOMEM, the kernel's error (nothing has changed then).
 */
int sa_mark_table_restore(struct sa_mark_table *table);

/**
 * sa_mark_table_set_closed() - let no data in at all, or what is admitted again
 *
 * Closed, the kernel's set of tunnels is empty; what is admitted meanwhile is
 * remembered. Control messages pass.
 *
 * Return: 0, also if nothing changes; else as sa_mark_table_restore().
 */
int sa_mark_table_set_closed(struct sa_mark_table *table, bool closed);

/* The netlink port from which the table is changed. */
uint32_t sa_mark_table_netlink_port(const struct sa_mark_table *table);

/**
 * sa_mark_table_read_counters() - what was dropped until now
 *
 * Return: 0; -ENOENT if a counter has gone; other negative errno.
 */
int sa_mark_table_read_counters(struct sa_mark_table *table, struct sa_mark_counters *ret_counters);
