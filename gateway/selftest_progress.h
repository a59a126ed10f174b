/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How far the client has come, by what its whack (libreswan 4.10, 5.2) and its pppd (2.4.9,
 * 2.5) say, line by line. Pure.
 */
#pragma once

#include "gateway/selftest_stage.h"

#include <netinet/in.h>

#define SELFTEST_LINE_MAX 512

/* How far IKE has come. */
enum selftest_ike_level {
	SELFTEST_IKE_ASKED,    /* nothing was heard of the gateway yet */
	SELFTEST_IKE_ANSWERED, /* on UDP 500 */
	SELFTEST_IKE_PROVING,  /* on UDP 4500, under the key */
	SELFTEST_IKE_UP,
	SELFTEST_IKE_IPSEC_UP,
};

/**
 * struct selftest_ike - zero-initialised
 * @is_key_refused: the gateway could not read what was encrypted with the key
 * @is_unheard:     its pluto would have told of that, and has not
 * @no_proposal:    it takes none of what we offer
 * @in_udp:         ESP goes in UDP
 * @last:           the last line that says anything, for people; printable
 */
struct selftest_ike {
	enum selftest_ike_level level;
	bool is_key_refused;
	bool is_unheard;
	bool no_proposal;
	bool in_udp;
	char last[160];
};

/* A line that whack printed, without newline. */
void selftest_ike_take(struct selftest_ike *ike, const char *line);

/**
 * struct selftest_ppp - zero-initialised
 * @is_accepted, @is_refused: the log-in
 * @local, @remote: addresses that IPCP gave; "" while it has not
 * @last:           as above
 */
struct selftest_ppp {
	bool is_accepted;
	bool is_refused;
	char local[INET_ADDRSTRLEN];
	char remote[INET_ADDRSTRLEN];
	char last[160];
};

/* A line that pppd printed, without newline. */
void selftest_ppp_take(struct selftest_ppp *ppp, const char *line);

/**
 * selftest_ike_explain() - what the client alone knows of a failure
 *
 * Return: whether it is sure of it; a guess is in *@ret_cause as well.
 */
bool selftest_ike_explain(const struct selftest_ike *ike, struct selftest_cause *ret_cause);
