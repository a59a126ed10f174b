#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # LAB_LIB, LAB_OUTPUT: from tests/lab/run
# IPv6 inside the tunnel: a network of 64 bits for each client, which learns of it by a
# router advertisement. web has a way back to the clients' networks.
#
#   alice -+-- nat1 --- net --- gw -------------------- lan --- web
#   bob   -+            pools: 10.89.0.10-10.89.3.250   2001:db8:20::80
#                              2001:db8:0:400::/54, a network for each address

bats_require_minimum_version 1.5.0

web6=2001:db8:20::80
pool6=2001:db8:0:400::/54

setup_file() {
	load "$LAB_LIB/lab.bash"
	road_gateway
	clients_new bob 192.168.1.102
	clients_configure bob
	client_down alice
	ip -n gw address replace 2001:db8:20::1/64 dev eth1 nodad
	ip -n web address replace $web6/64 dev eth0 nodad
	ip -n web -6 route replace default via 2001:db8:20::1
	on gw sysctl -q -w net.ipv6.conf.all.forwarding=1
	on web nft -f - <<-TEXT
		table inet watch {
			counter pings { }
			counter foreign { }
			chain input {
				type filter hook input priority filter;
				icmpv6 type echo-request counter name pings
				ip6 saddr 2001:db8:0:7ff::66 counter name foreign
			}
		}
	TEXT
	accepts_ipv6 alice
	accepts_ipv6 bob
	prefix_is $pool6
	start_advertiser
}

teardown_file() {
	load "$LAB_LIB/lab.bash"
	clients_down alice bob
	host_stop gw dnsmasq
	on gw saregate user set alice --ipv6 ''
	prefix_is ''
	on gw sysctl -q -w net.ipv6.conf.all.forwarding=0
	on web nft delete table inet watch
	ip -n web -6 route delete default
	ip -n web address delete $web6/64 dev eth0
	ip -n gw address delete 2001:db8:20::1/64 dev eth1
	on alice sed -i '/ipv6$/d' /etc/ppp/options.vpn
	on bob sed -i '/ipv6$/d' /etc/ppp/options.vpn
	road_clear
}

setup() { load "$LAB_LIB/lab.bash"; }

accepts_ipv6() { pppd_option "$1" +ipv6; }
refuses_ipv6() { pppd_option "$1" noipv6; }

# pppd_option NAME OPTION: of the client's pppd, instead of the other one.
pppd_option() {
	on "$1" sed -i '/ipv6$/d' /etc/ppp/options.vpn
	on "$1" sed -i "1i $2" /etc/ppp/options.vpn
}

# prefix_is PREFIX: of the default pool, with the firewall for it.
prefix_is() {
	gateway_stop_daemon gw
	gateway_set_key gw ppp ipv6-pool "$1"
	gateway_setup gw
	gateway_start_daemon gw
}

# As saregate-ra.service has it.
start_advertiser() {
	host_spawn gw dnsmasq dnsmasq --keep-in-foreground --conf-file=/dev/null --port=0 \
		--user=root --pid-file= --interface='sg*' --bind-dynamic --enable-ra \
		--dhcp-range=::,constructor:sg*,ra-only,64,300 --ra-param=sg*,30,300
}

# network_of NAME: the first 64 bits of what the gateway gave, "2001:db8:0:4xx".
network_of() {
	local network
	network=$(session_of "$1" inner_ipv6)
	[[ $network == *::/64 ]] && echo "${network%::/64}"
}

# global_address NAME: what the client made of the advertisement.
global_address() {
	on "$1" ip -6 -oneline address show scope global dev ppp0 2>/dev/null |
		awk '{ sub("/.*", "", $4); print $4; found = 1 } END { exit !found }'
}

up6() {
	client_up "$1"
	wait_until 30 "a global address on $1" global_address "$1"
}

pings() { on "$1" ping -6 -q -c 2 -i 0.3 -W 5 "$2"; }
pings_not() { not on "$1" ping -6 -q -c 2 -i 0.3 -W 1 "$2"; }

# packets CHAIN PATTERN: of gw's rule that matches, dropped so far.
packets() {
	on gw nft list chain inet saregate "$1" | sed -n "/$2/s/.*packets \\([0-9]*\\).*/\\1/p" |
		head -n 1
}

# seen COUNTER: on web.
seen() { on web nft list counter inet watch "$1" | sed -n 's/.*packets \([0-9]*\).*/\1/p'; }

reaches_all() {
	[[ $(global_address "$1") == "$(network_of "$1"):"* ]]
	pings "$1" "$(network_of "$1")::1"
	pings "$1" $web6
	[ "$(on "$1" curl -fsS --max-time 20 "http://[$web6]/")" = "a page from web" ]
	on "$1" ping -q -c 1 -W 5 "$road_web"
}

@test "a client gets a network of its own by advertisement, and reaches gateway and LAN" {
	up6 alice
	[ "$(session_of alice data_path)" = kernel ]
	[ "$(on gw ip -6 -oneline address show scope global dev "$(session_of alice interface)" |
		awk '{ print $4 }')" = "$(network_of alice)::1/64" ]
	grep -q 'local  LL address fe80' "$LAB_OUTPUT/alice/pppd.log"
	grep -q 'remote LL address fe80::0000:0000:0000:0001' "$LAB_OUTPUT/alice/pppd.log"
	reaches_all alice
}

@test "the n-th address has the n-th network" {
	run -0 python3 -c '
import ipaddress, sys
number = int(ipaddress.ip_address(sys.argv[1])) - int(ipaddress.ip_address("10.89.0.10"))
print(ipaddress.ip_address((0x20010DB800000400 + number) << 64))' "$(client_address alice)"
	[ "$output" = "$(network_of alice)::" ]
}

@test "packets from a foreign IPv6 address pass without the rule, and are dropped with it" {
	local before dropped handle
	on alice ip address add 2001:db8:0:7ff::66/128 dev lo
	on alice ip -6 route replace 2001:db8:20::/64 dev ppp0
	handle=$(on gw nft -a list chain inet saregate prerouting |
		sed -n '/@inner6/s/.*handle //p')
	on gw nft delete rule inet saregate prerouting handle "$handle"
	before=$(seen foreign)
	not on alice ping -q -c 2 -i 0.3 -W 1 -I 2001:db8:0:7ff::66 $web6
	[ "$(seen foreign)" = $((before + 2)) ]
	gateway_guard gw
	before=$(seen foreign)
	dropped=$(packets prerouting @inner6)
	not on alice ping -q -c 2 -i 0.3 -W 1 -I 2001:db8:0:7ff::66 $web6
	not on alice ping -q -c 1 -W 1 -I 2001:db8:0:7ff::66 "$(network_of alice)::1"
	[ "$(seen foreign)" = "$before" ]
	[ "$(packets prerouting @inner6)" -ge $((dropped + 3)) ]
	on alice ip address del 2001:db8:0:7ff::66/128 dev lo
	pings alice $web6
}

@test "nothing comes in unasked, and what no session has goes nowhere" {
	local dropped
	dropped=$(packets forward 'ct state')
	pings_not web "$(global_address alice)"
	[ "$(packets forward 'ct state')" -ge $((dropped + 2)) ]
	dropped=$(packets forward 'ip6 daddr')
	# where the rest of the world is
	ip -n gw -6 route add default dev eth0
	pings_not web 2001:db8:0:7fe::1
	ip -n gw -6 route del default dev eth0
	[ "$(packets forward 'ip6 daddr')" -ge $((dropped + 2)) ]
	pings alice $web6
}

@test "a second client has another network and does not reach the first" {
	local dropped
	up6 bob
	reaches_all bob
	[ "$(network_of bob)" != "$(network_of alice)" ]
	dropped=$(packets forward @members)
	pings_not bob "$(global_address alice)"
	[ "$(packets forward @members)" -ge $((dropped + 2)) ]
	pings alice $web6
}

@test "a client without IPv6CP has IPv4 as ever" {
	client_l2tp_down bob
	wait_until 60 "no session of bob's on gw" not_listed bob
	refuses_ipv6 bob
	client_up bob
	on bob ping -q -c 2 -W 5 "$road_web"
	run ! global_address bob
	accepts_ipv6 bob
	client_l2tp_down bob
}

@test "who comes again has the same network, on the userspace path as well" {
	local network
	network=$(network_of alice)
	clients_down alice
	gateway_configure gw data-path kind userspace
	up6 alice
	[ "$(session_of alice data_path)" = userspace ]
	[ "$(network_of alice)" = "$network" ]
	reaches_all alice
	clients_down alice
	gateway_configure gw data-path kind auto
}

@test "a user with an IPv6 address of his own has the network in which it lies" {
	on gw saregate user set alice --ipv6 2001:db8:0:477::77
	up6 alice
	[ "$(network_of alice)" = 2001:db8:0:477 ]
	[ "$(global_address alice)" = 2001:db8:0:477::77 ]
	reaches_all alice
	on gw saregate user set alice --ipv6 2001:db8:0:478::78
	wait_until 30 "the end of alice's session" not client_address alice
	on gw saregate user set alice --ipv6 ''
}

@test "unique local addresses are translated" {
	clients_down alice
	wait_until 60 "no session of alice's on gw" not_listed alice
	prefix_is fd77:1:2:400::/54
	ip -n web -6 route delete default
	up6 alice
	[[ $(global_address alice) == fd77:1:2:* ]]
	reaches_all alice
	ip -n web -6 route replace default via 2001:db8:20::1
}
