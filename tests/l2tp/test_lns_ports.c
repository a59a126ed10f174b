/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tunnels that a client opens one after the other from one port, where the kernel
 * gives data to any of their sockets, and where it does not.
 */
#include "tests/l2tp/fake_shell.h"

static void make_ports_exclusive(struct fake_shell *shell)
{
	struct l2tp_lns_settings settings;

	l2tp_lns_settings_default(&settings);
	settings.a_port_is_one_tunnels = true;
	assert_int_equal(l2tp_lns_set_settings(shell->lns, &settings), 0);
}

/* A client that comes from the same port under the same reference. */
static struct fake_client next_of(const struct fake_client *client, uint16_t id)
{
	struct fake_client next = *client;

	fake_client_forget(&next);
	next.id = id;
	return next;
}

static void a_port_that_is_one_tunnels_ends_what_lingers_on_it(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);
	struct fake_client elsewhere, next;

	make_ports_exclusive(shell);
	fake_client_connect(&client);
	l2tp_tunnel_close(shell->tunnel, shell->now, L2TP_STOPCCN_GENERAL, NULL);
	elsewhere = next_of(&client, 2);
	elsewhere.path.peer.port++;
	fake_client_connect(&elsewhere);
	assert_int_equal(shell->freed, 0);
	next = next_of(&client, 3);
	fake_client_connect(&next);
	assert_int_equal(shell->freed, 1);
	assert_int_equal(shell->established, 3);
	/* that of the other port has no call and lives */
	assert_int_equal(l2tp_lns_counters(shell->lns)->tunnels, 2);
}

static void a_port_that_is_one_tunnels_keeps_only_those_with_calls(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);
	struct fake_client without, next;

	make_ports_exclusive(shell);
	fake_client_connect(&client);
	fake_client_call(&client, 9);
	without = next_of(&client, 2);
	fake_client_connect(&without);
	assert_int_equal(shell->closed, 0);
	next = next_of(&client, 3);
	fake_client_sccrq(&next);
	assert_int_equal(shell->closed, 1);
	assert_int_equal(shell->freed, 1);
	assert_int_equal(shell->tunnel_cause, L2TP_END_REPLACED);
	assert_int_equal(shell->calls_closed, 0);
	assert_int_equal(fake_shell_count(shell, L2TP_MESSAGE_STOPCCN), 1);
	assert_int_equal(l2tp_lns_counters(shell->lns)->tunnels, 2);
}

static void without_that_rule_a_tunnel_lingers_beside_its_successor(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);
	struct fake_client next;

	fake_client_connect(&client);
	l2tp_tunnel_close(shell->tunnel, shell->now, L2TP_STOPCCN_GENERAL, NULL);
	next = next_of(&client, 2);
	fake_client_connect(&next);
	assert_int_equal(shell->freed, 0);
	fake_shell_pass(shell, 40 * SECOND);
	assert_in_range(shell->freed, 1, 2);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_SHELL(a_port_that_is_one_tunnels_ends_what_lingers_on_it),
		WITH_SHELL(a_port_that_is_one_tunnels_keeps_only_those_with_calls),
		WITH_SHELL(without_that_rule_a_tunnel_lingers_beside_its_successor),
	};

	return cmocka_run_group_tests_name("lns_ports", tests, NULL, NULL);
}
