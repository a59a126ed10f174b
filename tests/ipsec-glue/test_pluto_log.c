/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One line of pluto's log: what is cut short, spoilt or of no event is not taken for one.
 * Whole logs of real plutos: tests/gateway/test_why.c.
 */
#include "ipsec-glue/pluto_log.h"
#include "tests/unit.h"

#include <arpa/inet.h>
#include <string.h>

#define CLIENT "\"saregate-203.0.113.1\"[5] 203.0.113.11 #4: "

static bool understood(const char *line, struct pluto_log_line *ret_line)
{
	return pluto_log_read(line, strlen(line), ret_line);
}

/* Each with one thing wrong, behind the whole line that it is made of. */
static void lines_that_are_cut_or_spoilt_are_not_understood(void **state)
{
	static const char *const spoilt[] = {
		"",
		/* who */
		"packet from 203.0.113.50: sent Main Mode R1",
		"packet from 203.0.113.50:70000: sent Main Mode R1",
		"packet from 203.0.113.50:4294967296: sent Main Mode R1",
		"packet from [2001:db8::1:500: sent Main Mode R1",
		"packet from 203.0.113.50.but.longer.than.any.address.can.be.at.all:500: "
		"\"saregate-203.0.113.1[5] 203.0.113.11 #4: sent Main Mode R1",
		"\"saregate-203.0.113.1\" 203.0.113.11 #4: sent Main Mode R1",
		"\"saregate-203.0.113.1\"[] 203.0.113.11 #4: sent Main Mode R1",
		"\"saregate-203.0.113.1\"[5] nobody #4: sent Main Mode R1",
		"\"saregate-203.0.113.1\"[5] 203.0.113.11 #: sent Main Mode R1",
		"\"saregate-203.0.113.1\"[5] 203.0.113.11 #4 sent Main Mode R1",
		/* when: what is no time is no client either */
		"Nov 26 24:00:00.0: " CLIENT "sent Main Mode R1",
		"Nov 26 20:19:20.1000000: " CLIENT "sent Main Mode R1",
		"Nov 26 20:19:20.5" CLIENT "sent Main Mode R1",
		/* what */
		CLIENT "responding to Main Mode from unknown peer somewhere",
		CLIENT "OAKLEY_GROUP MODP1024 not supported.",
		CLIENT "OAKLEY_GROUP OAKLEY_GROUP_MODP1024",
		CLIENT "OAKLEY_DES_CBC(UNUSED) is fine",
		CLIENT "Oakley Transform AES_CBC (256), HMAC_SHA2_512, MODP2048] refused",
		CLIENT "Oakley Transform [AES_CBC (256), HMAC_SHA2_512, MODP2048",
		CLIENT "STATE_QUICK_R1: all is well",
		CLIENT "Peer ID is ID_IPV4_ADDR: 192.168.1.101",
		CLIENT "Peer ID is ID_IPV4_ADDR: '192.168.1.101",
		CLIENT "switched to \"saregate-203.0.113.1\" 203.0.113.11",
		CLIENT "IPsec SA established transport mode {AH <0xc54d8bed}",
		CLIENT "IPsec SA established transport mode {ESPinUDP=>0x}",
		CLIENT "initial Main Mode message received and is answered",
		CLIENT "ISAKMP_v2_IKE_SA_INIT message received and is answered",
		CLIENT "something that pluto says of nobody's troubles",
	};

	for (size_t i = 0; i < ELEMENTS(spoilt); i++) {
		struct pluto_log_line line = { .number = 4711 };

		if (understood(spoilt[i], &line))
			fail_msg("understood: %s", spoilt[i]);
		assert_int_equal(line.number, 4711);
	}
}

static void an_ike_v2_client_is_known_by_either_wording(void **state)
{
	static const char *const lines[] = {
		"packet from [2001:db8::7]:500: ISAKMP_v2_IKE_SA_INIT message received on "
		"[2001:db8::1]:500 but no suitable connection found with IKEv2 policy",
		"packet from [2001:db8::7]:500: ISAKMP_v2_IKE_SA_INIT message received on "
		"[2001:db8::1]:500 but no connection has been authorized with policy IKEV2_ALLOW",
	};
	char text[INET_ENDPOINT_TEXT_MAX];
	struct pluto_log_line line;

	for (size_t i = 0; i < ELEMENTS(lines); i++) {
		assert_true(understood(lines[i], &line));
		assert_int_equal(line.event, PLUTO_LOG_IKEV2);
		assert_string_equal(inet_endpoint_format(&line.peer, text), "[2001:db8::7]:500");
	}
}

/* libreswan 5.x. */
static void the_client_of_a_connection_may_have_a_port(void **state)
{
	struct pluto_log_line line;

	assert_true(understood("Nov 26 20:19:20.267392: \"saregate-203.0.113.1\"[5] "
			       "203.0.113.11:4500 #4: sent Main Mode R2",
			       &line));
	assert_int_equal(line.event, PLUTO_LOG_SENT_R2);
	assert_int_equal(line.peer.port, 4500);
	assert_int_equal(line.instance, 5);
	assert_int_equal(line.state, 4);
	assert_int_equal(line.time.month, 11);
	assert_int_equal(line.time.usec, 267392);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SENTENCE(lines_that_are_cut_or_spoilt_are_not_understood),
		SENTENCE(an_ike_v2_client_is_known_by_either_wording),
		SENTENCE(the_client_of_a_connection_may_have_a_port),
	};

	return cmocka_run_group_tests_name("pluto_log", tests, NULL, NULL);
}
