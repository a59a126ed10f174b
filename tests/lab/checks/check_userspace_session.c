/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The userspace data path on a real kernel: its probe, and what happens beside it.
 * Clients of one NAT share a 4-tuple, and the kernel gives a packet to any socket
 * that has it.
 */
#include "ipsec-glue/sa_method.h"
#include "tests/lab/checks/data_path.h"

#include <errno.h>
#include <poll.h>
#include <sys/utsname.h>

static const struct l2tp_data_path *const userspace = &l2tp_userspace_data_path;
static const struct l2tp_data_path *const kernel = &l2tp_kernel_data_path;

static void it_is_usable_here(void **state)
{
	assert_usable_here(userspace);
}

static void without_the_device_it_says_so(void **state)
{
	assert_misses_the_device(userspace);
}

/* ---- beside the kernel's path ---------------------------------------------------- */

/* A tunnel of the kernel's on a socket with the 4-tuple that all of them have. */
struct neighbour {
	int udp;
	struct l2tp_data_path_tunnel *tunnel;
};

static struct neighbour open_neighbour(uint16_t id)
{
	struct l2tp_data_path_tunnel_ids ids = { .local_tunnel_id = id, .peer_tunnel_id = id };
	struct neighbour neighbour;

	ids.udp_descriptor = neighbour.udp = udp_socket(GATEWAY_IPV4, CLIENT_IPV4, &ids.peer);
	assert_int_equal(kernel->tunnel_open(&ids, &neighbour.tunnel), 0);
	return neighbour;
}

static void send_data(int descriptor, uint8_t tunnel_id)
{
	const uint8_t packet[] = { 0, 2, 0, tunnel_id, 0, 9, 0xff, 0x03, 0xc0, 0x21, 1, 1, 0, 4 };

	assert_int_equal(send(descriptor, packet, sizeof(packet), 0), sizeof(packet));
}

static void count_data(void *userdata, const struct l2tp_udp_datagram *datagram)
{
	unsigned int *counts = userdata;

	assert_in_range(datagram->size, 6, 100);
	counts[datagram->bytes[3] == 12]++;
}

/* Tunnel 11 has a session in the kernel, tunnel 12 has none; in either order of sockets. */
static void check_neighbours(bool session_first)
{
	static const struct l2tp_data_path_session_ids ids = { .local_session_id = 9,
							       .peer_session_id = 9 };
	struct neighbour first = open_neighbour(session_first ? 11 : 12);
	struct neighbour second = open_neighbour(session_first ? 12 : 11);
	struct l2tp_data_path_counters counters = { 0 };
	struct l2tp_data_path_session *session;
	unsigned int counts[2] = { 0 };
	struct inet_endpoint peer;
	int client;

	assert_int_equal(
		kernel->session_open(session_first ? first.tunnel : second.tunnel, &ids, &session),
		0);
	be_on("client");
	client = udp_socket(CLIENT_IPV4, GATEWAY_IPV4, &peer);
	be_on("gateway");
	for (unsigned int i = 0; i < 20; i++) {
		send_data(client, 11);
		send_data(client, 12);
	}
	for (unsigned int i = 0; i < 500 && counts[1] < 20; i++) {
		poll(NULL, 0, 10);
		l2tp_udp_receive(first.udp, PORT, 32, count_data, counts);
		l2tp_udp_receive(second.udp, PORT, 32, count_data, counts);
	}
	assert_int_equal(kernel->session_counters(session, &counters), 0);
	assert_int_equal(counters.received_packets, 20);
	assert_int_equal(counts[0], 0);
	assert_int_equal(counts[1], 20);
	close(client);
	kernel->session_free(session);
	kernel->tunnel_free(first.tunnel);
	kernel->tunnel_free(second.tunnel);
	close(first.udp);
	close(second.udp);
}

/* Before Linux 6.11 a packet's session is looked for in its socket's own tunnel only. */
static bool sessions_are_found_by_any_socket(void)
{
	struct sa_method method;
	struct utsname name;

	assert_int_equal(uname(&name), 0);
	sa_method_choose(SA_TRACKING_WISH_MARK, name.release, true, &method);
	return method.kernel_path;
}

static void beside_a_tunnel_without_sessions_neighbours_lose_nothing(void **state)
{
	if (!sessions_are_found_by_any_socket())
		skip();
	check_neighbours(true);
	/* ids are free again a moment after their sockets are closed */
	poll(NULL, 0, 1000);
	check_neighbours(false);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SENTENCE(it_is_usable_here),
		SENTENCE(without_the_device_it_says_so),
		SENTENCE(beside_a_tunnel_without_sessions_neighbours_lose_nothing),
	};

	return cmocka_run_group_tests_name("userspace_session", tests, make_hosts, drop_hosts);
}
