/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A client of RFC 2661: set-up, calls, keep-alive, reliable delivery. */
#include "tests/simulation/lac.h"

#include <string.h>

#define SECOND UINT64_C(1000000)

#define RETRANSMIT_USEC     SECOND
#define RETRANSMIT_CAP_USEC (8 * SECOND)
#define SENDINGS_MAX        5
#define OWN_WINDOW          4
#define SETUP_USEC          (40 * SECOND)
#define STOPPING_USEC       (31 * SECOND)

void lac_init(struct lac *lac, const struct lac_manners *manners, uint16_t first_id,
	      void (*send)(void *userdata, const uint8_t *bytes, size_t size), void *userdata)
{
	*lac = (struct lac){
		.send = send,
		.userdata = userdata,
		.manners = *manners,
		.id = first_id,
	};
	lac_forget(lac);
}

void lac_forget(struct lac *lac)
{
	lac->state = LAC_STATE_IDLE;
	lac->incarnation++;
	if (!lac->manners.same_id)
		lac->id++;
	lac->lns_id = lac->lns_window = 0;
	memset(lac->calls, 0, sizeof(lac->calls));
	lac->first = lac->next = lac->flying = lac->sendings = 0;
	lac->ns_offset = lac->nr = 0;
	lac->early_count = 0;
	lac->owes = false;
	lac->retransmit_usec = lac->owed_usec = lac->setup_usec = LAC_NEVER;
}

static const uint8_t challenge[LAC_DIGEST_SIZE] = "so who are you?";

static uint16_t nr_to_send(const struct lac *lac)
{
	return lac->manners.deaf && lac->nr > 1 ? 1 : lac->nr;
}

static uint16_t to_tunnel(const struct lac *lac)
{
	return lac->manners.no_tunnel_id ? 0 : lac->lns_id;
}

static void send_at(struct lac *lac, uint32_t number)
{
	struct lac_message *message = &lac->queue[number % LAC_QUEUE_MAX];

	lac_set_sequence(message->bytes, message->ns, nr_to_send(lac));
	lac->owes = false;
	lac->owed_usec = LAC_NEVER;
	lac->send(lac->userdata, message->bytes, message->size);
}

static uint64_t wait_usec(uint32_t sendings)
{
	uint64_t wait = RETRANSMIT_USEC << (sendings < 8 ? sendings : 8);

	return wait < RETRANSMIT_CAP_USEC ? wait : RETRANSMIT_CAP_USEC;
}

static void send_what_fits(struct lac *lac, uint64_t now_usec)
{
	uint32_t window = lac->lns_window < OWN_WINDOW ? lac->lns_window : OWN_WINDOW;

	if (lac->manners.deaf)
		window = LAC_QUEUE_MAX;
	if (window == 0)
		window = 1; /* SCCRQ: the LNS's window is not known yet */
	while (lac->flying < window && lac->first + lac->flying < lac->next) {
		if (lac->flying == 0) {
			lac->sendings = 0;
			lac->retransmit_usec = now_usec + wait_usec(0);
		}
		send_at(lac, lac->first + lac->flying);
		lac->flying++;
	}
}

/* Queues a message that is written. Return: false if there is no room, with nothing done. */
static bool queue(struct lac *lac, uint64_t now_usec, enum lac_type type, struct lac_writer *writer)
{
	struct lac_message *message = &lac->queue[lac->next % LAC_QUEUE_MAX];

	if (lac->next - lac->first == LAC_QUEUE_MAX || lac->next == LAC_SENT_MAX)
		return false;
	lac_end(writer);
	memcpy(message->bytes, writer->bytes, writer->size);
	message->size = (uint16_t)writer->size;
	message->ns = (uint16_t)(lac->next + lac->ns_offset);
	lac->sent[lac->next++] = (uint8_t)type;
	send_what_fits(lac, now_usec);
	return true;
}

static void send_zlb(struct lac *lac)
{
	struct lac_writer writer;

	lac_begin(&writer, LAC_ZLB, to_tunnel(lac), 0);
	lac_end(&writer);
	lac_set_sequence(writer.bytes, (uint16_t)(lac->first + lac->flying + lac->ns_offset),
			 nr_to_send(lac));
	lac->owes = false;
	lac->owed_usec = LAC_NEVER;
	lac->send(lac->userdata, writer.bytes, writer.size);
}

void lac_connect(struct lac *lac, uint64_t now_usec)
{
	struct lac_writer writer;

	if (lac->state != LAC_STATE_IDLE)
		return;
	lac->state = LAC_STATE_WAIT_REPLY;
	lac->setup_usec = now_usec + SETUP_USEC;
	lac->heard_usec = now_usec;
	lac_begin(&writer, LAC_SCCRQ, 0, 0);
	lac_avp_u16(&writer, 2, 0x0100);
	lac_avp_u32(&writer, 3, 3);
	lac_avp(&writer, true, 7, "client", 6);
	lac_avp_u16(&writer, 9, lac->id);
	if (lac->manners.window != 0)
		lac_avp_u16(&writer, 10, lac->manners.window);
	if (lac->secret)
		lac_avp(&writer, true, 11, challenge, sizeof(challenge));
	queue(lac, now_usec, LAC_SCCRQ, &writer);
}

void lac_place_call(struct lac *lac, uint64_t now_usec)
{
	struct lac_writer writer;
	size_t i = 0;

	while (i < LAC_CALLS_MAX && lac->calls[i].state != LAC_CALL_NONE)
		i++;
	if (lac->state != LAC_STATE_ESTABLISHED || i == LAC_CALLS_MAX)
		return;
	if (++lac->last_call_id == 0)
		lac->last_call_id = 1;
	lac_begin(&writer, LAC_ICRQ, to_tunnel(lac), 0);
	if (lac->secret && (lac->serial & 1)) {
		const uint8_t id[] = { (uint8_t)(lac->last_call_id >> 8),
				       (uint8_t)lac->last_call_id };

		lac_avp_hidden(&writer, 14, id, sizeof(id), lac->secret);
	} else {
		lac_avp_u16(&writer, 14, lac->last_call_id);
	}
	lac_avp_u32(&writer, 15, ++lac->serial);
	if (!queue(lac, now_usec, LAC_ICRQ, &writer))
		return;
	lac->calls[i] = (struct lac_call){
		.state = LAC_CALL_WAIT_REPLY,
		.id = lac->last_call_id,
		.setup_usec = now_usec + SETUP_USEC,
	};
}

void lac_hang_up(struct lac *lac, uint64_t now_usec, size_t number)
{
	struct lac_call *call = &lac->calls[number];
	struct lac_writer writer;

	if (lac->state != LAC_STATE_ESTABLISHED || call->state == LAC_CALL_NONE)
		return;
	lac_begin(&writer, LAC_CDN, to_tunnel(lac), call->lns_id);
	lac_avp_u16(&writer, 1, 3);
	lac_avp_u16(&writer, 14, call->id);
	if (queue(lac, now_usec, LAC_CDN, &writer))
		call->state = LAC_CALL_NONE;
}

void lac_hello(struct lac *lac, uint64_t now_usec)
{
	struct lac_writer writer;

	if (lac->state != LAC_STATE_ESTABLISHED)
		return;
	lac_begin(&writer, LAC_HELLO, to_tunnel(lac), 0);
	queue(lac, now_usec, LAC_HELLO, &writer);
}

void lac_note(struct lac *lac, uint64_t now_usec, size_t number, enum lac_type type)
{
	static const uint8_t zeros[26];
	const struct lac_call *call = &lac->calls[number];
	struct lac_writer writer;

	if (lac->state != LAC_STATE_ESTABLISHED || call->state != LAC_CALL_ESTABLISHED)
		return;
	lac_begin(&writer, type, to_tunnel(lac), call->lns_id);
	lac_avp(&writer, true, type == LAC_WEN ? 34 : 35, zeros, type == LAC_WEN ? 26 : 10);
	queue(lac, now_usec, type, &writer);
}

void lac_ask_outgoing(struct lac *lac, uint64_t now_usec)
{
	struct lac_writer writer;

	if (lac->state != LAC_STATE_ESTABLISHED)
		return;
	lac_begin(&writer, LAC_OCRQ, to_tunnel(lac), 0);
	lac_avp_u16(&writer, 14, 0xfff0); /* an id that no call of ours has */
	lac_avp_u32(&writer, 15, ++lac->serial);
	lac_avp(&writer, true, 21, "123", 3);
	queue(lac, now_usec, LAC_OCRQ, &writer);
}

static void begin_stopping(struct lac *lac, uint64_t now_usec)
{
	lac->state = LAC_STATE_STOPPING;
	lac->setup_usec = now_usec + STOPPING_USEC;
	memset(lac->calls, 0, sizeof(lac->calls));
}

void lac_stop(struct lac *lac, uint64_t now_usec)
{
	struct lac_writer writer;

	if (lac->state != LAC_STATE_ESTABLISHED)
		return;
	lac_begin(&writer, LAC_STOPCCN, to_tunnel(lac), 0);
	lac_avp_u16(&writer, 9, lac->id);
	lac_avp_u16(&writer, 1, 6);
	if (queue(lac, now_usec, LAC_STOPCCN, &writer))
		begin_stopping(lac, now_usec);
}

/* Who has no secret is not asked for it; who has one hears that the LNS knows it, too. */
static bool is_authentic(const struct lac *lac, const struct lac_packet *packet)
{
	uint8_t response[LAC_DIGEST_SIZE];

	if (!lac->secret)
		return !packet->has_challenge && !packet->has_response;
	lac_respond(lac->secret, LAC_SCCRP, challenge, sizeof(challenge), response);
	return packet->has_challenge && packet->has_response &&
	       memcmp(response, packet->response, sizeof(response)) == 0;
}

static void take_sccrp(struct lac *lac, uint64_t now_usec, const struct lac_packet *packet)
{
	uint8_t response[LAC_DIGEST_SIZE];
	struct lac_writer writer;

	if (!is_authentic(lac, packet)) {
		lac->broken = "an LNS answers a challenge, and gives one where there is a secret";
		if (!lac->manners.credulous)
			return;
	}
	if (lac->state != LAC_STATE_WAIT_REPLY || packet->assigned_tunnel_id == 0) {
		lac->broken = "SCCRP answers an SCCRQ, once, and has an id";
		return;
	}
	lac->lns_id = packet->assigned_tunnel_id;
	lac->lns_window = packet->window ? packet->window : 4;
	lac->state = LAC_STATE_ESTABLISHED;
	lac->setup_usec = LAC_NEVER;
	lac_begin(&writer, LAC_SCCCN, to_tunnel(lac), 0);
	if (lac->secret) {
		lac_respond(lac->secret, LAC_SCCCN, packet->challenge, LAC_DIGEST_SIZE, response);
		lac_avp(&writer, true, 13, response, sizeof(response));
	}
	queue(lac, now_usec, LAC_SCCCN, &writer);
}

static struct lac_call *find_call(struct lac *lac, uint16_t id)
{
	for (size_t i = 0; i < LAC_CALLS_MAX; i++)
		if (lac->calls[i].state != LAC_CALL_NONE && lac->calls[i].id == id)
			return &lac->calls[i];
	return NULL;
}

static void take_icrp(struct lac *lac, uint64_t now_usec, const struct lac_packet *packet)
{
	struct lac_call *call = find_call(lac, packet->session_id);
	struct lac_writer writer;

	if (!call) /* hung up meanwhile: the CDN is on its way */
		return;
	if (call->state != LAC_CALL_WAIT_REPLY || packet->assigned_session_id == 0) {
		lac->broken = "ICRP answers an ICRQ, once, and has an id";
		return;
	}
	lac_begin(&writer, LAC_ICCN, to_tunnel(lac), packet->assigned_session_id);
	lac_avp_u32(&writer, 24, 1000000);
	lac_avp_u32(&writer, 19, 1);
	if (!queue(lac, now_usec, LAC_ICCN, &writer))
		return;
	call->lns_id = packet->assigned_session_id;
	call->state = LAC_CALL_ESTABLISHED;
}

/* A message whose turn it is. */
static void take(struct lac *lac, uint64_t now_usec, const struct lac_packet *packet)
{
	struct lac_call *call;

	switch (packet->type) {
	case LAC_SCCRP:
		take_sccrp(lac, now_usec, packet);
		return;
	case LAC_STOPCCN:
		if (packet->result == 0)
			lac->broken = "StopCCN has a Result Code";
		begin_stopping(lac, now_usec);
		return;
	case LAC_HELLO:
		return;
	case LAC_ICRP:
		take_icrp(lac, now_usec, packet);
		return;
	case LAC_CDN:
		if (packet->result == 0)
			lac->broken = "CDN has a Result Code";
		call = find_call(lac, packet->session_id);
		if (call)
			call->state = LAC_CALL_NONE;
		return;
	case LAC_ZLB:
	case LAC_SCCRQ:
	case LAC_SCCCN:
	case LAC_OCRQ:
	case LAC_ICRQ:
	case LAC_ICCN:
	case LAC_WEN:
	case LAC_SLI:
		break;
	}
	lac->broken = "an LNS sends only what is an LNS's to send";
}

static void take_nr(struct lac *lac, uint64_t now_usec, uint16_t nr)
{
	uint16_t count = (uint16_t)(nr - (uint16_t)(lac->first + lac->ns_offset));

	if (count == 0 || count > lac->next - lac->first)
		return;
	lac->first += count;
	lac->flying = count < lac->flying ? lac->flying - count : 0;
	lac->sendings = 0;
	lac->retransmit_usec = lac->flying > 0 ? now_usec + wait_usec(0) : LAC_NEVER;
	send_what_fits(lac, now_usec);
}

static void keep_early(struct lac *lac, uint16_t ns, const uint8_t *bytes, size_t size)
{
	struct lac_message *place = &lac->early[lac->early_count];

	for (size_t i = 0; i < lac->early_count; i++)
		if (lac->early[i].ns == ns)
			return;
	if (!lac->manners.keeps_early || lac->early_count == LAC_EARLY_MAX)
		return;
	place->ns = ns;
	place->size = (uint16_t)size;
	memcpy(place->bytes, bytes, size);
	lac->early_count++;
}

/* Those that were kept and whose turn has come; others stay. */
static void take_early(struct lac *lac, uint64_t now_usec)
{
	for (size_t i = 0; i < lac->early_count;) {
		struct lac_packet packet;
		bool turn = lac->early[i].ns == lac->nr;

		if (!turn && (int16_t)(lac->early[i].ns - lac->nr) > 0) {
			i++;
			continue;
		}
		lac_read(lac->early[i].bytes, lac->early[i].size, lac->secret, &packet);
		lac->early[i] = lac->early[--lac->early_count];
		if (turn) {
			lac->nr++;
			take(lac, now_usec, &packet);
		}
		i = 0;
	}
}

void lac_receive(struct lac *lac, uint64_t now_usec, const uint8_t *bytes, size_t size)
{
	struct lac_packet packet;
	int16_t ahead;

	if (lac->state == LAC_STATE_IDLE || size > LAC_PACKET_MAX ||
	    !lac_read(bytes, size, lac->secret, &packet) || packet.tunnel_id != lac->id)
		return;
	lac->heard_usec = now_usec;
	take_nr(lac, now_usec, packet.nr);
	if (packet.type == LAC_ZLB)
		return;
	ahead = (int16_t)(packet.ns - lac->nr);
	if (ahead > 0) {
		keep_early(lac, packet.ns, bytes, size);
		return;
	}
	lac->owes = true;
	if (ahead == 0) {
		lac->nr++;
		take(lac, now_usec, &packet);
		take_early(lac, now_usec);
	}
	if (!lac->owes)
		return;
	if (lac->manners.ack_usec == 0 || lac->manners.deaf)
		send_zlb(lac);
	else if (lac->owed_usec == LAC_NEVER)
		lac->owed_usec = now_usec + lac->manners.ack_usec;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t hello_usec(const struct lac *lac)
{
	if (lac->state != LAC_STATE_ESTABLISHED || lac->next != lac->first)
		return LAC_NEVER;
	return lac->heard_usec + lac->manners.hello_usec;
}

static uint64_t call_usec(const struct lac *lac)
{
	uint64_t at_usec = LAC_NEVER;

	for (size_t i = 0; i < LAC_CALLS_MAX; i++)
		if (lac->calls[i].state == LAC_CALL_WAIT_REPLY)
			at_usec = earlier(at_usec, lac->calls[i].setup_usec);
	return at_usec;
}

uint64_t lac_next_deadline(const struct lac *lac)
{
	uint64_t at_usec = earlier(lac->retransmit_usec, lac->owed_usec);

	at_usec = earlier(at_usec, lac->setup_usec);
	at_usec = earlier(at_usec, call_usec(lac));
	return earlier(at_usec, hello_usec(lac));
}

/* Return: false if nobody answers and all was given up. */
static bool retransmit(struct lac *lac, uint64_t now_usec)
{
	if (lac->sendings == SENDINGS_MAX) {
		lac_forget(lac);
		return false;
	}
	lac->sendings++;
	lac->flying = 1;
	lac->retransmit_usec = now_usec + wait_usec(lac->sendings);
	send_at(lac, lac->first);
	return true;
}

void lac_handle_deadlines(struct lac *lac, uint64_t now_usec)
{
	if (now_usec >= lac->retransmit_usec && !retransmit(lac, now_usec))
		return;
	if (now_usec >= lac->setup_usec) {
		lac_forget(lac);
		return;
	}
	if (now_usec >= lac->owed_usec)
		send_zlb(lac);
	for (size_t i = 0; i < LAC_CALLS_MAX; i++)
		if (lac->calls[i].state == LAC_CALL_WAIT_REPLY &&
		    now_usec >= lac->calls[i].setup_usec) {
			lac->calls[i].setup_usec = now_usec + SETUP_USEC;
			lac_hang_up(lac, now_usec, i);
		}
	if (now_usec >= hello_usec(lac)) {
		lac->heard_usec = now_usec;
		lac_hello(lac, now_usec);
	}
}

bool lac_is_at_rest(const struct lac *lac)
{
	return lac->next == lac->first && lac->early_count == 0 && !lac->owes;
}
