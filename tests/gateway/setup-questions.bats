#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# `saregate setup` as an administrator meets it: questions at a terminal, defaults from
# what the host is, what is in the way, the first user. The host is that of setup.bats.
# shellcheck disable=SC2154 # top_builddir, top_srcdir: from make
bats_require_minimum_version 1.5.0

setup_file() {
	load "$top_srcdir/tests/gateway/setup-skip.bash"
	setup_skip
}

setup() { load "$top_srcdir/tests/gateway/setup-skip.bash"; }

@test "Enter all through is what --non-interactive does, and the key is shown" {
	in_host <<-'EOF'
		before=$(traces)
		saregate setup --non-interactive >/dev/null
		wanted=$(traces)
		saregate setup --undo >/dev/null
		talk setup <<-'TALK'
			? clients arrive \(interface lo\) \[203\.0\.113\.1\]:
			>
			? for clients \[10\.89\.0\.10-10\.89\.3\.250\]:
			>
			? none \[203\.0\.113\.53\]:
			>
			? first user, or none \[none\]:
			>
			? 10\.89\.0\.10-10\.89\.3\.250; this host is 10\.89\.0\.1
			? do it \[yes\]:
			>
		TALK
		grep -q 'wrote /etc/ipsec.d/saregate.conf' $work/out
		grep -q 'loaded the nft tables' $work/out
		grep -q 'connect to 203.0.113.1 with' $work/out
		grep -qF "key is $(sed -n 's/.*PSK "\(.*\)"/\1/p' /etc/ipsec.d/saregate.secrets)" $work/out
		same "$wanted" "$(traces)"
	EOF
}

@test "a wrong answer gets one line that says what is allowed, and is asked again" {
	in_host <<-'EOF'
		talk setup <<-'TALK'
			? arrive.*:
			> nonsense
			?   .*allowed: .*addresses
			? arrive.*:
			> 192.0.2.99
			?   no interface.*allowed: its addresses
			? arrive.*:
			> 203.0.113.1
			? inner addresses.*:
			> 10.0.0.9-10.0.0.1
			?   pool: .* is reversed; allowed: FIRST-LAST
			? inner addresses.*:
			> 203.0.113.10-203.0.113.20
			?   pool meets the network 203.0.113.0-203.0.113.255, interface lo.*; allowed:
			? inner addresses.*:
			> 10.7.0.2-10.7.0.200
			? DNS.*:
			> 1.2.3
			?   allowed: one or two IPv4 addresses
			? DNS.*:
			> 9.9.9.9, 1.1.1.1
			? first user.*:
			> a b
			?   a user name has 1 to 128
			? first user.*:
			> none
			? clients get +10\.7\.0\.2-10\.7\.0\.200; this host is 10\.7\.0\.1
			? DNS servers +9\.9\.9\.9, 1\.1\.1\.1
			? do it.*:
			> perhaps
			?   allowed: yes or no
			? do it.*:
			> y
		TALK
		grep -q '^pool = 10.7.0.2-10.7.0.200$' $conf/saregate.conf
		grep -q '^local-address = 10.7.0.1$' $conf/saregate.conf
		grep -q '^address = ' $conf/saregate.conf || true
	EOF
}

@test "Ctrl-C, the end of input and no, at any question, change nothing" {
	in_host <<-'EOF'
		before=$(tree)
		# ends_at NUMBER TEXT: Enter before, TEXT at the NUMBERth question
		ends_at() {
			local status=0
			{
				for ((i = 1; i < $1; i++)); do printf '? \\]: $\n>\n'; done
				printf '? \\]: $\n%s\n' "$2"
			} >$work/script
			python3 $work/terminal.py "$work/saregate" setup <$work/script >$work/out || status=$?
			cat $work/out
			[ $status = 1 ]
			grep -q 'nothing was changed' $work/out
			same "$before" "$(tree)"
		}
		for question in 1 2 3 4 5; do
			ends_at $question '^ C'
			ends_at $question '^ D'
		done
		ends_at 5 '> no'
	EOF
}

@test "a password is typed twice, is not shown, and comes before any change" {
	in_host <<-'EOF'
		before=$(tree)
		status=0
		python3 $work/terminal.py "$work/saregate" setup <<-'TALK' >$work/out || status=$?
			? arrive.*:
			>
			? inner.*:
			>
			? DNS.*:
			>
			? first user.*:
			> alice
			? password for alice.*: $
			. off
			> open sesame
			? once more: $
			. off
			> open sezame
			?   the two are not the same
			? password for alice.*: $
			> open sesame
			? once more: $
			> open sesame
			? user +alice
			? do it.*:
			> no
		TALK
		cat $work/out
		[ $status = 1 ]
		absent sesame <$work/out
		same "$before" "$(tree)"
		# the terminal as it was, also after Ctrl-C where it does not echo
		status=0
		python3 $work/terminal.py bash -c "$work/saregate setup --user alice --dns none --pool 10.7.0.2-10.7.0.9; stty" \
			<<-'TALK' >$work/out || status=$?
			? arrive.*:
			>
			? password for alice.*: $
			. off
			^ C
		TALK
		cat $work/out
		absent -e '-echo' <$work/out
	EOF
}

@test "without a terminal and without --non-interactive, one line says so" {
	in_host <<-'EOF'
		status=0
		saregate setup </dev/null >$work/out 2>$work/err || status=$?
		[ $status = 2 ]
		[ "$(wc -l <$work/err)" = 1 ]
		grep -q 'no terminal to ask at: --non-interactive' $work/err
		status=0
		saregate setup --dry-run </dev/null 2>$work/err || status=$?
		[ $status = 2 ]
	EOF
}

@test "a pool that meets a network of the host is not taken, and not accepted" {
	in_host <<-'EOF'
		ip address add 10.89.1.1/24 dev lo
		ip route add 10.89.4.0/22 dev lo
		ip route add 10.16.0.0/12 via 203.0.113.254
		saregate setup --non-interactive >$work/out
		grep -q '^assumed: clients get addresses of 10.89.8.10-10.89.11.250, .*10.89.1.0-10.89.1.255 of lo' $work/out
		grep -q '^pool = 10.89.8.10-10.89.11.250$' $conf/saregate.conf
		grep -q '^local-address = 10.89.8.1$' $conf/saregate.conf
		saregate setup --non-interactive | found 'nothing to change'
		refused 'pool meets the network 10.89.1.0' setup --non-interactive --pool 10.89.1.10-10.89.1.20
		refused 'local-address meets the network 203.0.113.0' setup --non-interactive \
			--pool 10.7.0.2-10.7.0.9 --local-address 203.0.113.7
		printf '[pool guests]\nrange = 10.20.0.9-10.20.0.99\n' >>$conf/saregate.conf
		refused 'pool overlaps \[pool guests\] of saregate.conf, 10.20.0.9-10.20.0.99' \
			setup --non-interactive --pool 10.20.0.2-10.20.0.9
		sed -i '/^\[pool guests\]/,$d' $conf/saregate.conf
		# a part of what lies behind a router is somebody's own decision
		saregate setup --non-interactive --pool 10.20.0.2-10.20.0.9 >/dev/null
		grep -q '^local-address = 10.20.0.1$' $conf/saregate.conf
	EOF
}

@test "name servers are the host's, not its stub; none that clients can use are named" {
	in_host <<-'EOF'
		echo 'nameserver 127.0.0.53' >/etc/resolv.conf
		mkdir -p /run/systemd/resolve
		printf 'nameserver 192.0.2.1\nnameserver 192.0.2.2\n' >/run/systemd/resolve/resolv.conf
		saregate setup --non-interactive | found '^assumed: .*192.0.2.1,192.0.2.2'
		grep -q '^dns = 192.0.2.1 192.0.2.2$' $conf/saregate.conf
		saregate setup --undo >/dev/null
		rm /run/systemd/resolve/resolv.conf
		saregate setup --non-interactive | found '^assumed: clients ask 9.9.9.9,149.112.112.112 (Quad9)'
		saregate setup --non-interactive --dns none >/dev/null
		absent -E '^dns = .*[0-9]' $conf/saregate.conf
		saregate setup --non-interactive | found 'nothing to change'
	EOF
}

@test "behind a NAT the public address is what cloud-init notes, or is asked for" {
	in_host <<-'EOF'
		ip address del 203.0.113.1/24 dev lo
		ip address add 192.168.7.5/24 dev lo
		ip route replace default dev lo
		saregate setup --non-interactive | found '^assumed: clients connect to 192.168.7.5 itself, a private'
		grep -q '^	leftid=192.168.7.5$' /etc/ipsec.d/saregate.conf
		saregate setup --undo >/dev/null
		mkdir -p /run/cloud-init
		echo '{"ds": {"meta_data": {"public-ipv4": "198.51.100.7"}}}' >/run/cloud-init/instance-data.json
		saregate setup --non-interactive >$work/out
		grep -q '^assumed: clients connect to 198.51.100.7, .*cloud-init' $work/out
		grep -q '^	left=192.168.7.5$' /etc/ipsec.d/saregate.conf
		grep -q '^	leftid=198.51.100.7$' /etc/ipsec.d/saregate.conf
		grep -q '^198.51.100.7 %any : PSK' /etc/ipsec.d/saregate.secrets
		saregate setup --non-interactive --public-address none >/dev/null
		grep -q '^	leftid=192.168.7.5$' /etc/ipsec.d/saregate.conf
		saregate setup --undo >/dev/null
		rm /run/cloud-init/instance-data.json
		talk setup --pool 10.7.0.2-10.7.0.9 --dns none <<-'TALK'
			? arrive.*\[192\.168\.7\.5\]:
			>
			?   192\.168\.7\.5 is a private address; if a NAT
			? public address.*: $
			>
			?   --public-address: allowed: an IPv4 address
			? public address.*: $
			> 198.51.100.8
			? first user.*:
			>
			? clients connect to +198\.51\.100\.8
			? do it.*:
			>
		TALK
		grep -q '^	leftid=198.51.100.8$' /etc/ipsec.d/saregate.conf
	EOF
}

@test "another firewall gets its rules on request, and loses those, and no others, on undo" {
	in_host <<-'EOF'
		nft -f - <<-'RULES'
			table inet site {
				chain in {
					type filter hook input priority 0; policy drop;
					udp dport { 500, 4500 } accept comment "saregate ike"
				}
				chain pass { type filter hook forward priority 0; policy drop; }
			}
		RULES
		before=$(traces)
		saregate setup --non-interactive --allow-in-firewalls >$work/out
		grep -q '^ran nft .insert rule inet site pass iifname "sg\*" accept' $work/out
		absent 'another firewall' <$work/out
		[ "$(nft list table inet site | grep -c 'comment "saregate')" = 5 ]
		wanted=$(traces)
		saregate setup --non-interactive | found 'nothing to change'
		same "$wanted" "$(traces)"
		# gone by a reboot: put back, for it was asked for once
		nft flush chain inet site pass
		saregate setup --non-interactive | found '^ran nft'
		[ "$(nft list chain inet site pass | grep -c 'comment "saregate')" = 2 ]
		saregate setup --undo >/dev/null
		same "$before" "$(traces)"
		# at a terminal: shown and asked for
		talk setup --pool 10.7.0.2-10.7.0.9 --dns none <<-'TALK'
			? arrive.*:
			>
			? nft 'insert rule inet site in meta l4proto esp accept
			? run them \[yes\]:
			>
			? first user.*:
			>
			? other firewalls +the commands
			? do it.*:
			>
		TALK
		[ "$(nft list table inet site | grep -c 'comment "saregate')" = 5 ]
		saregate setup --undo >/dev/null
		same "$before" "$(traces)"
	EOF
}

@test "ufw is told in its own words what it does not have yet, and told again on undo" {
	in_host <<-'EOF'
		mount -t tmpfs tmpfs /usr/local/sbin
		cat >/usr/local/sbin/ufw <<-'UFW'
			#!/bin/sh
			if [ "$*" = 'show added' ]; then exec cat /run/ufw; fi
			echo "$*" >>/run/told
			case $* in
			'allow 500,4500,1701/udp') echo 'ufw allow 500,1701,4500/udp' >>/run/ufw ;;
			'delete allow 500,4500,1701/udp') sed -i '/500/d' /run/ufw ;;
			'route allow'*) echo "ufw $*" >>/run/ufw ;;
			'route delete'*) sed -i '/route/d' /run/ufw ;;
			esac
		UFW
		chmod 755 /usr/local/sbin/ufw
		echo 'ufw allow to any proto esp' >/run/ufw
		nft 'add table ip filter; add chain ip filter ufw-user-input;
			add chain ip filter INPUT { type filter hook input priority 0; policy drop; }'
		saregate setup --non-interactive >$work/out
		grep -q '^  ufw allow 500,4500,1701/udp$' $work/out
		absent 'proto esp' <$work/out
		[ ! -e /run/told ]
		saregate setup --non-interactive --allow-in-firewalls >/dev/null
		saregate setup --undo >/dev/null
		same "$(printf '%s\n' 'allow 500,4500,1701/udp' 'route allow in on sg+' \
			'delete allow 500,4500,1701/udp' 'route delete allow in on sg+')" "$(cat /run/told)"
		same 'ufw allow to any proto esp' "$(cat /run/ufw)"
	EOF
}

@test "a config setup in the way: on request pluto runs on a file with both, until undo" {
	in_host <<-'EOF'
		sed -i 's/^config setup/&\n\tlogfile=\/var\/log\/pluto.log/' /etc/ipsec.conf
		before=$(traces)
		refused 'config setup.*--ipsec-drop-in' setup --non-interactive
		saregate setup --non-interactive --ipsec-drop-in >$work/out
		grep -q 'start by hand: ipsec pluto --config /etc/ipsec.d/saregate.pluto' $work/out
		ipsec addconn --config /etc/ipsec.d/saregate.pluto --configsetup >$work/setup
		grep -q "ikev1_policy='0'" $work/setup
		grep -q "logfile='/var/log/pluto.log'" $work/setup
		grep -q '^ExecStart=/.*pluto.*--config /etc/ipsec.d/saregate.pluto ' \
			/etc/systemd/system/ipsec.service.d/saregate-pluto.conf
		saregate setup --non-interactive | found 'nothing to change'
		# the host's keys changed: taken over again
		sed -i 's/pluto.log/other.log/' /etc/ipsec.conf
		saregate setup --non-interactive >/dev/null
		grep -q other.log /etc/ipsec.d/saregate.pluto
		sed -i 's/other.log/pluto.log/' /etc/ipsec.conf
		saregate setup --undo >/dev/null
		same "$before" "$(traces)"
		[ ! -e /etc/systemd/system/ipsec.service.d ]
		talk setup --pool 10.7.0.2-10.7.0.9 --dns none <<-'TALK'
			? arrive.*:
			>
			? `config setup` with keys
			? add the drop-in \[yes\]:
			>
			? first user.*:
			>
			? saregate.pluto
			? do it.*:
			>
		TALK
		[ -e /etc/ipsec.d/saregate.pluto ]
	EOF
}

@test "who holds a port that clients connect to is named with what to do, and left alone" {
	in_host <<-'EOF'
		printf '%s\n' 'import socket, sys, time' 'open("/proc/self/comm", "w").write(sys.argv[3])' \
			's = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)' \
			's.bind(("", int(sys.argv[1])))' \
			'open(sys.argv[2], "w").close()' 'time.sleep(1000)' >$work/holder.py
		for holder in 'xl2tpd 1701 xl2tpd' 'charon 4500 strongswan-starter' 'charon 500 strongswan'; do
			read -r program port remedy <<<"$holder"
			python3 $work/holder.py $port $work/bound-$port $program 3>&- &
			holder=$!
			until [ -e $work/bound-$port ]; do
				kill -0 $holder
				sleep 0.05
			done
			refused "UDP port $port is held by $program .process $holder.*systemctl disable --now $remedy" \
				setup --non-interactive
			kill $holder
			wait $holder || true
		done
		saregate setup --non-interactive >/dev/null
	EOF
}

@test "a user is added once saregated runs, and a second time stays as it is" {
	command -v dbus-daemon >/dev/null || skip "dbus-daemon is not installed"
	in_host <<-'EOF'
		status=0
		saregate setup --non-interactive --user alice --generate >$work/out 2>$work/err || status=$?
		[ $status = 1 ]
		grep -q 'is set up, but user alice was not added.*saregate user add alice' $work/err
		[ -e /etc/ipsec.d/saregate.conf ]
		start_saregated
		saregate setup --non-interactive --user alice --generate >$work/out
		grep -Eq 'added user alice, whose password is ([a-z2-9]{4}-){4}[a-z2-9]{4} ' $work/out
		grep -q '^next: saregate profile alice --client' $work/out
		saregate setup --non-interactive --user alice --generate | found 'alice is there already'
		saregate setup --non-interactive --user bob --password-stdin <<<'open sesame' | found 'added user bob$'
		[ "$(saregate user list | sed 1d | cut -d ' ' -f 1 | xargs)" = 'alice bob' ]
		talk setup --dns none <<-'TALK'
			? arrive.*:
			>
			? inner.*:
			>
			? another user.*:
			> carl
			? password for carl.*: $
			>
			? do it.*:
			>
			? added user carl, whose password is
		TALK
		status=0
		saregate setup --non-interactive --user dora --password-stdin </dev/null 2>$work/err || status=$?
		[ $status = 1 ]
		stop_saregated
	EOF
}
