# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of saregate(8) for bash. Commands and options are asked of saregate
# itself, so that they are those of the version that is installed.
# shellcheck shell=bash

# The commands, one a line: "user add"
__saregate_commands() {
	saregate --help 2>/dev/null | sed -n 's/^  \([a-z][a-z ]\{0,15\}\) .*/\1/p' | sed 's/ *$//'
}

# __saregate_options COMMAND
__saregate_options() {
	# shellcheck disable=SC2086 # two words
	saregate $1 --help 2>/dev/null | grep -Eo -- '(^|[][ |])--[a-z][a-z-]*' | grep -o -- '--.*'
	echo --help
}

# __saregate_clients COMMAND: what the help explains behind --client
__saregate_clients() {
	saregate "$1" --help 2>/dev/null |
		sed -n '/^  --client /,/^  --[^c]/s/^ \{2,\}\(--client CLIENT *\)\{0,1\}\([a-z]*\): .*/\2/p'
}

# __saregate_operands COMMAND BEGINNING: what it can be about; nothing if saregated does not
# answer, or not us
__saregate_operands() {
	case $1 in
	'user add') ;;
	'user import' | 'user export') compgen -f -- "$2" ;;
	'group add' | 'group list') ;;
	'group '*) timeout 2 saregate group list 2>/dev/null | sed -n '2,$s/ .*//p' ;;
	'user '* | profile | unblock | why) timeout 2 saregate user list 2>/dev/null | sed -n '2,$s/ .*//p' ;;
	backup | restore) compgen -f -- "$2" ;;
	'session kill' | 'session show') timeout 2 saregate session list 2>/dev/null | sed -n '2,$s/^ *\([0-9]*\) .*/\1/p' ;;
	esac
}

_saregate() {
	local current=${COMP_WORDS[COMP_CWORD]} command='' commands word words=''
	commands=$(__saregate_commands)
	# the longest command that the words begin with
	for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		grep -q "^${command:+$command }$word\( \|\$\)" <<<"$commands" || break
		command=${command:+$command }$word
	done
	if grep -qx -- "${command:-none}" <<<"$commands"; then
		case ${COMP_WORDS[COMP_CWORD - 1]}:$current in
		--client:*) words=$(__saregate_clients "$command") ;;
		*:-*) words=$(__saregate_options "$command") ;;
		*) words=$(__saregate_operands "$command" "$current") ;;
		esac
	elif [ "$command" = "${COMP_WORDS[*]:1:COMP_CWORD-1}" ]; then
		# the next word of each command that goes on
		words=$(sed -n "s/^${command:+$command }\([^ ]*\).*/\1/p" <<<"$commands")
		[ -n "$command" ] || words+=$'\n--help\n--version'
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current" | sort -u)
}

complete -F _saregate saregate
