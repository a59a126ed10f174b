#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # LAB_LIB, LAB_OUTPUT: from tests/lab/run
# Who does not come in. IPsec is up, with the right pre-shared key; PPP's log-in
# fails.
#
#   alice, bob ------- nat1 ------------ net ------------ gw
#   pppd: wrong words  203.0.113.11                       pppd: CHAP failure 691
#   ann                                                   saregated: one audit line

bats_require_minimum_version 1.5.0

setup_file() {
	load "$LAB_LIB/lab.bash"
	road_gateway
	client_l2tp_stop alice
	on alice ip xfrm state | grep -q '^src' || client_ipsec_up alice
}

teardown_file() {
	load "$LAB_LIB/lab.bash"
	client_down alice
	client_configure_l2tp alice 203.0.113.1 alice "$road_password"
	if exists ann; then
		clients_down bob ann
		client_configure_l2tp bob 203.0.113.1 bob "$road_password"
	fi
	if on gw test -e /root/before-guessing; then
		on gw mv /root/before-guessing /etc/saregate/saregate.conf
		on gw saregate reload
	fi
	on gw saregate user enable alice
	on gw saregate unblock --all
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

@test "a disabled user is told so with the right password, and not with a wrong one" {
	on gw saregate user disable alice
	dial_in_vain alice "$road_password"
	[[ $(failure_message) == "E=647 R=0 "* ]]
	logged "$log" gw/saregated 'login refused: .* user "alice" .*: the user is disabled$'
	client_log=$(log_lines alice/pppd)
	dial_in_vain alice 'incorrect horse'
	on gw saregate user enable alice
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

# fail_once NAME: one wrong password. xl2tpd does not redial by itself.
fail_once() {
	local before
	before=$(log_lines "$1/pppd")
	client_l2tp_dial "$1"
	wait_until 60 "the end of the try" logged "$before" "$1/pppd" '^Connection terminated'
}

# waits NAME: for how many seconds, as status says: as a user at that address, or as a device
# that has logged in before.
waits() {
	on gw saregate status --json | python3 -c 'import json, sys
held = json.load(sys.stdin)["held_back"]
print(max([party["seconds"] for party in held if party["user"] == sys.argv[1]], default=0))' "$1"
}

# wait_longer SECONDS NAME...: whether each of them waits for more than that.
wait_longer() {
	local name
	for name in "${@:2}"; do
		[ "$(waits "$name")" -gt "$1" ] || return 1
	done
}

# guess_until_held NAME...: wrong passwords, until they wait for longer than looking takes:
# each failure that is not held back doubles the wait, however slow the machine.
guess_until_held() {
	local name round
	for name in "$@"; do client_configure_l2tp "$name" 203.0.113.1 "$name" 'incorrect horse'; done
	for round in {1..30}; do
		at_once fail_once "$@"
		! wait_longer 15 "$@" || return 0
	done
	echo "after $round rounds:" >&2
	on gw saregate status >&2
	return 1
}

failure_texts() {
	sed -n 's/^rcvd \[CHAP Failure id=0x[0-9a-f]* "\(.*\)"\]$/\1/p' "$LAB_OUTPUT/$1/pppd.log" |
		tail -n 10 | sed 's/C=[0-9A-Fa-f]*/C=/' | sort -u
}

@test "two who guess wait and cannot tell; status shows them, and unblock lets the owner of the name in" {
	clients_new bob 192.168.1.102 ann 192.168.1.103
	clients_configure bob ann
	on gw cp -p /etc/saregate/saregate.conf /root/before-guessing
	on gw bash -c "printf '[login]\nfailures-per-client = 1\n' >>/etc/saregate/saregate.conf"
	on gw saregate reload
	on gw saregate unblock --all
	clients_ipsec_up alice bob
	guess_until_held alice bob
	logged "$log" gw/saregated 'login refused: .* user "alice" .*: held back: '
	[ "$(failure_texts alice | wc -l)" = 1 ]
	[[ $(failure_texts alice) == "E=691 "* ]]
	on gw saregate unblock alice
	[ "$(waits alice)" = 0 ]
	run -0 on gw saregate status
	[[ $output =~ user\ bob\ from\ 203.0.113.11.*:\ [0-9]+\ failed\ log-ins,\ for\ [0-9ms]+\ more ]]
	[[ ! $output =~ user\ alice ]]
	client_configure_l2tp alice 203.0.113.1 alice "$road_password"
	client_l2tp_up alice 60
	[ "$(session_of alice state)" = up ]
}

@test "who is beside them behind the NAT is not kept out" {
	client_up_if_down ann
	[ "$(session_of ann state)" = up ]
	[ "$(status_value logins_held_back)" -ge 2 ]
}
