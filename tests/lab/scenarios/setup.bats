#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # LAB_LIB, LAB_OUTPUT: from tests/lab/run
# What `saregate setup` writes, read by a real pluto and a real kernel, before any
# saregated: the picture is in lib/topology.bash, with bob beside alice.
#
#   alice 192.168.1.101 --+
#                         +-- nat1 203.0.113.11 -- net -- gw 203.0.113.1
#   bob   192.168.1.102 --+

bats_require_minimum_version 1.5.0

# Whatever ran on gw before is taken down; the snapshot is of a gw that was never set up.
setup_file() {
	load "$LAB_LIB/lab.bash"
	road_topology
	if on gw test -e /etc/ipsec.d/saregate.conf; then
		client_down alice
		gateway_stop gw
		on gw saregate setup --undo
	fi
	clients_new bob 192.168.1.102
	snapshot >"$BATS_FILE_TMPDIR/before"
}

# All that setup may touch: the files under /etc as gw sees them, those of accounts apart
# (the user saregate stays with its database), rules without their counters, forwarding.
snapshot() {
	on gw find /etc -type f ! -name '*passwd*' ! -name '*shadow*' \
		! -name 'group*' ! -name .pwd.lock -exec sha256sum {} + | sort
	on gw nft list ruleset | sed 's/packets [0-9]* bytes [0-9]*//'
	on gw cat /proc/sys/net/ipv4/ip_forward
}

setup() { load "$LAB_LIB/lab.bash"; }

teardown_file() {
	load "$LAB_LIB/lab.bash"
	local host
	for host in alice bob gw; do pluto_stop $host; done
	host_stop gw listener
}

psk() { on gw sed -n 's/.*PSK "\(.*\)"/\1/p' /etc/ipsec.d/saregate.secrets; }

# What updown told: "up|down IDENTITY CONNECTION UID" a line, in listener.log. With
# a USER it is that user's socket, in the place of root's.
listen_for_updown() {
	# shellcheck disable=SC2016
	host_spawn gw listener python3 -u -c '
import os, socket, struct, sys
path = "/run/saregate/updown.socket"
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
s.bind(path + ".new")
os.chown(path + ".new", int(sys.argv[1]), 0)
os.rename(path + ".new", path)
while True:
    data, ancillary, _, _ = s.recvmsg(4096, 256)
    uid = struct.unpack("iii", ancillary[0][2])[1]
    up = struct.unpack("=II", data[:8])[1]
    identity, connection = (t.split(b"\0")[0].decode() for t in (data[16:272], data[272:400]))
    print("up" if up else "down", identity, connection, uid)
' "${1:-0}"
	wait_until 10 "the listener" on gw test -S /run/saregate/updown.socket
}

told() { grep -q "^$1\$" "$LAB_OUTPUT/gw/listener.log"; }

@test "setup makes the user and the directories, and says what to start" {
	gateway_setup gw
	on gw getent passwd saregate
	[ "$(on gw stat -c '%a %U %G' /run/saregate)" = "750 root saregate" ]
	[ "$(on gw stat -c '%a %U' /var/lib/saregate)" = "700 saregate" ]
	grep -q 'started by hand' "$LAB_OUTPUT/gw/setup.log"
	[ "$(on gw cat /proc/sys/net/ipv4/ip_forward)" = 1 ]
}

@test "setup run again changes nothing" {
	snapshot >"$BATS_TEST_TMPDIR/once"
	run ! diff "$BATS_FILE_TMPDIR/before" "$BATS_TEST_TMPDIR/once"
	gateway_setup gw
	snapshot | diff "$BATS_TEST_TMPDIR/once" -
}

@test "libreswan and nft accept what setup wrote" {
	ipsec_on gw addconn --checkconfig
	on gw nft --check -f /etc/saregate/firewall.nft
}

@test "two clients behind one NAT get SAs, and updown tells who they are" {
	listen_for_updown
	pluto_start gw
	client_configure_ipsec alice 203.0.113.1 "$(psk)"
	client_configure_ipsec bob 203.0.113.1 "$(psk)"
	client_ipsec_up alice
	client_ipsec_up bob
	[ "$(on gw ip xfrm state | grep -c '^src')" -eq 4 ]
	wait_until 10 "alice's datagram" told 'up 192.168.1.101 saregate-203.0.113.1 0'
	wait_until 10 "bob's datagram" told 'up 192.168.1.102 saregate-203.0.113.1 0'
	client_ipsec_down alice
	wait_until 20 "alice's farewell" told 'down 192.168.1.101 saregate-203.0.113.1 0'
}

@test "pluto does not care about a listener that is away, or not root's" {
	local before
	host_stop gw listener
	client_ipsec_up alice
	client_ipsec_down alice
	on gw rm /run/saregate/updown.socket
	before=$(cat "$LAB_OUTPUT/gw/listener.log")
	listen_for_updown 65534
	client_ipsec_up alice
	client_ipsec_down alice
	[ "$(cat "$LAB_OUTPUT/gw/listener.log")" = "$before" ]
	run ! grep -q 'command exited with status' "$LAB_OUTPUT/gw/pluto.log"
}

# guard_dropped in|out: whether the guard has dropped a packet.
guard_dropped() { [ "$(counted gw saregate_guard "cleartext_$1")" -ge 1 ]; }

@test "cleartext L2TP is dropped and counted, both ways" {
	on nat1 python3 -c '
import socket
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("203.0.113.1", 1701))'
	wait_until 20 "a dropped packet" guard_dropped in
	run -1 on gw python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("203.0.113.1", 1701))
try: s.sendto(b"x", ("203.0.113.12", 1701))
except PermissionError: raise SystemExit(1)'
	guard_dropped out
}

@test "another setup reaches a running pluto; undo takes the connection away" {
	gateway_setup gw --public-address 198.51.100.7
	ipsec_on gw whack --status | grep '"saregate-203.0.113.1"' | grep -F 198.51.100.7
	on gw saregate setup --undo
	run ! grep -q saregate- < <(ipsec_on gw whack --status)
	snapshot | diff "$BATS_FILE_TMPDIR/before" -
}
