#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The history as an administrator meets it: with a saregated that stops, that is
# killed, whose disk fails; and the forms in which it is shown.
# shellcheck disable=SC2154 # top_srcdir, top_builddir: from the makefile; stderr: from run
# shellcheck disable=SC2016 # what is in quotes is Python's
bats_require_minimum_version 1.5.0

setup_file() { load daemon-host; daemon_setup_file; }

setup() {
	load daemon-host
	daemon_setup
	export TZ=UTC
	start_bus
	write_configuration system
}

teardown() { daemon_teardown; }

history_of() { "$saregate" session history "$@"; }

# history_says PYTHON [OPTION...]: an expression about "rows" is true
history_says() {
	local expression=$1
	shift
	history_of --json "$@" | python3 -c 'import json, sys
rows = json.load(sys.stdin)
if not eval(sys.argv[1]): sys.exit(f"{sys.argv[1]}: {rows}")' "$expression"
}

# One session that comes and goes.
come_and_go() { client_steps connect call hang-up; }

# seed NUMBER PYTHON: rows in the file of a saregated that does not run; the expression
# gives each one's (user, outer, inner, started, seen, identity) from its number i
seed() {
	python3 -c 'import sqlite3, sys
rows = sqlite3.connect(sys.argv[1])
for i in range(int(sys.argv[2])):
    user, outer, inner, started, seen, identity = eval(sys.argv[3])
    rows.execute("INSERT INTO session VALUES (?, ?, ?, 4500, ?, ?, ?, ?, ?, ?, 10, 20, 1, 2, ?, ?)",
        ((7 << 27) + i + 1, user, outer, identity, inner, "kernel", started, seen,
         seen - started, "idle", ""))
rows.commit()' "$folder/history.db" "$1" "$2"
}

# The file as a saregated makes it, and nobody runs; what is put into it may be old.
make_file() {
	set_key history days 0
	start_daemon
	wait_for history_of
	stop_daemon
}

@test "a session is in the history while it lasts, and with its end" {
	start_daemon
	stay_connected
	history_says 'len(rows) == 1 and rows[0]["ended"] == 0 and rows[0]["cause"] == ""'
	history_says 'rows[0]["outer_address"] == "127.0.0.1" and rows[0]["data_path"] == "null"'
	"$saregate" session kill 1 --reason "a test"
	wait "$stayer"
	history_says 'rows[0]["cause"] == "ended by the administrator: a test" and rows[0]["ended"] >= rows[0]["started"] > 0'
	come_and_go
	history_says '[row["cause"] for row in rows] == ["closed by the client", "ended by the administrator: a test"]'
}

@test "sessions that a stop ends are accounted, and those that a kill ends" {
	start_daemon
	stay_connected
	stop_daemon
	start_daemon
	history_says 'rows[0]["cause"] == "ended by the gateway: the gateway stops"'
	stay_connected
	wait_for history_says 'len(rows) == 2'
	kill -9 "$daemon"
	wait "$daemon" || true
	start_daemon
	history_says '[row["cause"] for row in rows][0] == "saregated ended unexpectedly"'
	history_says 'rows[0]["ended"] > 0 and len(rows) == 2'
}

@test "the figures of a session that lasts are written again and again" {
	set_key history interval 5
	start_daemon
	stay_connected
	history_says 'len(rows) == 1'
	wait_for history_says 'rows[0]["duration"] >= 1'
	kill -9 "$daemon"
	wait "$daemon" || true
	start_daemon
	history_says 'rows[0]["duration"] >= 1 and rows[0]["ended"] > rows[0]["started"]'
}

@test "a wrong file of the history is put aside, once, and sessions go on" {
	head -c 8192 /dev/urandom >"$folder/history.db"
	[ "$(id -u)" != 0 ] || chown 65534 "$folder/history.db"
	cp "$folder/history.db" "$folder/before"
	start_daemon
	wait_for grep -q "history.db: is no SQLite database.*it is now $folder/history.db.damaged, and a new one" "$folder/log"
	come_and_go
	cmp "$folder/history.db.damaged" "$folder/before"
	wait_for history_says 'len(rows) == 1'
	wait_for grep -q 'history: can be written again' "$folder/log"
	stop_daemon
	head -c 8192 /dev/urandom >"$folder/history.db"
	start_daemon
	wait_for grep -q 'history.db: is no SQLite database' "$folder/log"
	come_and_go
	run -1 --separate-stderr "$saregate" session history
	[ "${#stderr_lines[@]}" -eq 1 ]
	[[ $stderr == *"the history cannot be read: $folder/history.db: is no SQLite database"* ]]
	cmp "$folder/history.db.damaged" "$folder/before"
	"$saregate" status --json | grep -q '"degraded"'
	"$saregate" status | grep -q 'the history of sessions cannot be written'
}

@test "a locked file is waited for, told once, and nothing is lost" {
	make_file
	python3 -c 'import sqlite3, sys, time
lock = sqlite3.connect(sys.argv[1], isolation_level=None)
lock.execute("BEGIN IMMEDIATE")
open(sys.argv[2], "w").close()
time.sleep(60)' "$folder/history.db" "$folder/locked" 3>&- &
	blocker=$!
	wait_for test -e "$folder/locked"
	start_daemon
	come_and_go
	come_and_go
	wait_for grep -q 'another program holds it' "$folder/log"
	"$saregate" status | grep -q 'the history of sessions cannot be written'
	kill "$blocker"
	wait_for grep -q 'history: can be written again' "$folder/log"
	history_says 'len(rows) == 2'
	[ "$(grep -c 'another program holds it' "$folder/log")" -eq 1 ]
	"$saregate" status --json | grep -q '"running"'
}

@test "users, addresses and times choose, and pages make one list" {
	make_file
	seed 1201 '(("alice", "bob")[i % 2], "192.0.2.%d" % (i % 3), "10.0.0.%d" % (i % 250), 1700000000 + 60 * i, 1700000000 + 60 * i + 30, "")'
	start_daemon
	history_says 'len(rows) == 1201 and len({row["row"] for row in rows}) == 1201'
	history_says '[row["id"] for row in rows] == list(range(1201, 0, -1))'
	history_says 'len(rows) == 601 and {row["user"] for row in rows} == {"alice"}' --user alice
	history_says 'len(rows) == 400' --address 192.0.2.1
	history_says 'len(rows) == 5' --address 10.0.0.7
	history_says '[row["id"] for row in rows] == [3, 2]' --since @1700000061 --until @1700000121
	history_says '[row["id"] for row in rows] == [1]' --until '2023-11-14 22:13:50'
	history_says 'len(rows) == 7' --limit 7
	history_says 'rows == []' --since 1h
	run --separate-stderr "$saregate" session history
	[ "${#lines[@]}" -eq 1001 ]
	[[ $stderr == "the newest 1000 are shown"* ]]
	[[ ${lines[0]} =~ ^STARTED\ +DURATION\ +USER ]]
	[[ ${lines[1]} =~ ^2023-11-15\ 18:13:20\ +30s\ +alice\ +192.0.2.0:4500\ +10.0.0.200\ +kernel\ +10\ B\ +20\ B\ +idle$ ]]
	run --separate-stderr "$saregate" session history --limit 1201
	[ "${#lines[@]}" -eq 1202 ]
	[ -z "$stderr" ]
}

@test "CSV is for spreadsheets, and nothing in it is a formula" {
	make_file
	seed 2 '("alice", "192.0.2.1", "10.0.0.1", 1700000000 + i, 1700000060 + i, ("@evil,\"x\"", "=cmd|x")[i])'
	start_daemon
	wait_for history_of
	run "$saregate" session history --csv
	[ "${lines[0]}" = $'started,ended,duration,id,user,outer_address,outer_port,inner_address,ike_identity,data_path,bytes_in,bytes_out,packets_in,packets_out,cause,inner_ipv6\r' ]
	[ "${lines[1]}" = $'2023-11-14T22:13:21Z,2023-11-14T22:14:21Z,60,2,alice,192.0.2.1,4500,10.0.0.1,\'=cmd|x,kernel,10,20,1,2,idle,\r' ]
	[ "${lines[2]}" = $'2023-11-14T22:13:20Z,2023-11-14T22:14:20Z,60,1,alice,192.0.2.1,4500,10.0.0.1,"\'@evil,""x""",kernel,10,20,1,2,idle,\r' ]
}

@test "what is old or too much goes by itself" {
	make_file
	seed 2500 '("alice", "192.0.2.1", "10.0.0.1", 1000 + i, 2000 + i, "")'
	set_key history rows 1200
	start_daemon
	wait_for history_says 'len(rows) == 1200'
	history_says 'rows[-1]["id"] == 1301'
	stop_daemon
	set_key history days 1
	start_daemon
	wait_for history_says 'rows == []'
}

@test "questions that make no sense are answered in one line" {
	start_daemon
	local arguments
	for arguments in '--since never' '--until 2026-02-30' '--user a:b' '--address nowhere' \
		'--limit 0' '--csv --json' '--since 1h --until 2h' 'now'; do
		# shellcheck disable=SC2086 # several words
		run -2 --separate-stderr "$saregate" session history $arguments
		[ "${#stderr_lines[@]}" -eq 1 ]
		[ -z "$output" ]
	done
	run -0 "$saregate" session history --json
	[ "$output" = "[]" ]
	run busctl --address="$DBUS_SYSTEM_BUS_ADDRESS" call org.saregate.Gateway1 \
		/org/saregate/Gateway1 org.saregate.Gateway1 ListHistory 'a{sv}' 1 nonsense s x
	[[ $output == *"a filter has user, address"* ]]
}

@test "a gateway without a history says so" {
	sed -i 's|^database = .*/history.db|database =|' "$folder/saregate.conf"
	start_daemon
	come_and_go
	run -1 "$saregate" session history
	[[ $output == *"no history is kept: see [history] database"* ]]
	[ ! -e "$folder/history.db" ]
}
