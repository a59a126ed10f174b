#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # LAB_LIB, LAB_OUTPUT: from tests/lab/run
# Why somebody does not get in: one thing after the other goes wrong, and `saregate why`
# names it and its remedy. Where IKE fails there is no name, only an address.
#
#   alice ------------- nat1 ------------- net ------------- gw
#   192.168.1.101       203.0.113.11        |                pluto.log, saregated
#   wrong key, IKEv2,   drops UDP 4500      |
#   wrong password...                       fred 203.0.113.50: MODP1024, cleartext

bats_require_minimum_version 1.5.0

setup_file() {
	load "$LAB_LIB/lab.bash"
	road_gateway
	client_down alice
	clients_without_nat fred 203.0.113.50
	on gw saregate unblock --all
	date '+%Y-%m-%d %H:%M:%S' >"$BATS_FILE_TMPDIR/begin"
	on nat1 nft -f - <<-TEXT
		table inet blocked {
			chain forward { type filter hook forward priority filter; }
		}
	TEXT
	client_configure_ipsec alice 203.0.113.1 "another $(road_psk)"
	pluto_start alice
}

teardown_file() {
	load "$LAB_LIB/lab.bash"
	on nat1 nft delete table inet blocked
	client_down alice
	client_configure alice 203.0.113.1 "$(road_psk)" alice "$road_password"
	on gw saregate unblock --all
	road_clear 60
}

setup() { load "$LAB_LIB/lab.bash"; }

# why WHO: of the last attempt since this file began.
why() {
	on gw saregate why "$1" --since "$(cat "$BATS_FILE_TMPDIR/begin")" \
		--pluto-log "$LAB_OUTPUT/gw/pluto.log" | awk -v RS= '{ last = $0 } END { print last }'
}

# explained WHO STAGE CAUSE REMEDY: parts of the texts; a condition to wait for.
explained() {
	local text
	text=$(why "$1")
	echo "$text"
	[[ $text == *"  failed:  $2"* || $text == *"  stage:   $2"* ]] &&
		[[ $text == *"  cause:   "*"$3"* ]] && [[ $text == *"  remedy:  "*"$4"* ]]
}

# explains WHO STAGE CAUSE REMEDY
explains() {
	wait_until 30 "the cause" explained "$@"
	why "$1"
}

# alice_offers SED-COMMAND [SECONDS]: one attempt of IPsec by a connection that SED-COMMAND
# has edited, and no more of it.
alice_offers() {
	client_configure_ipsec alice 203.0.113.1 "$(road_psk)"
	on alice sed -i "$1" /etc/ipsec.conf
	on alice ipsec auto --rereadsecrets
	alice_tries "${2:-10}"
}

alice_tries() {
	on alice ipsec auto --replace vpn
	on alice timeout "$1" ipsec auto --up vpn || true
	on alice ipsec auto --delete vpn
}

@test "another pre-shared key" {
	alice_tries 5
	explains 203.0.113.11 IKE 'the pre-shared key on the device is another one' 'saregate psk show'
}

@test "IKEv2" {
	alice_offers 's/ikev2=no/ikev2=yes/' 5
	explains 203.0.113.11 IKE 'the device speaks IKEv2' 'L2TP/IPsec with pre-shared key'
}

@test "no offer for ESP that the gateway takes" {
	alice_offers 's/esp=.*/esp=aes256-sha2_512/' 5
	explains 192.168.1.101 IPsec 'it offered no encryption for ESP' 'phase 2'
}

@test "UDP 4500 is blocked" {
	on nat1 nft add rule inet blocked forward udp dport 4500 drop
	alice_offers 's/^$//' 5
	on nat1 nft flush chain inet blocked forward
	explains 203.0.113.11 IKE 'IKE began on UDP 500 and never came to its end on UDP 4500' \
		'let UDP 4500 through'
}

@test "L2TP outside IPsec: nobody is known, the guard's counter is told" {
	run ! on fred python3 "$LAB_LIB/../../gateway/l2tp_client.py" --local-port 1701 203.0.113.1 \
		1701 connect
	run -1 on gw saregate why 203.0.113.50 --since "$(cat "$BATS_FILE_TMPDIR/begin")" \
		--pluto-log "$LAB_OUTPUT/gw/pluto.log"
	echo "$output"
	[[ $output == *"nothing is known of 203.0.113.50"*"packets of L2TP without IPsec were dropped"* ]]
}

@test "only MODP1024: Android 11 or older" {
	[[ $(on fred python3 "$LAB_LIB/../clients/ike.py" 203.0.113.1 2 2) == "refused 14" ]]
	explains 203.0.113.50 IKE 'only MODP1024' 'another device'
}

@test "IPsec is up, L2TP never comes" {
	client_configure_ipsec alice 203.0.113.1 "$(road_psk)"
	on alice ipsec auto --rereadsecrets
	on alice ipsec auto --replace vpn
	client_ipsec_up alice
	explains 203.0.113.11 L2TP 'IPsec is up, but no L2TP came out of it' 'UDP 1701'
}

# dial USER PASSWORD [SED-COMMAND]: one call in vain, through the IPsec that is up.
dial() {
	local before
	before=$(log_lines alice/pppd)
	client_configure_l2tp alice 203.0.113.1 "$1" "$2"
	[ -z "${3:-}" ] || on alice sed -i "$3" /etc/ppp/options.vpn
	client_l2tp_dial alice
	wait_until 60 "the end of the attempt" logged "$before" alice/pppd '^Connection terminated'
}

@test "a wrong password" {
	dial alice 'incorrect horse'
	explains alice log-in 'the password is wrong' 'type it again'
}

@test "an unknown user" {
	dial mallory "$road_password"
	explains mallory log-in 'there is no user of that name' 'saregate user add'
}

@test "no MS-CHAPv2" {
	write_on alice /etc/ppp/pap-secrets <<<"\"alice\" * \"$road_password\" *"
	dial alice "$road_password" 's/^refuse-pap$/refuse-chap\nrefuse-mschap\nrefuse-mschap-v2/'
	explains 203.0.113.11 PPP 'would not log in by MS-CHAPv2' 'switch MS-CHAPv2 on'
}

@test "connected, and ended by the administrator" {
	client_configure_l2tp alice 203.0.113.1 alice "$road_password"
	client_l2tp_up alice 60
	[[ $(why alice) == *"  stage:   session"*"  cause:   it is connected"* ]]
	on gw saregate session kill "$(session_of alice id)" --reason 'for a test'
	wait_until 60 "the end of the session" not_listed alice
	explains alice session 'an administrator ended it (ended by the administrator: for a test)' nothing
}

@test "the whole road of one client, in order" {
	run why alice
	echo "$output"
	[[ $output == *"IKE "*"begins"*"the key is right"*"IPsec "*"up: "*"L2TP "*"tunnel"*"log-in "*"refused"*"session "*"up: address"* ]]
}
