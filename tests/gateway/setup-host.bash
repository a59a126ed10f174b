# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2154 # work, saregate, sources, sysconfdir: from setup.bats
# A host of its own inside the namespaces that setup.bats has made: what setup
# writes to is a copy, and the network is one interface.

# From here on nothing outside $work is needed, whatever is mounted over.
cp "$saregate" "$work/saregate"
cp "$saregated" "$sources/etc/saregate.conf" "$sources/tests/gateway/terminal.py" "$work/"
conf=$sysconfdir/saregate

mkdir -p "$work/etc" "$work/varlib" "$work/run"
cp -a /etc/. "$work/etc/"
rm -f "$work"/etc/ipsec.d/*.conf "$work"/etc/ipsec.d/*.secrets
mkdir -p "$work/etc/sysctl.d" "$work/varlib/saregate" "$work/run/saregate/state"
grep -q ^saregate: "$work/etc/passwd" ||
	echo 'saregate:x:977:977::/var/lib/saregate:/usr/sbin/nologin' >>"$work/etc/passwd"
grep -q ^saregate: "$work/etc/group" || echo 'saregate:x:977:' >>"$work/etc/group"
cp -a /var/lib/ipsec "$work/varlib/ipsec"
mount --bind "$work/etc" /etc
mount --bind "$work/varlib" /var/lib
install -d -m 700 -o saregate -g saregate /var/lib/saregate
mount --bind "$work/run" /run
# Where the configuration is: in /etc, or wherever this build is configured for.
place=$sysconfdir
until [ -d "$place" ]; do place=${place%/*}; done
[[ $sysconfdir == /etc* ]] || mount -t tmpfs tmpfs "$place"
rm -rf "$conf"
mkdir -p "$conf"
cp "$work/saregate.conf" "$conf/saregate.conf"
echo 0 >/proc/sys/net/ipv4/ip_forward
rm -f /etc/resolv.conf
echo 'nameserver 203.0.113.53' >/etc/resolv.conf

ip link set lo up
# Not every kernel has dummy interfaces, and no packet is sent.
ip address add 203.0.113.1/24 dev lo
ip route add default dev lo

saregate() {
	"$work/saregate" "$@"
}

# talk ARGUMENT...: saregate at a terminal, with the script for terminal.py on stdin; must
# succeed. What it wrote is in $work/out.
talk() {
	local status=0
	python3 "$work/terminal.py" "$work/saregate" "$@" >"$work/out" || status=$?
	cat "$work/out"
	return $status
}

# start_saregated: on a bus of its own in $work, without data path.
start_saregated() {
	printf '%s\n' '[listen]' 'address = 127.0.0.1' '[ipsec]' 'protection = off' \
		'[data-path]' 'kind = null' >/etc/saregated-test.conf
	# the user saregate must get at the bus and the program
	chmod o+x "$work"/../../../ "$work"/../../ "$work"/../ "$work"
	bus='' daemon=''
	# a test that fails must not leave what the test runner would wait for
	trap 'kill $bus $daemon 2>/dev/null || true' EXIT
	rm -f "$work/bus"
	start_bus "$work"
	setpriv --reuid saregate --regid saregate --clear-groups "$work/saregated" \
		--foreground --config /etc/saregated-test.conf 3>&- &
	daemon=$!
	wait_for "$work/saregate" status
}

stop_saregated() {
	kill "$daemon" "$bus"
	wait "$daemon" "$bus" || true
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

# traces: all that setup leaves on a host, without the key, which is another one each time.
traces() {
	local places=(/etc/ipsec.d /etc/sysctl.d /etc/systemd/system /var/lib/saregate "$conf")
	find "${places[@]}" -printf '%y %m %U %G %p\n' | LC_ALL=C sort
	find "${places[@]}" -type f | LC_ALL=C sort |
		xargs grep -H '' | sed 's/PSK "[^"]*"/PSK/'
	nft -s list ruleset
	cat /proc/sys/net/ipv4/ip_forward
	ipv6_settings
}

# killed CALL N ARGUMENT...: SIGKILL as saregate enters its Nth system call CALL; fails if
# it has come to its end before.
killed() {
	local call=$1 number=$2 status=0
	shift 2
	strace -qq -o /dev/null -e trace="$call" -e inject="$call:signal=KILL:when=$number" \
		"$work/saregate" "$@" >"$work/out" 2>&1 || status=$?
	[ $status -eq 137 ]
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

# ipv6_routed: eth0, on which a router advertises itself: the host's way to IPv6. What it
# hears is eth1's, the other end of its cable.
ipv6_routed() {
	ip link add eth0 type veth peer name eth1
	echo 0 >/proc/sys/net/ipv6/conf/eth0/accept_dad
	echo 0 >/proc/sys/net/ipv6/conf/eth1/accept_dad
	ip link set eth1 up
	ip link set eth0 up
	wait_for link_local eth0
	wait_for link_local eth1
	wait_for advertise
}

link_local() { ip -6 address show dev "$1" scope link -tentative | found fe80; }

# advertise: a router advertisement for half an hour; whether eth0 has a route by it.
advertise() {
	python3 -c '
import socket, struct
wire = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
wire.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
wire.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"eth1")
wire.sendto(struct.pack("!BBHBBHII", 134, 0, 0, 64, 0, 1800, 0, 0),
	    ("ff02::1", 0, 0, socket.if_nametoindex("eth1")))'
	ip -6 route show default proto ra | found 'dev eth0'
}

# ipv6_settings: what setup changes of them, of interfaces that come and go, too.
ipv6_settings() {
	cat /proc/sys/net/ipv6/conf/*/{forwarding,accept_ra} /proc/sys/net/core/optmem_max
}
