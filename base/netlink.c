/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Netlink requests, transactions, dumps and subscriptions on libmnl. I/O. */
#include "base/netlink.h"

#include "base/cleanup.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* A dump's parts come in pages of at most this size. */
#define RECEIVE_SIZE 32768

/* Events of many SAs come in bursts: a rekey of all, a flush. */
#define RECEIVE_QUEUE_SIZE (4 * 1024 * 1024)

struct netlink_socket {
	struct mnl_socket *mnl;
	uint32_t sequence;
	uint8_t buffer[RECEIVE_SIZE];
};

void netlink_socket_free(struct netlink_socket *netlink)
{
	if (!netlink)
		return;
	if (netlink->mnl)
		mnl_socket_close(netlink->mnl);
	free(netlink);
}

void netlink_socket_freep(struct netlink_socket **netlink)
{
	netlink_socket_free(*netlink);
}

int netlink_socket_new(int bus, struct netlink_socket **ret_netlink)
{
	_cleanup_(netlink_socket_freep) struct netlink_socket *netlink = NULL;

	netlink = calloc(1, sizeof(*netlink));
	if (!netlink)
		return -ENOMEM;
	netlink->mnl = mnl_socket_open2(bus, SOCK_CLOEXEC);
	if (!netlink->mnl || mnl_socket_bind(netlink->mnl, 0, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	*ret_netlink = TAKE_PTR(netlink);
	return 0;
}

int netlink_socket_descriptor(const struct netlink_socket *netlink)
{
	return mnl_socket_get_fd(netlink->mnl);
}

uint32_t netlink_socket_port(const struct netlink_socket *netlink)
{
	return mnl_socket_get_portid(netlink->mnl);
}

int netlink_socket_make_room(struct netlink_socket *netlink, size_t size)
{
	int room = (int)size;

	if (size <= NETLINK_REQUEST_SIZE)
		return 0;
	if (size > INT_MAX / 2)
		return -EMSGSIZE;
	/* The kernel doubles it for its own bookkeeping. */
	if (setsockopt(mnl_socket_get_fd(netlink->mnl), SOL_SOCKET, SO_SNDBUFFORCE, &room,
		       sizeof(room)) < 0)
		return -errno;
	return 0;
}

int netlink_socket_subscribe(struct netlink_socket *netlink, unsigned int group)
{
	int descriptor = mnl_socket_get_fd(netlink->mnl);
	int queue_size = RECEIVE_QUEUE_SIZE;

	if (mnl_socket_setsockopt(netlink->mnl, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0)
		return -errno;
	/* Needs CAP_NET_ADMIN; without it the default size has to do. */
	(void)setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &queue_size, sizeof(queue_size));
	return 0;
}

uint32_t netlink_socket_next_sequence(struct netlink_socket *netlink, unsigned int count)
{
	uint32_t first = netlink->sequence + 1;

	netlink->sequence += count;
	return first;
}

struct nlmsghdr *netlink_put_netfilter(void *bytes, uint16_t type, uint16_t flags, uint8_t family,
				       uint16_t resource)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(bytes);
	struct nfgenmsg *generic = mnl_nlmsg_put_extra_header(message, sizeof(*generic));

	message->nlmsg_type = type;
	message->nlmsg_flags = NLM_F_REQUEST | flags;
	generic->nfgen_family = family;
	generic->version = NFNETLINK_V0;
	generic->res_id = htons(resource);
	return message;
}

/* Reads answers until the one that ends @sequence. */
static int wait_answer(struct netlink_socket *netlink, uint32_t sequence, mnl_cb_t callback,
		       void *userdata)
{
	unsigned int port = mnl_socket_get_portid(netlink->mnl);
	int result = MNL_CB_OK;

	while (result > MNL_CB_STOP) {
		ssize_t size =
			mnl_socket_recvfrom(netlink->mnl, netlink->buffer, sizeof(netlink->buffer));

		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0)
			return -errno;
		result = mnl_cb_run(netlink->buffer, (size_t)size, sequence, port, callback,
				    userdata);
		explicit_bzero(netlink->buffer, (size_t)size); /* XFRM's reports hold keys */
	}
	return result < 0 ? -errno : 0;
}

/*
 * What is left of a request that failed must not answer the next one. A dump
 * that broke off goes on as long as somebody reads it.
 */
static void discard_answers(struct netlink_socket *netlink)
{
	ssize_t size;

	do {
		size = recv(mnl_socket_get_fd(netlink->mnl), netlink->buffer,
			    sizeof(netlink->buffer), MSG_DONTWAIT);
		if (size > 0)
			explicit_bzero(netlink->buffer, (size_t)size);
	} while (size > 0 || (size < 0 && (errno == EINTR || errno == ENOBUFS)));
}

int netlink_socket_request(struct netlink_socket *netlink, struct nlmsghdr *request,
			   mnl_cb_t callback, void *userdata)
{
	uint32_t sequence = netlink_socket_next_sequence(netlink, 1);
	int r;

	request->nlmsg_seq = sequence;
	if ((request->nlmsg_flags & NLM_F_DUMP) != NLM_F_DUMP)
		request->nlmsg_flags |= NLM_F_ACK;
	if (mnl_socket_sendto(netlink->mnl, request, request->nlmsg_len) < 0)
		return -errno;
	r = wait_answer(netlink, sequence, callback, userdata);
	if (r < 0)
		discard_answers(netlink);
	return r;
}

/* Takes the errors out of one received page; counts the acknowledgements. */
static int count_acks(const void *page, size_t size, uint32_t first, unsigned int acks,
		      unsigned int *seen)
{
	const struct nlmsghdr *header = page;
	int remaining = (int)size;
	int error = 0;

	for (; mnl_nlmsg_ok(header, remaining); header = mnl_nlmsg_next(header, &remaining)) {
		const struct nlmsgerr *answer = mnl_nlmsg_get_payload(header);

		if (header->nlmsg_type != NLMSG_ERROR ||
		    mnl_nlmsg_get_payload_len(header) < sizeof(*answer))
			continue;
		if (answer->error && !error)
			error = answer->error;
		if (header->nlmsg_seq - first < acks)
			(*seen)++;
	}
	return error;
}

int netlink_socket_request_batch(struct netlink_socket *netlink, const void *batch,
				 size_t batch_size, uint32_t first_sequence, unsigned int acks)
{
	unsigned int seen = 0;
	int error = 0;

	if (mnl_socket_sendto(netlink->mnl, batch, batch_size) < 0)
		return -errno;
	/* A refused batch may answer fewer messages: the first error ends it. */
	while (seen < acks && !error) {
		ssize_t size =
			mnl_socket_recvfrom(netlink->mnl, netlink->buffer, sizeof(netlink->buffer));

		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0)
			error = -errno;
		else
			error = count_acks(netlink->buffer, (size_t)size, first_sequence, acks,
					   &seen);
	}
	if (error)
		discard_answers(netlink);
	return error;
}

int netlink_socket_drain(struct netlink_socket *netlink, mnl_cb_t callback, void *userdata)
{
	int result;

	for (;;) {
		ssize_t size = recv(mnl_socket_get_fd(netlink->mnl), netlink->buffer,
				    sizeof(netlink->buffer), MSG_DONTWAIT);

		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0)
			return errno == EAGAIN ? 0 : -errno;
		result = mnl_cb_run(netlink->buffer, (size_t)size, 0, 0, callback, userdata);
		explicit_bzero(netlink->buffer, (size_t)size); /* XFRM's reports hold keys */
		if (result < 0)
			return -errno;
	}
}
