/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the policies and the mark rule are for, with real ESP: two clients behind
 * one address and port, told apart by their SAs in both directions; nothing in
 * clear goes in or out. A client is a socket whose own policy names its reqid.
 */
#include "ipsec-glue/sa_mark_table.h"
#include "l2tp/udp_socket.h"
#include "tests/lab/checks/hosts.h"

#include <arpa/inet.h>
#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <sys/wait.h>

#define PORT     1701
#define REQID_A  0x4001
#define REQID_B  0x4005
#define REQID_C  0x4009
#define NO_REQID 0x400d

/* The addresses of one family. */
struct family {
	const char *gateway;
	const char *client;
};

static const struct family ipv4 = { GATEWAY_IPV4, CLIENT_IPV4 };
static const struct family ipv6 = { GATEWAY_IPV6, CLIENT_IPV6 };

struct heard {
	char text[16];
	uint32_t mark;
	struct inet_endpoint peer;
};

static void hear(void *userdata, const struct l2tp_udp_datagram *datagram)
{
	struct heard *heard = userdata;

	assert_in_range(datagram->size, 2, sizeof(heard->text));
	memcpy(heard->text, datagram->bytes + 1, datagram->size - 1);
	heard->text[datagram->size - 1] = '\0';
	heard->mark = datagram->mark;
	heard->peer = datagram->peer;
}

/* One datagram from either socket; @wait_msec bounds the wait for none. */
static bool receive(int first, int second, int wait_msec, struct heard *ret_heard)
{
	struct pollfd wait[] = { { .fd = first, .events = POLLIN },
				 { .fd = second, .events = POLLIN } };

	if (poll(wait, 2, wait_msec) <= 0)
		return false;
	for (size_t i = 0; i < 2; i++)
		if (wait[i].revents && l2tp_udp_receive(wait[i].fd, PORT, 1, hear, ret_heard) == 1)
			return true;
	return false;
}

static struct inet_endpoint endpoint(const char *address)
{
	struct inet_endpoint result = { .port = PORT };

	assert_int_equal(inet_address_parse(address, &result.address), 0);
	return result;
}

static int listener(const char *address, bool ipsec)
{
	struct inet_endpoint local = endpoint(address);
	int descriptor = l2tp_udp_listener_open(&local, ipsec);

	assert_true(descriptor >= 0);
	return descriptor;
}

/* @reqid 0: in clear */
static int tunnel(const char *local_address, const char *peer_address, uint32_t reqid)
{
	struct l2tp_udp_protection protection = { .ipsec = reqid != 0, .reqid = reqid };
	struct inet_endpoint local = endpoint(local_address);
	struct inet_endpoint peer = endpoint(peer_address);
	int descriptor = l2tp_udp_tunnel_open(&local, &peer, &protection);

	assert_true(descriptor >= 0);
	return descriptor;
}

static int client(const struct family *family, uint32_t reqid)
{
	int descriptor;

	be_on("client");
	descriptor = tunnel(family->client, family->gateway, reqid);
	be_on("gateway");
	return descriptor;
}

/* As a control message would begin: data of an unknown tunnel would not come in. */
static void send_text(int descriptor, const char *text)
{
	char bytes[16] = "\xc8";

	assert_in_range(strlen(text), 1, sizeof(bytes) - 2);
	strcpy(bytes + 1, text);
	assert_int_equal(send(descriptor, bytes, strlen(bytes), 0), strlen(bytes));
}

/* Both SAs of a client, on both hosts. */
static void connect_client(const struct family *family, unsigned int reqid)
{
	static const char *const hosts[] = { "gateway", "client" };

	for (size_t i = 0; i < ELEMENTS(hosts); i++) {
		add_sa(hosts[i], family->client, family->gateway, 0x10000 + reqid, reqid, "");
		add_sa(hosts[i], family->gateway, family->client, 0x20000 + reqid, reqid, "");
	}
}

static void install_marks(void)
{
	static const struct sa_mark_settings settings = { .l2tp_port = PORT };
	_cleanup_(sa_mark_table_freep) struct sa_mark_table *table = NULL;

	assert_int_equal(sa_mark_table_new(&settings, &table), 0);
}

static int set_up_group(void **state)
{
	make_hosts(state);
	connect_client(&ipv4, REQID_A);
	connect_client(&ipv4, REQID_B);
	connect_client(&ipv6, REQID_A);
	connect_client(&ipv6, REQID_B);
	be_on("client");
	install_marks();
	be_on("gateway");
	install_marks();
	return 0;
}

static void check_inbound(const struct family *family)
{
	_cleanup_(closep) int server = listener(family->gateway, true);
	_cleanup_(closep) int a = client(family, REQID_A);
	_cleanup_(closep) int b = client(family, REQID_B);
	struct heard heard;

	send_text(a, "from a");
	assert_true(receive(server, -1, 5000, &heard));
	assert_string_equal(heard.text, "from a");
	assert_int_equal(heard.mark, REQID_A);
	send_text(b, "from b");
	assert_true(receive(server, -1, 5000, &heard));
	assert_string_equal(heard.text, "from b");
	assert_int_equal(heard.mark, REQID_B);
}

static void a_datagram_is_marked_with_the_reqid_of_its_sa(void **state)
{
	check_inbound(&ipv4);
}

static void a_datagram_over_ipv6_is_marked_too(void **state)
{
	check_inbound(&ipv6);
}

/* Gateway's sockets of two tunnels have one 4-tuple: only their policies differ. */
static void check_outbound(const struct family *family)
{
	_cleanup_(closep) int a = client(family, REQID_A);
	_cleanup_(closep) int b = client(family, REQID_B);
	_cleanup_(closep) int to_a = tunnel(family->gateway, family->client, REQID_A);
	_cleanup_(closep) int to_b = tunnel(family->gateway, family->client, REQID_B);
	struct heard heard;

	send_text(to_a, "to a");
	assert_true(receive(a, b, 5000, &heard));
	assert_string_equal(heard.text, "to a");
	assert_int_equal(heard.mark, REQID_A);
	send_text(to_b, "to b");
	assert_true(receive(a, b, 5000, &heard));
	assert_string_equal(heard.text, "to b");
	assert_int_equal(heard.mark, REQID_B);
}

static void each_tunnel_answers_through_its_own_sa(void **state)
{
	check_outbound(&ipv4);
}

static void each_tunnel_over_ipv6_does_so_too(void **state)
{
	check_outbound(&ipv6);
}

static void check_cleartext_in(const struct family *family)
{
	_cleanup_(closep) int server = listener(family->gateway, true);
	_cleanup_(closep) int own = tunnel(family->gateway, family->client, REQID_A);
	_cleanup_(closep) int plain = client(family, 0);
	struct heard heard;

	send_text(plain, "in clear");
	assert_false(receive(server, own, 500, &heard));
}

static void cleartext_is_refused_by_every_socket(void **state)
{
	check_cleartext_in(&ipv4);
	check_cleartext_in(&ipv6);
}

/* pluto installs the outbound SA last: a fast client's SCCRQ can come before it. */
static void check_missing_sa(const struct family *family)
{
	struct l2tp_udp_protection protection = { .ipsec = true, .reqid = NO_REQID };
	struct inet_endpoint local = endpoint(family->gateway);
	struct inet_endpoint peer = endpoint(family->client);

	assert_int_equal(l2tp_udp_tunnel_open(&local, &peer, &protection), -EAGAIN);
}

static void a_tunnel_whose_sa_is_missing_is_not_opened(void **state)
{
	check_missing_sa(&ipv4);
	check_missing_sa(&ipv6);
}

static void check_cleartext_out(const struct family *family)
{
	_cleanup_(closep) int to_c = -1;
	_cleanup_(closep) int plain = client(family, 0);
	struct heard heard;

	connect_client(family, REQID_C);
	to_c = tunnel(family->gateway, family->client, REQID_C);
	command("ip -n gateway xfrm state del dst %s proto esp spi %u", family->client,
		0x20000 + REQID_C);
	for (unsigned int i = 0; i < 3; i++) {
		(void)!send(to_c, "secret", 6, 0);
		assert_false(receive(plain, -1, 300, &heard));
	}
}

static void nothing_leaves_once_the_sa_is_gone(void **state)
{
	check_cleartext_out(&ipv4);
	check_cleartext_out(&ipv6);
}

static void a_datagram_without_an_sa_does_not_come_in_even_unprotected(void **state)
{
	_cleanup_(closep) int unprotected = listener(GATEWAY_IPV4, false);
	_cleanup_(closep) int plain = client(&ipv4, 0);
	struct heard heard;

	/* another host's mark does not cross the wire; one of our own rules' could */
	command("nft add table inet early");
	command("nft 'add chain inet early c { type filter hook prerouting priority -350; }'");
	command("nft add rule inet early c udp dport 1701 meta mark set %u", REQID_A);
	send_text(plain, "in clear");
	assert_false(receive(unprotected, -1, 500, &heard));
	command("nft list counter inet saregate_mark unmarked | grep -q 'packets [1-9]'");
	command("nft delete table inet early");
}

/* As nobody, in a child: 0 if the port can be bound with @option, else errno. */
static int bind_as_nobody(int option)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		struct inet_endpoint local = endpoint(GATEWAY_IPV4);
		struct sockaddr_storage address;
		socklen_t size = inet_endpoint_to_sockaddr(&local, &address);
		int descriptor, one = 1;

		if (setgroups(0, NULL) < 0 || setgid(65534) < 0 || setuid(65534) < 0)
			_exit(255);
		descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		setsockopt(descriptor, SOL_SOCKET, option, &one, sizeof(one));
		_exit(bind(descriptor, (struct sockaddr *)&address, size) < 0 ? errno : 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WEXITSTATUS(status);
}

static void another_user_cannot_take_the_port(void **state)
{
	_cleanup_(closep) int server = listener(GATEWAY_IPV4, true);
	_cleanup_(closep) int own = tunnel(GATEWAY_IPV4, CLIENT_IPV4, REQID_A);

	assert_true(server >= 0 && own >= 0);
	assert_int_equal(bind_as_nobody(SO_REUSEADDR), EADDRINUSE);
	assert_int_equal(bind_as_nobody(SO_REUSEPORT), EADDRINUSE);
}

static void many_tunnels_of_one_4_tuple_get_all_their_datagrams(void **state)
{
	_cleanup_(closep) int server = listener(GATEWAY_IPV4, true);
	_cleanup_(closep) int a = client(&ipv4, REQID_A);
	int tunnels[20];
	unsigned int received = 0;
	struct heard heard;

	for (size_t i = 0; i < ELEMENTS(tunnels); i++)
		tunnels[i] = tunnel(GATEWAY_IPV4, CLIENT_IPV4, i % 2 ? REQID_A : REQID_B);
	for (unsigned int i = 0; i < 50; i++)
		send_text(a, "data");
	for (int wait_msec = 2000; received < 50 && wait_msec > 0; wait_msec -= 10) {
		if (receive(server, -1, 10, &heard))
			received++;
		for (size_t i = 0; i < ELEMENTS(tunnels); i++)
			while (receive(tunnels[i], -1, 0, &heard)) {
				assert_int_equal(heard.mark, REQID_A);
				received++;
			}
	}
	for (size_t i = 0; i < ELEMENTS(tunnels); i++)
		close(tunnels[i]);
	assert_int_equal(received, 50);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SENTENCE(a_datagram_is_marked_with_the_reqid_of_its_sa),
		SENTENCE(a_datagram_over_ipv6_is_marked_too),
		SENTENCE(each_tunnel_answers_through_its_own_sa),
		SENTENCE(each_tunnel_over_ipv6_does_so_too),
		SENTENCE(cleartext_is_refused_by_every_socket),
		SENTENCE(a_tunnel_whose_sa_is_missing_is_not_opened),
		SENTENCE(nothing_leaves_once_the_sa_is_gone),
		SENTENCE(a_datagram_without_an_sa_does_not_come_in_even_unprotected),
		SENTENCE(another_user_cannot_take_the_port),
		SENTENCE(many_tunnels_of_one_4_tuple_get_all_their_datagrams),
	};

	return cmocka_run_group_tests_name("protected_sockets", tests, set_up_group, drop_hosts);
}
