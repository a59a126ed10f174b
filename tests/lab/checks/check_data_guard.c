/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guard of the kernel's data path, with real ESP: data messages of two
 * clients behind one address and port come in for the tunnels of their own SA
 * and for no other; control messages always do. And what data_guard puts into the
 * table as the marks of clients change.
 */
#include "gateway/data_guard.h"
#include "ipsec-glue/sa_mark_table.h"
#include "l2tp/udp_socket.h"
#include "tests/lab/checks/mark_table.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#define PORT           1701
#define REQID_A        0x4001
#define REQID_B        0x4005
#define SPI_IN(reqid)  (0x10000 + (reqid))
#define SPI_OUT(reqid) (0x20000 + (reqid))
#define TUNNEL_A       0x0101
#define TUNNEL_B       0x0202

/* What a check works with. */
struct stage {
	struct sa_mark_table *table;
	int server;
	int a;
	int b;
};

static struct stage stage;

static struct inet_endpoint endpoint(const char *address)
{
	struct inet_endpoint result = { .port = PORT };

	assert_int_equal(inet_address_parse(address, &result.address), 0);
	return result;
}

static int client(uint32_t reqid)
{
	const struct l2tp_udp_protection protection = { .ipsec = true, .reqid = reqid };
	struct inet_endpoint local = endpoint(CLIENT_IPV4);
	struct inet_endpoint peer = endpoint(GATEWAY_IPV4);
	int descriptor;

	be_on("client");
	descriptor = l2tp_udp_tunnel_open(&local, &peer, &protection);
	be_on("gateway");
	assert_true(descriptor >= 0);
	return descriptor;
}

static void connect_client(unsigned int reqid)
{
	static const char *const hosts[] = { "gateway", "client" };

	for (size_t i = 0; i < ELEMENTS(hosts); i++) {
		add_sa(hosts[i], CLIENT_IPV4, GATEWAY_IPV4, SPI_IN(reqid), reqid, "");
		add_sa(hosts[i], GATEWAY_IPV4, CLIENT_IPV4, SPI_OUT(reqid), reqid, "");
	}
}

static int set_up_group(void **state)
{
	make_hosts(state);
	connect_client(REQID_A);
	connect_client(REQID_B);
	return 0;
}

static int set_up(void **state)
{
	static const struct sa_mark_settings settings = { .l2tp_port = PORT };
	struct inet_endpoint local = endpoint(GATEWAY_IPV4);

	assert_int_equal(sa_mark_table_new(&settings, &stage.table), 0);
	stage.server = l2tp_udp_listener_open(&local, true);
	assert_true(stage.server >= 0);
	stage.a = client(REQID_A);
	stage.b = client(REQID_B);
	return 0;
}

static int tear_down(void **state)
{
	/* a test that failed may have left us as nobody */
	assert_int_equal(seteuid(0), 0);
	sa_mark_table_remove(stage.table);
	sa_mark_table_free(stage.table);
	close(stage.server);
	close(stage.a);
	close(stage.b);
	return 0;
}

static struct sa_mark_change tunnel(uint32_t mark, uint16_t tunnel_id)
{
	return (struct sa_mark_change){ false, SA_MARK_SET_TUNNELS, mark, tunnel_id };
}

static void change(struct sa_mark_change change)
{
	assert_int_equal(sa_mark_table_change(stage.table, &change, 1), 0);
}

static void take_away(struct sa_mark_change changed)
{
	changed.remove = true;
	change(changed);
}

static void take_mark(void *userdata, const struct l2tp_udp_datagram *datagram)
{
	*(uint32_t *)userdata = datagram->mark;
}

/* Whether the bytes come in; the mark they have then is @ret_mark. */
static bool come_in(int from, const uint8_t *bytes, size_t size, uint32_t *ret_mark)
{
	struct pollfd wait = { .fd = stage.server, .events = POLLIN };
	struct sa_mark_counters before, after;
	uint32_t mark = 0;

	assert_int_equal(sa_mark_table_read_counters(stage.table, &before), 0);
	assert_int_equal(send(from, bytes, size, 0), size);
	for (int i = 0; i < 500; i++) {
		if (poll(&wait, 1, 10) == 1) {
			assert_int_equal(l2tp_udp_receive(stage.server, PORT, 1, take_mark, &mark),
					 1);
			if (ret_mark)
				*ret_mark = mark;
			return true;
		}
		assert_int_equal(sa_mark_table_read_counters(stage.table, &after), 0);
		if (after.foreign + after.unmarked > before.foreign + before.unmarked) {
			assert_int_equal(after.foreign, before.foreign + 1);
			return false;
		}
	}
	fail_msg("neither came in nor was counted");
	return false;
}

/* A data message without and with a length (RFC 2661, section 3.1). */
static bool data_comes_in(int from, uint16_t tunnel_id)
{
	const uint8_t high = (uint8_t)(tunnel_id >> 8), low = (uint8_t)tunnel_id;
	bool without = come_in(from, BYTES(0x00, 0x02, high, low, 0, 7, 0xff, 0x03), NULL);
	bool with = come_in(from, BYTES(0x40, 0x02, 0, 10, high, low, 0, 7, 0xff, 0x03), NULL);

	assert_int_equal(without, with);
	return with;
}

static void data_comes_in_for_ones_own_tunnel_only(void **state)
{
	assert_false(data_comes_in(stage.a, TUNNEL_A));
	change(tunnel(REQID_A, TUNNEL_A));
	change(tunnel(REQID_B, TUNNEL_B));
	assert_true(data_comes_in(stage.a, TUNNEL_A));
	assert_true(data_comes_in(stage.b, TUNNEL_B));
	assert_false(data_comes_in(stage.a, TUNNEL_B));
	assert_false(data_comes_in(stage.b, TUNNEL_A));
	take_away(tunnel(REQID_A, TUNNEL_A));
	assert_false(data_comes_in(stage.a, TUNNEL_A));
	assert_true(data_comes_in(stage.b, TUNNEL_B));
}

/* Offset, priority and sequence numbers come behind the tunnel id. */
static void the_other_flags_do_not_help_an_intruder(void **state)
{
	change(tunnel(REQID_A, TUNNEL_A));
	for (unsigned int flags = 0; flags < 0x80; flags += 5) {
		const uint8_t first = (uint8_t)flags;
		const uint8_t with[] = { first, 2, 0, 14, 1, 1, 0, 7, 0, 0, 0, 0, 0xff, 0x03 };
		const uint8_t without[] = { first, 2, 1, 1, 0, 7, 0, 0, 0, 0, 0xff, 0x03 };
		const uint8_t *bytes = flags & 0x40 ? with : without;
		size_t size = flags & 0x40 ? sizeof(with) : sizeof(without);

		assert_false(come_in(stage.b, bytes, size, NULL));
		assert_true(come_in(stage.a, bytes, size, NULL));
	}
}

static void data_of_another_version_does_not_come_in(void **state)
{
	change(tunnel(REQID_A, TUNNEL_A));
	for (unsigned int version = 0; version < 16; version++) {
		const uint8_t low = (uint8_t)(0xf0 | version);
		bool comes_in = come_in(stage.a, BYTES(0x00, low, 1, 1, 0, 7, 0xff, 0x03), NULL);

		assert_int_equal(comes_in, version == 2);
	}
}

static void control_messages_come_in_always(void **state)
{
	assert_true(come_in(stage.a, BYTES(0xc8, 2, 0, 12, 2, 2, 0, 0, 0, 0, 0, 0), NULL));
	assert_true(come_in(stage.b, BYTES(0xc8, 2, 0, 12, 1, 1, 0, 0, 0, 0, 0, 0), NULL));
	assert_true(come_in(stage.a, BYTES(0x80, 3, 0, 0), NULL));
	/* no flags that would make it data: malformed for the engine */
	assert_true(come_in(stage.a, BYTES(0), NULL));
}

static void data_without_a_tunnel_id_does_not_come_in(void **state)
{
	assert_false(come_in(stage.a, BYTES(0x00, 2), NULL));
	assert_false(come_in(stage.a, BYTES(0x40, 2, 0, 4), NULL));
}

static void a_twins_mark_is_its_spi(void **state)
{
	static const uint8_t zlb[] = { 0xc8, 2, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0 };
	uint32_t mark = 0;

	assert_true(come_in(stage.a, zlb, sizeof(zlb), &mark));
	assert_int_equal(mark, REQID_A);
	change((struct sa_mark_change){ false, SA_MARK_SET_TWINS, REQID_A, 0 });
	assert_true(come_in(stage.a, zlb, sizeof(zlb), &mark));
	assert_int_equal(mark, SPI_IN(REQID_A));
	assert_true(come_in(stage.b, zlb, sizeof(zlb), &mark));
	assert_int_equal(mark, REQID_B);
	/* its data, too, goes by the SPI */
	change(tunnel(REQID_A, TUNNEL_A));
	assert_false(data_comes_in(stage.a, TUNNEL_A));
	change(tunnel(SPI_IN(REQID_A), TUNNEL_A));
	assert_true(data_comes_in(stage.a, TUNNEL_A));
	assert_false(data_comes_in(stage.b, TUNNEL_A));
}

static void a_table_that_comes_back_lets_the_same_in(void **state)
{
	struct sa_mark_counters counters;

	change(tunnel(REQID_A, TUNNEL_A));
	assert_false(data_comes_in(stage.b, TUNNEL_A));
	command("nft flush chain inet saregate_mark input");
	assert_int_equal(sa_mark_table_restore(stage.table), 0);
	assert_true(data_comes_in(stage.a, TUNNEL_A));
	assert_false(data_comes_in(stage.b, TUNNEL_A));
	assert_int_equal(sa_mark_table_read_counters(stage.table, &counters), 0);
	assert_int_equal(counters.foreign, 4);
}

/* While the table is replaced over and over, nothing foreign gets in. */
static void replacing_is_atomic(void **state)
{
	static const uint8_t foreign[] = { 0x00, 2, 1, 1, 0, 7, 0xff, 0x03 };
	struct pollfd wait = { .fd = stage.server, .events = POLLIN };
	struct sa_mark_counters counters;
	const unsigned int rounds = 300;

	change(tunnel(REQID_A, TUNNEL_A));
	for (unsigned int i = 0; i < rounds; i++) {
		assert_int_equal(send(stage.b, foreign, sizeof(foreign), 0), sizeof(foreign));
		assert_int_equal(sa_mark_table_restore(stage.table), 0);
		assert_int_equal(send(stage.b, foreign, sizeof(foreign), 0), sizeof(foreign));
	}
	assert_int_equal(poll(&wait, 1, 500), 0);
	assert_int_equal(sa_mark_table_read_counters(stage.table, &counters), 0);
	assert_int_equal(counters.unmarked, 0);
	/* a packet between reading and replacing is dropped, but not counted */
	assert_in_range(counters.foreign, rounds, 2 * rounds);
}

/* The references of a table of SAs; the kernel's own SAs do not matter. */
static struct sa_table *open_references(void)
{
	static const struct sa_table_ops ops = { 0 };
	struct sa_table *references;

	assert_int_equal(sa_table_new(&ops, NULL, &references), 0);
	return references;
}

/* One inbound SA of a client at a port of its NAT. */
static void add_inbound(struct sa_table *references, uint32_t spi, uint32_t reqid, uint16_t port)
{
	const struct sa_description description = {
		.spi = spi,
		.reqid = reqid,
		.inbound = true,
		.source = inet_address_from_ipv4(0xcb00710b),
		.destination = inet_address_from_ipv4(0xcb007101),
		.encapsulation_source_port = port,
		.encapsulation_destination_port = 4500,
	};

	assert_int_equal(sa_table_add(references, &description), 0);
}

static void the_guard_follows_the_marks_of_a_client(void **state)
{
	_cleanup_(sa_table_freep) struct sa_table *references = open_references();
	_cleanup_(data_guard_freep) struct data_guard *guard = NULL;
	uint64_t client;

	assert_int_equal(data_guard_new(references, stage.table, SA_TRACKING_METHOD_MARK, &guard),
			 0);
	assert_int_equal(data_guard_admit(guard, 0x4001, 7), -ENOENT);
	add_inbound(references, 0x1111, 0x4001, 4500);
	client = sa_table_resolve(references, 0x4001);
	assert_int_equal(data_guard_admit(guard, client, 7), 0);
	assert_int_equal(data_guard_admit(guard, client, 8), 0);
	lists("0x00004001 \\. 7");
	lists("0x00004001 \\. 8");
	/* a twin comes: from now on the mark is the SPI */
	add_inbound(references, 0x2222, 0x4001, 50000);
	assert_int_equal(data_guard_follow(guard, client), 0);
	assert_int_equal(data_guard_set_twins(guard, 0x4001, true), 0);
	lists_not("0x00004001 \\. 7");
	lists("0x00001111 \\. 7");
	lists("0x00001111 \\. 8");
	lists("elements = { 0x00004001 }");
	/* a rekey: both SPIs are let in, then the new one */
	add_inbound(references, 0x3333, 0x4001, 4500);
	assert_int_equal(data_guard_follow(guard, client), 0);
	lists("0x00001111 \\. 7");
	lists("0x00003333 \\. 7");
	sa_table_remove(references, 0x1111, &(struct inet_address){ AF_INET, { 203, 0, 113, 1 } });
	assert_int_equal(data_guard_follow(guard, client), 0);
	lists_not("0x00001111");
	lists("0x00003333 \\. 8");
	assert_int_equal(data_guard_dismiss(guard, client, 7), 0);
	lists_not("0x00003333 \\. 7");
	/* the generation ends: nothing of its is let in */
	sa_table_flush(references);
	assert_int_equal(data_guard_follow(guard, client), 0);
	lists_not("0x00003333");
	assert_int_equal(data_guard_dismiss(guard, client, 8), 0);
	assert_int_equal(sa_mark_table_check(stage.table), 1);
}

static void what_the_guard_could_not_let_in_is_let_in_later(void **state)
{
	_cleanup_(sa_table_freep) struct sa_table *references = open_references();
	_cleanup_(data_guard_freep) struct data_guard *guard = NULL;
	uint64_t client;

	assert_int_equal(data_guard_new(references, stage.table, SA_TRACKING_METHOD_MARK, &guard),
			 0);
	add_inbound(references, 0x1111, 0x4001, 4500);
	client = sa_table_resolve(references, 0x4001);
	assert_int_equal(data_guard_admit(guard, client, 7), 0);
	/* a twin comes, and the kernel does not hear of it */
	add_inbound(references, 0x2222, 0x4001, 50000);
	assert_int_equal(seteuid(NOBODY), 0);
	assert_int_equal(data_guard_follow(guard, client), -EPERM);
	assert_int_equal(data_guard_set_twins(guard, 0x4001, true), -EPERM);
	assert_int_equal(data_guard_catch_up(guard), -EPERM);
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(data_guard_catch_up(guard), 0);
	lists_not("0x00004001 \\. 7");
	lists("0x00001111 \\. 7");
	lists("elements = { 0x00004001 }");
	assert_int_equal(sa_mark_table_check(stage.table), 1);
	assert_int_equal(data_guard_dismiss(guard, client, 7), 0);
	lists_not("0x00001111");
}

static void clients_of_one_zone_are_neighbours(void **state)
{
	_cleanup_(sa_table_freep) struct sa_table *references = open_references();
	_cleanup_(data_guard_freep) struct data_guard *guard = NULL;
	uint64_t first, second, listed[4];

	assert_int_equal(data_guard_new(references, stage.table, SA_TRACKING_METHOD_ZONE, &guard),
			 0);
	add_inbound(references, 0x1111, 0x4001, 4500);
	add_inbound(references, 0x2222, 0x14001, 50000);
	first = sa_table_resolve(references, 0x4001);
	second = sa_table_resolve(references, 0x14001);
	assert_int_equal(data_guard_admit(guard, first, 7), 0);
	assert_int_equal(data_guard_neighbours(guard, first, listed, ELEMENTS(listed)), 0);
	assert_int_equal(data_guard_neighbours(guard, second, listed, ELEMENTS(listed)), 1);
	assert_int_equal(listed[0], first);
	assert_int_equal(data_guard_admit(guard, first, 9), 0);
	assert_int_equal(data_guard_list(guard, 0x4001, listed, ELEMENTS(listed)), 2);
	assert_int_equal(listed[0], first);
	assert_int_equal(data_guard_list(guard, 0x14001, listed, ELEMENTS(listed)), 0);
	assert_int_equal(data_guard_admit(guard, second, 8), 0);
	assert_int_equal(data_guard_neighbours(guard, first, listed, ELEMENTS(listed)), 1);
	assert_int_equal(listed[0], second);
	assert_int_equal(data_guard_dismiss(guard, first, 7), 0);
	assert_int_equal(data_guard_dismiss(guard, first, 9), 0);
	assert_int_equal(data_guard_neighbours(guard, second, listed, ELEMENTS(listed)), 0);
}

#define STAGED(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		STAGED(data_comes_in_for_ones_own_tunnel_only),
		STAGED(the_other_flags_do_not_help_an_intruder),
		STAGED(data_of_another_version_does_not_come_in),
		STAGED(control_messages_come_in_always),
		STAGED(data_without_a_tunnel_id_does_not_come_in),
		STAGED(a_twins_mark_is_its_spi),
		STAGED(a_table_that_comes_back_lets_the_same_in),
		STAGED(replacing_is_atomic),
		STAGED(the_guard_follows_the_marks_of_a_client),
		STAGED(what_the_guard_could_not_let_in_is_let_in_later),
		STAGED(clients_of_one_zone_are_neighbours),
	};

	return cmocka_run_group_tests_name("data_guard", tests, set_up_group, drop_hosts);
}
