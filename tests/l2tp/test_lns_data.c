/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Data messages in user space: whose they are, and what is handed over. */
#include "tests/l2tp/fake_shell.h"

#include <string.h>

static enum l2tp_verdict send_bytes(const struct fake_client *client, const uint8_t *packet,
				    size_t size)
{
	return l2tp_lns_receive(client->shell->lns, client->shell->now, &client->path, packet,
				size);
}

/* ff 03 c0 21 behind a header without optional fields. */
static enum l2tp_verdict send_plain(const struct fake_client *client, uint16_t tunnel_id,
				    uint16_t session_id)
{
	const uint8_t packet[] = { 0x00,
				   0x02,
				   tunnel_id >> 8,
				   tunnel_id & 0xff,
				   session_id >> 8,
				   session_id & 0xff,
				   0xff,
				   0x03,
				   0xc0,
				   0x21 };

	return send_bytes(client, packet, sizeof(packet));
}

static void data_that_is_cut_is_malformed_and_not_handed_over(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);

	fake_client_connect(&client);
	fake_client_call(&client, 9);
	assert_int_equal(send_bytes(&client, BYTES(0x00, 0x02, 0x00)), L2TP_VERDICT_MALFORMED);
	/* an offset beyond the packet */
	assert_int_equal(send_bytes(&client, BYTES(0x02, 0x02, 0, 1, 0, 1, 0, 9)),
			 L2TP_VERDICT_MALFORMED);
	assert_int_equal(shell->data_count, 0);
}

static void another_reference_has_nothing_handed_over(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);
	uint16_t id;

	fake_client_connect(&client);
	id = l2tp_call_local_id(fake_client_call(&client, 9));
	client.path.reference++;
	assert_int_equal(send_plain(&client, client.lns_id, id), L2TP_VERDICT_FOREIGN);
	assert_int_equal(shell->data_count, 0);
}

static void a_session_of_another_tunnel_has_nothing_handed_over(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client first = fake_client(shell, 1), second = fake_client(shell, 2);
	uint16_t id;

	fake_client_connect(&first);
	id = l2tp_call_local_id(fake_client_call(&first, 9));
	fake_client_connect(&second);
	assert_int_equal(send_plain(&second, second.lns_id, id), L2TP_VERDICT_DATA);
	assert_int_equal(shell->data_count, 0);
	assert_int_equal(l2tp_lns_counters(shell->lns)->data_without_call, 1);
}

static void a_call_gets_its_frames_whatever_the_socket(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);
	struct l2tp_call *call;

	fake_client_connect(&client);
	call = fake_client_call(&client, 9);
	/* as seen from a socket of somebody else's: only the reference counts */
	client.path.peer.port++;
	assert_int_equal(send_plain(&client, client.lns_id, l2tp_call_local_id(call)),
			 L2TP_VERDICT_DATA);
	assert_int_equal(shell->data_count, 1);
	assert_ptr_equal(shell->data_call, call);
	assert_int_equal(shell->data.size, 4);
	assert_false(shell->data.sequenced);
}

static void length_numbers_and_offset_are_taken_off(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);
	struct l2tp_call *call;
	uint16_t id;

	fake_client_connect(&client);
	call = fake_client_call(&client, 9);
	id = l2tp_call_local_id(call);
	assert_int_equal(
		send_bytes(&client, BYTES(0x4a, 0x02,                               /* L, S, O */
					  0x00, 0x14,                               /* Length */
					  client.lns_id >> 8, client.lns_id & 0xff, /* */
					  id >> 8, id & 0xff,                       /* */
					  0x12, 0x34, 0, 0,                         /* Ns, Nr */
					  0x00, 0x02, 0xaa, 0xaa, /* Offset Size, pad */
					  0xff, 0x03, 0xc0, 0x21, 0xbb /* beyond Length */)),
		L2TP_VERDICT_DATA);
	assert_int_equal(shell->data_count, 1);
	assert_true(shell->data.sequenced);
	assert_int_equal(shell->data.ns, 0x1234);
	assert_int_equal(shell->data.size, 4);
}

static void data_before_iccn_is_handed_over(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);

	fake_client_connect(&client);
	assert_int_equal(fake_client_icrq(&client, 9), L2TP_VERDICT_ACCEPTED);
	assert_int_equal(send_plain(&client, client.lns_id, l2tp_call_local_id(shell->call)),
			 L2TP_VERDICT_DATA);
	assert_int_equal(shell->data_count, 1);
}

static void a_call_that_has_ended_gets_nothing(void **state)
{
	struct fake_shell *shell = *state;
	struct fake_client client = fake_client(shell, 1);
	struct l2tp_call *call;
	uint16_t id;

	fake_client_connect(&client);
	call = fake_client_call(&client, 9);
	id = l2tp_call_local_id(call);
	fake_client_cdn(&client, 9, id);
	assert_int_equal(send_plain(&client, client.lns_id, id), L2TP_VERDICT_DATA);
	assert_int_equal(shell->data_count, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_SHELL(data_that_is_cut_is_malformed_and_not_handed_over),
		WITH_SHELL(another_reference_has_nothing_handed_over),
		WITH_SHELL(a_session_of_another_tunnel_has_nothing_handed_over),
		WITH_SHELL(a_call_gets_its_frames_whatever_the_socket),
		WITH_SHELL(length_numbers_and_offset_are_taken_off),
		WITH_SHELL(data_before_iccn_is_handed_over),
		WITH_SHELL(a_call_that_has_ended_gets_nothing),
	};

	return cmocka_run_group_tests_name("lns_data", tests, NULL, NULL);
}
