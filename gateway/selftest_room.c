/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Namespaces, and programs in them. I/O. */
#include "gateway/selftest_room.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define NAMESPACES (CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC)

#define SESSION_DESCRIPTOR 3

/* A room's namespaces, and ours to come back to. */
struct selftest_room {
	pid_t process;
	int lifeline; /* its other end is the first process's: closed, the room ends */
	int network, mounts, processes;
	int own_network, own_processes;
};

/* What the first process tells when all is furnished: 0, or what failed at which path. */
struct furnished {
	int error;
	char what[128];
};

/* ---- in the room: the first process -------------------------------------------------- */

static int complain(struct furnished *furnished, const char *what)
{
	furnished->error = errno;
	snprintf(furnished->what, sizeof(furnished->what), "%s", what);
	return -1;
}

static int make_file(struct furnished *furnished, const char *path, const char *text)
{
	int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	size_t size = strlen(text);

	if (file < 0 || write(file, text, size) != (ssize_t)size) {
		complain(furnished, path);
		closep(&file);
		return -1;
	}
	return close(file) < 0 ? complain(furnished, path) : 0;
}

static int make_directory(struct furnished *furnished, const char *path)
{
	return mkdir(path, 0700) < 0 ? complain(furnished, path) : 0;
}

/* Empty memory over a directory. What is not there need not be hidden if it is @optional. */
static int cover(struct furnished *furnished, const char *path, const char *options, bool optional)
{
	if (mount("saregate-selftest", path, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, options) ==
	    0)
		return 0;
	return optional && errno == ENOENT ? 0 : complain(furnished, path);
}

/* One of our files over one of the host's, if the host has it. */
static int cover_file(struct furnished *furnished, const char *path, const char *ours)
{
	if (mount(ours, path, NULL, MS_BIND, NULL) == 0 || errno == ENOENT)
		return 0;
	return complain(furnished, path);
}

static int furnish_mounts(struct furnished *furnished)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return complain(furnished, "/");
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		return complain(furnished, "/proc");
	if (cover(furnished, "/run", "mode=0755,size=16m", false) < 0 ||
	    cover(furnished, "/etc/ppp", "mode=0700,size=1m", false) < 0 ||
	    cover(furnished, "/etc/ipsec.d", "mode=0700,size=1m", true) < 0)
		return -1;
	return 0;
}

static int furnish_files(struct furnished *furnished, const struct selftest_room_files *files)
{
	static const char *const directories[] = { SELFTEST_ROOM_DIRECTORY, SELFTEST_ROOM_NSS,
						   "/run/pluto", "/run/lock" };

	for (size_t i = 0; i < ELEMENTS(directories); i++)
		if (make_directory(furnished, directories[i]) < 0)
			return -1;
	if (make_file(furnished, SELFTEST_ROOM_CONNECTION, files->connection) < 0 ||
	    make_file(furnished, SELFTEST_ROOM_SECRETS, files->secrets) < 0 ||
	    make_file(furnished, "/etc/ppp/chap-secrets", files->chap_secrets) < 0 ||
	    make_file(furnished, "/etc/ppp/options", "") < 0)
		return -1;
	if (cover_file(furnished, "/etc/ipsec.conf", SELFTEST_ROOM_CONNECTION) < 0 ||
	    cover_file(furnished, "/etc/ipsec.secrets", SELFTEST_ROOM_SECRETS) < 0)
		return -1;
	return 0;
}

static int raise_loopback(struct furnished *furnished)
{
	_cleanup_(closep) int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };

	if (any < 0 || ioctl(any, SIOCSIFFLAGS, &request) < 0)
		return complain(furnished, "lo");
	return 0;
}

/* What our maker has open is not the room's: all but two, of which none is standard. */
static void close_others(unsigned int one, unsigned int other)
{
	unsigned int low = one < other ? one : other;
	unsigned int high = one < other ? other : one;

	if (low > STDERR_FILENO + 1)
		close_range(STDERR_FILENO + 1, low - 1, 0);
	if (high > low + 1)
		close_range(low + 1, high - 1, 0);
	close_range(high + 1, ~0U, 0);
}

static void wipe(struct selftest_room_files *files)
{
	explicit_bzero(files->secrets, strlen(files->secrets));
	explicit_bzero(files->chap_secrets, strlen(files->chap_secrets));
}

/* The end of the lifeline is the end of all; orphans of the room are nobody's to wait for. */
_Noreturn static void live(int lifeline, int report, struct selftest_room_files *files)
{
	struct furnished furnished = { 0 };
	char nothing;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGCHLD, SIG_IGN);
	setsid();
	close_others((unsigned int)lifeline, (unsigned int)report);
	if (furnish_mounts(&furnished) == 0 && furnish_files(&furnished, files) == 0)
		raise_loopback(&furnished);
	wipe(files);
	if (write(report, &furnished, sizeof(furnished)) != sizeof(furnished))
		_exit(EXIT_FAILURE);
	close(report);
	while (read(lifeline, &nothing, 1) < 0 && errno == EINTR)
		;
	_exit(EXIT_SUCCESS);
}

/* ---- outside -------------------------------------------------------------------------- */

static int open_namespace(pid_t process, const char *name)
{
	char path[64];
	int descriptor;

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)process, name);
	descriptor = open(path, O_RDONLY | O_CLOEXEC);
	return descriptor < 0 ? -errno : descriptor;
}

static int open_namespaces(struct selftest_room *room)
{
	const struct {
		int *descriptor;
		pid_t process;
		const char *name;
	} wanted[] = {
		{ &room->network, room->process, "net" },   { &room->mounts, room->process, "mnt" },
		{ &room->processes, room->process, "pid" }, { &room->own_network, getpid(), "net" },
		{ &room->own_processes, getpid(), "pid" },
	};

	for (size_t i = 0; i < ELEMENTS(wanted); i++) {
		*wanted[i].descriptor = open_namespace(wanted[i].process, wanted[i].name);
		if (*wanted[i].descriptor < 0)
			return *wanted[i].descriptor;
	}
	return 0;
}

/* The first process, as fork() would make it, in namespaces of its own. */
static pid_t clone_first(void)
{
	return (pid_t)syscall(SYS_clone, (unsigned long)(NAMESPACES | SIGCHLD), NULL, NULL, NULL,
			      NULL);
}

/* Starts it; the ends of the pipes that are its are not ours any more. */
static int begin(struct selftest_room *room, struct selftest_room_files *files, int *ret_report)
{
	int lifeline[2], report[2];

	if (pipe2(lifeline, O_CLOEXEC) < 0)
		return -errno;
	room->lifeline = lifeline[1];
	if (pipe2(report, O_CLOEXEC) < 0) {
		close(lifeline[0]);
		return -errno;
	}
	room->process = clone_first();
	if (room->process == 0) {
		close(lifeline[1]);
		close(report[0]);
		live(lifeline[0], report[1], files);
	}
	close(lifeline[0]);
	close(report[1]);
	*ret_report = report[0];
	return room->process < 0 ? -errno : 0;
}

int selftest_room_new(struct selftest_room_files *files, struct selftest_room **ret_room,
		      struct setup_error *ret_error)
{
	_cleanup_(selftest_room_freep) struct selftest_room *room = calloc(1, sizeof(*room));
	_cleanup_(closep) int report = -1;
	struct furnished furnished;
	int r;

	if (!room)
		return -ENOMEM;
	*room = (struct selftest_room){ -1, -1, -1, -1, -1, -1, -1 };
	r = begin(room, files, &report);
	if (r == 0)
		r = open_namespaces(room);
	if (r < 0)
		return setup_fail(ret_error, "no namespace for the client: %s", strerror(-r));
	if (read(report, &furnished, sizeof(furnished)) != sizeof(furnished))
		return setup_fail(ret_error, "the client's namespace ended at once");
	if (furnished.error)
		return setup_fail(ret_error, "the client's %s: %s", furnished.what,
				  strerror(furnished.error));
	*ret_room = TAKE_PTR(room);
	return 0;
}

/*
 * The kernel keeps the first process until all others of the room are gone and reaped, and
 * those that we started are ours to reap.
 */
static void end_processes(struct selftest_room *room)
{
	pid_t ended;

	kill(room->process, SIGKILL);
	do
		ended = waitpid(-1, NULL, 0);
	while ((ended >= 0 && ended != room->process) || (ended < 0 && errno == EINTR));
}

void selftest_room_free(struct selftest_room *room)
{
	if (!room)
		return;
	if (room->process > 0)
		end_processes(room);
	closep(&room->lifeline);
	closep(&room->network);
	closep(&room->mounts);
	closep(&room->processes);
	closep(&room->own_network);
	closep(&room->own_processes);
	free(room);
}

void selftest_room_freep(struct selftest_room **room)
{
	selftest_room_free(*room);
}

pid_t selftest_room_process(const struct selftest_room *room)
{
	return room->process;
}

int selftest_room_enter(const struct selftest_room *room)
{
	return setns(room->network, CLONE_NEWNET) < 0 ? -errno : 0;
}

void selftest_room_leave(const struct selftest_room *room)
{
	/* Ours is there as long as we are. */
	if (setns(room->own_network, CLONE_NEWNET) < 0)
		abort();
}

/* ---- programs --------------------------------------------------------------------------- */

/* In the child, which is in the room's processes already. */
_Noreturn static void become(const struct selftest_room *room, const char *const arguments[],
			     int session, bool is_terminal, int output)
{
	sigset_t none;
	int null = fcntl(open("/dev/null", O_RDONLY | O_CLOEXEC), F_DUPFD_CLOEXEC,
			 SESSION_DESCRIPTOR + 1);

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	setsid();
	if (setns(room->network, CLONE_NEWNET) < 0 || setns(room->mounts, CLONE_NEWNS) < 0 ||
	    chdir("/") < 0)
		_exit(126);
	/* Above all that are put in place. */
	session = session < 0 ? -1 : fcntl(session, F_DUPFD_CLOEXEC, SESSION_DESCRIPTOR + 1);
	output = fcntl(output, F_DUPFD_CLOEXEC, SESSION_DESCRIPTOR + 1);
	if (dup2(is_terminal ? session : null, STDIN_FILENO) < 0 ||
	    dup2(output, STDOUT_FILENO) < 0 || dup2(output, STDERR_FILENO) < 0 ||
	    (session >= 0 && dup2(session, SESSION_DESCRIPTOR) < 0))
		_exit(126);
	execvp(arguments[0], (char *const *)arguments);
	dprintf(STDERR_FILENO, "%s: %s\n", arguments[0], strerror(errno));
	_exit(127);
}

int selftest_room_start(const struct selftest_room *room, const char *const arguments[],
			int session, bool is_terminal, pid_t *ret_pid, int *ret_output)
{
	_cleanup_(closep) int from_child = -1;
	_cleanup_(closep) int to_us = -1;
	int pipe_ends[2];
	pid_t pid;

	if (pipe2(pipe_ends, O_CLOEXEC) < 0)
		return -errno;
	from_child = pipe_ends[0];
	to_us = pipe_ends[1];
	if (fcntl(from_child, F_SETFL, O_NONBLOCK) < 0)
		return -errno;
	/* Children are born among these; we stay where we are. */
	if (setns(room->processes, CLONE_NEWPID) < 0)
		return -errno;
	pid = fork();
	if (pid == 0)
		become(room, arguments, session, is_terminal, to_us);
	if (setns(room->own_processes, CLONE_NEWPID) < 0)
		abort();
	if (pid < 0)
		return -errno;
	*ret_pid = pid;
	*ret_output = TAKE_FD(from_child);
	return 0;
}

/* " 12: CB007101:1194 00000000:0000 07 ...": slot, local address and port, ... */
static bool is_bound_to(const char *line, unsigned int port)
{
	const char *address = strchr(line, ':');
	const char *found = address ? strchr(address + 1, ':') : NULL;

	return found && strtoul(found + 1, NULL, 16) == port;
}

bool selftest_room_listens(const struct selftest_room *room, unsigned int port)
{
	_cleanup_(fclosep) FILE *sockets = NULL;
	char path[64], line[256];

	snprintf(path, sizeof(path), "/proc/%d/net/udp", (int)room->process);
	sockets = fopen(path, "re");
	while (sockets && fgets(line, sizeof(line), sockets))
		if (is_bound_to(line, port))
			return true;
	return false;
}
