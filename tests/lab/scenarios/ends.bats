#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # LAB_LIB, LAB_OUTPUT: from tests/lab/run
# A session can be ended from each place along the road; the other end is told and
# nothing of it stays on the gateway. The numbers are those of the tests below.
#
#   alice ------------------ nat1 --- net --- gw
#   1 xl2tpd hangs up                         2 saregate session kill
#   5 pluto deletes its SA                    3 pppd is killed
#                                             4 pluto deletes its SA

bats_require_minimum_version 1.5.0

setup_file() {
	load "$LAB_LIB/lab.bash"
	road_gateway
}

setup() {
	load "$LAB_LIB/lab.bash"
	road_up
	log=$(log_lines gw/saregated)
	client_log=$(log_lines alice/pppd)
}

client_is_down() { not on alice ip link show dev ppp0; }

@test "1. the client hangs up" {
	client_l2tp_down alice
	road_clear
	logged "$log" gw/saregated 'logout: .*"alice" from 203.0.113.11.*closed by the client'
	logged "$log" gw/saregated 'tunnel [0-9]*: closed .*closed by the client'
}

@test "2. session kill: PPP says goodbye, then the call ends" {
	on gw saregate session kill "$(session_value id)" --reason "lunch is over"
	wait_until 10 "the client's end" client_is_down
	logged "$client_log" alice/pppd 'rcvd \[LCP TermReq'
	road_clear
	logged "$log" gw/saregated 'logout: .*"alice".*ended by the administrator: lunch is over'
}

# Nothing is started between the two readings of the clock.
@test "3. pppd is killed: the client sees CDN within a second" {
	local begin end pid reader line
	pid=$(host_processes gw pppd)
	pid=${pid% *}
	exec {lines}< <(exec tail -n 0 -f "$LAB_OUTPUT/alice/xl2tpd.log" 3>&-)
	reader=$!
	sleep 0.5
	begin=${EPOCHREALTIME/./}
	kill -KILL "$pid"
	while read -r -t 10 -u "$lines" line; do
		[[ $line != *"Connection closed to 203.0.113.1"* ]] || break
	done
	end=${EPOCHREALTIME/./}
	kill $reader
	exec {lines}<&-
	echo "# CDN seen after $(((end - begin) / 1000)) ms" >&3
	[[ $line == *"Connection closed to 203.0.113.1"* ]]
	[ $((end - begin)) -le 1000000 ]
	wait_until 10 "the client's end" client_is_down
	road_clear
	logged "$log" gw/saregated 'logout: .*"alice".*pppd was killed'
}

# Its serial number in pluto, as in: #4: "saregate-203.0.113.1"[1] ... IPsec SA established
sa_serial() {
	ipsec_on gw whack --status |
		sed -nE 's/^(000 )?#([0-9]+): "saregate-.*IPsec SA established.*/\2/p' | head -n 1
}

@test "4. the gateway's pluto deletes the SA" {
	ipsec_on gw whack --deletestate "$(sa_serial)"
	road_clear
	logged "$log" gw/saregated 'SA reference [0-9]*/[0-9]* has ended: 1 tunnels closed'
	logged "$log" gw/saregated 'logout: .*"alice"'
	client_l2tp_stop alice
	client_ipsec_down alice
}

@test "5. the client's pluto deletes its SA" {
	client_ipsec_down alice
	road_clear
	logged "$log" gw/saregated 'SA reference [0-9]*/[0-9]* has ended: 1 tunnels closed'
	client_l2tp_stop alice
}

@test "afterwards the client connects again" {
	[ "$(session_value user)" = alice ]
	on alice ping -q -c 1 -W 5 "$road_web"
}
