#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# `saregate doctor` on a gateway of the test's own, broken in one way at a time:
#
#   this machine ── unshare --mount --net ── /etc, /run, /var/lib, /dev: copies
#                                            lo 203.0.113.1/24, default route by it
#                                            pluto, saregated (data path "null"), bus
#
# What makes no command line differ (texts of other systems, versions) is in the unit
# tests; a real kernel with all that we use is in tests/lab/scenarios/doctor.bats.
# shellcheck disable=SC2154 # top_builddir, top_srcdir, sysconfdir: from make
bats_require_minimum_version 1.5.0

setup_file() {
	export DOCTOR_SKIP=
	[ "$(id -u)" -eq 0 ] || DOCTOR_SKIP="needs root, to make namespaces"
	local program
	for program in dbus-daemon ip ipsec nft setpriv unshare; do
		command -v $program >/dev/null || DOCTOR_SKIP="$program is not installed"
	done
	[ -n "$DOCTOR_SKIP" ] || unshare -mn nft list tables >/dev/null 2>&1 ||
		DOCTOR_SKIP="this kernel has no nf_tables, or forbids namespaces"
}

# in_gateway: runs the rest of its stdin as a script on a fresh gateway.
in_gateway() {
	[ -z "$DOCTOR_SKIP" ] || skip "$DOCTOR_SKIP"
	{
		cat "$BATS_TEST_DIRNAME/"{processes,setup-host,doctor-host}.bash
		cat
	} | unshare --mount --net --propagation private \
		env work="$BATS_TEST_TMPDIR" saregate="$top_builddir/gateway/saregate" \
		saregated="$top_builddir/gateway/saregated" \
		sources="$top_srcdir" sysconfdir="${sysconfdir:-/etc}" bash -euo pipefail -s
}

@test "a whole gateway has no error, and doctor changes nothing" {
	in_gateway <<-'EOT'
		start_daemon
		start_pluto
		before=$(tree | grep -v db-shm) rules=$(nft list ruleset)
		doctor 0
		absent '^error:\|^warning:\|^good:' "$work/findings"
		found ' checks: no error, no warning' "$work/findings"
		doctor 0 --verbose
		finds good "connection saregate-203.0.113.1 is loaded as written"
		finds good "1 users"
		same "$before" "$(tree | grep -v db-shm)"
		same "$rules" "$(nft list ruleset)"
	EOT
}

@test "what keeps clients out is an error: exit status 1, and the remedy heals it" {
	in_gateway <<-'EOT'
		start_daemon
		start_pluto
		echo 0 >/proc/sys/net/ipv4/ip_forward
		doctor 1
		finds error 'ip_forward is 0' && heals 'ip_forward is 0'
		doctor 0
		nft delete table inet saregate_guard
		doctor 1
		finds error 'not both loaded' && heals 'not both loaded'
		doctor 0
		nft flush chain inet saregate forward
		doctor 1
		finds error 'somebody changed them' && heals 'somebody changed them'
		doctor 0
		rm /dev/ppp
		doctor 1
		finds error 'no /dev/ppp' && heals 'no /dev/ppp'
		doctor 0
		ipsec whack --delete --name saregate-203.0.113.1 >/dev/null
		doctor 1
		finds error 'not loaded connection' && heals 'not loaded connection'
		doctor 0
		sed 's/overlapip=yes/overlapip=no/' /etc/ipsec.d/saregate.conf >$work/other.conf
		ipsec addconn --config $work/other.conf saregate-203.0.113.1 >/dev/null
		doctor 1
		finds error 'no overlapip' && heals 'no overlapip'
		doctor 0
		echo 'require-pap' >>/etc/ppp/options
		doctor 1
		finds error 'require-pap' && heals 'require-pap'
		doctor 0
	EOT
}

@test "what other firewalls drop is an error, until it is let through" {
	in_gateway <<-'EOT'
		start_daemon
		start_pluto
		nft 'add table inet site; add chain inet site in { type filter hook input priority 0; policy drop; }'
		nft 'add rule inet site in tcp dport 22 accept'
		doctor 1
		finds error 'another firewall' && heals 'another firewall'
		nft 'add chain inet site pass { type filter hook forward priority 0; policy drop; }'
		nft 'add rule inet site pass jump other' 2>/dev/null ||
			nft 'add chain inet site other; add rule inet site pass jump other'
		doctor 0
		finds warning 'another firewall' && heals 'another firewall'
		doctor 0
	EOT
}

@test "who else is on our ports is named and ended" {
	in_gateway <<-'EOT'
		start_daemon
		start_pluto
		ip address add 198.51.100.9/32 dev lo
		python3 -c 'import socket, time
		s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		s.bind(("198.51.100.9", 4500))
		time.sleep(60)' 3>&- &
		wait_for grep -q 096433C6:1194 /proc/self/net/udp
		doctor 1
		finds error "python3.* (process $!) is on UDP port 4500, which is pluto's"
		heals "is on UDP port 4500"
	EOT
}

@test "pool and MTU that do not fit the host are changed by what doctor says" {
	in_gateway <<-'EOT'
		start_daemon
		ip link set lo mtu 1300
		saregate doctor >$work/findings || :
		finds warning 'inner packet of 1280 bytes becomes one of 1380'
		heals 'inner packet of'
		grep -q '^mtu = 1210$' $conf/saregate.conf
		ip link set lo mtu 65536
		ip route add 10.89.0.0/16 dev lo
		saregate doctor >$work/findings || :
		finds warning 'overlaps the network 10.89.0.0/16 of lo' && heals 'overlaps the network'
		ip address add 10.90.0.50/32 dev lo
		saregate doctor >$work/findings || :
		finds error '10.90.0.50 of interface lo lies inside the pool'
		heals 'lies inside the pool'
		ip rule add fwmark 0x4004 table 100
		saregate doctor >$work/findings || :
		finds warning 'fwmark 0x4004' && advises 'fwmark 0x4004' 'below 0x4000'
	EOT
}

@test "a key that can be guessed or read is a warning" {
	in_gateway <<-'EOT'
		start_daemon
		start_pluto
		chmod 644 /etc/ipsec.d/saregate.secrets
		doctor 0
		finds warning 'others than root can read' && heals 'others than root'
		sed -i 's/PSK ".*"/PSK "letmein"/' /etc/ipsec.d/saregate.secrets
		doctor 0
		finds warning 'about [0-9]* bits: whoever' && heals 'bits: whoever'
		absent letmein "$work/findings"
	EOT
}

@test "a ruleset saved with our marks is a warning, and loses them alone" {
	in_gateway <<-'EOT'
		mkdir -p /etc/nftables
		printf 'include "/etc/nftables/*.rules"\ntable inet mine {\n}\n' >/etc/nftables.conf
		printf 'table inet saregate_mark {\n\tchain marks {\n\t\tmeta mark set ipsec in reqid\n\t}\n}\ntable inet site {\n}\n' \
			>/etc/nftables/site.rules
		saregate doctor >$work/findings || :
		finds warning '/etc/nftables/site.rules was saved'
		heals '/etc/nftables/site.rules was saved'
		same "$(printf 'table inet site {\n}')" "$(cat /etc/nftables/site.rules)"
	EOT
}

@test "users are counted in the file of a saregated that does not run" {
	in_gateway <<-'EOT'
		start_daemon
		kill "${processes[-1]}"
		wait_for test ! -e /var/lib/saregate/saregate.db-wal
		doctor 1 --verbose
		finds error 'saregated does not answer'
		finds good '1 users'
	EOT
}

@test "without daemons it works as well, and says what does not run" {
	in_gateway <<-'EOT'
		doctor 1
		finds error 'pluto does not run'
		finds error 'saregated does not answer'
		finds error 'there is no user'
		advises 'there is no user' 'saregate user add NAME'
		saregate setup --undo >/dev/null
		doctor 1
		finds error 'there is no /etc/ipsec.d/saregate.conf'
		finds error 'there is no /etc/ipsec.d/saregate.secrets'
		finds error 'ip_forward is 0'
		printf '[ppp]\nmtu = 9000\n' >$conf/saregate.conf
		doctor 1
		finds error "$conf/saregate.conf:2: mtu: .* allowed: 576 to 1500"
	EOT
}

@test "whoever is not root is told what was not looked at" {
	in_gateway <<-'EOT'
		start_daemon
		install -m 755 "$work/saregate" /run/saregate-command
		status=0
		setpriv --reuid 65534 --regid 65534 --clear-groups /run/saregate-command doctor \
			>$work/findings 2>&1 || status=$?
		finds unseen "pluto's status could not be looked at: only root may"
		finds unseen 'saregate.secrets could not be looked at: only root may'
		finds unseen 'our tables could not be looked at: only root may'
		found 'not looked at$' "$work/findings"
		[ "$status" -eq 0 ]
	EOT
}

@test "--json has what the lines have, a command apart from words" {
	in_gateway <<-'EOT'
		echo 0 >/proc/sys/net/ipv4/ip_forward
		saregate doctor --json >$work/json || :
		python3 - $work/json <<-'PYTHON'
			import json, sys
			found = json.load(open(sys.argv[1]))
			assert {f["severity"] for f in found} >= {"error", "good"}
			forwarding, = [f for f in found if "ip_forward" in f["problem"]]
			assert forwarding == {"severity": "error", "area": "network",
				"problem": forwarding["problem"],
				"command": "sysctl -w net.ipv4.ip_forward=1"}, forwarding
			users, = [f for f in found if "no user:" in f["problem"]]
			assert "command" not in users and "user add" in users["remedy"], users
		PYTHON
	EOT
}

@test "the report is root's alone, without secrets, names and addresses" {
	in_gateway <<-'EOT'
		start_daemon
		start_pluto
		key=$(sed -n 's/.*PSK "\(.*\)".*/\1/p' /etc/ipsec.d/saregate.secrets)
		cat >$work/sbin/journalctl <<-SCRIPT
			#!/bin/sh
			echo 'saregated: login: session 1 user "alice" from 198.51.100.77:4500 address 10.89.0.10'
			echo 'pppd: rcvd [CHAP Response id=0x1 <0123456789abcdef0123456789abcdef0123>, name = "alice"]'
			echo 'pluto: "saregate-203.0.113.1"[1] 198.51.100.77 #1: Peer ID is ID_FQDN: @alice-laptop'
			echo 'pluto: loaded PSK "$key", password=hunter22'
			echo 'saregated: logout: alice'
		SCRIPT
		chmod 755 $work/sbin/journalctl
		doctor 0 --report $work/report
		[ "$(stat -c '%a %U' $work/report)" = '600 root' ]
		absent -F -e "$key" -e hunter22 -e 0123456789abcdef $work/report
		absent -F -e alice -e 203.0.113.1 -e 198.51.100.77 -e "$(hostname)" $work/report
		found 'login: session 1 user "name-1" from public-address-[0-9]*:4500' $work/report
		found 'saregated: logout: name-1' $work/report
		found '^==== XFRM state ====$' $work/report
		refused 'is there already' doctor --report $work/report
		doctor 0 --report $work/report --force --with-names
		found 'user "alice" from 198.51.100.77:4500' $work/report
		absent -F -e "$key" -e hunter22 -e 0123456789abcdef $work/report
	EOT
}

@test "config check names file, line, key and what is allowed" {
	in_gateway <<-'EOT'
		saregate config check | found "$conf/saregate.conf: saregated takes it"
		printf '[ppp]\nmtu = 1300\n\npol = 10.0.0.1-10.0.0.9\n' >$work/other.conf
		refused "$work/other.conf:4: key \"pol\": unknown in \[ppp\]; allowed: .*pool" \
			config check $work/other.conf
		printf '[pool a]\nrange = 10.1.0.1-10.1.0.9\n[pool b]\nrange = 10.1.0.9-10.1.0.20\n' \
			>$work/other.conf
		refused "$work/other.conf:3: \[pool b\]: overlaps \[pool a\], 10.1.0.1-10.1.0.9; allowed: " \
			config check $work/other.conf
		refused "$work/none: cannot be read: No such file" config check $work/none
		printf '[listen]\nport = 70000\n' >$conf/saregate.conf
		refused "$conf/saregate.conf:2: port: .*; allowed: 1 to 65535" config check
	EOT
}

@test "a config setup of the host in the way has the lines written by what doctor says" {
	in_gateway <<-'EOT'
		sed -i 's/^config setup/&\n\tlogfile=\/var\/log\/pluto.log/' /etc/ipsec.conf
		saregate doctor >$work/findings || :
		finds error 'config setup. with keys of its own'
		# pluto is not told: `ipsec restart` has nobody to ask here
		printf '#!/bin/sh\n[ "$1" = restart ] || exec /usr/sbin/ipsec "$@"\n' >$work/sbin/ipsec
		chmod 755 $work/sbin/ipsec
		heals 'config setup. with keys of its own'
		ipsec addconn --configsetup | found "ikev1_policy='0'"
	EOT
}
