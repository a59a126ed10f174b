/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel says of its SAs arrives in the table, whatever happens to them. */
#include "ipsec-glue/xfrm_monitor.h"
#include "tests/lab/checks/hosts.h"

#include <poll.h>

struct fixture {
	struct sa_table *table;
	struct xfrm_monitor *monitor;
	unsigned int ended;
};

static void count_ended(void *userdata, uint64_t reference)
{
	((struct fixture *)userdata)->ended++;
}

static const struct sa_table_ops table_ops = { .ended = count_ended };

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	*state = fixture;
	(void)try_command("ip -n gateway xfrm state flush");
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
	assert_int_equal(xfrm_monitor_new(fixture->table, &fixture->monitor), 0);
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
	};

	return cmocka_run_group_tests_name("xfrm_monitor", tests, make_hosts, drop_hosts);
}
