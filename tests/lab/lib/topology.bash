# SPDX-License-Identifier: GPL-2.0-or-later
# Switches, links, routers with NAT, and the network that most scenarios use:
#
#   alice                nat1 (masquerades)          net: the internet, a switch
#   192.168.1.101 --- 192.168.1.1 | 203.0.113.11 ----+  203.0.113.0/24
#                                                    |  (.254 is the way out)
#   web                  lan: a switch               |
#   10.20.0.80 ------- 10.20.0.0/24 --- 10.20.0.1 | 203.0.113.1
#                                       gw: the gateway
#
# web has no route but to its own network: it answers a VPN client only if gw
# masquerades the client's address.
# shellcheck shell=bash

# switch_new HOST [ADDRESS/PREFIX]: a host with a bridge "lan" to join.
switch_new() {
	host_new "$1"
	switch_add "$@"
}

# switch_add HOST [ADDRESS/PREFIX]: gives a host a bridge "lan" to join. It has an address
# of its own, for one that it is not told is the lowest of its ports': a client that joins
# would change it, and all others would send to the former one for five seconds.
switch_add() {
	ip -n "$1" -batch - <<-TEXT
		link add lan address 02:00:00:00:00:01 type bridge
		${2:+address add $2 dev lan}
		link set lan up
	TEXT
}

# link_new HOST INTERFACE ADDRESS/PREFIX|- HOST INTERFACE ADDRESS/PREFIX|-
link_new() {
	ip -n "$1" link add "$2" type veth peer name "$5" netns "$4"
	link_up "$1" "$2" "${3#-}"
	link_up "$4" "$5" "${6#-}"
}

link_up() {
	ip -n "$1" -batch - <<-TEXT
		${3:+address add $3 dev $2}
		link set $2 up
	TEXT
}

# host_join HOST INTERFACE ADDRESS/PREFIX SWITCH: the switch's port is "to-HOST".
host_join() {
	link_new "$1" "$2" "$3" "$4" "to-$1" -
	ip -n "$4" link set "to-$1" master lan
}

# switch_address SWITCH: the address, without prefix, of its bridge.
switch_address() {
	ip -n "$1" -4 -brief address show dev lan | awk '{ sub("/.*", "", $3); print $3 }'
}

# nat_new HOST ADDRESS/PREFIX LAN-ADDRESS/PREFIX [UPLINK]: a router that masquerades
# its LAN. UPLINK is the switch it joins: net, or another NAT for carrier-grade NAT.
nat_new() {
	local uplink=${4:-net}
	switch_new "$1" "$3"
	host_join "$1" eth0 "$2" "$uplink"
	ip -n "$1" route add default via "$(switch_address "$uplink")"
	on "$1" sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
	on "$1" nft -f - <<-TEXT
		table ip nat {
			chain postrouting {
				type nat hook postrouting priority srcnat;
				oifname "eth0" masquerade
			}
		}
	TEXT
}

# nat_rebind NAT FIRST-LAST: the NAT forgets all connections, as after a restart, and
# gives ports of that range to those that follow.
nat_rebind() {
	on "$1" nft -f - <<-TEXT
		flush chain ip nat postrouting
		add rule ip nat postrouting oifname "eth0" meta l4proto udp masquerade to :$2
		add rule ip nat postrouting oifname "eth0" masquerade
	TEXT
	on "$1" conntrack -F >/dev/null 2>&1
}

# client_new NAME NAT ADDRESS: a host in the LAN (a /24) of a NAT.
client_new() {
	host_new "$1"
	host_join "$1" eth0 "$3/24" "$2"
	ip -n "$1" route add default via "$(switch_address "$2")"
}

# gateway_new NAME ADDRESS LAN-ADDRESS: a host on net (eth0) and on lan (eth1).
gateway_new() {
	host_new "$1"
	host_join "$1" eth0 "$2/24" net
	host_join "$1" eth1 "$3/24" lan
	ip -n "$1" route add default via "$(switch_address net)"
}

# topology_new: the network of the picture.
topology_new() {
	switch_new net 203.0.113.254/24
	switch_new lan
	gateway_new gw 203.0.113.1 10.20.0.1
	topology_around
}

# topology_around: the others, once net, lan and gw are there.
topology_around() {
	host_new web
	host_join web eth0 10.20.0.80/24 lan
	nat_new nat1 203.0.113.11/24 192.168.1.1/24
	client_new alice nat1 192.168.1.101
}
