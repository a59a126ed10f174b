#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # LAB_LIB, LAB_OUTPUT: from tests/lab/run
# A path that carries 1280 bytes and tells nobody: what is larger is fragmented,
# or, with DF, vanishes.
#
#   alice ---- nat1 ---------------------------- net ---- gw ---- lan ---- web
#   1500       both ways at most 1280 a packet;  1500     1500             10.20.0.80
#              no ICMP leaves it

bats_require_minimum_version 1.5.0

setup_file() {
	load "$LAB_LIB/lab.bash"
	road_gateway
	# a route's MTU counts for what is forwarded by it
	on nat1 ip route replace 203.0.113.0/24 dev eth0 src 203.0.113.11 mtu 1280
	on nat1 ip route replace 192.168.1.0/24 dev lan src 192.168.1.1 mtu 1280
	on nat1 nft -f - <<-TEXT
		table inet narrow {
			counter fragmented { }
			chain output {
				type filter hook output priority filter;
				ip protocol icmp drop
			}
			chain forward {
				type filter hook forward priority filter;
				udp length > 1260 counter name fragmented
			}
		}
	TEXT
	road_up
}

teardown_file() {
	load "$LAB_LIB/lab.bash"
	on nat1 nft delete table inet narrow
	on nat1 ip route replace 203.0.113.0/24 dev eth0 src 203.0.113.11
	on nat1 ip route replace 192.168.1.0/24 dev lan src 192.168.1.1
}

setup() { load "$LAB_LIB/lab.bash"; }

@test "the path really is narrow: what has DF vanishes" {
	run -1 on alice ping -q -M "do" -s 1300 -c 1 -W 2 203.0.113.1
	on alice ping -q -M "do" -s 1200 -c 1 -W 5 203.0.113.1
}

fragmented() {
	on nat1 nft list counters table inet narrow | sed -n 's/.*packets \([0-9]*\).*/\1/p'
}

@test "ten megabytes from the LAN come through" {
	local before
	before=$(fragmented)
	webserver_download alice "$road_web"
	# or the test would not have seen a packet above the path's MTU
	[ "$(fragmented)" -gt $((before + 1000)) ]
}

@test "ten megabytes to the LAN come through" {
	webserver_upload alice web "$road_web"
}

@test "a ping larger than the path comes through both ways" {
	on alice ping -q -c 1 -W 5 -s 1252 "$road_web"
	on gw ping -q -c 1 -W 5 -s 1252 "$(client_address alice)"
}
