/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Peers that share a secret with us: who does not know it gets no tunnel (RFC 2661,
 * 5.1.1), and what is hidden with it is read and written (4.3).
 */
#include "tests/l2tp/fake_shell.h"
#include "tests/simulation/allocations.h"

#include <string.h>

static const char secret[] = "the tunnel's secret";
static const struct l2tp_octets secret_octets = { (const uint8_t *)secret, sizeof(secret) - 1 };

static void respond(uint8_t identifier, const uint8_t *challenge, size_t size,
		    uint8_t response[L2TP_RESPONSE_SIZE])
{
	l2tp_authentication_respond(secret_octets, identifier,
				    (struct l2tp_octets){ challenge, size }, response);
}

/* SCCCN with the response to the challenge in the SCCRP heard last, spoilt or not. */
static enum l2tp_verdict answer(struct fake_client *client, uint8_t spoil)
{
	const struct sent *sccrp = fake_shell_sent(client->shell, 0);
	uint8_t response[L2TP_RESPONSE_SIZE];
	struct fake_packet packet;

	fake_client_hear(client);
	respond(3, sccrp->challenge, sizeof(sccrp->challenge), response);
	response[7] ^= spoil;
	fake_begin(&packet, client->lns_id, 0, L2TP_MESSAGE_SCCCN);
	l2tp_avp_write(&packet.writer, true, L2TP_AVP_CHALLENGE_RESPONSE, response,
		       sizeof(response));
	return fake_client_send(client, &packet);
}

static void assert_not_authorized(const struct fake_shell *shell)
{
	const struct sent *stopccn = fake_shell_sent(shell, 0);

	assert_int_equal(stopccn->message.type, L2TP_MESSAGE_STOPCCN);
	assert_int_equal(stopccn->message.result, L2TP_STOPCCN_NOT_AUTHORIZED);
	assert_int_equal(shell->established, 0);
	assert_int_equal(l2tp_lns_counters(shell->lns)->tunnels, 0);
}

static void a_peer_with_a_wrong_response_gets_no_tunnel(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);

	shell->secret = secret;
	assert_int_equal(fake_client_sccrq(&client), L2TP_VERDICT_ACCEPTED);
	answer(&client, 1);
	assert_not_authorized(shell);
	assert_int_equal(shell->tunnel_cause, L2TP_END_NOT_AUTHORIZED);
}

static void a_peer_without_a_response_gets_no_tunnel(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);

	shell->secret = secret;
	assert_int_equal(fake_client_sccrq(&client), L2TP_VERDICT_ACCEPTED);
	fake_client_scccn(&client);
	assert_not_authorized(shell);
}

static void a_response_to_another_challenge_is_worth_nothing(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1), other = fake_client(shell, 2);
	uint8_t response[L2TP_RESPONSE_SIZE];
	struct fake_packet packet;

	shell->secret = secret;
	fake_client_sccrq(&other);
	respond(3, fake_shell_sent(shell, 0)->challenge, L2TP_CHALLENGE_SIZE, response);
	fake_client_sccrq(&client);
	fake_client_hear(&client);
	fake_begin(&packet, client.lns_id, 0, L2TP_MESSAGE_SCCCN);
	l2tp_avp_write(&packet.writer, true, L2TP_AVP_CHALLENGE_RESPONSE, response,
		       sizeof(response));
	fake_client_send(&client, &packet);
	assert_int_equal(fake_shell_sent(shell, 0)->message.result, L2TP_STOPCCN_NOT_AUTHORIZED);
	assert_int_equal(shell->established, 0);
}

static void both_sides_prove_that_they_know_the_secret(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);
	uint8_t expected[L2TP_RESPONSE_SIZE];

	shell->secret = secret;
	client.challenge = 7;
	assert_int_equal(fake_client_sccrq(&client), L2TP_VERDICT_ACCEPTED);
	assert_false(fake_shell_sent(shell, 0)->message.hidden); /* not configured */
	respond(2, &client.challenge, 1, expected);
	assert_memory_equal(fake_shell_sent(shell, 0)->response, expected, sizeof(expected));
	assert_int_equal(answer(&client, 0), L2TP_VERDICT_ACCEPTED);
	assert_int_equal(shell->established, 1);
	fake_client_call(&client, 5);
}

static void a_repeated_sccrq_gets_the_same_challenge(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);
	uint8_t challenge[L2TP_CHALLENGE_SIZE];

	shell->secret = secret;
	fake_client_sccrq(&client);
	memcpy(challenge, fake_shell_sent(shell, 0)->challenge, sizeof(challenge));
	client.ns = 0;
	assert_int_equal(fake_client_sccrq(&client), L2TP_VERDICT_DUPLICATE);
	assert_memory_equal(fake_shell_sent(shell, 0)->challenge, challenge, sizeof(challenge));
	/* The shell is not asked again for what is a repetition. */
	assert_int_equal(shell->secrets_asked, 1);
	assert_int_equal(answer(&client, 0), L2TP_VERDICT_ACCEPTED);
	assert_int_equal(shell->established, 1);
}

static void who_challenges_us_without_a_secret_is_told_so(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);

	client.challenge = 7;
	assert_int_equal(fake_client_sccrq(&client), L2TP_VERDICT_REFUSED);
	assert_not_authorized(shell);
	assert_string_equal(fake_shell_sent(shell, 0)->error_message, "no tunnel secret is shared");
}

/* An SCCRQ whose Assigned Tunnel ID is hidden with @with. */
static void build_hidden_sccrq(const struct fake_client *client, const char *with,
			       struct fake_packet *packet)
{
	struct l2tp_hiding hiding = {
		.secret = { (const uint8_t *)with, strlen(with) },
		.vector = { 1, 2, 3 },
	};
	const uint8_t id[] = { (uint8_t)(client->id >> 8), (uint8_t)client->id };
	struct l2tp_writer *writer = &packet->writer;

	fake_begin(packet, 0, 0, L2TP_MESSAGE_SCCRQ);
	l2tp_avp_write_u16(writer, true, L2TP_AVP_PROTOCOL_VERSION, 0x0100);
	l2tp_avp_write(writer, true, L2TP_AVP_HOST_NAME, "client", 6);
	l2tp_avp_write_vector(writer, &hiding);
	l2tp_avp_write_hidden(writer, true, L2TP_AVP_ASSIGNED_TUNNEL_ID, id, sizeof(id), &hiding);
}

static void an_sccrq_with_a_hidden_tunnel_id_opens_a_tunnel(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);
	struct fake_packet packet;

	shell->secret = secret;
	build_hidden_sccrq(&client, secret, &packet);
	assert_int_equal(fake_client_send(&client, &packet), L2TP_VERDICT_ACCEPTED);
	assert_int_equal(l2tp_tunnel_peer_id(shell->tunnel), client.id);
	assert_int_equal(fake_client_send_as(&client, &packet, 0, 0), L2TP_VERDICT_DUPLICATE);
	assert_int_equal(shell->opened, 1);
	answer(&client, 0);
	assert_int_equal(shell->established, 1);
}

static void a_hidden_sccrq_waits_until_there_is_memory_for_the_secret(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);
	struct fake_packet packet;

	shell->secret = secret;
	build_hidden_sccrq(&client, secret, &packet);
	allocations_fail_once(1);
	assert_int_equal(fake_client_send_as(&client, &packet, 0, 0), L2TP_VERDICT_REFUSED);
	assert_true(allocations_have_failed_once());
	assert_int_equal(shell->opened, 0);
	assert_int_equal(shell->sent_count, 0);
	assert_int_equal(fake_client_send(&client, &packet), L2TP_VERDICT_ACCEPTED);
	assert_int_equal(l2tp_tunnel_peer_id(shell->tunnel), client.id);
}

static void a_tunnel_id_hidden_with_another_secret_opens_nothing(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);
	struct fake_packet packet;

	shell->secret = secret;
	build_hidden_sccrq(&client, "another secret", &packet);
	assert_int_equal(fake_client_send(&client, &packet), L2TP_VERDICT_MALFORMED);
	shell->secret = NULL;
	assert_int_equal(fake_client_send_as(&client, &packet, 0, 0), L2TP_VERDICT_MALFORMED);
	assert_int_equal(shell->opened, 0);
	assert_int_equal(shell->sent_count, 0);
}

static void hidden_values_in_calls_are_read_and_an_unreadable_one_ends_the_call(void **state)
{
	struct l2tp_hiding hiding = { .secret = secret_octets, .vector = { 9 } };
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);
	struct fake_packet packet;

	shell->secret = secret;
	fake_client_sccrq(&client);
	answer(&client, 0);
	for (unsigned int readable = 1; readable < 2; readable--) {
		fake_client_hear(&client);
		fake_begin(&packet, client.lns_id, 0, L2TP_MESSAGE_ICRQ);
		l2tp_avp_write_u16(&packet.writer, true, L2TP_AVP_ASSIGNED_SESSION_ID,
				   (uint16_t)(20 + readable));
		l2tp_avp_write_vector(&packet.writer, &hiding);
		if (!readable)
			hiding.secret = (struct l2tp_octets){ (const uint8_t *)"x", 1 };
		l2tp_avp_write_hidden(&packet.writer, true, L2TP_AVP_CALLED_NUMBER, "0123456789",
				      10, &hiding);
		fake_client_send(&client, &packet);
		assert_int_equal(fake_shell_sent(shell, 0)->message.type,
				 readable ? L2TP_MESSAGE_ICRP : L2TP_MESSAGE_CDN);
	}
	assert_int_equal(shell->called_number_size, 10);
	assert_int_equal(fake_shell_sent(shell, 0)->message.error, L2TP_ERROR_UNKNOWN_AVP);
	assert_int_equal(l2tp_lns_counters(shell->lns)->tunnels, 1);
}

/* fake_shell reads what is sent with the secret and finds nothing that is unknown. */
static void what_we_send_is_hidden_if_so_configured(void **state)
{
	struct fake_shell *shell = *state;
	struct l2tp_lns_settings settings = shell->settings;
	struct fake_client client;

	settings.hide_avps = true;
	fake_shell_restart(shell, &settings);
	shell->secret = secret;
	client = fake_client(shell, 1);
	fake_client_sccrq(&client);
	assert_true(fake_shell_sent(shell, 0)->message.hidden);
	answer(&client, 0);
	fake_client_call(&client, 5);
	l2tp_call_close(shell->call, shell->now, L2TP_CDN_ADMINISTRATIVE, NULL);
	assert_int_equal(fake_shell_sent(shell, 0)->message.type, L2TP_MESSAGE_CDN);
	assert_true(fake_shell_sent(shell, 0)->message.hidden);
	fake_client_zlb(&client);
	l2tp_tunnel_close(shell->tunnel, shell->now, L2TP_STOPCCN_GENERAL, NULL);
	assert_int_equal(fake_shell_sent(shell, 0)->message.type, L2TP_MESSAGE_STOPCCN);
	assert_true(fake_shell_sent(shell, 0)->message.hidden);
	assert_int_not_equal(fake_shell_sent(shell, 0)->message.assigned_tunnel_id, 0);
}

static void nothing_is_hidden_from_who_shares_no_secret(void **state)
{
	struct fake_shell *shell = *state;
	struct l2tp_lns_settings settings = shell->settings;
	struct fake_client client;

	settings.hide_avps = true;
	fake_shell_restart(shell, &settings);
	client = fake_client(shell, 1);
	fake_client_sccrq(&client);
	assert_false(fake_shell_sent(shell, 0)->message.hidden);
	fake_client_scccn(&client);
	assert_int_equal(shell->established, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SHELL(a_peer_with_a_wrong_response_gets_no_tunnel),
		WITH_SHELL(a_peer_without_a_response_gets_no_tunnel),
		WITH_SHELL(a_response_to_another_challenge_is_worth_nothing),
		WITH_SHELL(both_sides_prove_that_they_know_the_secret),
		WITH_SHELL(a_repeated_sccrq_gets_the_same_challenge),
		WITH_SHELL(who_challenges_us_without_a_secret_is_told_so),
		WITH_SHELL(an_sccrq_with_a_hidden_tunnel_id_opens_a_tunnel),
		WITH_SHELL(a_hidden_sccrq_waits_until_there_is_memory_for_the_secret),
		WITH_SHELL(a_tunnel_id_hidden_with_another_secret_opens_nothing),
		WITH_SHELL(hidden_values_in_calls_are_read_and_an_unreadable_one_ends_the_call),
		WITH_SHELL(what_we_send_is_hidden_if_so_configured),
		WITH_SHELL(nothing_is_hidden_from_who_shares_no_secret),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
