#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The filter for fail2ban, against the lines that gateway/session_audit.c writes. fail2ban
# itself, where it is, would start to ban on this machine: Python reads the filter as it does.
# shellcheck disable=SC2154 # top_srcdir: from the makefile
bats_require_minimum_version 1.5.0

# banned LINE: the address that the filter finds
banned() {
	python3 -c 'import configparser, re, sys
filter = configparser.RawConfigParser()
filter.read(sys.argv[1])
regex = filter["Definition"]["failregex"].replace("<ADDR>", r"(?P<address>[0-9a-fA-F:.]+?)")
found = re.search(regex, sys.argv[2])
print(found["address"] if found else "none")' "$top_srcdir/etc/fail2ban-filter.conf" "$1"
}

@test "the addresses of wrong passwords and names are found, of both families" {
	[ "$(banned 'login refused: session 7 user "alice" from 203.0.113.11:4500: wrong password')" = 203.0.113.11 ]
	[ "$(banned 'login refused: session 7 user "" from [2001:db8::1]:1701: unknown user')" = 2001:db8::1 ]
	[ "$(banned 'gw saregated[42]: login refused: session 7 user "DOM\x5calice" from 203.0.113.11:4500: wrong password')" = 203.0.113.11 ]
}

@test "what is not the client's fault bans nobody" {
	[ "$(banned 'login refused: session 7 user "alice" from 203.0.113.11:4500: user database failed')" = none ]
	[ "$(banned 'login refused: session 7 user "alice" from 203.0.113.11:4500: the address pool is exhausted: enlarge [ppp] pool')" = none ]
	[ "$(banned 'login: session 7 user "alice" from 203.0.113.11:4500 address 10.89.0.10 interface sg7')" = none ]
}

@test "a name cannot make the filter ban somebody else" {
	# as base/text.h quotes: a " from 192.0.2.1:1: wrong password
	[ "$(banned 'login refused: session 7 user "a\" from 192.0.2.1:1: wrong password" from 203.0.113.11:4500: wrong password')" = 203.0.113.11 ]
	[ "$(banned 'login refused: session 7 user "x" from 203.0.113.11:4500: user database failed" from 192.0.2.1:1: wrong password')" = none ]
}
