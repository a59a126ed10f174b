/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The loop's side of the history. Records wait in a table by session; a batch of
 * them at a time is with the thread (gateway/history_store.c), and comes back if
 * it could not be written. I/O, on sd-event.
 */
#include "gateway/history.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "gateway/history_store.h"
#include "gateway/log.h"

#include <errno.h>
#include <string.h>
#include <time.h>

/* Without memory an insertion leaves hh.tbl NULL; uthash would end the process. */
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#define WRITE_INTERVAL_USEC 1000000
#define RETRY_INTERVAL_USEC 5000000
#define PRUNE_INTERVAL_USEC 3600000000
#define LOG_INTERVAL_USEC   600000000

struct waiting {
	uint32_t session;
	struct history_record record;
	UT_hash_handle hh;
};

struct history {
	sd_event *event;
	const struct configuration *configuration;
	struct sessions *sessions;
	struct history_store *store;
	struct waiting *waiting;
	sd_event_source *write_timer, *interim_timer, *prune_timer;
	size_t writing; /* batches with the thread */
	bool failing;
	bool ends;
	size_t queries;
	struct history_counters counters;
	struct log_limit failure_limit, lost_limit;
};

static uint64_t now_usec(const struct history *history)
{
	uint64_t now = 0;

	sd_event_now(history->event, CLOCK_MONOTONIC, &now);
	return now;
}

static void run_again(const struct history *history, sd_event_source *timer, uint64_t after_usec)
{
	sd_event_source_set_time(timer, now_usec(history) + after_usec);
	sd_event_source_set_enabled(timer, SD_EVENT_ONESHOT);
}

/* ---- records that wait ------------------------------------------------------------ */

static void tell_lost(struct history *history)
{
	uint32_t suppressed = 0;

	history->counters.lost++;
	if (log_limit_allows(&history->lost_limit, now_usec(history), &suppressed))
		log_error("history: records of sessions are lost: %u wait already and cannot be "
			  "written",
			  HISTORY_WAITING_MAX);
}

/* @newer: it is the latest that is known of the session, whatever waits. */
static void wait_for_disk(struct history *history, const struct history_record *record, bool newer)
{
	struct waiting *waiting;

	HASH_FIND(hh, history->waiting, &record->session, sizeof(record->session), waiting);
	if (waiting) {
		if (newer)
			waiting->record = *record;
		return;
	}
	waiting = HASH_COUNT(history->waiting) < HISTORY_WAITING_MAX ? calloc(1, sizeof(*waiting))
								     : NULL;
	if (!waiting) {
		tell_lost(history);
		return;
	}
	waiting->session = record->session;
	waiting->record = *record;
	HASH_ADD(hh, history->waiting, session, sizeof(waiting->session), waiting);
	if (!waiting->hh.tbl) {
		free(waiting);
		tell_lost(history);
	}
}

static void forget_waiting(struct history *history)
{
	struct waiting *waiting, *next;

	HASH_ITER(hh, history->waiting, waiting, next)
	{
		HASH_DEL(history->waiting, waiting);
		free(waiting);
	}
}

/* All that waits, as a batch. Return: NULL without memory. */
static struct history_record *take_waiting(struct history *history, size_t *ret_count)
{
	size_t count = HASH_COUNT(history->waiting);
	struct history_record *records = calloc(count + 1, sizeof(*records));
	size_t i = 0;

	if (!records)
		return NULL;
	for (const struct waiting *waiting = history->waiting; waiting; waiting = waiting->hh.next)
		records[i++] = waiting->record;
	forget_waiting(history);
	*ret_count = count;
	return records;
}

/* ---- writing ---------------------------------------------------------------------- */

static void tell_failure(struct history *history, const char *error_text)
{
	uint32_t suppressed = 0;

	history->counters.failures++;
	history->failing = true;
	if (log_limit_allows(&history->failure_limit, now_usec(history), &suppressed))
		log_error("history: %s: sessions go on, %u records wait", error_text,
			  HASH_COUNT(history->waiting));
}

static void tell_success(struct history *history, size_t count)
{
	history->counters.written += count;
	if (history->failing)
		log_info("history: can be written again");
	history->failing = false;
}

/*
 * The timer runs only while something waits: an idle gateway sleeps. While a batch
 * is with the thread none is added to it, however long the disk takes.
 */
static void write_soon(const struct history *history)
{
	int enabled = SD_EVENT_OFF;

	sd_event_source_get_enabled(history->write_timer, &enabled);
	if (history->writing || history->ends || enabled != SD_EVENT_OFF)
		return;
	run_again(history, history->write_timer,
		  history->failing ? RETRY_INTERVAL_USEC : WRITE_INTERVAL_USEC);
}

static void on_written(void *userdata, const struct history_record *records, size_t count,
		       int error, const char *error_text)
{
	struct history *history = userdata;

	history->writing--;
	if (error) {
		for (size_t i = 0; i < count; i++)
			wait_for_disk(history, &records[i], false);
		tell_failure(history, error_text);
	} else {
		tell_success(history, count);
	}
	if (error || history->waiting)
		write_soon(history);
}

static void write_waiting(struct history *history)
{
	struct history_record *records;
	size_t count;

	records = take_waiting(history, &count);
	if (!records) {
		write_soon(history);
		return;
	}
	history->writing++;
	/* Without memory it comes back at once. */
	history_store_write(history->store, records, count);
}

static int on_write_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	write_waiting(userdata);
	return 0;
}

static void fill_record(const struct session_description *session, const char *cause,
			struct history_record *record)
{
	struct inet_address inner = inet_address_from_ipv4(session->inner_ipv4);

	*record = (struct history_record){
		.session = session->id,
		.outer_port = session->outer_port,
		.started = session->since,
		.seen = session->since + session->duration_seconds,
		.duration_seconds = session->duration_seconds,
		.bytes_in = session->counters.received_bytes,
		.bytes_out = session->counters.sent_bytes,
		.packets_in = session->counters.received_packets,
		.packets_out = session->counters.sent_packets,
	};
	text_copy(record->user, sizeof(record->user), session->user);
	inet_address_format(&session->outer_address, record->outer_address);
	text_copy(record->ike_identity, sizeof(record->ike_identity), session->ike_identity);
	if (session->inner_ipv4)
		inet_address_format(&inner, record->inner_address);
	address_text_format_ipv6_network(session->inner_network, record->inner_ipv6);
	text_copy(record->data_path, sizeof(record->data_path), session->data_path);
	if (cause)
		snprintf(record->cause, sizeof(record->cause), "%s", cause);
}

static void record(struct history *history, const struct session_description *session,
		   const char *cause)
{
	struct history_record latest;

	fill_record(session, cause, &latest);
	wait_for_disk(history, &latest, true);
	write_soon(history);
}

/* ---- while sessions last ------------------------------------------------------------ */

static int record_interim(void *userdata, const struct session_description *session)
{
	if (session->was_up)
		record(userdata, session, NULL);
	return 0;
}

static int on_interim_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct history *history = userdata;

	sessions_walk(history->sessions, record_interim, history);
	run_again(history, source,
		  history->configuration->history_interval_seconds * UINT64_C(1000000));
	return 0;
}

/* ---- retention ---------------------------------------------------------------------- */

static void prune(struct history *history)
{
	const struct configuration *configuration = history->configuration;
	uint64_t now = (uint64_t)time(NULL), age = configuration->history_days * UINT64_C(86400);

	history_store_prune(history->store, age && age < now ? now - age : 0,
			    configuration->history_rows);
}

/* A step at a time, so that records and questions come in between. */
static void on_pruned(void *userdata, int deleted, const char *error_text)
{
	struct history *history = userdata;

	if (deleted > 0)
		history->counters.pruned += (uint64_t)deleted;
	if (deleted < 0)
		tell_failure(history, error_text);
	else if (deleted > 0 && !history->ends)
		prune(history);
}

static int on_prune_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	prune(userdata);
	run_again(userdata, source, PRUNE_INTERVAL_USEC);
	return 0;
}

/* ---- questions ---------------------------------------------------------------------- */

struct query {
	struct history *history;
	history_answer_fn answer;
	void *userdata;
};

static void on_answer(void *userdata, const struct history_record *records, size_t count, int error,
		      const char *error_text)
{
	struct query *query = userdata;

	query->history->queries--;
	query->answer(query->userdata, records, count, error, error_text);
	free(query);
}

int history_query(struct history *history, const struct history_filter *filter,
		  history_answer_fn answer, void *userdata)
{
	struct query *query;
	int error;

	if (history->queries >= HISTORY_QUERIES_MAX)
		return -EBUSY;
	query = malloc(sizeof(*query));
	if (!query)
		return -ENOMEM;
	*query = (struct query){ .history = history, .answer = answer, .userdata = userdata };
	/* What waits comes first, so that the answer is as of now. */
	write_waiting(history);
	error = history_store_read(history->store, filter, on_answer, query);
	if (error) {
		free(query);
		return error;
	}
	history->queries++;
	return 0;
}

/* ---- what earlier runs tell of addresses -------------------------------------------- */

/* At the end, nobody comes again. */
static void on_addresses(void *userdata, const struct address_memory_row *rows, size_t count,
			 int error, const char *error_text)
{
	struct history *history = userdata;

	if (error)
		tell_failure(history, error_text);
	else if (!history->ends)
		sessions_remember(history->sessions, rows, count);
}

/* ---- comings and goings ------------------------------------------------------------ */

static void on_up(void *userdata, const struct session_description *session)
{
	record(userdata, session, NULL);
}

static void on_down(void *userdata, const struct session_description *session, const char *cause)
{
	record(userdata, session, cause);
}

static const struct sessions_listener listener = { .up = on_up, .down = on_down };

/* ---- as a whole --------------------------------------------------------------------- */

static const struct history_store_ops store_ops = {
	.written = on_written,
	.addresses = on_addresses,
	.pruned = on_pruned,
};

static int start_timer(struct history *history, sd_event_time_handler_t handler,
		       sd_event_source **ret_timer, uint64_t after_usec)
{
	return sd_event_add_time(history->event, ret_timer, CLOCK_MONOTONIC,
				 now_usec(history) + after_usec, 0, handler, history);
}

int history_new(sd_event *event, const struct configuration *configuration,
		struct sessions *sessions, struct history **ret_history)
{
	_cleanup_(history_freep) struct history *history = calloc(1, sizeof(*history));
	int error;

	if (!history)
		return -ENOMEM;
	history->event = sd_event_ref(event);
	history->configuration = configuration;
	history->sessions = sessions;
	history->failure_limit = history->lost_limit =
		(struct log_limit){ .interval_usec = LOG_INTERVAL_USEC, .burst = 1 };
	if ((error = start_timer(history, on_write_timer, &history->write_timer, 0)) < 0 ||
	    (error = start_timer(history, on_interim_timer, &history->interim_timer,
				 configuration->history_interval_seconds * UINT64_C(1000000))) <
		    0 ||
	    (error = start_timer(history, on_prune_timer, &history->prune_timer, 0)) < 0)
		return error;
	error = history_store_new(event, configuration->history_database, &store_ops, history,
				  &history->store);
	if (!error)
		error = sessions_add_listener(sessions, &listener, history);
	if (error)
		return error;
	history_store_read_addresses(history->store);
	*ret_history = TAKE_PTR(history);
	return 0;
}

void history_free(struct history *history)
{
	if (!history)
		return;
	history->ends = true;
	if (history->store && history->waiting)
		write_waiting(history);
	history_store_free(history->store);
	forget_waiting(history);
	sd_event_source_disable_unref(history->write_timer);
	sd_event_source_disable_unref(history->interim_timer);
	sd_event_source_disable_unref(history->prune_timer);
	sd_event_unref(history->event);
	free(history);
}

void history_freep(struct history **history)
{
	history_free(*history);
}

bool history_is_failing(const struct history *history)
{
	return history->failing;
}

const struct history_counters *history_counters(const struct history *history)
{
	return &history->counters;
}

size_t history_waiting(const struct history *history)
{
	return HASH_COUNT(history->waiting);
}
