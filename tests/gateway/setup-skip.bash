# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2154 # top_builddir, top_srcdir, sysconfdir: from make
# A fresh host for each test of setup, or why there is none.

# setup_skip: for setup_file; why there can be no host, if there can be none.
setup_skip() {
	export SETUP_SKIP=
	[ "$(id -u)" -eq 0 ] || SETUP_SKIP="needs root, to make namespaces"
	local program
	for program in ipsec nft strace unshare; do
		command -v $program >/dev/null || SETUP_SKIP="$program is not installed"
	done
	[ -n "$SETUP_SKIP" ] || unshare -mn nft list tables >/dev/null 2>&1 ||
		SETUP_SKIP="this kernel has no nf_tables, or forbids namespaces"
}

# in_host: runs the rest of its stdin as a script in a fresh host.
in_host() {
	[ -z "$SETUP_SKIP" ] || skip "$SETUP_SKIP"
	{
		cat "$top_srcdir/tests/gateway/"{processes,setup-host}.bash
		cat
	} | unshare --mount --net --propagation private \
		env work="$BATS_TEST_TMPDIR" saregate="$top_builddir/gateway/saregate" \
		saregated="$top_builddir/gateway/saregated" \
		sources="$top_srcdir" sysconfdir="${sysconfdir:-/etc}" bash -euo pipefail -s
}
