/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The plugin's socket, with saregated played by the test, in a child process
 * where it must answer. SIGTERM is counted in place of pppd.
 */
#include "ppp-hooks/plugin_channel.h"
#include "tests/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t terminations;

static void count_termination(int signal)
{
	terminations++;
}

struct pair {
	int plugin;
	int gateway;
};

static struct pair open_pair(void)
{
	int sockets[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sockets), 0);
	signal(SIGTERM, count_termination);
	terminations = 0;
	return (struct pair){ sockets[0], sockets[1] };
}

static void close_pair(struct pair *pair)
{
	close(pair->plugin);
	if (pair->gateway >= 0)
		close(pair->gateway);
}

static struct plugin_authenticate question(void)
{
	return (struct plugin_authenticate){
		.header = { PLUGIN_MESSAGE_VERSION, PLUGIN_MESSAGE_AUTHENTICATE },
		.user_size = 5,
		.user = "alice",
	};
}

static struct plugin_verdict acceptance(void)
{
	return (struct plugin_verdict){
		.header = { PLUGIN_MESSAGE_VERSION, PLUGIN_MESSAGE_VERDICT },
		.accepted = 1,
		.authenticator = "0123456789ABCDEF0123456789ABCDEF01234567",
		.local_ipv4 = 0x0a590001,
		.peer_ipv4 = 0x0a59000a,
	};
}

static bool never(void)
{
	return false;
}

static bool always(void)
{
	return true;
}

/* The kernel's signal may take a moment, under valgrind a long one: 5 s at most. */
static bool is_terminated(void)
{
	const struct timespec moment = { .tv_nsec = 1000000 };

	for (int i = 0; i < 5000 && !terminations; i++)
		nanosleep(&moment, NULL);
	return terminations != 0;
}

/* Answers that wait in the socket are as good as ones that come: asks with these. */
static int ask_with_answer(struct pair *pair, const void *answer, size_t size,
			   struct plugin_verdict *ret_verdict)
{
	struct plugin_authenticate asked = question();

	if (size > 0)
		assert_int_equal(send(pair->gateway, answer, size, 0), size);
	return plugin_channel_ask(pair->plugin, &asked, 100, never, ret_verdict);
}

static void only_a_seqpacket_socket_is_taken(void **state)
{
	int stream[2];
	int pipes[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, stream), 0);
	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(plugin_channel_open(stream[0]), -EPROTOTYPE);
	assert_int_equal(plugin_channel_open(pipes[0]), -EPROTOTYPE);
	assert_int_equal(plugin_channel_open(-1), -EPROTOTYPE);
	for (int i = 0; i < 2; i++) {
		close(stream[i]);
		close(pipes[i]);
	}
}

static void descriptor_is_not_inherited_by_scripts(void **state)
{
	struct pair pair = open_pair();

	assert_int_equal(plugin_channel_open(pair.plugin), 0);
	assert_int_equal(fcntl(pair.plugin, F_GETFD), FD_CLOEXEC);
	close_pair(&pair);
}

static void end_that_is_gone_already_is_an_error(void **state)
{
	struct pair pair = open_pair();

	close(pair.gateway);
	pair.gateway = -1;
	assert_int_equal(plugin_channel_open(pair.plugin), -EPIPE);
	close_pair(&pair);
}

static void end_that_goes_terminates_the_process(void **state)
{
	struct pair pair = open_pair();

	assert_int_equal(plugin_channel_open(pair.plugin), 0);
	assert_int_equal(terminations, 0);
	close(pair.gateway);
	pair.gateway = -1;
	assert_true(is_terminated());
	close_pair(&pair);
}

static void unasked_message_terminates_the_process(void **state)
{
	struct pair pair = open_pair();

	assert_int_equal(plugin_channel_open(pair.plugin), 0);
	assert_int_equal(send(pair.gateway, "x", 1, 0), 1);
	assert_true(is_terminated());
	close_pair(&pair);
}

static void what_is_read_of_us_does_not_terminate(void **state)
{
	union plugin_message message = { .header = { PLUGIN_MESSAGE_VERSION,
						     PLUGIN_MESSAGE_DOWN } };
	struct pair pair = open_pair();
	char bytes[1024];

	assert_int_equal(plugin_channel_open(pair.plugin), 0);
	assert_int_equal(plugin_channel_tell(pair.plugin, &message), 0);
	assert_int_equal(recv(pair.gateway, bytes, sizeof(bytes), 0), sizeof(message.down));
	assert_int_equal(terminations, 0);
	close_pair(&pair);
}

static void telling_never_waits(void **state)
{
	union plugin_message message = { .header = { PLUGIN_MESSAGE_VERSION,
						     PLUGIN_MESSAGE_COUNTERS } };
	struct pair pair = open_pair();
	int r = 0;

	assert_int_equal(plugin_channel_open(pair.plugin), 0);
	for (int i = 0; i < 100000 && r == 0; i++)
		r = plugin_channel_tell(pair.plugin, &message);
	assert_int_equal(r, -EAGAIN);
	close_pair(&pair);
}

static void telling_nobody_raises_no_sigpipe(void **state)
{
	union plugin_message message = { .header = { PLUGIN_MESSAGE_VERSION,
						     PLUGIN_MESSAGE_DOWN } };
	struct pair pair = open_pair();

	assert_int_equal(plugin_channel_open(pair.plugin), 0);
	close(pair.gateway);
	pair.gateway = -1;
	assert_int_equal(plugin_channel_tell(pair.plugin, &message), -EPIPE);
	close_pair(&pair);
}

static void answer_is_the_verdict(void **state)
{
	struct plugin_authenticate asked = question();
	struct plugin_verdict sent = acceptance();
	struct plugin_verdict verdict = { .accepted = 0 };
	struct pair pair = open_pair();
	char bytes[1024];

	assert_int_equal(plugin_channel_open(pair.plugin), 0);
	assert_int_equal(ask_with_answer(&pair, &sent, sizeof(sent), &verdict), 0);
	assert_memory_equal(&verdict, &sent, sizeof(sent));
	assert_int_equal(recv(pair.gateway, bytes, sizeof(bytes), 0), sizeof(asked));
	assert_memory_equal(bytes, &asked, sizeof(asked));
	close_pair(&pair);
}

/* Answers only when asked, as saregated does. */
static void answer_once(int gateway)
{
	struct plugin_verdict answer = acceptance();
	char bytes[1024];

	if (recv(gateway, bytes, sizeof(bytes), 0) > 0 &&
	    send(gateway, &answer, sizeof(answer), 0) > 0)
		(void)!recv(gateway, bytes, sizeof(bytes), 0); /* until the other end closes */
	_exit(0);
}

static void verdict_that_was_asked_for_does_not_terminate(void **state)
{
	struct plugin_authenticate asked = question();
	struct plugin_verdict verdict;
	struct pair pair = open_pair();
	pid_t child;

	assert_int_equal(plugin_channel_open(pair.plugin), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		close(pair.plugin);
		answer_once(pair.gateway);
	}
	assert_int_equal(plugin_channel_ask(pair.plugin, &asked, 30000, never, &verdict), 0);
	assert_int_equal(terminations, 0);
	close_pair(&pair);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

static void answers_that_are_no_verdict_are_refused(void **state)
{
	union plugin_message bytes[2] = { { .verdict = acceptance() } };
	struct plugin_verdict verdict = { .accepted = 0 };
	struct pair pair = open_pair();

	assert_int_equal(plugin_channel_open(pair.plugin), 0);
	assert_int_equal(ask_with_answer(&pair, bytes, sizeof(verdict) - 1, &verdict), -EBADMSG);
	assert_int_equal(ask_with_answer(&pair, bytes, sizeof(verdict) + 1, &verdict), -EBADMSG);
	assert_int_equal(ask_with_answer(&pair, bytes, sizeof(bytes), &verdict), -EBADMSG);
	bytes[0].header.type = PLUGIN_MESSAGE_DOWN;
	assert_int_equal(ask_with_answer(&pair, bytes, sizeof(bytes[0].down), &verdict), -EBADMSG);
	assert_int_equal(verdict.accepted, 0);
	close_pair(&pair);
}

static void verdict_that_does_not_come_is_waited_for_no_longer_than_the_limit(void **state)
{
	struct plugin_verdict verdict;
	struct pair pair = open_pair();

	assert_int_equal(plugin_channel_open(pair.plugin), 0);
	assert_int_equal(ask_with_answer(&pair, NULL, 0, &verdict), -ETIMEDOUT);
	close_pair(&pair);
}

static void termination_ends_the_waiting(void **state)
{
	struct plugin_authenticate asked = question();
	struct plugin_verdict verdict;
	struct pair pair = open_pair();

	assert_int_equal(plugin_channel_open(pair.plugin), 0);
	assert_int_equal(plugin_channel_ask(pair.plugin, &asked, 1000000, always, &verdict),
			 -EINTR);
	close_pair(&pair);
}

static void end_that_goes_while_asked_is_an_error(void **state)
{
	struct plugin_authenticate asked = question();
	struct plugin_verdict verdict;
	struct pair pair = open_pair();
	int r;

	assert_int_equal(plugin_channel_open(pair.plugin), 0);
	shutdown(pair.gateway, SHUT_WR);
	assert_int_equal(plugin_channel_ask(pair.plugin, &asked, 100, never, &verdict), -EPIPE);
	close(pair.gateway);
	pair.gateway = -1;
	r = plugin_channel_ask(pair.plugin, &asked, 100, never, &verdict);
	assert_true(r == -EPIPE || r == -ECONNRESET); /* our first question was not read */
	close_pair(&pair);
}

static void end_that_goes_after_the_verdict_terminates_the_process(void **state)
{
	struct plugin_verdict sent = acceptance();
	struct plugin_verdict verdict;
	struct pair pair = open_pair();

	assert_int_equal(plugin_channel_open(pair.plugin), 0);
	assert_int_equal(ask_with_answer(&pair, &sent, sizeof(sent), &verdict), 0);
	terminations = 0;
	close(pair.gateway);
	pair.gateway = -1;
	assert_true(is_terminated());
	close_pair(&pair);
}

static void verdict_of_an_end_that_is_gone_since_does_not_count(void **state)
{
	struct plugin_authenticate asked = question();
	struct plugin_verdict sent = acceptance();
	struct plugin_verdict verdict = { .accepted = 0 };
	struct pair pair = open_pair();

	assert_int_equal(plugin_channel_open(pair.plugin), 0);
	assert_int_equal(send(pair.gateway, &sent, sizeof(sent), 0), sizeof(sent));
	shutdown(pair.gateway, SHUT_WR);
	assert_int_equal(plugin_channel_ask(pair.plugin, &asked, 100, never, &verdict), -EPIPE);
	assert_int_equal(verdict.accepted, 0);
	close_pair(&pair);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SENTENCE(only_a_seqpacket_socket_is_taken),
		SENTENCE(descriptor_is_not_inherited_by_scripts),
		SENTENCE(end_that_is_gone_already_is_an_error),
		SENTENCE(end_that_goes_terminates_the_process),
		SENTENCE(unasked_message_terminates_the_process),
		SENTENCE(what_is_read_of_us_does_not_terminate),
		SENTENCE(telling_never_waits),
		SENTENCE(telling_nobody_raises_no_sigpipe),
		SENTENCE(answer_is_the_verdict),
		SENTENCE(verdict_that_was_asked_for_does_not_terminate),
		SENTENCE(answers_that_are_no_verdict_are_refused),
		SENTENCE(verdict_that_does_not_come_is_waited_for_no_longer_than_the_limit),
		SENTENCE(termination_ends_the_waiting),
		SENTENCE(end_that_goes_while_asked_is_an_error),
		SENTENCE(end_that_goes_after_the_verdict_terminates_the_process),
		SENTENCE(verdict_of_an_end_that_is_gone_since_does_not_count),
	};

	return cmocka_run_group_tests_name("plugin_channel", tests, NULL, NULL);
}
