# SPDX-License-Identifier: GPL-2.0-or-later
# The product on a host: installed as its package would, configured by `saregate
# setup` alone, started by the commands of its own units (there is no systemd in
# the machine to read them). Needs `tests/lab/run --stage`. Logs:
# $LAB_OUTPUT/HOST/{setup,dbus,pluto,saregate-launcher,saregated}.log.
# shellcheck shell=bash

gateway_units=/usr/lib/systemd/system

# gateway_install HOST: what installing the package does: user, directories, bus.
gateway_install() {
	[ -x /usr/sbin/saregated ] || {
		echo "no /usr/sbin/saregated here: tests/lab/run wants --stage DIR" >&2
		return 1
	}
	on "$1" systemd-sysusers /usr/lib/sysusers.d/saregate.conf
	on "$1" systemd-tmpfiles --create /usr/lib/tmpfiles.d/saregate.conf
	on "$1" dbus-uuidgen --ensure=/etc/machine-id
	on "$1" mkdir -p /run/dbus
	gateway_start_bus "$1"
}

gateway_start_bus() {
	on "$1" rm -f /run/dbus/system_bus_socket
	host_spawn "$1" dbus dbus-daemon --system --nofork --nopidfile
	wait_until 10 "system bus on $1" on "$1" test -S /run/dbus/system_bus_socket
}

# gateway_setup HOST ARG...: `saregate setup --non-interactive ARG...`
gateway_setup() {
	local host=$1
	shift
	on "$host" saregate setup --non-interactive "$@" >>"$LAB_OUTPUT/$host/setup.log" 2>&1 || {
		echo "saregate setup on $host failed:" >&2
		tail -n 5 "$LAB_OUTPUT/$host/setup.log" >&2
		return 1
	}
}

# gateway_start HOST: what booting the host does after setup: modules, sysctls and
# guards, then pluto, the launcher and saregated; returns when saregated answers.
gateway_start() {
	gateway_load_modules
	on "$1" find /etc/sysctl.d -name '*saregate*.conf' -exec sysctl -q -p {} ';'
	gateway_guard "$1"
	pluto_start "$1"
	gateway_start_launcher "$1"
	gateway_start_daemon "$1"
}

gateway_load_modules() {
	local modules
	mapfile -t modules < <(grep -hv '^#' /usr/lib/modules-load.d/saregate.conf)
	modprobe -a "${modules[@]}"
}

# unit_command UNIT: the words of its ExecStart, one a line, without systemd's prefix.
unit_command() { sed -n 's/^ExecStart=!*//p' "$gateway_units/$1" | tr ' ' '\n'; }

# gateway_guard HOST: loads the guards, as saregate-guard.service does at boot.
gateway_guard() {
	local command
	mapfile -t command < <(unit_command saregate-guard.service)
	on "$1" "${command[@]}"
}

# The launcher's socket has the owner and mode that its socket unit gives it.
gateway_start_launcher() {
	local socket=/run/saregate/launcher.socket command
	mapfile -t command < <(unit_command saregate-launcher.service)
	on "$1" rm -f $socket
	host_spawn "$1" saregate-launcher systemd-socket-activate --seqpacket \
		--listen=$socket "${command[@]}"
	wait_until 10 "the launcher's socket on $1" on "$1" test -S $socket
	on "$1" chown saregate $socket
	on "$1" chmod 600 $socket
}

# gateway_start_daemon HOST: saregated alone. There is no systemd here to hold the socket
# of updown: started by root, with what it needs to become user saregate and no more,
# it makes that itself. `--systemd` has the other way.
gateway_start_daemon() {
	local command bounding=-all,+net_admin,+setuid,+setgid,+setpcap
	mapfile -t command < <(unit_command saregated.service)
	host_spawn "$1" saregated setpriv --no-new-privs --bounding-set="$bounding" "${command[@]}"
	wait_until 20 "saregated on $1" on "$1" saregate status || {
		tail -n 5 "$LAB_OUTPUT/$1/saregated.log" >&2
		return 1
	}
}

gateway_stop_daemon() { host_stop "$1" saregated; }

# gateway_kill_daemon HOST: saregated dies without a chance to clean up.
gateway_kill_daemon() { host_kill "$1" saregated; }

# gateway_set_key HOST SECTION KEY VALUE: writes a key to saregate.conf, as an
# administrator's editor does; the line that shows its default stays.
gateway_set_key() {
	on "$1" sed -i -e "/^\[$2\]/,/^\[/{/^$3 =/d}" -e "s|^\[$2\]\$|&\n$3 = $4|" \
		/etc/saregate/saregate.conf
}

# gateway_configure HOST SECTION KEY VALUE: sets a key and starts saregated anew.
gateway_configure() {
	gateway_set_key "$@"
	gateway_stop_daemon "$1"
	gateway_start_daemon "$1"
}

# gateway_stop HOST: all that gateway_start started; guards, as on a real host, stay.
gateway_stop() {
	gateway_stop_daemon "$1"
	host_stop "$1" saregate-launcher
	pluto_stop "$1"
}
