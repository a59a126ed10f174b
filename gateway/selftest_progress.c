/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of whack and pppd. Pure. */
#include "gateway/selftest_progress.h"

#include "base/cleanup.h"
#include "gateway/setup.h"

#include <stdio.h>
#include <string.h>

/* What is of this host's own programs, and still ends on a terminal. */
static void keep_line(char last[160], const char *line)
{
	size_t used = 0;

	line += strspn(line, " \t");
	if (!*line)
		return;
	for (; *line && used < 159; line++)
		last[used++] = (char)(*line >= ' ' && *line <= '~' ? *line : '?');
	last[used] = '\0';
}

/* ---- IKE -------------------------------------------------------------------------- */

/* What was sent tells what was heard before. 4.10 names the state, 5.2 the message. */
static const struct {
	const char *words;
	enum selftest_ike_level level;
} levels[] = {
	{ "STATE_MAIN_I2", SELFTEST_IKE_ANSWERED },
	{ "Main Mode I2", SELFTEST_IKE_ANSWERED },
	{ "STATE_MAIN_I3", SELFTEST_IKE_PROVING },
	{ "Main Mode I3", SELFTEST_IKE_PROVING },
	{ "IKE SA established", SELFTEST_IKE_UP },
	{ "ISAKMP SA established", SELFTEST_IKE_UP },
	{ "IPsec SA established", SELFTEST_IKE_IPSEC_UP },
};

void selftest_ike_take(struct selftest_ike *ike, const char *line)
{
	for (size_t i = 0; i < ELEMENTS(levels); i++)
		if (levels[i].level > ike->level && strstr(line, levels[i].words))
			ike->level = levels[i].level;
	if (strstr(line, "PAYLOAD_MALFORMED") || strstr(line, "AUTHENTICATION_FAILED") ||
	    strstr(line, "INVALID_HASH_INFORMATION"))
		ike->is_key_refused = true;
	if (strstr(line, "NO_PROPOSAL_CHOSEN"))
		ike->no_proposal = true;
	if (strstr(line, "ESPinUDP"))
		ike->in_udp = true;
	keep_line(ike->last, line);
}

/* Where the client's messages are lost; what the key has to do with it is a guess. */
static void explain_silence(const struct selftest_ike *ike, struct selftest_cause *ret_cause)
{
	if (ike->level == SELFTEST_IKE_ASKED)
		selftest_cause_set(ret_cause,
				   "let UDP 500 and 4500 in, on every interface: nft list ruleset "
				   "shows whose rule it is",
				   "nothing answers on UDP 500: a firewall of this host drops it");
	else if (ike->is_unheard)
		selftest_cause_set(
			ret_cause,
			"let UDP 4500 in, on every interface: nft list ruleset shows whose "
			"rule it is",
			"pluto answers on UDP 500 and hears nothing on UDP 4500: a firewall "
			"of this host drops it");
	else
		selftest_cause_set(
			ret_cause,
			"let UDP 4500 in, on every interface; if it is open: saregate "
			"reload has pluto read the key again",
			"pluto answers on UDP 500 and not on UDP 4500: a firewall of this "
			"host drops it, or pluto has another pre-shared key than the one "
			"in " SETUP_SECRETS_PATH);
}

bool selftest_ike_explain(const struct selftest_ike *ike, struct selftest_cause *ret_cause)
{
	if (ike->level >= SELFTEST_IKE_UP) {
		selftest_stage_explain(SELFTEST_STAGE_IPSEC, ret_cause);
		return false;
	}
	if (ike->is_key_refused) {
		selftest_cause_set(
			ret_cause,
			"saregate reload, which has pluto read it again; if that does "
			"not help, a line of another file that /etc/ipsec.secrets includes "
			"comes before ours",
			"pluto has another pre-shared key than the one in " SETUP_SECRETS_PATH);
		return true;
	}
	if (ike->no_proposal) {
		selftest_cause_set(ret_cause,
				   "saregate doctor says if libreswan has lost algorithms (FIPS, a "
				   "crypto policy); saregate setup writes the connection again",
				   "pluto takes no algorithm of what every client offers");
		return true;
	}
	explain_silence(ike, ret_cause);
	return false;
}

/* ---- PPP -------------------------------------------------------------------------- */

/* "local  IP address 10.89.0.10": takes what follows @words. */
static void take_address(const char *line, const char *words, char address[INET_ADDRSTRLEN])
{
	const char *found = strstr(line, words);
	size_t size;

	if (!found)
		return;
	found += strlen(words);
	size = strspn(found, "0123456789.");
	if (size < INET_ADDRSTRLEN)
		snprintf(address, INET_ADDRSTRLEN, "%.*s", (int)size, found);
}

void selftest_ppp_take(struct selftest_ppp *ppp, const char *line)
{
	if (strstr(line, "CHAP authentication succeeded"))
		ppp->is_accepted = true;
	if (strstr(line, "CHAP authentication failed"))
		ppp->is_refused = true;
	take_address(line, "local  IP address ", ppp->local);
	take_address(line, "remote IP address ", ppp->remote);
	keep_line(ppp->last, line);
}
