#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # LAB_LIB, LAB_OUTPUT: from tests/lab/run
# Clients that look alike from outside. Behind one NAT all come from one address and
# port 1701; behind several, from the same private address.
#
#   alice  192.168.1.101 -+
#   bob    192.168.1.102 -+- nat1 203.0.113.11 -+
#   ben    192.168.1.101 --- nat2 203.0.113.12 -+- net --- gw --- lan --- web
#   cleo   192.168.1.101 --- nat3 203.0.113.13 -+
#   fred   203.0.113.50, without NAT -----------+
#
# bob and ann are scripted clients with the habits of Windows (clients/windows.py)
# in the first half, real ones in the second.

bats_require_minimum_version 1.5.0

setup_file() {
	load "$LAB_LIB/lab.bash"
	road_gateway
	client_l2tp_stop alice
	clients_new bob 192.168.1.102 ann 192.168.1.103
	clients_same_address
	clients_without_nat fred 203.0.113.50
	clients_configure bob ann ben cleo fred
	clients_ipsec_up bob ann
}

teardown_file() {
	load "$LAB_LIB/lab.bash"
	clients_down alice bob ann ben cleo fred
	road_clear
}

setup() { load "$LAB_LIB/lab.bash"; }

# both STEP...: bob and ann take the same steps at the same time; what they said is
# in $bob and $ann.
both() {
	local pid
	windows bob "$@" >"$BATS_TEST_TMPDIR/bob" 2>&1 3>&- &
	pid=$!
	ann=$(windows ann "$@" 2>&1) || true
	wait $pid || true
	bob=$(<"$BATS_TEST_TMPDIR/bob")
	printf 'bob: %s\n' "$bob"
	printf 'ann: %s\n' "$ann"
}

@test "two behind one NAT, both from UDP 1701, both with tunnel 1 and call 1" {
	both connect 1 call lcp echo 20 hang-up
	for said in "$bob" "$ann"; do
		[[ $said == *"echoed 20 of 20"*"hung up" ]]
		[[ $said != *FOREIGN* ]]
	done
	[ "$(grep connected <<<"$bob")" != "$(grep connected <<<"$ann")" ]
	road_clear
}

@test "both reconnect at once, with the same ids again, then with the next ones" {
	both connect 1 call hang-up connect 1 call lcp hang-up connect 2 call lcp echo 10 hang-up
	for said in "$bob" "$ann"; do
		[[ $said == *"echoed 10 of 10"*"hung up" ]]
		[[ $said != *FOREIGN* ]]
	done
	road_clear
}

@test "both reconnect without having hung up, with the next id, then with the same" {
	both connect 1 call vanish connect 2 call lcp vanish connect 2 call lcp echo 10 hang-up
	for said in "$bob" "$ann"; do
		[[ $said == *"echoed 10 of 10"*"hung up" ]]
		[[ $said != *FOREIGN* ]]
	done
	road_clear 120
}

@test "real clients: three behind one NAT" {
	clients_up alice bob ann
	clients_reach alice bob ann
}

@test "real clients: one private address behind three NATs" {
	local name identity
	clients_up alice ben cleo
	clients_reach alice ben cleo
	for name in alice ben cleo; do
		identity=$(session_of $name ike_identity)
		echo "$name is \"$identity\""
		[ "$identity" = 192.168.1.101 ]
	done
}

@test "real clients: one without NAT beside them" {
	clients_up fred
	[ "$(session_of fred outer_address)" = 203.0.113.50 ]
	# plain ESP, no UDP around it
	on fred ip xfrm state | grep -q '^src'
	not grep -q encap < <(on fred ip xfrm state)
	clients_reach alice bob ann ben cleo fred
}

@test "one hangs up: the others do not notice" {
	clients_down bob
	wait_until 20 "the end of bob's session" not_listed bob
	clients_reach alice ann ben cleo fred
	clients_up bob
	clients_reach alice bob ann ben cleo fred
}
