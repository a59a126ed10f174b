/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The stages, one after the other. I/O. */
#include "gateway/selftest.h"

#include "base/cleanup.h"
#include "gateway/held_signals.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>

static const selftest_stage_fn functions[] = {
	[SELFTEST_STAGE_GATEWAY] = selftest_gateway,
	[SELFTEST_STAGE_CLIENT] = selftest_client,
	[SELFTEST_STAGE_IKE] = selftest_ike,
	[SELFTEST_STAGE_IPSEC] = selftest_ipsec,
	[SELFTEST_STAGE_TUNNEL] = selftest_tunnel,
	[SELFTEST_STAGE_CALL] = selftest_call,
	[SELFTEST_STAGE_LOGIN] = selftest_login,
	[SELFTEST_STAGE_ADDRESS] = selftest_address,
	[SELFTEST_STAGE_PING] = selftest_ping,
	[SELFTEST_STAGE_LARGE_PING] = selftest_large_ping,
	[SELFTEST_STAGE_END] = selftest_end,
};

_Static_assert(ELEMENTS(functions) == SELFTEST_STAGE_COUNT_, "each stage has a function");

void selftest_warn(struct selftest *test, const char *remedy, const char *format, ...)
{
	struct selftest_cause *warning = &test->warnings[test->warning_count];
	va_list arguments;

	if (test->warning_count == SELFTEST_WARNINGS_MAX)
		return;
	test->warning_count++;
	snprintf(warning->remedy, sizeof(warning->remedy), "%s", remedy);
	va_start(arguments, format);
	vsnprintf(warning->cause, sizeof(warning->cause), format, arguments);
	va_end(arguments);
}

int selftest_fail(struct selftest *test, const char *what, int error)
{
	return selftest_cause_set(&test->cause, "", "%s: %s", what, strerror(-error));
}

/* They wait until somebody looks, whatever we do at the moment. */
static int hold_signals(struct selftest *test)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	sigset_t set;
	int r = held_signals_block(signals, ELEMENTS(signals), &set);

	if (r < 0)
		return r;
	test->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return test->signals < 0 ? -errno : 0;
}

static enum selftest_result result_of(int error)
{
	if (error == 0)
		return SELFTEST_DONE;
	return error == -EINTR ? SELFTEST_INTERRUPTED : SELFTEST_FAILED;
}

static int run_stage(struct selftest *test, enum selftest_stage stage)
{
	struct selftest_outcome *outcome = &test->outcomes[stage];
	uint64_t began = selftest_now_usec();
	char detail[sizeof(outcome->detail)] = "";
	int r = functions[stage](test, detail);

	outcome->usec = selftest_now_usec() - began;
	outcome->result = result_of(r);
	if (r == 0) {
		memcpy(outcome->detail, detail, sizeof(detail));
	} else {
		test->failed = stage;
		if (r != -EINTR)
			selftest_find_cause(test, stage);
	}
	test->told(test, stage);
	return r;
}

int selftest_run(struct selftest *test)
{
	char detail[sizeof(test->outcomes[0].detail)];
	int r = 0;

	test->began = (uint64_t)time(NULL);
	test->failed = SELFTEST_STAGE_COUNT_;
	test->lock = test->signals = test->udp = test->echo.socket = -1;
	r = hold_signals(test);
	if (r < 0)
		return r;
	for (int stage = 0; r == 0 && stage < SELFTEST_STAGE_COUNT_; stage++)
		r = run_stage(test, (enum selftest_stage)stage);
	if (r < 0 && test->failed != SELFTEST_STAGE_END)
		selftest_end(test, detail);
	return r == 0 || r == -EINTR ? r : -ECANCELED;
}

void selftest_done(struct selftest *test)
{
	selftest_dial_done(&test->dial);
	selftest_user_done(&test->user);
	closep(&test->signals);
	closep(&test->lock);
}
