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
	char *text = NULL;

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_int_equal(foreign_firewall_advice(texts[i], &text), -EINVAL);
	assert_null(text);
}

static void assert_silent(const char *chains)
{
	char *text = (char *)"untouched";

	assert_int_equal(foreign_firewall_advice(chains, &text), 0);
	assert_null(text);
}

static void a_host_that_drops_nothing_gets_no_advice(void **state)
{
	assert_silent(CHAINS());
	assert_silent(CHAINS(BASE("ip", "filter", "FORWARD", "forward", "accept")));
	assert_silent(CHAINS(BASE("inet", "filter", "output", "output", "drop")));
	assert_silent(CHAINS(BASE("bridge", "filter", "FORWARD", "forward", "drop")));
	assert_silent(CHAINS(BASE("ip6", "filter", "FORWARD", "forward", "drop")));
}

static void our_own_chains_get_no_advice(void **state)
{
	assert_silent(CHAINS(BASE("inet", "saregate", "forward", "forward", "drop")));
	assert_silent(CHAINS(BASE("inet", "saregate_guard", "input", "input", "drop")));
}

static void assert_advice(const char *chains, const char *wanted)
{
	_cleanup_(freep) char *text = NULL;

	assert_int_equal(foreign_firewall_advice(chains, &text), 0);
	assert_non_null(text);
	assert_non_null(strstr(text, "clients come in"));
	assert_string_equal(strstr(text, "\n  ") + 1, wanted);
}

static void a_chain_of_nftables_is_answered_in_nfts_words(void **state)
{
	assert_advice(CHAINS(BASE("inet", "site", "pass", "forward", "drop")),
		      "  nft 'insert rule inet site pass iifname \"sg*\" accept'\n"
		      "  nft 'insert rule inet site pass oifname \"sg*\" ct state "
		      "established,related accept'\n");
	assert_advice(CHAINS(BASE("ip6", "site", "in", "input", "drop")),
		      "  nft 'insert rule ip6 site in udp dport { 500, 4500 } accept'\n"
		      "  nft 'insert rule ip6 site in meta l4proto esp accept'\n"
		      "  nft 'insert rule ip6 site in udp dport 1701 meta ipsec exists accept'\n");
}

static void a_chain_of_iptables_is_answered_in_iptables_words(void **state)
{
	assert_advice(CHAINS(BASE("ip", "filter", "FORWARD", "forward", "drop")),
		      "  iptables -I FORWARD -i sg+ -j ACCEPT\n"
		      "  iptables -I FORWARD -o sg+ -m conntrack --ctstate RELATED,ESTABLISHED "
		      "-j ACCEPT\n");
	assert_advice(CHAINS(BASE("ip", "filter", "INPUT", "input", "drop")),
		      "  iptables -I INPUT -p udp -m multiport --dports 500,4500 -j ACCEPT\n"
		      "  iptables -I INPUT -p esp -j ACCEPT\n"
		      "  iptables -I INPUT -p udp --dport 1701 -m policy --dir in --pol ipsec "
		      "-j ACCEPT\n");
}

static void docker_is_answered_in_its_own_chain(void **state)
{
	assert_advice(CHAINS(BASE("ip", "filter", "FORWARD", "forward", "drop")
				     PLAIN("ip", "filter", "DOCKER-USER")),
		      "  iptables -I DOCKER-USER -i sg+ -j ACCEPT\n"
		      "  iptables -I DOCKER-USER -o sg+ -m conntrack --ctstate "
		      "RELATED,ESTABLISHED -j ACCEPT\n");
}

static void ufw_and_firewalld_are_answered_in_their_words_only(void **state)
{
	assert_advice(CHAINS(PLAIN("ip", "filter", "ufw-user-forward")
				     BASE("ip", "filter", "FORWARD", "forward", "drop")
					     BASE("ip", "filter", "INPUT", "input", "drop")),
		      "  ufw allow 500,4500,1701/udp\n"
		      "  ufw allow proto esp from any to any\n"
		      "  ufw route allow in on sg+\n");
	assert_advice(CHAINS(BASE("inet", "firewalld", "filter_FORWARD", "forward", "accept")),
		      "  firewall-cmd --permanent --add-service=ipsec --add-port=1701/udp\n"
		      "  firewall-cmd --permanent --zone=trusted --add-interface=sg+\n"
		      "  firewall-cmd --reload\n");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SENTENCE(what_is_not_nfts_is_refused),
		SENTENCE(a_host_that_drops_nothing_gets_no_advice),
		SENTENCE(our_own_chains_get_no_advice),
		SENTENCE(a_chain_of_nftables_is_answered_in_nfts_words),
		SENTENCE(a_chain_of_iptables_is_answered_in_iptables_words),
		SENTENCE(docker_is_answered_in_its_own_chain),
		SENTENCE(ufw_and_firewalld_are_answered_in_their_words_only),
	};

	return cmocka_run_group_tests_name("foreign_firewall", tests, NULL, NULL);
}
