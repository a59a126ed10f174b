# SPDX-License-Identifier: GPL-2.0-or-later
# The whole road that scenarios share: topology, web server, gateway with the user
# alice, her client. Each step is taken only if it has not been taken yet, so that
# any scenario runs alone, and all of them in one boot do not build it anew.
# shellcheck shell=bash disable=SC2034,SC2154

road_password='correct horse'
road_web=10.20.0.80
# 10.89.0.10-10.89.3.250, the default
road_pool_size=1009

road_topology() {
	[ ! -e "$lab_state/alice" ] || return 0
	topology_new
	webserver_start web
}

# road_gateway: gw serves, with what its units would have started all running.
road_gateway() {
	road_topology
	on gw test -S /run/dbus/system_bus_socket || gateway_install gw
	if ! on gw test -e /etc/ipsec.d/saregate.conf; then
		gateway_setup gw
		gateway_start gw
		clients_configure alice
	fi
	on gw saregate status >/dev/null
}

# The key, which stands there once for each of gw's addresses.
road_psk() { on gw sed -n '/PSK/{ s/.*PSK "\(.*\)".*/\1/p; q; }' /etc/ipsec.d/saregate.secrets; }

# road_up: alice is connected and reaches the LAN behind gw.
road_up() {
	road_gateway
	client_up_if_down alice
}

# road_clear: gw holds nothing of any session.
road_clear() {
	wait_until "${1:-60}" "nothing of any session on gw" road_is_clear
}

road_is_clear() {
	local left=0
	on gw saregate session list --json | grep '"user"' && left=1
	[ -z "$(host_processes gw pppd)" ] || { echo "a pppd" && left=1; }
	on gw ip -brief link | grep '^sg' && left=1
	on gw nft list set inet saregate inner | grep elements && left=1
	[ "$(status_value pool_free)" = $road_pool_size ] || { echo "a lease" && left=1; }
	return $left
}

# session_value KEY: of the only session.
session_value() { on gw saregate session list --json | json_value "$1"; }

# history_cause USER: why the user's newest session in the history has ended; nothing while
# it lasts.
history_cause() {
	on gw saregate session history --user "$1" --json |
		python3 -c 'import json, sys; print(json.load(sys.stdin)[0]["cause"])'
}

# status_value KEY: a figure of `saregate status`, counters included.
status_value() { on gw saregate status --json | json_value "$1"; }

# json_value KEY: of an object printed with a key a line.
json_value() { sed -n "s/^ *\"$1\": *\"\\?\\([^\",]*\\)\"\\?,\\?\$/\\1/p"; }

# log_lines HOST/NAME: how long a log is now, for log_since.
log_lines() { { wc -l <"$LAB_OUTPUT/$1.log"; } 2>/dev/null || echo 0; }

# log_since LINES HOST/NAME: what was logged since.
log_since() { tail -n "+$(($1 + 1))" "$LAB_OUTPUT/$2.log"; }

# logged LINES HOST/NAME PATTERN: as a condition to wait for.
logged() { log_since "$1" "$2" | grep -q -- "$3"; }
