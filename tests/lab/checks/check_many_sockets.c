/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two thousand tunnels on one port: a listener, and a connected socket for each
 * peer, which is a port of the client's host. Whatever a peer sends reaches one
 * of these sockets (the engine takes it from any), also while others are opened
 * and closed; data of the kernel's path reaches the kernel's session.
 */
#include "l2tp/data_path.h"
#include "l2tp/udp_socket.h"
#include "tests/lab/checks/hosts.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#define PORT        1701
#define TUNNELS     2000
#define FIRST_PEER  20000
#define FIRST_NEW   30000
#define NEW_PEERS   200
#define WAIT_MSEC   5000
#define LINGER_MSEC 500
/*
 * Packets under way at once. The cable is the receive queue of the processor
 * (net.core.netdev_max_backlog, 1000 packets), and the sender is on the same one: before
 * Linux 6.4 ksoftirqd, which empties that queue, waits for its turn behind the sender
 * (kernel/softirq.c, ksoftirqd_running()), and what does not fit is lost on the cable.
 */
#define UNDER_WAY_MAX 256

static const struct l2tp_udp_protection plain = { .ipsec = false };

/* What a group of checks works with. */
struct stage {
	int epoll;
	int listener;
	int tunnels[TUNNELS];
	int peers[TUNNELS];
	unsigned int heard[65536]; /* by port of the peer */
	unsigned int heard_in_all;
	unsigned int said;
};

static struct stage stage;

static struct inet_endpoint endpoint(const char *address, uint16_t port)
{
	struct inet_endpoint result = { .port = port };

	assert_int_equal(inet_address_parse(address, &result.address), 0);
	return result;
}

static void watch(int descriptor)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = descriptor };

	assert_int_equal(epoll_ctl(stage.epoll, EPOLL_CTL_ADD, descriptor, &event), 0);
}

static int open_tunnel(uint16_t peer_port)
{
	struct inet_endpoint local = endpoint(GATEWAY_IPV4, PORT);
	struct inet_endpoint peer = endpoint(CLIENT_IPV4, peer_port);
	int descriptor = l2tp_udp_tunnel_open(&local, &peer, &plain);

	assert_true(descriptor >= 0);
	return descriptor;
}

/* The socket of a peer, on the client's host. */
static int open_peer(uint16_t port)
{
	struct inet_endpoint local = endpoint(CLIENT_IPV4, port);
	struct inet_endpoint peer = endpoint(GATEWAY_IPV4, PORT);
	int descriptor;

	be_on("client");
	descriptor = l2tp_udp_tunnel_open(&local, &peer, &plain);
	be_on("gateway");
	assert_true(descriptor >= 0);
	return descriptor;
}

static int set_up_group(void **state)
{
	const struct rlimit limit = { 16384, 16384 };
	struct inet_endpoint any = endpoint("0.0.0.0", PORT);

	make_hosts(state);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	stage.epoll = epoll_create1(EPOLL_CLOEXEC);
	assert_true(stage.epoll >= 0);
	stage.listener = l2tp_udp_listener_open(&any, false);
	assert_true(stage.listener >= 0);
	watch(stage.listener);
	for (unsigned int i = 0; i < TUNNELS; i++) {
		stage.tunnels[i] = open_tunnel((uint16_t)(FIRST_PEER + i));
		watch(stage.tunnels[i]);
		stage.peers[i] = open_peer((uint16_t)(FIRST_PEER + i));
	}
	return 0;
}

static int forget(void **state)
{
	memset(stage.heard, 0, sizeof(stage.heard));
	stage.heard_in_all = 0;
	stage.said = 0;
	return 0;
}

static void hear(void *userdata, const struct l2tp_udp_datagram *datagram)
{
	stage.heard[datagram->peer.port]++;
	stage.heard_in_all++;
}

/* Reads what waits on all sockets. Return: whether there was anything. */
static bool read_all(int wait_msec)
{
	struct epoll_event events[64];
	int count = epoll_wait(stage.epoll, events, ELEMENTS(events), wait_msec);

	for (int i = 0; i < count; i++)
		assert_true(l2tp_udp_receive(events[i].data.fd, PORT, L2TP_UDP_BATCH, hear, NULL) >=
			    0);
	return count > 0;
}

static void read_until(unsigned int expected)
{
	while (stage.heard_in_all < expected && read_all(WAIT_MSEC))
		;
	while (read_all(LINGER_MSEC))
		;
}

static void say(int descriptor)
{
	static const uint8_t zlb[] = { 0xc8, 2, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0 };

	assert_int_equal(send(descriptor, zlb, sizeof(zlb), 0), sizeof(zlb));
	stage.said++;
	while (stage.said - stage.heard_in_all > UNDER_WAY_MAX && read_all(WAIT_MSEC))
		;
}

static void every_packet_of_a_known_peer_arrives(void **state)
{
	const unsigned int rounds = 5;

	for (unsigned int round = 0; round < rounds; round++)
		for (unsigned int i = 0; i < TUNNELS; i++) {
			say(stage.peers[i]);
			if (i % 16 == 0)
				read_all(0);
		}
	read_until(rounds * TUNNELS);
	for (unsigned int i = 0; i < TUNNELS; i++)
		assert_int_equal(stage.heard[FIRST_PEER + i], rounds);
}

static void it_arrives_at_the_tunnels_own_socket(void **state)
{
	for (unsigned int i = 0; i < TUNNELS; i += 7) {
		struct pollfd wait = { .fd = stage.tunnels[i], .events = POLLIN };

		say(stage.peers[i]);
		assert_int_equal(poll(&wait, 1, WAIT_MSEC), 1);
		assert_int_equal(l2tp_udp_receive(wait.fd, PORT, 1, hear, NULL), 1);
	}
}

static void every_packet_of_a_new_peer_arrives(void **state)
{
	for (unsigned int i = 0; i < NEW_PEERS; i++) {
		_cleanup_(closep) int peer = open_peer((uint16_t)(FIRST_NEW + i));

		say(peer);
		read_all(0);
	}
	read_until(NEW_PEERS);
	for (unsigned int i = 0; i < NEW_PEERS; i++)
		assert_int_equal(stage.heard[FIRST_NEW + i], 1);
}

/* In between a socket has its port and no peer yet: it may hear anybody's. */
static void nothing_is_lost_while_sockets_come_and_go(void **state)
{
	const unsigned int rounds = 1000;

	for (unsigned int round = 0; round < rounds; round++) {
		unsigned int i = round % TUNNELS;
		int descriptor;

		say(stage.peers[(i + 1) % TUNNELS]);
		descriptor = open_tunnel((uint16_t)(FIRST_NEW + round));
		watch(descriptor);
		say(stage.peers[(i + 2) % TUNNELS]);
		/* as the gateway ends a socket: first it hears no more, then it is emptied */
		assert_int_equal(l2tp_udp_detach(descriptor), 0);
		while (l2tp_udp_receive(descriptor, PORT, L2TP_UDP_BATCH, hear, NULL) > 0)
			;
		close(descriptor);
		say(stage.peers[(i + 3) % TUNNELS]);
		read_all(0);
	}
	read_until(3 * rounds);
	assert_int_equal(stage.heard_in_all, 3 * rounds);
}

/* One of the kernel's tunnels with a session, ids as the peer's port. */
struct kernel_end {
	struct l2tp_data_path_tunnel *tunnel;
	struct l2tp_data_path_session *session;
};

static struct kernel_end open_kernel_end(unsigned int index)
{
	const struct l2tp_data_path *path = &l2tp_kernel_data_path;
	const uint16_t id = (uint16_t)(FIRST_PEER + index);
	const struct l2tp_data_path_tunnel_ids ids = {
		.local_tunnel_id = id,
		.peer_tunnel_id = id,
		.peer = endpoint(CLIENT_IPV4, id),
		.udp_descriptor = stage.tunnels[index],
	};
	const struct l2tp_data_path_session_ids session_ids = { .local_session_id = id,
								.peer_session_id = id };
	struct kernel_end end;

	assert_int_equal(path->tunnel_open(&ids, &end.tunnel), 0);
	assert_int_equal(path->session_open(end.tunnel, &session_ids, &end.session), 0);
	return end;
}

static uint64_t received_by(const struct kernel_end *end)
{
	struct l2tp_data_path_counters counters;

	assert_int_equal(l2tp_kernel_data_path.session_counters(end->session, &counters), 0);
	return counters.received_packets;
}

static void every_data_message_reaches_its_session(void **state)
{
	static struct kernel_end ends[TUNNELS];

	for (unsigned int i = 0; i < TUNNELS; i++)
		ends[i] = open_kernel_end(i);
	for (unsigned int i = 0; i < TUNNELS; i++) {
		const uint8_t high = (uint8_t)((FIRST_PEER + i) >> 8);
		const uint8_t low = (uint8_t)(FIRST_PEER + i);
		const uint8_t data[] = {
			0, 2, high, low, high, low, 0xff, 3, 0xc0, 0x21, 9, 1, 0, 4
		};

		assert_int_equal(send(stage.peers[i], data, sizeof(data), 0), sizeof(data));
		say(stage.peers[i]);
	}
	read_until(TUNNELS);
	for (unsigned int i = 0; i < TUNNELS; i++) {
		for (int wait = 0; wait < 100 && received_by(&ends[i]) == 0; wait++)
			poll(NULL, 0, 10);
		assert_int_equal(received_by(&ends[i]), 1);
		assert_int_equal(stage.heard[FIRST_PEER + i], 1);
		l2tp_kernel_data_path.session_free(ends[i].session);
		l2tp_kernel_data_path.tunnel_free(ends[i].tunnel);
	}
}

#define FRESH(name) cmocka_unit_test_setup(name, forget)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		FRESH(every_packet_of_a_known_peer_arrives),
		FRESH(it_arrives_at_the_tunnels_own_socket),
		FRESH(every_packet_of_a_new_peer_arrives),
		FRESH(nothing_is_lost_while_sockets_come_and_go),
		FRESH(every_data_message_reaches_its_session),
	};

	return cmocka_run_group_tests_name("many_sockets", tests, set_up_group, drop_hosts);
}
