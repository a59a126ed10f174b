/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Statistics of an interface that every network namespace has. */
#include "ppp-hooks/link_counters.h"
#include "tests/unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

static void interface_that_is_missing_is_an_error(void **state)
{
	struct plugin_counters counters = { .received_bytes = 42 };

	assert_int_equal(link_counters_read("sg99999999", &counters), -ENODEV);
	assert_int_equal(link_counters_read("a-name-too-long-for-one", &counters), -ENODEV);
	assert_int_equal(counters.received_bytes, 42);
}

static void what_is_sent_over_loopback_is_counted_both_ways(void **state)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct plugin_counters before = { 0 };
	struct plugin_counters after = { .connected_seconds = 7 };
	socklen_t size = sizeof(address);
	int udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_int_equal(link_counters_read("lo", &before), 0);
	assert_int_equal(bind(udp, (struct sockaddr *)&address, size), 0);
	assert_int_equal(getsockname(udp, (struct sockaddr *)&address, &size), 0);
	assert_int_equal(sendto(udp, "ten bytes!", 10, 0, (struct sockaddr *)&address, size), 10);
	close(udp);
	assert_int_equal(link_counters_read("lo", &after), 0);
	assert_true(after.sent_bytes - before.sent_bytes >= 38);
	assert_true(after.received_bytes - before.received_bytes >= 38);
	assert_true(after.sent_packets > before.sent_packets);
	assert_true(after.received_packets > before.received_packets);
	assert_int_equal(after.connected_seconds, 7);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SENTENCE(interface_that_is_missing_is_an_error),
		SENTENCE(what_is_sent_over_loopback_is_counted_both_ways),
	};

	return cmocka_run_group_tests_name("link_counters", tests, NULL, NULL);
}
