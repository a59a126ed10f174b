/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Start, end and reap one pppd, or one hook of the administrator's. posix_spawn() shares our memory
 * with the child until it executes, so that a start costs the same at the first call and at the ten
 * thousandth, and it reports why execve() failed.
 */
#include "ppp-hooks/pppd_process.h"

#include "base/cleanup.h"
#include "ppp-hooks/pppd_arguments.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* First descriptor that is none of the child's own. */
#define FIRST_FOREIGN_DESCRIPTOR (PPPD_PLUGIN_DESCRIPTOR + 1)

/* pppd looks for nothing at home: what it reads there would be root's options. */
static char *const environment[] = {
	"PATH=/usr/sbin:/usr/bin:/sbin:/bin",
	"HOME=/nonexistent",
	NULL,
};

/* What a pppd of this channel finds as descriptors. */
struct child_descriptors {
	enum launcher_channel channel;
	int session;
	int plugin;
	int output; /* -1; of a hook, which has nothing else: what becomes 1 and 2 */
};

/* The session as 3 beside an empty 0, or as 0 with no 3. */
static int add_session(posix_spawn_file_actions_t *actions, const struct child_descriptors *child)
{
	int error;

	if (child->channel == LAUNCHER_CHANNEL_TTY) {
		error = posix_spawn_file_actions_adddup2(actions, child->session, STDIN_FILENO);
		if (error == 0)
			error = posix_spawn_file_actions_addclose(actions, PPPD_SESSION_DESCRIPTOR);
		return error;
	}
	error = posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDWR, 0);
	if (error == 0)
		error = posix_spawn_file_actions_adddup2(actions, child->session,
							 PPPD_SESSION_DESCRIPTOR);
	return error;
}

/* An empty 0, and no descriptor beyond 2. */
static int fill_hook_actions(posix_spawn_file_actions_t *actions, int output)
{
	int error =
		posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);

	if (error == 0)
		error = posix_spawn_file_actions_adddup2(actions, output, STDOUT_FILENO);
	if (error == 0)
		error = posix_spawn_file_actions_adddup2(actions, output, STDERR_FILENO);
	if (error == 0)
		error = posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
	return -error;
}

static int fill_file_actions(posix_spawn_file_actions_t *actions,
			     const struct child_descriptors *child)
{
	int error;

	if (child->output >= 0)
		return fill_hook_actions(actions, child->output);
	error = add_session(actions, child);

	if (error == 0)
		error = posix_spawn_file_actions_adddup2(actions, STDERR_FILENO, STDOUT_FILENO);
	if (error == 0)
		error = posix_spawn_file_actions_adddup2(actions, child->plugin,
							 PPPD_PLUGIN_DESCRIPTOR);
	if (error == 0)
		error = posix_spawn_file_actions_addclosefrom_np(actions, FIRST_FOREIGN_DESCRIPTOR);
	return -error;
}

static int fill_attributes(posix_spawnattr_t *attributes)
{
	sigset_t all;
	sigset_t none;
	int error;

	sigfillset(&all);
	sigemptyset(&none);
	error = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF |
							     POSIX_SPAWN_SETSIGMASK);
	if (error == 0)
		error = posix_spawnattr_setsigdefault(attributes, &all);
	if (error == 0)
		error = posix_spawnattr_setsigmask(attributes, &none);
	return -error;
}

static int spawn(const char *path, char *const argv[], char *const envp[],
		 const struct child_descriptors *child, pid_t *ret_pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int error;

	error = -posix_spawn_file_actions_init(&actions);
	if (error < 0)
		return error;
	error = -posix_spawnattr_init(&attributes);
	if (error < 0)
		goto free_actions;
	error = fill_file_actions(&actions, child);
	if (error == 0)
		error = fill_attributes(&attributes);
	if (error == 0)
		error = -posix_spawn(ret_pid, path, &actions, &attributes, argv, envp);
	posix_spawnattr_destroy(&attributes);
free_actions:
	posix_spawn_file_actions_destroy(&actions);
	return error;
}

/* For a child that cannot be watched: it has run for no time worth a SIGTERM. */
static void kill_and_reap(pid_t pid)
{
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
}

static int watch_child(pid_t pid, bool is_group, struct pppd_process *ret_process)
{
	/* The child is ours and not reaped: its number cannot mean another. */
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);

	if (pidfd < 0) {
		int error = -errno;

		kill_and_reap(pid);
		return error;
	}
	*ret_process = (struct pppd_process){
		.pid = pid,
		.descriptor = pidfd,
		.kill_at = PPPD_PROCESS_NEVER,
		.is_group = is_group,
	};
	return 0;
}

int pppd_process_start(const char *path, char *const argv[], enum launcher_channel channel,
		       const int descriptors[LAUNCHER_DESCRIPTOR_COUNT_],
		       struct pppd_process *ret_process)
{
	_cleanup_(closep) int session = -1;
	_cleanup_(closep) int plugin = -1;
	pid_t pid = -1;
	int r;

	/* Out of the way of 3 and 4, so that no dup2() closes what the next one needs. */
	session = fcntl(descriptors[LAUNCHER_DESCRIPTOR_SESSION], F_DUPFD_CLOEXEC,
			FIRST_FOREIGN_DESCRIPTOR);
	if (session < 0)
		return -errno;
	plugin = fcntl(descriptors[LAUNCHER_DESCRIPTOR_PLUGIN], F_DUPFD_CLOEXEC,
		       FIRST_FOREIGN_DESCRIPTOR);
	if (plugin < 0)
		return -errno;
	r = spawn(path, argv, environment,
		  &(struct child_descriptors){ channel, .session = session, .plugin = plugin,
					       .output = -1 },
		  &pid);
	return r < 0 ? r : watch_child(pid, false, ret_process);
}

int pppd_process_start_hook(const char *path, char *const envp[], int output,
			    struct pppd_process *ret_process)
{
	char *const argv[] = { (char *)path, NULL };
	_cleanup_(closep) int moved = -1;
	pid_t pid = -1;
	int r;

	/* Out of the way of 0, 1 and 2, of which the launcher may have none. */
	moved = fcntl(output, F_DUPFD_CLOEXEC, FIRST_FOREIGN_DESCRIPTOR);
	if (moved < 0)
		return -errno;
	r = spawn(path, argv, envp,
		  &(struct child_descriptors){ .session = -1, .plugin = -1, .output = moved },
		  &pid);
	return r < 0 ? r : watch_child(pid, true, ret_process);
}

static void send_signal(const struct pppd_process *process, int signal)
{
	/* Until it is reaped, the group has its number. */
	if (process->is_group)
		(void)kill(-process->pid, signal);
	/* ESRCH only: the child has ended, which its pidfd tells. */
	else
		(void)syscall(SYS_pidfd_send_signal, process->descriptor, signal, NULL, 0);
}

void pppd_process_terminate(struct pppd_process *process, uint64_t now_usec, uint64_t grace_usec)
{
	if (!process->ending) {
		process->ending = true;
		process->kill_at = now_usec + grace_usec;
		send_signal(process, SIGTERM);
	} else if (process->kill_at != PPPD_PROCESS_NEVER &&
		   now_usec + grace_usec < process->kill_at) {
		process->kill_at = now_usec + grace_usec;
	}
}

uint64_t pppd_process_next_deadline(const struct pppd_process *process)
{
	return process->kill_at;
}

void pppd_process_handle_deadline(struct pppd_process *process, uint64_t now_usec)
{
	if (now_usec < process->kill_at)
		return;
	process->kill_at = PPPD_PROCESS_NEVER;
	send_signal(process, SIGKILL);
}

int pppd_process_handle_exit(struct pppd_process *process, uint32_t *ret_code, uint32_t *ret_signal)
{
	siginfo_t info = { .si_pid = 0 };

	if (waitid(P_PIDFD, (id_t)process->descriptor, &info, WEXITED | WNOHANG | WNOWAIT) < 0)
		return errno == EINTR ? 0 : -errno;
	if (info.si_pid == 0)
		return 0;
	/* What it has started and was to end with it. */
	if (process->is_group && process->ending)
		send_signal(process, SIGKILL);
	if (waitid(P_PIDFD, (id_t)process->descriptor, &info, WEXITED) < 0)
		return -errno;
	*ret_code = info.si_code == CLD_EXITED ? (uint32_t)info.si_status : 0;
	*ret_signal = info.si_code == CLD_EXITED ? 0 : (uint32_t)info.si_status;
	return 1;
}

void pppd_process_discard(struct pppd_process *process)
{
	kill_and_reap(process->pid);
	pppd_process_done(process);
}

void pppd_process_done(struct pppd_process *process)
{
	if (process->descriptor >= 0)
		close(process->descriptor);
	process->descriptor = -1;
}
