/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What cloud-init notes, in the shapes of several clouds. */
#include "gateway/cloud_address.h"
#include "tests/unit.h"

#include <errno.h>

static void assert_found(const char *text, const char *wanted)
{
	struct inet_address address;
	char found[INET6_ADDRSTRLEN];

	assert_int_equal(cloud_address_find(text, &address), 0);
	assert_string_equal(inet_address_format(&address, found), wanted);
}

static void each_cloud_names_it_in_its_own_way(void **state)
{
	assert_found("{\"ds\":{\"meta_data\":{\"local-ipv4\":\"10.0.0.5\","
		     "\"public-ipv4\":\"198.51.100.7\"}}}",
		     "198.51.100.7");
	assert_found("{\"ds\":{\"meta_data\":{\"imds\":{\"network\":{\"interface\":[{\"ipv4\":"
		     "{\"ipAddress\":[{\"privateIpAddress\":\"10.0.0.5\","
		     "\"publicIpAddress\":\"198.51.100.7\"}]}}]}}}}}",
		     "198.51.100.7");
	assert_found("{\"network-interfaces\":[{\"accessConfigs\":"
		     "[{\"externalIp\":\"198.51.100.7\"}]}]}",
		     "198.51.100.7");
}

static void what_is_no_public_address_is_passed_over(void **state)
{
	struct inet_address address;
	static const char *const texts[] = {
		"{}",
		"[]",
		"{\"public-ipv4\":\"\"}",
		"{\"public-ipv4\":7}",
		"{\"public-ipv4\":null}",
		"{\"public-ipv4\":[\"198.51.100.7\"]}",
		"{\"public-ipv4\":\"10.0.0.5\"}",
		"{\"public-ipv4\":\"2001:db8::1\"}",
		"{\"public-ipv4\":\"127.0.0.1\"}",
		"{\"x\":\"198.51.100.7\"}",
	};

	for (size_t i = 0; i < ELEMENTS(texts); i++)
		assert_int_equal(cloud_address_find(texts[i], &address), -ENOENT);
	assert_found("{\"public-ipv4\":\"10.0.0.5\",\"a\":{\"public_ipv4\":\"198.51.100.7\"}}",
		     "198.51.100.7");
}

static void what_is_no_json_is_refused(void **state)
{
	struct inet_address address;
	char deep[1024];

	assert_int_equal(cloud_address_find("", &address), -EINVAL);
	assert_int_equal(cloud_address_find("{\"public-ipv4\":\"198.51.100.7\"", &address),
			 -EINVAL);
	for (size_t i = 0; i < sizeof(deep) - 1; i++)
		deep[i] = '[';
	deep[sizeof(deep) - 1] = '\0';
	assert_int_equal(cloud_address_find(deep, &address), -EINVAL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SENTENCE(each_cloud_names_it_in_its_own_way),
		SENTENCE(what_is_no_public_address_is_passed_over),
		SENTENCE(what_is_no_json_is_refused),
	};

	return cmocka_run_group_tests_name("cloud_address", tests, NULL, NULL);
}
