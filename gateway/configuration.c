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

#include <errno.h>
#include <ini.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* inih takes 200 bytes, newline and NUL included. */
#define LINE_MAXIMUM (INI_MAX_LINE - 2)

struct parser {
	const char *name;
	const char *next; /* borrowed: what the reader has not handed out yet */
	unsigned int line;
	unsigned int error_line;                      /* 0: no error so far */
	unsigned int line_of[CONFIGURATION_KEYS_MAX]; /* 0: not given */
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
	unsigned int *line_of = &parser->line_of[key - configuration_keys];
	char allowed[CONFIGURATION_ALLOWED_MAX], quoted[128];
	const char *wrong;

	if (*line_of) {
		fail(parser, parser->line, "%s: given before, on line %u; allowed: once", key->name,
		     *line_of);
		return;
	}
	*line_of = parser->line;
	wrong = key->parse(key, value, &parser->configuration);
	if (wrong)
		fail(parser, parser->line, "%s: %s %s; allowed: %s", key->name,
		     text_quote(value, strlen(value), quoted, sizeof(quoted)), wrong,
		     configuration_key_allowed(key, allowed));
}

/* An ini_handler: always content, since the first error is kept in @userdata. */
static int take_key(void *userdata, const char *section, const char *name, const char *value)
{
	const struct configuration_key *key = configuration_key_find(section, name);
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
		     list_names(section, allowed, sizeof(allowed)));
	return 1;
}

static unsigned int line_of(const struct parser *parser, const char *section, const char *name)
{
	return parser->line_of[configuration_key_find(section, name) - configuration_keys];
}

/* The error is put on the later one of the two lines; one of them was given. */
static void check_local_address(struct parser *parser)
{
	const struct configuration *configuration = &parser->configuration;
	unsigned int pool = line_of(parser, "ppp", "pool");
	unsigned int local = line_of(parser, "ppp", "local-address");
	struct inet_address address = inet_address_from_ipv4(configuration->local_ipv4);
	char text[INET6_ADDRSTRLEN];

	if (configuration->local_ipv4 < configuration->pool_first_ipv4 ||
	    configuration->local_ipv4 > configuration->pool_last_ipv4)
		return;
	inet_address_format(&address, text);
	if (local >= pool)
		fail(parser, local,
		     "local-address: %s lies inside pool; allowed: an address outside", text);
	else
		fail(parser, pool, "pool: contains local-address, %s; allowed: a range without it",
		     text);
}

/* Nobody switches protection off by half. */
static void check_tracking(struct parser *parser)
{
	const struct configuration *configuration = &parser->configuration;

	if (configuration->sa_tracking == SA_TRACKING_WISH_OFF &&
	    configuration->protection == CONFIGURATION_PROTECTION_REQUIRED)
		fail(parser, line_of(parser, "ipsec", "sa-tracking"),
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
	check_local_address(&parser);
	check_tracking(&parser);
	if (parser.error_line)
		return -EINVAL;
	*ret_configuration = parser.configuration;
	return 0;
}
