/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The plugin's end of the socket to saregated. I/O. */
#include "ppp-hooks/plugin_channel.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* SIGTERM at every event of the socket, or none (fcntl(2), O_ASYNC). */
static int watch(int descriptor, bool on)
{
	int flags = O_NONBLOCK | (on ? O_ASYNC : 0);

	return fcntl(descriptor, F_SETFL, flags) < 0 ? -errno : 0;
}

static bool is_seqpacket(int descriptor)
{
	int domain = 0;
	int type = 0;
	socklen_t size = sizeof(int);

	return getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 &&
	       getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) == 0 &&
	       domain == AF_UNIX && type == SOCK_SEQPACKET;
}

/* Watching tells of what comes; this tells of what had come before. */
static int watch_and_look(int descriptor)
{
	uint8_t byte;
	ssize_t got;
	int r = watch(descriptor, true);

	if (r < 0)
		return r;
	got = recv(descriptor, &byte, sizeof(byte), MSG_PEEK | MSG_DONTWAIT);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	return -EPIPE;
}

int plugin_channel_open(int descriptor)
{
	if (!is_seqpacket(descriptor))
		return -EPROTOTYPE;
	if (fcntl(descriptor, F_SETFD, FD_CLOEXEC) < 0 ||
	    fcntl(descriptor, F_SETSIG, SIGTERM) < 0 || fcntl(descriptor, F_SETOWN, getpid()) < 0)
		return -errno;
	return watch_and_look(descriptor);
}

static int send_message(int descriptor, const void *message, uint32_t type)
{
	size_t size = plugin_message_size(type);
	ssize_t sent = send(descriptor, message, size, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (sent < 0)
		return -errno;
	return (size_t)sent == size ? 0 : -EIO;
}

int plugin_channel_tell(int descriptor, const union plugin_message *message)
{
	return send_message(descriptor, message, message->header.type);
}

static int64_t now_msec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int wait_readable(int descriptor, uint32_t limit_msec, bool (*interrupted)(void))
{
	struct pollfd entry = { .fd = descriptor, .events = POLLIN };
	int64_t deadline = now_msec() + limit_msec;

	for (;;) {
		int64_t left = deadline - now_msec();
		int r;

		if (interrupted())
			return -EINTR;
		if (left <= 0)
			return -ETIMEDOUT;
		r = poll(&entry, 1, (int)left);
		if (r > 0)
			return 0;
		if (r < 0 && errno != EINTR)
			return -errno;
	}
}

static int receive_verdict(int descriptor, struct plugin_verdict *ret_verdict)
{
	/* One byte more than any message: what is too long does not pass as cut. */
	uint8_t bytes[sizeof(union plugin_message) + 1];
	union plugin_message message;
	ssize_t got = recv(descriptor, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (got < 0)
		return -errno;
	if (got == 0)
		return -EPIPE;
	if (!plugin_message_check(bytes, (size_t)got, false, &message) ||
	    message.header.type != PLUGIN_MESSAGE_VERDICT)
		return -EBADMSG;
	*ret_verdict = message.verdict;
	return 0;
}

int plugin_channel_ask(int descriptor, const struct plugin_authenticate *question,
		       uint32_t limit_msec, bool (*interrupted)(void),
		       struct plugin_verdict *ret_verdict)
{
	struct plugin_verdict verdict;
	int r = watch(descriptor, false);

	if (r == 0)
		r = send_message(descriptor, question, PLUGIN_MESSAGE_AUTHENTICATE);
	if (r == 0)
		r = wait_readable(descriptor, limit_msec, interrupted);
	if (r == 0)
		r = receive_verdict(descriptor, &verdict);
	if (r == 0)
		r = watch_and_look(descriptor);
	if (r == 0)
		*ret_verdict = verdict;
	return r;
}
