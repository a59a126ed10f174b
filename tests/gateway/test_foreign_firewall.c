/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/foreign_firewall.h"

#include "tests/unit.h"

#include <errno.h>
#include <string.h>

#define CHAINS(list) "{\"nftables\":[{\"metainfo\":{\"version\":\"1.0.6\"}}" list "]}"
#define BASE(family, table, name, hook, policy)                                           \
	",{\"chain\":{\"family\":\"" family "\",\"table\":\"" table "\",\"name\":\"" name \
	"\",\"handle\":1,\"type\":\"filter\",\"hook\":\"" hook                            \
	"\",\"prio\":0,\"policy\":\"" policy "\"}}"
#define PLAIN(family, table, name)                                                        \
	",{\"chain\":{\"family\":\"" family "\",\"table\":\"" table "\",\"name\":\"" name \
	"\",\"handle\":2}}"

static void what_is_not_nfts_is_refused(void **state)
{
	static const char *const texts[] = { "", "nft: no such file", "[]", "{\"nftables\":3}",
					     "{\"nftables\":[{\"chain\"" };
	struct foreign_rules rules = { .count = 7 };

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_int_equal(foreign_firewall_find(texts[i], false, &rules), -EINVAL);
	assert_int_equal(rules.count, 7);
}

static void assert_silent(const char *chains)
{
	struct foreign_rules rules;

	assert_int_equal(foreign_firewall_find(chains, false, &rules), 0);
	assert_int_equal(rules.count, 0);
}

static void a_host_that_drops_nothing_needs_no_rule(void **state)
{
	assert_silent(CHAINS());
	assert_silent(CHAINS(BASE("ip", "filter", "FORWARD", "forward", "accept")));
	assert_silent(CHAINS(BASE("inet", "filter", "output", "output", "drop")));
	assert_silent(CHAINS(BASE("bridge", "filter", "FORWARD", "forward", "drop")));
	assert_silent(CHAINS(BASE("ip6", "filter", "FORWARD", "forward", "drop")));
}

static void our_own_chains_need_no_rule(void **state)
{
	assert_silent(CHAINS(BASE("inet", "saregate", "forward", "forward", "drop")));
	assert_silent(CHAINS(BASE("inet", "saregate_guard", "input", "input", "drop")));
}

/* The commands that allow what @chains lack, a line each. */
static void assert_commands_of(const char *chains, bool has_ipv6, const char *wanted)
{
	struct foreign_rules rules;
	struct foreign_command command;
	char text[2048] = "", line[512];

	assert_int_equal(foreign_firewall_find(chains, has_ipv6, &rules), 0);
	for (size_t i = 0; i < rules.count; i++) {
		assert_int_equal(
			foreign_rule_command(rules.rules[i], FOREIGN_STEP_ALLOW, 0, &command), 0);
		strcat(text, foreign_command_format(command.words, line, sizeof(line)));
		strcat(text, "\n");
	}
	assert_string_equal(text, wanted);
}

static void assert_commands(const char *chains, const char *wanted)
{
	assert_commands_of(chains, false, wanted);
}

static void a_chain_of_nftables_is_answered_in_nfts_words(void **state)
{
	assert_commands(CHAINS(BASE("inet", "site", "pass", "forward", "drop")),
			"nft 'insert rule inet site pass iifname \"sg*\" accept comment "
			"\"saregate forward-in\"'\n"
			"nft 'insert rule inet site pass oifname \"sg*\" ct state "
			"established,related accept comment \"saregate forward-out\"'\n");
	assert_commands(CHAINS(BASE("ip6", "site", "in", "input", "drop")),
			"nft 'insert rule ip6 site in udp dport { 500, 4500 } accept comment "
			"\"saregate ike\"'\n"
			"nft 'insert rule ip6 site in meta l4proto esp accept comment "
			"\"saregate esp\"'\n"
			"nft 'insert rule ip6 site in udp dport 1701 meta ipsec exists accept "
			"comment \"saregate l2tp\"'\n");
}

static void a_chain_whose_name_would_need_quotes_makes_no_command(void **state)
{
	static const char *const rules[] = {
		"nft inet site in;flush ike",
		"nft inet si\"te in ike",
		"nft inet site in nonsense",
		"nft inet -f in ike",
		"nft inet site ike",
		"iptables nonsense",
		"ufw",
		"",
		"rm -rf /",
		"ufw esp; reboot",
		"iptablesx ike",
	};
	struct foreign_command command;

	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++)
		assert_int_equal(foreign_rule_command(rules[i], FOREIGN_STEP_ALLOW, 0, &command),
				 -EINVAL);
}

static void a_chain_of_iptables_is_answered_in_iptables_words(void **state)
{
	assert_commands(CHAINS(BASE("ip", "filter", "FORWARD", "forward", "drop")),
			"iptables -I FORWARD -i sg+ -j ACCEPT\n"
			"iptables -I FORWARD -o sg+ -m conntrack --ctstate RELATED,ESTABLISHED "
			"-j ACCEPT\n");
	assert_commands(CHAINS(BASE("ip", "filter", "INPUT", "input", "drop")),
			"iptables -I INPUT -p udp -m multiport --dports 500,4500 -j ACCEPT\n"
			"iptables -I INPUT -p esp -j ACCEPT\n"
			"iptables -I INPUT -p udp --dport 1701 -m policy --dir in --pol ipsec "
			"-j ACCEPT\n");
}

static void docker_is_answered_in_its_own_chain(void **state)
{
	assert_commands(CHAINS(BASE("ip", "filter", "FORWARD", "forward", "drop")
				       PLAIN("ip", "filter", "DOCKER-USER")),
			"iptables -I DOCKER-USER -i sg+ -j ACCEPT\n"
			"iptables -I DOCKER-USER -o sg+ -m conntrack --ctstate "
			"RELATED,ESTABLISHED -j ACCEPT\n");
}

static void a_chain_that_drops_ipv6_matters_where_clients_have_it(void **state)
{
	static const char site[] = CHAINS(BASE("ip6", "site", "pass", "forward", "drop"));
	static const char docker[] =
		CHAINS(PLAIN("ip", "filter", "DOCKER-USER") PLAIN("ip6", "filter", "DOCKER-USER")
			       BASE("ip6", "filter", "FORWARD", "forward", "drop"));
	static const char docker_without[] = CHAINS(PLAIN("ip", "filter", "DOCKER-USER") BASE(
		"ip6", "filter", "FORWARD", "forward", "drop"));

	assert_commands_of(site, false, "");
	assert_commands_of(site, true,
			   "nft 'insert rule ip6 site pass iifname \"sg*\" accept comment "
			   "\"saregate forward-in\"'\n"
			   "nft 'insert rule ip6 site pass oifname \"sg*\" ct state "
			   "established,related accept comment \"saregate forward-out\"'\n");
	assert_commands_of(docker, false, "");
	assert_commands_of(docker, true,
			   "ip6tables -I DOCKER-USER -i sg+ -j ACCEPT\n"
			   "ip6tables -I DOCKER-USER -o sg+ -m conntrack --ctstate "
			   "RELATED,ESTABLISHED -j ACCEPT\n");
	assert_commands_of(docker_without, true,
			   "ip6tables -I FORWARD -i sg+ -j ACCEPT\n"
			   "ip6tables -I FORWARD -o sg+ -m conntrack --ctstate "
			   "RELATED,ESTABLISHED -j ACCEPT\n");
}

static void ufw_and_firewalld_are_answered_in_their_words_only(void **state)
{
	assert_commands(CHAINS(PLAIN("ip", "filter", "ufw-user-forward")
				       BASE("ip", "filter", "FORWARD", "forward", "drop")
					       BASE("ip", "filter", "INPUT", "input", "drop")),
			"ufw allow 500,4500,1701/udp\n"
			"ufw allow proto esp from any to any\n"
			"ufw route allow in on sg+\n");
	assert_commands(CHAINS(BASE("inet", "firewalld", "filter_FORWARD", "forward", "accept")),
			"firewall-cmd --permanent --add-service=ipsec\n"
			"firewall-cmd --permanent --add-port=1701/udp\n"
			"firewall-cmd --permanent --zone=trusted --add-interface=sg+\n");
	assert_non_null(foreign_rule_reload("firewalld ike"));
	assert_null(foreign_rule_reload("ufw ike"));
}

/* `ufw disable` on Debian 13, and Docker, which had been started later */
static void chains_that_ufw_left_behind_are_not_ufw(void **state)
{
	assert_commands(CHAINS(PLAIN("ip", "filter", "ufw-user-forward")
				       BASE("ip", "filter", "FORWARD", "forward", "accept")
					       BASE("ip", "filter", "INPUT", "input", "accept")),
			"");
	assert_commands(CHAINS(PLAIN("ip", "filter", "ufw-user-forward") PLAIN("ip", "filter",
									       "DOCKER-USER")
				       BASE("ip", "filter", "FORWARD", "forward", "drop")
					       BASE("ip", "filter", "INPUT", "input", "accept")),
			"iptables -I DOCKER-USER -i sg+ -j ACCEPT\n"
			"iptables -I DOCKER-USER -o sg+ -m conntrack --ctstate "
			"RELATED,ESTABLISHED -j ACCEPT\n");
}

static void ufw_that_drops_only_what_is_forwarded_is_ufw(void **state)
{
	assert_commands(CHAINS(PLAIN("ip", "filter", "ufw-user-forward")
				       BASE("ip", "filter", "FORWARD", "forward", "drop")
					       BASE("ip", "filter", "INPUT", "input", "accept")),
			"ufw allow 500,4500,1701/udp\n"
			"ufw allow proto esp from any to any\n"
			"ufw route allow in on sg+\n");
}

static void ufw_shows_what_it_has_in_other_words(void **state)
{
	static const char shown[] = "Added user rules (see 'ufw status' for running firewall):\n"
				    "ufw allow 500,1701,4500/udp\n"
				    "ufw allow to any proto esp\n";
	unsigned long handle;

	assert_true(foreign_rule_is_there("ufw ike", 0, shown, &handle));
	assert_true(foreign_rule_is_there("ufw esp", 0, shown, &handle));
	assert_false(foreign_rule_is_there("ufw forward", 0, shown, &handle));
	assert_false(foreign_rule_is_there("ufw ike", 1, shown, &handle));
	assert_false(foreign_rule_is_there("ufw ike", 0, "ufw allow 500,1701,4500/udp comment",
					   &handle));
}

static void a_rule_of_nft_is_found_by_its_comment_and_taken_back_by_its_handle(void **state)
{
	static const char listed[] =
		"table inet site {\n\tchain pass { # handle 1\n"
		"\t\toifname \"sg*\" accept comment \"saregate forward-out\" # handle 9\n"
		"\t\tiifname \"sg*\" accept comment \"saregate forward-in\" # handle 42\n\t}\n}\n";
	struct foreign_command command;
	unsigned long handle = 0;

	assert_true(foreign_rule_is_there("nft inet site pass forward-in", 0, listed, &handle));
	assert_int_equal(handle, 42);
	assert_false(foreign_rule_is_there("nft inet site pass ike", 0, listed, &handle));
	assert_int_equal(foreign_rule_command("nft inet site pass forward-in", FOREIGN_STEP_REVOKE,
					      42, &command),
			 0);
	assert_string_equal(command.words[1], "delete rule inet site pass handle 42");
	assert_null(command.words[2]);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SENTENCE(what_is_not_nfts_is_refused),
		SENTENCE(a_host_that_drops_nothing_needs_no_rule),
		SENTENCE(our_own_chains_need_no_rule),
		SENTENCE(a_chain_of_nftables_is_answered_in_nfts_words),
		SENTENCE(a_chain_whose_name_would_need_quotes_makes_no_command),
		SENTENCE(a_chain_of_iptables_is_answered_in_iptables_words),
		SENTENCE(docker_is_answered_in_its_own_chain),
		SENTENCE(a_chain_that_drops_ipv6_matters_where_clients_have_it),
		SENTENCE(ufw_and_firewalld_are_answered_in_their_words_only),
		SENTENCE(chains_that_ufw_left_behind_are_not_ufw),
		SENTENCE(ufw_that_drops_only_what_is_forwarded_is_ufw),
		SENTENCE(ufw_shows_what_it_has_in_other_words),
		SENTENCE(a_rule_of_nft_is_found_by_its_comment_and_taken_back_by_its_handle),
	};

	return cmocka_run_group_tests_name("foreign_firewall", tests, NULL, NULL);
}
