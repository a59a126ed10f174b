/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reliable delivery, with a send that writes down and a clock that is a variable. */
#include "l2tp/header.h"
#include "l2tp/transport.h"
#include "tests/unit.h"

#include <string.h>

#define SECOND   UINT64_C(1000000)
#define SENT_MAX 64

/* What left, oldest first. */
struct wire {
	struct l2tp_header sent[SENT_MAX];
	size_t count;
};

static const struct l2tp_transport_settings settings = {
	.retransmit_initial_usec = SECOND,
	.retransmit_cap_usec = 8 * SECOND,
	.retransmit_maximum = 5,
	.receive_window_size = 4,
};

static void write_down(void *userdata, const uint8_t *packet, size_t size)
{
	struct wire *wire = userdata;

	assert_in_range(wire->count, 0, SENT_MAX - 1);
	assert_int_equal(l2tp_header_read(packet, size, &wire->sent[wire->count++]), 0);
}

static bool is_zlb(const struct l2tp_header *header)
{
	return header->payload.remaining == 0;
}

static void start(struct l2tp_transport *transport, struct wire *wire, uint16_t peer_window)
{
	wire->count = 0;
	l2tp_transport_init(transport, &settings, 7, peer_window, write_down, wire);
}

static void queue_messages(struct l2tp_transport *transport, uint64_t now, size_t count)
{
	uint8_t packet[L2TP_CONTROL_HEADER_SIZE + 8] = { 0 };
	struct l2tp_writer writer;

	l2tp_writer_init(&writer, packet, sizeof(packet));
	l2tp_header_write(&writer, 7, 0);
	l2tp_write_bytes(&writer, "\x80\x08\0\0\0\0\0\x06", 8);
	l2tp_header_finish(&writer);
	while (count-- > 0)
		assert_int_equal(l2tp_transport_queue(transport, now, packet, writer.size), 0);
}

static enum l2tp_order receive(struct l2tp_transport *transport, uint16_t ns)
{
	const uint8_t packet[2] = { ns >> 8, ns & 0xff };

	return l2tp_transport_receive(transport, ns, packet, sizeof(packet));
}

/* Take the held message that must be there and must have been numbered @ns. */
static void assert_held(struct l2tp_transport *transport, uint16_t ns)
{
	uint8_t *packet;
	size_t size;

	assert_true(l2tp_transport_take_held(transport, &packet, &size));
	assert_int_equal(size, 2);
	assert_int_equal(packet[0] << 8 | packet[1], ns);
	free(packet);
}

static void assert_nothing_held(struct l2tp_transport *transport)
{
	uint8_t *packet;
	size_t size;

	assert_false(l2tp_transport_take_held(transport, &packet, &size));
}

static void a_message_is_retransmitted_with_back_off_then_given_up(void **state)
{
	static const uint64_t expected[] = { 1, 3, 7, 15, 23 };
	struct l2tp_transport transport;
	struct wire wire;

	start(&transport, &wire, 4);
	queue_messages(&transport, 0, 1);
	for (size_t i = 0; i < ELEMENTS(expected); i++) {
		assert_int_equal(l2tp_transport_next_deadline(&transport), expected[i] * SECOND);
		assert_int_equal(
			l2tp_transport_handle_deadline(&transport, expected[i] * SECOND - 1), 0);
		assert_int_equal(wire.count, i + 1);
		assert_int_equal(l2tp_transport_handle_deadline(&transport, expected[i] * SECOND),
				 0);
		assert_int_equal(wire.count, i + 2);
		assert_int_equal(wire.sent[i + 1].ns, 0);
	}
	assert_int_equal(l2tp_transport_next_deadline(&transport), 31 * SECOND);
	assert_int_equal(l2tp_transport_cycle_usec(&settings), 31 * SECOND);
	assert_int_equal(l2tp_transport_handle_deadline(&transport, 31 * SECOND),
			 L2TP_E_UNANSWERED);
	assert_int_equal(l2tp_transport_next_deadline(&transport), UINT64_MAX);
	assert_int_equal(wire.count, 6);
	l2tp_transport_done(&transport);
}

static void a_new_cycle_counts_anew(void **state)
{
	struct l2tp_transport transport;
	struct wire wire;

	start(&transport, &wire, 4);
	queue_messages(&transport, 0, 1);
	while (l2tp_transport_handle_deadline(&transport,
					      l2tp_transport_next_deadline(&transport)) == 0)
		;
	l2tp_transport_begin_cycle(&transport, 40 * SECOND);
	assert_int_equal(wire.count, 7);
	assert_int_equal(l2tp_transport_next_deadline(&transport), 41 * SECOND);
	l2tp_transport_acknowledged(&transport, 41 * SECOND, 1);
	assert_int_equal(l2tp_transport_next_deadline(&transport), UINT64_MAX);
	assert_int_equal(transport.queued, 0);
	l2tp_transport_done(&transport);
}

static void an_acknowledgement_of_what_was_never_sent_is_ignored(void **state)
{
	struct l2tp_transport transport;
	struct wire wire;

	start(&transport, &wire, 4);
	queue_messages(&transport, 0, 2);
	assert_int_equal(wire.count, 1);
	l2tp_transport_acknowledged(&transport, 0, 2);
	l2tp_transport_acknowledged(&transport, 0, 0xffff);
	l2tp_transport_acknowledged(&transport, 0, 0x8000);
	assert_int_equal(transport.queued, 2);
	l2tp_transport_acknowledged(&transport, 0, 1);
	assert_int_equal(transport.queued, 1);
	l2tp_transport_done(&transport);
}

static void a_peer_with_window_one_gets_one_message_at_a_time(void **state)
{
	struct l2tp_transport transport;
	struct wire wire;

	start(&transport, &wire, 1);
	queue_messages(&transport, 0, 5);
	for (uint16_t i = 1; i <= 5; i++) {
		assert_int_equal(wire.count, i);
		assert_int_equal(wire.sent[i - 1].ns, i - 1);
		l2tp_transport_acknowledged(&transport, 0, i);
	}
	assert_int_equal(transport.queued, 0);
	l2tp_transport_done(&transport);
}

static void the_window_opens_slowly_and_never_beyond_the_peers(void **state)
{
	struct l2tp_transport transport;
	struct wire wire;

	start(&transport, &wire, 3);
	queue_messages(&transport, 0, 20);
	assert_int_equal(transport.in_flight, 1);
	l2tp_transport_acknowledged(&transport, 0, 1);
	assert_int_equal(transport.in_flight, 2);
	l2tp_transport_acknowledged(&transport, 0, 3);
	assert_int_equal(transport.in_flight, 3);
	l2tp_transport_acknowledged(&transport, 0, 6);
	assert_int_equal(transport.in_flight, 3);
	l2tp_transport_done(&transport);
}

static void a_loss_shrinks_the_window_and_all_arrives_in_the_end(void **state)
{
	struct l2tp_transport transport;
	struct wire wire;
	size_t before;

	start(&transport, &wire, 8);
	queue_messages(&transport, 0, 12);
	l2tp_transport_acknowledged(&transport, 0, 1);
	l2tp_transport_acknowledged(&transport, 0, 3);
	assert_int_equal(transport.in_flight, 4);
	before = wire.count;
	assert_int_equal(l2tp_transport_handle_deadline(&transport, SECOND), 0);
	assert_int_equal(wire.count, before + 1);
	assert_int_equal(wire.sent[before].ns, 3);
	assert_int_equal(transport.in_flight, 1);
	/* Only message 3 had been lost: the peer acknowledges all four at once. */
	l2tp_transport_acknowledged(&transport, SECOND, 7);
	assert_int_equal(wire.sent[before + 1].ns, 7);
	for (uint64_t i = 0; transport.queued > 0 && i < 20; i++)
		l2tp_transport_acknowledged(&transport, SECOND, transport.ns_sent);
	assert_int_equal(transport.queued, 0);
	assert_int_equal(transport.ns_sent, 12);
	l2tp_transport_done(&transport);
}

static void numbers_go_on_beyond_65535_in_both_directions(void **state)
{
	struct l2tp_transport transport;
	struct wire wire;

	start(&transport, &wire, 4);
	transport.ns_oldest = transport.ns_sent = 65530;
	transport.nr = 65530;
	for (uint32_t i = 0; i < 20; i++) {
		uint16_t number = (uint16_t)(65530 + i);

		assert_int_equal(receive(&transport, number), L2TP_ORDER_NEXT);
		wire.count = 0;
		queue_messages(&transport, 0, 1);
		assert_int_equal(wire.sent[0].ns, number);
		assert_int_equal(wire.sent[0].nr, (uint16_t)(number + 1));
		l2tp_transport_acknowledged(&transport, 0, (uint16_t)(number + 1));
		assert_int_equal(transport.queued, 0);
		assert_int_equal(receive(&transport, number), L2TP_ORDER_DUPLICATE);
	}
	assert_int_equal(receive(&transport, 65535), L2TP_ORDER_DUPLICATE);
	l2tp_transport_done(&transport);
}

static void early_messages_come_out_in_order_across_the_wrap(void **state)
{
	struct l2tp_transport transport;
	struct wire wire;

	start(&transport, &wire, 4);
	transport.nr = 65534;
	assert_int_equal(receive(&transport, 1), L2TP_ORDER_EARLY);
	assert_int_equal(receive(&transport, 65535), L2TP_ORDER_EARLY);
	assert_int_equal(receive(&transport, 0), L2TP_ORDER_EARLY);
	assert_int_equal(receive(&transport, 0), L2TP_ORDER_EARLY);
	assert_int_equal(transport.early_count, 3);
	assert_nothing_held(&transport);
	assert_int_equal(receive(&transport, 65534), L2TP_ORDER_NEXT);
	assert_held(&transport, 65535);
	assert_held(&transport, 0);
	assert_held(&transport, 1);
	assert_nothing_held(&transport);
	assert_int_equal(transport.nr, 2);
	assert_int_equal(transport.early_count, 0);
	l2tp_transport_done(&transport);
}

static void messages_beyond_our_window_or_too_long_are_not_kept(void **state)
{
	static const uint8_t packet[L2TP_TRANSPORT_HELD_SIZE_MAX + 1];
	struct l2tp_transport transport;
	struct wire wire;

	start(&transport, &wire, 4);
	for (uint16_t ns = 4; ns < 1000; ns++)
		assert_int_equal(receive(&transport, ns), L2TP_ORDER_EARLY);
	assert_int_equal(transport.early_count, 0);
	assert_int_equal(l2tp_transport_receive(&transport, 1, packet, sizeof(packet)),
			 L2TP_ORDER_EARLY);
	assert_int_equal(transport.early_count, 0);
	l2tp_transport_done(&transport);
}

static void a_copy_that_waited_while_the_message_came_again_is_dropped(void **state)
{
	struct l2tp_transport transport;
	struct wire wire;

	start(&transport, &wire, 4);
	receive(&transport, 1);
	assert_int_equal(receive(&transport, 0), L2TP_ORDER_NEXT);
	/* The caller takes 1 from the network before it asks for what was held. */
	assert_int_equal(receive(&transport, 1), L2TP_ORDER_NEXT);
	assert_nothing_held(&transport);
	assert_int_equal(transport.early_count, 0);
	l2tp_transport_done(&transport);
}

static void an_acknowledgement_rides_on_a_message_or_goes_alone(void **state)
{
	struct l2tp_transport transport;
	struct wire wire;

	start(&transport, &wire, 4);
	receive(&transport, 0);
	queue_messages(&transport, 0, 1);
	l2tp_transport_flush(&transport);
	assert_int_equal(wire.count, 1);
	assert_int_equal(wire.sent[0].nr, 1);
	receive(&transport, 1);
	l2tp_transport_flush(&transport);
	assert_int_equal(wire.count, 2);
	assert_true(is_zlb(&wire.sent[1]));
	assert_int_equal(wire.sent[1].nr, 2);
	assert_int_equal(wire.sent[1].ns, 1);
	assert_int_equal(wire.sent[1].tunnel_id, 7);
	l2tp_transport_flush(&transport);
	assert_int_equal(wire.count, 2);
	l2tp_transport_done(&transport);
}

static void a_duplicate_is_acknowledged_again(void **state)
{
	struct l2tp_transport transport;
	struct wire wire;

	start(&transport, &wire, 4);
	receive(&transport, 0);
	l2tp_transport_flush(&transport);
	assert_int_equal(receive(&transport, 0), L2TP_ORDER_DUPLICATE);
	l2tp_transport_flush(&transport);
	assert_int_equal(wire.count, 2);
	assert_int_equal(wire.sent[1].nr, 1);
	l2tp_transport_done(&transport);
}

static void a_zlb_uses_no_number(void **state)
{
	struct l2tp_transport transport;
	struct wire wire;

	start(&transport, &wire, 4);
	for (uint16_t i = 0; i < 3; i++) {
		receive(&transport, i);
		l2tp_transport_flush(&transport);
	}
	queue_messages(&transport, 0, 1);
	assert_int_equal(wire.sent[3].ns, 0);
	l2tp_transport_done(&transport);
}

static void a_retransmission_carries_the_present_nr(void **state)
{
	struct l2tp_transport transport;
	struct wire wire;

	start(&transport, &wire, 4);
	queue_messages(&transport, 0, 1);
	receive(&transport, 0);
	l2tp_transport_flush(&transport);
	l2tp_transport_handle_deadline(&transport, SECOND);
	assert_int_equal(wire.count, 3);
	assert_int_equal(wire.sent[2].ns, 0);
	assert_int_equal(wire.sent[2].nr, 1);
	l2tp_transport_done(&transport);
}

static void the_last_message_overtakes_what_never_left(void **state)
{
	const uint8_t stop[L2TP_CONTROL_HEADER_SIZE + 1] = { 0xc8, 2, 0, 13, 0, 7 };
	struct l2tp_transport transport;
	struct wire wire;

	start(&transport, &wire, 1);
	queue_messages(&transport, 0, 5);
	assert_int_equal(l2tp_transport_reserve(&transport, sizeof(stop)), 0);
	l2tp_transport_queue_last(&transport, 0, stop, sizeof(stop));
	assert_int_equal(transport.queued, 2);
	assert_int_equal(wire.count, 2);
	assert_int_equal(wire.sent[1].ns, 1);
	assert_int_equal(wire.sent[1].payload.remaining, 1);
	l2tp_transport_acknowledged(&transport, 0, 2);
	assert_int_equal(transport.queued, 0);
	assert_int_equal(l2tp_transport_next_deadline(&transport), UINT64_MAX);
	l2tp_transport_done(&transport);
}

/* A peer that was given up is told the end, which is repeated like any message. */
static void the_last_message_is_repeated_after_those_before_were_in_vain(void **state)
{
	const uint8_t stop[L2TP_CONTROL_HEADER_SIZE + 1] = { 0xc8, 2, 0, 13, 0, 7 };
	struct l2tp_transport transport;
	uint64_t now = 0;
	struct wire wire;

	start(&transport, &wire, 4);
	assert_int_equal(l2tp_transport_reserve(&transport, sizeof(stop)), 0);
	queue_messages(&transport, now, 1);
	do
		now = l2tp_transport_next_deadline(&transport);
	while (l2tp_transport_handle_deadline(&transport, now) == 0);
	assert_int_equal(l2tp_transport_next_deadline(&transport), UINT64_MAX);
	l2tp_transport_queue_last(&transport, now, stop, sizeof(stop));
	assert_int_equal(wire.sent[wire.count - 1].ns, 1);
	assert_int_equal(l2tp_transport_next_deadline(&transport), now + SECOND);
	l2tp_transport_done(&transport);
}

static void a_cycle_of_nothing_waits_for_nothing(void **state)
{
	struct l2tp_transport transport;
	struct wire wire;

	start(&transport, &wire, 4);
	l2tp_transport_begin_cycle(&transport, SECOND);
	assert_int_equal(wire.count, 0);
	assert_int_equal(l2tp_transport_next_deadline(&transport), UINT64_MAX);
	l2tp_transport_done(&transport);
}

static void after_discarding_acknowledgements_go_on(void **state)
{
	struct l2tp_transport transport;
	struct wire wire;

	start(&transport, &wire, 4);
	queue_messages(&transport, 0, 3);
	receive(&transport, 1);
	l2tp_transport_discard(&transport);
	assert_int_equal(l2tp_transport_next_deadline(&transport), UINT64_MAX);
	assert_int_equal(receive(&transport, 0), L2TP_ORDER_NEXT);
	l2tp_transport_flush(&transport);
	assert_int_equal(wire.count, 2);
	assert_int_equal(wire.sent[1].nr, 1);
	assert_int_equal(wire.sent[1].ns, 1);
	l2tp_transport_done(&transport);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SENTENCE(a_message_is_retransmitted_with_back_off_then_given_up),
		SENTENCE(a_new_cycle_counts_anew),
		SENTENCE(an_acknowledgement_of_what_was_never_sent_is_ignored),
		SENTENCE(a_peer_with_window_one_gets_one_message_at_a_time),
		SENTENCE(the_window_opens_slowly_and_never_beyond_the_peers),
		SENTENCE(a_loss_shrinks_the_window_and_all_arrives_in_the_end),
		SENTENCE(numbers_go_on_beyond_65535_in_both_directions),
		SENTENCE(early_messages_come_out_in_order_across_the_wrap),
		SENTENCE(messages_beyond_our_window_or_too_long_are_not_kept),
		SENTENCE(a_copy_that_waited_while_the_message_came_again_is_dropped),
		SENTENCE(an_acknowledgement_rides_on_a_message_or_goes_alone),
		SENTENCE(a_duplicate_is_acknowledged_again),
		SENTENCE(a_zlb_uses_no_number),
		SENTENCE(a_retransmission_carries_the_present_nr),
		SENTENCE(the_last_message_overtakes_what_never_left),
		SENTENCE(the_last_message_is_repeated_after_those_before_were_in_vain),
		SENTENCE(a_cycle_of_nothing_waits_for_nothing),
		SENTENCE(after_discarding_acknowledgements_go_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
