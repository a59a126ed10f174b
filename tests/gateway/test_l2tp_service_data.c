/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Frames through the L2TP service on the userspace data path: a client's socket
 * on loopback at one end, a pty at the other. The test is the client and pppd.
 */
#include "gateway/l2tp_service.h"
#include "gateway/log.h"
#include "l2tp/avp.h"
#include "l2tp/control_message.h"
#include "l2tp/hdlc.h"
#include "l2tp/header.h"
#include "l2tp/userspace_session.h"
#include "tests/gateway/loopback.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CLIENT_TUNNEL  1
#define CLIENT_SESSION 5

struct bench {
	sd_event *event;
	struct configuration configuration;
	struct l2tp_service *service;
	int client;
	uint16_t ns, nr;
	uint16_t tunnel_id, session_id; /* the service's */
	struct l2tp_service_path path;  /* of the call, as sessions are told */
	unsigned int established, closed;
	struct l2tp_hdlc_decoder decoder; /* pppd's */
};

/* ---- the sessions' part -------------------------------------------------------- */

static int on_prepare(void *userdata, struct l2tp_call *call, const struct l2tp_service_path *path,
		      void **ret_user)
{
	struct bench *bench = userdata;

	bench->path = *path;
	return 0;
}

static int on_established(void *userdata, void *user)
{
	((struct bench *)userdata)->established++;
	return 0;
}

static void on_closed(void *userdata, void *user, enum l2tp_end_cause cause)
{
	((struct bench *)userdata)->closed++;
}

static const struct l2tp_service_ops ops = {
	.call_prepare = on_prepare,
	.call_established = on_established,
	.call_closed = on_closed,
};

/* ---- the client's part --------------------------------------------------------- */

struct packet {
	uint8_t bytes[1600];
	struct l2tp_writer writer;
};

static void begin(struct packet *packet, const struct bench *bench, uint16_t session_id,
		  enum l2tp_message_type type)
{
	l2tp_writer_init(&packet->writer, packet->bytes, sizeof(packet->bytes));
	l2tp_header_write(&packet->writer, bench->tunnel_id, session_id);
	l2tp_avp_write_u16(&packet->writer, true, L2TP_AVP_MESSAGE_TYPE, (uint16_t)type);
}

static void run_until_idle(const struct bench *bench)
{
	while (sd_event_run(bench->event, 0) > 0)
		;
}

static void send_control(struct bench *bench, struct packet *packet)
{
	l2tp_header_finish(&packet->writer);
	assert_false(packet->writer.failed);
	l2tp_header_set_sequence(packet->bytes, packet->writer.size, bench->ns++, bench->nr);
	assert_int_equal(send(bench->client, packet->bytes, packet->writer.size, 0),
			 packet->writer.size);
	run_until_idle(bench);
}

/* The next message that is no ZLB. */
static struct l2tp_control_message hear(struct bench *bench)
{
	struct l2tp_control_message message;
	struct l2tp_header header = { 0 };
	static uint8_t bytes[2048];

	while (!header.payload.remaining) {
		ssize_t size = recv(bench->client, bytes, sizeof(bytes), 0);

		assert_true(size > 0);
		assert_int_equal(l2tp_header_read(bytes, (size_t)size, &header), 0);
	}
	assert_int_equal(l2tp_control_message_read(&header.payload, NULL, &message), 0);
	bench->nr = (uint16_t)(header.ns + 1);
	return message;
}

static void set_up_tunnel(struct bench *bench)
{
	struct packet packet;

	begin(&packet, bench, 0, L2TP_MESSAGE_SCCRQ);
	l2tp_avp_write_u16(&packet.writer, true, L2TP_AVP_PROTOCOL_VERSION, 0x0100);
	l2tp_avp_write_u32(&packet.writer, true, L2TP_AVP_FRAMING_CAPABILITIES, 3);
	l2tp_avp_write(&packet.writer, true, L2TP_AVP_HOST_NAME, "x", 1);
	l2tp_avp_write_u16(&packet.writer, true, L2TP_AVP_ASSIGNED_TUNNEL_ID, CLIENT_TUNNEL);
	send_control(bench, &packet);
	bench->tunnel_id = hear(bench).assigned_tunnel_id;
	begin(&packet, bench, 0, L2TP_MESSAGE_SCCCN);
	send_control(bench, &packet);
}

static void set_up_call(struct bench *bench, bool sequencing)
{
	struct packet packet;

	begin(&packet, bench, 0, L2TP_MESSAGE_ICRQ);
	l2tp_avp_write_u16(&packet.writer, true, L2TP_AVP_ASSIGNED_SESSION_ID, CLIENT_SESSION);
	l2tp_avp_write_u32(&packet.writer, true, L2TP_AVP_CALL_SERIAL_NUMBER, 1);
	send_control(bench, &packet);
	bench->session_id = hear(bench).assigned_session_id;
	begin(&packet, bench, bench->session_id, L2TP_MESSAGE_ICCN);
	l2tp_avp_write_u32(&packet.writer, true, L2TP_AVP_TX_CONNECT_SPEED, 1000000);
	l2tp_avp_write_u32(&packet.writer, true, L2TP_AVP_FRAMING_TYPE, 1);
	if (sequencing)
		l2tp_avp_write(&packet.writer, true, L2TP_AVP_SEQUENCING_REQUIRED, "", 0);
	send_control(bench, &packet);
	assert_int_equal(bench->established, 1);
}

static void hang_up(struct bench *bench)
{
	struct packet packet;

	begin(&packet, bench, bench->session_id, L2TP_MESSAGE_CDN);
	l2tp_avp_write_u16(&packet.writer, true, L2TP_AVP_RESULT_CODE, 3);
	l2tp_avp_write_u16(&packet.writer, true, L2TP_AVP_ASSIGNED_SESSION_ID, CLIENT_SESSION);
	send_control(bench, &packet);
}

static const uint8_t frame[] = { 0xff, 0x03, 0x00, 0x21, 0x7e, 0x7d, 0x00, 0x45 };

/* From this socket, which need not be the client's usual one. */
static void send_frame(const struct bench *bench, int descriptor)
{
	struct packet packet;

	l2tp_writer_init(&packet.writer, packet.bytes, sizeof(packet.bytes));
	l2tp_header_write_data(&packet.writer, bench->tunnel_id, bench->session_id);
	l2tp_write_bytes(&packet.writer, frame, sizeof(frame));
	assert_int_equal(send(descriptor, packet.bytes, packet.writer.size, 0), packet.writer.size);
}

/* Data packets that wait for the client; the last one's header and frame are checked. */
static unsigned int receive_frames(const struct bench *bench, struct l2tp_header *ret_header)
{
	unsigned int count = 0;
	uint8_t bytes[2048];
	ssize_t size;

	while ((size = recv(bench->client, bytes, sizeof(bytes), 0)) > 0) {
		assert_int_equal(l2tp_header_read(bytes, (size_t)size, ret_header), 0);
		if (ret_header->control)
			continue;
		assert_int_equal(ret_header->tunnel_id, CLIENT_TUNNEL);
		assert_int_equal(ret_header->session_id, CLIENT_SESSION);
		assert_int_equal(ret_header->payload.remaining, sizeof(frame));
		assert_memory_equal(ret_header->payload.bytes, frame, sizeof(frame));
		count++;
	}
	return count;
}

/* ---- pppd's part ----------------------------------------------------------------- */

/* A pty passes bytes on in its own time: the other end is waited for. */
static void wait_for_bytes(int descriptor)
{
	struct pollfd entry = { .fd = descriptor, .events = POLLIN };

	assert_int_equal(poll(&entry, 1, 30000), 1);
}

static void pppd_writes(const struct bench *bench, unsigned int count)
{
	uint8_t encoded[L2TP_HDLC_ENCODED_MAX(sizeof(frame))];
	size_t size = l2tp_hdlc_encode(frame, sizeof(frame), 0, encoded, sizeof(encoded));

	while (count-- > 0)
		assert_int_equal(write(bench->path.path->session_descriptor(bench->path.session),
				       encoded, size),
				 size);
	wait_for_bytes(bench->path.path->session_pump_descriptor(bench->path.session));
	run_until_idle(bench);
}

static unsigned int pppd_reads(struct bench *bench)
{
	int descriptor = bench->path.path->session_descriptor(bench->path.session);
	unsigned int count = 0;
	uint8_t bytes[4096];
	ssize_t size;

	while ((size = read(descriptor, bytes, sizeof(bytes))) > 0) {
		size_t position = 0, found_size;
		uint8_t *found;

		while (l2tp_hdlc_decode(&bench->decoder, bytes, (size_t)size, &position, &found,
					&found_size)) {
			assert_int_equal(found_size, sizeof(frame));
			assert_memory_equal(found, frame, sizeof(frame));
			count++;
		}
	}
	return count;
}

/* ---- the bench ------------------------------------------------------------------- */

static int open_bench(void **state)
{
	const struct path_choice choice = { .first = &l2tp_userspace_data_path };
	struct bench *bench = calloc(1, sizeof(*bench));
	char error[256];

	assert_non_null(bench);
	*state = bench;
	configuration_default(&bench->configuration);
	bench->configuration.listen_count = 1;
	assert_int_equal(inet_address_parse("127.0.0.1", &bench->configuration.listen[0]), 0);
	bench->configuration.port = free_port();
	assert_int_equal(sd_event_new(&bench->event), 0);
	assert_int_equal(l2tp_service_new(bench->event, &bench->configuration, NULL, &choice, NULL,
					  &ops, bench, &bench->service, error),
			 0);
	bench->client = connected_socket(bench->configuration.port);
	set_up_tunnel(bench);
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

static void frames_pass_both_ways(void **state)
{
	struct bench *bench = *state;
	struct l2tp_header header;

	set_up_call(bench, false);
	assert_string_equal(bench->path.path->name, "userspace");
	assert_null(bench->path.why);
	send_frame(bench, bench->client);
	run_until_idle(bench);
	assert_int_equal(pppd_reads(bench), 0); /* pppd has not spoken */
	pppd_writes(bench, 3);
	assert_int_equal(receive_frames(bench, &header), 3);
	assert_false(header.sequenced);
	assert_int_equal(pppd_reads(bench), 1);
}

static void a_burst_is_more_than_one_batch_and_arrives_whole(void **state)
{
	struct bench *bench = *state;
	struct l2tp_header header;

	set_up_call(bench, false);
	pppd_writes(bench, 1);
	for (unsigned int i = 0; i < 100; i++)
		send_frame(bench, bench->client);
	run_until_idle(bench);
	assert_int_equal(pppd_reads(bench), 100);
	pppd_writes(bench, 100);
	assert_int_equal(receive_frames(bench, &header), 101);
}

/* A NAT may give the client another port: what counts is whose the packet is. */
static void a_frame_that_comes_by_the_listener_is_delivered(void **state)
{
	struct bench *bench = *state;
	int other = connected_socket(bench->configuration.port);

	set_up_call(bench, false);
	pppd_writes(bench, 1);
	send_frame(bench, other);
	run_until_idle(bench);
	/* plain L2TP: there is no reference but the endpoint, so it is a stranger's */
	assert_int_equal(pppd_reads(bench), 0);
	assert_int_equal(l2tp_service_lns_counters(bench->service)->verdicts[L2TP_VERDICT_FOREIGN],
			 1);
	close(other);
}

static void sequencing_that_the_client_requires_is_given(void **state)
{
	struct bench *bench = *state;
	struct l2tp_header header;

	set_up_call(bench, true);
	pppd_writes(bench, 3);
	assert_int_equal(receive_frames(bench, &header), 3);
	assert_true(header.sequenced);
	assert_int_equal(header.ns, 2);
}

static size_t count_descriptors(void)
{
	DIR *folder = opendir("/proc/self/fd");
	size_t count = 0;

	assert_non_null(folder);
	while (readdir(folder))
		count++;
	closedir(folder);
	return count;
}

static void a_call_that_ends_in_the_midst_of_a_batch_leaves_nothing(void **state)
{
	struct bench *bench = *state;
	size_t before = count_descriptors();

	set_up_call(bench, false);
	assert_int_equal(count_descriptors(), before + 2);
	pppd_writes(bench, 1);
	for (unsigned int i = 0; i < 10; i++)
		send_frame(bench, bench->client);
	hang_up(bench);
	assert_int_equal(bench->closed, 1);
	assert_int_equal(count_descriptors(), before);
	/* what still comes for it finds nothing */
	send_frame(bench, bench->client);
	run_until_idle(bench);
	assert_int_equal(l2tp_service_lns_counters(bench->service)->data_without_call, 1);
}

#define BEHAVIOUR(name) cmocka_unit_test_setup_teardown(name, open_bench, close_bench)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		BEHAVIOUR(frames_pass_both_ways),
		BEHAVIOUR(a_burst_is_more_than_one_batch_and_arrives_whole),
		BEHAVIOUR(a_frame_that_comes_by_the_listener_is_delivered),
		BEHAVIOUR(sequencing_that_the_client_requires_is_given),
		BEHAVIOUR(a_call_that_ends_in_the_midst_of_a_batch_leaves_nothing),
	};

	log_open(LOG_ERR);
	return cmocka_run_group_tests_name("l2tp_service_data", tests, NULL, NULL);
}
