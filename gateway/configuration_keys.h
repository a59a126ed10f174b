/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The keys of saregate.conf: where each value goes, how it is read, what it may
 * be, and when a change of it takes effect. For configuration.c and
 * configuration_change.c. Pure.
 */
#pragma once

#include "gateway/configuration.h"

/* At least the number of keys, checked where they are defined. */
#define CONFIGURATION_KEYS_MAX    64
#define CONFIGURATION_ALLOWED_MAX 160
#define CONFIGURATION_NAME_MAX    64
/* Bytes of any value as text. */
#define CONFIGURATION_VALUE_MAX 4096

/* For whom a value of the file is in force once saregated has read it again. */
enum configuration_effect {
	CONFIGURATION_EFFECT_NOW = 1,      /* for all, at once */
	CONFIGURATION_EFFECT_NEW_TUNNELS,  /* who is connected keeps what he has */
	CONFIGURATION_EFFECT_NEW_SESSIONS, /* the same */
	CONFIGURATION_EFFECT_RESTART,      /* for nobody before saregated starts anew */
};

/* A word that a value may be, and what it means; lists end with a NULL text. */
struct configuration_word {
	const char *text;
	int value;
};

/**
 * struct configuration_key - one key
 * @section: without brackets; keys of a section stand together;
 *           CONFIGURATION_POOL_SECTION for all of those
 * @effect:  when saregated reads the file again
 * @parse:   puts @value into @configuration at @offset; returns NULL, or what is
 *           wrong with it ("is reversed"), static
 * @format:  writes the value as the file would have it
 * @offset:  of the field in struct configuration
 * @size:    of that field, or of an element where it is an array; a key with
 *           CONFIGURATION_EFFECT_RESTART is wholly in this field
 * @minimum, @maximum: of a number
 * @words:   that the value may be, or NULL
 * @allowed: text for messages, or NULL where the bounds or @words say it
 */
struct configuration_key {
	const char *section;
	const char *name;
	enum configuration_effect effect;
	const char *(*parse)(const struct configuration_key *key, const char *value,
			     struct configuration *configuration);
	void (*format)(const struct configuration_key *key,
		       const struct configuration *configuration,
		       char text[CONFIGURATION_VALUE_MAX]);
	size_t offset;
	size_t size;
	uint32_t minimum;
	uint32_t maximum;
	const struct configuration_word *words;
	const char *allowed;
};

/* Ended by an entry without a name. */
extern const struct configuration_key configuration_keys[];

/* Return: the key, or NULL. */
const struct configuration_key *configuration_key_find(const char *section, const char *name);

/* "ppp.pool", "pool.range". Return: @text. */
const char *configuration_key_full_name(const struct configuration_key *key,
					char text[CONFIGURATION_NAME_MAX]);

/**
 * configuration_key_allowed() - what a value of this key may be, for a message
 *
 * Return: @text.
 */
const char *configuration_key_allowed(const struct configuration_key *key,
				      char text[CONFIGURATION_ALLOWED_MAX]);
