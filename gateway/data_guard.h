/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which client's data the kernel lets into which tunnel: the set `tunnels` of
 * the table saregate_mark, one element for each mark that a client's packets can
 * have and each of its tunnels, and the set `twins`. It follows the marks as SAs
 * come and go. I/O.
 */
#pragma once

#include "ipsec-glue/sa_mark_table.h"
#include "ipsec-glue/sa_reference.h"

/* Marks of one client that are let in: the newest, a twin has one for each SA. */
#define DATA_GUARD_MARKS_MAX 16

struct data_guard;

/**
 * data_guard_new() - nothing is let in yet
 * @references, @marks: borrowed
 * @method: of @marks
 *
 * Return: 0, -ENOMEM.
 */
int data_guard_new(const struct sa_table *references, struct sa_mark_table *marks,
		   enum sa_tracking_method method, struct data_guard **ret_guard);
/* Leaves the kernel's sets as they are. */
void data_guard_free(struct data_guard *guard);
void data_guard_freep(struct data_guard **guard);

/**
 * data_guard_admit() - let a client's data into one of its tunnels
 * @tunnel_id: local, host byte order; not admitted yet
 *
 * Return: 0; -ENOENT for a reference that has ended; -ENOSPC; -ENOMEM; the
 *         kernel's error. Nothing is let in then.
 */
int data_guard_admit(struct data_guard *guard, uint64_t reference, uint16_t tunnel_id);

/* Return: 0, also if it is not let in; the kernel's error: see sa_mark_table_change(). */
int data_guard_dismiss(struct data_guard *guard, uint64_t reference, uint16_t tunnel_id);

/*
 * A client's packets have other marks now. Return: 0 or the first error: what has
 * one of them is not let in before data_guard_catch_up().
 */
int data_guard_follow(struct data_guard *guard, uint64_t reference);

/* The references of a reqid that are let in. Return: how many, at most @maximum. */
size_t data_guard_list(const struct data_guard *guard, uint32_t reqid, uint64_t *ret_references,
		       size_t maximum);

/**
 * data_guard_neighbours() - who else is let in and has the zone of this client
 *
 * Zones are the low 16 bits of reqids: references of other reqids can have the
 * same one.
 *
 * Return: how many, at most @maximum; none where the method is not zones.
 */
size_t data_guard_neighbours(const struct data_guard *guard, uint64_t reference,
			     uint64_t *ret_references, size_t maximum);

/* Packets of this reqid are to be marked with their SPI, or no longer. Return: the same. */
int data_guard_set_twins(struct data_guard *guard, uint32_t reqid, bool twins);

/* Tries again what failed, if something did. Return: 0 or the first error. */
int data_guard_catch_up(struct data_guard *guard);
