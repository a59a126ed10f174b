/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Network, firewall, services: from what ip, nft and systemctl print. */
#include "gateway/doctor_firewall.h"
#include "gateway/doctor_foreign.h"
#include "gateway/doctor_foreign_drop.h"
#include "gateway/doctor_network.h"
#include "gateway/doctor_services.h"
#include "gateway/firewall_text.h"
#include "gateway/foreign_firewall.h"

#include "tests/gateway/doctor_findings.h"

#include <errno.h>

#define FINDINGS _cleanup_(doctor_findings_done) struct doctor_findings findings = { 0 }

/* ---- network --------------------------------------------------------------------- */

#define ADDRESS(text, prefix) \
	"{\"family\":\"inet\",\"local\":\"" text "\",\"prefixlen\":" prefix "}"
#define ADDRESS6(text, prefix) \
	"{\"family\":\"inet6\",\"local\":\"" text "\",\"prefixlen\":" prefix "}"
#define INTERFACE(name, mtu, addresses)                                          \
	"{\"ifindex\":2,\"ifname\":\"" name "\",\"flags\":[\"UP\"],\"mtu\":" mtu \
	",\"addr_info\":[" addresses "]}"
/* As of ip 6.1, in the lab, with a session on. */
#define SESSION INTERFACE("sg1", "1280", ADDRESS("10.89.0.1", "32"))
#define ETH0    INTERFACE("eth0", "1500", ADDRESS("203.0.113.1", "24"))
#define RULES                                                   \
	"{\"priority\":0,\"src\":\"all\",\"table\":\"local\"}," \
	"{\"priority\":32766,\"src\":\"all\",\"table\":\"main\"}"

static struct configuration configuration;
static struct doctor_connections connections;

/* eth0's, and what a test adds. */
static struct pool_network known_networks[3];

#define IPV4(a, b, c, d) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (c) << 8 | (d))

static void add_network(struct doctor_network_facts *facts, uint32_t first, uint32_t last,
			bool is_connected, const char *interface)
{
	struct pool_network *network = &known_networks[facts->networks.count];

	facts->networks.count++;
	*network = (struct pool_network){ first, last, is_connected, "" };
	strcpy(network->interface, interface);
}

/* 2001:db8:0:100::/56 */
static const struct address_ipv6_prefix prefix = { UINT64_C(0x20010db800000100), 56 };

static struct doctor_network_facts network(const char *addresses, const char *rules)
{
	struct doctor_network_facts facts;

	configuration_default(&configuration);
	doctor_connections_read("conn saregate-203.0.113.1\n\tleft=203.0.113.1\n"
				"\tleftid=203.0.113.1\n",
				&connections);
	facts = (struct doctor_network_facts){
		.is_forwarding = 1,
		.is_forwarding_kept = true,
		.addresses = { .text = (char *)addresses },
		.rules = { .text = (char *)rules },
		.configuration = &configuration,
		.connections = &connections,
	};
	facts.networks.networks = known_networks;
	add_network(&facts, IPV4(203, 0, 113, 0), IPV4(203, 0, 113, 255), true, "eth0");
	return facts;
}

static void a_gateway_with_a_session_is_good(void **state)
{
	struct doctor_network_facts facts = network("[" ETH0 "," SESSION "]", "[" RULES "]");
	FINDINGS;

	doctor_network_check(&facts, &findings);
	assert_good(&findings);
}

static void forwarding_that_is_off_is_an_error_and_one_that_ends_at_boot_a_warning(void **state)
{
	struct doctor_network_facts facts = network("[" ETH0 "]", "[" RULES "]");
	FINDINGS;

	facts.is_forwarding = 0;
	facts.is_forwarding_kept = false;
	doctor_network_check(&facts, &findings);
	assert_finding(&findings, DOCTOR_ERROR, "ip_forward is 0",
		       "sysctl -w net.ipv4.ip_forward=1");
	assert_finding(&findings, DOCTOR_WARNING, "at boot", "saregate setup");
}

static void forwarding_of_ipv6_is_of_interest_with_a_prefix_only(void **state)
{
	struct doctor_network_facts facts = network("[" ETH0 "]", "[" RULES "]");
	FINDINGS;

	strcpy(facts.ignores_ra, "eth0");
	doctor_network_check(&facts, &findings);
	assert_good(&findings);
	configuration.pool_ipv6 = prefix;
	doctor_network_check(&facts, &findings);
	assert_finding(&findings, DOCTOR_WARNING, "net.ipv6.conf.all.forwarding is 0",
		       "saregate setup --non-interactive");
	assert_null(finding_of(&findings, "router advertisements"));
}

static void forwarding_of_ipv6_that_ends_at_boot_is_a_warning(void **state)
{
	struct doctor_network_facts facts = network("[" ETH0 "]", "[" RULES "]");
	FINDINGS;

	configuration.pool_ipv6 = prefix;
	facts.is_forwarding_ipv6 = 1;
	doctor_network_check(&facts, &findings);
	assert_finding(&findings, DOCTOR_WARNING, "forwarding of IPv6 at boot", "saregate setup");
	facts.is_forwarding_ipv6_kept = true;
	doctor_findings_done(&findings);
	doctor_network_check(&facts, &findings);
	assert_good(&findings);
}

static void a_router_that_ignores_its_own_router_is_an_error(void **state)
{
	struct doctor_network_facts facts = network("[" ETH0 "]", "[" RULES "]");
	FINDINGS;

	configuration.pool_ipv6 = prefix;
	facts.is_forwarding_ipv6 = 1;
	facts.is_forwarding_ipv6_kept = true;
	strcpy(facts.ignores_ra, "eth0 eth1.7");
	doctor_network_check(&facts, &findings);
	assert_finding(&findings, DOCTOR_ERROR, "interface eth0 ignores router advertisements",
		       "sysctl -w net/ipv6/conf/eth0/accept_ra=2");
	assert_finding(&findings, DOCTOR_ERROR, "interface eth1.7 ignores router advertisements",
		       "sysctl -w net/ipv6/conf/eth1.7/accept_ra=2");
}

static void a_prefix_on_a_link_of_the_host_is_a_warning(void **state)
{
	struct doctor_network_facts facts = network(
		"[" INTERFACE(
			"eth0", "1500",
			ADDRESS("203.0.113.1", "24") "," ADDRESS6(
				"2001:db8:0:1ff::9",
				"64")) "," INTERFACE("eth1", "1500",
						     ADDRESS6("2001:db8:0:200::1", "64") "," ADDRESS6(
							     "fe80::1",
							     "64")) "," INTERFACE("sg1", "1280",
										  ADDRESS6(
											  "2001:"
											  "db8:0:"
											  "100::1",
											  "64")) "]",
		"[" RULES "]");
	FINDINGS;

	configuration.pool_ipv6 = prefix;
	facts.is_forwarding_ipv6 = 1;
	facts.is_forwarding_ipv6_kept = true;
	doctor_network_check(&facts, &findings);
	assert_finding(&findings, DOCTOR_WARNING,
		       "2001:db8:0:100::/56 of the pool of clients meets 2001:db8:0:1ff::9/64 of "
		       "interface eth0",
		       "routes to this host");
	assert_null(finding_of(&findings, "eth1:"));
	assert_null(finding_of(&findings, "sg1"));
}

static void an_address_inside_the_pool_is_an_error_with_a_free_pool(void **state)
{
	struct doctor_network_facts facts =
		network("[" ETH0 "," INTERFACE("eth1", "1500", ADDRESS("10.89.0.50", "16")) "]",
			"[" RULES "]");
	FINDINGS;

	add_network(&facts, IPV4(10, 89, 0, 0), IPV4(10, 89, 255, 255), true, "eth1");
	add_network(&facts, IPV4(10, 90, 0, 0), IPV4(10, 91, 255, 255), false, "eth0");
	doctor_network_check(&facts, &findings);
	assert_finding(&findings, DOCTOR_ERROR, "10.89.0.50 of interface eth1",
		       "--pool 10.92.0.10-10.92.3.250 --local-address 10.92.0.1");
	assert_null(finding_of(&findings, "overlaps"));
}

static void each_pool_is_looked_at(void **state)
{
	struct doctor_network_facts facts =
		network("[" ETH0 "," INTERFACE("eth1", "1500", ADDRESS("10.90.0.50", "16")) "]",
			"[" RULES "]");
	FINDINGS;

	configuration.pools[0] = (struct configuration_pool){ .name = "guests",
							      .first_ipv4 = IPV4(10, 90, 0, 10),
							      .last_ipv4 = IPV4(10, 90, 0, 250) };
	configuration.pools[1] = (struct configuration_pool){ .name = "staff",
							      .first_ipv4 = IPV4(10, 91, 0, 10),
							      .last_ipv4 = IPV4(10, 91, 0, 250) };
	configuration.pool_count = 2;
	add_network(&facts, IPV4(10, 90, 0, 0), IPV4(10, 90, 255, 255), true, "eth1");
	add_network(&facts, IPV4(10, 91, 0, 128), IPV4(10, 91, 0, 255), false, "eth0");
	doctor_network_check(&facts, &findings);
	assert_finding(
		&findings, DOCTOR_ERROR, "10.90.0.50 of interface eth1 lies inside the pool guests",
		"[pool guests] of saregate.conf another range, such as 10.89.4.10-10.89.7.250");
	assert_finding(
		&findings, DOCTOR_WARNING, "the pool staff of clients overlaps",
		"[pool staff] of saregate.conf another range, such as 10.89.4.10-10.89.7.250");
	assert_finding(&findings, DOCTOR_GOOD,
		       "the pool, 10.89.0.10-10.89.3.250, collides with nothing", NULL);
}

static void a_network_that_meets_the_pool_is_a_warning(void **state)
{
	struct doctor_network_facts facts = network("[" ETH0 "]", "[" RULES "]");
	FINDINGS;

	add_network(&facts, IPV4(10, 88, 0, 0), IPV4(10, 89, 255, 255), true, "wg0");
	doctor_network_check(&facts, &findings);
	assert_finding(&findings, DOCTOR_WARNING, "network 10.88.0.0/15 of wg0",
		       "--pool 10.90.0.10-10.90.3.250");
}

/* Who names a part of it means it: setup takes such a pool, too. */
static void a_network_behind_a_router_that_holds_more_than_the_pool_is_good(void **state)
{
	struct doctor_network_facts facts = network("[" ETH0 "]", "[" RULES "]");
	FINDINGS;

	add_network(&facts, IPV4(10, 0, 0, 0), IPV4(10, 255, 255, 255), false, "eth0");
	doctor_network_check(&facts, &findings);
	assert_good(&findings);
}

static void an_address_that_is_gone_keeps_clients_out(void **state)
{
	struct doctor_network_facts facts = network("[" SESSION "]", "[" RULES "]");
	FINDINGS;

	doctor_network_check(&facts, &findings);
	assert_finding(&findings, DOCTOR_ERROR, "no interface has 203.0.113.1", "--listen-address");
}

static void a_private_address_wants_a_public_one_unless_it_is_known(void **state)
{
	struct doctor_network_facts facts = network(
		"[" INTERFACE("eth0", "1500", ADDRESS("10.0.0.5", "24")) "]", "[" RULES "]");
	FINDINGS;

	doctor_connections_read("conn saregate-10.0.0.5\n\tleft=10.0.0.5\n\tleftid=10.0.0.5\n",
				&connections);
	doctor_network_check(&facts, &findings);
	assert_finding(&findings, DOCTOR_WARNING, "10.0.0.5 is a private address",
		       "--public-address");
	doctor_findings_done(&findings);
	doctor_connections_read("conn saregate-10.0.0.5\n\tleft=10.0.0.5\n\tleftid=198.51.100.7\n",
				&connections);
	doctor_network_check(&facts, &findings);
	assert_null(finding_of(&findings, "is a private address"));
}

static void an_inner_mtu_that_does_not_fit_is_a_warning_with_one_that_does(void **state)
{
	struct doctor_network_facts facts = network("[" ETH0 "]", "[" RULES "]");
	FINDINGS;

	configuration.mtu = 1500;
	doctor_network_check(&facts, &findings);
	assert_finding(&findings, DOCTOR_WARNING, "of 1500 bytes becomes one of 1604, which eth0",
		       "--mtu 1402");
	assert_true(doctor_network_outer_size(1402, AF_INET) <= 1500);
	assert_true(doctor_network_outer_size(1403, AF_INET) > 1500);
	assert_int_equal(doctor_network_outer_size(1280, AF_INET6),
			 doctor_network_outer_size(1280, AF_INET) + 20);
}

/* wg-quick's rule takes what has no mark; a low mark under the whole mask is not ours. */
static void rules_that_can_take_our_marks_are_warnings_and_others_are_not(void **state)
{
	static const struct {
		const char *rule;
		bool is_ours;
	} cases[] = {
		{ "\"fwmark\":\"0x4004\",\"table\":\"100\"", true },
		{ "\"fwmark\":\"0xca6c\",\"table\":\"51\"", true },
		{ "\"fwmark\":\"0x80000\",\"fwmask\":\"0xff0000\",\"table\":\"52\"", true },
		{ "\"fwmark\":\"0x1\",\"fwmask\":\"0xff\",\"table\":\"52\"", true },
		{ "\"fwmark\":\"0x10\",\"table\":\"51\"", false },
		{ "\"not\":null,\"fwmark\":\"0xca6c\",\"table\":\"51820\"", false },
	};

	for (size_t i = 0; i < ELEMENTS(cases); i++) {
		char rules[256];
		struct doctor_network_facts facts = network("[" ETH0 "]", rules);
		FINDINGS;

		snprintf(rules, sizeof(rules), "[{\"priority\":200,\"src\":\"all\",%s}]",
			 cases[i].rule);
		doctor_network_check(&facts, &findings);
		if (cases[i].is_ours)
			assert_finding(&findings, DOCTOR_WARNING, "ip rule 200", "below 0x4000");
		else
			assert_good(&findings);
	}
}

static void what_ip_does_not_say_is_unseen(void **state)
{
	struct doctor_network_facts facts = network("Object \"address\" is unknown", NULL);
	FINDINGS;

	facts.rules.error = -ENOENT;
	doctor_network_check(&facts, &findings);
	assert_finding(&findings, DOCTOR_UNSEEN, "addresses could not be looked at", NULL);
	assert_finding(&findings, DOCTOR_UNSEEN, "ip rule could not be looked at", NULL);
	doctor_findings_done(&findings);
	facts = network("[" ETH0 "]", "[" RULES "]");
	facts.networks_error = -EPERM;
	doctor_network_check(&facts, &findings);
	assert_finding(&findings, DOCTOR_UNSEEN, "networks of this host could not be", NULL);
	assert_null(finding_of(&findings, "collides with nothing"));
}

/* ---- firewall -------------------------------------------------------------------- */

static struct doctor_firewall_facts firewall(char **text)
{
	configuration_default(&configuration);
	assert_int_equal(firewall_text(&configuration, text), 0);
	return (struct doctor_firewall_facts){
		.file = { .text = *text },
		.wanted = { .text = (char *)"table inet saregate {\n}\n" },
		.loaded = { .text = (char *)"table inet saregate {\n}\n" },
		.ruleset = { .text = (char *)"" },
		.chains = { .text = (char *)"{\"nftables\":[]}" },
		.configuration = &configuration,
	};
}

static void our_tables_as_they_should_be_are_good(void **state)
{
	_cleanup_(freep) char *text = NULL;
	struct doctor_firewall_facts facts = firewall(&text);
	FINDINGS;

	doctor_firewall_check(&facts, &findings);
	assert_good(&findings);
}

static void tables_that_are_gone_or_changed_are_errors(void **state)
{
	_cleanup_(freep) char *text = NULL;
	struct doctor_firewall_facts facts = firewall(&text);
	FINDINGS;

	facts.loaded.text = (char *)"table inet saregate {\n\tchain x {\n\t}\n}\n";
	doctor_firewall_check(&facts, &findings);
	assert_finding(&findings, DOCTOR_ERROR, "somebody changed them", "nft -f ");
	facts.loaded = (struct doctor_text){ .error = -ENOENT };
	doctor_firewall_check(&facts, &findings);
	assert_finding(&findings, DOCTOR_ERROR, "not both loaded", "nft -f ");
}

static void a_file_of_another_configuration_is_a_warning_and_none_an_error(void **state)
{
	_cleanup_(freep) char *text = NULL;
	struct doctor_firewall_facts facts = firewall(&text);
	FINDINGS;

	configuration.mtu = 1400;
	doctor_firewall_check(&facts, &findings);
	assert_finding(&findings, DOCTOR_WARNING, "is not that of saregate.conf", "saregate setup");
	facts.file = (struct doctor_text){ .error = -ENOENT };
	doctor_firewall_check(&facts, &findings);
	assert_finding(&findings, DOCTOR_ERROR, "there is no ", "saregate setup");
}

static void a_saved_ruleset_with_our_raw_rule_is_a_warning(void **state)
{
	_cleanup_(freep) char *text = NULL;
	struct doctor_firewall_facts facts = firewall(&text);
	FINDINGS;

	facts.saved_count = 2;
	facts.saved[0].path = (char *)"/etc/nftables.conf";
	facts.saved[0].content.text = (char *)"flush ruleset\ntable inet saregate {\n}\n";
	facts.saved[1].path = (char *)"/etc/nftables/a.nft";
	facts.saved[1].content.text = (char *)"table inet saregate_mark {\n\tcounter unmarked {\n";
	doctor_firewall_check(&facts, &findings);
	assert_finding(&findings, DOCTOR_WARNING, "/etc/nftables/a.nft was saved",
		       "sed -i '/^table inet saregate_mark {$/,/^}/d' '/etc/nftables/a.nft'");
	assert_null(finding_of(&findings, "/etc/nftables.conf"));
}

#define CHAIN(family, table, name, hook)                                             \
	"{\"nftables\":[{\"chain\":{\"family\":\"" family "\",\"table\":\"" table    \
	"\",\"name\":\"" name "\",\"handle\":1,\"type\":\"filter\",\"hook\":\"" hook \
	"\",\"prio\":0,\"policy\":\"drop\"}}]}"

static void check_foreign(const char *chains, const char *ruleset, struct doctor_findings *findings)
{
	struct foreign_rules missing;

	assert_int_equal(foreign_firewall_find(chains, false, &missing), 0);
	doctor_foreign_check(chains, ruleset, false, &missing, findings);
}

static void a_foreign_chain_that_names_us_passes_and_one_that_does_not_drops(void **state)
{
	/* nft 1.0.6 of what iptables -I INPUT made of our advice */
	static const char open[] =
		"table ip filter {\n\tchain INPUT {\n"
		"\t\ttype filter hook input priority filter; policy drop;\n"
		"\t\tudp dport 1701 meta secpath exists counter packets 0 bytes 0 accept\n"
		"\t\tmeta l4proto esp counter packets 0 bytes 0 accept\n"
		"\t\tmeta l4proto udp udp dport { 500, 4500 } counter packets 0 bytes 0 accept\n"
		"\t}\n}\n";
	static const char closed[] = "table ip filter {\n\tchain INPUT {\n"
				     "\t\ttype filter hook input priority filter; policy drop;\n"
				     "\t\ttcp dport 4500 drop\n\t\ttcp dport 22 accept\n\t}\n}\n";
	static const char chains[] = CHAIN("ip", "filter", "INPUT", "input");
	FINDINGS;

	check_foreign(chains, open, &findings);
	assert_good(&findings);
	doctor_findings_done(&findings);
	check_foreign(chains, closed, &findings);
	assert_finding(&findings, DOCTOR_ERROR, "drops clients' packets",
		       "iptables -I INPUT -p esp -j ACCEPT && iptables -I INPUT");
}

static void what_has_been_allowed_already_is_not_missing(void **state)
{
	static const char chains[] = CHAIN("ip", "filter", "INPUT", "input");
	struct foreign_rules missing = { 0 };
	FINDINGS;

	doctor_foreign_check(chains, "", false, &missing, &findings);
	assert_good(&findings);
	doctor_findings_done(&findings);
	foreign_rules_add(&missing, "iptables esp");
	doctor_foreign_check(chains, "", false, &missing, &findings);
	assert_string_equal(findings.entries[0].remedy, "iptables -I INPUT -p esp -j ACCEPT");
}

static void a_foreign_chain_that_goes_on_elsewhere_is_a_warning(void **state)
{
	static const char chains[] = CHAIN("inet", "site", "pass", "forward");
	static const char jumps[] = "table inet site {\n\tchain pass {\n"
				    "\t\ttype filter hook forward priority filter; policy drop;\n"
				    "\t\tjump other\n\t}\n}\n";
	static const char wide[] = "table inet site {\n\tchain pass {\n"
				   "\t\ttype filter hook forward priority filter; policy drop;\n"
				   "\t\tiifname \"eth1\" accept\n\t}\n}\n";
	FINDINGS;

	check_foreign(chains, jumps, &findings);
	assert_finding(&findings, DOCTOR_WARNING, "perhaps clients' packets", "nft 'insert rule");
	doctor_findings_done(&findings);
	check_foreign(chains, wide, &findings);
	assert_finding(&findings, DOCTOR_WARNING, "perhaps clients' packets", "nft 'insert rule");
}

static void another_chain_of_that_name_in_another_table_does_not_count(void **state)
{
	static const char chains[] = CHAIN("inet", "site", "pass", "forward");
	static const char ruleset[] =
		"table inet site {\n\tchain pass {\n"
		"\t\ttype filter hook forward priority filter; policy drop;\n"
		"\t}\n}\n"
		"table inet mine {\n\tchain pass {\n"
		"\t\tiifname \"sg*\" accept\n\t\toifname \"sg*\" accept\n\t}\n}\n";
	FINDINGS;

	check_foreign(chains, ruleset, &findings);
	assert_finding(&findings, DOCTOR_ERROR, "drops clients' packets", "inet site pass");
}

/* A rule of a foreign table's input chain, whose policy is accept. */
#define INPUT_RULE(rule)                                                             \
	"table inet site {\n\tset them {\n\t\ttype ipv4_addr\n\t}\n\n\tchain in {\n" \
	"\t\ttype filter hook input priority filter; policy accept;\n\t\t" rule "\n\t}\n}\n"

static void a_rule_that_drops_what_clients_send_is_told_whatever_the_policy(void **state)
{
	static const struct {
		const char *ruleset;
		const char *what;
	} cases[] = {
		{ INPUT_RULE("udp dport 4500 drop"),
		  "drops IKE and ESP behind a NAT: \"udp dport" },
		{ INPUT_RULE("udp dport { 53, 500 } counter reject"), "drops IKE: \"udp dport" },
		{ INPUT_RULE("meta l4proto udp th dport 1024-2000 drop"), "drops L2TP inside" },
		{ INPUT_RULE("meta l4proto esp counter packets 0 bytes 0 drop"), "ESP without" },
		{ INPUT_RULE("ip protocol esp drop"), "drops ESP without a NAT" },
	};

	for (size_t i = 0; i < ELEMENTS(cases); i++) {
		FINDINGS;

		doctor_foreign_drop_check(cases[i].ruleset, &findings);
		assert_int_equal(findings.count, 1);
		assert_finding(&findings, DOCTOR_ERROR, cases[i].what,
			       "nft -a list chain inet site in");
	}
}

static void a_rule_of_one_interface_or_of_a_chain_beside_is_a_warning(void **state)
{
	static const char *const rulesets[] = {
		INPUT_RULE("iifname \"eth1\" udp dport 4500 drop"),
		"table ip filter {\n\tchain CUSTOM {\n\t\tudp dport 4500 counter drop\n\t}\n}\n",
	};

	for (size_t i = 0; i < ELEMENTS(rulesets); i++) {
		FINDINGS;

		doctor_foreign_drop_check(rulesets[i], &findings);
		assert_int_equal(findings.count, 1);
		assert_finding(&findings, DOCTOR_WARNING, "perhaps clients' IKE and ESP",
			       "nft -a list chain i");
	}
}

static void a_rule_that_drops_less_or_something_else_is_none(void **state)
{
	static const char *const rulesets[] = {
		INPUT_RULE("udp dport 4501 drop"),
		INPUT_RULE("tcp dport 4500 drop"),
		INPUT_RULE("udp dport != 4500 drop"),
		INPUT_RULE("udp dport { 1-499, 501-1700 } accept"),
		INPUT_RULE("ip saddr @them udp dport { 500, 4500 } reject"),
		INPUT_RULE("udp dport 500 limit rate over 10/second drop"),
		INPUT_RULE("udp dport 1701 meta ipsec missing drop"),
		INPUT_RULE("udp dport 4500 accept\n\t\tudp dport 1024-65535 accept\n"
			   "\t\tudp dport 4500 drop"),
		"table inet saregate_guard {\n\tchain input {\n"
		"\t\ttype filter hook input priority filter; policy accept;\n"
		"\t\tudp dport 1701 counter name cleartext_in drop\n\t}\n}\n",
		"",
	};

	for (size_t i = 0; i < ELEMENTS(rulesets); i++) {
		FINDINGS;

		doctor_foreign_drop_check(rulesets[i], &findings);
		assert_int_equal(findings.count, 0);
	}
}

static void each_need_is_told_once(void **state)
{
	FINDINGS;

	doctor_foreign_drop_check(INPUT_RULE("udp dport { 500, 4500 } drop\n"
					     "\t\tudp dport 500 drop"),
				  &findings);
	assert_int_equal(findings.count, 2);
}

/* ---- services -------------------------------------------------------------------- */

static struct doctor_services_facts services(void)
{
	return (struct doctor_services_facts){
		.has_systemd = true,
		.units = { .text = (char *)"Id=saregate-guard.service\nLoadState=loaded\n"
					   "ActiveState=active\nUnitFileState=enabled\n\n"
					   "Id=saregate-launcher.socket\nLoadState=loaded\n"
					   "ActiveState=active\nUnitFileState=enabled\n" },
		.status = json_tokener_parse("{\"state\":\"running\",\"problems\":[]}"),
		.sockets = { .entries = { { 500, 10, "pluto", 0, 1 },
					  { 4500, 10, "pluto", 0, 2 },
					  { 1701, 11, "saregated", 0, 3 } },
			     .count = 3 },
		.l2tp_port = 1701,
	};
}

static void services_that_run_are_good(void **state)
{
	struct doctor_services_facts facts = services();
	FINDINGS;

	doctor_services_check(&facts, &findings);
	assert_good(&findings);
	assert_finding(&findings, DOCTOR_GOOD, "saregate-launcher.socket is enabled", NULL);
	json_object_put(facts.status);
}

static void units_that_do_not_run_or_start_have_their_systemctl(void **state)
{
	static const struct {
		const char *text;
		enum doctor_severity severity;
		const char *problem;
		const char *remedy;
	} cases[] = {
		{ "Id=a.service\nLoadState=not-found\nActiveState=inactive\nUnitFileState=\n",
		  DOCTOR_ERROR, "unit a.service is not-found", "systemctl daemon-reload" },
		{ "Id=a.service\nLoadState=masked\nActiveState=inactive\nUnitFileState=masked\n",
		  DOCTOR_ERROR, "unit a.service is masked", "systemctl unmask a.service" },
		{ "Id=a.service\nLoadState=loaded\nActiveState=failed\nUnitFileState=enabled\n",
		  DOCTOR_ERROR, "unit a.service is failed", "systemctl enable --now a.service" },
		{ "Id=a.service\nLoadState=loaded\nActiveState=active\nUnitFileState=disabled\n",
		  DOCTOR_WARNING, "a.service does not start at boot",
		  "systemctl enable a.service" },
		{ "Id=saregate-ra.service\nLoadState=loaded\nActiveState=failed\n"
		  "UnitFileState=enabled\n",
		  DOCTOR_WARNING, "saregate-ra.service is failed",
		  "systemctl enable --now saregate-ra.service" },
	};

	for (size_t i = 0; i < ELEMENTS(cases); i++) {
		struct doctor_services_facts facts = services();
		FINDINGS;

		facts.units.text = (char *)cases[i].text;
		doctor_services_check(&facts, &findings);
		assert_finding(&findings, cases[i].severity, cases[i].problem, cases[i].remedy);
		json_object_put(facts.status);
	}
}

static void what_saregated_says_of_itself_is_passed_on(void **state)
{
	struct doctor_services_facts facts = services();
	FINDINGS;

	json_object_put(facts.status);
	facts.status =
		json_tokener_parse("{\"state\":\"degraded\",\"problems\":[\"no pluto: start\"]}");
	doctor_services_check(&facts, &findings);
	assert_finding(&findings, DOCTOR_WARNING, "saregated: no pluto: start", NULL);
	json_object_put(facts.status);
	facts.status = NULL;
	strcpy(facts.status_error, "saregated is not running");
	doctor_services_check(&facts, &findings);
	assert_finding(&findings, DOCTOR_ERROR, "saregated is not running",
		       "systemctl restart saregated.service");
}

static void daemons_on_our_ports_are_errors_with_their_unit_or_number(void **state)
{
	struct doctor_services_facts facts = services();
	FINDINGS;

	facts.sockets.entries[2] = (struct udp_socket){ 1701, 42, "xl2tpd", 0, 9 };
	facts.sockets.entries[3] = (struct udp_socket){ 500, 43, "charon", 0, 9 };
	facts.sockets.entries[4] = (struct udp_socket){ 4500, 44, "netcat", 0, 9 };
	facts.sockets.entries[5] = (struct udp_socket){ 53, 45, "dnsmasq", 0, 9 };
	facts.sockets.count = 6;
	doctor_services_check(&facts, &findings);
	assert_finding(&findings, DOCTOR_ERROR, "xl2tpd (process 42) is on UDP port 1701",
		       "systemctl disable --now xl2tpd");
	assert_finding(&findings, DOCTOR_ERROR, "charon (process 43) is on UDP port 500",
		       "strongswan-starter");
	assert_finding(&findings, DOCTOR_ERROR, "netcat (process 44)", "kill 44");
	assert_null(finding_of(&findings, "dnsmasq"));
	json_object_put(facts.status);
}

static void dnsmasq_is_missed_where_clients_have_ipv6(void **state)
{
	struct doctor_services_facts facts = services();
	FINDINGS;

	facts.dnsmasq_error = -ENOENT;
	doctor_services_check(&facts, &findings);
	assert_good(&findings);
	facts.wants_ra = true;
	doctor_services_check(&facts, &findings);
	assert_finding(&findings, DOCTOR_WARNING, "no dnsmasq", "apt install dnsmasq-base");
	json_object_put(facts.status);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SENTENCE(a_gateway_with_a_session_is_good),
		SENTENCE(forwarding_that_is_off_is_an_error_and_one_that_ends_at_boot_a_warning),
		SENTENCE(forwarding_of_ipv6_is_of_interest_with_a_prefix_only),
		SENTENCE(forwarding_of_ipv6_that_ends_at_boot_is_a_warning),
		SENTENCE(a_router_that_ignores_its_own_router_is_an_error),
		SENTENCE(a_prefix_on_a_link_of_the_host_is_a_warning),
		SENTENCE(an_address_inside_the_pool_is_an_error_with_a_free_pool),
		SENTENCE(each_pool_is_looked_at),
		SENTENCE(a_network_that_meets_the_pool_is_a_warning),
		SENTENCE(a_network_behind_a_router_that_holds_more_than_the_pool_is_good),
		SENTENCE(an_address_that_is_gone_keeps_clients_out),
		SENTENCE(a_private_address_wants_a_public_one_unless_it_is_known),
		SENTENCE(an_inner_mtu_that_does_not_fit_is_a_warning_with_one_that_does),
		SENTENCE(rules_that_can_take_our_marks_are_warnings_and_others_are_not),
		SENTENCE(what_ip_does_not_say_is_unseen),
		SENTENCE(our_tables_as_they_should_be_are_good),
		SENTENCE(tables_that_are_gone_or_changed_are_errors),
		SENTENCE(a_file_of_another_configuration_is_a_warning_and_none_an_error),
		SENTENCE(a_saved_ruleset_with_our_raw_rule_is_a_warning),
		SENTENCE(a_foreign_chain_that_names_us_passes_and_one_that_does_not_drops),
		SENTENCE(what_has_been_allowed_already_is_not_missing),
		SENTENCE(a_foreign_chain_that_goes_on_elsewhere_is_a_warning),
		SENTENCE(another_chain_of_that_name_in_another_table_does_not_count),
		SENTENCE(a_rule_that_drops_what_clients_send_is_told_whatever_the_policy),
		SENTENCE(a_rule_of_one_interface_or_of_a_chain_beside_is_a_warning),
		SENTENCE(a_rule_that_drops_less_or_something_else_is_none),
		SENTENCE(each_need_is_told_once),
		SENTENCE(services_that_run_are_good),
		SENTENCE(units_that_do_not_run_or_start_have_their_systemctl),
		SENTENCE(what_saregated_says_of_itself_is_passed_on),
		SENTENCE(daemons_on_our_ports_are_errors_with_their_unit_or_number),
		SENTENCE(dnsmasq_is_missed_where_clients_have_ipv6),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
