#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # LAB_LIB, LAB_OUTPUT: from tests/lab/run
# A laptop that connects as its owner would: NetworkManager and its L2TP plugin load
# the file that `saregate profile` wrote, and nothing else is configured.
#
#   nina: NetworkManager, network-manager-l2tp    nat1               gw
#   192.168.1.140 ------------------------------- 203.0.113.11 ----- 203.0.113.1
#   libreswan, xl2tpd, pppd: the plugin's                             |
#                                                           web 10.20.0.80

bats_require_minimum_version 1.5.0

keyfile=/etc/NetworkManager/system-connections/gateway.nmconnection

setup_file() {
	load "$LAB_LIB/lab.bash"
	road_gateway
	# the only session is hers
	client_down alice
	road_clear
	clients_new nina 192.168.1.140
	on gw saregate user add nina --password-stdin <<<"$road_password"
	laptop_start
}

teardown_file() {
	load "$LAB_LIB/lab.bash"
	host_stop nina NetworkManager
	host_stop nina dbus
	pluto_stop nina
	on gw saregate user del nina
}

setup() { load "$LAB_LIB/lab.bash"; }

# What a Debian with NetworkManager has running, IKEv1 allowed as docs/clients.md says.
# Where /sys cannot be written NetworkManager does not wait for udev, which the lab
# does not have.
laptop_start() {
	on nina mount -o remount,bind,ro /sys
	on nina mkdir -p /run/dbus /run/NetworkManager /run/xl2tpd
	on nina dbus-uuidgen --ensure=/etc/machine-id
	gateway_start_bus nina
	write_on nina /etc/ipsec.conf <<-TEXT
		config setup
		  ikev1-policy=accept
	TEXT
	laptop_stand_in_for_systemd
	pluto_start nina
	write_on nina /etc/NetworkManager/NetworkManager.conf <<-TEXT
		[main]
		plugins=keyfile
		no-auto-default=*
		dns=none
		auth-polkit=false
		[logging]
		backend=syslog
	TEXT
	write_on nina /etc/NetworkManager/system-connections/home.nmconnection <<-TEXT
		[connection]
		id=home
		type=ethernet
		interface-name=eth0

		[ipv4]
		method=manual
		address1=192.168.1.140/24,192.168.1.1

		[ipv6]
		method=disabled
	TEXT
	host_spawn nina NetworkManager NetworkManager --no-daemon --log-level=INFO
	wait_until 60 "NetworkManager on nina" on nina nmcli -t general status
	# a VPN wants a connection below it that is NetworkManager's own
	on nina nmcli --wait 60 connection up home
}

# The profile comes to the laptop as a file and is all that it gets.
laptop_load_profile() {
	on gw saregate profile nina --client networkmanager --server 203.0.113.1 \
		--route 10.20.0.0/24 --password-stdin --output /run/gateway.nmconnection \
		<<<"$road_password"
	on gw cat /run/gateway.nmconnection | write_on nina $keyfile
	on gw rm /run/gateway.nmconnection
	on nina nmcli connection reload
}

# The plugin has systemd restart libreswan before it connects, and waits 10 s for all
# of IPsec. The lab's machine has no systemd, and pluto has just been started: of a
# restart it wants the secrets read. In transport mode libreswan's own updown has
# nothing to do but take seconds here.
laptop_stand_in_for_systemd() {
	write_on nina /run/systemctl <<-'TEXT'
		#!/bin/sh
		[ "$*" = "restart ipsec.service" ] && exec /usr/libexec/ipsec/whack --rereadsecrets
	TEXT
	on nina chmod 755 /run/systemctl
	on nina mount --bind /run/systemctl /usr/bin/systemctl
	on nina mount --bind /usr/bin/true /usr/libexec/ipsec/_updown
}

laptop_is_connected() { on nina nmcli -t -f GENERAL.STATE connection show "$1" | grep -q activated; }

@test "NetworkManager loads the profile" {
	laptop_load_profile
	run -0 on nina nmcli -g connection.type,vpn.service-type connection show \
		"VPN 203.0.113.1"
	[ "$output" = $'vpn\norg.freedesktop.NetworkManager.l2tp' ]
}

@test "the laptop connects with it and reaches the network behind the gateway" {
	# where all of this machine is busy, 10 s may not do
	wait_until 300 "a connection" on nina nmcli --wait 60 connection up "VPN 203.0.113.1"
	laptop_is_connected "VPN 203.0.113.1"
	[ "$(session_of nina inner_address)" = "$(client_address nina)" ]
	on nina curl -fsS --max-time 60 "http://$road_web/" | grep -qx 'a page from web'
}

@test "it hangs up, and nothing of the session is left on the gateway" {
	on nina nmcli --wait 60 connection down "VPN 203.0.113.1"
	wait_until 30 "the end of nina's session" not_listed nina
	road_clear
}
