/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory that runs short. A message that cannot be kept cannot be repeated, and the peer
 * would go on as if it had not been due: its tunnel is closed instead, with the StopCCN
 * whose memory was set aside when the tunnel began.
 */
#include "l2tp/tunnel_table.h"
#include "tests/l2tp/fake_shell.h"
#include "tests/simulation/allocations.h"

#include <errno.h>
#include <string.h>

/* From now on there is no memory at all, or as much as is wanted. */
static void starve(bool starved)
{
	allocations_fail(starved ? 1000 : 0, 0);
}

/* The last message of a tunnel that is closed for want of memory. */
static void assert_told(const struct fake_shell *shell)
{
	const struct sent *sent = fake_shell_sent(shell, 0);

	assert_int_equal(sent->message.type, L2TP_MESSAGE_STOPCCN);
	assert_int_equal(sent->message.result, L2TP_STOPCCN_ERROR);
	assert_int_equal(sent->message.error, L2TP_ERROR_NO_RESOURCES);
	assert_int_equal(shell->tunnel_cause, L2TP_END_NO_RESOURCES);
}

static void a_cdn_without_memory_closes_its_tunnel(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);
	struct l2tp_call *call;

	fake_client_connect(&client);
	call = fake_client_call(&client, 1);
	fake_client_call(&client, 2);
	starve(true);
	l2tp_call_close(call, shell->now, L2TP_CDN_ADMINISTRATIVE, NULL);
	assert_int_equal(fake_shell_count(shell, L2TP_MESSAGE_CDN), 0);
	/* At once, with the other call, and there still is no memory. */
	assert_int_equal(l2tp_lns_next_deadline(shell->lns), shell->now);
	fake_shell_pass(shell, 0);
	starve(false);
	assert_told(shell);
	assert_int_equal(shell->closed, 1);
	assert_int_equal(shell->calls_closed, 2);
}

static void stopccn_needs_no_memory(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);

	fake_client_connect(&client);
	starve(true);
	l2tp_tunnel_close(shell->tunnel, shell->now, L2TP_STOPCCN_SHUTDOWN, NULL);
	fake_shell_pass(shell, 60 * SECOND);
	starve(false);
	assert_int_equal(fake_shell_count(shell, L2TP_MESSAGE_STOPCCN),
			 1 + shell->settings.retransmit_maximum);
	assert_int_equal(shell->freed, 1);
}

static void a_hello_without_memory_is_said_later(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);

	fake_client_connect(&client);
	fake_client_call(&client, 1);
	fake_client_hear(&client);
	fake_client_zlb(&client);
	starve(true);
	fake_shell_pass(shell, shell->settings.hello_interval_usec + SECOND);
	starve(false);
	assert_int_equal(fake_shell_count(shell, L2TP_MESSAGE_HELLO), 0);
	fake_shell_pass(shell, shell->settings.hello_interval_usec - SECOND / 2);
	assert_int_equal(fake_shell_count(shell, L2TP_MESSAGE_HELLO), 1);
	assert_int_equal(shell->closed, 0);
}

static void no_random(void *userdata, uint8_t *bytes, size_t size)
{
	memset(bytes, 0, size);
}

static void an_lns_without_memory_is_not_made_and_leaves_nothing(void **state)
{
	static const struct l2tp_lns_ops ops = { .random = no_random };
	const struct fake_shell *shell = *state;
	const int64_t living = allocations_living;
	struct l2tp_lns *lns = NULL;
	uint32_t number = 0;
	int r;

	do {
		allocations_fail_once(++number);
		r = l2tp_lns_new(&shell->settings, &ops, NULL, &lns);
		if (!allocations_have_failed_once())
			break;
		assert_int_equal(r, -ENOMEM);
		assert_null(lns);
		assert_int_equal(allocations_living, living);
	} while (number < 100);
	allocations_fail_once(0);
	assert_int_equal(r, 0);
	l2tp_lns_free(lns);
	assert_int_equal(allocations_living, living);
	/* The struct, five look-ups and two quotas, and the one that was no more wanted. */
	assert_int_equal(number, 9);
}

static void a_peer_whose_quotas_want_memory_gets_no_tunnel(void **state)
{
	struct fake_shell *shell = *state;
	const struct fake_client client = fake_client(shell, 1);
	const struct l2tp_control_message sccrq = { .assigned_tunnel_id = 1 };
	struct l2tp_tunnel *tunnel = NULL;

	starve(true);
	assert_int_equal(
		l2tp_tunnel_new(shell->lns, shell->now, &client.path, &sccrq, true, &tunnel),
		-ENOMEM);
	starve(false);
	assert_null(tunnel);
	assert_int_equal(shell->opened, 0);
}

/* The heap of deadlines begins with 64 places: this tunnel, 63 calls. */
static void a_call_without_memory_for_its_deadline_is_refused(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);
	uint16_t calls = 0;

	fake_client_connect(&client);
	while (++calls < 64)
		fake_client_call(&client, calls);
	allocations_fail_once(2); /* the first is the call's own struct */
	fake_client_icrq(&client, calls);
	assert_true(allocations_have_failed_once());
	assert_int_equal(fake_shell_sent(shell, 0)->message.type, L2TP_MESSAGE_CDN);
	assert_int_equal(fake_shell_sent(shell, 0)->message.result, L2TP_CDN_NO_FACILITIES);
	assert_int_equal(shell->calls_prepared, 63);
	fake_client_hear(&client);
	fake_client_call(&client, calls);
}

/* A tunnel with a call that is closed from here. Return: whether it came that far. */
static bool run_short_life(struct fake_shell *shell, struct fake_client *client)
{
	if (fake_client_sccrq(client) != L2TP_VERDICT_ACCEPTED)
		return false;
	fake_client_scccn(client);
	fake_client_icrq(client, 1);
	if (fake_shell_count(shell, L2TP_MESSAGE_ICRP) == 0)
		return false;
	fake_client_iccn(client, fake_shell_sent(shell, 0)->message.assigned_session_id);
	l2tp_call_close(shell->call, shell->now, L2TP_CDN_ADMINISTRATIVE, NULL);
	return true;
}

/*
 * One allocation after the other fails, once each. Then no tunnel was opened and the client
 * asks again, or it has heard CDN or StopCCN: nothing is left that one end alone has.
 */
static void whatever_memory_is_missing_the_peer_hears_of_it(void **state)
{
	struct fake_shell *shell = *state;
	uint32_t number = 0;
	bool failed;

	do {
		const struct l2tp_lns_settings settings = shell->settings;
		struct fake_client client;
		bool complete;

		fake_shell_restart(shell, &settings);
		client = fake_client(shell, 1);
		allocations_fail_once(++number);
		complete = run_short_life(shell, &client);
		failed = allocations_have_failed_once();
		allocations_fail_once(0);
		fake_shell_pass(shell, 0);
		if (shell->opened == 0)
			continue;
		assert_true(failed || complete);
		assert_true(fake_shell_count(shell, L2TP_MESSAGE_CDN) > 0 ||
			    fake_shell_count(shell, L2TP_MESSAGE_STOPCCN) > 0);
		assert_int_equal(shell->calls_closed, shell->calls_prepared);
	} while (failed);
	/* Each of the four structs and three messages at least. */
	assert_in_range(number, 8, 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SHELL(a_cdn_without_memory_closes_its_tunnel),
		WITH_SHELL(stopccn_needs_no_memory),
		WITH_SHELL(a_hello_without_memory_is_said_later),
		WITH_SHELL(an_lns_without_memory_is_not_made_and_leaves_nothing),
		WITH_SHELL(a_peer_whose_quotas_want_memory_gets_no_tunnel),
		WITH_SHELL(a_call_without_memory_for_its_deadline_is_refused),
		WITH_SHELL(whatever_memory_is_missing_the_peer_hears_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
