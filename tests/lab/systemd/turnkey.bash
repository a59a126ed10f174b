# SPDX-License-Identifier: GPL-2.0-or-later
# What install.bats and reboot.bats share: the package, units, the journal, and what the
# machine looked like before.
# shellcheck shell=bash disable=SC2034,SC2154

our_units=(saregate-guard.service saregate-launcher.socket saregated.service)

# turnkey_apt NAME ARG...: apt-get on gw, its log in apt-NAME.log, shown if it fails.
turnkey_apt() {
	local log=$LAB_OUTPUT/gw/apt-$1.log
	shift
	on gw env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends "$@" \
		>"$log" 2>&1 || { tail -n 20 "$log" >&2 && return 1; }
}

# turnkey_packages: gives gw our packages, and its apt what it would download.
turnkey_packages() {
	(cd "$TURNKEY_PACKAGES" && tar -cf - saregate_*.deb archives) | on gw tar -C /root --no-same-owner -xf -
	on gw sh -c 'mv /root/archives/*.deb /var/cache/apt/archives/'
}

# turnkey_package older|newer: its file on gw.
turnkey_package() {
	local files
	mapfile -t files < <(cd "$TURNKEY_PACKAGES" && printf '%s\n' saregate_*.deb | sort -V)
	case $1 in
	older) echo "/root/${files[0]}" ;;
	newer) echo "/root/${files[-1]}" ;;
	esac
}

# unit_value UNIT PROPERTY
unit_value() { on gw systemctl show --value -p "$2" "$1"; }

# unit_is UNIT STATE: as a condition to wait for.
unit_is() { [ "$(on gw systemctl is-active "$1")" = "$2" ]; }

# units_serve: all of ours and pluto run, and saregated has nothing to complain of.
units_serve() {
	local unit
	for unit in "${our_units[@]}" ipsec.service; do
		unit_is "$unit" active || { echo "$unit is not active" && return 1; }
	done
	on gw saregate status | grep -E '^(state|problems)'
	[ "$(status_value state)" = running ]
}

# machine_state: what a purge has to give back: a line for each file, with the sum of
# those that configure anything; users, units, rules, network settings.
machine_state() {
	# shellcheck disable=SC2016
	on gw bash -c '
		find / -xdev \( -path /root -o -path /tmp -o -path /var/tmp -o -path /var/log \
			-o -path /var/cache -o -path /var/lib/dpkg -o -path /var/lib/apt \
			-o -path /var/lib/systemd -o -path /usr/lib/modules \) -prune \
			-o -printf "file %p %M %u:%g %l\n"
		find /etc -type f -exec sha256sum {} + | sed "s/^/sum /"
		systemctl list-unit-files --no-pager --no-legend | sed "s/^/unit /"
		nft list ruleset | sed "s/^/nft /"
		sysctl -a --pattern "^net\.(ipv[46]|core)" 2>/dev/null | sed "s/^/sysctl /"
	' | grep -v -f <(machine_state_volatile) | LC_ALL=C sort
}

# Lines that differ without anybody's doing.
machine_state_volatile() {
	cat <<-'TEXT'
		^sysctl net.ipv6.conf.*stable_secret
		^sysctl net.ipv4.tcp_fastopen_key
	TEXT
}
