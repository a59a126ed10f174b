#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# docs/conformance.md says which test shows what: each of them exists and is run.
# shellcheck disable=SC2154 # top_srcdir: from make
# shellcheck disable=SC2016 # the backticks are Markdown's
bats_require_minimum_version 1.5.0

# references: "FILE: TEST" of each test that a table names, once.
references() {
	grep -o '`[a-z0-9_.-]*: [^`]*`' "$1" | tr -d '`' | sort -u
}

# missing_tests PAGE: the references to tests that are not there.
missing_tests() {
	local reference file name sources
	while read -r reference; do
		file=${reference%%: *} name=${reference#*: }
		[[ $file == *.bats ]] || file=$file.c
		sources=$(find "$top_srcdir/tests" -name "$file")
		case $file in
		*.bats) grep -qsF "@test \"$name\" {" "$sources" ;;
		# defined, and in the list of what main() runs
		*) grep -qsF "static void $name(void **state)" "$sources" &&
			[ "$(grep -cw "$name" "$sources")" -ge 2 ] ;;
		esac || echo "$reference"
	done < <(references "$1")
}

@test "each test that conformance.md names exists and is run" {
	run missing_tests "$top_srcdir/docs/conformance.md"
	echo "$output"
	[ -z "$output" ]
	[ "$(references "$top_srcdir/docs/conformance.md" | wc -l)" -gt 100 ]
}

@test "a test that does not exist would be found" {
	printf '| a | `test_avp: no_such_test` `road.bats: no such test` `test_nowhere: x` |\n' \
		>"$BATS_TEST_TMPDIR/page"
	run missing_tests "$BATS_TEST_TMPDIR/page"
	[ "${#lines[@]}" = 3 ]
}
