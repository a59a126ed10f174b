/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of what is imported, and chap-secrets (pppd(8)). */
#include "gateway/user_import.h"

#include "base/cleanup.h"
#include "gateway/configuration.h"
#include "gateway/user_attributes.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the list ------------------------------------------------------------------------ */

/* Room for one more. Return: 0; -ENOMEM. */
static int grow(void **items, size_t count, size_t *room, size_t size)
{
	size_t more = *room ? 2 * *room : 64;
	void *grown;

	if (count < *room)
		return 0;
	grown = calloc(more, size);
	if (!grown)
		return -ENOMEM;
	if (count) {
		memcpy(grown, *items, count * size);
		explicit_bzero(*items, count * size);
	}
	free(*items);
	*items = grown;
	*room = more;
	return 0;
}

struct user_import_entry *user_import_add(struct user_import *import, uint32_t line)
{
	struct user_import_entry *entry;

	if (grow((void **)&import->entries, import->count, &import->room, sizeof(*entry)) < 0)
		return NULL;
	entry = &import->entries[import->count++];
	*entry = (struct user_import_entry){ .line = line };
	return entry;
}

void user_import_drop(struct user_import *import)
{
	struct user_import_entry *entry = &import->entries[--import->count];

	for (size_t i = 0; i < ATTRIBUTE_OPTIONS_MAX; i++)
		free(entry->values[i]);
	explicit_bzero(entry, sizeof(*entry));
}

int user_import_refuse(struct user_import *import, uint32_t line, const char *format, ...)
{
	va_list arguments;
	char *reason;
	int size;

	if (grow((void **)&import->refusals, import->refusal_count, &import->refusal_room,
		 sizeof(*import->refusals)) < 0)
		return -ENOMEM;
	va_start(arguments, format);
	size = vasprintf(&reason, format, arguments);
	va_end(arguments);
	if (size < 0)
		return -ENOMEM;
	import->refusals[import->refusal_count++] = (struct user_import_refusal){ line, reason };
	return 0;
}

void user_import_done(struct user_import *import)
{
	while (import->count)
		user_import_drop(import);
	free(import->entries);
	for (size_t i = 0; i < import->refusal_count; i++)
		free(import->refusals[i].reason);
	free(import->refusals);
	*import = (struct user_import){ 0 };
}

/* ---- one user ------------------------------------------------------------------------- */

const char *user_import_set_name(struct user_import_entry *entry, const char *name)
{
	const char *wrong = user_name_check(name);

	if (!wrong)
		strcpy(entry->name, name);
	return wrong;
}

const char *user_import_set_password(struct user_import_entry *entry, const char *password)
{
	if (mschapv2_nt_hash(password, entry->nt_hash) < 0)
		return "a password has 1 to 256 bytes of UTF-8";
	return NULL;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

const char *user_import_set_hash(struct user_import_entry *entry, const char *digits)
{
	static const char wrong[] = "an NT hash has 32 hexadecimal digits";

	if (strlen(digits) != 2 * sizeof(entry->nt_hash))
		return wrong;
	for (size_t i = 0; i < sizeof(entry->nt_hash); i++) {
		int high = digit(digits[2 * i]), low = digit(digits[2 * i + 1]);

		if (high < 0 || low < 0)
			return wrong;
		entry->nt_hash[i] = (uint8_t)(high << 4 | low);
	}
	return NULL;
}

const char *user_import_set_value(struct user_import_entry *entry,
				  const struct attribute *attribute, const char *value)
{
	struct user_attributes scratch = { 0 };
	char **kept = &entry->values[attribute - user_attribute_table];
	const char *wrong;
	char expiry[32];

	if (attribute->kind == ATTRIBUTE_KIND_TIME) {
		if (attribute_expiry_parse(*value ? value : "never", expiry) < 0)
			return "is no time";
		value = expiry;
	}
	/* An empty cell of a table says nothing. */
	if (!*value)
		return NULL;
	wrong = attribute_parse(attribute, value, &scratch);
	if (wrong)
		return wrong;
	free(*kept);
	*kept = strdup(value);
	return *kept ? NULL : "is too much for the memory";
}

/* ---- chap-secrets ---------------------------------------------------------------------- */

#define WORDS_MAX 8

/*
 * The next word of a line, in place: quotes and backslashes as pppd reads them.
 * Return: NULL at the end or at a comment.
 */
static char *next_word(char **rest)
{
	char *from = *rest + strspn(*rest, " \t"), *word = from, *to = from, quote = '\0';

	if (*from == '\0' || *from == '#')
		return NULL;
	for (; *from && (quote || !strchr(" \t", *from)); from++) {
		if (*from == '\\' && from[1])
			*to++ = *++from;
		else if (quote && *from == quote)
			quote = '\0';
		else if (!quote && strchr("\"'", *from))
			quote = *from;
		else
			*to++ = *from;
	}
	*rest = *from ? from + 1 : from;
	*to = '\0';
	return word;
}

static const char *take_address(struct user_import_entry *entry, char *const *words, size_t count)
{
	const struct attribute *ipv4 = attribute_find(user_attribute_table, "ipv4");

	if (count < 4 || strcmp(words[3], "*") == 0 || strcmp(words[3], "--") == 0)
		return NULL;
	if (count > 4 && strcmp(words[4], "--") != 0)
		return "has more than one address; allowed: none, * or one";
	if (user_import_set_value(entry, ipv4, words[3]))
		return "the address is no IPv4 address that a host can have";
	return NULL;
}

/* client, server, secret, addresses */
static const char *take_words(struct user_import_entry *entry, char *const *words, size_t count)
{
	const char *wrong;

	if (count < 3)
		return "wants client, server and secret";
	if (strcmp(words[0], "*") == 0)
		return "client * is everybody: wants a name";
	if (words[2][0] == '@')
		return "the secret is in another file: put it here";
	wrong = user_import_set_name(entry, words[0]);
	if (!wrong)
		wrong = user_import_set_password(entry, words[2]);
	return wrong ? wrong : take_address(entry, words, count);
}

static int take_line(struct user_import *import, char *line, uint32_t number)
{
	char *words[WORDS_MAX], *rest = line;
	struct user_import_entry *entry;
	const char *wrong;
	size_t count = 0;

	while (count < WORDS_MAX && (words[count] = next_word(&rest)))
		count++;
	if (count == 0)
		return 0;
	entry = user_import_add(import, number);
	if (!entry)
		return -ENOMEM;
	wrong = take_words(entry, words, count);
	if (!wrong)
		return 0;
	user_import_drop(import);
	return user_import_refuse(import, number, "%s", wrong);
}

static int parse_chap_secrets(char *text, struct user_import *import)
{
	uint32_t number = 0;
	char *line;
	int r = 0;

	while (r == 0 && (line = strsep(&text, "\n"))) {
		line[strcspn(line, "\r")] = '\0';
		r = take_line(import, line, ++number);
	}
	return r;
}

/* ---- any ----------------------------------------------------------------------------------- */

int user_import_format_parse(const char *text)
{
	static const char *const names[] = {
		[USER_IMPORT_CHAP_SECRETS] = "chap-secrets",
		[USER_IMPORT_CSV] = "csv",
		[USER_IMPORT_JSON] = "json",
	};

	for (size_t i = USER_IMPORT_CHAP_SECRETS; i < ELEMENTS(names); i++)
		if (strcmp(names[i], text) == 0)
			return (int)i;
	return -EINVAL;
}

static enum user_import_format guess(const char *text)
{
	const char *first = text + strspn(text, " \t\r\n");

	if (*first == '{')
		return USER_IMPORT_JSON;
	/* The titles of CSV. */
	if (strncmp(first, "name,", 5) == 0 || strncmp(first, "\"name\",", 7) == 0)
		return USER_IMPORT_CSV;
	return USER_IMPORT_CHAP_SECRETS;
}

int user_import_parse(char *text, enum user_import_format format, struct user_import *import,
		      char ret_error[256])
{
	if (strncmp(text, CONFIGURATION_BYTE_ORDER_MARK, 3) == 0)
		text += 3;
	if (format == USER_IMPORT_AUTO)
		format = guess(text);
	if (format == USER_IMPORT_JSON)
		return user_import_json(text, import, ret_error);
	if (format == USER_IMPORT_CSV)
		return user_import_csv(text, import, ret_error);
	return parse_chap_secrets(text, import);
}
