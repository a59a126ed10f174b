#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # LAB_LIB, LAB_OUTPUT: from tests/lab/run
# What becomes of clients behind one NAT when their SAs change: rekeyed, deleted,
# forgotten, moved to other ports; and when the gateway's pluto dies.
#
#   c1   192.168.1.21 -+
#   c2   192.168.1.22 -+- nat1 203.0.113.11 -- net -- gw: pluto -- lan -- web
#   c3   192.168.1.23 -+  forgets its ports
#   c4   192.168.1.24 -+

bats_require_minimum_version 1.5.0

four=(c1 c2 c3 c4)

setup_file() {
	load "$LAB_LIB/lab.bash"
	local number
	road_gateway
	# the gateway's pluto dies: who comes later finds alice without an SA
	client_down alice
	for number in {1..4}; do clients_new "c$number" "192.168.1.$((20 + number))"; done
	clients_configure "${four[@]}"
}

teardown_file() {
	load "$LAB_LIB/lab.bash"
	clients_down "${four[@]}"
	# a session whose client crashed is missed after a minute of silence
	road_clear 180
	# what nat1 may give out by default
	nat_rebind nat1 1024-65535
	# the SAs that a pluto left when it was killed
	pluto_stop gw
	pluto_start gw
}

setup() {
	load "$LAB_LIB/lab.bash"
	clients_up "${four[@]}"
}

# The sessions' ids: a session that goes on keeps its own.
sessions() { on gw saregate session list --json | json_value id | sort -n; }

spis_of() { on "$1" ip xfrm state | grep -o 'spi 0x[0-9a-f]*' | sort; }

# Fails if a client lost a packet, after showing who lost how many.
none_lost() {
	local lost
	lost=$(traffic_stop "$@")
	echo "$lost"
	[ "$(grep -c ': 0 of [1-9][0-9]* lost$' <<<"$lost")" = $# ]
}

# A client's pluto negotiates another pair of SAs beside the one that it has, as it does
# before that one expires. (whack --rekey-ipsec is for IKEv2 alone.)
rekey() {
	local before
	before=$(spis_of "$1")
	client_ipsec_up "$1"
	[ "$(spis_of "$1")" != "$before" ]
}

@test "each rekeys under traffic, twice: nothing is lost, and the sockets follow" {
	local before changes
	before=$(sessions)
	changes=$(status_value sa_outbound_changes)
	traffic_start "${four[@]}"
	at_once rekey "${four[@]}"
	at_once rekey "${four[@]}"
	wait_until 60 "handovers" handed_over $((changes + ${#four[@]}))
	none_lost "${four[@]}"
	[ "$(sessions)" = "$before" ]
}

# ended_because USER REASON: as a condition to wait for.
ended_because() { [ "$(history_cause "$1")" = "$2" ]; }

@test "one deletes its SA: its session goes, the others lose nothing; it returns" {
	traffic_start c1 c3 c4
	client_ipsec_down c2
	wait_until 20 "the end of c2's session" not_listed c2
	wait_until 20 "the reason in the history" ended_because c2 'its IPsec SA has gone'
	client_l2tp_stop c2
	clients_up c2
	none_lost c1 c3 c4
	on c2 ping -q -c 2 -W 5 "$road_web"
}

# watch_return NAME: notes, with times, what a client and the gateway say to each other.
watch_return() {
	local log
	log=$(log_lines "$1/return")
	host_spawn "$1" return tcpdump -tt -n -l -i eth0 'udp port 500 or udp port 4500'
	host_spawn "$1" addresses ip -ts monitor address
	wait_until 10 "tcpdump on $1" logged "$log" "$1/return" listening
}

# return_times NAME: in seconds, from the client's first packet to its address, and what of
# it the gateway took, for IKE and for L2TP with PPP: from something said by the client to
# the next word of the gateway. Between that it is the client's processes that start.
return_times() {
	local up
	up=$(sed -n 's/^\[\([^]]*\)\].* ppp0 .*inet .*/\1/p' "$LAB_OUTPUT/$1/addresses.log" | tail -n 1)
	awk -v up="$(date -d "$up" +%s.%N)" '
		!/ UDP-encap: | isakmp: / || $1 > up { next }
		{ kind = / UDP-encap: / ? "l2tp" : "ike" }
		!begin { begin = $1 }
		$3 !~ /^203\.0\.113\.1\./ {
			# the last word of IKE wants no answer
			if (kind == "l2tp") delete asked["ike"]
			if (!(kind in asked)) asked[kind] = $1
			next
		}
		kind in asked { took[kind] += $1 - asked[kind]; delete asked[kind] }
		END { printf "%.3f %.3f %.3f\n", up - begin, took["ike"], took["l2tp"] }
	' "$LAB_OUTPUT/$1/return.log"
}

# Its own processes take seconds to start here, and a busy machine makes anybody say
# things twice: the times are told, and what is asserted is that nothing waited for the
# end of what it left behind, which is all still there when it is back.
@test "one is killed with -9 and is back while its old SAs linger: nothing waits for them" {
	local old_sas whole ike l2tp twice
	old_sas=$(spis_of gw)
	traffic_start c1 c2 c4
	client_crash c3
	pluto_start c3
	client_l2tp_start c3
	watch_return c3
	twice=$(status_value l2tp_duplicate)
	clients_up c3
	[ -z "$(comm -23 <(echo "$old_sas") <(spis_of gw))" ]
	[ "$(spis_of gw | wc -l)" -gt "$(wc -l <<<"$old_sas")" ]
	none_lost c1 c2 c4
	on c3 ping -q -c 2 -W 5 "$road_web"
	on gw ping -q -c 2 -W 5 "$(client_address c3)"
	host_stop c3 return
	host_stop c3 addresses
	read -r whole ike l2tp < <(return_times c3)
	twice=$(($(status_value l2tp_duplicate) - twice))
	echo "# back after $whole s, of which the gateway took $ike s for IKE, $l2tp s for L2TP and PPP; said twice: $twice" >&3
	awk "BEGIN { exit !($whole > 0 && $ike > 0 && $l2tp > 0) }"
}

# Whether the gateway sends to all of them by ports of the new range.
moved() {
	local port moved=0
	for port in $(on gw ip xfrm state list src 203.0.113.1 | sed -n 's/.*espinudp .*dport \([0-9]*\) .*/\1/p'); do
		[ "$port" -lt 20000 ] || [ "$port" -gt 29999 ] || moved=$((moved + 1))
	done
	[ $moved -ge ${#four[@]} ] || { on gw ip xfrm state list src 203.0.113.1 && return 1; }
}

@test "the NAT gives all of them other ports: their sessions go on" {
	local before
	before=$(sessions)
	traffic_start "${four[@]}"
	nat_rebind nat1 20000-29999
	wait_until 30 "SAs that have moved" moved
	for name in "${four[@]}"; do
		rm -f "$LAB_OUTPUT/$name/traffic.log"
		host_stop "$name" traffic
	done
	at_once ping_both_ways "${four[@]}"
	[ "$(sessions)" = "$before" ]
}

ping_both_ways() {
	on "$1" ping -q -c 5 -i 0.2 -W 5 "$road_web"
	on gw ping -q -c 5 -i 0.2 -W 5 "$(client_address "$1")"
}

# watch_foreign NAME: counts on a client L2TP data that was meant for the tunnels of
# the others, by both forms of its header.
watch_foreign() {
	local name own others=()
	own=$(client_own_tunnel "$1")
	for name in "${four[@]}"; do
		[ "$name" = "$1" ] || others+=("$(client_own_tunnel "$name")")
	done
	on "$1" nft -f - <<-TEXT
		table inet watch {
			counter own { }
			counter foreign { }
			chain input {
				type filter hook input priority filter;
				udp sport 1701 @th,64,2 0 @th,80,16 $own counter name own
				udp sport 1701 @th,64,2 1 @th,96,16 $own counter name own
				udp sport 1701 @th,64,2 0 @th,80,16 { $(IFS=, && echo "${others[*]}") } counter name foreign
				udp sport 1701 @th,64,2 1 @th,96,16 { $(IFS=, && echo "${others[*]}") } counter name foreign
			}
		}
	TEXT
}

watched() { on "$1" nft list counter inet watch "$2" | sed -n 's/.*packets \([0-9]*\).*/\1/p'; }

@test "the gateway's pluto dies; clients return in another order and nothing crosses" {
	local name address
	at_once watch_foreign "${four[@]}"
	# what gw sends to the addresses that they have now, all the time
	for name in "${four[@]}"; do
		address=$(client_address "$name")
		host_spawn gw "stream-$name" ping -i 0.1 "$address"
	done
	for name in "${four[@]}"; do
		wait_until 20 "packets for $name" received "$name"
	done
	pluto_kill gw
	# ExecStopPost of Debian's ipsec.service
	on gw ip xfrm policy flush
	on gw ip xfrm state flush
	pluto_start gw
	at_once forget_gateway "${four[@]}"
	for name in c4 c2 c3 c1; do clients_ipsec_up $name; done
	clients_up "${four[@]}"
	at_once ping_both_ways "${four[@]}"
	for name in "${four[@]}"; do
		host_stop gw "stream-$name"
		[ "$(watched "$name" foreign)" = 0 ]
		on "$name" nft delete table inet watch
	done
}

received() { [ "$(watched "$1" own)" -gt 5 ]; }

# A client that has noticed: its pluto and its xl2tpd begin anew.
forget_gateway() {
	client_l2tp_stop "$1"
	pluto_stop "$1"
}
