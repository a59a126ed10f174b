/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pppd's arguments, word by word: a change of one is a decision. */
#include "ppp-hooks/pppd_arguments.h"
#include "tests/unit.h"

#include <errno.h>
#include <string.h>

static const struct launcher_start start = {
	.header = { LAUNCHER_MESSAGE_VERSION, LAUNCHER_MESSAGE_START },
	.call_id = 4711,
	.unit = 7,
	.mtu = 1280,
	.mru = 1290,
	.lcp_echo_interval_seconds = 30,
	.lcp_echo_failures = 4,
};

static const char *const expected[] = {
	"pppd",
	"nodetach",
	"plugin",
	"pppol2tp.so",
	"pppol2tp",
	"3",
	"plugin",
	"/usr/lib/pppd/2.4.9/saregate.so",
	"saregate-descriptor",
	"4",
	"ifname",
	"sg7",
	"name",
	"saregate",
	"auth",
	"require-mschap-v2",
	"refuse-pap",
	"refuse-chap",
	"refuse-mschap",
	"refuse-mschap-v2",
	"refuse-eap",
	"chap-interval",
	"0",
	"hide-password",
	"noccp",
	"novj",
	"novjccomp",
	"noaccomp",
	"nopcomp",
	"noipdefault",
	"nodefaultroute",
	"nodefaultroute6",
	"noproxyarp",
	"idle",
	"0",
	"maxconnect",
	"0",
	"maxfail",
	"1",
	"nopersist",
	"lcp-max-terminate",
	"1",
	"ip-up-script",
	"/nonexistent/ip-up",
	"ip-down-script",
	"/nonexistent/ip-down",
	"noipv6",
	"mtu",
	"1280",
	"mru",
	"1290",
	"lcp-echo-interval",
	"30",
	"lcp-echo-failure",
	"4",
	"nologfd",
};

static void build(const struct launcher_start *request, bool log_to_stderr,
		  struct pppd_arguments *arguments)
{
	assert_int_equal(pppd_arguments_build(request, "/usr/lib/pppd/2.4.9/saregate.so",
					      log_to_stderr, arguments),
			 0);
	assert_null(arguments->argv[arguments->count]);
}

static void path_that_does_not_fit_is_refused(void **state)
{
	static struct pppd_arguments arguments;
	static char path[PPPD_ARGUMENTS_TEXT + 1];

	for (size_t size = 0; size < sizeof(path); size++) {
		int r;

		memset(path, 'x', size);
		path[size] = '\0';
		memset(&arguments, 0xaa, sizeof(arguments));
		r = pppd_arguments_build(&start, path, false, &arguments);
		assert_true(r == 0 || r == -ENAMETOOLONG);
		assert_int_equal(r == 0, size < 1500 || arguments.count == ELEMENTS(expected));
		assert_in_range(arguments.text_used, 1, sizeof(arguments.text));
		assert_null(arguments.argv[arguments.count]);
	}
	assert_int_equal(pppd_arguments_build(&start, path, false, &arguments), -ENAMETOOLONG);
}

static void arguments_are_these_and_no_others(void **state)
{
	static struct pppd_arguments arguments;

	build(&start, false, &arguments);
	assert_int_equal(arguments.count, ELEMENTS(expected));
	for (size_t i = 0; i < ELEMENTS(expected); i++)
		assert_string_equal(arguments.argv[i], expected[i]);
}

static void a_terminal_is_a_line_without_modem_and_without_pppol2tp(void **state)
{
	static const char *const line[] = {
		"pppd", "nodetach", "local", "nocrtscts", "nolock", "asyncmap", "0", "receive-all",
	};
	static struct pppd_arguments arguments;
	struct launcher_start request = start;
	const size_t same = 6; /* where the plugin of ours begins in @expected */

	request.channel = LAUNCHER_CHANNEL_TTY;
	build(&request, false, &arguments);
	assert_int_equal(arguments.count, ELEMENTS(line) + ELEMENTS(expected) - same);
	for (size_t i = 0; i < ELEMENTS(line); i++)
		assert_string_equal(arguments.argv[i], line[i]);
	for (size_t i = same; i < ELEMENTS(expected); i++)
		assert_string_equal(arguments.argv[ELEMENTS(line) + i - same], expected[i]);
}

static void ipv6_is_another_word_in_the_same_place(void **state)
{
	static struct pppd_arguments arguments;
	struct launcher_start request = start;

	request.ipv6 = 1;
	build(&request, false, &arguments);
	assert_int_equal(arguments.count, ELEMENTS(expected));
	for (size_t i = 0; i < ELEMENTS(expected); i++)
		assert_string_equal(arguments.argv[i],
				    strcmp(expected[i], "noipv6") == 0 ? "+ipv6" : expected[i]);
}

static void log_goes_to_stderr_where_there_is_no_syslog(void **state)
{
	static struct pppd_arguments arguments;

	build(&start, true, &arguments);
	assert_int_equal(arguments.count, ELEMENTS(expected) + 1);
	assert_string_equal(arguments.argv[arguments.count - 2], "logfd");
	assert_string_equal(arguments.argv[arguments.count - 1], "2");
}

static void debug_is_one_more_word(void **state)
{
	static struct pppd_arguments arguments;
	struct launcher_start request = start;

	request.debug = 1;
	build(&request, false, &arguments);
	assert_int_equal(arguments.count, ELEMENTS(expected) + 1);
	assert_string_equal(arguments.argv[arguments.count - 2], "debug");
}

static void largest_numbers_fit(void **state)
{
	static struct pppd_arguments arguments;
	struct launcher_start request = start;

	request.unit = LAUNCHER_UNIT_MAXIMUM;
	request.mtu = UINT32_MAX;
	request.lcp_echo_interval_seconds = UINT32_MAX;
	build(&request, true, &arguments);
	assert_string_equal(arguments.argv[11], "sg99999999");
	assert_in_range(strlen(arguments.argv[11]), 1, 15); /* IFNAMSIZ */
	assert_string_equal(arguments.argv[48], "4294967295");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SENTENCE(path_that_does_not_fit_is_refused),
		SENTENCE(arguments_are_these_and_no_others),
		SENTENCE(a_terminal_is_a_line_without_modem_and_without_pppol2tp),
		SENTENCE(ipv6_is_another_word_in_the_same_place),
		SENTENCE(log_goes_to_stderr_where_there_is_no_syslog),
		SENTENCE(debug_is_one_more_word),
		SENTENCE(largest_numbers_fit),
	};

	return cmocka_run_group_tests_name("pppd_arguments", tests, NULL, NULL);
}
