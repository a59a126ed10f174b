#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # LAB_LIB, LAB_OUTPUT: from tests/lab/run
# `saregate selftest` on a gateway that works, stopped in the middle, killed, and on the same
# one with one thing wrong at a time. No other host takes part.
#
#   a namespace without a name         |  gw 203.0.113.1: pluto, saregated, pppd
#   198.18.255.254 (pluto, L2TP, pppd) --- saregate-test 198.18.255.253

bats_require_minimum_version 1.5.0

setup_file() {
	load "$LAB_LIB/lab.bash"
	road_gateway
	# whom a pluto that stops would take along
	client_down alice
	road_clear
	holdings >"$BATS_FILE_TMPDIR/before"
}

setup() {
	load "$LAB_LIB/lab.bash"
	said=$BATS_FILE_TMPDIR/said
	plugin=$(echo /usr/lib/pppd/*/saregate.so*)
	plugin=${plugin%.away}
}

# Whatever a test has left wrong.
teardown() {
	on gw nft delete table inet site 2>/dev/null || true
	on gw sysctl -q -w net.ipv4.ip_forward=1
	! on gw test -e /run/secrets.away || on gw mv /run/secrets.away /etc/ipsec.d/saregate.secrets
	[ ! -e "$plugin.away" ] || mv "$plugin.away" "$plugin"
}

teardown_file() {
	load "$LAB_LIB/lab.bash"
	on gw test -S /run/pluto/pluto.ctl || pluto_start gw
	road_clear
}

# holdings: all that a test could leave: interfaces, networks, policies and SAs of the client,
# users, files.
holdings() {
	on gw ip -brief link | awk '{ print $1 }'
	find /proc -maxdepth 3 -path '/proc/[0-9]*/ns/net' -printf '%l\n' 2>/dev/null | sort -u | wc -l
	{ on gw ip xfrm state && on gw ip xfrm policy; } | grep -F 198.18.255.254 || true
	on gw saregate user list | awk '{ print $1 }'
	# the first is that of the gateway's own pppds, the others are the tests' doing
	on gw find /run /etc -type f ! -path '*/systemd/*' ! -name pppd2.tdb ! -name '*.away' ! -name '*.pid' | sort
}

# An interface, and a network, are gone a moment after the last process in it.
holds_nothing() { holdings | diff "$BATS_FILE_TMPDIR/before" -; }
nothing_is_left() { wait_until 20 "a gateway as it was" holds_nothing; }

# selftest STATUS [ARG...]: what it says goes to $said; STATUS is wanted.
selftest() {
	local wanted=$1 status=0
	shift
	on gw saregate selftest --pluto-log "$LAB_OUTPUT/gw/pluto.log" "$@" >"$said" 2>&1 || status=$?
	cat "$said"
	[ "$status" = "$wanted" ]
}

# fails STAGE CAUSE REMEDY: it does, once, with what is wrong and what helps.
fails() {
	selftest 1
	[ "$(grep -c FAILED "$said")" = 1 ]
	grep -q "^$1  *[0-9.]* s  FAILED$" "$said"
	grep -q "^  cause:   .*$2" "$said"
	grep -q "^  remedy:  .*$3" "$said"
	[ "$(tail -n 1 "$said")" = "saregate: selftest failed at stage $1" ]
	nothing_is_left
}

# selftest_until STAGE: runs one until that stage is done.
selftest_until() {
	before=$(log_lines gw/selftest)
	host_spawn gw selftest saregate selftest
	wait_until 60 "stage $1" logged "$before" gw/selftest "^$1 .* ok"
}

@test "a client connects through pluto, saregated and pppd, stage by stage, and nothing is left" {
	selftest 0
	[ "$(sed -n 's/^\([a-zA-Z -]*[a-zA-Z]\)  *[0-9.]* s  ok: .*/\1/p' "$said" | paste -sd ,)" = \
		"gateway,client,IKE,IPsec,tunnel,call,log-in,address,ping,large ping,end" ]
	grep -q 'ok: 1280 bytes to 10.89.0.1 and back' "$said"
	tail -n 1 "$said" | grep -q '^A client can connect: '
	nothing_is_left
}

@test "so it does again, as JSON; where forwarding is off it warns; the history names the user" {
	local user
	on gw sysctl -q -w net.ipv4.ip_forward=0
	selftest 0 --json
	grep -q '"passed":true' "$said"
	grep -A 1 'ip_forward is 0' "$said" | grep -q 'sysctl -w net.ipv4.ip_forward=1'
	user=$(json_value user <"$said")
	[[ $user == selftest-* ]]
	on gw saregate session history --user "$user" | grep -F 198.18.255.254
	nothing_is_left
}

@test "a second one waits for nobody: the first goes on; Ctrl-C ends that, and nothing is left" {
	selftest_until log-in
	# it must not be through before the second one has begun
	kill -STOP "$(host_pid gw selftest)"
	selftest 1
	grep -q 'another selftest runs' "$said"
	kill -INT "$(host_pid gw selftest)"
	kill -CONT "$(host_pid gw selftest)"
	wait_until 60 "its end" not host_alive gw selftest
	logged "$before" gw/selftest 'saregate: selftest was interrupted at stage'
	run ! logged "$before" gw/selftest FAILED
	nothing_is_left
}

@test "one that is killed leaves a user who expires, and the next one takes all of it away" {
	selftest_until address
	host_kill gw selftest
	wait_until 20 "no cable" not on gw ip link show dev saregate-test
	on gw saregate user list | grep selftest- | grep -q "$(date +%Y-)"
	on gw ip xfrm state | grep -qF 198.18.255.254
	selftest 0
	nothing_is_left
}

@test "a user with such a name that somebody made stays; without a key nothing is begun" {
	on gw saregate user add selftest-abcd-efgh-jkmn --generate --comment "made by hand" >/dev/null
	on gw mv /etc/ipsec.d/saregate.secrets /run/secrets.away
	selftest 1
	grep -q '^  cause:   there is no pre-shared key' "$said"
	on gw saregate user del selftest-abcd-efgh-jkmn
}

@test "a rule that drops UDP 4500 is found" {
	on gw nft 'add table inet site; add chain inet site in { type filter hook input priority 0; }; add rule inet site in udp dport 4500 drop'
	fails IKE 'drops IKE and ESP behind a NAT: "udp dport 4500 drop"' 'nft -a list chain inet site in'
}

@test "another key in the file than pluto has is found" {
	on gw cp -p /etc/ipsec.d/saregate.secrets /run/secrets.away
	on gw sed -i 's/PSK ".*"/PSK "abcd-efgh-jkmn"/' /etc/ipsec.d/saregate.secrets
	fails IKE 'pluto has another pre-shared key' 'saregate reload'
}

@test "a plugin that is missing is found, and so is a pluto that does not run" {
	mv "$plugin" "$plugin.away"
	fails gateway 'plugin is not there' 'install saregate again'
	mv "$plugin.away" "$plugin"
	pluto_stop gw
	fails gateway 'pluto does not run' 'ipsec start'
}
