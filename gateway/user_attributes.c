/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of attributes. Pure. */
#include "gateway/user_attributes.h"

#define SESSIONS_MAXIMUM 1000
#define SECONDS_MAXIMUM  (366 * 86400)

#define USER(name)  .offset = offsetof(struct user_attributes, name)
#define GROUP(name) .offset = offsetof(struct group_attributes, name)
#define KIND(name)  .kind = ATTRIBUTE_KIND_##name

#define ALLOWED_NAME                                                         \
	.allowed = "nothing, or 1 to 32 letters, digits, dots, hyphens and " \
		   "underscores"
#define ALLOWED_DNS      .allowed = "nothing, or one or two IPv4 addresses"
#define ALLOWED_COMMENT  .allowed = "up to 200 bytes of UTF-8 without control characters"
#define ALLOWED_FLAG     .maximum = 1, .allowed = "yes, no"
#define ALLOWED_SESSIONS .maximum = SESSIONS_MAXIMUM, .allowed = "0 to 1000; 0: not said here"
#define ALLOWED_DURATION            \
	.maximum = SECONDS_MAXIMUM, \
	.allowed = "seconds, or a number with m, h or d, up to 366d; 0: not said here"

/* clang-format off */
const struct attribute user_attribute_table[] = {
	{ "enabled", "enabled", KIND(FLAG), USER(enabled), ALLOWED_FLAG },
	{ "expires", "expires", KIND(TIME), USER(expires),
	  .allowed = "never, or seconds since 1970" },
	{ "group", "group_name", KIND(NAME), USER(group), .is_null_if_empty = true, ALLOWED_NAME },
	{ "ipv4", "ipv4", KIND(IPV4), USER(ipv4), .is_null_if_empty = true,
	  .allowed = "nothing, or an IPv4 address that a host can have" },
	{ "ipv6", "ipv6", KIND(IPV6), USER(ipv6), .is_null_if_empty = true,
	  .allowed = "nothing, or a global or unique local IPv6 address" },
	{ "pool", "pool", KIND(NAME), USER(pool), ALLOWED_NAME },
	{ "dns", "dns", KIND(DNS), USER(dns_ipv4), ALLOWED_DNS },
	{ "sessions-maximum", "sessions_maximum", KIND(NUMBER), USER(sessions_maximum),
	  ALLOWED_SESSIONS },
	{ "idle-timeout", "idle_timeout", KIND(DURATION), USER(idle_timeout_seconds),
	  ALLOWED_DURATION },
	{ "session-timeout", "session_timeout", KIND(DURATION), USER(session_timeout_seconds),
	  ALLOWED_DURATION },
	{ "comment", "comment", KIND(COMMENT), USER(comment), ALLOWED_COMMENT },
	{ 0 },
};

const struct attribute group_attribute_table[] = {
	{ "pool", "pool", KIND(NAME), GROUP(pool), ALLOWED_NAME },
	{ "dns", "dns", KIND(DNS), GROUP(dns_ipv4), ALLOWED_DNS },
	{ "networks", "networks", KIND(NETWORKS), GROUP(networks),
	  .allowed = "nothing (all), none, or up to 16 IPv4 networks ADDRESS/LENGTH that do not "
		     "overlap" },
	{ "client-to-client", "client_to_client", KIND(FLAG), GROUP(client_to_client),
	  ALLOWED_FLAG },
	{ "sessions-maximum", "sessions_maximum", KIND(NUMBER), GROUP(sessions_maximum),
	  ALLOWED_SESSIONS },
	{ "idle-timeout", "idle_timeout", KIND(DURATION), GROUP(idle_timeout_seconds),
	  ALLOWED_DURATION },
	{ "session-timeout", "session_timeout", KIND(DURATION), GROUP(session_timeout_seconds),
	  ALLOWED_DURATION },
	{ "comment", "comment", KIND(COMMENT), GROUP(comment), ALLOWED_COMMENT },
	{ 0 },
};
/* clang-format on */

void user_attributes_default(struct user_attributes *ret_attributes)
{
	*ret_attributes = (struct user_attributes){ .enabled = true };
}
