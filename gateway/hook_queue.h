/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hooks that run and that wait: a bounded number of each, and those of one session
 * one after the other, in their order. Pure.
 */
#pragma once

#include "ppp-hooks/launcher_message.h"

#include <sys/queue.h>

/* Caps: hooks at a time, and hooks that may wait. */
#define HOOK_QUEUE_RUNNING_MAX 8
#define HOOK_QUEUE_WAITING_MAX 1024

struct hook_entry {
	TAILQ_ENTRY(hook_entry) next;
	bool is_running;
	struct launcher_hook hook;
};

TAILQ_HEAD(hook_entries, hook_entry);

/* Embedded; begins with hook_queue_init(). */
struct hook_queue {
	struct hook_entries entries; /* those that run included, the oldest first */
	size_t running;
	size_t waiting;
};

void hook_queue_init(struct hook_queue *queue);

/* Forgets all. */
void hook_queue_clear(struct hook_queue *queue);

/* Takes a copy. Return: 0; -ENOBUFS at the cap; -ENOMEM. */
int hook_queue_add(struct hook_queue *queue, const struct launcher_hook *hook);

/**
 * hook_queue_begin() - the next one that may run, which then counts as running
 *
 * Return: valid until hook_queue_end(); NULL: none may now.
 */
struct hook_entry *hook_queue_begin(struct hook_queue *queue);

/* It runs no more, or could not be run. */
void hook_queue_end(struct hook_queue *queue, struct hook_entry *entry);
