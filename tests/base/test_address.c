/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses and endpoints: what is refused, and the round trip of both families. */
#include "base/address.h"
#include "tests/unit.h"

#include <errno.h>

static void text_that_is_no_address_is_refused(void **state)
{
	static const char *const texts[] = { "",         "1.2.3", "1.2.3.4.5", "256.1.1.1",
					     "1.2.3.4 ", ":::",   "gw" };
	struct inet_address address = { .family = 99 };

	for (size_t i = 0; i < ELEMENTS(texts); i++)
		assert_int_equal(inet_address_parse(texts[i], &address), -EINVAL);
	assert_int_equal(address.family, 99);
}

static void ipv4_survives_the_round_trip(void **state)
{
	struct sockaddr_storage sockaddr;
	struct inet_endpoint endpoint = { .port = 1701 }, back;
	char text[INET_ENDPOINT_TEXT_MAX];

	assert_int_equal(inet_address_parse("203.0.113.11", &endpoint.address), 0);
	assert_int_equal(inet_address_to_ipv4(&endpoint.address), 0xcb00710b);
	assert_int_equal(inet_endpoint_to_sockaddr(&endpoint, &sockaddr),
			 sizeof(struct sockaddr_in));
	assert_int_equal(inet_endpoint_from_sockaddr(&sockaddr, &back), 0);
	assert_true(inet_endpoint_equal(&endpoint, &back));
	assert_string_equal(inet_endpoint_format(&back, text), "203.0.113.11:1701");
}

static void ipv6_survives_the_round_trip(void **state)
{
	struct sockaddr_storage sockaddr;
	struct inet_endpoint endpoint = { .port = 65535 }, back;
	char text[INET_ENDPOINT_TEXT_MAX];

	assert_int_equal(inet_address_parse("2001:db8::1", &endpoint.address), 0);
	assert_int_equal(inet_endpoint_to_sockaddr(&endpoint, &sockaddr),
			 sizeof(struct sockaddr_in6));
	assert_int_equal(inet_endpoint_from_sockaddr(&sockaddr, &back), 0);
	assert_true(inet_endpoint_equal(&endpoint, &back));
	assert_string_equal(inet_endpoint_format(&back, text), "[2001:db8::1]:65535");
}

static void other_families_are_refused(void **state)
{
	struct sockaddr_storage sockaddr = { .ss_family = AF_UNIX };
	struct inet_endpoint endpoint = { .port = 7 };

	assert_int_equal(inet_endpoint_from_sockaddr(&sockaddr, &endpoint), -EAFNOSUPPORT);
	assert_int_equal(endpoint.port, 7);
	endpoint.address.family = AF_UNSPEC;
	assert_int_equal(inet_endpoint_to_sockaddr(&endpoint, &sockaddr), 0);
}

static void nobodys_address_is_a_dash(void **state)
{
	const struct inet_address nobody = { .family = AF_UNSPEC };
	char text[INET6_ADDRSTRLEN];

	assert_string_equal(inet_address_format(&nobody, text), "-");
}

static void only_zero_is_any_address(void **state)
{
	static const char *const any[] = { "0.0.0.0", "::" };
	static const char *const others[] = { "0.0.0.1", "127.0.0.1", "::1" };
	struct inet_address address = { 0 };

	assert_false(inet_address_is_any(&address));
	for (size_t i = 0; i < ELEMENTS(any); i++) {
		assert_int_equal(inet_address_parse(any[i], &address), 0);
		assert_true(inet_address_is_any(&address));
	}
	for (size_t i = 0; i < ELEMENTS(others); i++) {
		assert_int_equal(inet_address_parse(others[i], &address), 0);
		assert_false(inet_address_is_any(&address));
	}
}

static void the_halves_of_an_ipv6_address_are_numbers_in_host_order(void **state)
{
	struct inet_address address =
		inet_address_from_ipv6(UINT64_C(0x20010db800010002), UINT64_C(0x300));
	struct inet_address ipv4 = inet_address_from_ipv4(0xc0000201);
	char text[INET6_ADDRSTRLEN];

	assert_string_equal(inet_address_format(&address, text), "2001:db8:1:2::300");
	assert_int_equal(inet_address_ipv6_network(&address), UINT64_C(0x20010db800010002));
	assert_int_equal(inet_address_ipv6_identifier(&address), 0x300);
	assert_int_equal(inet_address_ipv6_network(&ipv4), 0);
	assert_int_equal(inet_address_ipv6_identifier(&ipv4), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SENTENCE(text_that_is_no_address_is_refused),
		SENTENCE(ipv4_survives_the_round_trip),
		SENTENCE(ipv6_survives_the_round_trip),
		SENTENCE(other_families_are_refused),
		SENTENCE(nobodys_address_is_a_dash),
		SENTENCE(only_zero_is_any_address),
		SENTENCE(the_halves_of_an_ipv6_address_are_numbers_in_host_order),
	};

	return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
