#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # LAB_LIB, LAB_OUTPUT: from tests/lab/run
# One client against another, who share a NAT and so a source address and port. Each
# attack is first seen to succeed with its guard taken away.
#
#   alice  192.168.1.101 -+                       gw: the table saregate_mark
#   a real client         +- nat1 --- net ------- knows which tunnel is whose ---- web
#   bob    192.168.1.102 -+  203.0.113.11         203.0.113.1        counts alice's pings
#   sends into alice's call; knows all its ids                       that bob has made

bats_require_minimum_version 1.5.0

setup_file() {
	load "$LAB_LIB/lab.bash"
	road_gateway
	clients_new bob 192.168.1.102
	clients_configure bob
	injections_watch
	# what leaves gw in clear arrives there
	on nat1 nft -f - <<-TEXT
		table inet watch {
			counter clear { }
			chain prerouting {
				type filter hook prerouting priority raw;
				iifname "eth0" udp sport 1701 counter name clear
			}
		}
	TEXT
	client_l2tp_stop bob
	clients_ipsec_up bob
}

teardown_file() {
	load "$LAB_LIB/lab.bash"
	on web nft delete table inet watch
	on nat1 nft delete table inet watch
	clients_down alice bob
	road_clear
}

setup() {
	load "$LAB_LIB/lab.bash"
	road_up
}

teardown() {
	[ -e "$lab_state/gw/saregated.pid" ] && kill -CONT "$(host_pid gw saregated)"
	on gw nft list table inet site >/dev/null 2>&1 && on gw nft delete table inet site
	return 0
}

injected() {
	local count
	count=$(counted web watch injected)
	[ "$count" -ge "$1" ] || { echo "$count" && return 1; }
}

refused() { [ "$(status_value l2tp_foreign)" = "$1" ]; }

# With zones each has a source port of its own: what is sent into the other's call
# comes to the listener, which drops it.
@test "without the guard one client sends into another's call, if they share a port" {
	local arrives=40 foreign
	[ "$(session_of alice data_path)" = kernel ]
	[[ $(status_value sa_tracking) != zone* ]] || arrives=0
	foreign=$(status_value l2tp_foreign)
	# up at the gateway's end, too, before saregated stops
	on alice ping -q -c 1 -W 5 "$road_web"
	# so that it cannot put back what we take away
	kill -STOP "$(host_pid gw saregated)"
	on gw nft flush chain inet saregate_mark input
	inject_into alice bob
	wait_until 10 "injected packets on web" injected $arrives
	kill -CONT "$(host_pid gw saregated)"
	wait_until 10 "injected packets at saregated" refused $((foreign + 40 - arrives))
	[ "$(counted web watch injected)" = $arrives ]
}

guard_is_back() { on gw nft list chain inet saregate_mark input | grep -q jump; }

@test "with it nothing arrives, and every packet is counted" {
	local before foreign
	wait_until 20 "the guard" guard_is_back
	before=$(counted web watch injected)
	foreign=$(counted gw saregate_mark foreign)
	inject_into alice bob
	# the same from one who has a tunnel and a call of his own
	inject_into alice bob connect 1 call lcp
	[ "$(counted web watch injected)" = "$before" ]
	[ "$(counted gw saregate_mark foreign)" -ge $((foreign + 80)) ]
	on alice ping -q -c 2 -W 5 "$road_web"
}

@test "in clear, from the NAT's own address and port, nothing arrives" {
	local before dropped
	before=$(counted web watch injected)
	dropped=$(counted gw saregate_guard cleartext_in)
	inject_into alice nat1
	[ "$(counted web watch injected)" = "$before" ]
	[ "$(counted gw saregate_guard cleartext_in)" -ge $((dropped + 40)) ]
}

@test "when SAs and policies vanish, nothing leaves in clear" {
	host_spawn gw stream ping -i 0.1 "$(client_address alice)"
	on gw ip xfrm policy flush
	on gw ip xfrm state flush
	wait_until 20 "the end of alice's session" not_listed alice
	host_stop gw stream
	[ "$(counted nat1 watch clear)" = 0 ]
	clients_down alice bob
	road_up
	[ "$(counted nat1 watch clear)" = 0 ]
}

@test "another firewall drops what is forwarded: setup says what to allow" {
	on gw nft -f - <<-TEXT
		table inet site {
			chain pass {
				type filter hook forward priority filter; policy drop;
			}
		}
	TEXT
	run ! on alice ping -q -c 1 -W 2 "$road_web"
	on gw saregate setup --non-interactive >"$BATS_TEST_TMPDIR/setup"
	cat "$BATS_TEST_TMPDIR/setup"
	sed -n "s/^  nft '\(.*\)'\$/\1/p" "$BATS_TEST_TMPDIR/setup" | on gw nft -f -
	on alice ping -q -c 2 -W 5 "$road_web"
}

# A cloud's machines get their credentials from an address of their own link; here it is
# one of net's.
metadata=169.254.169.254

dropped_link_local() {
	on gw nft list chain inet saregate prerouting |
		sed -n 's/.*169\.254\.0\.0\/16 counter packets \([0-9]*\).*/\1/p'
}

@test "the cloud's metadata service is the gateway's, not the clients'" {
	local before
	ip -n net address add $metadata/32 dev lan
	client_route alice $metadata
	on gw ping -q -c 1 -W 5 $metadata
	before=$(dropped_link_local)
	run ! on alice ping -q -c 2 -i 0.2 -W 2 $metadata
	[ "$(dropped_link_local)" = $((before + 2)) ]
	# it is the rule that keeps them away: without it the masquerade lets them through
	kill -STOP "$(host_pid gw saregated)"
	on gw nft flush chain inet saregate prerouting
	on alice ping -q -c 1 -W 5 $metadata
	on gw nft -f /etc/saregate/firewall.nft
	kill -CONT "$(host_pid gw saregated)"
	run ! on alice ping -q -c 1 -W 2 $metadata
	on alice ping -q -c 1 -W 5 "$road_web"
	ip -n net address delete $metadata/32 dev lan
}
