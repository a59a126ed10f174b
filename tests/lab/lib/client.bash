# SPDX-License-Identifier: GPL-2.0-or-later
# A real L2TP/IPsec client on a host: libreswan, xl2tpd as LAC, pppd. The connec-
# tion is called "vpn" to all three. Logs: $LAB_OUTPUT/NAME/{pluto,xl2tpd,pppd}.log.
# shellcheck shell=bash

# client_configure NAME GATEWAY PSK USER PASSWORD
client_configure() {
	client_configure_ipsec "$1" "$2" "$3"
	client_configure_l2tp "$1" "$2" "$4" "$5"
}

# What Linux clients offer, narrowed to one proposal each. libreswan's own updown has
# nothing to do in transport mode; its scripts would take seconds here.
client_configure_ipsec() {
	write_on "$1" /etc/ipsec.conf <<-TEXT
		config setup
		  ikev1-policy=accept
		  virtual-private=

		conn vpn
		  ikev2=no
		  authby=secret
		  auto=add
		  type=transport
		  left=%defaultroute
		  leftupdown=%disabled
		  leftprotoport=17/1701
		  right=$2
		  rightid=$2
		  rightprotoport=17/1701
		  pfs=no
		  ike=aes256-sha1;modp2048
		  esp=aes256-sha1
	TEXT
	write_on "$1" /etc/ipsec.secrets <<<"%any $2 : PSK \"$3\""
}

# xl2tpd takes the tunnel away at once when it hangs up: pppd's farewell is sent into
# the void, and waited for no more often than need be.
client_configure_l2tp() {
	write_on "$1" /etc/xl2tpd/xl2tpd.conf <<-TEXT
		[global]
		port = 1701

		[lac vpn]
		lns = $2
		pppoptfile = /etc/ppp/options.vpn
		length bit = yes
	TEXT
	write_on "$1" /etc/ppp/options.vpn <<-TEXT
		noauth
		name "$3"
		refuse-pap
		refuse-eap
		nodefaultroute
		noipdefault
		ipcp-accept-local
		ipcp-accept-remote
		mtu 1400
		mru 1400
		lcp-max-terminate 1
		lcp-restart 1
		debug
		logfile $LAB_OUTPUT/$1/pppd.log
	TEXT
	write_on "$1" /etc/ppp/chap-secrets <<<"\"$3\" * \"$4\" *"
}

# client_ipsec_up NAME: starts pluto if it does not run and negotiates the SA. What gw
# says to a client that has gone is, to a Linux NAT, a connection of its own with that
# port; since 6.12 it gives the port to the next client all the same, and takes the
# answers for itself until it has forgotten. So whoever hears nothing tries again.
client_ipsec_up() {
	local log=$LAB_OUTPUT/$1/ipsec-up.log
	on "$1" test -S /run/pluto/pluto.ctl || pluto_start "$1"
	client_ipsec_try "$1" && return
	if tail -n 5 "$log" | grep -q 'acceptable response) to our first IKEv1 message'; then
		echo "# $1 heard nothing, and tries again" >&2
		client_ipsec_try "$1" && return
	fi
	echo "no IPsec SA for $1:" >&2
	tail -n 5 "$log" >&2
	return 1
}

client_ipsec_try() { on "$1" timeout 120 ipsec auto --up vpn >>"$LAB_OUTPUT/$1/ipsec-up.log" 2>&1; }

client_ipsec_down() { on "$1" ipsec auto --down vpn >>"$LAB_OUTPUT/$1/ipsec-up.log" 2>&1; }

# client_l2tp_start NAME: starts xl2tpd if it does not run.
client_l2tp_start() {
	on "$1" test -p /run/xl2tpd/l2tp-control && return
	on "$1" mkdir -p /run/xl2tpd
	host_spawn "$1" xl2tpd xl2tpd -D
	wait_until 10 "xl2tpd on $1" on "$1" test -p /run/xl2tpd/l2tp-control
}

# client_l2tp_dial NAME: starts xl2tpd if it does not run and asks it to connect;
# does not wait for the answer. A CDN that comes as its pppd ends leaves xl2tpd with a call
# that it takes for alive, until gw closes the tunnel that has none, after 10 s.
client_l2tp_dial() {
	client_l2tp_start "$1"
	wait_until 30 "a free xl2tpd on $1" client_l2tp_command "$1" connect-lac
}

# client_l2tp_command NAME COMMAND: fails if xl2tpd refuses, as it does to dial
# while the last tunnel is not quite gone.
client_l2tp_command() {
	on "$1" xl2tpd-control "$2" vpn >>"$LAB_OUTPUT/$1/xl2tpd-control.log"
}

# client_l2tp_up NAME [SECONDS]: dials and waits until the PPP interface has its
# address.
client_l2tp_up() {
	client_l2tp_dial "$1"
	wait_until "${2:-120}" "a PPP address on $1" client_address "$1" || {
		tail -n 5 "$LAB_OUTPUT/$1/pppd.log" "$LAB_OUTPUT/$1/xl2tpd.log" >&2
		return 1
	}
}

# client_address NAME: prints the address that the gateway gave, fails without one.
# pppd gives it to the interface first and then brings it up.
client_address() {
	on "$1" ip -4 -oneline address show up dev ppp0 2>/dev/null |
		awk '{ sub("/.*", "", $4); print $4; found = 1 } END { exit !found }'
}

# client_route NAME NETWORK: sends a network's packets through the tunnel.
client_route() { on "$1" ip route replace "$2" dev ppp0; }

# client_l2tp_down NAME: hangs up and waits until the interface is gone.
client_l2tp_down() {
	client_l2tp_command "$1" disconnect-lac
	wait_until 60 "the end of the call on $1" not on "$1" ip link show dev ppp0
}

# client_l2tp_stop NAME: ends xl2tpd, which tells the gateway; IPsec stays.
client_l2tp_stop() {
	host_stop "$1" xl2tpd
	on "$1" rm -f /run/xl2tpd/l2tp-control
	wait_until 20 "the end of pppd on $1" client_has_no_pppd "$1"
}

# client_up NAME: IPsec and L2TP, and the LAN behind the gateway.
client_up() {
	client_ipsec_up "$1"
	client_l2tp_up "$1"
	client_route "$1" 10.20.0.0/24
}

# client_down NAME: hangs up what is up and ends all of the client's daemons.
client_down() {
	client_l2tp_stop "$1"
	pluto_stop "$1"
}

client_has_no_pppd() { [ -z "$(host_processes "$1" pppd)" ]; }
