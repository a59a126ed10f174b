#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The Debian package as ./packaging/build-deb makes it, on a copy of this machine:
#
#   this machine ── unshare --mount --net ── /: a layer in memory over this machine's,
#                                            of which nothing stays; lo 203.0.113.1/24
#
# systemd does not run there. A systemctl of the test's notes what is asked of it, and
# enables and disables in the files, as without systemd the real one does.
bats_require_minimum_version 1.5.0

# $SAREGATE_PACKAGES: a folder where they have been built already
setup_file() {
	export SOURCES PACKAGES=${SAREGATE_PACKAGES:-$BATS_FILE_TMPDIR/dist}
	SOURCES=$(realpath "$BATS_TEST_DIRNAME/../..")
	[ -z "${SAREGATE_PACKAGES:-}" ] || return 0
	"$SOURCES/packaging/build-deb" --version 0.0.1 --version 99.0 --output "$PACKAGES" \
		>"$BATS_FILE_TMPDIR/build.log" 2>&1 || {
		tail -n 40 "$BATS_FILE_TMPDIR/build.log" >&2
		return 1
	}
}

setup() {
	new=$(echo "$PACKAGES"/saregate_99.0_*.deb)
}

# in_host: runs the rest of its stdin as a script on a fresh copy of this machine.
in_host() {
	[ "$(id -u)" -eq 0 ] || skip "needs root, to make namespaces"
	{
		cat "$BATS_TEST_DIRNAME/host.bash"
		cat
	} >"$BATS_TEST_TMPDIR/script"
	unshare --mount --net --propagation private env packages="$PACKAGES" \
		bash -euo pipefail "$BATS_TEST_DIRNAME/overlay" "$BATS_TEST_TMPDIR/script"
}

# files_of PACKAGE: mode, owner and name of each; the same for each Debian
files_of() {
	dpkg-deb -c "$1" | awk '$1 !~ /^d/ {
		sub(/^\./, "", $6)
		sub(/^\/lib\//, "/usr/lib/", $6)
		sub(/\/pppd\/[0-9.]*\//, "/pppd/VERSION/", $6)
		print $1, $2, $6
	}' | LC_ALL=C sort -k 3
}

# field NAME: of the newer package
field() {
	dpkg-deb --field "$new" "$1"
}

@test "lintian has no error and no warning" {
	run -0 lintian --allow-root --fail-on error,warning "$new"
	[ -z "$output" ]
}

@test "the package has the files that are expected, with their modes" {
	diff "$BATS_TEST_DIRNAME/deb-files" <(files_of "$new")
}

@test "folders are root's, and nobody else writes to them" {
	run -0 dpkg-deb -c "$new"
	[ -z "$(awk '/^d/ && $1 " " $2 != "drwxr-xr-x root/root"' <<<"$output")" ]
}

@test "the package wants the ppp that its plugin was built with, no newer and no older" {
	local plugin
	plugin=$(dpkg-deb -c "$new" | grep -o '/pppd/[0-9.]*/saregate.so' | cut -d / -f 3)
	[[ "$(field Depends)" =~ ppp\ \(\>=\ $plugin- ]]
	[[ "$(field Depends)" =~ ppp\ \(\<\<\ $plugin- ]]
}

@test "the package wants what a gateway needs to run" {
	local wanted
	for wanted in 'libreswan (>= 4.10)' nftables dbus kmod; do
		grep -Fq "$wanted" <<<"$(field Depends)"
	done
}

@test "saregate.conf is the only file that an upgrade asks about" {
	[ "$(dpkg-deb --info "$new" conffiles)" = /etc/saregate/saregate.conf ]
}

@test "saregated is exposed to no more than docs/architecture.md argues" {
	dpkg-deb -x "$new" "$BATS_TEST_TMPDIR/files"
	systemd-analyze security --offline=true --no-pager --threshold=24 \
		"$(find "$BATS_TEST_TMPDIR/files" -name saregated.service)"
}

@test "the version is the project's, and a newer Debian's package is a newer one" {
	local version
	version=$(dpkg-parsechangelog -l "$SOURCES/packaging/debian/changelog" -S Version)
	grep -Fq "AC_INIT([saregate], [$version])" "$SOURCES/configure.ac"
	dpkg --compare-versions "$version~deb12" lt "$version~deb13"
	dpkg --compare-versions "$version~deb13" lt "$version"
}

@test "from installation to purge: nothing starts unasked, nothing is lost, nothing stays" {
	in_host <<-'EOF'
		before=$(state_of_host)
		step "install"
		dpkg -i $packages/saregate_0.0.1_*.deb
		absent 'enable|(^| )(re)?start ' $systemctl_log
		for unit in saregated.service saregate-launcher.socket saregate-guard.service \
			saregate-metrics.timer saregate-ra.service; do
			[ "$(systemctl is-enabled $unit)" = disabled ]
		done
		saregate --version | found '^saregate [0-9]'
		saregated --version | found '^saregated [0-9]'
		[ "$(stat -c '%U:%G %a' /var/lib/saregate)" = 'saregate:saregate 700' ]
		[ "$(stat -c '%U:%G %a' /run/saregate)" = 'root:saregate 750' ]
		systemd-analyze verify saregated.service saregate-launcher.socket \
			saregated-updown.socket \
			saregate-guard.service saregate-metrics.timer saregate-metrics.service \
			saregate-ra.service ipsec.service 2>&1 | absent saregate

		step "set up"
		saregate setup --non-interactive --mtu 1400 --ipv6-pool fd12:3456:789a::/48
		[ "$(cat /proc/sys/net/ipv6/conf/{all/forwarding,eth0/accept_ra})" = $'1\n2' ]
		[ "$(systemctl is-enabled saregate-ra.service)" = enabled ]
		found '^--quiet enable saregate-guard.service saregate-launcher.socket saregated.service' \
			<$systemctl_log
		found '^start saregate-guard.service saregate-launcher.socket saregated.service' \
			<$systemctl_log
		install -o saregate -g saregate -m 600 /dev/null /var/lib/saregate/saregate.db
		usermod -aG saregate nobody
		systemctl enable saregate-metrics.timer
		kept=$(generated)
		[ "$(wc -l <<<"$kept")" = 7 ]

		step "upgrade"
		: >$systemctl_log
		touch /run/saregate/launcher.socket
		dpkg -i $packages/saregate_99.0_*.deb
		same "$kept" "$(generated)"
		found '^try-restart saregate-launcher.socket$' <$systemctl_log
		found '^try-restart saregate-metrics.timer$' <$systemctl_log
		[ "$(systemctl is-enabled saregate-metrics.timer)" = enabled ]
		absent 'guard|ipsec| stop ' $systemctl_log
		[ "$(systemctl is-enabled saregated.service)" = enabled ]
		[ -e /run/saregate/launcher.socket ]
		nft list table inet saregate_guard >/dev/null
		saregate setup --non-interactive | found 'nothing to change'

		step "remove"
		: >$systemctl_log
		dpkg -r saregate
		same "$kept" "$(generated)"
		found '^stop saregated.service saregate-launcher.service saregate-launcher.socket' \
			<$systemctl_log
		[ -z "$(nft list ruleset)" ]
		[ ! -e /run/saregate ]

		step "install again: as it was"
		dpkg -i $packages/saregate_99.0_*.deb
		same "$kept" "$(generated)"
		[ "$(systemctl is-enabled saregated.service)" = enabled ]

		step "purge"
		: >$systemctl_log
		dpkg -P saregate
		same "$before" "$(state_of_host)"
		found 'disable --now ipsec.service' <$systemctl_log
		same "" "$(left_behind)"
	EOF
}

@test "a host where setup never ran, or whose files are gone, is purged as well" {
	in_host <<-'EOF'
		before=$(state_of_host)
		dpkg -i $packages/saregate_99.0_*.deb
		userdel saregate
		rm -rf /var/lib/saregate /run/saregate /etc/saregate
		dpkg -P saregate
		same "$before" "$(state_of_host)"
		same "" "$(left_behind)"
		dpkg -i $packages/saregate_99.0_*.deb
		echo 1 >/proc/sys/net/ipv4/ip_forward
		dpkg -P saregate
		[ "$(cat /proc/sys/net/ipv4/ip_forward)" = 1 ]
		absent ipsec $systemctl_log
		same "" "$(left_behind)"
	EOF
}

@test "a purge leaves alone what setup did not write" {
	in_host <<-'EOF'
		dpkg -i $packages/saregate_99.0_*.deb
		mkdir -p /etc/ipsec.d
		echo '# mine' >/etc/ipsec.d/saregate.conf
		echo '# mine' >/etc/sysctl.d/60-saregate.conf
		nft add table inet mine
		dpkg -P saregate
		[ "$(cat /etc/ipsec.d/saregate.conf /etc/sysctl.d/60-saregate.conf)" = $'# mine\n# mine' ]
		nft list tables | found 'inet mine'
	EOF
}

@test "on Debian 13 the same package comes out, for its ppp" {
	[ "$(id -u)" -eq 0 ] || skip "needs root, to make namespaces"
	local output=$SOURCES/build/package-13 package
	rm -rf "$output"
	mkdir -p "$SOURCES/build"
	"$SOURCES/tests/lab/userland" 13 packaging/build-deb --output "$output" \
		>"$SOURCES/build/package-13.log" 2>&1 || {
		tail -n 40 "$SOURCES/build/package-13.log" >&2
		return 1
	}
	package=$(echo "$output"/saregate_*~deb13_*.deb)
	diff "$BATS_TEST_DIRNAME/deb-files" <(files_of "$package")
	grep -Fq 'ppp (>= 2.5.' <<<"$(dpkg-deb --field "$package" Depends)"
}
