#compdef saregate
# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of saregate(8) for zsh: asks saregate itself for commands and options.

_saregate() {
	local command='' word
	local -a commands options next
	commands=(${(f)"$(saregate --help 2>/dev/null | sed -n 's/^  \([a-z][a-z ]\{0,15\}\) .*/\1/p' | sed 's/ *$//')"})
	for word in ${words[2,CURRENT-1]}; do
		[[ -n ${(M)commands:#${command:+$command }$word( *|)} ]] || break
		command=${command:+$command }$word
	done
	if (( ${commands[(Ie)$command]} )); then
		options=(--help ${(f)"$(saregate ${=command} --help 2>/dev/null |
			grep -Eo -- '(^|[][ |])--[a-z][a-z-]*' | grep -o -- '--.*' | sort -u)"})
		if [[ ${words[CURRENT-1]} == --client ]]; then
			compadd -- ${(f)"$(saregate ${=command} --help 2>/dev/null |
				sed -n '/^  --client /,/^  --[^c]/s/^ \{2,\}\(--client CLIENT *\)\{0,1\}\([a-z]*\): .*/\2/p')"}
			return
		fi
		[[ $PREFIX == -* ]] && compadd -a options && return
		case $command in
		'user add') ;;
		backup | restore | 'user import' | 'user export') _files ;;
		'group add' | 'group list') ;;
		'group '*) compadd -- ${(f)"$(timeout 2 saregate group list 2>/dev/null |
			sed -n '2,$s/ .*//p')"} ;;
		'user '* | profile | unblock | why) compadd -- ${(f)"$(timeout 2 saregate user list 2>/dev/null |
			sed -n '2,$s/ .*//p')"} ;;
		'session kill' | 'session show') compadd -- ${(f)"$(timeout 2 saregate session list 2>/dev/null |
			sed -n '2,$s/^ *\([0-9]*\) .*/\1/p')"} ;;
		esac
	elif [[ $command == "${words[2,CURRENT-1]}" ]]; then
		next=(${(u)${${(M)commands:#${command:+$command }*}#${command:+$command }}%% *})
		compadd -a next
	fi
}

_saregate "$@"
