/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Those who are waited for, and one timer that runs while there are any. */
#include "gateway/sa_handover.h"

#include <errno.h>
#include <stdlib.h>

struct waiting {
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
	struct waiting *waiting;
	size_t count;
	size_t room;
};

static uint64_t now_usec(const struct sa_handover *handover)
{
	uint64_t now = 0;

	sd_event_now(handover->event, CLOCK_MONOTONIC, &now);
	return now;
}

static void wake_at(struct sa_handover *handover, uint64_t usec)
{
	sd_event_source_set_time(handover->timer, usec);
	sd_event_source_set_enabled(handover->timer, SD_EVENT_ONESHOT);
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

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct sa_handover *handover = userdata;
	uint64_t now = now_usec(handover);
	size_t kept = 0;

	for (size_t i = 0; i < handover->count; i++)
		if (look_at(handover, &handover->waiting[i], now))
			handover->waiting[kept++] = handover->waiting[i];
	handover->count = kept;
	if (kept)
		wake_at(handover, now + handover->times.interval_usec);
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
	free(handover->waiting);
	free(handover);
}

/* Without room to wait it is done at once, as without this module. */
static bool make_room(struct sa_handover *handover)
{
	size_t room = handover->room ? 2 * handover->room : 16;
	struct waiting *waiting;

	if (handover->count < handover->room)
		return true;
	waiting = reallocarray(handover->waiting, room, sizeof(*waiting));
	if (!waiting)
		return false;
	handover->waiting = waiting;
	handover->room = room;
	return true;
}

void sa_handover_begin(struct sa_handover *handover, uint64_t reference)
{
	uint64_t now = now_usec(handover);

	for (size_t i = 0; i < handover->count; i++)
		if (handover->waiting[i].reference == reference)
			return;
	if (!make_room(handover)) {
		sa_handover_finish(handover, reference);
		return;
	}
	handover->waiting[handover->count++] =
		(struct waiting){ .reference = reference, .begun_usec = now };
	if (handover->count == 1)
		wake_at(handover, now + handover->times.interval_usec);
}

void sa_handover_finish(struct sa_handover *handover, uint64_t reference)
{
	if (!sa_table_handing_over(handover->table, reference, NULL))
		return;
	sa_table_hand_over(handover->table, reference);
	wake_at(handover, now_usec(handover));
}
