/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Each tunnel with the marks that are in the kernel's set for it. What changes
 * together is one transaction: new marks come in as the old ones go. I/O.
 */
#include "gateway/data_guard.h"

#include "base/cleanup.h"
#include "ipsec-glue/key_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct guarded {
	struct key_link link; /* by zone */
	uint64_t reference;
	uint16_t tunnel_id;
	uint16_t mark_count;
	uint32_t marks[DATA_GUARD_MARKS_MAX];
};

struct data_guard {
	const struct sa_table *references;
	struct sa_mark_table *marks;
	enum sa_tracking_method method;
	struct key_table tunnels;
	bool behind; /* something that ought to be let in is not */
};

static struct guarded *first_of_zone(const struct data_guard *guard, uint64_t reference)
{
	return (struct guarded *)key_table_first(&guard->tunnels, sa_reference_zone(reference));
}

static struct guarded *next_of_zone(const struct guarded *guarded)
{
	return (struct guarded *)key_table_next(&guarded->link);
}

_Static_assert(2 * DATA_GUARD_MARKS_MAX <= SA_MARK_CHANGES_MAX, "all old and all new marks");

int data_guard_new(const struct sa_table *references, struct sa_mark_table *marks,
		   enum sa_tracking_method method, struct data_guard **ret_guard)
{
	struct data_guard *guard = calloc(1, sizeof(*guard));

	if (!guard || key_table_init(&guard->tunnels) < 0) {
		free(guard);
		return -ENOMEM;
	}
	guard->references = references;
	guard->marks = marks;
	guard->method = method;
	*ret_guard = guard;
	return 0;
}

void data_guard_free(struct data_guard *guard)
{
	if (!guard)
		return;
	for (size_t i = 0; i < guard->tunnels.bucket_count; i++)
		while (guard->tunnels.buckets[i]) {
			struct key_link *link = guard->tunnels.buckets[i];

			guard->tunnels.buckets[i] = link->next;
			free((struct guarded *)link);
		}
	key_table_done(&guard->tunnels);
	free(guard);
}

void data_guard_freep(struct data_guard **guard)
{
	data_guard_free(*guard);
}

static bool has_mark(const uint32_t *marks, size_t count, uint32_t mark)
{
	for (size_t i = 0; i < count; i++)
		if (marks[i] == mark)
			return true;
	return false;
}

/* Appends the change of each of @marks that is not among @others. */
static size_t put_changes(const struct guarded *guarded, bool remove, const uint32_t *marks,
			  size_t count, const uint32_t *others, size_t other_count,
			  struct sa_mark_change *changes)
{
	size_t used = 0;

	for (size_t i = 0; i < count; i++)
		if (!has_mark(others, other_count, marks[i]))
			changes[used++] = (struct sa_mark_change){
				.remove = remove,
				.set = SA_MARK_SET_TUNNELS,
				.mark = marks[i],
				.tunnel_id = guarded->tunnel_id,
			};
	return used;
}

/* After a failure: what had been let in and is not wanted any more is gone. */
static void keep_only(struct guarded *guarded, const uint32_t *marks, size_t count)
{
	uint16_t kept = 0;

	for (size_t i = 0; i < guarded->mark_count; i++)
		if (has_mark(marks, count, guarded->marks[i]))
			guarded->marks[kept++] = guarded->marks[i];
	guarded->mark_count = kept;
}

/* Lets in what has one of these marks and nothing else. */
static int set_marks(struct data_guard *guard, struct guarded *guarded, const uint32_t *marks,
		     size_t count)
{
	struct sa_mark_change changes[SA_MARK_CHANGES_MAX];
	size_t used = put_changes(guarded, false, marks, count, guarded->marks, guarded->mark_count,
				  changes);
	int error;

	used += put_changes(guarded, true, guarded->marks, guarded->mark_count, marks, count,
			    changes + used);
	error = sa_mark_table_change(guard->marks, changes, used);
	if (error) {
		keep_only(guarded, marks, count);
		guard->behind = true;
		return error;
	}
	if (count)
		memcpy(guarded->marks, marks, count * sizeof(*marks));
	guarded->mark_count = (uint16_t)count;
	return 0;
}

static struct guarded *find(const struct data_guard *guard, uint64_t reference, uint16_t tunnel_id)
{
	for (struct guarded *guarded = first_of_zone(guard, reference); guarded;
	     guarded = next_of_zone(guarded))
		if (guarded->reference == reference && guarded->tunnel_id == tunnel_id)
			return guarded;
	return NULL;
}

int data_guard_admit(struct data_guard *guard, uint64_t reference, uint16_t tunnel_id)
{
	uint32_t marks[DATA_GUARD_MARKS_MAX];
	size_t count = sa_table_marks(guard->references, reference, marks, ELEMENTS(marks));
	_cleanup_(freep) struct guarded *guarded = calloc(1, sizeof(*guarded));
	int error;

	if (!count)
		return -ENOENT;
	if (!guarded)
		return -ENOMEM;
	guarded->reference = reference;
	guarded->tunnel_id = tunnel_id;
	error = set_marks(guard, guarded, marks, count);
	if (error)
		return error;
	key_table_insert(&guard->tunnels, &guarded->link, sa_reference_zone(reference));
	guarded = NULL;
	return 0;
}

int data_guard_dismiss(struct data_guard *guard, uint64_t reference, uint16_t tunnel_id)
{
	struct guarded *guarded = find(guard, reference, tunnel_id);
	int error;

	if (!guarded)
		return 0;
	error = set_marks(guard, guarded, NULL, 0);
	key_table_remove(&guard->tunnels, &guarded->link);
	free(guarded);
	return error;
}

/* A generation that has ended has no marks: nothing of its is let in any more. */
static int follow_marks(struct data_guard *guard, struct guarded *guarded)
{
	uint32_t marks[DATA_GUARD_MARKS_MAX];
	size_t count =
		sa_table_marks(guard->references, guarded->reference, marks, ELEMENTS(marks));

	return set_marks(guard, guarded, marks, count);
}

int data_guard_follow(struct data_guard *guard, uint64_t reference)
{
	int first_error = 0;

	for (struct guarded *guarded = first_of_zone(guard, reference); guarded;
	     guarded = next_of_zone(guarded)) {
		int error = 0;

		if (guarded->reference == reference)
			error = follow_marks(guard, guarded);
		if (error && !first_error)
			first_error = error;
	}
	return first_error;
}

size_t data_guard_list(const struct data_guard *guard, uint32_t reqid, uint64_t *ret_references,
		       size_t maximum)
{
	size_t count = 0;

	for (const struct guarded *guarded = first_of_zone(guard, reqid);
	     guarded && count < maximum; guarded = next_of_zone(guarded))
		if (sa_reference_reqid(guarded->reference) == reqid)
			ret_references[count++] = guarded->reference;
	return count;
}

size_t data_guard_neighbours(const struct data_guard *guard, uint64_t reference,
			     uint64_t *ret_references, size_t maximum)
{
	uint32_t reqid = sa_reference_reqid(reference);
	size_t count = 0;

	if (guard->method != SA_TRACKING_METHOD_ZONE)
		return 0;
	for (const struct guarded *guarded = first_of_zone(guard, reference);
	     guarded && count < maximum; guarded = next_of_zone(guarded))
		if (sa_reference_reqid(guarded->reference) != reqid)
			ret_references[count++] = guarded->reference;
	return count;
}

int data_guard_set_twins(struct data_guard *guard, uint32_t reqid, bool twins)
{
	const struct sa_mark_change change = {
		.remove = !twins,
		.set = SA_MARK_SET_TWINS,
		.mark = reqid,
	};
	int error = sa_mark_table_change(guard->marks, &change, 1);

	guard->behind |= error != 0;
	return error;
}

/* Remembers the first error of several. */
struct twins_walk {
	struct data_guard *guard;
	int error;
};

static void set_twins_again(void *userdata, uint32_t reqid)
{
	struct twins_walk *walk = userdata;
	int error = data_guard_set_twins(walk->guard, reqid, true);

	if (error && !walk->error)
		walk->error = error;
}

int data_guard_catch_up(struct data_guard *guard)
{
	struct twins_walk walk = { .guard = guard };

	if (!guard->behind)
		return 0;
	guard->behind = false;
	sa_table_each_twins(guard->references, set_twins_again, &walk);
	for (size_t i = 0; i < guard->tunnels.bucket_count; i++)
		for (struct key_link *link = guard->tunnels.buckets[i]; link; link = link->next) {
			int error = follow_marks(guard, (struct guarded *)link);

			if (error && !walk.error)
				walk.error = error;
		}
	return walk.error;
}
