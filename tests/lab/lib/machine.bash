# SPDX-License-Identifier: GPL-2.0-or-later
# With --systemd: the machine itself, with the root and the network that its systemd
# has, is the host gw in the picture of topology.bash. Its cables are there before it
# boots (machine_wire in a file $LAB_OUTPUT/before-boot, which the first process runs)
# or are put in while it runs; its addresses are its own configuration's.
# shellcheck shell=bash disable=SC2154

# machine_wire: the switches, each with a cable to the machine, which does not know
# them yet. No process is needed for it.
machine_wire() {
	machine_switch net eth0 203.0.113.254/24
	machine_switch lan eth1
}

# machine_switch SWITCH INTERFACE [ADDRESS/PREFIX]
machine_switch() {
	ip netns add "$1"
	switch_add "$1" "${3:-}"
	ip link add "$2" type veth peer name to-gw netns "$1"
	ip -n "$1" link set to-gw master lan up
}

# machine_topology: all hosts of the picture.
machine_topology() {
	[ -e /run/netns/net ] || machine_wire
	hosts_prepare
	mkdir -p "$lab_state/gw" "$LAB_OUTPUT/gw"
	ln -s /proc/1/ns/mnt "$lab_state/gw/mount"
	ln -s /proc/1/ns/uts "$lab_state/gw/uts"
	ip netns attach gw 1
	host_new net
	host_new lan
	topology_around
}

# machine_interfaces: the configuration of Debian's own ifupdown.
machine_interfaces() {
	write_on gw /etc/network/interfaces <<-TEXT
		auto lo eth0 eth1
		iface lo inet loopback
		iface eth0 inet static
		  address 203.0.113.1/24
		  gateway 203.0.113.254
		iface eth1 inet static
		  address 10.20.0.1/24
	TEXT
}
