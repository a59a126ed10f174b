#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # LAB_LIB, LAB_OUTPUT: from tests/lab/run
# Fifty times in and out: the gateway holds what it held before.
#
#   alice ---------------- nat1 ------- net ------- gw
#   4 times with log-in,                            counted before and after:
#   xl2tpd and pppd; 46 times                       processes, descriptors,
#   a call that hangs up at once                    interfaces, nft, XFRM

bats_require_minimum_version 1.5.0

setup() { load "$LAB_LIB/lab.bash"; }

# What a gateway without sessions holds, in numbers; the rules in full.
inventory() {
	local name
	echo "processes: $(host_processes gw | cut -d ' ' -f 2 | sort | xargs)"
	for name in saregated saregate-launcher; do
		echo "descriptors of $name: $(find "/proc/$(host_pid gw $name)/fd" -type l | wc -l)"
	done
	echo "interfaces: $(on gw ip -brief link | cut -d ' ' -f 1 | xargs)"
	echo "SAs: $(on gw ip xfrm state | grep -c '^src')"
	echo "policies: $(on gw ip xfrm policy | grep -c '^src')"
	on gw nft -a list ruleset | sed 's/packets [0-9]* bytes [0-9]*//'
}

# A closed tunnel keeps its socket for a retransmission cycle (RFC 2661, 5.8).
no_tunnel_lingers() { [ -z "$(on gw ss -Hun state established 'sport = 1701')" ]; }

is_as_before() { inventory | diff "$BATS_FILE_TMPDIR/before" -; }

@test "after fifty connects and disconnects nothing is left over" {
	local round calls begin=$SECONDS
	road_up
	client_l2tp_down alice
	road_clear
	wait_until 60 "the end of the first tunnel" no_tunnel_lingers
	inventory >"$BATS_FILE_TMPDIR/before"
	cat "$BATS_FILE_TMPDIR/before"
	for round in {1..4}; do
		if ((round == 3)); then
			client_l2tp_stop alice
			client_ipsec_down alice
			client_ipsec_up alice
		fi
		client_l2tp_up alice
		if ((round % 2)); then
			client_l2tp_down alice
		else
			on gw saregate session kill "$(session_value id | tail -n 1)"
			wait_until 20 "the client's end" not on alice ip link show dev ppp0
		fi
	done
	client_l2tp_stop alice
	calls=$(status_value calls_opened)
	# shellcheck disable=SC2046
	on alice python3 "$LAB_LIB/../../gateway/l2tp_client.py" --local-port 1701 203.0.113.1 1701 \
		$(printf 'connect call hang-up %.0s' {1..46}) >"$BATS_FILE_TMPDIR/calls"
	[ "$(status_value calls_opened)" = $((calls + 46)) ]
	echo "# 50 rounds in $((SECONDS - begin)) s" >&3
	road_clear
	wait_until 60 "the end of the last tunnels" no_tunnel_lingers
	wait_until 10 "what was there before" is_as_before
	[ "$(status_value logins)" -ge 5 ]
}
