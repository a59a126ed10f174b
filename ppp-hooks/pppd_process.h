/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The life of one pppd, or of one hook of the administrator's, as a child process: started with
 * exactly the descriptors that it needs, ended with SIGTERM and, when its grace is over, SIGKILL;
 * its end is seen through a pidfd. Nothing here waits. I/O; time is CLOCK_MONOTONIC in microseconds
 * and comes from the caller.
 */
#pragma once

#include "ppp-hooks/launcher_message.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* No deadline at all. */
#define PPPD_PROCESS_NEVER UINT64_MAX

/**
 * struct pppd_process - one child; zero-initialised but for @descriptor
 * @pid:        of the child
 * @descriptor: its pidfd, readable once it has ended; -1: none
 * @kill_at:    when SIGKILL is due, PPPD_PROCESS_NEVER if it is not
 * @ending:     SIGTERM has been sent
 * @is_group:   signals are for all that the child has started as well, unless that has
 *              left its process group
 */
struct pppd_process {
	pid_t pid;
	int descriptor;
	uint64_t kill_at;
	bool ending;
	bool is_group;
};

/**
 * pppd_process_start() - run pppd
 * @path:        of the program
 * @argv:        NULL-terminated
 * @channel:     what the session's descriptor is
 * @descriptors: become 3 and 4 of the child (PPPD_SESSION_DESCRIPTOR,
 *               PPPD_PLUGIN_DESCRIPTOR), a terminal 0 and 4; borrowed: the
 *               caller closes its own
 *
 * The child has a session of its own, default signal actions, an environment
 * with nothing but PATH and HOME, /dev/null as standard input unless that is
 * the terminal, our standard error for output, and no other descriptor of ours.
 *
 * Return: 0; negative errno, that of execve() included. *@ret_process is
 *         untouched on error.
 */
int pppd_process_start(const char *path, char *const argv[], enum launcher_channel channel,
		       const int descriptors[LAUNCHER_DESCRIPTOR_COUNT_],
		       struct pppd_process *ret_process);

/**
 * pppd_process_start_hook() - run a hook of the administrator's
 * @path:   of the program, which is its only argument, too
 * @envp:   all of its environment
 * @output: becomes 1 and 2 of the child; borrowed
 *
 * /dev/null is its standard input; else as pppd_process_start().
 *
 * Return: 0; negative errno, that of execve() included.
 */
int pppd_process_start_hook(const char *path, char *const envp[], int output,
			    struct pppd_process *ret_process);

/**
 * pppd_process_terminate() - send SIGTERM, and SIGKILL once the grace is over
 *
 * A second call can only make the grace shorter.
 */
void pppd_process_terminate(struct pppd_process *process, uint64_t now_usec, uint64_t grace_usec);

/* pppd_process_next_deadline() - when pppd_process_handle_deadline() wants to be called. */
uint64_t pppd_process_next_deadline(const struct pppd_process *process);

/* pppd_process_handle_deadline() - send SIGKILL if it is due. */
void pppd_process_handle_deadline(struct pppd_process *process, uint64_t now_usec);

/**
 * pppd_process_handle_exit() - reap the child if it has ended
 * @ret_code:   its exit code, 0 if a signal ended it
 * @ret_signal: the signal that ended it, 0 if it exited
 *
 * Return: 1 if it has ended, 0 if it lives, negative errno.
 */
int pppd_process_handle_exit(struct pppd_process *process, uint32_t *ret_code,
			     uint32_t *ret_signal);

/**
 * pppd_process_discard() - undo a start: kill the child and wait for its end
 *
 * Only for one that was started just now and cannot be looked after.
 */
void pppd_process_discard(struct pppd_process *process);

/* pppd_process_done() - close the pidfd; does not touch a child that lives. */
void pppd_process_done(struct pppd_process *process);
