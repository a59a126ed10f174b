# SPDX-License-Identifier: GPL-2.0-or-later
# The lab's library: a script in the virtual machine sources this one file (a bats
# file says `load "$LAB_LIB/lab.bash"`). Nothing is kept in shell variables: what
# one process of a test sets up, the next one finds by name.
# shellcheck shell=bash
lab_library=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
# shellcheck source=tests/lab/lib/wait.bash
. "$lab_library/wait.bash"
# shellcheck source=tests/lab/lib/host.bash
. "$lab_library/host.bash"
# shellcheck source=tests/lab/lib/topology.bash
. "$lab_library/topology.bash"
# shellcheck source=tests/lab/lib/machine.bash
. "$lab_library/machine.bash"
# shellcheck source=tests/lab/lib/webserver.bash
. "$lab_library/webserver.bash"
# shellcheck source=tests/lab/lib/pluto.bash
. "$lab_library/pluto.bash"
# shellcheck source=tests/lab/lib/client.bash
. "$lab_library/client.bash"
# shellcheck source=tests/lab/lib/gateway.bash
. "$lab_library/gateway.bash"
# shellcheck source=tests/lab/lib/road.bash
. "$lab_library/road.bash"
# shellcheck source=tests/lab/lib/clients.bash
. "$lab_library/clients.bash"
# shellcheck source=tests/lab/lib/exchange.bash
. "$lab_library/exchange.bash"
