/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's data path: PPPoL2TP sockets (Linux, net/l2tp/l2tp_ppp.c and
 * drivers/net/ppp/pppox.c). A tunnel is a PPPoX socket connected with session
 * id 0, which makes the kernel take the data messages out of the tunnel's UDP
 * socket; a session is another one, a PPP channel that pppd attaches to an
 * interface. Frames never come to user space. I/O.
 */
#include "l2tp/data_path.h"

#include "base/cleanup.h"
#include "l2tp/ppp_device.h"

#include <errno.h>
#include <linux/if_pppox.h>
#include <linux/ppp-ioctl.h>
#include <linux/udp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

struct l2tp_data_path_tunnel {
	int descriptor;
	struct l2tp_data_path_tunnel_ids ids;
};

struct l2tp_data_path_session {
	int descriptor;
};

static int pppol2tp_socket(void)
{
	int descriptor =
		socket(AF_PPPOX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, PX_PROTO_OL2TP);

	return descriptor < 0 ? -errno : descriptor;
}

static int kernel_probe(const char **ret_remedy)
{
	_cleanup_(closep) int descriptor = pppol2tp_socket();

	/* Opening the socket loads the module, so it comes first. */
	if (descriptor == -EAFNOSUPPORT || descriptor == -EPROTONOSUPPORT) {
		*ret_remedy = "this kernel has no PPPoL2TP: run 'modprobe l2tp_ppp'; if there is "
			      "no such module, install linux-image-amd64 in place of the cloud "
			      "kernel";
		return descriptor;
	}
	if (descriptor < 0) {
		*ret_remedy = "no PPPoL2TP socket can be opened: see the error's name";
		return descriptor;
	}
	return l2tp_ppp_device_check(ret_remedy);
}

/*
 * connect() with the address that names a session of a tunnel (session 0: the
 * tunnel itself). There is one form of it per address family.
 */
static int connect_session(int descriptor, const struct l2tp_data_path_tunnel_ids *ids,
			   uint16_t local_session_id, uint16_t peer_session_id)
{
	struct sockaddr_pppol2tp ipv4 = {
		.sa_family = AF_PPPOX,
		.sa_protocol = PX_PROTO_OL2TP,
		.pppol2tp.fd = ids->udp_descriptor,
		.pppol2tp.s_tunnel = ids->local_tunnel_id,
		.pppol2tp.s_session = local_session_id,
		.pppol2tp.d_tunnel = ids->peer_tunnel_id,
		.pppol2tp.d_session = peer_session_id,
	};
	struct sockaddr_pppol2tpin6 ipv6 = {
		.sa_family = AF_PPPOX,
		.sa_protocol = PX_PROTO_OL2TP,
		.pppol2tp.fd = ids->udp_descriptor,
		.pppol2tp.s_tunnel = ids->local_tunnel_id,
		.pppol2tp.s_session = local_session_id,
		.pppol2tp.d_tunnel = ids->peer_tunnel_id,
		.pppol2tp.d_session = peer_session_id,
	};
	bool is_ipv6 = ids->peer.address.family == AF_INET6;
	const void *address = is_ipv6 ? (const void *)&ipv6 : &ipv4;
	struct sockaddr_storage peer;

	inet_endpoint_to_sockaddr(&ids->peer, &peer);
	memcpy(&ipv4.pppol2tp.addr, &peer, sizeof(ipv4.pppol2tp.addr));
	memcpy(&ipv6.pppol2tp.addr, &peer, sizeof(ipv6.pppol2tp.addr));
	if (connect(descriptor, address, is_ipv6 ? sizeof(ipv6) : sizeof(ipv4)) < 0)
		return -errno;
	return 0;
}

/*
 * Whether the kernel's tunnel is on this very UDP socket. A connect() with the
 * id of a tunnel that exists joins it, whoever made it, and any process can make
 * one: ours is the one for which our socket became an encapsulation socket.
 */
static int check_owner(int udp_descriptor)
{
	int encapsulation = 0;
	socklen_t size = sizeof(encapsulation);

	if (getsockopt(udp_descriptor, IPPROTO_UDP, UDP_ENCAP, &encapsulation, &size) < 0)
		return -errno;
	return encapsulation == UDP_ENCAP_L2TPINUDP ? 0 : -EEXIST;
}

static void kernel_tunnel_free(struct l2tp_data_path_tunnel *tunnel)
{
	if (!tunnel)
		return;
	closep(&tunnel->descriptor);
	free(tunnel);
}

static int kernel_tunnel_open(const struct l2tp_data_path_tunnel_ids *ids,
			      struct l2tp_data_path_tunnel **ret_tunnel)
{
	_cleanup_(closep) int descriptor = pppol2tp_socket();
	struct l2tp_data_path_tunnel *tunnel;
	int r;

	if (descriptor < 0)
		return descriptor;
	r = connect_session(descriptor, ids, 0, 0);
	if (r < 0)
		return r;
	r = check_owner(ids->udp_descriptor);
	if (r < 0)
		return r;
	tunnel = calloc(1, sizeof(*tunnel));
	if (!tunnel)
		return -ENOMEM;
	tunnel->descriptor = TAKE_FD(descriptor);
	tunnel->ids = *ids;
	*ret_tunnel = tunnel;
	return 0;
}

/*
 * As an LNS we alone say whether data messages carry Ns and Nr (RFC 2661,
 * section 5.4): the kernel must not follow the peer's example. While it sends them it
 * drops what comes without; RECVSEQ says the same and is for a peer that promised.
 */
static int set_sequencing(int descriptor, enum l2tp_data_sequencing sequencing)
{
	const int lns = 1;
	const int send = sequencing != L2TP_DATA_SEQUENCING_NONE;
	const int receive = sequencing == L2TP_DATA_SEQUENCING_REQUIRED;

	if (setsockopt(descriptor, SOL_PPPOL2TP, PPPOL2TP_SO_LNSMODE, &lns, sizeof(lns)) < 0 ||
	    setsockopt(descriptor, SOL_PPPOL2TP, PPPOL2TP_SO_SENDSEQ, &send, sizeof(send)) < 0 ||
	    setsockopt(descriptor, SOL_PPPOL2TP, PPPOL2TP_SO_RECVSEQ, &receive, sizeof(receive)) <
		    0)
		return -errno;
	return 0;
}

/*
 * Until somebody has asked for the number of its PPP channel, a session keeps
 * what it receives in the socket's own queue. Whether the client's first
 * Configure-Requests get from there to a pppd that asks later is the kernel's
 * choice: Debian's 6.1.192 and 6.12.117 move them (seen), mainline's pppox_ioctl()
 * did not. Asking at once marks the socket PPPOX_BOUND; from then on
 * pppol2tp_recv() hands frames to ppp_input(), which keeps them on the channel
 * for whoever attaches to it, in every kernel.
 */
static int bind_channel(int descriptor)
{
	int channel;

	return ioctl(descriptor, PPPIOCGCHAN, &channel) < 0 ? -errno : 0;
}

static int kernel_session_open(struct l2tp_data_path_tunnel *tunnel,
			       const struct l2tp_data_path_session_ids *ids,
			       struct l2tp_data_path_session **ret_session)
{
	_cleanup_(closep) int descriptor = pppol2tp_socket();
	struct l2tp_data_path_session *session;
	int r;

	if (descriptor < 0)
		return descriptor;
	r = connect_session(descriptor, &tunnel->ids, ids->local_session_id, ids->peer_session_id);
	if (r == 0)
		r = set_sequencing(descriptor, ids->sequencing);
	if (r == 0)
		r = bind_channel(descriptor);
	if (r < 0)
		return r;
	session = calloc(1, sizeof(*session));
	if (!session)
		return -ENOMEM;
	session->descriptor = TAKE_FD(descriptor);
	*ret_session = session;
	return 0;
}

static int kernel_session_descriptor(const struct l2tp_data_path_session *session)
{
	return session->descriptor;
}

static int kernel_session_set_sequencing(struct l2tp_data_path_session *session,
					 enum l2tp_data_sequencing sequencing)
{
	return set_sequencing(session->descriptor, sequencing);
}

static int kernel_session_counters(const struct l2tp_data_path_session *session,
				   struct l2tp_data_path_counters *ret_counters)
{
	struct pppol2tp_ioc_stats statistics = { 0 };

	if (ioctl(session->descriptor, PPPIOCGL2TPSTATS, &statistics) < 0)
		return -errno;
	*ret_counters = (struct l2tp_data_path_counters){
		.received_packets = statistics.rx_packets,
		.received_bytes = statistics.rx_bytes,
		.sent_packets = statistics.tx_packets,
		.sent_bytes = statistics.tx_bytes,
	};
	return 0;
}

static void kernel_session_free(struct l2tp_data_path_session *session)
{
	if (!session)
		return;
	closep(&session->descriptor);
	free(session);
}

const struct l2tp_data_path l2tp_kernel_data_path = {
	.name = "kernel",
	.probe = kernel_probe,
	.tunnel_open = kernel_tunnel_open,
	.tunnel_free = kernel_tunnel_free,
	.session_open = kernel_session_open,
	.session_descriptor = kernel_session_descriptor,
	.session_set_sequencing = kernel_session_set_sequencing,
	.session_counters = kernel_session_counters,
	.session_free = kernel_session_free,
};
