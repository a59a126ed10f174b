/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Secrets out, pseudonyms in: word by word. Pure, but for memory streams. */
#include "gateway/redaction.h"

#include "base/address.h"
#include "base/cleanup.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define SECRETS_MAX     32
#define SECRET_SIZE_MIN 4
/* Of a number without "0x"; with it, half of that. An SPI has 8, an IKE cookie 16. */
#define HEX_DIGITS_MIN 24
#define WORD_MAX_BYTES 256

/* What a word was, and what stands for it. */
struct pseudonym {
	char *word;
	const char *kind; /* static */
	unsigned int number;
};

struct redaction {
	bool with_names;
	char *secrets[SECRETS_MAX];
	size_t secret_count;
	struct pseudonym *pseudonyms;
	size_t pseudonym_count;
};

/* Where in a text we are. */
struct position {
	struct redaction *redaction;
	enum redaction_text_kind kind;
	const char *start;
	const char *c;
	FILE *out;
	int error;
};

int redaction_new(bool with_names, struct redaction **ret_redaction)
{
	struct redaction *redaction = calloc(1, sizeof(*redaction));

	if (!redaction)
		return -ENOMEM;
	redaction->with_names = with_names;
	*ret_redaction = redaction;
	return 0;
}

void redaction_free(struct redaction *redaction)
{
	if (!redaction)
		return;
	for (size_t i = 0; i < redaction->secret_count; i++) {
		explicit_bzero(redaction->secrets[i], strlen(redaction->secrets[i]));
		free(redaction->secrets[i]);
	}
	for (size_t i = 0; i < redaction->pseudonym_count; i++)
		free(redaction->pseudonyms[i].word);
	free(redaction->pseudonyms);
	free(redaction);
}

void redaction_freep(struct redaction **redaction)
{
	redaction_free(*redaction);
}

int redaction_hide(struct redaction *redaction, const char *secret)
{
	if (strlen(secret) < SECRET_SIZE_MIN)
		return 0;
	if (redaction->secret_count == SECRETS_MAX)
		return -ENOSPC;
	redaction->secrets[redaction->secret_count] = strdup(secret);
	if (!redaction->secrets[redaction->secret_count])
		return -ENOMEM;
	redaction->secret_count++;
	return 0;
}

/* ---- pseudonyms ------------------------------------------------------------------ */

static const struct pseudonym *find(const struct redaction *redaction, const char *word)
{
	for (size_t i = 0; i < redaction->pseudonym_count; i++)
		if (strcmp(redaction->pseudonyms[i].word, word) == 0)
			return &redaction->pseudonyms[i];
	return NULL;
}

int redaction_name(struct redaction *redaction, const char *word, const char *kind)
{
	struct pseudonym *grown;
	unsigned int number = 1;

	if (find(redaction, word))
		return 0;
	grown = reallocarray(redaction->pseudonyms, redaction->pseudonym_count + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	redaction->pseudonyms = grown;
	for (size_t i = 0; i < redaction->pseudonym_count; i++)
		number += strcmp(grown[i].kind, kind) == 0;
	grown[redaction->pseudonym_count] = (struct pseudonym){ strdup(word), kind, number };
	if (!grown[redaction->pseudonym_count].word)
		return -ENOMEM;
	redaction->pseudonym_count++;
	return 0;
}

/* Writes what stands for the word, which gets a pseudonym if it has none. */
static void put_pseudonym(struct position *position, const char *word, const char *kind)
{
	const struct pseudonym *found;
	int r;

	if (position->redaction->with_names) {
		fputs(word, position->out);
		return;
	}
	r = redaction_name(position->redaction, word, kind);
	if (r < 0) {
		position->error = r;
		return;
	}
	found = find(position->redaction, word);
	fprintf(position->out, "%s-%u", found->kind, found->number);
}

/* ---- secrets --------------------------------------------------------------------- */

static bool take_known_secret(struct position *position)
{
	for (size_t i = 0; i < position->redaction->secret_count; i++) {
		const char *secret = position->redaction->secrets[i];

		if (strncmp(position->c, secret, strlen(secret)) != 0)
			continue;
		fputs("[secret]", position->out);
		position->c += strlen(secret);
		return true;
	}
	return false;
}

static bool begins_word(const struct position *position)
{
	return position->c == position->start || !isalnum((unsigned char)position->c[-1]);
}

static bool take_long_number(struct position *position)
{
	static const char digits[] = "0123456789abcdefABCDEF";
	bool has_prefix = strncasecmp(position->c, "0x", 2) == 0;
	size_t size = strspn(position->c + (has_prefix ? 2 : 0), digits);

	if (!begins_word(position) || size < HEX_DIGITS_MIN / (has_prefix ? 2u : 1u))
		return false;
	fputs("[key]", position->out);
	position->c += size + (has_prefix ? 2 : 0);
	return true;
}

/* `PSK "value"`, `password = value`, `secret: value`: the value. */
static bool take_labelled_secret(struct position *position)
{
	static const char *const labels[] = { "psk",    "password",   "passwd",
					      "secret", "passphrase", "nt-hash" };
	const char *value;
	size_t length = 0, size;

	for (size_t i = 0; i < ELEMENTS(labels); i++)
		if (strncasecmp(position->c, labels[i], strlen(labels[i])) == 0)
			length = strlen(labels[i]);
	if (length == 0 || !begins_word(position) || isalnum((unsigned char)position->c[length]))
		return false;
	value = position->c + length;
	value += strspn(value, " \t");
	size = strspn(value, "=:");
	value += size;
	value += strspn(value, " \t");
	if (*value != '"' && *value != '\'' && size == 0)
		return false;
	fwrite(position->c, 1, (size_t)(value - position->c), position->out);
	if (*value == '"' || *value == '\'') {
		const char quote[] = { *value, '\n', '\0' };

		value += 1 + strcspn(value + 1, quote);
		value += *value == quote[0];
	} else {
		value += strcspn(value, " \t\n,;");
	}
	fputs("[secret]", position->out);
	position->c = value;
	return true;
}

/* ---- names and addresses --------------------------------------------------------- */

/* Of everybody, or of nobody. */
static bool is_telling(const struct inet_address *address)
{
	struct inet_address loopback = { .family = AF_INET6, .bytes = { [15] = 1 } };

	if (address->family == AF_INET)
		return address->bytes[0] != 127 && address->bytes[0] != 255 &&
		       inet_address_to_ipv4(address) != 0;
	return !inet_address_is_any(address) && !inet_address_equal(address, &loopback);
}

/* The kinds of addresses are told apart: that a NAT stands between is often the point. */
static const char *kind_of(const struct inet_address *address)
{
	const uint8_t *bytes = address->bytes;

	if (address->family == AF_INET6)
		return "ipv6-address";
	if (bytes[0] == 10 || (bytes[0] == 172 && bytes[1] >= 16 && bytes[1] < 32) ||
	    (bytes[0] == 192 && bytes[1] == 168) || (bytes[0] == 169 && bytes[1] == 254) ||
	    (bytes[0] == 100 && bytes[1] >= 64 && bytes[1] < 128))
		return "private-address";
	return "public-address";
}

/* The longest beginning of what is here that is an address, a port behind it aside. */
static size_t read_address(const char *text, struct inet_address *ret_address)
{
	size_t size = strspn(text, "0123456789abcdefABCDEF.:");
	char word[INET6_ADDRSTRLEN];

	if (size >= sizeof(word))
		size = sizeof(word) - 1;
	for (; size >= 2; size--) {
		memcpy(word, text, size);
		word[size] = '\0';
		if (!isalnum((unsigned char)text[size]) &&
		    inet_address_parse(word, ret_address) == 0)
			return size;
	}
	return 0;
}

static bool take_address(struct position *position)
{
	struct inet_address address;
	char word[INET6_ADDRSTRLEN];
	size_t size;

	if (!begins_word(position) || position->redaction->with_names)
		return false;
	size = read_address(position->c, &address);
	if (size == 0)
		return false;
	if (is_telling(&address))
		put_pseudonym(position, inet_address_format(&address, word), kind_of(&address));
	else
		fwrite(position->c, 1, size, position->out);
	position->c += size;
	return true;
}

/* "52:54:00:12:34:56" */
static bool take_mac(struct position *position)
{
	const char *c = position->c;

	if (!begins_word(position) || position->redaction->with_names)
		return false;
	for (int i = 0; i < 17; i++)
		if (i % 3 == 2 ? c[i] != ':' : !isxdigit((unsigned char)c[i]))
			return false;
	fputs("[mac]", position->out);
	position->c += 17;
	return true;
}

/* In a log: "what a stranger sent". */
static bool take_quoted(struct position *position)
{
	char word[WORD_MAX_BYTES];
	struct inet_address address;
	size_t size;

	if (position->kind != REDACTION_TEXT_LOG || *position->c != '"' ||
	    position->redaction->with_names)
		return false;
	size = strcspn(position->c + 1, "\"\n");
	if (position->c[1 + size] != '"' || size == 0 || size >= sizeof(word))
		return false;
	memcpy(word, position->c + 1, size);
	word[size] = '\0';
	if (inet_address_parse(word, &address) == 0)
		return false;
	fputc('"', position->out);
	put_pseudonym(position, word, "name");
	fputc('"', position->out);
	position->c += size + 2;
	return true;
}

/* A word that has a pseudonym already, or is an identity: "@laptop", "bob@example.org". */
static bool take_word(struct position *position)
{
	size_t size = 0;
	char word[WORD_MAX_BYTES];

	if (!begins_word(position) || position->redaction->with_names)
		return false;
	while (isalnum((unsigned char)position->c[size]) ||
	       (position->c[size] && strchr("._@-", position->c[size])))
		size++;
	while (size > 0 && strchr(".-", position->c[size - 1]))
		size--;
	if (size == 0 || size >= sizeof(word))
		return false;
	memcpy(word, position->c, size);
	word[size] = '\0';
	if (strchr(word, '@') && size > 1)
		put_pseudonym(position, word, "identity");
	else if (find(position->redaction, word))
		put_pseudonym(position, word, "name");
	else
		return false;
	position->c += size;
	return true;
}

static void take_one(struct position *position)
{
	if (take_known_secret(position) || take_labelled_secret(position) ||
	    take_long_number(position) || take_mac(position) || take_quoted(position) ||
	    take_address(position) || take_word(position))
		return;
	fputc(*position->c++, position->out);
}

int redaction_text(struct redaction *redaction, enum redaction_text_kind kind, const char *text,
		   char **ret_text)
{
	_cleanup_(freep) char *redacted = NULL;
	size_t size = 0;
	struct position position = { .redaction = redaction,
				     .kind = kind,
				     .start = text,
				     .c = text,
				     .out = open_memstream(&redacted, &size) };

	if (!position.out)
		return -ENOMEM;
	while (*position.c && position.error == 0)
		take_one(&position);
	if (fclose(position.out) != 0)
		return -ENOMEM;
	if (position.error < 0)
		return position.error;
	*ret_text = TAKE_PTR(redacted);
	return 0;
}
