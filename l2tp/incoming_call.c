/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state table of an incoming call at an LNS (RFC 2661, 7.4.2) and its
 * actions. A call that has gone to idle is freed: what comes for it later is
 * acknowledged by the tunnel and ignored here. Pure.
 */
#include "l2tp/incoming_call.h"

#include "l2tp/call_table.h"
#include "l2tp/control_connection.h"
#include "l2tp/keep_alive.h"

#include <errno.h>

struct cell {
	void (*action)(struct l2tp_call *call, const struct l2tp_call_input *input);
	enum l2tp_call_state next;
};

static const char *const state_names[] = {
	[L2TP_CALL_STATE_IDLE] = "idle",
	[L2TP_CALL_STATE_WAIT_CONNECT] = "wait-connect",
	[L2TP_CALL_STATE_ESTABLISHED] = "established",
};

static const char *const event_names[] = {
	[L2TP_CALL_EVENT_ICRQ] = "ICRQ",
	[L2TP_CALL_EVENT_ICRQ_REFUSED] = "ICRQ not acceptable",
	[L2TP_CALL_EVENT_ICRP] = "ICRP",
	[L2TP_CALL_EVENT_ICCN] = "ICCN",
	[L2TP_CALL_EVENT_CDN] = "CDN",
	[L2TP_CALL_EVENT_WEN] = "WEN",
	[L2TP_CALL_EVENT_SLI] = "SLI",
	[L2TP_CALL_EVENT_OUTGOING] = "outgoing call message",
	[L2TP_CALL_EVENT_UNACCEPTABLE] = "unacceptable message",
	[L2TP_CALL_EVENT_CLOSE] = "close",
	[L2TP_CALL_EVENT_SETUP_TIMEOUT] = "set-up timeout",
	[L2TP_CALL_EVENT_TUNNEL_CLOSED] = "tunnel closed",
};

static const struct l2tp_result no_facilities = {
	.result = L2TP_CDN_NO_FACILITIES,
	.message = "the gateway lacks what the call needs",
};

static const struct l2tp_result too_many_calls = {
	.result = L2TP_CDN_NO_FACILITIES,
	.message = "too many calls in this tunnel",
};

static const struct l2tp_result out_of_order = {
	.result = L2TP_CDN_ERROR,
	.error = L2TP_ERROR_INVALID_SESSION,
	.message = "message not allowed in this state",
};

static const struct l2tp_result no_such_call = {
	.result = L2TP_CDN_ERROR,
	.error = L2TP_ERROR_INVALID_SESSION,
	.message = "there is no such call",
};

static const struct l2tp_result no_outgoing_calls = {
	.result = L2TP_CDN_NO_FACILITIES_PERMANENT,
	.message = "no outgoing calls are placed here",
};

static void queue_cdn(struct l2tp_tunnel *tunnel, uint64_t now_usec, uint16_t peer_id,
		      uint16_t local_id, const struct l2tp_result *result)
{
	uint8_t packet[L2TP_CONTROL_PACKET_MAX];
	struct l2tp_hiding hiding;
	struct l2tp_writer writer;

	l2tp_writer_init(&writer, packet, sizeof(packet));
	l2tp_write_cdn(&writer, tunnel->peer_id, peer_id, local_id, result,
		       l2tp_tunnel_hiding(tunnel, &hiding));
	l2tp_tunnel_queue(tunnel, now_usec, &writer);
}

static void ignore(struct l2tp_call *call, const struct l2tp_call_input *input)
{
}

static void send_icrp(struct l2tp_call *call, const struct l2tp_call_input *input)
{
	struct l2tp_tunnel *tunnel = call->tunnel;
	struct l2tp_lns *lns = tunnel->lns;
	uint8_t packet[L2TP_CONTROL_PACKET_MAX];
	struct l2tp_hiding hiding;
	struct l2tp_writer writer;

	lns->counters.calls_opened++;
	l2tp_deadline_set(&lns->deadlines, &call->deadline,
			  input->now_usec + lns->settings.setup_timeout_usec);
	l2tp_writer_init(&writer, packet, sizeof(packet));
	l2tp_write_icrp(&writer, tunnel->peer_id, call->peer_id, call->local_id,
			l2tp_tunnel_hiding(tunnel, &hiding));
	l2tp_tunnel_queue(tunnel, input->now_usec, &writer);
}

static void clean_up(struct l2tp_call *call, const struct l2tp_call_input *input)
{
	struct l2tp_tunnel *tunnel = call->tunnel;
	struct l2tp_lns *lns = tunnel->lns;

	if (call->prepared)
		lns->ops->call_closed(lns->userdata, call, input->cause);
	l2tp_call_free(call);
	l2tp_tunnel_mark_call_gone(tunnel, input->now_usec);
}

static void end_by_peer(struct l2tp_call *call, const struct l2tp_call_input *input)
{
	call->peer_result = input->message->result;
	clean_up(call, input);
}

static void send_cdn(struct l2tp_call *call, const struct l2tp_call_input *input)
{
	queue_cdn(call->tunnel, input->now_usec, call->peer_id, call->local_id, &input->result);
	clean_up(call, input);
}

/* The message is not allowed in this state. */
static void send_cdn_out_of_order(struct l2tp_call *call, const struct l2tp_call_input *input)
{
	const struct l2tp_call_input refusal = {
		.now_usec = input->now_usec,
		.result = out_of_order,
		.cause = L2TP_END_PROTOCOL_ERROR,
	};

	send_cdn(call, &refusal);
}

/* WEN: the call goes on. */
static void take_errors(struct l2tp_call *call, const struct l2tp_call_input *input)
{
	const struct l2tp_lns *lns = call->tunnel->lns;

	if (lns->ops->call_errors && l2tp_control_message_has(input->message, L2TP_AVP_CALL_ERRORS))
		lns->ops->call_errors(lns->userdata, call, &input->message->call_errors);
}

static void connect_call(struct l2tp_call *call, const struct l2tp_call_input *input)
{
	struct l2tp_lns *lns = call->tunnel->lns;
	const struct l2tp_call_input failure = {
		.now_usec = input->now_usec,
		.result = no_facilities,
		.cause = L2TP_END_NO_RESOURCES,
	};

	l2tp_deadline_set(&lns->deadlines, &call->deadline, L2TP_NO_DEADLINE);
	call->sequencing_required = input->message->sequencing_required;
	if (lns->ops->call_established(lns->userdata, call) < 0)
		l2tp_call_apply(call, L2TP_CALL_EVENT_CLOSE, &failure);
}

#define IDLE         L2TP_CALL_STATE_IDLE
#define WAIT_CONNECT L2TP_CALL_STATE_WAIT_CONNECT
#define ESTABLISHED  L2TP_CALL_STATE_ESTABLISHED

/* clang-format off */
static const struct cell table[L2TP_CALL_STATE_COUNT_][L2TP_CALL_EVENT_COUNT_] = {
	[IDLE] = {
		[L2TP_CALL_EVENT_ICRQ]          = { send_icrp, WAIT_CONNECT },
		[L2TP_CALL_EVENT_ICRQ_REFUSED]  = { send_cdn, IDLE },
		[L2TP_CALL_EVENT_ICRP]          = { send_cdn_out_of_order, IDLE },
		[L2TP_CALL_EVENT_ICCN]          = { clean_up, IDLE },
		[L2TP_CALL_EVENT_CDN]           = { clean_up, IDLE },
		[L2TP_CALL_EVENT_WEN]           = { clean_up, IDLE },
		[L2TP_CALL_EVENT_SLI]           = { clean_up, IDLE },
		[L2TP_CALL_EVENT_OUTGOING]      = { clean_up, IDLE },
		[L2TP_CALL_EVENT_UNACCEPTABLE]  = { send_cdn, IDLE },
		[L2TP_CALL_EVENT_CLOSE]         = { clean_up, IDLE },
		[L2TP_CALL_EVENT_SETUP_TIMEOUT] = { clean_up, IDLE },
		[L2TP_CALL_EVENT_TUNNEL_CLOSED] = { clean_up, IDLE },
	},
	[WAIT_CONNECT] = {
		[L2TP_CALL_EVENT_ICRQ]          = { send_cdn_out_of_order, IDLE },
		[L2TP_CALL_EVENT_ICRQ_REFUSED]  = { send_cdn_out_of_order, IDLE },
		[L2TP_CALL_EVENT_ICRP]          = { send_cdn_out_of_order, IDLE },
		[L2TP_CALL_EVENT_ICCN]          = { connect_call, ESTABLISHED },
		[L2TP_CALL_EVENT_CDN]           = { end_by_peer, IDLE },
		[L2TP_CALL_EVENT_WEN]           = { take_errors, WAIT_CONNECT },
		[L2TP_CALL_EVENT_SLI]           = { ignore, WAIT_CONNECT },
		[L2TP_CALL_EVENT_OUTGOING]      = { send_cdn_out_of_order, IDLE },
		[L2TP_CALL_EVENT_UNACCEPTABLE]  = { send_cdn, IDLE },
		[L2TP_CALL_EVENT_CLOSE]         = { send_cdn, IDLE },
		[L2TP_CALL_EVENT_SETUP_TIMEOUT] = { send_cdn, IDLE },
		[L2TP_CALL_EVENT_TUNNEL_CLOSED] = { clean_up, IDLE },
	},
	[ESTABLISHED] = {
		[L2TP_CALL_EVENT_ICRQ]          = { send_cdn_out_of_order, IDLE },
		[L2TP_CALL_EVENT_ICRQ_REFUSED]  = { send_cdn_out_of_order, IDLE },
		[L2TP_CALL_EVENT_ICRP]          = { send_cdn_out_of_order, IDLE },
		[L2TP_CALL_EVENT_ICCN]          = { send_cdn_out_of_order, IDLE },
		[L2TP_CALL_EVENT_CDN]           = { end_by_peer, IDLE },
		[L2TP_CALL_EVENT_WEN]           = { take_errors, ESTABLISHED },
		[L2TP_CALL_EVENT_SLI]           = { ignore, ESTABLISHED },
		[L2TP_CALL_EVENT_OUTGOING]      = { send_cdn_out_of_order, IDLE },
		[L2TP_CALL_EVENT_UNACCEPTABLE]  = { send_cdn, IDLE },
		[L2TP_CALL_EVENT_CLOSE]         = { send_cdn, IDLE },
		[L2TP_CALL_EVENT_SETUP_TIMEOUT] = { ignore, ESTABLISHED },
		[L2TP_CALL_EVENT_TUNNEL_CLOSED] = { clean_up, IDLE },
	},
};
/* clang-format on */

void l2tp_call_apply(struct l2tp_call *call, enum l2tp_call_event event,
		     const struct l2tp_call_input *input)
{
	const struct cell *cell = &table[call->state][event];
	const struct l2tp_lns *lns = call->tunnel->lns;
	const struct l2tp_transition transition = {
		.tunnel = call->tunnel,
		.call = call,
		.from = state_names[call->state],
		.event = event_names[event],
		.to = state_names[cell->next],
	};

	if (lns->ops->transition)
		lns->ops->transition(lns->userdata, &transition);
	call->state = cell->next;
	cell->action(call, input); /* may free the call */
}

/*
 * Everything that a call needs before ICRP may leave: a place, an id, a data path.
 * Return: true, or false with the reason in *@ret_result.
 */
static bool prepare(struct l2tp_call *call, struct l2tp_result *ret_result)
{
	struct l2tp_lns *lns = call->tunnel->lns;
	int r = l2tp_call_admit(call);

	*ret_result = r == -EDQUOT ? too_many_calls : no_facilities;
	if (r != 0)
		return false;
	call->prepared = lns->ops->call_prepare(lns->userdata, call) == 0;
	return call->prepared;
}

/*
 * ICRQ. One that names a session which the peer already has is out of order for
 * that session: both sides would mean different calls by the same id. One
 * without a session id cannot even be refused; it is acknowledged.
 */
static void handle_icrq(struct l2tp_tunnel *tunnel, uint64_t now_usec,
			const struct l2tp_control_message *message)
{
	struct l2tp_call_input input = {
		.now_usec = now_usec,
		.message = message,
		.cause = L2TP_END_PROTOCOL_ERROR,
	};
	char text[L2TP_ERROR_MESSAGE_MAX];
	struct l2tp_call *call;

	if (message->assigned_session_id == 0)
		return;
	call = l2tp_call_find_peer(tunnel, message->assigned_session_id);
	if (call) {
		l2tp_call_apply(call, L2TP_CALL_EVENT_ICRQ, &input);
		return;
	}
	call = l2tp_call_new(tunnel, message->assigned_session_id);
	if (!call) {
		queue_cdn(tunnel, now_usec, message->assigned_session_id, 0, &no_facilities);
		return;
	}
	call->serial_number = message->call_serial_number;
	if (message->unknown_mandatory) {
		input.result = l2tp_result_unknown_avp(message, text);
		l2tp_call_apply(call, L2TP_CALL_EVENT_UNACCEPTABLE, &input);
	} else if (prepare(call, &input.result)) {
		l2tp_call_apply(call, L2TP_CALL_EVENT_ICRQ, &input);
	} else {
		l2tp_call_apply(call, L2TP_CALL_EVENT_ICRQ_REFUSED, &input);
	}
}

/*
 * A message for no call of ours. One that gives its call an id is told that there
 * is none, and the tunnel lives; the others are acknowledged and that is all (the
 * rows of state idle in 7.4.2 and 7.5.2).
 */
static void refuse_stray(struct l2tp_tunnel *tunnel, uint64_t now_usec,
			 const struct l2tp_control_message *message)
{
	uint16_t peer_id = message->assigned_session_id;

	if (peer_id == 0)
		return;
	if (message->type == L2TP_MESSAGE_OCRQ)
		queue_cdn(tunnel, now_usec, peer_id, 0, &no_outgoing_calls);
	else if (message->type == L2TP_MESSAGE_ICRQ || message->type == L2TP_MESSAGE_ICRP)
		queue_cdn(tunnel, now_usec, peer_id, 0, &no_such_call);
}

/* A peer that has not had our ICRP yet can only name the call by its own id (6.12). */
static struct l2tp_call *find_call(const struct l2tp_tunnel *tunnel,
				   const struct l2tp_header *header,
				   const struct l2tp_control_message *message)
{
	struct l2tp_call *call = l2tp_call_find(tunnel, header->session_id);

	if (!call && header->session_id == 0 && message->type == L2TP_MESSAGE_CDN)
		call = l2tp_call_find_peer(tunnel, message->assigned_session_id);
	return call;
}

static enum l2tp_call_event event_of(enum l2tp_message_type type)
{
	switch (type) {
	case L2TP_MESSAGE_ICRQ:
		return L2TP_CALL_EVENT_ICRQ;
	case L2TP_MESSAGE_ICRP:
		return L2TP_CALL_EVENT_ICRP;
	case L2TP_MESSAGE_ICCN:
		return L2TP_CALL_EVENT_ICCN;
	case L2TP_MESSAGE_CDN:
		return L2TP_CALL_EVENT_CDN;
	case L2TP_MESSAGE_WEN:
		return L2TP_CALL_EVENT_WEN;
	case L2TP_MESSAGE_SLI:
		return L2TP_CALL_EVENT_SLI;
	case L2TP_MESSAGE_OCRQ:
	case L2TP_MESSAGE_OCRP:
	case L2TP_MESSAGE_OCCN:
	case L2TP_MESSAGE_SCCRQ:
	case L2TP_MESSAGE_SCCRP:
	case L2TP_MESSAGE_SCCCN:
	case L2TP_MESSAGE_STOPCCN:
	case L2TP_MESSAGE_HELLO:
	case L2TP_MESSAGE_UNKNOWN:
		break;
	}
	return L2TP_CALL_EVENT_OUTGOING;
}

void l2tp_call_handle_message(struct l2tp_tunnel *tunnel, uint64_t now_usec,
			      const struct l2tp_header *header,
			      const struct l2tp_control_message *message)
{
	enum l2tp_call_event event = event_of(message->type);
	struct l2tp_call_input input = {
		.now_usec = now_usec,
		.message = message,
		.cause = event == L2TP_CALL_EVENT_CDN ? L2TP_END_PEER : L2TP_END_PROTOCOL_ERROR,
	};
	char text[L2TP_ERROR_MESSAGE_MAX];
	struct l2tp_call *call;

	if (message->type == L2TP_MESSAGE_ICRQ && header->session_id == 0) {
		handle_icrq(tunnel, now_usec, message);
		return;
	}
	call = find_call(tunnel, header, message);
	if (!call) {
		refuse_stray(tunnel, now_usec, message);
		return;
	}
	if (message->unknown_mandatory && event != L2TP_CALL_EVENT_CDN) {
		input.result = l2tp_result_unknown_avp(message, text);
		event = L2TP_CALL_EVENT_UNACCEPTABLE;
	}
	l2tp_call_apply(call, event, &input);
}

void l2tp_call_handle_deadline(struct l2tp_call *call, uint64_t now_usec)
{
	const struct l2tp_call_input input = {
		.now_usec = now_usec,
		.result = { .result = L2TP_CDN_SETUP_TIMEOUT, .message = "set-up timeout" },
		.cause = L2TP_END_SETUP_TIMEOUT,
	};
	struct l2tp_tunnel *tunnel = call->tunnel;

	l2tp_call_apply(call, L2TP_CALL_EVENT_SETUP_TIMEOUT, &input);
	l2tp_tunnel_update_deadline(tunnel);
}

void l2tp_call_close_all(struct l2tp_tunnel *tunnel, enum l2tp_end_cause cause)
{
	const struct l2tp_call_input input = { .cause = cause };
	struct l2tp_call *call;

	while ((call = LIST_FIRST(&tunnel->calls)))
		l2tp_call_apply(call, L2TP_CALL_EVENT_TUNNEL_CLOSED, &input);
}
