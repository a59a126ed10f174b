#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The manual pages say what the programs do: options and keys, no more, no less.
# shellcheck disable=SC2154 # top_builddir, top_srcdir: from make
bats_require_minimum_version 1.5.0

# page_options PAGE: each option that its list explains, once.
page_options() {
	sed -n 's/^\.It Fl -\([a-z-]*\).*/--\1/p' "$top_srcdir/docs/$1" | sort -u
}

# help_options: each option at the start of a line of a help text on stdin, once.
help_options() {
	sed -n 's/^  \(--[a-z-]*\).*/\1/p' | sort -u
}

# page_keys, file_keys: "section key" of saregate.conf(5), of saregate.conf.
page_keys() {
	awk '$1 == ".Ss" && $2 == "Section" { section = $3 }
		$1 == ".It" && $2 == "Ic" { print section, $3 }' \
		"$top_srcdir/docs/saregate.conf.5"
}

file_keys() {
	awk -F '[][]' '/^(#  )?\[/ { section = $2; sub(/ .*/, "", section) }
		/^#(  )?[a-z0-9-]+ =/ { sub(/^# */, ""); sub(/ =.*/, ""); print section, $0 }' \
		"$top_srcdir/etc/saregate.conf"
}

# file_defaults: the value of each key that has one.
file_defaults() {
	sed -n 's/^#[a-z0-9-]* = \(.*\)/\1/p' "$top_srcdir/etc/saregate.conf"
}

@test "saregate.conf(5) has the keys of saregate.conf, in their order" {
	[ "$(file_keys | wc -l)" -gt 10 ]
	diff <(file_keys) <(page_keys)
}

@test "saregate.conf(5) names every default" {
	local value
	while read -r value; do
		grep -qE -- "(^|[ ])$value([ ,.;]|\$)" "$top_srcdir/docs/saregate.conf.5" ||
			{ echo "not there: $value" && false; }
	done < <(file_defaults)
}

@test "saregate(8) has every command and every option of each" {
	local saregate=$top_builddir/gateway/saregate command
	local -a words
	{
		printf '%s\n' '  --help' '  --version'
		while read -r command; do
			read -ra words <<<"$command"
			"$saregate" "${words[@]}" --help
			grep -q "^\.It Cm $command" "$top_srcdir/docs/saregate.8" ||
				echo "  --no-such-command-in-the-page"
		done < <("$saregate" --help | sed -n 's/^  \([a-z]*\( [a-z]*\)\{0,1\}\)  .*/\1/p')
	} >"$BATS_TEST_TMPDIR/help"
	[ "$(help_options <"$BATS_TEST_TMPDIR/help" | wc -l)" -gt 10 ]
	diff <(help_options <"$BATS_TEST_TMPDIR/help" | grep -vxF -e --undo -e --version) \
		<(page_options saregate.8)
	grep -q '^\.It Cm setup Fl -undo' "$top_srcdir/docs/saregate.8"
}

@test "saregated(8) has every option" {
	diff <("$top_builddir/gateway/saregated" --help | help_options) \
		<(page_options saregated.8)
}

@test "saregate-launcher(8) has every option" {
	diff <("$top_builddir/gateway/saregate-launcher" --help | help_options) \
		<(page_options saregate-launcher.8)
}
