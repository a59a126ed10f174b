#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # LAB_LIB, LAB_OUTPUT: from tests/lab/run
# Changes of the configuration under a session that lives: alice pings all the while.
# rena comes after a change.
#
#   alice 192.168.1.101 --+-- nat1 203.0.113.11 --- net --- gw --- lan --- web
#   rena  192.168.1.130 --+                                                10.20.0.80

bats_require_minimum_version 1.5.0

configuration=/etc/saregate/saregate.conf

setup_file() {
	load "$LAB_LIB/lab.bash"
	road_up
	on gw cp $configuration $configuration.before
	on gw cp /etc/ipsec.d/saregate.secrets /run/secrets.before
	host_spawn alice pinger ping -i 0.2 "$road_web"
}

teardown_file() {
	load "$LAB_LIB/lab.bash"
	host_stop alice pinger
	on gw mv $configuration.before $configuration
	gateway_setup gw
	on gw saregate reload
	on gw saregate user del rena
	ip -n gw address delete 203.0.113.2/24 dev eth0
}

setup() { load "$LAB_LIB/lab.bash"; }

# reload: "KEY EFFECT" of each change, "! NOTE" of each note.
reload() {
	on gw saregate reload --json | on gw python3 -c 'import json, sys
report = json.load(sys.stdin)
for change in report["changes"]:
    print(change["key"], change["effect"])
for note in report["notes"]:
    print("!", note)'
}

# The one session is alice's, who has the address that she had.
alice_stays() {
	[ "$(session_of alice state)" = up ]
	[ "$(session_of alice inner_address)" = "$(client_address alice)" ]
	on alice ping -q -c 1 -W 5 "$road_web"
}

@test "DNS, MTU, log level and hello interval change under a session" {
	log_lines gw/saregated >"$BATS_FILE_TMPDIR/log"
	gateway_set_key gw ppp dns '192.0.2.53'
	gateway_set_key gw ppp mtu 1300
	gateway_set_key gw log level debug
	gateway_set_key gw l2tp hello-interval 5
	run -0 reload
	[ "$output" = "l2tp.hello-interval now
ppp.dns new-sessions
ppp.mtu new-sessions
log.level now
! the firewall is not made for these values: run \`saregate setup\`" ]
	alice_stays
	on gw saregate reload | grep -x 'saregate.conf has not changed'
	on gw saregate reload | grep -x 'pluto has read the pre-shared key'
}

@test "after setup there is nothing left to do" {
	gateway_setup gw
	run -0 reload
	[ "$output" = "" ]
	alice_stays
}

@test "who comes after a change of the pool gets an address of the new one, and the network" {
	gateway_set_key gw ppp pool 10.89.4.10-10.89.4.20
	run -0 reload
	[ "$output" = "ppp.pool new-sessions" ]
	clients_new rena 192.168.1.130
	on gw saregate user add rena --password-stdin <<<"$road_password"
	client_configure rena 203.0.113.1 "$(road_psk)" rena "$road_password"
	client_up rena
	# the level that the log has since the first change
	logged "$(<"$BATS_FILE_TMPDIR/log")" gw/saregated '^debug: tunnel .* on SCCRQ$'
	[[ $(client_address rena) == 10.89.4.1? ]]
	on rena ping -q -c 2 -W 5 "$road_web"
	alice_stays
	[[ $(client_address alice) == 10.89.0.* ]]
}

@test "listen addresses come and go under sessions" {
	ip -n gw address replace 203.0.113.2/24 dev eth0
	gateway_set_key gw listen address '203.0.113.2'
	run -0 reload
	[ "$output" = "listen.address now
! libreswan has a connection for each listen address: run \`saregate setup\`" ]
	run -0 on gw ss -Hun state unconnected 'sport = :1701'
	[[ $output == *203.0.113.2:1701* ]]
	alice_stays
	gateway_set_key gw listen address '203.0.113.2 203.0.113.99'
	run -1 on gw saregate reload
	[[ $output == *"$configuration: address: cannot listen on UDP 203.0.113.99:1701"* ]]
	gateway_set_key gw listen address '0.0.0.0'
	run -0 reload
	[ "${lines[0]}" = "listen.address now" ]
	on rena ping -q -c 1 -W 5 "$road_web"
	client_down rena
	client_up rena
	alice_stays
}

@test "a bad file changes nothing, and says file, line and key" {
	gateway_set_key gw ppp mtu 1280
	on gw sh -c "echo 'levle = info' >>$configuration"
	run -1 on gw saregate reload
	[ "${#lines[@]}" = 1 ]
	[[ $output == "saregate: $configuration:$(on gw cat $configuration | wc -l): key \"levle\""* ]]
	alice_stays
	on gw sed -i '/^levle/d' $configuration
	run -0 reload
	[ "${lines[0]}" = "ppp.mtu new-sessions" ]
}

@test "another pre-shared key: the old one is refused, the new one accepted, sessions stay" {
	local lines
	client_down rena
	pluto_start rena
	lines=$(log_lines gw/pluto)
	on gw saregate psk rotate | grep -q 'the old one is refused'
	host_spawn rena up ipsec auto --up vpn
	wait_until 20 "a refusal" logged "$lines" gw/pluto 'mismatch of preshared secrets'
	on rena ipsec auto --down vpn
	host_stop rena up
	run on rena ip xfrm state
	[[ $output != *'proto esp'* ]]
	client_configure_ipsec rena 203.0.113.1 "$(road_psk)"
	on rena ipsec auto --rereadsecrets
	client_up rena
	on rena ping -q -c 1 -W 5 "$road_web"
	alice_stays
	client_down rena
	pluto_stop rena
	on gw cp /run/secrets.before /etc/ipsec.d/saregate.secrets
	on gw saregate reload | grep -x 'pluto has read the pre-shared key'
}

@test "over all of this no ping was lost" {
	kill -INT "$(host_pid alice pinger)"
	wait_until 10 "the end of ping" not host_alive alice pinger
	tail -n 3 "$LAB_OUTPUT/alice/pinger.log"
	grep -Eq '^[0-9]{3,} packets transmitted, .* 0% packet loss' "$LAB_OUTPUT/alice/pinger.log"
}
