/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The L2TP service on real sockets of loopback, with the data path "null" and a
 * client of the test's own, whose packets wait in the kernel while the service
 * does not run: what happens within one turn of the loop is under control.
 */
#include "gateway/l2tp_service.h"
#include "gateway/log.h"
#include "l2tp/control_message.h"
#include "l2tp/header.h"
#include "tests/gateway/loopback.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

/* More than what the service takes out of one socket at a time. */
#define MANY 80

struct bench {
	sd_event *event;
	struct configuration configuration;
	struct l2tp_service *service;
	int client;
};

static int no_call(void *userdata, struct l2tp_call *call, const struct l2tp_service_path *path,
		   void **ret_user)
{
	return -EOPNOTSUPP;
}

static const struct l2tp_service_ops no_calls = { .call_prepare = no_call };

static int open_bench(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	const struct path_choice choice = { .first = &l2tp_null_data_path };
	char error[256];

	assert_non_null(bench);
	configuration_default(&bench->configuration);
	bench->configuration.listen_count = 1;
	assert_int_equal(inet_address_parse("127.0.0.1", &bench->configuration.listen[0]), 0);
	bench->configuration.port = free_port();
	assert_int_equal(sd_event_new(&bench->event), 0);
	assert_int_equal(l2tp_service_new(bench->event, &bench->configuration, NULL, &choice,
					  &no_calls, NULL, &bench->service, error),
			 0);
	bench->client = connected_socket(bench->configuration.port);
	*state = bench;
	return 0;
}

static int close_bench(void **state)
{
	struct bench *bench = *state;

	l2tp_service_free(bench->service);
	sd_event_unref(bench->event);
	closep(&bench->client);
	free(bench);
	return 0;
}

/* Sends an SCCRQ that asks for this tunnel id. */
static void send_sccrq(const struct bench *bench, uint8_t tunnel_id, char name)
{
	const uint8_t packet[] = {
		0xc8,      0x02, 0, 62, 0, 0,  0,
		0,         0,    0, 0,  0, /* header: Ns 0, Nr 0 */
		0x80,      8,    0, 0,  0, 0,  0,
		1, /* Message Type SCCRQ */
		0x80,      8,    0, 0,  0, 2,  1,
		0, /* Protocol Version */
		0x80,      10,   0, 0,  0, 3,  0,
		0,         0,    3, /* Framing Capabilities */
		0x80,      8,    0, 0,  0, 7,  (uint8_t)name,
		'x', /* Host Name */
		0x80,      8,    0, 0,  0, 9,  0,
		tunnel_id, /* Assigned Tunnel ID */
		0x80,      8,    0, 0,  0, 10, 0,
		4, /* Receive Window Size */
	};

	assert_int_equal(send(bench->client, packet, sizeof(packet), 0), sizeof(packet));
}

static void run_until_idle(const struct bench *bench)
{
	while (sd_event_run(bench->event, 0) > 0)
		;
}

/* Whether an SCCRP for this tunnel id waits; takes all that waits. */
static bool was_answered(const struct bench *bench, uint16_t tunnel_id)
{
	bool found = false;
	uint8_t packet[2048];
	ssize_t size;

	while ((size = recv(bench->client, packet, sizeof(packet), 0)) > 0) {
		struct l2tp_control_message message;
		struct l2tp_header header;

		assert_int_equal(l2tp_header_read(packet, (size_t)size, &header), 0);
		assert_int_equal(l2tp_control_message_read(&header.payload, &message), 0);
		found |= header.tunnel_id == tunnel_id && message.type == L2TP_MESSAGE_SCCRP;
	}
	return found;
}

static void an_sccrq_is_answered(void **state)
{
	send_sccrq(*state, 1, 'a');
	run_until_idle(*state);
	assert_true(was_answered(*state, 1));
}

/*
 * The socket of a replaced tunnel is closed. What waits in it may be another
 * tunnel's, even another client's: it must be handled all the same.
 */
static void what_waits_in_the_socket_of_a_replaced_tunnel_is_not_lost(void **state)
{
	struct bench *bench = *state;

	send_sccrq(bench, 1, 'a');
	run_until_idle(bench);
	assert_true(was_answered(bench, 1));
	send_sccrq(bench, 1, 'b');
	for (unsigned int i = 0; i < MANY; i++)
		assert_int_equal(send(bench->client, "junk", 4, 0), 4);
	send_sccrq(bench, 2, 'c');
	run_until_idle(bench);
	assert_true(was_answered(bench, 2));
	assert_int_equal(l2tp_service_counters(bench->service)->datagrams, 1 + 1 + MANY + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_sccrq_is_answered, open_bench, close_bench),
		cmocka_unit_test_setup_teardown(
			what_waits_in_the_socket_of_a_replaced_tunnel_is_not_lost, open_bench,
			close_bench),
	};

	log_open(LOG_ERR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
