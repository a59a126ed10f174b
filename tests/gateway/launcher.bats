#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # top_builddir, top_srcdir: from make
# The launcher as a process, with a saregated and a pppd of the test's own. Runs
# as root and as anybody.
#
#   launcher_client.py ── socket ── saregate-launcher ── stub-pppd ...
#           └───────────────── descriptor 4 ────────────────┘

setup() {
	load "$top_srcdir/tests/gateway/processes.bash"
	launcher=$top_builddir/gateway/saregate-launcher
	folder=$(mktemp -d)
	process=
}

teardown() {
	[ -z "$process" ] || kill -9 "$process" 2>/dev/null || true
	rm -rf "$folder"
}

# start_launcher [OPTION...]: by default with the stub
start_launcher() {
	[ $# -gt 0 ] || set -- --pppd "$top_srcdir/tests/gateway/stub-pppd" --stub
	"$launcher" --listen "$folder/socket" --user "$(id -un)" "$@" 2>"$folder/log" 3>&- &
	process=$!
	wait_for test -S "$folder/socket"
}

# Runs a scenario of launcher_client.py and shows the launcher's log if it fails.
scenario() {
	if nm "$launcher" 2>/dev/null | grep -q __asan_init; then export SANITIZED=1; fi
	python3 "$top_srcdir/tests/gateway/launcher_client.py" "$folder/socket" "$process" "$1" 3>&- ||
		{ cat "$folder/log"; return 1; }
}

no_sanitizer_spoke() {
	! grep -E "Sanitizer|runtime error" "$folder/log"
}

# The launcher must still be there, and have found no fault with itself.
still_runs() {
	kill -0 "$process"
	no_sanitizer_spoke
}

@test "a stub is accepted only with a program of its own" {
	run timeout 20 "$launcher" --stub --listen "$folder/socket"
	[ "$status" -eq 2 ]
	[[ $output == usage:* ]]
	run timeout 20 "$launcher" superfluous
	[ "$status" -eq 2 ]
}

@test "without a socket of the service manager and without --listen it says what to do" {
	run timeout 20 "$launcher" --user "$(id -un)"
	[ "$status" -eq 1 ]
	[[ $output == *"--listen"* ]]
}

@test "a user that is not there is named" {
	run timeout 20 "$launcher" --listen "$folder/socket" --user no-such-user
	[ "$status" -eq 1 ]
	[[ $output == *no-such-user* ]]
}

@test "the socket is for its user alone" {
	start_launcher
	[ "$(stat -c '%a %u' "$folder/socket")" = "600 $(id -u)" ]
}

@test "a socket that a dead launcher left is replaced" {
	start_launcher
	kill -9 "$process"
	wait_for is_gone
	start_launcher
	scenario a_call_is_started_and_stopped
}

is_gone() { ! kill -0 "$process" 2>/dev/null; }

@test "a socket that another launcher listens on is left to it" {
	start_launcher
	run timeout 20 "$launcher" --listen "$folder/socket" --user "$(id -un)"
	[ "$status" -eq 1 ]
	[[ $output == *"in use"* ]]
	scenario a_call_is_started_and_stopped
}

@test "a file of another kind is not replaced" {
	echo precious >"$folder/socket"
	run timeout 20 "$launcher" --listen "$folder/socket" --user "$(id -un)"
	[ "$status" -eq 1 ]
	[ "$(cat "$folder/socket")" = precious ]
}

@test "a directory that others may write to is refused" {
	chmod 777 "$folder"
	run timeout 20 "$launcher" --listen "$folder/socket" --user "$(id -un)"
	[ "$status" -eq 1 ]
	[ ! -e "$folder/socket" ]
}

@test "malformed requests end the connection" {
	start_launcher
	scenario malformed_requests_end_the_connection
	still_runs
}

@test "a call is started and stopped" {
	start_launcher
	scenario a_call_is_started_and_stopped
	still_runs
}

@test "ends of every kind are told" {
	start_launcher
	scenario ends_of_every_kind_are_told
}

@test "a pppd that ignores SIGTERM is killed, meanwhile others are served" {
	start_launcher
	scenario a_pppd_that_ignores_sigterm_is_killed_meanwhile_others_are_served
}

@test "numbers in use are refused" {
	start_launcher
	scenario numbers_in_use_are_refused
}

@test "descriptors that are others are refused and closed" {
	start_launcher
	scenario descriptors_that_are_others_are_refused
}

@test "a terminal that is no pty is refused" {
	start_launcher
	scenario a_terminal_that_is_no_pty_is_refused
}

@test "a pty becomes the terminal of pppd" {
	start_launcher
	scenario a_pty_becomes_the_terminal_of_pppd
}

@test "a session that is no PPPoL2TP socket is refused" {
	start_launcher --pppd "$top_srcdir/tests/gateway/stub-pppd"
	scenario a_session_that_is_no_pppol2tp_socket_is_refused
}

@test "a pppd that cannot be run is refused with the reason" {
	start_launcher --pppd "$folder/missing" --stub
	scenario a_pppd_that_cannot_be_run_is_refused_with_the_reason
}

@test "calls end with their client" {
	start_launcher
	scenario calls_end_with_their_client
	still_runs
}

@test "a new saregated takes over and finds nothing of the old" {
	start_launcher
	scenario a_new_saregated_takes_over_and_finds_nothing_of_the_old
	still_runs
}

@test "other users are sent away" {
	[ "$(id -u)" = 0 ] || skip "needs root to be another user"
	chmod 755 "$folder"
	start_launcher
	scenario other_users_are_sent_away
}

@test "SIGTERM ends the pppds and then the launcher, with exit status 0" {
	start_launcher
	scenario sigterm_ends_the_pppds_and_then_the_launcher
	wait "$process"
	no_sanitizer_spoke
}

@test "nothing is left of a thousand calls" {
	start_launcher
	scenario nothing_is_left_of_a_thousand_calls
}

@test "empty messages leave no descriptors" {
	start_launcher
	scenario empty_messages_leave_no_descriptors
}

@test "no end is lost on a client that does not read" {
	start_launcher
	scenario no_end_is_lost_on_a_client_that_does_not_read
	still_runs
}
