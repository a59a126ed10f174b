/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One thread for what may wait for a disk, so that the event loop never does.
 * Jobs are done in the order in which they came, one at a time; the loop hears
 * of each when it is done. I/O, on sd-event.
 */
#pragma once

#include <systemd/sd-event.h>

struct worker;

/**
 * struct worker_job - embedded in what the job is about
 * @work: in the thread; may touch what belongs to jobs, and nothing of the loop's
 * @done: in the loop, afterwards; may free what the job is embedded in
 */
struct worker_job {
	void (*work)(struct worker_job *job);
	void (*done)(struct worker_job *job);
	struct worker_job *next; /* the worker's */
};

/* Return: 0; negative errno. */
int worker_new(sd_event *event, struct worker **ret_worker);

/* Does what was submitted, tells it, and ends the thread. */
void worker_free(struct worker *worker);
void worker_freep(struct worker **worker);

/* Takes over @job until its done() is called. */
void worker_submit(struct worker *worker, struct worker_job *job);
