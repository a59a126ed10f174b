#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # LAB_LIB, LAB_OUTPUT: from tests/lab/run
# A client whose acknowledgements never arrive (seen with Android): something on its
# side eats every ZLB, before IPsec, and only data flows. On the kernel's data path,
# with a Hello due after 5 s of silence.
#
#   alice ---------------------- nat1 ----- net ----- gw ------ lan ------ web
#   every ZLB is eaten and                            saregated            10.20.0.80
#   counted as it leaves                              hello-interval = 5

bats_require_minimum_version 1.5.0

# Retransmissions of a Hello before its tunnel is given up, after 31 s in all (5.8).
series=5

setup_file() {
	load "$LAB_LIB/lab.bash"
	road_gateway
	client_l2tp_stop alice
	client_ipsec_down alice || true
	gateway_configure gw l2tp hello-interval 5
	# twelve bytes behind the UDP header, the first bit of which says control message
	on alice nft -f - <<-TEXT
		table inet deaf {
			counter eaten { }
			chain output {
				type filter hook output priority filter;
				udp dport 1701 udp length 20 @th,64,1 1 counter name eaten drop
			}
		}
	TEXT
	road_up
}

teardown_file() {
	load "$LAB_LIB/lab.bash"
	on alice nft delete table inet deaf
	client_l2tp_stop alice
	client_ipsec_down alice || true
	gateway_configure gw l2tp hello-interval 60
}

setup() { load "$LAB_LIB/lab.bash"; }

eaten() {
	on alice nft list counters table inet deaf | sed -n 's/.*packets \([0-9]*\).*/\1/p'
}

has_eaten_more_than() { [ "$(eaten)" -gt "$1" ]; }

# has_retransmitted NUMBER: saregated, since it started.
has_retransmitted() { [ "$(status_value retransmissions)" -ge "$1" ]; }

@test "silence brings a Hello, whose acknowledgement is eaten" {
	local before
	[ "$(session_value data_path)" = kernel ]
	before=$(eaten)
	wait_until 30 "a Hello that alice answers in vain" has_eaten_more_than "$before"
}

@test "while data flows, a tunnel outlives a Hello that is never acknowledged" {
	local log id before
	log=$(log_lines gw/saregated)
	id=$(session_value id)
	before=$(status_value retransmissions)
	host_spawn alice pings ping -q -i 0.5 "$road_web"
	# one more than a series has: the deadline behind the last one has passed
	wait_until 60 "a series in vain, and the next one begun" \
		has_retransmitted $((before + series + 1))
	[ "$(session_value id)" = "$id" ]
	run ! logged "$log" gw/saregated 'closed with'
	on alice ping -q -c 2 -W 5 "$road_web"
}

@test "a step of the wall clock, an hour on and back, ends nothing" {
	local log id lost=
	log=$(log_lines gw/saregated)
	id=$(session_value id)
	date -s '+1 hour' >/dev/null
	on alice ping -q -c 2 -W 5 "$road_web" || lost=1
	date -s '-1 hour' >/dev/null
	[ -z "$lost" ]
	on alice ping -q -c 2 -W 5 "$road_web"
	[ "$(session_value id)" = "$id" ]
	run ! logged "$log" gw/saregated 'closed with'
	host_stop alice pings
}
