#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # LAB_LIB, LAB_OUTPUT: from tests/lab/run
# Those who mean ill, each where he stands.
#
#   alice -------------- nat1 -------- net --------- gw ---------- lan ---- web
#   a client: malformed  a stranger:                 another       10.20.0.80
#   datagrams inside     cleartext                   local user    counts pings
#   IPsec, a foreign     L2TP
#   inner address

bats_require_minimum_version 1.5.0

setup_file() {
	load "$LAB_LIB/lab.bash"
	road_gateway
	on web nft -f - <<-TEXT
		table inet watch {
			counter pings { }
			chain input {
				type filter hook input priority filter;
				icmp type echo-request counter name pings
			}
		}
	TEXT
	webserver_start gw
}

teardown_file() {
	load "$LAB_LIB/lab.bash"
	on web nft delete table inet watch
	webserver_stop gw
}

setup() { load "$LAB_LIB/lab.bash"; }

# packets HOST WORDS...: the counter in what `nft list WORDS` prints of a host, in
# the line that matches $pattern.
pattern=.
packets() {
	local host=$1
	shift
	on "$host" nft list "$@" | sed -n "/$pattern/s/.*packets \\([0-9]*\\).*/\\1/p" | head -n 1
}

l2tp_client() {
	local host=$1
	shift
	on "$host" python3 "$LAB_LIB/../../gateway/l2tp_client.py" --local-port 1701 203.0.113.1 1701 "$@"
}

@test "cleartext L2TP from the internet is dropped and counted, and reaches nobody" {
	local dropped datagrams
	dropped=$(status_value cleartext_dropped_in)
	datagrams=$(status_value datagrams)
	run -1 l2tp_client nat1 connect
	[[ $output == *"no answer in time"* ]]
	[ "$(status_value cleartext_dropped_in)" -gt "$dropped" ]
	[ "$(status_value datagrams)" = "$datagrams" ]
}

@test "malformed datagrams inside IPsec are counted and never answered" {
	local malformed unknown
	on alice ip xfrm state | grep -q '^src' || client_ipsec_up alice
	client_l2tp_stop alice
	malformed=$(status_value l2tp_malformed)
	unknown=$(status_value l2tp_unknown)
	run l2tp_client alice hostile 200
	echo "$output"
	[ "$output" = "answers 0" ]
	[ "$(status_value l2tp_malformed)" -ge $((malformed + 80)) ]
	[ "$(status_value l2tp_unknown)" -ge $((unknown + 60)) ]
	[ "$(status_value tunnels)" = 0 ]
	road_up
}

@test "a client that takes a foreign inner address reaches nobody, and is counted" {
	local seen dropped
	road_up
	pattern='saddr != @inner'
	dropped=$(packets gw chain inet saregate prerouting)
	seen=$(packets web counters table inet watch)
	on alice ping -q -c 1 -W 5 "$road_web"
	pattern=.
	[ "$(packets web counters table inet watch)" = $((seen + 1)) ]
	# one of the pool, one of the LAN itself, one of the internet
	for address in 10.89.0.200 10.20.0.99 192.0.2.1; do
		on alice ip address add $address/32 dev lo
		run ! on alice ping -q -c 2 -i 0.2 -W 1 -I $address "$road_web"
		run ! on alice ping -q -c 1 -W 1 -I $address 10.89.0.1
		on alice ip address del $address/32 dev lo
	done
	[ "$(packets web counters table inet watch)" = $((seen + 1)) ]
	pattern='saddr != @inner'
	[ "$(packets gw chain inet saregate prerouting)" -ge $((dropped + 9)) ]
}

@test "a client does not reach the gateway's own services" {
	local dropped address
	road_up
	[ "$(on web curl -fsS --max-time 5 http://10.20.0.1/)" = "a page from web" ]
	pattern='"sg\*" counter'
	dropped=$(packets gw chain inet saregate input)
	for address in 10.89.0.1 10.20.0.1; do
		run -28 on alice curl -fsS --max-time 2 http://$address/
	done
	[ "$(packets gw chain inet saregate input)" -gt "$dropped" ]
}

as_nobody() { on gw setpriv --reuid nobody --regid nogroup --clear-groups "$@"; }

@test "another local user cannot bind port 1701, whatever options he sets" {
	run as_nobody python3 -c '
import socket
for host in "0.0.0.0", "203.0.113.1":
    for options in [], ["SO_REUSEPORT"], ["SO_REUSEADDR"], ["SO_REUSEPORT", "SO_REUSEADDR"]:
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        for option in options:
            s.setsockopt(socket.SOL_SOCKET, getattr(socket, option), 1)
        try:
            s.bind((host, 1701))
            print("bound", host, options)
        except OSError as error:
            print(error.strerror)
        s.close()'
	echo "$output"
	[ "$(sort -u <<<"$output")" = "Address already in use" ]
	[ ${#lines[@]} = 8 ]
}

@test "another local user can talk neither to the launcher nor as updown" {
	run as_nobody python3 -c '
import socket
for path, kind in ("launcher", socket.SOCK_SEQPACKET), ("updown", socket.SOCK_DGRAM):
    s = socket.socket(socket.AF_UNIX, kind)
    try:
        s.connect("/run/saregate/" + path + ".socket")
        print("connected")
    except OSError as error:
        print(error.strerror)'
	echo "$output"
	[ "${lines[*]}" = "Permission denied Permission denied" ]
}

# Were the path open by mistake, the sender's credentials would still count.
@test "a datagram to the updown path that root did not send is refused and counted" {
	local messages refused
	messages=$(status_value updown_messages)
	refused=$(status_value updown_refused)
	on gw chmod o+x /run/saregate
	on gw chmod o+w /run/saregate/updown.socket
	as_nobody python3 -c '
import socket, struct
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.sendto(struct.pack("=IIII256s128s", 1, 1, 1, 2, b"192.168.1.101", b"vpn"),
         "/run/saregate/updown.socket")'
	on gw chmod o-x /run/saregate
	on gw chmod o-w /run/saregate/updown.socket
	[ "$(status_value updown_refused)" = $((refused + 1)) ]
	[ "$(status_value updown_messages)" = "$messages" ]
}
