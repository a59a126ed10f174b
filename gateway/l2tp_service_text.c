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
		[L2TP_END_NOT_AUTHORIZED] = "the client does not know the tunnel's secret",
	};

	return cause < L2TP_END_COUNT_ ? texts[cause] : "?";
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
