/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The LNS: from a datagram to the tunnel that it belongs to, admission of new
 * peers, the passing of time, and what the shell may ask for. Pure.
 */
#include "l2tp/lns.h"

#include "base/cleanup.h"
#include "l2tp/call_table.h"
#include "l2tp/control_connection.h"
#include "l2tp/incoming_call.h"
#include "l2tp/keep_alive.h"
#include "l2tp/tunnel_table.h"

#include <errno.h>
#include <string.h>

#define SECOND_USEC UINT64_C(1000000)

/* Bounds of the settings, so that no sum of times overflows and no id runs out. */
#define INTERVAL_MAX_USEC  (UINT64_C(86400) * SECOND_USEC)
#define RETRANSMIT_MAXIMUM 100
#define TUNNELS_MAXIMUM    65535
#define CALLS_MAXIMUM      65535

#define PROTOCOL_VERSION_1   1
#define HIGHEST_VERSION_CODE 0x0100 /* Error Code of StopCCN 5: what we support */

void l2tp_lns_settings_default(struct l2tp_lns_settings *ret_settings)
{
	*ret_settings = (struct l2tp_lns_settings){
		.host_name = "saregate",
		.receive_window_size = 8,
		.hello_interval_usec = 60 * SECOND_USEC,
		.retransmit_initial_usec = SECOND_USEC,
		.retransmit_cap_usec = 8 * SECOND_USEC,
		.retransmit_maximum = 5,
		.setup_timeout_usec = 30 * SECOND_USEC,
		.idle_timeout_usec = 10 * SECOND_USEC,
		.tunnels_maximum = 20000,
		.half_open_maximum = 2000,
		.half_open_per_reference = 16,
		.calls_per_tunnel = 64,
	};
}

static bool is_interval(uint64_t usec)
{
	return usec > 0 && usec <= INTERVAL_MAX_USEC;
}

static bool settings_are_valid(const struct l2tp_lns_settings *settings)
{
	size_t name_size = strnlen(settings->host_name, sizeof(settings->host_name));

	return name_size > 0 && name_size < sizeof(settings->host_name) &&
	       settings->receive_window_size > 0 && is_interval(settings->hello_interval_usec) &&
	       is_interval(settings->retransmit_initial_usec) &&
	       is_interval(settings->retransmit_cap_usec) &&
	       settings->retransmit_initial_usec <= settings->retransmit_cap_usec &&
	       settings->retransmit_maximum <= RETRANSMIT_MAXIMUM &&
	       is_interval(settings->setup_timeout_usec) &&
	       is_interval(settings->idle_timeout_usec) && settings->tunnels_maximum > 0 &&
	       settings->tunnels_maximum <= TUNNELS_MAXIMUM && settings->half_open_maximum > 0 &&
	       settings->half_open_per_reference > 0 && settings->calls_per_tunnel > 0 &&
	       settings->calls_per_tunnel <= CALLS_MAXIMUM;
}

static int init_tables(struct l2tp_lns *lns)
{
	struct l2tp_lookup *const tables[] = { &lns->tunnels, &lns->peers, &lns->calls,
					       &lns->peer_calls, &lns->references };

	for (size_t i = 0; i < ELEMENTS(tables); i++)
		if (l2tp_lookup_init(tables[i], lns->seed) != 0)
			return -ENOMEM;
	return 0;
}

int l2tp_lns_new(const struct l2tp_lns_settings *settings, const struct l2tp_lns_ops *ops,
		 void *userdata, struct l2tp_lns **ret_lns)
{
	_cleanup_(l2tp_lns_freep) struct l2tp_lns *lns = NULL;

	if (!settings_are_valid(settings))
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

/* Handle those kept messages whose turn has come. They were well-formed when kept. */
static void handle_held(struct l2tp_tunnel *tunnel, uint64_t now_usec)
{
	uint8_t *packet;
	size_t size;

	while (tunnel->transport.queued < L2TP_TUNNEL_QUEUE_MAX &&
	       l2tp_transport_take_held(&tunnel->transport, &packet, &size)) {
		struct l2tp_control_message message;
		struct l2tp_header header;

		if (l2tp_header_read(packet, size, &header) == 0 &&
		    l2tp_control_message_read(&header.payload, &message) == 0)
			l2tp_tunnel_handle_message(tunnel, now_usec, &header, &message);
		free(packet);
	}
}

/* One control packet as received, with its header taken apart. */
struct control_packet {
	const struct l2tp_path *path;
	const uint8_t *bytes;
	size_t size;
	struct l2tp_header header;
};

static enum l2tp_verdict receive_message(struct l2tp_tunnel *tunnel, uint64_t now_usec,
					 const struct control_packet *packet)
{
	const struct l2tp_header *header = &packet->header;
	struct l2tp_control_message message;

	if (l2tp_control_message_read(&header->payload, &message) != 0)
		return L2TP_VERDICT_MALFORMED;
	l2tp_tunnel_mark_alive(tunnel, now_usec);
	l2tp_transport_acknowledged(&tunnel->transport, now_usec, header->nr);
	/* Who acknowledges nothing is not listened to, or our answers would pile up. */
	if (tunnel->transport.queued >= L2TP_TUNNEL_QUEUE_MAX)
		return L2TP_VERDICT_REFUSED;
	switch (l2tp_transport_receive(&tunnel->transport, header->ns, packet->bytes,
				       packet->size)) {
	case L2TP_ORDER_NEXT:
		l2tp_tunnel_handle_message(tunnel, now_usec, header, &message);
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

static enum l2tp_verdict receive_on_tunnel(struct l2tp_tunnel *tunnel, uint64_t now_usec,
					   const struct control_packet *packet)
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
 * What is wrong with an SCCRQ that could be read, as the StopCCN to answer with.
 * A Challenge asks us to prove that we know a secret (5.1.1): no secret is
 * shared with any peer, and an SCCRP without a response would be a lie that the
 * peer must punish, so it is told the reason at once. No client that people use
 * sends one without being configured to.
 */
static bool find_fault(const struct l2tp_control_message *sccrq, struct l2tp_result *ret_result)
{
	if (sccrq->protocol_version >> 8 != PROTOCOL_VERSION_1) {
		*ret_result = (struct l2tp_result){ .result = L2TP_STOPCCN_VERSION,
						    .error = HIGHEST_VERSION_CODE };
		return true;
	}
	if (sccrq->unknown_mandatory) {
		*ret_result = (struct l2tp_result){ .result = L2TP_STOPCCN_ERROR,
						    .error = L2TP_ERROR_UNKNOWN_AVP };
		return true;
	}
	if (sccrq->challenge.bytes) {
		*ret_result = (struct l2tp_result){ .result = L2TP_STOPCCN_NOT_AUTHORIZED,
						    .message = "no tunnel secret is configured" };
		return true;
	}
	return false;
}

static enum l2tp_verdict open_tunnel(struct l2tp_lns *lns, uint64_t now_usec,
				     const struct control_packet *packet,
				     const struct l2tp_control_message *sccrq, uint64_t digest)
{
	struct l2tp_tunnel_input input = {
		.now_usec = now_usec,
		.header = &packet->header,
		.message = sccrq,
		.cause = L2TP_END_PROTOCOL_ERROR,
	};
	bool faulty = find_fault(sccrq, &input.result);
	struct l2tp_tunnel *tunnel;

	if (l2tp_tunnel_new(lns, now_usec, packet->path, sccrq, !faulty, &tunnel) < 0)
		return L2TP_VERDICT_REFUSED;
	tunnel->digest = digest;
	l2tp_transport_receive(&tunnel->transport, packet->header.ns, packet->bytes, packet->size);
	l2tp_tunnel_apply(
		tunnel, faulty ? L2TP_TUNNEL_EVENT_SCCRQ_REFUSED : L2TP_TUNNEL_EVENT_SCCRQ, &input);
	l2tp_transport_flush(&tunnel->transport);
	l2tp_tunnel_update_deadline(tunnel);
	return faulty ? L2TP_VERDICT_REFUSED : L2TP_VERDICT_ACCEPTED;
}

/*
 * Is this SCCRQ the one that opened @tunnel, once more? Windows uses the same
 * small ids again and again, with byte for byte the same SCCRQ: behind a tunnel
 * that is over, it is a new one.
 */
static bool is_repetition(const struct l2tp_tunnel *tunnel, uint64_t digest)
{
	if (tunnel->digest != digest)
		return false;
	return tunnel->state != L2TP_TUNNEL_STATE_LINGERING ||
	       (tunnel->half_open && !tunnel->peer_stopped);
}

static enum l2tp_verdict receive_sccrq(struct l2tp_lns *lns, uint64_t now_usec,
				       const struct control_packet *packet,
				       const struct l2tp_control_message *sccrq)
{
	const struct l2tp_tunnel_input replaced = { .now_usec = now_usec,
						    .cause = L2TP_END_REPLACED };
	const struct l2tp_reader *payload = &packet->header.payload;
	uint64_t digest = l2tp_lookup_mix_bytes(lns->seed, payload->bytes, payload->remaining);
	struct l2tp_tunnel *tunnel;

	if (sccrq->assigned_tunnel_id == 0)
		return L2TP_VERDICT_MALFORMED;
	if (packet->header.ns != 0)
		return L2TP_VERDICT_UNKNOWN;
	tunnel = l2tp_tunnel_find_peer(lns, packet->path, sccrq->assigned_tunnel_id);
	if (tunnel && is_repetition(tunnel, digest) &&
	    !l2tp_tunnel_repeated_sccrq(tunnel, now_usec))
		return L2TP_VERDICT_DUPLICATE;
	/*
	 * The peer restarted. No StopCCN for its former tunnel: it would carry the
	 * id that the new one has, too.
	 */
	if (tunnel)
		l2tp_tunnel_apply(tunnel, L2TP_TUNNEL_EVENT_REPLACED, &replaced);
	return open_tunnel(lns, now_usec, packet, sccrq, digest);
}

/*
 * Tunnel id 0: an SCCRQ, or one of two oddities. Apple sends Hellos to nobody, to
 * raise IPsec: ignored in silence. The DIR-300 sends everything to tunnel 0, also
 * after set-up: if its endpoint has just one tunnel, that one is meant.
 */
static enum l2tp_verdict receive_without_id(struct l2tp_lns *lns, uint64_t now_usec,
					    const struct control_packet *packet)
{
	const struct l2tp_header *header = &packet->header;
	struct l2tp_control_message message = { .type = L2TP_MESSAGE_UNKNOWN };
	struct l2tp_tunnel *tunnel;

	if (header->payload.remaining > 0 &&
	    l2tp_control_message_read(&header->payload, &message) != 0)
		return L2TP_VERDICT_MALFORMED;
	if (message.type == L2TP_MESSAGE_SCCRQ)
		return receive_sccrq(lns, now_usec, packet, &message);
	tunnel = l2tp_tunnel_find_only(lns, packet->path);
	if (!tunnel)
		return L2TP_VERDICT_UNKNOWN;
	return receive_on_tunnel(tunnel, now_usec, packet);
}

static enum l2tp_verdict receive(struct l2tp_lns *lns, uint64_t now_usec,
				 struct control_packet *packet)
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
	struct control_packet received = { .path = path, .bytes = packet, .size = size };
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
		l2tp_tunnel_close(tunnel, now_usec, result, NULL);
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
		.result = { .result = (uint16_t)result, .message = message },
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
		.result = { .result = (uint16_t)result, .message = message },
		.cause = L2TP_END_LOCAL,
	};
	struct l2tp_tunnel *tunnel = call->tunnel;

	l2tp_call_apply(call, L2TP_CALL_EVENT_CLOSE, &input);
	l2tp_tunnel_update_deadline(tunnel);
}
