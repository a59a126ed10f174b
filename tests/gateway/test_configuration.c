/* SPDX-License-Identifier: GPL-2.0-or-later */
/* saregate.conf: every way to get it wrong, with the exact line; then what is right. */
#include "tests/gateway/configuration_fixture.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#define TEN(text)     text text text text text text text text text text
#define HUNDRED(text) TEN(TEN(text))

static void lines_that_are_no_configuration_are_refused(void **state)
{
	static const char neither[] = "2: neither 'key = value' nor '[section]' nor '# comment'";
	static const char own_line[] = "2: a section is '[name]' on a line of its own";
	static const struct bad_file files[] = {
		{ "[ppp]\nmtu 1280\n", neither },
		{ "[ppp]\nmtu", neither },
		{ "[ppp]\nmtu\nmtu = 5\nfoo\n", neither },
		{ "\n[ppp\nmtu = 1280\n", own_line },
		{ "\n[ppp] mtu = 1280\n", own_line },
		{ "\n  [ppp] x\n", own_line },
		{ "[ppp]\n# " HUNDRED("xx") "\n", "2: the line is longer than 198 bytes" },
		{ "#" HUNDRED("x") TEN("123456789") "12345678\n",
		  "1: the line is longer than 198 bytes" },
		{ "[users]\n\ndatabase = /" HUNDRED("xx"), "3: the line is longer than 198 bytes" },
		{ "\xef\xbb\xbf\xef\xbb\xbf[ppp] x\n",
		  "1: a byte order mark stands where the file begins, once" },
	};

	assert_all_refused(files, ELEMENTS(files));
}

static void unknown_sections_and_keys_are_refused_with_those_that_exist(void **state)
{
	static const char sections[] = "listen, ipsec, l2tp, data-path, ppp, pool NAME, login, "
				       "users, history, control, log";
	static const struct bad_file files[] = {
		{ "[lsiten]\n", "1: section \"lsiten\": unknown; allowed: %s" },
		{ "\n\n[PPP]\n", "3: section \"PPP\": unknown; allowed: %s" },
		{ "[]\n", "1: section \"\": unknown; allowed: %s" },
		{ "\xef\xbb\xbf[pp]\n", "1: section \"pp\": unknown; allowed: %s" },
		{ "\nmtu = 1280\n[ppp]\n",
		  "2: key \"mtu\": stands before any section; allowed: %s" },
	};
	static const struct bad_file keys[] = {
		{ "[listen]\nmtu = 1280\n",
		  "2: key \"mtu\": unknown in [listen]; allowed: address, port" },
		{ "[log]\nlevel = info\n = 3\n", "3: key \"\": unknown in [log]; allowed: level" },
		{ "[users]\n\xff\x01\" = 3\n",
		  "2: key \"\\xff\\x01\\\"\": unknown in [users]; allowed: database, "
		  "domain, realm, sessions-maximum, sessions-exceeded" },
		{ "[ppp]\nMTU = 1280\n", "2: key \"MTU\": unknown in [ppp]; allowed: pool, "
					 "ipv6-pool, local-address, dns, mtu, "
					 "lcp-echo-interval, lcp-echo-failures, debug" },
	};
	char error[256];

	for (size_t i = 0; i < ELEMENTS(files); i++) {
		size_t size = strlen(files[i].error) - strlen("%s");

		snprintf(error, sizeof(error), "%.*s%s", (int)size, files[i].error, sections);
		assert_refused(files[i].text, error);
	}
	assert_all_refused(keys, ELEMENTS(keys));
}

static void a_key_given_twice_is_refused_with_both_lines(void **state)
{
	assert_refused("[ppp]\nmtu = 1400\n[log]\n[ppp]\nmtu = 1400\n",
		       "5: mtu: given before, on line 2; allowed: once");
}

static void the_first_of_several_errors_is_told(void **state)
{
	static const struct bad_file files[] = {
		{ "[ppp]\nmtu = 5\nmtu\n", "2: mtu: \"5\" is out of bounds; allowed: 576 to 1500" },
		{ "[log]\nlevel = 7\n[ppp]\nlocal-address = 10.89.0.10\n",
		  "2: level: \"7\" is unknown; allowed: error, warning, info, debug" },
		{ "[ppp]\nmtu = 5\n[nowhere]\n",
		  "2: mtu: \"5\" is out of bounds; allowed: 576 to 1500" },
	};

	assert_all_refused(files, ELEMENTS(files));
}

static void numbers_out_of_bounds_are_refused(void **state)
{
	static const struct bad_file files[] = {
		{ "[listen]\nport = 0", "2: port: \"0\" is out of bounds; allowed: 1 to 65535" },
		{ "[listen]\nport = 65536",
		  "2: port: \"65536\" is out of bounds; allowed: 1 to 65535" },
		{ "[ppp]\nmtu = 575", "2: mtu: \"575\" is out of bounds; allowed: 576 to 1500" },
		{ "[ppp]\nmtu = 1501", "2: mtu: \"1501\" is out of bounds; allowed: 576 to 1500" },
		{ "[ppp]\nmtu = ", "2: mtu: \"\" is no whole number; allowed: 576 to 1500" },
		{ "[ppp]\nmtu = 1e3", "2: mtu: \"1e3\" is no whole number; allowed: 576 to 1500" },
		{ "[ppp]\nmtu = -1", "2: mtu: \"-1\" is no whole number; allowed: 576 to 1500" },
		{ "[ppp]\nmtu = 1280 # bytes",
		  "2: mtu: \"1280 # bytes\" is no whole number; allowed: 576 to 1500" },
		{ "[ppp]\nlcp-echo-interval = 3601",
		  "2: lcp-echo-interval: \"3601\" is out of bounds; allowed: 0 to 3600" },
		{ "[ppp]\nlcp-echo-failures = 0",
		  "2: lcp-echo-failures: \"0\" is out of bounds; allowed: 1 to 100" },
		{ "[l2tp]\nhello-interval = 4",
		  "2: hello-interval: \"4\" is out of bounds; allowed: 5 to 3600" },
		{ "[l2tp]\ntunnels-maximum = 60001",
		  "2: tunnels-maximum: \"60001\" is out of bounds; allowed: 1 to 60000" },
		{ "[l2tp]\nhalf-open-maximum = 0",
		  "2: half-open-maximum: \"0\" is out of bounds; allowed: 1 to 60000" },
		{ "[l2tp]\nhalf-open-per-client = 0",
		  "2: half-open-per-client: \"0\" is out of bounds; allowed: 1 to 60000" },
		{ "[l2tp]\ntunnels-per-client = 0",
		  "2: tunnels-per-client: \"0\" is out of bounds; allowed: 1 to 60000" },
		{ "[l2tp]\ntunnels-per-address = 60001",
		  "2: tunnels-per-address: \"60001\" is out of bounds; allowed: 1 to 60000" },
		{ "[l2tp]\nreceive-window = 17",
		  "2: receive-window: \"17\" is out of bounds; allowed: 1 to 16" },
		{ "[l2tp]\ntunnel-secrets = secrets",
		  "2: tunnel-secrets: \"secrets\" is no absolute path; allowed: nothing, or an "
		  "absolute path" },
		{ "[l2tp]\ncalls-per-tunnel = 4294967297",
		  "2: calls-per-tunnel: \"4294967297\" is out of bounds; allowed: 1 to 60000" },
	};

	assert_all_refused(files, ELEMENTS(files));
}

static void words_that_are_unknown_are_refused_with_those_that_exist(void **state)
{
	static const struct bad_file files[] = {
		{ "[ipsec]\nprotection = on",
		  "2: protection: \"on\" is unknown; allowed: required, off" },
		{ "[data-path]\nkind = Kernel",
		  "2: kind: \"Kernel\" is unknown; allowed: auto, kernel, userspace, null" },
		{ "[control]\nbus = session",
		  "2: bus: \"session\" is unknown; allowed: system, none" },
		{ "[ppp]\ndebug = 1", "2: debug: \"1\" is unknown; allowed: yes, no" },
		{ "[log]\nlevel =",
		  "2: level: \"\" is unknown; allowed: error, warning, info, debug" },
	};

	assert_all_refused(files, ELEMENTS(files));
}

static void texts_that_do_not_fit_are_refused(void **state)
{
	static const char name[] = "allowed: 1 to 63 letters, digits, dots and hyphens";
	static const struct bad_file files[] = {
		{ "[users]\ndatabase = saregate.db",
		  "2: database: \"saregate.db\" is no absolute path; allowed: an absolute path" },
		{ "[control]\nlauncher =", "2: launcher: \"\" is no absolute path; "
					   "allowed: an absolute path of at most 107 bytes" },
		{ "[control]\nlauncher = /" TEN("1234567890") "1234567",
		  "2: launcher: \"/" TEN(
			  "1234567890") "1234567\" is too long; "
					"allowed: an absolute path of at most 107 bytes" },
	};
	char error[256];

	assert_all_refused(files, ELEMENTS(files));
	snprintf(error, sizeof(error), "2: host-name: \"\" is empty; %s", name);
	assert_refused("[l2tp]\nhost-name =", error);
	snprintf(error, sizeof(error),
		 "2: host-name: \"a b\" has a character that no host name has; %s", name);
	assert_refused("[l2tp]\nhost-name = a b", error);
	snprintf(error, sizeof(error), "2: host-name: \"" TEN("abcdef") "1234\" is too long; %s",
		 name);
	assert_refused("[l2tp]\nhost-name = " TEN("abcdef") "1234", error);
}

static void listen_addresses_that_make_no_sense_are_refused(void **state)
{
	static const char *const values[][2] = {
		{ "", "is empty" },
		{ "localhost", "is no list of addresses" },
		{ "192.0.2.1, 192.0.2.2", "is no list of addresses" },
		{ "192.0.2.1 192.0.2", "is no list of addresses" },
		{ "2001:db8::g", "is no list of addresses" },
		{ "fe80::1", "names an IPv6 address that is of one link, multicast or IPv4" },
		{ "ff02::1", "names an IPv6 address that is of one link, multicast or IPv4" },
		{ "::ffff:192.0.2.1",
		  "names an IPv6 address that is of one link, multicast or IPv4" },
		{ "192.0.2.1 192.0.2.1", "names an address twice" },
		{ "2001:db8::1 2001:DB8:0::1", "names an address twice" },
		{ "192.0.2.1 0.0.0.0", "names 0.0.0.0 or ::, which is every address, and others" },
		{ "0.0.0.0 192.0.2.1", "names 0.0.0.0 or ::, which is every address, and others" },
		{ ":: 192.0.2.1 2001:db8::1",
		  "names 0.0.0.0 or ::, which is every address, and others" },
		{ "1.1.1.1 1.1.1.2 1.1.1.3 1.1.1.4 1.1.1.5 1.1.1.6 1.1.1.7 1.1.1.8 1.1.1.9 "
		  "1.1.2.1 1.1.2.2 1.1.2.3 1.1.2.4 1.1.2.5 1.1.2.6 1.1.2.7 1.1.2.8",
		  "has too many addresses" },
	};
	char text[256], error[CONFIGURATION_ERROR_MAX];

	for (size_t i = 0; i < ELEMENTS(values); i++) {
		const char *value = values[i][0];
		bool is_long = strlen(value) > 125;

		snprintf(text, sizeof(text), "[listen]\naddress = %s\n", value);
		snprintf(error, sizeof(error),
			 "2: address: \"%.*s%s\" %s; allowed: IPv4 and IPv6 addresses separated by "
			 "spaces, at most 16; 0.0.0.0 and :: are all of their family",
			 is_long ? 122 : 125, value, is_long ? "..." : "", values[i][1]);
		assert_refused(text, error);
	}
}

static void listen_addresses_may_be_of_both_families(void **state)
{
	struct configuration configuration;
	char error[CONFIGURATION_ERROR_MAX];

	assert_int_equal(configuration_parse("f",
					     "[listen]\naddress = 0.0.0.0 2001:db8::1 "
					     "2001:db8::2\n",
					     &configuration, error),
			 0);
	assert_int_equal(configuration.listen_count, 3);
	assert_true(inet_address_is_any(&configuration.listen[0]));
	assert_int_equal(configuration.listen[2].family, AF_INET6);
	assert_int_equal(configuration.listen[2].bytes[15], 2);
	assert_int_equal(
		configuration_parse("f", "[listen]\naddress = ::\n", &configuration, error), 0);
	assert_true(inet_address_is_any(&configuration.listen[0]));
}

static void single_addresses_that_make_no_sense_are_refused(void **state)
{
	static const struct bad_file files[] = {
		{ "[ppp]\nlocal-address = ",
		  "2: local-address: \"\" is no IPv4 address; allowed: an IPv4 address" },
		{ "[ppp]\nlocal-address = 0.0.0.0",
		  "2: local-address: \"0.0.0.0\" is no address that "
		  "a host can have; allowed: an IPv4 address" },
		{ "[ppp]\ndns = 9.9.9.9 1.1.1.1 8.8.8.8",
		  "2: dns: \"9.9.9.9 1.1.1.1 8.8.8.8\" has more than two addresses; allowed: "
		  "nothing, or one or two IPv4 addresses separated by a space" },
		{ "[ppp]\ndns = resolver",
		  "2: dns: \"resolver\" is no IPv4 address; allowed: nothing, or one or two IPv4 "
		  "addresses separated by a space" },
	};

	assert_all_refused(files, ELEMENTS(files));
}

static void values_that_contradict_each_other_are_refused_at_the_later_line(void **state)
{
	static const struct bad_file files[] = {
		{ "[ppp]\nlocal-address = 10.89.0.10\n",
		  "2: local-address: 10.89.0.10 lies inside pool; allowed: an address outside" },
		{ "[ppp]\npool = 10.89.0.1-10.89.0.1\n",
		  "2: pool: contains local-address, 10.89.0.1; allowed: a range without it" },
		{ "[ppp]\npool = 10.0.0.2-10.0.0.9\nlocal-address = 10.0.0.9\n",
		  "3: local-address: 10.0.0.9 lies inside pool; allowed: an address outside" },
		{ "[ppp]\nlocal-address = 10.0.0.2\npool = 10.0.0.2-10.0.0.9\n",
		  "3: pool: contains local-address, 10.0.0.2; allowed: a range without it" },
		{ "[ipsec]\nsa-tracking = off\n",
		  "2: sa-tracking: off is plain L2TP; allowed: auto, mark, zone; off together "
		  "with protection = off" },
	};

	assert_all_refused(files, ELEMENTS(files));
}

static void a_long_file_name_cuts_the_line_and_no_more(void **state)
{
	struct configuration configuration;
	char error[CONFIGURATION_ERROR_MAX];

	assert_int_equal(configuration_parse(HUNDRED("/1234567"), "[]", &configuration, error),
			 -EINVAL);
	assert_int_equal(strlen(error), CONFIGURATION_ERROR_MAX - 1);
}

static void a_file_without_keys_means_the_defaults(void **state)
{
	struct configuration expected, found = parse("#" HUNDRED("x") TEN("123456789") "1234567\n");

	configuration_default(&expected);
	assert_memory_equal(&found, &expected, sizeof(expected));
}

static void comments_indentation_and_line_ends_do_not_matter(void **state)
{
	struct configuration configuration = parse("\xef\xbb\xbf# a\r\n; b\r\n\r\n \t[ppp] # c\r\n"
						   "\tmtu=1400\r\n  debug : yes ; d\r\n"
						   "[log]\n    level = debug");

	assert_int_equal(configuration.mtu, 1400);
	assert_true(configuration.ppp_debug);
	assert_int_equal(configuration.log_level, LOG_DEBUG);
}

/* No key has its default. */
static const char every_key[] =
	"[listen]\naddress = 192.0.2.1  192.0.2.2\nport = 65535\n"
	"[ipsec]\nprotection = off\nsa-tracking = zone\n"
	"[l2tp]\nhost-name = vpn.example.org\nhello-interval = 5\n"
	"tunnels-maximum = 60000\nhalf-open-maximum = 2\nhalf-open-per-client = 3\n"
	"half-open-per-address = 4\ntunnels-per-client = 7\n"
	"tunnels-per-address = 60000\nsccrq-rate-per-client = 5\n"
	"sccrq-rate-per-address = 6\ncalls-per-tunnel = 1\nreceive-window = 16\n"
	"retransmissions = 20\ndata-sequencing = yes\nhide-avps = yes\n"
	"tunnel-secrets = /c\n"
	"[data-path]\nkind = null\n"
	"[ppp]\npool = 10.0.0.2 - 10.0.0.9\nipv6-pool = 2001:db8:0:a0::/61\n"
	"local-address = 10.0.0.1\n"
	"dns = 9.9.9.9 1.1.1.1\nmtu = 1500\nlcp-echo-interval = 0\n"
	"lcp-echo-failures = 100\ndebug = yes\n"
	"[pool a]\nrange = 10.1.0.2-10.1.0.9\nipv6-pool =\n"
	"[pool b.C_-]\nipv6-pool=fd00::/64\nrange=10.2.0.2 - 10.2.0.2\n"
	"[login]\nfailures-per-client = 1000\nfailures-per-user = 10000\n"
	"failures-per-address = 100000\ndelay-maximum = 3600\nforgive-after = 86400\n"
	"[users]\ndatabase = /tmp/users\ndomain = keep\nrealm = strip\n"
	"sessions-maximum = 1000\nsessions-exceeded = refuse\n"
	"[history]\ndatabase = /tmp/history\ninterval = 5\ndays = 1\nrows = 10\n"
	"[control]\nbus = none\nlauncher = /a\n"
	"[log]\nlevel = error\n";

static void every_key_reaches_its_field(void **state)
{
	struct configuration expected = {
		.listen = { inet_address_from_ipv4(0xc0000201),
			    inet_address_from_ipv4(0xc0000202) },
		.listen_count = 2,
		.port = 65535,
		.protection = CONFIGURATION_PROTECTION_OFF,
		.sa_tracking = SA_TRACKING_WISH_ZONE,
		.host_name = "vpn.example.org",
		.hello_interval_seconds = 5,
		.tunnels_maximum = 60000,
		.half_open_maximum = 2,
		.half_open_per_client = 3,
		.half_open_per_address = 4,
		.tunnels_per_client = 7,
		.tunnels_per_address = 60000,
		.sccrq_rate_per_client = 5,
		.sccrq_rate_per_address = 6,
		.calls_per_tunnel = 1,
		.receive_window = 16,
		.retransmissions = 20,
		.data_sequencing = true,
		.hide_avps = true,
		.tunnel_secrets = "/c",
		.data_path = CONFIGURATION_DATA_PATH_NULL,
		.pool_first_ipv4 = 0x0a000002,
		.pool_last_ipv4 = 0x0a000009,
		.pool_ipv6 = { 0x20010db8000000a0, 61 },
		.pools = { { "a", 0x0a010002, 0x0a010009, { 0, 0 } },
			   { "b.C_-", 0x0a020002, 0x0a020002, { 0xfd00000000000000, 64 } } },
		.pool_count = 2,
		.local_ipv4 = 0x0a000001,
		.dns_ipv4 = { 0x09090909, 0x01010101 },
		.mtu = 1500,
		.lcp_echo_interval_seconds = 0,
		.lcp_echo_failures = 100,
		.ppp_debug = true,
		.login_backoff = { 1000, 10000, 100000, 3600, 86400 },
		.database = "/tmp/users",
		.strip_realm = true,
		.sessions_maximum = 1000,
		.history_database = "/tmp/history",
		.history_interval_seconds = 5,
		.history_days = 1,
		.history_rows = 10,
		.bus = CONFIGURATION_BUS_NONE,
		.launcher = "/a",
		.log_level = LOG_ERR,
	};
	struct configuration found = parse(every_key);

	/* A shorter text leaves the rest of the default behind its NUL. */
	assert_string_equal(found.database, expected.database);
	assert_string_equal(found.history_database, expected.history_database);
	assert_string_equal(found.launcher, expected.launcher);
	memcpy(expected.database, found.database, sizeof(found.database));
	memcpy(expected.history_database, found.history_database, sizeof(found.history_database));
	memcpy(expected.launcher, found.launcher, sizeof(found.launcher));
	assert_memory_equal(&found, &expected, sizeof(expected));
}

/* Takes the '#' from each "#key = value" of a text, in place; returns how many. */
static unsigned int uncomment(char *text)
{
	unsigned int count = 0;

	for (char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (line[0] != '#' || line[1] < 'a' || line[1] > 'z')
			continue;
		line[0] = ' ';
		count++;
	}
	return count;
}

static void the_default_file_shows_every_key_with_its_default(void **state)
{
	struct configuration expected, found;
	char path[PATH_MAX], text[CONFIGURATION_SIZE_MAX] = "";
	_cleanup_(fclosep) FILE *file = NULL;

	snprintf(path, sizeof(path), "%s/etc/saregate.conf", getenv("top_srcdir"));
	file = fopen(path, "re");
	assert_non_null(file);
	assert_in_range(fread(text, 1, sizeof(text) - 1, file), 1, sizeof(text) - 2);
	assert_int_equal(uncomment(text), 46);
	configuration_default(&expected);
	found = parse(text);
	assert_memory_equal(&found, &expected, sizeof(expected));
}

/* A file of our own for one test. */
static void write_file(char path[PATH_MAX], const void *bytes, size_t size)
{
	int descriptor;

	strcpy(path, "/tmp/saregate-test-XXXXXX");
	descriptor = mkstemp(path);
	assert_true(descriptor >= 0);
	assert_int_equal(write(descriptor, bytes, size), size);
	close(descriptor);
}

/* Loads a file that must be refused; @why follows "PATH: ". */
static void assert_load_refused(const char *path, const char *why)
{
	char expected[PATH_MAX + CONFIGURATION_ERROR_MAX], error[CONFIGURATION_ERROR_MAX];
	struct configuration configuration;

	snprintf(expected, sizeof(expected), "%s: %s", path, why);
	assert_int_equal(configuration_load(path, &configuration, error), -EINVAL);
	assert_string_equal(error, expected);
}

static void a_file_that_cannot_be_read_is_refused_with_the_reason(void **state)
{
	static char large[CONFIGURATION_SIZE_MAX + 1];
	char path[PATH_MAX];

	assert_load_refused("/nonexistent/saregate.conf",
			    "cannot be read: No such file or directory");
	assert_load_refused("/", "cannot be read: Is a directory");

	write_file(path, "[ppp]\0", 6);
	assert_load_refused(path, "contains a NUL byte: not a text");
	unlink(path);

	memset(large, '\n', sizeof(large));
	write_file(path, large, sizeof(large));
	assert_load_refused(path, "is larger than 65536 bytes");
	unlink(path);
}

static void a_file_is_loaded_and_its_errors_name_it(void **state)
{
	struct configuration configuration;
	char error[CONFIGURATION_ERROR_MAX], expected[PATH_MAX + 64], path[PATH_MAX];

	write_file(path, "[ppp]\nmtu = 1400\n", 17);
	assert_int_equal(configuration_load(path, &configuration, error), 0);
	assert_int_equal(configuration.mtu, 1400);
	unlink(path);

	write_file(path, "[ppp]\nmtu = 14\n", 15);
	snprintf(expected, sizeof(expected),
		 "%s:2: mtu: \"14\" is out of bounds; allowed: 576 to 1500", path);
	assert_int_equal(configuration_load(path, &configuration, error), -EINVAL);
	assert_string_equal(error, expected);
	unlink(path);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SENTENCE(lines_that_are_no_configuration_are_refused),
		SENTENCE(unknown_sections_and_keys_are_refused_with_those_that_exist),
		SENTENCE(a_key_given_twice_is_refused_with_both_lines),
		SENTENCE(the_first_of_several_errors_is_told),
		SENTENCE(numbers_out_of_bounds_are_refused),
		SENTENCE(words_that_are_unknown_are_refused_with_those_that_exist),
		SENTENCE(texts_that_do_not_fit_are_refused),
		SENTENCE(listen_addresses_that_make_no_sense_are_refused),
		SENTENCE(listen_addresses_may_be_of_both_families),
		SENTENCE(single_addresses_that_make_no_sense_are_refused),
		SENTENCE(values_that_contradict_each_other_are_refused_at_the_later_line),
		SENTENCE(a_long_file_name_cuts_the_line_and_no_more),
		SENTENCE(a_file_without_keys_means_the_defaults),
		SENTENCE(comments_indentation_and_line_ends_do_not_matter),
		SENTENCE(every_key_reaches_its_field),
		SENTENCE(the_default_file_shows_every_key_with_its_default),
		SENTENCE(a_file_that_cannot_be_read_is_refused_with_the_reason),
		SENTENCE(a_file_is_loaded_and_its_errors_name_it),
	};

	return cmocka_run_group_tests_name("configuration", tests, NULL, NULL);
}
