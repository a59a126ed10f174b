#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# saregated as a process: plain L2TP on loopback without PPP, a scripted client,
# a bus of the test's own. No root, no IPsec: that is the lab's part.
# shellcheck disable=SC2154,SC2034,SC2030,SC2031 # variables shared with daemon-host.bash
#
#   l2tp_client.py ── 127.0.0.1 ── saregated (data path "null") ── bus ── saregate

bats_require_minimum_version 1.5.0

setup_file() { load daemon-host; daemon_setup_file; }
setup() { load daemon-host; daemon_setup; }
teardown() { daemon_teardown; }

# What a reload says changed, "KEY:BEFORE:AFTER:EFFECT" a line.
reloaded() {
	"$saregate" reload --json | python3 -c 'import json, sys
for change in json.load(sys.stdin)["changes"]:
    print(":".join(change[k] for k in ("key", "before", "after", "effect")))'
}

@test "an unknown key is refused with file, line, key and what is allowed" {
	echo 'buss = none' >>"$folder/saregate.conf"
	run_daemon --foreground --config "$folder/saregate.conf"
	[ "$status" -eq 1 ]
	[ "${#lines[@]}" -eq 1 ]
	[[ $output == *"$folder/saregate.conf:14: "*buss*bus* ]]
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

# share_secret MODE SECRET: with everybody
share_secret() {
	printf '* %s\n' "$2" >"$folder/secrets"
	chmod "$1" "$folder/secrets"
	[ "$(id -u)" != 0 ] || chown 65534 "$folder/secrets"
	printf '[l2tp]\ntunnel-secrets = %s\n' "$folder/secrets" >>"$folder/saregate.conf"
}

@test "a file of secrets that others may read is refused, and no secret told" {
	share_secret 640 hunter2
	run_daemon --foreground --config "$folder/saregate.conf"
	[ "$status" -eq 1 ]
	[ "${#lines[@]}" -eq 1 ]
	[ "${lines[0]##*"$folder"}" = "/secrets: others may read it; allowed: mode 0600" ]
}

@test "client and daemon prove to each other that they know the secret" {
	share_secret 600 hunter2
	start_daemon
	run client_steps secret hunter2 connect call hang-up
	[ "$status" -eq 0 ]
	[ "${lines[2]}" = "hung up" ]
}

@test "a client without the secret, or with a wrong one, gets no tunnel" {
	share_secret 600 hunter2
	printf '[log]\nlevel = debug\n' >>"$folder/saregate.conf"
	start_daemon
	run client_steps connect wait-end
	[ "${lines[1]}" = "stopccn 4" ]
	run client_steps secret hunter3 connect
	[ "$output" = "the peer does not know the secret" ]
	grep -q "does not know the tunnel's secret" "$folder/log"
	run ! grep -q hunter2 "$folder/log"
}

@test "a client that tells of its line and of its caller is logged, but no password" {
	start_daemon
	run client_steps connect lac-call hang-up
	[ "$status" -eq 0 ]
	grep -q 'called "5551234", from "\\x1b5550000"' "$folder/log"
	grep -q 'proxy authentication PAP for "alice", proxy LCP of 4 and 4 bytes' "$folder/log"
	grep -q 'errors on the client.s line: 7 CRC, 0 framing' "$folder/log"
	run ! grep -q hunter2 "$folder/log"
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

@test "failed log-ins are forgiven of a user, an address or everybody, and of nobody where none are" {
	start_bus
	write_configuration system
	start_daemon
	"$saregate" status --json | python3 -c 'import json, sys
status = json.load(sys.stdin)
assert status["held_back"] == [] and status["held_back_count"] == 0, status
assert status["counters"]["logins_held_back"] == 0'
	[ "$("$saregate" unblock alice)" = "no failed log-in of alice is counted" ]
	[ "$("$saregate" unblock 2001:db8::1)" = "no failed log-in of 2001:db8::1 is counted" ]
	[ "$("$saregate" unblock --all --json | python3 -c 'import json, sys; print(json.load(sys.stdin))')" = \
		"{'forgiven': 0}" ]
	grep -q '^info: failed log-ins of "alice" are forgiven: 0 counts' "$folder/log"
	run busctl --address="$DBUS_SYSTEM_BUS_ADDRESS" call org.saregate.Gateway1 \
		/org/saregate/Gateway1 org.saregate.Gateway1 Unblock s 'a/b'
	[ "$status" -ne 0 ]
	[[ $output == *"neither an address nor a name"* ]]
}

@test "what a client did is kept, and found by its address" {
	start_bus
	write_configuration system
	start_daemon
	client_steps connect call hang-up
	run --separate-stderr "$saregate" why 127.0.0.1 --json --pluto-log "$folder/saregate.conf"
	[ "$status" -eq 0 ]
	python3 -c 'import json, sys
answer = json.loads(sys.argv[1])
[attempt] = answer["attempts"]
assert attempt["outer_address"] == "127.0.0.1" and answer["others"] == [], answer
texts = [step["stage"] + " " + step["text"] for step in attempt["steps"]]
assert texts[0].startswith("L2TP tunnel: host name "), texts
assert any("closed by the client" in text for text in texts), texts' "$output"
	run "$saregate" why 192.0.2.1 --pluto-log "$folder/saregate.conf"
	[ "$status" -eq 1 ]
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

@test "a reload takes over what has changed, says so, and ends no session" {
	start_bus
	write_configuration system
	start_daemon
	stay_connected
	set_key ppp pool 10.0.0.2-10.0.0.9
	set_key ppp dns '192.0.2.53 192.0.2.54'
	set_key l2tp hello-interval 5
	set_key log level debug
	run reloaded
	[ "$status" -eq 0 ]
	[ "$output" = "l2tp.hello-interval:60:5:now
ppp.pool:10.89.0.10-10.89.3.250:10.0.0.2-10.0.0.9:new-sessions
ppp.dns::192.0.2.53 192.0.2.54:new-sessions
log.level:info:debug:now" ]
	is_still_connected
	"$saregate" status | grep -q '10.0.0.2-10.0.0.9'
	grep -q '^info: reload: ppp.pool is "10.0.0.2-10.0.0.9", was "10.89.0.10-10.89.3.250"' \
		"$folder/log"
	client_steps connect
	wait_for grep -q '^debug: tunnel' "$folder/log"
	run "$saregate" reload
	[ "${lines[0]}" = "saregate.conf has not changed" ]
}

@test "a reload is shown as a table that says for whom each value is in force" {
	start_bus
	write_configuration system
	start_daemon
	set_key ppp mtu 1400
	set_key l2tp host-name gateway.example
	set_key listen port 1
	run "$saregate" reload
	[ "$status" -eq 0 ]
	[[ ${lines[0]} =~ ^KEY\ +BEFORE\ +AFTER\ +IN\ FORCE$ ]]
	[[ ${lines[1]} =~ ^listen.port\ +$port\ +1\ +after\ systemctl\ restart\ saregated$ ]]
	[[ ${lines[2]} =~ ^l2tp.host-name\ +saregate\ +gateway.example\ +for\ new\ tunnels$ ]]
	[[ ${lines[3]} =~ ^ppp.mtu\ +1280\ +1400\ +for\ new\ sessions$ ]]
}

@test "what needs a restart stays as it was, is said, and is remembered until it is taken back" {
	start_bus
	write_configuration system
	start_daemon
	cp "$folder/saregate.conf" "$folder/before"
	set_key listen port 1
	set_key data-path kind userspace
	run reloaded
	[ "$output" = "listen.port:$port:1:restart
data-path.kind:null:userspace:restart" ]
	grep -q "^warning: reload: listen.port stays \"$port\" until systemctl restart" "$folder/log"
	client_steps connect call hang-up
	"$saregate" status --json | python3 -c 'import json, sys
assert json.load(sys.stdin)["restart_needed"] == ["listen.port", "data-path.kind"]'
	cp "$folder/before" "$folder/saregate.conf"
	run reloaded
	[ "$output" = "" ]
	"$saregate" status --json | python3 -c 'import json, sys
assert json.load(sys.stdin)["restart_needed"] == []'
}

@test "a reload of a bad file says file, line and key, and changes nothing" {
	start_bus
	write_configuration system
	start_daemon
	stay_connected
	set_key ppp pool 10.0.0.2-10.0.0.9
	echo 'mtv = 1400' >>"$folder/saregate.conf"
	run --separate-stderr "$saregate" reload
	[ "$status" -eq 1 ]
	[ "$output" = "" ]
	[ "${#stderr_lines[@]}" -eq 1 ]
	[[ $stderr == "saregate: $folder/saregate.conf:$(wc -l <"$folder/saregate.conf"): key \"mtv\""* ]]
	"$saregate" status | grep -q '10.89.0.10-10.89.3.250'
	is_still_connected
	rm "$folder/saregate.conf"
	run "$saregate" reload
	[ "$status" -eq 1 ]
	[[ $output == *"$folder/saregate.conf: cannot be read: No such file"* ]]
	is_still_connected
}

@test "listen addresses come and go under a session, and one that is not there changes nothing" {
	start_bus
	write_configuration system
	start_daemon
	stay_connected
	set_key listen address '127.0.0.2 127.0.0.3'
	run reloaded
	[ "$output" = "listen.address:127.0.0.1:127.0.0.2 127.0.0.3:now" ]
	is_still_connected
	"$client" 127.0.0.2 "$port" connect call hang-up
	"$client" 127.0.0.3 "$port" connect call hang-up
	run client_steps connect
	[ "$status" -ne 0 ]
	set_key listen address '127.0.0.1 192.0.2.77'
	run "$saregate" reload
	[ "$status" -eq 1 ]
	[[ $output == *"$folder/saregate.conf: address: cannot listen on UDP 192.0.2.77:$port"* ]]
	"$client" 127.0.0.2 "$port" connect call hang-up
	is_still_connected
	# the session that began at the address that is gone can still be ended
	"$saregate" session kill 1
	wait "$stayer"
	grep -q '^cdn 3$' "$folder/client"
}

@test "secrets of peers are read again, and a file of secrets that is wrong changes nothing" {
	start_bus
	write_configuration system
	share_secret 600 hunter2
	start_daemon
	client_steps secret hunter2 connect call wait-end >"$folder/client" 3>&- &
	stayer=$!
	wait_for grep -q '^call' "$folder/client"
	printf '* hunter4\n' >"$folder/secrets"
	run reloaded
	[ "$output" = "" ]
	client_steps secret hunter4 connect call hang-up
	run client_steps secret hunter2 connect
	[ "$output" = "the peer does not know the secret" ]
	is_still_connected
	echo hunter5 >"$folder/secrets"
	run "$saregate" reload
	[ "$status" -eq 1 ]
	[[ $output == "saregate: $folder/secrets:1: "* ]]
	[[ $output != *hunter5* ]]
	client_steps secret hunter4 connect call hang-up
}

@test "a file of secrets that is not the daemon's to read changes nothing, and is told with the remedy" {
	start_bus
	write_configuration system
	share_secret 600 hunter2
	start_daemon
	if [ "$(id -u)" = 0 ]; then chown 0 "$folder/secrets"; else chmod 0 "$folder/secrets"; fi
	set_key ppp mtu 1400
	run "$saregate" reload
	[ "$status" -eq 1 ]
	[ "$output" = "saregate: $folder/secrets: user saregate cannot read it: chown saregate $folder/secrets" ]
	client_steps secret hunter2 connect call hang-up
}

@test "limits that were changed hold for new tunnels, and living ones stay" {
	start_bus
	write_configuration system
	start_daemon
	stay_connected
	set_key l2tp tunnels-maximum 1
	run reloaded
	[ "$output" = "l2tp.tunnels-maximum:10000:1:new-tunnels" ]
	run client_steps connect
	[ "$status" -ne 0 ]
	is_still_connected
	set_key l2tp tunnels-maximum 2
	reloaded
	client_steps connect call hang-up
}

# What the daemon tells systemd, a line each, in $folder/told.
start_manager() {
	python3 -c 'import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
os.chmod(sys.argv[1], 0o777)
with open(sys.argv[2], "w", buffering=1) as told:
    while True:
        told.write(s.recv(4096).decode().replace("\n", " ") + "\n")' \
		"$folder/notify" "$folder/told" 3>&- &
	manager=$!
	wait_for test -e "$folder/told"
	export NOTIFY_SOCKET=$folder/notify
}

# told_times NUMBER PATTERN: so many lines of it have the pattern, or more.
told_times() { [ "$(grep -c -- "$2" "$folder/told")" -ge "$1" ]; }

@test "SIGHUP reloads, and the service manager is told that it begins and ends" {
	start_manager
	start_daemon
	wait_for grep -q '^READY=1' "$folder/told"
	set_key log level debug
	kill -HUP "$daemon"
	wait_for grep -q 'reload: log.level is "debug"' "$folder/log"
	wait_for told_times 2 '^READY=1'
	grep -Eq '^RELOADING=1 MONOTONIC_USEC=[0-9]+$' "$folder/told"
	echo nonsense >>"$folder/saregate.conf"
	kill -HUP "$daemon"
	wait_for grep -q "^error: reload: nothing is changed: $folder/saregate.conf:" "$folder/log"
	wait_for told_times 3 '^READY=1'
	client_steps connect call hang-up
}

@test "the watchdog is fed by a loop that has nothing else to do" {
	start_manager
	WATCHDOG_USEC=200000 start_daemon
	wait_for told_times 3 '^WATCHDOG=1'
}
