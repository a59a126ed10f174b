/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A list in order; the socket's own buffer is used first. I/O. */
#include "gateway/launcher_queue.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>

struct launcher_request {
	STAILQ_ENTRY(launcher_request) next;
	bool has_descriptors;
	int descriptors[LAUNCHER_DESCRIPTOR_COUNT_]; /* owned, -1: none */
	size_t size;
	uint8_t bytes[]; /* of the message: most are far smaller than the largest */
};

static void request_free(struct launcher_request *request)
{
	for (size_t i = 0; i < LAUNCHER_DESCRIPTOR_COUNT_; i++)
		closep(&request->descriptors[i]);
	free(request);
}
DEFINE_CLEANUP(struct launcher_request *, request_free)

void launcher_queue_init(struct launcher_queue *queue)
{
	*queue = (struct launcher_queue){ 0 };
	STAILQ_INIT(&queue->requests);
}

static void remove_first(struct launcher_queue *queue)
{
	struct launcher_request *request = STAILQ_FIRST(&queue->requests);

	STAILQ_REMOVE_HEAD(&queue->requests, next);
	queue->count--;
	request_free(request);
}

void launcher_queue_clear(struct launcher_queue *queue)
{
	while (launcher_queue_waits(queue))
		remove_first(queue);
}

bool launcher_queue_waits(const struct launcher_queue *queue)
{
	return !STAILQ_EMPTY(&queue->requests);
}

/* Return: 0; -EAGAIN: there is no room now; other negative errno. */
static int send_now(int socket, const void *bytes, size_t size, const int *descriptors)
{
	const size_t descriptors_size = sizeof(int) * LAUNCHER_DESCRIPTOR_COUNT_;
	union {
		char bytes[CMSG_SPACE(sizeof(int) * LAUNCHER_DESCRIPTOR_COUNT_)];
		struct cmsghdr align;
	} control = { 0 };
	struct iovec part = { (void *)bytes, size };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	struct cmsghdr *header;

	if (descriptors) {
		message.msg_control = control.bytes;
		message.msg_controllen = sizeof(control.bytes);
		header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(descriptors_size);
		memcpy(CMSG_DATA(header), descriptors, descriptors_size);
	}
	return sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 ? -errno : 0;
}

/* The caller closes its descriptors: what waits has copies. */
static int keep(struct launcher_queue *queue, const union launcher_message *message,
		const int *descriptors)
{
	_cleanup_(request_freep) struct launcher_request *request = NULL;
	const size_t size = launcher_message_size(message->header.type);
	const size_t cap = message->header.type == LAUNCHER_MESSAGE_HOOK ? LAUNCHER_QUEUE_HOOK_MAX
									 : LAUNCHER_QUEUE_MAX;

	if (queue->count >= cap)
		return -ENOBUFS;
	request = calloc(1, sizeof(*request) + size);
	if (!request)
		return -ENOMEM;
	request->size = size;
	memcpy(request->bytes, message, size);
	request->has_descriptors = descriptors != NULL;
	for (size_t i = 0; i < LAUNCHER_DESCRIPTOR_COUNT_; i++)
		request->descriptors[i] = -1;
	for (size_t i = 0; descriptors && i < LAUNCHER_DESCRIPTOR_COUNT_; i++) {
		request->descriptors[i] = fcntl(descriptors[i], F_DUPFD_CLOEXEC, 0);
		if (request->descriptors[i] < 0)
			return -errno;
	}
	STAILQ_INSERT_TAIL(&queue->requests, request, next);
	TAKE_PTR(request);
	queue->count++;
	return 0;
}

int launcher_queue_send(struct launcher_queue *queue, int socket,
			const union launcher_message *request, const int *descriptors)
{
	int error = -EAGAIN;

	/* Behind those that wait already. */
	if (!launcher_queue_waits(queue))
		error = send_now(socket, request, launcher_message_size(request->header.type),
				 descriptors);
	return error == -EAGAIN ? keep(queue, request, descriptors) : error;
}

int launcher_queue_flush(struct launcher_queue *queue, int socket)
{
	const struct launcher_request *request;
	int error;

	while ((request = STAILQ_FIRST(&queue->requests))) {
		error = send_now(socket, request->bytes, request->size,
				 request->has_descriptors ? request->descriptors : NULL);
		if (error)
			return error == -EAGAIN ? 0 : error;
		remove_first(queue);
	}
	return 0;
}
