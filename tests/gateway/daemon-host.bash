# SPDX-License-Identifier: GPL-2.0-or-later
# saregated as a process on loopback, without PPP, IPsec and root; a bus of the test's own.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # wait_log; top_srcdir, top_builddir: from the makefile

# Once in a file: what runs as nobody is copied, root may keep its folders to itself.
daemon_setup_file() {
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR"
	install -m 755 "$top_builddir/gateway/saregated" "$BATS_FILE_TMPDIR/saregated"
	export saregated=$BATS_FILE_TMPDIR/saregated saregate=$top_builddir/gateway/saregate
	export client=$top_srcdir/tests/gateway/l2tp_client.py
}

daemon_setup() {
	load "$top_srcdir/tests/gateway/processes.bash"
	folder=$(mktemp -d)
	wait_log=$folder/log
	port=$(free_port)
	# shellcheck disable=SC2119 # no bus
	write_configuration
	as_nobody=()
	if [ "$(id -u)" = 0 ]; then
		chown 65534:65534 "$folder"
		as_nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups)
	fi
}

# The daemon's words, run to its end.
run_daemon() { run "${as_nobody[@]}" "$saregated" "$@"; }

daemon_teardown() {
	local process
	for process in "${daemon:-}" "${bus:-}" "${blocker:-}" "${stayer:-}" "${manager:-}" \
		"${watcher:-}"; do
		[ -z "$process" ] || kill -9 "$process" 2>/dev/null || true
	done
	rm -rf "$folder"
}

# write_configuration [BUS]
# shellcheck disable=SC2120 # from the files that load this
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
		[history]
		database = $folder/history.db
		[control]
		bus = ${1:-none}
	TEXT
}

# Where there is a bus, the daemon is on it when this returns.
# The log of the one before is gone before it is waited for.
start_daemon() {
	: >"$folder/log"
	"${as_nobody[@]}" "$saregated" --foreground --config "$folder/saregate.conf" \
		2>"$folder/log" 3>&- &
	daemon=$!
	wait_for grep -q serves "$folder/log"
	[ -z "${bus:-}" ] || ! grep -q '^bus = system' "$folder/saregate.conf" ||
		wait_for "$saregate" status
}

# With a bus of the test's own, which the commands reach it by.
start_daemon_on_bus() {
	start_bus
	write_configuration system
	start_daemon
}

stop_daemon() {
	kill "$daemon"
	wait "$daemon" || true
	daemon=
}

# set_key SECTION KEY VALUE: as an administrator's editor does
set_key() {
	sed -i "/^$2 = /d" "$folder/saregate.conf"
	grep -q "^\[$1\]" "$folder/saregate.conf" || echo "[$1]" >>"$folder/saregate.conf"
	sed -i "s|^\[$1\]|[$1]\n$2 = $3|" "$folder/saregate.conf"
}

# A client whose session stays up while the test goes on; ends with the test.
stay_connected() {
	client_steps connect call wait-end >"$folder/client" 3>&- &
	stayer=$!
	wait_for grep -q '^call' "$folder/client"
}

# Whether that session is still the one that it was.
is_still_connected() {
	kill -0 "$stayer"
	[ "$("$saregate" session list --json | python3 -c 'import json, sys
print([session["state"] for session in json.load(sys.stdin)])')" = "['up']" ]
}

client_steps() { "$client" 127.0.0.1 "$port" "$@"; }
