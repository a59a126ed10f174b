/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One poll() for all that can happen to the client. I/O. */
#include "gateway/selftest.h"

#include "base/cleanup.h"
#include "l2tp/data_message.h"
#include "l2tp/header.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

/* The end of a program, and the moment for the next ping, are noticed this late. */
#define TURN_MSEC 100

#define DATAGRAM_MAX 2048

uint64_t selftest_now_usec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* ---- programs -------------------------------------------------------------------------- */

static void take_line(struct selftest *test, const struct selftest_program *program)
{
	if (program == &test->whack)
		selftest_ike_take(&test->ike, program->line);
	else if (program == &test->pppd)
		selftest_ppp_take(&test->ppp, program->line);
	else
		snprintf(test->pluto_last, sizeof(test->pluto_last), "%s", program->line);
}

/* What does not fit into a line is let go. */
static void take_bytes(struct selftest *test, struct selftest_program *program, const char *bytes,
		       size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (bytes[i] != '\n') {
			if (program->used < sizeof(program->line) - 1)
				program->line[program->used++] = bytes[i];
			continue;
		}
		program->line[program->used] = '\0';
		take_line(test, program);
		program->used = 0;
	}
}

static void read_program(struct selftest *test, struct selftest_program *program)
{
	char bytes[1024];
	ssize_t size;

	if (program->pid == 0 || program->output < 0)
		return;
	while ((size = read(program->output, bytes, sizeof(bytes))) > 0)
		take_bytes(test, program, bytes, (size_t)size);
	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	close(program->output);
	program->output = -1;
}

/* Nothing more comes from one that was reaped, but what was in the pipe. */
static void look_after(struct selftest *test, struct selftest_program *program)
{
	read_program(test, program);
	if (program->pid == 0 || program->is_over ||
	    waitpid(program->pid, &program->status, WNOHANG) != program->pid)
		return;
	read_program(test, program);
	closep(&program->output);
	program->output = -1;
	program->is_over = true;
}

int selftest_start(struct selftest *test, struct selftest_program *program,
		   const char *const arguments[], int session, bool is_terminal)
{
	/* The one before was left to end by itself; the room's end reaps it. */
	if (program->pid > 0)
		closep(&program->output);
	*program = (struct selftest_program){ .output = -1 };
	return selftest_room_start(test->room, arguments, session, is_terminal, &program->pid,
				   &program->output);
}

/* ---- L2TP -------------------------------------------------------------------------------- */

static void receive_data(struct selftest *test, const uint8_t *packet, size_t size)
{
	struct l2tp_data_message message = { 0 };
	struct l2tp_header header;

	if (!test->session || !test->path->session_receive ||
	    l2tp_header_read(packet, size, &header) != 0 || header.control ||
	    header.session_id != test->dial.session_id)
		return;
	message.frame = header.payload.bytes;
	message.size = header.payload.remaining;
	message.sequenced = header.sequenced;
	message.ns = header.ns;
	test->path->session_receive(test->session, &message);
}

static void receive(struct selftest *test)
{
	uint8_t packet[DATAGRAM_MAX];
	ssize_t size;

	if (test->udp < 0)
		return;
	while ((size = recv(test->udp, packet, sizeof(packet), MSG_DONTWAIT)) >= 0) {
		selftest_dial_receive(&test->dial, selftest_now_usec(), packet, (size_t)size);
		receive_data(test, packet, (size_t)size);
	}
	if (test->path && test->path->flush)
		test->path->flush();
	selftest_dial_handle_deadline(&test->dial, selftest_now_usec());
}

static void send_data(void *userdata, const uint8_t *packet, size_t size)
{
	const struct selftest *test = userdata;

	/* What is not sent is lost, as in any network. */
	send(test->udp, packet, size, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static int pump_descriptor(const struct selftest *test)
{
	return test->session && test->path->session_pump_descriptor
		       ? test->path->session_pump_descriptor(test->session)
		       : -1;
}

/* ---- the loop ---------------------------------------------------------------------------- */

static void handle_all(struct selftest *test)
{
	uint64_t now = selftest_now_usec();

	look_after(test, &test->pluto);
	look_after(test, &test->whack);
	look_after(test, &test->pppd);
	receive(test);
	if (pump_descriptor(test) >= 0)
		test->path->session_pump(test->session, send_data, test);
	if (test->echo.socket >= 0) {
		selftest_echo_receive(&test->echo, now);
		selftest_echo_send(&test->echo, now);
	}
}

static int output_of(const struct selftest_program *program)
{
	return program->pid > 0 ? program->output : -1;
}

/* Return: 0; -EINTR if a signal came, which stays where it is. */
static int turn(struct selftest *test)
{
	struct pollfd waiting[] = {
		{ .fd = test->is_ending ? -1 : test->signals, .events = POLLIN },
		{ .fd = output_of(&test->pluto), .events = POLLIN },
		{ .fd = output_of(&test->whack), .events = POLLIN },
		{ .fd = output_of(&test->pppd), .events = POLLIN },
		{ .fd = test->udp, .events = POLLIN },
		{ .fd = test->echo.socket, .events = POLLIN },
		{ .fd = pump_descriptor(test), .events = POLLIN },
	};

	if (poll(waiting, ELEMENTS(waiting), TURN_MSEC) < 0 && errno != EINTR)
		return -errno;
	if (waiting[0].revents)
		return -EINTR;
	handle_all(test);
	return 0;
}

int selftest_wait(struct selftest *test, unsigned int seconds,
		  bool (*is_so)(const struct selftest *test))
{
	uint64_t deadline = selftest_now_usec() + (uint64_t)seconds * 1000000;
	int r;

	while (!is_so(test)) {
		if (selftest_now_usec() >= deadline)
			return -ETIMEDOUT;
		r = turn(test);
		if (r < 0)
			return r;
	}
	return 0;
}
