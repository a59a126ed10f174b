#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What Prometheus gets to read, checked by a reader of the test's own; how node-exporter's
# file is written.
# shellcheck disable=SC2154 # top_srcdir, top_builddir: from the makefile; stderr: from run
bats_require_minimum_version 1.5.0

load daemon-on-bus

# A checked text is in $folder/metrics.
metrics() {
	"$saregate" metrics >"$folder/metrics"
	python3 "$top_srcdir/tests/gateway/metrics_check.py" <"$folder/metrics"
}

# shows SAMPLE VALUE
shows() { grep -qxF -- "saregate_$1 $2" "$folder/metrics" || { cat "$folder/metrics"; false; }; }

no_session() { [ "$("$saregate" session list --json | tr -d '[:space:]')" = '[]' ]; }

# The file is whole and for everybody; nothing lies beside it.
is_written() {
	python3 "$top_srcdir/tests/gateway/metrics_check.py" <"$folder/out/saregate.prom"
	[ "$(stat -c %a "$folder/out/saregate.prom")" = 644 ]
	[ "$(ls -A "$folder/out")" = saregate.prom ]
}

@test "the text is what the format and its conventions want" {
	metrics
	shows sessions 0
	shows degraded 0
	shows 'pool_addresses_used{pool="default"}' 0
	shows 'logins_refused_total{cause="wrong_password"}' 0
	shows 'session_setup_seconds_bucket{le="+Inf"}' 0
	grep -q '^saregate_build_info{version="[^"]*"} 1$' "$folder/metrics"
}

@test "every counter of status is in a family that says what it is" {
	metrics
	run -1 grep 'of saregate status' "$folder/metrics"
	"$saregate" status --json | python3 -c 'import json, sys
for key in json.load(sys.stdin)["counters"]: print(key.replace("_", "-"))' >"$folder/counters"
	[ -s "$folder/counters" ]
	# those that need IPsec are not there in this daemon: from the source
	sed -n 's/.*add_counter(status, "\([a-z0-9-]*\)".*/\1/p' \
		"$top_srcdir/gateway/gateway_status.c" >>"$folder/counters"
	local counter
	while read -r counter; do
		grep -qE "\"${counter//-/_}\"" "$top_srcdir/gateway/metrics_text.c" ||
			{ echo "no family: $counter" && false; }
	done <"$folder/counters"
}

@test "a session is counted while it lasts, and after" {
	stay_connected
	metrics
	shows sessions 1
	shows session_setup_seconds_count 1
	"$saregate" session kill --all
	wait_for no_session
	metrics
	shows sessions 0
	shows session_setup_seconds_count 1
	shows 'session_setup_seconds_bucket{le="+Inf"}' 1
}

@test "a file is replaced at once, for everybody to read" {
	mkdir "$folder/out"
	(umask 077 && "$saregate" metrics --output "$folder/out/saregate.prom")
	is_written
	ln "$folder/out/saregate.prom" "$folder/old"
	(cd "$folder/out" && "$saregate" metrics --output saregate.prom)
	is_written
	# whoever has the old one open reads it to its end
	[ "$(stat -c %i "$folder/old")" != "$(stat -c %i "$folder/out/saregate.prom")" ]
	python3 "$top_srcdir/tests/gateway/metrics_check.py" <"$folder/old"
}

@test "what cannot be written leaves the old file, and nothing beside it" {
	mkdir "$folder/out"
	"$saregate" metrics --output "$folder/out/saregate.prom"
	run -1 --separate-stderr "$saregate" metrics --output "$folder/nowhere/saregate.prom"
	[ "$stderr" = "saregate: $folder/nowhere/saregate.prom: No such file or directory" ]
	run -1 --separate-stderr "$saregate" metrics --output "$folder/out"
	[ "$stderr" = "saregate: $folder/out is no regular file: not replaced" ]
	run -1 bash -c "ulimit -f 0; trap '' XFSZ; '$saregate' metrics --output '$folder/out/saregate.prom'"
	[[ "$output" = "saregate: $folder/out/saregate.prom: File too large" ]]
	stop_daemon
	run -1 --separate-stderr "$saregate" metrics --output "$folder/out/saregate.prom"
	[ "$stderr" = "saregate: saregated is not running: systemctl start saregated" ]
	is_written
}

@test "usage" {
	run -2 "$saregate" metrics now
	run -2 "$saregate" metrics --json
	run -2 "$saregate" metrics --output ""
}
