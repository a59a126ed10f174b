/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What happens to references while their table is being changed, kept until it
 * has changed: whoever is told may ask the table, and may cause more. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sa_change_kind {
	SA_CHANGE_ENDED,
	SA_CHANGE_OUTBOUND,
	SA_CHANGE_HANDOVER,
	SA_CHANGE_MARKS,
	SA_CHANGE_TWINS,
	SA_CHANGE_KERNEL_PATH,
};

struct sa_change {
	enum sa_change_kind kind;
	bool twins;
	uint32_t value; /* SPI, or reqid */
	uint64_t reference;
};

/* Embedded; all zero but for @tell and @userdata at the beginning. */
struct sa_change_queue {
	void (*tell)(void *userdata, const struct sa_change *change);
	void *userdata;
	struct sa_change *changes;
	size_t count;
	size_t room;
	bool telling;
};

void sa_change_queue_done(struct sa_change_queue *queue);

/* To be told. Without memory to note it it is told at once: late is worse. */
void sa_change_queue_note(struct sa_change_queue *queue, struct sa_change change);

/* Tells all, and what this causes behind it. From within @tell it does nothing. */
void sa_change_queue_tell(struct sa_change_queue *queue);
