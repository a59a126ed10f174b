#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # LAB_LIB, LAB_OUTPUT: from tests/lab/run
# The userspace data path: the same road, with frames through a pty.
#
#   alice ----------- nat1 ----------- net ----------- gw ------- lan ------- web
#   kernel's L2TP                                      saregated
#                                                      pty, pppd (sg1)

bats_require_minimum_version 1.5.0

setup_file() {
	load "$LAB_LIB/lab.bash"
	road_gateway
	client_l2tp_stop alice
	use_path userspace
}

teardown_file() {
	load "$LAB_LIB/lab.bash"
	rm -f /etc/modprobe.d/lab-userspace.conf
	[ "$(status_value data_path)" = kernel ] || use_path auto
}

setup() {
	load "$LAB_LIB/lab.bash"
	log=$(log_lines gw/saregated)
	client_log=$(log_lines alice/pppd)
}

# use_path KIND: saregated with this data path; the client's IPsec is set up anew,
# since a restarted saregated has not heard its names.
use_path() {
	client_ipsec_down alice || true
	gateway_stop_daemon gw
	gateway_set_key gw data-path kind "$1"
	gateway_start_daemon gw
	client_ipsec_up alice
}

client_is_down() { not on alice ip link show dev ppp0; }

@test "a client comes up, and its session says by which path" {
	[ "$(status_value data_path)" = userspace ]
	client_l2tp_up alice
	client_route alice 10.20.0.0/24
	[ "$(session_value data_path)" = userspace ]
	[ "$(session_value data_path_why)" = "" ]
	# what came before pppd was there was kept for it: nobody waited 3 s to ask again
	run ! logged "$client_log" alice/pppd 'LCP: timeout'
}

@test "pppd serves a pty, without PPPoL2TP" {
	local pid
	pid=$(host_processes gw pppd)
	pid=${pid% *}
	[[ $(readlink "/proc/$pid/fd/0") == /dev/pts/* ]]
	run ! grep -qz pppol2tp "/proc/$pid/cmdline"
	[ "$(session_value packets_in)" -ge 3 ]
}

@test "pings pass both ways" {
	on alice ping -q -c 2 -W 5 "$road_web"
	on gw ping -q -c 2 -W 5 "$(client_address alice)"
}

@test "ten megabytes come through whole each way" {
	exchange_start web 10 alice
	exchange alice
	exchange_check alice
	exchange_stop web
	[ "$(session_value bytes_out)" -gt 10485760 ]
	[ "$(session_value bytes_in)" -gt 10485760 ]
}

@test "what is lost on the way is not PPP's fault" {
	[ "$(status_value frames_malformed)" = 0 ]
	[ "$(status_value frames_dropped_early)" = 0 ]
	[ "$(status_value frames_dropped_late)" = 0 ]
	echo "# dropped for a full pty: $(status_value frames_dropped_full)" >&3
}

@test "the client hangs up: nothing is left" {
	client_l2tp_down alice
	road_clear
	logged "$log" gw/saregated 'logout: .*"alice" from 203.0.113.11.*closed by the client'
	[ -z "$(find "/proc/$(host_pid gw saregated)/fd" -lname '/dev/pt*')" ]
}

@test "session kill: PPP says goodbye, then the call ends" {
	client_l2tp_up alice
	on gw saregate session kill "$(session_value id)" --reason "lunch is over"
	wait_until 10 "the client's end" client_is_down
	logged "$client_log" alice/pppd 'rcvd \[LCP TermReq'
	road_clear
	logged "$log" gw/saregated 'logout: .*"alice".*ended by the administrator: lunch is over'
}

@test "pppd is killed: the call ends and nothing is left" {
	local pid
	client_l2tp_up alice
	pid=$(host_processes gw pppd)
	kill -KILL "${pid% *}"
	wait_until 10 "the client's end" client_is_down
	road_clear
	logged "$log" gw/saregated 'logout: .*"alice".*pppd was killed'
	[ -z "$(find "/proc/$(host_pid gw saregated)/fd" -lname '/dev/pt*')" ]
}

@test "the SA goes: its session goes with it" {
	client_l2tp_up alice
	client_ipsec_down alice
	road_clear
	client_l2tp_stop alice
	client_ipsec_up alice
}

@test "a wrong password gets failure 691" {
	client_configure_l2tp alice 203.0.113.1 alice 'incorrect horse'
	client_l2tp_dial alice
	wait_until 30 "the end of the attempt" logged "$client_log" alice/pppd \
		'^Connection terminated'
	road_clear
	client_configure_l2tp alice 203.0.113.1 alice "$road_password"
	logged "$client_log" alice/pppd 'rcvd \[CHAP Failure .*E=691 '
	logged "$log" gw/saregated 'login refused: .*"alice" from .*: wrong password$'
	client_l2tp_stop alice
}

# The client's xl2tpd finds none either and does as the gateway does.
@test "where the kernel has no PPPoL2TP, auto is this path and says why" {
	client_ipsec_down alice
	gateway_stop_daemon gw
	echo "install l2tp_ppp /bin/false" >/etc/modprobe.d/lab-userspace.conf
	rmmod l2tp_ppp
	use_path auto
	on gw saregate status | grep -A 1 '^data path *userspace$' | grep "run 'modprobe l2tp_ppp'"
	client_l2tp_up alice
	client_route alice 10.20.0.0/24
	on alice ping -q -c 2 -W 5 "$road_web"
	[ "$(session_value data_path)" = userspace ]
	[ "$(session_value data_path_why)" = "the kernel has no usable PPPoL2TP" ]
	on gw saregate session list | grep 'WHY THIS PATH$'
	client_l2tp_stop alice
}

@test "auto is the kernel's path again" {
	rm /etc/modprobe.d/lab-userspace.conf
	modprobe l2tp_ppp
	use_path auto
	[ "$(status_value data_path)" = kernel ]
	client_l2tp_up alice
	client_route alice 10.20.0.0/24
	[ "$(session_value data_path)" = kernel ]
	on alice ping -q -c 2 -W 5 "$road_web"
}
