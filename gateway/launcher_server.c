/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Connections, requests and answers of the launcher. An answer that the client
 * does not take at once waits in a queue, which the number of calls bounds: an
 * end of a pppd is never lost while there is somebody to hear of it. I/O.
 */
#include "gateway/launcher_server.h"

#include "base/cleanup.h"
#include "gateway/log.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <utlist.h>

/* Requests taken per turn of the loop. */
#define RECEIVE_BUDGET 64
/* Requests looked at of a client that goes: more than its socket holds. */
#define LAST_REQUESTS_MAX 4096
/* Answers that may wait: each call can have been started, refused or ended. */
#define ANSWERS_MAXIMUM (2 * LAUNCHER_CALLS_MAXIMUM)
/* More descriptors than a request may have, so that excess is seen. */
#define DESCRIPTORS_READ 8

struct answer {
	struct answer *prev, *next;
	size_t size;
	uint8_t bytes[];
};

struct launcher_server {
	sd_event *event;
	struct launcher_calls *calls;
	struct launcher_hooks *hooks;
	int listener;
	sd_event_source *listener_source;
	int client;
	sd_event_source *client_source;
	uid_t client_uid;
	struct answer *answers;
	size_t answer_count;
};

/* What came in one message; the descriptors are ours to close. */
struct request {
	union launcher_message message;
	int descriptors[DESCRIPTORS_READ];
	size_t descriptor_count;
};

/* ---- the client's connection ----------------------------------------------- */

static void disconnect(struct launcher_server *server)
{
	struct answer *answer, *next;

	server->client_source = sd_event_source_disable_unref(server->client_source);
	closep(&server->client);
	server->client = -1;
	DL_FOREACH_SAFE(server->answers, answer, next)
	free(answer);
	server->answers = NULL;
	server->answer_count = 0;
	launcher_calls_orphan_all(server->calls);
}

static int send_one(const struct launcher_server *server, const void *message, size_t size)
{
	return send(server->client, message, size, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 ? -errno : 0;
}

static bool may_read(const struct launcher_server *server)
{
	return launcher_calls_orphans(server->calls) == 0;
}

static int update_events(struct launcher_server *server)
{
	return sd_event_source_set_io_events(server->client_source,
					     (may_read(server) ? EPOLLIN : 0) |
						     (server->answers ? EPOLLOUT : 0));
}

static int queue_answer(struct launcher_server *server, const void *message, size_t size)
{
	struct answer *answer;

	if (server->answer_count == ANSWERS_MAXIMUM)
		return -ENOSPC;
	answer = calloc(1, sizeof(*answer) + size);
	if (!answer)
		return -ENOMEM;
	answer->size = size;
	memcpy(answer->bytes, message, size);
	DL_APPEND(server->answers, answer);
	server->answer_count++;
	return update_events(server);
}

/* A client that cannot be answered is as good as gone. */
static void answer(struct launcher_server *server, const union launcher_message *message)
{
	const size_t size = launcher_message_size(message->header.type);
	int error = -EAGAIN;

	if (server->client < 0)
		return;
	if (!server->answers)
		error = send_one(server, message, size);
	if (error == -EAGAIN)
		error = queue_answer(server, message, size);
	if (error < 0) {
		log_error("saregated cannot be answered: %s", strerror(-error));
		disconnect(server);
	}
}

static int flush_answers(struct launcher_server *server)
{
	while (server->answers) {
		struct answer *first = server->answers;
		int error = send_one(server, first->bytes, first->size);

		if (error)
			return error == -EAGAIN ? 0 : error;
		DL_DELETE(server->answers, first);
		server->answer_count--;
		free(first);
	}
	return update_events(server);
}

/* A new saregated may name the interfaces of the one before: first they must be gone. */
static void on_no_orphans(void *userdata)
{
	struct launcher_server *server = userdata;

	if (server->client >= 0)
		update_events(server);
}

static void on_exited(void *userdata, const struct launcher_exited *exited)
{
	const union launcher_message message = { .exited = *exited };

	answer(userdata, &message);
}

static const struct launcher_calls_ops calls_ops = {
	.exited = on_exited,
	.no_orphans = on_no_orphans,
};

/* ---- requests ------------------------------------------------------------------ */

static void request_done(struct request *request)
{
	for (size_t i = 0; i < request->descriptor_count; i++)
		close(request->descriptors[i]);
	request->descriptor_count = 0;
}

static void take_descriptors(struct msghdr *message, struct request *request)
{
	for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header;
	     header = CMSG_NXTHDR(message, header)) {
		size_t count;

		if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
			continue;
		/* The control buffer holds DESCRIPTORS_READ in one header and no more. */
		count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		memcpy(request->descriptors, CMSG_DATA(header), count * sizeof(int));
		request->descriptor_count = count;
		return;
	}
}

/* 1: one request; 0: none waits; negative: the connection is of no use. */
static int receive(struct launcher_server *server, struct request *request)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int) * DESCRIPTORS_READ)];
		struct cmsghdr align;
	} control;
	uint8_t bytes[sizeof(request->message) + 1];
	struct iovec part = { bytes, sizeof(bytes) };
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = control.bytes,
				  .msg_controllen = sizeof(control.bytes) };
	ssize_t size = recvmsg(server->client, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

	if (size < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	/* First of all: even an empty message may bring some, and they must be closed. */
	take_descriptors(&message, request);
	if (size == 0)
		return -ECONNRESET;
	if ((message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) ||
	    !launcher_message_check(bytes, (size_t)size, true, &request->message))
		return -EPROTO;
	return 1;
}

static void start_call(struct launcher_server *server, const struct request *request)
{
	const struct launcher_start *start = &request->message.start;
	union launcher_message message = { 0 };
	uint32_t pid = 0;
	int error = -EINVAL;

	if (request->descriptor_count == LAUNCHER_DESCRIPTOR_COUNT_)
		error = launcher_calls_start(server->calls, start, request->descriptors, &pid);
	message.header.version = LAUNCHER_MESSAGE_VERSION;
	if (error) {
		log_error("call %u: pppd cannot be started: %s", start->call_id, strerror(-error));
		message.header.type = LAUNCHER_MESSAGE_REFUSED;
		message.refused.call_id = start->call_id;
		message.refused.error = (uint32_t)-error;
	} else {
		message.header.type = LAUNCHER_MESSAGE_STARTED;
		message.started.call_id = start->call_id;
		message.started.pid = pid;
	}
	answer(server, &message);
}

static void handle(struct launcher_server *server, const struct request *request)
{
	switch ((enum launcher_message_type)request->message.header.type) {
	case LAUNCHER_MESSAGE_START:
		start_call(server, request);
		break;
	case LAUNCHER_MESSAGE_STOP:
		launcher_calls_stop(server->calls, request->message.stop.call_id);
		break;
	case LAUNCHER_MESSAGE_HOOK:
		launcher_hooks_run(server->hooks, &request->message.hook);
		break;
	case LAUNCHER_MESSAGE_STARTED:
	case LAUNCHER_MESSAGE_REFUSED:
	case LAUNCHER_MESSAGE_EXITED:
		break;
	}
}

static int serve_one(struct launcher_server *server)
{
	_cleanup_(request_done) struct request request = { 0 };
	int result = receive(server, &request);

	if (result == 1)
		handle(server, &request);
	return result;
}

/*
 * What a client asked for before it went away is not wanted any more, but for hooks: a
 * saregated that stops says last of all that its sessions are down.
 */
static void take_last_hooks(struct launcher_server *server)
{
	int errors = 0;

	/* The first error may be that the client has left answers unread. */
	for (int i = 0; i < LAST_REQUESTS_MAX && errors < 2; i++) {
		_cleanup_(request_done) struct request request = { 0 };
		int result = receive(server, &request);

		if (result == 0)
			break;
		if (result < 0)
			errors++;
		else if (request.message.header.type == LAUNCHER_MESSAGE_HOOK)
			launcher_hooks_run(server->hooks, &request.message.hook);
	}
}

static int on_client(sd_event_source *source, int descriptor, uint32_t events, void *userdata)
{
	struct launcher_server *server = userdata;
	int result = 1;

	if (events & EPOLLOUT)
		result = flush_answers(server) < 0 ? -EPIPE : 1;
	if (events & (EPOLLHUP | EPOLLERR)) {
		take_last_hooks(server);
		result = -ECONNRESET;
	}
	for (int i = 0;
	     i < RECEIVE_BUDGET && result == 1 && server->client >= 0 && may_read(server); i++)
		result = serve_one(server);
	if (result < 0 && server->client >= 0) {
		if (result == -EPROTO)
			log_error("a request that saregated never sends: disconnected");
		disconnect(server);
	}
	return 0;
}

/* ---- who may connect --------------------------------------------------------------- */

static bool is_allowed(const struct launcher_server *server, int descriptor)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
		return false;
	if (peer.uid == 0 || peer.uid == server->client_uid)
		return true;
	log_warning("user %u, process %d may not use the launcher", peer.uid, peer.pid);
	return false;
}

static int on_listener(sd_event_source *source, int descriptor, uint32_t events, void *userdata)
{
	_cleanup_(closep) int client = -1;
	struct launcher_server *server = userdata;

	client = accept4(descriptor, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (client < 0 || !is_allowed(server, client))
		return 0;
	if (server->client >= 0) {
		log_info("a new saregated takes over: the calls of the one before are ended");
		take_last_hooks(server);
		disconnect(server);
	}
	if (sd_event_add_io(server->event, &server->client_source, client, EPOLLIN, on_client,
			    server) < 0)
		return 0;
	server->client = TAKE_FD(client);
	return update_events(server);
}

int launcher_server_new(sd_event *event, int listener, uid_t client,
			const struct launcher_calls_settings *settings,
			const struct launcher_hooks_settings *hooks,
			struct launcher_server **ret_server)
{
	_cleanup_(launcher_server_freep) struct launcher_server *server = NULL;
	_cleanup_(closep) int owned = listener;
	int error;

	server = calloc(1, sizeof(*server));
	if (!server)
		return -ENOMEM;
	server->event = sd_event_ref(event);
	server->client = -1;
	server->client_uid = client;
	server->listener = TAKE_FD(owned);
	error = launcher_calls_new(event, settings, &calls_ops, server, &server->calls);
	if (!error)
		error = launcher_hooks_new(event, hooks, &server->hooks);
	if (!error)
		error = sd_event_add_io(event, &server->listener_source, server->listener, EPOLLIN,
					on_listener, server);
	if (error < 0)
		return error;
	*ret_server = TAKE_PTR(server);
	return 0;
}

void launcher_server_free(struct launcher_server *server)
{
	if (!server)
		return;
	if (server->calls)
		disconnect(server);
	sd_event_source_disable_unref(server->listener_source);
	closep(&server->listener);
	launcher_calls_free(server->calls);
	launcher_hooks_free(server->hooks);
	sd_event_unref(server->event);
	free(server);
}

void launcher_server_freep(struct launcher_server **server)
{
	launcher_server_free(*server);
}

void launcher_server_stop(struct launcher_server *server)
{
	server->listener_source = sd_event_source_disable_unref(server->listener_source);
	if (server->client >= 0)
		take_last_hooks(server);
	disconnect(server);
}

size_t launcher_server_left(const struct launcher_server *server)
{
	return launcher_calls_count(server->calls) + launcher_hooks_count(server->hooks);
}
