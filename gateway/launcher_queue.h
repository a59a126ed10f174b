/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests to the launcher that its socket has no room for: a few hundred clients
 * that connect at once are more than it holds. They wait, in their order, with
 * descriptors of their own. I/O.
 */
#pragma once

#include "ppp-hooks/launcher_message.h"

#include <stdbool.h>
#include <sys/queue.h>

/* Cap: a start and a stop for each call that there can be. */
#define LAUNCHER_QUEUE_MAX (2 * LAUNCHER_CALLS_MAXIMUM)
/* Cap: so many that wait leave no room for a hook. */
#define LAUNCHER_QUEUE_HOOK_MAX 1024

STAILQ_HEAD(launcher_request_list, launcher_request);

/* Embedded; begins with launcher_queue_init(). */
struct launcher_queue {
	struct launcher_request_list requests;
	size_t count;
};

void launcher_queue_init(struct launcher_queue *queue);

/* Forgets what waits. */
void launcher_queue_clear(struct launcher_queue *queue);

/**
 * launcher_queue_send() - send a request now, or keep it
 * @socket:      non-blocking, SEQPACKET
 * @request:     complete, its header included
 * @descriptors: LAUNCHER_DESCRIPTOR_COUNT_ of them, borrowed; or NULL
 *
 * Return: 0: it is sent or waits; -ENOBUFS at the cap; -ENOMEM; another negative
 *         errno if the socket or the descriptors cannot be used.
 */
int launcher_queue_send(struct launcher_queue *queue, int socket,
			const union launcher_message *request, const int *descriptors);

/**
 * launcher_queue_flush() - send what there is room for now
 *
 * Return: 0; negative errno: the socket cannot be used.
 */
int launcher_queue_flush(struct launcher_queue *queue, int socket);

/* Whether something waits for room. */
bool launcher_queue_waits(const struct launcher_queue *queue);
