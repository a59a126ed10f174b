#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Sessions are chosen, shown, ended and watched.
# shellcheck disable=SC2154 # top_srcdir, top_builddir: from the makefile; stderr: from run
# shellcheck disable=SC2034 # daemon_teardown ends what watcher, blocker name

bats_require_minimum_version 1.5.0

load daemon-on-bus

# listed [OPTION...]: the numbers of the sessions, on one line
listed() {
	"$saregate" session list --json "$@" | python3 -c 'import json, sys
print(*(session["id"] for session in json.load(sys.stdin)))'
}

@test "sessions are listed by address and data path" {
	stay_connected
	[ "$(listed)" = 1 ]
	[ "$(listed --address 127.0.0.1 --data-path null)" = 1 ]
	[ "$(listed --address 127.0.0.2)" = "" ]
	[ "$(listed --data-path kernel)" = "" ]
	[ "$(listed --user alice)" = "" ]
	[ "$(listed --group staff)" = "" ]
}

@test "one session is shown whole" {
	stay_connected
	run -0 "$saregate" session show 1
	[[ ${lines[0]} =~ ^id\ +1$ ]]
	[[ $output =~ outer\ address\ +127.0.0.1 ]]
	[[ $output =~ bytes\ in\ +0\ B ]]
	"$saregate" session show 1 --json | python3 -c 'import json, sys
assert json.load(sys.stdin)["data_path"] == "null"'
	run -1 --separate-stderr "$saregate" session show 2
	[ "$stderr" = "saregate: session 2: there is no session of that number" ]
}

@test "all of an address are ended with the reason, and others are not" {
	stay_connected
	run -0 "$saregate" session kill --address 192.0.2.1
	[ "$output" = "ended 0 sessions" ]
	run -0 "$saregate" session kill --user alice --json
	[ "$(tr -d ' \n' <<<"$output")" = '{"ended":0}' ]
	is_still_connected
	run -0 "$saregate" session kill --address 127.0.0.1 --reason "too loud"
	[ "$output" = "ended 1 session" ]
	wait "$stayer"
	grep -q '^cdn 3$' "$folder/client"
	"$saregate" session history --json | grep -q 'ended by the administrator: too loud'
}

@test "all are ended by --all alone, and a selector that is not understood ends nobody" {
	stay_connected
	local arguments
	for arguments in '' '1 --all' '--all --user alice' '--address nowhere' '1 2'; do
		# shellcheck disable=SC2086 # several words
		run -2 --separate-stderr "$saregate" session kill $arguments
		[ "${#stderr_lines[@]}" -eq 1 ]
	done
	run busctl --address="$DBUS_SYSTEM_BUS_ADDRESS" call org.saregate.Gateway1 \
		/org/saregate/Gateway1 org.saregate.Gateway1 KillSessions 'a{sv}s' 1 usr s alice ""
	[[ $output == *"a selector has user, group, address and data-path"* ]]
	is_still_connected
	run -0 "$saregate" session kill --all
	[ "$output" = "ended 1 session" ]
	wait "$stayer"
}

@test "who comes and goes is seen at once, as lines and as JSON" {
	"$saregate" session watch --json >"$folder/json" 3>&- &
	watcher=$!
	# the first is there when the watch begins, or comes after it
	stay_connected
	wait_for grep -q '"id": 1' "$folder/json"
	"$saregate" session watch >"$folder/text" 3>&- &
	blocker=$!
	wait_for grep -q 'present .* from 127.0.0.1:' "$folder/text"
	client_steps connect call hang-up
	wait_for grep -q ' ended .*: closed by the client$' "$folder/text"
	grep -q ' started ' "$folder/text"
	"$saregate" session kill 1 --reason "seen"
	wait_for grep -q 'administrator: seen' "$folder/json"
	python3 -c 'import json, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
events = [(line["event"], line["session"]["id"], line["cause"]) for line in lines]
assert events[0][0] in ("present", "started"), events
assert events[1:] == [("started", 2, ""), ("ended", 2, "closed by the client"),
    ("ended", 1, "ended by the administrator: seen")], events
assert all(line["time"] > 0 for line in lines), lines' "$folder/json"
}

@test "signals are there for every program, with the session and the cause" {
	busctl --address="$DBUS_SYSTEM_BUS_ADDRESS" monitor --json=short --match \
		"type='signal',interface='org.saregate.Gateway1'" >"$folder/signals" 3>&- &
	watcher=$!
	seen() {
		client_steps connect call hang-up
		grep -q SessionEnded "$folder/signals"
	}
	wait_for seen
	python3 -c 'import json, sys
signals = [json.loads(line) for line in open(sys.argv[1])]
members = {signal["member"] for signal in signals}
assert members == {"SessionStarted", "SessionEnded"}, members
ended = [signal for signal in signals if signal["member"] == "SessionEnded"][-1]
assert ended["payload"]["data"][1] == "closed by the client", ended' "$folder/signals"
}
