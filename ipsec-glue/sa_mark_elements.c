/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Elements in a table by mark; those of one mark are few. Pure. */
#include "ipsec-glue/sa_mark_elements.h"

#include <errno.h>
#include <stdlib.h>

int sa_mark_elements_init(struct sa_mark_elements *elements)
{
	*elements = (struct sa_mark_elements){ 0 };
	return key_table_init(&elements->by_mark);
}

void sa_mark_elements_done(struct sa_mark_elements *elements)
{
	for (size_t i = 0; i < elements->by_mark.bucket_count; i++)
		while (elements->by_mark.buckets[i]) {
			struct key_link *link = elements->by_mark.buckets[i];

			elements->by_mark.buckets[i] = link->next;
			free((struct sa_mark_element *)link);
		}
	key_table_done(&elements->by_mark);
}

struct sa_mark_element *sa_mark_elements_find(const struct sa_mark_elements *elements,
					      const struct sa_mark_change *change)
{
	for (struct key_link *link = key_table_first(&elements->by_mark, change->mark); link;
	     link = key_table_next(link)) {
		struct sa_mark_element *element = (struct sa_mark_element *)link;

		if (element->set == change->set &&
		    (change->set == SA_MARK_SET_TWINS || element->tunnel_id == change->tunnel_id))
			return element;
	}
	return NULL;
}

int sa_mark_elements_add(struct sa_mark_elements *elements, const struct sa_mark_change *change)
{
	struct sa_mark_element *element;

	if (sa_mark_elements_find(elements, change))
		return -EEXIST;
	if (elements->by_mark.count >= SA_MARK_ELEMENTS_MAX)
		return -ENOSPC;
	element = calloc(1, sizeof(*element));
	if (!element)
		return -ENOMEM;
	element->set = change->set;
	element->tunnel_id = change->set == SA_MARK_SET_TUNNELS ? change->tunnel_id : 0;
	key_table_insert(&elements->by_mark, &element->link, change->mark);
	elements->counts[change->set]++;
	return 0;
}

bool sa_mark_elements_remove(struct sa_mark_elements *elements, const struct sa_mark_change *change)
{
	struct sa_mark_element *element = sa_mark_elements_find(elements, change);

	if (!element)
		return false;
	key_table_remove(&elements->by_mark, &element->link);
	elements->counts[element->set]--;
	free(element);
	return true;
}

int sa_mark_elements_apply(struct sa_mark_elements *elements, const struct sa_mark_change *changes,
			   size_t count, struct sa_mark_change *ret_done, size_t *ret_count)
{
	size_t done = 0;
	int r = 0;

	for (size_t i = 0; i < count; i++)
		if (changes[i].remove && sa_mark_elements_remove(elements, &changes[i]))
			ret_done[done++] = changes[i];
	*ret_count = done;
	for (size_t i = 0; i < count; i++) {
		if (changes[i].remove)
			continue;
		r = sa_mark_elements_add(elements, &changes[i]);
		if (r == 0)
			ret_done[done++] = changes[i];
		else if (r != -EEXIST) {
			sa_mark_elements_forget_additions(elements, ret_done, done);
			return r;
		}
	}
	*ret_count = done;
	return 0;
}

void sa_mark_elements_forget_additions(struct sa_mark_elements *elements,
				       const struct sa_mark_change *done, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!done[i].remove)
			sa_mark_elements_remove(elements, &done[i]);
}

size_t sa_mark_elements_count(const struct sa_mark_elements *elements, enum sa_mark_set set)
{
	return elements->counts[set];
}

const struct sa_mark_element *sa_mark_elements_next(const struct sa_mark_elements *elements,
						    struct sa_mark_elements_walk *walk)
{
	if (walk->link)
		walk->link = walk->link->next;
	while (!walk->link && walk->bucket < elements->by_mark.bucket_count)
		walk->link = elements->by_mark.buckets[walk->bucket++];
	return (const struct sa_mark_element *)walk->link;
}
