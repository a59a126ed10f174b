/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Running another program. I/O. */
#include "gateway/child.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>

#define PATIENCE_MSEC 30000
/* One that asks somebody for a passphrase. */
#define FILTER_PATIENCE_MSEC 600000

/* Which descriptors become the child's; a negative @input is /dev/null. */
struct ends {
	int input;
	int output;
	int errors;
};

static int spawn(const char *const arguments[], const struct ends *ends, pid_t *ret_pid)
{
	posix_spawn_file_actions_t actions;
	int r;

	r = posix_spawn_file_actions_init(&actions);
	if (r != 0)
		return -r;
	if (ends->input < 0)
		r = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY,
						     0);
	else
		r = posix_spawn_file_actions_adddup2(&actions, ends->input, STDIN_FILENO);
	if (r == 0)
		r = posix_spawn_file_actions_adddup2(&actions, ends->output, STDOUT_FILENO);
	if (r == 0)
		r = posix_spawn_file_actions_adddup2(&actions, ends->errors, STDERR_FILENO);
	/* posix_spawn() does not write to the strings. */
	if (r == 0)
		r = posix_spawnp(ret_pid, arguments[0], &actions, NULL, (char *const *)arguments,
				 environ);
	posix_spawn_file_actions_destroy(&actions);
	return -r;
}

/* Reads to the end; what does not fit is read and forgotten. */
static int collect(int output, int patience_msec, char *buffer, size_t size)
{
	char rest[512];
	size_t used = 0;

	for (;;) {
		struct pollfd waiting = { .fd = output, .events = POLLIN };
		size_t room = size - 1 - used;
		ssize_t got;
		int r;

		r = poll(&waiting, 1, patience_msec);
		if (r == 0)
			return -ETIMEDOUT;
		if (r < 0 && errno != EINTR)
			return -errno;
		if (r < 0)
			continue;
		got = room ? read(output, buffer + used, room) : read(output, rest, sizeof(rest));
		if (got < 0)
			return -errno;
		if (got == 0)
			return 0;
		if (room)
			used += (size_t)got;
		buffer[used] = '\0';
	}
}

/* Standard error, and output unless @ends names one, are collected. */
static int run(const char *const arguments[], struct ends ends, int patience_msec,
	       char *ret_collected, size_t size)
{
	_cleanup_(closep) int from_child = -1;
	int pipe_ends[2];
	int status;
	pid_t pid = -1;
	int r;

	ret_collected[0] = '\0';
	if (pipe2(pipe_ends, O_CLOEXEC) < 0)
		return -errno;
	from_child = pipe_ends[0];
	if (ends.output < 0)
		ends.output = pipe_ends[1];
	ends.errors = pipe_ends[1];
	r = spawn(arguments, &ends, &pid);
	close(pipe_ends[1]);
	if (r < 0)
		return r;
	r = collect(from_child, patience_msec, ret_collected, size);
	if (r < 0)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	if (r < 0)
		return r;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int child_run(const char *const arguments[], char *ret_output, size_t output_size)
{
	return run(arguments, (struct ends){ -1, -1, -1 }, PATIENCE_MSEC, ret_output, output_size);
}

int child_run_patiently(const char *const arguments[], int patience_sec, char *ret_output,
			size_t output_size)
{
	return run(arguments, (struct ends){ -1, -1, -1 }, patience_sec * 1000, ret_output,
		   output_size);
}

int child_filter(const char *const arguments[], int input, int output, char *ret_errors,
		 size_t errors_size)
{
	return run(arguments, (struct ends){ input, output, -1 }, FILTER_PATIENCE_MSEC, ret_errors,
		   errors_size);
}

const char *child_first_line(char *output)
{
	output += strspn(output, " \t\n");
	output[strcspn(output, "\n")] = '\0';
	return *output ? output : "no reason given";
}
