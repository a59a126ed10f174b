/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys of saregate.conf, their defaults, and how each kind of value is read. Pure. */
#include "gateway/configuration_keys.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "gateway/address_pool.h"
#include "gateway/address_text.h"
#include "gateway/configuration_format.h"
#include "gateway/configuration_pools.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

/* Addresses in one value, and the room to take it apart. */
#define VALUE_MAXIMUM 512

_Static_assert(sizeof(enum configuration_protection) == sizeof(int) &&
		       sizeof(enum configuration_data_path) == sizeof(int) &&
		       sizeof(enum sa_tracking_wish) == sizeof(int) &&
		       sizeof(enum configuration_bus) == sizeof(int),
	       "parse_word() stores an int");

static void *field(struct configuration *configuration, const struct configuration_key *key)
{
	return (char *)configuration + key->offset;
}

static const char *parse_number(const struct configuration_key *key, const char *value,
				struct configuration *configuration)
{
	uint16_t narrow;
	uint32_t number;

	switch (text_parse_u32(value, key->minimum, key->maximum, &number)) {
	case 0:
		break;
	case -ERANGE:
		return "is out of bounds";
	default:
		return "is no whole number";
	}
	narrow = (uint16_t)number;
	if (key->size == sizeof(narrow))
		memcpy(field(configuration, key), &narrow, sizeof(narrow));
	else
		memcpy(field(configuration, key), &number, sizeof(number));
	return NULL;
}

static const char *parse_word(const struct configuration_key *key, const char *value,
			      struct configuration *configuration)
{
	for (const struct configuration_word *word = key->words; word->text; word++)
		if (strcmp(word->text, value) == 0) {
			memcpy(field(configuration, key), &word->value, sizeof(word->value));
			return NULL;
		}
	return "is unknown";
}

static const char *parse_answer(const struct configuration_key *key, const char *value,
				struct configuration *configuration)
{
	bool *answer = field(configuration, key);

	for (const struct configuration_word *word = key->words; word->text; word++)
		if (strcmp(word->text, value) == 0) {
			*answer = word->value;
			return NULL;
		}
	return "is unknown";
}

static const char *parse_path(const struct configuration_key *key, const char *value,
			      struct configuration *configuration)
{
	if (value[0] != '/')
		return "is no absolute path";
	if (text_copy(field(configuration, key), key->size, value) < 0)
		return "is too long";
	return NULL;
}

/* A file that there may be, or none. */
static const char *parse_optional_path(const struct configuration_key *key, const char *value,
				       struct configuration *configuration)
{
	if (value[0] == '\0') {
		*(char *)field(configuration, key) = '\0';
		return NULL;
	}
	return parse_path(key, value, configuration);
}

/* The characters of a host name; the RFC asks for no more than a name. */
static const char *parse_host_name(const struct configuration_key *key, const char *value,
				   struct configuration *configuration)
{
	static const char characters[] = "abcdefghijklmnopqrstuvwxyz"
					 "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";

	if (!*value)
		return "is empty";
	if (value[strspn(value, characters)])
		return "has a character that no host name has";
	if (text_copy(field(configuration, key), key->size, value) < 0)
		return "is too long";
	return NULL;
}

static const char *parse_ipv4(const struct configuration_key *key, const char *value,
			      struct configuration *configuration)
{
	return address_text_ipv4(value, field(configuration, key));
}

static const char *read_range(const char *value, uint32_t *ret_first, uint32_t *ret_last)
{
	uint32_t first = 0, last = 0;
	char text[VALUE_MAXIMUM];
	const char *wrong;
	char *separator;

	if (text_copy(text, sizeof(text), value) < 0)
		return "is too long";
	separator = strchr(text, '-');
	if (!separator)
		return "is no range";
	*separator = '\0';
	text[strcspn(text, " \t")] = '\0';
	separator += 1 + strspn(separator + 1, " \t");
	wrong = address_text_ipv4(text, &first);
	if (!wrong)
		wrong = address_text_ipv4(separator, &last);
	if (wrong)
		return wrong;
	if (last < first)
		return "is reversed";
	if (last - first >= ADDRESS_POOL_MAXIMUM)
		return "is too large";
	*ret_first = first;
	*ret_last = last;
	return NULL;
}

static const char *parse_pool(const struct configuration_key *key, const char *value,
			      struct configuration *configuration)
{
	return read_range(value, &configuration->pool_first_ipv4, &configuration->pool_last_ipv4);
}

/* Of the section that was begun last. */
static const char *parse_pools(const struct configuration_key *key, const char *value,
			       struct configuration *configuration)
{
	struct configuration_pool *pool = &configuration->pools[configuration->pool_count - 1];

	return read_range(value, &pool->first_ipv4, &pool->last_ipv4);
}

/* Nothing: no IPv6. */
static const char *read_ipv6_pool(const char *value, struct address_ipv6_prefix *ret_prefix)
{
	if (*value)
		return address_text_ipv6_prefix(value, ret_prefix);
	*ret_prefix = (struct address_ipv6_prefix){ 0 };
	return NULL;
}

static const char *parse_ipv6_pool(const struct configuration_key *key, const char *value,
				   struct configuration *configuration)
{
	return read_ipv6_pool(value, &configuration->pool_ipv6);
}

static const char *parse_ipv6_pools(const struct configuration_key *key, const char *value,
				    struct configuration *configuration)
{
	return read_ipv6_pool(value, &configuration->pools[configuration->pool_count - 1].ipv6);
}

static const char *parse_dns(const struct configuration_key *key, const char *value,
			     struct configuration *configuration)
{
	return address_text_dns(value, configuration->dns_ipv4);
}

/*
 * An address without an interface's name must say by itself which one it means,
 * and an IPv4 address in IPv6's clothes would open an IPv4 socket.
 */
static bool is_of_one_link(const struct inet_address *address)
{
	struct in6_addr ipv6;

	if (address->family != AF_INET6)
		return false;
	memcpy(&ipv6, address->bytes, sizeof(ipv6));
	return IN6_IS_ADDR_LINKLOCAL(&ipv6) || IN6_IS_ADDR_MULTICAST(&ipv6) ||
	       IN6_IS_ADDR_V4MAPPED(&ipv6);
}

/*
 * Adds one address to the list; 0.0.0.0 and :: stand alone in their family, and
 * none stands twice.
 */
static const char *add_listen(struct configuration *configuration, const char *text)
{
	struct inet_address address;

	if (inet_address_parse(text, &address) < 0)
		return "is no list of addresses";
	if (is_of_one_link(&address))
		return "names an IPv6 address that is of one link, multicast or IPv4";
	if (configuration->listen_count == ELEMENTS(configuration->listen))
		return "has too many addresses";
	for (size_t i = 0; i < configuration->listen_count; i++) {
		const struct inet_address *other = &configuration->listen[i];

		if (inet_address_equal(other, &address))
			return "names an address twice";
		if (other->family == address.family &&
		    (inet_address_is_any(other) || inet_address_is_any(&address)))
			return "names 0.0.0.0 or ::, which is every address, and others";
	}
	configuration->listen[configuration->listen_count++] = address;
	return NULL;
}

static const char *parse_listen(const struct configuration_key *key, const char *value,
				struct configuration *configuration)
{
	char text[VALUE_MAXIMUM], *rest = NULL;

	if (text_copy(text, sizeof(text), value) < 0)
		return "is too long";
	configuration->listen_count = 0;
	for (char *word = strtok_r(text, " \t", &rest); word; word = strtok_r(NULL, " \t", &rest)) {
		const char *wrong = add_listen(configuration, word);

		if (wrong)
			return wrong;
	}
	return configuration->listen_count ? NULL : "is empty";
}

static const struct configuration_word protections[] = {
	{ "required", CONFIGURATION_PROTECTION_REQUIRED },
	{ "off", CONFIGURATION_PROTECTION_OFF },
	{ NULL, 0 },
};

static const struct configuration_word tracking_wishes[] = {
	{ "auto", SA_TRACKING_WISH_AUTO },
	{ "mark", SA_TRACKING_WISH_MARK },
	{ "zone", SA_TRACKING_WISH_ZONE },
	{ "off", SA_TRACKING_WISH_OFF },
	{ NULL, 0 },
};

static const struct configuration_word data_paths[] = {
	{ "auto", CONFIGURATION_DATA_PATH_AUTO },
	{ "kernel", CONFIGURATION_DATA_PATH_KERNEL },
	{ "userspace", CONFIGURATION_DATA_PATH_USERSPACE },
	{ "null", CONFIGURATION_DATA_PATH_NULL },
	{ NULL, 0 },
};

static const struct configuration_word buses[] = {
	{ "system", CONFIGURATION_BUS_SYSTEM },
	{ "none", CONFIGURATION_BUS_NONE },
	{ NULL, 0 },
};

static const struct configuration_word answers[] = {
	{ "yes", true },
	{ "no", false },
	{ NULL, 0 },
};

static const struct configuration_word name_parts[] = {
	{ "strip", true },
	{ "keep", false },
	{ NULL, 0 },
};

static const struct configuration_word exceeded[] = {
	{ "replace", true },
	{ "refuse", false },
	{ NULL, 0 },
};

static const struct configuration_word levels[] = {
	{ "error", LOG_ERR }, { "warning", LOG_WARNING },
	{ "info", LOG_INFO }, { "debug", LOG_DEBUG },
	{ NULL, 0 },
};

#define FIELD(name)                                     \
	.offset = offsetof(struct configuration, name), \
	.size = sizeof(((struct configuration *)NULL)->name)
#define KIND(name)              .parse = parse_##name, .format = configuration_format_##name
#define NUMBER(name, low, high) KIND(number), FIELD(name), .minimum = (low), .maximum = (high)
#define WORD(name, list)        KIND(word), FIELD(name), .words = (list)
#define ANSWER(name)            KIND(answer), FIELD(name), .words = answers
#define TEXT(name)              .format = configuration_format_text, FIELD(name)
#define PATH(name)              .parse = parse_path, TEXT(name), .allowed = "an absolute path"
#define SOCKET(name) \
	.parse = parse_path, TEXT(name), .allowed = "an absolute path of at most 107 bytes"

#define RANGE "FIRST-LAST, IPv4 addresses in this order, at most 1048576 in all"
#define PREFIX                                                            \
	"nothing, or PREFIX/LENGTH of global (2000::/3) or unique local " \
	"(fc00::/7) addresses, /32 to /64"

#define NOW      CONFIGURATION_EFFECT_NOW
#define TUNNELS  CONFIGURATION_EFFECT_NEW_TUNNELS
#define SESSIONS CONFIGURATION_EFFECT_NEW_SESSIONS
#define RESTART  CONFIGURATION_EFFECT_RESTART

/* clang-format off */
const struct configuration_key configuration_keys[] = {
	{ "listen", "address", NOW, KIND(listen),
	  .allowed = "IPv4 and IPv6 addresses separated by spaces, at most 16; 0.0.0.0 and :: "
		     "are all of their family" },
	{ "listen", "port", RESTART, NUMBER(port, 1, 65535) },
	{ "ipsec", "protection", RESTART, WORD(protection, protections) },
	{ "ipsec", "sa-tracking", RESTART, WORD(sa_tracking, tracking_wishes) },
	{ "l2tp", "host-name", TUNNELS, .parse = parse_host_name, TEXT(host_name),
	  .allowed = "1 to 63 letters, digits, dots and hyphens" },
	{ "l2tp", "hello-interval", NOW, NUMBER(hello_interval_seconds, 5, 3600) },
	{ "l2tp", "tunnels-maximum", TUNNELS, NUMBER(tunnels_maximum, 1, 60000) },
	{ "l2tp", "half-open-maximum", TUNNELS, NUMBER(half_open_maximum, 1, 60000) },
	{ "l2tp", "half-open-per-client", TUNNELS, NUMBER(half_open_per_client, 1, 60000) },
	{ "l2tp", "half-open-per-address", TUNNELS, NUMBER(half_open_per_address, 1, 60000) },
	{ "l2tp", "tunnels-per-client", TUNNELS, NUMBER(tunnels_per_client, 1, 60000) },
	{ "l2tp", "tunnels-per-address", TUNNELS, NUMBER(tunnels_per_address, 1, 60000) },
	{ "l2tp", "sccrq-rate-per-client", TUNNELS, NUMBER(sccrq_rate_per_client, 1, 10000) },
	{ "l2tp", "sccrq-rate-per-address", TUNNELS, NUMBER(sccrq_rate_per_address, 1, 10000) },
	{ "l2tp", "calls-per-tunnel", NOW, NUMBER(calls_per_tunnel, 1, 60000) },
	{ "l2tp", "receive-window", RESTART, NUMBER(receive_window, 1, 16) },
	{ "l2tp", "retransmissions", RESTART, NUMBER(retransmissions, 1, 20) },
	{ "l2tp", "data-sequencing", SESSIONS, ANSWER(data_sequencing) },
	{ "l2tp", "hide-avps", NOW, ANSWER(hide_avps) },
	{ "l2tp", "tunnel-secrets", RESTART, .parse = parse_optional_path, TEXT(tunnel_secrets),
	  .allowed = "nothing, or an absolute path" },
	{ "data-path", "kind", RESTART, WORD(data_path, data_paths) },
	{ "ppp", "pool", SESSIONS, KIND(pool), .allowed = RANGE },
	{ "ppp", "ipv6-pool", SESSIONS, KIND(ipv6_pool), .allowed = PREFIX },
	{ "ppp", "local-address", SESSIONS, KIND(ipv4), FIELD(local_ipv4),
	  .allowed = "an IPv4 address" },
	{ "ppp", "dns", SESSIONS, KIND(dns),
	  .allowed = "nothing, or one or two IPv4 addresses separated by a space" },
	{ "ppp", "mtu", SESSIONS, NUMBER(mtu, 576, 1500) },
	{ "ppp", "lcp-echo-interval", SESSIONS, NUMBER(lcp_echo_interval_seconds, 0, 3600) },
	{ "ppp", "lcp-echo-failures", SESSIONS, NUMBER(lcp_echo_failures, 1, 100) },
	{ "ppp", "debug", SESSIONS, ANSWER(ppp_debug) },
	{ CONFIGURATION_POOL_SECTION, "range", SESSIONS, KIND(pools), .allowed = RANGE },
	{ CONFIGURATION_POOL_SECTION, "ipv6-pool", SESSIONS, KIND(ipv6_pools), .allowed = PREFIX },
	{ "login", "failures-per-client", NOW,
	  NUMBER(login_backoff.failures_per_client, 1, 1000) },
	{ "login", "failures-per-user", NOW, NUMBER(login_backoff.failures_per_user, 1, 10000) },
	{ "login", "failures-per-address", NOW,
	  NUMBER(login_backoff.failures_per_address, 1, 100000) },
	{ "login", "delay-maximum", NOW, NUMBER(login_backoff.delay_maximum_seconds, 0, 3600) },
	{ "login", "forgive-after", NOW, NUMBER(login_backoff.forgive_after_seconds, 1, 86400) },
	{ "users", "database", RESTART, PATH(database) },
	{ "users", "domain", NOW, KIND(answer), FIELD(strip_domain), .words = name_parts },
	{ "users", "realm", NOW, KIND(answer), FIELD(strip_realm), .words = name_parts },
	{ "users", "sessions-maximum", SESSIONS, NUMBER(sessions_maximum, 0, 1000) },
	{ "users", "sessions-exceeded", SESSIONS, KIND(answer), FIELD(sessions_replace),
	  .words = exceeded },
	{ "history", "database", RESTART, .parse = parse_optional_path, TEXT(history_database),
	  .allowed = "nothing, or an absolute path" },
	{ "history", "interval", NOW, NUMBER(history_interval_seconds, 5, 3600) },
	{ "history", "days", NOW, NUMBER(history_days, 0, 36500) },
	{ "history", "rows", NOW, NUMBER(history_rows, 0, 100000000) },
	{ "control", "bus", RESTART, WORD(bus, buses) },
	{ "control", "launcher", RESTART, SOCKET(launcher) },
	{ "log", "level", NOW, WORD(log_level, levels) },
	{ 0 },
};
/* clang-format on */

_Static_assert(ELEMENTS(configuration_keys) <= CONFIGURATION_KEYS_MAX, "room for all keys");
_Static_assert(CONFIGURATION_LISTEN_MAX == 16 && CONFIGURATION_DNS_MAX == ADDRESS_TEXT_DNS_MAX &&
		       ADDRESS_POOL_MAXIMUM == 1048576 && ADDRESS_TEXT_IPV6_LENGTH_MIN == 32 &&
		       ADDRESS_TEXT_IPV6_LENGTH_MAX == 64,
	       "the texts of configuration_keys name these numbers");

const struct configuration_key *configuration_key_find(const char *section, const char *name)
{
	for (const struct configuration_key *key = configuration_keys; key->name; key++)
		if (strcmp(key->section, section) == 0 && strcmp(key->name, name) == 0)
			return key;
	return NULL;
}

const char *configuration_key_full_name(const struct configuration_key *key,
					char text[CONFIGURATION_NAME_MAX])
{
	int size = (int)strcspn(key->section, " ");

	snprintf(text, CONFIGURATION_NAME_MAX, "%.*s.%s", size, key->section, key->name);
	return text;
}

const char *configuration_key_allowed(const struct configuration_key *key,
				      char text[CONFIGURATION_ALLOWED_MAX])
{
	size_t used = 0;

	if (key->allowed) {
		snprintf(text, CONFIGURATION_ALLOWED_MAX, "%s", key->allowed);
		return text;
	}
	if (!key->words) {
		snprintf(text, CONFIGURATION_ALLOWED_MAX, "%u to %u", key->minimum, key->maximum);
		return text;
	}
	for (const struct configuration_word *word = key->words; word->text; word++)
		used += (size_t)snprintf(text + used, CONFIGURATION_ALLOWED_MAX - used, "%s%s",
					 used ? ", " : "", word->text);
	return text;
}

void configuration_default(struct configuration *ret_configuration)
{
	*ret_configuration = (struct configuration){
		.listen = { { .family = AF_INET } },
		.listen_count = 1,
		.port = 1701,
		.protection = CONFIGURATION_PROTECTION_REQUIRED,
		.sa_tracking = SA_TRACKING_WISH_AUTO,
		.host_name = "saregate",
		.hello_interval_seconds = 60,
		.tunnels_maximum = 10000,
		.half_open_maximum = 1000,
		.half_open_per_client = 8,
		.half_open_per_address = 500,
		.tunnels_per_client = 16,
		.tunnels_per_address = 2000,
		.sccrq_rate_per_client = 2,
		.sccrq_rate_per_address = 200,
		.calls_per_tunnel = 4,
		.receive_window = 8,
		.retransmissions = 5,
		.data_path = CONFIGURATION_DATA_PATH_AUTO,
		.pool_first_ipv4 = 0x0a59000a,
		.pool_last_ipv4 = 0x0a5903fa,
		.local_ipv4 = 0x0a590001,
		.mtu = 1280,
		.lcp_echo_interval_seconds = 30,
		.lcp_echo_failures = 4,
		.login_backoff = { .failures_per_client = 5,
				   .failures_per_user = 20,
				   .failures_per_address = 100,
				   .delay_maximum_seconds = 300,
				   .forgive_after_seconds = 600 },
		.database = "/var/lib/saregate/saregate.db",
		.strip_domain = true,
		.sessions_replace = true,
		.history_database = "/var/lib/saregate/history.db",
		.history_interval_seconds = 60,
		.history_days = 365,
		.history_rows = 1000000,
		.bus = CONFIGURATION_BUS_SYSTEM,
		.launcher = "/run/saregate/launcher.socket",
		.log_level = LOG_INFO,
	};
}
