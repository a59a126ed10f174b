/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * saregate.conf: INI text to a checked struct. The keys stand in a table of
 * configuration_keys.c; here are lines, duplicates, messages and the values
 * that contradict each other. inih splits the lines, but it tells its handler
 * no line numbers, cuts lines at 200 bytes, joins indented lines to the one
 * before and ignores what follows "[section]", each without a word: it is
 * therefore fed by a reader of our own that counts and checks lines. Pure.
 */
#include "gateway/configuration.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "gateway/configuration_keys.h"
#include "gateway/configuration_pools.h"

#include <errno.h>
#include <ini.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* inih takes 200 bytes, newline and NUL included. */
#define LINE_MAXIMUM     (INI_MAX_LINE - 2)
#define IPV6_MTU_MINIMUM 1280U

struct parser {
	const char *name;
	const char *next; /* borrowed: what the reader has not handed out yet */
	unsigned int line;
	unsigned int error_line;                          /* 0: no error so far */
	unsigned int line_of[CONFIGURATION_KEYS_MAX];     /* 0: not given */
	unsigned int pool_lines[CONFIGURATION_POOLS_MAX]; /* of their headers */
	unsigned int ipv6_lines[CONFIGURATION_POOLS_MAX]; /* of their ipv6-pool; 0: not given */
	struct configuration configuration;
	char *error; /* borrowed, CONFIGURATION_ERROR_MAX bytes */
};

/* Keeps the first error only; later ones may be its consequences. */
static void fail(struct parser *parser, unsigned int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void fail(struct parser *parser, unsigned int line, const char *format, ...)
{
	va_list arguments;
	int used;

	if (parser->error_line)
		return;
	parser->error_line = line;
	used = snprintf(parser->error, CONFIGURATION_ERROR_MAX, "%s:%u: ", parser->name, line);
	if (used >= CONFIGURATION_ERROR_MAX)
		return;
	va_start(arguments, format);
	vsnprintf(parser->error + used, CONFIGURATION_ERROR_MAX - (size_t)used, format, arguments);
	va_end(arguments);
}

/* "a, b, c": the sections (@section NULL), or the keys of one. */
static const char *list_names(const char *section, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (const struct configuration_key *key = configuration_keys; key->name; key++) {
		const char *name = section ? key->name : key->section;

		if (section && strcmp(section, key->section) != 0)
			continue;
		if (!section && key > configuration_keys && strcmp(name, key[-1].section) == 0)
			continue;
		used += (size_t)snprintf(text + used, size - used, "%s%s", used ? ", " : "", name);
		if (used >= size)
			break;
	}
	return text;
}

static bool section_exists(const char *name, size_t size)
{
	for (const struct configuration_key *key = configuration_keys; key->name; key++)
		if (strlen(key->section) == size && memcmp(key->section, name, size) == 0)
			return true;
	return false;
}

static unsigned int *line_of(struct parser *parser, const char *section, const char *name)
{
	return &parser->line_of[configuration_key_find(section, name) - configuration_keys];
}

/* All keys of the pool that was begun last have been read. */
static void end_pool(struct parser *parser)
{
	const struct configuration *configuration = &parser->configuration;
	unsigned int *line = line_of(parser, CONFIGURATION_POOL_SECTION, "range");
	unsigned int *ipv6 = line_of(parser, CONFIGURATION_POOL_SECTION, "ipv6-pool");
	size_t last = configuration->pool_count - 1;

	if (configuration->pool_count == 0)
		return;
	if (*line == 0)
		fail(parser, parser->pool_lines[last],
		     "section \"pool %s\": has no range; allowed: range = FIRST-LAST",
		     configuration->pools[last].name);
	parser->ipv6_lines[last] = *ipv6;
	*line = 0;
	*ipv6 = 0;
}

static void begin_pool(struct parser *parser, const char *name, size_t size)
{
	char quoted[64];
	const char *wrong;

	end_pool(parser);
	wrong = configuration_pool_add(&parser->configuration, name, size);
	if (wrong)
		fail(parser, parser->line, "section [pool NAME]: %s is wrong; allowed: %s",
		     text_quote(name, size, quoted, sizeof(quoted)), wrong);
	else
		parser->pool_lines[parser->configuration.pool_count - 1] = parser->line;
}

/* @line: "[...", without indentation; inih itself looks no further than "]". */
static void check_section(struct parser *parser, const char *line)
{
	size_t size = strcspn(line + 1, "]");
	const char *rest = line + 1 + size;
	char allowed[384], quoted[64];

	if (*rest == ']')
		rest += 1 + strspn(rest + 1, CONFIGURATION_BLANKS);
	else
		rest = "?";
	if (*rest && *rest != '#' && *rest != ';')
		fail(parser, parser->line, "a section is '[name]' on a line of its own");
	else if (configuration_pool_section(line + 1))
		begin_pool(parser, configuration_pool_section(line + 1),
			   (size_t)(line + 1 + size - configuration_pool_section(line + 1)));
	else if (!section_exists(line + 1, size))
		fail(parser, parser->line, "section %s: unknown; allowed: %s",
		     text_quote(line + 1, size, quoted, sizeof(quoted)),
		     list_names(NULL, allowed, sizeof(allowed)));
}

static bool has_byte_order_mark(const char *text)
{
	return strncmp(text, CONFIGURATION_BYTE_ORDER_MARK,
		       strlen(CONFIGURATION_BYTE_ORDER_MARK)) == 0;
}

/* An ini_reader: one line of the text per call, NULL at the end or on an error. */
static char *read_line(char *buffer, int room, void *userdata)
{
	struct parser *parser = userdata;
	size_t whole = strcspn(parser->next, "\n");
	size_t indentation = strspn(parser->next, CONFIGURATION_BLANKS);
	size_t size = whole - indentation;

	if (parser->error_line || !*parser->next)
		return NULL;
	parser->line++;
	if (size > LINE_MAXIMUM || (int)size >= room) {
		fail(parser, parser->line, "the line is longer than %d bytes", LINE_MAXIMUM);
		return NULL;
	}
	memcpy(buffer, parser->next + indentation, size);
	buffer[size] = '\0';
	parser->next += whole + (parser->next[whole] == '\n');
	if (buffer[0] == '[')
		check_section(parser, buffer);
	else if (has_byte_order_mark(buffer)) /* inih would pass over it */
		fail(parser, parser->line, "a byte order mark stands where the file begins, once");
	return buffer;
}

static void take_value(struct parser *parser, const struct configuration_key *key,
		       const char *value)
{
	unsigned int *line = &parser->line_of[key - configuration_keys];
	char allowed[CONFIGURATION_ALLOWED_MAX], quoted[128];
	const char *wrong;

	if (*line) {
		fail(parser, parser->line, "%s: given before, on line %u; allowed: once", key->name,
		     *line);
		return;
	}
	*line = parser->line;
	wrong = key->parse(key, value, &parser->configuration);
	if (wrong)
		fail(parser, parser->line, "%s: %s %s; allowed: %s", key->name,
		     text_quote(value, strlen(value), quoted, sizeof(quoted)), wrong,
		     configuration_key_allowed(key, allowed));
}

/* An ini_handler: always content, since the first error is kept in @userdata. */
static int take_key(void *userdata, const char *section, const char *name, const char *value)
{
	const char *kind =
		configuration_pool_section(section) ? CONFIGURATION_POOL_SECTION : section;
	const struct configuration_key *key = configuration_key_find(kind, name);
	struct parser *parser = userdata;
	char allowed[384], quoted[64];

	if (key) {
		take_value(parser, key, value);
		return 1;
	}
	text_quote(name, strlen(name), quoted, sizeof(quoted));
	if (!*section)
		fail(parser, parser->line, "key %s: stands before any section; allowed: %s", quoted,
		     list_names(NULL, allowed, sizeof(allowed)));
	else
		fail(parser, parser->line, "key %s: unknown in [%s]; allowed: %s", quoted, section,
		     list_names(kind, allowed, sizeof(allowed)));
	return 1;
}

/* Of a pool by its number: 0, if it is [ppp] pool and not given. */
static unsigned int pool_line(struct parser *parser, size_t number)
{
	return number == 0 ? *line_of(parser, "ppp", "pool") : parser->pool_lines[number - 1];
}

/* "pool", "[pool guests]". */
static const char *pool_text(const struct configuration_pool *pool, char text[64])
{
	if (strcmp(pool->name, CONFIGURATION_POOL_DEFAULT) == 0)
		return "pool";
	snprintf(text, 64, "[pool %s]", pool->name);
	return text;
}

/* The error is put on the later one of the two lines; one of them was given. */
static void check_local_address(struct parser *parser, size_t number)
{
	const struct configuration *configuration = &parser->configuration;
	struct configuration_pool pool = configuration_pool_get(configuration, number);
	unsigned int line = pool_line(parser, number);
	unsigned int local = *line_of(parser, "ppp", "local-address");
	struct inet_address address = inet_address_from_ipv4(configuration->local_ipv4);
	char text[INET6_ADDRSTRLEN], name[64];

	if (!configuration_pool_contains(&pool, configuration->local_ipv4))
		return;
	inet_address_format(&address, text);
	if (local >= line)
		fail(parser, local, "local-address: %s lies inside %s; allowed: an address outside",
		     text, pool_text(&pool, name));
	else
		fail(parser, line, "%s: contains local-address, %s; allowed: a range without it",
		     pool_text(&pool, name), text);
}

/* Of two pools: the same holds for the lines. */
static void check_overlap(struct parser *parser, size_t a, size_t b)
{
	size_t later = pool_line(parser, a) > pool_line(parser, b) ? a : b;
	struct configuration_pool pool = configuration_pool_get(&parser->configuration, later);
	struct configuration_pool other =
		configuration_pool_get(&parser->configuration, later == a ? b : a);
	char range[CONFIGURATION_POOL_RANGE_MAX], name[64], other_name[64];

	if (configuration_pools_meet(&pool, &other))
		fail(parser, pool_line(parser, later),
		     "%s: overlaps %s, %s; allowed: a range of its own", pool_text(&pool, name),
		     pool_text(&other, other_name), configuration_pool_range(&other, range));
}

static unsigned int ipv6_line(struct parser *parser, size_t number)
{
	return number == 0 ? *line_of(parser, "ppp", "ipv6-pool") : parser->ipv6_lines[number - 1];
}

/* Each address of a pool needs a network of its own. */
static void check_network_count(struct parser *parser, size_t number)
{
	struct configuration_pool pool = configuration_pool_get(&parser->configuration, number);
	uint64_t networks = configuration_network_count(&pool.ipv6);
	uint64_t addresses = (uint64_t)pool.last_ipv4 - pool.first_ipv4 + 1;
	uint32_t length = ADDRESS_TEXT_IPV6_LENGTH_MAX;
	char name[64];

	while (UINT64_C(1) << (64 - length) < addresses)
		length--;
	if (networks > 0 && networks < addresses)
		fail(parser, ipv6_line(parser, number),
		     "ipv6-pool: has %" PRIu64 " networks of 64 bits, %s %" PRIu64 " addresses; "
		     "allowed: /%" PRIu32 " or shorter, or a range of at most %" PRIu64,
		     networks, pool_text(&pool, name), addresses, length, networks);
}

static void check_ipv6_overlap(struct parser *parser, size_t a, size_t b)
{
	size_t later = ipv6_line(parser, a) > ipv6_line(parser, b) ? a : b;
	struct configuration_pool pool = configuration_pool_get(&parser->configuration, later);
	struct configuration_pool other =
		configuration_pool_get(&parser->configuration, later == a ? b : a);
	char prefix[ADDRESS_TEXT_IPV6_PREFIX_MAX], name[64];

	if (configuration_pools_meet_ipv6(&pool, &other))
		fail(parser, ipv6_line(parser, later),
		     "ipv6-pool: overlaps that of %s, %s; allowed: a prefix of its own",
		     pool_text(&other, name), address_text_format_ipv6_prefix(&other.ipv6, prefix));
}

static void check_pools(struct parser *parser)
{
	size_t total = configuration_pool_total(&parser->configuration);

	end_pool(parser);
	for (size_t i = 0; i < total; i++) {
		check_local_address(parser, i);
		check_network_count(parser, i);
		for (size_t k = 0; k < i; k++) {
			check_overlap(parser, k, i);
			check_ipv6_overlap(parser, k, i);
		}
	}
}

/* No link with a smaller one may carry IPv6 (RFC 8200, section 5). */
static void check_mtu(struct parser *parser)
{
	const struct configuration *configuration = &parser->configuration;

	if (configuration->mtu < IPV6_MTU_MINIMUM && configuration_has_ipv6(configuration))
		fail(parser, *line_of(parser, "ppp", "mtu"),
		     "mtu: %" PRIu32 " is too small for IPv6; allowed: %u to 1500, or less without "
		     "any ipv6-pool",
		     configuration->mtu, IPV6_MTU_MINIMUM);
}

/* Nobody switches protection off by half. */
static void check_tracking(struct parser *parser)
{
	const struct configuration *configuration = &parser->configuration;

	if (configuration->sa_tracking == SA_TRACKING_WISH_OFF &&
	    configuration->protection == CONFIGURATION_PROTECTION_REQUIRED)
		fail(parser, *line_of(parser, "ipsec", "sa-tracking"),
		     "sa-tracking: off is plain L2TP; allowed: auto, mark, zone; off together "
		     "with protection = off");
}

int configuration_parse(const char *name, const char *text, struct configuration *ret_configuration,
			char ret_error[CONFIGURATION_ERROR_MAX])
{
	struct parser parser = { .name = name, .next = text, .error = ret_error };
	int malformed;

	if (has_byte_order_mark(text))
		parser.next += strlen(CONFIGURATION_BYTE_ORDER_MARK);
	configuration_default(&parser.configuration);
	malformed = ini_parse_stream(read_line, &parser, take_key, &parser);
	if (malformed < 0)
		return -ENOMEM;
	if (malformed > 0 && (!parser.error_line || (unsigned int)malformed < parser.error_line)) {
		parser.error_line = 0;
		fail(&parser, (unsigned int)malformed,
		     "neither 'key = value' nor '[section]' nor '# comment'");
	}
	check_pools(&parser);
	check_mtu(&parser);
	check_tracking(&parser);
	if (parser.error_line)
		return -EINVAL;
	*ret_configuration = parser.configuration;
	return 0;
}
