/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests to saregate-launcher and its answers. I/O, on sd-event. */
#include "gateway/launcher_client.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "gateway/launcher_queue.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

/* Answers taken per turn of the loop. */
#define RECEIVE_BUDGET 64

struct launcher_client {
	sd_event *event;
	const char *path;
	const struct launcher_client_ops *ops;
	void *userdata;
	int descriptor;
	sd_event_source *source;
	struct launcher_queue requests;
};

/* What was not yet said need not be said any more: no pppd came of it. */
static void disconnect(struct launcher_client *client)
{
	launcher_queue_clear(&client->requests);
	client->source = sd_event_source_disable_unref(client->source);
	closep(&client->descriptor);
	client->descriptor = -1;
}

int launcher_client_new(sd_event *event, const char *path, const struct launcher_client_ops *ops,
			void *userdata, struct launcher_client **ret_client)
{
	struct launcher_client *client = calloc(1, sizeof(*client));

	if (!client)
		return -ENOMEM;
	client->event = sd_event_ref(event);
	client->path = path;
	client->ops = ops;
	client->userdata = userdata;
	client->descriptor = -1;
	launcher_queue_init(&client->requests);
	*ret_client = client;
	return 0;
}

void launcher_client_free(struct launcher_client *client)
{
	if (!client)
		return;
	disconnect(client);
	sd_event_unref(client->event);
	free(client);
}

void launcher_client_freep(struct launcher_client **client)
{
	launcher_client_free(*client);
}

bool launcher_client_connected(const struct launcher_client *client)
{
	return client->descriptor >= 0;
}

static void dispatch(struct launcher_client *client, const union launcher_message *message)
{
	switch ((enum launcher_message_type)message->header.type) {
	case LAUNCHER_MESSAGE_STARTED:
		client->ops->started(client->userdata, message->started.call_id,
				     message->started.pid);
		break;
	case LAUNCHER_MESSAGE_REFUSED:
		client->ops->refused(client->userdata, message->refused.call_id,
				     (int)message->refused.error);
		break;
	case LAUNCHER_MESSAGE_EXITED:
		client->ops->exited(client->userdata, &message->exited);
		break;
	case LAUNCHER_MESSAGE_START:
	case LAUNCHER_MESSAGE_STOP:
	case LAUNCHER_MESSAGE_HOOK:
		break;
	}
}

/* One answer: 1 taken, 0 none waits, negative: the connection is over. */
static int receive_one(struct launcher_client *client)
{
	union launcher_message message;
	uint8_t bytes[sizeof(message) + 1];
	ssize_t size = recv(client->descriptor, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (size < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	if (size == 0)
		return -ECONNRESET;
	/* The launcher is trusted with root, and still checked like anybody. */
	if (!launcher_message_check(bytes, (size_t)size, false, &message))
		return -EPROTO;
	dispatch(client, &message);
	return 1;
}

static int receive_some(struct launcher_client *client)
{
	int result = 1;

	for (int i = 0; i < RECEIVE_BUDGET && result == 1 && client->descriptor >= 0; i++)
		result = receive_one(client);
	return result;
}

/* The loop says when there is room for what waits. */
static int watch(struct launcher_client *client)
{
	uint32_t room = launcher_queue_waits(&client->requests) ? EPOLLOUT : 0;

	return sd_event_source_set_io_events(client->source, EPOLLIN | room);
}

static int on_ready(sd_event_source *source, int descriptor, uint32_t events, void *userdata)
{
	struct launcher_client *client = userdata;
	int result = 0;

	if (events & ~(uint32_t)EPOLLOUT)
		result = receive_some(client);
	if (result >= 0 && client->descriptor >= 0)
		result = launcher_queue_flush(&client->requests, client->descriptor);
	if (result >= 0 && client->descriptor >= 0)
		result = watch(client);
	if (result < 0 && client->descriptor >= 0) {
		disconnect(client);
		client->ops->disconnected(client->userdata);
	}
	return 0;
}

static int check_peer(int descriptor)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
		return -errno;
	return peer.uid == 0 || peer.uid == geteuid() ? 0 : -EPERM;
}

int launcher_client_connect(struct launcher_client *client)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	_cleanup_(closep) int descriptor = -1;
	int error;

	if (client->descriptor >= 0)
		return 0;
	error = text_copy(address.sun_path, sizeof(address.sun_path), client->path);
	if (error)
		return error;
	descriptor = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (descriptor < 0 || connect(descriptor, (struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	error = check_peer(descriptor);
	if (error)
		return error;
	error = sd_event_add_io(client->event, &client->source, descriptor, EPOLLIN, on_ready,
				client);
	if (error < 0)
		return error;
	client->descriptor = TAKE_FD(descriptor);
	return 0;
}

static int request(struct launcher_client *client, const union launcher_message *message,
		   const int *descriptors)
{
	int error =
		launcher_queue_send(&client->requests, client->descriptor, message, descriptors);

	return error ? error : watch(client);
}

int launcher_client_start(struct launcher_client *client, const struct launcher_start *start,
			  const int descriptors[LAUNCHER_DESCRIPTOR_COUNT_])
{
	union launcher_message message = { .start = *start };
	int error = launcher_client_connect(client);

	if (error)
		return error;
	message.header.version = LAUNCHER_MESSAGE_VERSION;
	message.header.type = LAUNCHER_MESSAGE_START;
	return request(client, &message, descriptors);
}

int launcher_client_stop(struct launcher_client *client, uint32_t call_id)
{
	const union launcher_message message = {
		.stop = {
			.header = { LAUNCHER_MESSAGE_VERSION, LAUNCHER_MESSAGE_STOP },
			.call_id = call_id,
		},
	};

	return client->descriptor < 0 ? -ENOTCONN : request(client, &message, NULL);
}

int launcher_client_hook(struct launcher_client *client, const struct launcher_hook *hook)
{
	union launcher_message message = { .hook = *hook }, checked;
	int error;

	message.header.version = LAUNCHER_MESSAGE_VERSION;
	message.header.type = LAUNCHER_MESSAGE_HOOK;
	/* The launcher would end the connection, and with it all sessions. */
	if (!launcher_message_check(&message, sizeof(message.hook), true, &checked))
		return -EINVAL;
	error = launcher_client_connect(client);
	return error ? error : request(client, &message, NULL);
}
