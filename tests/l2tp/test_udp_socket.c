/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Batches, addresses, truncation and errors of the UDP sockets, on loopback. */
#include "l2tp/udp_socket.h"
#include "tests/unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

/* What a test's sockets received. */
struct heard {
	size_t count;
	struct l2tp_udp_datagram last; /* bytes: points into first_bytes */
	uint8_t first_bytes[16];
	int close_descriptor; /* closed by the first datagram; -1: none */
};

static void hear(void *userdata, const struct l2tp_udp_datagram *datagram)
{
	struct heard *heard = userdata;
	size_t size = datagram->size < 16 ? datagram->size : 16;

	heard->count++;
	heard->last = *datagram;
	memcpy(heard->first_bytes, datagram->bytes, size);
	heard->last.bytes = heard->first_bytes;
	if (heard->close_descriptor >= 0) {
		close(heard->close_descriptor);
		heard->close_descriptor = -1;
	}
}

static struct inet_endpoint endpoint(const char *address, uint16_t port)
{
	struct inet_endpoint result = { .port = port };

	assert_int_equal(inet_address_parse(address, &result.address), 0);
	return result;
}

/* The port that the kernel gave a socket which asked for port 0. */
static uint16_t port_of(int descriptor)
{
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);
	struct inet_endpoint result;

	assert_int_equal(getsockname(descriptor, (struct sockaddr *)&address, &size), 0);
	assert_int_equal(inet_endpoint_from_sockaddr(&address, &result), 0);
	return result.port;
}

static int listener(const char *address, uint16_t port, uint16_t *ret_port)
{
	struct inet_endpoint local = endpoint(address, port);
	int descriptor = l2tp_udp_listener_open(&local, false);

	assert_true(descriptor >= 0);
	*ret_port = port_of(descriptor);
	return descriptor;
}

static int tunnel(const char *local_address, uint16_t local_port, const char *peer_address,
		  uint16_t peer_port)
{
	static const struct l2tp_udp_protection plain = { .ipsec = false };
	struct inet_endpoint local = endpoint(local_address, local_port);
	struct inet_endpoint peer = endpoint(peer_address, peer_port);
	int descriptor = l2tp_udp_tunnel_open(&local, &peer, &plain);

	assert_true(descriptor >= 0);
	return descriptor;
}

static size_t receive(int descriptor, uint16_t port, size_t budget, struct heard *heard)
{
	struct pollfd wait = { .fd = descriptor, .events = POLLIN };
	int received;

	*heard = (struct heard){ .close_descriptor = heard->close_descriptor };
	poll(&wait, 1, 1000);
	received = l2tp_udp_receive(descriptor, port, budget, hear, heard);
	assert_true(received >= 0);
	assert_int_equal((size_t)received, heard->count);
	return heard->count;
}

static void a_local_address_without_family_is_refused(void **state)
{
	struct inet_endpoint nowhere = { .port = 1701 };

	assert_int_equal(l2tp_udp_listener_open(&nowhere, false), -EAFNOSUPPORT);
}

static void a_peer_of_another_family_is_refused(void **state)
{
	static const struct l2tp_udp_protection plain = { .ipsec = false };
	struct inet_endpoint local = endpoint("127.0.0.1", 0);
	struct inet_endpoint peer = endpoint("::1", 1701);

	assert_int_equal(l2tp_udp_tunnel_open(&local, &peer, &plain), -EAFNOSUPPORT);
}

static void a_protected_tunnel_without_a_reqid_is_refused(void **state)
{
	static const struct l2tp_udp_protection any_client = { .ipsec = true, .reqid = 0 };
	struct inet_endpoint local = endpoint("127.0.0.1", 0);
	struct inet_endpoint peer = endpoint("127.0.0.1", 1701);

	assert_int_equal(l2tp_udp_tunnel_open(&local, &peer, &any_client), -EINVAL);
}

static void sockets_are_non_blocking_and_closed_on_exec(void **state)
{
	uint16_t port;
	_cleanup_(closep) int descriptor = listener("127.0.0.1", 0, &port);

	assert_true(fcntl(descriptor, F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(descriptor, F_GETFD) & FD_CLOEXEC);
}

static void an_empty_socket_gives_no_datagram_and_no_error(void **state)
{
	uint16_t port;
	_cleanup_(closep) int descriptor = listener("127.0.0.1", 0, &port);
	struct heard heard = { .close_descriptor = -1 };

	assert_int_equal(l2tp_udp_receive(descriptor, port, 32, hear, &heard), 0);
	assert_int_equal(heard.count, 0);
}

static void a_descriptor_that_is_no_socket_is_an_error(void **state)
{
	struct heard heard = { .close_descriptor = -1 };
	_cleanup_(closep) int descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC);

	assert_int_equal(l2tp_udp_receive(descriptor, 1701, 32, hear, &heard), -ENOTSOCK);
}

/* Some containers have no IPv6 at all. */
static void need_ipv6(void)
{
	struct inet_endpoint local = endpoint("::1", 0);
	_cleanup_(closep) int descriptor = l2tp_udp_listener_open(&local, false);

	if (descriptor == -EAFNOSUPPORT || descriptor == -EADDRNOTAVAIL) {
		print_message("# SKIP no ::1 on this machine\n");
		skip();
	}
}

/* Shared by both families: one datagram from a connected to an unconnected socket. */
static void check_one_datagram(const char *any, const char *loopback)
{
	struct heard heard = { .close_descriptor = -1 };
	struct inet_endpoint expected;
	uint16_t port;
	_cleanup_(closep) int server = listener(any, 0, &port);
	_cleanup_(closep) int client = tunnel(loopback, 0, loopback, port);

	assert_int_equal(send(client, "hello", 5, 0), 5);
	assert_int_equal(receive(server, port, 32, &heard), 1);
	assert_int_equal(heard.last.size, 5);
	assert_memory_equal(heard.first_bytes, "hello", 5);
	assert_int_equal(heard.last.mark, 0);
	expected = endpoint(loopback, port);
	assert_true(inet_endpoint_equal(&heard.last.local, &expected));
	expected = endpoint(loopback, port_of(client));
	assert_true(inet_endpoint_equal(&heard.last.peer, &expected));
}

static void a_listener_on_any_address_knows_which_one_was_meant(void **state)
{
	check_one_datagram("0.0.0.0", "127.0.0.1");
	check_one_datagram("0.0.0.0", "127.1.2.3");
}

static void ipv6_does_all_that_ipv4_does(void **state)
{
	need_ipv6();
	check_one_datagram("::", "::1");
}

static void an_ipv6_listener_leaves_the_ipv4_port_alone(void **state)
{
	struct heard heard = { .close_descriptor = -1 };
	uint16_t port;

	need_ipv6();
	_cleanup_(closep) int ipv6 = listener("::", 0, &port);
	_cleanup_(closep) int client = tunnel("127.0.0.1", 0, "127.0.0.1", port);
	struct pollfd refused = { .fd = client, .events = POLLIN };

	assert_int_equal(send(client, "4", 1, 0), 1);
	assert_int_equal(poll(&refused, 1, 1000), 1);
	assert_int_equal(l2tp_udp_receive(ipv6, port, 32, hear, &heard), 0);
}

static void a_batch_takes_what_waits_up_to_the_budget(void **state)
{
	struct heard heard = { .close_descriptor = -1 };
	uint16_t port;
	_cleanup_(closep) int server = listener("127.0.0.1", 0, &port);
	_cleanup_(closep) int client = tunnel("127.0.0.1", 0, "127.0.0.1", port);

	for (int i = 0; i < L2TP_UDP_BATCH + 8; i++)
		assert_int_equal(send(client, "x", 1, 0), 1);
	assert_int_equal(receive(server, port, 3, &heard), 3);
	assert_int_equal(receive(server, port, 1000, &heard), L2TP_UDP_BATCH);
	assert_int_equal(receive(server, port, 1000, &heard), 5);
}

static void a_datagram_that_is_too_long_is_cut(void **state)
{
	struct heard heard = { .close_descriptor = -1 };
	uint8_t packet[L2TP_UDP_DATAGRAM_MAX + 100] = { 0xc8 };
	uint16_t port;
	_cleanup_(closep) int server = listener("127.0.0.1", 0, &port);
	_cleanup_(closep) int client = tunnel("127.0.0.1", 0, "127.0.0.1", port);

	assert_int_equal(send(client, packet, sizeof(packet), 0), sizeof(packet));
	assert_int_equal(receive(server, port, 32, &heard), 1);
	assert_int_equal(heard.last.size, L2TP_UDP_DATAGRAM_MAX);
}

static void an_empty_datagram_is_a_datagram(void **state)
{
	struct heard heard = { .close_descriptor = -1 };
	uint16_t port;
	_cleanup_(closep) int server = listener("127.0.0.1", 0, &port);
	_cleanup_(closep) int client = tunnel("127.0.0.1", 0, "127.0.0.1", port);

	assert_int_equal(send(client, "", 0, 0), 0);
	assert_int_equal(receive(server, port, 32, &heard), 1);
	assert_int_equal(heard.last.size, 0);
}

static void the_callback_may_close_the_socket(void **state)
{
	struct heard heard = { .close_descriptor = -1 };
	uint16_t port;
	int server = listener("127.0.0.1", 0, &port);
	_cleanup_(closep) int client = tunnel("127.0.0.1", 0, "127.0.0.1", port);

	for (int i = 0; i < 5; i++)
		assert_int_equal(send(client, "x", 1, 0), 1);
	heard.close_descriptor = server;
	assert_int_equal(receive(server, port, 32, &heard), 5);
	assert_int_equal(fcntl(server, F_GETFD), -1);
}

static void a_connected_socket_takes_its_peer_from_the_listener(void **state)
{
	struct heard heard = { .close_descriptor = -1 };
	uint16_t port;
	_cleanup_(closep) int server = listener("127.0.0.1", 0, &port);
	_cleanup_(closep) int client = tunnel("127.0.0.1", 0, "127.0.0.1", port);
	_cleanup_(closep) int stranger = tunnel("127.0.0.1", 0, "127.0.0.1", port);
	_cleanup_(closep) int own = tunnel("127.0.0.1", port, "127.0.0.1", port_of(client));

	assert_int_equal(send(client, "mine", 4, 0), 4);
	assert_int_equal(receive(own, port, 32, &heard), 1);
	assert_int_equal(send(stranger, "not", 3, 0), 3);
	assert_int_equal(receive(server, port, 32, &heard), 1);
	assert_int_equal(heard.last.peer.port, port_of(stranger));
	assert_int_equal(l2tp_udp_receive(own, port, 32, hear, &heard), 0);
}

static void a_port_held_without_reuseport_is_in_use(void **state)
{
	_cleanup_(closep) int other = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in address = { .sin_family = AF_INET };
	struct inet_endpoint local;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(other, (struct sockaddr *)&address, sizeof(address)), 0);
	local = endpoint("127.0.0.1", port_of(other));
	assert_int_equal(l2tp_udp_listener_open(&local, false), -EADDRINUSE);
}

/* A connected socket whose peer has gone; one packet has come back as an ICMP error. */
static int tunnel_to_closed_port(uint16_t *ret_peer_port)
{
	int peer = listener("127.0.0.1", 0, ret_peer_port);
	int descriptor = tunnel("127.0.0.1", 0, "127.0.0.1", *ret_peer_port);
	struct pollfd wait = { .fd = descriptor, .events = POLLIN };

	close(peer);
	assert_int_equal(send(descriptor, "x", 1, 0), 1);
	assert_int_equal(poll(&wait, 1, 1000), 1);
	assert_true(wait.revents & POLLERR);
	return descriptor;
}

static void a_pending_icmp_error_is_consumed_by_receive(void **state)
{
	struct heard heard = { .close_descriptor = -1 };
	uint16_t peer_port;
	_cleanup_(closep) int descriptor = tunnel_to_closed_port(&peer_port);
	struct pollfd wait = { .fd = descriptor, .events = POLLIN };

	assert_int_equal(l2tp_udp_receive(descriptor, 1701, 32, hear, &heard), 0);
	assert_int_equal(poll(&wait, 1, 0), 0);
}

static void a_pending_icmp_error_does_not_hide_a_datagram(void **state)
{
	struct heard heard = { .close_descriptor = -1 };
	uint16_t peer_port;
	_cleanup_(closep) int descriptor = tunnel_to_closed_port(&peer_port);
	uint16_t port = port_of(descriptor);
	_cleanup_(closep) int peer = tunnel("127.0.0.1", peer_port, "127.0.0.1", port);

	assert_int_equal(send(peer, "x", 1, 0), 1);
	assert_int_equal(receive(descriptor, port, 32, &heard), 1);
}

static void a_pending_icmp_error_does_not_cost_a_packet(void **state)
{
	struct heard heard = { .close_descriptor = -1 };
	_cleanup_(l2tp_udp_queue_freep) struct l2tp_udp_queue *queue = NULL;
	uint16_t peer_port, same;
	_cleanup_(closep) int descriptor = tunnel_to_closed_port(&peer_port);
	_cleanup_(closep) int peer = listener("127.0.0.1", peer_port, &same);

	assert_int_equal(l2tp_udp_queue_new(&queue), 0);
	assert_int_equal(l2tp_udp_queue_add(queue, descriptor, BYTES(1, 2, 3)), 0);
	l2tp_udp_queue_flush(queue);
	assert_int_equal(l2tp_udp_queue_dropped(queue), 0);
	assert_int_equal(receive(peer, peer_port, 32, &heard), 1);
}

static void a_packet_that_does_not_fit_is_refused(void **state)
{
	static const uint8_t packet[L2TP_UDP_DATAGRAM_MAX + 1];
	_cleanup_(l2tp_udp_queue_freep) struct l2tp_udp_queue *queue = NULL;

	assert_int_equal(l2tp_udp_queue_new(&queue), 0);
	assert_int_equal(l2tp_udp_queue_add(queue, -1, packet, sizeof(packet)), -EMSGSIZE);
	l2tp_udp_queue_flush(queue);
	assert_int_equal(l2tp_udp_queue_dropped(queue), 0);
}

static void what_the_kernel_refuses_is_counted_and_the_rest_goes_out(void **state)
{
	struct heard heard = { .close_descriptor = -1 };
	_cleanup_(l2tp_udp_queue_freep) struct l2tp_udp_queue *queue = NULL;
	uint16_t port;
	_cleanup_(closep) int server = listener("127.0.0.1", 0, &port);
	_cleanup_(closep) int client = tunnel("127.0.0.1", 0, "127.0.0.1", port);

	assert_int_equal(l2tp_udp_queue_new(&queue), 0);
	assert_int_equal(l2tp_udp_queue_add(queue, client, BYTES(1)), 0);
	assert_int_equal(l2tp_udp_queue_add(queue, -1, BYTES(2)), 0);
	assert_int_equal(l2tp_udp_queue_add(queue, -1, BYTES(3)), 0);
	assert_int_equal(l2tp_udp_queue_add(queue, client, BYTES(4)), 0);
	l2tp_udp_queue_flush(queue);
	assert_int_equal(l2tp_udp_queue_dropped(queue), 2);
	assert_int_equal(receive(server, port, 32, &heard), 2);
	assert_int_equal(heard.first_bytes[0], 4);
}

static void a_full_queue_flushes_itself_in_order(void **state)
{
	struct heard heard = { .close_descriptor = -1 };
	_cleanup_(l2tp_udp_queue_freep) struct l2tp_udp_queue *queue = NULL;
	uint16_t port;
	_cleanup_(closep) int server = listener("127.0.0.1", 0, &port);
	_cleanup_(closep) int client = tunnel("127.0.0.1", 0, "127.0.0.1", port);

	assert_int_equal(l2tp_udp_queue_new(&queue), 0);
	for (uint8_t i = 0; i < 100; i++)
		assert_int_equal(l2tp_udp_queue_add(queue, client, &i, 1), 0);
	l2tp_udp_queue_flush(queue);
	for (uint8_t i = 0; i < 100; i++) {
		assert_int_equal(receive(server, port, 1, &heard), 1);
		assert_int_equal(heard.first_bytes[0], i);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SENTENCE(a_local_address_without_family_is_refused),
		SENTENCE(a_peer_of_another_family_is_refused),
		SENTENCE(a_protected_tunnel_without_a_reqid_is_refused),
		SENTENCE(sockets_are_non_blocking_and_closed_on_exec),
		SENTENCE(an_empty_socket_gives_no_datagram_and_no_error),
		SENTENCE(a_descriptor_that_is_no_socket_is_an_error),
		SENTENCE(a_listener_on_any_address_knows_which_one_was_meant),
		SENTENCE(ipv6_does_all_that_ipv4_does),
		SENTENCE(an_ipv6_listener_leaves_the_ipv4_port_alone),
		SENTENCE(a_batch_takes_what_waits_up_to_the_budget),
		SENTENCE(a_datagram_that_is_too_long_is_cut),
		SENTENCE(an_empty_datagram_is_a_datagram),
		SENTENCE(the_callback_may_close_the_socket),
		SENTENCE(a_connected_socket_takes_its_peer_from_the_listener),
		SENTENCE(a_port_held_without_reuseport_is_in_use),
		SENTENCE(a_pending_icmp_error_is_consumed_by_receive),
		SENTENCE(a_pending_icmp_error_does_not_hide_a_datagram),
		SENTENCE(a_pending_icmp_error_does_not_cost_a_packet),
		SENTENCE(a_packet_that_does_not_fit_is_refused),
		SENTENCE(what_the_kernel_refuses_is_counted_and_the_rest_goes_out),
		SENTENCE(a_full_queue_flushes_itself_in_order),
	};

	return cmocka_run_group_tests_name("udp_socket", tests, NULL, NULL);
}
