/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the sets of the table saregate_mark hold, remembered on our side: a set
 * that somebody flushed can be filled again. Pure.
 */
#pragma once

#include "ipsec-glue/key_table.h"
#include "ipsec-glue/sa_mark_table.h"

/* Each client has few, each tunnel one or two: what peers can make us hold. */
#define SA_MARK_ELEMENTS_MAX 262144

struct sa_mark_element {
	struct key_link link; /* by mark */
	enum sa_mark_set set;
	uint16_t tunnel_id;
};

/* Embedded by its user; the fields are private but for sa_mark_elements_next(). */
struct sa_mark_elements {
	struct key_table by_mark;
	size_t counts[SA_MARK_SET_TUNNELS + 1];
};

/* Where a walk is; begins as zeroes. */
struct sa_mark_elements_walk {
	size_t bucket;
	struct key_link *link;
};

/* Return: 0, -ENOMEM. */
int sa_mark_elements_init(struct sa_mark_elements *elements);
void sa_mark_elements_done(struct sa_mark_elements *elements);

/* The element that a change speaks of, or NULL. */
struct sa_mark_element *sa_mark_elements_find(const struct sa_mark_elements *elements,
					      const struct sa_mark_change *change);

/* @change->remove is ignored. Return: 0; -EEXIST; -ENOSPC; -ENOMEM. */
int sa_mark_elements_add(struct sa_mark_elements *elements, const struct sa_mark_change *change);

/* Return: whether it was there. */
bool sa_mark_elements_remove(struct sa_mark_elements *elements,
			     const struct sa_mark_change *change);

/**
 * sa_mark_elements_apply() - note several changes, each of another element
 * @ret_done:  those that change something, removals first; room for @count
 * @ret_count: how many
 *
 * Return: 0; -ENOSPC or -ENOMEM: no addition is noted, but all removals are.
 */
int sa_mark_elements_apply(struct sa_mark_elements *elements, const struct sa_mark_change *changes,
			   size_t count, struct sa_mark_change *ret_done, size_t *ret_count);

/* Takes the additions among @done back. */
void sa_mark_elements_forget_additions(struct sa_mark_elements *elements,
				       const struct sa_mark_change *done, size_t count);

size_t sa_mark_elements_count(const struct sa_mark_elements *elements, enum sa_mark_set set);

/**
 * sa_mark_elements_next() - the next element of a walk, in no particular order
 * @walk: zeroes at first; void after any change
 *
 * Return: borrowed, or NULL at the end.
 */
const struct sa_mark_element *sa_mark_elements_next(const struct sa_mark_elements *elements,
						    struct sa_mark_elements_walk *walk);
