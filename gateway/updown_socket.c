/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Datagrams of root's, and the answer to those that want one. I/O, on sd-event. */
#include "gateway/updown_socket.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "ipsec-glue/settle_message.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>

/* Datagrams taken per turn of the loop. */
#define UPDOWN_BUDGET 64

struct updown_socket {
	int descriptor;
	sd_event_source *source;
	const struct updown_socket_ops *ops;
	void *userdata;
};

int updown_socket_open(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	_cleanup_(closep) int descriptor = -1;
	struct stat status;
	int one = 1;
	int error = text_copy(address.sun_path, sizeof(address.sun_path), path);

	if (error)
		return error;
	if (lstat(path, &status) == 0 && S_ISSOCK(status.st_mode))
		unlink(path);
	descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (descriptor < 0 ||
	    setsockopt(descriptor, SOL_SOCKET, SO_PASSCRED, &one, sizeof(one)) < 0 ||
	    bind(descriptor, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    chmod(path, 0600) < 0)
		return -errno;
	return TAKE_FD(descriptor);
}

int updown_socket_adopt(int descriptor, const char *path)
{
	int one = 1;
	int r = sd_is_socket_unix(descriptor, SOCK_DGRAM, -1, path, 0);

	if (r < 0)
		return r;
	if (r == 0)
		return -EPROTOTYPE;
	return setsockopt(descriptor, SOL_SOCKET, SO_PASSCRED, &one, sizeof(one)) < 0 ? -errno : 0;
}

/* Whether the kernel says that root sent this message. */
static bool sent_by_root(struct msghdr *message)
{
	for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header;
	     header = CMSG_NXTHDR(message, header)) {
		struct ucred sender;

		if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_CREDENTIALS)
			continue;
		memcpy(&sender, CMSG_DATA(header), sizeof(sender));
		return sender.uid == 0;
	}
	return false;
}

static bool is_settle_request(const void *bytes, size_t size)
{
	return size == strlen(SETTLE_REQUEST) && memcmp(bytes, SETTLE_REQUEST, size) == 0;
}

/* Whoever does not wait for the answer any more misses it. */
static void settle(const struct updown_socket *updown, const struct msghdr *request)
{
	updown->ops->settle(updown->userdata);
	if (request->msg_namelen > sizeof(sa_family_t))
		(void)sendto(updown->descriptor, SETTLE_ANSWER, strlen(SETTLE_ANSWER),
			     MSG_DONTWAIT | MSG_NOSIGNAL, request->msg_name, request->msg_namelen);
}

/* One datagram: 1 taken (good or bad), 0 none waits. */
static int receive(const struct updown_socket *updown)
{
	union {
		char bytes[CMSG_SPACE(sizeof(struct ucred))];
		struct cmsghdr align;
	} control;
	struct sockaddr_un sender;
	struct updown_message content;
	uint8_t bytes[sizeof(content) + 1];
	struct iovec part = { bytes, sizeof(bytes) };
	struct msghdr message = { .msg_name = &sender,
				  .msg_namelen = sizeof(sender),
				  .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = control.bytes,
				  .msg_controllen = sizeof(control.bytes) };
	ssize_t size = recvmsg(updown->descriptor, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	bool root;

	if (size < 0)
		return 0;
	root = sent_by_root(&message);
	if (root && is_settle_request(bytes, (size_t)size))
		settle(updown, &message);
	else if (root && updown_message_check(bytes, (size_t)size, &content))
		updown->ops->told(updown->userdata, &content);
	else
		updown->ops->refused(updown->userdata);
	return 1;
}

static int on_readable(sd_event_source *source, int descriptor, uint32_t events, void *userdata)
{
	for (int i = 0; i < UPDOWN_BUDGET && receive(userdata); i++)
		;
	return 0;
}

int updown_socket_new(sd_event *event, int descriptor, const struct updown_socket_ops *ops,
		      void *userdata, struct updown_socket **ret_socket)
{
	_cleanup_(updown_socket_freep) struct updown_socket *updown = calloc(1, sizeof(*updown));
	int r;

	if (!updown) {
		closep(&descriptor);
		return -ENOMEM;
	}
	updown->descriptor = descriptor;
	updown->ops = ops;
	updown->userdata = userdata;
	r = sd_event_add_io(event, &updown->source, descriptor, EPOLLIN, on_readable, updown);
	if (r < 0)
		return r;
	*ret_socket = TAKE_PTR(updown);
	return 0;
}

void updown_socket_free(struct updown_socket *updown)
{
	if (!updown)
		return;
	sd_event_source_disable_unref(updown->source);
	closep(&updown->descriptor);
	free(updown);
}

void updown_socket_freep(struct updown_socket **updown)
{
	updown_socket_free(*updown);
}
