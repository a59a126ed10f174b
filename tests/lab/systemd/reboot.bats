#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # LAB_LIB, LAB_OUTPUT: from tests/lab/run
# The second boot of the machine that install.bats has made a gateway, and the end of
# it. From before its systemd on somebody has been sending it cleartext (before-boot).

bats_require_minimum_version 1.5.0

setup_file() {
	load "$LAB_LIB/lab.bash"
	load turnkey.bash
	machine_topology
	webserver_start web
}

setup() {
	load "$LAB_LIB/lab.bash"
	load turnkey.bash
}

# monotonic UNIT PROPERTY: of the boot, in microseconds.
monotonic() { unit_value "$1" "$2TimestampMonotonic"; }

@test "after a reboot all is back by itself" {
	wait_until 120 "a gateway that serves" units_serve
	unit_is saregate-ra.service active
	[ "$(on gw sysctl -n net.ipv6.conf.all.forwarding)" = 1 ]
}

@test "the guard stood before the network came up" {
	local guard network
	guard=$(monotonic saregate-guard.service ActiveEnter)
	[ "$guard" -gt 0 ]
	for network in "network-pre.target ActiveEnter" "networking.service InactiveExit"; do
		# shellcheck disable=SC2086 # two words
		[ "$guard" -le "$(monotonic $network)" ]
	done
	[ "$guard" -lt "$(monotonic saregated.service InactiveExit)" ]
}

@test "cleartext got through at no moment of the boot" {
	local dropped
	dropped=$(on gw nft list counter inet saregate_guard cleartext_in | sed -n 's/.*packets \([0-9]*\).*/\1/p')
	echo "dropped: $dropped"
	grep knocked "$LAB_OUTPUT/knocks.log" | tail -n 1
	[ "$dropped" -gt 100 ]
	run ! grep -E 'answer|refused|Error' "$LAB_OUTPUT/knocks.log"
}

alice_connects() {
	client_configure alice 203.0.113.1 "$(road_psk)" alice "$road_password"
	client_up alice
}

@test "a client that knows nothing of the reboot connects" {
	alice_connects
	on alice ping -q -c 3 -W 5 "$road_web"
}

# of a machine's state, what IPv6 for clients changes
ipv6_settings='^sysctl net\.(ipv6\.conf\.(all|default|eth[01]|lo)\.(forwarding|accept_ra) |core\.optmem_max)'

@test "setup --undo says goodbye and stops all, setup makes it a gateway again" {
	local unit
	on gw saregate setup --undo
	wait_until 30 "alice's farewell" not client_address alice
	for unit in "${our_units[@]}" saregate-launcher.service saregate-ra.service ipsec.service; do
		unit_is "$unit" inactive
	done
	[ "$(on gw systemctl is-enabled saregate-ra.service)" = disabled ]
	diff <(grep -E "$ipv6_settings" "$LAB_OUTPUT/state-before") \
		<(machine_state | grep -E "$ipv6_settings")
	on gw saregate setup --non-interactive
	wait_until 60 "a gateway that serves" units_serve
	client_down alice
	alice_connects
}

# Whose doing a difference is, if not ours. ppp and dbus stay: apt's autoremove spares what
# other packages of Debian suggest, and so does dns-root-data; their files, dbus's user and its sums of /etc/passwd and
# the like (that ours goes is seen in tests/packaging). The linker's cache is written anew.
# So do, on 13, three libraries that its systemd would use.
# libreswan loads ip_vti, which stays in the kernel, with a device, until the next boot.
not_ours() {
	cat <<-'TEXT'
		/usr/share/dns |/usr/share/dns/|dns-root-data
		dbus|libexpat|pcap|ppp|chatscripts|/(plog|poff|pon|chat)[ .]
		sum .* /etc/(passwd|group|shadow|gshadow)-?$
		lib(ffi8|ip4tc2|p11-kit0)(/|[[:space:]])|/lib(ffi|ip4tc|p11-kit)\.so
		sum .* /etc/ld.so.cache$
		^. sysctl net.ipv[46].(conf|neigh).ip_vti0
	TEXT
}

@test "a purge leaves nothing of ours, and all settings as they were" {
	turnkey_apt purge purge --autoremove saregate
	wait_until 30 "alice's farewell" not client_address alice
	machine_state >"$LAB_OUTPUT/state-after"
	diff "$LAB_OUTPUT/state-before" "$LAB_OUTPUT/state-after" | grep '^[<>]' >"$LAB_OUTPUT/state-changes"
	run ! grep -E 'saregate|ipsec' "$LAB_OUTPUT/state-changes"
	run ! grep -v -E -f <(not_ours) "$LAB_OUTPUT/state-changes"
}
