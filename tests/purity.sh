#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The pure libraries may need only what stands in the list below: no socket,
# clock, randomness, file or log. A list of what is allowed, since a list of
# what is forbidden is never complete. The check is itself checked: a library
# with one clock call added must be refused.
set -euo pipefail

# Memory, strings, formatting into memory, addresses as text, assert(). cbrt-like
# library calls of nettle (MD4, DES, SHA-1, MD5) are arithmetic only; inih's
# ini_parse_stream() reads through a function that it is given.
allowed='^(mem(cpy|move|set|cmp|chr|mem)|str(len|cmp|ncmp|chr|rchr|cpy|ncpy|nlen|dup|ndup|spn|cspn|pbrk|str|casecmp|ncasecmp|tok_r)|stpcpy|explicit_bzero|malloc|calloc|realloc|reallocarray|free|qsort|bsearch|(v?s|v?as|vs)n?printf|inet_(pton|ntop)|hton[sl]|ntoh[sl]|strto(l|ul|ll|ull)|abort|__assert_fail|__errno_location|__(mem|str|stp|v?sn?|v?as)[a-z]*_chk|__(v)?(s|as)n?printf_chk|__explicit_bzero_chk|__stack_chk_fail|__isoc[0-9]+_(sscanf|strto[a-z]+)|__ctype_b_loc|__ctype_to(lower|upper)_loc|_GLOBAL_OFFSET_TABLE_|nettle_[a-z0-9_]+|ini_parse_stream|__(asan|ubsan|lsan|sanitizer)_[a-zA-Z0-9_]+|__sancov_[a-z0-9_]+|__gcov_[a-z0-9_]+)$'

# Names that LIBRARY... need, that none of them defines, and that are not allowed.
impure_symbols() {
	{ nm --undefined-only --format=posix "$@" 2>/dev/null | awk 'NF > 1 { print "U", $1 }'
	  nm --defined-only --format=posix "$@" 2>/dev/null | awk 'NF > 1 { print "D", $1 }'; } |
		awk '$1 == "D" { defined[$2] = 1 } $1 == "U" { needed[$2] = 1 }
		     END { for (name in needed) if (!(name in defined)) print name }' |
		sort -u | grep -Ev "$allowed" || true
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
read -ra libraries <<<"$PURITY_CHECKED"
echo "1..2"

found=$(impure_symbols "${libraries[@]}")
if [ -z "$found" ]; then
	echo "ok 1 - the pure libraries call no socket, clock, random or log function"
else
	echo "not ok 1 - the pure libraries call no socket, clock, random or log function"
	printf '# %s\n' "${found//$'\n'/$'\n# '}"
fi

# One library with one impure call each must be caught, call by call.
missed=
for call in 'socket(2, 2, 0)' 'clock_gettime(1, (void *)0)' 'getrandom((void *)0, 1, 0)' \
	'syslog(3, "x")' 'sd_journal_print(3, "x")' 'recvmsg(0, (void *)0, 0)' 'time((void *)0)' 'rand()'; do
	printf 'long %s();\nlong impure(void) { return %s; }\n' "${call%%(*}" "$call" >"$scratch/impure.c"
	"${CC:-cc}" -w -fno-builtin -c "$scratch/impure.c" -o "$scratch/impure.o"
	cp "${libraries[0]}" "$scratch/library.a"
	ar -q "$scratch/library.a" "$scratch/impure.o" 2>/dev/null
	impure_symbols "$scratch/library.a" | grep -qx "${call%%(*}" || missed+=" ${call%%(*}"
done
if [ -z "$missed" ]; then
	echo "ok 2 - a library with one impure call added is refused"
else
	echo "not ok 2 - a library with one impure call added is refused"
	echo "# not seen:$missed"
fi
