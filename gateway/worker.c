/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A thread, a queue of what is to do, a queue of what is done, and an eventfd
 * that wakes the loop for the second. Signals are the loop's: the thread blocks
 * all of them. Started after the privileges went, the thread has none. I/O.
 */
#include "gateway/worker.h"

#include "base/cleanup.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/eventfd.h>

struct queue {
	struct worker_job *first;
	struct worker_job **end; /* where the next one is put */
};

struct worker {
	pthread_t thread;
	pthread_mutex_t mutex; /* guards all below but @event_source */
	pthread_cond_t to_do_changed;
	struct queue to_do;
	struct queue done;
	bool ends;
	int descriptor; /* an eventfd: something is done */
	sd_event_source *event_source;
};

static void put(struct queue *queue, struct worker_job *job)
{
	job->next = NULL;
	*queue->end = job;
	queue->end = &job->next;
}

/* All of it. */
static struct worker_job *take(struct queue *queue)
{
	struct worker_job *first = queue->first;

	queue->first = NULL;
	queue->end = &queue->first;
	return first;
}

/* The next job, waited for; NULL once all are done and the worker ends. */
static struct worker_job *next_to_do(struct worker *worker)
{
	struct worker_job *job;

	while (!worker->to_do.first && !worker->ends)
		pthread_cond_wait(&worker->to_do_changed, &worker->mutex);
	job = worker->to_do.first;
	if (!job)
		return NULL;
	worker->to_do.first = job->next;
	if (!job->next)
		worker->to_do.end = &worker->to_do.first;
	return job;
}

static void *run(void *userdata)
{
	struct worker *worker = userdata;
	struct worker_job *job;

	pthread_mutex_lock(&worker->mutex);
	while ((job = next_to_do(worker))) {
		pthread_mutex_unlock(&worker->mutex);
		job->work(job);
		pthread_mutex_lock(&worker->mutex);
		put(&worker->done, job);
		/* It cannot fail but by a count of 2^64 - 1, and then the loop is awake. */
		eventfd_write(worker->descriptor, 1);
	}
	pthread_mutex_unlock(&worker->mutex);
	return NULL;
}

static void tell_done(struct worker *worker)
{
	struct worker_job *job, *next;

	pthread_mutex_lock(&worker->mutex);
	job = take(&worker->done);
	pthread_mutex_unlock(&worker->mutex);
	for (; job; job = next) {
		next = job->next;
		job->done(job);
	}
}

static int on_done(sd_event_source *source, int descriptor, uint32_t events, void *userdata)
{
	eventfd_t count;

	eventfd_read(descriptor, &count);
	tell_done(userdata);
	return 0;
}

static int start_thread(struct worker *worker)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&worker->thread, NULL, run, worker);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -error;
}

int worker_new(sd_event *event, struct worker **ret_worker)
{
	struct worker *worker = calloc(1, sizeof(*worker));
	int error;

	if (!worker)
		return -ENOMEM;
	pthread_mutex_init(&worker->mutex, NULL);
	pthread_cond_init(&worker->to_do_changed, NULL);
	take(&worker->to_do);
	take(&worker->done);
	worker->descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	error = worker->descriptor < 0
			? -errno
			: sd_event_add_io(event, &worker->event_source, worker->descriptor, EPOLLIN,
					  on_done, worker);
	if (error >= 0)
		error = start_thread(worker);
	if (error < 0) {
		sd_event_source_disable_unref(worker->event_source);
		closep(&worker->descriptor);
		free(worker);
		return error;
	}
	*ret_worker = worker;
	return 0;
}

void worker_free(struct worker *worker)
{
	if (!worker)
		return;
	pthread_mutex_lock(&worker->mutex);
	worker->ends = true;
	pthread_cond_signal(&worker->to_do_changed);
	pthread_mutex_unlock(&worker->mutex);
	pthread_join(worker->thread, NULL);
	tell_done(worker);
	sd_event_source_disable_unref(worker->event_source);
	closep(&worker->descriptor);
	pthread_cond_destroy(&worker->to_do_changed);
	pthread_mutex_destroy(&worker->mutex);
	free(worker);
}

void worker_freep(struct worker **worker)
{
	worker_free(*worker);
}

void worker_submit(struct worker *worker, struct worker_job *job)
{
	pthread_mutex_lock(&worker->mutex);
	put(&worker->to_do, job);
	pthread_cond_signal(&worker->to_do_changed);
	pthread_mutex_unlock(&worker->mutex);
}
