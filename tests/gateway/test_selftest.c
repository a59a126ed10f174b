/* SPDX-License-Identifier: GPL-2.0-or-later */
/* selftest: its client's files, what it reads of whack and pppd, and what it says. */
#include "gateway/selftest_progress.h"
#include "gateway/selftest_text.h"
#include "tests/unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- texts ------------------------------------------------------------------------- */

static bool has_line(const char *text, const char *line)
{
	for (const char *found = text; (found = strstr(found, line)); found++)
		if ((found == text || found[-1] == '\n') && found[strlen(line)] == '\n')
			return true;
	return false;
}

static void the_connection_calls_the_gateway_from_the_piece_for_tests(void **state)
{
	_cleanup_(freep) char *text = NULL;

	(void)state;
	assert_int_equal(selftest_text_connection("203.0.113.1", "198.51.100.7", &text), 0);
	assert_true(has_line(text, "config setup"));
	assert_true(has_line(text, "\tikev1-policy=accept"));
	assert_true(has_line(text, "\tleft=198.18.255.254"));
	assert_true(has_line(text, "\tright=203.0.113.1"));
	assert_true(has_line(text, "\trightid=198.51.100.7"));
	assert_true(has_line(text, "\tencapsulation=yes"));
	assert_true(has_line(text, "\tleftupdown=%disabled"));
}

static void the_key_is_for_the_gateways_identity(void **state)
{
	_cleanup_(freep) char *text = NULL;

	(void)state;
	assert_int_equal(selftest_text_secrets("198.51.100.7", "abcd-efgh", &text), 0);
	assert_string_equal(text, "%any 198.51.100.7 : PSK \"abcd-efgh\"\n");
}

static void the_password_is_for_any_server(void **state)
{
	_cleanup_(freep) char *text = NULL;

	(void)state;
	assert_int_equal(selftest_text_chap_secrets("selftest-x", "pass", &text), 0);
	assert_string_equal(text, "\"selftest-x\" * \"pass\" *\n");
}

static void only_name_and_comment_together_make_a_user_ours(void **state)
{
	static const struct {
		const char *name, *comment;
		bool own;
	} rows[] = {
		{ "selftest-abcd-efgh-jkmn", SELFTEST_COMMENT, true },
		{ "selftest-abcd-efgh-jkmn", "", false },
		{ "selftest-abcd-efgh-jkmn", "made by hand", false },
		{ "selftest-abcd-efgh-jkmn", SELFTEST_COMMENT ".", false },
		{ "selftest-abcd-efgh-jkm", SELFTEST_COMMENT, false },
		{ "selftest-abcd-efgh-jkmnp", SELFTEST_COMMENT, false },
		{ "selftest-abcd-efgh-jkml", SELFTEST_COMMENT, false },
		{ "selftest-abcdefgh--jkmn", SELFTEST_COMMENT, false },
		{ "selftest-", SELFTEST_COMMENT, false },
		{ "selftest", SELFTEST_COMMENT, false },
		{ "xselftest-abcd-efgh-jkmn", SELFTEST_COMMENT, false },
		{ "", SELFTEST_COMMENT, false },
	};

	(void)state;
	for (size_t i = 0; i < ELEMENTS(rows); i++)
		assert_int_equal(selftest_is_own_user(rows[i].name, rows[i].comment), rows[i].own);
}

static void states_of_the_client_are_found_and_no_others(void **state)
{
	static const char states[] =
		"000 #1: \"saregate-203.0.113.1\"[1] 203.0.113.11:4500 STATE_MAIN_R3 (sent MR3)\n"
		"000 #12: \"saregate-203.0.113.1\"[2] 198.18.255.254:4500 STATE_QUICK_R2\n"
		"000 #12: \"saregate-203.0.113.1\"[2] 198.18.255.25 esp.1@198.18.255.2\n"
		"#13: \"saregate-203.0.113.1\"[3] 198.18.255.254:UDP/4500 STATE_MAIN_R1\n"
		"000 #14: \"saregate-203.0.113.1\"[4] 198.18.255.2541:4500 STATE_MAIN_R1\n"
		"000 #x: \"a\"[5] 198.18.255.254:4500\n"
		"000 #0: \"a\"[5] 198.18.255.254:4500\n"
		"#15: \"saregate-203.0.113.1\"[2] 198.18.255.254";
	const char *position = states;

	(void)state;
	assert_int_equal(selftest_text_find_state(&position), 12);
	assert_int_equal(selftest_text_find_state(&position), 13);
	assert_int_equal(selftest_text_find_state(&position), 15);
	assert_int_equal(selftest_text_find_state(&position), 0);
	assert_int_equal(selftest_text_find_state(&position), 0);
}

/* ---- IKE ----------------------------------------------------------------------------- */

static struct selftest_ike ike_of(const char *const lines[])
{
	struct selftest_ike ike = { 0 };

	for (; *lines; lines++)
		selftest_ike_take(&ike, *lines);
	return ike;
}

static void whack_4_10_tells_how_far_ike_is(void **state)
{
	struct selftest_ike ike = { 0 };

	(void)state;
	selftest_ike_take(&ike, "002 \"selftest\" #1: initiating IKEv1 Main Mode connection");
	selftest_ike_take(&ike, "102 \"selftest\" #1: sent Main Mode request");
	assert_int_equal(ike.level, SELFTEST_IKE_ASKED);
	selftest_ike_take(&ike, "104 \"selftest\" #1: sent Main Mode I2");
	assert_int_equal(ike.level, SELFTEST_IKE_ANSWERED);
	selftest_ike_take(&ike, "106 \"selftest\" #1: sent Main Mode I3");
	assert_int_equal(ike.level, SELFTEST_IKE_PROVING);
	selftest_ike_take(&ike, "004 \"selftest\" #1: IKE SA established {auth=PRESHARED_KEY "
				"cipher=AES_CBC_256 integ=HMAC_SHA1 group=MODP2048}");
	assert_int_equal(ike.level, SELFTEST_IKE_UP);
	assert_false(ike.in_udp);
	selftest_ike_take(&ike, "004 \"selftest\" #2: IPsec SA established transport mode "
				"{ESPinUDP=>0x49c35546 <0x8ebe753b xfrm=AES_CBC_256-HMAC_SHA1_96}");
	assert_int_equal(ike.level, SELFTEST_IKE_IPSEC_UP);
	assert_true(ike.in_udp);
}

static void how_far_it_was_does_not_go_back(void **state)
{
	static const char *const lines[] = { "004 \"selftest\" #1: IKE SA established",
					     "106 \"selftest\" #1: STATE_MAIN_I3: repeated", NULL };
	struct selftest_ike ike = ike_of(lines);

	(void)state;
	assert_int_equal(ike.level, SELFTEST_IKE_UP);
}

static void the_last_line_is_fit_for_a_terminal(void **state)
{
	struct selftest_ike ike = { 0 };
	char line[400];

	(void)state;
	selftest_ike_take(&ike, "  a\x1b[31m\xff");
	assert_string_equal(ike.last, "a?[31m?");
	selftest_ike_take(&ike, "   ");
	assert_string_equal(ike.last, "a?[31m?");
	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	selftest_ike_take(&ike, line);
	assert_int_equal(strlen(ike.last), sizeof(ike.last) - 1);
}

static void a_wrong_key_is_sure(void **state)
{
	static const char *const lines[] = { "106 \"selftest\" #1: sent Main Mode I3",
					     "003 \"selftest\" #1: ignoring informational payload "
					     "PAYLOAD_MALFORMED",
					     NULL };
	struct selftest_ike ike = ike_of(lines);
	struct selftest_cause cause = { 0 };

	(void)state;
	assert_true(selftest_ike_explain(&ike, &cause));
	assert_non_null(strstr(cause.cause, "another pre-shared key"));
	assert_non_null(strstr(cause.cause, "/etc/ipsec.d/saregate.secrets"));
	assert_non_null(strstr(cause.remedy, "saregate reload"));
}

static void what_is_not_taken_is_sure(void **state)
{
	static const char *const lines[] = { "003 \"selftest\" #1: ignoring informational payload "
					     "NO_PROPOSAL_CHOSEN",
					     NULL };
	struct selftest_ike ike = ike_of(lines);
	struct selftest_cause cause = { 0 };

	(void)state;
	assert_true(selftest_ike_explain(&ike, &cause));
	assert_non_null(strstr(cause.cause, "no algorithm"));
}

static void silence_on_a_port_names_the_port(void **state)
{
	static const struct {
		struct selftest_ike ike;
		const char *cause;
	} rows[] = {
		{ { .level = SELFTEST_IKE_ASKED }, "nothing answers on UDP 500" },
		{ { .level = SELFTEST_IKE_ANSWERED }, "or pluto has another pre-shared key" },
		{ { .level = SELFTEST_IKE_PROVING }, "or pluto has another pre-shared key" },
		{ { .level = SELFTEST_IKE_PROVING, .is_unheard = true },
		  "hears nothing on UDP 4500" },
		{ { .level = SELFTEST_IKE_UP }, "no IPsec SA" },
	};
	struct selftest_cause cause;

	(void)state;
	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		assert_false(selftest_ike_explain(&rows[i].ike, &cause));
		assert_non_null(strstr(cause.cause, rows[i].cause));
		assert_true(cause.remedy[0]);
	}
}

/* ---- PPP ------------------------------------------------------------------------------- */

static void pppd_tells_of_log_in_and_addresses(void **state)
{
	struct selftest_ppp ppp = { 0 };

	(void)state;
	selftest_ppp_take(&ppp, "Using interface ppp0");
	selftest_ppp_take(&ppp, "Connect: ppp0 <--> ");
	assert_false(ppp.is_accepted);
	selftest_ppp_take(&ppp, "CHAP authentication succeeded: Access granted");
	assert_true(ppp.is_accepted);
	assert_string_equal(ppp.local, "");
	selftest_ppp_take(&ppp, "local  IP address 10.89.0.10");
	selftest_ppp_take(&ppp, "remote IP address 10.89.0.1");
	assert_string_equal(ppp.local, "10.89.0.10");
	assert_string_equal(ppp.remote, "10.89.0.1");
	assert_false(ppp.is_refused);
}

static void a_log_in_that_is_refused_is_no_other(void **state)
{
	struct selftest_ppp ppp = { 0 };

	(void)state;
	selftest_ppp_take(&ppp, "CHAP authentication failed: E=691 R=0");
	assert_true(ppp.is_refused);
	assert_false(ppp.is_accepted);
}

/* ---- stages ------------------------------------------------------------------------------ */

static void each_stage_has_name_cause_remedy_and_areas(void **state)
{
	struct selftest_cause cause;

	(void)state;
	for (int stage = 0; stage < SELFTEST_STAGE_COUNT_; stage++) {
		memset(&cause, 0, sizeof(cause));
		selftest_stage_explain((enum selftest_stage)stage, &cause);
		assert_true(cause.cause[0] && cause.remedy[0]);
		assert_non_null(selftest_stage_areas((enum selftest_stage)stage)[0]);
		for (int other = 0; other < stage; other++)
			assert_string_not_equal(selftest_stage_name((enum selftest_stage)stage),
						selftest_stage_name((enum selftest_stage)other));
	}
}

static void a_cause_that_is_too_long_is_cut(void **state)
{
	struct selftest_cause cause;
	char text[1000];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(selftest_cause_set(&cause, text, "%s", text), -ECANCELED);
	assert_int_equal(strlen(cause.cause), sizeof(cause.cause) - 1);
	assert_int_equal(strlen(cause.remedy), sizeof(cause.remedy) - 1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SENTENCE(the_connection_calls_the_gateway_from_the_piece_for_tests),
		SENTENCE(the_key_is_for_the_gateways_identity),
		SENTENCE(the_password_is_for_any_server),
		SENTENCE(only_name_and_comment_together_make_a_user_ours),
		SENTENCE(states_of_the_client_are_found_and_no_others),
		SENTENCE(whack_4_10_tells_how_far_ike_is),
		SENTENCE(how_far_it_was_does_not_go_back),
		SENTENCE(the_last_line_is_fit_for_a_terminal),
		SENTENCE(a_wrong_key_is_sure),
		SENTENCE(what_is_not_taken_is_sure),
		SENTENCE(silence_on_a_port_names_the_port),
		SENTENCE(pppd_tells_of_log_in_and_addresses),
		SENTENCE(a_log_in_that_is_refused_is_no_other),
		SENTENCE(each_stage_has_name_cause_remedy_and_areas),
		SENTENCE(a_cause_that_is_too_long_is_cut),
	};

	return cmocka_run_group_tests_name("selftest", tests, NULL, NULL);
}
