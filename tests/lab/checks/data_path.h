/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the checks of both data paths share: the answers of a probe, and sockets
 * without IPsec.
 */
#pragma once

#include "l2tp/data_path.h"
#include "l2tp/udp_socket.h"
#include "tests/lab/checks/hosts.h"

#include <errno.h>

#define PORT 1701

static inline void assert_usable_here(const struct l2tp_data_path *path)
{
	const char *remedy = NULL;

	assert_int_equal(path->probe(&remedy), 0);
	assert_null(remedy);
}

static inline void assert_misses_the_device(const struct l2tp_data_path *path)
{
	const char *remedy = NULL;

	command("mv /dev/ppp /dev/ppp.away");
	assert_int_equal(path->probe(&remedy), -ENODEV);
	command("mv /dev/ppp.away /dev/ppp");
	assert_non_null(strstr(remedy, "/dev/ppp"));
}

/* A tunnel's socket between two addresses, on the host where the process is. */
static inline int udp_socket(const char *local_address, const char *peer_address,
			     struct inet_endpoint *ret_peer)
{
	static const struct l2tp_udp_protection plain = { .ipsec = false };
	struct inet_endpoint local = { .port = PORT };
	int descriptor;

	*ret_peer = (struct inet_endpoint){ .port = PORT };
	assert_int_equal(inet_address_parse(local_address, &local.address), 0);
	assert_int_equal(inet_address_parse(peer_address, &ret_peer->address), 0);
	descriptor = l2tp_udp_tunnel_open(&local, ret_peer, &plain);
	assert_true(descriptor >= 0);
	return descriptor;
}
