/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * UDP sockets of the LNS: how they are opened and protected, one batch of
 * datagrams in with its ancillary data, runs of packets out. Nothing here
 * depends on the address family but the tables of option numbers. I/O.
 */
#include "l2tp/udp_socket.h"

#include "base/cleanup.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/xfrm.h>
#include <stdlib.h>
#include <string.h>

/* Linux 5.19; newer than the headers of some systems that we build on. */
#ifndef SO_RCVMARK
#define SO_RCVMARK 75
#endif

/* Packets kept back until the end of a turn of the loop. */
#define QUEUE_PACKETS 64

/* Pending ICMP errors that one call consumes before it leaves the rest. */
#define ICMP_ERRORS_MAX 8

/* One address family's name for each option that every socket gets. */
struct family_options {
	int level;
	int packet_information;
	int path_mtu_discovery;
	int path_mtu_dont;
	int xfrm_policy;
};

static const struct family_options ipv4_options = {
	.level = IPPROTO_IP,
	.packet_information = IP_PKTINFO,
	.path_mtu_discovery = IP_MTU_DISCOVER,
	.path_mtu_dont = IP_PMTUDISC_DONT,
	.xfrm_policy = IP_XFRM_POLICY,
};

static const struct family_options ipv6_options = {
	.level = IPPROTO_IPV6,
	.packet_information = IPV6_RECVPKTINFO,
	.path_mtu_discovery = IPV6_MTU_DISCOVER,
	.path_mtu_dont = IPV6_PMTUDISC_DONT,
	.xfrm_policy = IPV6_XFRM_POLICY,
};

static const struct family_options *family_options(uint16_t family)
{
	return family == AF_INET6 ? &ipv6_options : &ipv4_options;
}

static int set_option(int descriptor, int level, int name, int value)
{
	return setsockopt(descriptor, level, name, &value, sizeof(value)) < 0 ? -errno : 0;
}

/*
 * The socket's own policy, which the kernel asks before the global ones: what
 * goes in or out goes through an ESP transport SA with this reqid and SPI (0:
 * any). The selector is empty: it means all that this socket sends or receives;
 * or it is for one port: what is sent to another is left to the global policies,
 * until translation has made that port of it and the kernel asks again.
 */
static int set_policy(int descriptor, uint16_t family, uint8_t direction,
		      const struct l2tp_udp_protection *protection)
{
	const struct family_options *options = family_options(family);
	struct {
		struct xfrm_userpolicy_info information;
		struct xfrm_user_tmpl template;
	} policy = {
		.information = {
			.sel.family = family,
			.lft.soft_byte_limit = XFRM_INF,
			.lft.hard_byte_limit = XFRM_INF,
			.lft.soft_packet_limit = XFRM_INF,
			.lft.hard_packet_limit = XFRM_INF,
			.dir = direction,
			.action = XFRM_POLICY_ALLOW,
		},
		.template = {
			.id.proto = IPPROTO_ESP,
			.id.spi = htonl(protection->spi),
			.family = family,
			.reqid = protection->reqid,
			.mode = XFRM_MODE_TRANSPORT,
			.aalgos = UINT32_MAX,
			.ealgos = UINT32_MAX,
			.calgos = UINT32_MAX,
		},
	};

	if (protection->real_port) {
		policy.information.sel.proto = IPPROTO_UDP;
		policy.information.sel.dport = htons(protection->real_port);
		policy.information.sel.dport_mask = UINT16_MAX;
	}
	if (setsockopt(descriptor, options->level, options->xfrm_policy, &policy, sizeof(policy)) <
	    0)
		return -errno;
	return 0;
}

/*
 * What all our sockets have in common. SO_REUSEPORT admits sockets of our own
 * user only; with SO_REUSEADDR any local user could take the port as well. No
 * path MTU discovery: L2TP's packets may be fragmented, never be refused.
 */
static int set_options(int descriptor, uint16_t family, bool ipsec)
{
	static const struct l2tp_udp_protection any_sa = { .ipsec = true };
	const struct family_options *options = family_options(family);
	int r;

	r = set_option(descriptor, SOL_SOCKET, SO_REUSEPORT, 1);
	if (r == 0)
		r = set_option(descriptor, options->level, options->packet_information, 1);
	if (r == 0)
		r = set_option(descriptor, options->level, options->path_mtu_discovery,
			       options->path_mtu_dont);
	if (r == 0 && family == AF_INET6)
		r = set_option(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	if (r == 0 && ipsec)
		r = set_option(descriptor, SOL_SOCKET, SO_RCVMARK, 1);
	/* reqid 0: the SA of any client; cleartext is refused. */
	if (r == 0 && ipsec)
		r = set_policy(descriptor, family, XFRM_POLICY_IN, &any_sa);
	return r;
}

/* A bound socket without its peer, if it will have one. */
static int socket_open(const struct inet_endpoint *local,
		       const struct l2tp_udp_protection *protection)
{
	_cleanup_(closep) int descriptor = -1;
	struct sockaddr_storage address;
	socklen_t address_size;
	int r;

	address_size = inet_endpoint_to_sockaddr(local, &address);
	if (address_size == 0)
		return -EAFNOSUPPORT;
	descriptor = socket(local->address.family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
			    IPPROTO_UDP);
	if (descriptor < 0)
		return -errno;
	r = set_options(descriptor, local->address.family, protection->ipsec);
	if (r < 0)
		return r;
	if (protection->ipsec && protection->reqid != 0) {
		r = set_policy(descriptor, local->address.family, XFRM_POLICY_OUT, protection);
		if (r < 0)
			return r;
	}
	if (bind(descriptor, (const struct sockaddr *)&address, address_size) < 0)
		return -errno;
	return TAKE_FD(descriptor);
}

int l2tp_udp_listener_open(const struct inet_endpoint *local, bool ipsec)
{
	const struct l2tp_udp_protection protection = { .ipsec = ipsec };

	return socket_open(local, &protection);
}

int l2tp_udp_tunnel_open(const struct inet_endpoint *local, const struct inet_endpoint *peer,
			 const struct l2tp_udp_protection *protection)
{
	_cleanup_(closep) int descriptor = -1;
	struct sockaddr_storage address;
	socklen_t address_size;

	if (protection->ipsec && protection->reqid == 0)
		return -EINVAL;
	if (local->address.family != peer->address.family)
		return -EAFNOSUPPORT;
	descriptor = socket_open(local, protection);
	if (descriptor < 0)
		return descriptor;
	address_size = inet_endpoint_to_sockaddr(peer, &address);
	if (connect(descriptor, (const struct sockaddr *)&address, address_size) < 0)
		return -errno;
	return TAKE_FD(descriptor);
}

/*
 * The kernel's look-up passes over a socket that is bound to another device than
 * the packet's (net/ipv4/udp.c, compute_score()). No right is needed for the
 * first binding of a socket (net/core/sock.c, sock_bindtoindex_locked()).
 */
int l2tp_udp_detach(int descriptor)
{
	static const char device[] = "lo";

	if (setsockopt(descriptor, SOL_SOCKET, SO_BINDTODEVICE, device, sizeof(device)) < 0)
		return -errno;
	return 0;
}

int l2tp_udp_set_protection(int descriptor, uint16_t family,
			    const struct l2tp_udp_protection *protection)
{
	if (!protection->ipsec || protection->reqid == 0)
		return -EINVAL;
	return set_policy(descriptor, family, XFRM_POLICY_OUT, protection);
}

/*
 * What an ICMP message left on a connected socket for the next call to find. It
 * says nothing about that call, and anybody who sees the traffic can send one:
 * the protocol's own timers decide what is dead.
 */
static bool is_icmp_error(int error)
{
	switch (error) {
	case ECONNREFUSED:
	case EHOSTUNREACH:
	case ENETUNREACH:
	case EHOSTDOWN:
	case ENONET:
	case ENOPROTOOPT:
	case EMSGSIZE:
	case EPROTO:
	case EACCES:
	case EOPNOTSUPP:
		return true;
	}
	return false;
}

/* Room for one batch with its ancillary data. */
struct receive_batch {
	struct mmsghdr headers[L2TP_UDP_BATCH];
	struct iovec vectors[L2TP_UDP_BATCH];
	struct sockaddr_storage peers[L2TP_UDP_BATCH];
	union {
		struct cmsghdr alignment;
		uint8_t bytes[CMSG_SPACE(sizeof(struct in6_pktinfo)) +
			      CMSG_SPACE(sizeof(uint32_t)) + CMSG_SPACE(sizeof(uint64_t))];
	} controls[L2TP_UDP_BATCH];
	uint8_t buffers[L2TP_UDP_BATCH][L2TP_UDP_DATAGRAM_MAX];
};

static void prepare_batch(struct receive_batch *batch, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		batch->vectors[i] = (struct iovec){
			.iov_base = batch->buffers[i],
			.iov_len = sizeof(batch->buffers[i]),
		};
		batch->headers[i].msg_hdr = (struct msghdr){
			.msg_name = &batch->peers[i],
			.msg_namelen = sizeof(batch->peers[i]),
			.msg_iov = &batch->vectors[i],
			.msg_iovlen = 1,
			.msg_control = batch->controls[i].bytes,
			.msg_controllen = sizeof(batch->controls[i].bytes),
		};
	}
}

/*
 * Takes one piece of ancillary data, if it is one of ours. The address is
 * ipi_spec_dst, the one to answer from: ipi_addr may be a broadcast address.
 */
static void take_ancillary(struct cmsghdr *header, struct l2tp_udp_datagram *datagram)
{
	size_t size = header->cmsg_len - CMSG_LEN(0);
	struct inet_address address = { 0 };

	if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SO_MARK &&
	    size >= sizeof(datagram->mark)) {
		memcpy(&datagram->mark, CMSG_DATA(header), sizeof(datagram->mark));
	} else if (header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_PKTINFO &&
		   size >= sizeof(struct in_pktinfo)) {
		struct in_pktinfo information;

		memcpy(&information, CMSG_DATA(header), sizeof(information));
		address.family = AF_INET;
		memcpy(address.bytes, &information.ipi_spec_dst, sizeof(information.ipi_spec_dst));
		datagram->local.address = address;
	} else if (header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_PKTINFO &&
		   size >= sizeof(struct in6_pktinfo)) {
		struct in6_pktinfo information;

		memcpy(&information, CMSG_DATA(header), sizeof(information));
		address.family = AF_INET6;
		memcpy(address.bytes, &information.ipi6_addr, sizeof(information.ipi6_addr));
		datagram->local.address = address;
	}
}

/* Hands one received message on. */
static void deliver(struct receive_batch *batch, size_t index, uint16_t local_port,
		    l2tp_udp_datagram_fn datagram_fn, void *userdata)
{
	struct msghdr *message = &batch->headers[index].msg_hdr;
	struct l2tp_udp_datagram datagram = {
		.local.port = local_port,
		.bytes = batch->buffers[index],
		.size = batch->headers[index].msg_len,
	};

	if (inet_endpoint_from_sockaddr(&batch->peers[index], &datagram.peer) < 0)
		return;
	for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header;
	     header = CMSG_NXTHDR(message, header))
		take_ancillary(header, &datagram);
	datagram_fn(userdata, &datagram);
}

int l2tp_udp_receive(int descriptor, uint16_t local_port, size_t budget,
		     l2tp_udp_datagram_fn datagram_fn, void *userdata)
{
	struct receive_batch batch;
	size_t count = budget < L2TP_UDP_BATCH ? budget : L2TP_UDP_BATCH;
	int received = -1;

	for (unsigned int i = 0; received < 0 && i < ICMP_ERRORS_MAX; i++) {
		prepare_batch(&batch, count);
		received = recvmmsg(descriptor, batch.headers, (unsigned int)count, MSG_DONTWAIT,
				    NULL);
		if (received < 0 && errno == EAGAIN)
			return 0;
		if (received < 0 && errno != EINTR && !is_icmp_error(errno))
			return -errno;
	}
	for (int i = 0; i < received; i++)
		deliver(&batch, (size_t)i, local_port, datagram_fn, userdata);
	return received < 0 ? 0 : received;
}

struct l2tp_udp_queue {
	size_t count;
	uint64_t dropped;
	int descriptors[QUEUE_PACKETS];
	struct iovec vectors[QUEUE_PACKETS]; /* each into its own buffer */
	struct mmsghdr headers[QUEUE_PACKETS];
	uint8_t buffers[QUEUE_PACKETS][L2TP_UDP_DATAGRAM_MAX];
};

int l2tp_udp_queue_new(struct l2tp_udp_queue **ret_queue)
{
	struct l2tp_udp_queue *queue = calloc(1, sizeof(*queue));

	if (!queue)
		return -ENOMEM;
	for (size_t i = 0; i < QUEUE_PACKETS; i++) {
		queue->vectors[i].iov_base = queue->buffers[i];
		queue->headers[i].msg_hdr.msg_iov = &queue->vectors[i];
		queue->headers[i].msg_hdr.msg_iovlen = 1;
	}
	*ret_queue = queue;
	return 0;
}

void l2tp_udp_queue_free(struct l2tp_udp_queue *queue)
{
	free(queue);
}

void l2tp_udp_queue_freep(struct l2tp_udp_queue **queue)
{
	l2tp_udp_queue_free(*queue);
}

int l2tp_udp_queue_add(struct l2tp_udp_queue *queue, int descriptor, const uint8_t *packet,
		       size_t size)
{
	if (size > L2TP_UDP_DATAGRAM_MAX)
		return -EMSGSIZE;
	if (queue->count == QUEUE_PACKETS)
		l2tp_udp_queue_flush(queue);
	queue->descriptors[queue->count] = descriptor;
	queue->vectors[queue->count].iov_len = size;
	memcpy(queue->buffers[queue->count], packet, size);
	queue->count++;
	return 0;
}

/*
 * Sends packets @first up to @end, all of one socket. A pending ICMP error
 * fails a send that had nothing to do with it: each packet is tried twice.
 */
static void send_run(struct l2tp_udp_queue *queue, size_t first, size_t end)
{
	bool tried = false;

	while (first < end) {
		int sent = sendmmsg(queue->descriptors[first], &queue->headers[first],
				    (unsigned int)(end - first), MSG_DONTWAIT);

		if (sent > 0) {
			first += (size_t)sent;
			tried = false;
		} else if (sent < 0 && errno == EINTR) {
			continue;
		} else if (sent < 0 && is_icmp_error(errno) && !tried) {
			tried = true;
		} else {
			queue->dropped++;
			first++;
			tried = false;
		}
	}
}

void l2tp_udp_queue_flush(struct l2tp_udp_queue *queue)
{
	size_t first = 0;

	while (first < queue->count) {
		size_t end = first + 1;

		while (end < queue->count && queue->descriptors[end] == queue->descriptors[first])
			end++;
		send_run(queue, first, end);
		first = end;
	}
	queue->count = 0;
}

uint64_t l2tp_udp_queue_dropped(const struct l2tp_udp_queue *queue)
{
	return queue->dropped;
}
