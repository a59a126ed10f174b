#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# `saregate profile` on a gateway of the test's own:
#
#   this machine ── unshare --mount --net ── setup's files: made by the test
#                                            saregated (data path "null") ── bus
#
# What the profiles say, profile_formats.bats shows; here it is where the parts come
# from and where the whole may go.
# shellcheck disable=SC2154 # top_builddir, top_srcdir, sysconfdir: from make
bats_require_minimum_version 1.5.0

setup_file() {
	export PROFILE_SKIP=
	[ "$(id -u)" -eq 0 ] || PROFILE_SKIP="needs root, to make namespaces"
	local program
	for program in dbus-daemon ip openssl python3 unshare; do
		command -v $program >/dev/null || PROFILE_SKIP="$program is not installed"
	done
	[ -n "$PROFILE_SKIP" ] || unshare -mn true 2>/dev/null ||
		PROFILE_SKIP="this kernel forbids namespaces"
}

# in_gateway: runs the rest of its stdin as a script on a fresh gateway.
in_gateway() {
	[ -z "$PROFILE_SKIP" ] || skip "$PROFILE_SKIP"
	{
		cat "$BATS_TEST_DIRNAME/"{processes,profile-host}.bash
		cat
	} | unshare --mount --net --propagation private \
		env work="$BATS_TEST_TMPDIR" saregate="$top_builddir/gateway/saregate" \
		saregated="$top_builddir/gateway/saregated" \
		reader="$top_srcdir/tests/gateway/profile_reader.py" \
		sysconfdir="${sysconfdir:-/etc}" bash -euo pipefail -s
}

# usage ARGUMENT...: of `saregate profile`: exit status 2, one line on stderr, nothing on stdout.
usage() {
	local status=0
	"$top_builddir/gateway/saregate" profile "$@" >"$BATS_TEST_TMPDIR/out" \
		2>"$BATS_TEST_TMPDIR/err" </dev/null || status=$?
	cat "$BATS_TEST_TMPDIR/err"
	[ "$status" -eq 2 ]
	[ ! -s "$BATS_TEST_TMPDIR/out" ]
	[ "$(wc -l <"$BATS_TEST_TMPDIR/err")" -eq 1 ]
}

@test "what cannot be asked for is a usage error that says what can" {
	usage
	usage alice
	usage alice --client android
	grep -q 'networkmanager' "$BATS_TEST_TMPDIR/err"
	usage alice bob --client networkmanager
	usage 'a b' --client networkmanager
	usage 'a"b' --client networkmanager
	usage $'a\nb' --client networkmanager
	usage alice --client networkmanager --server 'a b'
	grep -q 'IPv4 or IPv6 address or a DNS name' "$BATS_TEST_TMPDIR/err"
	usage alice --client networkmanager --server 'a;b'
	usage alice --client networkmanager --name $'a\nb'
	usage alice --client networkmanager --name 'a/b'
	usage alice --client networkmanager --route 10.0.0.1/8
	grep -q '192.0.2.0/24' "$BATS_TEST_TMPDIR/err"
	usage alice --client networkmanager --force
	usage alice --client networkmanager --json
}

@test "a profile has what setup and the configuration say, and only root reads it" {
	in_gateway <<-'EOF'
		start_gateway
		umask 0
		profile >$work/said
		same "600 root" "$(stat -c '%a %U' $work/out/profile)"
		same 203.0.113.1 "$(member server)"
		same 'VPN 203.0.113.1' "$(member name)"
		same alice "$(member user)"
		same None "$(member password)"
		same the-shared-key "$(member psk)"
		same '[]' "$(member routes)"
		grep -q '^mtu=1300$' $work/out/profile
		grep -q 'holds the pre-shared key' $work/said
		absent the-shared-key $work/said $work/log
	EOF
}

@test "server, name and routes can be said" {
	in_gateway <<-'EOF'
		start_gateway
		profile --server vpn.example.org --name "L'été" --route 10.0.0.0/8,192.0.2.0/24
		same vpn.example.org "$(member server)"
		same "L'été" "$(member name)"
		same "['10.0.0.0/8', '192.0.2.0/24']" "$(member routes)"
	EOF
}

@test "the server is the public address, else the first listen address, IPv4 first" {
	in_gateway <<-'EOF'
		start_gateway
		state 'saregate-10.0.0.5' 198.51.100.7
		profile 2>$work/stderr
		same 198.51.100.7 "$(member server)"
		[ ! -s $work/stderr ]
		state 'saregate-2001_db8__1 saregate-203.0.113.5 saregate-203.0.113.6'
		profile --force
		same 203.0.113.5 "$(member server)"
		state 'saregate-2001_db8__1'
		profile --force
		same 2001:db8::1 "$(member server)"
		same 'VPN 2001-db8--1' "$(member name)"
		for private in 10.255.0.1 100.127.0.1 172.31.0.1 192.168.7.1 fd00__1; do
			state "saregate-$private"
			profile --force 2>$work/stderr
			grep -q 'private address.*--server' $work/stderr
		done
		for public in 11.0.0.1 100.128.0.1 172.32.0.1 192.169.0.1 2001_db8__1; do
			state "saregate-$public"
			profile --force 2>$work/stderr
			[ ! -s $work/stderr ]
		done
	EOF
}

@test "a key of any kind comes through" {
	in_gateway <<-'EOF'
		start_gateway
		psk '0s\ $(id) `x` ;&<>% ü'"'"
		profile
		same '0s\ $(id) `x` ;&<>% ü'"'" "$(member psk)"
		psk "$(printf 'a\tb')"
		refused 'without control characters' profile --force
		psk "$(printf 'a\377b')"
		refused 'UTF-8' profile --force
		absent 'a.b' $work/stderr
		rm /etc/ipsec.d/saregate.secrets
		refused 'no pre-shared key.*saregate setup' profile --force
		rm /var/lib/saregate/setup.json
		refused 'no gateway yet: saregate setup' profile --force
	EOF
}

@test "what a client's format cannot hold is refused before anything is asked" {
	usage alice --client apple --route 10.0.0.0/8
	grep -q 'cannot name networks' "$BATS_TEST_TMPDIR/err"
	usage alice --client chromeos --route 10.0.0.0/8
	grep -q 'cannot name networks' "$BATS_TEST_TMPDIR/err"
	usage "a\${LOGIN_ID}" --client chromeos
	usage alice --client apple --output /dev/null --sign-key us.key
	usage alice --client apple --sign-key us.key --sign-certificate us.crt
	usage alice --client windows --output /dev/null --sign-key a --sign-certificate b
	usage alice --client windows --password-stdin
	grep -q 'takes no password' "$BATS_TEST_TMPDIR/err"
}

@test "every client's profile has the same, and the same identity each time" {
	in_gateway <<-'EOF'
		start_gateway
		for client in apple chromeos networkmanager windows; do
			profile --force --client $client
			before=$(member identities $client)
			psk another-shared-key
			profile --force --client $client
			same another-shared-key "$(member psk $client)"
			same "$before" "$(member identities $client)"
			psk the-shared-key
		done
	EOF
}

@test "a password goes in if it is right" {
	in_gateway <<-'EOF'
		start_gateway
		printf 'correct horse\n' | profile --password-stdin >$work/said
		same 'correct horse' "$(member password)"
		grep -q 'and the password' $work/said
		absent 'correct horse' $work/said $work/log
		refused 'alice: that is not the password' profile --force --password-stdin <<<'wrong horse'
		absent horse $work/stderr $work/log
		refused 'no password on standard input' profile --force --password-stdin </dev/null
		refused 'control characters' profile --force --password-stdin < <(printf 'a\tb\n')
		refused 'bob: there is no user' saregate profile bob --client networkmanager \
			--output $work/out/other --password-stdin <<<'correct horse'
	EOF
}

@test "for a user that is not there, or without saregated, nothing is written" {
	in_gateway <<-'EOF'
		refused 'no system bus' profile
		start_gateway
		refused 'bob: there is no user of that name' saregate profile bob \
			--client networkmanager --output $work/out/profile
	EOF
}

@test "secrets do not go into a pipe, nor over a file or a link that is there" {
	in_gateway <<-'EOF'
		start_gateway
		refused 'no terminal.*--output' saregate profile alice --client networkmanager
		echo precious >$work/out/file
		ln -s file $work/out/link
		ln -s nothing $work/out/dangling
		mkfifo $work/out/fifo
		for path in file link dangling fifo; do
			refused 'there already: --force' saregate profile alice \
				--client networkmanager --output $work/out/$path
		done
		for path in link dangling fifo ''; do
			refused 'no regular file' saregate profile alice --client networkmanager \
				--output $work/out/$path --force
		done
		refused 'name of a file' saregate profile alice --client networkmanager --output ''
		refused 'No such file' saregate profile alice --client networkmanager \
			--output $work/out/no/file
		same precious "$(cat $work/out/file)"
	EOF
}

@test "--force replaces a file at once, whoever could read it" {
	in_gateway <<-'EOF'
		start_gateway
		echo open >$work/out/profile
		chmod 666 $work/out/profile
		exec 5<$work/out/profile
		profile --force
		same open "$(cat <&5)"
		same "600 root" "$(stat -c '%a %U' $work/out/profile)"
		same the-shared-key "$(member psk)"
		same 1 "$(find $work/out -type f | wc -l)"
	EOF
}

@test "a disk that is full is left without half a profile" {
	in_gateway <<-'EOF'
		start_gateway
		mkdir $work/out/full
		mount -t tmpfs -o size=4k tmpfs $work/out/full
		echo old >$work/out/full/profile
		refused 'No space left' saregate profile alice --client networkmanager \
			--output $work/out/full/new
		refused 'No space left' saregate profile alice --client networkmanager \
			--output $work/out/full/profile --force
		same old "$(cat $work/out/full/profile)"
	EOF
}

@test "a terminal gets the profile" {
	in_gateway <<-'EOF'
		start_gateway
		python3 -c 'import pty, sys
		sys.exit(pty.spawn(sys.argv[1:]))' "$work/saregate" profile alice \
			--client networkmanager >$work/said </dev/null
		tr -d '\r' <$work/said >$work/out/profile
		same the-shared-key "$(member psk)"
	EOF
}

@test "an Apple profile is signed by openssl, which is told no secret" {
	local who
	for who in us them; do
		openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
			-subj "/CN=$who" -keyout "$BATS_TEST_TMPDIR/$who.key" \
			-out "$BATS_TEST_TMPDIR/$who.crt" 2>"$BATS_TEST_TMPDIR/openssl.log"
	done
	in_gateway <<-'EOF'
		start_gateway
		cd $work
		mount -t tmpfs tmpfs /usr/local/sbin
		printf '#!/bin/sh\nprintf "%%s\\n" "$@" >>%s/arguments\nexec %s "$@"\n' \
			"$work" "$(command -v openssl)" >/usr/local/sbin/openssl
		chmod +x /usr/local/sbin/openssl
		PATH=/nowhere:$PATH profile --client apple --password-stdin \
			--sign-certificate us.crt --sign-key us.key --sign-chain them.crt \
			<<<'correct horse'
		same "600 root" "$(stat -c '%a %U' out/profile)"
		grep -q 'us.key' arguments
		absent -E 'the-shared-key|horse|alice' arguments
		same 2 "$(openssl pkcs7 -inform DER -in out/profile -print_certs | grep -c subject)"
		openssl cms -verify -inform DER -CAfile us.crt -purpose any -in out/profile \
			-out plain 2>openssl.log
		mv plain out/profile
		same the-shared-key "$(member psk apple)"
		same 'correct horse' "$(member password apple)"
		refused 'openssl does not sign: ' profile --force --client apple \
			--sign-certificate us.crt --sign-key them.key
		refused 'openssl does not sign: .*nothing' profile --force --client apple \
			--sign-certificate nothing --sign-key us.key
	EOF
}

@test "the key is shown to a terminal or into a file, like a profile" {
	in_gateway <<-'EOF'
		refused 'no terminal.*--output' saregate psk show
		saregate psk show --output $work/out/key
		same "600 root" "$(stat -c '%a %U' $work/out/key)"
		same the-shared-key "$(cat $work/out/key)"
		refused 'there already' saregate psk show --output $work/out/key
		saregate psk show --output $work/out/key --force
		python3 -c 'import pty, sys
		sys.exit(pty.spawn(sys.argv[1:]))' "$work/saregate" psk show >$work/said </dev/null
		same the-shared-key "$(tr -d '\r' <$work/said)"
		rm /etc/ipsec.d/saregate.secrets
		refused 'no pre-shared key' saregate psk show --output $work/out/other
	EOF
}

@test "a rotated key is another one, which pluto is told to read" {
	in_gateway <<-'EOF'
		saregate psk rotate >$work/said
		grep -Eq '^203.0.113.1 %any : PSK "([a-z2-9]{4}-){6}[a-z2-9]{4}"$' \
			/etc/ipsec.d/saregate.secrets
		same 600 "$(stat -c %a /etc/ipsec.d/saregate.secrets)"
		key=$(sed -n 's/.*"\(.*\)"/\1/p' /etc/ipsec.d/saregate.secrets)
		absent -F "$key" $work/said
		grep -q 'old one is refused' $work/said

		# A pluto that runs, and then one that does not listen.
		mount -t tmpfs tmpfs /run
		mkdir /run/pluto
		touch /run/pluto/pluto.ctl
		mount -t tmpfs tmpfs /usr/local/sbin
		printf '#!/bin/sh\necho "$@" >>%s/told\n' "$work" >/usr/local/sbin/ipsec
		chmod +x /usr/local/sbin/ipsec
		saregate psk rotate >/dev/null
		grep -qx 'whack --rereadsecrets' $work/told
		absent -F "$key" /etc/ipsec.d/saregate.secrets
		before=$(cat /etc/ipsec.d/saregate.secrets)
		printf '#!/bin/sh\n[ "$2" != --rereadsecrets ] || { echo no; exit 1; }\n' \
			>/usr/local/sbin/ipsec
		refused 'old one stays: no' saregate psk rotate
		same "$before" "$(cat /etc/ipsec.d/saregate.secrets)"
		rm /etc/ipsec.d/saregate.secrets
		refused 'no pre-shared key.*saregate setup' saregate psk rotate
	EOF
}

@test "only root may make a profile" {
	[ "$(id -u)" -eq 0 ] || skip "needs root, to become somebody else"
	local copy=$BATS_TEST_TMPDIR/saregate
	install -m 755 "$top_builddir/gateway/saregate" "$copy"
	chmod 755 "$BATS_TEST_TMPDIR"
	chmod o+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/* "$BATS_RUN_TMPDIR"/*/* || true
	run -1 setpriv --reuid=65534 --regid=65534 --clear-groups "$copy" profile alice \
		--client networkmanager
	[[ $output == *"only root may" ]]
	[ "${#lines[@]}" -eq 1 ]
}
