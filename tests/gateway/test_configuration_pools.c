/* SPDX-License-Identifier: GPL-2.0-or-later */
/* saregate.conf: the pool of [ppp] and the named ones, each way to get them wrong first. */
#include "tests/gateway/configuration_fixture.h"

#include "gateway/configuration_pools.h"

static void pools_that_make_no_sense_are_refused(void **state)
{
	static const char *const values[][2] = {
		{ "", "is no range" },
		{ "10.0.0.1", "is no range" },
		{ "10.0.0.0/24", "is no range" },
		{ "10.0.0.1-", "is no IPv4 address" },
		{ "-10.0.0.1", "is no IPv4 address" },
		{ "10.0.0.1-10.0.0.256", "is no IPv4 address" },
		{ "10.0.0.1-10.0.0.5-10.0.0.9", "is no IPv4 address" },
		{ "fd00::1-fd00::ff", "is no IPv4 address" },
		{ "0.0.0.1-10.0.0.1", "is no address that a host can have" },
		{ "127.0.0.1-127.0.0.9", "is no address that a host can have" },
		{ "223.0.0.1-224.0.0.1", "is no address that a host can have" },
		{ "10.0.0.9-10.0.0.1", "is reversed" },
		{ "10.0.0.0-10.16.0.0", "is too large" },
	};
	char text[256], error[256];

	for (size_t i = 0; i < ELEMENTS(values); i++) {
		snprintf(text, sizeof(text), "[ppp]\npool = %s\n", values[i][0]);
		snprintf(error, sizeof(error),
			 "2: pool: \"%s\" %s; allowed: FIRST-LAST, IPv4 addresses in this order, "
			 "at most 1048576 in all",
			 values[i][0], values[i][1]);
		assert_refused(text, error);
	}
}

static void named_pools_that_make_no_sense_are_refused(void **state)
{
	static const struct bad_file files[] = {
		{ "[pool]\n",
		  "1: section \"pool\": unknown; allowed: listen, ipsec, l2tp, data-path, "
		  "ppp, pool NAME, login, users, history, control, log" },
		{ "[pool ]\n", "1: section [pool NAME]: \"\" is wrong; allowed: a name has 1 to 32 "
			       "letters, digits, dots, hyphens and underscores, and begins with no "
			       "hyphen" },
		{ "[pool a b]\n",
		  "1: section [pool NAME]: \"a b\" is wrong; allowed: a name has 1 to "
		  "32 letters, digits, dots, hyphens and underscores, and begins "
		  "with no hyphen" },
		{ "[pool default]\n", "1: section [pool NAME]: \"default\" is wrong; allowed: "
				      "another name: default is [ppp] pool" },
		{ "[pool a]\nrange = 10.1.0.1-10.1.0.2\n[pool a]\n",
		  "3: section [pool NAME]: \"a\" is wrong; allowed: each name once" },
		{ "[ppp]\nmtu = 1280\n[pool a]\n[log]\nlevel = info\n",
		  "3: section \"pool a\": has no range; allowed: range = FIRST-LAST" },
		{ "[pool a]\n[pool b]\nrange = 10.1.0.1-10.1.0.2\n",
		  "1: section \"pool a\": has no range; allowed: range = FIRST-LAST" },
		{ "[pool a]\nmtu = 1280\n",
		  "2: key \"mtu\": unknown in [pool a]; allowed: range, ipv6-pool" },
		{ "[pool a]\nrange = 10.1.0.2-10.1.0.1\n",
		  "2: range: \"10.1.0.2-10.1.0.1\" is reversed; allowed: FIRST-LAST, IPv4 "
		  "addresses "
		  "in this order, at most 1048576 in all" },
		{ "[pool a]\nrange = 10.1.0.1-10.1.0.2\nrange = 10.1.0.1-10.1.0.2\n",
		  "3: range: given before, on line 2; allowed: once" },
	};

	assert_all_refused(files, ELEMENTS(files));
}

static void pools_that_overlap_are_refused(void **state)
{
	static const struct bad_file files[] = {
		{ "[pool a]\nrange = 10.1.0.1-10.1.0.9\n[pool b]\nrange = 10.1.0.9-10.1.0.20\n",
		  "3: [pool b]: overlaps [pool a], 10.1.0.1-10.1.0.9; allowed: a range of its "
		  "own" },
		{ "[pool a]\nrange = 10.89.3.250-10.90.0.1\n",
		  "1: [pool a]: overlaps pool, 10.89.0.10-10.89.3.250; allowed: a range of its "
		  "own" },
		{ "[pool a]\nrange = 10.1.0.1-10.1.0.9\n[ppp]\npool = 10.0.0.0-10.2.0.0\n",
		  "4: pool: overlaps [pool a], 10.1.0.1-10.1.0.9; allowed: a range of its own" },
		{ "[pool a]\nrange = 10.89.0.1-10.89.0.1\n",
		  "1: [pool a]: contains local-address, 10.89.0.1; allowed: a range without it" },
		{ "[pool a]\nrange = 10.1.0.1-10.1.0.9\n[ppp]\nlocal-address = 10.1.0.9\n",
		  "4: local-address: 10.1.0.9 lies inside [pool a]; allowed: an address outside" },
	};

	assert_all_refused(files, ELEMENTS(files));
	parse("[pool a]\nrange = 10.1.0.1-10.1.0.9\n[pool b]\nrange = 10.1.0.10-10.1.0.20\n");
}

static void prefixes_that_make_no_sense_are_refused(void **state)
{
	static const char *const values[][2] = {
		{ "2001:db8::", "has no length" },
		{ "10.0.0.0/8", "is no IPv6 address" },
		{ "2001:db8::/", "has a length that is out of bounds" },
		{ "2001:db8::/56x", "has a length that is out of bounds" },
		{ "2001:db8::/65", "has a length that is out of bounds" },
		{ "2001::/31", "has a length that is out of bounds" },
		{ "2001:db8:0:1::/63", "has bits beyond its length" },
		{ "2001:db8:0:8000::/48", "has bits beyond its length" },
		{ "2001:db8::1/64", "has bits beyond its length" },
		{ "fe80::/64", "is no global or unique local address" },
		{ "ff00::/32", "is no global or unique local address" },
		{ "::/32", "is no global or unique local address" },
	};
	char text[256], error[256];

	for (size_t i = 0; i < ELEMENTS(values); i++) {
		snprintf(text, sizeof(text), "[ppp]\nipv6-pool = %s\n", values[i][0]);
		snprintf(error, sizeof(error),
			 "2: ipv6-pool: \"%s\" %s; allowed: nothing, or PREFIX/LENGTH of global "
			 "(2000::/3) or unique local (fc00::/7) addresses, /32 to /64",
			 values[i][0], values[i][1]);
		assert_refused(text, error);
	}
}

static void a_prefix_with_too_few_networks_is_refused_with_both_cures(void **state)
{
	static const struct bad_file files[] = {
		{ "[ppp]\nipv6-pool = 2001:db8:0:100::/56\n",
		  "2: ipv6-pool: has 256 networks of 64 bits, pool 1009 addresses; allowed: /54 or "
		  "shorter, or a range of at most 256" },
		{ "[pool a]\nipv6-pool = fd00::/64\nrange = 10.1.0.1-10.1.0.2\n",
		  "2: ipv6-pool: has 1 networks of 64 bits, [pool a] 2 addresses; allowed: /63 or "
		  "shorter, or a range of at most 1" },
		{ "[ppp]\nipv6-pool = 2001:db8::/54\npool = 10.0.0.0-10.0.4.0\n",
		  "2: ipv6-pool: has 1024 networks of 64 bits, pool 1025 addresses; allowed: /53 "
		  "or "
		  "shorter, or a range of at most 1024" },
	};

	assert_all_refused(files, ELEMENTS(files));
	parse("[ppp]\nipv6-pool = 2001:db8::/54\npool = 10.0.0.0-10.0.3.255\n");
	parse("[pool a]\nipv6-pool = fd00::/64\nrange = 10.1.0.1-10.1.0.1\n");
}

static void prefixes_that_overlap_are_refused(void **state)
{
	static const struct bad_file files[] = {
		{ "[ppp]\nipv6-pool = 2001:db8::/48\n"
		  "[pool a]\nrange = 10.1.0.1-10.1.0.1\nipv6-pool = 2001:db8:0:ffff::/64\n",
		  "5: ipv6-pool: overlaps that of pool, 2001:db8::/48; allowed: a prefix of its "
		  "own" },
		{ "[pool a]\nipv6-pool = fd00:0:0:5::/64\nrange = 10.1.0.1-10.1.0.1\n"
		  "[pool b]\nipv6-pool = fd00::/32\nrange = 10.1.0.2-10.1.0.2\n",
		  "5: ipv6-pool: overlaps that of [pool a], fd00:0:0:5::/64; allowed: a prefix of "
		  "its "
		  "own" },
	};

	assert_all_refused(files, ELEMENTS(files));
	parse("[pool a]\nipv6-pool = fd00::/64\nrange = 10.1.0.1-10.1.0.1\n"
	      "[pool b]\nipv6-pool = fd00:0:0:1::/64\nrange = 10.1.0.2-10.1.0.2\n");
}

static void an_mtu_that_ipv6_does_not_have_is_refused_together_with_a_prefix(void **state)
{
	assert_refused("[ppp]\nmtu = 1279\n[pool a]\nipv6-pool = fd00::/64\n"
		       "range = 10.1.0.1-10.1.0.1\n",
		       "2: mtu: 1279 is too small for IPv6; allowed: 1280 to 1500, or less without "
		       "any ipv6-pool");
	parse("[ppp]\nmtu = 1280\nipv6-pool = fd00::/32\n");
	parse("[ppp]\nmtu = 1279\nipv6-pool =\n");
}

static void addresses_and_networks_go_with_each_other_by_their_numbers(void **state)
{
	struct configuration with = parse("[ppp]\npool = 10.0.0.2-10.0.0.9\n"
					  "ipv6-pool = 2001:db8:0:100::/56\n"
					  "[pool a]\nrange = 10.1.0.1-10.1.0.9\n"
					  "[pool b]\nrange = 10.2.0.1-10.2.0.2\n"
					  "ipv6-pool = fd00::/63\n");
	static const struct {
		uint32_t ipv4;
		uint64_t network;
	} pairs[] = {
		{ 0x0a000002, 0x20010db800000100 },
		{ 0x0a000009, 0x20010db800000107 },
		{ 0x0a020001, 0xfd00000000000000 },
		{ 0x0a020002, 0xfd00000000000001 },
	};
	static const uint32_t without[] = { 0, 0x0a000001, 0x0a00000a, 0x0a010001, 0x0a020003 };
	static const uint64_t nobodys[] = {
		0, 1, 0x20010db8000000ff, 0x20010db800000108, 0x20010db8000001ff, 0xfd00000000000002
	};

	for (size_t i = 0; i < ELEMENTS(pairs); i++) {
		assert_int_equal(configuration_network(&with, pairs[i].ipv4), pairs[i].network);
		assert_int_equal(configuration_network_owner(&with, pairs[i].network),
				 pairs[i].ipv4);
	}
	for (size_t i = 0; i < ELEMENTS(without); i++)
		assert_int_equal(configuration_network(&with, without[i]), 0);
	for (size_t i = 0; i < ELEMENTS(nobodys); i++)
		assert_int_equal(configuration_network_owner(&with, nobodys[i]), 0);
}

static void ipv6_is_there_if_any_pool_has_a_prefix(void **state)
{
	struct configuration neither = parse("");
	struct configuration first = parse("[ppp]\nipv6-pool = fd00::/48\n");
	struct configuration second = parse("[pool a]\nipv6-pool = fd00::/48\n"
					    "range = 10.1.0.1-10.1.0.9\n");

	assert_false(configuration_has_ipv6(&neither));
	assert_int_equal(configuration_network(&neither, neither.pool_first_ipv4), 0);
	assert_int_equal(configuration_network_owner(&neither, 0), 0);
	assert_true(configuration_has_ipv6(&first));
	assert_true(configuration_has_ipv6(&second));
}

static void as_many_pools_as_there_may_be_are_read_and_one_more_is_refused(void **state)
{
	struct configuration found;
	char text[4096] = "";
	size_t used = 0;

	for (unsigned int i = 0; i < CONFIGURATION_POOLS_MAX; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
					 "[pool %u]\nrange = 10.1.%u.1-10.1.%u.1\n", i, i, i);
	found = parse(text);
	assert_int_equal(found.pool_count, CONFIGURATION_POOLS_MAX);
	strcpy(text + used, "[pool more]\n");
	assert_refused(text, "65: section [pool NAME]: \"more\" is wrong; allowed: at most 32 "
			     "sections of this kind");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SENTENCE(pools_that_make_no_sense_are_refused),
		SENTENCE(named_pools_that_make_no_sense_are_refused),
		SENTENCE(pools_that_overlap_are_refused),
		SENTENCE(prefixes_that_make_no_sense_are_refused),
		SENTENCE(a_prefix_with_too_few_networks_is_refused_with_both_cures),
		SENTENCE(prefixes_that_overlap_are_refused),
		SENTENCE(an_mtu_that_ipv6_does_not_have_is_refused_together_with_a_prefix),
		SENTENCE(addresses_and_networks_go_with_each_other_by_their_numbers),
		SENTENCE(ipv6_is_there_if_any_pool_has_a_prefix),
		SENTENCE(as_many_pools_as_there_may_be_are_read_and_one_more_is_refused),
	};

	return cmocka_run_group_tests_name("configuration_pools", tests, NULL, NULL);
}
