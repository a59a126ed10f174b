/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The mark rule and the set of inner addresses, as the kernel and nft see them. */
#include "gateway/inner_addresses.h"
#include "ipsec-glue/sa_mark_rule.h"
#include "tests/lab/checks/hosts.h"

#include <errno.h>

static int clean(void **state)
{
	command("nft flush ruleset");
	return 0;
}

static void there_is_no_rule_until_it_is_installed(void **state)
{
	assert_int_equal(sa_mark_rule_check(), 0);
	assert_int_equal(sa_mark_rule_remove(), 0);
	assert_int_equal(sa_mark_rule_install(1701), 0);
	assert_int_equal(sa_mark_rule_check(), 1);
	assert_int_equal(sa_mark_rule_remove(), 0);
	assert_int_equal(sa_mark_rule_check(), 0);
}

static void nft_prints_the_rule(void **state)
{
	assert_int_equal(sa_mark_rule_install(1701), 0);
	command("nft list chain inet saregate_mark prerouting | "
		"grep -q 'type filter hook prerouting priority raw - 1; policy accept;'");
	command("nft list chain inet saregate_mark prerouting | "
		"grep -q 'udp dport 1701 meta mark set 0x00000000'");
	command("nft list chain inet saregate_mark prerouting | "
		"grep -q 'udp dport 1701 meta mark set ipsec in reqid'");
}

static void installing_twice_replaces(void **state)
{
	assert_int_equal(sa_mark_rule_install(1701), 0);
	assert_int_equal(sa_mark_rule_install(1702), 0);
	assert_int_equal(sa_mark_rule_check(), 1);
	command("! nft list chain inet saregate_mark prerouting | grep -q 1701");
}

static void a_changed_chain_is_noticed(void **state)
{
	assert_int_equal(sa_mark_rule_install(1701), 0);
	command("nft flush chain inet saregate_mark prerouting");
	assert_int_equal(sa_mark_rule_check(), 0);
	assert_int_equal(sa_mark_rule_install(1701), 0);
	command("nft insert rule inet saregate_mark prerouting accept");
	assert_int_equal(sa_mark_rule_check(), 0);
}

static void other_tables_are_left_alone(void **state)
{
	command("nft add table inet other && nft add chain inet other c && "
		"nft add rule inet other c counter");
	assert_int_equal(sa_mark_rule_install(1701), 0);
	assert_int_equal(sa_mark_rule_remove(), 0);
	command("nft list chain inet other c | grep -q counter");
}

static struct inner_addresses *open_set(void)
{
	struct inner_addresses *addresses;

	command("nft add table inet saregate && "
		"nft 'add set inet saregate inner { type ifname . ipv4_addr; }'");
	assert_int_equal(inner_addresses_new("saregate", "inner", &addresses), 0);
	return addresses;
}

static void without_setup_there_is_no_set(void **state)
{
	_cleanup_(inner_addresses_freep) struct inner_addresses *addresses = NULL;

	assert_int_equal(inner_addresses_new("saregate", "inner", &addresses), 0);
	assert_int_equal(inner_addresses_check(addresses), -ENOENT);
	command("nft add table inet saregate");
	assert_int_equal(inner_addresses_check(addresses), -ENOENT);
	command("nft 'add set inet saregate inner { type ifname . ipv4_addr; }'");
	assert_int_equal(inner_addresses_check(addresses), 0);
}

static void elements_come_and_go(void **state)
{
	_cleanup_(inner_addresses_freep) struct inner_addresses *addresses = open_set();

	assert_int_equal(inner_addresses_add(addresses, "sg1", 0x0a4d0002), 0);
	assert_int_equal(inner_addresses_add(addresses, "sg1", 0x0a4d0002), 0);
	assert_int_equal(inner_addresses_add(addresses, "sg34567890123456", 1), -ENAMETOOLONG);
	assert_int_equal(inner_addresses_add(addresses, "sg3456789012345", 0x0a4d0003), 0);
	command("nft get element inet saregate inner '{ sg1 . 10.77.0.2 }'");
	command("nft get element inet saregate inner '{ sg3456789012345 . 10.77.0.3 }'");
	assert_int_equal(inner_addresses_remove(addresses, "sg1", 0x0a4d0002), 0);
	assert_int_equal(inner_addresses_remove(addresses, "sg1", 0x0a4d0002), 0);
	command("! nft get element inet saregate inner '{ sg1 . 10.77.0.2 }'");
	command("nft get element inet saregate inner '{ sg3456789012345 . 10.77.0.3 }'");
	assert_int_equal(inner_addresses_flush(addresses), 0);
	command("! nft list set inet saregate inner | grep -q elements");
}

static void a_set_that_went_away_is_an_error(void **state)
{
	_cleanup_(inner_addresses_freep) struct inner_addresses *addresses = open_set();

	command("nft delete table inet saregate");
	assert_int_equal(inner_addresses_add(addresses, "sg1", 1), -ENOENT);
	assert_int_equal(inner_addresses_flush(addresses), -ENOENT);
}

static void the_set_decides_what_passes(void **state)
{
	_cleanup_(inner_addresses_freep) struct inner_addresses *addresses = open_set();

	command("nft 'add chain inet saregate in { type filter hook input priority 0; }'");
	command("nft add rule inet saregate in meta nfproto ipv4 "
		"iifname . ip saddr != @inner drop");
	command("! ip netns exec client ping -c 1 -W 1 " GATEWAY_IPV4);
	assert_int_equal(inner_addresses_add(addresses, "eth0", 0xc0000202), 0);
	command("ip netns exec client ping -c 1 -W 5 " GATEWAY_IPV4);
}

#define CLEAN(name) cmocka_unit_test_setup(name, clean)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		CLEAN(there_is_no_rule_until_it_is_installed),
		CLEAN(nft_prints_the_rule),
		CLEAN(installing_twice_replaces),
		CLEAN(a_changed_chain_is_noticed),
		CLEAN(other_tables_are_left_alone),
		CLEAN(without_setup_there_is_no_set),
		CLEAN(elements_come_and_go),
		CLEAN(a_set_that_went_away_is_an_error),
		CLEAN(the_set_decides_what_passes),
	};

	return cmocka_run_group_tests_name("nft", tests, make_hosts, drop_hosts);
}
