# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Begins each script of deb.bats that runs on a copy of this machine.
systemctl_log=/tmp/systemctl.log

ip link set lo up
ip address add 203.0.113.1/24 dev lo
ip route add default dev lo
echo 0 >/proc/sys/net/ipv4/ip_forward
# A router says on eth0 where else IPv6 goes.
ip link add eth0 type veth peer name eth1
ip link set eth1 up
ip link set eth0 up
ip -6 route add 2001:db8::/32 dev eth0 proto ra

# A machine that never had saregate.
dpkg -P saregate >/dev/null 2>&1 || true
userdel saregate 2>/dev/null || true
rm -rf /etc/saregate /var/lib/saregate /etc/ipsec.d/saregate.*
rm -f /usr/sbin/policy-rc.d

mkdir -p /run/systemd/system /usr/local/sbin
: >$systemctl_log
cat >/usr/local/sbin/systemctl <<'SYSTEMCTL'
#!/bin/bash
[[ $* == *is-enabled* ]] || echo "${*/--system }" >>/tmp/systemctl.log
case " $* " in
*' is-active '*) exit 3 ;;
*' enable '* | *' disable '* | *' is-enabled '*)
	SYSTEMD_OFFLINE=1 exec /usr/bin/systemctl "${@/--now/--quiet}"
	;;
esac
SYSTEMCTL
chmod 755 /usr/local/sbin/systemctl

step() { echo "-- $*"; }

# same WANTED FOUND: silent, or the difference.
same() { diff <(echo "$1") <(echo "$2"); }

# found PATTERN: stdin has it, and is shown if not.
found() {
	local text
	text=$(cat)
	grep -Eq -- "$1" <<<"$text" || {
		echo "no $1 in:"
		echo "$text"
		return 1
	}
}

# absent PATTERN [FILE]: it is not there, or is shown.
absent() { ! grep -E -- "$@"; }

# What saregate changes on a host and does not own.
state_of_host() {
	cat /etc/passwd /etc/group /etc/shadow /etc/gshadow
	cat /proc/sys/net/ipv4/ip_forward
	cat /proc/sys/net/ipv6/conf/*/{forwarding,accept_ra} /proc/sys/net/core/optmem_max
	nft list ruleset
	systemctl is-enabled ipsec.service || true
}

# What setup and saregated have written, and its contents.
generated() {
	sha256sum /etc/ipsec.d/saregate.* /etc/sysctl.d/60-saregate.conf /etc/saregate/* \
		/var/lib/saregate/*
}

# What the package or setup has made and is still there: nothing should be, but for
# notes of dpkg's and of the programs that keep users.
left_behind() {
	local path
	(cd /mnt/files && find . -mindepth 1 -printf '%P\n') | while read -r path; do
		case $path in
		var/lib/dpkg/* | var/log/* | var/cache/* | etc/ld.so.cache | tmp | tmp/*) continue ;;
		etc/passwd- | etc/group- | etc/shadow- | etc/gshadow- | etc/.pwd.lock) continue ;;
		etc/subuid- | etc/subgid- | usr/local/sbin/systemctl | usr/sbin/policy-rc.d) continue ;;
		esac
		if [ -d "/mnt/files/$path" ] && [ ! -L "/mnt/files/$path" ]; then
			[ -d "/mnt/lower/$path" ] || echo "$path"
		elif [ -c "/mnt/files/$path" ]; then
			echo "$path has gone"
		else
			cmp -s "/mnt/files/$path" "/mnt/lower/$path" || echo "$path"
		fi
	done
}
