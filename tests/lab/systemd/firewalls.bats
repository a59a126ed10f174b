#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # LAB_LIB, LAB_OUTPUT: from tests/lab/run
# Other firewalls, each the real program and alone: the third boot of the machine, from
# which reboot.bats has purged the package. What each test leaves on the next one needs.

bats_require_minimum_version 1.5.0

setup_file() {
	load "$LAB_LIB/lab.bash"
	load turnkey.bash
	machine_topology
	webserver_start web
	machine_interfaces
	on gw systemctl restart networking.service
	turnkey_packages
	turnkey_apt firewalls-saregate install "$(turnkey_package newer)"
	serves_anew
	on gw saregate user add alice --password-stdin <<<"$road_password"
}

setup() {
	load "$LAB_LIB/lab.bash"
	load turnkey.bash
}

# kept_out COMMAND: IKE gets no answer, and both setup and doctor name the command that
# would let it in.
kept_out() {
	run -0 on gw saregate setup --non-interactive
	grep -xF "  $1" <<<"$output"
	# which it may know to have been let in by other rules
	run on gw saregate doctor
	grep -F "$1" <<<"$output"
	pluto_start alice
	run -124 on alice timeout 10 ipsec auto --up vpn
	pluto_stop alice
}

# let_in COMMAND: with leave, setup runs the command; a client gets in and through, and
# again once the firewall has read its rules anew.
let_in() {
	run -0 on gw saregate setup --non-interactive --allow-in-firewalls
	grep -xF "ran $1" <<<"$output"
	client_up alice
	on alice ping -q -c 3 -W 5 "$road_web"
	run -0 on gw saregate setup --non-interactive
	run ! grep -F 'another firewall' <<<"$output"
}

# reached_after COMMAND...: the client's session is there and leads to the network.
reached_after() {
	on gw "$@"
	on alice ping -q -c 3 -W 5 "$road_web"
}

# undone COMMAND...: undo gives back what COMMAND prints, which is in the file before.
undone() {
	client_down alice
	on gw saregate setup --undo
	on gw "$@" | diff "$BATS_FILE_TMPDIR/before" -
}

# After an undo the key is another one.
serves_anew() {
	on gw saregate setup --non-interactive
	wait_until 60 "a gateway that serves" units_serve
	client_configure alice 203.0.113.1 "$(road_psk)" alice "$road_password"
}

@test "ufw keeps clients out, and setup says with which commands they come in" {
	turnkey_apt ufw install ufw
	on gw ufw --force enable
	on gw ufw show added >"$BATS_FILE_TMPDIR/before"
	kept_out 'ufw route allow in on sg+'
}

@test "ufw lets them in once setup may, also after a reload" {
	let_in 'ufw allow 500,4500,1701/udp'
	reached_after ufw reload
}

@test "ufw is as it was after an undo" {
	undone ufw show added
	on gw ufw --force disable
	on gw systemctl disable --now ufw.service
}

@test "firewalld keeps clients out, and setup says with which commands they come in" {
	serves_anew
	turnkey_apt firewalld install firewalld
	on gw systemctl start firewalld.service
	on gw firewall-cmd --permanent --list-all-zones >"$BATS_FILE_TMPDIR/before"
	kept_out 'firewall-cmd --permanent --zone=trusted --add-interface=sg+'
}

@test "firewalld lets them in once setup may, also after a restart" {
	let_in 'firewall-cmd --permanent --add-service=ipsec'
	reached_after systemctl restart firewalld.service
}

@test "firewalld is as it was after an undo" {
	undone firewall-cmd --permanent --list-all-zones
	on gw systemctl disable --now firewalld.service
}

# Docker drops what is forwarded, and nothing else, if it was the one that made the host
# forward.
@test "Docker lets no client through, and setup says with which commands it does" {
	turnkey_apt docker install docker.io
	wait_until 120 "Docker's chains" on gw iptables -n -L DOCKER-USER
	on gw iptables -S >"$BATS_FILE_TMPDIR/before"
	serves_anew
	client_up alice
	run ! on alice ping -q -c 3 -W 2 "$road_web"
	run -0 on gw saregate setup --non-interactive
	grep -xF '  iptables -I DOCKER-USER -i sg+ -j ACCEPT' <<<"$output"
	client_down alice
}

@test "Docker lets them through once setup may, also after a restart" {
	let_in 'iptables -I DOCKER-USER -i sg+ -j ACCEPT'
	reached_after systemctl restart docker.service
}

@test "Docker's chains are as they were after an undo" {
	undone iptables -S
}
