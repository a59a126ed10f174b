#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# `saregate setup` with this machine's own libreswan and nft, on private copies:
#
#   this machine ── unshare --mount --net ── /etc, /run, /var/lib: copies
#                                            lo 203.0.113.1/24, default route by it
#
# Nothing outside the namespace changes. pluto does not run.
# shellcheck disable=SC2154 # top_builddir, top_srcdir, sysconfdir: from make
bats_require_minimum_version 1.5.0

setup_file() {
	load "$top_srcdir/tests/gateway/setup-skip.bash"
	setup_skip
}

setup() { load "$top_srcdir/tests/gateway/setup-skip.bash"; }

@test "setup writes what a gateway needs" {
	in_host <<-'EOF'
		saregate setup --non-interactive >$work/out
		grep -q '^conn saregate-203.0.113.1$' /etc/ipsec.d/saregate.conf
		[ "$(stat -c '%a %U' /etc/ipsec.d/saregate.secrets)" = "600 root" ]
		[ "$(stat -c '%a %U' /var/lib/saregate/setup.json)" = "600 root" ]
		grep -Eq '^203.0.113.1 %any : PSK "([a-z2-9]{4}-){6}[a-z2-9]{4}"$' \
			/etc/ipsec.d/saregate.secrets
		grep -q '^net.ipv4.ip_forward = 1$' /etc/sysctl.d/60-saregate.conf
		[ "$(cat /proc/sys/net/ipv4/ip_forward)" = 1 ]
		ipsec addconn --configsetup | found "ikev1_policy='0'"
		nft list table inet saregate | found 'iifname "sg\*" oifname != "sg\*" .*masquerade'
		nft list table inet saregate_guard | found 'udp dport 1701 meta ipsec missing'
		diff $work/saregate.conf $conf/saregate.conf | grep '^[<>]' >$work/diff || true
		[ "$(cat $work/diff)" = '> dns = 203.0.113.53' ]
		absent -F "$(sed -n 's/.*"\(.*\)"/\1/p' /etc/ipsec.d/saregate.secrets)" $work/out
	EOF
}

@test "a second setup changes nothing, and keeps living sessions and counters" {
	in_host <<-'EOF'
		saregate setup --non-interactive --mtu 1400 >/dev/null
		nft add element inet saregate inner '{ sg1 . 10.89.0.10 }'
		echo x >/dev/udp/203.0.113.1/1701
		nft list counter inet saregate_guard cleartext_in | found 'packets 1 '
		before=$(tree) rules=$(nft list ruleset)
		saregate setup --non-interactive >$work/out
		grep -q 'nothing to change' $work/out
		same "$before" "$(tree)"
		same "$rules" "$(nft list ruleset)"
		grep -q '^mtu = 1400$' $conf/saregate.conf
	EOF
}

@test "another setup changes what differs, and keeps the key and living sessions" {
	in_host <<-'EOF'
		saregate setup --non-interactive --mtu 1400 >/dev/null
		key=$(grep -o '"[^"]*"' /etc/ipsec.d/saregate.secrets)
		nft add element inet saregate inner '{ sg1 . 10.89.0.10 }'
		saregate setup --non-interactive --mtu 1300 --public-address 198.51.100.7 \
			--pool 10.7.0.2-10.7.0.200 --local-address 10.7.0.1 --dns 9.9.9.9,1.1.1.1 >/dev/null
		same "$key" "$(grep -o '"[^"]*"' /etc/ipsec.d/saregate.secrets)"
		grep -q 'leftid=198.51.100.7' /etc/ipsec.d/saregate.conf
		grep -q '^dns = 9.9.9.9 1.1.1.1$' $conf/saregate.conf
		nft list set inet saregate inner | found 'sg1'
		[ "$(nft list table inet saregate | grep -c 'size set 1260')" = 2 ]
		[ "$(nft list table inet saregate | grep -c masquerade)" = 1 ]
	EOF
}

@test "several listen addresses have a connection and a key each" {
	in_host <<-'EOF'
		ip address add 203.0.113.2/24 dev lo
		ip address add 2001:db8::1/64 dev lo nodad
		saregate setup --non-interactive --listen-address 203.0.113.1,2001:db8::1,203.0.113.2 >$work/out
		[ "$(grep -c '^conn saregate-' /etc/ipsec.d/saregate.conf)" = 3 ]
		grep -q '^	left=2001:db8::1$' /etc/ipsec.d/saregate.conf
		ipsec addconn --checkconfig
		[ "$(grep -c '%any : PSK' /etc/ipsec.d/saregate.secrets)" = 3 ]
		grep -q '^address = 203.0.113.1 2001:db8::1 203.0.113.2$' $conf/saregate.conf
		grep -q 'connect to 203.0.113.1 or 2001:db8::1 or 203.0.113.2 with' $work/out
		key=$(grep -o '"[^"]*"' /etc/ipsec.d/saregate.secrets | sort -u)
		saregate setup --non-interactive --listen-address 2001:db8::1 >/dev/null
		[ "$(grep -c '^conn saregate-' /etc/ipsec.d/saregate.conf)" = 1 ]
		same "$key" "$(grep -o '"[^"]*"' /etc/ipsec.d/saregate.secrets)"
		refused 'no default route of IPv6' setup --non-interactive --listen-address ::
		refused 'address' setup --non-interactive --listen-address fe80::1
	EOF
}

@test "undo leaves the host as it was" {
	in_host <<-'EOF'
		before=$(tree) rules=$(nft list ruleset)
		saregate setup --non-interactive --mtu 1400 --dns 9.9.9.9 >/dev/null
		saregate setup --non-interactive --pool 10.7.0.2-10.7.0.200 --local-address 10.7.0.1 >/dev/null
		saregate setup --undo >/dev/null
		same "$before" "$(tree)"
		same "$rules" "$(nft list ruleset)"
		[ "$(cat /proc/sys/net/ipv4/ip_forward)" = 0 ]
		saregate setup --undo | found 'nothing to undo'
	EOF
}

@test "a setup that is killed at any file or child is finished by setup, and undone by undo" {
	in_host <<-'EOF'
		options=(setup --non-interactive --mtu 1400 --ipsec-drop-in)
		before=$(traces)
		saregate "${options[@]}" >/dev/null
		wanted=$(traces) kills=0
		saregate setup --undo >/dev/null
		for call in rename clone3; do
			for ((number = 1; ; number++)); do
				killed $call $number "${options[@]}" || break
				kills=$((kills + 1))
				saregate "${options[@]}" >/dev/null
				same "$wanted" "$(traces)"
				saregate setup --undo >/dev/null
				same "$before" "$(traces)"
				killed $call $number "${options[@]}"
				saregate setup --undo >/dev/null
				same "$before" "$(traces)"
			done
			saregate setup --undo >/dev/null
		done
		# a file of each kind that setup writes, its memory twice; a child for each check
		[ $kills -ge 14 ]
	EOF
}

@test "a change of setup that is killed is finished, or undone to what was before the first" {
	in_host <<-'EOF'
		ip address add 203.0.113.2/24 dev lo
		options=(setup --non-interactive --mtu 1300 --listen-address 203.0.113.2)
		before=$(traces)
		for ((number = 1; ; number++)); do
			saregate setup --non-interactive --mtu 1400 >/dev/null
			killed rename $number "${options[@]}" || break
			saregate setup --undo >/dev/null
			same "$before" "$(traces)"
			saregate setup --non-interactive --mtu 1400 >/dev/null
			killed rename $number "${options[@]}"
			saregate "${options[@]}" >/dev/null
			[ "$(saregate "${options[@]}" | head -n 1)" = 'nothing to change' ]
			saregate setup --undo >/dev/null
			same "$before" "$(traces)"
		done
		[ $number -ge 5 ]
	EOF
}

@test "an undo that is killed is finished by undo, and reversed by setup" {
	in_host <<-'EOF'
		options=(setup --non-interactive --mtu 1400)
		before=$(traces) kills=0
		saregate "${options[@]}" >/dev/null
		wanted=$(traces)
		for call in rename unlink clone3; do
			for ((number = 1; ; number++)); do
				killed $call $number setup --undo || break
				kills=$((kills + 1))
				saregate setup --undo >/dev/null
				same "$before" "$(traces)"
				saregate "${options[@]}" >/dev/null
				killed $call $number setup --undo
				saregate "${options[@]}" >/dev/null
				same "$wanted" "$(traces)"
			done
			saregate "${options[@]}" >/dev/null
		done
		[ $kills -ge 10 ]
	EOF
}

@test "undo leaves forwarding on where it was on, and an edited configuration as edited" {
	in_host <<-'EOF'
		echo 1 >/proc/sys/net/ipv4/ip_forward
		saregate setup --non-interactive --mtu 1400 >/dev/null
		echo '# mine' >>$conf/saregate.conf
		saregate setup --undo | found "left as it is.*$conf/saregate.conf"
		[ "$(cat /proc/sys/net/ipv4/ip_forward)" = 1 ]
		[ "$(tail -n 1 $conf/saregate.conf)" = '# mine' ]
	EOF
}

@test "an ipsec.conf that libreswan cannot read is refused, and nothing changes" {
	in_host <<-'EOF'
		echo '  nonsense' >>/etc/ipsec.conf
		refused 'syntax error' setup --non-interactive
	EOF
}

@test "a config setup of the host in the way is refused with the lines to add" {
	in_host <<-'EOF'
		sed -i 's/^config setup/&\n\tlogfile=\/var\/log\/pluto.log/' /etc/ipsec.conf
		refused 'config setup' setup --non-interactive
		grep -q '	ikev1-policy=accept' $work/err
		sed -i 's/^config setup/&\n\tikev1-policy=accept\n\tuniqueids=no/' /etc/ipsec.conf
		saregate setup --non-interactive >/dev/null
	EOF
}

@test "a firewall that the kernel does not take is refused, and nothing changes" {
	in_host <<-'EOF'
		nft add table inet saregate
		nft add set inet saregate inner '{ type ipv4_addr; }'
		refused nft setup --non-interactive
		[ "$(cat /proc/sys/net/ipv4/ip_forward)" = 0 ]
	EOF
}

@test "a firewall that was checked and then does not load puts everything back" {
	in_host <<-'EOF'
		nft=$(type -P nft)
		cp "$nft" $work/nft
		printf '#!/bin/sh\n[ "$1" != -f ] || { echo no luck; exit 1; }\nexec %s "$@"\n' \
			"$work/nft" >$work/unlucky
		chmod 755 $work/unlucky
		mount --bind $work/unlucky "$nft"
		refused 'no luck' setup --non-interactive --mtu 1400
		[ "$(cat /proc/sys/net/ipv4/ip_forward)" = 0 ]
	EOF
}

@test "options that make no sense are refused, and nothing changes" {
	in_host <<-'EOF'
		refused 'ppp.*mtu|mtu' setup --non-interactive --mtu 9000
		refused pool setup --non-interactive --pool 10.0.0.9-10.0.0.1
		refused local-address setup --non-interactive --pool 10.7.0.1-10.7.0.9 --local-address 10.7.0.5
		refused dns setup --non-interactive --dns nonsense
		refused 'IPv4 address' setup --non-interactive --public-address nonsense
		refused 'IPv4 address' setup --non-interactive --public-address 127.0.0.1
		refused 'no interface' setup --non-interactive --listen-address 192.0.2.99
		refused 'interface nope' setup --non-interactive --interface nope
	EOF
}

@test "a file in the way that setup did not write is refused" {
	in_host <<-'EOF'
		echo '# mine' >/etc/ipsec.d/saregate.conf
		refused 'setup did not write it' setup --non-interactive
	EOF
}

@test "a memory that anybody else could have written is refused" {
	in_host <<-'EOF'
		saregate setup --non-interactive >/dev/null
		chown 65534 /var/lib/saregate/setup.json
		refused 'root owns' setup --non-interactive
		refused 'root owns' setup --undo
		rm /var/lib/saregate/setup.json
		ln -s /etc/shadow /var/lib/saregate/setup.json
		refused 'not a link' setup --undo
	EOF
}

@test "a dry run shows all but the key, and changes nothing" {
	in_host <<-'EOF'
		before=$(tree)
		saregate setup --non-interactive --dry-run --mtu 1400 >$work/out
		same "$before" "$(tree)"
		grep -q '^mtu = 1400$' $work/out
		grep -q '^conn saregate-' $work/out
		absent PSK $work/out
	EOF
}

@test "a foreign chain that drops is named with what to allow, and left as it is" {
	in_host <<-'EOF'
		saregate setup --non-interactive >$work/out
		absent -F 'another firewall' <$work/out
		nft 'add table inet site; add chain inet site pass { type filter hook forward priority 0; policy drop; }'
		before=$(nft list table inet site)
		saregate setup --non-interactive >$work/out
		grep -q 'another firewall of this host drops' $work/out
		sed -n "s/^  nft '\\(.*\\)'$/\\1/p" $work/out >$work/commands
		[ "$(wc -l <$work/commands)" = 2 ]
		same "$before" "$(nft list table inet site)"
		nft -f $work/commands
		nft list chain inet site pass | found 'iifname "sg\*" accept'
	EOF
}

@test "an ipv6-pool turns on what IPv6 needs, and the host keeps its advertised route" {
	in_host <<-'EOF'
		ipv6_routed
		echo 20480 >/proc/sys/net/core/optmem_max || true
		before=$(tree) settings=$(ipv6_settings)
		saregate setup --non-interactive --ipv6-pool fd12:3456:789a::/48 >$work/out
		grep -q '^ipv6-pool = fd12:3456:789a::/48$' $conf/saregate.conf
		[ "$(cat /proc/sys/net/ipv6/conf/{all,eth0}/forwarding)" = $'1\n1' ]
		[ "$(cat /proc/sys/net/ipv6/conf/{eth0,eth1}/accept_ra)" = $'2\n1' ]
		ip -6 route show default proto ra | found 'dev eth0'
		ip -6 route flush proto ra
		wait_for advertise
		grep -A 1 accept_ra /etc/sysctl.d/60-saregate.conf | tail -n 1 |
			found -x 'net.ipv6.conf.all.forwarding = 1'
		grep -q 'dnsmasq, as saregate-ra.service has it' $work/out
		[ "$(cat /proc/sys/net/core/optmem_max 2>/dev/null || echo 131072)" = 131072 ]

		saregate setup --non-interactive | found 'nothing to change'
		saregate setup --non-interactive --mtu 1380 >/dev/null
		grep -q '^ipv6-pool = fd12:3456:789a::/48$' $conf/saregate.conf
		[ "$(cat /proc/sys/net/ipv6/conf/eth0/accept_ra)" = 2 ]

		saregate setup --undo >/dev/null
		same "$before" "$(tree)"
		same "$settings" "$(ipv6_settings)"
		ip -6 route show default proto ra | found 'dev eth0'
	EOF
}

@test "an ipv6-pool that is gone takes back what it turned on" {
	in_host <<-'EOF'
		ipv6_routed
		saregate setup --non-interactive >/dev/null
		before=$(traces)
		saregate setup --non-interactive --ipv6-pool fd12:3456:789a::/48 >/dev/null
		saregate setup --non-interactive --ipv6-pool none >/dev/null
		sed -i '/^ipv6-pool =/d' $conf/saregate.conf
		saregate setup --non-interactive >/dev/null
		same "$(grep -v -e ipv6-pool -e configuration_ <<<"$before")" \
			"$(traces | grep -v -e ipv6-pool -e configuration_)"
	EOF
}

@test "what IPv6 was before the first ipv6-pool is what undo leaves" {
	in_host <<-'EOF'
		echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
		before=$(ipv6_settings)
		saregate setup --non-interactive --ipv6-pool fd12:3456:789a::/48 >/dev/null
		saregate setup --non-interactive --ipv6-pool fd12:3456:789b::/48 >/dev/null
		saregate setup --undo >/dev/null
		same "$before" "$(ipv6_settings)"
	EOF
}

@test "a setup with an ipv6-pool that is killed is finished by setup, and undone by undo" {
	in_host <<-'EOF'
		ipv6_routed
		options=(setup --non-interactive --ipv6-pool fd12:3456:789a::/48)
		before=$(traces)
		saregate "${options[@]}" >/dev/null
		wanted=$(traces)
		saregate setup --undo >/dev/null
		for ((number = 1; ; number++)); do
			killed write $number "${options[@]}" || break
			if ((number % 2)); then
				saregate "${options[@]}" >/dev/null
				same "$wanted" "$(traces)"
			fi
			saregate setup --undo >/dev/null
			same "$before" "$(traces)"
		done
		[ $number -ge 10 ]
	EOF
}

@test "an ipv6-pool that cannot be had here is refused, and nothing changes" {
	in_host <<-'EOF'
		ip link add eth0 type veth peer name eth1
		ip address add fd12:3456:789a:7::1/64 dev eth0
		refused 'meets fd12:3456:789a:7::1/64 of interface eth0' \
			setup --non-interactive --ipv6-pool fd12:3456:789a::/48
		refused 'ipv6-pool' setup --non-interactive --ipv6-pool 2001:db8::/96
		mount --bind /dev/null "$(type -P dnsmasq)"
		refused 'apt install dnsmasq-base' setup --non-interactive --ipv6-pool fd12:3456:789b::/48
	EOF
}
