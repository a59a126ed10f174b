#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # LAB_LIB, LAB_OUTPUT: from tests/lab/run
# Who does not come in. IPsec is up, with the right pre-shared key; PPP's log-in
# fails.
#
#   alice ------------ nat1 ------------ net ------------ gw
#   pppd: wrong words  203.0.113.11                       pppd: CHAP failure 691
#                                                         saregated: one audit line

bats_require_minimum_version 1.5.0

setup_file() {
	load "$LAB_LIB/lab.bash"
	road_gateway
	client_l2tp_stop alice
	on alice ip xfrm state | grep -q '^src' || client_ipsec_up alice
}

teardown_file() {
	load "$LAB_LIB/lab.bash"
	client_configure_l2tp alice 203.0.113.1 alice "$road_password"
}

setup() {
	load "$LAB_LIB/lab.bash"
	log=$(log_lines gw/saregated)
	client_log=$(log_lines alice/pppd)
}

client_ended() { logged "$client_log" alice/pppd '^Connection terminated'; }

# dial_in_vain USER PASSWORD [SED-COMMAND]: one attempt, to its end; SED-COMMAND
# edits pppd's options.
dial_in_vain() {
	client_configure_l2tp alice 203.0.113.1 "$1" "$2"
	[ -z "${3:-}" ] || on alice sed -i "$3" /etc/ppp/options.vpn
	client_l2tp_dial alice
	wait_until 30 "the end of the attempt" client_ended
	road_clear
}

refusals() { log_since "$log" gw/saregated | grep -c '^notice: login refused: ' || true; }

# The text of CHAP's failure message, its challenge (random) replaced.
failure_message() {
	log_since "$client_log" alice/pppd |
		sed -n 's/^rcvd \[CHAP Failure id=0x[0-9a-f]* "\(.*\)"\]$/\1/p' |
		sed 's/C=[0-9A-Fa-f]*/C=/'
}

@test "a wrong password gets failure 691 and leaves one audit line and nothing else" {
	dial_in_vain alice 'incorrect horse'
	[[ $(failure_message) == "E=691 "* ]]
	[ "$(refusals)" = 1 ]
	logged "$log" gw/saregated \
		'login refused: session [0-9]* user "alice" from 203.0.113.11:[0-9]*: wrong password$'
	run ! logged "$log" gw/saregated 'login: '
	failure_message >"$BATS_FILE_TMPDIR/wrong-password"
}

@test "an unknown user cannot be told from a wrong password" {
	dial_in_vain mallory 'correct horse'
	[ "$(refusals)" = 1 ]
	logged "$log" gw/saregated \
		'login refused: session [0-9]* user "mallory" from 203.0.113.11:[0-9]*: unknown user$'
	failure_message | cmp - "$BATS_FILE_TMPDIR/wrong-password"
}

# refused_method NAK SED-COMMAND: a client that offers one method only, which the
# gateway does not take, does not come in, though its password is right.
refused_method() {
	dial_in_vain alice "$road_password" "$2"
	logged "$client_log" alice/pppd "sent \\[LCP ConfNak .*<auth $1>"
	run ! logged "$client_log" alice/pppd 'local  IP address'
	run ! logged "$log" gw/saregated 'login: '
}

@test "PAP alone does not come in" {
	write_on alice /etc/ppp/pap-secrets <<<"\"alice\" * \"$road_password\" *"
	refused_method pap 's/^refuse-pap$/refuse-chap\nrefuse-mschap\nrefuse-mschap-v2/'
}

@test "CHAP with MD5 alone does not come in" {
	refused_method 'chap MD5' '1arefuse-mschap\nrefuse-mschap-v2'
}

@test "MS-CHAPv1 alone does not come in" {
	refused_method 'chap MS' '1arefuse-chap\nrefuse-mschap-v2'
}
