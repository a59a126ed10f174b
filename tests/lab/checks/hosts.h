/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two hosts joined by a cable, for checks that need root and a real kernel.
 * One process is on both of them: a socket belongs to the host that the process
 * was on when it was made.
 *
 *   gateway 192.0.2.1, 2001:db8::1 ---- client 192.0.2.2, 2001:db8::2
 */
#pragma once

#include "tests/unit.h"

#include <fcntl.h>
#include <linux/netlink.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define GATEWAY_IPV4 "192.0.2.1"
#define CLIENT_IPV4  "192.0.2.2"
#define GATEWAY_IPV6 "2001:db8::1"
#define CLIENT_IPV6  "2001:db8::2"

/* Runs a command of the shell; returns its exit status, what it prints is lost. */
__attribute__((format(printf, 1, 2))) static inline int try_command(const char *format, ...)
{
	char line[2048];
	va_list arguments;
	int used;

	va_start(arguments, format);
	used = vsnprintf(line, sizeof(line) - 20, format, arguments);
	va_end(arguments);
	assert_in_range(used, 1, sizeof(line) - 21);
	strcat(line, " >/dev/null 2>&1");
	return system(line);
}

/* The same for a command that must succeed. */
#define command(...) assert_int_equal(try_command(__VA_ARGS__), 0)

/* The process is on this host from now on. */
static inline void be_on(const char *host)
{
	char path[64];
	_cleanup_(closep) int descriptor = -1;

	snprintf(path, sizeof(path), "/run/netns/%s", host);
	descriptor = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(descriptor >= 0);
	assert_int_equal(setns(descriptor, CLONE_NEWNET), 0);
}

static inline void remove_hosts(void)
{
	(void)try_command("ip netns del gateway");
	(void)try_command("ip netns del client");
}

/* For a group's setup; leaves the process on the gateway. */
static inline int make_hosts(void **state)
{
	remove_hosts();
	command("ip netns add gateway && ip netns add client");
	command("ip -n gateway link add eth0 type veth peer name eth0 netns client");
	command("ip -n gateway addr add " GATEWAY_IPV4 "/24 dev eth0");
	command("ip -n client addr add " CLIENT_IPV4 "/24 dev eth0");
	command("ip -n gateway addr add " GATEWAY_IPV6 "/64 dev eth0 nodad");
	command("ip -n client addr add " CLIENT_IPV6 "/64 dev eth0 nodad");
	command("for host in gateway client; do for link in lo eth0; do "
		"ip -n $host link set $link up; done; done");
	be_on("gateway");
	return 0;
}

static inline int drop_hosts(void **state)
{
	remove_hosts();
	return 0;
}

/* Whoever reads this netlink socket comes upon an error and loses what follows in its page. */
static inline void spoil_netlink(int descriptor, int bus, int error)
{
	const struct {
		struct nlmsghdr header;
		struct nlmsgerr content;
	} message = {
		.header = { .nlmsg_len = sizeof(message), .nlmsg_type = NLMSG_ERROR },
		.content = { .error = -error },
	};
	_cleanup_(closep) int sender = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, bus);
	struct sockaddr_nl address = { 0 };
	socklen_t size = sizeof(address);

	assert_int_equal(getsockname(descriptor, (struct sockaddr *)&address, &size), 0);
	assert_int_equal(
		sendto(sender, &message, sizeof(message), 0, (struct sockaddr *)&address, size),
		sizeof(message));
}

/* Adds one transport-mode SA to a host; @more: further words of `ip xfrm state add`. */
static inline void add_sa(const char *host, const char *source, const char *destination,
			  unsigned int spi, unsigned int reqid, const char *more)
{
	command("ip -n %s xfrm state add src %s dst %s proto esp spi %u reqid %u mode transport "
		"enc 'cbc(aes)' 0x00112233445566778899aabbccddeeff "
		"auth 'hmac(sha1)' 0x00112233445566778899aabbccddeeff00112233 %s",
		host, source, destination, spi, reqid, more);
}
