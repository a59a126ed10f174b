/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two gateways and the host of all their clients, which speak ESP. One gateway is
 * to track SAs: each of its clients has an SA pair and a reqid of its own. The other
 * one has one SA pair for all and nothing else that could cost a packet.
 *
 *   gateway 192.0.2.1 ---- 192.0.2.2 client 198.51.100.2 ---- 198.51.100.1 plain
 */
#pragma once

#include <stdbool.h>

#define BENCH_PORT 1701

struct bench_host {
	const char *name;
	const char *address;
	const char *client_address;
	bool tracks;
};

extern const struct bench_host bench_tracks, bench_plain;

/* Anew; the process is on "gateway" when it returns. What fails ends the process. */
void bench_hosts_make(void);

/* The SAs of so many clients of a gateway, on both hosts. */
void bench_protect(const struct bench_host *host, unsigned int clients);

/*
 * A socket of a client, connected to the gateway, non-blocking. What it sends goes
 * through its own SA; its port tells it from the others. Leaves the process on the
 * gateway. Return: a descriptor that the caller owns.
 */
int bench_client_socket(const struct bench_host *host, unsigned int client);
