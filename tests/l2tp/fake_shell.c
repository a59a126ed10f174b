/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A shell that writes down, and scripted clients. */
#include "tests/l2tp/fake_shell.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void shell_random(void *userdata, uint8_t *bytes, size_t size)
{
	struct fake_shell *shell = userdata;

	for (size_t i = 0; i < size; i++) {
		shell->random_state ^= shell->random_state << 13;
		shell->random_state ^= shell->random_state >> 17;
		shell->random_state ^= shell->random_state << 5;
		bytes[i] = (uint8_t)shell->random_state;
	}
	if (shell->random_fixed && size == 2) {
		bytes[0] = (uint8_t)(shell->random_fixed >> 8);
		bytes[1] = (uint8_t)shell->random_fixed;
	}
}

static int shell_tunnel_open(void *userdata, struct l2tp_tunnel *tunnel)
{
	struct fake_shell *shell = userdata;

	assert_int_not_equal(l2tp_tunnel_local_id(tunnel), 0);
	if (shell->open_exists > 0) {
		shell->open_exists--;
		return -EEXIST;
	}
	if (shell->open_result < 0)
		return shell->open_result;
	shell->opened++;
	shell->tunnel = tunnel;
	return 0;
}

static void copy_octets(void *to, size_t capacity, struct l2tp_octets octets)
{
	if (octets.bytes && octets.size <= capacity)
		memcpy(to, octets.bytes, octets.size);
}

static void take_apart(const struct fake_shell *shell, const uint8_t *packet, size_t size,
		       struct sent *sent)
{
	struct l2tp_control_message *message = &sent->message;
	struct l2tp_unhiding unhiding;

	assert_int_equal(l2tp_header_read(packet, size, &sent->header), 0);
	sent->zlb = sent->header.payload.remaining == 0;
	if (sent->zlb)
		return;
	l2tp_unhiding_init(&unhiding);
	if (shell->secret)
		unhiding.secret = (struct l2tp_octets){ (const uint8_t *)shell->secret,
							strlen(shell->secret) };
	assert_int_equal(l2tp_control_message_read(&sent->header.payload,
						   shell->secret ? &unhiding : NULL, message),
			 0);
	assert_false(message->unknown_mandatory);
	copy_octets(sent->error_message, sizeof(sent->error_message) - 1, message->error_message);
	copy_octets(sent->challenge, sizeof(sent->challenge), message->challenge);
	copy_octets(sent->response, sizeof(sent->response), message->challenge_response);
	l2tp_unhiding_done(&unhiding);
}

/* Whatever ends something says why, in words, too (4.4.2). */
static void assert_reason(const struct sent *sent)
{
	if (sent->zlb ||
	    (sent->message.type != L2TP_MESSAGE_STOPCCN && sent->message.type != L2TP_MESSAGE_CDN))
		return;
	assert_int_not_equal(sent->message.result, 0);
	assert_int_not_equal(sent->error_message[0], '\0');
}

static void shell_tunnel_send(void *userdata, struct l2tp_tunnel *tunnel, const uint8_t *packet,
			      size_t size)
{
	struct fake_shell *shell = userdata;
	struct sent *sent = &shell->sent[shell->sent_count++ % SENT_KEPT];

	*sent = (struct sent){ .reference = l2tp_tunnel_path(tunnel)->reference,
			       .at_usec = shell->now };
	take_apart(shell, packet, size, sent);
	assert_int_equal(sent->header.tunnel_id, l2tp_tunnel_peer_id(tunnel));
	assert_reason(sent);
	if (shell->on_packet)
		shell->on_packet(shell->on_packet_userdata, packet, size);
}

static size_t shell_tunnel_secret(void *userdata, const struct l2tp_path *path,
				  const uint8_t *host_name, size_t host_name_size,
				  uint8_t ret_secret[L2TP_SECRET_MAX])
{
	struct fake_shell *shell = userdata;

	shell->secrets_asked++;
	if (!shell->secret)
		return 0;
	memcpy(ret_secret, shell->secret, strlen(shell->secret));
	return strlen(shell->secret);
}

static void shell_refuse(void *userdata, const struct l2tp_path *path, const uint8_t *packet,
			 size_t size)
{
	struct fake_shell *shell = userdata;

	shell->refusals++;
	shell->refusal = (struct sent){ .reference = path->reference, .at_usec = shell->now };
	take_apart(shell, packet, size, &shell->refusal);
	assert_reason(&shell->refusal);
}

static void shell_call_errors(void *userdata, struct l2tp_call *call,
			      const struct l2tp_call_errors *errors)
{
	struct fake_shell *shell = userdata;

	shell->wens++;
	shell->wen = *errors;
}

static void shell_tunnel_established(void *userdata, struct l2tp_tunnel *tunnel)
{
	((struct fake_shell *)userdata)->established++;
}

static bool shell_tunnel_data_received(void *userdata, struct l2tp_tunnel *tunnel)
{
	struct fake_shell *shell = userdata;

	shell->data_asked++;
	return shell->data_flows;
}

static void shell_tunnel_closed(void *userdata, struct l2tp_tunnel *tunnel,
				enum l2tp_end_cause cause)
{
	struct fake_shell *shell = userdata;

	shell->closed++;
	shell->tunnel_cause = cause;
}

static void shell_tunnel_free(void *userdata, struct l2tp_tunnel *tunnel)
{
	struct fake_shell *shell = userdata;

	shell->freed++;
	assert_true(shell->freed <= shell->closed);
}

static int shell_call_prepare(void *userdata, struct l2tp_call *call)
{
	struct fake_shell *shell = userdata;

	assert_int_not_equal(l2tp_call_local_id(call), 0);
	assert_int_not_equal(l2tp_call_peer_id(call), 0);
	if (shell->prepare_result < 0)
		return shell->prepare_result;
	shell->calls_prepared++;
	shell->called_number_size =
		(uint32_t)l2tp_tunnel_message(l2tp_call_tunnel(call))->called_number.size;
	shell->call = call;
	shell->sent_when_prepared = shell->sent_count;
	return 0;
}

static int shell_call_established(void *userdata, struct l2tp_call *call)
{
	struct fake_shell *shell = userdata;

	shell->calls_established++;
	shell->proxy_authen_type = l2tp_tunnel_message(l2tp_call_tunnel(call))->proxy_authen_type;
	return shell->established_result;
}

static void shell_call_data(void *userdata, struct l2tp_call *call,
			    const struct l2tp_data_message *message)
{
	struct fake_shell *shell = userdata;

	shell->data_count++;
	shell->data_call = call;
	shell->data = *message;
}

static void shell_call_closed(void *userdata, struct l2tp_call *call, enum l2tp_end_cause cause)
{
	struct fake_shell *shell = userdata;

	shell->calls_closed++;
	shell->call_cause = cause;
	shell->call_result = l2tp_call_peer_result(call);
	assert_true(shell->calls_closed <= shell->calls_prepared);
}

static void shell_transition(void *userdata, const struct l2tp_transition *transition)
{
	struct fake_shell *shell = userdata;

	shell->transitions++;
	snprintf(shell->last_transition, sizeof(shell->last_transition), "%s: %s -> %s",
		 transition->from, transition->event, transition->to);
}

static const struct l2tp_lns_ops ops = {
	.random = shell_random,
	.tunnel_open = shell_tunnel_open,
	.tunnel_secret = shell_tunnel_secret,
	.refuse = shell_refuse,
	.tunnel_send = shell_tunnel_send,
	.tunnel_established = shell_tunnel_established,
	.tunnel_data_received = shell_tunnel_data_received,
	.tunnel_closed = shell_tunnel_closed,
	.tunnel_free = shell_tunnel_free,
	.call_prepare = shell_call_prepare,
	.call_established = shell_call_established,
	.call_data = shell_call_data,
	.call_errors = shell_call_errors,
	.call_closed = shell_call_closed,
	.transition = shell_transition,
};

void fake_shell_start(struct fake_shell *shell)
{
	if (shell->settings.tunnels_maximum == 0)
		l2tp_lns_settings_default(&shell->settings);
	shell->random_state = 2463534242;
	shell->now = 1000 * SECOND;
	assert_int_equal(l2tp_lns_new(&shell->settings, &ops, shell, &shell->lns), 0);
}

void fake_shell_stop(struct fake_shell *shell)
{
	l2tp_lns_free(shell->lns);
	assert_int_equal(shell->opened, shell->closed);
	assert_int_equal(shell->opened, shell->freed);
	assert_int_equal(shell->calls_prepared, shell->calls_closed);
}

void fake_shell_restart(struct fake_shell *shell, const struct l2tp_lns_settings *settings)
{
	fake_shell_stop(shell);
	*shell = (struct fake_shell){ .settings = *settings };
	fake_shell_start(shell);
}

int fake_shell_set_up(void **state)
{
	struct fake_shell *shell = calloc(1, sizeof(*shell));

	assert_non_null(shell);
	fake_shell_start(shell);
	*state = shell;
	return 0;
}

int fake_shell_tear_down(void **state)
{
	fake_shell_stop(*state);
	free(*state);
	return 0;
}

void fake_shell_pass(struct fake_shell *shell, uint64_t usec)
{
	uint64_t until = shell->now + usec;

	while (l2tp_lns_next_deadline(shell->lns) <= until) {
		if (l2tp_lns_next_deadline(shell->lns) > shell->now)
			shell->now = l2tp_lns_next_deadline(shell->lns);
		l2tp_lns_handle_deadlines(shell->lns, shell->now);
		assert_true(l2tp_lns_next_deadline(shell->lns) > shell->now);
	}
	shell->now = until;
}

const struct sent *fake_shell_sent(const struct fake_shell *shell, size_t back)
{
	assert_true(shell->sent_count > back && back < SENT_KEPT);
	return &shell->sent[(shell->sent_count - 1 - back) % SENT_KEPT];
}

static size_t first_kept(const struct fake_shell *shell)
{
	return shell->sent_count > SENT_KEPT ? shell->sent_count - SENT_KEPT : 0;
}

size_t fake_shell_count(const struct fake_shell *shell, enum l2tp_message_type type)
{
	size_t count = 0;

	for (size_t i = first_kept(shell); i < shell->sent_count; i++)
		count += !shell->sent[i % SENT_KEPT].zlb &&
			 shell->sent[i % SENT_KEPT].message.type == type;
	return count;
}

size_t fake_shell_count_zlb(const struct fake_shell *shell)
{
	size_t count = 0;

	for (size_t i = first_kept(shell); i < shell->sent_count; i++)
		count += shell->sent[i % SENT_KEPT].zlb;
	return count;
}

struct fake_client fake_client(struct fake_shell *shell, uint16_t number)
{
	return (struct fake_client){
		.shell = shell,
		.path = { .local = { inet_address_from_ipv4(0xc0000201), 1701 },
			  .peer = { inet_address_from_ipv4(0xc6336400 + number), 1701 },
			  .reference = 0x100000000 + number },
		.id = number,
		.heard = shell->sent_count,
	};
}

void fake_client_forget(struct fake_client *client)
{
	client->ns = client->nr = 0;
	client->heard = client->shell->sent_count;
}

void fake_client_hear(struct fake_client *client)
{
	const struct fake_shell *shell = client->shell;

	if (client->deaf)
		return;
	if (client->heard < first_kept(shell))
		client->heard = first_kept(shell);
	for (; client->heard < shell->sent_count; client->heard++) {
		const struct sent *sent = &shell->sent[client->heard % SENT_KEPT];

		if (sent->reference != client->path.reference ||
		    sent->header.tunnel_id != client->id || sent->zlb ||
		    sent->header.ns != client->nr)
			continue;
		client->nr++;
		if (sent->message.type == L2TP_MESSAGE_SCCRP)
			client->lns_id = sent->message.assigned_tunnel_id;
		if (sent->message.type == L2TP_MESSAGE_ICRP)
			client->lns_session_id = sent->message.assigned_session_id;
	}
}

void fake_begin(struct fake_packet *packet, uint16_t tunnel_id, uint16_t session_id,
		enum l2tp_message_type type)
{
	l2tp_writer_init(&packet->writer, packet->bytes, sizeof(packet->bytes));
	l2tp_header_write(&packet->writer, tunnel_id, session_id);
	l2tp_avp_write_u16(&packet->writer, true, L2TP_AVP_MESSAGE_TYPE, (uint16_t)type);
}

enum l2tp_verdict fake_client_send_as(struct fake_client *client, struct fake_packet *packet,
				      uint16_t ns, uint16_t nr)
{
	l2tp_header_finish(&packet->writer);
	assert_false(packet->writer.failed);
	l2tp_header_set_sequence(packet->bytes, packet->writer.size, ns, nr);
	return l2tp_lns_receive(client->shell->lns, client->shell->now, &client->path,
				packet->bytes, packet->writer.size);
}

enum l2tp_verdict fake_client_send(struct fake_client *client, struct fake_packet *packet)
{
	fake_client_hear(client);
	return fake_client_send_as(client, packet, client->ns++, client->nr);
}

void fake_build_sccrq(const struct fake_client *client, struct fake_packet *packet)
{
	struct l2tp_writer *writer = &packet->writer;

	fake_begin(packet, 0, 0, L2TP_MESSAGE_SCCRQ);
	l2tp_avp_write_u16(writer, true, L2TP_AVP_PROTOCOL_VERSION, 0x0100);
	l2tp_avp_write_u32(writer, true, L2TP_AVP_FRAMING_CAPABILITIES, 1);
	l2tp_avp_write(writer, true, L2TP_AVP_HOST_NAME, "client", 6);
	l2tp_avp_write_u16(writer, true, L2TP_AVP_ASSIGNED_TUNNEL_ID, client->id);
	l2tp_avp_write_u16(writer, true, L2TP_AVP_RECEIVE_WINDOW_SIZE, 8);
	if (client->challenge)
		l2tp_avp_write(writer, true, L2TP_AVP_CHALLENGE, &client->challenge, 1);
}

enum l2tp_verdict fake_client_sccrq(struct fake_client *client)
{
	struct fake_packet packet;

	fake_build_sccrq(client, &packet);
	return fake_client_send(client, &packet);
}

static enum l2tp_verdict send_plain(struct fake_client *client, enum l2tp_message_type type)
{
	struct fake_packet packet;

	fake_client_hear(client);
	fake_begin(&packet, client->lns_id, 0, type);
	return fake_client_send(client, &packet);
}

enum l2tp_verdict fake_client_scccn(struct fake_client *client)
{
	return send_plain(client, L2TP_MESSAGE_SCCCN);
}

enum l2tp_verdict fake_client_hello(struct fake_client *client)
{
	return send_plain(client, L2TP_MESSAGE_HELLO);
}

enum l2tp_verdict fake_client_zlb(struct fake_client *client)
{
	struct fake_packet packet;

	fake_client_hear(client);
	l2tp_writer_init(&packet.writer, packet.bytes, sizeof(packet.bytes));
	l2tp_header_write(&packet.writer, client->lns_id, 0);
	return fake_client_send_as(client, &packet, client->ns, client->nr);
}

enum l2tp_verdict fake_client_stopccn(struct fake_client *client, uint16_t result)
{
	struct fake_packet packet;

	fake_client_hear(client);
	fake_begin(&packet, client->lns_id, 0, L2TP_MESSAGE_STOPCCN);
	l2tp_avp_write_u16(&packet.writer, true, L2TP_AVP_ASSIGNED_TUNNEL_ID, client->id);
	l2tp_avp_write_u16(&packet.writer, true, L2TP_AVP_RESULT_CODE, result);
	return fake_client_send(client, &packet);
}

enum l2tp_verdict fake_client_icrq(struct fake_client *client, uint16_t session_id)
{
	struct fake_packet packet;

	fake_client_hear(client);
	fake_begin(&packet, client->lns_id, 0, L2TP_MESSAGE_ICRQ);
	l2tp_avp_write_u16(&packet.writer, true, L2TP_AVP_ASSIGNED_SESSION_ID, session_id);
	l2tp_avp_write_u32(&packet.writer, true, L2TP_AVP_CALL_SERIAL_NUMBER, 0xabcd0000);
	return fake_client_send(client, &packet);
}

enum l2tp_verdict fake_client_iccn(struct fake_client *client, uint16_t lns_session_id)
{
	struct fake_packet packet;

	fake_client_hear(client);
	fake_begin(&packet, client->lns_id, lns_session_id, L2TP_MESSAGE_ICCN);
	l2tp_avp_write_u32(&packet.writer, true, L2TP_AVP_TX_CONNECT_SPEED, 1000000);
	l2tp_avp_write_u32(&packet.writer, true, L2TP_AVP_FRAMING_TYPE, 1);
	return fake_client_send(client, &packet);
}

enum l2tp_verdict fake_client_cdn(struct fake_client *client, uint16_t session_id,
				  uint16_t lns_session_id)
{
	struct fake_packet packet;

	fake_client_hear(client);
	fake_begin(&packet, client->lns_id, lns_session_id, L2TP_MESSAGE_CDN);
	l2tp_avp_write_u16(&packet.writer, true, L2TP_AVP_RESULT_CODE, L2TP_CDN_ADMINISTRATIVE);
	l2tp_avp_write_u16(&packet.writer, true, L2TP_AVP_ASSIGNED_SESSION_ID, session_id);
	return fake_client_send(client, &packet);
}

enum l2tp_verdict fake_client_data(const struct fake_client *client, uint16_t tunnel_id)
{
	const uint8_t packet[] = { 0x00, 0x02, tunnel_id >> 8, tunnel_id & 0xff, 0, 9, 0xff, 0x03 };

	return l2tp_lns_receive(client->shell->lns, client->shell->now, &client->path, packet,
				sizeof(packet));
}

void fake_client_connect(struct fake_client *client)
{
	assert_int_equal(fake_client_sccrq(client), L2TP_VERDICT_ACCEPTED);
	assert_int_equal(fake_shell_sent(client->shell, 0)->message.type, L2TP_MESSAGE_SCCRP);
	assert_int_equal(fake_client_scccn(client), L2TP_VERDICT_ACCEPTED);
}

struct l2tp_call *fake_client_call(struct fake_client *client, uint16_t session_id)
{
	const struct sent *icrp;

	assert_int_equal(fake_client_icrq(client, session_id), L2TP_VERDICT_ACCEPTED);
	icrp = fake_shell_sent(client->shell, 0);
	assert_int_equal(icrp->message.type, L2TP_MESSAGE_ICRP);
	assert_int_equal(icrp->header.session_id, session_id);
	assert_int_equal(fake_client_iccn(client, icrp->message.assigned_session_id),
			 L2TP_VERDICT_ACCEPTED);
	return client->shell->call;
}
