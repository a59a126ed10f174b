#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What we encode, as tshark reads it: tests/differential/packets writes every
# message that the engine can send into a capture.
bats_require_minimum_version 1.5.0

setup() {
	command -v tshark >/dev/null || skip "tshark is not installed"
	packets=${top_builddir:?}/tests/differential/packets
	capture=$BATS_TEST_TMPDIR/packets.pcap
	"$packets" "$capture"
}

# read_capture FILE OPTION...: nothing of the user's settings
read_capture() {
	HOME=$BATS_TEST_TMPDIR tshark -n -r "$1" "${@:2}" 2>/dev/null
}

# fields FILE FIELD...: a line for each packet, fields separated by '|'
fields() {
	local options=() field
	for field in "${@:2}"; do options+=(-e "$field"); done
	read_capture "$1" -T fields -E separator='|' "${options[@]}"
}

hex() {
	# shellcheck disable=SC2059 # with a NUL
	printf "$1" | od -An -v -tx1 | tr -d ' \n'
}

@test "tshark finds no fault in any message that we encode" {
	run -0 read_capture "$capture" -Y '_ws.expert || _ws.malformed'
	[ -z "$output" ]
	# All of it is L2TP to the last byte: nothing is left over as data.
	run -0 read_capture "$capture" -Y '!l2tp || data'
	[ -z "$output" ]
	[ "$(read_capture "$capture" | wc -l)" = 22 ]
}

@test "tshark would find a fault: all that have an AVP whose length is spoiled" {
	"$packets" -s "$capture"
	[ "$(read_capture "$capture" -Y '_ws.malformed' | wc -l)" -ge 19 ]
}

@test "tshark reads the types, ids and codes that we meant" {
	run -0 fields "$capture" l2tp.type l2tp.avp.message_type l2tp.tunnel l2tp.session \
		l2tp.avp.assigned_tunnel_id l2tp.avp.assigned_session_id l2tp.result_code \
		l2tp.avp.error_code l2tp.avp.error_message
	diff - <(echo "$output") <<-'END'
		1|2|4369|0|8738||||
		1|2|4369|0|8738||||
		1|4|4369|0|8738||6||
		1|14|4369|13107||17476|6||
		1|4|4369|0|8738||2|8|
		1|14|4369|13107||17476|2|8|
		1|4|4369|0|8738||1|0|an Error Message
		1|14|4369|13107||17476|1|0|an Error Message
		1|11|4369|13107||17476|||
		1|2|4369|0|||||
		1|2|4369|0|||||
		1|4|4369|0|||6||
		1|14|4369|13107|||6||
		1|4|4369|0|||2|8|
		1|14|4369|13107|||2|8|
		1|4|4369|0|||1|0|an Error Message
		1|14|4369|13107|||1|0|an Error Message
		1|11|4369|13107|||||
		1|6|4369|0|||||
		1||4369|0|||||
		0||4369|13107|||||
		0||4369|13107|||||
	END
}

@test "tshark reads what an SCCRP says of us" {
	run -0 fields "$capture" l2tp.avp.protocol_version l2tp.avp.protocol_revision \
		l2tp.avp.async_framing_supported l2tp.avp.sync_framing_supported \
		l2tp.avp.analog_access_supported l2tp.avp.digital_access_supported \
		l2tp.avp.host_name l2tp.avp.vendor_name l2tp.avp.receive_window_size \
		l2tp.avp.chap_challenge l2tp.avp.chap_challenge_response
	[ "${lines[0]}" = "1|0|1|1|0|0|saregate|Saregate|8||" ]
	[ "${lines[1]}" = "1|0|1|1|0|0|saregate|Saregate|8|$(
		hex 'a challenge of 25 octets\0'
	)|$(hex '16 octets of MD5')" ]
}

@test "tshark sees which values are hidden, and the vector before them" {
	run -0 fields "$capture" l2tp.avp.type l2tp.avp.hidden
	# Message Type, Random Vector and what must stay in clear (4.4.3), then the rest.
	[[ ${lines[10]} = 0,36,2,*7,*10*'|'0,0,0,1,1,0,1,1,0,1,1 ]]
	[[ ${lines[8]} = '0,14|0,0' && ${lines[17]} = 0,36*'|'0,0,1 ]]
}

@test "tshark finds the PPP frame behind both headers of data" {
	run -0 read_capture "$capture" -Y 'ppp.protocol == 0xc021 && lcp' -T fields -E separator='|' \
		-e l2tp.seq_bit -e l2tp.Ns -e l2tp.Nr
	[ "$output" = $'0||\n1|9|0' ]
}
