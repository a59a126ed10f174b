/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The socket pair between saregated and one pppd's plugin. I/O, on sd-event. */
#include "gateway/plugin_channel.h"

#include "base/cleanup.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

struct plugin_channel {
	int descriptor;
	sd_event_source *source;
	const struct plugin_channel_ops *ops;
	void *userdata;
};

/* One message a turn: the handler may free the channel. */
static int on_readable(sd_event_source *source, int descriptor, uint32_t events, void *userdata)
{
	struct plugin_channel *channel = userdata;
	union plugin_message message;
	uint8_t bytes[sizeof(message) + 1];
	ssize_t size = recv(descriptor, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (size < 0)
		channel->ops->closed(channel->userdata, -errno);
	else if (size == 0)
		channel->ops->closed(channel->userdata, 0);
	else if (!plugin_message_check(bytes, (size_t)size, true, &message))
		channel->ops->closed(channel->userdata, -EPROTO);
	else
		channel->ops->message(channel->userdata, &message);
	explicit_bzero(bytes, sizeof(bytes));
	explicit_bzero(&message, sizeof(message));
	return 0;
}

int plugin_channel_new(sd_event *event, const struct plugin_channel_ops *ops, void *userdata,
		       struct plugin_channel **ret_channel, int *ret_plugin_descriptor)
{
	_cleanup_(freep) struct plugin_channel *channel = calloc(1, sizeof(*channel));
	_cleanup_(closep) int plugin_descriptor = -1;
	_cleanup_(closep) int descriptor = -1;
	int pair[2];
	int error;

	if (!channel)
		return -ENOMEM;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0)
		return -errno;
	descriptor = pair[0];
	plugin_descriptor = pair[1];
	channel->ops = ops;
	channel->userdata = userdata;
	error = sd_event_add_io(event, &channel->source, descriptor, EPOLLIN, on_readable, channel);
	if (error < 0)
		return error;
	channel->descriptor = TAKE_FD(descriptor);
	*ret_plugin_descriptor = TAKE_FD(plugin_descriptor);
	*ret_channel = TAKE_PTR(channel);
	return 0;
}

void plugin_channel_free(struct plugin_channel *channel)
{
	if (!channel)
		return;
	sd_event_source_disable_unref(channel->source);
	close(channel->descriptor);
	free(channel);
}

int plugin_channel_send_verdict(struct plugin_channel *channel,
				const struct plugin_verdict *verdict)
{
	struct plugin_verdict message = *verdict;
	int error = 0;

	message.header.version = PLUGIN_MESSAGE_VERSION;
	message.header.type = PLUGIN_MESSAGE_VERDICT;
	if (send(channel->descriptor, &message, sizeof(message), MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		error = -errno;
	explicit_bzero(&message, sizeof(message));
	return error;
}
