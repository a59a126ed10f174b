# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # bus is for whoever loads this; folder from there
# Daemons of a test: waiting for what they do, and a message bus of the test's own.

# wait_for COMMAND...: runs it until it succeeds, for 20 s at most; then says what was
# waited for, with the log $wait_log, if that is set.
wait_for() {
	local deadline=$((SECONDS + 20))
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $deadline ] || {
			echo "waited in vain for: $*"
			[ -z "${wait_log:-}" ] || cat "$wait_log"
			return 1
		}
		sleep 0.05
	done
}

# wait_for_not COMMAND...: the same until it fails.
wait_for_not() { wait_for is_false "$@"; }
is_false() { ! "$@"; }

# start_bus [FOLDER]: a bus for everybody, its socket FOLDER/bus, by default $folder/bus,
# its process $bus; returns when it can be reached, which programs do from then on.
start_bus() {
	local place=${1:-$folder}
	cat >"$place/bus.conf" <<-TEXT
		<busconfig>
		<type>session</type>
		<listen>unix:path=$place/bus</listen>
		<policy context="default">
		<allow user="*"/>
		<allow send_destination="*" eavesdrop="true"/>
		<allow eavesdrop="true"/>
		<allow own="*"/>
		</policy>
		</busconfig>
	TEXT
	export DBUS_SYSTEM_BUS_ADDRESS=unix:path=$place/bus
	dbus-daemon --config-file="$place/bus.conf" --nofork --nopidfile 2>/dev/null 3>&- &
	bus=$!
	wait_for test -S "$place/bus"
}

# free_port: a UDP port of 127.0.0.1 that nobody has.
free_port() {
	python3 -c 'import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])'
}
