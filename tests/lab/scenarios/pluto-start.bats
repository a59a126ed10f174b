#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # LAB_LIB, LAB_OUTPUT: from tests/lab/run
# A new pluto gives the reqids of the former one to whoever comes first. Before it
# starts, saregated ends what was built on them; libreswan's unit waits for that, by
# a drop-in of ours, and not for long. The picture is in lib/topology.bash.

bats_require_minimum_version 1.5.0

setup_file() {
	load "$LAB_LIB/lab.bash"
	road_gateway
}

setup() { load "$LAB_LIB/lab.bash"; }

# What the drop-in runs on gw; prints how many whole seconds it took.
wait_for_saregated() {
	local begin=$EPOCHREALTIME
	pluto_drop_in gw
	echo $(((${EPOCHREALTIME/./} - ${begin/./}) / 1000000))
}

@test "without saregated pluto starts at once" {
	gateway_stop_daemon gw
	run -0 wait_for_saregated
	echo "$output"
	[ "$output" -lt 2 ]
	gateway_start_daemon gw
}

@test "a saregated that does not answer delays pluto by 5 s, no more" {
	kill -STOP "$(host_pid gw saregated)"
	run -0 wait_for_saregated
	kill -CONT "$(host_pid gw saregated)"
	echo "$output"
	[ "$output" -ge 5 ]
	[ "$output" -lt 8 ]
	gateway_stop_daemon gw
	gateway_start_daemon gw
}

@test "pluto killed: before the next one starts, the sockets of its clients are gone" {
	local lines
	client_down alice
	road_up
	[ "$(tunnel_sockets)" = 1 ]
	lines=$(log_lines gw/saregated)
	pluto_kill gw
	run -0 wait_for_saregated
	echo "$output"
	[ "$output" -lt 4 ]
	[ "$(tunnel_sockets)" = 0 ]
	logged "$lines" gw/saregated 'SA reference .* has ended: 1 tunnels closed'
	# the kernel keeps the SAs, and alice's packets go on to come through them
	on gw ip xfrm state | grep -q '^src 203.0.113.11'
	run ! on alice ping -q -c 1 -W 2 "$road_web"
}

# gw's connected sockets on port 1701.
tunnel_sockets() { on gw ss -Hun state established 'sport = :1701' | wc -l; }

@test "the client comes back through the new pluto, with its name" {
	pluto_start gw
	client_down alice
	client_up alice
	on alice ping -q -c 1 -W 5 "$road_web"
	[ "$(session_value ike_identity)" = 192.168.1.101 ]
}
