/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What all sessions together have carried, those that have ended included. A figure
 * of a session can go back, when another source of it is asked; the sums never do. I/O.
 */
#include "gateway/session.h"

/* Adds to @total what @now is beyond @counted. */
static void add(uint64_t *total, uint64_t *counted, uint64_t now)
{
	if (now <= *counted)
		return;
	*total += now - *counted;
	*counted = now;
}

void session_count_traffic(struct session *session)
{
	struct l2tp_data_path_counters *total = &session->sessions->traffic;
	struct l2tp_data_path_counters *counted = &session->counted;
	const struct l2tp_data_path_counters *now = &session_describe(session)->counters;

	if (!session->was_up)
		return;
	add(&total->received_packets, &counted->received_packets, now->received_packets);
	add(&total->received_bytes, &counted->received_bytes, now->received_bytes);
	add(&total->sent_packets, &counted->sent_packets, now->sent_packets);
	add(&total->sent_bytes, &counted->sent_bytes, now->sent_bytes);
}

const struct l2tp_data_path_counters *sessions_traffic(struct sessions *sessions)
{
	for (struct session *session = sessions->table; session; session = session->hh.next)
		session_count_traffic(session);
	return &sessions->traffic;
}
