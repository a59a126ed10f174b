/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an administrator's program is told of a session, and nothing else. */
#include "ppp-hooks/hook_environment.h"
#include "tests/unit.h"

#include <string.h>

static struct launcher_hook down(void)
{
	return (struct launcher_hook){
		.session = 12,
		.event = LAUNCHER_HOOK_DOWN,
		.inner_ipv4 = 0x0a59000a,
		.inner_network = 0x20010db800000400,
		.outer_address = { 203, 0, 113, 11 },
		.outer_port = 4500,
		.duration_seconds = 61,
		.bytes_in = 1000,
		.bytes_out = UINT64_MAX,
		.user = "alice",
		.group = "staff",
		.data_path = "kernel",
		.ike_identity = "C=DE, CN=a phone",
		.cause = "idle",
	};
}

static void assert_environment(const struct launcher_hook *hook, const char *const expected[])
{
	struct hook_environment environment;
	size_t count = 0;

	hook_environment_build(hook, &environment);
	for (; expected[count]; count++)
		assert_string_equal(environment.envp[count], expected[count]);
	assert_int_equal(environment.count, count);
	assert_null(environment.envp[count]);
}

static void down_has_the_session_and_its_end(void **state)
{
	static const char *const expected[] = {
		"PATH=/usr/sbin:/usr/bin:/sbin:/bin",
		"HOME=/nonexistent",
		"SAREGATE_EVENT=down",
		"SAREGATE_SESSION=12",
		"SAREGATE_INTERFACE=sg12",
		"SAREGATE_USER=alice",
		"SAREGATE_GROUP=staff",
		"SAREGATE_INNER_ADDRESS=10.89.0.10",
		"SAREGATE_INNER_IPV6=2001:db8:0:400::/64",
		"SAREGATE_OUTER_ADDRESS=203.0.113.11",
		"SAREGATE_OUTER_PORT=4500",
		"SAREGATE_IKE_IDENTITY=C=DE, CN=a phone",
		"SAREGATE_DATA_PATH=kernel",
		"SAREGATE_DURATION=61",
		"SAREGATE_BYTES_IN=1000",
		"SAREGATE_BYTES_OUT=18446744073709551615",
		"SAREGATE_CAUSE=idle",
		NULL,
	};
	struct launcher_hook hook = down();

	assert_environment(&hook, expected);
}

static void up_has_no_end_and_what_is_not_known_is_empty(void **state)
{
	static const char *const expected[] = {
		"PATH=/usr/sbin:/usr/bin:/sbin:/bin",
		"HOME=/nonexistent",
		"SAREGATE_EVENT=up",
		"SAREGATE_SESSION=1",
		"SAREGATE_INTERFACE=sg1",
		"SAREGATE_USER=bob",
		"SAREGATE_GROUP=",
		"SAREGATE_INNER_ADDRESS=10.89.0.11",
		"SAREGATE_INNER_IPV6=",
		"SAREGATE_OUTER_ADDRESS=2001:db8::1",
		"SAREGATE_OUTER_PORT=0",
		"SAREGATE_IKE_IDENTITY=",
		"SAREGATE_DATA_PATH=userspace",
		NULL,
	};
	struct launcher_hook hook = {
		.session = 1,
		.inner_ipv4 = 0x0a59000b,
		.outer_is_ipv6 = 1,
		.outer_address = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 },
		.user = "bob",
		.data_path = "userspace",
	};

	assert_environment(&hook, expected);
}

static void the_longest_values_fit(void **state)
{
	struct launcher_hook hook = down();
	struct hook_environment environment;

	hook.session = LAUNCHER_UNIT_MAXIMUM;
	hook.inner_ipv4 = UINT32_MAX;
	hook.inner_network = UINT64_MAX;
	hook.outer_is_ipv6 = 1;
	memset(hook.outer_address, 0xff, sizeof(hook.outer_address));
	hook.outer_port = UINT16_MAX;
	hook.duration_seconds = hook.bytes_in = UINT64_MAX;
	memset(hook.user, 'u', sizeof(hook.user) - 1);
	memset(hook.group, 'g', sizeof(hook.group) - 1);
	memset(hook.data_path, 'd', sizeof(hook.data_path) - 1);
	memset(hook.ike_identity, 'i', sizeof(hook.ike_identity) - 1);
	memset(hook.cause, 'c', sizeof(hook.cause) - 1);
	hook_environment_build(&hook, &environment);
	assert_int_equal(strlen(environment.envp[environment.count - 1]),
			 strlen("SAREGATE_CAUSE=") + sizeof(hook.cause) - 1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SENTENCE(down_has_the_session_and_its_end),
		SENTENCE(up_has_no_end_and_what_is_not_known_is_empty),
		SENTENCE(the_longest_values_fit),
	};

	return cmocka_run_group_tests_name("hook_environment", tests, NULL, NULL);
}
