/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words for what the L2TP service tells of. */
#include "gateway/l2tp_service_parts.h"

#include <errno.h>
#include <string.h>

const char *l2tp_service_end_text(enum l2tp_end_cause cause)
{
	static const char *const texts[L2TP_END_COUNT_] = {
		[L2TP_END_PEER] = "closed by the client",
		[L2TP_END_LOCAL] = "closed by the gateway",
		[L2TP_END_TIMEOUT] = "the client no longer answers",
		[L2TP_END_REPLACED] = "the client started again",
		[L2TP_END_REFERENCE] = "its IPsec SA has gone",
		[L2TP_END_IDLE] = "it had no call",
		[L2TP_END_PROTOCOL_ERROR] = "the client broke the protocol",
		[L2TP_END_NO_RESOURCES] = "the gateway lacks what it needs for it",
		[L2TP_END_SETUP_TIMEOUT] = "the client did not finish the set-up",
	};

	return cause < L2TP_END_COUNT_ ? texts[cause] : "?";
}

/*
 * Once connection tracking has changed the port back, the kernel asks for the
 * policy again, as the packet's socket has it (net/netfilter/nf_nat_proto.c,
 * nf_xfrm_me_harder()). What its own L2TP sends names no socket there: the global
 * policy, which is that of the newest client of this address and port, would
 * decide whose SA it takes.
 */
const char *l2tp_service_port_reason(uint16_t real_port, uint16_t seen_port)
{
	if (real_port == 0 || real_port == seen_port)
		return NULL;
	return "another connection has its address and port";
}

const char *l2tp_service_open_text(int error)
{
	switch (-error) {
	case ENOENT:
		return "its SA has gone, or connection tracking does not know it";
	default:
		return strerror(-error);
	}
}
