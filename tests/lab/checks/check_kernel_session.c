/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's data path between two hosts, without pppd: what one end's session
 * sends is what a pppd that attaches to the other end's later will read.
 */
#include "tests/lab/checks/data_path.h"

#include <errno.h>
#include <linux/ppp-ioctl.h>
#include <poll.h>
#include <sys/ioctl.h>

static const struct l2tp_data_path *const path = &l2tp_kernel_data_path;

/* One end of a tunnel with one session. */
struct end {
	int udp;
	struct l2tp_data_path_tunnel *tunnel;
	struct l2tp_data_path_session *session;
};

static struct l2tp_data_path_tunnel_ids
tunnel_ids(const char *local_address, const char *peer_address, uint16_t local_id, uint16_t peer_id)
{
	struct l2tp_data_path_tunnel_ids ids = { .local_tunnel_id = local_id,
						 .peer_tunnel_id = peer_id };

	ids.udp_descriptor = udp_socket(local_address, peer_address, &ids.peer);
	return ids;
}

/* Both ids of an end are @id, the other's are @peer_id. */
static struct end open_end(const char *local_address, const char *peer_address, uint16_t id,
			   uint16_t peer_id, enum l2tp_data_sequencing sequencing)
{
	struct l2tp_data_path_tunnel_ids ids = tunnel_ids(local_address, peer_address, id, peer_id);
	struct l2tp_data_path_session_ids session_ids = { .local_session_id = id,
							  .peer_session_id = peer_id,
							  .sequencing = sequencing };
	struct end end = { .udp = ids.udp_descriptor };

	assert_int_equal(path->tunnel_open(&ids, &end.tunnel), 0);
	assert_int_equal(path->session_open(end.tunnel, &session_ids, &end.session), 0);
	return end;
}

static void close_end(struct end *end)
{
	path->session_free(end->session);
	path->tunnel_free(end->tunnel);
	close(end->udp);
}

static void it_is_usable_here(void **state)
{
	assert_usable_here(path);
}

static void without_the_device_it_says_so(void **state)
{
	assert_misses_the_device(path);
}

/* What pppd does first with the descriptor that it is given. */
static int attach(const struct l2tp_data_path_session *session)
{
	int channel, descriptor;

	assert_int_equal(ioctl(path->session_descriptor(session), PPPIOCGCHAN, &channel), 0);
	descriptor = open("/dev/ppp", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	assert_true(descriptor >= 0);
	assert_int_equal(ioctl(descriptor, PPPIOCATTCHAN, &channel), 0);
	return descriptor;
}

static void wait_for_packets(const struct l2tp_data_path_session *session, uint64_t packets)
{
	struct l2tp_data_path_counters counters = { 0 };

	for (unsigned int i = 0; i < 500 && counters.received_packets < packets; i++) {
		poll(NULL, 0, 10);
		assert_int_equal(path->session_counters(session, &counters), 0);
	}
	assert_int_equal(counters.received_packets, packets);
}

/* Frames go from client to gateway; the gateway's "pppd" comes afterwards. */
static void check_frames(const char *gateway, const char *client,
			 enum l2tp_data_sequencing sequencing)
{
	/* Configure-Requests of LCP */
	static const uint8_t frames[][8] = { { 0xc0, 0x21, 1, 1, 0, 6, 0, 0 },
					     { 0xc0, 0x21, 1, 2, 0, 6, 0, 0 },
					     { 0xc0, 0x21, 1, 3, 0, 6, 0, 0 } };
	struct end here, there;
	struct l2tp_data_path_counters counters;
	uint8_t buffer[64];
	int ppp;

	here = open_end(gateway, client, 101, 202, sequencing);
	be_on("client");
	there = open_end(client, gateway, 202, 101, sequencing);
	be_on("gateway");
	for (size_t i = 0; i < ELEMENTS(frames); i++)
		assert_int_equal(send(path->session_descriptor(there.session), frames[i], 8, 0), 8);
	wait_for_packets(here.session, ELEMENTS(frames));
	/* they are on the channel, not in the socket's queue: a bound one has none */
	assert_int_equal(
		recv(path->session_descriptor(here.session), buffer, sizeof(buffer), MSG_DONTWAIT),
		-1);
	assert_int_equal(errno, EIO);
	ppp = attach(here.session);
	for (size_t i = 0; i < ELEMENTS(frames); i++) {
		assert_int_equal(read(ppp, buffer, sizeof(buffer)), 8);
		assert_memory_equal(buffer, frames[i], 8);
	}
	assert_int_equal(path->session_counters(there.session, &counters), 0);
	assert_int_equal(counters.sent_packets, ELEMENTS(frames));
	assert_int_equal(counters.received_packets, 0);
	close(ppp);
	close_end(&here);
	close_end(&there);
}

static void frames_that_come_before_pppd_are_kept_for_it(void **state)
{
	check_frames(GATEWAY_IPV4, CLIENT_IPV4, L2TP_DATA_SEQUENCING_NONE);
}

static void frames_over_ipv6_are_kept_too(void **state)
{
	check_frames(GATEWAY_IPV6, CLIENT_IPV6, L2TP_DATA_SEQUENCING_NONE);
}

static void frames_with_sequence_numbers_are_kept_too(void **state)
{
	check_frames(GATEWAY_IPV4, CLIENT_IPV4, L2TP_DATA_SEQUENCING_REQUIRED);
}

static void the_peers_sequence_numbers_do_not_start_ours(void **state)
{
	static const uint8_t frame[] = { 0xc0, 0x21, 1, 1, 0, 4 };
	struct end here = open_end(GATEWAY_IPV4, CLIENT_IPV4, 103, 203, L2TP_DATA_SEQUENCING_NONE);
	struct inet_endpoint peer;
	uint8_t buffer[64];
	struct pollfd wait = { .events = POLLIN };
	int there;

	be_on("client");
	there = udp_socket(CLIENT_IPV4, GATEWAY_IPV4, &peer);
	be_on("gateway");
	/* S bit, tunnel 103, session 103, Ns 0, Nr 0 */
	assert_int_equal(send(there,
			      "\x08\x02\x00\x67\x00\x67\x00\x00\x00\x00\xff\x03\xc0\x21\x01\x01\x00"
			      "\x04",
			      18, 0),
			 18);
	wait_for_packets(here.session, 1);
	assert_int_equal(send(path->session_descriptor(here.session), frame, sizeof(frame), 0),
			 sizeof(frame));
	wait.fd = there;
	assert_int_equal(poll(&wait, 1, 5000), 1);
	assert_true(recv(there, buffer, sizeof(buffer), 0) > 6);
	assert_int_equal(buffer[0] & 0x08, 0);
	close(there);
	close_end(&here);
}

static uint64_t dropped_by_number(const struct end *end)
{
	struct pppol2tp_ioc_stats statistics = { 0 };

	assert_int_equal(
		ioctl(path->session_descriptor(end->session), PPPIOCGL2TPSTATS, &statistics), 0);
	return statistics.rx_seq_discards;
}

static void what_comes_without_a_required_number_is_dropped(void **state)
{
	static const uint8_t frame[] = { 0xc0, 0x21, 1, 1, 0, 4 };
	struct end here =
		open_end(GATEWAY_IPV4, CLIENT_IPV4, 109, 209, L2TP_DATA_SEQUENCING_REQUIRED);
	struct l2tp_data_path_counters counters;
	struct end there;

	be_on("client");
	there = open_end(CLIENT_IPV4, GATEWAY_IPV4, 209, 109, L2TP_DATA_SEQUENCING_NONE);
	be_on("gateway");
	assert_int_equal(send(path->session_descriptor(there.session), frame, sizeof(frame), 0),
			 sizeof(frame));
	for (unsigned int i = 0; i < 500 && dropped_by_number(&here) == 0; i++)
		poll(NULL, 0, 10);
	assert_int_equal(dropped_by_number(&here), 1);
	assert_int_equal(path->session_counters(here.session, &counters), 0);
	assert_int_equal(counters.received_packets, 0);
	close_end(&here);
	close_end(&there);
}

static void hear_size(void *userdata, const struct l2tp_udp_datagram *datagram)
{
	*(size_t *)userdata = datagram->size;
}

static void control_messages_still_reach_the_udp_socket(void **state)
{
	/* a ZLB for tunnel 104 */
	static const uint8_t zlb[] = { 0xc8, 0x02, 0, 12, 0, 104, 0, 0, 0, 0, 0, 1 };
	struct end here = open_end(GATEWAY_IPV4, CLIENT_IPV4, 104, 204, L2TP_DATA_SEQUENCING_NONE);
	struct pollfd wait = { .fd = here.udp, .events = POLLIN };
	struct inet_endpoint peer;
	size_t size = 0;
	int there;

	be_on("client");
	there = udp_socket(CLIENT_IPV4, GATEWAY_IPV4, &peer);
	be_on("gateway");
	assert_int_equal(send(there, zlb, sizeof(zlb), 0), sizeof(zlb));
	assert_int_equal(poll(&wait, 1, 5000), 1);
	assert_int_equal(l2tp_udp_receive(here.udp, PORT, 1, hear_size, &size), 1);
	assert_int_equal(size, sizeof(zlb));
	close(there);
	close_end(&here);
}

static void a_tunnel_id_of_our_own_is_taken(void **state)
{
	struct end first = open_end(GATEWAY_IPV4, CLIENT_IPV4, 105, 205, L2TP_DATA_SEQUENCING_NONE);
	struct l2tp_data_path_tunnel_ids ids = tunnel_ids(GATEWAY_IPV4, CLIENT_IPV4, 105, 206);
	struct l2tp_data_path_tunnel *tunnel = NULL;

	assert_int_equal(path->tunnel_open(&ids, &tunnel), -EEXIST);
	assert_null(tunnel);
	close(ids.udp_descriptor);
	close_end(&first);
}

/* It has no socket of session 0, so that a connect() would join it in silence. */
static void a_tunnel_id_that_another_program_made_by_netlink_is_taken(void **state)
{
	struct l2tp_data_path_tunnel_ids ids;
	struct l2tp_data_path_tunnel *tunnel = NULL;

	command("ip l2tp add tunnel tunnel_id 106 peer_tunnel_id 306 encap udp local " GATEWAY_IPV4
		" remote " CLIENT_IPV4 " udp_sport 5000 udp_dport 5000");
	ids = tunnel_ids(GATEWAY_IPV4, CLIENT_IPV4, 106, 206);
	assert_int_equal(path->tunnel_open(&ids, &tunnel), -EEXIST);
	assert_null(tunnel);
	close(ids.udp_descriptor);
	command("ip l2tp del tunnel tunnel_id 106");
}

/* The kernel's own clean-up goes on in the background: soon, not at once. */
static void a_tunnel_id_is_free_again_soon_after_its_sockets_are_closed(void **state)
{
	struct end first = open_end(GATEWAY_IPV4, CLIENT_IPV4, 107, 207, L2TP_DATA_SEQUENCING_NONE);
	struct l2tp_data_path_tunnel_ids ids = tunnel_ids(GATEWAY_IPV4, CLIENT_IPV4, 107, 208);
	struct l2tp_data_path_tunnel *tunnel = NULL;
	int r = -EEXIST;

	close_end(&first);
	for (unsigned int i = 0; i < 1000 && r == -EEXIST; i++) {
		r = path->tunnel_open(&ids, &tunnel);
		poll(NULL, 0, 10);
	}
	assert_int_equal(r, 0);
	path->tunnel_free(tunnel);
	close(ids.udp_descriptor);
}

static void descriptors_are_non_blocking_and_closed_on_exec(void **state)
{
	struct end end = open_end(GATEWAY_IPV4, CLIENT_IPV4, 108, 208, L2TP_DATA_SEQUENCING_NONE);
	int descriptor = path->session_descriptor(end.session);

	assert_true(fcntl(descriptor, F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(descriptor, F_GETFD) & FD_CLOEXEC);
	close_end(&end);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SENTENCE(it_is_usable_here),
		SENTENCE(without_the_device_it_says_so),
		SENTENCE(frames_that_come_before_pppd_are_kept_for_it),
		SENTENCE(frames_over_ipv6_are_kept_too),
		SENTENCE(frames_with_sequence_numbers_are_kept_too),
		SENTENCE(the_peers_sequence_numbers_do_not_start_ours),
		SENTENCE(what_comes_without_a_required_number_is_dropped),
		SENTENCE(control_messages_still_reach_the_udp_socket),
		SENTENCE(a_tunnel_id_of_our_own_is_taken),
		SENTENCE(a_tunnel_id_that_another_program_made_by_netlink_is_taken),
		SENTENCE(a_tunnel_id_is_free_again_soon_after_its_sockets_are_closed),
		SENTENCE(descriptors_are_non_blocking_and_closed_on_exec),
	};

	return cmocka_run_group_tests_name("kernel_session", tests, make_hosts, drop_hosts);
}
