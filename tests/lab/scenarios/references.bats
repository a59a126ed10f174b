#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # LAB_LIB, LAB_OUTPUT: from tests/lab/run
# What happens to a client's SAs while it is connected: rekeys, NATs that forget,
# twins, a pluto that dies.
#
#   alice  192.168.1.101 -+
#   bob    192.168.1.102 -+- nat1 203.0.113.11 ---------------+
#   dora   192.168.1.101 --- home1 100.64.0.11 -+             +- net --- gw --- lan --- web
#   emil   192.168.1.101 --- home2 100.64.0.12 -+- carrier ---+

bats_require_minimum_version 1.5.0

setup_file() {
	load "$LAB_LIB/lab.bash"
	road_gateway
	clients_new bob 192.168.1.102
	clients_twins
	clients_configure bob dora emil
	# alice has the first reqid of a pluto: the one that the next pluto gives first
	client_down alice
	pluto_stop gw
	pluto_start gw
	clients_up alice
	clients_up bob dora
}

teardown_file() {
	load "$LAB_LIB/lab.bash"
	kill -CONT "$(host_pid alice xl2tpd)" 2>/dev/null || true
	clients_down alice bob dora emil
	road_clear
	# the SAs that a pluto left when it was killed
	pluto_stop gw
	pluto_start gw
}

setup() { load "$LAB_LIB/lab.bash"; }

# outbound_spis NAME: of the SAs through which the gateway sends to it.
outbound_spis() { on "$1" ip xfrm state list src 203.0.113.1 | awk '/proto esp/ { print $4 }'; }

# rekey NAME: under traffic both ways, of which nothing may be lost.
rekey_under_traffic() {
	local before
	before=$(outbound_spis "$1")
	on "$1" ping -q -c 150 -i 0.1 -W 10 "$road_web" >"$BATS_TEST_TMPDIR/$1.up" 3>&- &
	on gw ping -q -c 150 -i 0.1 -W 10 "$(client_address "$1")" >"$BATS_TEST_TMPDIR/$1.down" 3>&- &
	for _ in 1 2; do
		# IKEv1 cannot be told to rekey; another Quick Mode is what a rekey is
		on "$1" timeout 30 ipsec auto --up vpn
	done
	wait
	[ "$(outbound_spis "$1")" != "$before" ]
	cat "$BATS_TEST_TMPDIR/$1.up" "$BATS_TEST_TMPDIR/$1.down"
	[ "$(cat "$BATS_TEST_TMPDIR/$1".{up,down} | grep -c '150 received')" = 2 ]
}

@test "the NAT of all gives them other ports: they stay connected" {
	local log session
	log=$(log_lines gw/saregated)
	session=$(session_of alice id)
	nat_rebind nat1 20000-30000
	on alice ping -q -c 5 -i 0.2 -W 5 "$road_web" || true
	on bob ping -q -c 5 -i 0.2 -W 5 "$road_web" || true
	clients_reach alice bob
	[ "$(session_of alice id)" = "$session" ]
	[ "$(log_since "$log" gw/saregated | grep -c 'changed its port, IPsec follows')" -ge 2 ]
	[ "$(status_value sa_nat_rebindings_failed)" = 0 ]
	port=$(session_of alice outer_port)
	echo "port $port"
	[ "$port" -ge 20000 ] && [ "$port" -le 30000 ]
}

# data_path_of NAME: and why, if it is not the kernel's.
data_path_of() { echo "$(session_of "$1" data_path) $(session_of "$1" data_path_why)"; }

shared="userspace shares its SA's reqid with a client of the same address"

# exchange_whole NAME...: a megabyte each way for all at the same time.
exchange_whole() {
	local foreign
	foreign=$(status_value l2tp_foreign)
	exchange_start web 1 "$@"
	at_once exchange "$@"
	exchange_check "$@"
	exchange_stop web
	[ "$(status_value l2tp_foreign)" = "$foreign" ]
}

# With zones one who has the kernel's path when a twin comes has to come again.
@test "twins: two clients that look exactly alike, under load; one on each path but for zones" {
	local first="kernel "
	clients_up emil
	if [[ $(status_value sa_tracking) == zone* ]]; then
		wait_until 20 "the end of dora's session" not_listed dora
		client_l2tp_stop dora
		clients_up dora
		first=$shared
	fi
	[ "$(status_value sa_twins)" -ge 1 ]
	[ "$(session_of dora outer_address)" = "$(session_of emil outer_address)" ]
	[ "$(session_of dora sa_reference)" != "$(session_of emil sa_reference)" ]
	# nobody shared dora's reqid when her tunnel opened; with zones, when her first one did
	[ "$(data_path_of dora)" = "$first" ]
	[ "$(data_path_of emil)" = "$shared" ]
	exchange_whole dora emil
	clients_reach alice bob dora emil
}

@test "twins rekey under traffic: nothing is lost, and the sockets follow" {
	local changes
	changes=$(status_value sa_outbound_changes)
	at_once rekey_under_traffic dora emil
	wait_until 60 "handovers" handed_over $((changes + 2))
	clients_reach dora emil
}

# To libreswan twins are one connection: one that ends its IKE SA takes the other's SAs
# along, who has to connect again. One that hangs up L2TP alone does not.
@test "a twin hangs up and returns: the other loses nothing; both on the userspace path" {
	traffic_start emil
	client_l2tp_stop dora
	wait_until 20 "the end of dora's session" not_listed dora
	clients_up dora
	traffic_stop emil | grep ': 0 of [1-9][0-9]* lost'
	[ "$(data_path_of dora)" = "$shared" ]
	exchange_whole dora emil
}

# gone NAME...: no session of theirs is left.
gone() {
	local name
	for name in "$@"; do
		not_listed "$name" || return 1
	done
}

@test "pluto is killed: all tunnels go at once, its SAs stay and are nobody's" {
	local log
	log=$(log_lines gw/saregated)
	pluto_kill gw
	wait_until 20 "the end of all sessions" gone alice bob dora emil
	log_since "$log" gw/saregated | grep 'pluto (process .*) has exited'
	wait_until 20 "alice's logout in the log" logged "$log" gw/saregated \
		'logout: .* user "alice" .*: its IPsec SA has gone'
	on gw ip xfrm state | grep -q '^src'
	pluto_start gw
}

# dropped_foreign: data and messages that were nobody's or somebody else's.
dropped_foreign() {
	echo $(($(status_value dropped_unknown_sa) + $(status_value kernel_dropped_unmarked) +
		$(status_value kernel_dropped_foreign)))
}

# more_dropped THAN
more_dropped() { [ "$(dropped_foreign)" -gt "$1" ]; }

# old_sas_live: pluto 5 begins with a kernel without SAs; pluto 4 leaves those of another.
old_sas_live() { on gw ip xfrm state | grep -q '^src'; }

# Bob is the new pluto's first client and gets the reqid that alice had. Her xl2tpd
# must not find out meanwhile that nobody answers: the kernel sends without it.
@test "bob returns first; what alice sends through her old SA is nobody's" {
	local dropped left=no
	kill -STOP "$(host_pid alice xl2tpd)"
	client_down bob
	! old_sas_live || left=yes
	[ $left = yes ] || on gw ipsec --version | grep 'Libreswan 5'
	rm -f "$LAB_OUTPUT/alice/lost.log"
	host_spawn alice lost ping -i 0.2 "$road_web"
	clients_up bob
	dropped=$(dropped_foreign)
	clients_reach bob
	if [ $left = yes ]; then
		# her SA, which lives on in the kernel, makes him a twin
		[ "$(session_of bob data_path)" = userspace ]
		wait_until 20 "a packet of alice's that is dropped" more_dropped "$dropped"
	fi
	not_listed alice
	host_stop alice lost
	cat "$LAB_OUTPUT/alice/lost.log"
	run ! grep -q 'bytes from' "$LAB_OUTPUT/alice/lost.log"
}

@test "who is who is known to a saregated that starts under living SAs" {
	gateway_kill_daemon gw
	gateway_start_daemon gw
	client_l2tp_stop bob
	client_l2tp_up bob
	[ "$(session_of bob ike_identity)" = 192.168.1.102 ]
}
