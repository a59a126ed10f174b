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

/* Non-blocking, connected to a port of an address of 127.0.0.0/8. */
static inline int connected_socket_to(const char *host, uint16_t port)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	assert_int_equal(inet_pton(AF_INET, host, &address.sin_addr), 1);
	address.sin_port = htons(port);
	assert_int_equal(connect(descriptor, (struct sockaddr *)&address, sizeof(address)), 0);
	return descriptor;
}

static inline int connected_socket(uint16_t port)
{
	return connected_socket_to("127.0.0.1", port);
}
