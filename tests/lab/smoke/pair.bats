#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # LAB_LIB, LAB_OUTPUT: from tests/lab/run
# Two clients behind one NAT, who share address, source port and ids: in short what
# clients.bats and isolation.bats show at length, for the kernels and userlands on
# which those do not run each time.
#
#   alice  192.168.1.101 -+
#                         +- nat1 203.0.113.11 --- net --- gw --- lan --- web
#   bob    192.168.1.102 -+                           |
#   fred   203.0.113.50, without NAT -----------------+

bats_require_minimum_version 1.5.0

setup_file() {
	load "$LAB_LIB/lab.bash"
	road_gateway
	clients_new bob 192.168.1.102
	clients_configure bob
	injections_watch
	# alice comes first and keeps her port; alone, this file gives her the newer SA,
	# which is the one that the kernel's own packets for bob would take
	clients_ipsec_up bob
	clients_up alice
}

teardown_file() {
	load "$LAB_LIB/lab.bash"
	clients_down alice bob
	on gw ip xfrm state deleteall src 203.0.113.50
	on gw ip xfrm state deleteall dst 203.0.113.50
	road_clear
}

setup() { load "$LAB_LIB/lab.bash"; }

@test "both are up; in the kernel's data path both, or with zones the first one" {
	local second=kernel
	[[ $(status_value sa_tracking) != zone* ]] || second=userspace
	clients_up bob
	on gw saregate session list
	for name in alice bob; do
		[ "$(session_of $name outer_address)" = 203.0.113.11 ]
	done
	[ "$(session_of alice data_path)" = kernel ]
	[ "$(session_of bob data_path)" = $second ]
	[ $second = kernel ] ||
		[ "$(session_of bob data_path_why)" = "another connection has its address and port" ]
}

@test "status says how they are kept apart" {
	local method=mark
	[[ $(uname -r) != 6.1.* ]] || method=zone
	[[ $(status_value sa_tracking) == "$method (Linux $(uname -r): "* ]]
}

@test "both at once fetch a page of their own, and pings pass both ways" {
	clients_reach alice bob
}

# Before 6.11 a session's data is lost in the socket of the tunnel before it.
@test "one hangs up and dials again at once, again and again: its data comes through" {
	local sockets round
	for round in 1 2 3 4; do
		client_l2tp_down alice
		client_l2tp_up alice
		client_route alice 10.20.0.0/24
		echo "$(session_of alice data_path) $(session_of alice data_path_why)"
		[ "$(session_of alice data_path)" = kernel ]
		sockets=$(on gw ss -Huan src 203.0.113.1:1701 dst 203.0.113.11:1701)
		echo "round $round: $sockets"
		[[ $(status_value sa_tracking) != zone* ]] || [ "$(wc -l <<<"$sockets")" = 1 ]
	done
	clients_reach alice
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

# manual_ipsec NAME ADDRESS REQID: SAs that no pluto made, between a host and gw.
manual_ipsec() {
	local host
	for host in "$1" gw; do
		on "$host" ip -batch - <<-TEXT
			xfrm state add src $2 dst 203.0.113.1 proto esp spi 0x5001 reqid $3 mode transport auth sha256 0x$(printf %064d 1) enc aes 0x$(printf %032d 2)
			xfrm state add src 203.0.113.1 dst $2 proto esp spi 0x5002 reqid $3 mode transport auth sha256 0x$(printf %064d 3) enc aes 0x$(printf %032d 4)
		TEXT
	done
	on "$1" ip xfrm policy add dir out src "$2" dst 203.0.113.1 proto udp dport 1701 \
		tmpl src "$2" dst 203.0.113.1 proto esp mode transport reqid "$3"
}

# Zones are the low 16 bits of reqids.
@test "another with the same zone: no kernel path for either; marks do not mind" {
	local reference unfit zones=0
	[[ $(status_value sa_tracking) != zone* ]] || zones=1
	reference=$(session_of alice sa_reference)
	unfit=$(status_value kernel_path_unfit)
	clients_without_nat fred 203.0.113.50
	manual_ipsec fred 203.0.113.50 $((${reference%/*} + 65536))
	[[ $(windows fred connect 1 call lcp echo 5 hang-up) == *"echoed 5 of 5"* ]]
	[ "$(status_value kernel_path_unfit)" = $((unfit + zones)) ]
	if [ $zones = 1 ]; then
		wait_until 20 "the end of alice's session" not_listed alice
	else
		on alice ping -q -c 1 -W 5 "$road_web"
	fi
}
