/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hostile datagrams of every kind that was seen to cost a peer memory, a hundred
 * thousand of them beside an honest client: when they are over, as much is allocated
 * as before, and at no moment more than the caps allow.
 */
#include "base/cleanup.h"
#include "tests/l2tp/fake_shell.h"

#include <malloc.h>
#include <string.h>

#define DATAGRAMS 100000
/* 16 half-open tunnels, their queues, and what is kept of messages that came early. */
#define CAPPED_BYTES 65536

static const char secret[] = "the tunnel's secret";

/* The linker puts these before the allocator of what is linked here (--wrap). */
static size_t allocated;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__real_reallocarray(void *memory, size_t count, size_t size);
void __real_free(void *memory);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void *__wrap_reallocarray(void *memory, size_t count, size_t size);
void __wrap_free(void *memory);

static void *counted(void *memory)
{
	allocated += malloc_usable_size(memory);
	return memory;
}

void *__wrap_malloc(size_t size)
{
	return counted(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
	return counted(__real_calloc(count, size));
}

void *__wrap_realloc(void *memory, size_t size)
{
	allocated -= malloc_usable_size(memory);
	return counted(__real_realloc(memory, size));
}

void *__wrap_reallocarray(void *memory, size_t count, size_t size)
{
	allocated -= malloc_usable_size(memory);
	return counted(__real_reallocarray(memory, count, size));
}

void __wrap_free(void *memory)
{
	allocated -= malloc_usable_size(memory);
	__real_free(memory);
}

/* Who sends them: a client with a tunnel and a call, and another SA reference. */
struct attacker {
	struct fake_shell *shell;
	struct fake_client client;
	struct fake_client stranger;
	uint32_t number;
};

static void send_bytes(const struct attacker *attacker, const struct fake_client *as,
		       const uint8_t *bytes, size_t size)
{
	l2tp_lns_receive(attacker->shell->lns, attacker->shell->now, &as->path, bytes, size);
}

/* Row D: a message to tunnel 0 that is no SCCRQ. */
static void hello_to_tunnel_zero(struct attacker *attacker)
{
	struct fake_packet packet;

	fake_begin(&packet, 0, 0, L2TP_MESSAGE_HELLO);
	fake_client_send_as(&attacker->stranger, &packet, 0, 0);
}

/* Row B: a ZLB that names a session that there is not. */
static void zlb_of_an_unknown_session(struct attacker *attacker)
{
	struct fake_packet packet;

	l2tp_writer_init(&packet.writer, packet.bytes, sizeof(packet.bytes));
	l2tp_header_write(&packet.writer, attacker->client.lns_id, 4242);
	fake_client_send_as(&attacker->client, &packet, attacker->client.ns, attacker->client.nr);
}

/* Any message to any tunnel, most of which there are not, by a stranger. */
static void message_to_any_tunnel(struct attacker *attacker)
{
	struct fake_packet packet;

	fake_begin(&packet, (uint16_t)(attacker->number * 7), 0,
		   (enum l2tp_message_type)(attacker->number % 17));
	fake_client_send_as(&attacker->stranger, &packet, (uint16_t)attacker->number, 0);
}

/* Row A: the very SCCRQ that opened the tunnel. */
static void repeated_sccrq(struct attacker *attacker)
{
	struct fake_packet packet;

	fake_build_sccrq(&attacker->client, &packet);
	fake_client_send_as(&attacker->client, &packet, 0, 0);
}

/* A tunnel for each: up to the caps, then refused. */
static void sccrq_of_a_flood(struct attacker *attacker)
{
	struct fake_client client = attacker->stranger;
	struct fake_packet packet;

	client.id = (uint16_t)(attacker->number | 1);
	fake_build_sccrq(&client, &packet);
	fake_client_send_as(&client, &packet, 0, 0);
}

/* Another version, an unknown mandatory AVP: a StopCCN for each, up to the caps. */
static void sccrq_that_is_not_acceptable(struct attacker *attacker)
{
	struct fake_packet packet;

	fake_begin(&packet, 0, 0, L2TP_MESSAGE_SCCRQ);
	l2tp_avp_write_u16(&packet.writer, true, L2TP_AVP_PROTOCOL_VERSION,
			   attacker->number % 2 ? 0x0200 : 0x0100);
	l2tp_avp_write_u16(&packet.writer, true, L2TP_AVP_ASSIGNED_TUNNEL_ID,
			   (uint16_t)(attacker->number | 1));
	l2tp_write_bytes(&packet.writer, "\x80\x06\0\0\0\x63", 6);
	fake_client_send_as(&attacker->stranger, &packet, 0, 0);
}

/* Row O: an AVP's length below 6, or beyond the message. */
static void avp_with_a_wrong_length(struct attacker *attacker)
{
	const uint8_t avp[] = { 0x80, (uint8_t)(attacker->number % 2 ? attacker->number % 6 : 200),
				0,    0,
				0,    22 };
	struct fake_packet packet;

	fake_begin(&packet, attacker->client.lns_id, 0, L2TP_MESSAGE_ICRQ);
	l2tp_write_bytes(&packet.writer, avp, sizeof(avp));
	fake_client_send_as(&attacker->client, &packet, attacker->client.ns, attacker->client.nr);
}

/* Row O: a hidden AVP whose inner length is what the cipher makes of it. */
static void hidden_avp_with_any_length(struct attacker *attacker)
{
	uint8_t cipher[40];
	struct fake_packet packet;

	for (size_t i = 0; i < sizeof(cipher); i++)
		cipher[i] = (uint8_t)(attacker->number * (i + 3) >> 3);
	fake_begin(&packet, 0, 0, L2TP_MESSAGE_SCCRQ);
	l2tp_avp_write_u16(&packet.writer, true, L2TP_AVP_PROTOCOL_VERSION, 0x0100);
	l2tp_avp_write(&packet.writer, true, L2TP_AVP_RANDOM_VECTOR, "0123456789abcdef", 16);
	l2tp_avp_write_cipher(&packet.writer, true, L2TP_AVP_ASSIGNED_TUNNEL_ID, cipher,
			      attacker->number % sizeof(cipher));
	fake_client_send_as(&attacker->stranger, &packet, 0, 0);
}

/* Row R: messages that come early, within our window and far beyond it. */
static void message_out_of_order(struct attacker *attacker)
{
	struct fake_packet packet;

	fake_begin(&packet, attacker->client.lns_id, 0, L2TP_MESSAGE_HELLO);
	fake_client_send_as(&attacker->client, &packet,
			    (uint16_t)(attacker->client.ns + 1 + attacker->number % 40),
			    attacker->client.nr);
}

/* Refused with a CDN each, by a peer that acknowledges none of them. */
static void request_for_an_outgoing_call(struct attacker *attacker)
{
	struct fake_packet packet;

	fake_begin(&packet, attacker->client.lns_id, 0, L2TP_MESSAGE_OCRQ);
	l2tp_avp_write_u16(&packet.writer, true, L2TP_AVP_ASSIGNED_SESSION_ID,
			   (uint16_t)(attacker->number | 1));
	if (fake_client_send_as(&attacker->client, &packet, attacker->client.ns,
				attacker->client.nr) == L2TP_VERDICT_ACCEPTED)
		attacker->client.ns++;
}

/* Data: of no session, of another reference, cut, with an offset beyond its end. */
static void data_for_nobody(struct attacker *attacker)
{
	const uint16_t id = attacker->client.lns_id;
	const uint8_t packet[] = { attacker->number % 2 ? 0x02 : 0x00,
				   0x02,
				   (uint8_t)(id >> 8),
				   (uint8_t)id,
				   0,
				   99,
				   0xff,
				   0xff };

	send_bytes(attacker, attacker->number % 3 ? &attacker->client : &attacker->stranger, packet,
		   attacker->number % 5 ? sizeof(packet) : 3);
}

static void any_bytes(struct attacker *attacker)
{
	static const uint8_t header[] = { 0xc8, 0x02, 0, 48 };
	uint8_t packet[48];
	uint32_t state = attacker->number * 2654435761u + 1;

	for (size_t i = 0; i < sizeof(packet); i++) {
		state = state * 1664525 + 1013904223;
		packet[i] = (uint8_t)(state >> 24);
	}
	if (attacker->number % 2)
		memcpy(packet, header, sizeof(header));
	send_bytes(attacker, &attacker->stranger, packet, attacker->number % sizeof(packet));
}

static void attack(struct attacker *attacker, unsigned int datagrams, size_t most)
{
	static void (*const kinds[])(struct attacker * attacker) = {
		hello_to_tunnel_zero,    zlb_of_an_unknown_session,
		message_to_any_tunnel,   repeated_sccrq,
		sccrq_of_a_flood,        sccrq_that_is_not_acceptable,
		avp_with_a_wrong_length, hidden_avp_with_any_length,
		message_out_of_order,    request_for_an_outgoing_call,
		data_for_nobody,         any_bytes,
	};

	for (unsigned int i = 0; i < datagrams; i++) {
		attacker->number++;
		kinds[i % ELEMENTS(kinds)](attacker);
		if (i % 1000 == 0)
			fake_shell_pass(attacker->shell, SECOND / 10);
		assert_true(allocated <= most);
	}
}

/* All that was begun is over: acknowledged, given up, lingered out. */
static void calm_down(struct attacker *attacker)
{
	fake_client_hear(&attacker->client);
	fake_client_zlb(&attacker->client);
	fake_shell_pass(attacker->shell, 300 * SECOND);
	/* Its Hellos of that time. */
	fake_client_hear(&attacker->client);
	fake_client_zlb(&attacker->client);
}

static void a_hundred_thousand_hostile_datagrams_leave_nothing(void **state)
{
	struct fake_shell *shell = *state;
	struct attacker attacker = { .shell = shell,
				     .client = fake_client(shell, 1),
				     .stranger = fake_client(shell, 2) };
	size_t before;

	fake_client_connect(&attacker.client);
	fake_client_call(&attacker.client, 9);
	shell->secret = secret; /* asked for by hidden values */
	shell->data_flows = true;
	/* Once, so that tables have their size; then they count. */
	attack(&attacker, 2000, SIZE_MAX);
	calm_down(&attacker);
	before = allocated;
	attack(&attacker, DATAGRAMS, before + CAPPED_BYTES);
	calm_down(&attacker);
	assert_int_equal(allocated, before);
	/* The honest part is as it was. */
	assert_int_equal(l2tp_lns_counters(shell->lns)->tunnels, 1);
	assert_int_equal(l2tp_lns_counters(shell->lns)->calls, 1);
	assert_int_equal(shell->calls_closed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SHELL(a_hundred_thousand_hostile_datagrams_leave_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
