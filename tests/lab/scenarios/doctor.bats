#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # LAB_LIB, LAB_OUTPUT: from tests/lab/run
# `saregate doctor` on a gateway that works, with alice connected, and on the same one
# with eight things wrong at once. What it says about each on its own, and of hosts that
# are not like this one, is in tests/gateway/doctor.bats.
#
#   alice 192.168.1.101 --- nat1 203.0.113.11 --- net --- gw 203.0.113.1 --- lan --- web

bats_require_minimum_version 1.5.0

setup_file() {
	load "$LAB_LIB/lab.bash"
	road_up
}

setup() {
	load "$LAB_LIB/lab.bash"
	findings=$BATS_FILE_TMPDIR/findings
}

# Whatever a test has left wrong.
teardown_file() {
	load "$LAB_LIB/lab.bash"
	on gw test -S /run/pluto/pluto.ctl || pluto_start gw
	on gw saregate status >/dev/null || gateway_start_daemon gw
	on gw nft list table inet site >/dev/null 2>&1 && on gw nft delete table inet site
	on gw rm -f /etc/nftables/saved.nft /run/report
	return 0
}

# doctor STATUS [ARG...]: what it finds goes to $findings; STATUS is wanted.
doctor() {
	local wanted=$1 status=0
	shift
	on gw saregate doctor "$@" >"$findings" || status=$?
	cat "$findings"
	[ "$status" = "$wanted" ]
}

# finds SEVERITY PATTERN REMEDY: there is one such line, with what to do.
finds() {
	[ "$(grep -c -- "^$1: .*$2.*; .*$3" "$findings")" = 1 ] || {
		echo "wanted: $1: $2; $3" && return 1
	}
}

@test "a gateway that works has no error and no warning, also where alice is connected" {
	doctor 0 --verbose
	run ! grep -E '^(error|warning|unseen): ' "$findings"
	grep '^good: .*saregated runs' "$findings"
	grep '^good: .*connection saregate-203.0.113.1 is loaded as written' "$findings"
	grep ' checks: no error, no warning' "$findings"
}

@test "the report has no key, no name, no address and no password in it" {
	local secret
	doctor 0 --report /run/report
	[ "$(on gw stat -c '%a %U' /run/report)" = "600 root" ]
	on gw cat /run/report >"$BATS_TEST_TMPDIR/report"
	for section in findings guards "XFRM state" pluto log; do
		grep -x "==== $section ====" "$BATS_TEST_TMPDIR/report"
	done
	# what can be seen in parts of it when it is not redacted
	on gw ipsec whack --status | grep -F 192.168.1.101
	for secret in "$(road_psk)" "$road_password" alice 203.0.113.1 192.168.1.101 \
		"$(client_address alice)"; do
		[ -n "$secret" ]
		run ! grep -F -- "$secret" "$BATS_TEST_TMPDIR/report"
	done
}

# All at once; each is somebody's mistake of an ordinary day.
break_all() {
	on gw sh -c 'echo 0 >/proc/sys/net/ipv4/ip_forward'
	on gw nft 'add table inet site; add chain inet site in { type filter hook input priority 0; policy drop; }; add rule inet site in tcp dport 22 accept; add rule inet site in udp dport 4500 drop'
	ip -n gw address add 10.89.0.200/32 dev lo
	ip -n gw rule add fwmark 0x4004 table 100
	on gw mkdir -p /etc/nftables
	on gw sh -c 'printf "table inet saregate_mark {\n}\n" >/etc/nftables/saved.nft'
	on gw chmod 644 /etc/ipsec.d/saregate.secrets
	pluto_stop gw
	gateway_stop_daemon gw
	# a saregated that runs would put it back
	on gw nft delete table inet saregate_guard
}

@test "each of many faults is told with its remedy, and the exit status is 1" {
	break_all
	doctor 1
	finds error 'net.ipv4.ip_forward is 0' 'run: sysctl -w net.ipv4.ip_forward=1'
	finds error 'are not both loaded' 'run: nft -f /etc/saregate/firewall.nft'
	finds error 'another firewall of this host drops' 'run: nft .*insert rule inet site in '
	finds error 'drops IKE and ESP behind a NAT: "udp dport 4500 drop"' 'nft -a list chain inet site in'
	finds error '10.89.0.200 of interface lo lies inside the pool' 'run: saregate setup '
	finds error 'pluto does not run' ''
	finds error 'saregated does not answer' 'start saregate-launcher, then saregated'
	[ "$(grep -c '^error: ' "$findings")" = 7 ]
	finds warning 'ip rule .* fwmark 0x4004' 'below 0x4000'
	finds warning '/etc/nftables/saved.nft was saved' 'run: sed -i '
	finds warning 'others than root can read' 'run: chown root:root .* chmod 600 '
}

# remedy PATTERN: the command that the line says to run.
remedy() { grep -- "$1" "$findings" | sed -n 's/.*; run: //p'; }

@test "with the remedies taken it has nothing to say, and alice comes in again" {
	local pattern
	for pattern in ip_forward 'both loaded' 'another firewall' saved.nft 'others than root'; do
		on gw sh -c "$(remedy "$pattern")"
	done
	# the address goes, not the pool: other clients have addresses of it
	ip -n gw address delete 10.89.0.200/32 dev lo
	ip -n gw rule delete fwmark 0x4004 table 100
	pluto_start gw
	gateway_start_daemon gw
	doctor 0
	grep ' checks: no error, no warning' "$findings"
	client_down alice
	client_up alice
	on alice ping -q -c 1 -W 5 "$road_web"
}
