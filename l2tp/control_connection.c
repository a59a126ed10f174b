/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control connection's state table (RFC 2661, 7.2.1) and its actions, the
 * LNS's side. The order of rows is the RFC's, events that are not messages
 * follow. "Lingering" stands for the RFC's idle as long as the peer's
 * retransmissions may still want to be acknowledged (5.7, 5.8). Pure.
 */
#include "l2tp/control_connection.h"

#include "l2tp/incoming_call.h"
#include "l2tp/tunnel_table.h"

#include <assert.h>

struct cell {
	void (*action)(struct l2tp_tunnel *tunnel, const struct l2tp_tunnel_input *input);
	enum l2tp_tunnel_state next;
};

static const char *const state_names[] = {
	[L2TP_TUNNEL_STATE_IDLE] = "idle",
	[L2TP_TUNNEL_STATE_WAIT_CTL_CONN] = "wait-ctl-conn",
	[L2TP_TUNNEL_STATE_ESTABLISHED] = "established",
	[L2TP_TUNNEL_STATE_LINGERING] = "lingering",
};

static const char *const event_names[] = {
	[L2TP_TUNNEL_EVENT_SCCRQ] = "SCCRQ",
	[L2TP_TUNNEL_EVENT_SCCRQ_REFUSED] = "SCCRQ not acceptable",
	[L2TP_TUNNEL_EVENT_SCCRP] = "SCCRP",
	[L2TP_TUNNEL_EVENT_SCCCN] = "SCCCN",
	[L2TP_TUNNEL_EVENT_SCCCN_REFUSED] = "SCCCN not acceptable",
	[L2TP_TUNNEL_EVENT_HELLO] = "HELLO",
	[L2TP_TUNNEL_EVENT_CALL_MESSAGE] = "call message",
	[L2TP_TUNNEL_EVENT_STOPCCN] = "StopCCN",
	[L2TP_TUNNEL_EVENT_UNACCEPTABLE] = "unacceptable message",
	[L2TP_TUNNEL_EVENT_CLOSE] = "close",
	[L2TP_TUNNEL_EVENT_SETUP_TIMEOUT] = "set-up timeout",
	[L2TP_TUNNEL_EVENT_IDLE_TIMEOUT] = "idle timeout",
	[L2TP_TUNNEL_EVENT_UNANSWERED] = "unanswered",
	[L2TP_TUNNEL_EVENT_REPLACED] = "replaced",
	[L2TP_TUNNEL_EVENT_REFERENCE_GONE] = "SA reference gone",
	[L2TP_TUNNEL_EVENT_LINGERED] = "lingered",
};

void l2tp_tunnel_queue(struct l2tp_tunnel *tunnel, uint64_t now_usec,
		       const struct l2tp_writer *writer)
{
	assert(!writer->failed);
	if (l2tp_transport_queue(&tunnel->transport, now_usec, writer->bytes, writer->size) < 0 &&
	    now_usec < tunnel->starved_usec)
		tunnel->starved_usec = now_usec;
}

const struct l2tp_hiding *l2tp_tunnel_hiding(const struct l2tp_tunnel *tunnel,
					     struct l2tp_hiding *storage)
{
	const struct l2tp_lns *lns = tunnel->lns;

	if (!lns->settings.hide_avps || !tunnel->authentication)
		return NULL;
	storage->secret = tunnel->authentication->secret;
	lns->ops->random(lns->userdata, storage->vector, sizeof(storage->vector));
	lns->ops->random(lns->userdata, storage->padding, sizeof(storage->padding));
	return storage;
}

static void ignore(struct l2tp_tunnel *tunnel, const struct l2tp_tunnel_input *input)
{
}

/* What is asked of the peer, and what it has asked (5.1.1). */
static void authenticate(const struct l2tp_tunnel *tunnel, struct l2tp_octets challenge,
			 uint8_t response[L2TP_RESPONSE_SIZE], struct l2tp_sccrp *sccrp)
{
	const struct l2tp_authentication *authentication = tunnel->authentication;

	if (!authentication)
		return;
	sccrp->challenge = (struct l2tp_octets){ authentication->challenge,
						 sizeof(authentication->challenge) };
	if (!challenge.bytes)
		return;
	l2tp_authentication_respond(authentication->secret, L2TP_MESSAGE_SCCRP, challenge,
				    response);
	sccrp->response = (struct l2tp_octets){ response, L2TP_RESPONSE_SIZE };
}

static void send_sccrp(struct l2tp_tunnel *tunnel, const struct l2tp_tunnel_input *input)
{
	struct l2tp_sccrp sccrp = { .settings = &tunnel->lns->settings };
	uint8_t response[L2TP_RESPONSE_SIZE];
	uint8_t packet[L2TP_CONTROL_PACKET_MAX];
	struct l2tp_hiding hiding;
	struct l2tp_writer writer;

	authenticate(tunnel, input->message->challenge, response, &sccrp);
	tunnel->state_usec = input->now_usec + tunnel->lns->settings.setup_timeout_usec;
	l2tp_writer_init(&writer, packet, sizeof(packet));
	l2tp_write_sccrp(&writer, tunnel->peer_id, tunnel->local_id, &sccrp,
			 l2tp_tunnel_hiding(tunnel, &hiding));
	l2tp_tunnel_queue(tunnel, input->now_usec, &writer);
}

static void establish(struct l2tp_tunnel *tunnel, const struct l2tp_tunnel_input *input)
{
	/* What a tunnel is for, its first call, is still part of the set-up. */
	tunnel->state_usec = input->now_usec + tunnel->lns->settings.setup_timeout_usec;
	l2tp_tunnel_count_established(tunnel);
	tunnel->lns->ops->tunnel_established(tunnel->lns->userdata, tunnel);
}

static void handle_call_message(struct l2tp_tunnel *tunnel, const struct l2tp_tunnel_input *input)
{
	l2tp_call_handle_message(tunnel, input->now_usec, input->header, input->message);
}

/* All calls and the tunnel itself are told the same cause; it may send until it is freed. */
static void close_all(struct l2tp_tunnel *tunnel, enum l2tp_end_cause cause)
{
	struct l2tp_lns *lns = tunnel->lns;

	l2tp_call_close_all(tunnel, cause);
	lns->ops->tunnel_closed(lns->userdata, tunnel, cause);
}

static void linger(struct l2tp_tunnel *tunnel, const struct l2tp_tunnel_input *input,
		   enum l2tp_end_cause cause)
{
	tunnel->state_usec =
		input->now_usec + l2tp_transport_cycle_usec(&tunnel->lns->transport_settings);
	l2tp_tunnel_begin_lingering(tunnel);
	close_all(tunnel, cause);
}

static void stop_with(struct l2tp_tunnel *tunnel, const struct l2tp_tunnel_input *input,
		      const struct l2tp_result *result, enum l2tp_end_cause cause)
{
	uint8_t packet[L2TP_STOPCCN_PACKET_MAX];
	struct l2tp_hiding hiding;
	struct l2tp_writer writer;

	l2tp_writer_init(&writer, packet, sizeof(packet));
	l2tp_write_stopccn(&writer, tunnel->peer_id, tunnel->local_id, result,
			   l2tp_tunnel_hiding(tunnel, &hiding));
	assert(!writer.failed);
	l2tp_transport_queue_last(&tunnel->transport, input->now_usec, packet, writer.size);
	linger(tunnel, input, cause);
}

static void stop(struct l2tp_tunnel *tunnel, const struct l2tp_tunnel_input *input)
{
	stop_with(tunnel, input, &input->result, input->cause);
}

/* The message is not allowed in this state. */
static void stop_out_of_order(struct l2tp_tunnel *tunnel, const struct l2tp_tunnel_input *input)
{
	static const struct l2tp_result result = {
		.result = L2TP_STOPCCN_FSM_ERROR,
		.message = "message not allowed in this state",
	};

	stop_with(tunnel, input, &result, L2TP_END_PROTOCOL_ERROR);
}

/* The peer's StopCCN. MSL2TP puts a wrong tunnel id into it: nobody looks. */
static void clean_up(struct l2tp_tunnel *tunnel, const struct l2tp_tunnel_input *input)
{
	tunnel->peer_stopped = true;
	tunnel->peer_result = input->message->result;
	l2tp_transport_discard(&tunnel->transport);
	linger(tunnel, input, L2TP_END_PEER);
}

/* Both sides have sent StopCCN: the peer no longer waits for ours. */
static void forget_queue(struct l2tp_tunnel *tunnel, const struct l2tp_tunnel_input *input)
{
	l2tp_transport_discard(&tunnel->transport);
}

/* No peer is there to be told. */
static void drop(struct l2tp_tunnel *tunnel, const struct l2tp_tunnel_input *input)
{
	close_all(tunnel, input->cause);
	l2tp_tunnel_free(tunnel);
}

static void release(struct l2tp_tunnel *tunnel, const struct l2tp_tunnel_input *input)
{
	l2tp_tunnel_free(tunnel);
}

#define IDLE          L2TP_TUNNEL_STATE_IDLE
#define WAIT_CTL_CONN L2TP_TUNNEL_STATE_WAIT_CTL_CONN
#define ESTABLISHED   L2TP_TUNNEL_STATE_ESTABLISHED
#define LINGERING     L2TP_TUNNEL_STATE_LINGERING

/* clang-format off */
static const struct cell table[L2TP_TUNNEL_STATE_COUNT_][L2TP_TUNNEL_EVENT_COUNT_] = {
	[IDLE] = {
		[L2TP_TUNNEL_EVENT_SCCRQ]          = { send_sccrp, WAIT_CTL_CONN },
		[L2TP_TUNNEL_EVENT_SCCRQ_REFUSED]  = { stop, LINGERING },
		[L2TP_TUNNEL_EVENT_SCCRP]          = { ignore, IDLE },
		[L2TP_TUNNEL_EVENT_SCCCN]          = { ignore, IDLE },
		[L2TP_TUNNEL_EVENT_SCCCN_REFUSED]  = { ignore, IDLE },
		[L2TP_TUNNEL_EVENT_HELLO]          = { ignore, IDLE },
		[L2TP_TUNNEL_EVENT_CALL_MESSAGE]   = { ignore, IDLE },
		[L2TP_TUNNEL_EVENT_STOPCCN]        = { clean_up, LINGERING },
		[L2TP_TUNNEL_EVENT_UNACCEPTABLE]   = { stop, LINGERING },
		[L2TP_TUNNEL_EVENT_CLOSE]          = { stop, LINGERING },
		[L2TP_TUNNEL_EVENT_SETUP_TIMEOUT]  = { stop, LINGERING },
		[L2TP_TUNNEL_EVENT_IDLE_TIMEOUT]   = { stop, LINGERING },
		[L2TP_TUNNEL_EVENT_UNANSWERED]     = { drop, IDLE },
		[L2TP_TUNNEL_EVENT_REPLACED]       = { drop, IDLE },
		[L2TP_TUNNEL_EVENT_REFERENCE_GONE] = { drop, IDLE },
		[L2TP_TUNNEL_EVENT_LINGERED]       = { ignore, IDLE },
	},
	[WAIT_CTL_CONN] = {
		[L2TP_TUNNEL_EVENT_SCCRQ]          = { stop_out_of_order, LINGERING },
		[L2TP_TUNNEL_EVENT_SCCRQ_REFUSED]  = { stop, LINGERING },
		[L2TP_TUNNEL_EVENT_SCCRP]          = { stop_out_of_order, LINGERING },
		[L2TP_TUNNEL_EVENT_SCCCN]          = { establish, ESTABLISHED },
		[L2TP_TUNNEL_EVENT_SCCCN_REFUSED]  = { stop, LINGERING },
		[L2TP_TUNNEL_EVENT_HELLO]          = { ignore, WAIT_CTL_CONN },
		[L2TP_TUNNEL_EVENT_CALL_MESSAGE]   = { stop_out_of_order, LINGERING },
		[L2TP_TUNNEL_EVENT_STOPCCN]        = { clean_up, LINGERING },
		[L2TP_TUNNEL_EVENT_UNACCEPTABLE]   = { stop, LINGERING },
		[L2TP_TUNNEL_EVENT_CLOSE]          = { stop, LINGERING },
		[L2TP_TUNNEL_EVENT_SETUP_TIMEOUT]  = { stop, LINGERING },
		[L2TP_TUNNEL_EVENT_IDLE_TIMEOUT]   = { ignore, WAIT_CTL_CONN },
		[L2TP_TUNNEL_EVENT_UNANSWERED]     = { drop, IDLE },
		[L2TP_TUNNEL_EVENT_REPLACED]       = { drop, IDLE },
		[L2TP_TUNNEL_EVENT_REFERENCE_GONE] = { drop, IDLE },
		[L2TP_TUNNEL_EVENT_LINGERED]       = { ignore, WAIT_CTL_CONN },
	},
	[ESTABLISHED] = {
		[L2TP_TUNNEL_EVENT_SCCRQ]          = { stop_out_of_order, LINGERING },
		[L2TP_TUNNEL_EVENT_SCCRQ_REFUSED]  = { stop, LINGERING },
		[L2TP_TUNNEL_EVENT_SCCRP]          = { stop_out_of_order, LINGERING },
		[L2TP_TUNNEL_EVENT_SCCCN]          = { stop_out_of_order, LINGERING },
		[L2TP_TUNNEL_EVENT_SCCCN_REFUSED]  = { stop_out_of_order, LINGERING },
		[L2TP_TUNNEL_EVENT_HELLO]          = { ignore, ESTABLISHED },
		[L2TP_TUNNEL_EVENT_CALL_MESSAGE]   = { handle_call_message, ESTABLISHED },
		[L2TP_TUNNEL_EVENT_STOPCCN]        = { clean_up, LINGERING },
		[L2TP_TUNNEL_EVENT_UNACCEPTABLE]   = { stop, LINGERING },
		[L2TP_TUNNEL_EVENT_CLOSE]          = { stop, LINGERING },
		[L2TP_TUNNEL_EVENT_SETUP_TIMEOUT]  = { ignore, ESTABLISHED },
		[L2TP_TUNNEL_EVENT_IDLE_TIMEOUT]   = { stop, LINGERING },
		[L2TP_TUNNEL_EVENT_UNANSWERED]     = { drop, IDLE },
		[L2TP_TUNNEL_EVENT_REPLACED]       = { drop, IDLE },
		[L2TP_TUNNEL_EVENT_REFERENCE_GONE] = { drop, IDLE },
		[L2TP_TUNNEL_EVENT_LINGERED]       = { ignore, ESTABLISHED },
	},
	[LINGERING] = {
		[L2TP_TUNNEL_EVENT_SCCRQ]          = { ignore, LINGERING },
		[L2TP_TUNNEL_EVENT_SCCRQ_REFUSED]  = { ignore, LINGERING },
		[L2TP_TUNNEL_EVENT_SCCRP]          = { ignore, LINGERING },
		[L2TP_TUNNEL_EVENT_SCCCN]          = { ignore, LINGERING },
		[L2TP_TUNNEL_EVENT_SCCCN_REFUSED]  = { ignore, LINGERING },
		[L2TP_TUNNEL_EVENT_HELLO]          = { ignore, LINGERING },
		[L2TP_TUNNEL_EVENT_CALL_MESSAGE]   = { ignore, LINGERING },
		[L2TP_TUNNEL_EVENT_STOPCCN]        = { forget_queue, LINGERING },
		[L2TP_TUNNEL_EVENT_UNACCEPTABLE]   = { ignore, LINGERING },
		[L2TP_TUNNEL_EVENT_CLOSE]          = { ignore, LINGERING },
		[L2TP_TUNNEL_EVENT_SETUP_TIMEOUT]  = { ignore, LINGERING },
		[L2TP_TUNNEL_EVENT_IDLE_TIMEOUT]   = { ignore, LINGERING },
		[L2TP_TUNNEL_EVENT_UNANSWERED]     = { ignore, LINGERING },
		[L2TP_TUNNEL_EVENT_REPLACED]       = { release, IDLE },
		[L2TP_TUNNEL_EVENT_REFERENCE_GONE] = { release, IDLE },
		[L2TP_TUNNEL_EVENT_LINGERED]       = { release, IDLE },
	},
};
/* clang-format on */

void l2tp_tunnel_apply(struct l2tp_tunnel *tunnel, enum l2tp_tunnel_event event,
		       const struct l2tp_tunnel_input *input)
{
	const struct cell *cell = &table[tunnel->state][event];
	const struct l2tp_lns *lns = tunnel->lns;
	const struct l2tp_transition transition = {
		.tunnel = tunnel,
		.from = state_names[tunnel->state],
		.event = event_names[event],
		.to = state_names[cell->next],
	};

	if (lns->ops->transition)
		lns->ops->transition(lns->userdata, &transition);
	tunnel->state = cell->next;
	tunnel->message = input->message;
	cell->action(tunnel, input); /* may free the tunnel, but not on a message */
	if (input->message)
		tunnel->message = NULL;
}

static enum l2tp_tunnel_event event_of(const struct l2tp_control_message *message)
{
	switch (message->type) {
	case L2TP_MESSAGE_SCCRQ:
		return L2TP_TUNNEL_EVENT_SCCRQ;
	case L2TP_MESSAGE_SCCRP:
		return L2TP_TUNNEL_EVENT_SCCRP;
	case L2TP_MESSAGE_SCCCN:
		return L2TP_TUNNEL_EVENT_SCCCN;
	case L2TP_MESSAGE_STOPCCN:
		return L2TP_TUNNEL_EVENT_STOPCCN;
	case L2TP_MESSAGE_HELLO:
		return L2TP_TUNNEL_EVENT_HELLO;
	case L2TP_MESSAGE_OCRQ:
	case L2TP_MESSAGE_OCRP:
	case L2TP_MESSAGE_OCCN:
	case L2TP_MESSAGE_ICRQ:
	case L2TP_MESSAGE_ICRP:
	case L2TP_MESSAGE_ICCN:
	case L2TP_MESSAGE_CDN:
	case L2TP_MESSAGE_WEN:
	case L2TP_MESSAGE_SLI:
		return L2TP_TUNNEL_EVENT_CALL_MESSAGE;
	case L2TP_MESSAGE_UNKNOWN:
		break;
	}
	return L2TP_TUNNEL_EVENT_UNACCEPTABLE;
}

/*
 * An unknown AVP with its M bit set ends the tunnel, or the call if the message
 * is about one (4.1): call messages see to it themselves. StopCCN ends it anyway.
 */
static bool is_unacceptable(enum l2tp_tunnel_event event,
			    const struct l2tp_control_message *message)
{
	return message->unknown_mandatory && event != L2TP_TUNNEL_EVENT_CALL_MESSAGE &&
	       event != L2TP_TUNNEL_EVENT_STOPCCN;
}

/* Our challenge, if there was one, is answered (5.1.1). */
static bool is_authentic(const struct l2tp_tunnel *tunnel, const struct l2tp_control_message *scccn)
{
	return !tunnel->authentication ||
	       l2tp_authentication_check(tunnel->authentication, L2TP_MESSAGE_SCCCN,
					 scccn->challenge_response);
}

static const struct l2tp_result unknown_type = {
	.result = L2TP_STOPCCN_ERROR,
	.error = L2TP_ERROR_UNKNOWN_AVP,
	.message = "mandatory message type is not understood",
};

static const struct l2tp_result not_authentic = {
	.result = L2TP_STOPCCN_NOT_AUTHORIZED,
	.message = "the challenge is not answered with the shared secret",
};

void l2tp_tunnel_handle_message(struct l2tp_tunnel *tunnel, uint64_t now_usec,
				const struct l2tp_header *header,
				const struct l2tp_control_message *message)
{
	struct l2tp_tunnel_input input = {
		.now_usec = now_usec,
		.header = header,
		.message = message,
		.cause = L2TP_END_PROTOCOL_ERROR,
	};
	enum l2tp_tunnel_event event = event_of(message);
	char text[L2TP_ERROR_MESSAGE_MAX];

	if (message->type == L2TP_MESSAGE_UNKNOWN && !message->type_mandatory)
		return; /* acknowledged and ignored (4.4.1) */
	if (message->type == L2TP_MESSAGE_UNKNOWN) {
		input.result = unknown_type;
	} else if (is_unacceptable(event, message)) {
		event = L2TP_TUNNEL_EVENT_UNACCEPTABLE;
		input.result = l2tp_result_unknown_avp(message, text);
	} else if (event == L2TP_TUNNEL_EVENT_SCCCN && !is_authentic(tunnel, message)) {
		event = L2TP_TUNNEL_EVENT_SCCCN_REFUSED;
		input.result = not_authentic;
		input.cause = L2TP_END_NOT_AUTHORIZED;
	}
	l2tp_tunnel_apply(tunnel, event, &input);
}
