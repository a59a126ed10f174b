/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The secrets of L2TP peers: lines to entries, and look-up. Pure. */
#include "gateway/tunnel_secrets.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "l2tp/lns.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS       " \t\r"
#define NAME_MAXIMUM 63

/* @name is empty where an address or everybody is meant. */
struct entry {
	struct inet_address address; /* AF_UNSPEC: none */
	char name[NAME_MAXIMUM + 1];
	uint8_t secret[L2TP_SECRET_MAX];
	size_t secret_size;
};

struct tunnel_secrets {
	size_t count;
	size_t capacity;
	struct entry *entries;
};

void tunnel_secrets_free(struct tunnel_secrets *secrets)
{
	if (!secrets)
		return;
	if (secrets->entries)
		explicit_bzero(secrets->entries, secrets->capacity * sizeof(*secrets->entries));
	free(secrets->entries);
	free(secrets);
}

void tunnel_secrets_freep(struct tunnel_secrets **secrets)
{
	tunnel_secrets_free(*secrets);
}

/* Return: NULL, or what is wrong; static. */
static const char *fill_entry(struct entry *entry, const char *peer, const char *secret)
{
	*entry = (struct entry){ .secret_size = strlen(secret) };
	if (strcmp(peer, "*") != 0 && inet_address_parse(peer, &entry->address) < 0 &&
	    text_copy(entry->name, sizeof(entry->name), peer) < 0)
		return "the name is longer than 63 bytes";
	if (entry->secret_size == 0)
		return "there is no secret behind the name; allowed: PEER SECRET";
	if (entry->secret_size > sizeof(entry->secret))
		return "the secret is longer than 128 bytes";
	memcpy(entry->secret, secret, entry->secret_size);
	return NULL;
}

static bool is_same_peer(const struct entry *a, const struct entry *b)
{
	return inet_address_equal(&a->address, &b->address) && strcmp(a->name, b->name) == 0;
}

/* "PEER SECRET", NUL-terminated; nothing, or a comment. Return: as fill_entry(). */
static const char *take_line(struct tunnel_secrets *secrets, char *line)
{
	char *peer = line + strspn(line, BLANKS);
	size_t peer_size = strcspn(peer, BLANKS);
	char *secret = peer + peer_size + strspn(peer + peer_size, BLANKS);
	size_t secret_size = strcspn(secret, BLANKS);
	struct entry *entry;
	const char *wrong;

	if (*peer == '\0' || *peer == '#')
		return NULL;
	if (secret[secret_size + strspn(secret + secret_size, BLANKS)] != '\0')
		return "a blank is in the secret; allowed: PEER SECRET";
	if (secrets->count == TUNNEL_SECRETS_MAX)
		return "there are more than 1024 peers";
	peer[peer_size] = '\0';
	secret[secret_size] = '\0';
	entry = &secrets->entries[secrets->count];
	wrong = fill_entry(entry, peer, secret);
	for (size_t i = 0; !wrong && i < secrets->count; i++)
		if (is_same_peer(&secrets->entries[i], entry))
			wrong = "this peer was given before; allowed: once";
	secrets->count += !wrong;
	return wrong;
}

static size_t count_lines(const char *text)
{
	size_t lines = 1;

	for (; *text; text++)
		lines += *text == '\n';
	return lines < TUNNEL_SECRETS_MAX ? lines : TUNNEL_SECRETS_MAX;
}

int tunnel_secrets_parse(const char *name, char *text, struct tunnel_secrets **ret_secrets,
			 char ret_error[TUNNEL_SECRETS_ERROR_MAX])
{
	_cleanup_(tunnel_secrets_freep) struct tunnel_secrets *secrets =
		calloc(1, sizeof(*secrets));
	unsigned int number = 0;

	if (!secrets)
		return -ENOMEM;
	secrets->capacity = count_lines(text);
	secrets->entries = calloc(secrets->capacity, sizeof(*secrets->entries));
	if (!secrets->entries)
		return -ENOMEM;
	for (char *line = text, *next; line; line = next) {
		const char *wrong;

		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		number++;
		wrong = take_line(secrets, line);
		if (wrong) {
			snprintf(ret_error, TUNNEL_SECRETS_ERROR_MAX, "%s:%u: %s", name, number,
				 wrong);
			return -EINVAL;
		}
	}
	*ret_secrets = TAKE_PTR(secrets);
	return 0;
}

static bool is_name(const struct entry *entry, const uint8_t *host_name, size_t size)
{
	return entry->name[0] && strlen(entry->name) == size &&
	       memcmp(entry->name, host_name, size) == 0;
}

const uint8_t *tunnel_secrets_find(const struct tunnel_secrets *secrets,
				   const struct inet_address *peer, const uint8_t *host_name,
				   size_t host_name_size, size_t *ret_size)
{
	const struct entry *by_name = NULL, *everybody = NULL, *found = NULL;

	for (size_t i = 0; secrets && !found && i < secrets->count; i++) {
		const struct entry *entry = &secrets->entries[i];

		if (entry->address.family != AF_UNSPEC) {
			if (inet_address_equal(&entry->address, peer))
				found = entry;
		} else if (!entry->name[0]) {
			everybody = entry;
		} else if (is_name(entry, host_name, host_name_size)) {
			by_name = entry;
		}
	}
	if (!found)
		found = by_name ? by_name : everybody;
	if (!found)
		return NULL;
	*ret_size = found->secret_size;
	return found->secret;
}
