#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # LAB_LIB, LAB_OUTPUT: from tests/lab/run
# What can be missing on a gateway, and what can die on it. What leaves no way to
# serve ends saregated with one line that names the remedy; what can come later
# makes it degraded, and it recovers.
#
#   alice --- nat1 --- net --- gw: pluto, dbus-daemon, saregate-launcher, saregated,
#                                  /dev/ppp, UDP 1701, the user database

bats_require_minimum_version 1.5.0

setup_file() {
	load "$LAB_LIB/lab.bash"
	road_gateway
	client_l2tp_stop alice
}

setup() { load "$LAB_LIB/lab.bash"; }

teardown() {
	[ ! -e /dev/ppp.away ] || mv /dev/ppp.away /dev/ppp
	host_stop gw squatter
	on gw test ! -e /var/lib/saregate/away || on gw mv /var/lib/saregate/away /var/lib/saregate/saregate.db
	if on gw test -e /run/kept; then
		gateway_stop_daemon gw
		on gw umount /var/lib/saregate
		on gw rm -r /run/kept
	fi
	[ -e "$lab_state/gw/dbus.pid" ] || gateway_start_bus gw
	[ -e "$lab_state/gw/saregated.pid" ] || gateway_start_daemon gw
	[ -e "$lab_state/gw/saregate-launcher.pid" ] || gateway_start_launcher gw
}

# refuses PATTERN: saregated ends at once, with status 1 and one line, which matches.
refuses() {
	run -1 on gw timeout 20 saregated --config /etc/saregate/saregate.conf
	echo "$output"
	[ ${#lines[@]} = 1 ]
	[[ $output =~ $1 ]]
}

@test "port 1701 is taken: one line with the remedy, exit 1" {
	local log
	gateway_stop_daemon gw
	log=$(log_lines gw/squatter)
	host_spawn gw squatter python3 -u -c '
import signal, socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("0.0.0.0", 1701))
print("sits")
signal.pause()'
	wait_until 20 "the squatter" logged "$log" gw/squatter sits
	refuses 'cannot listen on UDP .*:1701: Address already in use: .*stop it'
}

@test "no /dev/ppp: one line with the remedy, exit 1" {
	gateway_stop_daemon gw
	mv /dev/ppp /dev/ppp.away
	refuses 'no /dev/ppp: run .modprobe ppp_generic'
}

@test "a user database that is none: one line with the remedy, exit 1" {
	gateway_stop_daemon gw
	on gw cp -a /var/lib/saregate/saregate.db /var/lib/saregate/away
	on gw dd if=/dev/urandom of=/var/lib/saregate/saregate.db bs=4096 count=4 status=none
	refuses '/var/lib/saregate/saregate.db.*(not a database|restore)'
}

# state STATE [PROBLEM]: as a condition to wait for.
state() {
	local status
	status=$(on gw saregate status --json) || return 1
	grep -q "\"state\": *\"$1\"" <<<"$status" || { echo "$status" && return 1; }
	[ -z "${2:-}" ] || grep -q "$2" <<<"$status"
}

@test "pluto is not running: degraded with the remedy, until it runs" {
	local log
	log=$(log_lines gw/saregated)
	pluto_stop gw
	wait_until 15 "degraded" state degraded 'pluto is not running.*systemctl start ipsec'
	[ "$(log_since "$log" gw/saregated | grep -c 'degraded: pluto is not running')" = 1 ]
	pluto_start gw
	wait_until 15 "running" state running
	client_down alice
	road_up
}

@test "the bus goes and comes back: sessions do not notice" {
	road_up
	host_stop gw dbus
	on alice ping -q -c 1 -W 5 "$road_web"
	run -1 on gw saregate status
	gateway_start_bus gw
	wait_until 20 "the control interface" state running
	[ "$(session_value user)" = alice ]
}

@test "the launcher is killed: its session ends, degraded, and serves again" {
	local log
	road_up
	log=$(log_lines gw/saregated)
	host_kill gw saregate-launcher
	on gw rm -f /run/saregate/launcher.socket
	wait_until 15 "degraded" state degraded 'saregate-launcher.socket'
	logged "$log" gw/saregated 'logout: .*"alice".*saregate-launcher is gone'
	road_clear
	gateway_start_launcher gw
	wait_until 15 "running" state running
	client_l2tp_stop alice
	road_up
}

# The gateway's files on a file system of their own, with room for what is there.
small_disk() {
	gateway_stop_daemon gw
	on gw sh -c 'cp -a /var/lib/saregate /run/kept && mount -t tmpfs -o size=2m tmpfs /var/lib/saregate &&
		chown --reference=/run/kept /var/lib/saregate && chmod 700 /var/lib/saregate &&
		cp -a /run/kept/. /var/lib/saregate'
	gateway_start_daemon gw
}

# refused_in_the_end: users are added until one is refused; who was not is there.
refused_in_the_end() {
	local count
	for ((count = 0; count < 100; count++)); do
		run on gw saregate user add "many$count" --password-stdin <<<"$road_password"
		[ "$status" = 0 ] || break
	done
	echo "after $count: $output"
	[ "$status" = 1 ] && [ ${#lines[@]} = 1 ]
	[[ $output =~ 'the disk is full: make room' ]]
	[ "$(on gw saregate user list | grep -c many)" = "$count" ]
}

@test "a full disk: what cannot be kept is refused, sessions go on, nothing of them is lost" {
	local log
	small_disk
	road_up
	log=$(log_lines gw/saregated)
	on gw sh -c 'cat /dev/zero >/var/lib/saregate/filler' || true
	refused_in_the_end
	on alice ping -q -c 1 -W 5 "$road_web"
	client_l2tp_stop alice
	wait_until 20 "degraded" state degraded 'history'
	logged "$log" gw/saregated 'history: .*sessions go on'
	run ! logged "$log" gw/saregated 'history: can be written again'
	on gw rm /var/lib/saregate/filler
	wait_until 60 "the history" logged "$log" gw/saregated 'history: can be written again'
	history_cause alice | grep .
	on gw saregate user add later --password-stdin <<<"$road_password"
	road_clear
}

gateway_has_no_pppd() { [ -z "$(host_processes gw pppd)" ]; }

# What the kernel and the process table hold of the gateway's.
holdings() {
	host_processes gw pppd
	on gw ip -brief link | grep '^sg' || true
	on gw nft list tables
	on gw ip xfrm policy list | grep -c '^src'
}

holds() { holdings | diff <(echo "$1") -; }

@test "saregated is killed: nothing of it is in the next one's way" {
	local holdings
	road_up
	gateway_kill_daemon gw
	wait_until 15 "the end of its pppd" gateway_has_no_pppd
	gateway_start_daemon gw
	road_clear
	holdings=$(holdings)
	client_l2tp_stop alice
	road_up
	[ "$(session_value user)" = alice ]
	on alice ping -q -c 1 -W 5 "$road_web"
	client_l2tp_stop alice
	road_clear
	# a closed tunnel lingers for a retransmission cycle (RFC 2661, 5.8)
	wait_until 60 "what was there before" holds "$holdings"
}
