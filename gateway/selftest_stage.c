/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of stages. Pure. */
#include "gateway/selftest_stage.h"

#include "base/cleanup.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#define AREAS_MAX 8

static const struct {
	const char *name;
	const char *areas[AREAS_MAX];
	const char *cause;
	const char *remedy;
} stages[] = {
	[SELFTEST_STAGE_GATEWAY] = {
		"gateway",
		{ "configuration", "services", "ipsec", "key", "ppp", "network", NULL },
		"the gateway's services do not answer",
		"saregate status; saregate doctor",
	},
	[SELFTEST_STAGE_CLIENT] = {
		"client",
		{ "kernel", "ipsec", NULL },
		"the client could not be made on this host",
		"saregate doctor; a host of containers may forbid network namespaces: run it on the "
		"machine itself",
	},
	[SELFTEST_STAGE_IKE] = {
		"IKE",
		{ "firewall", "ipsec", "key", "services", "network", NULL },
		"pluto did not finish the key exchange",
		"journalctl -u ipsec; saregate why " SELFTEST_CLIENT_ADDRESS,
	},
	[SELFTEST_STAGE_IPSEC] = {
		"IPsec",
		{ "ipsec", "kernel", "firewall", NULL },
		"the key exchange came to its end, but no IPsec SA out of it",
		"journalctl -u ipsec says what was refused, the kernel's part included",
	},
	[SELFTEST_STAGE_TUNNEL] = {
		"tunnel",
		{ "services", "firewall", "kernel", "network", NULL },
		"IPsec is up, but saregated did not answer in it",
		"saregate status: if kernel-dropped-unmarked or dropped-unknown-sa grow, packets "
		"lose the mark of their SA: saregate doctor",
	},
	[SELFTEST_STAGE_CALL] = {
		"call",
		{ "services", "kernel", "ppp", NULL },
		"saregated did not take the call",
		"journalctl -t saregated says why; saregate status",
	},
	[SELFTEST_STAGE_LOGIN] = {
		"log-in",
		{ "ppp", "services", "kernel", "storage", NULL },
		"PPP began, and came to no log-in",
		"journalctl -t saregated, -t pppd; set `[ppp] debug = yes`, then: saregate reload",
	},
	[SELFTEST_STAGE_ADDRESS] = {
		"address",
		{ "network", "ppp", "services", NULL },
		"the user was let in, but got no address",
		"journalctl -t pppd; saregate status: is any address of the pool free?",
	},
	[SELFTEST_STAGE_PING] = {
		"ping",
		{ "firewall", "kernel", "network", NULL },
		"the client is connected, but the gateway's inner address does not answer",
		"a firewall of this host drops ICMP echo, or what comes from sg* interfaces: "
		"nft list ruleset",
	},
	[SELFTEST_STAGE_LARGE_PING] = {
		"large ping",
		{ "network", "firewall", NULL },
		"small packets come through, those of the full inner MTU do not",
		"a smaller one: `[ppp] mtu = 1200`, then: saregate reload",
	},
	[SELFTEST_STAGE_END] = {
		"end",
		{ "services", NULL },
		"the client has hung up, but the gateway still holds something of it",
		"saregate session list; ip xfrm state; journalctl -t saregated",
	},
};

const char *selftest_stage_name(enum selftest_stage stage)
{
	return stages[stage].name;
}

const char *selftest_result_name(enum selftest_result result)
{
	switch (result) {
	case SELFTEST_NOT_RUN:
		return "not-run";
	case SELFTEST_DONE:
		return "done";
	case SELFTEST_FAILED:
		return "failed";
	case SELFTEST_INTERRUPTED:
		return "interrupted";
	}
	return "?";
}

const char *const *selftest_stage_areas(enum selftest_stage stage)
{
	return stages[stage].areas;
}

void selftest_stage_explain(enum selftest_stage stage, struct selftest_cause *ret_cause)
{
	selftest_cause_set(ret_cause, stages[stage].remedy, "%s", stages[stage].cause);
}

int selftest_cause_set(struct selftest_cause *ret_cause, const char *remedy, const char *format,
		       ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(ret_cause->cause, sizeof(ret_cause->cause), format, arguments);
	va_end(arguments);
	snprintf(ret_cause->remedy, sizeof(ret_cause->remedy), "%s", remedy);
	return -ECANCELED;
}
