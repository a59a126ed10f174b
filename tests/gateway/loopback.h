/* SPDX-License-Identifier: GPL-2.0-or-later */
/* UDP on loopback: a port for a service under test, and a client's socket. */
#pragma once

#include "tests/unit.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <sys/socket.h>

/* A port that was free a moment ago. */
static inline uint16_t free_port(void)
{
	_cleanup_(closep) int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t size = sizeof(address);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(descriptor, (struct sockaddr *)&address, size), 0);
	assert_int_equal(getsockname(descriptor, (struct sockaddr *)&address, &size), 0);
	return ntohs(address.sin_port);
}

/* Non-blocking, connected to a port. */
static inline int connected_socket(uint16_t port)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	address.sin_port = htons(port);
	assert_int_equal(connect(descriptor, (struct sockaddr *)&address, sizeof(address)), 0);
	return descriptor;
}
