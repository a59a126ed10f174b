#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# saregated as a process: plain L2TP on loopback without PPP, a scripted client,
# a bus of the test's own. No root, no IPsec: that is the lab's part.
# shellcheck disable=SC2154 # top_srcdir, top_builddir: from the makefile
#
#   l2tp_client.py ── 127.0.0.1 ── saregated (data path "null") ── bus ── saregate

setup_file() {
	# root may keep its folders to itself: what runs as nobody is copied
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR"
	install -m 755 "$top_builddir/gateway/saregated" "$BATS_FILE_TMPDIR/saregated"
	export saregated=$BATS_FILE_TMPDIR/saregated saregate=$top_builddir/gateway/saregate
	export client=$top_srcdir/tests/gateway/l2tp_client.py
}

setup() {
	folder=$(mktemp -d)
	port=$(free_port)
	write_configuration
	as_nobody=()
	if [ "$(id -u)" = 0 ]; then
		chown 65534:65534 "$folder"
		as_nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups)
	fi
}

# The daemon's words, run to its end.
run_daemon() { run "${as_nobody[@]}" "$saregated" "$@"; }

teardown() {
	local process
	for process in "${daemon:-}" "${bus:-}" "${blocker:-}"; do
		[ -z "$process" ] || kill -9 "$process" 2>/dev/null || true
	done
	rm -rf "$folder"
}

free_port() {
	python3 -c 'import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])'
}

# write_configuration [BUS]
write_configuration() {
	cat >"$folder/saregate.conf" <<-TEXT
		[listen]
		address = 127.0.0.1
		port = $port
		[ipsec]
		protection = off
		[data-path]
		kind = null
		[users]
		database = $folder/users.db
		[control]
		bus = ${1:-none}
	TEXT
}

start_daemon() {
	"${as_nobody[@]}" "$saregated" --foreground --config "$folder/saregate.conf" \
		2>"$folder/log" 3>&- &
	daemon=$!
	wait_for grep -q serves "$folder/log"
}

start_bus() {
	cat >"$folder/bus.conf" <<-TEXT
		<busconfig>
		<type>session</type>
		<listen>unix:path=$folder/bus</listen>
		<policy context="default">
		<allow user="*"/>
		<allow send_destination="*" eavesdrop="true"/>
		<allow eavesdrop="true"/>
		<allow own="*"/>
		</policy>
		</busconfig>
	TEXT
	dbus-daemon --config-file="$folder/bus.conf" --nofork --nopidfile 3>&- &
	bus=$!
	wait_for test -S "$folder/bus"
	export DBUS_SYSTEM_BUS_ADDRESS=unix:path=$folder/bus
}

# Runs a command until it succeeds, for 10 s at most.
wait_for() {
	local deadline=$((SECONDS + 10))
	until "$@"; do
		[ $SECONDS -lt $deadline ] || {
			echo "waited in vain for: $*"
			cat "$folder/log"
			return 1
		}
		sleep 0.05
	done
}

client_steps() { "$client" 127.0.0.1 "$port" "$@"; }

@test "an unknown key is refused with file, line, key and what is allowed" {
	echo 'buss = none' >>"$folder/saregate.conf"
	run_daemon --foreground --config "$folder/saregate.conf"
	[ "$status" -eq 1 ]
	[ "${#lines[@]}" -eq 1 ]
	[[ $output == *"$folder/saregate.conf:12: "*buss*bus* ]]
}

@test "a configuration that is not there is named in one line" {
	run_daemon --foreground --config "$folder/missing.conf"
	[ "$status" -eq 1 ]
	[ "${#lines[@]}" -eq 1 ]
	[[ $output == *"$folder/missing.conf"* ]]
}

@test "wrong usage exits with 2" {
	run_daemon --nonsense
	[ "$status" -eq 2 ]
	run_daemon extra
	[ "$status" -eq 2 ]
}

@test "a port that another program has is named with the remedy" {
	python3 -c 'import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", int(sys.argv[1])))
open(sys.argv[2], "w").close()
time.sleep(60)' "$port" "$folder/bound" 3>&- &
	blocker=$!
	wait_for test -e "$folder/bound"
	run_daemon --foreground --config "$folder/saregate.conf"
	[ "$status" -eq 1 ]
	[ "${#lines[@]}" -eq 1 ]
	[[ $output == *"127.0.0.1:$port"*"another program"* ]]
}

@test "a database that is none is named with the remedy" {
	head -c 4096 /dev/urandom >"$folder/users.db"
	run_daemon --foreground --config "$folder/saregate.conf"
	[ "$status" -eq 1 ]
	[ "${#lines[@]}" -eq 1 ]
	[[ $output == *"$folder/users.db"* ]]
}

@test "a client sets up tunnel and call and hangs up" {
	start_daemon
	run client_steps connect call hang-up
	[ "$status" -eq 0 ]
	[[ ${lines[0]} =~ ^connected\ [1-9][0-9]*$ ]]
	[[ ${lines[1]} =~ ^call\ [1-9][0-9]*$ ]]
	[ "${lines[2]}" = "hung up" ]
}

@test "hostile datagrams are never answered and harm nobody" {
	start_daemon
	run client_steps hostile 2000
	[ "$output" = "answers 0" ]
	run client_steps connect call hang-up
	[ "$status" -eq 0 ]
	kill -0 "$daemon"
}

@test "a daemon that is told to stop says goodbye to its clients" {
	start_daemon
	client_steps connect call wait-end >"$folder/client" 3>&- &
	local client_process=$!
	wait_for grep -q '^call' "$folder/client"
	kill -TERM "$daemon"
	wait "$client_process"
	grep -Eq '^(stopccn 6|cdn [0-9]+)$' "$folder/client"
	wait "$daemon"
	daemon=
}

@test "a daemon with a bus stops with status 0" {
	start_bus
	write_configuration system
	start_daemon
	kill -TERM "$daemon"
	wait "$daemon"
	daemon=
}

@test "sessions are listed, killed, and gone" {
	start_bus
	write_configuration system
	start_daemon
	client_steps connect call wait-end >"$folder/client" 3>&- &
	local client_process=$!
	wait_for grep -q '^call' "$folder/client"
	wait_for sh -c "'$saregate' session list --json | grep -q '\"up\"'"
	run "$saregate" session list --json
	[ "$status" -eq 0 ]
	python3 -c 'import json, sys
session, = json.loads(sys.argv[1])
assert session["data_path"] == "null", session
assert session["outer_address"] == "127.0.0.1", session
assert session["client_name"] == "\"test client\"", session' "$output"
	local id
	id=$(python3 -c 'import json, sys; print(json.loads(sys.argv[1])[0]["id"])' "$output")
	run "$saregate" session kill "$id" --reason "a test"
	[ "$status" -eq 0 ]
	wait "$client_process"
	grep -q '^cdn 3$' "$folder/client"
	run "$saregate" session list --json
	[ "$(tr -d ' \n' <<<"$output")" = "[]" ]
	run "$saregate" session kill "$id"
	[ "$status" -eq 1 ]
	[ "${#lines[@]}" -eq 1 ]
}

@test "users are added, listed and deleted, and the password is nowhere" {
	start_bus
	write_configuration system
	start_daemon
	printf 'correct horse\n' | "$saregate" user add alice --password-stdin
	run "$saregate" user list --json
	python3 -c 'import json, sys
user, = json.loads(sys.argv[1])
assert user["name"] == "alice", user' "$output"
	run bash -c "printf 'other\n' | '$saregate' user add alice --password-stdin"
	[ "$status" -eq 1 ]
	[ "${#lines[@]}" -eq 1 ]
	run "$saregate" user add 'not a name' --generate
	[ "$status" -eq 2 ]
	run grep -rqF 'correct horse' "$folder"
	[ "$status" -eq 1 ]
	"$saregate" user del alice
	run "$saregate" user del alice
	[ "$status" -eq 1 ]
	run "$saregate" user list --json
	[ "$(tr -d ' \n' <<<"$output")" = "[]" ]
}

@test "status tells state, counters and what is wrong" {
	start_bus
	write_configuration system
	start_daemon
	client_steps hostile 100
	run "$saregate" status --json
	[ "$status" -eq 0 ]
	python3 -c 'import json, sys
status = json.loads(sys.argv[1])
assert status["state"] == "running", status
assert status["problems"] == [], status
assert status["data_path"] == "null", status
assert status["counters"]["l2tp_malformed"] > 0, status
assert status["counters"]["datagrams"] >= 90, status' "$output"
}

@test "a bus that comes late is found, and a bus that goes is survived" {
	export DBUS_SYSTEM_BUS_ADDRESS=unix:path=$folder/bus
	write_configuration system
	start_daemon
	wait_for grep -q 'degraded: the system bus' "$folder/log"
	start_bus
	wait_for "$saregate" status
	kill "$bus"
	bus=
	wait_for grep -q 'the system bus is gone' "$folder/log"
	run client_steps connect call hang-up
	[ "$status" -eq 0 ]
}
