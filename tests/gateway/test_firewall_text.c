/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The nftables file, literally. That nft takes it, setup.bats shows. */
#include "gateway/firewall_text.h"
#include "tests/unit.h"

#include <string.h>

static const struct configuration host = {
	.port = 1701,
	.pool_first_ipv4 = 0x0a59000a,
	.pool_last_ipv4 = 0x0a5903fa,
	.mtu = 1280,
};

static const char expected[] =
	"# Written by `saregate setup`; `saregate setup --undo` removes it.\n"
	"# Changes are lost at the next setup. Loading this file again replaces the rules\n"
	"# of these two tables at once and keeps the elements of the set `inner`.\n"
	"\n"
	"table inet saregate_guard {\n"
	"}\n"
	"table inet saregate {\n"
	"}\n"
	"flush table inet saregate_guard\n"
	"flush table inet saregate\n"
	"\n"
	"# L2TP (RFC 3193) lives inside IPsec only.\n"
	"table inet saregate_guard {\n"
	"	counter cleartext_in {\n"
	"	}\n"
	"\n"
	"	counter cleartext_out {\n"
	"	}\n"
	"\n"
	"	chain input {\n"
	"		type filter hook input priority filter; policy accept;\n"
	"		udp dport 1701 meta ipsec missing counter name cleartext_in drop\n"
	"	}\n"
	"\n"
	"	chain output {\n"
	"		type filter hook output priority 300; policy accept;\n"
	"		udp sport 1701 rt ipsec missing counter name cleartext_out drop\n"
	"	}\n"
	"}\n"
	"\n"
	"table inet saregate {\n"
	"	# Interface and inner address of each session; saregated fills it.\n"
	"	set inner {\n"
	"		type ifname . ipv4_addr\n"
	"	}\n"
	"\n"
	"	# Interface and network of IPv6 of each session; saregated fills it. Empty where "
	"no\n"
	"	# pool has a prefix: a set outlives the rules that ask it.\n"
	"	set inner6 {\n"
	"		type ifname . ipv6_addr\n"
	"	}\n"
	"\n"
	"	# Interface of a session and a DNS server of its user's or group's, which may be\n"
	"	# this host; saregated fills it.\n"
	"	set dns {\n"
	"		type ifname . ipv4_addr\n"
	"	}\n"
	"\n"
	"	# Groups of clients; saregated fills these. A group is a mark of its own, which\n"
	"	# packets have while the chain forward looks at them. Its bytes read the same\n"
	"	# in either order.\n"
	"	map group_of {\n"
	"		type ifname : mark\n"
	"	}\n"
	"\n"
	"	set members {\n"
	"		type ifname . mark\n"
	"	}\n"
	"\n"
	"	set restricted {\n"
	"		type mark\n"
	"	}\n"
	"\n"
	"	set reachable {\n"
	"		type mark . ipv4_addr\n"
	"		flags interval\n"
	"	}\n"
	"\n"
	"	# The mark of the packet that carried it says whose SA it came by: not for "
	"inside.\n"
	"	chain prerouting {\n"
	"		type filter hook prerouting priority raw; policy accept;\n"
	"		iifname \"sg*\" meta mark set 0\n"
	"		iifname \"sg*\" meta nfproto ipv6 counter drop\n"
	"		iifname \"sg*\" iifname . ip saddr != @inner counter drop\n"
	"		# One link's own addresses: a cloud gives this host its credentials "
	"there.\n"
	"		iifname \"sg*\" ip daddr 169.254.0.0/16 counter drop\n"
	"	}\n"
	"\n"
	"	chain input {\n"
	"		type filter hook input priority filter; policy accept;\n"
	"		iifname \"sg*\" ct state established,related accept\n"
	"		iifname \"sg*\" icmp type echo-request accept\n"
	"		iifname \"sg*\" iifname . ip daddr @dns meta l4proto { tcp, udp } th "
	"dport 53 accept\n"
	"		iifname \"sg*\" counter drop\n"
	"	}\n"
	"\n"
	"	chain forward {\n"
	"		type filter hook forward priority filter; policy accept;\n"
	"		iifname \"sg*\" meta mark set 0\n"
	"		iifname \"sg*\" meta mark set iifname map @group_of\n"
	"		iifname \"sg*\" oifname \"sg*\" oifname . meta mark != @members counter "
	"drop\n"
	"		iifname \"sg*\" oifname != \"sg*\" meta mark @restricted meta mark . ip "
	"daddr != "
	"@reachable counter drop\n"
	"		iifname \"sg*\" oifname != \"sg*\" meta mark @restricted meta nfproto ipv6 "
	"counter drop\n"
	"		iifname \"sg*\" meta mark set 0\n"
	"		iifname \"sg*\" tcp flags & (syn | rst) == syn tcp option maxseg size set "
	"1240\n"
	"		oifname \"sg*\" tcp flags & (syn | rst) == syn tcp option maxseg size set "
	"1240\n"
	"	}\n"
	"\n"
	"	chain postrouting {\n"
	"		type nat hook postrouting priority srcnat; policy accept;\n"
	"		iifname \"sg*\" oifname != \"sg*\" counter masquerade\n"
	"	}\n"
	"}\n";

static void the_default_file_isolates_guards_and_translates(void **state)
{
	_cleanup_(freep) char *text = NULL;

	assert_int_equal(firewall_text(&host, &text), 0);
	assert_string_equal(text, expected);
}

/* Before any DNAT of the host's, and before it is known whether it is for the host itself. */
static void link_local_addresses_are_dropped_as_packets_come_in(void **state)
{
	_cleanup_(freep) char *text = NULL;
	const char *rule, *next_chain;

	assert_int_equal(firewall_text(&host, &text), 0);
	rule = strstr(text, "iifname \"sg*\" ip daddr 169.254.0.0/16 counter drop\n");
	assert_non_null(rule);
	next_chain = strstr(strstr(text, "hook prerouting priority raw"), "\tchain ");
	assert_true(rule < next_chain);
	assert_non_null(strstr(text, "iifname \"sg*\" meta nfproto ipv6 counter drop\n"));
}

static void a_dns_server_that_clients_are_told_of_may_be_this_host(void **state)
{
	struct configuration with_dns = host;
	_cleanup_(freep) char *text = NULL;

	with_dns.dns_ipv4[0] = 0x0a590001;
	with_dns.dns_ipv4[1] = 0xc0a80135;
	assert_int_equal(firewall_text(&with_dns, &text), 0);
	assert_non_null(strstr(text, "\t\tiifname \"sg*\" ip daddr { 10.89.0.1, 192.168.1.53 } "
				     "meta l4proto { tcp, udp } th dport 53 accept\n"
				     "\t\tiifname \"sg*\" counter drop\n"));
}

static void a_second_dns_server_alone_is_enough(void **state)
{
	struct configuration with_dns = host;
	_cleanup_(freep) char *text = NULL;

	with_dns.dns_ipv4[1] = 0xc0a80135;
	assert_int_equal(firewall_text(&with_dns, &text), 0);
	assert_non_null(strstr(text, "ip daddr { 192.168.1.53 } meta"));
}

static void segments_are_clamped_to_the_mtu_and_the_guard_follows_the_port(void **state)
{
	struct configuration other = host;
	_cleanup_(freep) char *text = NULL;

	other.mtu = 1400;
	other.port = 11701;
	assert_int_equal(firewall_text(&other, &text), 0);
	assert_non_null(strstr(text, "oifname \"sg*\" tcp flags & (syn | rst) == syn tcp option "
				     "maxseg size set 1360\n"));
	assert_non_null(strstr(text, "udp dport 11701 meta ipsec missing"));
	assert_non_null(strstr(text, "udp sport 11701 rt ipsec missing"));
}

static void a_session_that_is_older_than_the_pool_is_still_translated(void **state)
{
	struct configuration other = host;
	_cleanup_(freep) char *text = NULL;

	other.pool_first_ipv4 = 0x0a00000a;
	other.pool_last_ipv4 = 0x0a000014;
	assert_int_equal(firewall_text(&other, &text), 0);
	assert_string_equal(text, expected);
}

static struct configuration host_with_ipv6(void)
{
	struct configuration configuration = host;

	configuration.pool_ipv6 = (struct address_ipv6_prefix){ 0x20010db800000400, 54 };
	configuration.pools[0] = (struct configuration_pool){ .ipv6 = { 0xfd00000000000000, 60 } };
	configuration.pools[1] = (struct configuration_pool){ .first_ipv4 = 0x0b000001 };
	configuration.pool_count = 2;
	return configuration;
}

/* Each rule stands once, behind the one before. */
static void assert_order(const char *text, const char *const rules[], size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *found = strstr(text, rules[i]);

		if (!found) {
			fail_msg("not there, or too early: %s", rules[i]);
			return;
		}
		text = found + strlen(rules[i]);
	}
}

static void with_a_prefix_clients_use_their_network_and_speak_to_the_router_alone(void **state)
{
	static const char *const rules[] = {
		"\tset inner6 {\n\t\ttype ifname . ipv6_addr\n\t}\n",
		"hook prerouting priority raw",
		"iifname \"sg*\" ip6 hoplimit 255 ip6 saddr { ::, fe80::/10 } ip6 daddr { fe80::1, "
		"ff02::1, ff02::2, ff02::1:ff00:0/104 } icmpv6 type { nd-router-solicit, "
		"nd-neighbor-solicit, nd-neighbor-advert } accept\n",
		"iifname \"sg*\" iifname . ip6 saddr & ffff:ffff:ffff:ffff:: != @inner6 counter "
		"drop\n",
		"iifname \"sg*\" ip6 saddr & ::ffff:ffff:ffff:fffe == :: counter drop\n",
		"iifname \"sg*\" ip6 daddr fe80::/10 ip6 daddr != fe80::1 counter drop\n",
		"iifname \"sg*\" ip6 daddr { fd00:ec2::254, fd20:ce::254, fd00:c1::a9fe:a9fe } "
		"counter drop\n",
		"iifname \"sg*\" iifname . ip saddr != @inner counter drop\n",
		"hook input",
		"iifname \"sg*\" icmpv6 type echo-request accept\n",
		"iifname \"sg*\" ip6 hoplimit 255 icmpv6 type { nd-router-solicit, "
		"nd-neighbor-solicit, nd-neighbor-advert } accept\n",
		"iifname \"sg*\" counter drop\n",
	};
	struct configuration with_ipv6 = host_with_ipv6();
	_cleanup_(freep) char *text = NULL;

	assert_int_equal(firewall_text(&with_ipv6, &text), 0);
	assert_order(text, rules, ELEMENTS(rules));
	assert_null(strstr(text, "iifname \"sg*\" meta nfproto ipv6 counter drop"));
}

static void
with_a_prefix_nothing_unasked_comes_in_and_only_local_addresses_are_translated(void **state)
{
	static const char *const rules[] = {
		"hook forward",
		"iifname \"sg*\" oifname \"sg*\" oifname . meta mark != @members counter drop\n",
		"meta mark @restricted meta nfproto ipv6 counter drop\n",
		"iifname != \"sg*\" oifname \"sg*\" meta nfproto ipv6 ct state "
		"invalid,new,untracked counter drop\n",
		"oifname != \"sg*\" ip6 daddr { 2001:db8:0:400::/54, fd00::/60 } counter drop\n",
		"iifname \"sg*\" meta nfproto ipv4 tcp flags & (syn | rst) == syn tcp option "
		"maxseg size set 1240\n",
		"oifname \"sg*\" meta nfproto ipv4 tcp flags & (syn | rst) == syn tcp option "
		"maxseg size set 1240\n",
		"iifname \"sg*\" meta nfproto ipv6 tcp flags & (syn | rst) == syn tcp option "
		"maxseg size set 1220\n",
		"oifname \"sg*\" meta nfproto ipv6 tcp flags & (syn | rst) == syn tcp option "
		"maxseg size set 1220\n",
		"hook postrouting",
		"iifname \"sg*\" oifname != \"sg*\" meta nfproto ipv4 counter masquerade\n",
		"iifname \"sg*\" oifname != \"sg*\" ip6 saddr fc00::/7 counter "
		"masquerade\n\t}\n}\n",
	};
	struct configuration with_ipv6 = host_with_ipv6();
	_cleanup_(freep) char *text = NULL;

	assert_int_equal(firewall_text(&with_ipv6, &text), 0);
	assert_order(text, rules, ELEMENTS(rules));
}

static void no_rule_matches_the_hosts_own_ppp_interfaces(void **state)
{
	_cleanup_(freep) char *text = NULL;

	assert_int_equal(firewall_text(&host, &text), 0);
	assert_null(strstr(text, "ppp"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SENTENCE(the_default_file_isolates_guards_and_translates),
		SENTENCE(link_local_addresses_are_dropped_as_packets_come_in),
		SENTENCE(a_dns_server_that_clients_are_told_of_may_be_this_host),
		SENTENCE(a_second_dns_server_alone_is_enough),
		SENTENCE(segments_are_clamped_to_the_mtu_and_the_guard_follows_the_port),
		SENTENCE(a_session_that_is_older_than_the_pool_is_still_translated),
		SENTENCE(with_a_prefix_clients_use_their_network_and_speak_to_the_router_alone),
		SENTENCE(
			with_a_prefix_nothing_unasked_comes_in_and_only_local_addresses_are_translated),
		SENTENCE(no_rule_matches_the_hosts_own_ppp_interfaces),
	};

	return cmocka_run_group_tests_name("firewall_text", tests, NULL, NULL);
}
