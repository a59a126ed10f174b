/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The outer limits: keyed by SA reference first, with a generous cap for each outer
 * address. New ones are refused at a limit, and told why; existing ones never suffer.
 */
#include "tests/l2tp/fake_shell.h"

/* A whole office: so many clients behind one NAT, each with an SA of its own. */
#define OFFICE 200

static struct fake_client behind_nat(struct fake_shell *shell, uint16_t number)
{
	struct fake_client client = fake_client(shell, number);

	client.path.peer = (struct inet_endpoint){ inet_address_from_ipv4(0xcb00710b), 1701 };
	client.id = 1;
	return client;
}

static void connect_all_at_once(struct fake_client *clients, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_int_equal(fake_client_sccrq(&clients[i]), L2TP_VERDICT_ACCEPTED);
	for (size_t i = 0; i < count; i++)
		fake_client_hear(&clients[i]);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(fake_client_scccn(&clients[i]), L2TP_VERDICT_ACCEPTED);
}

static void an_office_behind_one_nat_reconnects_at_once_and_all_get_in(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client clients[OFFICE];

	for (uint16_t i = 0; i < OFFICE; i++)
		clients[i] = behind_nat(shell, i + 1);
	connect_all_at_once(clients, OFFICE);
	/* The power comes back: three times in a row, their former tunnels still there. */
	for (unsigned int round = 0; round < 3; round++) {
		for (uint16_t i = 0; i < OFFICE; i++) {
			fake_client_forget(&clients[i]);
			clients[i].id++;
		}
		connect_all_at_once(clients, OFFICE);
	}
	assert_int_equal(shell->established, 4 * OFFICE);
	assert_int_equal(shell->refusals, 0);
	for (uint16_t i = 0; i < OFFICE; i++)
		fake_client_call(&clients[i], 1);
}

static void one_guesser_does_not_lock_out_his_neighbours(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client guesser = behind_nat(shell, 1), neighbour = behind_nat(shell, 2);
	size_t accepted = 0;

	for (guesser.id = 1; guesser.id < 5000; guesser.id++) {
		fake_client_forget(&guesser);
		accepted += fake_client_sccrq(&guesser) == L2TP_VERDICT_ACCEPTED;
	}
	assert_int_equal(accepted, shell->settings.half_open_per_reference);
	fake_client_connect(&neighbour);
	fake_client_call(&neighbour, 1);
}

static void sccrqs_beyond_the_rate_are_dropped_until_time_has_passed(void **state)
{
	struct fake_shell *shell = *state;
	struct l2tp_lns_settings settings = shell->settings;
	struct fake_client client;

	settings.sccrqs_per_reference = (struct l2tp_rate){ .burst = 3, .per_second = 1 };
	fake_shell_restart(shell, &settings);
	client = fake_client(shell, 1);
	for (client.id = 1; client.id <= 4; client.id++) {
		fake_client_forget(&client);
		assert_int_equal(fake_client_sccrq(&client),
				 client.id <= 3 ? L2TP_VERDICT_ACCEPTED : L2TP_VERDICT_REFUSED);
	}
	/* Dropped, not refused: it may ask again. */
	assert_int_equal(shell->refusals, 0);
	assert_int_equal(fake_shell_count(shell, L2TP_MESSAGE_STOPCCN), 0);
	assert_int_equal(l2tp_lns_counters(shell->lns)->sccrqs_too_many, 1);
	fake_shell_pass(shell, SECOND);
	client.id = 5;
	fake_client_forget(&client);
	fake_client_connect(&client);
}

static void a_repeated_sccrq_uses_no_rate_up(void **state)
{
	struct fake_shell *shell = *state;
	struct l2tp_lns_settings settings = shell->settings;
	struct fake_client client;

	settings.sccrqs_per_reference = (struct l2tp_rate){ .burst = 1, .per_second = 1 };
	fake_shell_restart(shell, &settings);
	client = fake_client(shell, 1);
	assert_int_equal(fake_client_sccrq(&client), L2TP_VERDICT_ACCEPTED);
	for (unsigned int i = 0; i < 100; i++) {
		client.ns = 0;
		assert_int_equal(fake_client_sccrq(&client), L2TP_VERDICT_DUPLICATE);
	}
	assert_int_equal(l2tp_lns_counters(shell->lns)->sccrqs_too_many, 0);
}

static void the_rate_of_an_address_counts_all_its_clients(void **state)
{
	struct fake_shell *shell = *state;
	struct l2tp_lns_settings settings = shell->settings;
	struct fake_client client, elsewhere;

	settings.sccrqs_per_address = (struct l2tp_rate){ .burst = 5, .per_second = 1 };
	fake_shell_restart(shell, &settings);
	for (uint16_t i = 1; i <= 6; i++) {
		client = behind_nat(shell, i);
		assert_int_equal(fake_client_sccrq(&client),
				 i <= 5 ? L2TP_VERDICT_ACCEPTED : L2TP_VERDICT_REFUSED);
	}
	elsewhere = fake_client(shell, 9);
	fake_client_connect(&elsewhere);
}

static void half_open_tunnels_are_capped_per_address(void **state)
{
	struct fake_shell *shell = *state;
	struct l2tp_lns_settings settings = shell->settings;
	struct fake_client clients[5], elsewhere;

	settings.half_open_per_address = 3;
	fake_shell_restart(shell, &settings);
	for (uint16_t i = 0; i < 4; i++) {
		clients[i] = behind_nat(shell, i + 1);
		assert_int_equal(fake_client_sccrq(&clients[i]),
				 i < 3 ? L2TP_VERDICT_ACCEPTED : L2TP_VERDICT_REFUSED);
	}
	elsewhere = fake_client(shell, 9);
	fake_client_connect(&elsewhere);
	/* One is established and makes way. */
	fake_client_hear(&clients[0]);
	fake_client_scccn(&clients[0]);
	clients[4] = behind_nat(shell, 5);
	assert_int_equal(fake_client_sccrq(&clients[4]), L2TP_VERDICT_ACCEPTED);
}

/* An established tunnel for each of the ids from @first to @last. */
static void connect_tunnels(struct fake_client *client, uint16_t first, uint16_t last)
{
	for (client->id = first; client->id <= last; client->id++) {
		fake_client_forget(client);
		fake_client_connect(client);
	}
}

static void tunnels_are_capped_per_reference(void **state)
{
	struct fake_shell *shell = *state;
	struct l2tp_lns_settings settings = shell->settings;
	struct fake_client hoarder, neighbour;

	settings.tunnels_per_reference = 3;
	fake_shell_restart(shell, &settings);
	hoarder = behind_nat(shell, 1);
	connect_tunnels(&hoarder, 1, 3);
	hoarder.id = 4;
	fake_client_forget(&hoarder);
	assert_int_equal(fake_client_sccrq(&hoarder), L2TP_VERDICT_REFUSED);
	assert_int_equal(shell->refusal.message.result, L2TP_STOPCCN_ERROR);
	assert_int_equal(shell->refusal.message.error, L2TP_ERROR_NO_RESOURCES);
	assert_int_equal(shell->closed, 0);
	neighbour = behind_nat(shell, 2);
	fake_client_connect(&neighbour);
	assert_int_equal(l2tp_lns_counters(shell->lns)->tunnels, 4);
}

static void tunnels_are_capped_per_address(void **state)
{
	struct fake_shell *shell = *state;
	struct l2tp_lns_settings settings = shell->settings;
	struct fake_client client, elsewhere;

	settings.tunnels_per_address = 3;
	fake_shell_restart(shell, &settings);
	for (uint16_t i = 1; i <= 3; i++) {
		client = behind_nat(shell, i);
		fake_client_connect(&client);
	}
	client = behind_nat(shell, 4);
	assert_int_equal(fake_client_sccrq(&client), L2TP_VERDICT_REFUSED);
	assert_int_equal(shell->refusals, 1);
	assert_int_equal(shell->closed, 0);
	elsewhere = fake_client(shell, 9);
	fake_client_connect(&elsewhere);
}

/* At once, though it lingers: a client hangs up and comes again. */
static void a_tunnel_that_ends_makes_room_for_its_clients_next(void **state)
{
	struct fake_shell *shell = *state;
	struct l2tp_lns_settings settings = shell->settings;
	struct fake_packet packet;
	struct fake_client client;

	settings.tunnels_per_reference = settings.tunnels_per_address = 1;
	fake_shell_restart(shell, &settings);
	client = fake_client(shell, 1);
	for (client.id = 1; client.id <= 5; client.id++) {
		fake_client_forget(&client);
		fake_client_connect(&client);
		l2tp_tunnel_close(shell->tunnel, shell->now, L2TP_STOPCCN_GENERAL, NULL);
	}
	/* The same for one that restarted: its SCCRQ takes the former one's place. */
	fake_client_forget(&client);
	fake_client_connect(&client);
	fake_client_forget(&client);
	fake_build_sccrq(&client, &packet);
	l2tp_avp_write_u16(&packet.writer, false, L2TP_AVP_FIRMWARE_REVISION, 2);
	assert_int_equal(fake_client_send(&client, &packet), L2TP_VERDICT_ACCEPTED);
	assert_int_equal(l2tp_lns_counters(shell->lns)->tunnels, 1);
}

/* Without IPsec there is one reference for all; an endpoint counts instead. */
static void plain_peers_do_not_share_their_limits(void **state)
{
	struct fake_shell *shell = *state;
	struct l2tp_lns_settings settings = shell->settings;
	struct fake_client client;

	settings.half_open_per_reference = 1;
	fake_shell_restart(shell, &settings);
	for (uint16_t i = 1; i <= 50; i++) {
		client = fake_client(shell, i);
		client.path.reference = 0;
		assert_int_equal(fake_client_sccrq(&client), L2TP_VERDICT_ACCEPTED);
	}
	client.id = 99;
	fake_client_forget(&client);
	assert_int_equal(fake_client_sccrq(&client), L2TP_VERDICT_REFUSED);
}

static void who_is_refused_at_a_cap_is_told_that_there_are_too_many(void **state)
{
	struct fake_shell *shell = *state;
	struct l2tp_lns_settings settings = shell->settings;
	struct fake_client client;

	settings.tunnels_maximum = settings.half_open_maximum = 1;
	fake_shell_restart(shell, &settings);
	client = fake_client(shell, 1);
	fake_client_connect(&client);
	client = fake_client(shell, 2);
	assert_int_equal(fake_client_sccrq(&client), L2TP_VERDICT_REFUSED);
	assert_int_equal(shell->refusals, 1);
	assert_int_equal(shell->refusal.message.type, L2TP_MESSAGE_STOPCCN);
	assert_int_equal(shell->refusal.message.result, L2TP_STOPCCN_ERROR);
	assert_int_equal(shell->refusal.message.error, L2TP_ERROR_NO_RESOURCES);
	/* To its tunnel, acknowledging its SCCRQ. */
	assert_int_equal(shell->refusal.header.tunnel_id, client.id);
	assert_int_equal(shell->refusal.header.ns, 0);
	assert_int_equal(shell->refusal.header.nr, 1);
	assert_int_equal(l2tp_lns_counters(shell->lns)->tunnels, 1);
}

static void refusals_are_limited_in_all(void **state)
{
	struct fake_shell *shell = *state;
	struct l2tp_lns_settings settings = shell->settings;
	struct fake_client client;

	settings.tunnels_maximum = settings.half_open_maximum = 1;
	settings.refusals = (struct l2tp_rate){ .burst = 10, .per_second = 1 };
	fake_shell_restart(shell, &settings);
	client = fake_client(shell, 1);
	fake_client_connect(&client);
	for (uint16_t i = 2; i < 1000; i++) {
		client = fake_client(shell, i);
		fake_client_sccrq(&client);
	}
	assert_int_equal(shell->refusals, 10);
	assert_int_equal(l2tp_lns_counters(shell->lns)->refusals_sent, 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SHELL(an_office_behind_one_nat_reconnects_at_once_and_all_get_in),
		WITH_SHELL(one_guesser_does_not_lock_out_his_neighbours),
		WITH_SHELL(sccrqs_beyond_the_rate_are_dropped_until_time_has_passed),
		WITH_SHELL(a_repeated_sccrq_uses_no_rate_up),
		WITH_SHELL(the_rate_of_an_address_counts_all_its_clients),
		WITH_SHELL(half_open_tunnels_are_capped_per_address),
		WITH_SHELL(tunnels_are_capped_per_reference),
		WITH_SHELL(tunnels_are_capped_per_address),
		WITH_SHELL(a_tunnel_that_ends_makes_room_for_its_clients_next),
		WITH_SHELL(plain_peers_do_not_share_their_limits),
		WITH_SHELL(who_is_refused_at_a_cap_is_told_that_there_are_too_many),
		WITH_SHELL(refusals_are_limited_in_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
