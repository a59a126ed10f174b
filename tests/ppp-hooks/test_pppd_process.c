/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The life of a child, with shells in pppd's place and time as we say. Where
 * the child must have come to a point, it says so on descriptor 4.
 */
#include "ppp-hooks/pppd_arguments.h"
#include "ppp-hooks/pppd_process.h"
#include "tests/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define SHELL   "/bin/sh"
#define SECOND  UINT64_C(1000000)
#define PATIENT 30000 /* milliseconds, for a machine under load */

struct child {
	struct pppd_process process;
	int plugin; /* our end of its descriptor 4 */
};

static int start(struct child *child, const char *script)
{
	char *argv[] = { "sh", "-c", (char *)script, NULL };
	int sockets[2];
	int descriptors[LAUNCHER_DESCRIPTOR_COUNT_];
	int r;

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets), 0);
	descriptors[LAUNCHER_DESCRIPTOR_SESSION] = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	descriptors[LAUNCHER_DESCRIPTOR_PLUGIN] = sockets[1];
	child->process = (struct pppd_process){ .descriptor = -1 };
	child->plugin = sockets[0];
	r = pppd_process_start(SHELL, argv, LAUNCHER_CHANNEL_PPPOL2TP, descriptors,
			       &child->process);
	close(descriptors[LAUNCHER_DESCRIPTOR_SESSION]);
	close(sockets[1]);
	return r;
}

/* What the child writes to descriptor 4 until it says no more. */
static void hear(const struct child *child, char *text, size_t size)
{
	ssize_t got = recv(child->plugin, text, size - 1, 0);

	assert_true(got >= 0);
	text[got] = '\0';
}

static void expect_end(struct child *child, uint32_t expected_code, uint32_t expected_signal)
{
	struct pollfd poll_entry = { .fd = child->process.descriptor, .events = POLLIN };
	uint32_t code = 4711;
	uint32_t signal = 4711;

	assert_int_equal(poll(&poll_entry, 1, PATIENT), 1);
	assert_int_equal(pppd_process_handle_exit(&child->process, &code, &signal), 1);
	assert_int_equal(code, expected_code);
	assert_int_equal(signal, expected_signal);
	pppd_process_done(&child->process);
	assert_int_equal(child->process.descriptor, -1);
	close(child->plugin);
}

static void program_that_is_missing_is_an_error_of_the_start(void **state)
{
	struct pppd_process process = { .pid = 42, .descriptor = -1 };
	char *argv[] = { "pppd", NULL };
	int descriptors[LAUNCHER_DESCRIPTOR_COUNT_] = { 0, 0 };

	assert_int_equal(pppd_process_start("/nonexistent/pppd", argv, LAUNCHER_CHANNEL_PPPOL2TP,
					    descriptors, &process),
			 -ENOENT);
	assert_int_equal(pppd_process_start("/dev/null", argv, LAUNCHER_CHANNEL_PPPOL2TP,
					    descriptors, &process),
			 -EACCES);
	assert_int_equal(process.pid, 42);
}

static void descriptor_that_is_closed_is_an_error_of_the_start(void **state)
{
	struct pppd_process process = { .descriptor = -1 };
	char *argv[] = { "sh", NULL };

	assert_int_equal(pppd_process_start(SHELL, argv, LAUNCHER_CHANNEL_PPPOL2TP,
					    (const int[]){ -1, 0 }, &process),
			 -EBADF);
	assert_int_equal(pppd_process_start(SHELL, argv, LAUNCHER_CHANNEL_PPPOL2TP,
					    (const int[]){ 0, 9999 }, &process),
			 -EBADF);
}

static void exit_code_is_reported(void **state)
{
	struct child child;

	assert_int_equal(start(&child, "exit 19"), 0);
	expect_end(&child, 19, 0);
}

static void signal_that_ended_it_is_reported(void **state)
{
	struct child child;

	assert_int_equal(start(&child, "kill -9 $$"), 0);
	expect_end(&child, 0, SIGKILL);
}

static void child_that_lives_is_not_reaped(void **state)
{
	struct child child;
	uint32_t code = 4711;
	uint32_t signal = 4711;

	assert_int_equal(start(&child, "echo ready >&4; exec sleep 100"), 0);
	assert_int_equal(pppd_process_handle_exit(&child.process, &code, &signal), 0);
	assert_int_equal(code, 4711);
	kill(child.process.pid, SIGKILL);
	expect_end(&child, 0, SIGKILL);
}

static void child_has_its_five_descriptors_and_no_more(void **state)
{
	char text[256];
	struct child child;
	int foreign[20];

	/* Inheritable on purpose: a library might open such ones. */
	for (size_t i = 0; i < ELEMENTS(foreign); i++)
		foreign[i] = open("/dev/null", O_RDONLY);
	assert_int_equal(start(&child, "cd /proc/$$/fd && echo * $(readlink 0 3) >&4"), 0);
	for (size_t i = 0; i < ELEMENTS(foreign); i++)
		close(foreign[i]);
	hear(&child, text, sizeof(text));
	expect_end(&child, 0, 0);
	/* The shell's own substitution may hold one more. */
	assert_memory_equal(text, "0 1 2 3 4", strlen("0 1 2 3 4"));
	assert_non_null(strstr(text, "/dev/null /dev/zero\n"));
}

static void descriptors_that_come_as_four_and_three_are_not_mixed_up(void **state)
{
	char *argv[] = { "sh", "-c", "readlink /proc/$$/fd/3 >&4", NULL };
	struct pppd_process process;
	struct child child;
	int kept[2] = { fcntl(3, F_DUPFD_CLOEXEC, 10), fcntl(4, F_DUPFD_CLOEXEC, 10) };
	int sockets[2];
	char text[64];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets), 0);
	child.plugin = fcntl(sockets[0], F_DUPFD_CLOEXEC, 10);
	dup2(fcntl(sockets[1], F_DUPFD_CLOEXEC, 10), 3);
	dup2(open("/dev/zero", O_RDONLY), 4);
	assert_int_equal(pppd_process_start(SHELL, argv, LAUNCHER_CHANNEL_PPPOL2TP,
					    (const int[]){ 4, 3 }, &process),
			 0);
	hear(&child, text, sizeof(text));
	assert_string_equal(text, "/dev/zero\n");
	child.process = process;
	expect_end(&child, 0, 0);
	for (int i = 0; i < 2; i++) {
		if (kept[i] < 0)
			continue;
		dup2(kept[i], 3 + i);
		close(kept[i]);
	}
}

static void environment_is_clean(void **state)
{
	char text[512];
	struct child child;

	setenv("PPPD_SECRET", "hunter2", 1);
	assert_int_equal(start(&child, "tr '\\0' ' ' </proc/$$/environ >&4"), 0);
	hear(&child, text, sizeof(text));
	assert_string_equal(text, "PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/nonexistent ");
	expect_end(&child, 0, 0);
}

/* A line of /proc/PID/status; no shell's, since shells clear their own mask. */
static void read_status(pid_t pid, const char *name, char value[64])
{
	_cleanup_(fclosep) FILE *file = NULL;
	char line[256];
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	file = fopen(path, "re");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file))
		if (strncmp(line, name, strlen(name)) == 0) {
			snprintf(value, 64, "%.60s", line + strlen(name));
			return;
		}
	fail_msg("no %s in %s", name, path);
}

static void child_leads_a_session_with_default_signals(void **state)
{
	char *argv[] = { "sleep", "100", NULL };
	struct pppd_process process;
	struct child child = { .plugin = -1 };
	char value[64];
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGUSR2, SIG_IGN);
	assert_int_equal(pppd_process_start("/bin/sleep", argv, LAUNCHER_CHANNEL_PPPOL2TP,
					    (const int[]){ 0, 0 }, &process),
			 0);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	read_status(process.pid, "SigBlk:", value);
	assert_int_equal(strtoull(value, NULL, 16), 0);
	/* The C library's own two are ignored in every child of posix_spawn(). */
	read_status(process.pid, "SigIgn:", value);
	assert_int_equal(strtoull(value, NULL, 16) & ~0x180000000ULL, 0);
	assert_int_equal(getsid(process.pid), process.pid);
	pppd_process_terminate(&process, 0, 0);
	child.process = process;
	expect_end(&child, 0, SIGTERM);
}

static void grace_begins_with_sigterm(void **state)
{
	struct child child;

	assert_int_equal(start(&child, "trap 'exit 5' TERM; echo >&4; while :; do sleep 0.1; done"),
			 0);
	hear(&child, (char[16]){ 0 }, 16);
	assert_true(pppd_process_next_deadline(&child.process) == PPPD_PROCESS_NEVER);
	pppd_process_terminate(&child.process, 10 * SECOND, 5 * SECOND);
	assert_true(pppd_process_next_deadline(&child.process) == 15 * SECOND);
	expect_end(&child, 5, 0);
}

static void child_that_ignores_sigterm_is_killed_at_the_deadline(void **state)
{
	struct child child;

	assert_int_equal(start(&child, "trap '' TERM; echo >&4; while :; do sleep 0.1; done"), 0);
	hear(&child, (char[16]){ 0 }, 16);
	pppd_process_terminate(&child.process, 10 * SECOND, 5 * SECOND);
	pppd_process_handle_deadline(&child.process, 15 * SECOND - 1);
	assert_true(pppd_process_next_deadline(&child.process) == 15 * SECOND);
	pppd_process_handle_deadline(&child.process, 15 * SECOND);
	assert_true(pppd_process_next_deadline(&child.process) == PPPD_PROCESS_NEVER);
	expect_end(&child, 0, SIGKILL);
}

static void second_termination_only_shortens_the_grace(void **state)
{
	struct child child;

	assert_int_equal(start(&child, "trap '' TERM; echo >&4; while :; do sleep 0.1; done"), 0);
	hear(&child, (char[16]){ 0 }, 16);
	pppd_process_terminate(&child.process, 10 * SECOND, 5 * SECOND);
	pppd_process_terminate(&child.process, 12 * SECOND, 5 * SECOND);
	assert_true(pppd_process_next_deadline(&child.process) == 15 * SECOND);
	pppd_process_terminate(&child.process, 12 * SECOND, 1 * SECOND);
	assert_true(pppd_process_next_deadline(&child.process) == 13 * SECOND);
	pppd_process_handle_deadline(&child.process, 13 * SECOND);
	pppd_process_terminate(&child.process, 13 * SECOND, 1 * SECOND);
	assert_true(pppd_process_next_deadline(&child.process) == PPPD_PROCESS_NEVER);
	expect_end(&child, 0, SIGKILL);
}

static void signals_to_a_child_that_has_ended_do_no_harm(void **state)
{
	struct child child;
	struct pollfd poll_entry;

	assert_int_equal(start(&child, "exit 3"), 0);
	poll_entry = (struct pollfd){ .fd = child.process.descriptor, .events = POLLIN };
	assert_int_equal(poll(&poll_entry, 1, PATIENT), 1);
	pppd_process_terminate(&child.process, 0, 0);
	pppd_process_handle_deadline(&child.process, 0);
	expect_end(&child, 3, 0);
}

static void discarded_child_leaves_nothing(void **state)
{
	struct child child;
	pid_t pid;

	assert_int_equal(start(&child, "trap '' TERM; while :; do sleep 0.1; done"), 0);
	pid = child.process.pid;
	pppd_process_discard(&child.process);
	assert_int_equal(child.process.descriptor, -1);
	assert_int_equal(waitpid(pid, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	close(child.plugin);
}

static void a_terminal_is_its_standard_input_and_there_is_no_third(void **state)
{
	char *argv[] = { "sh", "-c", "[ -t 0 ] && [ ! -e /proc/$$/fd/3 ] && exit 7", NULL };
	struct child child = { .process.descriptor = -1 };
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), sockets[2], slave;

	assert_true(master >= 0);
	assert_int_equal(unlockpt(master), 0);
	slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(slave >= 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets), 0);
	child.plugin = sockets[0];
	assert_int_equal(pppd_process_start(SHELL, argv, LAUNCHER_CHANNEL_TTY,
					    (const int[]){ slave, sockets[1] }, &child.process),
			 0);
	close(sockets[1]);
	expect_end(&child, 7, 0);
	close(slave);
	close(master);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SENTENCE(program_that_is_missing_is_an_error_of_the_start),
		SENTENCE(descriptor_that_is_closed_is_an_error_of_the_start),
		SENTENCE(exit_code_is_reported),
		SENTENCE(signal_that_ended_it_is_reported),
		SENTENCE(child_that_lives_is_not_reaped),
		SENTENCE(child_has_its_five_descriptors_and_no_more),
		SENTENCE(descriptors_that_come_as_four_and_three_are_not_mixed_up),
		SENTENCE(environment_is_clean),
		SENTENCE(child_leads_a_session_with_default_signals),
		SENTENCE(grace_begins_with_sigterm),
		SENTENCE(child_that_ignores_sigterm_is_killed_at_the_deadline),
		SENTENCE(second_termination_only_shortens_the_grace),
		SENTENCE(signals_to_a_child_that_has_ended_do_no_harm),
		SENTENCE(discarded_child_leaves_nothing),
		SENTENCE(a_terminal_is_its_standard_input_and_there_is_no_third),
	};

	return cmocka_run_group_tests_name("pppd_process", tests, NULL, NULL);
}
