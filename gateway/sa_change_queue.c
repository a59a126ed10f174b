/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An array that grows and is emptied as a whole. Pure. */
#include "gateway/sa_change_queue.h"

#include <stdlib.h>

void sa_change_queue_done(struct sa_change_queue *queue)
{
	free(queue->changes);
	queue->changes = NULL;
	queue->count = 0;
	queue->room = 0;
}

void sa_change_queue_note(struct sa_change_queue *queue, struct sa_change change)
{
	if (queue->count == queue->room) {
		size_t room = queue->room ? 2 * queue->room : 64;
		struct sa_change *changes = reallocarray(queue->changes, room, sizeof(*changes));

		if (!changes) {
			queue->tell(queue->userdata, &change);
			return;
		}
		queue->changes = changes;
		queue->room = room;
	}
	queue->changes[queue->count++] = change;
}

void sa_change_queue_tell(struct sa_change_queue *queue)
{
	if (queue->telling)
		return;
	queue->telling = true;
	for (size_t i = 0; i < queue->count; i++) {
		struct sa_change change = queue->changes[i];

		queue->tell(queue->userdata, &change);
	}
	queue->count = 0;
	queue->telling = false;
}
