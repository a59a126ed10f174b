# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2154 # work, saregated, conf: from doctor.bats and setup-host.bash
# On top of setup-host.bash: a host that is a gateway, with all that doctor looks for.
# pluto is the machine's own; saregated is ours, without data path; what this
# machine's kernel may lack is there by the word of a modprobe of ours.

# Where the bus will be, if there is to be one.
export DBUS_SYSTEM_BUS_ADDRESS=unix:path=/run/bus

mkdir -p "$work/varlib/dpkg/info" "$work/varlib/dpkg/updates" "$work/sbin" "$work/dev"
cp /var/lib/dpkg/status "$work/varlib/dpkg/" 2>/dev/null || :
printf '#!/bin/sh\nexit 0\n' >"$work/sbin/modprobe"
chmod 755 "$work/sbin/modprobe"
mount --bind "$work/sbin" /usr/local/sbin
mount -t tmpfs -o mode=755 tmpfs "$work/dev"
mknod -m 666 "$work/dev/null" c 1 3
mknod -m 666 "$work/dev/urandom" c 1 9
mknod -m 600 "$work/dev/ppp" c 108 0
ln -s /proc/self/fd "$work/dev/fd"
mount --bind "$work/dev" /dev

# pppd's own plugins are not needed, for no pppd is started.
plugin=$(grep -aom 1 '/[a-z0-9./_-]*/saregate\.so' "$saregate" | head -n 1)
mkdir -p "${plugin%/*}"
mount -t tmpfs -o mode=755 tmpfs "${plugin%/*}"
touch "$plugin"

processes=()
trap 'kill -KILL "${processes[@]}" 2>/dev/null || :; wait' EXIT

start_daemon() {
	chmod 755 "$work/varlib" "$work/run"
	chown saregate /var/lib/saregate
	cat >"$work/daemon.conf" <<-TEXT
		[listen]
		address = 127.0.0.1
		[ipsec]
		protection = off
		[data-path]
		kind = null
	TEXT
	start_bus /run
	processes+=("$bus")
	"$work/saregated" --foreground --config "$work/daemon.conf" 2>"$work/daemon.log" 3>&- &
	processes+=($!)
	wait_log=$work/daemon.log wait_for saregate status
	printf 'correct horse\n' | saregate user add alice --password-stdin >/dev/null
}

start_pluto() {
	ipsec --checknss >/dev/null 2>&1
	mkdir -p /run/pluto
	/usr/libexec/ipsec/pluto --config /etc/ipsec.conf --nofork --stderrlog \
		>"$work/pluto.log" 2>&1 3>&- &
	pluto=$!
	processes+=("$pluto")
	wait_for ipsec whack --status
	ipsec whack --listen >/dev/null
	ipsec addconn saregate-203.0.113.1 >/dev/null
}

cp "$saregated" "$work/saregated"
saregate setup --non-interactive >/dev/null

# doctor [STATUS [ARG...]]: what it finds goes to $work/findings; STATUS is wanted.
doctor() {
	local wanted=${1:-1} status=0
	shift || :
	saregate doctor "$@" >"$work/findings" || status=$?
	[ "$status" -eq "$wanted" ] || { cat "$work/findings" && return 1; }
}

# finds SEVERITY PATTERN: there is one line with the pattern, of that severity.
finds() {
	if [ "$(grep -c -- "$2" "$work/findings")" -ne 1 ] ||
		! found -- "^$1: .*$2" "$work/findings"; then
		echo "wanted: $1: $2" && cat "$work/findings" && return 1
	fi
}

# is_found PATTERN: by another look.
is_found() {
	saregate doctor >"$work/findings" || :
	grep -q -- "$1" "$work/findings"
}

# heals PATTERN: what that line says to run makes it go, if not at once: whoever is told
# to end needs a moment.
heals() {
	local command
	command=$(grep -- "$1" "$work/findings" | sed -n 's/.*; run: //p')
	[ -n "$command" ]
	bash -c "saregate() { '$work/saregate' \"\$@\"; }; $command" >/dev/null
	wait_for_not is_found "$1" || { echo "still there: $1" && return 1; }
}

# advises PATTERN WORDS: there is a remedy, which is no command.
advises() {
	grep -- "$1" "$work/findings" | found -- "; .*$2"
	grep -- "$1" "$work/findings" | absent 'run: '
}
