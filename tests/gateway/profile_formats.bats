#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Profiles read back by parsers that are not ours: what goes in comes out, whatever
# it is made of, and nothing else is in there.
# shellcheck disable=SC2154 # top_builddir, top_srcdir: from make
bats_require_minimum_version 1.5.0

# every_value_comes_back CLIENT
every_value_comes_back() {
	run python3 "$top_srcdir/tests/gateway/profile_reader.py" check "$1" \
		"$top_builddir/tests/gateway/make_profile"
	echo "$output"
	[ "$status" -ne 77 ] || skip "$output"
	[ "$status" -eq 0 ]
}

@test "Apple's configuration profile gives back every hostile value" {
	every_value_comes_back apple
}

@test "ChromeOS's network configuration gives back every hostile value" {
	every_value_comes_back chromeos
}

@test "Windows' script gives back every hostile value" {
	every_value_comes_back windows
}

@test "NetworkManager's keyfile gives back every hostile value" {
	every_value_comes_back networkmanager
}
