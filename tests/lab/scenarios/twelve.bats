#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # LAB_LIB, LAB_OUTPUT: from tests/lab/run
# Twelve at once behind one NAT, from the gateway's view all 203.0.113.11:1701, each
# with pluto, xl2tpd and pppd of its own. Four megabytes each way per client, all at
# the same time; each client's differ from all others'.
#
#   c1   192.168.1.21 -+
#   c2   192.168.1.22 -+
#   ...                +- nat1 203.0.113.11 -- net -- gw -- lan -- web: sends each its
#   c12  192.168.1.32 -+                                    bytes, while it takes theirs

bats_require_minimum_version 1.5.0

twelve=(c1 c2 c3 c4 c5 c6 c7 c8 c9 c10 c11 c12)
megabytes=4

setup_file() {
	load "$LAB_LIB/lab.bash"
	local number
	road_gateway
	client_l2tp_stop alice
	for number in {1..12}; do clients_new "c$number" "192.168.1.$((20 + number))"; done
	clients_configure "${twelve[@]}"
	exchange_start web $megabytes "${twelve[@]}"
}

teardown_file() {
	load "$LAB_LIB/lab.bash"
	clients_down "${twelve[@]}"
	exchange_stop web
	! on gw grep -q '^kind = userspace' /etc/saregate/saregate.conf ||
		gateway_configure gw data-path kind auto
	road_clear
}

setup() { load "$LAB_LIB/lab.bash"; }

# How often each value of a key of `session list` comes: "12up".
each() { on gw saregate session list --json | json_value "$1" | sort | uniq -c | tr -d ' '; }

# all_up PATH...: all twelve have a session, each its own SA reference and address.
all_up() {
	[ "$(each state)" = 12up ]
	[ "$(each data_path | xargs)" = "$*" ]
	[ "$(each sa_reference | wc -l)" = 12 ]
	[ "$(each inner_address | wc -l)" = 12 ]
}

# exchange_all: fails if a byte is lost or crosses, or a foreign packet is seen.
exchange_all() {
	local foreign
	foreign=$(status_value l2tp_foreign)
	at_once exchange "${twelve[@]}"
	exchange_check "${twelve[@]}"
	[ "$(status_value l2tp_foreign)" = "$foreign" ]
}

@test "twelve behind one NAT connect at once; auto prefers the kernel" {
	clients_up "${twelve[@]}"
	# before Linux 6.11 it serves one client of an address and port
	if [[ $(status_value sa_tracking) == zone* ]]; then
		all_up 1kernel 11userspace
	else
		all_up 12kernel
	fi
}

@test "four megabytes each way, all at once: nothing crosses, nothing is lost" {
	exchange_all
}

# bats test_tags=long
@test "the same on the userspace data path" {
	gateway_configure gw data-path kind userspace
	at_once client_l2tp_stop "${twelve[@]}"
	clients_up "${twelve[@]}"
	all_up 12userspace
	exchange_all
}
