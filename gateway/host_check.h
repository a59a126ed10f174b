/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks at the host without touching it. I/O (reads /proc). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Whether some process of this host has bound the UDP port, on either family. */
bool host_check_udp_port_is_bound(uint16_t port);
