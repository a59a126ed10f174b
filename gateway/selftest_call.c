/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The client, within its IPsec: tunnel, call, PPP, ping. I/O. */
#include "gateway/selftest.h"

#include "base/cleanup.h"
#include "l2tp/udp_socket.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/random.h>

#define L2TP_PORT 1701

/* Bounds for a slow host. L2TP gives up after 23 s by itself. */
#define L2TP_SEC    30
#define LOGIN_SEC   45
#define ADDRESS_SEC 20
#define PING_SEC    10

/* ---- L2TP ------------------------------------------------------------------------------------ */

static void send_control(void *userdata, const uint8_t *packet, size_t size)
{
	const struct selftest *test = userdata;

	/* What is not sent is sent again. */
	send(test->udp, packet, size, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* Both ids: any but 0. */
static int draw_ids(uint16_t ids[2])
{
	do
		if (getrandom(ids, 2 * sizeof(*ids), 0) != (ssize_t)(2 * sizeof(*ids)))
			return -EIO;
	while (ids[0] == 0 || ids[1] == 0);
	return 0;
}

static struct inet_endpoint peer_of(const struct selftest *test)
{
	return (struct inet_endpoint){ test->connection.left, L2TP_PORT };
}

static int dial(struct selftest *test)
{
	/* The policies are pluto's, as on any client. */
	static const struct l2tp_udp_protection plain = { .ipsec = false };
	struct inet_endpoint peer = peer_of(test);
	struct inet_endpoint local = { .port = L2TP_PORT };
	uint16_t ids[2];
	int r;

	inet_address_parse(SELFTEST_CLIENT_ADDRESS, &local.address);
	r = draw_ids(ids);
	if (r == 0)
		r = selftest_room_enter(test->room);
	if (r < 0)
		return r;
	test->udp = l2tp_udp_tunnel_open(&local, &peer, &plain);
	selftest_room_leave(test->room);
	if (test->udp < 0)
		return test->udp;
	return selftest_dial_start(&test->dial, selftest_now_usec(), ids[0], ids[1], send_control,
				   test);
}

static bool tunnel_is_up(const struct selftest *test)
{
	return test->dial.state >= SELFTEST_DIAL_WAIT_CALL;
}

static bool call_is_answered(const struct selftest *test)
{
	return test->dial.state >= SELFTEST_DIAL_CALLED;
}

/* What the gateway said; nothing if it was silent. */
static int refused(struct selftest *test)
{
	if (test->dial.end[0])
		selftest_cause_set(&test->cause, "journalctl -t saregated; saregate status", "%s",
				   test->dial.end);
	return -ECANCELED;
}

int selftest_tunnel(struct selftest *test, char ret_detail[160])
{
	int r = dial(test);

	if (r < 0)
		return selftest_fail(test, "the client's UDP port 1701", r);
	r = selftest_wait(test, L2TP_SEC, tunnel_is_up);
	if (r == -EINTR)
		return r;
	if (r < 0 || test->dial.state == SELFTEST_DIAL_ENDED)
		return refused(test);
	snprintf(ret_detail, 160, "saregated's tunnel %u", test->dial.peer_tunnel_id);
	return 0;
}

/* Within the client's network. */
static int open_path(struct selftest *test)
{
	const struct l2tp_data_path_tunnel_ids tunnel = {
		.local_tunnel_id = test->dial.tunnel_id,
		.peer_tunnel_id = test->dial.peer_tunnel_id,
		.peer = peer_of(test),
		.udp_descriptor = test->udp,
	};
	const struct l2tp_data_path_session_ids session = {
		.local_session_id = test->dial.session_id,
		.peer_session_id = test->dial.peer_session_id,
	};
	const char *remedy = "saregate doctor";
	int r;

	test->path = &l2tp_kernel_data_path;
	r = test->path->probe(&remedy);
	if (r < 0) {
		test->path = &l2tp_userspace_data_path;
		r = test->path->probe(&remedy);
	}
	if (r == 0)
		r = test->path->tunnel_open(&tunnel, &test->tunnel);
	if (r == 0)
		r = test->path->session_open(test->tunnel, &session, &test->session);
	if (r < 0)
		selftest_cause_set(&test->cause, remedy, "the client has no data path: %s",
				   strerror(-r));
	return r;
}

static bool call_is_up(const struct selftest *test)
{
	return test->dial.state == SELFTEST_DIAL_ENDED || test->dial.transport.queued == 0;
}

int selftest_call(struct selftest *test, char ret_detail[160])
{
	int r = selftest_wait(test, L2TP_SEC, call_is_answered);

	if (r == -EINTR)
		return r;
	if (r < 0 || test->dial.state == SELFTEST_DIAL_ENDED)
		return refused(test);
	r = selftest_room_enter(test->room);
	if (r < 0)
		return selftest_fail(test, "the client's network", r);
	r = open_path(test);
	selftest_room_leave(test->room);
	if (r < 0)
		return -ECANCELED;
	r = selftest_dial_connect(&test->dial, selftest_now_usec());
	if (r == 0)
		r = selftest_wait(test, L2TP_SEC, call_is_up);
	if (r == -EINTR)
		return r;
	if (r < 0 || test->dial.state == SELFTEST_DIAL_ENDED)
		return refused(test);
	snprintf(ret_detail, 160, "saregated's call %u", test->dial.peer_session_id);
	return 0;
}

/* ---- PPP ------------------------------------------------------------------------------------- */

static int start_pppd(struct selftest *test)
{
	char mtu[sizeof("4294967295")];
	const char *const fixed[] = {
		"user",
		test->user.name,
		"mtu",
		mtu,
		"mru",
		mtu,
		"nodetach",
		"noauth",
		"logfd",
		"2",
		"refuse-pap",
		"refuse-chap",
		"refuse-mschap",
		"refuse-eap",
		"noccp",
		"novj",
		"noipv6",
		"noipdefault",
		"ipcp-accept-local",
		"ipcp-accept-remote",
		"nodefaultroute",
		"nopersist",
		"lcp-max-terminate",
		"1",
		NULL,
	};
	static const char *const kernel[] = {
		"pppd", "plugin", "pppol2tp.so", "pppol2tp", "3", NULL
	};
	static const char *const terminal[] = { "pppd",     "local", "nocrtscts",   "nolock",
						"asyncmap", "0",     "receive-all", NULL };
	const char *const *first = test->path->is_terminal ? terminal : kernel;
	const char *arguments[ELEMENTS(fixed) + ELEMENTS(terminal)];
	size_t count = 0;

	snprintf(mtu, sizeof(mtu), "%" PRIu32, test->mtu);
	for (; first[count]; count++)
		arguments[count] = first[count];
	memcpy(arguments + count, fixed, sizeof(fixed));
	return selftest_start(test, &test->pppd, arguments,
			      test->path->session_descriptor(test->session),
			      test->path->is_terminal);
}

static bool ppp_is_over(const struct selftest *test)
{
	return test->pppd.is_over || test->dial.state == SELFTEST_DIAL_ENDED;
}

static bool login_is_decided(const struct selftest *test)
{
	return test->ppp.is_accepted || test->ppp.is_refused || ppp_is_over(test);
}

static bool address_is_there(const struct selftest *test)
{
	return (test->ppp.local[0] && test->ppp.remote[0]) || ppp_is_over(test);
}

int selftest_login(struct selftest *test, char ret_detail[160])
{
	int r = start_pppd(test);

	if (r < 0)
		return selftest_fail(test, "the client's pppd", r);
	r = selftest_wait(test, LOGIN_SEC, login_is_decided);
	if (r == -EINTR)
		return r;
	if (!test->ppp.is_accepted)
		return -ECANCELED;
	snprintf(ret_detail, 160, "user %s", test->user.name);
	return 0;
}

int selftest_address(struct selftest *test, char ret_detail[160])
{
	int r = selftest_wait(test, ADDRESS_SEC, address_is_there);

	if (r == -EINTR)
		return r;
	if (!test->ppp.local[0] || !test->ppp.remote[0])
		return -ECANCELED;
	snprintf(ret_detail, 160, "%s, of the gateway %s", test->ppp.local, test->ppp.remote);
	return 0;
}

/* ---- data --------------------------------------------------------------------------------------
 */

static bool echo_is_answered(const struct selftest *test)
{
	return test->echo.is_answered || ppp_is_over(test);
}

static int ping(struct selftest *test, uint16_t size, char ret_detail[160])
{
	int r;

	selftest_echo_begin(&test->echo, size);
	r = selftest_wait(test, PING_SEC, echo_is_answered);
	if (r == -EINTR)
		return r;
	if (test->echo.error < 0)
		return selftest_cause_set(&test->cause, "", "the client cannot send %u bytes: %s",
					  size, strerror(-test->echo.error));
	if (!test->echo.is_answered)
		return -ECANCELED;
	snprintf(ret_detail, 160, "%u bytes to %s and back in %.1f ms", size, test->ppp.remote,
		 (double)test->echo.took_usec / 1000);
	return 0;
}

int selftest_ping(struct selftest *test, char ret_detail[160])
{
	int r = selftest_room_enter(test->room);

	if (r == 0) {
		r = selftest_echo_open(&test->echo, test->ppp.local, test->ppp.remote);
		selftest_room_leave(test->room);
	}
	if (r < 0)
		return selftest_fail(test, "the client's ping", r);
	return ping(test, SELFTEST_ECHO_SMALL, ret_detail);
}

int selftest_large_ping(struct selftest *test, char ret_detail[160])
{
	return ping(test, (uint16_t)(test->mtu < SELFTEST_ECHO_MAX ? test->mtu : SELFTEST_ECHO_MAX),
		    ret_detail);
}
