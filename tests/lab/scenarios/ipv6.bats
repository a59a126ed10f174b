#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # LAB_LIB, LAB_OUTPUT: from tests/lab/run
# One gateway, three addresses on one interface: two IPv4, one IPv6. Each client is
# answered from the address that it called. vera speaks IPv6, without a NAT.
#
#   alice 192.168.1.101 --+-- nat1 203.0.113.11 --+-- net -- eth0 of gw -- lan -- web
#   beth  192.168.1.103 --+                       |          203.0.113.1 (alice)
#                                                 |          203.0.113.2 (beth)
#   vera  2001:db8::21 ---------------------------+          2001:db8::1 (vera)

bats_require_minimum_version 1.5.0

addresses=203.0.113.1,203.0.113.2,2001:db8::1

setup_file() {
	load "$LAB_LIB/lab.bash"
	road_gateway
	ip -n gw address replace 203.0.113.2/24 dev eth0
	ip -n gw address replace 2001:db8::1/64 dev eth0 nodad
	host_new vera
	host_join vera eth0 203.0.113.21/24 net
	ip -n vera address add 2001:db8::21/64 dev eth0 nodad
	client_new beth nat1 192.168.1.103
	client_down alice
	gateway_stop_daemon gw
	gateway_setup gw --listen-address $addresses
	gateway_start_daemon gw
	on gw saregate user add beth --password-stdin <<<"$road_password"
	on gw saregate user add vera --password-stdin <<<"$road_password"
	client_configure beth 203.0.113.2 "$(road_psk)" beth "$road_password"
	vera_configure
}

# The addresses go away and with them their connections; alice's stays.
teardown_file() {
	load "$LAB_LIB/lab.bash"
	host_stop vera kernel-client
	pluto_stop vera
	client_down beth
	gateway_stop_daemon gw
	gateway_setup gw --listen-address 0.0.0.0
	gateway_start_daemon gw
	ip -n gw address delete 203.0.113.2/24 dev eth0
	ip -n gw address delete 2001:db8::1/64 dev eth0
}

setup() { load "$LAB_LIB/lab.bash"; }

vera_configure() {
	client_configure_ipsec vera 2001:db8::1 "$(road_psk)"
	on vera sed -i 's/left=.*/left=2001:db8::21/' /etc/ipsec.conf
	write_on vera /etc/ppp/chap-secrets <<<"\"vera\" * \"$road_password\" *"
}

vera_dial() {
	host_spawn vera kernel-client "$LAB_LIB/../clients/kernel_client.py" 2001:db8::1 \
		noauth name vera refuse-pap refuse-eap nodefaultroute noipdefault \
		ipcp-accept-local ipcp-accept-remote mtu 1400 mru 1400 \
		debug logfile "$LAB_OUTPUT/vera/pppd.log"
	wait_until 30 "a PPP address on vera" client_address vera
	client_route vera 10.20.0.0/24
}

# From the kernel: all that left gw's eth0 for a port 1701 or 4500, by source.
count_by_source() {
	on gw nft -f - <<-TEXT
		table inet sources {
			counter from_first { }
			counter from_second { }
			chain output {
				type filter hook output priority filter;
				ip saddr 203.0.113.1 ip daddr 203.0.113.11 udp sport 4500 counter name from_first
				ip saddr 203.0.113.2 ip daddr 203.0.113.11 udp sport 4500 counter name from_second
			}
		}
	TEXT
}

@test "setup makes a connection for each address, and saregated listens on each" {
	ipsec_on gw whack --status | grep -q '"saregate-203.0.113.1"'
	ipsec_on gw whack --status | grep -q '"saregate-203.0.113.2"'
	ipsec_on gw whack --status | grep -q '"saregate-2001_db8__1"'
	on gw saregate status | grep -F '[2001:db8::1]:1701'
}

@test "a client over IPv6, without NAT, logs in" {
	client_ipsec_up vera
	run -0 on gw ip xfrm state list src 2001:db8::21 dst 2001:db8::1
	[[ $output == *'proto esp'* ]]
	[[ $output != *encap* ]]
	vera_dial
	[[ $(client_address vera) == 10.89.0.* ]]
	[ "$(session_of vera outer_address)" = 2001:db8::21 ]
	[ "$(session_of vera inner_address)" = "$(client_address vera)" ]
	[ "$(session_of vera ike_identity)" = 2001:db8::21 ]
	on gw saregate session list | grep -F '[2001:db8::21]:1701'
}

@test "its pings and ten megabytes each way come through whole" {
	on vera ping -q -c 2 -W 5 "$road_web"
	on gw ping -q -c 2 -W 5 "$(client_address vera)"
	webserver_download vera "$road_web"
	webserver_upload vera web "$road_web"
}

@test "cleartext over IPv6 is dropped and counted" {
	local before
	before=$(status_value cleartext_dropped_in)
	on net ip address replace 2001:db8::254/64 dev lan nodad
	on net python3 -c '
import socket
socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).sendto(b"x", ("2001:db8::1", 1701))'
	wait_until 20 "a dropped packet" dropped_more_than "$before"
}

dropped_more_than() { [ "$(status_value cleartext_dropped_in)" -gt "$1" ]; }

@test "two clients call two addresses of one interface, each is answered from its own" {
	count_by_source
	client_up alice
	[ "$(count from_first)" -gt 0 ]
	[ "$(count from_second)" = 0 ]
	client_up beth
	[ "$(count from_second)" -gt 0 ]
	on alice ping -q -c 2 -W 5 "$road_web"
	on beth ping -q -c 2 -W 5 "$road_web"
	[ "$(session_of alice inner_address)" = "$(client_address alice)" ]
	[ "$(session_of beth inner_address)" = "$(client_address beth)" ]
	on gw ip xfrm state | grep -q '^src 203.0.113.11 dst 203.0.113.1$'
	on gw ip xfrm state | grep -q '^src 203.0.113.11 dst 203.0.113.2$'
	on gw nft delete table inet sources
}

count() { on gw nft list counter inet sources "$1" | sed -n 's/.*packets \([0-9]*\).*/\1/p'; }

@test "all three are there at once; one that hangs up leaves the others" {
	[ "$(on gw saregate session list --json | grep -c '"user"')" = 3 ]
	host_stop vera kernel-client 20
	wait_until 20 "the end of vera's session" not_listed vera
	on alice ping -q -c 1 -W 5 "$road_web"
	on beth ping -q -c 1 -W 5 "$road_web"
}
