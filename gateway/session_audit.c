/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The audit lines: one for each login, refused login and logout, the same words
 * every time, with structured fields in the journal. Names that a peer gave are
 * quoted.
 */
#include "base/text.h"
#include "gateway/log.h"
#include "gateway/session.h"

#include <inttypes.h>
#include <stdio.h>

/* Room for a quoted name: four characters for each byte, quotes, NUL. */
#define QUOTED_USER_MAX (4 * PLUGIN_USER_MAX + 3)

static void format_outer(const struct session_description *description,
			 char text[INET_ENDPOINT_TEXT_MAX])
{
	struct inet_endpoint outer = { description->outer_address, description->outer_port };

	inet_endpoint_format(&outer, text);
}

static void format_inner(uint32_t ipv4, char text[INET6_ADDRSTRLEN])
{
	struct inet_address address = inet_address_from_ipv4(ipv4);

	inet_address_format(&address, text);
}

void session_audit_login(const struct session_description *description)
{
	char outer[INET_ENDPOINT_TEXT_MAX], inner[INET6_ADDRSTRLEN], id[16];
	char network[ADDRESS_TEXT_IPV6_PREFIX_MAX];
	const struct log_field fields[] = {
		{ "SAREGATE_EVENT", "login" },
		{ "SAREGATE_SESSION", id },
		{ "SAREGATE_USER", description->user },
		{ "SAREGATE_OUTER", outer },
		{ "SAREGATE_INNER", inner },
		{ "SAREGATE_INNER_IPV6", network },
		{ "SAREGATE_IKE_IDENTITY", description->ike_identity },
		{ NULL, NULL },
	};

	snprintf(id, sizeof(id), "%u", description->id);
	format_outer(description, outer);
	format_inner(description->inner_ipv4, inner);
	address_text_format_ipv6_network(description->inner_network, network);
	log_audit(LOG_INFO, fields,
		  "login: session %u user \"%s\" from %s address %s%s%s interface %s",
		  description->id, description->user, outer, inner, network[0] ? " " : "", network,
		  description->interface);
}

void session_audit_refused(const struct session_description *description, const uint8_t *user,
			   size_t user_size, const char *why)
{
	char outer[INET_ENDPOINT_TEXT_MAX], quoted[QUOTED_USER_MAX], id[16];
	const struct log_field fields[] = {
		{ "SAREGATE_EVENT", "login-refused" },
		{ "SAREGATE_SESSION", id },
		{ "SAREGATE_USER", quoted },
		{ "SAREGATE_OUTER", outer },
		{ "SAREGATE_CAUSE", why },
		{ NULL, NULL },
	};

	snprintf(id, sizeof(id), "%u", description->id);
	format_outer(description, outer);
	text_quote(user, user_size, quoted, sizeof(quoted));
	log_audit(LOG_NOTICE, fields, "login refused: session %u user %s from %s: %s",
		  description->id, quoted, outer, why);
}

void session_audit_logout(const struct session_description *description, const char *cause)
{
	char outer[INET_ENDPOINT_TEXT_MAX], inner[INET6_ADDRSTRLEN], id[16], in[24], out[24];
	const struct log_field fields[] = {
		{ "SAREGATE_EVENT", "logout" },
		{ "SAREGATE_SESSION", id },
		{ "SAREGATE_USER", description->user },
		{ "SAREGATE_OUTER", outer },
		{ "SAREGATE_INNER", inner },
		{ "SAREGATE_BYTES_IN", in },
		{ "SAREGATE_BYTES_OUT", out },
		{ "SAREGATE_CAUSE", cause },
		{ NULL, NULL },
	};

	snprintf(id, sizeof(id), "%u", description->id);
	snprintf(in, sizeof(in), "%" PRIu64, description->counters.received_bytes);
	snprintf(out, sizeof(out), "%" PRIu64, description->counters.sent_bytes);
	format_outer(description, outer);
	format_inner(description->inner_ipv4, inner);
	log_audit(LOG_INFO, fields,
		  "logout: session %u user \"%s\" from %s address %s after %" PRIu64
		  " s, %s bytes in, %s bytes out: %s",
		  description->id, description->user, outer, inner, description->duration_seconds,
		  in, out, cause);
}
