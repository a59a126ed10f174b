/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks at the host: UDP sockets, in /proc/self/net for the rest of /proc may be away. I/O. */
#include "gateway/host_check.h"

#include "base/cleanup.h"

#include <stdio.h>

/* Lines look like "  12: 00000000:01F4 00000000:0000 07 ...". */
static bool table_names_port(const char *path, uint16_t port)
{
	_cleanup_(fclosep) FILE *table = fopen(path, "re");
	char line[256];
	unsigned int local_port;

	if (!table)
		return false;
	while (fgets(line, sizeof(line), table))
		/* NOLINTNEXTLINE(cert-err34-c): four digits do not overflow. */
		if (sscanf(line, " %*[0-9]: %*[0-9A-Fa-f]:%4X ", &local_port) == 1 &&
		    local_port == port)
			return true;
	return false;
}

bool host_check_udp_port_is_bound(uint16_t port)
{
	return table_names_port("/proc/self/net/udp", port) ||
	       table_names_port("/proc/self/net/udp6", port);
}
