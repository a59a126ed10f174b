/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Accounting: who was connected, from when to when, how much, and why it ended.
 * Takes what the sessions tell into memory, at most one record for each session,
 * and lets a thread write all of it once a second in one transaction. What
 * cannot be written waits and is tried again; a session never waits for it, nor
 * does the event loop. What a crash loses is what came after the last interim
 * record of a session, and a second. I/O, on sd-event.
 */
#pragma once

#include "gateway/configuration.h"
#include "gateway/history_database.h"
#include "gateway/sessions.h"

#include <systemd/sd-event.h>

/* Records that wait for a disk; one for each session. Beyond it they are lost, and counted. */
#define HISTORY_WAITING_MAX 65536
/* Questions that wait for an answer. */
#define HISTORY_QUERIES_MAX 16

struct history;

struct history_counters {
	uint64_t written;  /* records */
	uint64_t failures; /* transactions */
	uint64_t lost;     /* records */
	uint64_t pruned;   /* rows */
};

/**
 * history_new() - begins to open the database
 * @configuration: borrowed; its [history] keys are looked at each time
 * @sessions:      each that comes up is recorded; they end before the history is freed.
 *                 Soon they are told who had which address in earlier runs.
 *
 * A database that cannot be opened is no error here: it is told in the log, and
 * tried again. Return: 0 or negative errno.
 */
int history_new(sd_event *event, const struct configuration *configuration,
		struct sessions *sessions, struct history **ret_history);

/* Writes what waits, unless it cannot be written. */
void history_free(struct history *history);
void history_freep(struct history **history);

/* Whether the last attempt to write failed. */
bool history_is_failing(const struct history *history);
const struct history_counters *history_counters(const struct history *history);
/* Records that wait to be written. */
size_t history_waiting(const struct history *history);

/**
 * history_answer_fn - rows, newest first
 * @error: 0; negative errno, with @error_text
 */
typedef void (*history_answer_fn)(void *userdata, const struct history_record *records,
				  size_t count, int error, const char *error_text);

/**
 * history_query() - ask; @answer is called later, once, from the loop
 *
 * Return: 0; -EBUSY if too many wait already; -ENOMEM. On error @answer is not called.
 */
int history_query(struct history *history, const struct history_filter *filter,
		  history_answer_fn answer, void *userdata);
