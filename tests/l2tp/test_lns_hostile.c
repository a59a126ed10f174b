/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hostile bytes by the hundred thousand, the same in each run: mutations of
 * what clients really send, some of them right for the state that the tunnel
 * is in. Under the sanitizers nothing may crash; what the machine holds stays
 * within the caps, and all of it is given back.
 */
#include "tests/l2tp/fake_shell.h"

#include <errno.h>
#include <string.h>

#define PACKETS 200000
#define CLIENTS 8

static uint32_t next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

/* What the client would send next if it were honest, or, now and then, anything. */
static enum l2tp_message_type choose(const struct fake_client *client, uint32_t *random)
{
	static const enum l2tp_message_type of_a_tunnel[] = {
		L2TP_MESSAGE_SCCCN, L2TP_MESSAGE_ICRQ, L2TP_MESSAGE_ICRQ,  L2TP_MESSAGE_ICCN,
		L2TP_MESSAGE_ICCN,  L2TP_MESSAGE_CDN,  L2TP_MESSAGE_HELLO,
	};

	if (next_random(random) % 32 == 0)
		return (enum l2tp_message_type)(next_random(random) % 18);
	if (client->ns == 0)
		return L2TP_MESSAGE_SCCRQ;
	if (client->ns == 1)
		return L2TP_MESSAGE_SCCCN;
	return of_a_tunnel[1 + next_random(random) % (ELEMENTS(of_a_tunnel) - 1)];
}

/* A packet right in form, with ids that may be right. */
static void build(struct fake_client *client, struct fake_packet *packet, uint32_t *random)
{
	enum l2tp_message_type type = choose(client, random);
	uint16_t session_id = (uint16_t)(next_random(random) % 4);

	if (type == L2TP_MESSAGE_SCCRQ) {
		fake_build_sccrq(client, packet);
		return;
	}
	if (next_random(random) % 4 != 0)
		session_id = client->lns_session_id;
	fake_begin(packet, client->lns_id, type == L2TP_MESSAGE_ICRQ ? 0 : session_id, type);
	if (type != L2TP_MESSAGE_HELLO && type != L2TP_MESSAGE_SCCCN) {
		l2tp_avp_write_u16(&packet->writer, true, L2TP_AVP_ASSIGNED_SESSION_ID,
				   (uint16_t)(next_random(random) % 200));
		l2tp_avp_write_u16(&packet->writer, true, L2TP_AVP_RESULT_CODE, session_id);
	}
}

static void mutate(struct fake_packet *packet, uint32_t *random)
{
	unsigned int changes = next_random(random) % 4;

	while (changes-- > 0)
		packet->bytes[next_random(random) % packet->writer.size] =
			(uint8_t)next_random(random);
}

static void assert_bounded(const struct fake_shell *shell)
{
	const struct l2tp_lns_counters *counters = l2tp_lns_counters(shell->lns);

	assert_true(shell->opened - shell->freed <= shell->settings.tunnels_maximum);
	assert_true(counters->tunnels <= shell->settings.tunnels_maximum);
	assert_true(counters->calls <= counters->tunnels * shell->settings.calls_per_tunnel);
	assert_int_equal(counters->calls, shell->calls_prepared - shell->calls_closed);
	assert_int_equal(counters->tunnels, shell->opened - shell->closed);
}

static void send_one(struct fake_client *client, uint32_t *random)
{
	struct fake_shell *shell = client->shell;
	struct fake_packet packet;
	bool early = next_random(random) % 16 == 0;
	enum l2tp_verdict verdict;

	if (next_random(random) % 100 == 0)
		fake_client_forget(client);
	if (next_random(random) % 300 == 0)
		client->id = (uint16_t)(next_random(random) % 1000 + 1);
	if (next_random(random) % 16 != 0)
		fake_client_hear(client);
	build(client, &packet, random);
	l2tp_header_finish(&packet.writer);
	l2tp_header_set_sequence(packet.bytes, packet.writer.size,
				 (uint16_t)(client->ns + (early ? 1 : 0)), client->nr);
	if (next_random(random) % 8 == 0)
		mutate(&packet, random);
	verdict = l2tp_lns_receive(shell->lns, shell->now, &client->path, packet.bytes,
				   packet.writer.size);
	if (!early && (verdict == L2TP_VERDICT_ACCEPTED || verdict == L2TP_VERDICT_DUPLICATE))
		client->ns++;
	else if (verdict == L2TP_VERDICT_UNKNOWN)
		fake_client_forget(client);
}

static void attack(uint32_t seed)
{
	struct fake_shell *shell = calloc(1, sizeof(*shell));
	struct fake_client clients[CLIENTS];
	uint32_t random = seed;

	assert_non_null(shell);
	l2tp_lns_settings_default(&shell->settings);
	shell->settings.tunnels_maximum = 40;
	shell->settings.half_open_maximum = 20;
	shell->settings.calls_per_tunnel = 5;
	fake_shell_start(shell);
	for (uint16_t i = 0; i < CLIENTS; i++)
		clients[i] = fake_client(shell, i + 1);
	for (unsigned int i = 0; i < PACKETS; i++) {
		send_one(&clients[next_random(&random) % CLIENTS], &random);
		shell->data_flows = next_random(&random) % 2;
		shell->prepare_result = next_random(&random) % 16 ? 0 : -EIO;
		shell->established_result = next_random(&random) % 16 ? 0 : -EIO;
		if (next_random(&random) % 4 == 0)
			fake_shell_pass(shell, next_random(&random) % (4 * SECOND));
		assert_bounded(shell);
	}
	print_message("# %zu tunnels, %zu established, %zu calls, %zu established\n", shell->opened,
		      shell->established, shell->calls_prepared, shell->calls_established);
	/* It was no attack on a closed door. */
	assert_true(shell->established > 1000);
	assert_true(shell->calls_established > 1000);
	fake_shell_stop(shell);
	free(shell);
}

static void mutated_packets_of_one_seed_do_no_harm(void **state)
{
	attack(1);
}

static void mutated_packets_of_another_seed_do_no_harm(void **state)
{
	attack(0xdecafbad);
}

static void random_bytes_open_nothing(void **state)
{
	struct fake_shell *shell = calloc(1, sizeof(*shell));
	struct fake_client client;
	uint32_t random = 99;

	assert_non_null(shell);
	fake_shell_start(shell);
	client = fake_client(shell, 1);
	for (unsigned int i = 0; i < PACKETS; i++) {
		size_t size = next_random(&random) % 64;
		uint8_t *packet = malloc(size + 1); /* of its own, so that ASan sees its end */

		assert_non_null(packet);
		for (size_t j = 0; j < size; j++)
			packet[j] = (uint8_t)next_random(&random);
		if (size > 1 && i % 2) {
			packet[0] = 0xc8;
			packet[1] = 0x02;
		}
		l2tp_lns_receive(shell->lns, shell->now, &client.path, packet, size);
		free(packet);
	}
	assert_int_equal(shell->opened, 0);
	assert_int_equal(shell->sent_count, 0);
	fake_shell_stop(shell);
	free(shell);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SENTENCE(mutated_packets_of_one_seed_do_no_harm),
		SENTENCE(mutated_packets_of_another_seed_do_no_harm),
		SENTENCE(random_bytes_open_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
