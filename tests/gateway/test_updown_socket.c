/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Root is heard and answered; others and garbage are counted, no more. */
#include "gateway/updown_socket.h"
#include "ipsec-glue/settle_message.h"
#include "tests/unit.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

struct fixture {
	sd_event *event;
	struct updown_socket *updown;
	char path[64];
	unsigned int told, settled, refused;
	struct updown_message message;
};

static void on_told(void *userdata, const struct updown_message *message)
{
	struct fixture *fixture = userdata;

	fixture->told++;
	fixture->message = *message;
}

static void on_settle(void *userdata)
{
	((struct fixture *)userdata)->settled++;
}

static void on_refused(void *userdata)
{
	((struct fixture *)userdata)->refused++;
}

static const struct updown_socket_ops ops = {
	.told = on_told,
	.settle = on_settle,
	.refused = on_refused,
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	int descriptor;

	if (!fixture || sd_event_new(&fixture->event) < 0)
		return -1;
	snprintf(fixture->path, sizeof(fixture->path), "/tmp/updown.%d", getpid());
	descriptor = updown_socket_open(fixture->path);
	if (descriptor < 0 ||
	    updown_socket_new(fixture->event, descriptor, &ops, fixture, &fixture->updown) < 0)
		return -1;
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	updown_socket_free(fixture->updown);
	sd_event_unref(fixture->event);
	unlink(fixture->path);
	free(fixture);
	return 0;
}

/* A socket with a name of its own, which the kernel gives it. */
static int named_socket(void)
{
	const struct sockaddr_un any = { .sun_family = AF_UNIX };
	int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	assert_true(descriptor >= 0);
	assert_int_equal(bind(descriptor, (const struct sockaddr *)&any, sizeof(sa_family_t)), 0);
	return descriptor;
}

static void say(struct fixture *fixture, int descriptor, const void *bytes, size_t size)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	strcpy(address.sun_path, fixture->path);
	assert_int_equal(
		sendto(descriptor, bytes, size, 0, (struct sockaddr *)&address, sizeof(address)),
		size);
	while (sd_event_run(fixture->event, 0) > 0)
		;
}

static bool is_answered(int descriptor)
{
	char answer[64];
	ssize_t size = recv(descriptor, answer, sizeof(answer), MSG_DONTWAIT);

	return size == (ssize_t)strlen(SETTLE_ANSWER) &&
	       memcmp(answer, SETTLE_ANSWER, (size_t)size) == 0;
}

/* The tests may run as anybody: only root is heard. */
static unsigned int heard(void)
{
	return geteuid() == 0;
}

static void garbage_is_refused(void **state)
{
	struct fixture *fixture = *state;
	_cleanup_(closep) int root = named_socket();
	static const char longer[] = SETTLE_REQUEST " please";

	say(fixture, root, "", 0);
	say(fixture, root, SETTLE_REQUEST, strlen(SETTLE_REQUEST) - 1);
	say(fixture, root, longer, strlen(longer));
	say(fixture, root, &fixture->message, sizeof(fixture->message)); /* version 0 */
	assert_int_equal(fixture->refused, 4);
	assert_int_equal(fixture->told + fixture->settled, 0);
	assert_false(is_answered(root));
}

static void updown_is_heard(void **state)
{
	struct fixture *fixture = *state;
	const struct updown_message message = { .version = UPDOWN_MESSAGE_VERSION,
						.up = 1,
						.spi_a = 0x1000,
						.identity = "@alice",
						.connection = "l2tp" };
	_cleanup_(closep) int root = named_socket();

	say(fixture, root, &message, sizeof(message));
	assert_int_equal(fixture->told, heard());
	assert_int_equal(fixture->refused, !heard());
	if (heard())
		assert_string_equal(fixture->message.identity, "@alice");
	assert_false(is_answered(root));
}

static void who_asks_to_settle_is_answered(void **state)
{
	struct fixture *fixture = *state;
	_cleanup_(closep) int root = named_socket();

	say(fixture, root, SETTLE_REQUEST, strlen(SETTLE_REQUEST));
	assert_int_equal(fixture->settled, heard());
	assert_int_equal(is_answered(root), heard());
}

static void who_cannot_be_answered_is_heard_all_the_same(void **state)
{
	struct fixture *fixture = *state;
	_cleanup_(closep) int nameless = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	say(fixture, nameless, SETTLE_REQUEST, strlen(SETTLE_REQUEST));
	assert_int_equal(fixture->settled, heard());
}

static void another_user_is_not_heard(void **state)
{
	struct fixture *fixture = *state;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	pid_t child;
	int status;

	if (!heard()) /* nobody is, then */
		return;
	strcpy(address.sun_path, fixture->path);
	assert_int_equal(chmod(fixture->path, 0666), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		int descriptor = named_socket();

		if (setuid(65534) < 0)
			_exit(1);
		_exit(sendto(descriptor, SETTLE_REQUEST, strlen(SETTLE_REQUEST), 0,
			     (struct sockaddr *)&address, sizeof(address)) < 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	while (sd_event_run(fixture->event, 0) > 0)
		;
	assert_int_equal(fixture->settled, 0);
	assert_int_equal(fixture->refused, 1);
}

/* As systemd makes it: without a word about credentials. */
static int socket_of_systemd(const char *path, int type)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int descriptor = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	assert_true(descriptor >= 0);
	strcpy(address.sun_path, path);
	unlink(path);
	assert_int_equal(bind(descriptor, (struct sockaddr *)&address, sizeof(address)), 0);
	return descriptor;
}

static void what_was_told_while_nobody_listened_is_heard_afterwards(void **state)
{
	struct fixture *fixture = *state;
	const struct updown_message message = { .version = UPDOWN_MESSAGE_VERSION, .up = 1 };
	_cleanup_(closep) int root = named_socket();
	int held = socket_of_systemd(fixture->path, SOCK_DGRAM);
	int descriptor;

	assert_int_equal(updown_socket_adopt(held, fixture->path), 0);
	updown_socket_free(fixture->updown);
	fixture->updown = NULL;
	say(fixture, root, &message, sizeof(message));
	assert_int_equal(fixture->told, 0);
	descriptor = dup(held);
	assert_int_equal(updown_socket_adopt(descriptor, fixture->path), 0);
	assert_int_equal(
		updown_socket_new(fixture->event, descriptor, &ops, fixture, &fixture->updown), 0);
	say(fixture, root, &message, sizeof(message));
	assert_int_equal(fixture->told, 2 * heard());
	assert_int_equal(fixture->refused, 2 * !heard());
	close(held);
}

static void a_socket_of_another_kind_or_path_is_not_taken_for_it(void **state)
{
	struct fixture *fixture = *state;
	_cleanup_(closep) int stream = socket_of_systemd(fixture->path, SOCK_SEQPACKET);
	_cleanup_(closep) int datagram = socket_of_systemd(fixture->path, SOCK_DGRAM);

	assert_int_equal(updown_socket_adopt(stream, fixture->path), -EPROTOTYPE);
	assert_int_equal(updown_socket_adopt(datagram, "/tmp/another"), -EPROTOTYPE);
	assert_int_equal(updown_socket_adopt(datagram, fixture->path), 0);
}

#define WITH_SOCKET(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_SOCKET(garbage_is_refused),
		WITH_SOCKET(updown_is_heard),
		WITH_SOCKET(who_asks_to_settle_is_answered),
		WITH_SOCKET(who_cannot_be_answered_is_heard_all_the_same),
		WITH_SOCKET(another_user_is_not_heard),
		WITH_SOCKET(what_was_told_while_nobody_listened_is_heard_afterwards),
		WITH_SOCKET(a_socket_of_another_kind_or_path_is_not_taken_for_it),
	};

	return cmocka_run_group_tests_name("updown_socket", tests, NULL, NULL);
}
