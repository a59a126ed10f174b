/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Causes and remedies, in plain words: what stopped an attempt is what it did not get
 * beyond. Pure.
 */
#include "base/cleanup.h"
#include "gateway/why.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *why_stage_text(enum why_stage stage)
{
	switch (stage) {
	case WHY_STAGE_NOTHING:
		return "nothing";
	case WHY_STAGE_IKE:
		return "IKE";
	case WHY_STAGE_IPSEC:
		return "IPsec";
	case WHY_STAGE_L2TP:
		return "L2TP";
	case WHY_STAGE_PPP:
		return "PPP";
	case WHY_STAGE_LOGIN:
		return "log-in";
	case WHY_STAGE_SESSION:
		return "session";
	}
	return "?";
}

static void set(struct why_verdict *verdict, enum why_stage stage, const char *cause,
		const char *remedy)
{
	verdict->stage = stage;
	verdict->failed = true;
	snprintf(verdict->cause, sizeof(verdict->cause), "%s", cause);
	snprintf(verdict->remedy, sizeof(verdict->remedy), "%s", remedy);
}

/* ---- without saregated -------------------------------------------------------------- */

/*
 * What decides, in this order: the first row all of whose @seen was seen, and none of
 * whose @unseen.
 */
static const struct {
	uint32_t seen, unseen;
	enum why_stage stage;
	const char *cause, *remedy;
} rows[] = {
	{ WHY_SAW_IKEV2, 0, WHY_STAGE_IKE, "the device speaks IKEv2, which this gateway does not",
	  "make it a connection of type L2TP/IPsec with pre-shared key; Android 12 and later has "
	  "none: "
	  "use another device or another app" },
	{ WHY_SAW_AGGRESSIVE, 0, WHY_STAGE_IKE,
	  "the device asks for IKE's Aggressive Mode, which is off for good reason",
	  "leave group name, group ID and IPsec identifier empty on the device, and choose L2TP, "
	  "not Cisco IPsec" },
	{ WHY_SAW_NOT_AUTHORIZED | WHY_SAW_OTHER_METHOD, 0, WHY_STAGE_IKE,
	  "the device wants to prove itself by a certificate or by XAUTH, not by the pre-shared "
	  "key",
	  "choose L2TP/IPsec with pre-shared key on the device, not Cisco IPsec, not "
	  "certificates" },
	{ WHY_SAW_NOT_AUTHORIZED, 0, WHY_STAGE_IKE,
	  "libreswan has no connection for the address that the device called",
	  "ipsec auto --status | grep saregate; run `saregate setup`, and `saregate doctor`" },
	{ WHY_SAW_MALFORMED, 0, WHY_STAGE_IKE, "what came to the IKE port is not IKE",
	  "nothing of ours: a scan, or another program" },
	{ WHY_SAW_NO_PROPOSAL | WHY_SAW_GROUP_2, WHY_SAW_OTHER_OFFER, WHY_STAGE_IKE,
	  "it offered only MODP1024 (Diffie-Hellman group 2), which libreswan refuses as too weak: "
	  "this is Android 11 or older, or an old router",
	  "another device, or another VPN client on it: the gateway cannot be made to take it" },
	{ WHY_SAW_NO_PROPOSAL, 0, WHY_STAGE_IKE,
	  "it offered no encryption for IKE that the gateway takes",
	  "set the device to AES256 or AES128 with SHA1 or SHA2-256 and MODP2048; if other devices "
	  "fail as well: `saregate doctor` says if libreswan has lost algorithms" },
	{ WHY_SAW_WRONG_KEY, WHY_SAW_IKE_UP, WHY_STAGE_IKE,
	  "the pre-shared key on the device is another one than the gateway's",
	  "a new profile (`saregate profile`), or type the key of `saregate psk show` into the "
	  "device again" },
	{ WHY_SAW_ANSWER, WHY_SAW_IKE_UP, WHY_STAGE_IKE,
	  "IKE began on UDP 500 and never came to its end on UDP 4500: that port does not get "
	  "through",
	  "let UDP 4500 through to the gateway, in its own firewall, the provider's and in each "
	  "NAT "
	  "in front; some hotels and mobile networks block it: try another network" },
	{ 0, WHY_SAW_IKE_UP | WHY_SAW_IPSEC_UP | WHY_SAW_TUNNEL, WHY_STAGE_IKE,
	  "the gateway's first answer on UDP 500 was not followed by anything",
	  "the answer does not reach the device, or the device gave up: look at firewalls between "
	  "them, and at tcpdump -ni any 'udp port 500 or udp port 4500' on both sides" },
	{ WHY_SAW_NO_CONNECTION, WHY_SAW_IPSEC_UP | WHY_SAW_TUNNEL, WHY_STAGE_IPSEC,
	  "the device asked IPsec to protect something else than L2TP (UDP port 1701)",
	  "make it a connection of type L2TP/IPsec, not one of IPsec alone; `saregate profile` "
	  "makes "
	  "one" },
	{ WHY_SAW_NO_ESP, WHY_SAW_IPSEC_UP | WHY_SAW_TUNNEL, WHY_STAGE_IPSEC,
	  "it offered no encryption for ESP that the gateway takes",
	  "set phase 2 of the device to AES256 or AES128 with SHA1 or SHA2-256, or AES-GCM; "
	  "`saregate doctor` says if libreswan has lost algorithms" },
	{ WHY_SAW_IPSEC_OFFER, WHY_SAW_IPSEC_UP | WHY_SAW_TUNNEL, WHY_STAGE_IPSEC,
	  "IPsec was agreed upon and did not come up",
	  "journalctl -u ipsec says what the kernel refused; `saregate doctor`; if it says "
	  "nothing, "
	  "the device's last message was lost: try again" },
	{ 0, WHY_SAW_IPSEC_UP | WHY_SAW_TUNNEL, WHY_STAGE_IPSEC,
	  "the key is right, but the device did not go on to IPsec",
	  "it may expect another name or address of the gateway than the one it calls, or have "
	  "been "
	  "told to stop: a new profile" },
	{ WHY_SAW_DEAD, WHY_SAW_TUNNEL, WHY_STAGE_IPSEC,
	  "the device went silent: it answered none of the gateway's probes",
	  "it lost its network, sleeps, or a NAT on its way forgot it" },
	{ WHY_SAW_IPSEC_UP, WHY_SAW_TUNNEL | WHY_SAW_TUNNEL_FAILED | WHY_SAW_CALL_REFUSED,
	  WHY_STAGE_L2TP, "IPsec is up, but no L2TP came out of it",
	  "on the device: another VPN program may hold UDP 1701, or its firewall stops it; on the "
	  "gateway: `saregate status` for kernel-dropped-unmarked and dropped-unknown-sa, "
	  "`saregate "
	  "doctor`" },
};

static bool judge_by_rows(const struct why_attempt *attempt, struct why_verdict *verdict)
{
	for (size_t i = 0; i < ELEMENTS(rows); i++)
		if ((attempt->seen & rows[i].seen) == rows[i].seen &&
		    !(attempt->seen & rows[i].unseen)) {
			set(verdict, rows[i].stage, rows[i].cause, rows[i].remedy);
			return true;
		}
	return false;
}

/* ---- with saregated ----------------------------------------------------------------- */

/* What saregated says begins with @said; the longer ones first. */
struct reason {
	const char *said;
	enum why_stage stage;
	bool failed;
	const char *cause, *remedy;
};

static const struct reason refusals[] = {
	{ "wrong password", WHY_STAGE_LOGIN, true, "the password is wrong",
	  "type it again on the device; if it is lost: `saregate user passwd`" },
	{ "unknown user", WHY_STAGE_LOGIN, true, "there is no user of that name",
	  "`saregate user list`: the name is case-sensitive; `saregate user add`" },
	{ "held back", WHY_STAGE_LOGIN, true,
	  "too many failed log-ins before: the password was not even looked at",
	  "wait (`saregate status` says how long), or `saregate unblock`; and the right password" },
	{ "the user is disabled", WHY_STAGE_LOGIN, true,
	  "the password is right, but the user is disabled: the device was told so (error 647)",
	  "`saregate user enable`" },
	{ "the user has expired", WHY_STAGE_LOGIN, true,
	  "the password is right, but the user has expired: the device was told that the account "
	  "is disabled (error 647)",
	  "`saregate user set`: another expiry" },
	{ "the user has as many sessions as allowed", WHY_STAGE_LOGIN, true,
	  "the password is right, but the user has as many sessions as allowed",
	  "end one (`saregate session kill`), or allow more (`saregate user set`)" },
	{ "the user's fixed address", WHY_STAGE_LOGIN, true,
	  "the password is right, but the user's fixed address cannot be given",
	  "`saregate user set`: another one" },
	{ "the address pool is exhausted", WHY_STAGE_LOGIN, true,
	  "the password is right, but no inner address is free",
	  "enlarge that pool in saregate.conf, then `saregate reload`" },
	{ "the user's address pool does not exist", WHY_STAGE_LOGIN, true,
	  "the password is right, but saregate.conf does not have the pool that the user's "
	  "address is from",
	  "give the user, or the group, another pool (`saregate user set`, `saregate group set`), "
	  "or add it to saregate.conf, then `saregate reload`" },
	{ "user database failed", WHY_STAGE_LOGIN, true, "the user database cannot be read",
	  "journalctl -u saregated; `saregate doctor`" },
	{ "inner isolation failed", WHY_STAGE_LOGIN, true,
	  "the firewall's set of inner addresses cannot be written",
	  "systemctl restart saregate-guard; `saregate doctor`" },
	{ "inner isolation is not loaded", WHY_STAGE_L2TP, true,
	  "the gateway serves nobody: its firewall tables are not loaded",
	  "systemctl start saregate-guard; `saregate status`" },
	{ "saregate-launcher is not there", WHY_STAGE_PPP, true,
	  "pppd cannot be started: saregate-launcher is not there",
	  "systemctl start saregate-launcher.socket" },
	{ "pppd could not be started", WHY_STAGE_PPP, true, "pppd could not be started",
	  "journalctl -u saregate-launcher; `saregate doctor`" },
	{ "the client did not log in", WHY_STAGE_PPP, true,
	  "the device would not log in by MS-CHAPv2: it has only PAP, CHAP or EAP switched on",
	  "switch MS-CHAPv2 on in the device's settings for PPP or security, and the others off" },
	{ "PPP negotiation failed", WHY_STAGE_PPP, true, "the two sides of PPP did not agree",
	  "the device has to take MS-CHAPv2 and an address from the gateway; set [ppp] debug = "
	  "yes, "
	  "`saregate reload`, and look at the journal of pppd" },
	{ "the kernel lacks PPP", WHY_STAGE_PPP, true, "the gateway's kernel has no PPP",
	  "modprobe ppp_generic; `saregate doctor`" },
	{ "the client no longer answers", WHY_STAGE_PPP, true,
	  "the device went silent before it had logged in", "its network, or a NAT on its way" },
	{ NULL, WHY_STAGE_NOTHING, false, NULL, NULL },
};

static const struct reason ends[] = {
	{ "ended by the administrator", WHY_STAGE_SESSION, false, "an administrator ended it",
	  "nothing: it may come again" },
	{ "ended by the gateway", WHY_STAGE_SESSION, false, "the gateway ended it",
	  "what follows the colon says why; if the user may come, it can connect again" },
	{ "the user has expired", WHY_STAGE_SESSION, false, "the user has expired",
	  "`saregate user set`: another expiry" },
	/* pppd 2.4.9 ends with the same status when nothing answers its echo requests. */
	{ "the client hung up", WHY_STAGE_SESSION, false,
	  "the device hung up, or went silent: pppd does not tell the two apart",
	  "if nobody hung up: it lost its network, sleeps, or a NAT on its way forgot it" },
	{ "closed by the client", WHY_STAGE_SESSION, false, "the device hung up", "" },
	{ "the client started again", WHY_STAGE_SESSION, false, "the device connected anew", "" },
	{ "idle", WHY_STAGE_SESSION, false, "it was idle for as long as the limit says",
	  "the user's idle time-out, if that is not wanted" },
	{ "the session's time is over", WHY_STAGE_SESSION, false,
	  "it lasted as long as the limit says",
	  "the user's session time-out, if that is not wanted" },
	{ "the client no longer answers", WHY_STAGE_SESSION, true,
	  "the device went silent: it answered none of the gateway's probes",
	  "it lost its network, sleeps, or a NAT on its way forgot it: a keep-alive on the device, "
	  "or "
	  "a shorter [ppp] lcp-echo-interval" },
	{ "its IPsec SA has gone", WHY_STAGE_SESSION, true,
	  "its IPsec ended below it: the device, or dead peer detection, ended the SA",
	  "the steps above say which; `ipsec restart` does it to all" },
	{ NULL, WHY_STAGE_NOTHING, false, NULL, NULL },
};

/* The cause as saregated said it stands behind, since it may say more. */
static void judge_by_reason(const struct why_attempt *attempt, const struct reason *reasons,
			    enum why_stage otherwise, struct why_verdict *verdict)
{
	for (; reasons->said; reasons++) {
		if (strncmp(attempt->cause, reasons->said, strlen(reasons->said)) != 0)
			continue;
		set(verdict, reasons->stage, reasons->cause, reasons->remedy);
		verdict->failed = reasons->failed;
		if (strlen(attempt->cause) > strlen(reasons->said))
			snprintf(verdict->cause, sizeof(verdict->cause), "%s (%s)", reasons->cause,
				 attempt->cause);
		return;
	}
	set(verdict, otherwise, attempt->cause, "journalctl -t saregated; `saregate doctor`");
}

static void judge_tunnel(const struct why_attempt *attempt, struct why_verdict *verdict)
{
	if (attempt->seen & WHY_SAW_TUNNEL_FAILED)
		judge_by_reason(attempt, refusals, WHY_STAGE_L2TP, verdict);
	else if (attempt->seen & WHY_SAW_TUNNEL_CLOSED)
		set(verdict, WHY_STAGE_L2TP, "the L2TP tunnel ended before there was a call in it",
		    "the device gave up; the steps above say what it said");
	else
		set(verdict, WHY_STAGE_L2TP, "L2TP is up, and the device has not gone on to a call",
		    "wait a moment; else connect again");
}

static void judge_call(const struct why_attempt *attempt, struct why_verdict *verdict)
{
	if (attempt->seen & (WHY_SAW_LOGIN_REFUSED | WHY_SAW_FAILED | WHY_SAW_CALL_REFUSED)) {
		judge_by_reason(attempt, refusals, WHY_STAGE_PPP, verdict);
		if (attempt->seen & WHY_SAW_LOGIN_REFUSED)
			verdict->stage = WHY_STAGE_LOGIN;
		return;
	}
	set(verdict, WHY_STAGE_PPP, "PPP is being negotiated, or the device is being logged in",
	    "wait a moment, and ask again");
	verdict->failed = false;
}

void why_judge(const struct why_attempt *attempt, struct why_verdict *ret_verdict)
{
	*ret_verdict = (struct why_verdict){ 0 };
	if (attempt->seen & WHY_SAW_ENDED) {
		judge_by_reason(attempt, ends, WHY_STAGE_SESSION, ret_verdict);
	} else if (attempt->seen & WHY_SAW_UP) {
		set(ret_verdict, WHY_STAGE_SESSION, "it is connected", "");
		ret_verdict->failed = false;
	} else if (attempt->seen & (WHY_SAW_PPP | WHY_SAW_CALL_REFUSED)) {
		judge_call(attempt, ret_verdict);
	} else if (attempt->seen & (WHY_SAW_TUNNEL | WHY_SAW_TUNNEL_FAILED)) {
		judge_tunnel(attempt, ret_verdict);
	} else if (!judge_by_rows(attempt, ret_verdict)) {
		set(ret_verdict, WHY_STAGE_NOTHING, "what was seen of it does not tell",
		    "`saregate doctor`; docs/troubleshooting.md");
	}
}

void why_judge_nothing(const char *who, uint64_t cleartext, struct why_verdict *ret_verdict)
{
	struct inet_address address;

	*ret_verdict = (struct why_verdict){ 0 };
	if (inet_address_parse(who, &address) < 0) {
		set(ret_verdict, WHY_STAGE_NOTHING, "no device came as far as to say that name",
		    "ask by the device's outer address: above is who else came; if it is not "
		    "there, "
		    "nothing of it reached the gateway");
		return;
	}
	set(ret_verdict, WHY_STAGE_NOTHING,
	    "no IKE of it reached the gateway, and no L2TP inside IPsec",
	    "a wrong address in its profile, or UDP 500 is stopped on the way: tcpdump -ni any "
	    "'udp "
	    "port 500 or udp port 4500' while it tries");
	if (cleartext > 0)
		snprintf(ret_verdict->remedy, sizeof(ret_verdict->remedy),
			 "%" PRIu64
			 " packets of L2TP without IPsec were dropped (cleartext-dropped-in "
			 "of saregate status; from whom is not kept): if that grows while the "
			 "device "
			 "tries, IPsec is off or has failed on it; else a wrong address, or UDP "
			 "500 is "
			 "stopped on the way",
			 cleartext);
}
