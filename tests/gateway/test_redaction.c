/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/redaction.h"

#include "tests/unit.h"

#include <string.h>

static void assert_redacted(struct redaction *redaction, enum redaction_text_kind kind,
			    const char *text, const char *wanted)
{
	_cleanup_(freep) char *redacted = NULL;

	assert_int_equal(redaction_text(redaction, kind, text, &redacted), 0);
	assert_string_equal(redacted, wanted);
}

static void assert_configuration(const char *text, const char *wanted)
{
	_cleanup_(redaction_freep) struct redaction *redaction = NULL;

	assert_int_equal(redaction_new(false, &redaction), 0);
	assert_redacted(redaction, REDACTION_TEXT_CONFIGURATION, text, wanted);
}

static void keys_of_the_kernel_go_and_spis_stay(void **state)
{
	assert_configuration("\tproto esp spi 0x41d74fe9(1104629737) reqid 16397(0x0000400d)\n"
			     "\tauth-trunc hmac(sha1) 0xa23867cb3b1b8b5b8664f346402516365d0a8939 "
			     "(160 bits) 96\n",
			     "\tproto esp spi 0x41d74fe9(1104629737) reqid 16397(0x0000400d)\n"
			     "\tauth-trunc hmac(sha1) [key] (160 bits) 96\n");
	assert_configuration("<0123456789abcdef0123456789abcdef>", "<[key]>");
}

static void what_follows_the_name_of_a_secret_goes(void **state)
{
	assert_configuration(": PSK \"open sesame\"\n", ": PSK [secret]\n");
	assert_configuration("password=hunter2 x", "password=[secret] x");
	assert_configuration("Secret: hunter2, x", "Secret: [secret], x");
	assert_configuration("\tauthby=secret\n", "\tauthby=secret\n");
	assert_configuration("the password of it", "the password of it");
	assert_configuration("PSK \"never closed\nnext", "PSK [secret]\nnext");
}

static void a_secret_that_is_known_goes_wherever_it_stands(void **state)
{
	_cleanup_(redaction_freep) struct redaction *redaction = NULL;

	assert_int_equal(redaction_new(true, &redaction), 0);
	assert_int_equal(redaction_hide(redaction, "abcd-efgh"), 0);
	assert_int_equal(redaction_hide(redaction, "xy"), 0);
	assert_redacted(redaction, REDACTION_TEXT_LOG, "xabcd-efghx xy", "x[secret]x xy");
}

static void an_address_has_one_pseudonym_that_says_its_kind(void **state)
{
	assert_configuration("203.0.113.11:4500 10.89.0.10-10.89.3.250 203.0.113.11/24\n",
			     "public-address-1:4500 private-address-1-private-address-2 "
			     "public-address-1/24\n");
	assert_configuration("[2001:db8::1]:UDP/500 2001:DB8::1, fe80::1",
			     "[ipv6-address-1]:UDP/500 ipv6-address-1, ipv6-address-2");
	assert_configuration("link 52:54:00:12:34:56 x", "link [mac] x");
}

static void what_only_looks_like_an_address_stays(void **state)
{
	assert_configuration("0.0.0.0/0 ::/0 127.0.0.1 ::1", "0.0.0.0/0 ::/0 127.0.0.1 ::1");
	assert_configuration("17:23:53 4.10-2+deb12u1 v1.2.3 6.1.0-40-amd64 00:",
			     "17:23:53 4.10-2+deb12u1 v1.2.3 6.1.0-40-amd64 00:");
}

static void what_a_stranger_said_in_a_log_is_a_name_from_then_on(void **state)
{
	_cleanup_(redaction_freep) struct redaction *redaction = NULL;

	assert_int_equal(redaction_new(false, &redaction), 0);
	assert_int_equal(redaction_name(redaction, "saregate-192.0.2.1", "connection"), 0);
	assert_redacted(redaction, REDACTION_TEXT_LOG,
			"user \"alice\" \"saregate-192.0.2.1\"[1] @laptop bob@example.org alice\n",
			"user \"name-1\" \"connection-1\"[1] identity-1 identity-2 name-1\n");
	assert_redacted(redaction, REDACTION_TEXT_CONFIGURATION, "iifname \"sg*\" alices",
			"iifname \"sg*\" alices");
}

static void with_names_only_secrets_go(void **state)
{
	_cleanup_(redaction_freep) struct redaction *redaction = NULL;

	assert_int_equal(redaction_new(true, &redaction), 0);
	assert_redacted(redaction, REDACTION_TEXT_LOG, "\"alice\" 203.0.113.1 psk=x",
			"\"alice\" 203.0.113.1 psk=[secret]");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SENTENCE(keys_of_the_kernel_go_and_spis_stay),
		SENTENCE(what_follows_the_name_of_a_secret_goes),
		SENTENCE(a_secret_that_is_known_goes_wherever_it_stands),
		SENTENCE(an_address_has_one_pseudonym_that_says_its_kind),
		SENTENCE(what_only_looks_like_an_address_stays),
		SENTENCE(what_a_stranger_said_in_a_log_is_a_name_from_then_on),
		SENTENCE(with_names_only_secrets_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
