/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Gives references the names that updown tells, also where a name comes before
 * its SA, and keeps them over a restart. Names only: nothing depends on them.
 * I/O.
 */
#pragma once

#include "ipsec-glue/sa_reference.h"
#include "ipsec-glue/updown_message.h"

struct sa_names;

/**
 * sa_names_new() - no name is known yet
 * @table: borrowed for the life of what is made
 *
 * Return: 0, -ENOMEM.
 */
int sa_names_new(struct sa_table *table, struct sa_names **ret_names);
void sa_names_free(struct sa_names *names);
void sa_names_freep(struct sa_names **names);

/**
 * sa_names_restore() - what an earlier process knew of the SAs that live
 * @descriptor: of identity_store_open(), taken over in any case; names are kept
 *              there from now on
 *
 * Return: 0 or negative errno: names end with us.
 */
int sa_names_restore(struct sa_names *names, int descriptor);

/* updown told a name; if its SA is not known yet it waits, as one of the last 64. */
void sa_names_told(struct sa_names *names, const struct updown_message *message);

/* SAs have come: one may have a name that waits. */
void sa_names_look(struct sa_names *names);

/* A reference has another SA, of which updown tells nothing: its name goes with it. */
int sa_names_follow(struct sa_names *names, uint64_t reference);
