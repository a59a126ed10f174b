/* SPDX-License-Identifier: GPL-2.0-or-later */
/* saregated's end of the launcher's socket, and a launcher that takes its time. */
#include "base/cleanup.h"
#include "gateway/launcher_client.h"
#include "tests/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

/* More than a socket holds. */
#define MANY 400

struct fixture {
	sd_event *event;
	struct launcher_client *client;
	char folder[64];
	char path[80];
	int listener;
	int launcher; /* its end of the connection */
	uint32_t started;
	unsigned int disconnected;
};

static void on_started(void *userdata, uint32_t call_id, uint32_t pid)
{
	((struct fixture *)userdata)->started = call_id;
}

static void on_refused(void *userdata, uint32_t call_id, int error)
{
	fail_msg("call %u was refused: %s", call_id, strerror(error));
}

static void on_exited(void *userdata, const struct launcher_exited *exited)
{
	fail_msg("call %u has exited", exited->call_id);
}

static void on_disconnected(void *userdata)
{
	((struct fixture *)userdata)->disconnected++;
}

static const struct launcher_client_ops ops = {
	.started = on_started,
	.refused = on_refused,
	.exited = on_exited,
	.disconnected = on_disconnected,
};

static int set_up(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	if (!fixture || sd_event_new(&fixture->event) < 0)
		return -1;
	strcpy(fixture->folder, "/tmp/launcher.XXXXXX");
	if (!mkdtemp(fixture->folder))
		return -1;
	snprintf(fixture->path, sizeof(fixture->path), "%s/socket", fixture->folder);
	strcpy(address.sun_path, fixture->path);
	fixture->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (bind(fixture->listener, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(fixture->listener, 1) < 0)
		return -1;
	if (launcher_client_new(fixture->event, fixture->path, &ops, fixture, &fixture->client) <
		    0 ||
	    launcher_client_connect(fixture->client) < 0)
		return -1;
	fixture->launcher = accept4(fixture->listener, NULL, NULL, SOCK_CLOEXEC);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	launcher_client_free(fixture->client);
	closep(&fixture->launcher);
	close(fixture->listener);
	unlink(fixture->path);
	rmdir(fixture->folder);
	sd_event_unref(fixture->event);
	free(fixture);
	return 0;
}

static void run_loop(const struct fixture *fixture)
{
	while (sd_event_run(fixture->event, 0) > 0)
		;
}

static int ask_for_start(const struct fixture *fixture, uint32_t call_id,
			 const int descriptors[LAUNCHER_DESCRIPTOR_COUNT_])
{
	const struct launcher_start start = {
		.call_id = call_id,
		.unit = call_id,
		.mtu = 1280,
		.mru = 1280,
		.lcp_echo_failures = 4,
	};

	return launcher_client_start(fixture->client, &start, descriptors);
}

/* The launcher takes one request. Return: false: there is none. */
static bool take(const struct fixture *fixture, union launcher_message *ret_message,
		 int ret_descriptors[LAUNCHER_DESCRIPTOR_COUNT_])
{
	union {
		char bytes[CMSG_SPACE(sizeof(int) * LAUNCHER_DESCRIPTOR_COUNT_)];
		struct cmsghdr align;
	} control = { 0 };
	struct iovec part = { ret_message, sizeof(*ret_message) };
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = control.bytes,
				  .msg_controllen = sizeof(control.bytes) };
	ssize_t size = recvmsg(fixture->launcher, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	const struct cmsghdr *header = size > 0 ? CMSG_FIRSTHDR(&message) : NULL;

	if (size <= 0)
		return false;
	assert_true(launcher_message_check(ret_message, (size_t)size, true, ret_message));
	if (header)
		memcpy(ret_descriptors, CMSG_DATA(header),
		       sizeof(int) * LAUNCHER_DESCRIPTOR_COUNT_);
	return true;
}

/* Asks for all of them, each with a pipe; what the other ends see is whose it is. */
static void ask_for_many(const struct fixture *fixture)
{
	int pipe_ends[2];

	for (uint32_t i = 1; i <= MANY; i++) {
		assert_int_equal(pipe2(pipe_ends, O_CLOEXEC), 0);
		assert_int_equal(write(pipe_ends[1], &i, sizeof(i)), sizeof(i));
		assert_int_equal(ask_for_start(fixture, i, pipe_ends), 0);
		close(pipe_ends[0]);
		close(pipe_ends[1]);
	}
}

static void requests_that_the_socket_has_no_room_for_wait_in_their_order(void **state)
{
	const struct fixture *fixture = *state;
	int descriptors[LAUNCHER_DESCRIPTOR_COUNT_];
	union launcher_message message;
	uint32_t number;

	ask_for_many(fixture);
	assert_int_equal(launcher_client_stop(fixture->client, MANY), 0);
	for (uint32_t i = 1; i <= MANY; i++) {
		run_loop(fixture);
		assert_true(take(fixture, &message, descriptors));
		assert_int_equal(message.header.type, LAUNCHER_MESSAGE_START);
		assert_int_equal(message.start.call_id, i);
		assert_int_equal(read(descriptors[0], &number, sizeof(number)), sizeof(number));
		assert_int_equal(number, i);
		close(descriptors[0]);
		close(descriptors[1]);
	}
	run_loop(fixture);
	assert_true(take(fixture, &message, descriptors));
	assert_int_equal(message.header.type, LAUNCHER_MESSAGE_STOP);
	assert_int_equal(message.stop.call_id, MANY);
}

static void an_answer_is_heard_while_requests_wait(void **state)
{
	struct fixture *fixture = *state;
	const struct launcher_started answer = {
		.header = { LAUNCHER_MESSAGE_VERSION, LAUNCHER_MESSAGE_STARTED },
		.call_id = 7,
		.pid = 4711,
	};

	ask_for_many(fixture);
	assert_int_equal(send(fixture->launcher, &answer, sizeof(answer), 0), sizeof(answer));
	run_loop(fixture);
	assert_int_equal(fixture->started, 7);
}

static void what_waits_is_given_up_with_the_connection(void **state)
{
	struct fixture *fixture = *state;
	int pipe_ends[2];
	char byte;

	ask_for_many(fixture);
	assert_int_equal(pipe2(pipe_ends, O_CLOEXEC), 0);
	assert_int_equal(ask_for_start(fixture, MANY + 1, pipe_ends), 0);
	close(pipe_ends[1]);
	close(fixture->launcher);
	fixture->launcher = -1;
	run_loop(fixture);
	assert_int_equal(fixture->disconnected, 1);
	assert_false(launcher_client_connected(fixture->client));
	/* the end of file: nobody keeps the other end */
	assert_int_equal(read(pipe_ends[0], &byte, 1), 0);
	close(pipe_ends[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			requests_that_the_socket_has_no_room_for_wait_in_their_order, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(an_answer_is_heard_while_requests_wait, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(what_waits_is_given_up_with_the_connection, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
