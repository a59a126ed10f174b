/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SCCRQs, the cheap questions first: repetitions go to their tunnel, then the rate
 * is looked at, then the secret is found, and only then anything is opened. One with
 * hidden values is the exception: its tunnel id may be among them. Pure.
 */
#include "l2tp/admission.h"

#include "base/cleanup.h"
#include "l2tp/control_connection.h"
#include "l2tp/keep_alive.h"
#include "l2tp/tunnel_table.h"

#include <errno.h>
#include <string.h>

#define PROTOCOL_VERSION_1   1
#define HIGHEST_VERSION_CODE 0x0100 /* Error Code of StopCCN 5: what we support */

/* One SCCRQ on its way through this file. */
struct request {
	struct l2tp_lns *lns;
	uint64_t now_usec;
	const struct l2tp_received *packet;
	struct l2tp_control_message *sccrq;
	struct l2tp_authentication *authentication; /* NULL: no secret is shared */
	bool secret_asked;
	uint64_t digest;
};

/* Return: 0, also if there is no secret; -ENOMEM. */
static int find_secret(struct request *request)
{
	const struct l2tp_octets *name = &request->sccrq->host_name;
	struct l2tp_lns *lns = request->lns;
	uint8_t secret[L2TP_SECRET_MAX];
	size_t size;

	if (request->secret_asked || !lns->ops->tunnel_secret)
		return 0;
	request->secret_asked = true;
	size = lns->ops->tunnel_secret(lns->userdata, request->packet->path, name->bytes,
				       name->size, secret);
	if (size == 0)
		return 0;
	request->authentication = l2tp_authentication_new((struct l2tp_octets){ secret, size });
	explicit_bzero(secret, sizeof(secret));
	return request->authentication ? 0 : -ENOMEM;
}

/*
 * What is wrong with an SCCRQ that could be read, as the StopCCN to answer with.
 * A Challenge asks us to prove that we know a secret (5.1.1): if none is shared
 * with that peer, an SCCRP without a response would be a lie that it must punish,
 * so it is told the reason at once.
 */
static bool find_fault(const struct request *request, char text[L2TP_ERROR_MESSAGE_MAX],
		       struct l2tp_result *ret_result)
{
	const struct l2tp_control_message *sccrq = request->sccrq;

	if (sccrq->protocol_version >> 8 != PROTOCOL_VERSION_1) {
		*ret_result = (struct l2tp_result){ .result = L2TP_STOPCCN_VERSION,
						    .error = HIGHEST_VERSION_CODE,
						    .message = "protocol version is not 1" };
		return true;
	}
	if (sccrq->unknown_mandatory) {
		*ret_result = l2tp_result_unknown_avp(sccrq, text);
		return true;
	}
	if (sccrq->challenge.bytes && !request->authentication) {
		*ret_result = (struct l2tp_result){ .result = L2TP_STOPCCN_NOT_AUTHORIZED,
						    .message = "no tunnel secret is shared" };
		return true;
	}
	return false;
}

/*
 * At a cap there is no tunnel that a StopCCN could be sent from. It goes out once,
 * is not repeated, and not to everybody: refusals are limited, too.
 */
static void refuse(const struct request *request)
{
	static const struct l2tp_result result = {
		.result = L2TP_STOPCCN_ERROR,
		.error = L2TP_ERROR_NO_RESOURCES,
		.message = "too many tunnels",
	};
	struct l2tp_lns *lns = request->lns;
	uint8_t bytes[L2TP_CONTROL_PACKET_MAX];
	struct l2tp_writer writer;

	if (!lns->ops->refuse ||
	    !l2tp_rate_take(&lns->refusals_used_usec, &lns->settings.refusals, request->now_usec))
		return;
	l2tp_writer_init(&writer, bytes, sizeof(bytes));
	l2tp_write_stopccn(&writer, request->sccrq->assigned_tunnel_id, 0, &result, NULL);
	l2tp_header_set_sequence(bytes, writer.size, 0, 1);
	lns->counters.refusals_sent++;
	lns->ops->refuse(lns->userdata, request->packet->path, bytes, writer.size);
}

/* Each is told, if it lives, and gone at once: see a_port_is_one_tunnels. */
static void make_way(const struct request *request)
{
	const struct l2tp_tunnel_input input = {
		.now_usec = request->now_usec,
		.result = { .result = L2TP_STOPCCN_GENERAL,
			    .message = "your port has another tunnel" },
		.cause = L2TP_END_REPLACED,
	};
	struct l2tp_lns *lns = request->lns;
	struct l2tp_tunnel *tunnel;

	if (!lns->settings.a_port_is_one_tunnels)
		return;
	while ((tunnel = l2tp_tunnel_find_callless(lns, request->packet->path)))
		l2tp_tunnel_apply(tunnel,
				  tunnel->lingering ? L2TP_TUNNEL_EVENT_LINGERED
						    : L2TP_TUNNEL_EVENT_CLOSE,
				  &input);
}

static enum l2tp_verdict open_tunnel(struct request *request)
{
	const struct l2tp_received *packet = request->packet;
	struct l2tp_tunnel_input input = {
		.now_usec = request->now_usec,
		.header = &packet->header,
		.message = request->sccrq,
		.cause = L2TP_END_PROTOCOL_ERROR,
	};
	char text[L2TP_ERROR_MESSAGE_MAX];
	struct l2tp_tunnel *tunnel;
	bool faulty;
	int r;

	if (find_secret(request) < 0)
		return L2TP_VERDICT_REFUSED;
	faulty = find_fault(request, text, &input.result);
	if (!faulty)
		make_way(request);
	r = l2tp_tunnel_new(request->lns, request->now_usec, packet->path, request->sccrq, !faulty,
			    &tunnel);
	if (r == -EDQUOT && !faulty)
		refuse(request);
	if (r < 0)
		return L2TP_VERDICT_REFUSED;
	tunnel->digest = request->digest;
	tunnel->authentication = TAKE_PTR(request->authentication);
	if (tunnel->authentication)
		request->lns->ops->random(request->lns->userdata, tunnel->authentication->challenge,
					  sizeof(tunnel->authentication->challenge));
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

/*
 * Tie Breaker (4.4.3): it decides between two SCCRQs that cross each other. None
 * of ours can be on its way, so the peer's wins whatever it says.
 */
static enum l2tp_verdict place(struct request *request)
{
	const struct l2tp_tunnel_input replaced = { .now_usec = request->now_usec,
						    .cause = L2TP_END_REPLACED };
	struct l2tp_lns *lns = request->lns;
	struct l2tp_tunnel *tunnel;

	if (request->sccrq->assigned_tunnel_id == 0)
		return L2TP_VERDICT_MALFORMED;
	if (request->packet->header.ns != 0)
		return L2TP_VERDICT_UNKNOWN;
	tunnel = l2tp_tunnel_find_peer(lns, request->packet->path,
				       request->sccrq->assigned_tunnel_id);
	if (tunnel && is_repetition(tunnel, request->digest) &&
	    !l2tp_tunnel_repeated_sccrq(tunnel, request->now_usec))
		return L2TP_VERDICT_DUPLICATE;
	/* Dropped, not refused: a peer that means it asks again in a second. */
	if (!l2tp_tunnel_rate_allows(lns, request->now_usec, request->packet->path)) {
		lns->counters.sccrqs_too_many++;
		return L2TP_VERDICT_REFUSED;
	}
	/*
	 * The peer restarted. No StopCCN for its former tunnel: it would carry the
	 * id that the new one has, too.
	 */
	if (tunnel)
		l2tp_tunnel_apply(tunnel, L2TP_TUNNEL_EVENT_REPLACED, &replaced);
	return open_tunnel(request);
}

enum l2tp_verdict l2tp_admission_receive(struct l2tp_lns *lns, uint64_t now_usec,
					 const struct l2tp_received *packet,
					 struct l2tp_control_message *sccrq)
{
	const struct l2tp_reader *payload = &packet->header.payload;
	struct request request = {
		.lns = lns,
		.now_usec = now_usec,
		.packet = packet,
		.sccrq = sccrq,
		.digest = l2tp_lookup_mix_bytes(lns->seed, payload->bytes, payload->remaining),
	};
	struct l2tp_unhiding unhiding;
	enum l2tp_verdict verdict;

	if (sccrq->hidden && find_secret(&request) < 0)
		return L2TP_VERDICT_REFUSED;
	l2tp_unhiding_init(&unhiding);
	if (request.authentication) {
		unhiding.secret = request.authentication->secret;
		/* It was read before: it is as well-formed with its values as without. */
		l2tp_control_message_read(payload, &unhiding, sccrq);
	}
	verdict = place(&request);
	l2tp_unhiding_done(&unhiding);
	l2tp_authentication_free(request.authentication);
	return verdict;
}
