#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # LAB_LIB, LAB_OUTPUT: from tests/lab/run
# Somebody on the gateway flushes or changes our nftables tables under a session.
#
#   alice --- nat1 --- net --- gw: inet saregate_mark, saregate_guard, saregate
#                               |
#                              lan --- web

bats_require_minimum_version 1.5.0

setup_file() {
	load "$LAB_LIB/lab.bash"
	road_up
}

setup() {
	load "$LAB_LIB/lab.bash"
	road_up
	session=$(session_value id)
	log=$(log_lines gw/saregated)
}

teardown() { on gw nft -f /etc/saregate/firewall.nft; }

# The client and its session as they were.
session_lives() {
	[ "$(session_value id)" = "$session" ]
	on alice ping -q -c 2 -i 0.2 -W 2 "$road_web"
}

elements() { on gw nft list set inet saregate_mark tunnels | grep -o '0x[0-9a-f]* \. [0-9]*'; }

@test "the table of marks is deleted: back at once with its elements, the session lives" {
	local before
	before=$(elements)
	[ "$(wc -l <<<"$before")" = 1 ]
	on gw nft delete table inet saregate_mark
	wait_until 20 "the log line" logged "$log" gw/saregated 'table saregate_mark: put back'
	[ "$(elements)" = "$before" ]
	session_lives
}

@test "its rules, its elements, its hooks: whatever is changed is put back" {
	local before change since
	before=$(on gw nft list table inet saregate_mark | sed 's/packets [0-9]* bytes [0-9]*//')
	for change in 'flush chain inet saregate_mark input' \
		'flush set inet saregate_mark tunnels' \
		'add table inet saregate_mark { flags dormant; }'; do
		since=$(log_lines gw/saregated)
		on gw nft "$change"
		wait_until 20 "the log line" logged "$since" gw/saregated 'table saregate_mark: put back'
		[ "$(on gw nft list table inet saregate_mark | sed 's/packets [0-9]* bytes [0-9]*//')" = "$before" ]
	done
	session_lives
}

@test "the guard against cleartext is deleted: back at once, and it counts" {
	local dropped
	on gw nft delete table inet saregate_guard
	wait_until 20 "the log line" logged "$log" gw/saregated 'table saregate_guard: put back'
	on nat1 python3 -c '
import socket
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("203.0.113.1", 1701))'
	dropped=$(status_value cleartext_dropped_in)
	[ "$dropped" -ge 1 ]
	session_lives
}

degraded() { on gw saregate status --json | grep -q '"state": *"degraded"'; }
reaches_web() { on alice ping -q -c 1 -W 2 "$road_web"; }

@test "the whole ruleset is flushed: no data without isolation, the session waits for it" {
	on gw nft flush ruleset
	wait_until 20 "the marks" logged "$log" gw/saregated 'table saregate_mark: put back'
	wait_until 20 "the guard" logged "$log" gw/saregated 'table saregate_guard: put back'
	wait_until 20 "the isolation" logged "$log" gw/saregated 'degraded: inner isolation'
	degraded
	run ! reaches_web
	run ! elements
	on gw nft -f /etc/saregate/firewall.nft
	wait_until 20 "the end of the trouble" logged "$log" gw/saregated 'no longer: inner isolation'
	wait_until 20 "the client's way" reaches_web
	session_lives
	on gw nft list set inet saregate inner | grep elements
}
