/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Jobs for the thread, and the database that they share. Everything in struct
 * history_store but the database, its run and its error is the loop's. I/O.
 */
#include "gateway/history_store.h"

#include "base/cleanup.h"
#include "gateway/worker.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* What a damaged file is called. */
#define ASIDE ".damaged"

struct history_store {
	struct worker *worker;
	const char *path;
	const struct history_store_ops *ops;
	void *userdata;
	/* the thread's */
	struct history_database *database; /* NULL: to be opened */
	uint64_t run;
};

struct job {
	struct worker_job job; /* the first member */
	struct history_store *store;
	int result;
	char error[DATABASE_ERROR_MAX];
	/* of a write: taken over; of a read: what was found */
	struct history_record *records;
	size_t count;
	/* of a read */
	struct history_filter filter;
	void (*answer)(void *userdata, const struct history_record *records, size_t count,
		       int error, const char *error_text);
	void *userdata;
	/* of the first question, whose @count this is, too */
	struct address_memory_row *rows;
	/* of a step of pruning */
	uint64_t ended_before, rows_maximum;
};

/* ---- in the thread ------------------------------------------------------------------- */

/* A file of the database by another name, if it is there. */
static int move_aside(const char *path, const char *suffix)
{
	char from[PATH_MAX], to[PATH_MAX];

	if (snprintf(from, sizeof(from), "%s%s", path, suffix) >= (int)sizeof(from) ||
	    snprintf(to, sizeof(to), "%s" ASIDE "%s", path, suffix) >= (int)sizeof(to))
		return -ENAMETOOLONG;
	return rename(from, to) < 0 && errno != ENOENT ? -errno : 0;
}

/* Never over one that was put aside before: nothing that is accounted is thrown away. */
static int put_damaged_aside(const char *path)
{
	char aside[PATH_MAX];

	if (snprintf(aside, sizeof(aside), "%s" ASIDE, path) >= (int)sizeof(aside))
		return -ENAMETOOLONG;
	if (access(aside, F_OK) == 0)
		return -EEXIST;
	if (move_aside(path, "-wal") < 0 || move_aside(path, "-shm") < 0)
		return -EIO;
	return move_aside(path, "");
}

/* Adds to the line in @error what was done about it. */
static void mend_damage(const struct history_store *store, char error[DATABASE_ERROR_MAX])
{
	size_t used = strlen(error);

	if (put_damaged_aside(store->path) == 0)
		snprintf(error + used, DATABASE_ERROR_MAX - used,
			 "; it is now %s" ASIDE ", and a new one is begun", store->path);
}

/* The database was found unusable: it is opened, and looked through, anew. */
static void close_damaged(struct history_store *store, char error[DATABASE_ERROR_MAX])
{
	history_database_free(store->database);
	store->database = NULL;
	mend_damage(store, error);
}

static int open_database(struct history_store *store, char error[DATABASE_ERROR_MAX])
{
	int result;

	if (store->database)
		return 0;
	result = history_database_open(store->path, &store->run, &store->database, error);
	if (result == -EUCLEAN)
		mend_damage(store, error);
	return result;
}

static void work_write(struct worker_job *worker_job)
{
	struct job *job = (struct job *)worker_job;
	struct history_store *store = job->store;

	job->result = open_database(store, job->error);
	if (job->result == 0 && job->count)
		job->result = history_database_write(store->database, job->records, job->count,
						     job->error);
	if (job->result == -EUCLEAN && store->database)
		close_damaged(store, job->error);
}

static void work_read(struct worker_job *worker_job)
{
	struct job *job = (struct job *)worker_job;
	struct history_store *store = job->store;

	job->result = open_database(store, job->error);
	if (job->result == 0)
		job->result = history_database_read(store->database, &job->filter, job->records,
						    &job->count, job->error);
	if (job->result == -EUCLEAN && store->database)
		close_damaged(store, job->error);
}

static void work_read_addresses(struct worker_job *worker_job)
{
	struct job *job = (struct job *)worker_job;
	struct history_store *store = job->store;

	job->result = open_database(store, job->error);
	if (job->result == 0)
		job->result = history_database_read_addresses(store->database, job->rows,
							      &job->count, job->error);
	if (job->result == -EUCLEAN && store->database)
		close_damaged(store, job->error);
}

static void work_prune(struct worker_job *worker_job)
{
	struct job *job = (struct job *)worker_job;
	struct history_store *store = job->store;

	job->result = open_database(store, job->error);
	if (job->result == 0)
		job->result = history_database_prune(store->database, job->ended_before,
						     job->rows_maximum, job->error);
	if (job->result == -EUCLEAN && store->database)
		close_damaged(store, job->error);
}

/* ---- in the loop --------------------------------------------------------------------- */

static void free_job(struct job *job)
{
	free(job->records);
	free(job->rows);
	free(job);
}

static void done_write(struct worker_job *worker_job)
{
	struct job *job = (struct job *)worker_job;

	job->store->ops->written(job->store->userdata, job->records, job->count, job->result,
				 job->error);
	free_job(job);
}

static void done_read(struct worker_job *worker_job)
{
	struct job *job = (struct job *)worker_job;

	job->answer(job->userdata, job->records, job->count, job->result, job->error);
	free_job(job);
}

static void done_read_addresses(struct worker_job *worker_job)
{
	struct job *job = (struct job *)worker_job;

	job->store->ops->addresses(job->store->userdata, job->rows, job->count, job->result,
				   job->error);
	free_job(job);
}

static void done_prune(struct worker_job *worker_job)
{
	struct job *job = (struct job *)worker_job;

	job->store->ops->pruned(job->store->userdata, job->result, job->error);
	free_job(job);
}

static struct job *new_job(struct history_store *store, void (*work)(struct worker_job *),
			   void (*done)(struct worker_job *))
{
	struct job *job = calloc(1, sizeof(*job));

	if (job) {
		job->job = (struct worker_job){ .work = work, .done = done };
		job->store = store;
	}
	return job;
}

void history_store_write(struct history_store *store, struct history_record *records, size_t count)
{
	struct job *job = new_job(store, work_write, done_write);

	if (!job) {
		store->ops->written(store->userdata, records, count, -ENOMEM, "no memory");
		free(records);
		return;
	}
	job->records = records;
	job->count = count;
	worker_submit(store->worker, &job->job);
}

void history_store_read_addresses(struct history_store *store)
{
	struct job *job = new_job(store, work_read_addresses, done_read_addresses);

	if (job)
		job->rows = calloc(HISTORY_ADDRESSES_MAX, sizeof(*job->rows));
	if (!job || !job->rows) {
		free(job);
		return;
	}
	worker_submit(store->worker, &job->job);
}

void history_store_prune(struct history_store *store, uint64_t ended_before, uint64_t rows_maximum)
{
	struct job *job = new_job(store, work_prune, done_prune);

	if (!job)
		return;
	job->ended_before = ended_before;
	job->rows_maximum = rows_maximum;
	worker_submit(store->worker, &job->job);
}

int history_store_read(struct history_store *store, const struct history_filter *filter,
		       void (*answer)(void *userdata, const struct history_record *records,
				      size_t count, int error, const char *error_text),
		       void *userdata)
{
	struct job *job = new_job(store, work_read, done_read);

	if (job)
		job->records = calloc(HISTORY_PAGE_MAX, sizeof(*job->records));
	if (!job || !job->records) {
		free(job);
		return -ENOMEM;
	}
	job->filter = *filter;
	job->answer = answer;
	job->userdata = userdata;
	worker_submit(store->worker, &job->job);
	return 0;
}

int history_store_new(sd_event *event, const char *path, const struct history_store_ops *ops,
		      void *userdata, struct history_store **ret_store)
{
	struct history_store *store = calloc(1, sizeof(*store));
	int error;

	if (!store)
		return -ENOMEM;
	*store = (struct history_store){
		.path = path, .ops = ops, .userdata = userdata, .run = (uint64_t)time(NULL)
	};
	error = worker_new(event, &store->worker);
	if (error) {
		free(store);
		return error;
	}
	*ret_store = store;
	return 0;
}

void history_store_free(struct history_store *store)
{
	if (!store)
		return;
	worker_free(store->worker);
	history_database_free(store->database);
	free(store);
}
