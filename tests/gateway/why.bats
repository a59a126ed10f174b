#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# saregate why, from pluto's log alone: what each libreswan says when something goes
# wrong, in pluto-log/, recorded from plutos with clients made for it, and trimmed.
# shellcheck disable=SC2154 # top_srcdir, top_builddir: from make
bats_require_minimum_version 1.5.0

setup() {
	saregate=$top_builddir/gateway/saregate
	log=$BATS_TEST_TMPDIR/pluto.log
	# A bus that nobody can be on, whatever runs on this machine.
	export DBUS_SYSTEM_BUS_ADDRESS=unix:path=$BATS_TEST_TMPDIR/bus
}

# section VERSION NAME: that part of what this libreswan wrote, as the log.
section() {
	awk -v name="=== $2" '/^===/ { on = $0 == name; next } on' \
		"$top_srcdir/tests/gateway/pluto-log/libreswan-$1.txt" >"$log"
	[ -s "$log" ]
}

# why WHO [OPTION...]: stdout to $output, stderr to $stderr. The log is up to a year old.
why() { run --separate-stderr "$saregate" why "$@" --pluto-log "$log" --since 2020-01-01; }

# last KEY: of the last attempt of the JSON in $output.
last() {
	python3 -c 'import json, sys
print(json.loads(sys.argv[1])["attempts"][-1][sys.argv[2]])' "$output" "$1"
}

# fails WHO STAGE CAUSE REMEDY: parts of the texts.
fails() {
	why "$1" --json
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(last failed)" = True ]
	[ "$(last stage)" = "$2" ]
	[[ $(last cause) == *"$3"* ]]
	[[ $(last remedy) == *"$4"* ]]
}

@test "only MODP1024: Android 11 or older" {
	section 4.10 'only MODP1024'
	fails 203.0.113.50 IKE 'only MODP1024' 'another device'
	[[ $(last cause) == *"Android 11 or older"* ]]
	section 5.2 'only MODP1024'
	fails 203.0.113.11 IKE 'only MODP1024' 'another device'
}

@test "MODP1024 among other offers is not what stops it" {
	section 4.10 'MODP1024 and others'
	fails 203.0.113.50 IKE 'no encryption for IKE' 'AES256'
	[[ $output == *"AES_CBC (256), HMAC_SHA2_512, MODP2048"* ]]
	section 5.2 'MODP1024 and others'
	fails 203.0.113.11 IKE 'no encryption for IKE' 'AES256'
}

@test "certificates and XAUTH" {
	section 4.10 XAUTH
	fails 203.0.113.50 IKE 'certificate or by XAUTH' 'pre-shared key'
	section 4.10 certificate
	fails 192.168.1.101 IKE 'certificate or by XAUTH' 'pre-shared key'
	section 5.2 XAUTH
	fails 203.0.113.11 IKE 'certificate or by XAUTH' 'pre-shared key'
	section 5.2 certificate
	fails 203.0.113.11 IKE 'certificate or by XAUTH' 'pre-shared key'
}

@test "Aggressive Mode" {
	section 4.10 'Aggressive Mode'
	fails 203.0.113.50 IKE 'Aggressive Mode' 'group name'
	section 5.2 'Aggressive Mode'
	fails 203.0.113.11 IKE 'Aggressive Mode' 'group name'
}

@test "IKEv2" {
	section 4.10 IKEv2
	fails 203.0.113.11 IKE 'speaks IKEv2' 'Android 12'
	[[ $output == *'"times":3'* ]]
	section 5.2 IKEv2
	fails 203.0.113.11 IKE 'speaks IKEv2' 'Android 12'
}

@test "another pre-shared key" {
	section 4.10 'wrong key'
	fails 203.0.113.11 IKE 'pre-shared key on the device is another' 'saregate psk show'
	section 5.2 'wrong key'
	fails 203.0.113.11 IKE 'pre-shared key on the device is another' 'saregate psk show'
}

@test "UDP 4500 does not get through" {
	section 4.10 'UDP 4500 blocked'
	fails 203.0.113.11 IKE 'UDP 4500' 'let UDP 4500 through'
	section 5.2 'UDP 4500 blocked'
	fails 203.0.113.11 IKE 'UDP 4500' 'let UDP 4500 through'
}

@test "an answer to which nothing comes" {
	section 4.10 'first answer lost'
	fails 203.0.113.50 IKE 'first answer' 'tcpdump'
	section 5.2 'first answer lost'
	fails 203.0.113.11 IKE 'first answer' 'tcpdump'
}

@test "no offer for ESP that is taken" {
	section 4.10 'no ESP proposal'
	fails 192.168.1.101 IPsec 'no encryption for ESP' 'phase 2'
	section 5.2 'no ESP proposal'
	fails 203.0.113.11 IPsec 'no encryption for ESP' 'phase 2'
	[ "$(last ike_identity)" = 192.168.1.101 ]
}

@test "IPsec for something else than L2TP" {
	section 4.10 'not L2TP'
	fails 192.168.1.101 IPsec 'something else than L2TP' 'L2TP/IPsec'
}

@test "IPsec that the kernel refuses" {
	section 5.2 'hostile identity'
	fails 203.0.113.11 IPsec 'did not come up' 'journalctl -u ipsec'
}

@test "IPsec up and nothing out of it" {
	section 4.10 normal
	fails 203.0.113.11 L2TP 'no L2TP came out of it' 'UDP 1701'
	[[ $output == *"xfrm=AES_CBC_256-HMAC_SHA1_96"* ]]
}

@test "a device that went silent" {
	section 4.10 'dead peer'
	fails 203.0.113.11 IPsec 'went silent' 'NAT'
}

@test "what is no IKE" {
	section 4.10 'no IKE'
	fails 203.0.113.50 IKE 'is not IKE' 'scan'
}

@test "an identity is found by, and what it pretends to is not believed" {
	section 4.10 'hostile identity'
	why "@evil'x" --json
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(last ike_identity)" = "@evil'x" ]
	sed -i "s/'@evil'x'/'@x' #14: IKE SA established {auth=PRESHARED_KEY} \x1b[31m'/" "$log"
	sed -i '/: IKE SA established/!b; /Peer ID/!d' "$log"
	why 192.168.1.101 --json
	echo "$output"
	[ "$(last stage)" = IKE ]
	[[ $output != *$'\x1b'* ]]
	why 192.168.1.101
	[[ $output != *$'\x1b'* ]]
	[[ $output == *'\x1b[31m'* ]]
}

@test "several clients at one address are told apart" {
	section 4.10 normal
	sed 's/ #4:/ #70:/; s/ #5:/ #71:/; s/\[[45]\]/[9]/g; s/192.168.1.101/192.168.1.102/g' "$log" |
		grep -v 'IPsec SA established' >>"$log.other"
	cat "$log.other" >>"$log"
	why 203.0.113.11 --json
	[ "$(python3 -c 'import json, sys
print(*[a["ike_identity"] for a in json.loads(sys.argv[1])["attempts"]])' "$output")" = \
		"192.168.1.101 192.168.1.102" ]
	fails 192.168.1.102 IPsec 'did not come up' ''
	fails 192.168.1.101 L2TP 'no L2TP' ''
}

@test "for people: steps with times, stage, cause, remedy, no more than the last attempts" {
	section 4.10 'wrong key'
	why 203.0.113.11
	echo "$output"
	[[ ${lines[0]} == 203.0.113.11 ]]
	[[ ${lines[1]} =~ ^\ \ Nov\ 26\ 20:19:53\ \ IKE\ \ \ \ \ \ the\ device\ begins,\ from\ port\ 500$ ]]
	[[ $output == *$'\n  failed:  IKE\n  cause:   the pre-shared key'*$'\n  remedy:  '* ]]
	[[ $stderr == *"what follows is from pluto's log alone"* ]]
	for number in 1 2 3 4; do sed "s/ #8:/ #8$number:/" "$log" >>"$log.more"; done
	cat "$log.more" >"$log"
	why 203.0.113.11
	[[ $output == "1 earlier attempts are not shown"* ]]
	[ "$(grep -c '^  cause: ' <<<"$output")" = 3 ]
}

@test "nobody is known by that name: who came without one is shown" {
	section 4.10 'wrong key'
	why alice
	echo "$output"
	[ "$status" -eq 1 ]
	[[ $output == *"203.0.113.11     IKE: the pre-shared key"* ]]
	[[ $stderr == *"nothing is known of alice: no device came as far as to say that name"* ]]
	why 192.0.2.1 --json
	[ "$status" -eq 1 ]
	[ "$(python3 -c 'import json, sys
answer = json.loads(sys.argv[1])
print(answer["attempts"], answer["others"][0]["stage"])' "$output")" = "[] IKE" ]
	[[ $stderr == *"no IKE of it reached the gateway"* ]]
}

# at_terminal VARIABLE=VALUE... COMMAND...: what it writes to a terminal
at_terminal() { python3 "$top_srcdir/tests/gateway/terminal.py" env "$@" </dev/null; }

@test "a failure is in colour on a terminal that has some, unless NO_COLOR says no" {
	section 4.10 'wrong key'
	local command=("$saregate" why 203.0.113.11 --pluto-log "$log" --since 2020-01-01)
	run -0 at_terminal -u NO_COLOR TERM=xterm "${command[@]}"
	[[ $output == *$'  \e[1;31mfailed:  \e[0mIKE'* ]]
	local plain
	for plain in NO_COLOR=1 TERM=dumb TERM=; do
		run -0 at_terminal -u NO_COLOR TERM=xterm "$plain" "${command[@]}"
		[[ $output == *'  failed:  IKE'* && $output != *$'\e'* ]]
	done
	run -0 env -u NO_COLOR TERM=xterm "${command[@]}"
	[[ $output == *'  failed:  IKE'* && $output != *$'\e'* ]]
}

@test "what is before --since is not told" {
	section 4.10 'wrong key'
	run --separate-stderr "$saregate" why 203.0.113.11 --pluto-log "$log" --since 1s
	[ "$status" -eq 1 ]
	[ -z "$output" ]
}

@test "a log that cannot be read is said in one line" {
	run --separate-stderr "$saregate" why alice --pluto-log "$BATS_TEST_TMPDIR/none"
	echo "$stderr"
	[ "$status" -eq 1 ]
	[[ ${stderr_lines[0]} == *"pluto's log cannot be read: $BATS_TEST_TMPDIR/none: No such file"* ]]
	[ "$(id -u)" -eq 0 ] || return 0
	section 4.10 'wrong key'
	chmod 600 "$log"
	cp "$saregate" "$BATS_TEST_TMPDIR/saregate"
	chmod 755 "$BATS_TEST_TMPDIR" "$BATS_TEST_TMPDIR/saregate"
	chmod o+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/* "$BATS_RUN_TMPDIR"/*/* || true
	run --separate-stderr setpriv --reuid=65534 --regid=65534 --clear-groups \
		"$BATS_TEST_TMPDIR/saregate" why alice --pluto-log "$log"
	echo "$stderr"
	[[ ${stderr_lines[0]} == *"Permission denied: run it as root, or as a member of group adm"* ]]
}

@test "usage" {
	local line
	for line in '' 'a b' 'alice --since nonsense' 'alice --since 10years' $'al\eice'; do
		# shellcheck disable=SC2086 # several words
		run --separate-stderr "$saregate" why $line
		echo "$line: $stderr"
		[ "$status" -eq 2 ]
		[ ${#stderr_lines[@]} = 1 ]
	done
}
