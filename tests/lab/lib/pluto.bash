# SPDX-License-Identifier: GPL-2.0-or-later
# libreswan's pluto on a host, started the way Debian's ipsec.service starts it but
# for _stackmanager, which loads 40 modules by name and takes 20 s here (the kernel
# loads those that are used by itself), for --checknss, which host_new has done once,
# and for --checknflog, which has nothing to do unless nflog= is configured.
# Its configuration is the host's own /etc/ipsec.*, which begins as the
# distribution ships it; its log is $LAB_OUTPUT/HOST/pluto.log.
# shellcheck shell=bash

# pluto_start HOST: returns when pluto listens, by which time it has loaded the
# connections that have auto=add.
pluto_start() {
	pluto_readable_secrets "$1"
	on "$1" mkdir -p /run/pluto
	on "$1" /usr/libexec/ipsec/addconn --config /etc/ipsec.conf --checkconfig
	pluto_drop_in "$1"
	host_spawn "$1" pluto /usr/libexec/ipsec/pluto --leak-detective \
		--config /etc/ipsec.conf --nofork --stderrlog
	wait_until 90 "pluto on $1" pluto_listens "$1"
}

# What a drop-in of ours adds to ipsec.service. On a client there is no saregated.
pluto_drop_in() {
	local drop_in=/usr/lib/systemd/system/ipsec.service.d/saregate.conf command
	[ -e $drop_in ] || return 0
	mapfile -t command < <(sed -n 's/^ExecStartPre=-//p' $drop_in | tr ' ' '\n')
	on "$1" "${command[@]}"
}

# It opens its sockets once it has the connections. Each release words its status
# in another way.
pluto_listens() { [ -n "$(on "$1" ss -Hun state unconnected 'sport = :4500')" ]; }

# Debian's /etc/ipsec.secrets is for root alone: where the lab's user could not read
# it, the machine cannot either, and gets the one line that counts in it.
pluto_readable_secrets() {
	on "$1" cat /etc/ipsec.secrets >/dev/null 2>&1 && return
	on "$1" rm -f /etc/ipsec.secrets
	write_on "$1" /etc/ipsec.secrets <<<'include /etc/ipsec.d/*.secrets'
}

# pluto_stop HOST: as `systemctl stop ipsec`, which also flushes the kernel's state.
pluto_stop() {
	on "$1" /usr/libexec/ipsec/whack --shutdown >/dev/null 2>&1 || true
	host_stop "$1" pluto
	on "$1" ip xfrm policy flush
	on "$1" ip xfrm state flush
}

# pluto_kill HOST: pluto dies, the kernel's state stays.
pluto_kill() {
	host_kill "$1" pluto
	on "$1" rm -f /run/pluto/pluto.ctl /run/pluto/pluto.pid
}

# ipsec_on HOST ARG...
ipsec_on() {
	local host=$1
	shift
	on "$host" ipsec "$@"
}
