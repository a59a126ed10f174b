/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The source ports that zones of connection tracking give to clients of one
 * address and port, with real ESP: who has the port itself, how the others' real
 * one is found, and that a client which returns under another reqid has it again
 * once its former connection was deleted, by itself or with all those of nobody. A
 * client is a socket whose own policy names its reqid.
 */
#include "ipsec-glue/conntrack_port.h"
#include "ipsec-glue/sa_mark_table.h"
#include "l2tp/udp_socket.h"
#include "tests/lab/checks/hosts.h"

#include <errno.h>
#include <poll.h>

#define PORT         1701
#define REQID_FIRST  0x4001
#define REQID_SECOND 0x4005
#define REQID_THIRD  0x4009

/* The addresses of one family. */
struct family {
	const char *gateway;
	const char *client;
};

static const struct family families[] = {
	{ GATEWAY_IPV4, CLIENT_IPV4 },
	{ GATEWAY_IPV6, CLIENT_IPV6 },
};

/* What a check works with. */
static struct {
	struct sa_mark_table *table;
	struct netlink_socket *netlink;
	struct inet_endpoint gateway;
	struct inet_endpoint client;
	int listener;
} stage;

static struct inet_endpoint endpoint(const char *address, uint16_t port)
{
	struct inet_endpoint result = { .port = port };

	assert_int_equal(inet_address_parse(address, &result.address), 0);
	return result;
}

static void connect_client(const struct family *family, unsigned int reqid)
{
	static const char *const hosts[] = { "gateway", "client" };

	for (size_t i = 0; i < ELEMENTS(hosts); i++) {
		add_sa(hosts[i], family->client, family->gateway, reqid, reqid, "");
		add_sa(hosts[i], family->gateway, family->client, 0x10000 + reqid, reqid, "");
	}
}

static void set_the_stage(const struct family *family)
{
	static const struct sa_mark_settings settings = { .l2tp_port = PORT,
							  .method = SA_TRACKING_METHOD_ZONE };

	assert_int_equal(make_hosts(NULL), 0);
	connect_client(family, REQID_FIRST);
	connect_client(family, REQID_SECOND);
	connect_client(family, REQID_THIRD);
	assert_int_equal(sa_mark_table_new(&settings, &stage.table), 0);
	assert_int_equal(netlink_socket_new(NETLINK_NETFILTER, &stage.netlink), 0);
	stage.gateway = endpoint(family->gateway, PORT);
	stage.client = endpoint(family->client, PORT);
	stage.listener = l2tp_udp_listener_open(&stage.gateway, true);
	assert_true(stage.listener >= 0);
}

static void clear_the_stage(void)
{
	close(stage.listener);
	netlink_socket_free(stage.netlink);
	sa_mark_table_free(stage.table);
}

static void take_peer(void *userdata, const struct l2tp_udp_datagram *datagram)
{
	*(struct inet_endpoint *)userdata = datagram->peer;
}

/* From where the gateway sees a client with this reqid that sends from PORT. */
static struct inet_endpoint seen(uint32_t reqid)
{
	const struct l2tp_udp_protection protection = { .ipsec = true, .reqid = reqid };
	struct pollfd wait = { .fd = stage.listener, .events = POLLIN };
	struct inet_endpoint peer = { 0 };
	_cleanup_(closep) int client = -1;

	be_on("client");
	client = l2tp_udp_tunnel_open(&stage.client, &stage.gateway, &protection);
	be_on("gateway");
	assert_true(client >= 0);
	/* as a control message begins */
	assert_int_equal(send(client, "\xc8\x02", 2, 0), 2);
	assert_int_equal(poll(&wait, 1, 5000), 1);
	assert_int_equal(l2tp_udp_receive(stage.listener, PORT, 1, take_peer, &peer), 1);
	assert_true(inet_address_equal(&peer.address, &stage.client.address));
	return peer;
}

/* The real port behind what is seen; 0: connection tracking does not know it. */
static uint16_t real_port(const struct inet_endpoint *peer)
{
	uint16_t port = 0;
	int r = conntrack_port_find(stage.netlink, &stage.gateway, peer, &port);

	assert_true(r == 0 || r == -ENOENT);
	return port;
}

static void release(const struct inet_endpoint *peer, uint16_t zone)
{
	assert_int_equal(conntrack_port_release(stage.netlink, &stage.gateway, peer, zone), 0);
}

static void check_found(void)
{
	struct inet_endpoint first = seen(REQID_FIRST);
	struct inet_endpoint second = seen(REQID_SECOND);

	assert_int_equal(first.port, PORT);
	assert_int_not_equal(second.port, PORT);
	assert_int_equal(real_port(&first), PORT);
	assert_int_equal(real_port(&second), PORT);
	second.port++;
	assert_int_equal(real_port(&second), 0);
}

static void check_released(void)
{
	struct inet_endpoint first = seen(REQID_FIRST);
	struct inet_endpoint second = seen(REQID_SECOND);

	release(&first, REQID_FIRST);
	assert_int_equal(real_port(&first), 0);
	assert_int_equal(real_port(&second), PORT);
	/* there is nothing to delete any more */
	release(&first, REQID_FIRST);
	/* the port itself is free: the client that returns has it, the other one keeps its own */
	assert_int_equal(seen(REQID_THIRD).port, PORT);
	assert_int_equal(seen(REQID_SECOND).port, second.port);
}

static void check_not_released(void)
{
	struct inet_endpoint first = seen(REQID_FIRST);

	release(&first, REQID_SECOND);
	release(&first, 0);
	assert_int_equal(real_port(&first), PORT);
	assert_int_not_equal(seen(REQID_THIRD).port, PORT);
}

static bool is_not_the_second(void *userdata, const struct inet_address *local, uint16_t zone)
{
	assert_true(inet_address_equal(local, &stage.gateway.address));
	return zone != REQID_SECOND;
}

static void check_swept(void)
{
	struct inet_endpoint first = seen(REQID_FIRST);
	struct inet_endpoint second = seen(REQID_SECOND);

	assert_int_equal(conntrack_port_sweep(stage.netlink, PORT + 1, is_not_the_second, NULL), 0);
	assert_int_equal(real_port(&first), PORT);
	assert_int_equal(conntrack_port_sweep(stage.netlink, PORT, is_not_the_second, NULL), 1);
	assert_int_equal(real_port(&first), 0);
	assert_int_equal(real_port(&second), PORT);
	assert_int_equal(seen(REQID_THIRD).port, PORT);
}

/* The gateway speaks first, as to a client whose connection was forgotten. */
static void check_begun_here(void)
{
	struct sockaddr_storage sockaddr;
	socklen_t size;

	be_on("gateway");
	size = inet_endpoint_to_sockaddr(&stage.client, &sockaddr);
	assert_int_equal(
		sendto(stage.listener, "\xc8\x02", 2, 0, (struct sockaddr *)&sockaddr, size), 2);
	assert_int_equal(real_port(&stage.client), 0);
	release(&stage.client, 0);
}

static void with_each_family(void (*check)(void))
{
	for (size_t i = 0; i < ELEMENTS(families); i++) {
		set_the_stage(&families[i]);
		check();
		clear_the_stage();
	}
}

static void the_real_port_behind_a_translated_one_is_found(void **state)
{
	with_each_family(check_found);
}

static void a_client_that_returns_has_its_port_again(void **state)
{
	with_each_family(check_released);
}

static void what_another_zone_has_by_now_stays(void **state)
{
	with_each_family(check_not_released);
}

static void connections_of_nobody_are_swept(void **state)
{
	with_each_family(check_swept);
}

static void what_this_host_began_is_no_clients(void **state)
{
	with_each_family(check_begun_here);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SENTENCE(the_real_port_behind_a_translated_one_is_found),
		SENTENCE(a_client_that_returns_has_its_port_again),
		SENTENCE(what_another_zone_has_by_now_stays),
		SENTENCE(connections_of_nobody_are_swept),
		SENTENCE(what_this_host_began_is_no_clients),
	};

	return cmocka_run_group_tests_name("conntrack_port", tests, NULL, drop_hosts);
}
