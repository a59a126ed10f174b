/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Our nftables tables and the set of inner addresses, as the kernel and nft see them. */
#include "gateway/firewall_text.h"
#include "gateway/inner_addresses.h"
#include "ipsec-glue/cleartext_guard.h"
#include "ipsec-glue/nft_watch.h"
#include "ipsec-glue/sa_mark_table.h"
#include "tests/lab/checks/mark_table.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

static int clean(void **state)
{
	/* a test that failed may have left us as nobody */
	assert_int_equal(seteuid(0), 0);
	command("nft flush ruleset");
	return 0;
}

static struct sa_mark_table *open_table(uint16_t port)
{
	const struct sa_mark_settings settings = { .l2tp_port = port };
	struct sa_mark_table *table;

	assert_int_equal(sa_mark_table_new(&settings, &table), 0);
	return table;
}

static struct sa_mark_change tunnel(uint32_t mark, uint16_t tunnel_id)
{
	return (struct sa_mark_change){ false, SA_MARK_SET_TUNNELS, mark, tunnel_id };
}

static struct sa_mark_change twin(uint32_t reqid)
{
	return (struct sa_mark_change){ false, SA_MARK_SET_TWINS, reqid, 0 };
}

static int change(struct sa_mark_table *table, struct sa_mark_change change)
{
	return sa_mark_table_change(table, &change, 1);
}

static int take_away(struct sa_mark_table *table, struct sa_mark_change change)
{
	change.remove = true;
	return sa_mark_table_change(table, &change, 1);
}

static void the_table_is_there_until_it_is_removed(void **state)
{
	_cleanup_(sa_mark_table_freep) struct sa_mark_table *table = open_table(1701);

	assert_int_equal(sa_mark_table_check(table), 1);
	assert_int_equal(sa_mark_table_remove(table), 0);
	assert_int_equal(sa_mark_table_check(table), 0);
	assert_int_equal(sa_mark_table_remove(table), 0);
}

static void nft_prints_the_rules(void **state)
{
	_cleanup_(sa_mark_table_freep) struct sa_mark_table *table = open_table(1701);

	assert_int_equal(sa_mark_table_check(table), 1);
	lists_not("hook prerouting");
	lists("meta mark set 0x00000000");
	lists("meta mark set ipsec in reqid");
	lists("meta mark @twins");
	lists("type filter hook input priority filter + 10; policy accept;");
	lists("udp dport 1701 jump guard");
	lists("meta mark \\. @th,80,16 @tunnels accept");
	lists("meta mark \\. @th,96,16 @tunnels accept");
	lists("meta mark 0x00000000 counter name \"unmarked\" drop");
	lists("counter name \"foreign\" drop");
}

static void nft_prints_the_rules_of_zones(void **state)
{
	static const char *const changes[] = {
		"flush chain inet saregate_mark marks",
		"flush chain inet saregate_mark prerouting",
		"insert rule inet saregate_mark prerouting accept",
		"delete chain inet saregate_mark source_ports",
	};
	const struct sa_mark_settings settings = { .l2tp_port = 1701,
						   .method = SA_TRACKING_METHOD_ZONE };
	_cleanup_(sa_mark_table_freep) struct sa_mark_table *table = NULL;

	assert_int_equal(sa_mark_table_new(&settings, &table), 0);
	assert_int_equal(sa_mark_table_check(table), 1);
	lists("type filter hook prerouting priority raw - 1; policy accept;");
	lists("udp dport 1701 jump marks");
	lists("meta mark != 0x00000000 ct original zone set meta mark");
	lists("type nat hook input priority 100; policy accept;");
	for (size_t i = 0; i < ELEMENTS(changes); i++) {
		command("nft %s", changes[i]);
		assert_int_equal(sa_mark_table_check(table), 0);
		assert_int_equal(sa_mark_table_restore(table), 0);
		assert_int_equal(sa_mark_table_check(table), 1);
	}
}

static void installing_twice_replaces(void **state)
{
	_cleanup_(sa_mark_table_freep) struct sa_mark_table *first = open_table(1701);
	_cleanup_(sa_mark_table_freep) struct sa_mark_table *second = NULL;

	assert_int_equal(change(first, tunnel(0x4001, 101)), 0);
	second = open_table(1702);
	assert_int_equal(sa_mark_table_check(second), 1);
	assert_int_equal(sa_mark_table_check(first), 0);
	lists_not("1701");
	lists_not("elements");
}

static void elements_are_changed_and_printed(void **state)
{
	_cleanup_(sa_mark_table_freep) struct sa_mark_table *table = open_table(1701);

	assert_int_equal(change(table, tunnel(0x4001, 101)), 0);
	assert_int_equal(change(table, tunnel(0x4001, 101)), 0);
	assert_int_equal(change(table, tunnel(0x4005, 65535)), 0);
	assert_int_equal(change(table, twin(0x4009)), 0);
	lists("0x00004001 \\. 101");
	lists("0x00004005 \\. 65535");
	lists("elements = { 0x00004009 }");
	assert_int_equal(sa_mark_table_check(table), 1);
	assert_int_equal(take_away(table, tunnel(0x4001, 101)), 0);
	assert_int_equal(take_away(table, tunnel(0x4001, 101)), 0);
	assert_int_equal(take_away(table, twin(0x4009)), 0);
	lists_not("0x00004001");
	lists_not("0x00004009");
	lists("0x00004005 \\. 65535");
	assert_int_equal(sa_mark_table_check(table), 1);
}

#define NFT_MONITOR "/tmp/nft-monitor"

/* Has nft write down what happens to elements: it is in a group of netlink's now. */
static void start_nft_monitor(void)
{
	command("nft monitor >" NFT_MONITOR " & echo $! >" NFT_MONITOR ".pid; true");
	command("timeout 60 sh -c 'until grep -q \" 12 *[0-9]* *00000140 \" /proc/net/netlink; "
		"do sleep 0.1; done'");
}

/* All that has happened is written down, and behind it one element more. */
static void stop_nft_monitor(void)
{
	command("nft add element inet saregate_mark tunnels '{ 0x4009 . 9 }'");
	command("timeout 60 sh -c 'until grep -q 0x00004009 " NFT_MONITOR "; do sleep 0.1; done'");
	command("kill $(cat " NFT_MONITOR ".pid)");
}

static void several_changes_are_one_transaction(void **state)
{
	_cleanup_(sa_mark_table_freep) struct sa_mark_table *table = open_table(1701);
	struct sa_mark_change changes[SA_MARK_CHANGES_MAX + 1];

	for (size_t i = 0; i < ELEMENTS(changes); i++)
		changes[i] = tunnel(0x4001, (uint16_t)(i + 1));
	assert_int_equal(sa_mark_table_change(table, changes, ELEMENTS(changes)), -E2BIG);
	lists_not("elements");
	start_nft_monitor();
	assert_int_equal(sa_mark_table_change(table, changes, SA_MARK_CHANGES_MAX), 0);
	stop_nft_monitor();
	/* no end of a transaction between the first and the last of them */
	command("awk '/0x00004009/ { exit } /^add element/ { added++; if (ended) torn = 1 } "
		"/^# new generation/ && added { ended = 1 } "
		"END { exit torn || !ended || added != %d }' " NFT_MONITOR,
		SA_MARK_CHANGES_MAX);
}

static void a_transaction_that_is_refused_changes_nothing(void **state)
{
	_cleanup_(sa_mark_table_freep) struct sa_mark_table *table = open_table(1701);
	struct sa_mark_change changes[] = { tunnel(0x4001, 101), tunnel(0x4005, 102) };

	/* a set that is full: the second element does not fit */
	assert_int_equal(sa_mark_table_remove(table), 0);
	command("nft add table inet saregate_mark && nft 'add set inet saregate_mark tunnels { "
		"type mark . inet_service; size 1; }'");
	assert_int_equal(sa_mark_table_change(table, changes, 2), -ENFILE);
	lists_not("elements");
	assert_int_equal(sa_mark_table_restore(table), 0);
	assert_int_equal(sa_mark_table_check(table), 1);
	lists_not("elements");
}

/* Another tunnel might get the id of an element that the kernel still has. */
static void a_removal_that_failed_comes_before_all_else(void **state)
{
	_cleanup_(sa_mark_table_freep) struct sa_mark_table *table = open_table(1701);

	assert_int_equal(change(table, tunnel(0x4001, 101)), 0);
	assert_int_equal(seteuid(NOBODY), 0);
	assert_int_equal(take_away(table, tunnel(0x4001, 101)), -EPERM);
	assert_int_equal(change(table, tunnel(0x4005, 101)), -EPERM);
	assert_int_equal(seteuid(0), 0);
	lists("0x00004001 \\. 101");
	assert_int_equal(sa_mark_table_check(table), 0);
	assert_int_equal(change(table, tunnel(0x4009, 101)), 0);
	lists_not("0x00004001");
	lists_not("0x00004005");
	lists("0x00004009 \\. 101");
	assert_int_equal(sa_mark_table_check(table), 1);
}

static void what_somebody_changed_is_noticed_and_put_back(void **state)
{
	static const char *const changes[] = {
		"flush chain inet saregate_mark guard",
		"flush chain inet saregate_mark input",
		"insert rule inet saregate_mark input accept",
		"flush set inet saregate_mark tunnels",
		"delete element inet saregate_mark twins '{ 0x4009 }'",
		"delete table inet saregate_mark",
		"flush ruleset",
	};
	_cleanup_(sa_mark_table_freep) struct sa_mark_table *table = open_table(1701);

	assert_int_equal(change(table, tunnel(0x4001, 101)), 0);
	assert_int_equal(change(table, twin(0x4009)), 0);
	for (size_t i = 0; i < ELEMENTS(changes); i++) {
		assert_int_equal(sa_mark_table_check(table), 1);
		command("nft %s", changes[i]);
		assert_int_equal(sa_mark_table_check(table), 0);
		assert_int_equal(sa_mark_table_restore(table), 0);
		lists("0x00004001 \\. 101");
		lists("elements = { 0x00004009 }");
	}
}

static void a_change_puts_a_lost_table_back(void **state)
{
	_cleanup_(sa_mark_table_freep) struct sa_mark_table *table = open_table(1701);

	assert_int_equal(change(table, tunnel(0x4001, 101)), 0);
	command("nft flush ruleset");
	assert_int_equal(change(table, tunnel(0x4005, 102)), 0);
	assert_int_equal(sa_mark_table_check(table), 1);
	lists("0x00004001 \\. 101");
	lists("0x00004005 \\. 102");
}

static void ten_thousand_tunnels_come_back_at_once(void **state)
{
	_cleanup_(sa_mark_table_freep) struct sa_mark_table *table = open_table(1701);

	for (unsigned int i = 0; i < 10000; i++)
		assert_int_equal(change(table, tunnel(0x4001 + 4 * i, (uint16_t)(i + 1))), 0);
	command("nft flush ruleset");
	assert_int_equal(sa_mark_table_restore(table), 0);
	assert_int_equal(sa_mark_table_check(table), 1);
	command("nft get element inet saregate_mark tunnels '{ 0x4001 . 1 }'");
	command("nft get element inet saregate_mark tunnels '{ %u . 10000 }'", 0x4001 + 4 * 9999);
}

static void a_closed_table_lets_nothing_in_and_forgets_nothing(void **state)
{
	_cleanup_(sa_mark_table_freep) struct sa_mark_table *table = open_table(1701);

	assert_int_equal(change(table, tunnel(0x4001, 101)), 0);
	assert_int_equal(change(table, twin(0x4009)), 0);
	assert_int_equal(sa_mark_table_set_closed(table, true), 0);
	lists_not("0x00004001");
	lists("elements = { 0x00004009 }");
	assert_int_equal(sa_mark_table_check(table), 1);
	assert_int_equal(change(table, tunnel(0x4005, 102)), 0);
	lists_not("0x00004005");
	command("nft flush ruleset");
	assert_int_equal(sa_mark_table_check(table), 0);
	assert_int_equal(sa_mark_table_restore(table), 0);
	lists_not("0x00004001");
	assert_int_equal(sa_mark_table_set_closed(table, false), 0);
	lists("0x00004001 \\. 101");
	lists("0x00004005 \\. 102");
	assert_int_equal(sa_mark_table_check(table), 1);
}

/* The tables that changed, of saregate_mark and other. */
static uint32_t changed(struct nft_watch *watch)
{
	uint32_t changed = UINT32_MAX;

	assert_int_equal(nft_watch_handle(watch, &changed), 0);
	return changed;
}

static void a_foreign_change_is_noticed(void **state)
{
	static const char *const names[] = { SA_MARK_TABLE, "other" };
	static const struct {
		const char *command;
		uint32_t tables;
	} changes[] = {
		{ "add table inet nobodys", 0 },
		{ "add table ip other", 0 },
		{ "add table inet other", 2 },
		{ "add chain inet other c", 2 },
		{ "add rule inet other c counter", 2 },
		{ "add set inet other s '{ type mark; }'", 2 },
		{ "add element inet other s '{ 1 }'", 2 },
		{ "add element inet saregate_mark tunnels '{ 0x4001 . 7 }'", 1 },
		{ "add counter inet saregate_mark more", 1 },
		{ "add table inet saregate_mark '{ flags dormant; }'", 1 },
		{ "flush ruleset", 3 },
	};
	_cleanup_(sa_mark_table_freep) struct sa_mark_table *table = open_table(1701);
	_cleanup_(nft_watch_freep) struct nft_watch *watch = NULL;

	assert_int_equal(nft_watch_new(names, ELEMENTS(names), &watch), 0);
	nft_watch_ignore(watch, sa_mark_table_netlink_port(table));
	assert_int_equal(changed(watch), 0);
	for (size_t i = 0; i < ELEMENTS(changes); i++) {
		command("nft %s", changes[i].command);
		assert_int_equal(changed(watch), changes[i].tables);
		assert_int_equal(changed(watch), 0);
	}
	/* ours do not count */
	assert_int_equal(sa_mark_table_restore(table), 0);
	assert_int_equal(change(table, tunnel(0x4001, 101)), 0);
	assert_int_equal(changed(watch), 0);
}

static void lost_notifications_count_as_changes_of_all(void **state)
{
	static const char *const names[] = { SA_MARK_TABLE, "other" };
	_cleanup_(nft_watch_freep) struct nft_watch *watch = NULL;
	int small = 1;

	assert_int_equal(nft_watch_new(names, ELEMENTS(names), &watch), 0);
	assert_int_equal(setsockopt(nft_watch_descriptor(watch), SOL_SOCKET, SO_RCVBUFFORCE, &small,
				    sizeof(small)),
			 0);
	command("for i in $(seq 50); do nft add table inet nobodys$i; done");
	assert_int_equal(changed(watch), 3);
	assert_int_equal(changed(watch), 0);
	command("nft add table inet other");
	assert_int_equal(changed(watch), 2);
}

static void an_error_of_the_watch_counts_as_changes_of_all(void **state)
{
	static const char *const names[] = { SA_MARK_TABLE, "other" };
	_cleanup_(nft_watch_freep) struct nft_watch *watch = NULL;
	uint32_t tables = 0;

	assert_int_equal(nft_watch_new(names, ELEMENTS(names), &watch), 0);
	spoil_netlink(nft_watch_descriptor(watch), NETLINK_NETFILTER, EIO);
	assert_int_equal(nft_watch_handle(watch, &tables), -EIO);
	assert_int_equal(tables, 3);
	assert_int_equal(changed(watch), 0);
}

static void other_tables_are_left_alone(void **state)
{
	_cleanup_(sa_mark_table_freep) struct sa_mark_table *table = NULL;

	command("nft add table inet other && nft add chain inet other c && "
		"nft add rule inet other c counter");
	table = open_table(1701);
	assert_int_equal(sa_mark_table_remove(table), 0);
	command("nft list chain inet other c | grep -q counter");
}

static struct netlink_socket *open_netlink(void)
{
	struct netlink_socket *netlink;

	assert_int_equal(netlink_socket_new(NETLINK_NETFILTER, &netlink), 0);
	return netlink;
}

static void load_firewall_text(void)
{
	_cleanup_(freep) char *text = NULL;
	_cleanup_(fclosep) FILE *file = fopen("/tmp/saregate.nft", "we");
	struct configuration configuration;

	configuration_default(&configuration);
	assert_int_equal(firewall_text(&configuration, &text), 0);
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fflush(file), 0);
	command("nft -f /tmp/saregate.nft");
}

static void the_restored_cleartext_guard_is_that_of_the_text(void **state)
{
	_cleanup_(netlink_socket_freep) struct netlink_socket *netlink = open_netlink();

	load_firewall_text();
	assert_int_equal(cleartext_guard_check(netlink), 1);
	command("nft list table inet saregate_guard | tee /tmp/guard-of-text");
	command("nft delete table inet saregate_guard");
	assert_int_equal(cleartext_guard_check(netlink), 0);
	assert_int_equal(cleartext_guard_restore(netlink, 1701), 0);
	assert_int_equal(cleartext_guard_check(netlink), 1);
	command("nft list table inet saregate_guard | diff /tmp/guard-of-text -");
	command("nft flush chain inet saregate_guard output");
	assert_int_equal(cleartext_guard_check(netlink), 0);
	assert_int_equal(cleartext_guard_restore(netlink, 1701), 0);
	command("nft list table inet saregate_guard | diff /tmp/guard-of-text -");
}

static void the_cleartext_guard_counts(void **state)
{
	_cleanup_(netlink_socket_freep) struct netlink_socket *netlink = open_netlink();
	struct cleartext_guard_counters counters = { 0 };

	assert_int_equal(cleartext_guard_read_counters(netlink, &counters), -ENOENT);
	load_firewall_text();
	command("ip netns exec client bash -c 'echo x >/dev/udp/" GATEWAY_IPV4 "/1701'");
	(void)try_command("python3 -c 'import socket; s = socket.socket(2, 2); "
			  "s.bind((\"" GATEWAY_IPV4 "\", 1701)); "
			  "[s.sendto(b\"x\", (\"" CLIENT_IPV4 "\", 9)) for i in (1, 2)]'");
	assert_int_equal(cleartext_guard_read_counters(netlink, &counters), 0);
	assert_int_equal(counters.in, 1);
	assert_int_equal(counters.out, 1);
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
	assert_int_equal(inner_addresses_check(addresses), -ENOENT);
	command("nft add chain inet saregate c && "
		"nft add rule inet saregate c iifname . ip saddr != @inner drop");
	assert_int_equal(inner_addresses_check(addresses), 0);
	command("nft flush chain inet saregate c");
	assert_int_equal(inner_addresses_check(addresses), -ENOENT);
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

static void networks_come_and_go(void **state)
{
	_cleanup_(inner_addresses_freep) struct inner_addresses *addresses = NULL;
	const uint64_t network = 0x20010db800000400;

	command("nft add table inet saregate && "
		"nft 'add set inet saregate inner6 { type ifname . ipv6_addr; }'");
	assert_int_equal(inner_addresses_new("saregate", "inner6", &addresses), 0);
	assert_int_equal(inner_addresses_add_network(addresses, "sg1", network), 0);
	assert_int_equal(inner_addresses_add_network(addresses, "sg1", network), 0);
	assert_int_equal(inner_addresses_add_network(addresses, "sg34567890123456", 1),
			 -ENAMETOOLONG);
	assert_int_equal(inner_addresses_add_network(addresses, "sg2", network + 1), 0);
	command("nft list set inet saregate inner6 | grep -F '\"sg1\" . 2001:db8:0:400::'");
	command("nft get element inet saregate inner6 '{ sg1 . 2001:db8:0:400:: }'");
	command("! nft get element inet saregate inner6 '{ sg1 . 2001:db8:0:401:: }'");
	command("! nft get element inet saregate inner6 '{ sg2 . 2001:db8:0:400:: }'");
	assert_int_equal(inner_addresses_remove_network(addresses, "sg1", network), 0);
	assert_int_equal(inner_addresses_remove_network(addresses, "sg1", network), 0);
	command("! nft list set inet saregate inner6 | grep -q sg1");
	command("nft list set inet saregate inner6 | grep -q sg2");
	assert_int_equal(inner_addresses_flush(addresses), 0);
	command("! nft list set inet saregate inner6 | grep -q elements");
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
		CLEAN(the_table_is_there_until_it_is_removed),
		CLEAN(nft_prints_the_rules),
		CLEAN(nft_prints_the_rules_of_zones),
		CLEAN(installing_twice_replaces),
		CLEAN(elements_are_changed_and_printed),
		CLEAN(several_changes_are_one_transaction),
		CLEAN(a_transaction_that_is_refused_changes_nothing),
		CLEAN(a_removal_that_failed_comes_before_all_else),
		CLEAN(what_somebody_changed_is_noticed_and_put_back),
		CLEAN(a_change_puts_a_lost_table_back),
		CLEAN(ten_thousand_tunnels_come_back_at_once),
		CLEAN(a_closed_table_lets_nothing_in_and_forgets_nothing),
		CLEAN(a_foreign_change_is_noticed),
		CLEAN(lost_notifications_count_as_changes_of_all),
		CLEAN(an_error_of_the_watch_counts_as_changes_of_all),
		CLEAN(other_tables_are_left_alone),
		CLEAN(the_restored_cleartext_guard_is_that_of_the_text),
		CLEAN(the_cleartext_guard_counts),
		CLEAN(without_setup_there_is_no_set),
		CLEAN(elements_come_and_go),
		CLEAN(networks_come_and_go),
		CLEAN(a_set_that_went_away_is_an_error),
		CLEAN(the_set_decides_what_passes),
	};

	return cmocka_run_group_tests_name("nft", tests, make_hosts, drop_hosts);
}
