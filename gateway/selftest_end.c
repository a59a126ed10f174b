/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hanging up as a client does, and what is left after it. I/O. */
#include "gateway/selftest.h"

#include "base/cleanup.h"

#include <errno.h>
#include <net/if.h>
#include <signal.h>
#include <string.h>

#define PPPD_SEC    10
#define HANG_UP_SEC 10
#define PLUTO_SEC   20
#define GATEWAY_SEC 20

static bool pppd_is_over(const struct selftest *test)
{
	return test->pppd.is_over;
}

static bool pluto_is_over(const struct selftest *test)
{
	return test->pluto.is_over;
}

static bool has_hung_up(const struct selftest *test)
{
	return test->dial.state == SELFTEST_DIAL_ENDED;
}

static bool gateway_is_rid_of_session(const struct selftest *test)
{
	char error[CONTROL_ERROR_MAX];

	return selftest_user_is_on(&test->user, error) != 1;
}

static bool gateway_is_rid_of_sa(const struct selftest *test)
{
	(void)test;
	return !selftest_has_sa();
}

static bool cable_is_gone(const struct selftest *test)
{
	(void)test;
	return if_nametoindex(SELFTEST_INTERFACE) == 0;
}

/* ---- the client's side ---------------------------------------------------------------- */

static void end_pppd(struct selftest *test)
{
	selftest_echo_close(&test->echo);
	if (test->pppd.pid == 0 || test->pppd.is_over)
		return;
	kill(test->pppd.pid, SIGTERM);
	selftest_wait(test, PPPD_SEC, pppd_is_over);
}

static void end_call(struct selftest *test)
{
	if (test->udp < 0)
		return;
	if (selftest_dial_hang_up(&test->dial, selftest_now_usec()) == 0)
		selftest_wait(test, HANG_UP_SEC, has_hung_up);
	if (test->session)
		test->path->session_free(test->session);
	if (test->tunnel)
		test->path->tunnel_free(test->tunnel);
	test->session = NULL;
	test->tunnel = NULL;
	close(test->udp);
	test->udp = -1;
}

/* It says goodbye to each SA. */
static void end_pluto(struct selftest *test)
{
	static const char *const shutdown[] = { "ipsec", "whack", "--shutdown", NULL };

	if (test->pluto.pid == 0 || test->pluto.is_over)
		return;
	if (selftest_start(test, &test->whack, shutdown, -1, false) == 0)
		selftest_wait(test, PLUTO_SEC, pluto_is_over);
}

static void end_client(struct selftest *test)
{
	if (!test->room)
		return;
	end_pppd(test);
	end_call(test);
	end_pluto(test);
}

/* ---- the gateway's side ------------------------------------------------------------------ */

/* The first thing that is left counts, and all is removed. */
static void complain(struct selftest_cause *cause, const char *what, const char *remedy)
{
	if (!cause->cause[0])
		selftest_cause_set(cause, remedy, "%s", what);
}

static void end_session(struct selftest *test, struct selftest_cause *cause)
{
	if (test->user.is_added && selftest_wait(test, GATEWAY_SEC, gateway_is_rid_of_session) < 0)
		complain(cause, "saregated still had the session, and was told to end it",
			 "saregate session list; journalctl -t saregated");
	if (test->pluto.pid == 0)
		return;
	if (selftest_wait(test, GATEWAY_SEC, gateway_is_rid_of_sa) < 0)
		complain(cause, "pluto still had an IPsec SA, and was told to forget it",
			 "ip xfrm state; journalctl -u ipsec");
	/* After a failure there are states that have got no SA yet. */
	if (cause->cause[0] || test->failed != SELFTEST_STAGE_COUNT_)
		selftest_forget_states();
}

static void end_user(struct selftest *test, struct selftest_cause *cause)
{
	char error[CONTROL_ERROR_MAX], what[640], remedy[64];

	if (selftest_user_delete(&test->user, error) >= 0)
		return;
	snprintf(what, sizeof(what), "user %s is not deleted: %s", test->user.name, error);
	snprintf(remedy, sizeof(remedy), "saregate user del %s", test->user.name);
	complain(cause, what, remedy);
}

static void end_cable(struct selftest *test, struct selftest_cause *cause)
{
	if (!test->room)
		return;
	selftest_remove_cable();
	selftest_room_free(TAKE_PTR(test->room));
	if (selftest_wait(test, GATEWAY_SEC, cable_is_gone) < 0)
		complain(cause, "the interface " SELFTEST_INTERFACE " is still there",
			 "ip link delete " SELFTEST_INTERFACE);
}

int selftest_end(struct selftest *test, char ret_detail[160])
{
	struct selftest_cause cause = { 0 };

	test->is_ending = true;
	end_client(test);
	end_session(test, &cause);
	end_cable(test, &cause);
	end_user(test, &cause);
	snprintf(ret_detail, 160, "the client has hung up, and nothing is left of it");
	if (!cause.cause[0])
		return 0;
	if (test->failed == SELFTEST_STAGE_COUNT_) {
		test->cause = cause;
		return -ECANCELED;
	}
	selftest_warn(test, cause.remedy, "%s", cause.cause);
	return 0;
}
