#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The RPM package as Debian's rpmbuild makes it. It is not installed: there is no such
# system here.
bats_require_minimum_version 1.5.0

setup_file() {
	local sources
	sources=$(realpath "$BATS_TEST_DIRNAME/../..")
	export PACKAGE SPEC=$sources/packaging/rpm/saregate.spec
	CFLAGS=-O0 XZ_OPT=-0 "$sources/packaging/build-rpm" --output "$BATS_FILE_TMPDIR/dist" \
		>"$BATS_FILE_TMPDIR/build.log" 2>&1 || {
		tail -n 40 "$BATS_FILE_TMPDIR/build.log" >&2
		return 1
	}
	PACKAGE=$(echo "$BATS_FILE_TMPDIR"/dist/saregate-[0-9]*.rpm)
}

@test "the RPM package has the files that are expected, with their modes" {
	diff "$BATS_TEST_DIRNAME/rpm-files" <(
		rpm -qp --qf '[%{FILEMODES:perms} %{FILEUSERNAME} %{FILEGROUPNAME} %{FILENAMES}\n]' \
			"$PACKAGE" | sed '/\/\.build-id/d; s|/pppd/[0-9.]*/|/pppd/VERSION/|'
	)
}

@test "the RPM package wants the ppp that its plugin was built with, and the kernel's extra modules" {
	local plugin
	plugin=$(rpm -qpl "$PACKAGE" | grep -o '/pppd/[0-9.]*/saregate.so' | cut -d / -f 3)
	run -0 rpm -qp --qf '[%{REQUIRENEVRS}\n]' "$PACKAGE"
	grep -Fqx "ppp = $plugin" <<<"$output"
	grep -Fqx 'libreswan >= 4.10' <<<"$output"
	grep -Fqx '(kernel-modules-extra if kernel-core)' <<<"$output"
	[ "$(rpm -qpc "$PACKAGE")" = /etc/saregate/saregate.conf ]
}

@test "the version of the RPM package is the project's" {
	grep -Fq "AC_INIT([saregate], [$(sed -n 's/^Version: *//p' "$SPEC")])" \
		"$BATS_TEST_DIRNAME/../../configure.ac"
}
