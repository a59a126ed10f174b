#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # LAB_LIB, LAB_OUTPUT: from tests/lab/run
# Two clients behind one NAT, who share address, source port and ids: in short what
# clients.bats and isolation.bats show at length, for the kernels and userlands on
# which those do not run each time.
#
#   alice  192.168.1.101 -+
#                         +- nat1 203.0.113.11 --- net --- gw --- lan --- web
#   bob    192.168.1.102 -+

bats_require_minimum_version 1.5.0

setup_file() {
	load "$LAB_LIB/lab.bash"
	road_gateway
	clients_new bob 192.168.1.102
	clients_configure bob
	injections_watch
}

teardown_file() {
	load "$LAB_LIB/lab.bash"
	clients_down alice bob
	road_clear
}

setup() { load "$LAB_LIB/lab.bash"; }

@test "both are up, both in the kernel's data path" {
	clients_up alice bob
	on gw saregate session list
	for name in alice bob; do
		[ "$(session_of $name outer_address)" = 203.0.113.11 ]
		[ "$(session_of $name data_path)" = kernel ]
	done
}

@test "status says how they are kept apart" {
	local method=mark
	[[ $(uname -r) != 6.1.* ]] || method=zone
	[[ $(status_value sa_tracking) == "$method (Linux $(uname -r): "* ]]
}

@test "both at once fetch a page of their own, and pings pass both ways" {
	clients_reach alice bob
}

@test "one sends into the other's call: nothing arrives, every packet is counted" {
	local foreign
	client_l2tp_stop bob
	foreign=$(counted gw saregate_mark foreign)
	inject_into alice bob connect 1 call lcp
	[ "$(counted gw saregate_mark foreign)" -ge $((foreign + 40)) ]
	[ "$(counted web watch injected)" = 0 ]
	on alice ping -q -c 2 -W 5 "$road_web"
}
