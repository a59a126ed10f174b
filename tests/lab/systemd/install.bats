#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # LAB_LIB, LAB_OUTPUT: from tests/lab/run
# From the package to an upgrade on a Debian as its installer leaves it, which systemd
# has booted: the first of two boots. gw of the picture in lib/topology.bash is the
# machine itself, its daemons are started by nobody but its systemd; bob is beside alice.
# Tests are in the order of an administrator's first day, each builds on the last.

bats_require_minimum_version 1.5.0

setup_file() {
	load "$LAB_LIB/lab.bash"
	load turnkey.bash
	machine_topology
	webserver_start web
	clients_new bob 192.168.1.102
	machine_interfaces
	on gw systemctl restart networking.service
	turnkey_packages
	# recommended by ours, which is installed without what is
	turnkey_apt dnsmasq install dnsmasq-base
	machine_state >"$LAB_OUTPUT/state-before"
}

setup() {
	load "$LAB_LIB/lab.bash"
	load turnkey.bash
}

# tell WORDS...: a figure for whoever reads the results.
tell() { echo "# $*" >&3; }

# since NAME: seconds since the file $LAB_OUTPUT/NAME was written.
since() { echo $(($(date +%s) - $(<"$LAB_OUTPUT/$1"))); }

# serving_again: the clients come back to whatever serves now, and reach the network.
serving_again() {
	wait_until 60 "a gateway that serves" units_serve
	clients_up alice bob
	clients_reach alice bob
}

# told_goodbye: both clients heard of the end, sooner than LCP echoes would have told.
told_goodbye() {
	wait_until 30 "alice's farewell" not client_address alice
	wait_until 30 "bob's farewell" not client_address bob
	[ -z "$(host_processes gw pppd)" ]
}

@test "apt installs the package with all that it needs, and nothing of it starts" {
	local unit
	date +%s >"$LAB_OUTPUT/began"
	turnkey_apt install install "$(turnkey_package older)"
	tell "apt install: $(since began) s"
	for unit in "${our_units[@]}" saregate-launcher.service; do unit_is "$unit" inactive; done
	[ -z "$(on gw nft list tables)" ]
}

@test "setup makes it a gateway, whose units run now and at each boot" {
	local unit
	on gw saregate setup --non-interactive
	on gw saregate user add alice --password-stdin <<<"$road_password"
	tell "and saregate setup: $(since began) s"
	wait_until 60 "a gateway that serves" units_serve
	for unit in "${our_units[@]}" ipsec.service; do [ "$(on gw systemctl is-enabled "$unit")" = enabled ]; done
}

@test "selftest proves that a client can connect, before one does, and leaves nothing" {
	on gw saregate selftest >"$LAB_OUTPUT/gw/selftest.log" 2>&1 ||
		{ cat "$LAB_OUTPUT/gw/selftest.log" && false; }
	grep '^A client can connect' "$LAB_OUTPUT/gw/selftest.log"
	run ! on gw ip link show dev saregate-test
	run ! grep selftest- < <(on gw saregate user list)
	tell "and saregate selftest: $(since began) s"
}

@test "a client behind a NAT connects" {
	clients_configure alice
	client_up alice
	on alice ping -q -c 1 -W 5 "$road_web"
	tell "and a client's first ping: $(since began) s"
}

@test "so does a second one behind the same NAT, and both reach the network behind" {
	clients_configure bob
	client_up bob
	clients_reach alice bob
	on gw saregate session list
	[ "$(on gw saregate session list --json | grep -c '"user"')" = 2 ]
}

# exposure: of saregated, in tenths, as systemd says
exposure() {
	on gw systemd-analyze security --no-pager saregated |
		sed -n 's/.*Overall exposure level.*: \([0-9]*\)\.\([0-9]\) .*/\1\2/p'
}

@test "saregated has one capability and was never root, and pppds are in the launcher's control group" {
	local process set
	process=$(unit_value saregated MainPID)
	[ "$(on gw ps -o user= -p "$process")" = saregate ]
	for set in Eff Prm Bnd; do grep -q "Cap$set:.*0000000000001000" "/proc/$process/status"; done
	grep -q 'CapAmb:.*0000000000000000' "/proc/$process/status"
	[ "$(session_of alice ike_identity)" = 192.168.1.101 ]
	on gw test -O /run/saregate/updown.socket
	[ "$(host_processes gw pppd | wc -l)" = 2 ]
	while read -r process _; do
		grep -q '/saregate-launcher.service$' "/proc/$process/cgroup"
	done < <(host_processes gw pppd)
	tell "systemd-analyze security: $(exposure) tenths"
	[ "$(exposure)" -le 20 ]
}

@test "the figures for node-exporter are written with what their unit leaves them, and only where it is" {
	on gw systemctl start saregate-metrics.service
	[ "$(unit_value saregate-metrics.service ConditionResult)" = no ]
	on gw mkdir -p /var/lib/prometheus/node-exporter
	on gw systemctl start saregate-metrics.timer
	on gw systemctl start saregate-metrics.service
	[ "$(unit_value saregate-metrics.service Result)" = success ]
	on gw grep -E '^saregate_(sessions|degraded) ' /var/lib/prometheus/node-exporter/saregate.prom
	[ "$(on gw stat -c '%U %a' /var/lib/prometheus/node-exporter/saregate.prom)" = 'root 644' ]
	on gw systemctl stop saregate-metrics.timer
	on gw rm -r /var/lib/prometheus
}

@test "the administrator's hooks run, in the launcher's unit, for who goes and who comes" {
	local event
	for event in up down; do
		on gw mkdir -p /etc/saregate/hooks
		write_on gw "/etc/saregate/hooks/$event" <<-'TEXT'
			#!/bin/sh
			echo "$SAREGATE_EVENT $SAREGATE_USER $SAREGATE_INNER_ADDRESS $(id -u)" >>/run/heard
		TEXT
		on gw chmod 755 "/etc/saregate/hooks/$event"
	done
	client_down bob
	wait_until 30 "the hook of bob's end" on gw grep -q '^down bob 10\..* 0$' /run/heard
	client_up bob
	wait_until 30 "the hook of bob's return" on gw grep -q '^up bob 10\..* 0$' /run/heard
	[ "$(on gw cat /run/heard | wc -l)" = 2 ]
	on gw rm -r /etc/saregate/hooks /run/heard
}

@test "systemctl reload puts a change in force and ends no session; a bad file is refused" {
	local before
	before=$(session_of alice id)
	gateway_set_key gw l2tp hello-interval 45
	on gw systemctl reload saregated.service
	on gw saregate reload | grep -x 'saregate.conf has not changed'
	gateway_set_key gw l2tp hello-interval never
	run -1 on gw systemctl reload saregated.service
	unit_is saregated.service active
	gateway_set_key gw l2tp hello-interval 60
	on gw systemctl reload saregated.service
	[ "$(session_of alice id)" = "$before" ]
	clients_reach alice bob
}

# The second path needs what the unit leaves of /dev: pseudo-terminals. On a kernel with
# zones it has marks, and connection tracking still has the zones of the time before.
@test "systemctl stop says goodbye to the clients, start serves them again by the userspace path" {
	on gw systemctl stop saregated.service
	told_goodbye
	gateway_set_key gw data-path kind userspace
	on gw systemctl start saregated.service
	serving_again
	[ "$(session_of alice data_path)" = userspace ]
	[[ $(status_value sa_tracking) == mark* ]]
	gateway_set_key gw data-path kind auto
}

restarted_once() { [ "$(unit_value saregated NRestarts)" = 1 ]; }

@test "a saregated that hangs is restarted by its watchdog, and the clients come back" {
	on gw systemctl kill --signal=STOP saregated.service
	wait_until 90 "a restart" restarted_once
	on gw journalctl -b -u saregated.service | grep 'Watchdog timeout'
	# xl2tpd learns by its own time-outs only that nobody knows its tunnel any more
	at_once client_l2tp_stop alice bob
	serving_again
}

status_says() { on gw saregate status | grep "$1"; }

@test "pluto stopped ends the sessions, pluto started serves the clients again" {
	on gw systemctl stop ipsec.service
	wait_until 30 "the end of all sessions" not_listed alice
	wait_until 30 "a word about pluto" status_says 'pluto is not running'
	# what a client has begun when it ends keeps it away from libreswan 5.2 for a minute
	at_once client_down alice bob
	on gw systemctl start ipsec.service
	serving_again
}

@test "an upgrade ends the sessions with a goodbye and serves with the new version" {
	local guard daemon launcher
	guard=$(on gw nft --handle list table inet saregate_guard | head -n 1)
	daemon=$(unit_value saregated MainPID) launcher=$(unit_value saregate-launcher MainPID)
	turnkey_apt upgrade install "$(turnkey_package newer)"
	told_goodbye
	[ "$(unit_value saregated MainPID)" != "$daemon" ]
	[ ! -e "/proc/$launcher" ]
	[ "$(on gw nft --handle list table inet saregate_guard | head -n 1)" = "$guard" ]
	serving_again
}

# client_ipv6 NAME: the address that it made of the prefix that it was told.
client_ipv6() {
	on "$1" ip -6 -o address show dev ppp0 scope global -tentative |
		sed -n 's|.* inet6 \(fd12:3456:789a:[^/]*\)/64 .*|\1|p' | grep .
}

# gateway_ipv6 NAME: the gateway's own address in this client's prefix.
gateway_ipv6() {
	on gw ip -6 -o address show dev "$(session_of "$1" interface)" scope global |
		sed -n 's|.* inet6 \(fd12:3456:789a:[^/]*:1\)/64 .*|\1|p' | grep .
}

@test "with an ipv6-pool, dnsmasq runs with two capabilities, and advertises where a session comes" {
	local process set
	on gw saregate setup --non-interactive --ipv6-pool fd12:3456:789a::/48
	wait_until 60 "a gateway that serves" units_serve
	unit_is saregate-ra.service active
	[ "$(on gw systemctl is-enabled saregate-ra.service)" = enabled ]
	process=$(unit_value saregate-ra MainPID)
	[ "$(on gw ps -o uid= -p "$process")" -gt 0 ]
	for set in Eff Prm Bnd; do grep -q "Cap$set:.*0000000000003000" "/proc/$process/status"; done
	[ "$(on gw sysctl -n net.ipv6.conf.all.forwarding)" = 1 ]
	# a cable in the place of a session, to a host that knows nothing
	ip netns add hearer
	ip link add sg999 type veth peer name wire netns hearer
	ip address add fd12:3456:789a:ffff::1/64 dev sg999 nodad
	ip link set sg999 up
	ip -n hearer link set wire up
	wait_until 30 "an address by router advertisement" heard_prefix
	ip netns del hearer
	unit_is saregate-ra.service active
}

heard_prefix() { ip -n hearer -6 address show dev wire | grep 'inet6 fd12:3456:789a:ffff:'; }

@test "a client makes itself an IPv6 address, and reaches the gateway's in the same prefix" {
	client_down alice
	on alice sh -c 'echo +ipv6 >>/etc/ppp/options.vpn'
	client_up alice
	wait_until 30 "an IPv6 address of alice" client_ipv6 alice
	on alice ping -6 -q -c 3 -W 5 "$(gateway_ipv6 alice)"
	on alice ip -6 route show default | grep -w ra
}

@test "saregate-ra stops and starts with saregated" {
	on gw systemctl stop saregated.service
	unit_is saregate-ra.service inactive
	on gw systemctl start saregated.service
	wait_until 30 "dnsmasq" unit_is saregate-ra.service active
	client_l2tp_stop alice
	client_l2tp_stop bob
	serving_again
}

# journal_has PATTERN: shows the lines of this boot that match.
journal_has() { on gw journalctl -b --no-pager -o short-monotonic | grep -E "$1"; }

# refused_to_ours: a system call, but for clone3 (435 on x86-64): RestrictNamespaces=
# refuses it to everybody, since its flags cannot be looked at, and the C library, which
# starts threads with it, takes clone then.
refused_to_ours() {
	journal_has 'type=1326.*comm="(saregate|pppd|dnsmasq)' | grep -v ' syscall=435 '
}

@test "nothing was refused to any of ours, and nothing went wrong unsaid" {
	# what a filter refuses would be in the journal
	on gw systemd-run --quiet --wait -p SystemCallFilter=~sethostname \
		-p SystemCallErrorNumber=EPERM hostname gateway || true
	wait_until 10 "an audit line" journal_has 'type=1326.*comm="hostname"'
	run refused_to_ours
	echo "$output"
	[ "$status" = 1 ] && [ -z "$output" ]
	run ! journal_has '(saregate|pppd).*(ermission denied|not permitted|Read-only file system)'
	run ! journal_has 'saregate.*(Failed with result .(exit-code|signal|start-limit)|dumped core)'
}
