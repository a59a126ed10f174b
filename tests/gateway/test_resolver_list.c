/* SPDX-License-Identifier: GPL-2.0-or-later */
/* resolv.conf as hosts have it, and as nobody should. */
#include "gateway/resolver_list.h"
#include "tests/unit.h"

#include <string.h>

/* The addresses that are read, separated by spaces. */
static void assert_read(const char *text, const char *wanted)
{
	struct inet_address found[2];
	char line[128] = "", address[INET6_ADDRSTRLEN];
	size_t count = resolver_list_read(text, found, ELEMENTS(found));

	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			strcat(line, " ");
		strcat(line, inet_address_format(&found[i], address));
	}
	assert_string_equal(line, wanted);
}

static void name_servers_are_read_in_their_order(void **state)
{
	assert_read("# made\nsearch example\nnameserver 192.0.2.2\nnameserver\t192.0.2.1 # x\n",
		    "192.0.2.2 192.0.2.1");
	assert_read("nameserver 192.0.2.1\nnameserver 192.0.2.1\nnameserver 192.0.2.3\n"
		    "nameserver 192.0.2.4",
		    "192.0.2.1 192.0.2.3");
}

static void what_only_this_host_reaches_is_passed_over(void **state)
{
	assert_read("nameserver 127.0.0.53\noptions edns0\n", "");
	assert_read("nameserver 127.0.0.1\nnameserver 0.0.0.0\nnameserver 169.254.169.254\n"
		    "nameserver 2001:db8::1\nnameserver fe80::1%eth0\nnameserver 192.0.2.1\n",
		    "192.0.2.1");
}

static void nonsense_is_passed_over(void **state)
{
	assert_read("", "");
	assert_read("nameserver", "");
	assert_read("nameserver192.0.2.1\n nameserver 192.0.2.1\n;nameserver 192.0.2.1\n", "");
	assert_read("nameserver 192.0.2\nnameserver 192.0.2.1.1\nnameserver "
		    "00000000000000000000000000000000000000000000000000000000000000192.0.2.1\n",
		    "");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SENTENCE(name_servers_are_read_in_their_order),
		SENTENCE(what_only_this_host_reaches_is_passed_over),
		SENTENCE(nonsense_is_passed_over),
	};

	return cmocka_run_group_tests_name("resolver_list", tests, NULL, NULL);
}
