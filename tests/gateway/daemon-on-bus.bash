# SPDX-License-Identifier: GPL-2.0-or-later
# For files of which each test has a saregated of its own, on a bus of its own.
# shellcheck shell=bash
load daemon-host

setup_file() { daemon_setup_file; }

setup() {
	daemon_setup
	start_daemon_on_bus
}

teardown() { daemon_teardown; }
