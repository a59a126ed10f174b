# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2034 # for daemon-host.bash
# A saregated of the bench's own, by what the tests of bats have for theirs.
#   . tests/bench/daemon.bash NAME BUILD

bench_name=$1
top_builddir=$(realpath "$2") top_srcdir=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
BATS_RUN_TMPDIR=$(mktemp -d) && BATS_FILE_TMPDIR=$BATS_RUN_TMPDIR
# as bats has it
# shellcheck disable=SC1090
load() { . "$1"; }
# shellcheck source=tests/gateway/daemon-host.bash
. "$top_srcdir/tests/gateway/daemon-host.bash"
daemon_setup_file
daemon_setup
trap 'daemon_teardown; rm -rf "$BATS_RUN_TMPDIR"' EXIT
start_bus
write_configuration system

# timed WHAT COMMAND...
timed() {
	local what=$1 begin=$EPOCHREALTIME
	shift
	"$@" >/dev/null
	awk -v what="$bench_name: $what" -v begin="$begin" -v end="$EPOCHREALTIME" \
		'BEGIN { printf "%-52s %8.3f s\n", what, end - begin }'
}
