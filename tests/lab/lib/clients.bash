# SPDX-License-Identifier: GPL-2.0-or-later
# Many clients at once, and where they stand. Each has a user of its own name, and
# its own pluto, xl2tpd and pppd. All beside the hosts of topology.bash; each is made
# only if it is not there yet, so that scenarios can share it.
#
#   alice, bob, ann, c1, c2...  192.168.1.x ---- nat1 203.0.113.11 ------+
#   ben    192.168.1.101 ----------------------- nat2 203.0.113.12 ------+
#   cleo   192.168.1.101 ----------------------- nat3 203.0.113.13 ------+
#   dora   192.168.1.101 -- home1 100.64.0.11 -+                         |  net
#                                              +- carrier 203.0.113.14 --+
#   emil   192.168.1.101 -- home2 100.64.0.12 -+                         |
#   fred   203.0.113.50, no NAT -----------------------------------------+
#                                                                        gw
# shellcheck shell=bash disable=SC2154

# exists HOST
exists() { [ -e "$lab_state/$1" ]; }

# clients_new NAME ADDRESS...: hosts behind nat1, unless they are there.
clients_new() {
	while [ $# -gt 1 ]; do
		exists "$1" || client_new "$1" nat1 "$2"
		shift 2
	done
}

# nat_of_its_own NAT ADDRESS CLIENT [UPLINK]: another home with the same private
# network as nat1's, and one client in it.
nat_of_its_own() {
	exists "$1" || nat_new "$1" "$2/24" 192.168.1.1/24 "${4:-net}"
	exists "$3" || client_new "$3" "$1" 192.168.1.101
}

# clients_same_address: alice's private address, behind two more NATs.
clients_same_address() {
	nat_of_its_own nat2 203.0.113.12 ben
	nat_of_its_own nat3 203.0.113.13 cleo
}

# clients_twins: two homes that share the carrier's public address, and whose clients
# have the same private one.
clients_twins() {
	exists carrier || nat_new carrier 203.0.113.14/24 100.64.0.1/24
	nat_of_its_own home1 100.64.0.11 dora carrier
	nat_of_its_own home2 100.64.0.12 emil carrier
}

# clients_without_nat NAME ADDRESS: a client with a public address.
clients_without_nat() {
	exists "$1" || {
		host_new "$1"
		host_join "$1" eth0 "$2/24" net
		ip -n "$1" route add default via "$(switch_address net)"
	}
}

# clients_configure NAME...: each with a user of its name on the gateway.
clients_configure() {
	local name psk users
	psk=$(road_psk)
	users=$(on gw saregate user list --json)
	for name in "$@"; do
		grep -q "\"$name\"" <<<"$users" ||
			on gw saregate user add "$name" --password-stdin <<<"$road_password"
		on "$name" grep -qF "$psk" /etc/ipsec.secrets 2>/dev/null ||
			client_configure "$name" 203.0.113.1 "$psk" "$name" "$road_password"
	done
}

# at_once FUNCTION NAME...: runs FUNCTION NAME for all names at the same time; fails,
# with what it printed, if one of them fails.
at_once() {
	local function=$1 name failed=0
	local -A jobs
	shift
	for name in "$@"; do
		"$function" "$name" >"$LAB_OUTPUT/$name/at-once.log" 2>&1 3>&- &
		jobs[$name]=$!
	done
	for name in "$@"; do
		wait "${jobs[$name]}" || {
			echo "$function $name failed:" >&2
			cat "$LAB_OUTPUT/$name/at-once.log" >&2
			failed=1
		}
	done
	return $failed
}

# clients_up NAME...: connects those that are not connected, all at once.
clients_up() { at_once client_up_if_down "$@"; }

client_up_if_down() {
	if ! client_address "$1" >/dev/null; then
		client_ipsec_up_if_down "$1"
		client_l2tp_up "$1"
	fi
	client_route "$1" 10.20.0.0/24
}

# clients_ipsec_up NAME...: those that have no SA, all at once.
clients_ipsec_up() { at_once client_ipsec_up_if_down "$@"; }

client_ipsec_up_if_down() {
	on "$1" ip xfrm state | grep -q '^src' || client_ipsec_up "$1"
}

# clients_down NAME...: ends all of their daemons.
clients_down() { at_once client_down "$@"; }

# clients_reach NAME...: pings both ways, and a page of its own, for all at the same
# time. Each fetches what only it knows from web: what arrives is whole, and its own.
clients_reach() {
	local name
	for name in "$@"; do echo "for $name alone" >"$webserver_folder/$name"; done
	at_once client_reach "$@"
}

client_reach() {
	[ "$(on "$1" curl -fsS --max-time 120 "http://$road_web/$1")" = "for $1 alone" ]
	on "$1" ping -q -c 3 -i 0.2 -W 5 "$road_web"
	on gw ping -q -c 3 -i 0.2 -W 5 "$(client_address "$1")"
}

# client_crash NAME: as when the power goes. Nobody is told, and the client's kernel
# holds nothing of its own afterwards.
client_crash() {
	local process
	host_kill "$1" pluto
	host_kill "$1" xl2tpd
	for process in $(host_processes "$1" pppd | cut -d ' ' -f 1); do kill -KILL "$process"; done
	wait_until 10 "the end of pppd on $1" client_has_no_pppd "$1"
	on "$1" rm -f /run/pluto/pluto.ctl /run/pluto/pluto.pid /run/xl2tpd/l2tp-control
	on "$1" ip xfrm policy flush
	on "$1" ip xfrm state flush
}

# client_tunnel NAME, client_call NAME: the gateway's ids for what xl2tpd has now;
# client_own_tunnel NAME: the client's own id.
client_tunnel() { client_id "$1" 'Connection established to .*Remote'; }
client_own_tunnel() { client_id "$1" 'Connection established to .*Local'; }
client_call() { client_id "$1" 'Call established with .*Remote'; }
client_id() { sed -n "s/.*$2: \([0-9]*\).*/\1/p" "$LAB_OUTPUT/$1/xl2tpd.log" | tail -n 1; }

# traffic_start NAME...: ten pings a second, with a kilobyte each, to web.
traffic_start() {
	local name
	for name in "$@"; do
		rm -f "$LAB_OUTPUT/$name/traffic.log"
		host_spawn "$name" traffic ping -i 0.1 -s 1000 "$road_web"
	done
	for name in "$@"; do wait_until 20 "traffic of $name" traffic_flows "$name" 3; done
}

# traffic_flows NAME COUNT: whether COUNT answers have come; traffic_answers NAME.
traffic_flows() { [ "$(traffic_answers "$1")" -ge "$2" ]; }
traffic_answers() { grep -c icmp_seq "$LAB_OUTPUT/$1/traffic.log" || true; }

# traffic_stop NAME...: prints "NAME: LOST of SENT lost" for each, when each has got
# ten answers more. What was under way at the end is not counted.
traffic_stop() {
	local name
	local -A wanted
	for name in "$@"; do wanted[$name]=$(($(traffic_answers "$name") + 10)); done
	for name in "$@"; do
		wait_until 30 "more traffic of $name" traffic_flows "$name" "${wanted[$name]}" || true
		kill -INT "$(host_pid "$name" traffic)"
		wait_until 10 "the end of $name's traffic" not host_alive "$name" traffic
		sed -n "s/.*icmp_seq=\([0-9]*\).*/\1/p" "$LAB_OUTPUT/$name/traffic.log" |
			awk -v name="$name" '!seen[$1]++ { n++; if ($1 > last) last = $1 }
				END { print name ": " last - n " of " last " lost" }'
	done
}

# windows HOST STEP...: clients/windows.py on a host that has IPsec and no xl2tpd.
windows() {
	local host=$1
	shift
	on "$host" python3 "$LAB_LIB/../clients/windows.py" 203.0.113.1 "$@"
}

# injections_watch: web counts what inject_into sends and somebody lets through.
injections_watch() {
	on web nft -f - <<-TEXT
		table inet watch {
			counter injected { }
			chain input {
				type filter hook input priority filter;
				icmp id 0x5a17 counter name injected
			}
		}
	TEXT
}

# inject_into VICTIM HOST STEP...: takes the steps, then sends twenty pings into the
# victim's call, in either form of the header.
inject_into() {
	local victim=$1 host=$2
	shift 2
	windows "$host" "$@" inject "$(client_tunnel "$victim")" "$(client_call "$victim")" 20 \
		"$(client_address "$victim")" "$road_web"
}

# counted HOST TABLE COUNTER: its packets.
counted() { on "$1" nft list counter inet "$2" "$3" | sed -n 's/.*packets \([0-9]*\).*/\1/p'; }

# session_of USER KEY: of this user's only session.
session_of() {
	on gw saregate session list --json | python3 -c '
import json, sys
for session in json.load(sys.stdin):
    if session["user"] == sys.argv[1]:
        print(session[sys.argv[2]])' "$@"
}

# not_listed USER: no session of this user's is left.
not_listed() { [ -z "$(session_of "$1" id)" ]; }

# handed_over COUNT: whether the gateway's sockets have changed SAs so often.
handed_over() { [ "$(status_value sa_outbound_changes)" -ge "$1" ]; }
