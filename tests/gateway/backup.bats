#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# `saregate backup` and `saregate restore`, on the host of setup.bats and on another
# that has other addresses.
# shellcheck disable=SC2154 # top_builddir, top_srcdir: from make
bats_require_minimum_version 1.5.0

setup_file() {
	load "$top_srcdir/tests/gateway/setup-skip.bash"
	setup_skip
	# Two gateways' worth of work is done once: a backup with two users, taken while
	# saregated has them open.
	[ -n "$SETUP_SKIP" ] || BATS_TEST_TMPDIR=$BATS_FILE_TMPDIR in_host <<-'EOF'
		saregate setup --non-interactive --mtu 1400 --public-address 198.51.100.7 >/dev/null
		start_saregated
		saregate user add alice --password-stdin <<<'open sesame' >/dev/null
		saregate user add bob --generate >/dev/null
		saregate backup $work/backup >$work/told
		[ "$(stat -c '%a %U' $work/backup)" = '600 root' ]
		sed -n 's/.*PSK "\(.*\)"/\1/p' /etc/ipsec.d/saregate.secrets >$work/key
		stop_saregated
	EOF
}

setup() {
	load "$top_srcdir/tests/gateway/setup-skip.bash"
	[ ! -e "$BATS_FILE_TMPDIR/backup" ] || cp "$BATS_FILE_TMPDIR"/{backup,key,told} "$BATS_TEST_TMPDIR/"
}

@test "a backup is one file for root alone, and does not replace another" {
	in_host <<-'EOF'
		grep -q 'wrote .*backup: .*users; whoever reads it' $work/told
		absent -F 'open sesame' <$work/backup
		refused 'no gateway yet' backup $work/new
		saregate setup --non-interactive >/dev/null
		before=$(sha256sum <$work/backup)
		refused 'is there already: --force' backup $work/backup
		same "$before" "$(sha256sum <$work/backup)"
		saregate backup $work/backup --force >/dev/null
		[ "$(stat -c %a $work/backup)" = 600 ]
	EOF
}

@test "restored on a host with another address, key, configuration and users are the old ones" {
	in_host <<-'EOF'
		ip address del 203.0.113.1/24 dev lo
		ip address add 203.0.113.9/24 dev lo
		ip route replace default dev lo
		before=$(traces)
		saregate restore $work/backup >$work/out
		cat $work/out
		same "$(cat $work/key)" "$(sed -n 's/.*PSK "\(.*\)"/\1/p' /etc/ipsec.d/saregate.secrets)"
		grep -q '^mtu = 1400$' $conf/saregate.conf
		grep -q '^	leftid=203.0.113.9$' /etc/ipsec.d/saregate.conf
		grep -q 'not taken over: the public address 198.51.100.7' $work/out
		[ "$(stat -c '%a %U' /var/lib/saregate/saregate.db)" = '600 saregate' ]
		[ "$(cd /var/lib/saregate && echo *)" = 'saregate.db setup.json' ]
		start_saregated
		[ "$(saregate user list | sed 1d | cut -d ' ' -f 1 | xargs)" = 'alice bob' ]
		stop_saregated
		saregate setup --non-interactive | found 'nothing to change'
		saregate setup --undo >/dev/null
		rm /var/lib/saregate/saregate.db* /var/lib/saregate/history.db*
		same "$before" "$(traces)"
	EOF
}

@test "on the same host the public address comes back, too" {
	in_host <<-'EOF'
		saregate restore $work/backup >/dev/null
		grep -q '^	leftid=198.51.100.7$' /etc/ipsec.d/saregate.conf
	EOF
}

@test "a listen address that this host lacks becomes that of the default route" {
	in_host <<-'EOF'
		python3 - <<-'PYTHON' $work/backup
			import json, sys
			backup = json.load(open(sys.argv[1]))
			backup["configuration"] += "\n[listen]\naddress = 192.0.2.7\n"
			backup["configuration"] = backup["configuration"].replace("#address", "#x")
			json.dump(backup, open(sys.argv[1], "w"))
		PYTHON
		saregate restore $work/backup >$work/out
		grep -q 'assumed: clients arrive at the address of the default route, for 192.0.2.7' $work/out
		grep -q '^	left=203.0.113.1$' /etc/ipsec.d/saregate.conf
	EOF
}

@test "a gateway, and users, are replaced with --force only" {
	in_host <<-'EOF'
		saregate setup --non-interactive >/dev/null
		refused 'a gateway already: --force' restore $work/backup
		saregate restore $work/backup --force >/dev/null
		same "$(cat $work/key)" "$(sed -n 's/.*PSK "\(.*\)"/\1/p' /etc/ipsec.d/saregate.secrets)"
		saregate setup --undo >/dev/null
		refused 'this host has users: --force' restore $work/backup
	EOF
}

@test "a backup that is damaged, newer or hostile is refused, and nothing changes" {
	in_host <<-'EOF'
		# changed WHAT: the backup with a Python statement done to it
		changed() {
			python3 -c 'import base64, json, sys
		backup = json.load(open(sys.argv[1]))
		exec(sys.argv[3])
		json.dump(backup, open(sys.argv[2], "w"))' $work/backup $work/bad "$1"
		}
		head -c 1000 $work/backup >$work/bad
		refused 'damaged, or no backup' restore $work/bad
		: >$work/bad
		refused 'damaged, or no backup' restore $work/bad
		printf '{"format": "saregate-backup\0"}' >$work/bad
		refused 'damaged, or no backup' restore $work/bad
		refused 'a directory' restore /etc
		mkfifo $work/fifo
		refused 'fifo: ' restore $work/fifo
		truncate -s 200M $work/bad
		refused 'too large' restore $work/bad
		changed 'backup["version"] = 2'
		refused 'a newer saregate made this backup' restore $work/bad
		changed 'backup["format"] = "tar"'
		refused 'no backup of saregate' restore $work/bad
		changed 'backup["pre_shared_key"] = "a\"\n: PSK \"b"'
		refused 'cannot be a pre-shared key' restore $work/bad
		changed 'backup["public_address"] = "\x1b[2J"'
		refused 'public_address: is no IPv4 address' restore $work/bad
		changed 'backup["configuration"] = "[ppp]\nmtu = 9\n"'
		refused 'mtu' restore $work/bad
		changed 'backup["configuration"] = 7'
		refused 'configuration: is missing, or no text' restore $work/bad
		changed 'backup["users"] = "%%%"'
		refused 'users: is no base64' restore $work/bad
		changed 'backup["users"] = base64.b64encode(b"no database at all" * 100).decode()'
		refused 'users in the backup: .*no SQLite database' restore $work/bad
		changed 'u = bytearray(base64.b64decode(backup["users"])); u[4096:] = b"x" * len(u[4096:]); backup["users"] = base64.b64encode(u).decode()'
		refused 'users in the backup: .*damaged' restore $work/bad
		changed 'u = bytearray(base64.b64decode(backup["users"])); u[60:64] = b"\0\0\0\x63"; backup["users"] = base64.b64encode(u).decode()'
		refused 'users in the backup: .*schema version 99' restore $work/bad
		[ "$(cat /proc/sys/net/ipv4/ip_forward)" = 0 ]
		# a database that the configuration puts where saregated may not write
		echo precious >/etc/precious
		changed 'backup["configuration"] = "[users]\ndatabase = /etc/precious\n"'
		refused 'precious' restore $work/bad
		same precious "$(cat /etc/precious)"
	EOF
}

@test "a link in the place of the database leads root nowhere" {
	in_host <<-'EOF'
		saregate setup --non-interactive >/dev/null
		install -m 600 /dev/null /etc/secret
		sqlite=/var/lib/saregate/saregate.db
		ln -s /etc/secret $sqlite
		refused 'saregate.db' backup $work/new
		ln -sf /etc/secret $sqlite.restored
		saregate restore $work/backup --force >/dev/null
		[ -f $sqlite ] && [ ! -L $sqlite ]
		[ ! -s /etc/secret ]
	EOF
}

@test "a restore that is killed is finished by another, or undone" {
	in_host <<-'EOF'
		before=$(traces)
		for ((number = 1; ; number++)); do
			killed rename $number restore $work/backup || break
			saregate restore $work/backup --force >/dev/null
			saregate setup --non-interactive | found 'nothing to change'
			[ "$(cd /var/lib/saregate && echo *)" = 'saregate.db setup.json' ]
			saregate setup --undo >/dev/null
			rm /var/lib/saregate/saregate.db*
			same "$before" "$(traces)"
		done
		[ $number -ge 5 ]
	EOF
}

@test "a missing program, and a way that is none, are told before anything is read" {
	in_host <<-'EOF'
		saregate setup --non-interactive >/dev/null
		refused '--encrypt: allowed: age:RECIPIENT or gpg:KEY' backup $work/new --encrypt zip
		refused '--encrypt: allowed' backup $work/new --encrypt age:
		refused '--decrypt: allowed: age:IDENTITY-FILE or gpg' restore $work/backup --force --decrypt zip
		for program in age gpg; do
			path=$(type -P $program) || continue
			mount --bind /etc/hostname "$path"
		done
		refused 'age.*|there is no age: install age' backup $work/new --encrypt age:age1xyz
		[ ! -e $work/new ]
	EOF
}

@test "what gpg encrypts, gpg decrypts, and a wrong key is told" {
	command -v gpg >/dev/null || skip "gpg is not installed"
	in_host <<-'EOF'
		export GNUPGHOME=$work/gnupg
		mkdir -m 700 $GNUPGHOME
		gpg --batch --quiet --passphrase '' --quick-generate-key backup@example.org default default never
		saregate setup --non-interactive >/dev/null
		saregate backup $work/new --encrypt gpg:backup@example.org >$work/out
		grep -q encrypted $work/out
		[ "$(stat -c %a $work/new)" = 600 ]
		absent PSK <$work/new
		absent pre_shared_key <$work/new
		refused 'encrypted by gpg: say --decrypt gpg' restore $work/new --force
		saregate restore $work/new --force --decrypt gpg >/dev/null
		refused 'is not encrypted' restore $work/backup --force --decrypt gpg
		refused 'gpg: .*nobody' backup $work/other --encrypt gpg:nobody@example.org
		gpgconf --kill gpg-agent
		rm -rf $GNUPGHOME/private-keys-v1.d
		refused 'gpg: ' restore $work/new --force --decrypt gpg
		gpgconf --kill gpg-agent
	EOF
}

@test "what age encrypts, age decrypts" {
	command -v age >/dev/null || skip "age is not installed"
	in_host <<-'EOF'
		age-keygen -o $work/identity 2>/dev/null
		saregate setup --non-interactive >/dev/null
		saregate backup $work/new --encrypt "age:$(age-keygen -y $work/identity)" >/dev/null
		refused 'encrypted by age: say --decrypt age:IDENTITY-FILE' restore $work/new --force
		saregate restore $work/new --force --decrypt age:$work/identity >/dev/null
		age-keygen -o $work/identity2 2>/dev/null
		refused 'age: ' restore $work/new --force --decrypt age:$work/identity2
	EOF
}
