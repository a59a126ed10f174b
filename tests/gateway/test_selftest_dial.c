/* SPDX-License-Identifier: GPL-2.0-or-later */
/* selftest's side of L2TP, against our own LNS, over a wire that loses what it is told to. */
#include "gateway/selftest_dial.h"
#include "tests/l2tp/fake_shell.h"

#include <string.h>

#define WIRE_MAX   32
#define TUNNEL_ID  0x1234
#define SESSION_ID 0x5678

struct packet {
	uint8_t bytes[L2TP_CONTROL_PACKET_MAX];
	size_t size;
};

/* What is on its way, to the LNS or from it. */
struct wire {
	struct packet packets[WIRE_MAX];
	size_t count;
};

struct line {
	struct selftest_dial dial;
	struct wire to_lns, to_dial;
	struct l2tp_path path;
	size_t lost; /* as many of the next packets are, whichever way */
};

static void put(void *userdata, const uint8_t *packet, size_t size)
{
	struct wire *wire = userdata;

	assert_true(wire->count < WIRE_MAX && size <= sizeof(wire->packets[0].bytes));
	memcpy(wire->packets[wire->count].bytes, packet, size);
	wire->packets[wire->count++].size = size;
}

static bool take(struct line *line, struct wire *wire, struct packet *packet)
{
	if (wire->count == 0)
		return false;
	*packet = wire->packets[0];
	memmove(wire->packets, wire->packets + 1, --wire->count * sizeof(*packet));
	if (line->lost > 0) {
		line->lost--;
		packet->size = 0;
	}
	return true;
}

/* Even an acknowledgement names the tunnel. */
static void assert_names_tunnel(const struct line *line, const struct packet *packet)
{
	if (line->dial.state == SELFTEST_DIAL_UP && packet->size > 0)
		assert_int_equal(packet->bytes[4] << 8 | packet->bytes[5],
				 line->dial.peer_tunnel_id);
}

/* Both speak until neither has anything to say. */
static void carry(struct line *line, struct fake_shell *shell)
{
	struct packet packet;

	while (line->to_lns.count + line->to_dial.count > 0) {
		if (take(line, &line->to_lns, &packet)) {
			assert_names_tunnel(line, &packet);
			l2tp_lns_receive(shell->lns, shell->now, &line->path, packet.bytes,
					 packet.size);
		}
		if (take(line, &line->to_dial, &packet))
			assert_int_equal(selftest_dial_receive(&line->dial, shell->now,
							       packet.bytes, packet.size),
					 0);
	}
}

/* Time passes for both. */
static void pass(struct line *line, struct fake_shell *shell, unsigned int seconds)
{
	for (; seconds > 0; seconds--) {
		fake_shell_pass(shell, SECOND);
		selftest_dial_handle_deadline(&line->dial, shell->now);
		carry(line, shell);
	}
}

static void start(struct line *line, struct fake_shell *shell)
{
	const struct fake_client client = fake_client(shell, 7);

	*line = (struct line){ .path = client.path };
	shell->on_packet = put;
	shell->on_packet_userdata = &line->to_dial;
	assert_int_equal(selftest_dial_start(&line->dial, shell->now, TUNNEL_ID, SESSION_ID, put,
					     &line->to_lns),
			 0);
}

/* Up to the moment when PPP may start. */
static void bring_up(struct line *line, struct fake_shell *shell)
{
	start(line, shell);
	carry(line, shell);
	assert_int_equal(line->dial.state, SELFTEST_DIAL_CALLED);
	assert_int_equal(selftest_dial_connect(&line->dial, shell->now), 0);
	carry(line, shell);
}

static void a_call_comes_up(void **state)
{
	struct fake_shell *shell = *state;
	struct line line;

	start(&line, shell);
	assert_int_equal(line.dial.state, SELFTEST_DIAL_WAIT_TUNNEL);
	carry(&line, shell);
	assert_int_equal(line.dial.state, SELFTEST_DIAL_CALLED);
	assert_int_equal(shell->calls_established, 0);
	assert_int_equal(line.dial.peer_tunnel_id, l2tp_tunnel_local_id(shell->tunnel));
	assert_int_equal(line.dial.peer_session_id, l2tp_call_local_id(shell->call));
	assert_int_equal(selftest_dial_connect(&line.dial, shell->now), 0);
	carry(&line, shell);
	assert_int_equal(line.dial.state, SELFTEST_DIAL_UP);
	assert_int_equal(shell->calls_established, 1);
	assert_int_equal(line.dial.transport.queued, 0);
	selftest_dial_done(&line.dial);
}

static void what_is_lost_is_said_again(void **state)
{
	struct fake_shell *shell = *state;
	struct line line;

	start(&line, shell);
	line.lost = 2;
	carry(&line, shell);
	pass(&line, shell, 5);
	assert_int_equal(line.dial.state, SELFTEST_DIAL_CALLED);
	line.lost = 1;
	assert_int_equal(selftest_dial_connect(&line.dial, shell->now), 0);
	carry(&line, shell);
	pass(&line, shell, 5);
	assert_int_equal(shell->calls_established, 1);
	selftest_dial_done(&line.dial);
}

static void silence_ends_it_within_half_a_minute(void **state)
{
	struct fake_shell *shell = *state;
	struct line line;

	start(&line, shell);
	line.lost = 100;
	carry(&line, shell);
	pass(&line, shell, 25);
	assert_int_equal(line.dial.state, SELFTEST_DIAL_ENDED);
	assert_true(line.dial.is_unanswered);
	assert_true(selftest_dial_next_deadline(&line.dial) == UINT64_MAX);
	selftest_dial_done(&line.dial);
}

static void hanging_up_ends_call_and_tunnel_there_too(void **state)
{
	struct fake_shell *shell = *state;
	struct line line;

	bring_up(&line, shell);
	assert_int_equal(selftest_dial_hang_up(&line.dial, shell->now), 0);
	carry(&line, shell);
	assert_int_equal(line.dial.state, SELFTEST_DIAL_ENDED);
	assert_false(line.dial.is_unanswered);
	assert_int_equal(shell->calls_closed, 1);
	assert_int_equal(shell->call_cause, L2TP_END_PEER);
	assert_int_equal(shell->call_result, L2TP_CDN_ADMINISTRATIVE);
	assert_int_equal(l2tp_lns_counters(shell->lns)->tunnels, 0);
	assert_int_equal(selftest_dial_hang_up(&line.dial, shell->now), 0);
	assert_int_equal(line.to_lns.count, 0);
	selftest_dial_done(&line.dial);
}

static void hanging_up_before_any_answer_says_nothing(void **state)
{
	struct fake_shell *shell = *state;
	struct line line;

	start(&line, shell);
	line.to_lns.count = 0;
	assert_int_equal(selftest_dial_hang_up(&line.dial, shell->now), 0);
	assert_int_equal(line.dial.state, SELFTEST_DIAL_ENDED);
	assert_int_equal(line.to_lns.count, 0);
	selftest_dial_done(&line.dial);
}

static void what_the_gateway_says_at_the_end_is_kept_in_quotes(void **state)
{
	struct fake_shell *shell = *state;
	struct line line;

	bring_up(&line, shell);
	l2tp_call_close(shell->call, shell->now, L2TP_CDN_NO_FACILITIES, "no\x1b[31m pppd");
	carry(&line, shell);
	assert_int_equal(line.dial.state, SELFTEST_DIAL_ENDED);
	assert_non_null(strstr(line.dial.end, "ended the call with result 4"));
	assert_non_null(strstr(line.dial.end, "\"no\\x1b[31m pppd\""));
	selftest_dial_done(&line.dial);
}

static void a_hello_is_acknowledged(void **state)
{
	struct fake_shell *shell = *state;
	struct line line;

	bring_up(&line, shell);
	pass(&line, shell, 65);
	assert_int_equal(fake_shell_count(shell, L2TP_MESSAGE_HELLO), 1);
	pass(&line, shell, 60);
	assert_int_equal(fake_shell_count(shell, L2TP_MESSAGE_HELLO), 2);
	assert_int_equal(line.dial.state, SELFTEST_DIAL_UP);
	assert_int_equal(shell->calls_closed, 0);
	selftest_dial_done(&line.dial);
}

static void what_is_no_message_of_the_tunnel_changes_nothing(void **state)
{
	static const uint8_t other[] = {
		0xc8, 0x02, 0x00, 0x14, 0x00, 0x07, 0x00, 0x00, 0x00, 0x00,
		0x00, 0x01, 0x80, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x04
	};
	/* StopCCN for our tunnel, its length beyond the packet's */
	static const uint8_t cut[] = { 0xc8, 0x02, 0x00, 0x40, 0x12, 0x34, 0x00, 0x00,
				       0x00, 0x00, 0x00, 0x01, 0x80, 0x08, 0x00, 0x00 };
	struct fake_shell *shell = *state;
	struct line line;

	start(&line, shell);
	assert_int_equal(selftest_dial_receive(&line.dial, shell->now, other, sizeof(other)), 0);
	assert_int_equal(selftest_dial_receive(&line.dial, shell->now, cut, sizeof(cut)), 0);
	assert_int_equal(selftest_dial_receive(&line.dial, shell->now, cut, 0), 0);
	assert_int_equal(line.dial.state, SELFTEST_DIAL_WAIT_TUNNEL);
	carry(&line, shell);
	assert_int_equal(line.dial.state, SELFTEST_DIAL_CALLED);
	selftest_dial_done(&line.dial);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_SHELL(a_call_comes_up),
		WITH_SHELL(what_is_lost_is_said_again),
		WITH_SHELL(silence_ends_it_within_half_a_minute),
		WITH_SHELL(hanging_up_ends_call_and_tunnel_there_too),
		WITH_SHELL(hanging_up_before_any_answer_says_nothing),
		WITH_SHELL(what_the_gateway_says_at_the_end_is_kept_in_quotes),
		WITH_SHELL(a_hello_is_acknowledged),
		WITH_SHELL(what_is_no_message_of_the_tunnel_changes_nothing),
	};

	return cmocka_run_group_tests_name("selftest_dial", tests, NULL, NULL);
}
