/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * saregate-updown: what pluto runs when a client's SAs come or go. It tells
 * saregated who the client is, in one datagram, and ends. pluto waits for it,
 * so it never waits itself: a saregated that is away, slow or full misses the
 * datagram and finds the SAs through the XFRM monitor all the same. For the
 * same reason every failure of ours is exit status 0.
 *
 * With --wait it is run before pluto starts, and there it does wait, 5 s at
 * most: a new pluto gives the old reqids to whoever comes first, so saregated
 * ends what was built on them before the first client can come
 * (settle_message.h). A saregated that does not run is not waited for.
 *
 * libreswan's own _updown is not run. For a connection in transport mode
 * without sourceip, mtu, vti, nflog, CAT or mode-config, as `saregate setup`
 * writes it, its verbs come down to a dozen shell forks that change nothing
 * (up-, down-, route- and unroute-client of _updown.xfrm, 4.10), while every
 * other client waits for pluto.
 */
#include "ipsec-glue/updown_message.h"

#include "base/cleanup.h"
#include "ipsec-glue/settle_message.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

/* A start of pluto is never delayed for longer. */
#define WAIT_MILLISECONDS 5000

static const char *environment(const char *name)
{
	return getenv(name);
}

/*
 * Opens the socket's place without following a link, and only if nobody but
 * root can have put it there.
 */
static int open_socket_place(int *ret_place)
{
	_cleanup_(closep) int directory =
		open(UPDOWN_SOCKET_DIRECTORY, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	_cleanup_(closep) int place = -1;
	struct stat status;

	if (directory < 0 || fstat(directory, &status) < 0)
		return -errno;
	if (status.st_uid != 0 || (status.st_mode & (S_IWGRP | S_IWOTH)))
		return -EPERM;
	place = openat(directory, UPDOWN_SOCKET_NAME, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (place < 0 || fstat(place, &status) < 0)
		return -errno;
	if (status.st_uid != 0 || !S_ISSOCK(status.st_mode))
		return -EPERM;
	*ret_place = TAKE_FD(place);
	return 0;
}

/* An unbound socket that never blocks; negative errno. */
static int open_sender(void)
{
	int sender = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	return sender < 0 ? -errno : sender;
}

/* The datagram carries our uid: the receiver takes root's only. */
static int send_to_saregated(int sender, const void *bytes, size_t size)
{
	_cleanup_(closep) int place = -1;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int r;

	r = open_socket_place(&place);
	if (r < 0)
		return r;
	/* /proc/self/fd leads to the very inode that was checked. */
	snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d", place);
	if (sendto(sender, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL,
		   (const struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	return 0;
}

static void tell_saregated(void)
{
	_cleanup_(closep) int sender = open_sender();
	struct updown_message message;

	if (sender >= 0 && updown_message_from_environment(environment, &message) == 1)
		send_to_saregated(sender, &message, sizeof(message));
}

/*
 * Anybody may write to an autobound address: a false answer makes pluto start no
 * earlier than it would without us, and saregated has the request all the same.
 */
static void wait_for_saregated(void)
{
	static const struct sockaddr_un autobind = { .sun_family = AF_UNIX };
	_cleanup_(closep) int sender = open_sender();
	struct pollfd answer = { .fd = sender, .events = POLLIN };

	if (sender < 0 ||
	    bind(sender, (const struct sockaddr *)&autobind, sizeof(autobind.sun_family)) < 0)
		return;
	if (send_to_saregated(sender, SETTLE_REQUEST, strlen(SETTLE_REQUEST)) == 0)
		poll(&answer, 1, WAIT_MILLISECONDS);
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--wait") == 0)
		wait_for_saregated();
	else
		tell_saregated();
	return EXIT_SUCCESS;
}
