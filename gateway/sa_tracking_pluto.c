/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What pluto has to do with references: its exit ends them all, and its updown
 * tells who the clients are. I/O.
 */
#include "gateway/sa_tracking_parts.h"

#include "base/cleanup.h"

#include <string.h>

/*
 * pluto is gone. All that is known of it by now ends; what its dead SAs still
 * carry is dropped, and a new pluto's client that gets one of their reqids is
 * told apart from them. If the kernel could not be asked the table is in doubt,
 * and what the next dump finds ends as well.
 */
static void end_generations(struct sa_tracking *tracking)
{
	size_t count;

	sa_tracking_refresh(tracking);
	count = sa_table_reference_count(tracking->table);
	sa_table_end_generations(tracking->table);
	tracking->end_pending = sa_table_in_doubt(tracking->table);
	tracking->counters.pluto_exits++;
	log_info("IPsec of %zu clients has ended with its pluto", count);
	sa_tracking_tell_changes(tracking);
}

static void on_exited(void *userdata)
{
	end_generations(userdata);
}

int sa_tracking_watch_pluto(struct sa_tracking *tracking)
{
	return pluto_watch_new(tracking->event, PLUTO_PID_FILE, on_exited, tracking,
			       &tracking->pluto);
}

static void on_told(void *userdata, const struct updown_message *message)
{
	struct sa_tracking *tracking = userdata;

	tracking->counters.updown_messages++;
	log_debug("updown: %s %s, connection %s, SPIs %08x %08x", message->up ? "up" : "down",
		  message->identity, message->connection, message->spi_a, message->spi_b);
	pluto_watch_check(tracking->pluto);
	if (!message->up)
		return;
	sa_tracking_refresh(tracking);
	sa_names_told(tracking->names, message);
}

/*
 * A new pluto is about to start. Where the old one's exit was seen, or is seen
 * now, all is done; where nobody knew of one, what there is cannot be a living
 * pluto's.
 */
static void on_settle(void *userdata)
{
	struct sa_tracking *tracking = userdata;
	uint64_t exits = tracking->counters.pluto_exits;

	if (pluto_watch_check(tracking->pluto))
		log_warning(
			"asked to settle before pluto starts, but pluto runs: nothing is ended");
	else if (exits == tracking->counters.pluto_exits)
		end_generations(tracking);
}

static void on_refused(void *userdata)
{
	struct sa_tracking *tracking = userdata;

	tracking->counters.updown_refused++;
}

static const struct updown_socket_ops updown_ops = {
	.told = on_told,
	.settle = on_settle,
	.refused = on_refused,
};

void sa_tracking_start_names(struct sa_tracking *tracking,
			     struct sa_tracking_descriptors *descriptors)
{
	int error = 0;

	if (descriptors->identities >= 0)
		error = sa_names_restore(tracking->names, TAKE_FD(descriptors->identities));
	if (error)
		log_warning("IKE identities of clients that are connected are not known: %s",
			    strerror(-error));
	error = 0;
	if (descriptors->updown >= 0)
		error = updown_socket_new(tracking->event, TAKE_FD(descriptors->updown),
					  &updown_ops, tracking, &tracking->updown);
	if (error)
		log_warning("IKE identities stay unknown: %s", strerror(-error));
}
