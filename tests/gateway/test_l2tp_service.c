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
	struct tunnel_secrets *secrets;
	struct l2tp_service *service;
	int client;
};

static int no_call(void *userdata, struct l2tp_call *call, const struct l2tp_service_path *path,
		   void **ret_user)
{
	return -EOPNOTSUPP;
}

static const struct l2tp_service_ops no_calls = { .call_prepare = no_call };

/* Two half-open tunnels at most for each client. */
static int open_bench_with(void **state, char *secrets)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	const struct path_choice choice = { .first = &l2tp_null_data_path };
	char error[TUNNEL_SECRETS_ERROR_MAX];

	assert_non_null(bench);
	configuration_default(&bench->configuration);
	bench->configuration.listen_count = 1;
	assert_int_equal(inet_address_parse("127.0.0.1", &bench->configuration.listen[0]), 0);
	bench->configuration.port = free_port();
	bench->configuration.half_open_per_client = 2;
	assert_int_equal(tunnel_secrets_parse("secrets", secrets, &bench->secrets, error), 0);
	assert_int_equal(sd_event_new(&bench->event), 0);
	assert_int_equal(l2tp_service_new(bench->event, &bench->configuration, NULL, &choice,
					  bench->secrets, &no_calls, NULL, &bench->service, error),
			 0);
	bench->client = connected_socket(bench->configuration.port);
	*state = bench;
	return 0;
}

static int open_bench(void **state)
{
	char nobody[] = "";

	return open_bench_with(state, nobody);
}

static int open_bench_with_secret(void **state)
{
	char client[] = "127.0.0.1 hunter2";

	return open_bench_with(state, client);
}

static int close_bench(void **state)
{
	struct bench *bench = *state;

	l2tp_service_free(bench->service);
	tunnel_secrets_free(bench->secrets);
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

/*
 * The message of this type for this tunnel id that waits, its bytes in @packet; takes
 * all that waits.
 */
static bool receive(const struct bench *bench, uint16_t tunnel_id, enum l2tp_message_type type,
		    uint8_t packet[2048], struct l2tp_control_message *ret_message)
{
	bool found = false;
	ssize_t size;

	while (!found && (size = recv(bench->client, packet, 2048, 0)) > 0) {
		struct l2tp_header header;

		assert_int_equal(l2tp_header_read(packet, (size_t)size, &header), 0);
		assert_int_equal(l2tp_control_message_read(&header.payload, NULL, ret_message), 0);
		found = header.tunnel_id == tunnel_id && ret_message->type == type;
	}
	return found;
}

static bool was_answered(const struct bench *bench, uint16_t tunnel_id)
{
	struct l2tp_control_message message;
	uint8_t packet[2048];

	return receive(bench, tunnel_id, L2TP_MESSAGE_SCCRP, packet, &message);
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

static void who_is_refused_at_a_limit_is_told_on_the_wire(void **state)
{
	struct l2tp_control_message message;
	struct bench *bench = *state;
	uint8_t packet[2048];

	for (uint8_t id = 1; id <= 3; id++)
		send_sccrq(bench, id, 'a');
	run_until_idle(bench);
	assert_true(receive(bench, 3, L2TP_MESSAGE_STOPCCN, packet, &message));
	assert_int_equal(message.result, L2TP_STOPCCN_ERROR);
	assert_int_equal(message.error, 4);
	assert_int_equal(l2tp_service_lns_counters(bench->service)->tunnels, 2);
}

static void a_peer_that_shares_a_secret_is_challenged(void **state)
{
	struct l2tp_control_message message;
	struct bench *bench = *state;
	uint8_t packet[2048];

	send_sccrq(bench, 1, 'a');
	run_until_idle(bench);
	assert_true(receive(bench, 1, L2TP_MESSAGE_SCCRP, packet, &message));
	assert_int_equal(message.challenge.size, 16);
}

/* Listens on these addresses, which spaces separate. */
static int listen_on(struct bench *bench, const char *addresses)
{
	struct configuration configuration = bench->configuration;
	char text[128], *rest = NULL, error[256] = "";
	int result;

	configuration.listen_count = 0;
	strcpy(text, addresses);
	for (char *word = strtok_r(text, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
		assert_int_equal(inet_address_parse(
					 word, &configuration.listen[configuration.listen_count++]),
				 0);
	result = l2tp_service_change_listeners(bench->service, &configuration, error);
	assert_int_equal(result < 0, error[0] != '\0');
	return result;
}

/* From a socket of its own: whether a new client is answered at this address. */
static bool is_served(struct bench *bench, const char *address)
{
	int former = bench->client;
	bool answered;

	bench->client = connected_socket_to(address, bench->configuration.port);
	send_sccrq(bench, 7, 'n');
	run_until_idle(bench);
	answered = was_answered(bench, 7);
	closep(&bench->client);
	bench->client = former;
	return answered;
}

static void a_listen_address_can_come_and_go(void **state)
{
	assert_false(is_served(*state, "127.0.0.2"));
	assert_int_equal(listen_on(*state, "127.0.0.2 127.0.0.1"), 0);
	assert_true(is_served(*state, "127.0.0.1"));
	assert_true(is_served(*state, "127.0.0.2"));
	assert_int_equal(listen_on(*state, "127.0.0.2"), 0);
	assert_false(is_served(*state, "127.0.0.1"));
	assert_true(is_served(*state, "127.0.0.2"));
}

static void every_address_can_take_the_place_of_one(void **state)
{
	assert_int_equal(listen_on(*state, "0.0.0.0"), 0);
	assert_true(is_served(*state, "127.0.0.1"));
	assert_true(is_served(*state, "127.0.0.3"));
	assert_int_equal(listen_on(*state, "127.0.0.3"), 0);
	assert_true(is_served(*state, "127.0.0.3"));
	assert_false(is_served(*state, "127.0.0.1"));
}

static void an_address_that_cannot_be_had_leaves_all_as_it_was(void **state)
{
	/* 192.0.2.0/24 is for documentation: no host has it */
	assert_int_equal(listen_on(*state, "127.0.0.2 192.0.2.77"), -EADDRNOTAVAIL);
	assert_true(is_served(*state, "127.0.0.1"));
	assert_false(is_served(*state, "127.0.0.2"));
}

static void a_tunnel_outlives_the_listener_of_its_address(void **state)
{
	struct bench *bench = *state;

	send_sccrq(bench, 1, 'a');
	run_until_idle(bench);
	assert_true(was_answered(bench, 1));
	assert_int_equal(listen_on(bench, "127.0.0.2"), 0);
	assert_int_equal(l2tp_service_lns_counters(bench->service)->tunnels, 1);
	/* The same message again: an answer comes from the tunnel's own socket. */
	send_sccrq(bench, 1, 'a');
	run_until_idle(bench);
	assert_int_equal(l2tp_service_counters(bench->service)->datagrams, 2);
	assert_int_equal(l2tp_service_lns_counters(bench->service)->tunnels, 1);
}

static void what_waits_in_a_listener_that_goes_is_not_lost(void **state)
{
	struct bench *bench = *state;

	send_sccrq(bench, 1, 'a');
	assert_int_equal(listen_on(bench, "127.0.0.2"), 0);
	assert_int_equal(l2tp_service_lns_counters(bench->service)->tunnels_opened, 1);
}

static void changed_limits_hold_for_the_next_tunnel(void **state)
{
	struct bench *bench = *state;
	struct configuration configuration = bench->configuration;

	configuration.tunnels_maximum = 1;
	l2tp_service_change_settings(bench->service, &configuration);
	assert_true(is_served(bench, "127.0.0.1"));
	assert_false(is_served(bench, "127.0.0.1"));
	l2tp_service_change_settings(bench->service, &bench->configuration);
	assert_true(is_served(bench, "127.0.0.1"));
}

#define WITH_BENCH(name) cmocka_unit_test_setup_teardown(name, open_bench, close_bench)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_BENCH(an_sccrq_is_answered),
		WITH_BENCH(what_waits_in_the_socket_of_a_replaced_tunnel_is_not_lost),
		WITH_BENCH(who_is_refused_at_a_limit_is_told_on_the_wire),
		cmocka_unit_test_setup_teardown(a_peer_that_shares_a_secret_is_challenged,
						open_bench_with_secret, close_bench),
		WITH_BENCH(a_listen_address_can_come_and_go),
		WITH_BENCH(every_address_can_take_the_place_of_one),
		WITH_BENCH(an_address_that_cannot_be_had_leaves_all_as_it_was),
		WITH_BENCH(a_tunnel_outlives_the_listener_of_its_address),
		WITH_BENCH(what_waits_in_a_listener_that_goes_is_not_lost),
		WITH_BENCH(changed_limits_hold_for_the_next_tunnel),
	};

	log_open(LOG_ERR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
