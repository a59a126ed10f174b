/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What pluto and saregated tell of one client, put together: whose IPsec a trace
 * belongs to, and what each end means.
 */
#include "gateway/why.h"
#include "tests/unit.h"

#include <string.h>

#define SECOND UINT64_C(1000000)

static struct why *why;
static uint64_t now;

static int set_up(void **state)
{
	now = 1000 * SECOND;
	return why_new(&why);
}

static int tear_down(void **state)
{
	why_free(why);
	return 0;
}

static void pluto(const char *text)
{
	struct pluto_log_line line;

	assert_true(pluto_log_read(text, strlen(text), &line));
	assert_int_equal(why_take_pluto(why, now += SECOND, &line), 0);
}

/* A client whose IPsec is up; the gateway sends with @spi. */
static void ipsec_up(const char *identity, const char *spi, unsigned int state)
{
	char text[256];

	snprintf(text, sizeof(text),
		 "\"s\"[4] 203.0.113.11 #%u: responding to Main Mode from unknown peer "
		 "203.0.113.11:500",
		 state);
	pluto(text);
	snprintf(text, sizeof(text), "\"s\"[4] 203.0.113.11 #%u: Peer ID is ID_IPV4_ADDR: '%s'",
		 state, identity);
	pluto(text);
	snprintf(text, sizeof(text), "\"s\"[4] 203.0.113.11 #%u: IKE SA established {auth=X}",
		 state);
	pluto(text);
	snprintf(text, sizeof(text), "\"s\"[4] 203.0.113.11 #%u: the peer proposed: x", state);
	pluto(text);
	snprintf(text, sizeof(text),
		 "\"s\"[4] 203.0.113.11 #%u: IPsec SA established transport mode {ESPinUDP=>0x%s "
		 "<0x2 xfrm=A}",
		 state + 1, spi);
	pluto(text);
}

struct told {
	enum client_event_kind kind;
	const char *text;
};

/* What saregated has of the client with this SPI and identity. */
static void saregated(const char *identity, uint32_t spi, const struct told *told, size_t count)
{
	struct client_trace trace = {
		.reference = 1,
		.outer = { { AF_INET, { 203, 0, 113, 11 } }, 4500 },
		.spi = spi,
		.ike_identity = identity,
		.user = "alice",
	};

	for (size_t i = 0; i < count; i++)
		trace.events[trace.event_count++] =
			(struct client_event){ now += SECOND, told[i].kind, told[i].text };
	assert_int_equal(why_take_trace(why, &trace), 0);
}

#define SAREGATED(identity, spi, ...)                              \
	saregated(identity, spi, ((struct told[]){ __VA_ARGS__ }), \
		  ELEMENTS(((struct told[]){ __VA_ARGS__ })))
#define TUNNEL                                   \
	{                                        \
		CLIENT_EVENT_TUNNEL, "\"phone\"" \
	}
#define PPP                                   \
	{                                     \
		CLIENT_EVENT_PPP, "session 1" \
	}
#define ACCEPTED                                              \
	{                                                     \
		CLIENT_EVENT_LOGIN_ACCEPTED, "user \"alice\"" \
	}
#define UP                                            \
	{                                             \
		CLIENT_EVENT_UP, "address 10.89.0.10" \
	}

static void judged(enum why_stage stage, bool failed, const char *cause, const char *remedy)
{
	struct why_verdict verdict;

	why_judge(why_attempt(why, why_count(why) - 1), &verdict);
	if (verdict.stage != stage || verdict.failed != failed || !strstr(verdict.cause, cause) ||
	    !strstr(verdict.remedy, remedy))
		fail_msg("%s: %s: %s: %s", why_stage_text(verdict.stage),
			 verdict.failed ? "failed" : "good", verdict.cause, verdict.remedy);
}

/* ---- whose it is ------------------------------------------------------------------- */

static void a_trace_belongs_to_the_attempt_that_has_its_spi(void **state)
{
	ipsec_up("192.168.1.101", "a", 1);
	ipsec_up("192.168.1.101", "b", 3);
	SAREGATED("192.168.1.101", 0xa, TUNNEL, PPP, ACCEPTED, UP);
	assert_int_equal(why_count(why), 2);
	assert_string_equal(why_attempt(why, 0)->user, "alice");
	assert_string_equal(why_attempt(why, 1)->user, "");
}

static void a_trace_whose_spi_is_gone_belongs_to_the_last_of_its_identity(void **state)
{
	ipsec_up("192.168.1.101", "a", 1);
	ipsec_up("192.168.1.102", "b", 3);
	SAREGATED("192.168.1.101", 0xffff, TUNNEL);
	assert_string_equal(why_attempt(why, 0)->user, "alice");
}

static void a_trace_of_which_pluto_tells_nothing_stands_alone(void **state)
{
	SAREGATED("192.168.1.101", 0xa, TUNNEL, PPP, ACCEPTED, UP);
	assert_int_equal(why_count(why), 1);
	judged(WHY_STAGE_SESSION, false, "it is connected", "");
}

static void steps_of_both_stand_in_the_order_of_time(void **state)
{
	const struct why_attempt *attempt;

	ipsec_up("192.168.1.101", "a", 1);
	SAREGATED("192.168.1.101", 0xa, TUNNEL, PPP);
	attempt = why_attempt(why, 0);
	for (size_t i = 1; i < attempt->step_count; i++)
		assert_true(attempt->steps[i - 1].usec <= attempt->steps[i].usec);
	assert_int_equal(attempt->steps[attempt->step_count - 1].stage, WHY_STAGE_PPP);
}

static void a_restarted_pluto_counts_anew(void **state)
{
	ipsec_up("192.168.1.101", "a", 1);
	pluto("Pluto is shutting down");
	ipsec_up("192.168.1.102", "b", 1);
	assert_int_equal(why_count(why), 2);
	assert_string_equal(why_attempt(why, 0)->identity, "192.168.1.101");
	assert_string_equal(why_attempt(why, 1)->identity, "192.168.1.102");
}

/* ---- what it means ------------------------------------------------------------------ */

static void each_refused_log_in_has_its_remedy(void **state)
{
	static const struct {
		const char *said, *cause, *remedy;
	} cases[] = {
		{ "wrong password", "the password is wrong", "type it again" },
		{ "unknown user", "no user of that name", "saregate user add" },
		{ "held back: too many", "not even looked at", "saregate unblock" },
		{ "the user is disabled", "the user is disabled", "saregate user enable" },
		{ "the user has expired", "the user has expired", "saregate user set" },
		{ "the user has as many sessions as allowed", "as many sessions", "session kill" },
		{ "the address pool is exhausted: enlarge [ppp] pool",
		  "no inner address is free (the address pool is exhausted: enlarge [ppp] pool)",
		  "saregate reload" },
		{ "the user's address pool does not exist: there is no [pool guests]",
		  "there is no [pool guests]", "saregate user set" },
		{ "something new", "something new", "journalctl" },
	};

	for (size_t i = 0; i < ELEMENTS(cases); i++) {
		SAREGATED("192.168.1.101", 0, TUNNEL, PPP,
			  { CLIENT_EVENT_LOGIN_REFUSED, cases[i].said },
			  { CLIENT_EVENT_FAILED, cases[i].said },
			  { CLIENT_EVENT_TUNNEL_CLOSED, "closed by the client" });
		judged(WHY_STAGE_LOGIN, true, cases[i].cause, cases[i].remedy);
	}
}

static void a_client_that_never_logs_in_has_no_mschapv2(void **state)
{
	SAREGATED("192.168.1.101", 0, TUNNEL, PPP,
		  { CLIENT_EVENT_FAILED, "the client did not log in" });
	judged(WHY_STAGE_PPP, true, "MS-CHAPv2", "switch MS-CHAPv2 on");
}

static void each_end_of_a_session_says_whose_it_was(void **state)
{
	static const struct {
		const char *said;
		bool failed;
		const char *cause;
	} cases[] = {
		{ "ended by the administrator: maintenance", false, "maintenance" },
		{ "ended by the gateway: user deleted", false, "user deleted" },
		{ "the client hung up", false, "hung up" },
		{ "the client no longer answers", true, "went silent" },
		{ "the session's time is over", false, "as long as the limit says" },
		{ "idle", false, "idle" },
		{ "its IPsec SA has gone", true, "IPsec ended below it" },
	};

	for (size_t i = 0; i < ELEMENTS(cases); i++) {
		SAREGATED("192.168.1.101", 0, TUNNEL, PPP, ACCEPTED, UP,
			  { CLIENT_EVENT_TRAFFIC, "1 bytes in" },
			  { CLIENT_EVENT_ENDED, cases[i].said });
		judged(WHY_STAGE_SESSION, cases[i].failed, cases[i].cause, "");
	}
}

static void a_second_call_is_judged_without_the_first(void **state)
{
	SAREGATED("192.168.1.101", 0, TUNNEL, PPP, { CLIENT_EVENT_LOGIN_REFUSED, "wrong password" },
		  { CLIENT_EVENT_FAILED, "wrong password" },
		  { CLIENT_EVENT_TUNNEL_CLOSED, "closed by the client" }, TUNNEL, PPP, ACCEPTED,
		  UP);
	judged(WHY_STAGE_SESSION, false, "it is connected", "");
}

static void a_tunnel_that_cannot_be_opened_is_told(void **state)
{
	ipsec_up("192.168.1.101", "a", 1);
	SAREGATED("192.168.1.101", 0xa, { CLIENT_EVENT_TUNNEL_FAILED, "Out of memory" });
	judged(WHY_STAGE_L2TP, true, "Out of memory", "saregate doctor");
}

static void a_call_that_is_refused_is_told(void **state)
{
	SAREGATED("192.168.1.101", 0, TUNNEL,
		  { CLIENT_EVENT_CALL_REFUSED, "inner isolation is not loaded" });
	judged(WHY_STAGE_L2TP, true, "serves nobody", "saregate-guard");
}

static void text_that_could_harm_a_terminal_is_left_out(void **state)
{
	SAREGATED("\x1b[31m", 0, TUNNEL, { CLIENT_EVENT_PPP, "\x1b[31m" });
	assert_int_equal(why_attempt(why, 0)->step_count, 1);
	assert_string_equal(why_attempt(why, 0)->identity, "?[31m");
}

/* ---- bounds -------------------------------------------------------------------------- */

static void more_attempts_than_are_kept_push_out_the_oldest(void **state)
{
	char text[128];

	for (unsigned int i = 1; i <= WHY_ATTEMPTS_MAX + 10; i++) {
		snprintf(text, sizeof(text),
			 "\"s\"[4] 203.0.113.11 #%u: responding to Main Mode from unknown peer "
			 "203.0.113.11:500",
			 i);
		pluto(text);
	}
	assert_int_equal(why_count(why), WHY_ATTEMPTS_MAX);
	assert_int_equal(why_attempt(why, 0)->states[0], 11);
}

static void of_too_many_steps_the_beginning_and_the_end_are_kept(void **state)
{
	const struct why_attempt *attempt;
	char text[128];

	pluto("\"s\"[4] 203.0.113.11 #1: responding to Main Mode from unknown peer "
	      "203.0.113.11:500");
	for (unsigned int i = 0; i < 3 * WHY_STEPS_MAX; i++) {
		snprintf(text, sizeof(text),
			 "\"s\"[4] 203.0.113.11 #1: OAKLEY_GROUP %u not supported", 100 + i);
		pluto(text);
	}
	attempt = why_attempt(why, 0);
	assert_int_equal(attempt->step_count, WHY_STEPS_MAX);
	assert_non_null(strstr(attempt->steps[0].text, "begins"));
	assert_non_null(strstr(attempt->steps[WHY_STEPS_MAX - 1].text, "group 219"));
}

#define BEHAVIOUR(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BEHAVIOUR(a_trace_belongs_to_the_attempt_that_has_its_spi),
		BEHAVIOUR(a_trace_whose_spi_is_gone_belongs_to_the_last_of_its_identity),
		BEHAVIOUR(a_trace_of_which_pluto_tells_nothing_stands_alone),
		BEHAVIOUR(steps_of_both_stand_in_the_order_of_time),
		BEHAVIOUR(a_restarted_pluto_counts_anew),
		BEHAVIOUR(each_refused_log_in_has_its_remedy),
		BEHAVIOUR(a_client_that_never_logs_in_has_no_mschapv2),
		BEHAVIOUR(each_end_of_a_session_says_whose_it_was),
		BEHAVIOUR(a_second_call_is_judged_without_the_first),
		BEHAVIOUR(a_tunnel_that_cannot_be_opened_is_told),
		BEHAVIOUR(a_call_that_is_refused_is_told),
		BEHAVIOUR(text_that_could_harm_a_terminal_is_left_out),
		BEHAVIOUR(more_attempts_than_are_kept_push_out_the_oldest),
		BEHAVIOUR(of_too_many_steps_the_beginning_and_the_end_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
