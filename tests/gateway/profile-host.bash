# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2154 # work, saregate, saregated, reader, sysconfdir: from profile.bats
# A gateway of its own inside the mount namespace that profile.bats has made: what
# setup would have written, saregated without data path, and a bus; one user, alice.

# From here on nothing outside $work is needed, whatever is mounted over.
mkdir -p "$work/etc" "$work/varlib/saregate" "$work/varlib/daemon" "$work/out"
cp "$saregate" "$reader" "$work/"
# What nobody runs and writes; bats keeps its own folders to root.
install -m 755 "$saregated" "$work/varlib/daemon/saregated"
chown 65534:65534 "$work/varlib/daemon"
chmod 755 "$work/varlib"
daemon_folder=/var/lib/daemon
# As much of /etc as programs need to start.
cp -a /etc/alternatives /etc/group /etc/ld.so.cache /etc/nsswitch.conf /etc/passwd "$work/etc/"
mkdir -p "$work/etc/ipsec.d"
mount --bind "$work/etc" /etc
mount --bind "$work/varlib" /var/lib
# Where the configuration is: in /etc, or wherever this build is configured for.
conf=$sysconfdir/saregate
place=$sysconfdir
until [ -d "$place" ]; do place=${place%/*}; done
[[ $sysconfdir == /etc* ]] || mount -t tmpfs tmpfs "$place"
mkdir -p "$conf"

# psk TEXT: the key, as setup writes it.
psk() {
	printf '# Written by setup\n203.0.113.1 %%any : PSK "%s"\n' "$1" \
		>/etc/ipsec.d/saregate.secrets
	chmod 600 /etc/ipsec.d/saregate.secrets
}

# state CONNECTIONS [PUBLIC_ADDRESS]: what setup remembers.
state() {
	printf '{"version":1,"connection":"%s","public_address":"%s",%s}\n' "$1" "${2:-}" \
		'"forwarding_was_on":false,"ipsec_was_enabled":false' \
		>/var/lib/saregate/setup.json
}

psk the-shared-key
state saregate-203.0.113.1
printf '[ppp]\nmtu = 1300\n' >"$conf/saregate.conf"

# Where the bus will be, if there is to be one.
export DBUS_SYSTEM_BUS_ADDRESS=unix:path=$daemon_folder/bus

cat >"$daemon_folder/saregated.conf" <<-TEXT
	[listen]
	address = 127.0.0.1
	[ipsec]
	protection = off
	[data-path]
	kind = null
	[users]
	database = $daemon_folder/users.db
	[history]
	database = $daemon_folder/history.db
TEXT
saregate() { "$work/saregate" "$@"; }

# start_gateway: the bus and saregated, until it answers.
start_gateway() {
	bus='' daemon=''
	trap 'kill $bus $daemon 2>/dev/null || true' EXIT
	start_bus "$daemon_folder"
	ip link set lo up
	setpriv --reuid 65534 --regid 65534 --clear-groups "$daemon_folder/saregated" \
		--foreground --config "$daemon_folder/saregated.conf" 2>"$work/log" 3>&- &
	daemon=$!
	wait_log=$work/log wait_for saregate status
	printf 'correct horse\n' | saregate user add alice --password-stdin >/dev/null
}

# profile ARGUMENT...: alice's, for NetworkManager, into $work/out/profile.
profile() {
	saregate profile alice --client networkmanager --output "$work/out/profile" "$@"
}

# member KEY [CLIENT]: of what is in $work/out/profile.
member() {
	python3 "$work/profile_reader.py" read "${2:-networkmanager}" "$1" <"$work/out/profile"
}

# same WANTED FOUND: silent, or the difference.
same() { diff <(echo "$1") <(echo "$2"); }

# refused PATTERN COMMAND...: exit status 1, one line on stderr with PATTERN, no file made.
refused() {
	local pattern=$1 before status=0
	shift
	before=$(find "$work/out" -printf '%p %y %m %s\n')
	"$@" >"$work/stdout" 2>"$work/stderr" || status=$?
	cat "$work/stderr"
	[ "$status" -eq 1 ]
	[ "$(wc -l <"$work/stderr")" -eq 1 ]
	[ ! -s "$work/stdout" ]
	grep -Eq -- "$pattern" "$work/stderr"
	same "$before" "$(find "$work/out" -printf '%p %y %m %s\n')"
}

# absent: grep that reads to the end (pipefail) and fails under set -e.
absent() { if grep "$@" >/dev/null; then return 1; fi; }
