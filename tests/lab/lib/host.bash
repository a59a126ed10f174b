# SPDX-License-Identifier: GPL-2.0-or-later
# A host of the lab: a network, a mount and a host name of its own. /etc and /var
# are layers over the machine's (a file changed on one host is changed there
# alone), /run starts empty. /usr, /tmp and the processes are shared. The names-
# paces are held by files below /run/lab, so that anything can be run "on" a host
# by whoever knows its name.
#
# Sysctls are those of a Debian that systemd has booted (rp_filter=2); forwarding
# is off until somebody turns it on.
# shellcheck shell=bash

lab_state=/run/lab

# hosts_prepare: once for all hosts.
hosts_prepare() {
	! mountpoint -q $lab_state || return 0
	mkdir -p $lab_state
	mount -t tmpfs -o mode=755 lab $lab_state
	# they see it below their own /var: it takes a second
	ipsec --checknss >/dev/null || true
}

# host_new HOST: makes a host with a loopback interface and a syslog of its own
# ($LAB_OUTPUT/HOST/syslog.log). A network namespace of that name may be there.
host_new() {
	local state=$lab_state/$1
	hosts_prepare
	mkdir -p "$state"/{etc,var}/{files,work} "$LAB_OUTPUT/$1"
	: >"$state/mount"
	: >"$state/uts"
	[ -e "/run/netns/$1" ] || ip netns add "$1"
	busybox nsenter --net="/run/netns/$1" busybox unshare --uts="$state/uts" \
		--mount="$state/mount" --propagation private \
		busybox sh -c "$(declare -f host_furnish); host_furnish $1 $state"
	host_spawn "$1" syslog busybox syslogd -n -O -
	wait_until 10 "syslog on $1" on "$1" test -S /run/systemd/journal/dev-log
}

# Runs inside the namespaces of a new host, in busybox's shell with its commands
# built in: a fifth of the time that a dozen programs would take to start.
host_furnish() {
	set -e
	hostname "$1"
	mount -t sysfs sysfs /sys
	mount -t cgroup2 cgroup2 /sys/fs/cgroup
	local folder
	for folder in etc var; do
		mount -t overlay -o \
			"lowerdir=/$folder,upperdir=$2/$folder/files,workdir=$2/$folder/work" \
			"$1-$folder" "/$folder"
	done
	mount -t tmpfs -o mode=755 run /run
	mkdir -p /run/lock /run/systemd/journal
	# no name server can be reached from here: answer at once, from the file
	rm -f /etc/resolv.conf
	: >/etc/resolv.conf
	printf '127.0.0.1 localhost\n127.0.1.1 %s\n' "$1" >/etc/hosts
	echo 2 >/proc/sys/net/ipv4/conf/default/rp_filter
	echo 1 >/proc/sys/net/ipv4/conf/default/promote_secondaries
	ip link set lo up
}

# on HOST COMMAND...: runs a command on a host. On an emulated processor busybox's
# nsenter starts four times as fast as the other one; it is given the command's
# path, since a mere name would start busybox's own applet of that name. A program that
# is not here may be there: env looks.
on() {
	local host=$1 program
	program=$(type -P "$2") || program=
	[ -z "$program" ] || shift
	shift
	busybox nsenter --net="/run/netns/$host" --mount="$lab_state/$host/mount" \
		--uts="$lab_state/$host/uts" -- "${program:-/usr/bin/env}" "$@"
}

# write_on HOST FILE: writes standard input to a file of a host, for root alone.
write_on() {
	# shellcheck disable=SC2016
	on "$1" bash -c 'umask 077 && mkdir -p "$(dirname "$1")" && cat >"$1"' write "$2"
}

# host_spawn HOST NAME COMMAND...: starts a daemon on a host. What it prints goes
# to $LAB_OUTPUT/HOST/NAME.log. It holds no descriptor of the script's: a test
# runner would wait for it.
host_spawn() {
	local host=$1 name=$2 program
	program=$(type -P "$3") || program=$3
	shift 3
	(
		exec </dev/null >>"$LAB_OUTPUT/$host/$name.log" 2>&1
		for descriptor in "/proc/$BASHPID/fd"/*; do
			descriptor=${descriptor##*/}
			[ "$descriptor" -le 2 ] || eval "exec $descriptor>&-"
		done
		exec setsid busybox nsenter --net="/run/netns/$host" --mount="$lab_state/$host/mount" \
			--uts="$lab_state/$host/uts" -- "$program" "$@"
	) &
	# so that the shell does not report its end on the test's own output
	disown
	echo $! >"$lab_state/$host/$name.pid"
}

# host_pid HOST NAME: the process that host_spawn started.
host_pid() { cat "$lab_state/$1/$2.pid"; }

# host_alive HOST NAME: a process that nobody has reaped yet is not alive.
host_alive() {
	local state
	state=$(sed 's/.*) //' "/proc/$(host_pid "$1" "$2")/stat" 2>/dev/null) &&
		[ "${state%% *}" != Z ]
}

# host_stop HOST NAME [SECONDS]: asks the daemon to end, kills it if it does not.
host_stop() {
	local pid
	[ -e "$lab_state/$1/$2.pid" ] || return 0
	pid=$(host_pid "$1" "$2")
	if host_alive "$1" "$2"; then
		kill -TERM "$pid"
		wait_until "${3:-10}" "end of $2 on $1" not host_alive "$1" "$2" ||
			kill -KILL "$pid"
	fi
	rm -f "$lab_state/$1/$2.pid"
}

# host_kill HOST NAME: the daemon gets no chance to clean up.
host_kill() {
	kill -KILL "$(host_pid "$1" "$2")"
	wait_until 10 "death of $2 on $1" not host_alive "$1" "$2"
	rm -f "$lab_state/$1/$2.pid"
}

# host_processes HOST [NAME]: "PID NAME" of each process on a host, zombies too.
host_processes() {
	ip netns pids "$1" | while read -r pid; do
		{ read -r name <"/proc/$pid/comm"; } 2>/dev/null || continue
		[ -n "${2:-}" ] && [ "$name" != "$2" ] || echo "$pid $name"
	done
}
