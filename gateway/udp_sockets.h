/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who holds which UDP port of this host: sockets, and the processes behind them. I/O (/proc). */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define UDP_SOCKETS_MAX 256

/**
 * struct udp_socket - a bound socket
 * @pid:     a process that holds it; 0: none that is seen from here
 * @program: its name as in /proc/PID/comm, "?" for what cannot be printed; "" if not known
 * @uid:     whose it is
 */
struct udp_socket {
	uint16_t port;
	pid_t pid;
	char program[16];
	uid_t uid;
	unsigned long long inode;
};

struct udp_sockets {
	struct udp_socket entries[UDP_SOCKETS_MAX];
	size_t count;
};

/**
 * udp_sockets_find() - the sockets of some ports, IPv4 and IPv6
 *
 * Beyond UDP_SOCKETS_MAX of them the first ones are returned.
 *
 * Return: 0 and *@ret_sockets; negative errno if the kernel's list cannot be read.
 */
int udp_sockets_find(const uint16_t *ports, size_t port_count, struct udp_sockets *ret_sockets);
