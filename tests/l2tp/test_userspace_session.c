/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The userspace data path on a real pty; the test is pppd. Nothing here needs
 * rights or PPP in the kernel.
 */
#include "l2tp/data_path.h"
#include "l2tp/hdlc.h"
#include "l2tp/header.h"
#include "l2tp/userspace_session.h"
#include "tests/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static const struct l2tp_data_path *path = &l2tp_userspace_data_path;

/* LCP Configure-Request without options, id 1; and an IPv4 packet's beginning. */
static const uint8_t configure[] = { 0xff, 0x03, 0xc0, 0x21, 1, 1, 0, 4 };
static const uint8_t ipv4[] = { 0xff, 0x03, 0x00, 0x21, 0x45, 0x00, 0x7e, 0x7d, 0x11 };

struct fixture {
	struct l2tp_data_path_tunnel *tunnel;
	struct l2tp_data_path_session *session;
	struct l2tp_userspace_counters before;
	struct l2tp_hdlc_decoder decoder; /* pppd's */
	size_t packets;
	size_t size; /* of the last packet */
	uint8_t last[2048];
};

static int open_session(void **state)
{
	static const struct l2tp_data_path_tunnel_ids tunnel_ids = { .local_tunnel_id = 1,
								     .peer_tunnel_id = 0x1234,
								     .udp_descriptor = -1 };
	static const struct l2tp_data_path_session_ids session_ids = { .local_session_id = 2,
								       .peer_session_id = 0x5678 };
	struct fixture *fixture = test_calloc(1, sizeof(*fixture));

	*state = fixture;
	fixture->before = *l2tp_userspace_counters();
	assert_int_equal(path->tunnel_open(&tunnel_ids, &fixture->tunnel), 0);
	assert_int_equal(path->session_open(fixture->tunnel, &session_ids, &fixture->session), 0);
	return 0;
}

static int close_session(void **state)
{
	struct fixture *fixture = *state;

	path->session_free(fixture->session);
	path->tunnel_free(fixture->tunnel);
	test_free(fixture);
	return 0;
}

static void take_packet(void *userdata, const uint8_t *packet, size_t size)
{
	struct fixture *fixture = userdata;

	fixture->packets++;
	fixture->size = size;
	assert_in_range(size, 1, sizeof(fixture->last));
	memcpy(fixture->last, packet, size);
}

/* As pppd: write a frame to the line, and have it read. */
static void pppd_writes(struct fixture *fixture, const uint8_t *frame, size_t size)
{
	static uint8_t encoded[L2TP_HDLC_ENCODED_MAX(L2TP_HDLC_FRAME_MAX)];
	size_t encoded_size =
		l2tp_hdlc_encode(frame, size, L2TP_HDLC_ACCM_ALL, encoded, sizeof(encoded));

	assert_int_equal(write(path->session_descriptor(fixture->session), encoded, encoded_size),
			 encoded_size);
	assert_int_equal(path->session_pump(fixture->session, take_packet, fixture), 0);
}

/* As pppd: read all frames that wait; the last one into @frame. */
static size_t pppd_reads(struct fixture *fixture, uint8_t frame[2048], size_t *ret_size)
{
	size_t count = 0;

	for (;;) {
		uint8_t bytes[4096], *found;
		ssize_t size =
			read(path->session_descriptor(fixture->session), bytes, sizeof(bytes));
		size_t position = 0;

		if (size < 0) {
			assert_int_equal(errno, EAGAIN);
			return count;
		}
		while (l2tp_hdlc_decode(&fixture->decoder, bytes, (size_t)size, &position, &found,
					ret_size)) {
			memcpy(frame, found, *ret_size);
			count++;
		}
	}
}

static void peer_sends(struct fixture *fixture, const uint8_t *frame, size_t size)
{
	const struct l2tp_data_message message = { .frame = frame, .size = size };

	path->session_receive(fixture->session, &message);
}

static void peer_sends_numbered(struct fixture *fixture, uint16_t ns)
{
	const struct l2tp_data_message message = {
		.frame = ipv4, .size = sizeof(ipv4), .sequenced = true, .ns = ns
	};

	path->session_receive(fixture->session, &message);
}

static void noise_from_pppd_is_counted_and_not_sent(void **state)
{
	struct fixture *fixture = *state;
	const uint8_t noise[] = "\x7e no frame at all \x7e";

	assert_int_equal(
		write(path->session_descriptor(fixture->session), noise, sizeof(noise) - 1),
		sizeof(noise) - 1);
	assert_int_equal(path->session_pump(fixture->session, take_packet, fixture), 0);
	assert_int_equal(fixture->packets, 0);
	assert_int_equal(l2tp_userspace_counters()->malformed, fixture->before.malformed + 1);
}

static void frames_too_long_or_empty_are_counted_and_not_written(void **state)
{
	static const uint8_t frame[L2TP_HDLC_FRAME_MAX + 1];
	struct fixture *fixture = *state;
	uint8_t read_back[2048];
	size_t size;

	pppd_writes(fixture, configure, sizeof(configure));
	peer_sends(fixture, frame, sizeof(frame));
	peer_sends(fixture, frame, 0);
	path->flush();
	assert_int_equal(pppd_reads(fixture, read_back, &size), 0);
	assert_int_equal(l2tp_userspace_counters()->malformed, fixture->before.malformed + 2);
}

static void what_pppd_writes_gets_a_data_header(void **state)
{
	struct fixture *fixture = *state;
	struct l2tp_header header;

	pppd_writes(fixture, ipv4, sizeof(ipv4));
	assert_int_equal(fixture->packets, 1);
	assert_int_equal(fixture->size, L2TP_DATA_HEADER_SIZE + sizeof(ipv4));
	assert_int_equal(l2tp_header_read(fixture->last, fixture->size, &header), 0);
	assert_false(header.control);
	assert_false(header.sequenced);
	assert_int_equal(header.tunnel_id, 0x1234);
	assert_int_equal(header.session_id, 0x5678);
	assert_int_equal(header.payload.remaining, sizeof(ipv4));
	assert_memory_equal(header.payload.bytes, ipv4, sizeof(ipv4));
}

static void with_sequencing_each_packet_has_the_next_number(void **state)
{
	struct fixture *fixture = *state;
	struct l2tp_header header;

	assert_int_equal(path->session_set_sequencing(fixture->session, L2TP_DATA_SEQUENCING_SENT),
			 0);
	for (uint16_t ns = 0; ns < 3; ns++) {
		pppd_writes(fixture, ipv4, sizeof(ipv4));
		assert_int_equal(l2tp_header_read(fixture->last, fixture->size, &header), 0);
		assert_true(header.sequenced);
		assert_int_equal(header.ns, ns);
		assert_int_equal(header.payload.remaining, sizeof(ipv4));
	}
}

static void first_frames_wait_for_pppd(void **state)
{
	struct fixture *fixture = *state;
	uint8_t frame[2048];
	size_t size;

	peer_sends(fixture, configure, sizeof(configure));
	path->flush();
	assert_int_equal(pppd_reads(fixture, frame, &size), 0);
	pppd_writes(fixture, configure, sizeof(configure));
	assert_int_equal(pppd_reads(fixture, frame, &size), 1);
	assert_int_equal(size, sizeof(configure));
	assert_memory_equal(frame, configure, sizeof(configure));
}

static void no_more_is_kept_than_the_cap(void **state)
{
	struct fixture *fixture = *state;
	uint8_t frame[2048];
	size_t size, kept, dropped;

	for (unsigned int i = 0; i < 1000; i++)
		peer_sends(fixture, configure, sizeof(configure));
	dropped = l2tp_userspace_counters()->kept_overflow - fixture->before.kept_overflow;
	pppd_writes(fixture, configure, sizeof(configure));
	kept = pppd_reads(fixture, frame, &size);
	assert_in_range(kept, 50, L2TP_USERSPACE_KEPT_MAX / sizeof(configure));
	assert_int_equal(kept + dropped, 1000);
}

static void a_frame_without_address_and_control_gets_them(void **state)
{
	struct fixture *fixture = *state;
	uint8_t frame[2048];
	size_t size;

	pppd_writes(fixture, configure, sizeof(configure));
	peer_sends(fixture, ipv4 + 2, sizeof(ipv4) - 2);
	path->flush();
	assert_int_equal(pppd_reads(fixture, frame, &size), 1);
	assert_int_equal(size, sizeof(ipv4));
	assert_memory_equal(frame, ipv4, sizeof(ipv4));
}

static void nothing_is_written_before_the_flush(void **state)
{
	struct fixture *fixture = *state;
	uint8_t frame[2048];
	size_t size;

	pppd_writes(fixture, configure, sizeof(configure));
	for (unsigned int i = 0; i < 32; i++)
		peer_sends(fixture, ipv4, sizeof(ipv4));
	assert_int_equal(pppd_reads(fixture, frame, &size), 0);
	path->flush();
	assert_int_equal(pppd_reads(fixture, frame, &size), 32);
}

static void frames_of_many_sessions_in_any_order_reach_their_own(void **state)
{
	struct fixture *fixture = *state;
	void *other_state = NULL;
	struct fixture *other;
	uint8_t frame[2048];
	size_t size;

	open_session(&other_state);
	other = other_state;
	pppd_writes(fixture, configure, sizeof(configure));
	pppd_writes(other, configure, sizeof(configure));
	for (unsigned int i = 0; i < 10; i++) {
		peer_sends(fixture, ipv4, sizeof(ipv4));
		peer_sends(other, configure, sizeof(configure));
	}
	assert_int_equal(pppd_reads(fixture, frame, &size), 0);
	path->flush();
	path->flush();
	assert_int_equal(pppd_reads(fixture, frame, &size), 10);
	assert_int_equal(size, sizeof(ipv4));
	assert_memory_equal(frame, ipv4, sizeof(ipv4));
	assert_int_equal(pppd_reads(other, frame, &size), 10);
	assert_int_equal(size, sizeof(configure));
	close_session(&other_state);
}

/* As pppd: write a piece of what stands encoded in @line, and have it read. */
static void pppd_writes_piece(struct fixture *fixture, const uint8_t *line, size_t size)
{
	assert_int_equal(write(path->session_descriptor(fixture->session), line, size), size);
	assert_int_equal(path->session_pump(fixture->session, take_packet, fixture), 0);
}

static void a_frame_in_pieces_is_its_own_sessions_wherever_it_was_cut(void **state)
{
	uint8_t line[L2TP_HDLC_ENCODED_MAX(sizeof(ipv4))];
	size_t size = l2tp_hdlc_encode(ipv4, sizeof(ipv4), L2TP_HDLC_ACCM_NONE, line, sizeof(line));
	struct fixture *fixture = *state;
	void *other_state = NULL;
	struct fixture *other;

	open_session(&other_state);
	other = other_state;
	for (size_t cut = 1; cut < size; cut++) {
		pppd_writes_piece(fixture, line, cut);
		pppd_writes_piece(other, line, cut / 2);
		pppd_writes_piece(other, line + cut / 2, size - cut / 2);
		pppd_writes_piece(fixture, line + cut, size - cut);
		assert_int_equal(other->packets, cut);
		assert_int_equal(fixture->packets, cut);
		assert_int_equal(fixture->size, L2TP_DATA_HEADER_SIZE + sizeof(ipv4));
		assert_memory_equal(fixture->last + L2TP_DATA_HEADER_SIZE, ipv4, sizeof(ipv4));
	}
	assert_int_equal(l2tp_userspace_counters()->malformed, fixture->before.malformed);
	close_session(&other_state);
}

static void a_session_may_end_in_the_middle_of_a_frame(void **state)
{
	struct fixture *fixture = *state;
	void *other_state = NULL;

	open_session(&other_state);
	pppd_writes_piece(other_state, ipv4, sizeof(ipv4) / 2);
	close_session(&other_state);
	pppd_writes(fixture, ipv4, sizeof(ipv4));
	assert_int_equal(fixture->packets, 1);
	assert_int_equal(l2tp_userspace_counters()->malformed, fixture->before.malformed);
}

static void a_full_batch_is_written_before_more_is_collected(void **state)
{
	struct fixture *fixture = *state;
	uint8_t frame[2048];
	size_t size;

	pppd_writes(fixture, configure, sizeof(configure));
	for (unsigned int i = 0; i < L2TP_USERSPACE_BATCH_FRAMES + 1; i++)
		peer_sends(fixture, ipv4, sizeof(ipv4));
	assert_int_equal(pppd_reads(fixture, frame, &size), L2TP_USERSPACE_BATCH_FRAMES);
	path->flush();
	assert_int_equal(pppd_reads(fixture, frame, &size), 1);
}

/* For several ptys, since one alone has not the room for all that a batch holds. */
static void frames_that_are_all_escapes_fill_a_batch_before_it_has_many(void **state)
{
	static uint8_t escapes[1400] = { 0xff, 0x03, 0x00, 0x21 };
	void *states[6] = { 0 };
	uint8_t frame[2048];
	size_t size;

	memset(escapes + 4, 0x7e, sizeof(escapes) - 4);
	for (size_t i = 0; i < ELEMENTS(states); i++) {
		open_session(&states[i]);
		pppd_writes(states[i], configure, sizeof(configure));
	}
	for (size_t i = 0; i < 4 * ELEMENTS(states); i++)
		peer_sends(states[i % ELEMENTS(states)], escapes, sizeof(escapes));
	path->flush();
	for (size_t i = 0; i < ELEMENTS(states); i++) {
		assert_int_equal(pppd_reads(states[i], frame, &size), 4);
		close_session(&states[i]);
	}
}

static void the_batch_of_a_session_that_ends_goes_nowhere(void **state)
{
	struct fixture *fixture = *state;
	void *other_state = NULL;
	struct fixture *other;
	uint8_t frame[2048];
	size_t size;

	open_session(&other_state);
	other = other_state;
	pppd_writes(fixture, configure, sizeof(configure));
	pppd_writes(other, configure, sizeof(configure));
	peer_sends(other, ipv4, sizeof(ipv4));
	close_session(&other_state);
	peer_sends(fixture, configure, sizeof(configure));
	path->flush();
	assert_int_equal(pppd_reads(fixture, frame, &size), 1);
	assert_int_equal(size, sizeof(configure));
}

static void a_full_pty_drops_and_counts_and_goes_on_later(void **state)
{
	static const uint8_t full[1400] = { 0xff, 0x03, 0x00, 0x21 };
	struct fixture *fixture = *state;
	size_t size, read_count, dropped;
	uint8_t frame[2048];

	pppd_writes(fixture, configure, sizeof(configure));
	for (unsigned int i = 0; i < 4000; i++)
		peer_sends(fixture, full, sizeof(full));
	path->flush();
	dropped = l2tp_userspace_counters()->pty_full - fixture->before.pty_full;
	read_count = pppd_reads(fixture, frame, &size);
	assert_in_range(dropped, 1, 3999);
	assert_int_equal(read_count + dropped, 4000);
	/* a frame that was cut ends at the flag of the next one */
	peer_sends(fixture, ipv4, sizeof(ipv4));
	path->flush();
	assert_int_equal(pppd_reads(fixture, frame, &size), 1);
	assert_memory_equal(frame, ipv4, sizeof(ipv4));
}

static void what_comes_late_or_twice_is_counted_and_not_written(void **state)
{
	struct fixture *fixture = *state;
	uint8_t frame[2048];
	size_t size;

	pppd_writes(fixture, configure, sizeof(configure));
	peer_sends_numbered(fixture, 0);
	peer_sends_numbered(fixture, 2);
	peer_sends_numbered(fixture, 1);
	peer_sends_numbered(fixture, 2);
	peer_sends_numbered(fixture, 3);
	path->flush();
	assert_int_equal(pppd_reads(fixture, frame, &size), 3);
	assert_int_equal(l2tp_userspace_counters()->out_of_order, fixture->before.out_of_order + 2);
}

static void a_frame_without_a_required_number_is_counted_and_not_written(void **state)
{
	struct fixture *fixture = *state;
	uint8_t frame[2048];
	size_t size;

	pppd_writes(fixture, configure, sizeof(configure));
	assert_int_equal(
		path->session_set_sequencing(fixture->session, L2TP_DATA_SEQUENCING_REQUIRED), 0);
	peer_sends(fixture, ipv4, sizeof(ipv4));
	peer_sends_numbered(fixture, 0);
	path->flush();
	assert_int_equal(pppd_reads(fixture, frame, &size), 1);
	assert_int_equal(l2tp_userspace_counters()->out_of_order, fixture->before.out_of_order + 1);
	/* Where only we send numbers, the peer's first frames have none. */
	assert_int_equal(path->session_set_sequencing(fixture->session, L2TP_DATA_SEQUENCING_SENT),
			 0);
	peer_sends(fixture, ipv4, sizeof(ipv4));
	path->flush();
	assert_int_equal(pppd_reads(fixture, frame, &size), 1);
}

static void both_ways_are_counted(void **state)
{
	struct l2tp_data_path_counters counters;
	struct fixture *fixture = *state;

	peer_sends(fixture, configure, sizeof(configure));
	pppd_writes(fixture, configure, sizeof(configure));
	pppd_writes(fixture, ipv4, sizeof(ipv4));
	assert_int_equal(path->session_counters(fixture->session, &counters), 0);
	assert_int_equal(counters.received_packets, 1);
	assert_int_equal(counters.received_bytes, sizeof(configure));
	assert_int_equal(counters.sent_packets, 2);
	assert_int_equal(counters.sent_bytes, sizeof(configure) + sizeof(ipv4));
}

static void its_descriptors_are_closed_on_exec_and_never_block(void **state)
{
	struct fixture *fixture = *state;
	const int descriptors[] = { path->session_descriptor(fixture->session),
				    path->session_pump_descriptor(fixture->session) };

	assert_true(isatty(descriptors[0]));
	for (size_t i = 0; i < ELEMENTS(descriptors); i++) {
		assert_true(fcntl(descriptors[i], F_GETFD) & FD_CLOEXEC);
		assert_true(fcntl(descriptors[i], F_GETFL) & O_NONBLOCK);
	}
}

static void freeing_nothing_is_allowed(void **state)
{
	path->session_free(NULL);
	path->tunnel_free(NULL);
}

#define WITH_SESSION(name) cmocka_unit_test_setup_teardown(name, open_session, close_session)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_SESSION(noise_from_pppd_is_counted_and_not_sent),
		WITH_SESSION(frames_too_long_or_empty_are_counted_and_not_written),
		WITH_SESSION(what_pppd_writes_gets_a_data_header),
		WITH_SESSION(with_sequencing_each_packet_has_the_next_number),
		WITH_SESSION(first_frames_wait_for_pppd),
		WITH_SESSION(no_more_is_kept_than_the_cap),
		WITH_SESSION(a_frame_without_address_and_control_gets_them),
		WITH_SESSION(nothing_is_written_before_the_flush),
		WITH_SESSION(frames_of_many_sessions_in_any_order_reach_their_own),
		WITH_SESSION(a_frame_in_pieces_is_its_own_sessions_wherever_it_was_cut),
		WITH_SESSION(a_session_may_end_in_the_middle_of_a_frame),
		WITH_SESSION(a_full_batch_is_written_before_more_is_collected),
		SENTENCE(frames_that_are_all_escapes_fill_a_batch_before_it_has_many),
		WITH_SESSION(the_batch_of_a_session_that_ends_goes_nowhere),
		WITH_SESSION(a_full_pty_drops_and_counts_and_goes_on_later),
		WITH_SESSION(what_comes_late_or_twice_is_counted_and_not_written),
		WITH_SESSION(a_frame_without_a_required_number_is_counted_and_not_written),
		WITH_SESSION(both_ways_are_counted),
		WITH_SESSION(its_descriptors_are_closed_on_exec_and_never_block),
		SENTENCE(freeing_nothing_is_allowed),
	};

	return cmocka_run_group_tests_name("userspace_session", tests, NULL, NULL);
}
