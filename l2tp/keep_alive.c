/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keep-alive (RFC 2661, 5.5) and the timers of a tunnel. A tunnel that carries
 * data is never given up because a control message is not acknowledged: an
 * Android client whose acknowledgements get lost would lose its session
 * together with them. Pure.
 */
#include "l2tp/keep_alive.h"

#include "l2tp/control_connection.h"

#include <assert.h>

/* Repeated SCCRQs without any other sign of life before we ask with a Hello. */
#define SUSPICION_AT 3
/* How long the answer may take: time for the Hello and two retransmissions. */
#define SUSPICION_WAIT_USEC UINT64_C(3500000)

void l2tp_tunnel_mark_alive(struct l2tp_tunnel *tunnel, uint64_t now_usec)
{
	tunnel->last_received_usec = now_usec;
	tunnel->repeated_sccrq = 0;
	tunnel->probe_usec = 0;
}

/* The data path knows what arrived without us: it is asked only when in doubt. */
static bool data_was_received(struct l2tp_tunnel *tunnel, uint64_t now_usec)
{
	if (!tunnel->lns->ops->tunnel_data_received(tunnel->lns->userdata, tunnel))
		return false;
	l2tp_tunnel_mark_alive(tunnel, now_usec);
	return true;
}

void l2tp_tunnel_mark_call_gone(struct l2tp_tunnel *tunnel, uint64_t now_usec)
{
	if (tunnel->state == L2TP_TUNNEL_STATE_ESTABLISHED && tunnel->call_count == 0)
		tunnel->state_usec = now_usec + tunnel->lns->settings.idle_timeout_usec;
}

/* Return: false if there is no memory for it; it can be asked later. */
static bool send_hello(struct l2tp_tunnel *tunnel, uint64_t now_usec)
{
	uint8_t packet[L2TP_CONTROL_PACKET_MAX];
	struct l2tp_writer writer;

	l2tp_writer_init(&writer, packet, sizeof(packet));
	l2tp_write_hello(&writer, tunnel->peer_id);
	return l2tp_transport_queue(&tunnel->transport, now_usec, writer.bytes, writer.size) == 0;
}

bool l2tp_tunnel_repeated_sccrq(struct l2tp_tunnel *tunnel, uint64_t now_usec)
{
	if (tunnel->state != L2TP_TUNNEL_STATE_ESTABLISHED) {
		l2tp_transport_repeat(&tunnel->transport);
		return false;
	}
	if (tunnel->probe_usec != 0 && now_usec - tunnel->probe_usec >= SUSPICION_WAIT_USEC &&
	    !data_was_received(tunnel, now_usec))
		return true;
	/* What came before the first repetition says nothing about the peer's life after it. */
	if (tunnel->repeated_sccrq == 0)
		data_was_received(tunnel, now_usec);
	if (tunnel->repeated_sccrq < SUSPICION_AT)
		tunnel->repeated_sccrq++;
	if (tunnel->repeated_sccrq == SUSPICION_AT && tunnel->probe_usec == 0 &&
	    !data_was_received(tunnel, now_usec) && send_hello(tunnel, now_usec))
		tunnel->probe_usec = now_usec;
	tunnel->transport.acknowledgement_owed = true;
	l2tp_transport_flush(&tunnel->transport);
	l2tp_tunnel_update_deadline(tunnel);
	return false;
}

static bool awaits_hello(const struct l2tp_tunnel *tunnel)
{
	/* A message that waits for its acknowledgement asks as well as a Hello does. */
	return tunnel->state == L2TP_TUNNEL_STATE_ESTABLISHED && tunnel->transport.queued == 0;
}

static uint64_t hello_usec(const struct l2tp_tunnel *tunnel)
{
	return tunnel->last_received_usec + tunnel->lns->settings.hello_interval_usec;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* An established tunnel may stay as it is while it has a call; set-up and lingering may not. */
static bool state_may_last(const struct l2tp_tunnel *tunnel)
{
	return tunnel->call_count > 0 && tunnel->state == L2TP_TUNNEL_STATE_ESTABLISHED;
}

void l2tp_tunnel_update_deadline(struct l2tp_tunnel *tunnel)
{
	uint64_t at_usec = l2tp_transport_next_deadline(&tunnel->transport);

	/* The SCCRQ that a tunnel is made for ends that state. */
	assert(tunnel->state != L2TP_TUNNEL_STATE_IDLE);
	if (!state_may_last(tunnel))
		at_usec = earlier(at_usec, tunnel->state_usec);
	if (awaits_hello(tunnel))
		at_usec = earlier(at_usec, hello_usec(tunnel));
	if (tunnel->state != L2TP_TUNNEL_STATE_LINGERING)
		at_usec = earlier(at_usec, tunnel->starved_usec);
	l2tp_deadline_set(&tunnel->lns->deadlines, &tunnel->deadline, at_usec);
}

/* All retransmissions were in vain. Return: true if the tunnel was given up and freed. */
static bool handle_unanswered(struct l2tp_tunnel *tunnel, uint64_t now_usec)
{
	const struct l2tp_tunnel_input input = { .now_usec = now_usec, .cause = L2TP_END_TIMEOUT };
	bool lingering = tunnel->state == L2TP_TUNNEL_STATE_LINGERING;

	if (tunnel->state == L2TP_TUNNEL_STATE_ESTABLISHED &&
	    (tunnel->last_received_usec > tunnel->transport.cycle_usec ||
	     data_was_received(tunnel, now_usec))) {
		l2tp_transport_begin_cycle(&tunnel->transport, now_usec);
		return false;
	}
	l2tp_tunnel_apply(tunnel, L2TP_TUNNEL_EVENT_UNANSWERED, &input);
	return !lingering;
}

/* Set-up took too long. Return: true if the tunnel was freed. */
static bool handle_setup_timeout(struct l2tp_tunnel *tunnel, uint64_t now_usec)
{
	const struct l2tp_tunnel_input input = {
		.now_usec = now_usec,
		.result = { .result = L2TP_STOPCCN_GENERAL, .message = "set-up timeout" },
		.cause = L2TP_END_SETUP_TIMEOUT,
	};

	/* Who did not even acknowledge SCCRP is not there to be told. */
	if (tunnel->transport.queued > 0) {
		l2tp_tunnel_apply(tunnel, L2TP_TUNNEL_EVENT_UNANSWERED, &input);
		return true;
	}
	l2tp_tunnel_apply(tunnel, L2TP_TUNNEL_EVENT_SETUP_TIMEOUT, &input);
	return false;
}

/* Some clients leave their tunnel behind after its last call: it is tidied up here. */
static void handle_idle_timeout(struct l2tp_tunnel *tunnel, uint64_t now_usec)
{
	const struct l2tp_tunnel_input input = {
		.now_usec = now_usec,
		.result = { .result = L2TP_STOPCCN_GENERAL, .message = "no call" },
		.cause = L2TP_END_IDLE,
	};

	l2tp_tunnel_apply(tunnel, L2TP_TUNNEL_EVENT_IDLE_TIMEOUT, &input);
}

static void handle_silence(struct l2tp_tunnel *tunnel, uint64_t now_usec)
{
	if (!awaits_hello(tunnel) || now_usec < hello_usec(tunnel) ||
	    data_was_received(tunnel, now_usec))
		return;
	if (!send_hello(tunnel, now_usec))
		tunnel->last_received_usec = now_usec;
}

/* What is due in this state. Return: true if the tunnel was freed. */
static bool handle_state_deadline(struct l2tp_tunnel *tunnel, uint64_t now_usec)
{
	const struct l2tp_tunnel_input input = { .now_usec = now_usec };

	if (state_may_last(tunnel) || now_usec < tunnel->state_usec) {
		handle_silence(tunnel, now_usec);
		return false;
	}
	if (tunnel->state == L2TP_TUNNEL_STATE_ESTABLISHED) {
		handle_idle_timeout(tunnel, now_usec);
		return false;
	}
	if (tunnel->state == L2TP_TUNNEL_STATE_WAIT_CTL_CONN)
		return handle_setup_timeout(tunnel, now_usec);
	l2tp_tunnel_apply(tunnel, L2TP_TUNNEL_EVENT_LINGERED, &input);
	return true;
}

/* The peer waits for a message that there was no memory for, or goes on without it. */
static void close_starved(struct l2tp_tunnel *tunnel, uint64_t now_usec)
{
	const struct l2tp_tunnel_input input = {
		.now_usec = now_usec,
		.result = { .result = L2TP_STOPCCN_ERROR,
			    .error = L2TP_ERROR_NO_RESOURCES,
			    .message = "out of memory" },
		.cause = L2TP_END_NO_RESOURCES,
	};

	l2tp_tunnel_apply(tunnel, L2TP_TUNNEL_EVENT_CLOSE, &input);
	l2tp_tunnel_update_deadline(tunnel);
}

void l2tp_tunnel_handle_deadline(struct l2tp_tunnel *tunnel, uint64_t now_usec)
{
	uint64_t before = tunnel->transport.retransmissions;
	int r;

	if (tunnel->state != L2TP_TUNNEL_STATE_LINGERING && now_usec >= tunnel->starved_usec) {
		close_starved(tunnel, now_usec);
		return;
	}
	r = l2tp_transport_handle_deadline(&tunnel->transport, now_usec);

	tunnel->lns->counters.retransmissions += tunnel->transport.retransmissions - before;
	if (r == L2TP_E_UNANSWERED && handle_unanswered(tunnel, now_usec))
		return;
	if (handle_state_deadline(tunnel, now_usec))
		return;
	l2tp_tunnel_update_deadline(tunnel);
}
