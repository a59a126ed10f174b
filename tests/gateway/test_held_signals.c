/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is held waits for who looks, and nothing else does. */
#include "gateway/held_signals.h"
#include "tests/unit.h"

#include <errno.h>
#include <sys/signalfd.h>
#include <unistd.h>

static void a_signal_that_is_held_is_read_instead_of_ending_us(void **state)
{
	static const int held[] = { SIGTERM, SIGHUP };
	struct signalfd_siginfo info;
	_cleanup_(closep) int signals = -1;
	sigset_t set;

	assert_int_equal(held_signals_block(held, ELEMENTS(held), &set), 0);
	assert_int_equal(sigismember(&set, SIGINT), 0);
	signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	raise(SIGHUP);
	assert_int_equal(read(signals, &info, sizeof(info)), sizeof(info));
	assert_int_equal(info.ssi_signo, SIGHUP);
}

static void a_closed_pipe_is_an_error_and_no_signal(void **state)
{
	int ends[2];

	assert_int_equal(held_signals_block(NULL, 0, NULL), 0);
	assert_int_equal(pipe(ends), 0);
	close(ends[0]);
	assert_int_equal(write(ends[1], "x", 1), -1);
	assert_int_equal(errno, EPIPE);
	close(ends[1]);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SENTENCE(a_signal_that_is_held_is_read_instead_of_ending_us),
		SENTENCE(a_closed_pipe_is_an_error_and_no_signal),
	};

	return cmocka_run_group_tests_name("held_signals", tests, NULL, NULL);
}
