#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The command line where no daemon runs: usage, refusals, one clear line each.
# shellcheck disable=SC2154 # top_builddir: from make; stderr: from run
bats_require_minimum_version 1.5.0

setup() {
	saregate=$top_builddir/gateway/saregate
	# A bus that nobody can be on, whatever runs on this machine.
	export DBUS_SYSTEM_BUS_ADDRESS=unix:path=$BATS_TEST_TMPDIR/bus
}

# usage ARGUMENT...: exit status 2, one line on stderr, nothing on stdout.
usage() {
	local status=0
	"$saregate" "$@" >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" </dev/null || status=$?
	cat "$BATS_TEST_TMPDIR/err"
	[ "$status" -eq 2 ]
	[ ! -s "$BATS_TEST_TMPDIR/out" ]
	[ "$(wc -l <"$BATS_TEST_TMPDIR/err")" -eq 1 ]
}

# refused ARGUMENT...: the same with exit status 1; stdin is the caller's.
refused() {
	local status=0
	"$saregate" "$@" >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" || status=$?
	cat "$BATS_TEST_TMPDIR/err"
	[ "$status" -eq 1 ]
	[ ! -s "$BATS_TEST_TMPDIR/out" ]
	[ "$(wc -l <"$BATS_TEST_TMPDIR/err")" -eq 1 ]
}

@test "unknown commands and options are usage errors" {
	usage nonsense
	usage user
	usage user frobnicate
	usage status --frobnicate
	usage status -x
	usage setup --mtu
	usage session kill 1 --reason
}

@test "missing and surplus arguments are usage errors" {
	usage user add --generate
	usage user del
	usage user del one two
	usage session kill
	usage session kill one
	usage session kill -1
	usage status now
	usage unblock
	usage unblock one two
	usage unblock --all alice
	usage setup now
	usage selftest now
	usage selftest --address
}

@test "selftest takes an IPv4 address" {
	usage selftest --address gateway.example.org
	usage selftest --address 2001:db8::1
	usage selftest --address 192.0.2.256
}

@test "a user is added with exactly one source of a password" {
	usage user add alice
	usage user add alice --generate --password-stdin
	usage user passwd alice
	usage user passwd alice --generate --password-stdin
}

@test "names that no user may have are refused before any daemon is asked" {
	usage user add "" --generate
	usage user add "a b" --generate
	usage user add "a:b" --generate
	usage user add "a\\" --generate
	usage user show "a b"
	usage user set "a b" --comment x
	usage user passwd "a b" --generate
	usage user enable "a b"
	usage user disable "a b"
	usage user del "a/b"
	usage unblock "a/b"
}

@test "values that no attribute may have are refused before any daemon is asked" {
	usage user set alice
	usage user set alice --ipv4 300.1.1.1
	grep -q 'ipv4 "300.1.1.1" is no IPv4 address; allowed: nothing, or an IPv4' "$BATS_TEST_TMPDIR/err"
	usage user set alice --ipv6 fe80::1
	usage user set alice --enabled maybe
	usage user set alice --expires tomorrow
	usage user set alice --expires 2027-02-31
	usage user set alice --idle-timeout 5y
	usage user set alice --sessions-maximum 1001
	usage user set alice --dns "192.0.2.1 192.0.2.2 192.0.2.3"
	usage user set alice --group "a b"
	usage user set alice --comment "$(printf 'a\nb')"
	usage user add alice --generate --session-timeout -1
	usage user list --group "a b"
	usage group add "a b"
	usage group add staff --networks 10.0.0.1/8
	grep -q 'has a network whose address has bits beyond its length' "$BATS_TEST_TMPDIR/err"
	usage group add staff --networks 10.0.0.0/8,10.1.0.0/16
	usage group add staff --client-to-client perhaps
	usage group set staff
	usage group show
	usage group del "a b"
	usage user import
	usage user import file --format xml
	usage user export
}

@test "options that contradict each other are usage errors" {
	usage setup --undo --dry-run
	usage setup --undo --mtu 1400
	usage setup --listen-address 192.0.2.1 --interface eth0
	usage setup --json
	usage setup --non-interactive --user alice
	usage setup --non-interactive --user alice --generate --password-stdin
	usage setup --non-interactive --user "a b" --generate
	usage setup --non-interactive --generate
	usage psk show --json
	usage psk show --force
	usage psk show key
	usage psk rotate --json
	usage backup
	usage backup file --json
	usage restore
	usage restore file --listen-address 192.0.2.1 --interface eth0
}

# no_json WORDS ARGUMENT...: what is said to --json.
no_json() {
	local words=$1
	read -ra command <<<"$words"
	shift
	usage "${command[@]}" "$@" --json
	[ "$(<"$BATS_TEST_TMPDIR/err")" = "saregate $words: has no --json (see: saregate $words --help)" ]
}

@test "a command that prints no JSON says so" {
	no_json backup file
	no_json restore file
	no_json "config check"
	no_json "psk rotate"
	no_json "psk show"
	no_json setup
	usage metrics --json
	grep -q '^saregate metrics: has no --json: saregate status has (see: ' "$BATS_TEST_TMPDIR/err"
}

@test "without arguments the overview goes to stderr" {
	run -2 --separate-stderr "$saregate"
	[ -z "$output" ]
	[[ $stderr == usage:* ]]
}

@test "help is there for everything, with an example, and is no error" {
	run -0 "$saregate" --help
	[[ $output == *"user add"* && $output == *"setup"* ]]
	local words
	for words in setup "user add" "user list" "user show" "user set" "user passwd" \
		"user enable" "user disable" "user del" "user import" "user export" \
		"group add" "group list" "group show" "group set" "group del" "session list" \
		"session show" "session history" "session kill" "session watch" \
		status unblock why profile "psk show" "psk rotate" backup restore reload doctor \
		"config check" selftest; do
		# shellcheck disable=SC2086 # a command may be two words
		run -0 "$saregate" $words --help
		[[ $output == "usage: saregate $words"* ]]
		[[ $output =~ [Ee]xample:.*"saregate $words" ]]
	done
}

@test "--version prints one line" {
	run -0 "$saregate" --version
	[[ $output =~ ^saregate\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
}

@test "where there is no bus, one line says so and how to get it" {
	refused status
	grep -q 'no system bus.*install dbus' "$BATS_TEST_TMPDIR/err"
	refused user list --json
	refused session kill 7
	refused unblock alice
	refused user add alice --generate
}

@test "passwords that cannot be are refused, and never shown" {
	refused user add alice --password-stdin </dev/null
	refused user add alice --password-stdin < <(printf '\n')
	refused user add alice --password-stdin < <(printf 'sekrit\0\n')
	refused user add alice --password-stdin < <(printf 'sekrit\xff\n')
	run ! grep -q sekrit "$BATS_TEST_TMPDIR/err"
	refused user add alice --password-stdin < <(printf '%0257d\n' 0)
	grep -q '256' "$BATS_TEST_TMPDIR/err"
}

@test "where a bus is but no saregated, one line says how to start it" {
	command -v dbus-daemon >/dev/null || skip "dbus-daemon is not installed"
	load "$top_srcdir/tests/gateway/processes.bash"
	start_bus "$BATS_TEST_TMPDIR"
	refused status || { kill "$bus"; false; }
	kill "$bus"
	grep -q 'saregated is not running: systemctl start saregated' "$BATS_TEST_TMPDIR/err"
}

# only_root WHAT COMMAND...: nobody is refused it, because it does WHAT.
only_root() {
	local what=$1 status=0
	shift
	setpriv --reuid=65534 --regid=65534 --clear-groups "$copy" "$@" \
		2>"$BATS_TEST_TMPDIR/err" || status=$?
	cat "$BATS_TEST_TMPDIR/err"
	[ "$status" -eq 1 ]
	[ "$(<"$BATS_TEST_TMPDIR/err")" = "saregate: $what: only root may" ]
}

@test "what only root may is refused with what it does" {
	[ "$(id -u)" -eq 0 ] || skip "needs root, to become somebody else"
	command -v setpriv >/dev/null || skip "setpriv is not installed"
	local copy=$BATS_TEST_TMPDIR/saregate
	cp "$saregate" "$copy"
	chmod 755 "$copy" "$BATS_TEST_TMPDIR"
	chmod o+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/* "$BATS_RUN_TMPDIR"/*/* || true
	only_root 'setup changes files of this host' setup --non-interactive
	only_root 'restore changes files of this host' restore file
	only_root 'psk rotate changes files of this host' psk rotate
	only_root 'psk show reads the pre-shared key' psk show
	only_root 'backup reads the pre-shared key and the users' backup file
	only_root 'selftest makes a network namespace and reads the pre-shared key' selftest
}
