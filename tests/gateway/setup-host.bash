# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2154 # work, saregate, sources, sysconfdir: from setup.bats
# A host of its own inside the namespaces that setup.bats has made: what setup
# writes to is a copy, and the network is one interface.

# From here on nothing outside $work is needed, whatever is mounted over.
cp "$saregate" "$work/saregate"
cp "$sources/etc/saregate.conf" "$work/"
conf=$sysconfdir/saregate

mkdir -p "$work/etc" "$work/varlib" "$work/run"
cp -a /etc/. "$work/etc/"
rm -f "$work"/etc/ipsec.d/*.conf "$work"/etc/ipsec.d/*.secrets
mkdir -p "$work/etc/sysctl.d" "$work/varlib/saregate" "$work/run/saregate"
grep -q ^saregate: "$work/etc/passwd" ||
	echo 'saregate:x:977:977::/var/lib/saregate:/usr/sbin/nologin' >>"$work/etc/passwd"
cp -a /var/lib/ipsec "$work/varlib/ipsec"
mount --bind "$work/etc" /etc
mount --bind "$work/varlib" /var/lib
mount --bind "$work/run" /run
# Where the configuration is: in /etc, or wherever this build is configured for.
place=$sysconfdir
until [ -d "$place" ]; do place=${place%/*}; done
[[ $sysconfdir == /etc* ]] || mount -t tmpfs tmpfs "$place"
rm -rf "$conf"
mkdir -p "$conf"
cp "$work/saregate.conf" "$conf/saregate.conf"
echo 0 >/proc/sys/net/ipv4/ip_forward

ip link set lo up
# Not every kernel has dummy interfaces, and no packet is sent.
ip address add 203.0.113.1/24 dev lo
ip route add default dev lo

saregate() {
	"$work/saregate" "$@"
}

# tree: every file that setup could touch, with mode, owner and contents.
tree() {
	find /etc /var/lib /run "$conf" -xdev \( -type f -o -type d -o -type l \) -printf '%y %m %U %G %p\n' |
		LC_ALL=C sort
	find /etc /var/lib /run "$conf" -xdev -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
}

# same WANTED FOUND: silent, or the difference.
same() {
	diff <(echo "$1") <(echo "$2")
}

# refused PATTERN ARGUMENT...: exit status 1, PATTERN on stderr, nothing changed.
refused() {
	local pattern=$1 before status=0
	shift
	before=$(tree)
	saregate "$@" >"$work/out" 2>"$work/err" || status=$?
	cat "$work/err"
	[ "$status" -eq 1 ]
	grep -Eq -- "$pattern" "$work/err"
	same "$before" "$(tree)"
}

# found, absent: grep that reads to the end (pipefail) and fails under set -e.
found() { grep "$@" >/dev/null; }
absent() { if found "$@"; then return 1; fi; }
