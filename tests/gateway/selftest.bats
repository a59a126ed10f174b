#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# `saregate selftest` where it gets no further than the gateway: on a gateway of the test's
# own (doctor.bats has its picture), with one thing missing at a time. The whole way of a
# client is in tests/lab/scenarios/selftest.bats.
# shellcheck disable=SC2154 # top_builddir, top_srcdir, sysconfdir: from make
bats_require_minimum_version 1.5.0

setup_file() {
	export SELFTEST_SKIP=
	[ "$(id -u)" -eq 0 ] || SELFTEST_SKIP="needs root, to make namespaces"
	local program
	for program in dbus-daemon ip ipsec nft setpriv unshare; do
		command -v $program >/dev/null || SELFTEST_SKIP="$program is not installed"
	done
	[ -n "$SELFTEST_SKIP" ] || unshare -mn nft list tables >/dev/null 2>&1 ||
		SELFTEST_SKIP="this kernel has no nf_tables, or forbids namespaces"
}

# in_gateway: runs the rest of its stdin as a script on a fresh gateway.
in_gateway() {
	[ -z "$SELFTEST_SKIP" ] || skip "$SELFTEST_SKIP"
	{
		cat "$BATS_TEST_DIRNAME/"{processes,setup-host,doctor-host}.bash
		cat <<-'EOT'
			# fails CAUSE REMEDY [ARG...]: at the first stage, said once; nothing of it stays.
			fails() {
				local cause=$1 remedy=$2 status=0 users
				shift 2
				users=$(saregate user list 2>&1 || :)
				saregate selftest "$@" >"$work/out" 2>"$work/err" || status=$?
				cat "$work/out" "$work/err"
				[ "$status" -eq 1 ]
				[ "$(wc -l <"$work/out")" -eq 3 ]
				found '^gateway  *[0-9.]* s  FAILED$' "$work/out"
				found "^  cause:   .*$cause" "$work/out"
				found "^  remedy:  .*$remedy" "$work/out"
				[ "$(cat "$work/err")" = "saregate: selftest failed at stage gateway" ]
				same "$users" "$(saregate user list 2>&1 || :)"
			}
		EOT
		cat
	} | unshare --mount --net --propagation private \
		env work="$BATS_TEST_TMPDIR" saregate="$top_builddir/gateway/saregate" \
		saregated="$top_builddir/gateway/saregated" \
		sources="$top_srcdir" sysconfdir="${sysconfdir:-/etc}" bash -euo pipefail -s
}

@test "a host that is no gateway is told how to become one" {
	in_gateway <<-'EOT'
		saregate setup --undo >/dev/null
		fails 'no gateway yet: no connection' 'saregate setup'
		mv /run/saregate /run/away
		fails 'no gateway yet: no /run/saregate' 'saregate setup'
	EOT
}

@test "a saregated that does not run is what keeps clients out, in JSON as well" {
	in_gateway <<-'EOT'
		mkdir -p /run/systemd/system
		fails 'saregated' 'systemctl'
		rmdir /run/systemd/system
		fails 'saregated does not answer' 'saregate-launcher, then saregated'
		if saregate selftest --json >$work/json 2>$work/err; then false; fi
		cat $work/json
		found '"passed":false' $work/json
		found '"stage":"gateway"' $work/json
		found '"cause":"saregated does not answer' $work/json
		[ "$(grep -c '"result":"not-run"' $work/json)" -eq 10 ]
	EOT
}

@test "what pppd and pluto need, and the key, are looked at before anything is made" {
	in_gateway <<-'EOT'
		start_daemon
		rm "$plugin"
		fails "plugin is not there, so nobody can log in: $plugin" 'install saregate again'
		touch "$plugin"
		fails 'pluto does not run' 'ipsec start'
		start_pluto
		mv /etc/ipsec.d/saregate.secrets /etc/ipsec.d/away
		fails 'no pre-shared key in /etc/ipsec.d/saregate.secrets' 'saregate setup'
	EOT
}

@test "an address that clients do not arrive at, or that the host has lost, is named" {
	in_gateway <<-'EOT'
		start_daemon
		fails 'do not arrive at 203.0.113.9' 'setup --listen-address' --address 203.0.113.9
		ip address delete 203.0.113.1/24 dev lo
		fails 'has not the address 203.0.113.1' 'setup --listen-address'
	EOT
}

@test "a pool without a free address is named" {
	in_gateway <<-'EOT'
		start_daemon
		saregate user set alice --ipv4 10.89.0.10
		# the user saregate reads it again
		chmod o+x "$work"/../../../ "$work"/../../ "$work"/../ "$work"
		printf '[ppp]\npool = 10.89.0.10-10.89.0.10\n' >>$work/daemon.conf
		saregate reload >/dev/null
		fails 'each address of the pool 10.89.0.10-10.89.0.10 is in use' 'setup --pool'
	EOT
}

@test "one at a time" {
	in_gateway <<-'EOT'
		exec 9</run/saregate
		flock 9
		fails 'another selftest runs' 'wait'
	EOT
}

@test "it is for root only" {
	[ -z "$SELFTEST_SKIP" ] || skip "$SELFTEST_SKIP"
	local copy=$BATS_TEST_TMPDIR/saregate status=0
	cp "$top_builddir/gateway/saregate" "$copy"
	chmod 755 "$copy" "$BATS_TEST_TMPDIR"
	chmod o+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/* "$BATS_RUN_TMPDIR"/*/* || true
	setpriv --reuid=65534 --regid=65534 --clear-groups "$copy" selftest \
		>"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" || status=$?
	cat "$BATS_TEST_TMPDIR/err"
	[ "$status" -eq 1 ]
	[ ! -s "$BATS_TEST_TMPDIR/out" ]
	grep -q 'only root may' "$BATS_TEST_TMPDIR/err"
}
