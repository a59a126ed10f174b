#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # LAB_LIB, LAB_OUTPUT: from tests/lab/run
# xl2tpd with the options of RFC 2661 that clients on phones do not have: tunnel
# secrets, hidden values, no Length, numbered data; inside IPsec and, at last, without.
#
#   alice: xl2tpd, its own data path ------- nat1 ------- gw ------- web
#   its L2TP options vary                                 saregated

bats_require_minimum_version 1.5.0

tunnel_secret=/etc/saregate/tunnel-secrets

setup_file() {
	load "$LAB_LIB/lab.bash"
	road_gateway
	client_l2tp_stop alice
	on alice ip xfrm state | grep -q '^src' || client_ipsec_up alice
	write_on gw $tunnel_secret <<<'* open-sesame'
	on gw chown saregate $tunnel_secret
}

teardown_file() {
	load "$LAB_LIB/lab.bash"
	client_l2tp_stop alice
	client_configure_l2tp alice 203.0.113.1 alice "$road_password"
	gateway_set '' no required
	gateway_data no auto
	gateway_guard gw
	gateway_start_daemon gw
}

setup() {
	load "$LAB_LIB/lab.bash"
	log=$(log_lines gw/saregated)
}

# gateway_set SECRETS-FILE HIDE PROTECTION: stops saregated and says in
# saregate.conf what holds at its next start.
gateway_set() {
	gateway_stop_daemon gw
	gateway_set_key gw l2tp tunnel-secrets "$1"
	gateway_set_key gw l2tp hide-avps "$2"
	gateway_set_key gw ipsec protection "$3"
	gateway_set_key gw ipsec sa-tracking "$([ "$3" = off ] && echo off || echo auto)"
}

# gateway_data NUMBERED KIND: the same of our data messages and of the data path.
gateway_data() {
	gateway_set_key gw l2tp data-sequencing "$1"
	gateway_set_key gw data-path kind "$2"
}

# lac SECRET OPTION...: xl2tpd with these options of its [lac], and a secret or none.
# Its data goes through itself, or with `lac_data=kernel` through PPPoL2TP.
lac() {
	local secret=$1 option
	shift
	client_l2tp_stop alice
	on alice mkdir -p /etc/xl2tpd
	if [ -n "$secret" ]; then write_on alice /etc/xl2tpd/l2tp-secrets <<<"* * $secret"; fi
	{
		printf '[global]\nport = 1701\nforce userspace = %s\ndebug tunnel = yes\n' \
			"$([ "${lac_data:-own}" = kernel ] && echo no || echo yes)"
		printf '[lac vpn]\nlns = 203.0.113.1\npppoptfile = /etc/ppp/options.vpn\n'
		for option; do echo "$option"; done
	} | write_on alice /etc/xl2tpd/xl2tpd.conf
}

# Both ways, and more than one window of control messages and one MTU of data.
interoperates() {
	client_l2tp_up alice
	client_route alice 10.20.0.0/24
	on alice curl -fsS --max-time 60 "http://$road_web/" | grep -qx 'a page from web'
	on gw ping -q -c 3 -i 0.2 -s 1000 -W 5 "$(client_address alice)"
	client_l2tp_down alice
	road_clear
}

@test "a tunnel secret: each end proves that it knows it" {
	gateway_set $tunnel_secret no required
	gateway_start_daemon gw
	lac open-sesame 'challenge = yes' 'length bit = yes'
	interoperates
}

# refused_with OPTION PATTERN: an attempt with another secret; saregated logs PATTERN.
refused_with() {
	lac open-barley "$1" 'length bit = yes'
	client_l2tp_dial alice
	wait_until 20 "the end of the attempt" logged "$log" gw/saregated "$2"
	run ! logged "$log" gw/saregated 'tunnel [0-9]*: established'
	client_l2tp_stop alice
}

@test "a client with another secret gets no tunnel" {
	refused_with 'challenge = no' 'the client does not know the tunnel.s secret'
	road_clear
}

@test "a client that asks for another secret than ours goes away" {
	refused_with 'challenge = yes' 'the client.s reason: .*Invalid challenge authentication'
	road_clear
}

# Not the other way: xl2tpd looks for its secret when SCCRP has been read, too late for
# what is hidden in it.
@test "values that the client hides are understood" {
	lac open-sesame 'challenge = yes' 'hidden bit = yes' 'length bit = yes'
	interoperates
}

@test "no secret, no Length in data messages" {
	gateway_set '' no required
	gateway_start_daemon gw
	lac '' 'length bit = no'
	interoperates
	gateway_stop_daemon gw
}

# While the kernel's path numbers what it sends, it drops what comes without a number.
@test "numbers in our data, and in those of a client that follows the rule, both in the kernel" {
	gateway_data yes kernel
	gateway_start_daemon gw
	lac_data=kernel lac '' 'length bit = yes'
	interoperates
}

# xl2tpd reads numbers, and sends none, whatever it hears: our own path takes its data.
@test "numbers in our data, none in those of a client whose xl2tpd moves its data itself" {
	gateway_set '' no required
	gateway_data yes userspace
	gateway_start_daemon gw
	lac '' 'length bit = yes'
	interoperates
	gateway_stop_daemon gw
	gateway_data no auto
}

@test "without IPsec, where it is switched off" {
	gateway_set '' no off
	# what keeps cleartext away, and what asks for SAs
	on gw nft delete table inet saregate_guard
	on gw nft delete table inet saregate
	client_ipsec_down alice
	gateway_start_daemon gw
	[ "$(status_value sa_tracking)" = off ]
	lac '' 'length bit = yes'
	client_l2tp_up alice
	on gw ping -q -c 3 -i 0.2 -s 1000 -W 5 "$(client_address alice)"
	[ "$(session_value sa_reference)" = "-" ] || [ -z "$(session_value sa_reference)" ]
	client_l2tp_down alice
}
