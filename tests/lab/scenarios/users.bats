#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154,SC2016 # LAB_LIB, road_web: from the lab; quoted: of a hook
# What the administrator says of users and groups, on sessions that live.
#
#   alice -+-- nat1 --- net --- gw --- lan --- web
#   bob   -+                    group staff

bats_require_minimum_version 1.5.0

configuration=/etc/saregate/saregate.conf

setup_file() {
	load "$LAB_LIB/lab.bash"
	road_gateway
	clients_new bob 192.168.1.102
	clients_configure bob
	on gw saregate group list --json | grep -q '"staff"' ||
		on gw saregate group add staff --networks 10.20.0.0/24
}

teardown_file() {
	load "$LAB_LIB/lab.bash"
	on gw saregate user set alice --ipv4 '' --enabled yes --group ''
	on gw saregate user set bob --group ''
	on gw saregate group del staff
	on gw sed -i '/^\[pool visitors\]/,+1d' $configuration
	on gw saregate reload
	on gw rm -rf /etc/saregate/hooks
	clients_down alice bob
	road_clear
}

setup() { load "$LAB_LIB/lab.bash"; }

pings() { on "$1" ping -c 1 -W 2 "$2"; }
is_gone() { not client_address "$1"; }

@test "a user's fixed address is given at the next login, and the session of another one ends" {
	local before
	road_up
	before=$(log_lines gw/saregated)
	on gw saregate user set alice --ipv4 10.89.3.200
	wait_until 30 "the end of alice's session" is_gone alice
	logged "$before" gw/saregated "the user's address has changed"
	wait_until 30 "no session on gw" not_listed alice
	road_up
	[ "$(client_address alice)" = 10.89.3.200 ]
	pings alice "$road_web"
}

@test "a user who is disabled loses the session, and gets in again once enabled" {
	local before
	road_up
	before=$(log_lines gw/saregated)
	on gw saregate user disable alice
	wait_until 30 "the end of alice's session" is_gone alice
	logged "$before" gw/saregated 'logout: .*"alice".*the user is disabled'
	on gw saregate user enable alice
	wait_until 30 "no session on gw" not_listed alice
	road_up
}

@test "a group's networks are what its members reach, and change at once" {
	road_up
	on gw saregate user set alice --group staff
	pings alice "$road_web"
	on gw saregate group set staff --networks 10.99.0.0/16
	run ! pings alice "$road_web"
	on gw saregate group set staff --networks none
	run ! pings alice "$road_web"
	on gw saregate group set staff --networks 10.99.0.0/16,10.20.0.80/32
	pings alice "$road_web"
	on gw saregate user set alice --group ''
	pings alice "$road_web"
}

@test "members of a group reach each other only if the group says so" {
	local bob
	road_up
	clients_up bob
	bob=$(client_address bob)
	client_route alice "$bob/32"
	client_route bob 10.89.3.200/32
	on gw saregate user set alice --group staff
	on gw saregate user set bob --group staff
	run ! pings alice "$bob"
	on gw saregate group set staff --client-to-client yes
	pings alice "$bob"
	on gw saregate user set bob --group ''
	run ! pings alice "$bob"
	pings bob "$road_web"
}

# hook up|down: stdin becomes the program
hook() {
	on gw mkdir -p -m 755 /etc/saregate/hooks
	{ echo '#!/bin/sh' && cat; } | write_on gw "/etc/saregate/hooks/$1"
	on gw chmod 755 "/etc/saregate/hooks/$1"
}

has_line() { on gw grep -qx -- "$2" "$1"; }

@test "hooks hear who is up and why no more, and one that hangs holds nobody up" {
	clients_down alice bob
	wait_until 60 "no session of alice's on gw" not_listed alice
	wait_until 60 "no session of bob's on gw" not_listed bob
	hook up <<<'env >/run/up-of-$SAREGATE_USER; [ $SAREGATE_USER = alice ] || exec sleep 1000'
	hook down <<<'env >/run/down-of-$SAREGATE_USER'
	clients_up bob
	road_up
	wait_until 10 "alice's hook" has_line /run/up-of-alice SAREGATE_USER=alice
	has_line /run/up-of-alice "SAREGATE_INNER_ADDRESS=$(client_address alice)"
	has_line /run/up-of-alice SAREGATE_OUTER_ADDRESS=203.0.113.11
	pings bob "$road_web"
	on gw saregate session kill --user alice --reason lunch
	wait_until 30 "alice's other hook" has_line /run/down-of-alice \
		'SAREGATE_CAUSE=ended by the administrator: lunch'
	wait_until 60 "the end of bob's hook" logged 0 gw/saregate-launcher \
		'hook up of session [0-9]* takes more than 30 s: it is ended'
}

@test "a hook that others may write to is refused, and the session goes on" {
	local before
	before=$(log_lines gw/saregate-launcher)
	wait_until 30 "no session of alice's on gw" not_listed alice
	on gw rm -f /run/up-of-alice
	on gw chmod 775 /etc/saregate/hooks/up
	road_up
	wait_until 10 "a word about the hook" logged "$before" gw/saregate-launcher \
		'hook /etc/saregate/hooks/up is not run: .*chmod go-w'
	run ! on gw test -e /run/up-of-alice
	pings alice "$road_web"
}

# A server on gw, as good as one of DNS to the firewall.
asks_gateway() { on alice curl -fsS -o /dev/null --max-time 3 http://10.20.0.1:53/; }

@test "a DNS server of a user's own may be the gateway, and is open to that user alone" {
	host_spawn gw dns python3 -m http.server 53 --bind 10.20.0.1
	wait_until 20 "the server" on gw curl -fsS -o /dev/null http://10.20.0.1:53/
	road_up
	run ! asks_gateway
	on gw saregate user set alice --dns 10.20.0.1
	hang_up alice
	road_up
	asks_gateway
	run -0 on gw nft list set inet saregate dns
	[[ $output == *'. 10.20.0.1 }'* ]]
	on gw saregate user set alice --dns ''
	hang_up alice
	run -0 on gw nft list set inet saregate dns
	[[ $output != *elements* ]]
	host_stop gw dns
}

# hang_up NAME: and gw has forgotten the session
hang_up() {
	client_l2tp_down "$1"
	wait_until 30 "no session of $1 on gw" not_listed "$1"
}

@test "a group with a pool of its own: members get an address of it, and the same one again" {
	printf '[pool visitors]\nrange = 10.90.0.10-10.90.0.20\n' | on gw tee -a $configuration
	on gw saregate reload
	on gw saregate group set staff --pool visitors --networks ''
	on gw saregate user set alice --ipv4 '' --group staff
	on gw saregate user set bob --group staff
	hang_up bob
	wait_until 30 "the end of alice's session" is_gone alice
	wait_until 30 "no session of alice on gw" not_listed alice
	road_up
	clients_up bob
	[ "$(client_address alice)" = 10.90.0.10 ]
	[ "$(client_address bob)" = 10.90.0.11 ]
	[ "$(session_of bob pool)" = visitors ]
	pings alice "$road_web"
	hang_up alice
	road_up
	[ "$(client_address alice)" = 10.90.0.10 ]
	pings alice "$road_web"
}

@test "the same one again also after a restart of saregated" {
	gateway_stop_daemon gw
	gateway_start_daemon gw
	wait_until 60 "the end of bob's session" is_gone bob
	clients_up bob
	[ "$(client_address bob)" = 10.90.0.11 ]
}

@test "a pool that goes ends no session; the next login is refused, and why says so" {
	local before
	on gw sed -i '/^\[pool visitors\]/,+1d' $configuration
	on gw saregate reload
	pings bob "$road_web"
	hang_up bob
	before=$(log_lines gw/saregated)
	client_l2tp_dial bob
	wait_until 60 "the refusal" logged "$before" gw/saregated \
		'login refused: .*"bob".*: the user.s address pool does not exist: there is no .pool visitors.$'
	run -0 on gw saregate why bob --pluto-log "$LAB_OUTPUT/gw/pluto.log"
	[[ $output == *"saregate.conf does not have the pool"*"there is no [pool visitors]"* ]]
}
