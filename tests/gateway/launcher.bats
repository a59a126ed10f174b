#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # top_builddir, top_srcdir: from make
# shellcheck disable=SC2016 # what is in quotes is of a hook
# The launcher as a process, with a saregated and a pppd of the test's own. Runs
# as root and as anybody.
#
#   launcher_client.py ── socket ── saregate-launcher ── stub-pppd ...
#           └───────────────── descriptor 4 ────────────────┘

bats_require_minimum_version 1.5.0

setup() {
	load "$top_srcdir/tests/gateway/processes.bash"
	launcher=$top_builddir/gateway/saregate-launcher
	folder=$(mktemp -d)
	process=
}

teardown() {
	[ -z "$process" ] || kill -9 "$process" 2>/dev/null || true
	pgrep -f "$folder/hooks/" | xargs -r kill -9
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

# hook up|down: stdin becomes the program; with the tools that it needs
hook() {
	mkdir -p "$folder/hooks"
	{ echo '#!/bin/bash'; echo "folder=$folder"; cat; } >"$folder/hooks/$1"
	chmod 755 "$folder/hooks/$1"
}

# start_launcher_with_hooks [OPTION...]
start_launcher_with_hooks() {
	start_launcher --pppd "$top_srcdir/tests/gateway/stub-pppd" --stub \
		--hooks "$folder/hooks" "$@"
}

says() { grep -qE -- "$1" "$folder/log"; }

@test "hooks get what is known of a session, down after up, and nothing of the launcher's" {
	hook up <<-'EOF'
		env >"$folder/up-environment"
		ls -l /proc/self/fd >"$folder/descriptors"
		readlink /proc/self/fd/0 >"$folder/stdin"
		sleep 0.3
		echo up >>"$folder/order"
		echo "to the journal"
	EOF
	hook down <<-'EOF'
		env >"$folder/down-environment"
		echo down >>"$folder/order"
	EOF
	export LD_PRELOAD_OF_THE_TEST=1
	start_launcher_with_hooks
	scenario a_session_comes_and_goes
	wait_for grep -q down "$folder/order"
	[ "$(tr '\n' ' ' <"$folder/order")" = "up down " ]
	grep -qx 'SAREGATE_USER=alice' "$folder/up-environment"
	grep -qx 'SAREGATE_INTERFACE=sg12' "$folder/up-environment"
	grep -qx 'SAREGATE_OUTER_ADDRESS=203.0.113.11' "$folder/up-environment"
	run ! grep -E 'SAREGATE_CAUSE|OF_THE_TEST|LISTEN' "$folder/up-environment"
	grep -qx 'SAREGATE_CAUSE=ended by the administrator' "$folder/down-environment"
	grep -qx 'SAREGATE_DURATION=61' "$folder/down-environment"
	[ "$(cat "$folder/stdin")" = /dev/null ]
	# 0, 1, 2 and that of ls itself
	[ "$(grep -c -- '->' "$folder/descriptors")" = 4 ]
	wait_for says 'hook up of session 12: "to the journal"'
	still_runs
}

@test "where there is no hook nothing is said" {
	start_launcher_with_hooks
	scenario a_session_comes_and_goes
	run ! says hook
}

@test "a hook that others may write to, or of a folder that they may, is not run" {
	hook up <<<'touch "$folder/ran"'
	hook down <<<'touch "$folder/ran"'
	chmod 775 "$folder/hooks/up"
	chmod 757 "$folder/hooks/down"
	start_launcher_with_hooks
	scenario a_session_comes_and_goes
	wait_for says 'hook .*/hooks/up is not run: .*chmod go-w'
	wait_for says 'hook .*/hooks/down is not run: .*chmod go-w'
	chmod 755 "$folder/hooks/up" "$folder/hooks/down"
	chmod 777 "$folder/hooks"
	scenario a_session_comes_and_goes
	[ "$(grep -c 'chmod go-w' "$folder/log")" = 4 ]
	[ ! -e "$folder/ran" ]
	# put right it is run, without any restart
	chmod 755 "$folder/hooks"
	scenario a_session_comes_and_goes
	wait_for test -e "$folder/ran"
}

@test "links and what cannot be executed are not run" {
	hook up <<<'touch "$folder/ran"'
	mv "$folder/hooks/up" "$folder/elsewhere"
	ln -s "$folder/elsewhere" "$folder/hooks/up"
	hook down <<<'touch "$folder/ran"'
	chmod 644 "$folder/hooks/down"
	start_launcher_with_hooks
	scenario a_session_comes_and_goes
	wait_for says 'hooks/up is not run: .*links are not followed'
	wait_for says 'hooks/down is not run: .*chmod u\+x'
	[ ! -e "$folder/ran" ]
}

@test "a hook of another user is not run" {
	[ "$(id -u)" = 0 ] || skip "needs root to give a file away"
	hook up <<<'touch "$folder/ran"'
	chown 65534 "$folder/hooks/up"
	start_launcher_with_hooks
	scenario a_session_comes_and_goes
	wait_for says 'hooks/up is not run: .*not root'
	[ ! -e "$folder/ran" ]
}

@test "a hook that hangs is ended with all that it has started, and delays no call" {
	hook up <<-'EOF'
		trap "" TERM
		sleep 1000 &
		echo $! $$ >"$folder/pids"
		wait
	EOF
	hook down <<<'touch "$folder/down"'
	start_launcher_with_hooks --hook-limit 1
	scenario a_session_comes_and_goes
	scenario a_call_is_started_and_stopped
	[ ! -e "$folder/down" ]
	wait_for test -e "$folder/down"
	says 'hook up of session 12 takes more than 1 s: it is ended'
	says 'hook up of session 12 was ended by signal'
	local -a pids
	read -ra pids <"$folder/pids"
	wait_for_not kill -0 "${pids[0]}"
	wait_for_not kill -0 "${pids[1]}"
	still_runs
}

@test "what a hook prints and how it fails is told, within bounds" {
	hook up <<-'EOF'
		printf 'a\033[2Jb\n'
		for i in {1..5000}; do echo "line $i"; done
		exit 3
	EOF
	start_launcher_with_hooks
	scenario a_session_comes_and_goes
	wait_for says 'hook up of session 12 ended with exit status 3'
	says 'hook up of session 12: "a\\x1b\[2Jb"'
	says 'hook up of session 12: 4981 lines more not shown'
	[ "$(grep -c 'hook up of session 12: "' "$folder/log")" = 20 ]
}

@test "hooks are run that a saregated asked for before it went" {
	hook down <<<'echo "$SAREGATE_SESSION" >>"$folder/sessions"'
	start_launcher_with_hooks
	scenario sessions_go_and_so_does_saregated
	all_there() { [ "$(sort -u "$folder/sessions" 2>/dev/null | wc -l)" = 100 ]; }
	wait_for all_there
	still_runs
}

@test "beyond a number hooks are dropped, and that is told" {
	hook up <<<'read -r _ <"$folder/gate"; echo "$SAREGATE_SESSION" >>"$folder/sessions"'
	mkfifo "$folder/gate"
	start_launcher_with_hooks
	scenario many_sessions_come_at_once
	wait_for says 'hook up of session [0-9]* is not run: too many wait: [0-9]* dropped so far'
	[ "$(pgrep -fc "$folder/hooks/up")" = 8 ]
	still_runs
}

@test "SIGTERM lets hooks come to their end" {
	hook down <<<'sleep 1; touch "$folder/done"'
	start_launcher_with_hooks
	scenario a_session_comes_and_goes
	kill "$process"
	wait "$process"
	[ -e "$folder/done" ]
	no_sanitizer_spoke
}
