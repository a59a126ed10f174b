/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every cell of the two state tables (RFC 2661, 7.2.1 and 7.4.2): what an event
 * does in each state is written down here a second time, and all of it is walked.
 * A cell without an action ends the test with a fault.
 */
#include "l2tp/call_table.h"
#include "l2tp/control_connection.h"
#include "l2tp/incoming_call.h"
#include "tests/l2tp/fake_shell.h"

#include <string.h>

/*
 * A letter for each state, idle, wait-ctl-conn, established, lingering:
 *   .  nothing: no packet, the same state      r  SCCRP, to wait-ctl-conn
 *   e  to established                          s  StopCCN, closed, to lingering
 *   c  closed, nobody is told, to lingering    d  closed and freed
 *   f  freed: it was closed before             q  what was queued is forgotten
 */
static const char *const tunnel_cells[] = {
	[L2TP_TUNNEL_EVENT_SCCRQ] = "rss.",          [L2TP_TUNNEL_EVENT_SCCRQ_REFUSED] = "sss.",
	[L2TP_TUNNEL_EVENT_SCCRP] = ".ss.",          [L2TP_TUNNEL_EVENT_SCCCN] = ".es.",
	[L2TP_TUNNEL_EVENT_SCCCN_REFUSED] = ".ss.",  [L2TP_TUNNEL_EVENT_HELLO] = "....",
	[L2TP_TUNNEL_EVENT_CALL_MESSAGE] = ".s..",   [L2TP_TUNNEL_EVENT_STOPCCN] = "cccq",
	[L2TP_TUNNEL_EVENT_UNACCEPTABLE] = "sss.",   [L2TP_TUNNEL_EVENT_CLOSE] = "sss.",
	[L2TP_TUNNEL_EVENT_SETUP_TIMEOUT] = "ss..",  [L2TP_TUNNEL_EVENT_IDLE_TIMEOUT] = "s.s.",
	[L2TP_TUNNEL_EVENT_UNANSWERED] = "ddd.",     [L2TP_TUNNEL_EVENT_REPLACED] = "dddf",
	[L2TP_TUNNEL_EVENT_REFERENCE_GONE] = "dddf", [L2TP_TUNNEL_EVENT_LINGERED] = "...f",
};

/*
 * The same for calls in idle, wait-connect, established:
 *   .  nothing          i  ICRP, to wait-connect    e  to established
 *   n  CDN, freed       c  freed, nobody is told
 */
static const char *const call_cells[] = {
	[L2TP_CALL_EVENT_ICRQ] = "inn",          [L2TP_CALL_EVENT_ICRQ_REFUSED] = "nnn",
	[L2TP_CALL_EVENT_ICRP] = "nnn",          [L2TP_CALL_EVENT_ICCN] = "cen",
	[L2TP_CALL_EVENT_CDN] = "ccc",           [L2TP_CALL_EVENT_WEN] = "c..",
	[L2TP_CALL_EVENT_SLI] = "c..",           [L2TP_CALL_EVENT_OUTGOING] = "cnn",
	[L2TP_CALL_EVENT_UNACCEPTABLE] = "nnn",  [L2TP_CALL_EVENT_CLOSE] = "cnn",
	[L2TP_CALL_EVENT_SETUP_TIMEOUT] = "cn.", [L2TP_CALL_EVENT_TUNNEL_CLOSED] = "ccc",
};

_Static_assert(ELEMENTS(tunnel_cells) == L2TP_TUNNEL_EVENT_COUNT_, "a row for each event");
_Static_assert(ELEMENTS(call_cells) == L2TP_CALL_EVENT_COUNT_, "a row for each event");

/* What the shell had seen before the event. */
struct before {
	size_t sent;
	size_t closed;
	size_t freed;
	size_t transitions;
	uint32_t calls;
};

static struct before look(const struct fake_shell *shell)
{
	return (struct before){ shell->sent_count, shell->closed, shell->freed, shell->transitions,
				l2tp_lns_counters(shell->lns)->calls };
}

/* Nothing was sent, or one message: 0 or its type. */
static int sent_since(const struct fake_shell *shell, const struct before *before)
{
	assert_in_range(shell->sent_count - before->sent, 0, 1);
	return shell->sent_count > before->sent ? (int)fake_shell_sent(shell, 0)->message.type : 0;
}

/* A tunnel as it is in this state; lingering with a StopCCN that nobody has acknowledged. */
static struct l2tp_tunnel *make_tunnel(struct fake_shell *shell, enum l2tp_tunnel_state state)
{
	struct fake_client client = fake_client(shell, 7);

	assert_int_equal(fake_client_sccrq(&client), L2TP_VERDICT_ACCEPTED);
	fake_client_hear(&client);
	if (state == L2TP_TUNNEL_STATE_IDLE) {
		l2tp_transport_discard(&shell->tunnel->transport);
		shell->tunnel->state = L2TP_TUNNEL_STATE_IDLE;
	}
	if (state == L2TP_TUNNEL_STATE_ESTABLISHED || state == L2TP_TUNNEL_STATE_LINGERING)
		assert_int_equal(fake_client_scccn(&client), L2TP_VERDICT_ACCEPTED);
	if (state == L2TP_TUNNEL_STATE_WAIT_CTL_CONN)
		fake_client_zlb(&client);
	if (state == L2TP_TUNNEL_STATE_LINGERING)
		l2tp_tunnel_close(shell->tunnel, shell->now, L2TP_STOPCCN_GENERAL, NULL);
	assert_int_equal(shell->tunnel->state, state);
	return shell->tunnel;
}

static void expect_tunnel(const struct fake_shell *shell, const struct before *before,
			  enum l2tp_tunnel_state state, char cell)
{
	const struct l2tp_tunnel *tunnel = shell->tunnel;
	size_t closed = shell->closed - before->closed, freed = shell->freed - before->freed;
	int sent = sent_since(shell, before);

	assert_int_equal(closed, cell == 's' || cell == 'c' || cell == 'd');
	assert_int_equal(freed, cell == 'd' || cell == 'f');
	assert_int_equal(sent, cell == 's'   ? L2TP_MESSAGE_STOPCCN
			       : cell == 'r' ? L2TP_MESSAGE_SCCRP
					     : 0);
	if (freed)
		return;
	if (state == L2TP_TUNNEL_STATE_LINGERING)
		assert_int_equal(tunnel->transport.queued, cell != 'q');
	switch (cell) {
	case 'r':
		assert_int_equal(tunnel->state, L2TP_TUNNEL_STATE_WAIT_CTL_CONN);
		break;
	case 'e':
		assert_int_equal(tunnel->state, L2TP_TUNNEL_STATE_ESTABLISHED);
		break;
	case 's':
	case 'c':
		assert_int_equal(tunnel->state, L2TP_TUNNEL_STATE_LINGERING);
		break;
	default:
		assert_int_equal(tunnel->state, state);
	}
}

static void walk_tunnel_cell(enum l2tp_tunnel_state state, enum l2tp_tunnel_event event)
{
	const struct l2tp_control_message message = { .type = L2TP_MESSAGE_UNKNOWN };
	const struct l2tp_header header = { .control = true };
	struct l2tp_tunnel_input input = {
		.header = &header,
		.result = { .result = L2TP_STOPCCN_GENERAL, .message = "a test" },
		.cause = L2TP_END_PROTOCOL_ERROR,
	};
	struct l2tp_tunnel *tunnel;
	struct before before;
	void *shell = NULL;

	print_message("# tunnel: state %d, event %d\n", (int)state, (int)event);
	fake_shell_set_up(&shell);
	tunnel = make_tunnel(shell, state);
	before = look(shell);
	input.now_usec = ((struct fake_shell *)shell)->now;
	/* These free it: they are never messages. */
	if (!strchr("df", tunnel_cells[event][state]))
		input.message = &message;
	l2tp_tunnel_apply(tunnel, event, &input);
	assert_int_equal(((struct fake_shell *)shell)->transitions, before.transitions + 1);
	expect_tunnel(shell, &before, state, tunnel_cells[event][state]);
	fake_shell_tear_down(&shell);
}

static void every_cell_of_the_control_connections_table_has_its_action(void **state)
{
	for (unsigned int event = 0; event < L2TP_TUNNEL_EVENT_COUNT_; event++) {
		assert_non_null(tunnel_cells[event]);
		assert_int_equal(strlen(tunnel_cells[event]), L2TP_TUNNEL_STATE_COUNT_);
		for (unsigned int in = 0; in < L2TP_TUNNEL_STATE_COUNT_; in++)
			walk_tunnel_cell((enum l2tp_tunnel_state)in, (enum l2tp_tunnel_event)event);
	}
}

static struct l2tp_call *make_call(struct fake_shell *shell, enum l2tp_call_state state)
{
	struct fake_client client = fake_client(shell, 7);
	struct l2tp_call *call;

	fake_client_connect(&client);
	if (state == L2TP_CALL_STATE_ESTABLISHED) {
		call = fake_client_call(&client, 9);
		fake_client_zlb(&client);
	} else if (state == L2TP_CALL_STATE_WAIT_CONNECT) {
		fake_client_icrq(&client, 9);
		fake_client_zlb(&client);
		call = shell->call;
	} else {
		fake_client_zlb(&client);
		call = l2tp_call_new(shell->tunnel, 9);
		assert_non_null(call);
		assert_int_equal(l2tp_call_admit(call), 0);
	}
	assert_int_equal(call->state, state);
	return call;
}

static void walk_call_cell(enum l2tp_call_state state, enum l2tp_call_event event)
{
	const struct l2tp_control_message message = { .type = L2TP_MESSAGE_UNKNOWN };
	struct l2tp_call_input input = {
		.message = &message,
		.result = { .result = L2TP_CDN_ADMINISTRATIVE, .message = "a test" },
		.cause = L2TP_END_PROTOCOL_ERROR,
	};
	char cell = call_cells[event][state];
	struct l2tp_call *call;
	struct before before;
	void *shell = NULL;
	bool is_gone = cell == 'n' || cell == 'c';

	print_message("# call: state %d, event %d\n", (int)state, (int)event);
	fake_shell_set_up(&shell);
	call = make_call(shell, state);
	before = look(shell);
	input.now_usec = ((struct fake_shell *)shell)->now;
	((struct fake_shell *)shell)->tunnel->message = &message; /* as its tunnel does */
	l2tp_call_apply(call, event, &input);
	((struct fake_shell *)shell)->tunnel->message = NULL;
	assert_int_equal(((struct fake_shell *)shell)->transitions, before.transitions + 1);
	assert_int_equal(sent_since(shell, &before), cell == 'n'   ? L2TP_MESSAGE_CDN
						     : cell == 'i' ? L2TP_MESSAGE_ICRP
								   : 0);
	assert_int_equal(before.calls - look(shell).calls, is_gone);
	if (!is_gone)
		assert_int_equal(call->state, cell == 'i'   ? L2TP_CALL_STATE_WAIT_CONNECT
					      : cell == 'e' ? L2TP_CALL_STATE_ESTABLISHED
							    : state);
	fake_shell_tear_down(&shell);
}

static void every_cell_of_the_incoming_calls_table_has_its_action(void **state)
{
	for (unsigned int event = 0; event < L2TP_CALL_EVENT_COUNT_; event++) {
		assert_non_null(call_cells[event]);
		assert_int_equal(strlen(call_cells[event]), L2TP_CALL_STATE_COUNT_);
		for (unsigned int in = 0; in < L2TP_CALL_STATE_COUNT_; in++)
			walk_call_cell((enum l2tp_call_state)in, (enum l2tp_call_event)event);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SENTENCE(every_cell_of_the_control_connections_table_has_its_action),
		SENTENCE(every_cell_of_the_incoming_calls_table_has_its_action),
	};

	return cmocka_run_group_tests_name("state_tables", tests, NULL, NULL);
}
