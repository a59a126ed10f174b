#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What --json prints is what docs/json.md says, of each command that has it.
# shellcheck disable=SC2154 # top_srcdir, top_builddir: from the makefile
bats_require_minimum_version 1.5.0

load daemon-on-bus

# fits COMMAND [ARGUMENT...]: its words are one argument
fits() {
	local command=$1 words
	shift
	read -ra words <<<"$command"
	"$saregate" "${words[@]}" "$@" --json >"$folder/json" || [[ $command == @(doctor|selftest) ]]
	python3 "$top_srcdir/tests/gateway/json_schema.py" "$top_srcdir/docs/json.md" "$command" \
		<"$folder/json"
}

@test "users and groups are printed as the document says" {
	fits 'user add' ann --generate
	fits 'user passwd' ann --generate
	fits 'user set' ann --comment x
	fits 'user disable' ann
	fits 'user enable' ann
	fits 'user list'
	fits 'user show' ann
	fits 'user export' "$folder/users.json"
	"$saregate" user del ann
	fits 'user import' "$folder/users.json"
	fits 'user del' ann
	fits 'group add' staff
	fits 'group set' staff --networks none --client-to-client yes
	fits 'group list'
	fits 'group show' staff
	fits 'group del' staff
}

@test "sessions and their history are printed as the document says" {
	stay_connected
	fits 'session list'
	fits 'session show' "$("$saregate" session list --json |
		python3 -c 'import json, sys; print(json.load(sys.stdin)[0]["id"])')"
	fits 'session history'
	"$saregate" session watch --json >"$folder/watch" 3>&- &
	local watch=$!
	wait_for grep -q present "$folder/watch"
	kill "$watch"
	head -n 1 "$folder/watch" | python3 "$top_srcdir/tests/gateway/json_schema.py" \
		"$top_srcdir/docs/json.md" 'session watch'
	fits 'session kill' --all
}

@test "status, reload, doctor, why and unblock are printed as the document says" {
	fits status
	set_key l2tp hello-interval 77
	fits reload
	grep -q hello-interval "$folder/json"
	fits doctor
	fits unblock --all
	awk -v name='=== wrong key' '/^===/ { on = $0 == name; next } on' \
		"$top_srcdir/tests/gateway/pluto-log/libreswan-4.10.txt" >"$folder/pluto.log"
	fits why 203.0.113.11 --pluto-log "$folder/pluto.log" --since 2020-01-01
	grep -q '"remedy"' "$folder/json"
}

# It fails here, for there is no pluto; that is printed as well.
@test "a selftest is printed as the document says" {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	fits selftest
	grep -q '"result":"not-run"' "$folder/json"
}
