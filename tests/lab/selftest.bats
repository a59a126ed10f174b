#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The lab's promises to whoever runs a script in it: what is refused, what comes
# back, what stays untouched. Runs on the host and boots the machine a few times.

setup() {
	run_lab="$BATS_TEST_DIRNAME/run"
	script=$BATS_TEST_TMPDIR/script
	folder=$BATS_TEST_TMPDIR/output
}

write_script() {
	{ echo '#!/bin/bash' && cat; } >"$script"
	chmod +x "$script"
}

@test "an unknown kernel is refused with the ones that are known" {
	run "$run_lab" --kernel 2.2 /bin/true
	[ "$status" -eq 2 ]
	[ "${#lines[@]}" -eq 1 ]
	[[ ${lines[0]} == *6.12*6.1*"not '2.2'"* ]]
}

@test "an unknown userland, option, timeout or script is refused in one line" {
	local arguments
	for arguments in '--userland 7 /bin/true' '--what /bin/true' '--timeout 0 /bin/true' \
		'--timeout 1m /bin/true' '--timeout' '--stage /nowhere /bin/true' /no/such/script '' \
		'--systemd /bin/true' '--systemd --userland 12 --stage /tmp /bin/true'; do
		# shellcheck disable=SC2086
		run "$run_lab" $arguments
		[ "$status" -eq 2 ]
		[ "${#lines[@]}" -eq 1 ]
	done
}

@test "output, arguments, exit status and the output folder come back" {
	write_script <<-'TEXT'
		echo "kernel $(uname -r) user $(id -u) arguments $# <$2>"
		echo kept >"$LAB_OUTPUT/kept"
		exit 7
	TEXT
	run "$run_lab" --output "$folder" "$script" one 'two  words'
	[ "$status" -eq 7 ]
	[[ $output == *"kernel 6.12"*" user 0 arguments 2 <two  words>"* ]]
	[ "$(cat "$folder/kept")" = kept ]
	[ -s "$folder/console.log" ]
}

@test "the machine changes nothing on the host but its output folder" {
	write_script <<-'TEXT'
		for folder in /etc /usr/bin /tmp "$(dirname "$0")"; do
			echo changed >"$folder/lab-was-here" || exit 1
		done
		rm "$0"
	TEXT
	run "$run_lab" --output "$folder" "$script"
	[ "$status" -eq 0 ]
	[ -e "$script" ]
	for place in /etc /usr/bin /tmp "$BATS_TEST_TMPDIR"; do
		[ ! -e "$place/lab-was-here" ]
	done
}

@test "a staged tree is installed over the root" {
	mkdir -p "$BATS_TEST_TMPDIR/stage/lib/lab" "$BATS_TEST_TMPDIR/stage/etc"
	echo staged >"$BATS_TEST_TMPDIR/stage/lib/lab/file"
	write_script <<-'TEXT'
		[ -d /usr/lib/systemd ] && [ "$(cat /usr/lib/lab/file)" = staged ]
	TEXT
	run "$run_lab" --output "$folder" --stage "$BATS_TEST_TMPDIR/stage" "$script"
	[ "$status" -eq 0 ]
}

@test "a script that does not end is ended, with status 124" {
	write_script <<<'sleep 1000'
	run "$run_lab" --timeout 12 --output "$folder" "$script"
	[ "$status" -eq 124 ]
	[[ $output == *'not done after 12 s'*"$folder/console.log"* ]]
}

@test "a machine that dies is told from a script that fails" {
	write_script <<<'echo 1 >/proc/sys/kernel/sysrq; echo c >/proc/sysrq-trigger'
	run "$run_lab" --output "$folder" "$script"
	[ "$status" -eq 124 ]
	[[ $output == *'the machine died'* ]]
	grep -q 'Kernel panic' "$folder/console.log"
}

@test "a machine that dies while it boots is booted again, three times in all" {
	write_script <<<'true'
	mkdir -p "$folder/bin"
	cat >"$folder/bin/qemu-system-x86_64" <<-TEXT
		#!/bin/sh
		echo once >>"$folder/boots"
		echo "Kernel panic" >"$folder/console.log"
	TEXT
	chmod +x "$folder/bin/qemu-system-x86_64"
	PATH=$folder/bin:$PATH run "$run_lab" --output "$folder" "$script"
	[ "$status" -eq 124 ]
	[[ $output == *'attempt 3 of 3'*'the machine died'* ]]
	[ "$(wc -l <"$folder/boots")" = 3 ]
	grep -q 'Kernel panic' "$folder/console-1.log"
}

@test "hosts of the topology reach each other, through the NAT where there is one" {
	write_script <<-'TEXT'
		set -e
		. "$LAB_LIB/lab.bash"
		topology_new
		on alice ping -c 1 -W 5 203.0.113.1
		on gw ping -c 1 -W 5 10.20.0.80
		not on gw ping -c 1 -W 1 192.168.1.101
		not on web ping -c 1 -W 1 192.168.1.101
		webserver_start web
		on gw curl -fsS http://10.20.0.80/ten-megabytes | sha256sum |
			grep -q "$(webserver_sha256)"
	TEXT
	run "$run_lab" --output "$folder" "$script"
	[ "$status" -eq 0 ]
}

@test "what a host changes in /etc, /var and /run stays on that host" {
	write_script <<-'TEXT'
		set -e
		. "$LAB_LIB/lab.bash"
		host_new one
		host_new two
		for file in /etc/lab /var/lib/lab /run/lab-file; do
			write_on one "$file" <<<"of one"
			[ "$(on one cat "$file")" = "of one" ]
			not on two test -e "$file"
			not test -e "$file"
		done
		[ "$(on two hostname)" = two ]
	TEXT
	run "$run_lab" --output "$folder" "$script"
	[ "$status" -eq 0 ]
}

@test "a condition that does not come true is named" {
	write_script <<-'TEXT'
		. "$LAB_LIB/lab.bash"
		wait_until 1 "the sea to part" sh -c 'echo still wet; exit 1'
	TEXT
	run "$run_lab" --output "$folder" "$script"
	[ "$status" -eq 1 ]
	[[ $output == *"waited 1 s in vain: the sea to part"*"still wet"* ]]
}

@test "scenarios run in one boot, and one that fails makes the run fail" {
	# bats would take a line that begins with @test for a test of this file
	sed 's/^TEST/@test/' >"$BATS_TEST_TMPDIR/two.bats" <<-'TEXT'
		setup() { load "$LAB_LIB/lab.bash"; }
		TEST "hosts outlive the test that made them" { host_new one; }
		TEST "and are found by the next one" { on one true; }
		TEST "this one fails" { false; }
	TEXT
	run "$run_lab" --output "$folder" "$BATS_TEST_DIRNAME/run-scenarios" \
		"$BATS_TEST_TMPDIR/two.bats"
	[ "$status" -eq 1 ]
	[ "$(grep -c '^ok ' "$folder/scenarios.tap")" -eq 2 ]
	[ "$(grep -c '^not ok ' "$folder/scenarios.tap")" -eq 1 ]
}
