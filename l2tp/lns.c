/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The LNS: from a datagram to the tunnel that it belongs to, the passing of time,
 * and what the shell may ask for. Pure.
 */
#include "l2tp/lns.h"

#include "base/cleanup.h"
#include "l2tp/admission.h"
#include "l2tp/call_table.h"
#include "l2tp/control_connection.h"
#include "l2tp/incoming_call.h"
#include "l2tp/keep_alive.h"
#include "l2tp/settings.h"
#include "l2tp/tunnel_table.h"

#include <errno.h>
#include <string.h>

static int init_tables(struct l2tp_lns *lns)
{
	struct l2tp_lookup *const tables[] = { &lns->tunnels, &lns->peers, &lns->calls,
					       &lns->peer_calls, &lns->references };

	for (size_t i = 0; i < ELEMENTS(tables); i++)
		if (l2tp_lookup_init(tables[i], lns->seed) != 0)
			return -ENOMEM;
	if (l2tp_quotas_init(&lns->reference_quotas, lns->seed) != 0)
		return -ENOMEM;
	return l2tp_quotas_init(&lns->address_quotas, lns->seed);
}

int l2tp_lns_new(const struct l2tp_lns_settings *settings, const struct l2tp_lns_ops *ops,
		 void *userdata, struct l2tp_lns **ret_lns)
{
	_cleanup_(l2tp_lns_freep) struct l2tp_lns *lns = NULL;

	if (!l2tp_settings_are_valid(settings))
		return -EINVAL;
	lns = calloc(1, sizeof(*lns));
	if (!lns)
		return -ENOMEM;
	lns->settings = *settings;
	lns->transport_settings = (struct l2tp_transport_settings){
		.retransmit_initial_usec = settings->retransmit_initial_usec,
		.retransmit_cap_usec = settings->retransmit_cap_usec,
		.retransmit_maximum = settings->retransmit_maximum,
		.receive_window_size = settings->receive_window_size,
	};
	lns->ops = ops;
	lns->userdata = userdata;
	TAILQ_INIT(&lns->living);
	TAILQ_INIT(&lns->lingering);
	ops->random(userdata, (uint8_t *)&lns->seed, sizeof(lns->seed));
	if (init_tables(lns) != 0)
		return -ENOMEM;
	*ret_lns = TAKE_PTR(lns);
	return 0;
}

int l2tp_lns_set_settings(struct l2tp_lns *lns, const struct l2tp_lns_settings *settings)
{
	const struct l2tp_lns_settings former = lns->settings;
	struct l2tp_tunnel *tunnel;

	if (!l2tp_settings_are_valid(settings))
		return -EINVAL;
	lns->settings = *settings;
	lns->settings.receive_window_size = former.receive_window_size;
	lns->settings.retransmit_initial_usec = former.retransmit_initial_usec;
	lns->settings.retransmit_cap_usec = former.retransmit_cap_usec;
	lns->settings.retransmit_maximum = former.retransmit_maximum;
	for (tunnel = TAILQ_FIRST(&lns->living); tunnel; tunnel = TAILQ_NEXT(tunnel, all))
		l2tp_tunnel_update_deadline(tunnel);
	return 0;
}

static void free_tunnels(struct l2tp_tunnel_list *list)
{
	const struct l2tp_tunnel_input input = { .cause = L2TP_END_LOCAL };
	struct l2tp_tunnel *tunnel;

	while ((tunnel = TAILQ_FIRST(list)))
		l2tp_tunnel_apply(tunnel, L2TP_TUNNEL_EVENT_REFERENCE_GONE, &input);
}

void l2tp_lns_free(struct l2tp_lns *lns)
{
	if (!lns)
		return;
	free_tunnels(&lns->living);
	free_tunnels(&lns->lingering);
	l2tp_lookup_done(&lns->tunnels);
	l2tp_lookup_done(&lns->peers);
	l2tp_lookup_done(&lns->calls);
	l2tp_lookup_done(&lns->peer_calls);
	l2tp_lookup_done(&lns->references);
	l2tp_quotas_done(&lns->reference_quotas);
	l2tp_quotas_done(&lns->address_quotas);
	l2tp_deadline_heap_done(&lns->deadlines);
	free(lns);
}

void l2tp_lns_freep(struct l2tp_lns **lns)
{
	l2tp_lns_free(*lns);
}

/* Sessions are found by tunnel and id: their own socket is not known here. */
static void hand_over(struct l2tp_lns *lns, const struct l2tp_tunnel *tunnel,
		      const struct l2tp_header *header)
{
	const struct l2tp_data_message message = {
		.frame = header->payload.bytes,
		.size = header->payload.remaining,
		.sequenced = header->sequenced,
		.ns = header->ns,
	};
	struct l2tp_call *call = l2tp_call_find(tunnel, header->session_id);

	if (!call)
		lns->counters.data_without_call++;
	else if (lns->ops->call_data)
		lns->ops->call_data(lns->userdata, call, &message);
}

/* A data message proves that the peer lives. The deadline follows when it expires. */
static enum l2tp_verdict receive_data(struct l2tp_lns *lns, uint64_t now_usec,
				      const struct l2tp_path *path,
				      const struct l2tp_header *header)
{
	struct l2tp_tunnel *tunnel = l2tp_tunnel_find(lns, header->tunnel_id);

	if (!tunnel || tunnel->state == L2TP_TUNNEL_STATE_LINGERING)
		return L2TP_VERDICT_UNKNOWN;
	if (!l2tp_tunnel_is_of(tunnel, path))
		return L2TP_VERDICT_FOREIGN;
	l2tp_tunnel_mark_alive(tunnel, now_usec);
	hand_over(lns, tunnel, header);
	return L2TP_VERDICT_DATA;
}

/* Hidden values (4.3) are read with the secret that is shared with the tunnel's peer. */
static int read_message(const struct l2tp_tunnel *tunnel, const struct l2tp_reader *payload,
			struct l2tp_unhiding *unhiding, struct l2tp_control_message *ret_message)
{
	l2tp_unhiding_init(unhiding);
	if (!tunnel->authentication)
		return l2tp_control_message_read(payload, NULL, ret_message);
	unhiding->secret = tunnel->authentication->secret;
	return l2tp_control_message_read(payload, unhiding, ret_message);
}

/* Handle those kept messages whose turn has come. They were well-formed when kept. */
static void handle_held(struct l2tp_tunnel *tunnel, uint64_t now_usec)
{
	uint8_t *packet;
	size_t size;

	while (tunnel->transport.queued < L2TP_TUNNEL_QUEUE_MAX &&
	       l2tp_transport_take_held(&tunnel->transport, &packet, &size)) {
		struct l2tp_control_message message;
		struct l2tp_unhiding unhiding;
		struct l2tp_header header;

		if (l2tp_header_read(packet, size, &header) == 0) {
			if (read_message(tunnel, &header.payload, &unhiding, &message) == 0)
				l2tp_tunnel_handle_message(tunnel, now_usec, &header, &message);
			l2tp_unhiding_done(&unhiding);
		}
		free(packet);
	}
}

static enum l2tp_verdict place_message(struct l2tp_tunnel *tunnel, uint64_t now_usec,
				       const struct l2tp_received *packet,
				       const struct l2tp_control_message *message)
{
	const struct l2tp_header *header = &packet->header;

	l2tp_tunnel_mark_alive(tunnel, now_usec);
	l2tp_transport_acknowledged(&tunnel->transport, now_usec, header->nr);
	/* Who acknowledges nothing is not listened to, or our answers would pile up. */
	if (tunnel->transport.queued >= L2TP_TUNNEL_QUEUE_MAX)
		return L2TP_VERDICT_REFUSED;
	switch (l2tp_transport_receive(&tunnel->transport, header->ns, packet->bytes,
				       packet->size)) {
	case L2TP_ORDER_NEXT:
		l2tp_tunnel_handle_message(tunnel, now_usec, header, message);
		handle_held(tunnel, now_usec);
		break;
	case L2TP_ORDER_DUPLICATE:
		l2tp_transport_flush(&tunnel->transport);
		return L2TP_VERDICT_DUPLICATE;
	case L2TP_ORDER_EARLY:
		break;
	}
	l2tp_transport_flush(&tunnel->transport);
	return L2TP_VERDICT_ACCEPTED;
}

static enum l2tp_verdict receive_message(struct l2tp_tunnel *tunnel, uint64_t now_usec,
					 const struct l2tp_received *packet)
{
	enum l2tp_verdict verdict = L2TP_VERDICT_MALFORMED;
	struct l2tp_control_message message;
	struct l2tp_unhiding unhiding;

	if (read_message(tunnel, &packet->header.payload, &unhiding, &message) == 0)
		verdict = place_message(tunnel, now_usec, packet, &message);
	l2tp_unhiding_done(&unhiding);
	return verdict;
}

static enum l2tp_verdict receive_on_tunnel(struct l2tp_tunnel *tunnel, uint64_t now_usec,
					   const struct l2tp_received *packet)
{
	enum l2tp_verdict verdict = L2TP_VERDICT_ACCEPTED;

	if (!l2tp_tunnel_is_of(tunnel, packet->path))
		return L2TP_VERDICT_FOREIGN;
	if (packet->header.payload.remaining == 0) {
		/* A ZLB: its Ns counts for nothing, its session id neither. */
		l2tp_tunnel_mark_alive(tunnel, now_usec);
		l2tp_transport_acknowledged(&tunnel->transport, now_usec, packet->header.nr);
	} else {
		verdict = receive_message(tunnel, now_usec, packet);
	}
	l2tp_tunnel_update_deadline(tunnel);
	return verdict;
}

/*
 * Tunnel id 0: an SCCRQ, or one of two oddities. Apple sends Hellos to nobody, to
 * raise IPsec: ignored in silence. The DIR-300 sends everything to tunnel 0, also
 * after set-up: if its endpoint has just one tunnel, that one is meant.
 */
static enum l2tp_verdict receive_without_id(struct l2tp_lns *lns, uint64_t now_usec,
					    const struct l2tp_received *packet)
{
	const struct l2tp_header *header = &packet->header;
	struct l2tp_control_message message = { .type = L2TP_MESSAGE_UNKNOWN };
	struct l2tp_tunnel *tunnel;

	if (header->payload.remaining > 0 &&
	    l2tp_control_message_read(&header->payload, NULL, &message) != 0)
		return L2TP_VERDICT_MALFORMED;
	if (message.type == L2TP_MESSAGE_SCCRQ)
		return l2tp_admission_receive(lns, now_usec, packet, &message);
	tunnel = l2tp_tunnel_find_only(lns, packet->path);
	if (!tunnel)
		return L2TP_VERDICT_UNKNOWN;
	return receive_on_tunnel(tunnel, now_usec, packet);
}

static enum l2tp_verdict receive(struct l2tp_lns *lns, uint64_t now_usec,
				 struct l2tp_received *packet)
{
	struct l2tp_tunnel *tunnel;

	if (l2tp_header_read(packet->bytes, packet->size, &packet->header) != 0)
		return L2TP_VERDICT_MALFORMED;
	if (!packet->header.control)
		return receive_data(lns, now_usec, packet->path, &packet->header);
	if (packet->header.tunnel_id == 0)
		return receive_without_id(lns, now_usec, packet);
	tunnel = l2tp_tunnel_find(lns, packet->header.tunnel_id);
	if (!tunnel)
		return L2TP_VERDICT_UNKNOWN;
	return receive_on_tunnel(tunnel, now_usec, packet);
}

enum l2tp_verdict l2tp_lns_receive(struct l2tp_lns *lns, uint64_t now_usec,
				   const struct l2tp_path *path, const uint8_t *packet, size_t size)
{
	struct l2tp_received received = { .path = path, .bytes = packet, .size = size };
	enum l2tp_verdict verdict = receive(lns, now_usec, &received);

	lns->counters.verdicts[verdict]++;
	return verdict;
}

uint64_t l2tp_lns_next_deadline(const struct l2tp_lns *lns)
{
	const struct l2tp_deadline *first = l2tp_deadline_heap_first(&lns->deadlines);

	return first ? first->at_usec : L2TP_NO_DEADLINE;
}

static void handle_deadline(struct l2tp_deadline *deadline, uint64_t now_usec)
{
	switch (deadline->kind) {
	case L2TP_DEADLINE_TUNNEL:
		l2tp_tunnel_handle_deadline(
			L2TP_CONTAINER_OF(deadline, struct l2tp_tunnel, deadline), now_usec);
		break;
	case L2TP_DEADLINE_CALL:
		l2tp_call_handle_deadline(L2TP_CONTAINER_OF(deadline, struct l2tp_call, deadline),
					  now_usec);
		break;
	}
}

void l2tp_lns_handle_deadlines(struct l2tp_lns *lns, uint64_t now_usec)
{
	struct l2tp_deadline *first;

	while ((first = l2tp_deadline_heap_first(&lns->deadlines)) && first->at_usec <= now_usec)
		handle_deadline(first, now_usec);
}

size_t l2tp_lns_close_reference(struct l2tp_lns *lns, uint64_t now_usec, uint64_t reference)
{
	const struct l2tp_tunnel_input input = { .now_usec = now_usec,
						 .cause = L2TP_END_REFERENCE };
	struct l2tp_tunnel *tunnel;
	size_t ended = 0;

	/* Looked up each time: the last one takes the lists with it. */
	while ((tunnel = l2tp_tunnel_first_of(lns, reference))) {
		ended += !tunnel->lingering;
		l2tp_tunnel_apply(tunnel, L2TP_TUNNEL_EVENT_REFERENCE_GONE, &input);
	}
	return ended;
}

void l2tp_lns_each_of_reference(const struct l2tp_lns *lns, uint64_t reference,
				void (*found)(void *userdata, struct l2tp_tunnel *tunnel),
				void *userdata)
{
	l2tp_tunnel_each_of(lns, reference, found, userdata);
}

void l2tp_lns_close_all(struct l2tp_lns *lns, uint64_t now_usec, enum l2tp_stopccn_result result)
{
	struct l2tp_tunnel *tunnel;

	while ((tunnel = TAILQ_FIRST(&lns->living)))
		l2tp_tunnel_close(tunnel, now_usec, result, "the gateway stops");
}

const struct l2tp_lns_counters *l2tp_lns_counters(const struct l2tp_lns *lns)
{
	return &lns->counters;
}

void l2tp_tunnel_close(struct l2tp_tunnel *tunnel, uint64_t now_usec,
		       enum l2tp_stopccn_result result, const char *message)
{
	const struct l2tp_tunnel_input input = {
		.now_usec = now_usec,
		.result = { .result = (uint16_t)result,
			    .message = message ? message : "closed by the gateway" },
		.cause = L2TP_END_LOCAL,
	};

	l2tp_tunnel_apply(tunnel, L2TP_TUNNEL_EVENT_CLOSE, &input);
	l2tp_tunnel_update_deadline(tunnel);
}

void l2tp_call_close(struct l2tp_call *call, uint64_t now_usec, enum l2tp_cdn_result result,
		     const char *message)
{
	const struct l2tp_call_input input = {
		.now_usec = now_usec,
		.result = { .result = (uint16_t)result,
			    .message = message ? message : "closed by the gateway" },
		.cause = L2TP_END_LOCAL,
	};
	struct l2tp_tunnel *tunnel = call->tunnel;

	l2tp_call_apply(call, L2TP_CALL_EVENT_CLOSE, &input);
	l2tp_tunnel_update_deadline(tunnel);
}
