/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the launcher is told of sessions for the administrator's hooks. */
#include "tests/gateway/sessions_stage.h"

#include <errno.h>
#include <string.h>

static void who_never_came_up_has_no_hook(void **state)
{
	start_call();
	log_in("User");
	pppd_exits(11);
	assert_int_equal(fake.hooks, 0);
}

static void up_says_who_and_where(void **state)
{
	strcpy(fake.stored.attributes.group, "staff");
	strcpy(fake.group.name, "staff");
	start_call();
	come_up();
	assert_int_equal(fake.hooks, 1);
	assert_int_equal(fake.hook.event, LAUNCHER_HOOK_UP);
	assert_int_equal(fake.hook.session, fake.start.unit);
	assert_int_equal(fake.hook.inner_ipv4, POOL_FIRST);
	assert_int_equal(fake.hook.outer_is_ipv6, 0);
	assert_int_equal(fake.hook.outer_address[0], 203);
	assert_int_equal(fake.hook.outer_port, 1701);
	assert_string_equal(fake.hook.user, "User");
	assert_string_equal(fake.hook.group, "staff");
	assert_string_equal(fake.hook.data_path, "fake");
	assert_string_equal(fake.hook.cause, "");
	assert_int_equal(fake.hook.bytes_in, 0);
}

static void down_says_how_much_and_why(void **state)
{
	start_call();
	come_up();
	fake.data_bytes = 1000;
	sessions_kill(fake.sessions, fake.start.call_id, "lunch");
	assert_int_equal(fake.hooks, 1);
	pppd_exits(5);
	assert_int_equal(fake.hooks, 2);
	assert_int_equal(fake.hook.event, LAUNCHER_HOOK_DOWN);
	assert_int_equal(fake.hook.bytes_in, 1000);
	assert_int_equal(fake.hook.inner_ipv4, POOL_FIRST);
	assert_string_equal(fake.hook.cause, "ended by the administrator: lunch");
}

static void a_text_that_is_no_line_is_left_out(void **state)
{
	start_call();
	come_up();
	sessions_kill(fake.sessions, fake.start.call_id, "a\nb");
	pppd_exits(5);
	assert_int_equal(fake.hook.event, LAUNCHER_HOOK_DOWN);
	assert_string_equal(fake.hook.cause, "");
}

static void a_launcher_that_cannot_be_told_ends_nothing_and_is_counted(void **state)
{
	fake.hook_error = -ECONNREFUSED;
	start_call();
	come_up();
	assert_int_equal(sessions_up_count(fake.sessions), 1);
	hang_up();
	assert_nothing_is_left();
	assert_int_equal(sessions_counters(fake.sessions)->hooks_lost, 2);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		BEHAVIOUR(who_never_came_up_has_no_hook),
		BEHAVIOUR(up_says_who_and_where),
		BEHAVIOUR(down_says_how_much_and_why),
		BEHAVIOUR(a_text_that_is_no_line_is_left_out),
		BEHAVIOUR(a_launcher_that_cannot_be_told_ends_nothing_and_is_counted),
	};

	return cmocka_run_group_tests_name("session hooks", tests, NULL, NULL);
}
