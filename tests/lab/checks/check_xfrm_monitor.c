/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel says of its SAs arrives in the table, whatever happens to them. */
#include "ipsec-glue/sa_use.h"
#include "ipsec-glue/xfrm_monitor.h"
#include "l2tp/udp_socket.h"
#include "tests/lab/checks/hosts.h"

#include <errno.h>
#include <linux/udp.h>
#include <poll.h>
#include <sys/resource.h>

struct fixture {
	struct sa_table *table;
	struct xfrm_monitor *monitor;
	unsigned int ended;
	unsigned int rebindings;
	struct xfrm_rebinding rebinding; /* the last one */
};

static void count_ended(void *userdata, uint64_t reference)
{
	((struct fixture *)userdata)->ended++;
}

static void note_rebinding(void *userdata, const struct xfrm_rebinding *rebinding)
{
	struct fixture *fixture = userdata;

	fixture->rebindings++;
	fixture->rebinding = *rebinding;
}

static const struct sa_table_ops table_ops = { .ended = count_ended };

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	*state = fixture;
	(void)try_command("ip -n gateway xfrm state flush");
	(void)try_command("ip -n client xfrm state flush");
	assert_int_equal(sa_table_new(&table_ops, fixture, &fixture->table), 0);
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	xfrm_monitor_free(fixture->monitor);
	sa_table_free(fixture->table);
	free(fixture);
	return 0;
}

static void start(struct fixture *fixture)
{
	assert_int_equal(
		xfrm_monitor_new(fixture->table, note_rebinding, fixture, &fixture->monitor), 0);
}

static void handle(struct fixture *fixture)
{
	assert_int_equal(xfrm_monitor_handle(fixture->monitor), 0);
}

static void add_inbound(unsigned int spi, unsigned int reqid, const char *more)
{
	add_sa("gateway", CLIENT_IPV4, GATEWAY_IPV4, spi, reqid, more);
}

static void sas_that_are_there_at_the_start_are_found(void **state)
{
	struct fixture *fixture = *state;
	struct inet_address client;

	add_inbound(0x100, 0x4001, "encap espinudp 40001 4500 0.0.0.0");
	start(fixture);
	assert_int_equal(sa_table_size(fixture->table), 1);
	assert_int_equal(inet_address_parse(CLIENT_IPV4, &client), 0);
	assert_int_equal(sa_table_find_spi(fixture->table, 0x100),
			 sa_table_resolve(fixture->table, 0x4001));
	assert_int_equal(sa_table_outer_port(fixture->table,
					     sa_table_resolve(fixture->table, 0x4001), &client),
			 40001);
}

static void new_and_deleted_sas_are_followed(void **state)
{
	struct fixture *fixture = *state;

	start(fixture);
	add_inbound(0x100, 0x4001, "");
	add_sa("gateway", GATEWAY_IPV4, CLIENT_IPV4, 0x200, 0x4001, "");
	add_sa("gateway", CLIENT_IPV6, GATEWAY_IPV6, 0x300, 0x4005, "");
	handle(fixture);
	assert_int_equal(sa_table_size(fixture->table), 3);
	assert_int_equal(sa_table_reference_count(fixture->table), 2);
	command("ip -n gateway xfrm state del dst " GATEWAY_IPV4 " proto esp spi 0x100");
	command("ip -n gateway xfrm state del dst " GATEWAY_IPV6 " proto esp spi 0x300");
	handle(fixture);
	assert_int_equal(sa_table_size(fixture->table), 1);
	assert_int_equal(fixture->ended, 1);
}

static void changed_ports_are_followed(void **state)
{
	struct fixture *fixture = *state;
	struct inet_address client;

	add_inbound(0x100, 0x4001, "encap espinudp 40001 4500 0.0.0.0");
	start(fixture);
	command("ip -n gateway xfrm state update src " CLIENT_IPV4 " dst " GATEWAY_IPV4
		" proto esp spi 0x100 reqid 0x4001 mode transport "
		"enc 'cbc(aes)' 0x00112233445566778899aabbccddeeff "
		"auth 'hmac(sha1)' 0x00112233445566778899aabbccddeeff00112233 "
		"encap espinudp 40009 4500 0.0.0.0");
	handle(fixture);
	assert_int_equal(inet_address_parse(CLIENT_IPV4, &client), 0);
	assert_int_equal(sa_table_size(fixture->table), 1);
	assert_int_equal(sa_table_outer_port(fixture->table,
					     sa_table_resolve(fixture->table, 0x4001), &client),
			 40009);
}

static void what_cannot_be_a_clients_is_ignored(void **state)
{
	struct fixture *fixture = *state;

	/* an SPI that is only reserved, before the start and after it */
	command("ip -n gateway xfrm state allocspi src " CLIENT_IPV4 " dst " GATEWAY_IPV4
		" proto esp reqid 7 mode transport min 0x500 max 0x5ff");
	start(fixture);
	command("ip -n gateway xfrm state allocspi src " CLIENT_IPV4 " dst " GATEWAY_IPV4
		" proto esp reqid 8 mode transport min 0x600 max 0x6ff");
	/* no reqid, tunnel mode, AH */
	add_inbound(0x100, 0, "");
	command("ip -n gateway xfrm state add src " CLIENT_IPV4 " dst " GATEWAY_IPV4
		" proto esp spi 0x101 reqid 9 mode tunnel "
		"enc 'cbc(aes)' 0x00112233445566778899aabbccddeeff");
	command("ip -n gateway xfrm state add src " CLIENT_IPV4 " dst " GATEWAY_IPV4
		" proto ah spi 0x102 reqid 10 mode transport "
		"auth 'hmac(sha1)' 0x00112233445566778899aabbccddeeff00112233");
	handle(fixture);
	assert_int_equal(sa_table_size(fixture->table), 0);
}

static void an_sa_that_expires_is_gone(void **state)
{
	struct fixture *fixture = *state;
	struct pollfd wait;

	start(fixture);
	add_inbound(0x100, 0x4001, "limit time-hard 1");
	handle(fixture);
	assert_int_equal(sa_table_size(fixture->table), 1);
	wait = (struct pollfd){ .fd = xfrm_monitor_descriptor(fixture->monitor), .events = POLLIN };
	assert_int_equal(poll(&wait, 1, 10000), 1);
	handle(fixture);
	assert_int_equal(sa_table_size(fixture->table), 0);
	assert_int_equal(fixture->ended, 1);
}

static void a_flush_of_esp_ends_all(void **state)
{
	struct fixture *fixture = *state;

	start(fixture);
	for (unsigned int i = 0; i < 5; i++)
		add_inbound(0x100 + i, 0x4001 + i, "");
	handle(fixture);
	assert_int_equal(sa_table_reference_count(fixture->table), 5);
	command("ip -n gateway xfrm state flush proto esp");
	handle(fixture);
	assert_int_equal(sa_table_reference_count(fixture->table), 0);
	assert_int_equal(fixture->ended, 5);
}

/* Fills the monitor's queue until the kernel drops, then lets it catch up. */
static void lost_notifications_are_made_good_by_a_dump(void **state)
{
	struct fixture *fixture = *state;
	int small = 4096;
	uint64_t kept, lost;

	add_inbound(0x100, 0x4001, "");
	add_inbound(0x101, 0x4005, "");
	start(fixture);
	kept = sa_table_resolve(fixture->table, 0x4001);
	lost = sa_table_resolve(fixture->table, 0x4005);
	setsockopt(xfrm_monitor_descriptor(fixture->monitor), SOL_SOCKET, SO_RCVBUF, &small,
		   sizeof(small));
	for (unsigned int i = 0; i < 40; i++)
		add_inbound(0x1000 + i, 0x5000 + i, "");
	command("ip -n gateway xfrm state del dst " GATEWAY_IPV4 " proto esp spi 0x101");
	handle(fixture);
	assert_int_equal(sa_table_size(fixture->table), 41);
	assert_int_equal(sa_table_resolve(fixture->table, 0x4001), kept);
	assert_false(sa_table_is_alive(fixture->table, lost));
	for (unsigned int i = 0; i < 40; i++)
		assert_int_not_equal(sa_table_resolve(fixture->table, 0x5000 + i),
				     SA_REFERENCE_NONE);
}

static void an_error_among_the_notifications_is_a_doubt_until_a_dump(void **state)
{
	struct fixture *fixture = *state;

	add_inbound(0x100, 0x4001, "");
	start(fixture);
	spoil_netlink(xfrm_monitor_descriptor(fixture->monitor), NETLINK_XFRM, EIO);
	add_inbound(0x101, 0x4005, "");
	assert_int_equal(xfrm_monitor_handle(fixture->monitor), -EIO);
	assert_int_equal(sa_table_resolve(fixture->table, 0x4001), SA_REFERENCE_NONE);
	handle(fixture);
	assert_int_not_equal(sa_table_resolve(fixture->table, 0x4001), SA_REFERENCE_NONE);
	assert_int_not_equal(sa_table_resolve(fixture->table, 0x4005), SA_REFERENCE_NONE);
}

/* Else each packet would cost a dump, when the host has the least to spare. */
static void a_dump_that_fails_is_tried_again_when_asked_for(void **state)
{
	struct fixture *fixture = *state;
	struct rlimit before, none;
	int lowest, first, second, asked;

	add_inbound(0x100, 0x4001, "");
	start(fixture);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	lowest = dup(0);
	close(lowest);
	none = (struct rlimit){ (rlim_t)lowest, before.rlim_max };
	spoil_netlink(xfrm_monitor_descriptor(fixture->monitor), NETLINK_XFRM, EIO);
	assert_int_equal(xfrm_monitor_handle(fixture->monitor), -EIO);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	first = xfrm_monitor_handle(fixture->monitor);
	second = xfrm_monitor_handle(fixture->monitor);
	asked = xfrm_monitor_reconcile(fixture->monitor);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(first, -EMFILE);
	assert_int_equal(second, 0);
	assert_int_equal(asked, -EMFILE);
	assert_int_equal(sa_table_resolve(fixture->table, 0x4001), SA_REFERENCE_NONE);
	assert_int_equal(xfrm_monitor_reconcile(fixture->monitor), 0);
	assert_int_not_equal(sa_table_resolve(fixture->table, 0x4001), SA_REFERENCE_NONE);
}

/* The process's socket of rtnetlink, by which the monitor asks what is local. */
static int find_route_socket(void)
{
	for (int descriptor = 3; descriptor < 64; descriptor++) {
		int domain = 0, protocol = 0;
		socklen_t size = sizeof(int);

		if (getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 &&
		    getsockopt(descriptor, SOL_SOCKET, SO_PROTOCOL, &protocol, &size) == 0 &&
		    domain == AF_NETLINK && protocol == NETLINK_ROUTE)
			return descriptor;
	}
	fail_msg("no socket of rtnetlink");
	return -1;
}

static void an_sa_whose_direction_nobody_can_tell_may_be_a_twins(void **state)
{
	struct fixture *fixture = *state;
	int route, kept, broken;
	uint64_t first;

	add_inbound(0x100, 0x4001, "");
	start(fixture);
	first = sa_table_resolve(fixture->table, 0x4001);
	assert_int_not_equal(first, SA_REFERENCE_NONE);
	route = find_route_socket();
	kept = dup(route);
	broken = open("/dev/null", O_RDWR | O_CLOEXEC);
	assert_int_equal(dup2(broken, route), route);
	/* an address of ours that was not asked for yet */
	add_sa("gateway", CLIENT_IPV6, GATEWAY_IPV6, 0x101, 0x4001, "");
	assert_int_equal(xfrm_monitor_handle(fixture->monitor), -ENOTSOCK);
	assert_int_equal(sa_table_resolve(fixture->table, 0x4001), SA_REFERENCE_NONE);
	assert_int_equal(sa_table_resolve(fixture->table, 0x100), first);
	assert_int_equal(dup2(kept, route), route);
	assert_int_equal(xfrm_monitor_reconcile(fixture->monitor), 0);
	assert_int_not_equal(sa_table_resolve(fixture->table, 0x101), SA_REFERENCE_NONE);
	assert_int_not_equal(sa_table_resolve(fixture->table, 0x101), first);
	assert_int_equal(sa_table_resolve(fixture->table, 0x100), first);
	close(kept);
	close(broken);
}

/*
 * Behind a NAT: the gateway believes that the client is at @port; the client
 * sends from, and hears at, @real_port.
 */
static void connect_through_nat(unsigned int spi, unsigned int reqid, unsigned int port,
				unsigned int real_port)
{
	char here[64], back_here[64], there[64], back_there[64];

	snprintf(here, sizeof(here), "encap espinudp %u 4500 0.0.0.0", port);
	snprintf(back_here, sizeof(back_here), "encap espinudp 4500 %u 0.0.0.0", port);
	snprintf(there, sizeof(there), "encap espinudp %u 4500 0.0.0.0", real_port);
	snprintf(back_there, sizeof(back_there), "encap espinudp 4500 %u 0.0.0.0", real_port);
	add_sa("gateway", CLIENT_IPV4, GATEWAY_IPV4, spi, reqid, here);
	add_sa("gateway", GATEWAY_IPV4, CLIENT_IPV4, spi + 0x100, reqid, back_here);
	add_sa("client", CLIENT_IPV4, GATEWAY_IPV4, spi, reqid, there);
	add_sa("client", GATEWAY_IPV4, CLIENT_IPV4, spi + 0x100, reqid, back_there);
}

/* The socket that pluto has: it takes ESP out of UDP. Leaves the process on the gateway. */
static int encapsulation_socket(const char *host, const char *address, uint16_t port)
{
	struct inet_endpoint local = { .port = port };
	struct sockaddr_storage storage;
	int type = UDP_ENCAP_ESPINUDP;
	socklen_t size;
	int descriptor;

	be_on(host);
	assert_int_equal(inet_address_parse(address, &local.address), 0);
	size = inet_endpoint_to_sockaddr(&local, &storage);
	descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_true(descriptor >= 0);
	assert_int_equal(bind(descriptor, (struct sockaddr *)&storage, size), 0);
	assert_int_equal(setsockopt(descriptor, IPPROTO_UDP, UDP_ENCAP, &type, sizeof(type)), 0);
	be_on("gateway");
	return descriptor;
}

static int tunnel(const char *host, const char *local_address, const char *peer_address,
		  uint32_t reqid, uint32_t spi)
{
	const struct l2tp_udp_protection protection = { .ipsec = true, .reqid = reqid, .spi = spi };
	struct inet_endpoint local = { .port = 1701 }, peer = { .port = 1701 };
	int descriptor;

	be_on(host);
	assert_int_equal(inet_address_parse(local_address, &local.address), 0);
	assert_int_equal(inet_address_parse(peer_address, &peer.address), 0);
	descriptor = l2tp_udp_tunnel_open(&local, &peer, &protection);
	assert_true(descriptor >= 0);
	be_on("gateway");
	return descriptor;
}

/* Whether one datagram goes from one socket to the other. */
static bool passes(int from, int to, int wait_msec)
{
	struct pollfd wait = { .fd = to, .events = POLLIN };
	char text[16];

	assert_int_equal(send(from, "hello", 5, 0), 5);
	return poll(&wait, 1, wait_msec) == 1 && recv(to, text, sizeof(text), 0) == 5;
}

/* What clients that moved have caused by now is taken in. */
static void handle_mappings(struct fixture *fixture, int wait_msec)
{
	struct pollfd wait = { .fd = xfrm_monitor_mapping_descriptor(fixture->monitor),
			       .events = POLLIN };

	assert_int_equal(poll(&wait, 1, wait_msec), wait_msec > 0);
	assert_int_equal(xfrm_monitor_handle_mappings(fixture->monitor), 0);
}

static void a_client_whose_nat_changed_its_port_is_reached_there(void **state)
{
	struct fixture *fixture = *state;
	_cleanup_(closep) int pluto = encapsulation_socket("gateway", GATEWAY_IPV4, 4500);
	_cleanup_(closep) int nat = encapsulation_socket("client", CLIENT_IPV4, 40009);
	_cleanup_(closep) int here = -1;
	_cleanup_(closep) int there = -1;
	struct inet_address client;
	uint64_t reference;

	assert_true(pluto >= 0 && nat >= 0);
	connect_through_nat(0x100, 0x4001, 40001, 40009);
	start(fixture);
	reference = sa_table_resolve(fixture->table, 0x4001);
	here = tunnel("gateway", GATEWAY_IPV4, CLIENT_IPV4, 0x4001,
		      sa_table_outbound_spi(fixture->table, reference));
	there = tunnel("client", CLIENT_IPV4, GATEWAY_IPV4, 0x4001, 0);
	assert_false(passes(here, there, 300));
	/* several: the kernel reports each, and one is enough */
	for (int i = 0; i < 5; i++)
		assert_true(passes(there, here, 5000));
	assert_false(passes(here, there, 300));
	handle_mappings(fixture, 5000);
	assert_int_equal(fixture->rebindings, 1);
	assert_int_equal(fixture->rebinding.error, 0);
	assert_int_equal(fixture->rebinding.from.port, 40001);
	assert_int_equal(fixture->rebinding.to.port, 40009);
	assert_int_equal(inet_address_parse(CLIENT_IPV4, &client), 0);
	/* both ways, with the keys and counters that they had */
	for (int i = 0; i < 5; i++) {
		assert_true(passes(here, there, 5000));
		assert_true(passes(there, here, 5000));
	}
	handle_mappings(fixture, 0);
	assert_int_equal(fixture->rebindings, 1);
	assert_int_equal(sa_table_size(fixture->table), 2);
	assert_int_equal(sa_table_resolve(fixture->table, 0x4001), reference);
	assert_int_equal(sa_table_outer_port(fixture->table, reference, &client), 40009);
	assert_int_equal(fixture->ended, 0);
}

static void a_packet_that_is_not_the_clients_moves_nothing(void **state)
{
	struct fixture *fixture = *state;
	_cleanup_(closep) int pluto = encapsulation_socket("gateway", GATEWAY_IPV4, 4500);
	_cleanup_(closep) int here = -1;
	_cleanup_(closep) int there = -1;
	struct inet_address client;
	uint64_t reference;

	assert_true(pluto >= 0);
	/* the same SPI and another key */
	add_sa("gateway", GATEWAY_IPV4, CLIENT_IPV4, 0x200, 0x4001,
	       "encap espinudp 4500 40001 0.0.0.0");
	add_inbound(0x100, 0x4001, "encap espinudp 40001 4500 0.0.0.0");
	command("ip -n client xfrm state add src " CLIENT_IPV4 " dst " GATEWAY_IPV4
		" proto esp spi 0x100 reqid 0x4001 mode transport "
		"enc 'cbc(aes)' 0x00112233445566778899aabbccddeeff "
		"auth 'hmac(sha1)' 0xff112233445566778899aabbccddeeff00112233 "
		"encap espinudp 40009 4500 0.0.0.0");
	start(fixture);
	reference = sa_table_resolve(fixture->table, 0x4001);
	here = tunnel("gateway", GATEWAY_IPV4, CLIENT_IPV4, 0x4001, 0x200);
	there = tunnel("client", CLIENT_IPV4, GATEWAY_IPV4, 0x4001, 0);
	assert_false(passes(there, here, 500));
	handle_mappings(fixture, 0);
	assert_int_equal(fixture->rebindings, 0);
	assert_int_equal(inet_address_parse(CLIENT_IPV4, &client), 0);
	assert_int_equal(sa_table_outer_port(fixture->table, reference, &client), 40001);
}

/* The outbound SA is the newest in the kernel's eyes, too; the policy names its twin's. */
static void twins_are_told_apart_and_answered_apart(void **state)
{
	struct fixture *fixture = *state;
	_cleanup_(closep) int pluto = encapsulation_socket("gateway", GATEWAY_IPV4, 4500);
	_cleanup_(closep) int nat_a = encapsulation_socket("client", CLIENT_IPV4, 40001);
	_cleanup_(closep) int here = -1;
	_cleanup_(closep) int there = -1;
	uint64_t a, b;

	assert_true(pluto >= 0 && nat_a >= 0);
	connect_through_nat(0x100, 0x4001, 40001, 40001);
	start(fixture);
	a = sa_table_resolve(fixture->table, 0x4001);
	here = tunnel("gateway", GATEWAY_IPV4, CLIENT_IPV4, 0x4001,
		      sa_table_outbound_spi(fixture->table, a));
	there = tunnel("client", CLIENT_IPV4, GATEWAY_IPV4, 0x4001, 0x100);
	assert_true(passes(here, there, 5000));
	/* nobody hears at the other twin's port */
	connect_through_nat(0x1000, 0x4001, 40002, 40002);
	assert_true(passes(here, there, 5000));
	handle(fixture);
	b = sa_table_find_spi(fixture->table, 0x1000);
	assert_int_equal(sa_table_reference_count(fixture->table), 2);
	assert_int_equal(sa_table_resolve(fixture->table, 0x4001), SA_REFERENCE_NONE);
	assert_int_equal(sa_table_resolve(fixture->table, 0x100), a);
	assert_int_equal(sa_table_resolve(fixture->table, 0x1000), b);
	assert_int_equal(sa_table_outbound_spi(fixture->table, a), 0x200);
	assert_int_equal(sa_table_outbound_spi(fixture->table, b), 0x1100);
	for (int i = 0; i < 5; i++)
		assert_true(passes(here, there, 5000));
}

static void the_kernel_says_whether_a_client_has_sent_through_an_sa(void **state)
{
	struct fixture *fixture = *state;
	_cleanup_(netlink_socket_freep) struct netlink_socket *xfrm = NULL;
	_cleanup_(closep) int here = -1;
	_cleanup_(closep) int there = -1;
	struct sa_description inbound = { .spi = 0x100, .reqid = 0x4001, .inbound = true };
	static const char *const hosts[] = { "gateway", "client" };

	for (unsigned int i = 0; i < 2; i++) {
		add_sa(hosts[i], CLIENT_IPV4, GATEWAY_IPV4, 0x100, 0x4001, "");
		add_sa(hosts[i], GATEWAY_IPV4, CLIENT_IPV4, 0x200, 0x4001, "");
	}
	start(fixture);
	assert_int_equal(netlink_socket_new(NETLINK_XFRM, &xfrm), 0);
	assert_int_equal(inet_address_parse(GATEWAY_IPV4, &inbound.destination), 0);
	here = tunnel("gateway", GATEWAY_IPV4, CLIENT_IPV4, 0x4001, 0x200);
	there = tunnel("client", CLIENT_IPV4, GATEWAY_IPV4, 0x4001, 0);
	assert_true(passes(here, there, 5000));
	assert_int_equal(sa_use_has_received(xfrm, &inbound), 0);
	assert_true(passes(there, here, 5000));
	assert_int_equal(sa_use_has_received(xfrm, &inbound), 1);
	inbound.spi = 0x101;
	assert_int_equal(sa_use_has_received(xfrm, &inbound), -ESRCH);
}

static void a_tunnels_policy_follows_a_rekey(void **state)
{
	struct fixture *fixture = *state;
	struct l2tp_udp_protection protection = { .ipsec = true, .reqid = 0x4001 };
	_cleanup_(closep) int here = -1;
	_cleanup_(closep) int there = -1;
	uint64_t reference;

	for (unsigned int i = 0; i < 2; i++) {
		static const char *const hosts[] = { "gateway", "client" };

		add_sa(hosts[i], CLIENT_IPV4, GATEWAY_IPV4, 0x100, 0x4001, "");
		add_sa(hosts[i], GATEWAY_IPV4, CLIENT_IPV4, 0x200, 0x4001, "");
	}
	start(fixture);
	reference = sa_table_resolve(fixture->table, 0x4001);
	here = tunnel("gateway", GATEWAY_IPV4, CLIENT_IPV4, 0x4001, 0x200);
	there = tunnel("client", CLIENT_IPV4, GATEWAY_IPV4, 0x4001, 0);
	assert_true(passes(here, there, 5000));
	/* The gateway's new SA is not yet the client's. */
	add_sa("gateway", GATEWAY_IPV4, CLIENT_IPV4, 0x201, 0x4001, "");
	assert_true(passes(here, there, 5000));
	handle(fixture);
	assert_true(sa_table_handing_over(fixture->table, reference, NULL));
	assert_int_equal(sa_table_outbound_spi(fixture->table, reference), 0x200);
	sa_table_hand_over(fixture->table, reference);
	protection.spi = sa_table_outbound_spi(fixture->table, reference);
	assert_int_equal(protection.spi, 0x201);
	add_sa("client", GATEWAY_IPV4, CLIENT_IPV4, 0x201, 0x4001, "");
	command("ip -n client xfrm state del dst " CLIENT_IPV4 " proto esp spi 0x200");
	assert_false(passes(here, there, 300));
	assert_int_equal(l2tp_udp_set_protection(here, AF_INET, &protection), 0);
	assert_true(passes(here, there, 5000));
	command("ip -n gateway xfrm state del dst " CLIENT_IPV4 " proto esp spi 0x200");
	assert_true(passes(here, there, 5000));
	/* When it goes as well nothing leaves, though the reqid has another SA. */
	add_sa("gateway", GATEWAY_IPV4, CLIENT_IPV4, 0x202, 0x4001, "");
	add_sa("client", GATEWAY_IPV4, CLIENT_IPV4, 0x202, 0x4001, "");
	command("ip -n gateway xfrm state del dst " CLIENT_IPV4 " proto esp spi 0x201");
	(void)send(here, "hello", 5, 0);
	assert_int_equal(poll(&(struct pollfd){ .fd = there, .events = POLLIN }, 1, 300), 0);
}

#define WITH_TABLE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_TABLE(sas_that_are_there_at_the_start_are_found),
		WITH_TABLE(new_and_deleted_sas_are_followed),
		WITH_TABLE(changed_ports_are_followed),
		WITH_TABLE(what_cannot_be_a_clients_is_ignored),
		WITH_TABLE(an_sa_that_expires_is_gone),
		WITH_TABLE(a_flush_of_esp_ends_all),
		WITH_TABLE(lost_notifications_are_made_good_by_a_dump),
		WITH_TABLE(an_error_among_the_notifications_is_a_doubt_until_a_dump),
		WITH_TABLE(a_dump_that_fails_is_tried_again_when_asked_for),
		WITH_TABLE(an_sa_whose_direction_nobody_can_tell_may_be_a_twins),
		WITH_TABLE(a_client_whose_nat_changed_its_port_is_reached_there),
		WITH_TABLE(a_packet_that_is_not_the_clients_moves_nothing),
		WITH_TABLE(twins_are_told_apart_and_answered_apart),
		WITH_TABLE(the_kernel_says_whether_a_client_has_sent_through_an_sa),
		WITH_TABLE(a_tunnels_policy_follows_a_rekey),
	};

	return cmocka_run_group_tests_name("xfrm_monitor", tests, make_hosts, drop_hosts);
}
