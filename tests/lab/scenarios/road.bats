#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # LAB_LIB, LAB_OUTPUT: from tests/lab/run
# The whole road, once: a client behind a NAT reaches the LAN behind the gateway.
#
#   alice ----------- nat1 ----------- net ----------- gw ------- lan ------- web
#   192.168.1.101     203.0.113.11     the internet    203.0.113.1    10.20.0.80
#   pluto, xl2tpd,    masquerades;                     pluto, saregated,
#   pppd (ppp0)       counts what                      launcher, pppd (sg1)
#                     passes

bats_require_minimum_version 1.5.0

setup_file() {
	load "$LAB_LIB/lab.bash"
	road_gateway
	on nat1 nft -f - <<-TEXT
		table inet watch {
			counter sealed { }
			counter clear { }
			chain forward {
				type filter hook forward priority filter;
				udp dport 4500 counter name sealed
				udp sport 4500 counter name sealed
				udp dport 1701 counter name clear
				udp sport 1701 counter name clear
			}
		}
	TEXT
	# names come with an SA, and a restarted saregated has not heard of older ones
	client_down alice
	road_up
}

teardown_file() {
	load "$LAB_LIB/lab.bash"
	on nat1 nft delete table inet watch
}

setup() { load "$LAB_LIB/lab.bash"; }

@test "a client behind a NAT logs in with MS-CHAPv2 and gets an address of the pool" {
	grep -q 'rcvd \[LCP ConfReq .*<auth chap MS-v2>' "$LAB_OUTPUT/alice/pppd.log"
	grep -q '^CHAP authentication succeeded' "$LAB_OUTPUT/alice/pppd.log"
	[[ $(client_address alice) == 10.89.0.* ]]
	on gw ip -4 address show dev "$(session_value interface)" |
		grep -q "inet 10.89.0.1 peer $(client_address alice)/32"
}

@test "pings pass both ways" {
	on alice ping -q -c 2 -W 5 "$road_web"
	on alice ping -q -c 2 -W 5 10.89.0.1
	on gw ping -q -c 2 -W 5 "$(client_address alice)"
}

@test "a page and ten megabytes come through whole" {
	[ "$(on alice curl -fsS --max-time 20 "http://$road_web/")" = "a page from web" ]
	webserver_download alice "$road_web"
}

@test "session list shows all that is known of a session" {
	local list since
	list=$(on gw saregate session list --json)
	echo "$list"
	[ "$(json_value user <<<"$list")" = alice ]
	[ "$(json_value state <<<"$list")" = up ]
	[ "$(json_value outer_address <<<"$list")" = 203.0.113.11 ]
	[ "$(json_value outer_port <<<"$list")" = "$(nat_port)" ]
	[ "$(json_value inner_address <<<"$list")" = "$(client_address alice)" ]
	[ "$(json_value data_path <<<"$list")" = kernel ]
	[ "$(json_value ike_identity <<<"$list")" = 192.168.1.101 ]
	[[ $(json_value sa_reference <<<"$list") =~ ^$(reqid)/[1-9][0-9]*$ ]]
	since=$(json_value since <<<"$list")
	[ "$since" -le "$EPOCHSECONDS" ]
	[ "$since" -ge $((EPOCHSECONDS - 600)) ]
	[ "$(json_value bytes_in <<<"$list")" -gt 10000 ]
	[ "$(json_value bytes_out <<<"$list")" -gt 10485760 ]
}

# From the kernel: the port that the NAT gave to alice's ESP-in-UDP, and her reqid.
nat_port() { on gw ip xfrm state | sed -n '/^src 203.0.113.11/,/encap/s/.* sport \([0-9]*\) .*/\1/p'; }
reqid() { on gw ip xfrm state | sed -n 's/.* reqid \([0-9]*\) .*/\1/p' | sort -u; }

@test "the table for people has the same in columns" {
	run on gw saregate session list
	echo "$output"
	[[ ${lines[0]} =~ ID\ +USER\ +STATE\ +OUTER\ +INNER\ +DATA\ PATH\ +SA\ +IKE\ IDENTITY\ +SINCE\ +BYTES\ IN\ +BYTES\ OUT ]]
	[[ ${lines[1]} =~ alice\ +up\ +203.0.113.11:[0-9]+\ +10.89.0.[0-9]+\ +kernel\ +[0-9]+/[0-9]+\ +192.168.1.101\ +[0-9]+.*\ MiB$ ]]
}

@test "on the wire there is ESP in UDP, and no cleartext L2TP" {
	local counters
	counters=$(on nat1 nft list counters table inet watch)
	echo "$counters"
	[ "$(sed -n '/counter sealed/,/packets/s/.*packets \([0-9]*\).*/\1/p' <<<"$counters")" -gt 1000 ]
	[ "$(sed -n '/counter clear/,/packets/s/.*packets \([0-9]*\).*/\1/p' <<<"$counters")" = 0 ]
}
