/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The thread's side of the history: opens the database when it is first needed
 * and again after it failed, and does in the order in which it was asked what
 * gateway/history.c asks. A damaged file is put aside, once, and a new one begun:
 * accounting goes on, and what the old one holds can still be looked for in it.
 * For gateway/history.c alone. I/O, on sd-event.
 */
#pragma once

#include "gateway/history_database.h"

#include <systemd/sd-event.h>

struct history_store;

/* Told from the loop; @error_text counts where there is an error. */
struct history_store_ops {
	/* @records: those that were given; freed afterwards. */
	void (*written)(void *userdata, const struct history_record *records, size_t count,
			int error, const char *error_text);
	/* Once, after the start; @rows: the newest first. */
	void (*addresses)(void *userdata, const struct address_memory_row *rows, size_t count,
			  int error, const char *error_text);
	/* @deleted: rows, or negative errno. */
	void (*pruned)(void *userdata, int deleted, const char *error_text);
};

/* @path is borrowed. Return: 0 or negative errno. */
int history_store_new(sd_event *event, const char *path, const struct history_store_ops *ops,
		      void *userdata, struct history_store **ret_store);

/* Finishes what was asked, and tells. */
void history_store_free(struct history_store *store);

/**
 * history_store_write() - one transaction
 * @records: taken over; none: only open the database
 *
 * Without memory written() is called before this returns.
 */
void history_store_write(struct history_store *store, struct history_record *records, size_t count);

/* Without memory none are told. */
void history_store_read_addresses(struct history_store *store);

/* One step; without memory none is made. */
void history_store_prune(struct history_store *store, uint64_t ended_before, uint64_t rows_maximum);

/* Return: 0; -ENOMEM, and @answer is not called. */
int history_store_read(struct history_store *store, const struct history_filter *filter,
		       void (*answer)(void *userdata, const struct history_record *records,
				      size_t count, int error, const char *error_text),
		       void *userdata);
