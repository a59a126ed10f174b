#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # LAB_LIB, LAB_OUTPUT: from tests/lab/run
# The gateway moves into a cloud: what gw backs up is restored on gw2, which has a
# private address and is reached by a public one that a NAT leads to it. alice, who
# is told the new address, connects with her old key and password.
#
#   alice -- nat1 203.0.113.11 -- net -- cloud 203.0.113.20 | 172.31.0.1 -- 172.31.0.5 gw2
#                                  |
#                                  gw 203.0.113.1

bats_require_minimum_version 1.5.0

setup_file() {
	load "$LAB_LIB/lab.bash"
	road_gateway
	nat_new cloud 203.0.113.20/24 172.31.0.1/24
	client_new gw2 cloud 172.31.0.5
	on cloud nft -f - <<-'TEXT'
		table ip nat {
			chain prerouting {
				type nat hook prerouting priority dstnat;
				iifname "eth0" udp dport { 500, 4500 } dnat to 172.31.0.5
			}
		}
	TEXT
	gateway_install gw2
	write_on gw2 /run/cloud-init/instance-data.json \
		<<<'{"ds": {"meta_data": {"local-ipv4": "172.31.0.5", "public-ipv4": "203.0.113.20"}}}'
}

setup() { load "$LAB_LIB/lab.bash"; }

# gw serves alice again, as every other scenario expects.
teardown_file() {
	load "$LAB_LIB/lab.bash"
	client_down alice
	gateway_stop gw2
	on gw2 saregate setup --undo
	host_stop gw2 dbus
	client_configure alice 203.0.113.1 "$(road_psk)" alice "$road_password"
}

# Not who is on: alice may be on gw.
users_of() { on "$1" saregate user list --json | grep -v '"sessions":'; }

@test "what gw backs up, while it serves, gw2 is made of" {
	on gw saregate backup /run/gateway.backup
	on gw cat /run/gateway.backup | write_on gw2 /run/gateway.backup
	run -0 on gw2 saregate restore /run/gateway.backup
	echo "$output"
	[[ $output == *"assumed: clients connect to 203.0.113.20, which a NAT leads to 172.31.0.5"* ]]
	[ "$(on gw2 grep -h '	left' /etc/ipsec.d/saregate.conf | head -n 2 | xargs)" = \
		"left=172.31.0.5 leftid=203.0.113.20" ]
	gateway_start gw2
	[ "$(users_of gw2)" = "$(users_of gw)" ]
}

@test "alice connects to the public address with her old key and password" {
	client_down alice
	pluto_stop alice
	client_configure alice 203.0.113.20 "$(road_psk)" alice "$road_password"
	client_ipsec_up alice
	client_l2tp_up alice
	[ "$(on gw2 saregate session list --json | json_value user)" = alice ]
	on alice ping -c 2 -W 10 10.89.0.1
}
