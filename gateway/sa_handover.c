/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Those who are waited for, found by their generation, and one timer that runs
 * while there are any: n who rekey at once cost n.
 */
#include "gateway/sa_handover.h"

#include "ipsec-glue/key_table.h"

#include <errno.h>
#include <stdlib.h>

struct waiting {
	struct key_link by_generation; /* first: key_table gives it back */
	struct waiting *previous, *next;
	uint64_t reference;
	uint64_t begun_usec;
	uint64_t used_usec; /* when @used_spi was first seen in use */
	uint32_t used_spi;  /* 0: none was */
};

struct sa_handover {
	sd_event *event;
	struct sa_table *table;
	struct sa_handover_times times;
	const struct sa_handover_ops *ops;
	void *userdata;
	sd_event_source *timer;
	struct key_table found; /* all of @waiting */
	struct waiting *waiting;
	uint64_t look_usec; /* when the kernel is next asked */
	bool untold;        /* somebody was handed over outside of the timer */
};

static uint64_t now_usec(const struct sa_handover *handover)
{
	uint64_t now = 0;

	sd_event_now(handover->event, CLOCK_MONOTONIC, &now);
	return now;
}

static void set_timer(struct sa_handover *handover)
{
	if (!handover->waiting && !handover->untold) {
		sd_event_source_set_enabled(handover->timer, SD_EVENT_OFF);
		return;
	}
	sd_event_source_set_time(handover->timer,
				 handover->untold ? now_usec(handover) : handover->look_usec);
	sd_event_source_set_enabled(handover->timer, SD_EVENT_ONESHOT);
}

static struct waiting *find(const struct sa_handover *handover, uint64_t reference)
{
	struct key_link *link =
		key_table_first(&handover->found, sa_reference_generation(reference));

	while (link && ((struct waiting *)link)->reference != reference)
		link = key_table_next(link);
	return (struct waiting *)link;
}

static void wait_no_longer(struct sa_handover *handover, struct waiting *waiting)
{
	key_table_remove(&handover->found, &waiting->by_generation);
	if (waiting->previous)
		waiting->previous->next = waiting->next;
	else
		handover->waiting = waiting->next;
	if (waiting->next)
		waiting->next->previous = waiting->previous;
	free(waiting);
}

/* Whether the client has the new pair, or has been waited for long enough. */
static bool is_due(struct sa_handover *handover, struct waiting *waiting,
		   const struct sa_description *inbound, uint64_t now)
{
	if (now - waiting->begun_usec >= handover->times.patience_usec)
		return true;
	if (waiting->used_spi == inbound->spi)
		return now - waiting->used_usec >= handover->times.interval_usec;
	if (handover->ops->is_used(handover->userdata, inbound)) {
		waiting->used_spi = inbound->spi;
		waiting->used_usec = now;
	}
	return false;
}

/* Return: whether to go on waiting. */
static bool look_at(struct sa_handover *handover, struct waiting *waiting, uint64_t now)
{
	struct sa_description inbound;

	if (!sa_table_handing_over(handover->table, waiting->reference, &inbound))
		return false;
	if (!is_due(handover, waiting, &inbound, now))
		return true;
	sa_table_hand_over(handover->table, waiting->reference);
	return false;
}

static void look_at_all(struct sa_handover *handover, uint64_t now)
{
	struct waiting *next;

	for (struct waiting *waiting = handover->waiting; waiting; waiting = next) {
		next = waiting->next;
		if (!look_at(handover, waiting, now))
			wait_no_longer(handover, waiting);
	}
	handover->look_usec = now + handover->times.interval_usec;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct sa_handover *handover = userdata;
	uint64_t now = now_usec(handover);

	/* what was handed over elsewhere is no reason to ask the kernel before its time */
	if (now >= handover->look_usec)
		look_at_all(handover, now);
	handover->untold = false;
	set_timer(handover);
	handover->ops->handed_over(handover->userdata);
	return 0;
}

int sa_handover_new(sd_event *event, struct sa_table *table, struct sa_handover_times times,
		    const struct sa_handover_ops *ops, void *userdata,
		    struct sa_handover **ret_handover)
{
	struct sa_handover *handover = calloc(1, sizeof(*handover));
	int error;

	if (!handover)
		return -ENOMEM;
	handover->event = sd_event_ref(event);
	handover->table = table;
	handover->times = times;
	handover->ops = ops;
	handover->userdata = userdata;
	error = key_table_init(&handover->found);
	if (error >= 0)
		error = sd_event_add_time(event, &handover->timer, CLOCK_MONOTONIC, 0,
					  times.interval_usec / 4, on_timer, handover);
	if (error >= 0)
		error = sd_event_source_set_enabled(handover->timer, SD_EVENT_OFF);
	if (error < 0) {
		sa_handover_free(handover);
		return error;
	}
	*ret_handover = handover;
	return 0;
}

void sa_handover_free(struct sa_handover *handover)
{
	if (!handover)
		return;
	sd_event_source_disable_unref(handover->timer);
	sd_event_unref(handover->event);
	while (handover->waiting)
		wait_no_longer(handover, handover->waiting);
	key_table_done(&handover->found);
	free(handover);
}

void sa_handover_begin(struct sa_handover *handover, uint64_t reference)
{
	uint64_t now = now_usec(handover);
	struct waiting *waiting;

	if (find(handover, reference))
		return;
	waiting = calloc(1, sizeof(*waiting));
	if (!waiting) {
		/* done at once, as without this module */
		sa_handover_finish(handover, reference);
		return;
	}
	waiting->reference = reference;
	waiting->begun_usec = now;
	if (handover->waiting)
		handover->waiting->previous = waiting;
	else
		handover->look_usec = now + handover->times.interval_usec;
	waiting->next = handover->waiting;
	handover->waiting = waiting;
	key_table_insert(&handover->found, &waiting->by_generation,
			 sa_reference_generation(reference));
	set_timer(handover);
}

void sa_handover_finish(struct sa_handover *handover, uint64_t reference)
{
	struct waiting *waiting;

	if (!sa_table_handing_over(handover->table, reference, NULL))
		return;
	waiting = find(handover, reference);
	if (waiting)
		wait_no_longer(handover, waiting);
	sa_table_hand_over(handover->table, reference);
	handover->untold = true;
	set_timer(handover);
}
