# SPDX-License-Identifier: GPL-2.0-or-later
# Waiting for conditions. Nothing in the lab sleeps for a guessed time.
# shellcheck shell=bash

# wait_until SECONDS DESCRIPTION COMMAND...: runs COMMAND until it succeeds. After
# SECONDS it says what it waited for and what COMMAND printed last, and fails.
wait_until() {
	local seconds=$1 description=$2 deadline printed
	shift 2
	deadline=$((SECONDS + seconds))
	until printed=$("$@" 2>&1); do
		if [ $SECONDS -ge $deadline ]; then
			echo "waited $seconds s in vain: $description" >&2
			[ -z "$printed" ] || printf '  %s\n' "${printed//$'\n'/$'\n  '}" >&2
			return 1
		fi
		sleep 0.1
	done
}

# not COMMAND...: succeeds if COMMAND fails, as a condition to wait for (and,
# unlike !, as a check that ends a script under `set -e`).
not() {
	if "$@"; then return 1; fi
}
