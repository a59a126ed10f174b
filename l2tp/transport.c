/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reliable delivery of control messages (RFC 2661, section 5.8, appendix A). Pure. */
#include "l2tp/transport.h"

#include "base/cleanup.h"
#include "l2tp/header.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct l2tp_transport_message {
	struct l2tp_transport_message *next;
	size_t size;
	uint16_t ns;
	uint8_t packet[];
};

static struct l2tp_transport_message *allocate(size_t size)
{
	return malloc(sizeof(struct l2tp_transport_message) + size);
}

static void fill(struct l2tp_transport_message *message, uint16_t ns, const uint8_t *packet,
		 size_t size)
{
	message->next = NULL;
	message->size = size;
	message->ns = ns;
	memcpy(message->packet, packet, size);
}

static struct l2tp_transport_message *message_new(uint16_t ns, const uint8_t *packet, size_t size)
{
	struct l2tp_transport_message *message = allocate(size);

	if (message)
		fill(message, ns, packet, size);
	return message;
}

static void free_list(struct l2tp_transport_message *message)
{
	while (message) {
		struct l2tp_transport_message *next = message->next;

		free(message);
		message = next;
	}
}

void l2tp_transport_init(struct l2tp_transport *transport,
			 const struct l2tp_transport_settings *settings, uint16_t peer_tunnel_id,
			 uint16_t peer_window, l2tp_transport_send_fn send, void *userdata)
{
	*transport = (struct l2tp_transport){
		.settings = settings,
		.send = send,
		.userdata = userdata,
		.peer_tunnel_id = peer_tunnel_id,
		.peer_window = peer_window ? peer_window : L2TP_PEER_WINDOW_DEFAULT,
		.congestion_window = 1,
		.retransmit_usec = UINT64_MAX,
	};
	transport->slow_start_threshold = transport->peer_window;
}

static void free_messages(struct l2tp_transport *transport)
{
	free_list(transport->queue);
	free_list(transport->early);
	transport->queue = transport->queue_last = transport->early = NULL;
}

void l2tp_transport_done(struct l2tp_transport *transport)
{
	free_messages(transport);
	free(transport->reserved);
	transport->reserved = NULL;
}

int l2tp_transport_reserve(struct l2tp_transport *transport, size_t size)
{
	transport->reserved = allocate(size);
	transport->reserved_size = size;
	return transport->reserved ? 0 : -ENOMEM;
}

/* Wait before the sending that follows @sendings retransmissions: 1, 2, 4, 8, 8... */
static uint64_t wait_usec(const struct l2tp_transport_settings *settings, uint32_t sendings)
{
	uint64_t wait = settings->retransmit_initial_usec;

	while (sendings-- > 0 && wait < settings->retransmit_cap_usec)
		wait *= 2;
	return wait < settings->retransmit_cap_usec ? wait : settings->retransmit_cap_usec;
}

uint64_t l2tp_transport_cycle_usec(const struct l2tp_transport_settings *settings)
{
	uint64_t cycle = 0;

	for (uint32_t i = 0; i <= settings->retransmit_maximum; i++)
		cycle += wait_usec(settings, i);
	return cycle;
}

static void send_message(struct l2tp_transport *transport, struct l2tp_transport_message *message)
{
	uint16_t after = message->ns + 1;

	l2tp_header_set_sequence(message->packet, message->size, message->ns, transport->nr);
	transport->acknowledgement_owed = false;
	if ((int16_t)(after - transport->ns_sent) > 0)
		transport->ns_sent = after;
	transport->send(transport->userdata, message->packet, message->size);
}

static void start_timer(struct l2tp_transport *transport, uint64_t now_usec)
{
	transport->sendings = 0;
	transport->cycle_usec = now_usec;
	transport->retransmit_usec = now_usec + wait_usec(transport->settings, 0);
}

static struct l2tp_transport_message *message_at(const struct l2tp_transport *transport,
						 uint32_t index)
{
	struct l2tp_transport_message *message = transport->queue;

	while (message && index-- > 0)
		message = message->next;
	return message;
}

static void send_next(struct l2tp_transport *transport, uint64_t now_usec,
		      struct l2tp_transport_message *message)
{
	if (transport->in_flight == 0)
		start_timer(transport, now_usec);
	transport->in_flight++;
	send_message(transport, message);
}

/* Fill the congestion window, which never opens beyond the peer's (5.8). */
static void send_what_fits(struct l2tp_transport *transport, uint64_t now_usec)
{
	struct l2tp_transport_message *message = message_at(transport, transport->in_flight);

	for (; message && transport->in_flight < transport->congestion_window;
	     message = message->next)
		send_next(transport, now_usec, message);
}

/* The Ns of the message that is queued next. */
static uint16_t next_ns(const struct l2tp_transport *transport)
{
	return (uint16_t)(transport->ns_oldest + transport->queued);
}

static void append(struct l2tp_transport *transport, struct l2tp_transport_message *message)
{
	if (transport->queue_last)
		transport->queue_last->next = message;
	else
		transport->queue = message;
	transport->queue_last = message;
	transport->queued++;
}

int l2tp_transport_queue(struct l2tp_transport *transport, uint64_t now_usec, const uint8_t *packet,
			 size_t size)
{
	struct l2tp_transport_message *message = message_new(next_ns(transport), packet, size);

	if (!message)
		return -ENOMEM;
	append(transport, message);
	send_what_fits(transport, now_usec);
	return 0;
}

/* Throw away what has no Ns on the wire yet. */
static void discard_unsent(struct l2tp_transport *transport)
{
	uint32_t sent = (uint16_t)(transport->ns_sent - transport->ns_oldest);
	struct l2tp_transport_message *last = sent > 0 ? message_at(transport, sent - 1) : NULL;

	if (last) {
		free_list(last->next);
		last->next = NULL;
	} else {
		free_list(transport->queue);
		transport->queue = NULL;
	}
	transport->queue_last = last;
	transport->queued = sent;
}

void l2tp_transport_queue_last(struct l2tp_transport *transport, uint64_t now_usec,
			       const uint8_t *packet, size_t size)
{
	struct l2tp_transport_message *message = TAKE_PTR(transport->reserved);

	assert(message && size <= transport->reserved_size);
	discard_unsent(transport);
	fill(message, next_ns(transport), packet, size);
	append(transport, message);
	if (transport->in_flight + 1 == transport->queued)
		send_next(transport, now_usec, transport->queue_last);
	else
		send_message(transport, transport->queue_last);
	if (transport->retransmit_usec == UINT64_MAX)
		start_timer(transport, now_usec);
}

void l2tp_transport_discard(struct l2tp_transport *transport)
{
	free_messages(transport);
	/* What was sent has used its numbers, even if nobody waits for them any more. */
	transport->ns_oldest = transport->ns_sent;
	transport->queued = transport->in_flight = 0;
	transport->early_count = 0;
	transport->retransmit_usec = UINT64_MAX;
}

static void drop_oldest(struct l2tp_transport *transport)
{
	struct l2tp_transport_message *oldest = transport->queue;

	transport->queue = oldest->next;
	if (!transport->queue)
		transport->queue_last = NULL;
	free(oldest);
	transport->ns_oldest++;
	transport->queued--;
	if (transport->in_flight > 0)
		transport->in_flight--;
}

/* Slow start below the threshold, one more per full window above it (appendix A). */
static void open_window(struct l2tp_transport *transport)
{
	if (transport->congestion_window >= transport->peer_window)
		return;
	if (transport->congestion_window < transport->slow_start_threshold) {
		transport->congestion_window++;
	} else if (++transport->congestion_step >= transport->congestion_window) {
		transport->congestion_window++;
		transport->congestion_step = 0;
	}
}

void l2tp_transport_acknowledged(struct l2tp_transport *transport, uint64_t now_usec, uint16_t nr)
{
	uint16_t acknowledged = nr - transport->ns_oldest;

	if (acknowledged == 0 ||
	    acknowledged > (uint16_t)(transport->ns_sent - transport->ns_oldest))
		return;
	while (acknowledged-- > 0) {
		drop_oldest(transport);
		open_window(transport);
	}
	if (transport->in_flight > 0)
		start_timer(transport, now_usec);
	else
		transport->retransmit_usec = UINT64_MAX;
	send_what_fits(transport, now_usec);
}

/* Keep a message that came too early, once, in order of Ns. */
static void hold(struct l2tp_transport *transport, uint16_t ns, const uint8_t *packet, size_t size)
{
	struct l2tp_transport_message **link = &transport->early;
	struct l2tp_transport_message *message;

	if (transport->early_count >= L2TP_TRANSPORT_HELD_MAX ||
	    size > L2TP_TRANSPORT_HELD_SIZE_MAX)
		return;
	while (*link && (int16_t)((*link)->ns - ns) < 0)
		link = &(*link)->next;
	if (*link && (*link)->ns == ns)
		return;
	message = message_new(ns, packet, size);
	if (!message)
		return; /* as if the network had lost it */
	message->next = *link;
	*link = message;
	transport->early_count++;
}

enum l2tp_order l2tp_transport_receive(struct l2tp_transport *transport, uint16_t ns,
				       const uint8_t *packet, size_t size)
{
	int16_t ahead = (int16_t)(ns - transport->nr);

	if (ahead < 0) {
		transport->acknowledgement_owed = true;
		return L2TP_ORDER_DUPLICATE;
	}
	if (ahead > 0) {
		if (ahead < transport->settings->receive_window_size)
			hold(transport, ns, packet, size);
		return L2TP_ORDER_EARLY;
	}
	transport->nr++;
	transport->acknowledgement_owed = true;
	return L2TP_ORDER_NEXT;
}

bool l2tp_transport_take_held(struct l2tp_transport *transport, uint8_t **ret_packet,
			      size_t *ret_size)
{
	struct l2tp_transport_message *message = transport->early;
	size_t size;

	/* The same message may have come again in order while its copy waited. */
	while (message && (int16_t)(message->ns - transport->nr) < 0) {
		transport->early = message->next;
		transport->early_count--;
		free(message);
		message = transport->early;
	}
	if (!message || message->ns != transport->nr)
		return false;
	transport->early = message->next;
	transport->early_count--;
	transport->nr++;
	transport->acknowledgement_owed = true;
	size = message->size;
	memmove(message, message->packet, size);
	*ret_packet = (uint8_t *)message;
	*ret_size = size;
	return true;
}

void l2tp_transport_flush(struct l2tp_transport *transport)
{
	uint8_t packet[L2TP_CONTROL_HEADER_SIZE];
	struct l2tp_writer writer;

	if (!transport->acknowledgement_owed)
		return;
	transport->acknowledgement_owed = false;
	l2tp_writer_init(&writer, packet, sizeof(packet));
	l2tp_header_write(&writer, transport->peer_tunnel_id, 0);
	l2tp_header_finish(&writer);
	/* A ZLB carries the next Ns but does not use it up (5.8). */
	l2tp_header_set_sequence(packet, writer.size, transport->ns_sent, transport->nr);
	transport->send(transport->userdata, packet, writer.size);
}

void l2tp_transport_repeat(struct l2tp_transport *transport)
{
	if (transport->queue) {
		send_message(transport, transport->queue);
		return;
	}
	transport->acknowledgement_owed = true;
	l2tp_transport_flush(transport);
}

uint64_t l2tp_transport_next_deadline(const struct l2tp_transport *transport)
{
	return transport->retransmit_usec;
}

/*
 * Appendix A: a loss halves the threshold and shrinks the window to one. What
 * was in flight behind the first message is sent again as the window opens.
 */
static void retransmit_first(struct l2tp_transport *transport)
{
	transport->slow_start_threshold = transport->congestion_window / 2;
	if (transport->slow_start_threshold < 1)
		transport->slow_start_threshold = 1;
	transport->congestion_window = 1;
	transport->congestion_step = 0;
	transport->in_flight = 1;
	transport->retransmissions++;
	send_message(transport, transport->queue);
}

int l2tp_transport_handle_deadline(struct l2tp_transport *transport, uint64_t now_usec)
{
	if (now_usec < transport->retransmit_usec)
		return 0;
	if (transport->sendings >= transport->settings->retransmit_maximum) {
		transport->retransmit_usec = UINT64_MAX;
		return L2TP_E_UNANSWERED;
	}
	transport->sendings++;
	transport->retransmit_usec = now_usec + wait_usec(transport->settings, transport->sendings);
	retransmit_first(transport);
	return 0;
}

void l2tp_transport_begin_cycle(struct l2tp_transport *transport, uint64_t now_usec)
{
	if (!transport->queue)
		return;
	start_timer(transport, now_usec);
	retransmit_first(transport);
}
