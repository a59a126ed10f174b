/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A list in the order of arrival. It is short, so that walks over it cost nothing. */
#include "gateway/hook_queue.h"

#include <errno.h>
#include <stdlib.h>

void hook_queue_init(struct hook_queue *queue)
{
	*queue = (struct hook_queue){ .running = 0 };
	TAILQ_INIT(&queue->entries);
}

static void remove_entry(struct hook_queue *queue, struct hook_entry *entry)
{
	TAILQ_REMOVE(&queue->entries, entry, next);
	if (entry->is_running)
		queue->running--;
	else
		queue->waiting--;
	free(entry);
}

void hook_queue_clear(struct hook_queue *queue)
{
	struct hook_entry *entry;

	while ((entry = TAILQ_FIRST(&queue->entries)))
		remove_entry(queue, entry);
}

int hook_queue_add(struct hook_queue *queue, const struct launcher_hook *hook)
{
	struct hook_entry *entry;

	if (queue->waiting >= HOOK_QUEUE_WAITING_MAX)
		return -ENOBUFS;
	entry = calloc(1, sizeof(*entry));
	if (!entry)
		return -ENOMEM;
	entry->hook = *hook;
	TAILQ_INSERT_TAIL(&queue->entries, entry, next);
	queue->waiting++;
	return 0;
}

/* Whether an older one is of the same session. */
static bool has_to_wait(const struct hook_queue *queue, const struct hook_entry *entry)
{
	const struct hook_entry *older;

	for (older = TAILQ_FIRST(&queue->entries); older != entry; older = TAILQ_NEXT(older, next))
		if (older->hook.session == entry->hook.session)
			return true;
	return false;
}

struct hook_entry *hook_queue_begin(struct hook_queue *queue)
{
	struct hook_entry *entry;

	if (queue->running >= HOOK_QUEUE_RUNNING_MAX)
		return NULL;
	for (entry = TAILQ_FIRST(&queue->entries); entry; entry = TAILQ_NEXT(entry, next)) {
		if (entry->is_running || has_to_wait(queue, entry))
			continue;
		entry->is_running = true;
		queue->running++;
		queue->waiting--;
		return entry;
	}
	return NULL;
}

void hook_queue_end(struct hook_queue *queue, struct hook_entry *entry)
{
	remove_entry(queue, entry);
}
