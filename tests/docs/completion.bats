#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Completion in bash, with the real command line; what saregated would answer is a
# stub's, for no saregated runs here.
# shellcheck disable=SC2154 # top_builddir, top_srcdir: from make
bats_require_minimum_version 1.5.0

setup() {
	mkdir "$BATS_TEST_TMPDIR/bin"
	cat >"$BATS_TEST_TMPDIR/bin/saregate" <<-STUB
		#!/bin/bash
		case \$* in
		'user list') printf 'NAME   CREATED\nalice  2026-01-01\nbob    2026-01-01\n' ;;
		'session list') printf 'ID  USER\n 3  alice\n12  bob\n' ;;
		*) exec "$top_builddir/gateway/saregate" "\$@" ;;
		esac
	STUB
	chmod 755 "$BATS_TEST_TMPDIR/bin/saregate"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH
	# shellcheck source=etc/completion/saregate.bash
	. "$top_srcdir/etc/completion/saregate.bash"
}

# offered WORD...: what the last word could become, on one line
offered() {
	COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
	_saregate
	echo "${COMPREPLY[*]}"
}

@test "every command is offered, word by word" {
	local words
	while read -r -a words; do
		[[ " $(offered saregate "${words[@]:0:${#words[@]}-1}" "") " == *" ${words[-1]} "* ]]
	done < <(saregate --help | sed -n 's/^  \([a-z][a-z ]\{0,15\}\) .*/\1/p')
	[ "$(offered saregate se)" = "selftest session setup" ]
	[ "$(offered saregate session "")" = "history kill list show watch" ]
}

@test "options are those of the command" {
	[ "$(offered saregate --v)" = --version ]
	[ "$(offered saregate user passwd alice --)" = "--generate --help --json --password-stdin" ]
	[ "$(offered saregate setup --pu)" = --public-address ]
	[ "$(offered saregate session kill 3 --r)" = --reason ]
}

@test "clients are those that profile knows" {
	[ "$(offered saregate profile alice --client "")" = "apple chromeos networkmanager windows" ]
	[ "$(offered saregate profile alice --client w)" = windows ]
}

@test "names of users and numbers of sessions are offered where there are any" {
	[ "$(offered saregate user del "")" = "alice bob" ]
	[ "$(offered saregate user del b)" = bob ]
	[ "$(offered saregate profile a)" = alice ]
	[ "$(offered saregate unblock a)" = alice ]
	[ "$(offered saregate why b)" = bob ]
	[ "$(offered saregate session kill "")" = "12 3" ]
	[ "$(offered saregate profile a)" = alice ]
	[ -z "$(offered saregate user add "")" ]
	[ -z "$(offered saregate status "")" ]
}

@test "files are offered for backup and restore" {
	cd "$top_srcdir"
	[ "$(offered saregate backup READ)" = README.md ]
	[ "$(offered saregate restore --d)" = "--decrypt --dns" ]
}

@test "a saregated that does not answer, and nonsense, offer nothing and say nothing" {
	run offered saregate nonsense ""
	[ -z "$output" ]
	printf '#!/bin/sh\necho "saregate: saregated is not running" >&2\nexit 1\n' \
		>"$BATS_TEST_TMPDIR/bin/saregate"
	run offered saregate user del ""
	[ -z "$output" ]
}
